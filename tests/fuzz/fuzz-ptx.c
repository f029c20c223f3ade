/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PTX text: the index of a module, what is asked of its kernels, the decoder of
 * their bodies, and initial values. Nothing is run: a program may loop for ever.
 * Variables get memory of their exact size, so a value too many is seen.
 */
#include "config.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "softgpu/ptx/ptx.h"
#include "tests/fuzz/ptx-texts.h"
#include "tests/softgpu/kernels.h"

#define MAX_TARGET     121
#define VARIABLES_MAX  64
#define VARIABLE_BYTES (1u << 16)

static const char *const words[] = {".entry", ".func", ".visible", ".extern",
	".param", ".reg", ".global", ".shared", ".local", ".const", ".align",
	".u8", ".b32", ".u64", ".f32", ".f64", ".f16x2", ".pred", ".v2", ".v4",
	"%r", "%r1", "%d1", "%f1", "%p1", "@%p1 ", "@!", "{", "}", "(", ")",
	"[", "]", "<", ">", ",", ";", ":", "+", "-", "|", "!", "=", "\n", "//",
	"/*", "*/", "\"", "0x", "0f3F800000", "0d", "1e", "4294967296",
	"18446744073709551615", "-1", "99999999999999999999999", "bra ",
	"call ", "ret;", "mov", "ld", "st", "add", "setp", "cvt", ".rn",
	".wide", ".sync", "_", ".loc 1 2 3\n", ".branchtargets",
	".callprototype", "generic(", "0xFF(", ".ptr", "[0]", "[1073741824]",
	"<65536>", NULL};

const struct rgpu_fuzz_setup rgpu_fuzz_setup = {
	.name = "ptx", .inputs = 40000, .words = words};

static void
check_refusal(enum rgpu_ptx_status status, const struct rgpu_ptx_diag *diag)
{
	FUZZ_CHECK(diag->status == status);
	FUZZ_CHECK(memchr(diag->text, 0, sizeof(diag->text)));
	FUZZ_CHECK(diag->text[0]);
}

/* What the client copies of its caller's parameters follows from this. */
static void
check_info(const struct rgpu_ptx_kernel_info *info)
{
	for (uint32_t i = 0; i < info->param_count; i++) {
		const struct rgpu_ptx_param *p = &info->params[i];

		FUZZ_CHECK(p->offset <= info->param_bytes);
		FUZZ_CHECK(p->size <= info->param_bytes - p->offset);
	}
}

/* Whether it is decoded. */
static bool
try_kernel(struct rgpu_ptx_module *m, const char *name)
{
	struct rgpu_ptx_diag diag = {.line = 0};
	struct rgpu_ptx_kernel_info info;
	const struct rgpu_ptx_kernel *kernel = NULL, *again = NULL;
	enum rgpu_ptx_status status;

	status = rgpu_ptx_module_info(m, name, &info, &diag);
	if (status)
		check_refusal(status, &diag);
	else
		check_info(&info);
	status = rgpu_ptx_module_kernel(m, name, &kernel, &diag);
	if (status) {
		check_refusal(status, &diag);
		return false;
	}
	FUZZ_CHECK(kernel);
	FUZZ_CHECK(!rgpu_ptx_module_kernel(m, name, &again, &diag));
	FUZZ_CHECK(again == kernel);
	return true;
}

/* Gives each variable its memory; false when they want too much. */
static bool
give_memory(struct rgpu_ptx_module *m, size_t count, void **memory)
{
	for (size_t i = 0; i < count; i++) {
		struct rgpu_ptx_variable v;

		rgpu_ptx_module_variable(m, i, &v);
		FUZZ_CHECK(v.name && v.align && !(v.align & (v.align - 1)));
		if (v.size > VARIABLE_BYTES || v.align > 16)
			return false;
		memory[i] = rgpu_fuzz_alloc(v.size);
		rgpu_ptx_module_set_address(
			m, i, (uint64_t)(uintptr_t)memory[i]);
	}
	return true;
}

static void
try_place(struct rgpu_ptx_module *m)
{
	size_t count = rgpu_ptx_module_variable_count(m);
	void *memory[VARIABLES_MAX] = {NULL};
	struct rgpu_ptx_diag diag = {.line = 0};
	enum rgpu_ptx_status status;

	if (count <= VARIABLES_MAX && give_memory(m, count, memory)) {
		status = rgpu_ptx_module_place(m, &diag);
		if (status)
			check_refusal(status, &diag);
	}
	for (size_t i = 0; i < VARIABLES_MAX; i++)
		free(memory[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rgpu_ptx_diag diag = {.line = 0};
	struct rgpu_ptx_module *m = NULL;
	enum rgpu_ptx_status status = rgpu_ptx_module_create(
		(const char *)data, size, MAX_TARGET, &m, &diag);
	size_t n, decoded = 0;

	if (status) {
		FUZZ_CHECK(!m);
		check_refusal(status, &diag);
		return 0;
	}
	n = rgpu_ptx_module_entry_count(m);
	FUZZ_CHECK(!rgpu_ptx_module_entry(m, n));
	for (size_t i = 0; i < n; i++)
		decoded += try_kernel(m, rgpu_ptx_module_entry(m, i));
	try_place(m);
	rgpu_ptx_module_destroy(m);
	rgpu_fuzz_accepted += n && decoded == n;
	return 0;
}

void
rgpu_fuzz_seeds(void (*add)(const void *data, size_t size))
{
	static const char *const texts[] = {declarations, calls, instructions,
		HEAD BUMP STORE, HEAD SPIN, HEAD SAY, HEAD SHARED,
		HEAD LIMITED REQUIRED MIXED};

	for (size_t i = 0; i < RGPU_COUNT(texts); i++)
		add(texts[i], strlen(texts[i]));
}
