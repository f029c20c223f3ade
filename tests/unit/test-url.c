/* SPDX-License-Identifier: Apache-2.0 */
/* Server addresses: good ones, and what is said about bad ones. */
#include "config.h"
#include "common/error.h"
#include "protocol/transport/url.h"
#include "tests/check.h"

static void
good_urls_are_taken_apart(void)
{
	struct rgpu_url u;

	CHECK_EQ(rgpu_url_parse("unix:/run/rgpu.sock", &u), 0);
	CHECK_STR(u.scheme, "unix");
	CHECK_STR(u.path, "/run/rgpu.sock");
	CHECK_EQ(rgpu_url_parse("tcp://gpu.example:7000", &u), 0);
	CHECK_STR(u.host, "gpu.example");
	CHECK_STR(u.port, "7000");
	CHECK_EQ(rgpu_url_parse("tcp://[::1]:0", &u), 0);
	CHECK_STR(u.host, "::1");
	CHECK_STR(u.port, "0");
}

static void
bad_urls_are_refused_with_the_reason(void)
{
	static const char *const bad[][2] = {
		{"", "not a scheme"},
		{"http://x:1", "not a scheme"},
		{"unix:", "no path"},
		{"tcp://host", "no port"},
		{"tcp://[::1]", "no port"},
		{"tcp://host:", "port is not"},
		{"tcp://host:65536", "port is not"},
		{"tcp://host:-1", "port is not"},
		{"tcp://host:12a", "port is not"},
	};
	struct rgpu_url u;
	char longest[600];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_EQ(rgpu_url_parse(bad[i][0], &u), -1);
		CHECK(strstr(rgpu_error_text(), bad[i][1]));
		CHECK(strstr(rgpu_error_text(), "unix:PATH"));
	}
	memset(longest, 'a', sizeof(longest));
	memcpy(longest, "unix:/", 6);
	longest[5 + 108] = '\0';
	CHECK_EQ(rgpu_url_parse(longest, &u), -1);
	CHECK(strstr(rgpu_error_text(), "107 bytes"));
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"good URLs are taken apart", good_urls_are_taken_apart},
		{"bad URLs are refused with the reason",
			bad_urls_are_refused_with_the_reason},
	};

	RUN_CASES(cases);
	return 0;
}
