/* SPDX-License-Identifier: Apache-2.0 */
/* The driver's linker: the server's driver links, the output is fetched. */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/ids.h"
#include "cudaabi/gen/inner.h"
#include "libclient/client.h"
#include "libclient/context.h"
#include "libclient/gen/send.h"
#include "libclient/load.h"
#include "libclient/names.h"
#include "libclient/objects.h"

/* No output is longer: bounds what a server can make us hold. */
#define OUTPUT_MAX (1u << 30)

struct link {
	uint64_t id;
	struct rgpu_context *context;
	struct rgpu_load_options options;
	uint8_t *output;
	size_t size;
};

static struct rgpu_ids links = RGPU_IDS_INIT(RGPU_KIND_LINK);

static struct link *
find(CUlinkState state)
{
	return rgpu_id_find(&links, rgpu_handle_id(state));
}

CUresult
rgpu_do_cuLinkCreate_v2(unsigned int numOptions, CUjit_option *options,
	void **optionValues, CUlinkState *stateOut)
{
	struct rgpu_args_rgpu_link_create a;
	struct rgpu_context *c;
	struct link *l;
	CUresult r = rgpu_context_current(&c);

	if (r)
		return r;
	if (!stateOut)
		return CUDA_ERROR_INVALID_VALUE;
	l = calloc(1, sizeof(*l));
	if (!l)
		return CUDA_ERROR_OUT_OF_MEMORY;
	l->context = c;
	r = rgpu_load_parse(numOptions, options, optionValues, &l->options);
	if (!r) {
		l->id = rgpu_id_make(&links, l);
		r = l->id ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
	}
	if (r) {
		free(l);
		return r;
	}
	a = (struct rgpu_args_rgpu_link_create){
		.state = l->id,
		.jit = l->options.numbers,
		.jitBytes = l->options.numbers_size,
		.infoCapacity = l->options.info_capacity,
		.errorCapacity = l->options.error_capacity,
	};
	*stateOut = rgpu_id_handle(l->id);
	return rgpu_post_rgpu_link_create(c->id, &a);
}

static CUresult
add(struct link *l, CUjitInputType type, const void *data, size_t size,
	const char *name, const struct rgpu_load_options *own)
{
	struct rgpu_args_rgpu_link_add a = {.state = l->id,
		.type = type,
		.name = name,
		.jit = own->numbers,
		.jitBytes = own->numbers_size};
	struct rgpu_res_rgpu_link_add res = {.infoLog_size = 0};
	struct rgpu_call call;
	CUresult r = rgpu_load_upload_bytes(
		data, size, type == CU_JIT_INPUT_PTX, &a.blob);

	if (r)
		return r;
	r = rgpu_call_rgpu_link_add(l->context->id, &a, &res, &call);
	if (r)
		rgpu_load_finish(&l->options, res.infoLog, res.infoLog_size,
			res.errorLog, res.errorLog_size);
	rgpu_call_end(&call);
	return r;
}

CUresult
rgpu_do_cuLinkAddData_v2(CUlinkState state, CUjitInputType type, void *data,
	size_t size, const char *name, unsigned int numOptions,
	CUjit_option *options, void **optionValues)
{
	struct link *l = find(state);
	struct rgpu_load_options own;
	CUresult r = rgpu_load_parse(numOptions, options, optionValues, &own);

	if (r || !data || !size || (unsigned)type > CU_JIT_INPUT_NVVM)
		return r ? r : CUDA_ERROR_INVALID_VALUE;
	if (!l)
		return CUDA_ERROR_INVALID_HANDLE;
	if (!name || strlen(name) >= RGPU_NAME_MAX)
		name = "";
	return add(l, type, data, size, name, &own);
}

CUresult
rgpu_do_cuLinkAddFile_v2(CUlinkState state, CUjitInputType type,
	const char *path, unsigned int numOptions, CUjit_option *options,
	void **optionValues)
{
	size_t size;
	void *data;
	CUresult r;

	if (!path)
		return CUDA_ERROR_INVALID_VALUE;
	if (!find(state))
		return CUDA_ERROR_INVALID_HANDLE;
	r = rgpu_load_read(path, &data, &size);
	if (r)
		return r;
	r = rgpu_do_cuLinkAddData_v2(state, type, data, size, path, numOptions,
		options, optionValues);
	free(data);
	return r;
}

static CUresult
fetch(struct link *l, size_t size)
{
	struct rgpu_args_rgpu_link_data a = {.state = l->id};
	struct rgpu_res_rgpu_link_data res;
	CUresult r = CUDA_SUCCESS;
	uint8_t *p = size && size <= OUTPUT_MAX ? malloc(size) : NULL;

	if (!p)
		return CUDA_ERROR_OUT_OF_MEMORY;
	while (!r && a.offset < size) {
		struct rgpu_call call;

		r = rgpu_call_rgpu_link_data(0, &a, &res, &call);
		if (!r && (!res.data_size || res.data_size > size - a.offset))
			r = rgpu_client_broken(RGPU_OP_rgpu_link_data);
		if (!r)
			memcpy(p + a.offset, res.data, res.data_size);
		a.offset += r ? 0 : res.data_size;
		rgpu_call_end(&call);
	}
	if (r) {
		free(p);
		return r;
	}
	l->output = p;
	l->size = size;
	return CUDA_SUCCESS;
}

static CUresult
complete(struct link *l)
{
	struct rgpu_args_rgpu_link_complete a = {.state = l->id};
	struct rgpu_res_rgpu_link_complete res = {.infoLog_size = 0};
	struct rgpu_call call;
	CUresult r =
		rgpu_call_rgpu_link_complete(l->context->id, &a, &res, &call);

	rgpu_load_finish(&l->options, res.infoLog, res.infoLog_size,
		res.errorLog, res.errorLog_size);
	rgpu_call_end(&call);
	return r ? r : fetch(l, res.size);
}

CUresult
rgpu_do_cuLinkComplete(CUlinkState state, void **cubinOut, size_t *sizeOut)
{
	struct link *l = find(state);
	CUresult r = CUDA_SUCCESS;

	if (!l)
		return CUDA_ERROR_INVALID_HANDLE;
	if (!cubinOut)
		return CUDA_ERROR_INVALID_VALUE;
	if (!l->output)
		r = complete(l);
	if (r)
		return r;
	*cubinOut = l->output;
	if (sizeOut)
		*sizeOut = l->size;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuLinkDestroy(CUlinkState state)
{
	struct rgpu_args_rgpu_link_destroy a;
	struct link *l = find(state);

	if (!l)
		return CUDA_ERROR_INVALID_HANDLE;
	a.state = l->id;
	rgpu_id_end(&links, l->id);
	free(l->output);
	free(l);
	return rgpu_post_rgpu_link_destroy(0, &a);
}
