/* SPDX-License-Identifier: Apache-2.0 */
/* Module images: recognising them, their sizes, the entries of fat binaries. */
#include "config.h"
#include "cudaabi/image.h"

#include <elf.h>
#include <stdbool.h>
#include <string.h>

#define WRAPPER_MAGIC	 0x466243b1u /* __fatBinC_Wrapper_t */
#define FATBIN_MAGIC	 0xba55ed50u
#define FATBIN_HEADER	 16
#define ENTRY_HEADER_MIN 64
#define ELF_MACHINE_CUDA 190

struct wrapper {
	uint32_t magic, version;
	const void *data;
	const void *const *list; /* version 2: ended by NULL */
};

struct fatbin_header {
	uint32_t magic;
	uint16_t version, header_size;
	uint64_t size; /* bytes that follow the header */
};

struct entry_header {
	uint16_t kind, version;
	uint32_t header_size;
	uint64_t stored_size; /* padded to 8 */
	uint32_t packed_size; /* exact, 0 when not compressed */
	uint32_t options, flags_low, sm;
	uint32_t name_offset, name_size;
	uint64_t flags, zero;
	uint64_t plain_size; /* 0 when not compressed */
};

static uint32_t
word(const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Text may be shorter than a number. None of the numbers has a zero in it: the
 * comparison ends at the text's NUL. */
static bool
begins_with(const void *image, uint32_t magic)
{
	return !strncmp(image, (const char *)&magic, sizeof(magic));
}

static size_t
fatbin_size(const void *p)
{
	struct fatbin_header h;

	memcpy(&h, p, sizeof(h));
	if (h.header_size < FATBIN_HEADER || h.size > SIZE_MAX / 2)
		return 0;
	return h.header_size + (size_t)h.size;
}

/* The end of the last thing that the headers of a cubin mention; sections are
 * read only when they lie below limit. 0: not a cubin, or damaged. */
static size_t
elf_size(const uint8_t *p, size_t limit)
{
	Elf64_Ehdr e;
	uint64_t end, at;

	if (limit < sizeof(e))
		return 0;
	memcpy(&e, p, sizeof(e));
	if (memcmp(e.e_ident, ELFMAG, SELFMAG) ||
		e.e_ident[EI_CLASS] != ELFCLASS64 ||
		e.e_machine != ELF_MACHINE_CUDA ||
		e.e_shentsize != sizeof(Elf64_Shdr) || e.e_shoff > limit ||
		e.e_phoff > limit)
		return 0;
	end = e.e_phoff + (uint64_t)e.e_phnum * e.e_phentsize;
	at = e.e_shoff + (uint64_t)e.e_shnum * e.e_shentsize;
	if (at > limit)
		return 0;
	if (at > end)
		end = at;
	for (unsigned i = 0; i < e.e_shnum; i++) {
		Elf64_Shdr s;

		memcpy(&s, p + e.e_shoff + i * sizeof(s), sizeof(s));
		if (s.sh_type == SHT_NOBITS)
			continue;
		if (s.sh_offset > limit || s.sh_size > limit - s.sh_offset)
			return 0;
		if (s.sh_offset + s.sh_size > end)
			end = s.sh_offset + s.sh_size;
	}
	return end > limit ? 0 : (size_t)end;
}

/* PTX begins with comments and blanks, then ".version". limit bounds the look;
 * text without a limit ends at its NUL. */
static bool
looks_like_ptx(const char *p, size_t limit)
{
	size_t i = 0;

	while (i < limit && p[i]) {
		if (strchr(" \t\r\n", p[i])) {
			i++;
		} else if (p[i] == '/' && i + 1 < limit && p[i + 1] == '/') {
			while (i < limit && p[i] && p[i] != '\n')
				i++;
		} else if (p[i] == '/' && i + 1 < limit && p[i + 1] == '*') {
			for (i += 2; i + 1 < limit && p[i] &&
				(p[i] != '*' || p[i + 1] != '/');
				i++)
				;
			if (i + 1 >= limit || !p[i])
				return false;
			i += 2;
		} else {
			return limit - i >= 8 && !strncmp(p + i, ".version", 8);
		}
	}
	return false;
}

static int
one_part(const void *image, struct rgpu_image_part *part)
{
	/* No length is known; cubins are far smaller than this. */
	const size_t unknown = SIZE_MAX / 4;

	part->data = image;
	part->kind = RGPU_IMAGE_UNKNOWN;
	part->size = 0;
	if (begins_with(image, FATBIN_MAGIC)) {
		part->kind = RGPU_IMAGE_FATBIN;
		part->size = fatbin_size(image);
	} else if (!strncmp(image, ELFMAG, SELFMAG)) {
		part->kind = RGPU_IMAGE_ELF;
		part->size = elf_size(image, unknown);
	} else if (looks_like_ptx(image, unknown)) {
		part->kind = RGPU_IMAGE_PTX;
		part->size = strlen(image) + 1;
	}
	return part->size ? 0 : -1;
}

int
rgpu_image_parts(const void *image, struct rgpu_image_part *parts, size_t max,
	size_t *count)
{
	struct rgpu_image_part part;
	struct wrapper w;

	*count = 0;
	if (!begins_with(image, WRAPPER_MAGIC)) {
		if (one_part(image, &part))
			return -1;
		if (max > 0)
			parts[0] = part;
		*count = 1;
		return 0;
	}
	memcpy(&w, image, sizeof(w));
	if (w.version != 2 || !w.list) {
		if (one_part(w.data, &part))
			return -1;
		if (max > 0)
			parts[0] = part;
		*count = 1;
		return 0;
	}
	for (; w.list[*count]; ++*count) {
		if (*count >= RGPU_IMAGE_PARTS_MAX ||
			one_part(w.list[*count], &part))
			return -1;
		if (*count < max)
			parts[*count] = part;
	}
	return *count ? 0 : -1;
}

enum rgpu_image_kind
rgpu_image_check(const void *data, size_t size)
{
	struct rgpu_fatbin_entry entry;
	size_t pos = 0;
	int r;

	if (size < 8)
		return RGPU_IMAGE_UNKNOWN;
	if (word(data) == FATBIN_MAGIC) {
		while ((r = rgpu_fatbin_next(data, size, &pos, &entry)) > 0)
			;
		return r ? RGPU_IMAGE_UNKNOWN : RGPU_IMAGE_FATBIN;
	}
	if (!memcmp(data, ELFMAG, SELFMAG))
		return elf_size(data, size) ? RGPU_IMAGE_ELF
					    : RGPU_IMAGE_UNKNOWN;
	if (((const char *)data)[size - 1] == '\0' &&
		memchr(data, '\0', size) == (const char *)data + size - 1 &&
		looks_like_ptx(data, size))
		return RGPU_IMAGE_PTX;
	return RGPU_IMAGE_UNKNOWN;
}

int
rgpu_fatbin_next(const void *fatbin, size_t size, size_t *pos,
	struct rgpu_fatbin_entry *entry)
{
	const uint8_t *p = fatbin;
	struct fatbin_header h;
	struct entry_header e;
	size_t end, left;

	if (size < FATBIN_HEADER)
		return -1;
	memcpy(&h, p, sizeof(h));
	end = fatbin_size(p);
	if (h.magic != FATBIN_MAGIC || !end || end > size)
		return -1;
	if (*pos == 0)
		*pos = h.header_size;
	if (*pos == end)
		return 0;
	if (*pos > end || end - *pos < ENTRY_HEADER_MIN)
		return -1;
	memcpy(&e, p + *pos, sizeof(e));
	left = end - *pos;
	if (e.header_size < ENTRY_HEADER_MIN || e.header_size > left ||
		e.stored_size > left - e.header_size ||
		e.packed_size > e.stored_size)
		return -1;
	entry->kind = e.kind;
	entry->sm = e.sm;
	entry->flags = e.flags;
	entry->data = p + *pos + e.header_size;
	entry->stored_size = (size_t)e.stored_size;
	entry->plain_size = (size_t)e.stored_size;
	if (e.flags & (RGPU_FATBIN_LZ4 | RGPU_FATBIN_ZSTD)) {
		entry->stored_size = e.packed_size;
		entry->plain_size = (size_t)e.plain_size;
	}
	*pos += e.header_size + (size_t)e.stored_size;
	return 1;
}
