/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reason of the last failure of this thread, as one line for a person. The
 * first function that knows the cause records it and returns -1 or NULL;
 * callers pass that on, and the one who talks to people prints it.
 */
#ifndef RGPU_COMMON_ERROR_H
#define RGPU_COMMON_ERROR_H

#include "common/compiler.h"

/* Records the reason; %m prints errno. Returns -1, so that a caller can
 * "return rgpu_error(...)". */
int rgpu_error(const char *fmt, ...) RGPU_PRINTF(1, 2);

/* The recorded line; "" if there is none. Valid until the next rgpu_error() of
 * this thread. */
const char *rgpu_error_text(void);

#endif
