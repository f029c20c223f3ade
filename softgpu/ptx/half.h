/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the table of forms says of a half-precision operation in op->x[1].
 */
#ifndef RGPU_SOFTGPU_PTX_HALF_H
#define RGPU_SOFTGPU_PTX_HALF_H

#define PTX_HALF_BF16 1
#define PTX_HALF_PAIR 2

#endif
