/* SPDX-License-Identifier: Apache-2.0 */
/* Module images as they travel:
 *   u32 count, u32 zero, count x u64 size, then the parts, padded to 8. */
#include "config.h"
#include "protocol/bundle.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/codec.h"

static size_t
padded(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

size_t
rgpu_bundle_head_size(size_t count)
{
	return 8 + 8 * count;
}

size_t
rgpu_bundle_size(const struct rgpu_image_part *parts, size_t count)
{
	size_t size = rgpu_bundle_head_size(count);

	for (size_t i = 0; i < count; i++)
		size += padded(parts[i].size);
	return size;
}

void
rgpu_bundle_put_head(
	uint8_t *out, const struct rgpu_image_part *parts, size_t count)
{
	struct rgpu_enc e = rgpu_enc_init(out, rgpu_bundle_head_size(count));

	rgpu_put_u32(&e, (uint32_t)count);
	rgpu_put_u32(&e, 0);
	for (size_t i = 0; i < count; i++)
		rgpu_put_u64(&e, parts[i].size);
}

static int
open_parts(struct rgpu_dec *d, struct rgpu_image_part *parts, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		parts[i].size = (size_t)rgpu_get_u64(d);
	for (uint32_t i = 0; i < count; i++) {
		struct rgpu_image_part *p = &parts[i];

		p->data = rgpu_dec_take(d, p->size, 8);
		if (!p->data)
			return -1;
		p->kind = rgpu_image_check(p->data, p->size);
		if (p->kind == RGPU_IMAGE_UNKNOWN ||
			(count > 1 && p->kind != RGPU_IMAGE_FATBIN))
			return -1;
	}
	return rgpu_dec_end(d);
}

size_t
rgpu_bundle_open(
	const uint8_t *data, size_t size, struct rgpu_image_part **parts)
{
	struct rgpu_dec d = rgpu_dec_init(data, size);
	uint32_t count = rgpu_get_u32(&d), zero = rgpu_get_u32(&d);

	*parts = NULL;
	if (d.bad || zero || count == 0 || count > RGPU_IMAGE_PARTS_MAX)
		return 0;
	*parts = calloc(count, sizeof(**parts));
	if (!*parts || open_parts(&d, *parts, count)) {
		free(*parts);
		*parts = NULL;
		return 0;
	}
	return count;
}
