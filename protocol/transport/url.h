/* SPDX-License-Identifier: Apache-2.0 */
/* Server addresses: unix:PATH, tcp://HOST:PORT, tcp://[ADDRESS]:PORT. */
#ifndef RGPU_TRANSPORT_URL_H
#define RGPU_TRANSPORT_URL_H

struct rgpu_url {
	char scheme[8]; /* "unix", "tcp" */
	char path[108]; /* of unix: fits into sockaddr_un */
	char host[256]; /* of tcp; "" means every address (to listen) */
	char port[8];	/* of tcp, decimal; "0": any free port */
	char text[400]; /* as given, for messages */
};

/* 0, or -1 with rgpu_error() that names the URL and what is expected. */
int rgpu_url_parse(const char *text, struct rgpu_url *url);

#endif
