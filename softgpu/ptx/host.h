/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device memory as the host-side parts of a call see it.
 */
#ifndef RGPU_SOFTGPU_PTX_HOST_H
#define RGPU_SOFTGPU_PTX_HOST_H

#include "softgpu/ptx/exec.h"

/* The bytes from a generic address on that a lane may read: *len of them.
 * NULL: none. */
const char *ptx_device_bytes(
	struct ptx_warp *warp, unsigned lane, uint64_t address, uint64_t *len);

/* Text that grows. */
struct ptx_text {
	char *data;
	size_t len, size;
	bool failed; /* no memory */
};
void ptx_text_add(struct ptx_text *text, const char *s, size_t len);

/*
 * Formats as device printf does: fmt is the format, args and args_len the
 * buffer of arguments. Returns how many arguments were used, or -1 when the
 * arguments do not suffice.
 */
int ptx_format(struct ptx_warp *warp, unsigned lane, const char *fmt,
	size_t fmt_len, const char *args, size_t args_len,
	struct ptx_text *out);

#endif
