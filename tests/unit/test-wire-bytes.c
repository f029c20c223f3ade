/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wire, byte by byte: the headers of a frame and a unit, and eleven commands,
 * each compared with bytes written out by hand. PROTOCOL.md in the form of a
 * test: a second implementation has to produce exactly this.
 */
#include "config.h"
#include "cudaabi/gen/ops.h"
#include "protocol/frame.h"
#include "protocol/gen/wire.h"
#include "tests/check.h"

/* Ids as a client makes them: kind << 42 | generation << 26 | index << 4. */
#define ID(kind, index) \
	(UINT64_C(kind) << 42 | UINT64_C(1) << 26 | UINT64_C(index) << 4)
#define CONTEXT	 ID(1, 1)
#define MODULE	 ID(2, 5)
#define FUNCTION ID(3, 4)
#define STREAM	 ID(6, 2)
#define EVENT	 ID(7, 3)

static uint64_t memory[64];
static struct rgpu_unit unit;

static struct rgpu_enc
begin(uint16_t op, uint16_t flags, uint64_t context)
{
	memset(memory, 0, sizeof(memory));
	unit = (struct rgpu_unit){.kind = op, .info = flags, .id = context};
	return rgpu_enc_init((uint8_t *)memory + RGPU_UNIT_HEADER,
		sizeof(memory) - RGPU_UNIT_HEADER);
}

/* Ends the unit as the channel does, and compares. */
static void
compare(struct rgpu_enc *e, const uint8_t *want, size_t size)
{
	const uint8_t *got = (const uint8_t *)memory;

	rgpu_enc_room(e, 0, 8);
	CHECK(!e->bad);
	unit.length = (uint32_t)(RGPU_UNIT_HEADER + e->pos);
	rgpu_unit_put((uint8_t *)memory, &unit);
	CHECK_EQ(unit.length, size);
	for (size_t i = 0; i < size; i++) {
		if (got[i] == want[i])
			continue;
		fprintf(stderr, "byte %zu is 0x%02x, not 0x%02x\n", i, got[i],
			want[i]);
		exit(1);
	}
}

static void
fill_params(uint8_t out[24])
{
	uint64_t x = UINT64_C(0x200000000000), y = UINT64_C(0x200000001000);
	float a = 2.0f;
	int32_t n = 1000;

	memcpy(out, &x, 8);
	memcpy(out + 8, &y, 8);
	memcpy(out + 16, &a, 4);
	memcpy(out + 20, &n, 4);
}

static void
frame_header(void)
{
	/* clang-format off */
	static const uint8_t want[RGPU_FRAME_HEADER] = {
		0x48, 0x00, 0x00, 0x00, /*   0 length 72 */
		0x03, 0x00, /*   4 type COMMANDS */
		0x00, 0x00, /*   6 flags */
		0x07, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /*   8 seq 7 */
		0x02, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /*  16 ack 258 */
		0x03, 0x00, 0x00, 0x00, /*  24 three units */
		0x00, 0x00, 0x00, 0x00, /*  28 zero */
	};
	/* clang-format on */
	struct rgpu_frame f = {.length = 72,
				  .type = RGPU_FRAME_COMMANDS,
				  .seq = 7,
				  .ack = 258,
				  .count = 3},
			  back;
	uint8_t got[RGPU_FRAME_HEADER];

	rgpu_frame_put(got, &f);
	CHECK(!memcmp(got, want, sizeof(want)));
	CHECK_EQ(rgpu_frame_get(want, &back), 0);
	CHECK(back.length == 72 && back.seq == 7 && back.ack == 258 &&
		back.count == 3 && back.type == RGPU_FRAME_COMMANDS);
}

static void
bad_headers_are_refused(void)
{
	static const struct {
		int at;
		uint8_t value;
	} bad[] = {
		{0, 0x49}, {3, 0x02}, {4, 0}, {4, 6}, {5, 1}, {6, 1}, {28, 1}};
	struct rgpu_frame f = {.length = 72, .type = RGPU_FRAME_COMMANDS};
	uint8_t bytes[RGPU_FRAME_HEADER], header[RGPU_UNIT_HEADER] = {0};
	struct rgpu_unit u;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		rgpu_frame_put(bytes, &f);
		bytes[bad[i].at] = bad[i].value;
		CHECK_EQ(rgpu_frame_get(bytes, &(struct rgpu_frame){0}), -1);
	}
	for (unsigned length = 0; length < 64; length++) {
		header[0] = (uint8_t)length;
		CHECK_EQ(rgpu_unit_get(header, &u),
			length >= 16 && length % 8 == 0 ? 0 : -1);
	}
}

static void
rgpu_ping(void)
{
	/* clang-format off */
	static const uint8_t want[] = {
		0x10, 0x00, 0x00, 0x00, /*   0 length 16 */
		0x10, 0x00, /*   4 operation 0x0010 rgpu_ping */
		0x01, 0x00, /*   6 flags: a result is wanted */
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /*   8 context */
	};
	/* clang-format on */
	struct rgpu_args_rgpu_ping a = {};
	struct rgpu_enc e = begin(RGPU_OP_rgpu_ping, 1, 0);

	rgpu_put_args_rgpu_ping(&e, &a);
	compare(&e, want, sizeof(want));
}

static void
mem_alloc(void)
{
	/* clang-format off */
	static const uint8_t want[] = {
		0x18, 0x00, 0x00, 0x00, /*   0 length 24 */
		0x02, 0x04, /*   4 operation 0x0402 cuMemAlloc_v2 */
		0x01, 0x00, /*   6 flags: a result is wanted */
		0x10, 0x00, 0x00, 0x04, 0x00, 0x04, 0x00, 0x00, /*   8 context */
		0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, /*  16 bytesize 1 MiB */
	};
	/* clang-format on */
	struct rgpu_args_cuMemAlloc_v2 a = {.bytesize = 1 << 20};
	struct rgpu_enc e = begin(RGPU_OP_cuMemAlloc_v2, 1, CONTEXT);

	rgpu_put_args_cuMemAlloc_v2(&e, &a);
	compare(&e, want, sizeof(want));
}

static void
mem_free(void)
{
	/* clang-format off */
	static const uint8_t want[] = {
		0x18, 0x00, 0x00, 0x00, /*   0 length 24 */
		0x04, 0x04, /*   4 operation 0x0404 cuMemFree_v2 */
		0x01, 0x00, /*   6 flags: a result is wanted */
		0x10, 0x00, 0x00, 0x04, 0x00, 0x04, 0x00, 0x00, /*   8 context */
		0x00, 0x00, 0x00, 0x00, 0x00, 0x20, 0x00, 0x00, /*  16 dptr */
	};
	/* clang-format on */
	struct rgpu_args_cuMemFree_v2 a = {.dptr = 0x200000000000};
	struct rgpu_enc e = begin(RGPU_OP_cuMemFree_v2, 1, CONTEXT);

	rgpu_put_args_cuMemFree_v2(&e, &a);
	compare(&e, want, sizeof(want));
}

static void
memset_d32_async(void)
{
	/* clang-format off */
	static const uint8_t want[] = {
		0x30, 0x00, 0x00, 0x00, /*   0 length 48 */
		0x29, 0x04, /*   4 operation 0x0429 cuMemsetD32Async */
		0x00, 0x00, /*   6 flags */
		0x10, 0x00, 0x00, 0x04, 0x00, 0x04, 0x00, 0x00, /*   8 context */
		0x00, 0x01, 0x00, 0x00, 0x00, 0x20, 0x00, 0x00, /*  16 dstDevice */
		0xef, 0xbe, 0xad, 0xde, /*  24 ui */
		0x00, 0x00, 0x00, 0x00, /*  28 gap */
		0x40, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /*  32 N */
		0x20, 0x00, 0x00, 0x04, 0x00, 0x18, 0x00, 0x00, /*  40 hStream: kind 6, generation 1, index 2 */
	};
	/* clang-format on */
	struct rgpu_args_cuMemsetD32Async a = {.dstDevice = 0x200000000100,
		.ui = 0xdeadbeef,
		.N = 64,
		.hStream = STREAM};
	struct rgpu_enc e = begin(RGPU_OP_cuMemsetD32Async, 0, CONTEXT);

	rgpu_put_args_cuMemsetD32Async(&e, &a);
	compare(&e, want, sizeof(want));
}

static void
memset_d8_async(void)
{
	/* clang-format off */
	static const uint8_t want[] = {
		0x30, 0x00, 0x00, 0x00, /*   0 length 48 */
		0x27, 0x04, /*   4 operation 0x0427 cuMemsetD8Async */
		0x00, 0x00, /*   6 flags */
		0x10, 0x00, 0x00, 0x04, 0x00, 0x04, 0x00, 0x00, /*   8 context */
		0x00, 0x01, 0x00, 0x00, 0x00, 0x20, 0x00, 0x00, /*  16 dstDevice */
		0x5a, /*  24 uc */
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /*  25 gap */
		0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /*  32 N */
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /*  40 hStream: the legacy default stream */
	};
	/* clang-format on */
	struct rgpu_args_cuMemsetD8Async a = {
		.dstDevice = 0x200000000100, .uc = 0x5a, .N = 3};
	struct rgpu_enc e = begin(RGPU_OP_cuMemsetD8Async, 0, CONTEXT);

	rgpu_put_args_cuMemsetD8Async(&e, &a);
	compare(&e, want, sizeof(want));
}

static void
stream_create_with_priority(void)
{
	/* clang-format off */
	static const uint8_t want[] = {
		0x20, 0x00, 0x00, 0x00, /*   0 length 32 */
		0x02, 0x07, /*   4 operation 0x0702 cuStreamCreateWithPriority */
		0x00, 0x00, /*   6 flags */
		0x10, 0x00, 0x00, 0x04, 0x00, 0x04, 0x00, 0x00, /*   8 context */
		0x20, 0x00, 0x00, 0x04, 0x00, 0x18, 0x00, 0x00, /*  16 phStream: the id the client has made */
		0x01, 0x00, 0x00, 0x00, /*  24 flags: CU_STREAM_NON_BLOCKING */
		0xff, 0xff, 0xff, 0xff, /*  28 priority -1 */
	};
	/* clang-format on */
	struct rgpu_args_cuStreamCreateWithPriority a = {
		.phStream = STREAM, .flags = 1, .priority = -1};
	struct rgpu_enc e =
		begin(RGPU_OP_cuStreamCreateWithPriority, 0, CONTEXT);

	rgpu_put_args_cuStreamCreateWithPriority(&e, &a);
	compare(&e, want, sizeof(want));
}

static void
event_record_with_flags(void)
{
	/* clang-format off */
	static const uint8_t want[] = {
		0x28, 0x00, 0x00, 0x00, /*   0 length 40 */
		0x03, 0x08, /*   4 operation 0x0803 cuEventRecordWithFlags */
		0x00, 0x00, /*   6 flags */
		0x10, 0x00, 0x00, 0x04, 0x00, 0x04, 0x00, 0x00, /*   8 context */
		0x30, 0x00, 0x00, 0x04, 0x00, 0x1c, 0x00, 0x00, /*  16 hEvent: kind 7, generation 1, index 3 */
		0x20, 0x00, 0x00, 0x04, 0x00, 0x18, 0x00, 0x00, /*  24 hStream */
		0x00, 0x00, 0x00, 0x00, /*  32 flags */
		0x00, 0x00, 0x00, 0x00, /*  36 gap to a multiple of 8 */
	};
	/* clang-format on */
	struct rgpu_args_cuEventRecordWithFlags a = {
		.hEvent = EVENT, .hStream = STREAM};
	struct rgpu_enc e = begin(RGPU_OP_cuEventRecordWithFlags, 0, CONTEXT);

	rgpu_put_args_cuEventRecordWithFlags(&e, &a);
	compare(&e, want, sizeof(want));
}

static void
stream_synchronize(void)
{
	/* clang-format off */
	static const uint8_t want[] = {
		0x18, 0x00, 0x00, 0x00, /*   0 length 24 */
		0x14, 0x07, /*   4 operation 0x0714 cuStreamSynchronize */
		0x01, 0x00, /*   6 flags: a result is wanted */
		0x10, 0x00, 0x00, 0x04, 0x00, 0x04, 0x00, 0x00, /*   8 context */
		0x20, 0x00, 0x00, 0x04, 0x00, 0x18, 0x00, 0x00, /*  16 hStream */
	};
	/* clang-format on */
	struct rgpu_args_cuStreamSynchronize a = {.hStream = STREAM};
	struct rgpu_enc e = begin(RGPU_OP_cuStreamSynchronize, 1, CONTEXT);

	rgpu_put_args_cuStreamSynchronize(&e, &a);
	compare(&e, want, sizeof(want));
}

static void
module_get_function(void)
{
	/* clang-format off */
	static const uint8_t want[] = {
		0x30, 0x00, 0x00, 0x00, /*   0 length 48 */
		0x07, 0x03, /*   4 operation 0x0307 cuModuleGetFunction */
		0x01, 0x00, /*   6 flags: a result is wanted */
		0x10, 0x00, 0x00, 0x04, 0x00, 0x04, 0x00, 0x00, /*   8 context */
		0x40, 0x00, 0x00, 0x04, 0x00, 0x0c, 0x00, 0x00, /*  16 hfunc: the id the client has made */
		0x50, 0x00, 0x00, 0x04, 0x00, 0x08, 0x00, 0x00, /*  24 hmod */
		0x06, 0x00, 0x00, 0x00, /*  32 name: 6 bytes with the NUL */
		0x00, 0x00, 0x00, 0x00, /*  36 gap */
		0x73, 0x61, 0x78, 0x70, 0x79, 0x00, /*  40 "saxpy" */
		0x00, 0x00, /*  46 gap to a multiple of 8 */
	};
	/* clang-format on */
	struct rgpu_args_cuModuleGetFunction a = {
		.hfunc = FUNCTION, .hmod = MODULE, .name = "saxpy"};
	struct rgpu_enc e = begin(RGPU_OP_cuModuleGetFunction, 1, CONTEXT);

	rgpu_put_args_cuModuleGetFunction(&e, &a);
	compare(&e, want, sizeof(want));
}

static void
launch_kernel(void)
{
	/* clang-format off */
	static const uint8_t want[] = {
		0x60, 0x00, 0x00, 0x00, /*   0 length 96 */
		0x01, 0x05, /*   4 operation 0x0501 cuLaunchKernel */
		0x00, 0x00, /*   6 flags */
		0x10, 0x00, 0x00, 0x04, 0x00, 0x04, 0x00, 0x00, /*   8 context */
		0x40, 0x00, 0x00, 0x04, 0x00, 0x0c, 0x00, 0x00, /*  16 f */
		0x04, 0x00, 0x00, 0x00, /*  24 gridDimX */
		0x01, 0x00, 0x00, 0x00, /*  28 gridDimY */
		0x01, 0x00, 0x00, 0x00, /*  32 gridDimZ */
		0x00, 0x01, 0x00, 0x00, /*  36 blockDimX */
		0x01, 0x00, 0x00, 0x00, /*  40 blockDimY */
		0x01, 0x00, 0x00, 0x00, /*  44 blockDimZ */
		0x00, 0x00, 0x00, 0x00, /*  48 sharedMemBytes */
		0x00, 0x00, 0x00, 0x00, /*  52 gap */
		0x20, 0x00, 0x00, 0x04, 0x00, 0x18, 0x00, 0x00, /*  56 hStream */
		0x18, 0x00, 0x00, 0x00, /*  64 params: 24 bytes */
		0x00, 0x00, 0x00, 0x00, /*  68 gap */
		0x00, 0x00, 0x00, 0x00, 0x00, 0x20, 0x00, 0x00, /*  72 first parameter: a pointer */
		0x00, 0x10, 0x00, 0x00, 0x00, 0x20, 0x00, 0x00, /*  80 second: a pointer */
		0x00, 0x00, 0x00, 0x40, /*  88 third: 2.0f */
		0xe8, 0x03, 0x00, 0x00, /*  92 fourth: 1000 */
	};
	/* clang-format on */
	uint8_t params[24];
	struct rgpu_args_cuLaunchKernel a = {.f = FUNCTION,
		.gridDimX = 4,
		.gridDimY = 1,
		.gridDimZ = 1,
		.blockDimX = 256,
		.blockDimY = 1,
		.blockDimZ = 1,
		.hStream = STREAM,
		.params = params,
		.paramBytes = 24};
	struct rgpu_enc e = begin(RGPU_OP_cuLaunchKernel, 0, CONTEXT);

	fill_params(params);
	rgpu_put_args_cuLaunchKernel(&e, &a);
	compare(&e, want, sizeof(want));
}

static void
memcpy_htod_async(void)
{
	/* clang-format off */
	static const uint8_t want[] = {
		0x30, 0x00, 0x00, 0x00, /*   0 length 48 */
		0x19, 0x04, /*   4 operation 0x0419 cuMemcpyHtoDAsync_v2 */
		0x00, 0x00, /*   6 flags */
		0x10, 0x00, 0x00, 0x04, 0x00, 0x04, 0x00, 0x00, /*   8 context */
		0x00, 0x00, 0x00, 0x00, 0x00, 0x20, 0x00, 0x00, /*  16 dstDevice */
		0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /*  24 hStream */
		0x01, 0x00, 0x00, 0x00, /*  32 fence: the copy was synchronous */
		0x05, 0x00, 0x00, 0x00, /*  36 srcHost: 5 bytes */
		0x48, 0x65, 0x6c, 0x6c, 0x6f, /*  40 the data */
		0x00, 0x00, 0x00, /*  45 gap to a multiple of 8 */
	};
	/* clang-format on */
	struct rgpu_args_cuMemcpyHtoDAsync_v2 a = {.dstDevice = 0x200000000000,
		.fence = 1,
		.srcHost = "Hello",
		.ByteCount = 5};
	struct rgpu_enc e = begin(RGPU_OP_cuMemcpyHtoDAsync_v2, 0, CONTEXT);

	rgpu_put_args_cuMemcpyHtoDAsync_v2(&e, &a);
	memcpy(rgpu_enc_room(&e, a.ByteCount, 8), a.srcHost, a.ByteCount);
	compare(&e, want, sizeof(want));
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"frame header", frame_header},
		{"bad headers are refused", bad_headers_are_refused},
		{"rgpu_ping", rgpu_ping},
		{"cuMemAlloc_v2", mem_alloc},
		{"cuMemFree_v2", mem_free},
		{"cuMemsetD32Async", memset_d32_async},
		{"cuMemsetD8Async", memset_d8_async},
		{"cuStreamCreateWithPriority", stream_create_with_priority},
		{"cuEventRecordWithFlags", event_record_with_flags},
		{"cuStreamSynchronize", stream_synchronize},
		{"cuModuleGetFunction", module_get_function},
		{"cuLaunchKernel", launch_kernel},
		{"cuMemcpyHtoDAsync_v2", memcpy_htod_async},
	};

	RUN_CASES(cases);
	return 0;
}
