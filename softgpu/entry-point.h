/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What CUfunction and CUkernel have in common: the head of a kernel and its
 * attributes.
 */
#ifndef RGPU_SOFTGPU_ENTRY_POINT_H
#define RGPU_SOFTGPU_ENTRY_POINT_H

#include <stdatomic.h>

#include "softgpu/program.h"

/* The attributes that can be set. */
struct rgpu_entry_settings {
	_Atomic int max_dynamic; /* bytes of dynamic shared memory */
	_Atomic int carveout;
};

struct rgpu_entry_point {
	char *name;
	struct rgpu_ptx_kernel_info info; /* pointers into this structure */
	struct rgpu_ptx_param *params;
	unsigned target; /* 80 for sm_80 */
};

/* Copies what a program says of a kernel. */
CUresult rgpu_entry_point_open(struct rgpu_entry_point *entry,
	struct rgpu_program *program, const char *name,
	char message[RGPU_MESSAGE_MAX]);
void rgpu_entry_point_close(struct rgpu_entry_point *entry);

void rgpu_entry_settings_init(struct rgpu_entry_settings *settings,
	const struct rgpu_entry_point *entry);
void rgpu_entry_settings_copy(
	struct rgpu_entry_settings *to, const struct rgpu_entry_settings *from);

/* The most threads a block of this kernel may have. */
unsigned rgpu_entry_max_threads(const struct rgpu_entry_point *entry);

/* Registers of a thread, as they are reported. */
unsigned rgpu_entry_registers(const struct rgpu_entry_point *entry);

CUresult rgpu_entry_get(const struct rgpu_entry_point *entry,
	const struct rgpu_entry_settings *settings,
	CUfunction_attribute attribute, int *value);
CUresult rgpu_entry_set(const struct rgpu_entry_point *entry,
	struct rgpu_entry_settings *settings, CUfunction_attribute attribute,
	int value);

/* Offset and size of a parameter; CUDA_ERROR_INVALID_VALUE beyond the last. */
CUresult rgpu_entry_param(const struct rgpu_entry_point *entry, size_t index,
	size_t *offset, size_t *size);

#endif
