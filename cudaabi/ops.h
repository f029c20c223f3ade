/* SPDX-License-Identifier: Apache-2.0 */
/* The operations of the interface description: every driver function and our
 * own messages, by permanent number. */
#ifndef RGPU_CUDAABI_OPS_H
#define RGPU_CUDAABI_OPS_H

#include <stddef.h>
#include <stdint.h>
#include "cudaabi/gen/ops.h"

enum rgpu_mode {
	RGPU_MODE_CALL,
	RGPU_MODE_POST,
	RGPU_MODE_LOCAL,
	RGPU_MODE_VIA,
	RGPU_MODE_SAME,
	RGPU_MODE_REFUSE,
};

/* What the meter makes of an operation. */
enum rgpu_meter_class {
	RGPU_METER_NONE,
	RGPU_METER_LAUNCH,
	RGPU_METER_H2D,
	RGPU_METER_D2H,
	RGPU_METER_D2D,
	RGPU_METER_P2P,
	RGPU_METER_MEMSET,
	RGPU_METER_ALLOC,
	RGPU_METER_FREE,
	RGPU_METER_MODULE,
};

struct rgpu_op_info {
	uint16_t number;
	uint8_t mode;  /* enum rgpu_mode */
	uint8_t meter; /* enum rgpu_meter_class */
	const char *name;
	const char *refused; /* why; NULL when it is not refused */
};

extern const struct rgpu_op_info rgpu_ops[]; /* ascending numbers */
extern const size_t rgpu_op_count;

/* The operation of that number, or NULL. */
const struct rgpu_op_info *rgpu_op_find(unsigned number);

/* Its name for messages; "?" for a number that is not in the table. */
const char *rgpu_op_name(unsigned number);

/* Why an operation is refused, in words: "not yet", "graphics interop"... */
const char *rgpu_refusal_text(const char *reason);

#endif
