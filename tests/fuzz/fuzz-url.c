/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Server URLs: from the command line and from the environment. What is accepted
 * fits its fields, and written out in its plain form it means the same.
 */
#include "config.h"
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/error.h"
#include "protocol/transport/url.h"

static const char *const words[] = {"unix:", "tcp://", "[", "]", ":", "/",
	"::1", "0", "65535", "65536", "-1", "+1", " ", "localhost",
	"99999999999999999999", NULL};

const struct rgpu_fuzz_setup rgpu_fuzz_setup = {
	.name = "url", .inputs = 200000, .words = words};

static void
check_port(const char *port)
{
	size_t n = strlen(port);

	FUZZ_CHECK(n >= 1 && n <= 5 && strspn(port, "0123456789") == n);
	FUZZ_CHECK(atoi(port) <= 65535);
}

/* The fields, as the shortest URL that has them. */
static void
write_out(const struct rgpu_url *u, char *to, size_t size)
{
	int n = !strcmp(u->scheme, "unix")
		? snprintf(to, size, "unix:%s", u->path)
		: snprintf(to, size, "tcp://[%s]:%s", u->host, u->port);

	FUZZ_CHECK(n > 0 && (size_t)n < size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rgpu_url u, back;
	/* Exactly the string: what lies behind the first NUL is not read. */
	size_t len = strnlen((const char *)data, size);
	char *text = rgpu_fuzz_alloc(len + 1), plain[sizeof(u.text)];

	memcpy(text, data, len);
	if (rgpu_url_parse(text, &u)) {
		FUZZ_CHECK(strstr(rgpu_error_text(), "server URL"));
		free(text);
		return 0;
	}
	rgpu_fuzz_accepted++;
	FUZZ_CHECK(!strcmp(u.text, text));
	free(text);
	if (!strcmp(u.scheme, "tcp"))
		check_port(u.port);
	else
		FUZZ_CHECK(!strcmp(u.scheme, "unix") && u.path[0]);
	write_out(&u, plain, sizeof(plain));
	FUZZ_CHECK(!rgpu_url_parse(plain, &back));
	FUZZ_CHECK(!strcmp(back.scheme, u.scheme));
	FUZZ_CHECK(!strcmp(back.path, u.path) && !strcmp(back.host, u.host) &&
		!strcmp(back.port, u.port));
	return 0;
}

void
rgpu_fuzz_seeds(void (*add)(const void *data, size_t size))
{
	static const char *const good[] = {"unix:/run/rgpu.sock", "unix:x",
		"tcp://gpu.example:7000", "tcp://[::1]:0", "tcp://:65535",
		"tcp://[]:1", "tcp://10.0.0.1:07000"};
	char longest[300];

	for (size_t i = 0; i < RGPU_COUNT(good); i++)
		add(good[i], strlen(good[i]));
	snprintf(longest, sizeof(longest), "unix:%0107d", 1);
	add(longest, strlen(longest));
	snprintf(longest, sizeof(longest), "tcp://%0255d:1", 1);
	add(longest, strlen(longest));
}
