/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts live memory: by the sanitizers' hooks where there are any (their
 * allocators keep freed blocks for a while, so that their byte counts say
 * nothing), by glibc's own figures elsewhere.
 */
#include "config.h"
#include "tests/fuzz/leaks.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/compiler.h"

int __sanitizer_install_malloc_and_free_hooks(
	void (*malloc_hook)(const volatile void *, size_t),
	void (*free_hook)(const volatile void *)) RGPU_WEAK;

static _Atomic int64_t blocks;
static bool hooked;

static void
on_malloc(const volatile void *p RGPU_UNUSED, size_t size RGPU_UNUSED)
{
	atomic_fetch_add_explicit(&blocks, 1, memory_order_relaxed);
}

static void
on_free(const volatile void *p)
{
	if (p)
		atomic_fetch_sub_explicit(&blocks, 1, memory_order_relaxed);
}

void
rgpu_fuzz_watch_memory(void)
{
	if (__sanitizer_install_malloc_and_free_hooks)
		hooked = __sanitizer_install_malloc_and_free_hooks(
				 on_malloc, on_free) != 0;
}

int64_t
rgpu_fuzz_live(void)
{
	if (hooked)
		return atomic_load(&blocks);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
	{
		struct mallinfo2 i = mallinfo2();

		return (int64_t)(i.uordblks + i.hblkhd);
	}
#else
	return 0;
#endif
}
