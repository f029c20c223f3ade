/* SPDX-License-Identifier: Apache-2.0 */
/* Images, put together field by field: cudaabi/image.c reads them and nothing of
 * ours writes them. */
#include "config.h"
#include "tests/fuzz/images.h"

#include <elf.h>
#include <string.h>

#include "cudaabi/image.h"
#include "tests/fuzz/fuzz.h"

static const char ptx[] = ".version 7.0\n.target sm_70\n.address_size 64\n"
			  ".visible .entry k(.param .u64 p)\n{\nret;\n}\n";
static const char commented_ptx[] = "// for the tests\n/* * / */\n\t\r\n"
				    ".version 8.0\n.target sm_80\n";

static void
put(uint8_t *to, uint64_t v, int bytes)
{
	memcpy(to, &v, (size_t)bytes);
}

/* ---- cubins --------------------------------------------------------------- */

static size_t
make_cubin(uint8_t *out, unsigned sections)
{
	Elf64_Ehdr e = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64},
		.e_machine = 190,
		.e_phoff = sizeof(Elf64_Ehdr),
		.e_phnum = 1,
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_shoff = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr),
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = (Elf64_Half)sections};
	uint8_t *at = out + e.e_shoff + sections * sizeof(Elf64_Shdr);

	memcpy(out, &e, sizeof(e));
	for (unsigned i = 0; i < sections; i++) {
		Elf64_Shdr s = {.sh_type = i % 3 ? SHT_PROGBITS : SHT_NOBITS,
			.sh_offset = (Elf64_Off)(at - out),
			.sh_size = i * 24};

		memcpy(out + e.e_shoff + i * sizeof(s), &s, sizeof(s));
		if (s.sh_type != SHT_NOBITS)
			at += s.sh_size;
	}
	return (size_t)(at - out);
}

/* ---- fat binaries ---------------------------------------------------------- */

struct entry {
	unsigned kind, sm;
	uint64_t flags;
	const void *data;
	uint32_t size;
	uint64_t plain; /* 0: not compressed */
};

/* The header is padded: newer compilers put names behind the fixed fields. */
static size_t
put_entry(uint8_t *to, const struct entry *e, uint32_t header)
{
	uint32_t stored = (e->size + 7) & ~7u;

	put(to, e->kind, 2);
	put(to + 2, 0x101, 2);
	put(to + 4, header, 4);
	put(to + 8, stored, 8);
	put(to + 16, e->plain ? e->size : 0, 4);
	put(to + 28, e->sm, 4);
	put(to + 40, e->flags, 8);
	put(to + 56, e->plain, 8);
	memcpy(to + header, e->data, e->size);
	return header + stored;
}

static size_t
make_fatbin(uint8_t *out, const struct entry *entries, unsigned count,
	uint32_t header, uint32_t entry_header)
{
	size_t size = header;

	for (unsigned i = 0; i < count; i++)
		size += put_entry(out + size, &entries[i], entry_header);
	put(out, 0xba55ed50u, 4);
	put(out + 4, 1, 2);
	put(out + 6, header, 2);
	put(out + 8, size - header, 8);
	return size;
}

/* Entries of every kind; what is said to be compressed need not be: nothing but
 * the headers is looked at here. */
static size_t
make_full_fatbin(uint8_t *out)
{
	static uint8_t cubin[1024];
	uint32_t size = (uint32_t)make_cubin(cubin, 3);
	const struct entry entries[] = {
		{RGPU_FATBIN_ELF, 80, 0, cubin, size, 0},
		{RGPU_FATBIN_ELF, 90, RGPU_FATBIN_ZSTD, cubin, size - 40, 777},
		{RGPU_FATBIN_PTX, 90, RGPU_FATBIN_LZ4, ptx, 50, 140},
		{RGPU_FATBIN_LTO, 75, 0, ptx, 20, 0},
		{77, 120, 1, ptx, 8, 0},
	};

	return make_fatbin(out, entries, RGPU_COUNT(entries), 16, 64);
}

size_t
rgpu_fuzz_make_image(unsigned which, uint8_t out[RGPU_FUZZ_IMAGE_MAX])
{
	static const struct entry plain = {
		RGPU_FATBIN_PTX, 70, 0, ptx, sizeof(ptx), 0};

	memset(out, 0, RGPU_FUZZ_IMAGE_MAX);
	switch (which) {
	case 0: memcpy(out, ptx, sizeof(ptx)); return sizeof(ptx);
	case 1:
		memcpy(out, commented_ptx, sizeof(commented_ptx));
		return sizeof(commented_ptx);
	case 2: return make_cubin(out, 0);
	case 3: return make_cubin(out, 7);
	case 4: return make_fatbin(out, &plain, 1, 16, 64);
	case 5: return make_fatbin(out, &plain, 0, 16, 64);
	case 6: return make_fatbin(out, &plain, 1, 24, 88);
	default: return make_full_fatbin(out);
	}
}
