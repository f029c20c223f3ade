/* SPDX-License-Identifier: Apache-2.0 */
/* cuGetProcAddress over the generated table. */
#include "config.h"
#include "cudaabi/procs.h"

#include <string.h>

#include "cudaabi/gen/inner.h"

static size_t
first_of(const char *name)
{
	size_t lo = 0, hi = rgpu_proc_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(rgpu_procs[mid].name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

enum rgpu_proc_status
rgpu_proc_find(const char *name, unsigned version, int per_thread,
	rgpu_proc_fn *function)
{
	enum rgpu_proc_status status = RGPU_PROC_UNKNOWN;
	const struct rgpu_proc *best = NULL;

	/* Rows of one name stand together, the plain ones first; a later row
	 * that fits is newer, or the per-thread form. */
	for (size_t i = first_of(name); i < rgpu_proc_count; i++) {
		const struct rgpu_proc *p = &rgpu_procs[i];

		if (strcmp(p->name, name))
			break;
		if (status == RGPU_PROC_UNKNOWN)
			status = RGPU_PROC_TOO_NEW;
		if (p->version <= version && (!p->per_thread || per_thread))
			best = p;
	}
	*function = best ? best->function : NULL;
	return best ? RGPU_PROC_FOUND : status;
}

CUresult
rgpu_do_cuGetProcAddress_v2(const char *symbol, void **pfn, int cudaVersion,
	cuuint64_t flags, CUdriverProcAddressQueryResult *symbolStatus)
{
	enum rgpu_proc_status status;
	rgpu_proc_fn function;

	if (!symbol || !pfn ||
		(flags &
			~(cuuint64_t)(CU_GET_PROC_ADDRESS_LEGACY_STREAM |
				CU_GET_PROC_ADDRESS_PER_THREAD_DEFAULT_STREAM)))
		return CUDA_ERROR_INVALID_VALUE;
	status = rgpu_proc_find(symbol,
		cudaVersion > 0 ? (unsigned)cudaVersion : 0,
		(flags & CU_GET_PROC_ADDRESS_PER_THREAD_DEFAULT_STREAM) != 0,
		&function);
	memcpy(pfn, &function, sizeof(function));
	if (symbolStatus) {
		*symbolStatus = status == RGPU_PROC_FOUND
			? CU_GET_PROC_ADDRESS_SUCCESS
			: status == RGPU_PROC_UNKNOWN
			? CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND
			: CU_GET_PROC_ADDRESS_VERSION_NOT_SUFFICIENT;
	}
	return function ? CUDA_SUCCESS : CUDA_ERROR_NOT_FOUND;
}

CUresult
rgpu_do_cuGetProcAddress(
	const char *symbol, void **pfn, int cudaVersion, cuuint64_t flags)
{
	return rgpu_do_cuGetProcAddress_v2(
		symbol, pfn, cudaVersion, flags, NULL);
}
