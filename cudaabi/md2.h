/* SPDX-License-Identifier: Apache-2.0 */
/* MD2 (RFC 1319) and its HMAC (RFC 2104 with a block of 16 bytes). Only the
 * runtime's self-test uses it; OpenSSL 3 as Debian builds it has no MD2. */
#ifndef RGPU_CUDAABI_MD2_H
#define RGPU_CUDAABI_MD2_H

#include <stddef.h>
#include <stdint.h>

#define RGPU_MD2_BYTES 16

void rgpu_md2(const void *data, size_t len, uint8_t out[RGPU_MD2_BYTES]);
void rgpu_hmac_md2(const uint8_t key[RGPU_MD2_BYTES], const void *data,
	size_t len, uint8_t out[RGPU_MD2_BYTES]);

#endif
