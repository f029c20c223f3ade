/* SPDX-License-Identifier: Apache-2.0 */
/* What rgpu-doctor finds, and the parts of it. */
#ifndef RGPU_CLIENT_DOCTOR_DOCTOR_H
#define RGPU_CLIENT_DOCTOR_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/compiler.h"
#include "protocol/hello.h"

/* One line: what is so, and what to do about it (NULL: nothing). */
struct rgpu_finding {
	bool problem;
	const char *check; /* a word: "server", "libraries" ... */
	char text[512];
	const char *remedy;
};

#define RGPU_FINDINGS_MAX 64

struct rgpu_findings {
	struct rgpu_finding list[RGPU_FINDINGS_MAX];
	unsigned count;
};

/* Notes something; what does not fit any more is not noted. */
void rgpu_fine(struct rgpu_findings *f, const char *check, const char *fmt, ...)
	RGPU_PRINTF(3, 4);
void rgpu_problem(struct rgpu_findings *f, const char *check,
	const char *remedy, const char *fmt, ...) RGPU_PRINTF(4, 5);

/* ---- an executable (elf.c) --------------------------------------------------- */

#define RGPU_NEEDED_MAX 256

struct rgpu_elf {
	const uint8_t *data; /* the file; rgpu_elf_close() unmaps it */
	size_t size;
	unsigned machine;
	bool wide;		 /* 64-bit */
	const char *interpreter; /* NULL: linked statically */
	const char *rpath;	 /* RPATH or RUNPATH; NULL: none */
	const char *needed[RGPU_NEEDED_MAX];
	unsigned needed_count;
	const uint8_t *fatbin; /* section .nv_fatbin; NULL: none */
	size_t fatbin_size;
};

/* Reads size bytes at data, which must stay. */
void rgpu_elf_read(const void *data, size_t size, struct rgpu_elf *e);

/* Maps a file. 0: *e is filled as far as the file is an ELF file whose headers
 * fit (machine 0: it is none); -1: errno says why it cannot be read. */
int rgpu_elf_open(const char *path, struct rgpu_elf *e);
void rgpu_elf_close(struct rgpu_elf *e);

/* ---- the checks ---------------------------------------------------------------- */

/* A program as a shell would find it: path in a static buffer, or NULL. */
const char *rgpu_doctor_find(const char *program);

/* Looks at a program. welcome is the server's, NULL when there is none; dir is
 * where the shim is. */
void rgpu_doctor_program(struct rgpu_findings *f, const char *path,
	const struct rgpu_welcome *welcome, const char *dir);

/* Which GPUs the code in a file is for (device-code.c). */
void rgpu_doctor_code(struct rgpu_findings *f, const struct rgpu_elf *e,
	const struct rgpu_welcome *welcome);

#endif
