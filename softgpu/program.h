/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The code of a module image as the engine has it. It may be asked what is in
 * it at once; before kernels can be had from it, its variables are placed in
 * the memory of one context.
 */
#ifndef RGPU_SOFTGPU_PROGRAM_H
#define RGPU_SOFTGPU_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "softgpu/code.h"
#include "softgpu/ptx/ptx.h"

struct rgpu_context;
struct rgpu_program;

/* Reads the PTX. On failure message says why. */
CUresult rgpu_program_create(const struct rgpu_code *code,
	struct rgpu_program **out, char message[RGPU_MESSAGE_MAX]);

/* The variables must have been taken away, or their context be closed. */
void rgpu_program_destroy(struct rgpu_program *program);

size_t rgpu_program_entry_count(const struct rgpu_program *program);
const char *rgpu_program_entry(const struct rgpu_program *program, size_t i);

/* What the head of a kernel says; the pointers are the program's.
 * CUDA_ERROR_NOT_FOUND: there is no such kernel. */
CUresult rgpu_program_info(struct rgpu_program *program, const char *name,
	struct rgpu_ptx_kernel_info *info, char message[RGPU_MESSAGE_MAX]);

/* The architecture of the PTX: 80 for sm_80. */
unsigned rgpu_program_target(const struct rgpu_program *program);

/* Places the variables and writes their initial values. On failure nothing is
 * placed. */
CUresult rgpu_program_place(struct rgpu_program *program,
	struct rgpu_context *context, char message[RGPU_MESSAGE_MAX]);

/* Waits for the context and takes the variables away. */
void rgpu_program_unplace(struct rgpu_program *program);

/* A placed variable. CUDA_ERROR_NOT_FOUND: there is none. */
CUresult rgpu_program_variable(const struct rgpu_program *program,
	const char *name, uint64_t *address, uint64_t *size);

/* Whether that variable, or NULL: any, is shared with the host. */
bool rgpu_program_is_managed(
	const struct rgpu_program *program, const char *name);

/* A kernel that can be launched; decoded at the first call. Any thread. */
CUresult rgpu_program_kernel(struct rgpu_program *program, const char *name,
	const struct rgpu_ptx_kernel **out, char message[RGPU_MESSAGE_MAX]);

/* Decodes all kernels, as a driver does that compiles them. */
CUresult rgpu_program_compile(
	struct rgpu_program *program, char message[RGPU_MESSAGE_MAX]);

#endif
