/* SPDX-License-Identifier: Apache-2.0 */
/* Lines about wrong use. */
#include "config.h"
#include "libclient/complain.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>

#include "common/log.h"
#include "cudaabi/errors.h"
#include "cudaabi/ops.h"

static __thread struct {
	CUresult code; /* that the text is about; CUDA_SUCCESS: no text */
	char text[160];
} reason;

CUresult
rgpu_because(CUresult code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason.text, sizeof(reason.text), fmt, ap);
	va_end(ap);
	reason.code = code;
	return code;
}

static const char *
reason_for(CUresult code)
{
	CUresult known = reason.code;

	reason.code = CUDA_SUCCESS;
	if (known == code)
		return reason.text;
	return code == CUDA_ERROR_INVALID_HANDLE
		? "a handle is unknown, has ended, or is not usable for this"
		: NULL;
}

void
rgpu_complain(unsigned op, CUresult code)
{
	static atomic_uint lines;
	const char *why = reason_for(code);
	unsigned n;

	if (!why || atomic_load(&lines) >= RGPU_COMPLAINTS_MAX)
		return;
	n = atomic_fetch_add(&lines, 1);
	if (n < RGPU_COMPLAINTS_MAX)
		rgpu_warn("%s: %s: %s", rgpu_op_name(op), why,
			rgpu_cuda_error_name((int)code));
	if (n + 1 == RGPU_COMPLAINTS_MAX)
		rgpu_warn("more warnings of this kind are not shown");
}
