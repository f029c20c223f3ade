/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Damaged streams: a good session of some thirty commands is recorded as bytes;
 * then each of many children gets it truncated, with bytes changed, repeated,
 * left out or replaced by others. No child may end but by its own decision, none
 * may hang; built with sanitizers, none may read or write what is not its.
 *
 *   test-garbled-frames [COUNT [BACKEND [SEED]]]
 */
#include "config.h"

#include <signal.h>
#include <unistd.h>

#include "cudaabi/gen/cuda-abi.h"
#include "cudaabi/gen/ops.h"
#include "protocol/gen/wire.h"
#include "protocol/hello.h"
#include "tests/check.h"
#include "tests/remote/raw-session.h"

#define ID(kind, index) \
	((uint64_t)(kind) << 42 | UINT64_C(1) << 26 | (uint64_t)(index) << 4)
#define STREAM_MAX 65536

static uint8_t good[STREAM_MAX];
static size_t good_size;
static uint64_t seed = 0x9e3779b97f4a7c15u;
static uint64_t seq;

static uint64_t
random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

static void
add(const void *data, size_t size)
{
	CHECK(good_size + size <= sizeof(good));
	memcpy(good + good_size, data, size);
	good_size += size;
}

static void
add_hello(void)
{
	uint64_t memory[64] = {0};
	uint8_t header[RGPU_FRAME_HEADER];
	struct rgpu_enc e = rgpu_enc_init(memory, sizeof(memory));
	struct rgpu_frame f = {.type = RGPU_FRAME_HELLO};

	rgpu_put_u32(&e, RGPU_MAGIC);
	rgpu_put_u32(&e, RGPU_PROTOCOL_VERSION);
	rgpu_put_u32(&e, 3);
	rgpu_put_u32(&e, sizeof(void *));
	rgpu_put_u32(&e, sizeof(CUlaunchAttribute));
	rgpu_put_u32(&e, sizeof(CUuuid));
	rgpu_put_u32(&e, 1);
	rgpu_put_cstr(&e, "program");
	rgpu_put_cstr(&e, "host");
	f.length = (uint32_t)((e.pos + 7) & ~(size_t)7);
	rgpu_frame_put(header, &f);
	add(header, sizeof(header));
	add(memory, f.length);
}

static void
add_command(uint16_t op, uint64_t context, struct rgpu_enc *e)
{
	uint8_t header[RGPU_FRAME_HEADER + RGPU_UNIT_HEADER];
	struct rgpu_frame f = {
		.type = RGPU_FRAME_COMMANDS, .seq = ++seq, .count = 1};
	struct rgpu_unit u = {
		.kind = op, .id = context, .info = (uint16_t)(seq % 3 != 0)};

	rgpu_enc_room(e, 0, 8);
	CHECK(!e->bad);
	f.length = u.length = (uint32_t)(RGPU_UNIT_HEADER + e->pos);
	rgpu_frame_put(header, &f);
	rgpu_unit_put(header + RGPU_FRAME_HEADER, &u);
	add(header, sizeof(header));
	add(e->base, e->pos);
}

#define ADD(name, context, ...)                                     \
	do {                                                        \
		struct rgpu_args_##name a_ = {__VA_ARGS__};         \
		uint64_t m_[512];                                   \
		struct rgpu_enc e_ = rgpu_enc_init(m_, sizeof(m_)); \
		rgpu_put_args_##name(&e_, &a_);                     \
		add_command(RGPU_OP_##name, context, &e_);          \
	} while (0)

#define ADD_BULK(name, context, bytes, n, ...)                      \
	do {                                                        \
		struct rgpu_args_##name a_ = {__VA_ARGS__};         \
		uint64_t m_[512];                                   \
		struct rgpu_enc e_ = rgpu_enc_init(m_, sizeof(m_)); \
		rgpu_put_args_##name(&e_, &a_);                     \
		memcpy(rgpu_enc_room(&e_, n, 8), bytes, n);         \
		add_command(RGPU_OP_##name, context, &e_);          \
	} while (0)

/* A session that uses most of what there is. Addresses are those that the null
 * backend gives out. */
static void
record(void)
{
	static const char ptx[] =
		"\x01\0\0\0\0\0\0\0\x40\0\0\0\0\0\0\0"
		".version 8.0\n.target sm_80\n.address_size 64\n"
		".entry k(){ret;}\n\0\0\0\0\0\0";
	static const uint32_t no_options[2];
	const uint64_t context = ID(RGPU_KIND_CONTEXT, 1);
	const uint64_t stream = ID(RGPU_KIND_STREAM, 1);
	const uint64_t event = ID(RGPU_KIND_EVENT, 1);
	const uint64_t module = ID(RGPU_KIND_MODULE, 1);
	const uint64_t function = ID(RGPU_KIND_FUNCTION, 1);
	const uint64_t d = UINT64_C(0x7e0000000000);
	uint64_t params[4] = {d, d, 1, 2};

	add_hello();
	ADD(rgpu_ping, 0);
	ADD(cuDevicePrimaryCtxRetain, 0, .pctx = context);
	ADD(cuMemAlloc_v2, context, .bytesize = 65536);
	ADD(cuStreamCreateWithPriority, context, .phStream = stream,
		.flags = 1);
	ADD(cuEventCreate, context, .phEvent = event);
	ADD_BULK(rgpu_blob_put, 0, ptx, 80, .blob = 1, .total = 80, .size = 80);
	ADD(cuModuleLoadDataEx, context, .module = module, .blob = 1,
		.jit = no_options, .jitBytes = 4, .infoCapacity = 64,
		.errorCapacity = 64);
	ADD(cuModuleGetFunction, context, .hfunc = function, .hmod = module,
		.name = "k");
	ADD(rgpu_module_names, 0, .object = module);
	ADD(cuModuleGetGlobal_v2, context, .hmod = module, .name = "g");
	ADD_BULK(cuMemcpyHtoDAsync_v2, context, "0123456789abcdef", 16,
		.dstDevice = d, .fence = 1, .ByteCount = 16);
	ADD(cuMemsetD32Async, context, .dstDevice = d, .N = 100,
		.hStream = stream);
	ADD(cuMemsetD2D8Async, context, .dstDevice = d, .dstPitch = 128,
		.Width = 64, .Height = 16);
	ADD(cuLaunchKernel, context, .f = function, .gridDimX = 1,
		.gridDimY = 1, .gridDimZ = 1, .blockDimX = 32, .blockDimY = 1,
		.blockDimZ = 1, .hStream = stream, .params = params,
		.paramBytes = 32);
	ADD(cuLaunchKernelEx, context, .f = function, .gridDimX = 1,
		.gridDimY = 1, .gridDimZ = 1, .blockDimX = 32, .blockDimY = 1,
		.blockDimZ = 1, .attrs = "", .params = params,
		.paramBytes = 32);
	ADD(cuEventRecordWithFlags, context, .hEvent = event,
		.hStream = stream);
	ADD(cuStreamWaitEvent, context, .hStream = stream, .hEvent = event);
	ADD(cuEventQuery, 0, .hEvent = event);
	ADD(cuEventSynchronize, 0, .hEvent = event);
	ADD(cuStreamQuery, context, .hStream = stream);
	ADD(cuStreamSynchronize, context, .hStream = stream);
	ADD(cuMemcpyDtoHAsync_v2, context, .srcDevice = d, .ByteCount = 4096,
		.hStream = stream, .wait = 1);
	ADD(rgpu_rect_to_host, context, .src = d, .pitch = 64, .slice = 640,
		.width = 32, .height = 4, .depth = 2);
	ADD_BULK(rgpu_rect_to_device, context, "0123456789abcdef", 16, .dst = d,
		.pitch = 64, .slice = 64, .width = 8, .height = 2, .depth = 1,
		.size = 16);
	ADD(rgpu_rect_on_device, context, .dst = d, .dstPitch = 64,
		.dstSlice = 640, .src = d + 8192, .srcPitch = 64,
		.srcSlice = 640, .width = 32, .height = 4, .depth = 2);
	ADD(cuMemcpyPeerAsync, context, .dstDevice = d, .dstContext = context,
		.srcDevice = d + 4096, .srcContext = context, .ByteCount = 64);
	ADD(cuFuncSetAttribute, context, .hfunc = function, .attrib = 8,
		.value = 1024);
	ADD(cuMemGetInfo_v2, context);
	ADD(cuCtxSynchronize, context);
	ADD(cuModuleUnload, context, .hmod = module);
	ADD(cuEventDestroy_v2, 0, .hEvent = event);
	ADD(cuStreamDestroy_v2, context, .hStream = stream);
	ADD(cuMemFree_v2, context, .dptr = d);
	ADD(cuDevicePrimaryCtxRelease_v2, 0, .context = context);
}

/* One kind of damage; returns the size of what is in out. */
static size_t
garble(uint8_t *out)
{
	size_t size = good_size, at = random64() % good_size, n, from;
	int changes = 1 + (int)(random64() % 8);

	memcpy(out, good, good_size);
	switch (random64() % 8) {
	case 0: return at; /* cut */
	case 1:		   /* bits */
		while (changes--)
			out[random64() % size] ^=
				(uint8_t)(1u << random64() % 8);
		return size;
	case 2: /* bytes */
		while (changes--)
			out[random64() % size] = (uint8_t)random64();
		return size;
	case 3: /* something left out */
		n = random64() % (size - at);
		memmove(out + at, out + at + n, size - at - n);
		return size - n;
	case 4: /* something twice */
		n = random64() % (size - at) / 4;
		from = random64() % (size - n);
		memmove(out + at + n, out + at, size - at);
		memcpy(out + at, good + from, n);
		return size + n;
	case 5: /* numbers at their limits */
		while (changes--) {
			static const uint64_t limit[] = {0, 1, UINT64_MAX,
				UINT64_MAX / 2, UINT32_MAX, INT32_MAX, 1u << 20,
				1u << 24};
			uint64_t v = limit[random64() % 8];

			at = random64() % (size / 8) * 8;
			memcpy(out + at, &v, 1 + random64() % 8);
		}
		return size;
	case 6: /* noise behind a good beginning */
		while (at < size)
			out[at++] = (uint8_t)random64();
		return size;
	default: /* another operation's number */
		n = random64() % 30;
		for (at = 0; at + 48 < size && n; at += 8)
			n -= out[at + 4] == RGPU_FRAME_COMMANDS && n;
		out[(at + 36) % size] = (uint8_t)random64();
		return size;
	}
}

static int
play(const uint8_t *data, size_t size, const char *backend)
{
	struct raw_session s;

	raw_start(&s, backend);
	raw_write(&s, data, size);
	return raw_end(&s);
}

static void
report(int i, uint64_t at, int status)
{
	fprintf(stderr, "stream %d (seed 0x%llx) ended the session with %d\n",
		i, (unsigned long long)at, status);
	exit(1);
}

int
main(int argc, char **argv)
{
	static uint8_t out[2 * STREAM_MAX];
	int count = argc > 1 ? atoi(argv[1]) : 10000;
	const char *backend = argc > 2 ? argv[2] : "null";

	if (argc > 3)
		seed = strtoull(argv[3], NULL, 0);
	signal(SIGPIPE, SIG_IGN);
	record();
	CHECK_EQ(play(good, good_size, backend), 0);
	for (int i = 0; i < count; i++) {
		uint64_t at = seed;
		int status = play(out, garble(out), backend);

		if (status)
			report(i, at, status);
	}
	printf("%d damaged streams of %zu bytes, backend %s\n", count,
		good_size, backend);
	return 0;
}
