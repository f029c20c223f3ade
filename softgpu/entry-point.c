/* SPDX-License-Identifier: Apache-2.0 */
/* Heads and attributes of kernels. */
#include "config.h"
#include "softgpu/entry-point.h"

#include <stdlib.h>
#include <string.h>

#include "softgpu/device.h"
#include "softgpu/settings.h"

#define REGISTERS_MIN 16
#define REGISTERS_MAX 255

CUresult
rgpu_entry_point_open(struct rgpu_entry_point *entry,
	struct rgpu_program *program, const char *name,
	char message[RGPU_MESSAGE_MAX])
{
	CUresult r = rgpu_program_info(program, name, &entry->info, message);
	size_t n;

	if (r)
		return r;
	n = entry->info.param_count;
	entry->name = strdup(name);
	entry->params = calloc(n + 1, sizeof(*entry->params));
	if (!entry->name || !entry->params) {
		rgpu_entry_point_close(entry);
		return CUDA_ERROR_OUT_OF_MEMORY;
	}
	if (n)
		memcpy(entry->params, entry->info.params,
			n * sizeof(*entry->params));
	entry->info.name = entry->name;
	entry->info.params = entry->params;
	entry->target = rgpu_program_target(program);
	return CUDA_SUCCESS;
}

void
rgpu_entry_point_close(struct rgpu_entry_point *entry)
{
	free(entry->name);
	free(entry->params);
}

void
rgpu_entry_settings_init(struct rgpu_entry_settings *settings,
	const struct rgpu_entry_point *entry)
{
	int room = RGPU_SHARED_PER_BLOCK - (int)entry->info.shared_bytes;

	atomic_init(&settings->max_dynamic, room > 0 ? room : 0);
	atomic_init(&settings->carveout, -1);
}

void
rgpu_entry_settings_copy(
	struct rgpu_entry_settings *to, const struct rgpu_entry_settings *from)
{
	atomic_store(&to->max_dynamic, atomic_load(&from->max_dynamic));
	atomic_store(&to->carveout, atomic_load(&from->carveout));
}

unsigned
rgpu_entry_max_threads(const struct rgpu_entry_point *entry)
{
	const struct rgpu_ptx_kernel_info *i = &entry->info;
	unsigned n = RGPU_THREADS_PER_BLOCK;

	if (i->max_threads && i->max_threads < n)
		n = i->max_threads;
	if (i->block[0]) {
		unsigned required = i->block[0] *
			(i->block[1] ? i->block[1] : 1) *
			(i->block[2] ? i->block[2] : 1);

		if (required < n)
			n = required;
	}
	return n;
}

/*
 * PTX has as many registers as it likes, and the engine has no limit. So the
 * number is held so low that a block of the largest size still fits into a
 * multiprocessor: no launch fails for registers.
 */
unsigned
rgpu_entry_registers(const struct rgpu_entry_point *entry)
{
	unsigned most = RGPU_REGISTERS_PER_SM / rgpu_entry_max_threads(entry);
	unsigned n = entry->info.registers;

	if (most > REGISTERS_MAX)
		most = REGISTERS_MAX;
	if (n < REGISTERS_MIN)
		n = REGISTERS_MIN;
	return n < most ? n : most;
}

CUresult
rgpu_entry_get(const struct rgpu_entry_point *entry,
	const struct rgpu_entry_settings *settings,
	CUfunction_attribute attribute, int *value)
{
	const struct rgpu_ptx_kernel_info *i = &entry->info;

	switch (attribute) {
	case CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK:
		*value = (int)rgpu_entry_max_threads(entry);
		break;
	case CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES:
		*value = (int)i->shared_bytes;
		break;
	case CU_FUNC_ATTRIBUTE_CONST_SIZE_BYTES:
		*value = (int)i->const_bytes;
		break;
	case CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES:
		*value = (int)i->local_bytes;
		break;
	case CU_FUNC_ATTRIBUTE_NUM_REGS:
		*value = (int)rgpu_entry_registers(entry);
		break;
	case CU_FUNC_ATTRIBUTE_PTX_VERSION: *value = (int)entry->target; break;
	case CU_FUNC_ATTRIBUTE_BINARY_VERSION:
		*value = rgpu_settings()->cc;
		break;
	case CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES:
		*value = atomic_load(&settings->max_dynamic);
		break;
	case CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT:
		*value = atomic_load(&settings->carveout);
		break;
	case CU_FUNC_ATTRIBUTE_CACHE_MODE_CA:
	case CU_FUNC_ATTRIBUTE_CLUSTER_SIZE_MUST_BE_SET:
	case CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_WIDTH:
	case CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_HEIGHT:
	case CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_DEPTH:
	case CU_FUNC_ATTRIBUTE_NON_PORTABLE_CLUSTER_SIZE_ALLOWED:
	case CU_FUNC_ATTRIBUTE_CLUSTER_SCHEDULING_POLICY_PREFERENCE:
		*value = 0;
		break;
	default: return CUDA_ERROR_INVALID_VALUE;
	}
	return CUDA_SUCCESS;
}

CUresult
rgpu_entry_set(const struct rgpu_entry_point *entry,
	struct rgpu_entry_settings *settings, CUfunction_attribute attribute,
	int value)
{
	int room = RGPU_SHARED_OPT_IN - (int)entry->info.shared_bytes;

	switch (attribute) {
	case CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES:
		if (value < 0 || value > room)
			return CUDA_ERROR_INVALID_VALUE;
		atomic_store(&settings->max_dynamic, value);
		return CUDA_SUCCESS;
	case CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT:
		if (value < -1 || value > 100)
			return CUDA_ERROR_INVALID_VALUE;
		atomic_store(&settings->carveout, value);
		return CUDA_SUCCESS;
	/* There are no clusters, but not to want any is no error. */
	case CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_WIDTH:
	case CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_HEIGHT:
	case CU_FUNC_ATTRIBUTE_REQUIRED_CLUSTER_DEPTH:
		return value == 0 ? CUDA_SUCCESS : CUDA_ERROR_NOT_SUPPORTED;
	case CU_FUNC_ATTRIBUTE_NON_PORTABLE_CLUSTER_SIZE_ALLOWED:
	case CU_FUNC_ATTRIBUTE_CLUSTER_SCHEDULING_POLICY_PREFERENCE:
		return CUDA_SUCCESS;
	default: return CUDA_ERROR_INVALID_VALUE;
	}
}

CUresult
rgpu_entry_param(const struct rgpu_entry_point *entry, size_t index,
	size_t *offset, size_t *size)
{
	if (!offset || index >= entry->info.param_count)
		return CUDA_ERROR_INVALID_VALUE;
	*offset = entry->params[index].offset;
	if (size)
		*size = entry->params[index].size;
	return CUDA_SUCCESS;
}
