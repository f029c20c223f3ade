/* SPDX-License-Identifier: Apache-2.0 */
/* The codec: alignment, gaps, and the sticky bad bit. */
#include "config.h"
#include "protocol/codec.h"
#include "tests/check.h"

static uint64_t memory[16];

static void
numbers_are_aligned_to_their_size(void)
{
	struct rgpu_enc e = rgpu_enc_init(memory, sizeof(memory));
	struct rgpu_dec d;

	memset(memory, 0xff, sizeof(memory));
	rgpu_put_u8(&e, 1);
	rgpu_put_u64(&e, UINT64_C(0x1122334455667788));
	rgpu_put_u16(&e, 3);
	rgpu_put_u32(&e, 4);
	rgpu_put_f32(&e, 1.5f);
	CHECK(!e.bad);
	CHECK_EQ(e.pos, 28);
	d = rgpu_dec_init(memory, e.pos);
	CHECK_EQ(rgpu_get_u8(&d), 1);
	CHECK(rgpu_get_u64(&d) == UINT64_C(0x1122334455667788));
	CHECK_EQ(rgpu_get_u16(&d), 3);
	CHECK_EQ(rgpu_get_u32(&d), 4);
	CHECK(rgpu_get_f32(&d) == 1.5f);
	CHECK_EQ(rgpu_dec_end(&d), 0);
}

static void
encoding_beyond_the_room_is_bad_and_stays_bad(void)
{
	struct rgpu_enc e = rgpu_enc_init(memory, 12);

	rgpu_put_u64(&e, 1);
	rgpu_put_u64(&e, 2);
	CHECK(e.bad);
	rgpu_put_u8(&e, 3);
	CHECK(e.bad);
}

static void
decoding_beyond_the_end_is_bad_and_gives_zero(void)
{
	struct rgpu_dec d = rgpu_dec_init(memory, 6);

	memset(memory, 0xff, sizeof(memory));
	CHECK(rgpu_get_u32(&d) == 0xffffffff);
	CHECK_EQ(rgpu_get_u32(&d), 0);
	CHECK(d.bad);
	CHECK_EQ(rgpu_dec_end(&d), -1);
}

static void
a_gap_that_is_not_zero_is_refused(void)
{
	uint8_t *p = (uint8_t *)memory;
	struct rgpu_dec d = rgpu_dec_init(memory, 16);

	memset(memory, 0, sizeof(memory));
	p[3] = 1; /* between the u8 and the u64 */
	rgpu_get_u8(&d);
	rgpu_get_u64(&d);
	CHECK(d.bad);
}

static void
bytes_carry_their_length(void)
{
	struct rgpu_enc e = rgpu_enc_init(memory, sizeof(memory));
	struct rgpu_dec d;
	uint32_t n;
	const char *p;

	rgpu_put_bytes(&e, "abc", 3);
	rgpu_put_bytes(&e, "", 0);
	CHECK(!e.bad);
	d = rgpu_dec_init(memory, e.pos);
	p = rgpu_get_bytes(&d, &n);
	CHECK(n == 3 && !memcmp(p, "abc", 3));
	CHECK((uintptr_t)p % 8 == 0);
	rgpu_get_bytes(&d, &n);
	CHECK_EQ(n, 0);
	CHECK_EQ(rgpu_dec_end(&d), 0);
}

static void
bytes_longer_than_the_message_are_refused(void)
{
	struct rgpu_dec d = rgpu_dec_init(memory, 16);
	uint32_t n;

	memset(memory, 0, sizeof(memory));
	memory[0] = 0xfffffff0;
	CHECK(!rgpu_get_bytes(&d, &n));
	CHECK(d.bad);
}

static void
a_string_must_end_where_its_length_says(void)
{
	struct rgpu_enc e = rgpu_enc_init(memory, sizeof(memory));
	struct rgpu_dec d;

	rgpu_put_bytes(&e, "a\0b", 4); /* a NUL inside */
	d = rgpu_dec_init(memory, e.pos);
	CHECK_STR(rgpu_get_cstr(&d), "");
	CHECK(d.bad);
	e = rgpu_enc_init(memory, sizeof(memory));
	rgpu_put_bytes(&e, "ab", 2); /* none at the end */
	d = rgpu_dec_init(memory, e.pos);
	rgpu_get_cstr(&d);
	CHECK(d.bad);
	e = rgpu_enc_init(memory, sizeof(memory));
	rgpu_put_cstr(&e, "ab");
	d = rgpu_dec_init(memory, e.pos);
	CHECK_STR(rgpu_get_cstr(&d), "ab");
	CHECK(!d.bad);
}

static void
more_than_was_expected_is_refused(void)
{
	struct rgpu_dec d = rgpu_dec_init(memory, 16);

	memset(memory, 0, sizeof(memory));
	rgpu_get_u32(&d);
	CHECK_EQ(rgpu_dec_end(&d), -1);
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"numbers are aligned to their size",
			numbers_are_aligned_to_their_size},
		{"encoding beyond the room is bad and stays bad",
			encoding_beyond_the_room_is_bad_and_stays_bad},
		{"decoding beyond the end is bad and gives zero",
			decoding_beyond_the_end_is_bad_and_gives_zero},
		{"a gap that is not zero is refused",
			a_gap_that_is_not_zero_is_refused},
		{"bytes carry their length", bytes_carry_their_length},
		{"bytes longer than the message are refused",
			bytes_longer_than_the_message_are_refused},
		{"a string must end where its length says",
			a_string_must_end_where_its_length_says},
		{"more than was expected is refused",
			more_than_was_expected_is_refused},
	};

	RUN_CASES(cases);
	return 0;
}
