/* SPDX-License-Identifier: Apache-2.0 */
/* Images as they travel: a hostile client's. The parts that are handed on lie
 * within the bundle and are images, and put together again they are the bundle. */
#include "config.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/bundle.h"
#include "tests/fuzz/images.h"

const struct rgpu_fuzz_setup rgpu_fuzz_setup = {
	.name = "bundle", .inputs = 150000};

static uint8_t *
put_together(const struct rgpu_image_part *parts, size_t count, size_t *size)
{
	uint8_t *bytes, *at;

	*size = rgpu_bundle_size(parts, count);
	bytes = rgpu_fuzz_alloc(*size);
	rgpu_bundle_put_head(bytes, parts, count);
	at = bytes + rgpu_bundle_head_size(count);
	for (size_t i = 0; i < count; i++) {
		memcpy(at, parts[i].data, parts[i].size);
		at += (parts[i].size + 7) & ~(size_t)7;
	}
	FUZZ_CHECK(at == bytes + *size);
	return bytes;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rgpu_image_part *parts;
	size_t count = rgpu_bundle_open(data, size, &parts), whole;
	uint8_t *bytes;

	if (!count) {
		FUZZ_CHECK(!parts);
		return 0;
	}
	rgpu_fuzz_accepted++;
	FUZZ_CHECK(count <= RGPU_IMAGE_PARTS_MAX);
	for (size_t i = 0; i < count; i++) {
		const struct rgpu_image_part *p = &parts[i];

		rgpu_fuzz_check_inside(p->data, p->size, data, size);
		FUZZ_CHECK(p->kind == rgpu_image_check(p->data, p->size));
		FUZZ_CHECK(p->kind != RGPU_IMAGE_UNKNOWN);
		FUZZ_CHECK(count == 1 || p->kind == RGPU_IMAGE_FATBIN);
	}
	bytes = put_together(parts, count, &whole);
	/* But for padding at the end, whose zeros the decoder has seen to. */
	FUZZ_CHECK(size < whole + 8 && whole < size + 8);
	FUZZ_CHECK(!memcmp(bytes, data, whole < size ? whole : size));
	free(bytes);
	free(parts);
	return 0;
}

void
rgpu_fuzz_seeds(void (*add)(const void *data, size_t size))
{
	static uint8_t image[RGPU_FUZZ_IMAGES][RGPU_FUZZ_IMAGE_MAX];
	struct rgpu_image_part parts[RGPU_FUZZ_IMAGES];
	const size_t fatbins = RGPU_FUZZ_IMAGES - RGPU_FUZZ_FATBINS;
	uint8_t *bytes;
	size_t size;

	for (unsigned i = 0; i < RGPU_FUZZ_IMAGES; i++) {
		parts[i].data = image[i];
		parts[i].size = rgpu_fuzz_make_image(i, image[i]);
		bytes = put_together(&parts[i], 1, &size);
		add(bytes, size);
		free(bytes);
	}
	for (size_t n = 2; n <= fatbins; n++) {
		bytes = put_together(&parts[RGPU_FUZZ_FATBINS], n, &size);
		add(bytes, size);
		free(bytes);
	}
}
