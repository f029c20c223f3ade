/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that rgpu-doctor looks at. Every string it finds ends within the
 * file, and so does the device code, which is then looked through.
 */
#include "config.h"
#include "tests/fuzz/fuzz.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "cudaabi/gen/cuda-abi.h"
#include "libclient/doctor/doctor.h"
#include "tests/fuzz/images.h"

const struct rgpu_fuzz_setup rgpu_fuzz_setup = {.name = "elf", .inputs = 60000};

/* What the decoder says of device code; here it is enough that it comes. */
void
rgpu_fine(struct rgpu_findings *f, const char *check RGPU_UNUSED,
	const char *fmt RGPU_UNUSED, ...)
{
	f->count++;
}

void
rgpu_problem(struct rgpu_findings *f, const char *check RGPU_UNUSED,
	const char *remedy RGPU_UNUSED, const char *fmt RGPU_UNUSED, ...)
{
	f->count++;
}

static void
check_string(const struct rgpu_elf *e, const char *s)
{
	const char *start = (const char *)e->data;

	if (!s)
		return;
	FUZZ_CHECK(s >= start && s < start + e->size);
	FUZZ_CHECK(memchr(s, 0, (size_t)(start + e->size - s)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rgpu_device_facts device = {
		.attribute = {
			[CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR] = 9}};
	const struct rgpu_welcome w = {.backend = "cuda",
		.facts = {.device_count = 1, .device = &device}};
	struct rgpu_findings found = {.count = 0};
	struct rgpu_elf e;

	rgpu_elf_read(data, size, &e);
	rgpu_fuzz_accepted += e.interpreter && e.needed_count;
	check_string(&e, e.interpreter);
	check_string(&e, e.rpath);
	FUZZ_CHECK(e.needed_count <= RGPU_NEEDED_MAX);
	for (unsigned i = 0; i < e.needed_count; i++)
		check_string(&e, e.needed[i]);
	if (e.fatbin)
		FUZZ_CHECK(e.fatbin >= data &&
			e.fatbin_size <= size - (size_t)(e.fatbin - data));
	rgpu_doctor_code(&found, &e, &w);
	FUZZ_CHECK(found.count <= 1);
	return 0;
}

/* The least that a linker leaves: headers, names, two libraries, device code. */
struct program {
	Elf64_Ehdr head;
	Elf64_Phdr segments[3];
	Elf64_Dyn dynamic[5];
	Elf64_Shdr sections[2];
	char interpreter[16], strings[48], names[16];
	uint8_t fatbin[RGPU_FUZZ_IMAGE_MAX];
};

static void
make_program(struct program *p, unsigned image)
{
	static const char strings[] = "\0libcudart.so.13\0libc.so.6\0/opt/lib";
	size_t size;

	memset(p, 0, sizeof(*p));
	size = rgpu_fuzz_make_image(image, p->fatbin);
	p->head = (Elf64_Ehdr){.e_ident = ELFMAG,
		.e_machine = EM_X86_64,
		.e_phoff = offsetof(struct program, segments),
		.e_phentsize = sizeof(p->segments[0]),
		.e_phnum = 3,
		.e_shoff = offsetof(struct program, sections),
		.e_shentsize = sizeof(p->sections[0]),
		.e_shnum = 2,
		.e_shstrndx = 1};
	p->head.e_ident[EI_CLASS] = ELFCLASS64;
	p->head.e_ident[EI_DATA] = ELFDATA2LSB;
	p->segments[0] = (Elf64_Phdr){.p_type = PT_INTERP,
		.p_offset = offsetof(struct program, interpreter)};
	p->segments[1] = (Elf64_Phdr){
		.p_type = PT_LOAD, .p_vaddr = 0x400000, .p_filesz = sizeof(*p)};
	p->segments[2] = (Elf64_Phdr){.p_type = PT_DYNAMIC,
		.p_offset = offsetof(struct program, dynamic),
		.p_filesz = sizeof(p->dynamic)};
	p->dynamic[0] = (Elf64_Dyn){DT_NEEDED, {1}};
	p->dynamic[1] = (Elf64_Dyn){DT_NEEDED, {17}};
	p->dynamic[2] = (Elf64_Dyn){DT_RUNPATH, {27}};
	p->dynamic[3] = (Elf64_Dyn){
		DT_STRTAB, {0x400000 + offsetof(struct program, strings)}};
	p->sections[0] = (Elf64_Shdr){
		.sh_offset = offsetof(struct program, fatbin), .sh_size = size};
	p->sections[1] = (Elf64_Shdr){
		.sh_name = 11, .sh_offset = offsetof(struct program, names)};
	strcpy(p->interpreter, "/lib/ld.so");
	memcpy(p->strings, strings, sizeof(strings));
	strcpy(p->names, ".nv_fatbin");
}

void
rgpu_fuzz_seeds(void (*add)(const void *data, size_t size))
{
	struct program *p = rgpu_fuzz_alloc(sizeof(*p));

	for (unsigned i = RGPU_FUZZ_FATBINS; i < RGPU_FUZZ_IMAGES; i++) {
		make_program(p, i);
		add(p, sizeof(*p));
	}
	free(p);
}
