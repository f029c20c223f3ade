/* SPDX-License-Identifier: Apache-2.0 */
/* Module images: which entry of a fat binary is taken, and that damage of any
 * sort ends in an error and in bounded time, never in a fault. */
#include "config.h"
#include "tests/softgpu/fatbin.h"
#include "tests/softgpu/kernels.h"
#include "tests/softgpu/soft.h"

#include <elf.h>
#ifdef HAVE_LZ4
#include <lz4.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#define NAMED(name) HEAD ".visible .entry " name "()\n{\n	ret;\n}\n"

static const char text[] = HEAD BUMP STORE SHARED MIXED;

/* Loads, and unloads what could be loaded. */
static CUresult
load(const void *image)
{
	CUmodule m;
	CUresult r = cuModuleLoadData(&m, image);

	if (!r)
		CU(cuModuleUnload(m));
	return r;
}

/* What damage may lead to; success when it did no harm. */
static void
expect_harmless(CUresult r)
{
	switch (r) {
	case CUDA_SUCCESS:
	case CUDA_ERROR_INVALID_IMAGE:
	case CUDA_ERROR_NO_BINARY_FOR_GPU:
	case CUDA_ERROR_INVALID_PTX:
	case CUDA_ERROR_UNSUPPORTED_PTX_VERSION: return;
	default: fprintf(stderr, "damage gave %s\n", cu_name(r)); exit(1);
	}
}

static uint32_t
next_random(void)
{
	static uint32_t x = 2463534242u;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static bool
has_kernel(const struct fatbin *f, const char *name)
{
	CUfunction function;
	CUmodule m;
	CUresult r;

	CU(cuModuleLoadData(&m, f->data));
	r = cuModuleGetFunction(&function, m, name);
	CU(cuModuleUnload(m));
	CHECK(!r || r == CUDA_ERROR_NOT_FOUND);
	return !r;
}

static void
the_newest_entry_that_fits_is_taken(void)
{
	struct fatbin f;

	fatbin_begin(&f);
	fatbin_add(&f, RGPU_FATBIN_ELF, 90, 0, "SASS", 4, 4);
	fatbin_add_ptx(&f, 75, NAMED("of75"));
	fatbin_add_ptx(&f, 90, NAMED("of90"));
	fatbin_add_ptx(&f, 80, NAMED("of80"));
	fatbin_add_ptx(&f, 250, NAMED("of250"));
	CHECK(has_kernel(&f, "of90"));
	CHECK(!has_kernel(&f, "of75") && !has_kernel(&f, "of250"));
	fatbin_end(&f);
}

static CUresult
load_with_log(const void *image, char *log, size_t size)
{
	CUjit_option options[] = {
		CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
	void *values[] = {log, (void *)size};
	CUmodule m;

	return cuModuleLoadDataEx(&m, image, 2, options, values);
}

static void
code_without_ptx_is_refused_with_advice(void)
{
	Elf64_Ehdr e = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64},
		.e_machine = 190,
		.e_shoff = sizeof(e),
		.e_shentsize = sizeof(Elf64_Shdr)};
	struct fatbin f;
	char log[400];

	fatbin_begin(&f);
	EXPECT_CU(load(f.data), CUDA_ERROR_NO_BINARY_FOR_GPU);
	fatbin_add(&f, RGPU_FATBIN_ELF, 86, 0, "SASS", 4, 4);
	fatbin_add(&f, RGPU_FATBIN_ELF, 90, 0, "SASS", 4, 4);
	EXPECT_CU(load_with_log(f.data, log, sizeof(log)),
		CUDA_ERROR_NO_BINARY_FOR_GPU);
	CHECK(strstr(log, "sm_86") && strstr(log, "sm_90"));
	CHECK(strstr(log, "arch=compute_86,code=compute_86"));
	fatbin_add(&f, 77, 90, 0, "?", 1, 1);
	fatbin_add_ptx(&f, 250, NAMED("later"));
	EXPECT_CU(load(f.data), CUDA_ERROR_NO_BINARY_FOR_GPU);
	fatbin_end(&f);
	EXPECT_CU(load_with_log(&e, log, sizeof(log)),
		CUDA_ERROR_NO_BINARY_FOR_GPU);
	CHECK(strstr(log, "only a cubin of SASS;"));
}

/* Each memory block is just as long as its header says, so that a sanitizer
 * sees a read beyond it. */
static void
truncated_fat_binaries_are_refused(void)
{
	struct fatbin f, cut;

	fatbin_begin(&f);
	fatbin_add_ptx(&f, 75, NAMED("short"));
	for (cut.size = FATBIN_HEADER + 1; cut.size < f.size; cut.size++) {
		cut.data = malloc(cut.size);
		CHECK(cut.data);
		memcpy(cut.data, f.data, cut.size);
		fatbin_put(&cut, 8, cut.size - FATBIN_HEADER, 8);
		EXPECT_CU(load(cut.data), CUDA_ERROR_INVALID_IMAGE);
		fatbin_end(&cut);
	}
	CU(load(f.data));
	fatbin_end(&f);
}

static void
truncated_files_are_refused(void)
{
	char name[] = "/tmp/rgpu-test-XXXXXX";
	int fd = mkstemp(name);
	struct fatbin f;
	CUmodule m;

	CHECK(fd >= 0);
	fatbin_begin(&f);
	fatbin_add_ptx(&f, 75, NAMED("short"));
	CHECK(write(fd, f.data, f.size) == (ssize_t)f.size);
	CU(cuModuleLoad(&m, name));
	CU(cuModuleUnload(m));
	for (size_t n = f.size; n-- > 0;) {
		CHECK(ftruncate(fd, (off_t)n) == 0);
		EXPECT_CU(cuModuleLoad(&m, name), CUDA_ERROR_INVALID_IMAGE);
	}
	fatbin_end(&f);
	close(fd);
	unlink(name);
}

static void
random_bytes_are_refused(void)
{
	uint32_t words[64];
	struct fatbin f;

	for (int round = 0; round < 2000; round++) {
		for (int i = 0; i < 64; i++)
			words[i] = next_random();
		EXPECT_CU(load(words), CUDA_ERROR_INVALID_IMAGE);
		/* With a good header of the whole. */
		fatbin_begin(&f);
		fatbin_add(&f, RGPU_FATBIN_PTX, 75, 0, words, sizeof(words),
			sizeof(words));
		expect_harmless(load(f.data));
		memcpy(f.data + FATBIN_HEADER, words, FATBIN_ENTRY);
		expect_harmless(load(f.data));
		fatbin_end(&f);
	}
}

static void
changed_text_is_refused_or_harmless(void)
{
	static const char odd[] = "{}[]();,.%@!+-0x9 \n\"/*\\\x80\xff";
	char copy[sizeof(text)];

	for (int round = 0; round < 4000; round++) {
		memcpy(copy, text, sizeof(copy));
		for (unsigned n = next_random() % 4; n < 4; n++)
			copy[next_random() % (sizeof(copy) - 1)] =
				odd[next_random() % (sizeof(odd) - 1)];
		if (round % 8 == 0)
			copy[next_random() % sizeof(copy)] = '\0';
		expect_harmless(load(copy));
	}
}

#if defined(HAVE_ZSTD) || defined(HAVE_LZ4)
/* A good one is loaded; damaged ones must not be read as anything else than
 * what they are. */
static void
try_packed(uint64_t flag, const void *packed, size_t size)
{
	struct fatbin f;

	fatbin_begin(&f);
	fatbin_add(&f, RGPU_FATBIN_PTX, 75, flag, packed, size, sizeof(text));
	CHECK(has_kernel(&f, "bump"));
	/* Another length than it has; one that nobody has. */
	fatbin_put(&f, FATBIN_HEADER + 56, sizeof(text) - 1, 8);
	EXPECT_CU(load(f.data), CUDA_ERROR_INVALID_IMAGE);
	fatbin_put(&f, FATBIN_HEADER + 56, sizeof(text) + 1, 8);
	EXPECT_CU(load(f.data), CUDA_ERROR_INVALID_IMAGE);
	fatbin_put(&f, FATBIN_HEADER + 56, UINT64_MAX / 2, 8);
	EXPECT_CU(load(f.data), CUDA_ERROR_INVALID_IMAGE);
	fatbin_put(&f, FATBIN_HEADER + 56, sizeof(text), 8);
	/* Its second half is missing. */
	fatbin_put(&f, FATBIN_HEADER + 16, size / 2, 4);
	EXPECT_CU(load(f.data), CUDA_ERROR_INVALID_IMAGE);
	fatbin_put(&f, FATBIN_HEADER + 16, size, 4);
	for (int round = 0; round < 1000; round++) {
		uint8_t *p = f.data + FATBIN_HEADER + FATBIN_ENTRY +
			next_random() % size;
		uint8_t before = *p;

		*p = (uint8_t)next_random();
		expect_harmless(load(f.data));
		*p = before;
	}
	CU(load(f.data));
	fatbin_end(&f);
}
#endif

#ifdef HAVE_ZSTD
static void
zstd_is_read_and_its_damage_found(void)
{
	char packed[2 * sizeof(text)];
	size_t n = ZSTD_compress(packed, sizeof(packed), text, sizeof(text), 3);

	CHECK(!ZSTD_isError(n));
	try_packed(RGPU_FATBIN_ZSTD, packed, n);
}
#endif

#ifdef HAVE_LZ4
static void
lz4_is_read_and_its_damage_found(void)
{
	char packed[2 * sizeof(text)];
	int n = LZ4_compress_default(
		text, packed, sizeof(text), sizeof(packed));

	CHECK(n > 0);
	try_packed(RGPU_FATBIN_LZ4, packed, (size_t)n);
}
#endif

int
main(void)
{
	static const struct test_case cases[] = {
		{"the newest entry that fits is taken",
			the_newest_entry_that_fits_is_taken},
		{"code without PTX is refused with advice",
			code_without_ptx_is_refused_with_advice},
		{"truncated fat binaries are refused",
			truncated_fat_binaries_are_refused},
		{"truncated files are refused", truncated_files_are_refused},
		{"random bytes are refused", random_bytes_are_refused},
		{"changed text is refused or harmless",
			changed_text_is_refused_or_harmless},
#ifdef HAVE_ZSTD
		{"zstd is read and its damage found",
			zstd_is_read_and_its_damage_found},
#endif
#ifdef HAVE_LZ4
		{"LZ4 is read and its damage found",
			lz4_is_read_and_its_damage_found},
#endif
	};
	CUcontext c;

	/* What is refused is logged; thousands of lines help nobody. */
	setenv("RGPU_LOG", "error:/dev/null", 1);
	alarm(300);
	c = make_context();
	RUN_CASES(cases);
	CU(cuCtxDestroy_v2(c));
	return 0;
}
