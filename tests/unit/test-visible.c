/* SPDX-License-Identifier: Apache-2.0 */
/* CUDA_VISIBLE_DEVICES by the rules of the CUDA programming guide. */
#include "config.h"
#include "cudaabi/visible.h"
#include "tests/check.h"

static const uint8_t uuids[4][16] = {
	{0xaa, 0x11},
	{0xaa, 0x22},
	{0xbb, 0x33},
	{0xcc, 0x44},
};

/* The devices a list shows, as digits. */
static const char *
seen(const char *list)
{
	static char text[8];
	int out[4], n = rgpu_visible_devices(list, 4, uuids, out);

	for (int i = 0; i < n; i++)
		text[i] = (char)('0' + out[i]);
	text[n] = '\0';
	return text;
}

static void
ordinals_choose_and_order(void)
{
	CHECK_STR(seen(NULL), "0123");
	CHECK_STR(seen("2"), "2");
	CHECK_STR(seen("3,1"), "31");
	CHECK_STR(seen(" 1 , 2"), "12");
}

static void
the_first_bad_item_ends_the_list(void)
{
	CHECK_STR(seen("1,4,2"), "1");
	CHECK_STR(seen("-1"), "");
	CHECK_STR(seen(""), "");
	CHECK_STR(seen("0,-1,2"), "0");
	CHECK_STR(seen("NoDevFiles"), "");
	CHECK_STR(seen("0x1"), "");
	CHECK_STR(seen("99999999999999999999"), "");
}

static void
a_device_named_twice_hides_all(void)
{
	CHECK_STR(seen("1,1"), "");
	CHECK_STR(seen("0,1,GPU-aa22"), "");
}

static void
the_beginning_of_a_uuid_names_a_device(void)
{
	char text[RGPU_UUID_TEXT];

	CHECK_STR(seen("GPU-bb33"), "2");
	CHECK_STR(seen("gpu-CC"), "3");
	CHECK_STR(seen("GPU-aa"), ""); /* two devices begin so */
	CHECK_STR(seen("GPU-"), "");
	rgpu_uuid_text(uuids[1], text);
	CHECK_STR(text, "GPU-aa220000-0000-0000-0000-000000000000");
	CHECK_STR(seen(text), "1");
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"ordinals choose and order", ordinals_choose_and_order},
		{"the first bad item ends the list",
			the_first_bad_item_ends_the_list},
		{"a device named twice hides all",
			a_device_named_twice_hides_all},
		{"the beginning of a UUID names a device",
			the_beginning_of_a_uuid_names_a_device},
	};

	RUN_CASES(cases);
	return 0;
}
