/* SPDX-License-Identifier: Apache-2.0 */
/* The NVML of the server's machine, as far as it has one. It is loaded at the
 * first question and stays; one thread asks. */
#ifndef RGPU_SERVER_NVML_H
#define RGPU_SERVER_NVML_H

#include <stddef.h>
#include <stdint.h>

struct rgpu_nvml_question {
	uint32_t query; /* enum rgpu_nvml_query */
	uint32_t a, b;
	const uint8_t *peer; /* UUID of the second device; NULL: no such */
	const void *data;    /* the structure that goes */
	size_t size;
};

/*
 * Asks about the device with this UUID. Returns an nvmlReturn_t,
 * RGPU_NVML_NO_LIBRARY where there is no NVML, the device is not in it (a
 * software GPU), or it lacks the function. *size bytes of answer are then
 * valid; -1: the question itself makes no sense.
 */
int rgpu_nvml_answer(const uint8_t uuid[16], const struct rgpu_nvml_question *q,
	void *answer, uint32_t *size);

#endif
