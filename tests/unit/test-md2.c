/* SPDX-License-Identifier: Apache-2.0 */
/* MD2 against the test suite of RFC 1319, appendix A.5; its HMAC against a
 * straightforward computation of RFC 2104. */
#include "config.h"
#include "cudaabi/md2.h"
#include "tests/check.h"

static void
vectors_of_the_rfc(void)
{
	static const char *const v[][2] = {
		{"", "8350e5a3e24c153df2275c9f80692773"},
		{"a", "32ec01ec4a6dac72c0ab96fb34c0b5d1"},
		{"abc", "da853b0d3f88d99b30283a69e6ded6bb"},
		{"message digest", "ab4f496bfb2a530b219ff33031fe06b0"},
		{"abcdefghijklmnopqrstuvwxyz",
			"4e8ddff3650292ab5a4108c3aa47940b"},
		{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
			"da33def2a42df13975352846c30338cd"},
		{"1234567890123456789012345678901234567890123456789012345678901"
		 "2345678901234567890",
			"d5976f79d83d3a0dc9806c3c66f3efd8"},
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		uint8_t out[16];
		char hex[33];

		rgpu_md2(v[i][0], strlen(v[i][0]), out);
		for (int k = 0; k < 16; k++)
			sprintf(hex + 2 * k, "%02x", out[k]);
		CHECK_STR(hex, v[i][1]);
	}
}

static void
hmac_is_two_nested_hashes(void)
{
	uint8_t key[16], inner[16 + 40], outer[16 + 16], want[16], got[16];

	for (int i = 0; i < 16; i++) {
		key[i] = (uint8_t)(17 * i);
		inner[i] = key[i] ^ 0x36;
		outer[i] = key[i] ^ 0x5c;
	}
	for (int i = 0; i < 40; i++)
		inner[16 + i] = (uint8_t)(i * i);
	rgpu_md2(inner, sizeof(inner), outer + 16);
	rgpu_md2(outer, sizeof(outer), want);
	rgpu_hmac_md2(key, inner + 16, 40, got);
	CHECK(!memcmp(got, want, 16));
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"vectors of the RFC", vectors_of_the_rfc},
		{"HMAC is two nested hashes", hmac_is_two_nested_hashes},
	};

	RUN_CASES(cases);
	return 0;
}
