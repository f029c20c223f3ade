/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Streams that wait for numbers in memory and write them, with each condition;
 * and several copies in one call.
 */
#include "driver.h"

static CUdeviceptr memory;
static CUstream waits, writes;

/* Waits in one stream for what the other writes: order seen by marks that the
 * waiting stream leaves behind. */
static void
check_condition(const char *name, unsigned how, uint32_t want, uint32_t before,
	uint32_t enough)
{
	uint32_t mark = 0;

	CHECK_CU(cuMemsetD32(memory, before, 1));
	CHECK_CU(cuMemsetD32(memory + 4, 0, 1));
	CHECK_CU(cuCtxSynchronize());
	CHECK_CU(cuStreamWaitValue32(waits, memory, want, how));
	CHECK_CU(cuMemsetD32Async(memory + 4, 77, 1, waits));
	EXPECT(cuStreamQuery(waits) == CUDA_ERROR_NOT_READY);
	CHECK_CU(cuStreamWriteValue32(writes, memory, enough, 0));
	CHECK_CU(cuStreamSynchronize(waits));
	CHECK_CU(cuMemcpyDtoH(&mark, memory + 4, 4));
	EXPECT(mark == 77);
	printf("stream-values-%s: ok\n", name);
}

static void
check_64(void)
{
	uint64_t seen = 0;

	CHECK_CU(cuMemsetD32(memory, 0, 4));
	CHECK_CU(cuCtxSynchronize());
	CHECK_CU(cuStreamWaitValue64(
		waits, memory + 8, 1ull << 40, CU_STREAM_WAIT_VALUE_GEQ));
	CHECK_CU(cuStreamWriteValue64(waits, memory + 16, 0x123456789abcull,
		CU_STREAM_WRITE_VALUE_NO_MEMORY_BARRIER));
	EXPECT(cuStreamQuery(waits) == CUDA_ERROR_NOT_READY);
	CHECK_CU(cuStreamWriteValue64(writes, memory + 8, 1ull << 41, 0));
	CHECK_CU(cuStreamSynchronize(waits));
	CHECK_CU(cuMemcpyDtoH(&seen, memory + 16, 8));
	EXPECT(seen == 0x123456789abcull);
	printf("stream-values-64: ok\n");
}

static void
check_errors(void)
{
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE,
		cuStreamWaitValue32(waits, memory + 2, 1, 0));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE,
		cuStreamWriteValue64(waits, memory + 4, 1, 0));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE,
		cuStreamWriteValue32(waits, 64, 1, 0));
	printf("stream-values-errors: ok\n");
}

#if CUDA_VERSION >= 13000
static void
check_batch(void)
{
	enum { COPIES = 5, BYTES = 400 };
	static uint8_t up[COPIES][BYTES], down[COPIES][BYTES];
	CUdeviceptr dst[COPIES], src[COPIES], area;
	size_t size[COPIES], first = 0, wrong = 1;
	CUmemcpyAttributes how = {
		.srcAccessOrder = CU_MEMCPY_SRC_ACCESS_ORDER_STREAM};
	struct rng r = rng_make(7);

	CHECK_CU(cuMemAlloc(&area, sizeof(up)));
	for (int i = 0; i < COPIES; i++) {
		for (int k = 0; k < BYTES; k++)
			up[i][k] = (uint8_t)rng_u32(&r);
		dst[i] = area + (CUdeviceptr)i * BYTES;
		src[i] = (uintptr_t)up[i];
		size[i] = BYTES;
	}
	CHECK_CU(cuMemcpyBatchAsync(
		dst, src, size, COPIES, &how, &first, 1, waits));
	for (int i = 0; i < COPIES; i++) {
		src[i] = dst[i];
		dst[i] = (uintptr_t)down[i];
	}
	CHECK_CU(cuMemcpyBatchAsync(
		dst, src, size, COPIES, &how, &first, 1, waits));
	CHECK_CU(cuStreamSynchronize(waits));
	EXPECT(memcmp(up, down, sizeof(up)) == 0);
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE,
		cuMemcpyBatchAsync(
			dst, src, size, COPIES, &how, &wrong, 1, waits));
	CHECK_CU(cuMemFree(area));
	printf("stream-values-batch: ok\n");
}
#endif

int
main(void)
{
	CUdevice device;
	CUcontext context;

	CHECK_CU(cuInit(0));
	CHECK_CU(cuDeviceGet(&device, 0));
	CHECK_CU(create_context(&context, 0, device));
	CHECK_CU(cuMemAlloc(&memory, 64));
	CHECK_CU(cuStreamCreate(&waits, CU_STREAM_NON_BLOCKING));
	CHECK_CU(cuStreamCreate(&writes, CU_STREAM_NON_BLOCKING));
	check_condition("geq", CU_STREAM_WAIT_VALUE_GEQ, 5, 4, 9);
	/* GEQ counts round: 1 is after 0xfffffff0. */
	check_condition("geq-round", CU_STREAM_WAIT_VALUE_GEQ, 0xfffffff0u,
		0xffffffe0u, 1);
	check_condition("eq", CU_STREAM_WAIT_VALUE_EQ, 5, 6, 5);
	check_condition("and", CU_STREAM_WAIT_VALUE_AND, 6, 9, 4);
	check_condition("nor", CU_STREAM_WAIT_VALUE_NOR, 0xff, 0xffffff00u, 1);
	check_64();
	check_errors();
#if CUDA_VERSION >= 13000
	check_batch();
#endif
	CHECK_CU(cuStreamDestroy(waits));
	CHECK_CU(cuStreamDestroy(writes));
	CHECK_CU(cuMemFree(memory));
	CHECK_CU(cuCtxDestroy(context));
	return 0;
}
