/* SPDX-License-Identifier: Apache-2.0 */
/* The known slots of the hidden tables. Private to tables.c and slots.c. */
#ifndef RGPU_CUDAABI_SLOTS_H
#define RGPU_CUDAABI_SLOTS_H

#include "cudaabi/gen/cuda-abi.h"

typedef void (*rgpu_slot_fn)(void);

struct rgpu_slot {
	const char *table;
	int slot;
	rgpu_slot_fn function;
};

extern const struct rgpu_slot rgpu_slots[];
extern const size_t rgpu_slot_count;

/* A slot nobody has seen used: logs it once, CUDA_ERROR_NOT_SUPPORTED. */
CUresult rgpu_slot_unknown(const char *table, int slot);

/* The self-test hashes the addresses of these tables. */
void rgpu_slots_set_tables(rgpu_slot_fn *cudart, rgpu_slot_fn *integrity);

#endif
