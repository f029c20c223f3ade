/* SPDX-License-Identifier: Apache-2.0 */
/* The driver's linker. */
#include "config.h"
#include "server/serve.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/function.h"
#include "server/image.h"

/* Behind a link id: the driver keeps the options' lists until the end, and has
 * the output. */
struct link {
	CUlinkState real;
	struct rgpu_loadable options;
	const uint8_t *output;
	size_t size;
};

static struct link *
find(struct rgpu_session *s, uint64_t id)
{
	struct rgpu_object *o = rgpu_session_find(s, id, RGPU_KIND_LINK);

	return o ? o->real : NULL;
}

CUresult
rgpu_serve_rgpu_link_create(struct rgpu_session *s, struct rgpu_command *cmd,
	const struct rgpu_args_rgpu_link_create *a)
{
	struct link *l = calloc(1, sizeof(*l));
	CUresult r = l ? rgpu_session_may_bind(s, a->state, RGPU_KIND_LINK)
		       : CUDA_ERROR_OUT_OF_MEMORY;

	if (!r)
		r = rgpu_loadable_open_options(a->jit, a->jitBytes,
			a->infoCapacity, a->errorCapacity, &l->options);
	if (!r)
		r = s->driver->cuLinkCreate_v2(l->options.option_count,
			l->options.option, l->options.value, &l->real);
	if (!r) {
		r = rgpu_session_bind(s, cmd, a->state, RGPU_KIND_LINK, l);
		if (r)
			s->driver->cuLinkDestroy(l->real);
	}
	if (r && l) {
		rgpu_loadable_free(&l->options);
		free(l);
	}
	return r;
}

static void
give_logs(const struct link *l, const void **info, uint32_t *info_size,
	const void **error, uint32_t *error_size)
{
	*info = l->options.info;
	*info_size = l->options.info ? (uint32_t)strlen(l->options.info) : 0;
	*error = l->options.error;
	*error_size = l->options.error ? (uint32_t)strlen(l->options.error) : 0;
}

CUresult
rgpu_serve_rgpu_link_add(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_rgpu_link_add *a,
	struct rgpu_res_rgpu_link_add *res)
{
	struct link *l = find(s, a->state);
	struct rgpu_loadable input;
	CUresult r = rgpu_loadable_open_input(
		s, a->blob, a->jit, a->jitBytes, &input);

	if (!r && !l)
		r = CUDA_ERROR_INVALID_HANDLE;
	/* Text must end where it says. */
	if (!r && a->type == CU_JIT_INPUT_PTX &&
		input.blob.data[input.blob.total - 1])
		r = CUDA_ERROR_INVALID_IMAGE;
	if (!r)
		r = s->driver->cuLinkAddData_v2(l->real, a->type,
			input.blob.data, input.blob.total, a->name,
			input.option_count, input.option, input.value);
	rgpu_loadable_free(&input);
	if (l)
		give_logs(l, &res->infoLog, &res->infoLog_size, &res->errorLog,
			&res->errorLog_size);
	return r;
}

CUresult
rgpu_serve_rgpu_link_complete(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_rgpu_link_complete *a,
	struct rgpu_res_rgpu_link_complete *res)
{
	struct link *l = find(s, a->state);
	void *output = NULL;
	CUresult r;

	if (!l)
		return CUDA_ERROR_INVALID_HANDLE;
	r = s->driver->cuLinkComplete(l->real, &output, &l->size);
	l->output = r ? NULL : output;
	res->size = r ? 0 : l->size;
	give_logs(l, &res->infoLog, &res->infoLog_size, &res->errorLog,
		&res->errorLog_size);
	return r;
}

CUresult
rgpu_serve_rgpu_link_data(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_rgpu_link_data *a,
	struct rgpu_res_rgpu_link_data *res)
{
	struct link *l = find(s, a->state);
	size_t left;

	if (!l)
		return CUDA_ERROR_INVALID_HANDLE;
	if (!l->output || a->offset >= l->size)
		return CUDA_ERROR_INVALID_VALUE;
	left = l->size - a->offset;
	res->data = l->output + a->offset;
	res->data_size =
		(uint32_t)(left < RGPU_NAMES_MAX ? left : RGPU_NAMES_MAX);
	return CUDA_SUCCESS;
}

CUresult
rgpu_serve_rgpu_link_destroy(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_rgpu_link_destroy *a)
{
	struct rgpu_object *o = rgpu_session_find(s, a->state, RGPU_KIND_LINK);
	struct link *l = o ? o->real : NULL;
	CUresult r;

	if (!l)
		return CUDA_ERROR_INVALID_HANDLE;
	r = s->driver->cuLinkDestroy(l->real);
	rgpu_session_forget(s, o);
	rgpu_loadable_free(&l->options);
	free(l);
	return r;
}
