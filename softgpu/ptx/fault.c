/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults, in words: which kernel, which instruction, which thread.
 */
#include "config.h"
#include <stdio.h>

#include "softgpu/ptx/exec.h"

static const char *const kinds[] = {
	[RGPU_PTX_FAULT_NONE] = "no fault",
	[RGPU_PTX_FAULT_ADDRESS] = "access outside of every allocation",
	[RGPU_PTX_FAULT_MISALIGNED] = "misaligned address",
	[RGPU_PTX_FAULT_ASSERT] = "a device assert failed",
	[RGPU_PTX_FAULT_TRAP] = "trap",
	[RGPU_PTX_FAULT_BARRIER] = "a barrier cannot complete",
	[RGPU_PTX_FAULT_STACK] = "the stack is full",
	[RGPU_PTX_FAULT_BAD_CALL] = "not a valid target",
	[RGPU_PTX_FAULT_NO_MEMORY] = "no memory to run the kernel",
	[RGPU_PTX_FAULT_STOPPED] = "stopped",
};

/* What the numbers at the end of the text are. */
static void
print_address(
	char *out, size_t size, enum rgpu_ptx_fault_kind kind, uint64_t address)
{
	out[0] = 0;
	if (kind == RGPU_PTX_FAULT_ADDRESS ||
		kind == RGPU_PTX_FAULT_MISALIGNED ||
		kind == RGPU_PTX_FAULT_BAD_CALL)
		snprintf(out, size, ", address 0x%llx",
			(unsigned long long)address);
}

static void
set_place(struct ptx_warp *w, unsigned lane, struct rgpu_ptx_fault *fault)
{
	const struct ptx_block *b = w->block;

	for (unsigned n = 0; n < 3; n++) {
		const uint32_t *tid = (const uint32_t *)(w->values +
			(PTX_W_TID_X + n) * PTX_WARP_BYTES);

		fault->block[n] = b->index[n];
		fault->thread[n] = tid[lane];
	}
}

RGPU_COLD const struct ptx_op *
ptx_fault(struct ptx_warp *w, const struct ptx_op *op, uint32_t mask,
	enum rgpu_ptx_fault_kind kind, uint64_t address, const char *text)
{
	const struct ptx_code *code = w->split[w->current].code;
	const struct ptx_source *source = &code->func->module->source;
	const char *at = source->text + code->at[op - code->ops];
	struct rgpu_ptx_fault *fault = w->block->fault;
	char statement[160], where[40];

	w->saved = true;
	fault->kind = kind;
	fault->line = ptx_line(source, at);
	fault->address = address;
	set_place(w, (unsigned)__builtin_ctz(mask), fault);
	ptx_statement(source, at, statement, sizeof(statement));
	print_address(where, sizeof(where), kind, address);
	snprintf(fault->text, sizeof(fault->text),
		"kernel %.80s, line %d: `%s`: %s%s%s%s, block (%u,%u,%u), "
		"thread (%u,%u,%u)",
		w->block->kernel->info.name, fault->line, statement,
		kinds[kind], text ? ": " : "", text ? text : "", where,
		fault->block[0], fault->block[1], fault->block[2],
		fault->thread[0], fault->thread[1], fault->thread[2]);
	return w->stop;
}
