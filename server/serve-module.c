/* SPDX-License-Identifier: Apache-2.0 */
/* Modules and libraries, and what is looked up in them. */
#include "config.h"
#include "server/serve.h"

#include <stdlib.h>
#include <string.h>

#include "server/function-info.h"
#include "server/image.h"

/* The handler's caller encodes the reply after the logs' buffers are freed, so
 * they are kept until the next load. The executor is the only thread here. */
static struct rgpu_loadable last;

static struct rgpu_loadable *
begin_load(void)
{
	rgpu_loadable_free(&last);
	memset(&last, 0, sizeof(last));
	return &last;
}

CUresult
rgpu_serve_cuModuleLoadDataEx(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuModuleLoadDataEx *a,
	struct rgpu_res_cuModuleLoadDataEx *res)
{
	struct rgpu_loadable *l = begin_load();
	CUmodule real;
	CUresult r = rgpu_session_may_bind(s, a->module, RGPU_KIND_MODULE);

	if (!r)
		r = rgpu_loadable_open(s, a->blob, a->jit, a->jitBytes,
			a->infoCapacity, a->errorCapacity, l);
	if (!r)
		r = s->driver->cuModuleLoadDataEx(
			&real, l->image, l->option_count, l->option, l->value);
	if (!r)
		r = rgpu_session_bind(
			s, cmd, a->module, RGPU_KIND_MODULE, real);
	res->infoLog = l->info;
	res->infoLog_size = l->info ? (uint32_t)strlen(l->info) : 0;
	res->errorLog = l->error;
	res->errorLog_size = l->error ? (uint32_t)strlen(l->error) : 0;
	return r;
}

CUresult
rgpu_serve_cuLibraryLoadData(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuLibraryLoadData *a,
	struct rgpu_res_cuLibraryLoadData *res)
{
	struct rgpu_loadable *l = begin_load();
	CUlibrary real;
	CUresult r = rgpu_session_may_bind(s, a->library, RGPU_KIND_LIBRARY);

	if (!r)
		r = rgpu_loadable_open(s, a->blob, a->jit, a->jitBytes,
			a->infoCapacity, a->errorCapacity, l);
	if (!r)
		r = s->driver->cuLibraryLoadData(&real, l->image, l->option,
			l->value, l->option_count, NULL, NULL, 0);
	if (!r)
		r = rgpu_session_bind(
			s, cmd, a->library, RGPU_KIND_LIBRARY, real);
	res->infoLog = l->info;
	res->infoLog_size = l->info ? (uint32_t)strlen(l->info) : 0;
	res->errorLog = l->error;
	res->errorLog_size = l->error ? (uint32_t)strlen(l->error) : 0;
	return r;
}

static CUresult
unload_module(struct rgpu_job *job)
{
	return job->s->driver->cuModuleUnload(job->handle);
}

static CUresult
unload_library(struct rgpu_job *job)
{
	return job->s->driver->cuLibraryUnload(job->handle);
}

/* Unloading waits for kernels that run, so a waiter does it. */
static CUresult
unload(struct rgpu_session *s, const struct rgpu_command *cmd, uint64_t id,
	enum rgpu_kind kind, CUresult (*work)(struct rgpu_job *job))
{
	struct rgpu_object *o = rgpu_session_find(s, id, kind);
	struct rgpu_job *job;

	if (!o)
		return CUDA_ERROR_INVALID_HANDLE;
	job = rgpu_job_new(s, cmd, o->context, work);
	if (!job)
		return CUDA_ERROR_OUT_OF_MEMORY;
	job->handle = o->real;
	rgpu_session_forget(s, o);
	return rgpu_job_start(job);
}

CUresult
rgpu_serve_cuModuleUnload(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuModuleUnload *a)
{
	return unload(s, cmd, a->hmod, RGPU_KIND_MODULE, unload_module);
}

CUresult
rgpu_serve_cuLibraryUnload(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuLibraryUnload *a)
{
	return unload(s, cmd, a->library, RGPU_KIND_LIBRARY, unload_library);
}

/* Binds a function or kernel below what it was found in. */
static CUresult
bind_in(struct rgpu_session *s, const struct rgpu_command *cmd, uint64_t id,
	enum rgpu_kind kind, void *real, struct rgpu_object *parent)
{
	CUresult r = rgpu_session_bind(s, cmd, id, kind, real);

	if (!r)
		rgpu_session_find(s, id, kind)->parent = parent;
	return r;
}

CUresult
rgpu_serve_cuModuleGetFunction(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuModuleGetFunction *a,
	struct rgpu_res_cuModuleGetFunction *res)
{
	struct rgpu_object *m = rgpu_session_find(s, a->hmod, RGPU_KIND_MODULE);
	CUfunction real;
	CUresult r = m ? rgpu_session_may_bind(s, a->hfunc, RGPU_KIND_FUNCTION)
		       : CUDA_ERROR_INVALID_HANDLE;

	if (!r)
		r = s->driver->cuModuleGetFunction(&real, m->real, a->name);
	if (!r)
		r = rgpu_function_info(
			s->driver, real, &res->info, &res->info_size);
	if (!r)
		r = bind_in(s, cmd, a->hfunc, RGPU_KIND_FUNCTION, real, m);
	return r;
}

CUresult
rgpu_serve_cuLibraryGetKernel(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuLibraryGetKernel *a,
	struct rgpu_res_cuLibraryGetKernel *res)
{
	struct rgpu_object *l =
		rgpu_session_find(s, a->library, RGPU_KIND_LIBRARY);
	CUkernel real;
	CUresult r = l ? rgpu_session_may_bind(s, a->pKernel, RGPU_KIND_KERNEL)
		       : CUDA_ERROR_INVALID_HANDLE;

	if (!r)
		r = s->driver->cuLibraryGetKernel(&real, l->real, a->name);
	if (!r)
		r = rgpu_kernel_info(s->driver, real, a->device, &res->info,
			&res->info_size);
	if (!r)
		r = bind_in(s, cmd, a->pKernel, RGPU_KIND_KERNEL, real, l);
	return r;
}

CUresult
rgpu_serve_cuLibraryGetModule(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuLibraryGetModule *a)
{
	struct rgpu_object *l =
		rgpu_session_find(s, a->library, RGPU_KIND_LIBRARY);
	CUmodule real;
	CUresult r = l ? rgpu_session_may_bind(s, a->pMod, RGPU_KIND_MODULE)
		       : CUDA_ERROR_INVALID_HANDLE;

	if (!r)
		r = s->driver->cuLibraryGetModule(&real, l->real);
	return r ? r : bind_in(s, cmd, a->pMod, RGPU_KIND_MODULE, real, l);
}

CUresult
rgpu_serve_cuKernelGetFunction(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuKernelGetFunction *a)
{
	struct rgpu_object *k =
		rgpu_session_find(s, a->kernel, RGPU_KIND_KERNEL);
	CUfunction real;
	CUresult r = k ? rgpu_session_may_bind(s, a->pFunc, RGPU_KIND_FUNCTION)
		       : CUDA_ERROR_INVALID_HANDLE;

	if (!r)
		r = s->driver->cuKernelGetFunction(&real, k->real);
	return r ? r : bind_in(s, cmd, a->pFunc, RGPU_KIND_FUNCTION, real, k);
}

/* A global variable may be copied to and from, like an allocation. */
static CUresult
note_global(struct rgpu_session *s, const struct rgpu_command *cmd,
	struct rgpu_object *owner, CUdeviceptr base, size_t size)
{
	if (size && rgpu_session_add_region(s, base, size, cmd->context, owner))
		return CUDA_ERROR_OUT_OF_MEMORY;
	return CUDA_SUCCESS;
}

CUresult
rgpu_serve_cuModuleGetGlobal_v2(struct rgpu_session *s,
	struct rgpu_command *cmd,
	const struct rgpu_args_cuModuleGetGlobal_v2 *a,
	struct rgpu_res_cuModuleGetGlobal_v2 *res)
{
	struct rgpu_object *m = rgpu_session_find(s, a->hmod, RGPU_KIND_MODULE);
	CUdeviceptr base;
	size_t size;
	CUresult r = CUDA_ERROR_INVALID_HANDLE;

	if (m)
		r = s->driver->cuModuleGetGlobal_v2(
			&base, &size, m->real, a->name);
	if (!r)
		r = note_global(s, cmd, m, base, size);
	if (!r) {
		res->dptr = base;
		res->bytes = size;
	}
	return r;
}

CUresult
rgpu_serve_cuLibraryGetGlobal(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_cuLibraryGetGlobal *a,
	struct rgpu_res_cuLibraryGetGlobal *res)
{
	struct rgpu_object *l =
		rgpu_session_find(s, a->library, RGPU_KIND_LIBRARY);
	CUdeviceptr base;
	size_t size;
	CUresult r = CUDA_ERROR_INVALID_HANDLE;

	if (l)
		r = s->driver->cuLibraryGetGlobal(
			&base, &size, l->real, a->name);
	if (!r)
		r = note_global(s, cmd, l, base, size);
	if (!r) {
		res->dptr = base;
		res->bytes = size;
	}
	return r;
}
