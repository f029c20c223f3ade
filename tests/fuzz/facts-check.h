/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of devices: made up for seeds, and checked. For several targets. */
#ifndef RGPU_TESTS_FUZZ_FACTS_CHECK_H
#define RGPU_TESTS_FUZZ_FACTS_CHECK_H

#include "protocol/facts.h"

/* Facts of so many devices, each different; for rgpu_facts_free(). */
void rgpu_fuzz_make_facts(uint32_t devices, struct rgpu_facts *facts);

/* What a decoder gave: every promise about its fields, and that it survives
 * another encoding. */
void rgpu_fuzz_check_facts(const struct rgpu_facts *facts);

#endif
