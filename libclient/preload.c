/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dlopen() by absolute path. Preloading makes every look-up by name find this
 * library, but dlopen("/usr/lib/x86_64-linux-gnu/libcuda.so.1") would still load
 * the file that stands there (measured with glibc 2.36). This dlopen() asks for
 * the bare name instead, which is us.
 *
 * glibc's dlopen looks at its caller for RUNPATH and namespace; so the real
 * function must be reached by a jump, with the caller's return address on top.
 */
#include "config.h"

#include <dlfcn.h>
#include <string.h>

#include "common/compiler.h"

typedef void *(*dlopen_fn)(const char *file, int mode);

/* The name to open instead of file. */
__attribute__((used)) static const char *
rgpu_dlopen_name(const char *file)
{
	const char *slash = file ? strrchr(file, '/') : NULL;
	const char *base = slash ? slash + 1 : file;

	if (base &&
		(!strcmp(base, "libcuda.so.1") || !strcmp(base, "libcuda.so")))
		return "libcuda.so.1";
	/* NVML stands beside us; LD_LIBRARY_PATH names the folder. */
	if (base &&
		(!strcmp(base, "libnvidia-ml.so.1") ||
			!strcmp(base, "libnvidia-ml.so")))
		return "libnvidia-ml.so.1";
	return file;
}

__attribute__((used)) static dlopen_fn
rgpu_real_dlopen(void)
{
	static dlopen_fn real;
	dlopen_fn f = __atomic_load_n(&real, __ATOMIC_ACQUIRE);

	if (!f) {
		void *p = dlsym(RTLD_NEXT, "dlopen");

		memcpy(&f, &p, sizeof(f));
		__atomic_store_n(&real, f, __ATOMIC_RELEASE);
	}
	return f;
}

#if defined(__x86_64__)
__asm__(".text\n"
	".globl dlopen\n"
	".type dlopen, @function\n"
	"dlopen:\n"
	"	.cfi_startproc\n"
	"	endbr64\n"
	"	pushq %rsi\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	subq $16, %rsp\n"
	"	.cfi_adjust_cfa_offset 16\n"
	"	call rgpu_dlopen_name\n"
	"	movq %rax, (%rsp)\n"
	"	call rgpu_real_dlopen\n"
	"	movq (%rsp), %rdi\n"
	"	addq $16, %rsp\n"
	"	.cfi_adjust_cfa_offset -16\n"
	"	popq %rsi\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	jmp *%rax\n"
	"	.cfi_endproc\n"
	".size dlopen, .-dlopen\n");
#elif defined(__aarch64__)
__asm__(".text\n"
	".globl dlopen\n"
	".type dlopen, %function\n"
	"dlopen:\n"
	"	.cfi_startproc\n"
	"	stp x29, x30, [sp, #-32]!\n"
	"	.cfi_adjust_cfa_offset 32\n"
	"	str x1, [sp, #16]\n"
	"	bl rgpu_dlopen_name\n"
	"	str x0, [sp, #24]\n"
	"	bl rgpu_real_dlopen\n"
	"	mov x16, x0\n"
	"	ldr x0, [sp, #24]\n"
	"	ldr x1, [sp, #16]\n"
	"	ldp x29, x30, [sp], #32\n"
	"	.cfi_adjust_cfa_offset -32\n"
	"	br x16\n"
	"	.cfi_endproc\n"
	".size dlopen, .-dlopen\n");
#else
/* A sibling call with optimisation: the caller is then seen right here too. */
RGPU_EXPORT void *
dlopen(const char *file, int mode)
{
	return rgpu_real_dlopen()(rgpu_dlopen_name(file), mode);
}
#endif
