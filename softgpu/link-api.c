/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cuLink*: several PTX texts become one. What a driver would give as a cubin is
 * here the linked PTX, which loads like one.
 */
#include "config.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "cudaabi/gen/inner.h"
#include "softgpu/context.h"
#include "softgpu/jit.h"
#include "softgpu/object.h"
#include "softgpu/program.h"
#include "softgpu/ptx-link.h"

struct link {
	struct rgpu_object object;
	pthread_mutex_t lock;
	struct rgpu_jit jit; /* the application keeps the lists until the end */
	struct rgpu_code **inputs;
	size_t count;
	char *linked; /* with a NUL */
	size_t size;  /* with it */
	bool reported;
};

static void
free_link(struct rgpu_object *object)
{
	struct link *l = (struct link *)object;

	for (size_t i = 0; i < l->count; i++)
		rgpu_code_put(l->inputs[i]);
	free(l->inputs);
	free(l->linked);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

/* The size of a log is the room there is before, and what is in it afterwards:
 * so it is written once, with the first error or at the end. */
static CUresult
report(struct link *l, CUresult r, const char *message)
{
	if (r && *message)
		rgpu_err("%s", message);
	if (!l->reported)
		rgpu_jit_report(&l->jit, r ? message : "");
	l->reported = true;
	return r;
}

CUresult
rgpu_do_cuLinkCreate_v2(unsigned int numOptions, CUjit_option *options,
	void **optionValues, CUlinkState *stateOut)
{
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
	pthread_mutex_init(&l->lock, NULL);
	rgpu_object_init(&l->object, free_link);
	r = rgpu_jit_open(numOptions, options, optionValues, &l->jit);
	if (!r && rgpu_object_make(RGPU_KIND_LINK, &l->object))
		r = CUDA_ERROR_OUT_OF_MEMORY;
	if (r)
		rgpu_object_put(&l->object);
	else
		*stateOut = rgpu_object_handle(&l->object);
	return r;
}

/* Takes over the code. */
static CUresult
append(struct link *l, struct rgpu_code *code)
{
	struct rgpu_code **more =
		realloc(l->inputs, (l->count + 1) * sizeof(*more));

	if (!more) {
		rgpu_code_put(code);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	l->inputs = more;
	l->inputs[l->count++] = code;
	return CUDA_SUCCESS;
}

static bool
may_be_linked(CUjitInputType type, char message[RGPU_MESSAGE_MAX])
{
	if (type == CU_JIT_INPUT_PTX || type == CU_JIT_INPUT_CUBIN ||
		type == CU_JIT_INPUT_FATBINARY)
		return true;
	snprintf(message, RGPU_MESSAGE_MAX,
		"the linker takes PTX and fat binaries with PTX, not objects "
		"and libraries (input type %d)",
		(int)type);
	return false;
}

static CUresult
take(CUlinkState state, CUjitInputType type, CUresult r, struct rgpu_code *code,
	char message[RGPU_MESSAGE_MAX])
{
	struct link *l = rgpu_object_get(RGPU_KIND_LINK, state);

	if (!l) {
		if (!r)
			rgpu_code_put(code);
		return CUDA_ERROR_INVALID_HANDLE;
	}
	pthread_mutex_lock(&l->lock);
	if (!r && !may_be_linked(type, message)) {
		rgpu_code_put(code);
		r = CUDA_ERROR_NOT_SUPPORTED;
	}
	if (!r && l->linked) {
		rgpu_code_put(code);
		r = CUDA_ERROR_INVALID_VALUE;
	}
	if (!r)
		r = append(l, code);
	if (r)
		report(l, r, message);
	pthread_mutex_unlock(&l->lock);
	rgpu_object_put(&l->object);
	return r;
}

CUresult
rgpu_do_cuLinkAddData_v2(CUlinkState state, CUjitInputType type, void *data,
	size_t size, const char *name, unsigned int numOptions,
	CUjit_option *options, void **optionValues)
{
	char message[RGPU_MESSAGE_MAX] = "";
	struct rgpu_code *code = NULL;
	struct rgpu_jit own;
	CUresult r = rgpu_jit_open(numOptions, options, optionValues, &own);

	if (r || !data || !size || (unsigned)type > CU_JIT_INPUT_NVVM)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_code_load_bytes(
		data, size, name ? name : "the data", &code, message);
	return take(state, type, r, code, message);
}

CUresult
rgpu_do_cuLinkAddFile_v2(CUlinkState state, CUjitInputType type,
	const char *path, unsigned int numOptions, CUjit_option *options,
	void **optionValues)
{
	char message[RGPU_MESSAGE_MAX] = "";
	struct rgpu_code *code = NULL;
	struct rgpu_jit own;
	CUresult r = rgpu_jit_open(numOptions, options, optionValues, &own);

	if (r || !path || (unsigned)type > CU_JIT_INPUT_NVVM)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_code_load_file(path, &code, message);
	return take(state, type, r, code, message);
}

/* ---- completing --------------------------------------------------------------------- */

static CUresult
link_texts(struct link *l, const struct rgpu_code_text *texts, size_t n,
	char message[RGPU_MESSAGE_MAX])
{
	size_t len = 0;
	CUresult r = rgpu_ptx_link(texts, n, &l->linked, &len, message);
	char *terminated;

	if (r)
		return r;
	terminated = realloc(l->linked, len + 1);
	if (!terminated)
		return CUDA_ERROR_OUT_OF_MEMORY;
	terminated[len] = '\0';
	l->linked = terminated;
	l->size = len + 1;
	return CUDA_SUCCESS;
}

/* Each input has at least one text; a fat binary of several may have more. */
static CUresult
link_inputs(struct link *l, char message[RGPU_MESSAGE_MAX])
{
	struct rgpu_code_text *texts;
	size_t n = 0, total = 0;
	CUresult r = CUDA_SUCCESS;

	for (size_t i = 0; i < l->count; i++)
		total += l->inputs[i]->count;
	texts = calloc(total ? total : 1, sizeof(*texts));
	if (!texts)
		return CUDA_ERROR_OUT_OF_MEMORY;
	for (size_t i = 0; i < l->count && !r; i++) {
		for (size_t k = 0; k < l->inputs[i]->count && !r; k++) {
			r = rgpu_code_text(l->inputs[i], k, &texts[n], message);
			n += !r;
		}
	}
	if (!r)
		r = link_texts(l, texts, n, message);
	while (n--)
		free(texts[n].owned);
	free(texts);
	return r;
}

/* As a driver does, which compiles it. */
static CUresult
compile(const struct link *l, char message[RGPU_MESSAGE_MAX])
{
	struct rgpu_program *program;
	struct rgpu_code *code;
	CUresult r = rgpu_code_load_bytes(
		l->linked, l->size, "the linked PTX", &code, message);

	if (r)
		return r;
	r = rgpu_program_create(code, &program, message);
	rgpu_code_put(code);
	if (r)
		return r;
	r = rgpu_program_compile(program, message);
	rgpu_program_destroy(program);
	return r;
}

CUresult
rgpu_do_cuLinkComplete(CUlinkState state, void **cubinOut, size_t *sizeOut)
{
	char message[RGPU_MESSAGE_MAX] = "";
	struct link *l = rgpu_object_get(RGPU_KIND_LINK, state);
	CUresult r = CUDA_SUCCESS;

	if (!l)
		return CUDA_ERROR_INVALID_HANDLE;
	pthread_mutex_lock(&l->lock);
	if (!cubinOut || !l->count)
		r = CUDA_ERROR_INVALID_VALUE;
	if (!r && !l->linked) {
		r = link_inputs(l, message);
		if (!r)
			r = compile(l, message);
		if (r) {
			free(l->linked);
			l->linked = NULL;
		}
		report(l, r, message);
	}
	if (!r) {
		*cubinOut = l->linked;
		if (sizeOut)
			*sizeOut = l->size;
	}
	pthread_mutex_unlock(&l->lock);
	rgpu_object_put(&l->object);
	return r;
}

CUresult
rgpu_do_cuLinkDestroy(CUlinkState state)
{
	struct link *l = rgpu_object_end(RGPU_KIND_LINK, state);

	if (!l)
		return CUDA_ERROR_INVALID_HANDLE;
	rgpu_object_put(&l->object);
	return CUDA_SUCCESS;
}
