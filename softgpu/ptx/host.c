/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of the CUDA runtime that the host answers: vprintf, __assertfail,
 * malloc, free. Arguments and results are in each lane's local memory.
 */
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "softgpu/ptx/host.h"

static struct ptx_frame *
frame_of(const struct ptx_warp *w)
{
	return (struct ptx_frame *)w->base[PTX_BASE_FRAME];
}

/* Argument n of a lane; short ones are zero-extended. */
static uint64_t
argument(const struct ptx_warp *w, const struct ptx_op *op, unsigned lane,
	unsigned n)
{
	const struct ptx_call *call = op->ext;
	const struct ptx_arg_copy *arg = &call->arg[n];
	uint64_t value = 0;

	memcpy(&value,
		w->local + lane * w->block->local_stride +
			frame_of(w)->local[lane] + arg->from,
		arg->size < 8 ? arg->size : 8);
	return value;
}

static void
set_result(struct ptx_warp *w, const struct ptx_op *op, unsigned lane,
	uint64_t value)
{
	const struct ptx_call *call = op->ext;
	const struct ptx_arg_copy *r = call->result;

	if (call->results)
		memcpy(w->local + lane * w->block->local_stride +
				frame_of(w)->local[lane] + r->to,
			&value, r->size < 8 ? r->size : 8);
}

const char *
ptx_device_bytes(
	struct ptx_warp *w, unsigned lane, uint64_t address, uint64_t *len)
{
	struct ptx_block *b = w->block;
	uint64_t own = (uint64_t)(uintptr_t)w->local + lane * b->local_stride;
	uint64_t shared = (uint64_t)(uintptr_t)b->shared;
	struct ptx_range r;

	if (address - shared < b->shared_bytes)
		*len = b->shared_bytes - (address - shared);
	else if (address - own < b->local_stride)
		*len = b->local_stride - (address - own);
	else if (ptx_find_range(b, address, 1, &r))
		*len = r.hi - address;
	else
		return NULL;
	return (const char *)(uintptr_t)address;
}

/* The string at an address, or what to print in its place. */
static const char *
device_string(struct ptx_warp *w, unsigned lane, uint64_t address, int *len)
{
	uint64_t left;
	const char *s = ptx_device_bytes(w, lane, address, &left);

	if (!s)
		s = "?", left = 1;
	left = strnlen(s, left);
	*len = left > 4096 ? 4096 : (int)left;
	return s;
}

static const struct ptx_op *
no_memory(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask)
{
	return ptx_fault(w, op, mask, RGPU_PTX_FAULT_NO_MEMORY, 0,
		"no memory to format text");
}

const struct ptx_op *
ptx_host_vprintf(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask)
{
	const struct rgpu_ptx_env *env = w->block->launch->env;

	for (uint32_t left = mask; left; left &= left - 1) {
		unsigned lane = (unsigned)__builtin_ctz(left);
		uint64_t fmt = argument(w, op, lane, 0), fmt_len;
		uint64_t args = argument(w, op, lane, 1), args_len = 0;
		const char *f = ptx_device_bytes(w, lane, fmt, &fmt_len);
		const char *a = ptx_device_bytes(w, lane, args, &args_len);
		struct ptx_text text = {0};
		int count = -1;

		if (!f)
			return ptx_fault(w, op, 1u << lane,
				RGPU_PTX_FAULT_ADDRESS, fmt,
				"the format of printf");
		count = ptx_format(w, lane, f, strnlen(f, fmt_len), a,
			a ? args_len : 0, &text);
		if (text.failed) {
			free(text.data);
			return no_memory(w, op, mask);
		}
		if (text.len)
			env->print(env->ctx, text.data, text.len);
		free(text.data);
		set_result(w, op, lane, (uint64_t)(int64_t)count);
	}
	return op + 1;
}

const struct ptx_op *
ptx_host_assertfail(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask)
{
	const struct rgpu_ptx_env *env = w->block->launch->env;
	const uint32_t *b = w->block->index;
	const char *message = NULL;
	int message_len = 0;
	char short_message[128];

	for (uint32_t left = mask; left; left &= left - 1) {
		unsigned lane = (unsigned)__builtin_ctz(left);
		const uint32_t *tid = (const uint32_t *)w->values + lane;
		int file_len, func_len, n;
		const char *file = device_string(
			w, lane, argument(w, op, lane, 1), &file_len);
		const char *func = device_string(
			w, lane, argument(w, op, lane, 3), &func_len);
		char *text;

		message = device_string(
			w, lane, argument(w, op, lane, 0), &message_len);
		n = asprintf(&text,
			"%.*s:%u: %.*s: block: [%u,%u,%u], thread: "
			"[%u,%u,%u] Assertion `%.*s` failed.\n",
			file_len, file, (uint32_t)argument(w, op, lane, 2),
			func_len, func, b[0], b[1], b[2], tid[0],
			tid[PTX_WARP_BYTES / 4], tid[2 * PTX_WARP_BYTES / 4],
			message_len, message);
		if (n < 0)
			return no_memory(w, op, mask);
		env->print_error(env->ctx, text, (size_t)n);
		free(text);
	}
	snprintf(short_message, sizeof(short_message), "%.*s", message_len,
		message ? message : "");
	return ptx_fault(w, op, mask, RGPU_PTX_FAULT_ASSERT, 0, short_message);
}

const struct ptx_op *
ptx_host_malloc(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask)
{
	const struct rgpu_ptx_env *env = w->block->launch->env;

	for (uint32_t left = mask; left; left &= left - 1) {
		unsigned lane = (unsigned)__builtin_ctz(left);
		uint64_t size = argument(w, op, lane, 0);

		set_result(w, op, lane, env->heap_alloc(env->ctx, size));
	}
	return op + 1;
}

const struct ptx_op *
ptx_host_free(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask)
{
	const struct rgpu_ptx_env *env = w->block->launch->env;

	for (uint32_t left = mask; left; left &= left - 1) {
		unsigned lane = (unsigned)__builtin_ctz(left);
		uint64_t address = argument(w, op, lane, 0);

		if (address)
			env->heap_free(env->ctx, address);
	}
	return op + 1;
}
