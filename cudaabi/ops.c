/* SPDX-License-Identifier: Apache-2.0 */
/* Look-ups in the table of operations. */
#include "config.h"
#include "cudaabi/ops.h"

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
