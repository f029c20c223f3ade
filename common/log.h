/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Messages to people: one line each, on stderr or in a file, never on stdout.
 * RGPU_LOG=LEVEL[:FILE] sets what is shown (error, warn, info, debug, trace;
 * default warn) and where. A line is one write(2), so lines of several threads
 * and processes do not mix.
 */
#ifndef RGPU_COMMON_LOG_H
#define RGPU_COMMON_LOG_H

#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include "common/compiler.h"

enum rgpu_log_level {
	RGPU_LOG_ERROR,
	RGPU_LOG_WARN,
	RGPU_LOG_INFO,
	RGPU_LOG_DEBUG,
	RGPU_LOG_TRACE,
};

/* The name before each line ("rgpu", "rgpud[12]"); copied. Default "rgpu". */
void rgpu_log_name(const char *name);

/* Lines go to this descriptor; the caller keeps it open. Default 2. */
void rgpu_log_fd(int fd);

/* Also gives every line of level error and warn, without name, level and
 * newline, to this function, whatever is shown. One sink; NULL: none. */
void rgpu_log_sink(
	void (*sink)(enum rgpu_log_level level, const char *line, size_t n));

/* Cheap: whether a line of this level would be shown. */
bool rgpu_log_enabled(enum rgpu_log_level level);

/* Writes one line; errno is kept, %m prints it. The newline is added here. */
void rgpu_log(enum rgpu_log_level level, const char *fmt, ...)
	RGPU_PRINTF(2, 3);
void rgpu_vlog(enum rgpu_log_level level, const char *fmt, va_list ap)
	RGPU_PRINTF(2, 0);

#define rgpu_err(...)	rgpu_log(RGPU_LOG_ERROR, __VA_ARGS__)
#define rgpu_warn(...)	rgpu_log(RGPU_LOG_WARN, __VA_ARGS__)
#define rgpu_info(...)	rgpu_log(RGPU_LOG_INFO, __VA_ARGS__)
#define rgpu_debug(...) rgpu_log(RGPU_LOG_DEBUG, __VA_ARGS__)

#endif
