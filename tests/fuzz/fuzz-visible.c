/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CUDA_VISIBLE_DEVICES. The first byte is how many devices there are, the second
 * how alike their UUIDs are, the rest is the list. The answer names each device
 * once; and the same devices named in full, by number or by UUID, are the same
 * answer.
 */
#include "config.h"
#include "tests/fuzz/fuzz.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cudaabi/visible.h"

#define DEVICES_MAX 24

static const char *const words[] = {",", " ", "\t", "0", "1", "7", "10", "23",
	"24", "-1", "GPU-", "gpu-", "GPU-a", "GPU-aabbccdd-eeff", "MIG-", "0x1",
	"00000", "99999999999999999999", NULL};

const struct rgpu_fuzz_setup rgpu_fuzz_setup = {
	.name = "visible", .inputs = 150000, .words = words};

/* UUIDs that differ from their byte `alike` on. */
static void
make_uuids(uint8_t (*uuids)[16], int count, unsigned alike)
{
	static const uint8_t common[16] = {0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
		0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0x00};

	for (int i = 0; i < count; i++) {
		memcpy(uuids[i], common, 16);
		uuids[i][alike % 16] = (uint8_t)(0xa0 + i);
	}
}

static void
check_each_once(const int *devices, int n, int count)
{
	FUZZ_CHECK(n >= 0 && n <= count);
	for (int i = 0; i < n; i++) {
		FUZZ_CHECK(devices[i] >= 0 && devices[i] < count);
		for (int j = 0; j < i; j++)
			FUZZ_CHECK(devices[i] != devices[j]);
	}
}

/* Named one by one, the devices come out as they went in. */
static void
check_in_full(const int *devices, int n, int count, const uint8_t (*uuids)[16],
	bool by_uuid)
{
	char list[DEVICES_MAX * (RGPU_UUID_TEXT + 1)], *p = list;
	int *again = rgpu_fuzz_alloc((size_t)count * sizeof(int));

	*p = '\0';
	for (int i = 0; i < n; i++) {
		if (i)
			*p++ = ',';
		if (by_uuid)
			rgpu_uuid_text(uuids[devices[i]], p);
		else
			sprintf(p, "%d", devices[i]);
		p += strlen(p);
	}
	FUZZ_CHECK(rgpu_visible_devices(list, count, uuids, again) == n);
	if (n)
		FUZZ_CHECK(!memcmp(again, devices, (size_t)n * sizeof(int)));
	free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int count = size > 0 ? data[0] % (DEVICES_MAX + 1) : 0, n;
	uint8_t(*uuids)[16] = rgpu_fuzz_alloc((size_t)count * 16);
	/* Room for exactly as many as there are. */
	int *out = rgpu_fuzz_alloc((size_t)count * sizeof(int));
	size_t skip = size < 2 ? size : 2;
	size_t len = strnlen((const char *)data + skip, size - skip);
	char *list = rgpu_fuzz_alloc(len + 1);

	make_uuids(uuids, count, size > 1 ? data[1] : 0);
	memcpy(list, data + skip, len);
	n = rgpu_visible_devices(list, count, (const uint8_t(*)[16])uuids, out);
	rgpu_fuzz_accepted += n > 0;
	check_each_once(out, n, count);
	check_in_full(out, n, count, (const uint8_t(*)[16])uuids, false);
	check_in_full(out, n, count, (const uint8_t(*)[16])uuids, true);
	free(list);
	free(out);
	free(uuids);
	return 0;
}

void
rgpu_fuzz_seeds(void (*add)(const void *data, size_t size))
{
	static const char *const good[] = {"\4\1"
					   "0",
		"\4\1"
		"3,1,0",
		"\x18\xf"
		" 23 ,\t0, 7",
		"\3\1"
		"GPU-aaa1,gpu-AAA2",
		"\2\xf"
		"1,GPU-aabbccdd-eeff-1122-3344-5566778899a0",
		"\1\1"
		"0,1"};

	for (size_t i = 0; i < RGPU_COUNT(good); i++)
		add(good[i], strlen(good[i]));
}
