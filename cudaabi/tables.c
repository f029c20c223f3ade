/* SPDX-License-Identifier: Apache-2.0 */
/* The hidden tables: contents and look-up. The slots' functions are in
 * slots.c. */
#include "config.h"
#include "cudaabi/tables.h"

#include <pthread.h>
#include <string.h>

#include "cudaabi/gen/inner.h"
#include "cudaabi/slots.h"
#include "common/log.h"

/* One function a table and slot, so that a call of an unknown slot can say
 * which it was. */
/* clang-format off */
#define STUB(t, n) \
	static CUresult stub_##t##_##n(void) \
	{ \
		return rgpu_slot_unknown(#t, n); \
	}
#define STUB8(t, a) \
	STUB(t, a##0) STUB(t, a##1) STUB(t, a##2) STUB(t, a##3) \
	STUB(t, a##4) STUB(t, a##5) STUB(t, a##6) STUB(t, a##7)
#define STUBS(t) \
	STUB8(t, 00) STUB8(t, 01) STUB8(t, 02) STUB8(t, 03) STUB8(t, 04) \
	STUB8(t, 05) STUB8(t, 06) STUB8(t, 07) STUB8(t, 010) STUB8(t, 011) \
	STUB8(t, 012) STUB8(t, 013) STUB8(t, 014) STUB8(t, 015) STUB8(t, 016) \
	STUB8(t, 017)
#define NAME8(t, a) \
	(rgpu_slot_fn)stub_##t##_##a##0, (rgpu_slot_fn)stub_##t##_##a##1, \
	(rgpu_slot_fn)stub_##t##_##a##2, (rgpu_slot_fn)stub_##t##_##a##3, \
	(rgpu_slot_fn)stub_##t##_##a##4, (rgpu_slot_fn)stub_##t##_##a##5, \
	(rgpu_slot_fn)stub_##t##_##a##6, (rgpu_slot_fn)stub_##t##_##a##7,
#define NAMES(t) \
	NAME8(t, 00) NAME8(t, 01) NAME8(t, 02) NAME8(t, 03) NAME8(t, 04) \
	NAME8(t, 05) NAME8(t, 06) NAME8(t, 07) NAME8(t, 010) NAME8(t, 011) \
	NAME8(t, 012) NAME8(t, 013) NAME8(t, 014) NAME8(t, 015) NAME8(t, 016) \
	NAME8(t, 017)

/* The names under which ZLUDA and others know the tables. */
#define TABLES(X) \
	X(CUDART_INTERFACE) X(TOOLS_CALLBACKS) X(TOOLS_TLS) X(CLS) \
	X(CONTEXT_CHECKS) X(INTEGRITY) X(TOOLS_CONTEXT) X(TOOLS_MODULE) \
	X(CUBLASLT_1734)

#define X(t) STUBS(t)
TABLES(X)
#undef X

enum {
#define X(t) T_##t,
	TABLES(X)
#undef X
	TABLE_COUNT
};

static const unsigned char ids[TABLE_COUNT][16] = {
	[T_CUDART_INTERFACE] = {0x6b, 0xd5, 0xfb, 0x6c, 0x5b, 0xf4, 0xe7, 0x4a,
		0x89, 0x87, 0xd9, 0x39, 0x12, 0xfd, 0x9d, 0xf9},
	[T_TOOLS_CALLBACKS] = {0xa0, 0x94, 0x79, 0x8c, 0x2e, 0x74, 0x2e, 0x74,
		0x93, 0xf2, 0x08, 0x00, 0x20, 0x0c, 0x0a, 0x66},
	[T_TOOLS_TLS] = {0x42, 0xd8, 0x5a, 0x81, 0x23, 0xf6, 0xcb, 0x47,
		0x82, 0x98, 0xf6, 0xe7, 0x8a, 0x3a, 0xec, 0xdc},
	[T_CLS] = {0xc6, 0x93, 0x33, 0x6e, 0x11, 0x21, 0xdf, 0x11,
		0xa8, 0xc3, 0x68, 0xf3, 0x55, 0xd8, 0x95, 0x93},
	[T_CONTEXT_CHECKS] = {0x26, 0x3e, 0x88, 0x60, 0x7c, 0xd2, 0x61, 0x43,
		0x92, 0xf6, 0xbb, 0xd5, 0x00, 0x6d, 0xfa, 0x7e},
	[T_INTEGRITY] = {0xd4, 0x08, 0x20, 0x55, 0xbd, 0xe6, 0x70, 0x4b,
		0x8d, 0x34, 0xba, 0x12, 0x3c, 0x66, 0xe1, 0xf2},
	[T_TOOLS_CONTEXT] = {0x21, 0x31, 0x8c, 0x60, 0x97, 0x14, 0x32, 0x48,
		0x8c, 0xa6, 0x41, 0xff, 0x73, 0x24, 0xc8, 0xf2},
	[T_TOOLS_MODULE] = {0x6e, 0x16, 0x3f, 0xbe, 0xb9, 0x58, 0x44, 0x4d,
		0x83, 0x5c, 0xe1, 0x82, 0xaf, 0xf1, 0x99, 0x1e},
	[T_CUBLASLT_1734] = {0x17, 0x34, 0xdc, 0x26, 0x80, 0x0d, 0x47, 0x45,
		0x87, 0x26, 0xc0, 0xf1, 0xe7, 0xdd, 0x8b, 0xca},
};
/* clang-format on */

static rgpu_slot_fn words[TABLE_COUNT][RGPU_TABLE_WORDS] = {
#define X(t) [T_##t] = {NAMES(t)},
	TABLES(X)
#undef X
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
put_word(int table, int slot, size_t value)
{
	memcpy(&words[table][slot], &value, sizeof(value));
}

static void
fill(void)
{
	/* Word 0 is the size in bytes; CLS alone has none and ends with 0. */
	for (int t = 0; t < TABLE_COUNT; t++)
		put_word(t, 0, RGPU_TABLE_WORDS * sizeof(void *));
	for (size_t i = 0; i < rgpu_slot_count; i++) {
		const struct rgpu_slot *s = &rgpu_slots[i];
		static const char *const names[TABLE_COUNT] = {
#define X(t) #t,
			TABLES(X)
#undef X
		};

		for (int t = 0; t < TABLE_COUNT; t++) {
			if (!strcmp(names[t], s->table))
				words[t][s->slot] = s->function;
		}
	}
	put_word(T_CLS, 3, 0);
	put_word(T_INTEGRITY, 2, 0);
	rgpu_slots_set_tables(words[T_CUDART_INTERFACE], words[T_INTEGRITY]);
}

CUresult
rgpu_do_cuGetExportTable(
	const void **ppExportTable, const CUuuid *pExportTableId)
{
	const unsigned char *id;

	if (!ppExportTable || !pExportTableId)
		return CUDA_ERROR_INVALID_VALUE;
	pthread_once(&once, fill);
	*ppExportTable = NULL;
	id = (const unsigned char *)pExportTableId->bytes;
	for (int t = 0; t < TABLE_COUNT; t++) {
		if (!memcmp(ids[t], id, sizeof(ids[t]))) {
			*ppExportTable = words[t];
			return CUDA_SUCCESS;
		}
	}
	*ppExportTable = rgpu_table_of_library(id);
	if (*ppExportTable)
		return CUDA_SUCCESS;
	/* cudart asks for one table that it can do without, nvrtc for another;
	 * so this is no warning. */
	rgpu_debug("cuGetExportTable: table %02x%02x%02x%02x-... is not known",
		id[0], id[1], id[2], id[3]);
	return CUDA_ERROR_INVALID_VALUE;
}
