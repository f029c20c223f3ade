/* SPDX-License-Identifier: Apache-2.0 */
/* The list of backends, and loading a driver library. */
#include "config.h"
#include "server/backend.h"

#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

#include "common/error.h"
#include "common/log.h"

static const struct rgpu_backend *const all[] = {
	&rgpu_backend_cuda,
	&rgpu_backend_soft,
	&rgpu_backend_null,
};

const struct rgpu_backend *
rgpu_backend_find(const char *name)
{
	for (size_t i = 0; i < RGPU_COUNT(all); i++) {
		if (!strcmp(all[i]->name, name))
			return all[i];
	}
	rgpu_error("backend '%s' does not exist: cuda, soft or null", name);
	return NULL;
}

CUresult
rgpu_backend_missing(const char *name)
{
	rgpu_warn("the driver library has no %s", name);
	return CUDA_ERROR_NOT_SUPPORTED;
}

int
rgpu_backend_load(struct rgpu_driver *driver, const char *path)
{
	/* DEEPBIND: the library must find its own symbols, not ours. Sanitizers
	 * do not allow it, and then nothing else in the process has them. */
#ifdef RGPU_SANITIZED
	void *h = dlopen(path, RTLD_NOW | RTLD_LOCAL);
#else
	void *h = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
#endif

	if (!h)
		return rgpu_error("cannot load %s: %s", path, dlerror());
	*driver = rgpu_driver_missing;
	for (size_t i = 0; i < rgpu_driver_symbol_count; i++) {
		void *f = dlsym(h, rgpu_driver_symbols[i].name);

		if (f)
			memcpy((uint8_t *)driver +
					rgpu_driver_symbols[i].offset,
				&f, sizeof(f));
	}
	if (driver->cuInit == rgpu_driver_missing.cuInit)
		return rgpu_error("%s is not a CUDA driver library", path);
	return 0;
}
