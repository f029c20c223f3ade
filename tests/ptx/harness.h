/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the PTX engine share: device memory with exact bounds, a
 * module from text, launches, and counting of what went wrong.
 */
#ifndef RGPU_TESTS_PTX_HARNESS_H
#define RGPU_TESTS_PTX_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/compiler.h"
#include "softgpu/ptx/ptx.h"
#include "softgpu/ptx/texture.h"

/* Memory of the tests; every allocation is one range for the engine. */
void *t_alloc(size_t size);
void t_free(void *p);
void t_free_all(void);

/* Number i is the texture with handle i + 1, and the surface with handle
 * T_SURFACE + i + 1. */
#define T_TEXTURES 4
#define T_SURFACE  1000
extern struct rgpu_ptx_texture t_textures[T_TEXTURES];

/* A module with all variables placed; ends the test when it is refused. */
struct rgpu_ptx_module *t_module(const char *text);
/* The same for a file of the source tree. */
struct rgpu_ptx_module *t_module_file(const char *name);
void t_module_free(struct rgpu_ptx_module *module);
const struct rgpu_ptx_kernel *t_kernel(
	struct rgpu_ptx_module *module, const char *name);
/* The address of a module variable. */
void *t_variable(const struct rgpu_ptx_module *module, const char *name);

/* Why a module or its first kernel is refused: diag; false: it is not. */
bool t_refused(const char *text, struct rgpu_ptx_diag *diag);

/* A launch: grid and block in x, y, z; unset ones are 1. */
struct t_launch {
	const struct rgpu_ptx_kernel *kernel;
	uint32_t grid[3], block[3], shared;
	bool cooperative;
	const volatile int *stop;
	struct rgpu_ptx_stats stats;
	struct rgpu_ptx_fault fault;
};

/* Runs it with params (kernel_info's bytes). */
enum rgpu_ptx_fault_kind t_run(struct t_launch *launch, const void *params);

/* Worker threads of the pool that t_run() uses; starts with 2. */
void t_workers(unsigned count);

/* What device printf and assert wrote since the last call; NUL-terminated,
 * good until the next one. */
const char *t_output(void);

/* Fails the test, with a message, and goes on. */
#define T_FAIL(...)	   t_fail(__FILE__, __LINE__, __VA_ARGS__)
#define T_CHECK(condition) ((condition) ? (void)0 : T_FAIL("%s", #condition))
void t_fail(const char *file, int line, const char *fmt, ...) RGPU_PRINTF(3, 4);

/* The exit status of the test; frees what the harness holds. */
int t_done(void);

/* The same numbers at every run. */
uint64_t t_random(void);

/* Where PTX_DUMP says, every module text is kept for ptxas: name.ptx. */
void t_dump(const char *name, const char *text);

#endif
