/* SPDX-License-Identifier: Apache-2.0 */
/* Decompression: zstd frames and LZ4 blocks, as far as the build has them. */
#include "config.h"
#include "softgpu/unpack.h"

#include <limits.h>
#include <string.h>

#ifdef HAVE_LZ4
#include <lz4.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#include "cudaabi/image.h"

const char *
rgpu_unpack_missing(uint64_t flags)
{
#ifndef HAVE_ZSTD
	if (flags & RGPU_FATBIN_ZSTD)
		return "it is compressed with zstd, which this build cannot "
		       "read: install libzstd-dev and build again";
#endif
#ifndef HAVE_LZ4
	if (flags & RGPU_FATBIN_LZ4)
		return "it is compressed with LZ4, which this build cannot "
		       "read: install liblz4-dev and build again";
#endif
	(void)flags;
	return NULL;
}

int
rgpu_unpack(uint64_t flags, const void *data, size_t stored, void *out,
	size_t plain)
{
	if (flags & RGPU_FATBIN_ZSTD) {
#ifdef HAVE_ZSTD
		return ZSTD_decompress(out, plain, data, stored) == plain ? 0
									  : -1;
#endif
	} else if (flags & RGPU_FATBIN_LZ4) {
#ifdef HAVE_LZ4
		if (stored > INT_MAX || plain > INT_MAX)
			return -1;
		return LZ4_decompress_safe(
			       data, out, (int)stored, (int)plain) == (int)plain
			? 0
			: -1;
#endif
	} else if (stored == plain) {
		memcpy(out, data, plain);
		return 0;
	}
	return -1;
}
