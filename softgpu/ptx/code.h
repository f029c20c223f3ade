/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoded code: an array of operations over a frame of vector registers.
 *
 * A virtual register is a vector of 32 lanes: 128 bytes (up to 32 bits a
 * lane) or 256 bytes (64 bits); a predicate is one 32-bit word, a bit a lane.
 * An operand is an offset whose two low bits choose what it is relative to,
 * so that a handler reads registers, constants and launch values alike.
 */
#ifndef RGPU_SOFTGPU_PTX_CODE_H
#define RGPU_SOFTGPU_PTX_CODE_H

#include "softgpu/ptx/module.h"

struct ptx_op;
struct ptx_warp;

#define PTX_LANES  32
#define PTX_ALL	   0xffffffffu
/* Allocations that a block caches; memory operations share them. */
#define PTX_RANGES 64

/* Low bits of an operand. */
enum ptx_base {
	PTX_BASE_FRAME,	  /* registers of the current call */
	PTX_BASE_CONST,	  /* constants of the code */
	PTX_BASE_UNIFORM, /* enum ptx_uniform: equal for a block */
	PTX_BASE_WARP,	  /* enum ptx_warp_value */
	PTX_BASE_COUNT,
};

/*
 * Runs one operation for the lanes of mask (never 0). Returns the next
 * operation, or warp->stop when the scheduler has to choose.
 */
typedef const struct ptx_op *ptx_exec(
	struct ptx_warp *warp, const struct ptx_op *op, uint32_t mask);

/* The handler of an enum ptx_code_id in the build that runs here. */
ptx_exec *ptx_isa_handler(unsigned id);

#define PTX_OPERANDS 6

struct ptx_op {
	ptx_exec *exec;
	union {
		uint64_t imm;
		const struct ptx_op *target;
		const void *ext; /* in the arena of the code */
	};
	uint32_t r[PTX_OPERANDS];
	uint32_t guard;	     /* frame offset of the predicate; 0: none */
	uint32_t guard_flip; /* all ones for @!p */
	uint8_t x[8];	     /* what the handler wants to know */
	uint16_t slot;	     /* memory operations: which cached range */
};

/* Values equal for all threads of a block, 256 bytes each. */
enum ptx_uniform {
	PTX_U_ZERO,
	PTX_U_CTAID_X,
	PTX_U_CTAID_Y,
	PTX_U_CTAID_Z,
	PTX_U_NTID_X,
	PTX_U_NTID_Y,
	PTX_U_NTID_Z,
	PTX_U_NCTAID_X,
	PTX_U_NCTAID_Y,
	PTX_U_NCTAID_Z,
	PTX_U_NWARPID,
	PTX_U_SMID,
	PTX_U_NSMID,
	PTX_U_GRIDID,
	PTX_U_DYNAMIC_SMEM,
	PTX_U_TOTAL_SMEM,
	PTX_U_DYNAMIC_BASE,   /* offset of extern shared arrays, 32 bits */
	PTX_U_DYNAMIC_BASE64, /* the same in 64-bit lanes */
	PTX_U_MODULE_BASE,    /* offset of the module's shared variables */
	PTX_U_MODULE_BASE64,
	PTX_U_SHARED_WINDOW, /* generic address of shared memory */
	PTX_U_PARAM_WINDOW,  /* and of the parameters of the kernel */
	PTX_U_ENVREG1,	     /* address of the grid's workspace, high half */
	PTX_U_ENVREG2,	     /* low half */
	PTX_U_COUNT,
};
#define PTX_UNIFORM_BYTES 256

/* Values of a warp, 256 bytes each. */
enum ptx_warp_value {
	PTX_W_TID_X,
	PTX_W_TID_Y,
	PTX_W_TID_Z,
	PTX_W_WARPID,
	PTX_W_LOCAL_WINDOW, /* generic address of each lane's local memory */
	PTX_W_COUNT,
};
#define PTX_WARP_BYTES 256

/*
 * What lies at the start of every frame: where each lane returns to, and its
 * local memory. A lane's column of the register file is its call stack.
 */
struct ptx_frame {
	uint64_t ret_op[32];   /* struct ptx_op * after the call */
	uint32_t ret_base[32]; /* frame of the caller */
	uint32_t local[32];    /* start of this call's local memory */
	uint32_t top[32];      /* its end: where a callee's begins */
	uint32_t carry;	       /* CC.CF, a bit a lane */
	uint32_t unused[31];
	uint64_t sink[32]; /* results written to _ */
};

/* A slot that has to read as zero when a call begins. */
struct ptx_zero {
	uint32_t offset, bytes;
};

/* Where one argument lies in the frames of both sides. */
struct ptx_arg_copy {
	uint32_t from, to, size;
};

/* ext of a call. */
struct ptx_call {
	const struct ptx_code *owner; /* the caller */
	struct ptx_func *callee;      /* NULL: through a register */
	const struct rgpu_ptx_module *module;
	uint32_t args, results;
	struct ptx_arg_copy *arg;    /* caller's local to callee's */
	struct ptx_arg_copy *result; /* callee's local to caller's */
};

/* ext of brx.idx */
struct ptx_branch_table {
	uint32_t count;
	const struct ptx_op *target[];
};

struct ptx_code {
	struct ptx_func *func;
	struct ptx_op *ops;
	uint32_t count;
	uint32_t *at; /* offset in the text of each operation */
	uint8_t *consts;
	uint32_t const_bytes, frame_bytes;
	uint32_t local_bytes;  /* variables and call parameters */
	uint32_t local_align;  /* the largest of its variables; at least 16 */
	uint32_t shared_bytes; /* declared in the body of an entry */
	struct ptx_zero *zero;
	uint32_t zero_count;
	struct ptx_func **callees;
	size_t callee_count, callee_room;
	bool indirect;	    /* calls through a register */
	bool uses_stack;    /* alloca, calls: frames in local memory */
	bool module_shared; /* uses shared variables of the module */
	struct ptx_arena arena;
};

/* A kernel: an entry and all that it can call. */
struct rgpu_ptx_kernel {
	struct ptx_func *func;
	struct rgpu_ptx_kernel_info info;
	uint32_t local_align;
	bool uses_stack, module_shared;
};

/* Decodes a body. The caller holds the module's lock. */
enum rgpu_ptx_status ptx_decode(struct ptx_func *func, struct ptx_code **out,
	struct rgpu_ptx_diag *diag);
void ptx_code_free(struct ptx_code *code);

/* The code of a function, decoded at first use; NULL with diag set. */
const struct ptx_code *ptx_func_code(
	struct ptx_func *func, struct rgpu_ptx_diag *diag);

#endif
