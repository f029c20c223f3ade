/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Backends: where a session's driver calls end. A backend is a table of driver
 * functions and nothing more: it knows CUDA and nothing of sessions, sockets or
 * money. "cuda" and "soft" are two libcuda.so.1 opened by path; "null" answers
 * without doing anything, which isolates the cost of remoting.
 */
#ifndef RGPU_SERVER_BACKEND_H
#define RGPU_SERVER_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include "server/gen/backend.h"

struct rgpu_backend {
	const char *name;

	/* Fills *driver. library: the path given by the admin, or NULL. -1 with
	 * rgpu_error(). Called once in a session's process. */
	int (*open)(struct rgpu_driver *driver, const char *library);
};

extern const struct rgpu_backend rgpu_backend_cuda;
extern const struct rgpu_backend rgpu_backend_soft;
extern const struct rgpu_backend rgpu_backend_null;

/* NULL with rgpu_error() that lists the names there are. */
const struct rgpu_backend *rgpu_backend_find(const char *name);

/* Fills *driver from the library at path; functions it does not have return
 * CUDA_ERROR_NOT_SUPPORTED. -1 with rgpu_error(). */
int rgpu_backend_load(struct rgpu_driver *driver, const char *path);

/* ---- for the generated loader -------------------------------------------- */

struct rgpu_driver_symbol {
	const char *name;
	size_t offset; /* in struct rgpu_driver */
};
extern const struct rgpu_driver_symbol rgpu_driver_symbols[];
extern const size_t rgpu_driver_symbol_count;
/* Every function says which it is and that it is missing. */
extern const struct rgpu_driver rgpu_driver_missing;

/* Logs once that the driver has no such function. */
CUresult rgpu_backend_missing(const char *name);

#endif
