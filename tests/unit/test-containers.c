/* SPDX-License-Identifier: Apache-2.0 */
/* Maps, ranges and id tables, against simple models of them. */
#include "config.h"
#include "common/ids.h"
#include "common/map.h"
#include "common/ranges.h"
#include "tests/check.h"

static uint64_t seed = 88172645463325252u;

static uint64_t
random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

static void
a_map_holds_what_a_plain_array_holds(void)
{
	static void *model[500];
	struct rgpu_map map = {.slots = NULL};
	size_t live = 0, pos = 0, seen = 0;

	for (int i = 0; i < 200000; i++) {
		uint64_t key = random64() % 500;
		void *value = (void *)(uintptr_t)(random64() | 1);

		if (!key)
			continue;
		if (random64() % 3) {
			live += !model[key];
			model[key] = value;
			CHECK_EQ(rgpu_map_put(&map, key, value), 0);
		} else {
			live -= model[key] != NULL;
			CHECK(rgpu_map_remove(&map, key) == model[key]);
			model[key] = NULL;
		}
		CHECK(rgpu_map_get(&map, key) == model[key]);
	}
	CHECK_EQ(map.count, live);
	while (rgpu_map_next(&map, &pos))
		seen++;
	CHECK_EQ(seen, live);
	CHECK(map.capacity <= 4096);
	rgpu_map_free(&map);
}

static void
ranges_do_not_overlap(void)
{
	struct rgpu_ranges r = {.list = NULL};

	CHECK_EQ(rgpu_ranges_add(&r, 100, 50, NULL), 0);
	CHECK_EQ(rgpu_ranges_add(&r, 149, 1, NULL), -1);
	CHECK_EQ(rgpu_ranges_add(&r, 90, 11, NULL), -1);
	CHECK_EQ(rgpu_ranges_add(&r, 90, 10, NULL), 0);
	CHECK_EQ(rgpu_ranges_add(&r, 150, 10, NULL), 0);
	CHECK_EQ(rgpu_ranges_add(&r, 0, 1000, NULL), -1);
	CHECK_EQ(rgpu_ranges_add(&r, 500, 0, NULL), -1);
	CHECK_EQ(rgpu_ranges_add(&r, UINT64_MAX - 1, 3, NULL), -1);
	rgpu_ranges_free(&r);
}

static void
cover_is_exact_to_the_byte(void)
{
	struct rgpu_ranges r = {.list = NULL};

	CHECK_EQ(rgpu_ranges_add(&r, 1000, 100, NULL), 0);
	CHECK_EQ(rgpu_ranges_add(&r, 1100, 100, NULL), 0);
	CHECK(rgpu_ranges_cover(&r, 1000, 100));
	CHECK(rgpu_ranges_cover(&r, 1099, 1));
	CHECK(!rgpu_ranges_cover(&r, 999, 1));
	CHECK(!rgpu_ranges_cover(&r, 1000, 101)); /* runs into the next one */
	CHECK(!rgpu_ranges_cover(&r, 1200, 1));
	CHECK(!rgpu_ranges_cover(&r, 1150, UINT64_MAX - 10)); /* wraps */
	CHECK(!rgpu_ranges_find(&r, 0));
	CHECK_EQ(rgpu_ranges_remove(&r, 1001, NULL), -1);
	CHECK_EQ(rgpu_ranges_remove(&r, 1000, NULL), 0);
	CHECK(!rgpu_ranges_find(&r, 1000));
	CHECK(rgpu_ranges_find(&r, 1100));
	rgpu_ranges_free(&r);
}

static struct rgpu_ids ids = RGPU_IDS_INIT(6);

static void
an_ended_id_is_unknown_for_long(void)
{
	static int object;
	uint64_t first = rgpu_id_make(&ids, &object), id = first;

	CHECK(first);
	CHECK(first % 16 == 0 && first >> 47 == 0 && first >= 1ull << 42);
	CHECK_EQ(rgpu_id_kind(first), 6);
	CHECK(rgpu_id_find(&ids, first) == &object);
	CHECK(rgpu_id_end(&ids, first) == &object);
	for (int i = 0; i < 100000; i++) {
		CHECK(!rgpu_id_find(&ids, first));
		id = rgpu_id_make(&ids, &object);
		CHECK(id && id != first);
		CHECK(rgpu_id_end(&ids, id));
	}
	CHECK(!rgpu_id_end(&ids, id));
}

static void
garbage_is_no_id(void)
{
	static const uint64_t garbage[] = {0, 1, 2, 0xdeadbeef, UINT64_MAX,
		UINT64_C(0x00007fffffffe000), UINT64_C(6) << 42,
		UINT64_C(6) << 42 | 0x3fffff0};

	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
		CHECK(!rgpu_id_find(&ids, garbage[i]));
		CHECK(!rgpu_id_end(&ids, garbage[i]));
	}
}

static void
many_ids_live_at_once(void)
{
	static uint64_t list[5000];
	static int objects[5000];
	uint32_t pos = 0, seen = 0;

	for (int i = 0; i < 5000; i++)
		CHECK((list[i] = rgpu_id_make(&ids, &objects[i])));
	for (int i = 0; i < 5000; i++)
		CHECK(rgpu_id_find(&ids, list[i]) == &objects[i]);
	while (rgpu_id_next(&ids, &pos))
		seen++;
	CHECK_EQ(seen, 5000);
	for (int i = 0; i < 5000; i++)
		CHECK(rgpu_id_end(&ids, list[i]) == &objects[i]);
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"a map holds what a plain array holds",
			a_map_holds_what_a_plain_array_holds},
		{"ranges do not overlap", ranges_do_not_overlap},
		{"cover is exact to the byte", cover_is_exact_to_the_byte},
		{"an ended id is unknown for long",
			an_ended_id_is_unknown_for_long},
		{"garbage is no id", garbage_is_no_id},
		{"many ids live at once", many_ids_live_at_once},
	};

	RUN_CASES(cases);
	return 0;
}
