/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client must know of a kernel: where each parameter lies in the
 * parameter block (the driver API passes pointers without sizes) and its
 * attributes. Sent when a function or kernel is looked up.
 */
#ifndef RGPU_PROTOCOL_FUNCTION_H
#define RGPU_PROTOCOL_FUNCTION_H

#include <stdint.h>
#include "protocol/codec.h"

#define RGPU_FUNC_INFO_MAX    65536u /* bytes of the encoding */
#define RGPU_FUNC_PARAMS_MAX  4096u  /* parameters */
#define RGPU_FUNC_PARAM_BYTES 32764u /* CUDA 12.1 and later; 4 KiB before */
#define RGPU_FUNC_ATTRIBUTES  32u    /* CUfunction_attribute 0..15 in 13.0 */
#define RGPU_NAMES_MAX	      (64u << 10) /* bytes of one page of names */

struct rgpu_func_param {
	uint32_t offset, size;
};

struct rgpu_func_info {
	uint32_t param_count, param_bytes;
	struct rgpu_func_param *params; /* owned */
	int32_t attribute[RGPU_FUNC_ATTRIBUTES];
	uint32_t has_attribute; /* bit i: attribute[i] is known */
};

void rgpu_func_info_put(struct rgpu_enc *e, const struct rgpu_func_info *f);

/* -1 with rgpu_error(): damaged, or no memory; nothing to free then. */
int rgpu_func_info_get(struct rgpu_dec *d, struct rgpu_func_info *f);
void rgpu_func_info_free(struct rgpu_func_info *f);

#endif
