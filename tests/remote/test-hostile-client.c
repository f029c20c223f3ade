/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client of ours would not send: ids that are unknown, of another kind or
 * bound already, addresses outside every allocation, damaged images, uploads out
 * of order. Each gets its CUDA error and nothing else happens; the session goes
 * on. What is no command at all ends the session.
 */
#include "config.h"
#include "cudaabi/gen/cuda-abi.h"
#include "cudaabi/gen/ops.h"
#include "protocol/gen/wire.h"
#include "protocol/hello.h"
#include "tests/check.h"
#include "tests/remote/raw-session.h"

#define ID(kind, index) \
	((uint64_t)(kind) << 42 | UINT64_C(1) << 26 | (uint64_t)(index) << 4)
#define CONTEXT	    ID(RGPU_KIND_CONTEXT, 1)
#define STREAM(n)   ID(RGPU_KIND_STREAM, n)
#define EVENT(n)    ID(RGPU_KIND_EVENT, n)
#define MODULE(n)   ID(RGPU_KIND_MODULE, n)
#define FUNCTION(n) ID(RGPU_KIND_FUNCTION, n)

static const char *backend;
static struct raw_session session, *s = &session;

static void
begin(void)
{
	raw_start(s, backend);
	raw_greet(s);
	CHECK_EQ(RAW_CALL(s, cuDevicePrimaryCtxRetain, 0, .pctx = CONTEXT), 0);
}

/* The session still answers. */
static void
end(void)
{
	CHECK_EQ(RAW_CALL(s, rgpu_ping, 0), 0);
	CHECK_EQ(raw_end(s), 0);
}

static void
unknown_ids_are_invalid_handles(void)
{
	static const uint64_t bad[] = {0x10, 2, STREAM(7), EVENT(9), CONTEXT,
		UINT64_MAX, UINT64_C(0x7fff12345670)};

	begin();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_EQ(RAW_CALL(s, cuStreamSynchronize, CONTEXT,
				 .hStream = bad[i]),
			CUDA_ERROR_INVALID_HANDLE);
		CHECK_EQ(RAW_CALL(s, cuEventQuery, 0, bad[i]),
			CUDA_ERROR_INVALID_HANDLE);
		CHECK_EQ(RAW_CALL(s, cuEventRecordWithFlags, CONTEXT,
				 .hEvent = bad[i]),
			CUDA_ERROR_INVALID_HANDLE);
		CHECK_EQ(RAW_CALL(s, cuLaunchKernel, CONTEXT, .f = bad[i],
				 .gridDimX = 1, .params = ""),
			CUDA_ERROR_INVALID_HANDLE);
		CHECK_EQ(RAW_CALL(s, cuModuleUnload, CONTEXT, bad[i]),
			CUDA_ERROR_INVALID_HANDLE);
		CHECK_EQ(RAW_CALL(s, rgpu_module_names, 0, .object = bad[i]),
			CUDA_ERROR_INVALID_HANDLE);
		if (bad[i] == CONTEXT)
			continue;
		CHECK_EQ(RAW_CALL(s, cuCtxSynchronize, bad[i]),
			CUDA_ERROR_INVALID_CONTEXT);
		CHECK_EQ(RAW_CALL(s, cuCtxDestroy_v2, 0, bad[i]),
			CUDA_ERROR_INVALID_CONTEXT);
	}
	end();
}

static void
an_id_can_be_bound_once_and_to_its_kind(void)
{
	begin();
	CHECK_EQ(RAW_CALL(s, cuEventCreate, CONTEXT, .phEvent = EVENT(1)), 0);
	CHECK_EQ(RAW_CALL(s, cuEventCreate, CONTEXT, .phEvent = EVENT(1)),
		CUDA_ERROR_INVALID_HANDLE);
	CHECK_EQ(RAW_CALL(s, cuEventCreate, CONTEXT, .phEvent = STREAM(1)),
		CUDA_ERROR_INVALID_HANDLE);
	CHECK_EQ(RAW_CALL(s, cuStreamCreateWithPriority, CONTEXT,
			 .phStream = EVENT(1)),
		CUDA_ERROR_INVALID_HANDLE);
	CHECK_EQ(RAW_CALL(s, cuEventDestroy_v2, 0, EVENT(1)), 0);
	CHECK_EQ(RAW_CALL(s, cuEventDestroy_v2, 0, EVENT(1)),
		CUDA_ERROR_INVALID_HANDLE);
	CHECK_EQ(RAW_CALL(s, cuDevicePrimaryCtxRetain, 0, .pctx = CONTEXT),
		CUDA_ERROR_INVALID_CONTEXT);
	end();
}

static void
what_lives_in_a_context_goes_with_it(void)
{
	uint64_t other = ID(RGPU_KIND_CONTEXT, 2);

	begin();
	CHECK_EQ(RAW_CALL(s, cuCtxCreate_v4, 0, .pctx = other), 0);
	CHECK_EQ(RAW_CALL(s, cuStreamCreateWithPriority, other,
			 .phStream = STREAM(1)),
		0);
	CHECK_EQ(RAW_CALL(s, cuStreamSynchronize, other, STREAM(1)), 0);
	/* A stream belongs to its own context only. */
	CHECK_EQ(RAW_CALL(s, cuStreamSynchronize, CONTEXT, STREAM(1)),
		CUDA_ERROR_INVALID_HANDLE);
	CHECK_EQ(RAW_CALL(s, cuCtxDestroy_v2, 0, CONTEXT),
		CUDA_ERROR_INVALID_CONTEXT); /* a primary one is released */
	CHECK_EQ(RAW_CALL(s, cuCtxDestroy_v2, 0, other), 0);
	CHECK_EQ(RAW_CALL(s, cuStreamSynchronize, other, STREAM(1)),
		CUDA_ERROR_INVALID_CONTEXT);
	end();
}

/* The session's process has other memory at these addresses, or none. */
static void
addresses_outside_every_allocation_are_refused(void)
{
	uint64_t own = (uint64_t)(uintptr_t)&session;
	const uint64_t bad[] = {
		0, 1, 4096, own, UINT64_MAX - 7, UINT64_C(0x7fffffff0000)};

	begin();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_EQ(RAW_CALL(s, cuMemcpyDtoHAsync_v2, CONTEXT,
				 .srcDevice = bad[i], .ByteCount = 16,
				 .wait = 1),
			CUDA_ERROR_INVALID_VALUE);
		CHECK_EQ(RAW_CALL(s, cuMemsetD8Async, CONTEXT,
				 .dstDevice = bad[i], .N = 1),
			CUDA_ERROR_INVALID_VALUE);
		CHECK_EQ(RAW_CALL(s, cuMemsetD2D32Async, CONTEXT,
				 .dstDevice = bad[i], .dstPitch = 64,
				 .Width = 4, .Height = 4),
			CUDA_ERROR_INVALID_VALUE);
		CHECK_EQ(RAW_CALL(s, cuMemcpyDtoDAsync_v2, CONTEXT,
				 .dstDevice = bad[i], .srcDevice = bad[i],
				 .ByteCount = 8),
			CUDA_ERROR_INVALID_VALUE);
		CHECK_EQ(RAW_CALL(s, rgpu_rect_to_host, CONTEXT, .src = bad[i],
				 .pitch = 8, .slice = 64, .width = 8,
				 .height = 2, .depth = 2),
			CUDA_ERROR_INVALID_VALUE);
		CHECK_EQ(RAW_CALL(s, cuMemFree_v2, CONTEXT, bad[i]),
			CUDA_ERROR_INVALID_VALUE);
	}
	/* Sizes that overflow when they are multiplied. */
	CHECK_EQ(RAW_CALL(s, cuMemsetD32Async, CONTEXT, .dstDevice = 4096,
			 .N = UINT64_C(1) << 62),
		CUDA_ERROR_INVALID_VALUE);
	CHECK_EQ(RAW_CALL(s, rgpu_rect_to_host, CONTEXT, .src = 4096,
			 .pitch = UINT64_C(1) << 63, .slice = 1, .width = 8,
			 .height = UINT64_C(1) << 40, .depth = 2),
		CUDA_ERROR_INVALID_VALUE);
	end();
}

static int
upload(uint64_t blob, uint64_t total, uint64_t offset, const char *data,
	uint32_t size)
{
	struct rgpu_args_rgpu_blob_put a = {.blob = blob,
		.total = total,
		.offset = offset,
		.data = data,
		.size = size};
	uint64_t memory[64];
	struct rgpu_enc e = rgpu_enc_init(memory, sizeof(memory));
	uint8_t *room;

	rgpu_put_args_rgpu_blob_put(&e, &a);
	room = rgpu_enc_room(&e, size, 8);
	CHECK(room);
	memcpy(room, data, size);
	raw_send(s, RGPU_OP_rgpu_blob_put, RGPU_COMMAND_REPLY, 0, &e);
	return raw_result(s);
}

static int
load(uint64_t blob, unsigned n)
{
	static const uint32_t no_options[2];

	return RAW_CALL(s, cuModuleLoadDataEx, CONTEXT, .module = MODULE(n),
		.blob = blob, .jit = no_options, .jitBytes = 4);
}

static void
damaged_uploads_and_images_are_refused(void)
{
	static const char garbage[] = "\x01\0\0\0\0\0\0\0\x08\0\0\0\0\0\0\0"
				      "garbage.";

	begin();
	CHECK_EQ(load(1, 1), CUDA_ERROR_OUT_OF_MEMORY); /* never uploaded */
	CHECK_EQ(upload(1, 100, 50, "xx", 2), CUDA_ERROR_OUT_OF_MEMORY);
	CHECK_EQ(upload(2, 10, 0, "12345", 5), 0);
	CHECK_EQ(upload(2, 10, 6, "6", 1), CUDA_ERROR_INVALID_VALUE);
	CHECK_EQ(upload(2, 11, 5, "6", 1), CUDA_ERROR_INVALID_VALUE);
	CHECK_EQ(upload(2, 10, 5, "6789012", 7), CUDA_ERROR_INVALID_VALUE);
	CHECK_EQ(load(2, 1), CUDA_ERROR_INVALID_IMAGE); /* incomplete */
	CHECK_EQ(load(2, 1), CUDA_ERROR_OUT_OF_MEMORY); /* used up */
	CHECK_EQ(upload(3, 24, 0, garbage, 24), 0);
	CHECK_EQ(load(3, 1), CUDA_ERROR_INVALID_IMAGE);
	CHECK_EQ(upload(4, UINT64_C(1) << 62, 0, "x", 1),
		CUDA_ERROR_OUT_OF_MEMORY);
	/* More at once than a session may have. */
	for (uint64_t i = 0; i < 16; i++)
		CHECK_EQ(upload(100 + i, 10, 0, "x", 1), 0);
	CHECK_EQ(upload(200, 10, 0, "x", 1), CUDA_ERROR_OUT_OF_MEMORY);
	end();
}

static void
what_is_no_command_ends_the_session(void)
{
	static const uint16_t no_command[] = {
		0, 0x0103, 0x0a0b, 0x1234, 0xffff};
	uint64_t memory[4] = {0};
	struct rgpu_enc none = rgpu_enc_init(memory, sizeof(memory));
	struct rgpu_enc more = none;

	for (size_t i = 0; i < sizeof(no_command) / sizeof(no_command[0]);
		i++) {
		begin();
		raw_send(s, no_command[i], RGPU_COMMAND_REPLY, 0, &none);
		CHECK_EQ(raw_result(s), -1);
		CHECK_EQ(raw_end(s), 0);
	}
	begin(); /* flags nobody knows */
	raw_send(s, RGPU_OP_rgpu_ping, 0x8001, 0, &none);
	CHECK_EQ(raw_result(s), -1);
	CHECK_EQ(raw_end(s), 0);
	begin(); /* more arguments than there are */
	rgpu_put_u64(&more, 1);
	raw_send(s, RGPU_OP_rgpu_ping, RGPU_COMMAND_REPLY, 0, &more);
	CHECK_EQ(raw_result(s), -1);
	CHECK_EQ(raw_end(s), 0);
	begin(); /* fewer */
	raw_send(s, RGPU_OP_cuMemFree_v2, RGPU_COMMAND_REPLY, CONTEXT, &none);
	CHECK_EQ(raw_result(s), -1);
	CHECK_EQ(raw_end(s), 0);
	begin(); /* a number out of order */
	s->seq += 5;
	raw_send(s, RGPU_OP_rgpu_ping, RGPU_COMMAND_REPLY, 0, &none);
	CHECK_EQ(raw_result(s), -1);
	CHECK_EQ(raw_end(s), 0);
}

/* What a client says of host functions that are not there, or not yet. */
static void
words_about_unknown_host_functions_are_harmless(void)
{
	uint64_t zero = 0;
	struct rgpu_enc none = rgpu_enc_init(&zero, 0);

	begin();
	CHECK_EQ(RAW_CALL(s, rgpu_host_done, 0, .callback = 7), 0);
	CHECK_EQ(RAW_CALL(s, rgpu_late_data, 0, .number = 7, .data = ""),
		CUDA_ERROR_INVALID_VALUE);
	CHECK(RAW_CALL(s, cuLaunchHostFunc, CONTEXT, .callback = 0));
	CHECK(RAW_CALL(s, cuLaunchHostFunc, CONTEXT,
		.hStream = ID(RGPU_KIND_STREAM, 9), .callback = 7));
	CHECK(RAW_CALL(s, rgpu_late_copy, CONTEXT, .dst = 16, .size = 16,
		.number = 8));
	/* The software GPU gets there at once; nobody says it is done. */
	if (!RAW_CALL(s, cuLaunchHostFunc, CONTEXT, .callback = 7)) {
		CHECK_EQ(RAW_CALL(s, cuLaunchHostFunc, CONTEXT, .callback = 7),
			CUDA_ERROR_INVALID_VALUE);
		CHECK_EQ(RAW_CALL(s, rgpu_late_data, 0, .number = 7, .data = "",
				 .size = 0),
			CUDA_ERROR_INVALID_VALUE);
	}
	raw_send(s, RGPU_OP_rgpu_ping, RGPU_COMMAND_REPLY, 0, &none);
	CHECK_EQ(raw_result(s), 0);
	CHECK_EQ(raw_end(s), 0);
}

/* A hello with this version and this size of pointers; what the server's answer
 * begins with. */
static void
hello(uint32_t version, uint32_t pointer, uint32_t answer[3])
{
	uint64_t memory[64] = {0};
	uint8_t header[RGPU_FRAME_HEADER];
	struct rgpu_enc e = rgpu_enc_init(memory, sizeof(memory));
	struct rgpu_frame f = {.type = RGPU_FRAME_HELLO};
	struct raw_session raw;

	rgpu_put_u32(&e, RGPU_MAGIC);
	rgpu_put_u32(&e, version);
	rgpu_put_u32(&e, 3);
	rgpu_put_u32(&e, pointer);
	rgpu_put_u32(&e, sizeof(CUlaunchAttribute));
	rgpu_put_u32(&e, sizeof(CUuuid));
	rgpu_put_u32(&e, 1);
	rgpu_put_cstr(&e, "program");
	rgpu_put_cstr(&e, "host");
	f.length = (uint32_t)((e.pos + 7) & ~(size_t)7);
	rgpu_frame_put(header, &f);
	raw_start(&raw, backend);
	raw_write(&raw, header, sizeof(header));
	raw_write(&raw, memory, f.length);
	CHECK(raw_read(&raw, header, sizeof(header)));
	CHECK_EQ(rgpu_frame_get(header, &f), 0);
	CHECK_EQ(f.type,
		version == RGPU_PROTOCOL_VERSION && pointer == 8
			? RGPU_FRAME_WELCOME
			: RGPU_FRAME_REFUSED);
	CHECK(raw_read(&raw, answer, 3 * sizeof(*answer)));
	CHECK_EQ(raw_end(&raw), 0);
}

static void
other_versions_and_abis_are_refused_by_name(void)
{
	uint32_t answer[3];

	hello(RGPU_PROTOCOL_VERSION, 8, answer);
	CHECK_EQ(answer[0], RGPU_MAGIC);
	hello(RGPU_PROTOCOL_VERSION + 1, 8, answer);
	CHECK_EQ(answer[0], RGPU_MAGIC);
	CHECK_EQ(answer[1], RGPU_PROTOCOL_VERSION);
	CHECK_EQ(answer[2], RGPU_REFUSED_VERSION);
	hello(RGPU_PROTOCOL_VERSION, 4, answer);
	CHECK_EQ(answer[1], RGPU_PROTOCOL_VERSION);
	CHECK_EQ(answer[2], RGPU_REFUSED_ABI);
}

int
main(int argc, char **argv)
{
	static const struct test_case cases[] = {
		{"unknown ids are invalid handles",
			unknown_ids_are_invalid_handles},
		{"an id can be bound once and to its kind",
			an_id_can_be_bound_once_and_to_its_kind},
		{"what lives in a context goes with it",
			what_lives_in_a_context_goes_with_it},
		{"addresses outside every allocation are refused",
			addresses_outside_every_allocation_are_refused},
		{"damaged uploads and images are refused",
			damaged_uploads_and_images_are_refused},
		{"what is no command ends the session",
			what_is_no_command_ends_the_session},
		{"words about unknown host functions are harmless",
			words_about_unknown_host_functions_are_harmless},
		{"other versions and ABIs are refused by name",
			other_versions_and_abis_are_refused_by_name},
	};

	backend = argc > 1 ? argv[1] : "null";
	RUN_CASES(cases);
	return 0;
}
