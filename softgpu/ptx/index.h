/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of the index of a module share.
 */
#ifndef RGPU_SOFTGPU_PTX_INDEX_H
#define RGPU_SOFTGPU_PTX_INDEX_H

#include "softgpu/ptx/module.h"

struct ptx_index {
	struct rgpu_ptx_module *module;
	struct ptx_lex lex;
	struct rgpu_ptx_diag *diag;
	unsigned max_target;
};

/* Refuses the module at the current token; returns status. */
enum rgpu_ptx_status ptx_index_fail(
	struct ptx_index *ix, enum rgpu_ptx_status status, const char *text);
enum rgpu_ptx_status ptx_index_no_memory(struct ptx_index *ix);

/* Takes a number of 32 bits. */
enum rgpu_ptx_status ptx_index_u32(struct ptx_index *ix, uint32_t *out);

/* One of the directives that begin a module; any other is refused. */
enum rgpu_ptx_status ptx_index_header(struct ptx_index *ix);

#endif
