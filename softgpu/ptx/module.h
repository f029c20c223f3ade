/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A module inside: what the index of its text finds. All of it is constant
 * after rgpu_ptx_module_create(), but for addresses (set before anything is
 * decoded) and func.code, which the module's lock guards.
 */
#ifndef RGPU_SOFTGPU_PTX_MODULE_H
#define RGPU_SOFTGPU_PTX_MODULE_H

#include <pthread.h>
#include "softgpu/ptx/arena.h"
#include "softgpu/ptx/diag.h"
#include "softgpu/ptx/lex.h"
#include "softgpu/ptx/ptx.h"
#include "softgpu/ptx/types.h"

#define PTX_DIMS_MAX 6

struct ptx_code;

enum ptx_linkage {
	PTX_LINK_NONE,
	PTX_LINK_VISIBLE,
	PTX_LINK_WEAK,
	PTX_LINK_COMMON,
	PTX_LINK_EXTERN,
};

/* What a name at module scope means. */
enum ptx_symbol_kind { PTX_SYM_VAR, PTX_SYM_FUNC };

struct ptx_symbol {
	enum ptx_symbol_kind kind;
	const char *name; /* NUL-terminated */
	const char *at;	  /* where it is declared */
	enum ptx_linkage linkage;
};

/* A variable, of the module or of a function body. */
struct ptx_var {
	struct ptx_symbol sym;
	enum ptx_space space;
	enum ptx_type type;
	bool unsized; /* [] without an initial value: extern, or dynamic */
	bool opaque;  /* texture, surface or sampler reference */
	bool managed; /* the host uses it, too */
	uint64_t size, align; /* of an element until the name is parsed */
	uint64_t address;     /* .shared: offset in the module's part */
	const char *init, *init_end; /* text after '='; NULL: zero */
	/* Bytes of an element at each depth of braces: [2][3] of .b8 has
	 * 6, 3, 1. */
	uint64_t stride[PTX_DIMS_MAX + 1];
	unsigned dims;
};

struct ptx_formal {
	const char *name; /* NULL for _ */
	uint32_t len;
	uint32_t offset, size, align;
};

/* Parameters of an entry, or results and parameters of a function: the
 * latter lie at the start of the function's local frame, results first. */
struct ptx_formals {
	struct ptx_formal *list;
	uint32_t count, bytes;
};

struct ptx_func {
	struct ptx_symbol sym;
	struct rgpu_ptx_module *module;
	bool entry, has_body;
	uint32_t index; /* handle in module->handles */
	struct ptx_formals results, params;
	const char *body, *body_end; /* between the braces */
	uint32_t max_threads, block[3], min_blocks, cluster;
	struct ptx_var **shared; /* .shared of a function's body */
	size_t shared_count, shared_room;
	struct ptx_code *code; /* decoded, or NULL */
	struct rgpu_ptx_kernel *kernel;
	struct rgpu_ptx_diag *refused; /* why it could not be decoded */
};

struct rgpu_ptx_module {
	struct ptx_source source;
	char *text;
	struct ptx_arena arena;
	struct ptx_map symbols; /* name -> struct ptx_symbol */
	pthread_mutex_t lock;	/* decoding: func.code, kernel, refused */
	unsigned version, target;

	struct ptx_func **funcs; /* entries and functions */
	size_t func_count, func_room;
	struct ptx_func **entries;
	size_t entry_count, entry_room;
	struct ptx_var **vars; /* .global and .const with an address */
	size_t var_count, var_room;

	uint64_t const_bytes;
	uint64_t shared_bytes; /* module scope and functions: one part */
	uint8_t *handles;      /* one byte a function: its address */
};

/* Index: fills an empty module from module->source. */
enum rgpu_ptx_status ptx_index(struct rgpu_ptx_module *module,
	unsigned max_target, struct rgpu_ptx_diag *diag);

/*
 * Parses "[.attribute(...)] [.align N] [.vN] .type" into var, then "name[dims]"
 * and, where the space allows one, "= value". lex is after the state space.
 */
enum rgpu_ptx_status ptx_parse_var_type(struct rgpu_ptx_module *module,
	struct ptx_lex *lex, struct ptx_var *var, struct rgpu_ptx_diag *diag);
enum rgpu_ptx_status ptx_parse_var(struct rgpu_ptx_module *module,
	struct ptx_lex *lex, struct ptx_var *var, struct rgpu_ptx_diag *diag);

/* "(.param .b32 a, ...)": lex is at the '('. */
enum rgpu_ptx_status ptx_parse_formals(struct rgpu_ptx_module *module,
	struct ptx_lex *lex, struct ptx_formals *formals, uint32_t offset,
	struct rgpu_ptx_diag *diag);

/*
 * Declarations of a body that count for its size: adds up .shared, .local and
 * .reg. A function's .shared variables are listed too when var_list is set.
 */
struct ptx_body_sizes {
	uint64_t shared, local, registers;
	bool calls;
};
enum rgpu_ptx_status ptx_scan_body(struct ptx_func *func, bool var_list,
	struct ptx_body_sizes *out, struct rgpu_ptx_diag *diag);

struct ptx_symbol *ptx_module_find(
	const struct rgpu_ptx_module *module, const char *name, size_t len);
struct ptx_func *ptx_module_entry(
	const struct rgpu_ptx_module *module, const char *name);

/* The value that stands for a function in memory and registers. */
uint64_t ptx_func_address(const struct ptx_func *func);
/* The function of such a value, or NULL. */
struct ptx_func *ptx_func_at(
	const struct rgpu_ptx_module *module, uint64_t address);

/* x rounded up to a multiple of a power of two. */
static inline uint64_t
ptx_align(uint64_t x, uint64_t align)
{
	return (x + align - 1) & ~(align - 1);
}

/* A constant expression: lex is at its first token. */
struct ptx_value {
	bool is_float; /* bits are those of a double */
	bool is_f32;   /* it was written as 0f...: f32_bits hold it exactly */
	uint64_t bits;
	uint32_t f32_bits;
};
/* -1: not an expression; lex is then at the token that does not fit. */
int ptx_expr(struct ptx_lex *lex, struct ptx_value *out);

/* The value as raw bits of a type of this size. -1: no such conversion. */
int ptx_value_bits(
	const struct ptx_value *value, enum ptx_type type, uint64_t *out);

#endif
