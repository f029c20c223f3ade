/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines about wrong use: garbage handles, addresses of nothing, images that are
 * none. The call returns its error as well; the line says what the code cannot.
 * A program may do it in a loop, so a process gets only the first few.
 */
#ifndef RGPU_CLIENT_COMPLAIN_H
#define RGPU_CLIENT_COMPLAIN_H

#include "common/compiler.h"
#include "cudaabi/gen/cuda-abi.h"

#define RGPU_COMPLAINTS_MAX 16

/* Why the call that this thread is in will return that code; returns the code. */
CUresult rgpu_because(CUresult code, const char *fmt, ...) RGPU_PRINTF(2, 3);

/* A call has failed: warns in one line that names it, if there is a reason to
 * give. */
void rgpu_complain(unsigned op, CUresult code);

#endif
