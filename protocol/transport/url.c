/* SPDX-License-Identifier: Apache-2.0 */
/* Server addresses. */
#include "config.h"
#include "protocol/transport/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"

#define EXPECTED "expected unix:PATH or tcp://HOST:PORT"

static int
bad(const char *text, const char *why)
{
	return rgpu_error("server URL '%.300s': %s: " EXPECTED, text, why);
}

static int
parse_unix(const char *path, struct rgpu_url *url)
{
	if (!*path)
		return bad(url->text, "no path");
	if (strlen(path) >= sizeof(url->path))
		return bad(url->text, "the path is longer than 107 bytes");
	strcpy(url->path, path);
	return 0;
}

static int
parse_tcp(const char *rest, struct rgpu_url *url)
{
	const char *colon = strrchr(rest, ':');
	size_t n;
	char *end;
	long port;

	if (!colon || strchr(colon, ']'))
		return bad(url->text, "no port");
	n = (size_t)(colon - rest);
	if (n >= 2 && rest[0] == '[' && rest[n - 1] == ']') {
		rest++;
		n -= 2;
	}
	if (n >= sizeof(url->host))
		return bad(url->text, "the host name is too long");
	memcpy(url->host, rest, n);
	port = strtol(colon + 1, &end, 10);
	if (end == colon + 1 || *end || port < 0 || port > 65535)
		return bad(url->text, "the port is not 0..65535");
	snprintf(url->port, sizeof(url->port), "%ld", port);
	return 0;
}

int
rgpu_url_parse(const char *text, struct rgpu_url *url)
{
	memset(url, 0, sizeof(*url));
	if (strlen(text) >= sizeof(url->text))
		return bad(text, "too long");
	strcpy(url->text, text);
	if (!strncmp(text, "unix:", 5)) {
		strcpy(url->scheme, "unix");
		return parse_unix(text + 5, url);
	}
	if (!strncmp(text, "tcp://", 6)) {
		strcpy(url->scheme, "tcp");
		return parse_tcp(text + 6, url);
	}
	return bad(text, "not a scheme this build has");
}
