/* SPDX-License-Identifier: Apache-2.0 */
/* Reading an executable. It comes from anywhere: every offset is checked. */
#include "config.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libclient/doctor/doctor.h"

/* size bytes at an offset of the file, or NULL. */
static const void *
at(const struct rgpu_elf *e, uint64_t offset, uint64_t size)
{
	if (offset > e->size || size > e->size - offset)
		return NULL;
	return e->data + offset;
}

/* A string that ends within the file, or NULL. */
static const char *
string_at(const struct rgpu_elf *e, uint64_t offset)
{
	const char *s = at(e, offset, 1);

	return s && memchr(s, 0, e->size - offset) ? s : NULL;
}

/* A copy of header number i of a table. */
static bool
header(const struct rgpu_elf *e, uint64_t table, uint64_t step, uint64_t i,
	void *out, size_t size)
{
	const void *p;

	if (step < size || table > e->size || i > e->size / step)
		return false;
	p = at(e, table + i * step, size);
	if (p)
		memcpy(out, p, size);
	return p != NULL;
}

/* Where an address of the running program is in the file. */
static uint64_t
offset_of(const struct rgpu_elf *e, const Elf64_Ehdr *h, uint64_t address)
{
	Elf64_Phdr p;

	for (unsigned i = 0; i < h->e_phnum; i++) {
		if (!header(e, h->e_phoff, h->e_phentsize, i, &p, sizeof(p)))
			break;
		if (p.p_type == PT_LOAD && address >= p.p_vaddr &&
			address - p.p_vaddr < p.p_filesz)
			return p.p_offset + (address - p.p_vaddr);
	}
	return UINT64_MAX;
}

static void
read_dynamic(struct rgpu_elf *e, const Elf64_Ehdr *h, const Elf64_Phdr *p)
{
	uint64_t strings = UINT64_MAX;
	Elf64_Dyn d;

	for (uint64_t i = 0; i < p->p_filesz / sizeof(d); i++) {
		if (!header(e, p->p_offset, sizeof(d), i, &d, sizeof(d)))
			return;
		if (d.d_tag == DT_STRTAB)
			strings = offset_of(e, h, d.d_un.d_ptr);
	}
	for (uint64_t i = 0; i < p->p_filesz / sizeof(d); i++) {
		const char *s;

		header(e, p->p_offset, sizeof(d), i, &d, sizeof(d));
		if (d.d_tag != DT_NEEDED && d.d_tag != DT_RPATH &&
			d.d_tag != DT_RUNPATH)
			continue;
		if (strings > e->size || d.d_un.d_val > e->size)
			return;
		s = string_at(e, strings + d.d_un.d_val);
		if (d.d_tag != DT_NEEDED)
			e->rpath = s;
		else if (s && e->needed_count < RGPU_NEEDED_MAX)
			e->needed[e->needed_count++] = s;
	}
}

static void
read_segments(struct rgpu_elf *e, const Elf64_Ehdr *h)
{
	Elf64_Phdr p;

	for (unsigned i = 0; i < h->e_phnum; i++) {
		if (!header(e, h->e_phoff, h->e_phentsize, i, &p, sizeof(p)))
			return;
		if (p.p_type == PT_INTERP)
			e->interpreter = string_at(e, p.p_offset);
		if (p.p_type == PT_DYNAMIC)
			read_dynamic(e, h, &p);
	}
}

static void
read_sections(struct rgpu_elf *e, const Elf64_Ehdr *h)
{
	Elf64_Shdr names, s;

	if (!header(e, h->e_shoff, h->e_shentsize, h->e_shstrndx, &names,
		    sizeof(names)))
		return;
	for (unsigned i = 0; i < h->e_shnum; i++) {
		const char *name;

		if (!header(e, h->e_shoff, h->e_shentsize, i, &s, sizeof(s)) ||
			names.sh_offset > e->size)
			return;
		name = string_at(e, names.sh_offset + s.sh_name);
		if (!name || strcmp(name, ".nv_fatbin"))
			continue;
		e->fatbin = at(e, s.sh_offset, s.sh_size);
		e->fatbin_size = e->fatbin ? s.sh_size : 0;
	}
}

void
rgpu_elf_read(const void *data, size_t size, struct rgpu_elf *e)
{
	Elf64_Ehdr h;

	memset(e, 0, sizeof(*e));
	e->data = data;
	e->size = size;
	if (e->size < sizeof(h) || memcmp(e->data, ELFMAG, SELFMAG))
		return;
	memcpy(&h, e->data, sizeof(h));
	/* The machine stands at the same place in both sizes. */
	e->machine = h.e_machine;
	e->wide = e->data[EI_CLASS] == ELFCLASS64;
	if (!e->wide || e->data[EI_DATA] != ELFDATA2LSB)
		return;
	read_segments(e, &h);
	read_sections(e, &h);
}

int
rgpu_elf_open(const char *path, struct rgpu_elf *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p;

	memset(e, 0, sizeof(*e));
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) || st.st_size == 0) {
		close(fd);
		return st.st_size ? -1 : 0;
	}
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return -1;
	rgpu_elf_read(p, (size_t)st.st_size, e);
	return 0;
}

void
rgpu_elf_close(struct rgpu_elf *e)
{
	if (e->data)
		munmap((void *)(uintptr_t)e->data, e->size);
	e->data = NULL;
}
