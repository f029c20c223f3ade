/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eight host threads that all use the default stream: their work is one queue,
 * and every one of them must still get its own results.
 */
#define USE_DEFAULT_STREAM
#include "threads-8.cu"
