/* SPDX-License-Identifier: Apache-2.0 */
/* cuStreamWaitValue and cuStreamWriteValue: a stream waits for a number in
 * memory, or writes one. */
#include "config.h"

#include <stdlib.h>
#include <time.h>

#include "common/clock.h"
#include "cudaabi/gen/inner.h"
#include "softgpu/context.h"
#include "softgpu/memory.h"
#include "softgpu/stream.h"
#include "softgpu/work.h"

/* Between two looks at the number. */
#define POLL (20 * RGPU_US)

struct value_work {
	struct rgpu_work work;
	struct rgpu_allocation *pin;
	uint64_t address, value;
	unsigned bits, how;
};

static uint64_t
load(const struct value_work *w)
{
	return w->bits == 32
		? __atomic_load_n(
			  (uint32_t *)(uintptr_t)w->address, __ATOMIC_SEQ_CST)
		: __atomic_load_n(
			  (uint64_t *)(uintptr_t)w->address, __ATOMIC_SEQ_CST);
}

/* Whether the stream may go on: the conditions of CUstreamWaitValue_flags. GEQ
 * is cyclic: the difference, as a signed number, is not negative. */
static bool
holds(const struct value_work *w)
{
	uint64_t now = load(w), want = w->value;

	switch (w->how) {
	case CU_STREAM_WAIT_VALUE_EQ: return now == want;
	case CU_STREAM_WAIT_VALUE_AND: return (now & want) != 0;
	case CU_STREAM_WAIT_VALUE_NOR:
		return w->bits == 32 ? (uint32_t) ~(now | want) != 0
				     : ~(now | want) != 0;
	default:
		return w->bits == 32 ? (int32_t)(uint32_t)(now - want) >= 0
				     : (int64_t)(now - want) >= 0;
	}
}

static bool
over(const struct rgpu_context *c)
{
	return atomic_load(&c->error) ||
		__atomic_load_n(&c->stop, __ATOMIC_RELAXED);
}

static void
run_wait(struct rgpu_work *work, CUresult status)
{
	struct value_work *w = (struct value_work *)work;
	const struct timespec nap = {.tv_nsec = POLL};

	while (!status && !holds(w) && !over(work->stream->context))
		nanosleep(&nap, NULL);
	rgpu_memory_unpin(w->pin);
}

static void
run_write(struct rgpu_work *work, CUresult status)
{
	struct value_work *w = (struct value_work *)work;

	if (!status && w->bits == 32)
		__atomic_store_n((uint32_t *)(uintptr_t)w->address,
			(uint32_t)w->value, __ATOMIC_SEQ_CST);
	else if (!status)
		__atomic_store_n((uint64_t *)(uintptr_t)w->address, w->value,
			__ATOMIC_SEQ_CST);
	rgpu_memory_unpin(w->pin);
}

static CUresult
submit(struct value_work *what, CUstream handle,
	void (*run)(struct rgpu_work *work, CUresult status))
{
	struct rgpu_memory_view v;
	struct rgpu_stream *stream;
	struct value_work *w;
	CUresult r = rgpu_stream_resolve(handle, &stream);

	if (r)
		return r;
	w = malloc(sizeof(*w));
	if (!w)
		r = CUDA_ERROR_OUT_OF_MEMORY;
	if (!r && what->address % (what->bits / 8))
		r = CUDA_ERROR_INVALID_VALUE;
	if (!r) {
		rgpu_memory_look(what->address, what->bits / 8, true, &v);
		r = v.allocation ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
	}
	if (!r) {
		*w = *what;
		w->pin = v.allocation;
		rgpu_work_init(&w->work, run);
		r = rgpu_work_submit(&w->work, stream, NULL, RGPU_LATER);
		if (r)
			rgpu_memory_unpin(w->pin);
		rgpu_work_put(&w->work);
	} else {
		free(w);
	}
	rgpu_object_put(&stream->object);
	return r;
}

static CUresult
wait_value(CUstream stream, CUdeviceptr addr, uint64_t value, unsigned flags,
	unsigned bits)
{
	struct value_work w = {.address = addr,
		.value = value,
		.bits = bits,
		.how = flags & 3};

	/* FLUSH asks for something between devices that we are not. */
	if (flags & ~(3u | CU_STREAM_WAIT_VALUE_FLUSH))
		return CUDA_ERROR_INVALID_VALUE;
	return submit(&w, stream, run_wait);
}

static CUresult
write_value(CUstream stream, CUdeviceptr addr, uint64_t value, unsigned flags,
	unsigned bits)
{
	struct value_work w = {.address = addr, .value = value, .bits = bits};

	if (flags & ~(unsigned)CU_STREAM_WRITE_VALUE_NO_MEMORY_BARRIER)
		return CUDA_ERROR_INVALID_VALUE;
	return submit(&w, stream, run_write);
}

CUresult
rgpu_do_cuStreamWaitValue32_v2(
	CUstream stream, CUdeviceptr addr, cuuint32_t value, unsigned int flags)
{
	return wait_value(stream, addr, value, flags, 32);
}

CUresult
rgpu_do_cuStreamWaitValue64_v2(
	CUstream stream, CUdeviceptr addr, cuuint64_t value, unsigned int flags)
{
	return wait_value(stream, addr, value, flags, 64);
}

CUresult
rgpu_do_cuStreamWriteValue32_v2(
	CUstream stream, CUdeviceptr addr, cuuint32_t value, unsigned int flags)
{
	return write_value(stream, addr, value, flags, 32);
}

CUresult
rgpu_do_cuStreamWriteValue64_v2(
	CUstream stream, CUdeviceptr addr, cuuint64_t value, unsigned int flags)
{
	return write_value(stream, addr, value, flags, 64);
}
