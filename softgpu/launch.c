/* SPDX-License-Identifier: Apache-2.0 */
/* Launching kernels: checks, parameters, the work itself. */
#include "config.h"
#include "softgpu/launch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "softgpu/context.h"
#include "softgpu/device.h"
#include "softgpu/fault.h"
#include "softgpu/heap.h"
#include "softgpu/memory.h"
#include "softgpu/module.h"
#include "softgpu/occupancy.h"
#include "softgpu/settings.h"
#include "softgpu/texture.h"
#include "softgpu/work.h"

struct launch_work {
	struct rgpu_work work;
	struct rgpu_function *function; /* a reference */
	struct rgpu_ptx_launch launch;
	struct rgpu_ptx_env env;
	struct rgpu_memory_reader reader;
	struct rgpu_context *context; /* that of the stream */
	max_align_t params[];
};

/* One for all contexts: it is the processors that are shared out. NULL: no
 * memory. */
static struct rgpu_ptx_pool *
get_pool(void)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct rgpu_ptx_pool *pool;
	struct rgpu_ptx_pool *p;

	pthread_mutex_lock(&lock);
	if (!pool)
		pool = rgpu_ptx_pool_create((unsigned)rgpu_settings()->workers);
	p = pool;
	pthread_mutex_unlock(&lock);
	return p;
}

static bool
find(void *ctx, uint64_t addr, uint64_t *lo, uint64_t *hi)
{
	struct launch_work *w = ctx;

	return rgpu_memory_find(&w->reader, addr, lo, hi);
}

static uint64_t
heap_alloc(void *ctx, uint64_t size)
{
	struct launch_work *w = ctx;

	return rgpu_heap_alloc(w->context, size);
}

static void
heap_free(void *ctx, uint64_t addr)
{
	struct launch_work *w = ctx;

	rgpu_heap_free(w->context, addr);
}

static const struct rgpu_ptx_texture *
find_texture(void *ctx, uint64_t handle, bool surface)
{
	struct launch_work *w = ctx;

	return rgpu_texture_find(&w->reader, handle, surface);
}

static void
print(void *ctx, const char *text, size_t len)
{
	struct launch_work *w = ctx;

	rgpu_print_add(&w->context->print,
		atomic_load(&w->context->print_limit), text, len);
}

static void
print_error(void *ctx, const char *text, size_t len)
{
	(void)ctx;
	fwrite(text, 1, len, stderr);
}

static void
run(struct rgpu_work *work, CUresult status)
{
	struct launch_work *w = (struct launch_work *)work;
	struct rgpu_ptx_pool *pool = status ? NULL : get_pool();
	struct rgpu_ptx_fault fault = {.kind = RGPU_PTX_FAULT_NO_MEMORY};

	if (!status) {
		if (pool) {
			rgpu_memory_reader_begin(&w->reader, w->context);
			rgpu_ptx_run(pool, &w->launch, &fault, NULL);
			rgpu_memory_reader_end(&w->reader);
		} else {
			snprintf(fault.text, sizeof(fault.text),
				"no memory for worker threads");
		}
		rgpu_context_fail(w->context, rgpu_fault_report(&fault));
	}
	rgpu_object_put(&w->function->object);
}

static CUresult
check_shape(const struct rgpu_function *f, const struct rgpu_launch *l)
{
	const struct rgpu_ptx_kernel_info *info = &f->entry.info;
	const unsigned grid_max[3] = {
		RGPU_GRID_X_MAX, RGPU_GRID_YZ_MAX, RGPU_GRID_YZ_MAX};
	const unsigned block_max[3] = {RGPU_THREADS_PER_BLOCK,
		RGPU_THREADS_PER_BLOCK, RGPU_BLOCK_Z_MAX};
	unsigned threads;

	for (int i = 0; i < 3; i++) {
		if (!l->grid[i] || l->grid[i] > grid_max[i] || !l->block[i] ||
			l->block[i] > block_max[i])
			return CUDA_ERROR_INVALID_VALUE;
	}
	threads = l->block[0] * l->block[1] * l->block[2];
	if (threads > rgpu_entry_max_threads(&f->entry))
		return CUDA_ERROR_INVALID_VALUE;
	for (int i = 0; i < 3 && info->block[0]; i++) {
		if (l->block[i] != (info->block[i] ? info->block[i] : 1))
			return CUDA_ERROR_INVALID_VALUE;
	}
	if (l->shared > (unsigned)atomic_load(&f->settings.max_dynamic))
		return CUDA_ERROR_INVALID_VALUE;
	if (info->shared_bytes > RGPU_SHARED_OPT_IN)
		return CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES;
	return CUDA_SUCCESS;
}

/* All blocks of a cooperative launch must be resident at once. */
static CUresult
check_cooperative(const struct rgpu_function *f, const struct rgpu_launch *l)
{
	unsigned blocks = rgpu_occupancy_blocks(
		f, l->block[0] * l->block[1] * l->block[2], l->shared);
	uint64_t room = (uint64_t)blocks * (unsigned)rgpu_settings()->sms;

	return (uint64_t)l->grid[0] * l->grid[1] * l->grid[2] > room
		? CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE
		: CUDA_SUCCESS;
}

/* The buffer of "extra". -1: none, or ill-formed. */
static int
read_extra(void **extra, const void **buffer, size_t *size)
{
	*buffer = NULL;
	*size = 0;
	for (; *extra; extra += 2) {
		switch ((uintptr_t)*extra) {
		case CU_LAUNCH_PARAM_BUFFER_POINTER_AS_INT:
			*buffer = extra[1];
			break;
		case CU_LAUNCH_PARAM_BUFFER_SIZE_AS_INT:
			if (!extra[1])
				return -1;
			memcpy(size, extra[1], sizeof(*size));
			break;
		default: return -1;
		}
	}
	return *buffer ? 0 : -1;
}

static CUresult
take_params(
	const struct rgpu_function *f, const struct rgpu_launch *l, char *out)
{
	const struct rgpu_ptx_kernel_info *info = &f->entry.info;
	const void *buffer;
	size_t size;

	if (l->params && l->extra)
		return CUDA_ERROR_INVALID_VALUE;
	if (l->extra) {
		if (read_extra(l->extra, &buffer, &size))
			return info->param_bytes ? CUDA_ERROR_INVALID_VALUE
						 : CUDA_SUCCESS;
		if (size < info->param_bytes)
			return CUDA_ERROR_INVALID_VALUE;
		memcpy(out, buffer, info->param_bytes);
		return CUDA_SUCCESS;
	}
	if (!l->params && info->param_count)
		return CUDA_ERROR_INVALID_VALUE;
	for (unsigned i = 0; i < info->param_count; i++) {
		if (!l->params[i])
			return CUDA_ERROR_INVALID_VALUE;
		memcpy(out + info->params[i].offset, l->params[i],
			info->params[i].size);
	}
	return CUDA_SUCCESS;
}

static struct launch_work *
make_work(struct rgpu_function *f, const struct rgpu_ptx_kernel *kernel,
	struct rgpu_stream *stream, const struct rgpu_launch *l)
{
	struct launch_work *w =
		calloc(1, sizeof(*w) + f->entry.info.param_bytes);

	if (!w)
		return NULL;
	rgpu_work_init(&w->work, run);
	rgpu_object_ref(&f->object);
	w->function = f;
	w->context = stream->context;
	w->env = (struct rgpu_ptx_env){w, find, heap_alloc, heap_free, print,
		print_error, find_texture};
	w->launch = (struct rgpu_ptx_launch){
		.kernel = kernel,
		.env = &w->env,
		.dynamic_shared = l->shared,
		.params = w->params,
		.cooperative = l->cooperative,
		.stop = &stream->context->stop,
	};
	memcpy(w->launch.grid, l->grid, sizeof(w->launch.grid));
	memcpy(w->launch.block, l->block, sizeof(w->launch.block));
	return w;
}

CUresult
rgpu_launch(struct rgpu_function *function, struct rgpu_stream *stream,
	const struct rgpu_launch *launch)
{
	const struct rgpu_ptx_kernel *kernel;
	struct launch_work *w;
	CUresult r = check_shape(function, launch);

	if (!r && launch->cooperative)
		r = check_cooperative(function, launch);
	if (!r)
		r = rgpu_function_load(function, &kernel);
	if (r)
		return r;
	w = make_work(function, kernel, stream, launch);
	if (!w)
		return CUDA_ERROR_OUT_OF_MEMORY;
	r = take_params(function, launch, (char *)w->params);
	if (!r)
		r = rgpu_work_submit(&w->work, stream, NULL, RGPU_LATER);
	if (r)
		rgpu_object_put(&function->object);
	rgpu_work_put(&w->work);
	return r;
}
