/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places for registers. PTX has thousands of virtual registers, each written
 * once; a place that is used again soon stays in the first-level cache. A
 * register needs its place from its first write to its last read, with whole
 * loops counted: that holds for each lane apart, and so for all of them,
 * whatever way they go.
 *
 * Registers that some path reads before it writes them start as zero.
 */
#include "config.h"
#include <stdlib.h>
#include <string.h>

#include "softgpu/ptx/decode.h"

/* Bit sets larger than this are not made: then nothing is shared. */
#define WORDS_MAX  (1u << 24)
/* Loops nest less deep than this; jumps that were made to need more passes
 * make them grow with the square of the body. */
#define PASSES_MAX 64
/* Of one call: more than any device has for a block. */
#define FRAME_MAX  (1u << 28)

enum { CLASS_PRED, CLASS_32, CLASS_64, CLASS_COUNT };
static const uint32_t class_bytes[CLASS_COUNT] = {4, 128, 256};

struct basic_block {
	uint32_t first, end;
	uint64_t *in; /* live at its start */
	bool queued;
};

struct live {
	struct ptx_dec *dec;
	uint32_t *block_of; /* of the operations that begin one */
	struct basic_block *block;
	uint32_t blocks;
	size_t words;
	uint64_t *sets, *now;

	/* Intervals in half steps: reads of operation n are at 2n, writes at
	 * 2n + 1, so that a result may take the place of a source. */
	uint32_t *start, *end;	 /* by register */
	uint32_t *starts, *ends; /* by position: first register, from 1 */
	uint32_t *next_start, *next_end;

	uint32_t *unused[CLASS_COUNT]; /* stacks of free places */
	size_t unused_count[CLASS_COUNT], unused_room[CLASS_COUNT];
	uint32_t places[CLASS_COUNT];
};

static bool
is_reg(uint32_t operand)
{
	return (operand & 3) == PTX_BASE_FRAME;
}

static void
set_bit(uint64_t *set, uint32_t reg)
{
	set[reg / 64] |= 1ull << reg % 64;
}

static void
clear_bit(uint64_t *set, uint32_t reg)
{
	set[reg / 64] &= ~(1ull << reg % 64);
}

/* Going backwards over one operation. */
static void
step_back(const struct ptx_op *op, const struct ptx_use *use, uint64_t *now)
{
	for (unsigned n = 0; n < PTX_OPERANDS; n++)
		if (use->defs >> n & 1 && !op->guard)
			clear_bit(now, op->r[n] >> 2);
	for (unsigned n = 0; n < PTX_OPERANDS; n++)
		if (!(use->defs >> n & 1) && is_reg(op->r[n]))
			set_bit(now, op->r[n] >> 2);
	if (op->guard)
		set_bit(now, op->guard);
}

static bool
falls_through(const struct live *l, uint32_t n)
{
	return !l->dec->use[n].ends || l->dec->code->ops[n].guard;
}

/* Calls visit for each operation that n can jump to. */
static void
each_target(struct live *l, uint32_t n,
	void (*visit)(struct live *l, uint32_t target))
{
	const struct ptx_op *op = &l->dec->code->ops[n];
	const struct ptx_branch_table *table = op->ext;

	if (l->dec->use[n].jumps)
		visit(l, (uint32_t)op->imm);
	if (!l->dec->use[n].table)
		return;
	for (uint32_t i = 0; i < table->count; i++)
		visit(l, (uint32_t)((const uint64_t *)table->target)[i]);
}

static void
mark_leader(struct live *l, uint32_t target)
{
	l->block_of[target] = 1;
}

static int
find_blocks(struct live *l)
{
	uint32_t count = l->dec->code->count, b = 0;

	l->block_of = calloc(count + 1, sizeof(*l->block_of));
	if (!l->block_of)
		return -1;
	l->block_of[0] = 1;
	for (uint32_t n = 0; n < count; n++) {
		const struct ptx_use *use = &l->dec->use[n];

		each_target(l, n, mark_leader);
		if (use->jumps || use->ends || use->table)
			l->block_of[n + 1] = 1;
	}
	for (uint32_t n = 0; n < count; n++)
		l->blocks += l->block_of[n];
	l->block = calloc(l->blocks, sizeof(*l->block));
	if (!l->block)
		return -1;
	for (uint32_t n = 0; n < count; n++) {
		if (!l->block_of[n])
			continue;
		if (b)
			l->block[b - 1].end = n;
		l->block[b].first = n;
		l->block_of[n] = b++;
	}
	l->block[b - 1].end = count;
	return 0;
}

static int
make_sets(struct live *l)
{
	l->words = (l->dec->regs + 63) / 64;
	if ((uint64_t)l->words * l->blocks > WORDS_MAX)
		return -1;
	l->sets = calloc((size_t)l->blocks + 1, l->words * sizeof(*l->sets));
	if (!l->sets)
		return -1;
	for (uint32_t b = 0; b < l->blocks; b++)
		l->block[b].in = l->sets + b * l->words;
	l->now = l->sets + l->blocks * l->words;
	return 0;
}

static void
join_target(struct live *l, uint32_t target)
{
	const uint64_t *in = l->block[l->block_of[target]].in;

	for (size_t i = 0; i < l->words; i++)
		l->now[i] |= in[i];
}

/* l->now becomes what is live at the end of a block. */
static void
live_out(struct live *l, const struct basic_block *b)
{
	uint32_t last = b->end - 1;

	memset(l->now, 0, l->words * sizeof(*l->now));
	each_target(l, last, join_target);
	if (falls_through(l, last) && b->end < l->dec->code->count)
		join_target(l, b->end);
}

/* False: it takes too long. */
static bool
solve(struct live *l)
{
	const struct ptx_op *ops = l->dec->code->ops;
	bool changed = true;

	for (unsigned pass = 0; changed && pass < PASSES_MAX; pass++) {
		changed = false;
		for (uint32_t i = l->blocks; i-- > 0;) {
			struct basic_block *b = &l->block[i];

			live_out(l, b);
			for (uint32_t n = b->end; n-- > b->first;)
				step_back(&ops[n], &l->dec->use[n], l->now);
			if (memcmp(b->in, l->now, l->words * sizeof(*l->now)) ==
				0)
				continue;
			memcpy(b->in, l->now, l->words * sizeof(*l->now));
			changed = true;
		}
	}
	return !changed;
}

static void
extend(struct live *l, uint32_t reg, uint32_t at)
{
	if (at < l->start[reg])
		l->start[reg] = at;
	if (at + 1 > l->end[reg])
		l->end[reg] = at + 1;
}

static void
extend_all(struct live *l, const uint64_t *set, uint32_t at)
{
	for (size_t i = 0; i < l->words; i++)
		for (uint64_t left = set[i]; left; left &= left - 1)
			extend(l,
				(uint32_t)(64 * i) +
					(uint32_t)__builtin_ctzll(left),
				at);
}

static int
find_intervals(struct live *l)
{
	const struct ptx_code *code = l->dec->code;
	size_t regs = l->dec->regs;

	l->start = malloc(regs * sizeof(*l->start));
	l->end = calloc(regs, sizeof(*l->end));
	if (!l->start || !l->end)
		return -1;
	memset(l->start, 0xff, regs * sizeof(*l->start));
	for (uint32_t i = 0; i < l->blocks; i++) {
		const struct basic_block *b = &l->block[i];

		extend_all(l, b->in, 2 * b->first);
		live_out(l, b);
		extend_all(l, l->now, 2 * b->end - 1);
	}
	for (uint32_t n = 0; n < code->count; n++) {
		const struct ptx_op *op = &code->ops[n];

		for (unsigned k = 0; k < PTX_OPERANDS; k++)
			if (is_reg(op->r[k]))
				extend(l, op->r[k] >> 2,
					2 * n + (l->dec->use[n].defs >> k & 1));
		if (op->guard)
			extend(l, op->guard, 2 * n);
	}
	return 0;
}

static int
class_of(const struct ptx_vreg *reg)
{
	return reg->bits == 1	  ? CLASS_PRED
		: reg->bits <= 32 ? CLASS_32
				  : CLASS_64;
}

/* A free place, the one left last: it is still in the cache. */
static void
give_place(struct live *l, uint32_t r)
{
	int c = class_of(&l->dec->reg[r]);

	if (l->unused_count[c])
		l->dec->reg[r].offset = l->unused[c][--l->unused_count[c]];
	else
		l->dec->reg[r].offset = l->places[c]++;
}

static int
take_place(struct live *l, uint32_t r)
{
	int c = class_of(&l->dec->reg[r]);

	if (ptx_grow(&l->unused[c], l->unused_count[c], &l->unused_room[c],
		    sizeof(**l->unused)))
		return -1;
	l->unused[c][l->unused_count[c]++] = l->dec->reg[r].offset;
	return 0;
}

/* Lists of registers by the position where they start and where they end. */
static int
sort_intervals(struct live *l)
{
	size_t positions = 2 * (size_t)l->dec->code->count + 2;
	size_t regs = l->dec->regs;

	l->starts = calloc(positions, sizeof(*l->starts));
	l->ends = calloc(positions, sizeof(*l->ends));
	l->next_start = calloc(regs, sizeof(*l->next_start));
	l->next_end = calloc(regs, sizeof(*l->next_end));
	if (!l->starts || !l->ends || !l->next_start || !l->next_end)
		return -1;
	for (uint32_t r = PTX_REG_FIRST; r < regs; r++) {
		if (!l->end[r])
			continue;
		l->next_start[r] = l->starts[l->start[r]];
		l->starts[l->start[r]] = r;
		l->next_end[r] = l->ends[l->end[r]];
		l->ends[l->end[r]] = r;
	}
	return 0;
}

static int
share_places(struct live *l)
{
	size_t positions = 2 * (size_t)l->dec->code->count + 2;

	for (size_t at = 0; at < positions; at++) {
		for (uint32_t r = l->ends[at]; r; r = l->next_end[r])
			if (take_place(l, r))
				return -1;
		for (uint32_t r = l->starts[at]; r; r = l->next_start[r])
			give_place(l, r);
	}
	return 0;
}

/* Places to offsets: predicates, then 32-bit lanes, then 64-bit ones. */
static int
set_offsets(struct live *l)
{
	struct ptx_dec *dec = l->dec;
	uint32_t first[CLASS_COUNT];
	uint64_t bytes = sizeof(struct ptx_frame);

	for (int c = 0; c < CLASS_COUNT; c++)
		bytes += (uint64_t)class_bytes[c] * l->places[c] + 64;
	if (bytes > FRAME_MAX)
		return ptx_refuse(dec, RGPU_PTX_UNSUPPORTED,
			"uses too many registers at once");

	first[CLASS_PRED] = sizeof(struct ptx_frame);
	first[CLASS_32] = (uint32_t)ptx_align(
		first[CLASS_PRED] + 4 * l->places[CLASS_PRED], 64);
	first[CLASS_64] = first[CLASS_32] + 128 * l->places[CLASS_32];
	dec->code->frame_bytes = first[CLASS_64] + 256 * l->places[CLASS_64];
	for (uint32_t r = PTX_REG_FIRST; r < dec->regs; r++) {
		int c = class_of(&dec->reg[r]);

		dec->reg[r].offset =
			first[c] + class_bytes[c] * dec->reg[r].offset;
	}
	dec->reg[PTX_REG_SINK].offset = offsetof(struct ptx_frame, sink);
	dec->reg[PTX_REG_LOCAL].offset = offsetof(struct ptx_frame, local);
	return 0;
}

static int
add_zero(struct live *l, uint32_t r)
{
	struct ptx_code *code = l->dec->code;
	size_t room = code->zero_count;

	/* The list is made at once, for all registers at most. */
	if (!code->zero) {
		code->zero = calloc(l->dec->regs, sizeof(*code->zero));
		if (!code->zero)
			return -1;
	}
	code->zero[room] = (struct ptx_zero){.offset = l->dec->reg[r].offset,
		.bytes = class_bytes[class_of(&l->dec->reg[r])]};
	code->zero_count++;
	return 0;
}

static int
list_zeros(struct live *l, bool all)
{
	const uint64_t *in = all ? NULL : l->block[0].in;

	for (uint32_t r = PTX_REG_FIRST; r < l->dec->regs; r++)
		if ((all || in[r / 64] >> r % 64 & 1) && add_zero(l, r))
			return -1;
	return 0;
}

/* Every register a place of its own: for bodies of monstrous size. */
static int
place_apart(struct live *l)
{
	memset(l->places, 0, sizeof(l->places));
	for (uint32_t r = PTX_REG_FIRST; r < l->dec->regs; r++)
		l->dec->reg[r].offset = l->places[class_of(&l->dec->reg[r])]++;
	return set_offsets(l) ? -1 : list_zeros(l, true);
}

static int
place_together(struct live *l)
{
	if (find_intervals(l) || sort_intervals(l) || share_places(l) ||
		set_offsets(l))
		return -1;
	return list_zeros(l, false);
}

static void
patch(struct ptx_dec *dec)
{
	for (uint32_t n = 0; n < dec->code->count; n++) {
		struct ptx_op *op = &dec->code->ops[n];

		for (unsigned k = 0; k < PTX_OPERANDS; k++)
			if (is_reg(op->r[k]))
				op->r[k] = dec->reg[op->r[k] >> 2].offset;
		if (op->guard)
			op->guard = dec->reg[op->guard].offset;
	}
}

static void
release(struct live *l)
{
	for (int c = 0; c < CLASS_COUNT; c++)
		free(l->unused[c]);
	free(l->next_end);
	free(l->next_start);
	free(l->ends);
	free(l->starts);
	free(l->end);
	free(l->start);
	free(l->sets);
	free(l->block);
	free(l->block_of);
}

int
ptx_place_registers(struct ptx_dec *dec)
{
	struct live l = {.dec = dec};
	int rc = find_blocks(&l);

	if (rc == 0 && (make_sets(&l) || !solve(&l)))
		rc = place_apart(&l);
	else if (rc == 0)
		rc = place_together(&l);
	if (rc == 0)
		patch(dec);
	release(&l);
	return rc ? ptx_no_memory(dec) : 0;
}
