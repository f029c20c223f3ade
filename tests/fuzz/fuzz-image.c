/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Module images: a hostile client's, before the server's driver gets them. What
 * is taken for an image says of itself that it ends within the bytes that came,
 * because the driver reads as far as the image says.
 */
#include "config.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "cudaabi/image.h"
#include "tests/fuzz/images.h"

static const char *const words[] = {".version", "//", "/*", "*/", "\n", " ",
	"\t", "\x50\xed\x55\xba",
	"\x7f"
	"ELF",
	NULL};

/* Text shorter than a magic number; a comment that does not end. */
static const struct rgpu_fuzz_seed found[] = {
	{"/\0......", 8}, {"/*......\0*/.version", 20}};

const struct rgpu_fuzz_setup rgpu_fuzz_setup = {.name = "image",
	.inputs = 300000,
	.words = words,
	.found = found,
	.found_count = RGPU_COUNT(found)};

static void
check_entries(const uint8_t *data, size_t size)
{
	struct rgpu_fatbin_entry e;
	size_t pos = 0, last;
	int r;

	for (;;) {
		last = pos;
		r = rgpu_fatbin_next(data, size, &pos, &e);
		FUZZ_CHECK(r >= 0);
		if (r == 0)
			return;
		FUZZ_CHECK(pos > last && pos <= size);
		rgpu_fuzz_check_inside(e.data, e.stored_size, data, size);
		if (!(e.flags & (RGPU_FATBIN_LZ4 | RGPU_FATBIN_ZSTD)))
			FUZZ_CHECK(e.plain_size == e.stored_size);
	}
}

/* Read without knowing how long it is, as the driver reads it. */
static void
check_own_size(const uint8_t *data, size_t size, enum rgpu_image_kind kind)
{
	struct rgpu_image_part part;
	size_t count;

	FUZZ_CHECK(!rgpu_image_parts(data, &part, 1, &count));
	FUZZ_CHECK(count == 1 && part.kind == kind && part.data == data);
	FUZZ_CHECK(part.size > 0 && part.size <= size);
	if (kind == RGPU_IMAGE_PTX)
		FUZZ_CHECK(part.size == size);
}

/* Text that an application gives has no length; it ends at its NUL. */
static void
try_as_text(const uint8_t *data, size_t size)
{
	size_t len = strnlen((const char *)data, size);
	char *text = rgpu_fuzz_alloc(len + 1);
	struct rgpu_image_part part;
	size_t count;

	memcpy(text, data, len);
	if (!rgpu_image_parts(text, &part, 1, &count)) {
		FUZZ_CHECK(part.kind == RGPU_IMAGE_PTX);
		FUZZ_CHECK(part.size == len + 1);
	}
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum rgpu_image_kind kind = rgpu_image_check(data, size);

	/* Other images say how long they are; text cannot. */
	if (size >= 8 && strchr(" \t\r\n./", data[0]))
		try_as_text(data, size);
	if (kind == RGPU_IMAGE_UNKNOWN)
		return 0;
	rgpu_fuzz_accepted++;
	if (kind == RGPU_IMAGE_FATBIN)
		check_entries(data, size);
	check_own_size(data, size, kind);
	return 0;
}

void
rgpu_fuzz_seeds(void (*add)(const void *data, size_t size))
{
	uint8_t image[RGPU_FUZZ_IMAGE_MAX];

	for (unsigned i = 0; i < RGPU_FUZZ_IMAGES; i++)
		add(image, rgpu_fuzz_make_image(i, image));
}
