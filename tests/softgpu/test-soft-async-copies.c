/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When asynchronous copies use host memory: ordinary memory has been read when
 * the call returns and has been written too; pinned memory is used when the
 * stream gets there.
 */
#include "config.h"
#include "tests/softgpu/soft.h"

#define SMALL 1000
#define LARGE ((size_t)3 << 20)

static CUdeviceptr device;
static CUstream stream;

static void
an_ordinary_source_may_change_at_once(void)
{
	static unsigned char buf[SMALL], back[SMALL];
	struct gate g;

	memset(buf, 1, sizeof(buf));
	gate_close(&g, stream);
	/* The stream is busy: the bytes are taken aside. */
	CU(cuMemcpyHtoDAsync_v2(device, buf, sizeof(buf), stream));
	memset(buf, 2, sizeof(buf));
	EXPECT_CU(cuStreamQuery(stream), CUDA_ERROR_NOT_READY);
	gate_open(&g);
	CU(cuMemcpyDtoHAsync_v2(back, device, sizeof(back), stream));
	/* An ordinary destination has been written. */
	CHECK(back[0] == 1 && back[SMALL - 1] == 1);
	CU(cuMemcpyHtoDAsync_v2(device, buf, sizeof(buf), stream));
	memset(buf, 3, sizeof(buf));
	CU(cuMemcpyDtoH_v2(back, device, sizeof(back)));
	CHECK_EQ(back[SMALL / 2], 2);
}

static struct gate late_gate;

static void *
open_late(void *arg)
{
	sleep_ms(40);
	gate_open(&late_gate);
	return arg;
}

/* Too much to take aside: the call waits for the stream instead. */
static void
a_large_ordinary_source_may_change_at_once_too(void)
{
	unsigned char *buf = malloc(LARGE), last;
	pthread_t t;

	CHECK(buf);
	memset(buf, 5, LARGE);
	gate_close(&late_gate, stream);
	CHECK_EQ(pthread_create(&t, NULL, open_late, NULL), 0);
	CU(cuMemcpyHtoDAsync_v2(device, buf, LARGE, stream));
	memset(buf, 6, LARGE);
	CU(cuMemcpyDtoHAsync_v2(&last, device + LARGE - 1, 1, stream));
	CHECK_EQ(last, 5);
	CHECK_EQ(pthread_join(t, NULL), 0);
	free(buf);
}

static void
pinned_memory_is_used_in_stream_order(void)
{
	unsigned char *in, *out;
	struct gate g;

	CU(cuMemAllocHost_v2((void **)&in, LARGE));
	CU(cuMemAllocHost_v2((void **)&out, LARGE));
	memset(in, 1, LARGE);
	memset(out, 0, LARGE);
	gate_close(&g, stream);
	CU(cuMemcpyHtoDAsync_v2(device, in, LARGE, stream));
	CU(cuMemcpyDtoHAsync_v2(out, device, LARGE, stream));
	CU(cuMemcpyAsync(device, (uintptr_t)out, 10, stream));
	EXPECT_CU(cuStreamQuery(stream), CUDA_ERROR_NOT_READY);
	CHECK(out[0] == 0 && out[LARGE - 1] == 0);
	/* Not read yet: this is what will be copied. */
	memset(in, 7, LARGE);
	gate_open(&g);
	CU(cuStreamSynchronize(stream));
	CHECK(out[0] == 7 && out[LARGE - 1] == 7);
	CU(cuMemFreeHost(in));
	CU(cuMemFreeHost(out));
}

static void
device_copies_do_not_hold_up_the_host(void)
{
	CUdeviceptr other;
	unsigned char c;
	struct gate g;

	CU(cuMemAlloc_v2(&other, LARGE));
	CU(cuMemsetD8_v2(device, 9, LARGE));
	gate_close(&g, NULL);
	/* All of these are queued behind the gate. */
	CU(cuMemcpyDtoD_v2(other, device, LARGE));
	CU(cuMemsetD8_v2(device, 1, LARGE));
	CU(cuMemcpyDtoDAsync_v2(device, other, 1, NULL));
	EXPECT_CU(cuStreamQuery(NULL), CUDA_ERROR_NOT_READY);
	gate_open(&g);
	CU(cuMemcpyDtoH_v2(&c, other + LARGE - 1, 1));
	CHECK_EQ(c, 9);
	CU(cuMemcpyDtoH_v2(&c, device + 1, 1));
	CHECK_EQ(c, 1);
	CU(cuMemcpyDtoH_v2(&c, device, 1));
	CHECK_EQ(c, 9);
	CU(cuMemFree_v2(other));
}

/* Freeing waits for the work that uses the memory. */
static void
memory_is_freed_behind_its_work(void)
{
	unsigned char *out;
	CUdeviceptr p;
	pthread_t t;

	CU(cuMemAllocHost_v2((void **)&out, LARGE));
	CU(cuMemAlloc_v2(&p, LARGE));
	CU(cuMemsetD8_v2(p, 4, LARGE));
	gate_close(&late_gate, stream);
	CU(cuMemcpyDtoHAsync_v2(out, p, LARGE, stream));
	CHECK_EQ(pthread_create(&t, NULL, open_late, NULL), 0);
	CU(cuMemFree_v2(p));
	CHECK(out[0] == 4 && out[LARGE - 1] == 4);
	CHECK_EQ(pthread_join(t, NULL), 0);
	gate_close(&late_gate, stream);
	CU(cuMemcpyHtoDAsync_v2(device, out, LARGE, stream));
	CHECK_EQ(pthread_create(&t, NULL, open_late, NULL), 0);
	CU(cuMemFreeHost(out));
	CU(cuStreamQuery(stream));
	CHECK_EQ(pthread_join(t, NULL), 0);
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"an ordinary source may change at once",
			an_ordinary_source_may_change_at_once},
		{"a large ordinary source may change at once, too",
			a_large_ordinary_source_may_change_at_once_too},
		{"pinned memory is used in stream order",
			pinned_memory_is_used_in_stream_order},
		{"device copies do not hold up the host",
			device_copies_do_not_hold_up_the_host},
		{"memory is freed behind its work",
			memory_is_freed_behind_its_work},
	};

	make_context();
	CU(cuMemAlloc_v2(&device, LARGE));
	CU(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
	RUN_CASES(cases);
	return 0;
}
