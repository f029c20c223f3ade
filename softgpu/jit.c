/* SPDX-License-Identifier: Apache-2.0 */
/* The options of module loading. */
#include "config.h"
#include "softgpu/jit.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

CUresult
rgpu_jit_open(unsigned count, const CUjit_option *options, void **values,
	struct rgpu_jit *jit)
{
	*jit = (struct rgpu_jit){count, options, values};
	if (count && (!options || !values))
		return CUDA_ERROR_INVALID_VALUE;
	for (unsigned i = 0; i < count; i++) {
		if ((unsigned)options[i] >= CU_JIT_NUM_OPTIONS)
			return CUDA_ERROR_INVALID_VALUE;
	}
	return CUDA_SUCCESS;
}

static void **
value_of(const struct rgpu_jit *jit, CUjit_option option)
{
	for (unsigned i = 0; i < jit->count; i++) {
		if (jit->options[i] == option)
			return &jit->values[i];
	}
	return NULL;
}

/* The size is an input as well: the room there is, then the characters
 * written. */
static void
write_log(const struct rgpu_jit *jit, CUjit_option buffer_option,
	CUjit_option size_option, const char *text)
{
	void **buffer = value_of(jit, buffer_option);
	void **size = value_of(jit, size_option);
	size_t room = size ? (unsigned)(uintptr_t)*size : 0;
	size_t n = strlen(text);

	if (!size)
		return;
	if (!buffer || !*buffer || !room) {
		*size = NULL;
		return;
	}
	if (n > room - 1)
		n = room - 1;
	memcpy(*buffer, text, n);
	((char *)*buffer)[n] = '\0';
	*size = (void *)(uintptr_t)n;
}

void
rgpu_jit_report(const struct rgpu_jit *jit, const char *error)
{
	void **time = value_of(jit, CU_JIT_WALL_TIME);
	float none = 0;

	write_log(jit, CU_JIT_INFO_LOG_BUFFER,
		CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES, "");
	write_log(jit, CU_JIT_ERROR_LOG_BUFFER,
		CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES, error);
	if (time)
		memcpy(time, &none, sizeof(none));
}
