/* SPDX-License-Identifier: Apache-2.0 */
/* The facts of a server's devices: a hostile server's, to a client. */
#include "config.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "tests/fuzz/facts-check.h"

const struct rgpu_fuzz_setup rgpu_fuzz_setup = {
	.name = "facts", .inputs = 20000};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rgpu_dec d = rgpu_dec_init(data, size);
	struct rgpu_facts facts;

	if (rgpu_facts_get(&d, &facts)) {
		FUZZ_CHECK(!facts.device);
		return 0;
	}
	rgpu_fuzz_accepted++;
	FUZZ_CHECK(d.pos <= size);
	rgpu_fuzz_check_facts(&facts);
	rgpu_facts_free(&facts);
	FUZZ_CHECK(!facts.device);
	return 0;
}

void
rgpu_fuzz_seeds(void (*add)(const void *data, size_t size))
{
	static const uint32_t counts[] = {0, 1, 2, 3, 64};

	for (size_t i = 0; i < RGPU_COUNT(counts); i++) {
		size_t bound = rgpu_facts_bound(counts[i]);
		uint8_t *bytes = rgpu_fuzz_alloc(bound);
		struct rgpu_enc e = rgpu_enc_init(bytes, bound);
		struct rgpu_facts facts;

		rgpu_fuzz_make_facts(counts[i], &facts);
		rgpu_facts_put(&e, &facts);
		FUZZ_CHECK(!e.bad);
		add(bytes, e.pos);
		rgpu_facts_free(&facts);
		free(bytes);
	}
}
