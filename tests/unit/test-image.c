/* SPDX-License-Identifier: Apache-2.0 */
/* Module images: kinds, sizes, entries, and damage of every sort. */
#include "config.h"
#include "cudaabi/image.h"
#include "protocol/bundle.h"
#include "tests/check.h"

#include <elf.h>

/* A fat binary with one PTX entry of 16 bytes. */
static size_t
make_fatbin(uint8_t *out)
{
	static const uint8_t header[] = {
		0x50, 0xed, 0x55, 0xba, 1, 0, 16, 0, /* magic, version, size */
		80, 0, 0, 0, 0, 0, 0, 0,	     /* bytes that follow */
	};
	uint8_t entry[64] = {1, 0, 1, 1, 64, 0, 0, 0, 16};

	entry[28] = 75; /* SM */
	memcpy(out, header, sizeof(header));
	memcpy(out + 16, entry, sizeof(entry));
	memcpy(out + 80, ".version 7.0\n\0\0", 16);
	return 96;
}

static size_t
make_cubin(uint8_t *out)
{
	Elf64_Ehdr e = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64},
		.e_machine = 190,
		.e_shoff = sizeof(Elf64_Ehdr),
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = 1};
	Elf64_Shdr s = {.sh_type = SHT_PROGBITS,
		.sh_offset = sizeof(e) + sizeof(s),
		.sh_size = 32};

	memset(out, 0, 256);
	memcpy(out, &e, sizeof(e));
	memcpy(out + sizeof(e), &s, sizeof(s));
	return sizeof(e) + sizeof(s) + 32;
}

static void
each_kind_is_recognised_with_its_size(void)
{
	uint64_t memory[64];
	uint8_t *p = (uint8_t *)memory;
	struct rgpu_image_part part;
	const char *ptx = "// comment\n/* and */ .version 8.0\n.target sm_80\n";
	size_t n, size = make_fatbin(p);

	CHECK_EQ(rgpu_image_parts(p, &part, 1, &n), 0);
	CHECK(n == 1 && part.kind == RGPU_IMAGE_FATBIN && part.size == size);
	size = make_cubin(p);
	CHECK_EQ(rgpu_image_parts(p, &part, 1, &n), 0);
	CHECK(n == 1 && part.kind == RGPU_IMAGE_ELF && part.size == size);
	CHECK_EQ(rgpu_image_parts(ptx, &part, 1, &n), 0);
	CHECK(n == 1 && part.kind == RGPU_IMAGE_PTX &&
		part.size == strlen(ptx) + 1);
	CHECK_EQ(rgpu_image_parts("hello, world", &part, 1, &n), -1);
	CHECK_EQ(rgpu_image_parts("", &part, 1, &n), -1);
}

static void
a_wrapper_lists_its_fat_binaries(void)
{
	static uint64_t a[16], b[16];
	const void *list[] = {a, b, NULL};
	struct {
		uint32_t magic, version;
		const void *data, *aux;
	} w = {0x466243b1, 2, a, list};
	struct rgpu_image_part parts[4];
	size_t n;

	make_fatbin((uint8_t *)a);
	make_fatbin((uint8_t *)b);
	CHECK_EQ(rgpu_image_parts(&w, parts, 4, &n), 0);
	CHECK(n == 2 && parts[0].data == a && parts[1].data == b);
	w.version = 1;
	w.aux = NULL;
	CHECK_EQ(rgpu_image_parts(&w, parts, 4, &n), 0);
	CHECK(n == 1 && parts[0].data == a);
}

static void
entries_are_walked(void)
{
	uint64_t memory[64];
	struct rgpu_fatbin_entry e;
	size_t pos = 0, size = make_fatbin((uint8_t *)memory);

	CHECK_EQ(rgpu_fatbin_next(memory, size, &pos, &e), 1);
	CHECK(e.kind == RGPU_FATBIN_PTX && e.sm == 75 && e.stored_size == 16);
	CHECK(!memcmp(e.data, ".version", 8));
	CHECK_EQ(rgpu_fatbin_next(memory, size, &pos, &e), 0);
}

/* Every truncation and every change of one byte is either still an image of that
 * kind or refused; none is read beyond its end (the sanitizers watch). */
static void
damage_is_refused_or_harmless(void)
{
	uint8_t good[256], *copy;

	for (int kind = 0; kind < 2; kind++) {
		size_t size = kind ? make_cubin(good) : make_fatbin(good);

		for (size_t n = 0; n < size; n++) {
			copy = malloc(n + 1);
			CHECK(copy);
			memcpy(copy, good, n);
			CHECK_EQ(rgpu_image_check(copy, n), RGPU_IMAGE_UNKNOWN);
			free(copy);
		}
		for (size_t i = 0; i < size * 255; i++) {
			copy = malloc(size);
			CHECK(copy);
			memcpy(copy, good, size);
			copy[i / 255] ^= (uint8_t)(i % 255 + 1);
			rgpu_image_check(copy, size);
			free(copy);
		}
	}
}

static void
a_bundle_gives_back_its_parts(void)
{
	uint64_t a[16], b[64], out[128];
	struct rgpu_image_part in[2], *got;
	size_t n;

	in[0] = (struct rgpu_image_part){
		RGPU_IMAGE_FATBIN, a, make_fatbin((uint8_t *)a)};
	in[1] = (struct rgpu_image_part){
		RGPU_IMAGE_FATBIN, b, make_fatbin((uint8_t *)b)};
	rgpu_bundle_put_head((uint8_t *)out, in, 2);
	n = rgpu_bundle_head_size(2);
	memcpy((uint8_t *)out + n, a, in[0].size);
	memcpy((uint8_t *)out + n + in[0].size, b, in[1].size);
	CHECK_EQ(rgpu_bundle_size(in, 2), n + in[0].size + in[1].size);
	CHECK_EQ(
		rgpu_bundle_open((uint8_t *)out, rgpu_bundle_size(in, 2), &got),
		2);
	CHECK(got[1].size == in[1].size && !memcmp(got[1].data, b, 96));
	free(got);
	for (size_t cut = 0; cut < rgpu_bundle_size(in, 2); cut++)
		CHECK_EQ(rgpu_bundle_open((uint8_t *)out, cut, &got), 0);
	out[0] = 0x7fffffff; /* a count beyond all bounds */
	CHECK_EQ(
		rgpu_bundle_open((uint8_t *)out, rgpu_bundle_size(in, 2), &got),
		0);
}

static void
text_must_end_with_its_only_nul(void)
{
	CHECK_EQ(rgpu_image_check(".version 8.0\n", 14), RGPU_IMAGE_PTX);
	CHECK_EQ(rgpu_image_check(".version 8.0\n", 13), RGPU_IMAGE_UNKNOWN);
	CHECK_EQ(rgpu_image_check(".version\0 8.0\n", 15), RGPU_IMAGE_UNKNOWN);
	CHECK_EQ(rgpu_image_check("// only a comment", 18), RGPU_IMAGE_UNKNOWN);
	CHECK_EQ(
		rgpu_image_check("/* no end .version", 19), RGPU_IMAGE_UNKNOWN);
}

int
main(void)
{
	static const struct test_case cases[] = {
		{"each kind is recognised with its size",
			each_kind_is_recognised_with_its_size},
		{"a wrapper lists its fat binaries",
			a_wrapper_lists_its_fat_binaries},
		{"entries are walked", entries_are_walked},
		{"damage is refused or harmless",
			damage_is_refused_or_harmless},
		{"a bundle gives back its parts",
			a_bundle_gives_back_its_parts},
		{"text must end with its only NUL",
			text_must_end_with_its_only_nul},
	};

	RUN_CASES(cases);
	return 0;
}
