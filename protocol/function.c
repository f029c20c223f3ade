/* SPDX-License-Identifier: Apache-2.0 */
/* Parameter layouts and attributes of kernels on the wire. */
#include "config.h"
#include "protocol/function.h"

#include <stdlib.h>

#include "common/error.h"

void
rgpu_func_info_put(struct rgpu_enc *e, const struct rgpu_func_info *f)
{
	rgpu_put_u32(e, f->param_count);
	for (uint32_t i = 0; i < f->param_count; i++) {
		rgpu_put_u32(e, f->params[i].offset);
		rgpu_put_u32(e, f->params[i].size);
	}
	rgpu_put_u32(e, f->has_attribute);
	for (uint32_t i = 0; i < RGPU_FUNC_ATTRIBUTES; i++) {
		if (f->has_attribute >> i & 1)
			rgpu_put_i32(e, f->attribute[i]);
	}
}

static int
get_params(struct rgpu_dec *d, struct rgpu_func_info *f)
{
	uint32_t n = rgpu_get_u32(d);

	if (d->bad || n > RGPU_FUNC_PARAMS_MAX)
		return -1;
	f->params = calloc(n + 1, sizeof(*f->params));
	if (!f->params)
		return -1;
	f->param_count = n;
	for (uint32_t i = 0; i < n; i++) {
		struct rgpu_func_param *p = &f->params[i];

		p->offset = rgpu_get_u32(d);
		p->size = rgpu_get_u32(d);
		if (d->bad || p->offset > RGPU_FUNC_PARAM_BYTES ||
			p->size > RGPU_FUNC_PARAM_BYTES - p->offset)
			return -1;
		if (p->offset + p->size > f->param_bytes)
			f->param_bytes = p->offset + p->size;
	}
	return 0;
}

int
rgpu_func_info_get(struct rgpu_dec *d, struct rgpu_func_info *f)
{
	memset(f, 0, sizeof(*f));
	if (get_params(d, f))
		d->bad = true;
	f->has_attribute = rgpu_get_u32(d);
	for (uint32_t i = 0; i < RGPU_FUNC_ATTRIBUTES; i++) {
		if (f->has_attribute >> i & 1)
			f->attribute[i] = rgpu_get_i32(d);
	}
	if (d->bad) {
		rgpu_func_info_free(f);
		return rgpu_error("damaged description of a kernel");
	}
	return 0;
}

void
rgpu_func_info_free(struct rgpu_func_info *f)
{
	free(f->params);
	f->params = NULL;
	f->param_count = 0;
}
