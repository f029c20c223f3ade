/* SPDX-License-Identifier: Apache-2.0 */
/* Layouts and attributes of kernels. */
#include "config.h"
#include "server/function-info.h"

#include <string.h>

#include "protocol/function.h"

/* One of the two handles; the driver has a function for each. */
struct subject {
	const struct rgpu_driver *driver;
	CUfunction function;
	CUkernel kernel;
	CUdevice device;
};

static CUresult
get_param(const struct subject *s, size_t i, size_t *offset, size_t *size)
{
	if (s->kernel)
		return s->driver->cuKernelGetParamInfo(
			s->kernel, i, offset, size);
	return s->driver->cuFuncGetParamInfo(s->function, i, offset, size);
}

static CUresult
get_attribute(const struct subject *s, int i, int *value)
{
	if (s->kernel)
		return s->driver->cuKernelGetAttribute(
			value, (CUfunction_attribute)i, s->kernel, s->device);
	return s->driver->cuFuncGetAttribute(
		value, (CUfunction_attribute)i, s->function);
}

/* Parameters end where the driver says CUDA_ERROR_INVALID_VALUE. */
static CUresult
query_params(const struct subject *s, struct rgpu_func_info *f)
{
	for (size_t i = 0; i <= RGPU_FUNC_PARAMS_MAX; i++) {
		size_t offset, size;
		CUresult r = get_param(s, i, &offset, &size);

		if (r == CUDA_ERROR_INVALID_VALUE)
			return CUDA_SUCCESS;
		if (r)
			return r;
		if (i == RGPU_FUNC_PARAMS_MAX)
			break;
		f->params[i].offset = (uint32_t)offset;
		f->params[i].size = (uint32_t)size;
		f->param_count++;
	}
	return CUDA_ERROR_NOT_SUPPORTED;
}

static CUresult
query(const struct subject *s, const void **info, uint32_t *size)
{
	static struct rgpu_func_param params[RGPU_FUNC_PARAMS_MAX];
	static uint64_t buffer[RGPU_FUNC_INFO_MAX / 8];
	struct rgpu_func_info f = {.params = params};
	struct rgpu_enc e = rgpu_enc_init(buffer, sizeof(buffer));
	CUresult r = query_params(s, &f);

	if (r)
		return r;
	for (int i = 0; i < (int)RGPU_FUNC_ATTRIBUTES; i++) {
		if (!get_attribute(s, i, &f.attribute[i]))
			f.has_attribute |= 1u << i;
	}
	rgpu_func_info_put(&e, &f);
	*info = buffer;
	*size = (uint32_t)e.pos;
	return e.bad ? CUDA_ERROR_NOT_SUPPORTED : CUDA_SUCCESS;
}

CUresult
rgpu_function_info(const struct rgpu_driver *driver, CUfunction f,
	const void **info, uint32_t *size)
{
	struct subject s = {.driver = driver, .function = f};

	return query(&s, info, size);
}

CUresult
rgpu_kernel_info(const struct rgpu_driver *driver, CUkernel k, CUdevice dev,
	const void **info, uint32_t *size)
{
	struct subject s = {.driver = driver, .kernel = k, .device = dev};

	return query(&s, info, size);
}
