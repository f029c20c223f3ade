/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoding one body: names, operands, operations.
 */
#ifndef RGPU_SOFTGPU_PTX_DECODE_H
#define RGPU_SOFTGPU_PTX_DECODE_H

#include "softgpu/ptx/code.h"
#include "softgpu/ptx/codes.h"
#include "softgpu/ptx/forms.h"

#define PTX_ARGS_MAX   8
#define PTX_SCOPES_MAX 64
#define PTX_VECTOR_MAX 8
/* Of one body: entries of branch tables may be many more than their text. */
#define PTX_JUMPS_MAX  (1u << 22)

/* Registers that are always there, at fixed places of the frame. */
enum ptx_fixed_reg {
	PTX_REG_NONE,
	PTX_REG_SINK,  /* what _ writes to */
	PTX_REG_LOCAL, /* 32 bits: start of the call's local memory */
	PTX_REG_FIRST, /* the first that a body declares */
};

/* A virtual register. */
struct ptx_vreg {
	uint8_t bits;	 /* 1, 8, 16, 32, 64 */
	uint32_t offset; /* in the frame, once it has a place */
};

/* Where a symbol's address comes from: base + offset. */
enum ptx_origin {
	PTX_AT_ABSOLUTE, /* offset is all of it */
	PTX_AT_DYNAMIC,	 /* the block's dynamic shared memory */
	PTX_AT_MODULE,	 /* the module's part of shared memory */
	PTX_AT_FRAME,	 /* the call's local memory */
};

struct ptx_place {
	enum ptx_space space;
	enum ptx_origin origin;
	uint64_t offset;
	uint64_t size;
};

enum ptx_name_kind {
	PTX_NAME_REG,	/* reg */
	PTX_NAME_BANK,	/* reg .. reg + count - 1, by a number at the end */
	PTX_NAME_PLACE, /* place */
	PTX_NAME_LABEL, /* op */
	PTX_NAME_TABLE, /* .branchtargets: text */
	PTX_NAME_PROTO, /* .callprototype or .calltargets */
};

struct ptx_name {
	enum ptx_name_kind kind;
	const char *text;
	uint32_t len, depth;
	uint32_t reg, count, op;
	uint8_t bits;
	struct ptx_place place;
	const char *at, *end;	 /* PTX_NAME_TABLE: the list of labels */
	struct ptx_name *hidden; /* the same name further out */
	struct ptx_name *next;	 /* declared before it in this scope */
};

enum ptx_arg_kind {
	PTX_ARG_REG,
	PTX_ARG_VALUE,
	PTX_ARG_PLACE, /* the address of a variable */
	PTX_ARG_FUNC,
	PTX_ARG_SPECIAL, /* %tid.x */
	PTX_ARG_VECTOR,
	PTX_ARG_MEMORY,	 /* [base + offset] */
	PTX_ARG_TEXTURE, /* [handle, {list}] */
	PTX_ARG_SINK,	 /* _ */
	PTX_ARG_NAME,	 /* a label, or what is not known */
};

struct ptx_arg {
	enum ptx_arg_kind kind;
	const char *text;
	uint32_t len;
	uint32_t reg; /* REG; base of MEMORY, 0 for none */
	bool negated; /* !p */
	struct ptx_value value;
	struct ptx_place place; /* PLACE; MEMORY without a register */
	bool has_place;
	uint64_t offset; /* MEMORY */
	const struct ptx_func *func;
	unsigned special;
	uint32_t pair;	  /* the register after '|' */
	const char *part; /* "b310" of %r1.b310, where that is allowed */
	uint32_t part_len;
	struct ptx_arg *list;
	unsigned count;
};

struct ptx_insn {
	const char *text;
	const char *name;
	uint32_t len;
	uint32_t guard; /* register, 0: none */
	bool guard_not;
	struct ptx_mods mods;
	enum ptx_type types[PTX_TYPES_MAX];
	unsigned type_count;
	struct ptx_arg arg[PTX_ARGS_MAX];
	unsigned args;
};

/* What an operation does with its operands, for the life of registers. */
struct ptx_use {
	uint8_t defs; /* bit n: r[n] is written */
	bool jumps;   /* to the operation numbered imm */
	bool ends;    /* nothing follows: bra, ret, exit */
	bool table;   /* ext: struct ptx_branch_table with numbers */
};

/* A jump to a label that is not known yet. */
struct ptx_fixup {
	uint32_t op;
	int32_t entry; /* of a branch table; -1: the operation itself */
	const char *text;
	uint32_t len;
	const char *at;
};

struct ptx_dec {
	struct ptx_func *func;
	struct rgpu_ptx_module *module;
	struct ptx_code *code;
	struct rgpu_ptx_diag *diag;
	struct ptx_lex lex;
	struct ptx_arena arena; /* of this decoding only */
	const struct ptx_insn *insn;
	struct ptx_insn statement; /* what insn points to, mostly */
	struct ptx_arg vector[PTX_ARGS_MAX][PTX_VECTOR_MAX]; /* its operands */
	unsigned vectors;
	bool parts; /* %r1.b310 is allowed in this instruction */

	struct ptx_map names, banks;
	struct ptx_scope {
		struct ptx_name *newest; /* declared in it */
		uint32_t local;		 /* memory in use at its start */
		size_t jumps;		 /* pending at its start */
		bool keeps;		 /* has .local variables */
	} scope[PTX_SCOPES_MAX];
	unsigned depth;

	struct ptx_vreg *reg;
	size_t regs, reg_room;
	struct ptx_use *use; /* beside code->ops */
	size_t use_room, op_room, at_room;
	struct ptx_fixup *fixup;
	size_t fixups, fixup_room;
	uint64_t jumps;	       /* all of them, for a limit */
	struct ptx_map consts; /* key: width and value */
	size_t const_room;
	uint32_t local_now; /* local memory in use */
	size_t shared_seen; /* .shared declarations of a function */
	uint32_t slots;	    /* memory operations */
};

/* Refuses the current statement; returns -1. */
int ptx_refuse(struct ptx_dec *dec, enum rgpu_ptx_status status,
	const char *fmt, ...) RGPU_PRINTF(3, 4);
int ptx_no_memory(struct ptx_dec *dec);

/* names: scope.c */
int ptx_scope_open(struct ptx_dec *dec);
int ptx_scope_close(struct ptx_dec *dec);
struct ptx_name *ptx_name_add(struct ptx_dec *dec, enum ptx_name_kind kind,
	const char *text, size_t len);
const struct ptx_name *ptx_name_find(
	const struct ptx_dec *dec, const char *text, size_t len);
/* The register of a name; 0: it is none. */
uint32_t ptx_name_reg(const struct ptx_dec *dec, const char *text, size_t len);
/* A declaration in a body: lex is after its first word. */
int ptx_declare(struct ptx_dec *dec);
uint32_t ptx_reg_new(struct ptx_dec *dec, unsigned bits);
/* Reserves local memory of the call: its offset. */
uint32_t ptx_local_get(struct ptx_dec *dec, uint64_t size, uint64_t align);

/* operands: operand.c */
int ptx_parse_args(struct ptx_dec *dec, struct ptx_insn *in);
int ptx_parse_arg(struct ptx_dec *dec, struct ptx_arg *arg);
/* A special register by name: its number from 1, or 0. */
unsigned ptx_special_find(const char *name, size_t len);

/* operations: emit.c. An operand is what op->r[] holds until registers have
 * places: register << 2, or a final offset with a base in its low bits. */
struct ptx_op *ptx_emit(struct ptx_dec *dec, unsigned id);
/* The same without the guard, for values that only this statement reads: a
 * guarded write would keep the register alive from the start of the body. */
struct ptx_op *ptx_emit_temp(struct ptx_dec *dec, unsigned id);
struct ptx_use *ptx_last_use(struct ptx_dec *dec);
static inline uint32_t
ptx_reg_operand(uint32_t reg)
{
	return reg << 2;
}
/* Writes operand n of the last operation; def also notes that it is set. */
int ptx_set(struct ptx_dec *dec, unsigned n, uint32_t operand);
int ptx_set_def(struct ptx_dec *dec, unsigned n, uint32_t reg);
/* The operand of a constant: bits 1, 32 or 64. PTX_BAD_OPERAND: no memory. */
#define PTX_BAD_OPERAND UINT32_MAX
uint32_t ptx_const(struct ptx_dec *dec, uint64_t value, unsigned bits);
/* A constant that differs from lane to lane, known by a number. */
uint32_t ptx_const_lanes(
	struct ptx_dec *dec, unsigned id, const uint32_t value[32]);
uint32_t ptx_uniform_operand(enum ptx_uniform which);
uint32_t ptx_warp_operand(enum ptx_warp_value which);

/*
 * Operands of an instruction: as a source of a type (converted, checked,
 * perhaps by operations before it), as a destination. PTX_BAD_OPERAND or 0
 * after a refusal.
 */
uint32_t ptx_source(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_arg *arg, enum ptx_type type);
uint32_t ptx_source_pred(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_arg *arg);
uint32_t ptx_dest(
	struct ptx_dec *dec, const struct ptx_arg *arg, unsigned bits);
/* The result "d|p": d of 32 bits, p a predicate or 0. */
int ptx_dest_pair(struct ptx_dec *dec, const struct ptx_arg *arg, uint32_t *d,
	uint32_t *p);
/* Puts the address of a place in a register of 32 or 64 bits. */
uint32_t ptx_place_operand(
	struct ptx_dec *dec, const struct ptx_place *place, unsigned bits);
/* A special register as an operand of 32 or 64 bits; *bits says which. */
uint32_t ptx_special_operand(
	struct ptx_dec *dec, unsigned special, unsigned *bits);

/* The number of operands; refuses any other. */
int ptx_want_args(struct ptx_dec *dec, const struct ptx_insn *in,
	unsigned least, unsigned most);
bool ptx_has(const struct ptx_insn *in, enum ptx_mod mod);

/* "bra L": notes the label of the last operation. */
int ptx_jump_to(
	struct ptx_dec *dec, int32_t entry, const char *text, uint32_t len);

/* Places for registers, and which must start as zero: live.c */
int ptx_place_registers(struct ptx_dec *dec);

/* One instruction statement; lex is at its first token. */
int ptx_decode_insn(struct ptx_dec *dec);

/* An address as an operand: a register, or what a symbol is relative to. */
struct ptx_address {
	enum ptx_space space;
	uint32_t base;
	uint64_t offset;
	bool wide;
};
/* The memory operand of an instruction for this space. */
int ptx_get_address(struct ptx_dec *dec, const struct ptx_insn *in,
	const struct ptx_arg *arg, enum ptx_space space,
	struct ptx_address *out);
/* Makes it the address of the last operation: r[4], imm, and x[]. size is that
 * of one element. */
int ptx_set_address(struct ptx_dec *dec, const struct ptx_address *a,
	unsigned size, unsigned count);
/* The state space that the modifiers name. */
enum ptx_space ptx_space_of(const struct ptx_insn *in);

#endif
