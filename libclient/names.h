/* SPDX-License-Identifier: Apache-2.0 */
/* Names in modules. */
#ifndef RGPU_CLIENT_NAMES_H
#define RGPU_CLIENT_NAMES_H

/* Bytes of a name on the wire; the longest of NVIDIA's libraries of CUDA 13.0
 * has a few thousand. */
#define RGPU_NAME_MAX 65000u

#endif
