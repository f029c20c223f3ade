/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linking of relocatable device code (nvcc -rdc=true): several PTX texts become
 * one. What two of them call by the same name without meaning the same is
 * renamed, of weak definitions one stays, and extern declarations find their
 * definitions because everything is in one text.
 */
#ifndef RGPU_SOFTGPU_PTX_LINK_H
#define RGPU_SOFTGPU_PTX_LINK_H

#include "softgpu/code.h"

/* Makes one text, to be freed by the caller. On failure message says why. */
CUresult rgpu_ptx_link(const struct rgpu_code_text *texts, size_t count,
	char **out, size_t *len, char message[RGPU_MESSAGE_MAX]);

#endif
