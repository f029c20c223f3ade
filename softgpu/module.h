/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modules and functions: the code of an image in one context. A module of a
 * library (library.h) is made when the library is first used in a context.
 */
#ifndef RGPU_SOFTGPU_MODULE_H
#define RGPU_SOFTGPU_MODULE_H

#include <pthread.h>

#include "common/map.h"
#include "softgpu/code.h"
#include "softgpu/entry-point.h"
#include "softgpu/object.h"

struct rgpu_context;
struct rgpu_library;

struct rgpu_function {
	struct rgpu_object object;
	struct rgpu_module *module; /* a reference */
	struct rgpu_function *next_same_hash;
	struct rgpu_entry_point entry;
	struct rgpu_entry_settings settings;
	/* NULL: not decoded yet. */
	_Atomic(const struct rgpu_ptx_kernel *) kernel;
	_Atomic CUresult refused; /* why it cannot be decoded, once logged */
};

struct rgpu_module {
	struct rgpu_object object;
	struct rgpu_context *context; /* a reference */
	struct rgpu_library *library; /* a reference; NULL: none */
	struct rgpu_program *program; /* placed in the context */
	pthread_mutex_t lock;
	struct rgpu_map functions; /* by hash of the name; the lock */
	bool closed;		   /* the lock */
};

/* A module of code in a context, with a handle. library: whose it is, or NULL.
 * The module takes over the program if one is given. */
CUresult rgpu_module_new(struct rgpu_context *context,
	const struct rgpu_code *code, struct rgpu_program *program,
	struct rgpu_library *library, struct rgpu_module **out,
	char message[RGPU_MESSAGE_MAX]);

/* Its handle has ended and the caller has the reference: ends its functions,
 * waits for the context and gives back its variables. */
void rgpu_module_close(struct rgpu_module *module);

/* The context is closed and idle: closes its modules. */
void rgpu_modules_end(struct rgpu_context *context);

/*
 * The function of that name, with a reference. It is made at the first call,
 * with these settings if they are not NULL.
 */
CUresult rgpu_module_function(struct rgpu_module *module, const char *name,
	const struct rgpu_entry_settings *settings, struct rgpu_function **out,
	char message[RGPU_MESSAGE_MAX]);

/* Sets an attribute of a function if it has been made. */
void rgpu_module_set(struct rgpu_module *module, const char *name,
	CUfunction_attribute attribute, int value);

/* Decodes it if that has not been done. What is wrong goes to the log, once. */
CUresult rgpu_function_load(
	struct rgpu_function *function, const struct rgpu_ptx_kernel **out);

/* The function of a CUfunction or CUkernel, with a reference; of a kernel the
 * one in the current context. */
CUresult rgpu_function_resolve(CUfunction handle, struct rgpu_function **out);

#endif
