/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Libraries and kernels: code that belongs to no context. In each context that
 * uses a library there is a module of it, with variables of its own.
 */
#ifndef RGPU_SOFTGPU_LIBRARY_H
#define RGPU_SOFTGPU_LIBRARY_H

#include <pthread.h>
#include <stdbool.h>

#include "common/map.h"
#include "softgpu/code.h"
#include "softgpu/device.h"
#include "softgpu/entry-point.h"
#include "softgpu/object.h"
#include "softgpu/settings.h"

struct rgpu_context;
struct rgpu_function;
struct rgpu_library_module;
struct rgpu_module;

struct rgpu_kernel {
	struct rgpu_object object;
	struct rgpu_library *library; /* a reference */
	struct rgpu_kernel *next_same_hash;
	struct rgpu_entry_point entry;
	struct rgpu_entry_settings settings[RGPU_DEVICES_MAX];
};

struct rgpu_library {
	struct rgpu_object object;
	struct rgpu_code *code;

	pthread_mutex_t lock;	    /* for all below */
	struct rgpu_program *spare; /* read, but placed nowhere; or NULL */
	struct rgpu_library_module *modules;
	struct rgpu_map kernels; /* by hash of the name */
	bool closed;
};

struct rgpu_object *rgpu_library_object(struct rgpu_library *library);

/* A library with a handle; takes over the code. PTX text is read at once. */
CUresult rgpu_library_new(struct rgpu_code *code, struct rgpu_library **out,
	char message[RGPU_MESSAGE_MAX]);

/* Its handle has ended and the caller has the reference: closes its modules and
 * ends its kernels. */
void rgpu_library_close(struct rgpu_library *library);

/* A module of it is about to be closed with its context. */
void rgpu_library_forget(
	struct rgpu_library *library, struct rgpu_module *module);

/* The module in a context, with a reference; made at the first call. */
CUresult rgpu_library_module(struct rgpu_library *library,
	struct rgpu_context *context, struct rgpu_module **out);

/* The kernel of that name; no reference: it stays as long as the library is
 * open. */
CUresult rgpu_library_kernel(struct rgpu_library *library, const char *name,
	struct rgpu_kernel **out);

/* The number of kernels, and their names one by one. */
CUresult rgpu_library_kernel_count(
	struct rgpu_library *library, unsigned *count);
CUresult rgpu_library_kernel_at(
	struct rgpu_library *library, unsigned i, struct rgpu_kernel **out);

/* The function of a kernel in a context, with a reference. */
CUresult rgpu_kernel_function(struct rgpu_kernel *kernel,
	struct rgpu_context *context, struct rgpu_function **out);

/* An attribute for all contexts of a device, those that are open and those to
 * come. */
CUresult rgpu_kernel_set(struct rgpu_kernel *kernel, struct rgpu_device *device,
	CUfunction_attribute attribute, int value);

#endif
