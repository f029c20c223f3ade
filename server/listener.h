/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listener: accepts clients and starts a session process for each. It holds
 * no GPU code and reads nothing from clients.
 */
#ifndef RGPU_SERVER_LISTENER_H
#define RGPU_SERVER_LISTENER_H

#include <stdbool.h>

#define RGPU_LISTENERS_MAX 16

struct rgpu_listener_options {
	const char *urls[RGPU_LISTENERS_MAX];
	int url_count;
	const char *backend, *library;
	bool insecure;
	unsigned max_sessions;
	int ready_fd;	 /* gets the URLs, a line each, then is closed; -1 */
	int lifeline_fd; /* when this ends, so does the server; -1 */
};

/* Serves until SIGTERM, SIGINT or the end of the lifeline; then ends the
 * sessions it started. The exit status: 0, or 1 after an error was logged. */
int rgpu_listener_run(const struct rgpu_listener_options *options);

#endif
