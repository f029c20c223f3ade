/* SPDX-License-Identifier: Apache-2.0 */
/* Look-ups in the table of operations. */
#include "config.h"
#include "cudaabi/ops.h"

#include <string.h>

#include "common/compiler.h"

const struct rgpu_op_info *
rgpu_op_find(unsigned number)
{
	size_t lo = 0, hi = rgpu_op_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (rgpu_ops[mid].number < number)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < rgpu_op_count && rgpu_ops[lo].number == number)
		return &rgpu_ops[lo];
	return NULL;
}

const char *
rgpu_op_name(unsigned number)
{
	const struct rgpu_op_info *op = rgpu_op_find(number);

	return op ? op->name : "?";
}

const char *
rgpu_refusal_text(const char *reason)
{
	static const struct {
		const char *reason, *text;
	} texts[] = {
		{"later", "not implemented in this release"},
		{"abi32", "the 32-bit interface before CUDA 3.2"},
		{"graphics", "graphics interoperation"},
		{"nvsci", "NvSci"},
		{"coredump", "GPU core dumps"},
		{"checkpoint", "process checkpoints"},
		{"shared", "memory shared by host and device, which are apart"},
		{"handle",
			"operating-system handles, which do not cross hosts"},
	};

	for (size_t i = 0; reason && i < RGPU_COUNT(texts); i++) {
		if (!strcmp(texts[i].reason, reason))
			return texts[i].text;
	}
	return "no reason given";
}
