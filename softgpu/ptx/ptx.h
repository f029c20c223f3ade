/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PTX engine: PTX text in, kernels run on the CPU, 32 lanes at a time. It
 * knows nothing of the CUDA API: memory, printf and the heap come in through
 * struct rgpu_ptx_env.
 *
 * Facts about PTX are from the PTX ISA manual 9.0 unless a comment says
 * otherwise. The rule above all others: a form (mnemonic + modifiers + types)
 * that is not in the table is refused by name; a modifier is never ignored.
 */
#ifndef RGPU_SOFTGPU_PTX_H
#define RGPU_SOFTGPU_PTX_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RGPU_PTX_TEXT_MAX 512

struct rgpu_ptx_module;
struct rgpu_ptx_texture;
struct rgpu_ptx_kernel;
struct rgpu_ptx_pool;

/* Why a module or a kernel was refused. */
enum rgpu_ptx_status {
	RGPU_PTX_OK,
	RGPU_PTX_NO_MEMORY,
	RGPU_PTX_SYNTAX,      /* not PTX, or damaged */
	RGPU_PTX_UNSUPPORTED, /* good PTX that this engine does not know */
	RGPU_PTX_VERSION,     /* .version or .target above what is known */
	RGPU_PTX_NOT_FOUND,   /* no such kernel or variable */
	RGPU_PTX_UNRESOLVED,  /* an extern symbol without a definition */
};

/* One line for a person: "line 40: `foo.bar.u32` is not supported". */
struct rgpu_ptx_diag {
	enum rgpu_ptx_status status;
	int line;
	char text[RGPU_PTX_TEXT_MAX];
};

enum rgpu_ptx_space { RGPU_PTX_GLOBAL, RGPU_PTX_CONST };

struct rgpu_ptx_variable {
	const char *name; /* owned by the module */
	enum rgpu_ptx_space space;
	uint64_t size, align; /* bytes */
	uint64_t address;     /* device address; 0 before module_place() */
	bool managed;	      /* .attribute(.managed) */
};

struct rgpu_ptx_param {
	uint32_t offset, size; /* bytes, in the kernel's parameter block */
};

struct rgpu_ptx_kernel_info {
	const char *name; /* owned by the module */
	const struct rgpu_ptx_param *params;
	uint32_t param_count, param_bytes;
	uint32_t shared_bytes; /* static, for a block */
	uint32_t local_bytes;  /* for a thread */
	uint32_t const_bytes;  /* .const variables of the module */
	uint32_t registers;    /* 32-bit registers a thread, as declared */
	uint32_t max_threads;  /* .maxntid as a product; 0: not given */
	uint32_t block[3];     /* .reqntid; 0: not given */
	uint32_t min_blocks;   /* .minnctapersm; 0: not given */
	uint32_t ptx_version;  /* 90 for .version 9.0 */
};

/* What a launch may use of its context. Every function may be called by
 * several workers at once. */
struct rgpu_ptx_env {
	void *ctx; /* first argument of the functions below */

	/*
	 * The allocation that holds addr: sets [*lo, *hi) and returns true.
	 * The engine caches the answer while a launch runs, so an allocation
	 * must not end before the launches that can reach it.
	 */
	bool (*find)(void *ctx, uint64_t addr, uint64_t *lo, uint64_t *hi);

	/* Device malloc and free; 0 when there is no memory. */
	uint64_t (*heap_alloc)(void *ctx, uint64_t size);
	void (*heap_free)(void *ctx, uint64_t addr);

	/* Output of vprintf and of a failed assert: whole, formatted text. */
	void (*print)(void *ctx, const char *text, size_t len);
	void (*print_error)(void *ctx, const char *text, size_t len);

	/* The texture, or surface, of a handle; it stays until the launch has
	 * ended. NULL: there is none. The function may be NULL, too. */
	const struct rgpu_ptx_texture *(*texture)(
		void *ctx, uint64_t handle, bool surface);
};

struct rgpu_ptx_launch {
	const struct rgpu_ptx_kernel *kernel;
	const struct rgpu_ptx_env *env;
	uint32_t grid[3], block[3];
	uint32_t dynamic_shared; /* bytes */
	const void *params;	 /* kernel_info.param_bytes bytes */
	bool cooperative;	 /* all blocks are resident at once */
	/* Set to stop the launch from outside (context destroyed): it then
	 * ends with RGPU_PTX_FAULT_STOPPED soon. May be NULL. */
	const volatile int *stop;
};

enum rgpu_ptx_fault_kind {
	RGPU_PTX_FAULT_NONE,
	RGPU_PTX_FAULT_ADDRESS, /* outside every allocation */
	RGPU_PTX_FAULT_MISALIGNED,
	RGPU_PTX_FAULT_ASSERT,
	RGPU_PTX_FAULT_TRAP,
	RGPU_PTX_FAULT_BARRIER,	  /* a barrier or .sync that cannot complete */
	RGPU_PTX_FAULT_STACK,	  /* recursion beyond the stack */
	RGPU_PTX_FAULT_BAD_CALL,  /* indirect call to no function */
	RGPU_PTX_FAULT_NO_MEMORY, /* the engine itself had no memory */
	RGPU_PTX_FAULT_STOPPED,
};

struct rgpu_ptx_fault {
	enum rgpu_ptx_fault_kind kind;
	int line; /* of the PTX text */
	uint32_t block[3], thread[3];
	uint64_t address;
	/* "kernel k, line 12: `st.global.u32 [%rd4], %r1`: address 0x..." */
	char text[RGPU_PTX_TEXT_MAX];
};

struct rgpu_ptx_stats {
	uint64_t warp_instructions, lane_instructions;
};

/*
 * Reads PTX text of len bytes (no NUL needed; the text is copied) and indexes
 * entries, functions and variables. Bodies are decoded at first use. The
 * highest .target taken is max_target (e.g. 121 for sm_121, 120 for
 * compute_120f as well). On failure *out is NULL and diag says why.
 */
enum rgpu_ptx_status rgpu_ptx_module_create(const char *text, size_t len,
	unsigned max_target, struct rgpu_ptx_module **out,
	struct rgpu_ptx_diag *diag);
void rgpu_ptx_module_destroy(struct rgpu_ptx_module *module);

/* Entries in the order of the text. NULL beyond the last. */
size_t rgpu_ptx_module_entry_count(const struct rgpu_ptx_module *module);
const char *rgpu_ptx_module_entry(
	const struct rgpu_ptx_module *module, size_t i);

/* Module-scope .global and .const variables that have an address. */
size_t rgpu_ptx_module_variable_count(const struct rgpu_ptx_module *module);
void rgpu_ptx_module_variable(const struct rgpu_ptx_module *module, size_t i,
	struct rgpu_ptx_variable *out);
/* Sets the device address of variable i. All must be set before _place(). */
void rgpu_ptx_module_set_address(
	struct rgpu_ptx_module *module, size_t i, uint64_t address);
/* Writes every initial value into memory (device address == host address),
 * including addresses of other variables and of functions. */
enum rgpu_ptx_status rgpu_ptx_module_place(
	struct rgpu_ptx_module *module, struct rgpu_ptx_diag *diag);

/*
 * The parameter layout and sizes of an entry: from its head alone, without
 * decoding the body; local_bytes and registers are from the declarations.
 */
enum rgpu_ptx_status rgpu_ptx_module_info(struct rgpu_ptx_module *module,
	const char *name, struct rgpu_ptx_kernel_info *out,
	struct rgpu_ptx_diag *diag);
/* Decodes an entry, once; any thread. The kernel belongs to the module. */
enum rgpu_ptx_status rgpu_ptx_module_kernel(struct rgpu_ptx_module *module,
	const char *name, const struct rgpu_ptx_kernel **out,
	struct rgpu_ptx_diag *diag);

/* Worker threads that launches share; workers >= 1. NULL: no memory. */
struct rgpu_ptx_pool *rgpu_ptx_pool_create(unsigned workers);
void rgpu_ptx_pool_destroy(struct rgpu_ptx_pool *pool);

/*
 * Runs a launch to its end. Several threads may run launches on one pool at
 * once; the calling thread works too. Blocks start in order of their index. On
 * a fault the launch stops and fault says where; memory written so far stays.
 * stats may be NULL.
 */
enum rgpu_ptx_fault_kind rgpu_ptx_run(struct rgpu_ptx_pool *pool,
	const struct rgpu_ptx_launch *launch, struct rgpu_ptx_fault *fault,
	struct rgpu_ptx_stats *stats);

/* Which build of the executor this machine uses: "x86-64-v4", "generic"... */
const char *rgpu_ptx_isa(void);

#endif
