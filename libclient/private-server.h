/* SPDX-License-Identifier: Apache-2.0 */
/* A server of our own for the time of one program. */
#ifndef RGPU_CLIENT_PRIVATE_SERVER_H
#define RGPU_CLIENT_PRIVATE_SERVER_H

#include <stdbool.h>

/*
 * Starts rgpud on the software GPU behind a socket in a private directory, runs
 * become(argv) in a child after prepare() (with RGPU_SERVER set), waits for it,
 * and ends the server. Returns the program's exit status; a program that was
 * ended by a signal ends the caller by the same signal. 125: our own failure,
 * which has been printed.
 */
int rgpu_private_server_run(
	int (*prepare)(void), int (*become)(char **argv), char **argv);

#endif
