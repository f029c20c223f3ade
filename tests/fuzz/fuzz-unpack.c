/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compressed entries of fat binaries, as the software GPU unpacks them. The first
 * 8 bytes are the entry's flags, the next 8 the size that its header promises; the
 * rest is what is stored.
 */
#include "config.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#ifdef HAVE_LZ4
#include <lz4.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#include "cudaabi/image.h"
#include "softgpu/unpack.h"

#define HEAD	  16
#define PLAIN_MAX (1u << 20) /* more shows nothing and takes its time */

const struct rgpu_fuzz_setup rgpu_fuzz_setup = {
	.name = "unpack", .inputs = 60000};

/* Fills the memory before, so that what is left unwritten shows. */
static int
unpack(const uint8_t *data, size_t size, uint8_t *out, size_t plain, int fill)
{
	uint64_t flags;

	memcpy(&flags, data, sizeof(flags));
	if (plain)
		memset(out, fill, plain);
	return rgpu_unpack(flags, data + HEAD, size - HEAD, out, plain);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t plain;
	uint8_t *once, *twice;

	if (size < HEAD)
		return 0;
	memcpy(&plain, data + 8, sizeof(plain));
	if (plain > PLAIN_MAX)
		return 0;
	once = rgpu_fuzz_alloc(plain);
	if (!unpack(data, size, once, plain, 0x11)) {
		rgpu_fuzz_accepted++;
		twice = rgpu_fuzz_alloc(plain);
		FUZZ_CHECK(!unpack(data, size, twice, plain, 0x22));
		FUZZ_CHECK(!memcmp(once, twice, plain));
		free(twice);
	}
	free(once);
	return 0;
}

static void
add_entry(void (*add)(const void *data, size_t size), uint64_t flags,
	uint64_t plain, const void *stored, size_t size)
{
	uint8_t *input = rgpu_fuzz_alloc(HEAD + size);

	memcpy(input, &flags, sizeof(flags));
	memcpy(input + 8, &plain, sizeof(plain));
	memcpy(input + HEAD, stored, size);
	add(input, HEAD + size);
	free(input);
}

static void
add_text(void (*add)(const void *data, size_t size), const char *text, int size)
{
	uint8_t stored[4096];

	(void)stored;
	add_entry(add, 0, (uint64_t)size, text, (size_t)size);
#ifdef HAVE_LZ4
	{
		int n = LZ4_compress_default(
			text, (char *)stored, size, sizeof(stored));

		FUZZ_CHECK(n > 0);
		add_entry(add, RGPU_FATBIN_LZ4, (uint64_t)size, stored,
			(size_t)n);
	}
#endif
#ifdef HAVE_ZSTD
	for (int level = -1; level <= 19; level += 10) {
		size_t n = ZSTD_compress(
			stored, sizeof(stored), text, (size_t)size, level);

		FUZZ_CHECK(!ZSTD_isError(n));
		add_entry(add, RGPU_FATBIN_ZSTD, (uint64_t)size, stored, n);
	}
#endif
}

void
rgpu_fuzz_seeds(void (*add)(const void *data, size_t size))
{
	char text[2000];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "mov.u32 %r1, %tid.x;\n"[(i + i / 97) % 21];
	add_text(add, text, 1);
	add_text(add, text, 60);
	add_text(add, text, sizeof(text));
	memset(text, 'x', sizeof(text));
	add_text(add, text, sizeof(text));
}
