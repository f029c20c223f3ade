/* SPDX-License-Identifier: Apache-2.0 */
/* Module images of every kind, as nvcc lays them out. */
#ifndef RGPU_TESTS_FUZZ_IMAGES_H
#define RGPU_TESTS_FUZZ_IMAGES_H

#include <stddef.h>
#include <stdint.h>

/* How many there are, and the bytes of the longest. */
#define RGPU_FUZZ_IMAGES    8
#define RGPU_FUZZ_IMAGE_MAX 4096

/* Writes image `which`; returns its size. Those from RGPU_FUZZ_FATBINS on are
 * fat binaries. */
#define RGPU_FUZZ_FATBINS 4
size_t rgpu_fuzz_make_image(unsigned which, uint8_t out[RGPU_FUZZ_IMAGE_MAX]);

#endif
