/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A module image as it travels: its parts one behind the other (one part, or the
 * fat binaries of relocatable device code), with their sizes in front.
 */
#ifndef RGPU_PROTOCOL_BUNDLE_H
#define RGPU_PROTOCOL_BUNDLE_H

#include "cudaabi/image.h"

/* Bytes of the bundle of these parts. */
size_t rgpu_bundle_size(const struct rgpu_image_part *parts, size_t count);

/* Writes the sizes; they are head_size bytes, then come the parts, each at the
 * next multiple of 8. */
size_t rgpu_bundle_head_size(size_t count);
void rgpu_bundle_put_head(
	uint8_t *out, const struct rgpu_image_part *parts, size_t count);

/* Takes size bytes from a client apart; every part is checked to be an image
 * whose headers fit. Returns the number of parts and, in *parts, an array from
 * malloc that points into data. 0: damaged, or no memory. */
size_t rgpu_bundle_open(
	const uint8_t *data, size_t size, struct rgpu_image_part **parts);

#endif
