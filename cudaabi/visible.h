/* SPDX-License-Identifier: Apache-2.0 */
/* CUDA_VISIBLE_DEVICES, by the rules of the CUDA programming guide. */
#ifndef RGPU_CUDAABI_VISIBLE_H
#define RGPU_CUDAABI_VISIBLE_H

#include <stdint.h>

/*
 * Which of count devices an application sees, and in which order. list is the
 * value of the variable: ordinals or the beginning of a UUID ("GPU-1a2b..."),
 * separated by commas; NULL shows all. Devices after the first bad item are not
 * seen, and a device named twice means none is. Writes at most count ordinals
 * to out and returns how many.
 */
int rgpu_visible_devices(
	const char *list, int count, const uint8_t (*uuids)[16], int *out);

/* "GPU-00112233-4455-6677-8899-aabbccddeeff" and its NUL. */
#define RGPU_UUID_TEXT 41
void rgpu_uuid_text(const uint8_t uuid[16], char text[RGPU_UUID_TEXT]);

#endif
