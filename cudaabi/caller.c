/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding the caller. Each of NVIDIA's libraries has its own copy of the
 * runtime inside, so the file that the return address lies in tells them apart
 * (measured with cuBLAS 13, cuDNN 9 and cuFFT 12).
 */
#include "config.h"
#include "cudaabi/caller.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>
#include <unwind.h>

#include "common/compiler.h"

struct walk {
	const void *own; /* where this library lies */
	const char *file;
};

static _Unwind_Reason_Code
step(struct _Unwind_Context *frame, void *arg)
{
	struct walk *w = arg;
	Dl_info info;

	if (!dladdr((void *)_Unwind_GetIP(frame), &info))
		return _URC_END_OF_STACK;
	if (!w->own)
		w->own = info.dli_fbase;
	if (info.dli_fbase == w->own)
		return _URC_NO_REASON;
	w->file = info.dli_fname;
	return _URC_END_OF_STACK;
}

bool
rgpu_called_by_library(void)
{
	static const char *const names[] = {
		"libcublas", "libcudnn", "libcufft"};
	struct walk w = {.own = NULL};
	const char *slash;

	_Unwind_Backtrace(step, &w);
	if (!w.file)
		return false;
	slash = strrchr(w.file, '/');
	for (size_t i = 0; i < RGPU_COUNT(names); i++) {
		if (!strncmp(slash ? slash + 1 : w.file, names[i],
			    strlen(names[i])))
			return true;
	}
	return false;
}
