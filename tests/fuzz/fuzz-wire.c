/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The generated decoders of every request (a hostile client's) and every reply (a
 * hostile server's). The first two bytes choose the message; six more keep it
 * aligned.
 */
#include "config.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/messages.h"

#define HEAD	    8
#define MESSAGE_MAX 2048
#define EACH	    5 /* seeds of a message */

const struct rgpu_fuzz_setup rgpu_fuzz_setup = {
	.name = "wire", .inputs = 400000};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message m;
	uint16_t which;

	if (size < HEAD)
		return 0;
	m = (struct message){data + HEAD, size - HEAD};
	memcpy(&which, data, sizeof(which));
	rgpu_fuzz_accepted +=
		rgpu_fuzz_messages[which % rgpu_fuzz_message_count].check(&m);
	return 0;
}

void
rgpu_fuzz_seeds(void (*add)(const void *data, size_t size))
{
	for (size_t i = 0; i < EACH * rgpu_fuzz_message_count; i++) {
		uint16_t which = (uint16_t)(i / EACH);
		uint64_t input[MESSAGE_MAX / 8] = {which};
		struct rgpu_enc e =
			rgpu_enc_init(input + 1, sizeof(input) - HEAD);

		rgpu_fuzz_messages[which].make(&e, i % EACH);
		FUZZ_CHECK(!e.bad);
		add(input, HEAD + ((e.pos + 7) & ~(size_t)7));
	}
}
