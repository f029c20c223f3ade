/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with PTX text, in words, with its line; and the C locale for
 * numbers, which must not change with that of the program around us.
 */
#ifndef RGPU_SOFTGPU_PTX_DIAG_H
#define RGPU_SOFTGPU_PTX_DIAG_H

#include <locale.h>
#include "common/compiler.h"
#include "softgpu/ptx/ptx.h"

/* The text that positions refer to; line numbers are counted when needed. */
struct ptx_source {
	const char *text, *end;
};

/* The line, from 1, that holds p. */
int ptx_line(const struct ptx_source *source, const char *p);

/*
 * Copies the statement that begins at p into out: one line, blanks folded,
 * cut with "..." where it does not fit.
 */
void ptx_statement(
	const struct ptx_source *source, const char *p, char *out, size_t size);

/* Fills diag: "line N: `STATEMENT`: TEXT". Returns status. */
enum rgpu_ptx_status ptx_diag(struct rgpu_ptx_diag *diag,
	const struct ptx_source *source, const char *p,
	enum rgpu_ptx_status status, const char *fmt, ...) RGPU_PRINTF(5, 6);

/* The same without a place in the text. */
enum rgpu_ptx_status ptx_diag_plain(struct rgpu_ptx_diag *diag,
	enum rgpu_ptx_status status, const char *fmt, ...) RGPU_PRINTF(3, 4);

/* The "C" locale, made once; (locale_t)0 only when there is no memory. */
locale_t ptx_c_locale(void);

#endif
