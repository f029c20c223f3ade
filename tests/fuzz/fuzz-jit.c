/* SPDX-License-Identifier: Apache-2.0 */
/* Options of compilation: a hostile client's, to the server's driver. Nothing
 * that is not a plain number may come through: the driver would take it for a
 * pointer. */
#include "config.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "protocol/jit.h"

const struct rgpu_fuzz_setup rgpu_fuzz_setup = {
	.name = "jit", .inputs = 200000};

/* Options whose value is an address [CUjit_option of cuda.h 13.0]. */
static bool
takes_an_address(CUjit_option option)
{
	switch (option) {
	case CU_JIT_WALL_TIME:
	case CU_JIT_INFO_LOG_BUFFER:
	case CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES:
	case CU_JIT_ERROR_LOG_BUFFER:
	case CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES: return true;
	default: return false;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rgpu_dec d = rgpu_dec_init(data, size);
	uint64_t bytes[RGPU_JIT_BYTES_MAX / 8];
	struct rgpu_jit jit;
	struct rgpu_enc e = rgpu_enc_init(bytes, sizeof(bytes));

	memset(&jit, 0xee, sizeof(jit));
	if (rgpu_jit_get(&d, &jit))
		return 0;
	rgpu_fuzz_accepted++;
	FUZZ_CHECK(jit.count <= RGPU_JIT_OPTIONS_MAX);
	for (uint32_t i = 0; i < jit.count; i++) {
		FUZZ_CHECK(rgpu_jit_is_number(jit.option[i]));
		FUZZ_CHECK(!takes_an_address(jit.option[i]));
	}
	rgpu_jit_put(&e, &jit);
	FUZZ_CHECK(!e.bad && e.pos <= size && size - e.pos < 8);
	FUZZ_CHECK(!memcmp(bytes, data, e.pos));
	return 0;
}

void
rgpu_fuzz_seeds(void (*add)(const void *data, size_t size))
{
	static const CUjit_option options[] = {CU_JIT_MAX_REGISTERS,
		CU_JIT_OPTIMIZATION_LEVEL, CU_JIT_TARGET,
		CU_JIT_GENERATE_DEBUG_INFO, CU_JIT_CACHE_MODE};
	static const uint32_t counts[] = {0, 1, 5, RGPU_JIT_OPTIONS_MAX};
	uint64_t bytes[RGPU_JIT_BYTES_MAX / 8];

	for (size_t n = 0; n < RGPU_COUNT(counts); n++) {
		struct rgpu_enc e = rgpu_enc_init(bytes, sizeof(bytes));
		struct rgpu_jit jit = {.count = counts[n]};

		for (uint32_t i = 0; i < jit.count; i++) {
			jit.option[i] = options[i % RGPU_COUNT(options)];
			jit.value[i] = (void *)(uintptr_t)(i * 16);
		}
		rgpu_jit_put(&e, &jit);
		FUZZ_CHECK(!e.bad);
		add(bytes, e.pos);
	}
}
