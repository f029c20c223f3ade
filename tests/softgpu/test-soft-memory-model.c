/* SPDX-License-Identifier: Apache-2.0 */
/* Random allocations and frees of all sizes: none overlaps another, each keeps
 * its bytes, each is known by its exact size, and all memory comes back. */
#include "config.h"
#include "tests/softgpu/soft.h"

enum { SLOTS = 400, STEPS = 12000 };

static struct slot {
	CUdeviceptr base;
	size_t size;
	uint32_t mark;
} slots[SLOTS];

static uint64_t seed = 88172645463325252u;

static uint64_t
random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

static void
check_bytes(const struct slot *s)
{
	uint32_t first, last;

	CU(cuMemcpyDtoH_v2(&first, s->base, 4));
	CU(cuMemcpyDtoH_v2(&last, s->base + (s->size - 4) / 4 * 4, 4));
	CHECK_EQ(first, s->mark);
	CHECK_EQ(last, s->mark);
}

static void
check_apart(const struct slot *a)
{
	for (int i = 0; i < SLOTS; i++) {
		const struct slot *b = &slots[i];

		if (b != a && b->size)
			CHECK(a->base + a->size <= b->base ||
				b->base + b->size <= a->base);
	}
}

static void
fill(struct slot *s)
{
	size_t max = (size_t)1 << (3 + random64() % 20);

	s->size = 4 + random64() % max;
	s->mark = (uint32_t)random64();
	CU(cuMemAlloc_v2(&s->base, s->size));
	CU(cuMemsetD32_v2(s->base, s->mark, s->size / 4));
	check_apart(s);
}

int
main(void)
{
	size_t before, after, total;

	make_context();
	CU(cuMemGetInfo_v2(&before, &total));
	for (int i = 0; i < STEPS; i++) {
		struct slot *s = &slots[random64() % SLOTS];
		CUdeviceptr base;
		size_t size;

		if (!s->size) {
			fill(s);
			continue;
		}
		CU(cuMemGetAddressRange_v2(
			&base, &size, s->base + random64() % s->size));
		CHECK(base == s->base && size == s->size);
		check_bytes(s);
		CU(cuMemFree_v2(s->base));
		EXPECT_CU(cuMemGetAddressRange_v2(&base, &size, s->base),
			CUDA_ERROR_NOT_FOUND);
		s->size = 0;
	}
	for (int i = 0; i < SLOTS; i++) {
		if (slots[i].size) {
			check_bytes(&slots[i]);
			CU(cuMemFree_v2(slots[i].base));
		}
	}
	CU(cuMemGetInfo_v2(&after, &total));
	CHECK_EQ(after, before);
	return 0;
}
