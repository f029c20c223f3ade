/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program, and what the dynamic linker makes of it. The linker itself is asked,
 * in the environment that rgpu-run makes; nothing of the program runs.
 */
#include "config.h"

#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "libclient/doctor/doctor.h"

#if defined(__x86_64__)
#define OWN_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OWN_MACHINE EM_AARCH64
#else
#define OWN_MACHINE EM_NONE
#endif

/* What a static runtime is built by; its version is the runtime's. */
#define STATIC_MARK  "libcudart_static_"
#define RELEASE_MARK "Cuda compilation tools, release "

struct runtime {
	int major, minor; /* 0: not known */
	const char *how;
};

/* ---- finding it ---------------------------------------------------------------- */

static bool
is_program(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

const char *
rgpu_doctor_find(const char *program)
{
	static char path[PATH_MAX];
	const char *list = getenv("PATH");

	if (strchr(program, '/')) {
		snprintf(path, sizeof(path), "%s", program);
		return is_program(path) ? path : NULL;
	}
	while (list && *list) {
		size_t n = strcspn(list, ":");

		snprintf(path, sizeof(path), "%.*s/%s", (int)n, list, program);
		if (is_program(path))
			return path;
		list += n + (list[n] == ':');
	}
	return NULL;
}

/* The interpreter that a script names: "#!/usr/bin/env python3" is python3. */
static bool
script(const struct rgpu_elf *e, char interpreter[PATH_MAX])
{
	char line[PATH_MAX], *save, *word, *slash;
	size_t n = e->size < sizeof(line) - 1 ? e->size : sizeof(line) - 1;

	if (n < 3 || memcmp(e->data, "#!", 2))
		return false;
	memcpy(line, e->data + 2, n - 2);
	line[n - 2] = '\0';
	line[strcspn(line, "\n")] = '\0';
	word = strtok_r(line, " \t", &save);
	if (!word)
		return false;
	slash = strrchr(word, '/');
	if (slash && !strcmp(slash, "/env")) {
		while ((word = strtok_r(NULL, " \t", &save)))
			if (*word != '-' && !strchr(word, '='))
				break;
	}
	snprintf(interpreter, PATH_MAX, "%s", word ? word : "");
	return true;
}

/* ---- the dynamic linker ---------------------------------------------------------- */

/* In the child: becomes the linker, which lists what it would load. */
static void
become_linker(
	const struct rgpu_elf *e, const char *path, const char *dir, int out)
{
	const char *argv[] = {e->interpreter, path, NULL};
	const char *old = getenv("LD_LIBRARY_PATH");
	char *value;

	if (asprintf(&value, "%s%s%s", dir, old ? ":" : "", old ? old : "") < 0)
		_exit(127);
	setenv("LD_LIBRARY_PATH", value, 1);
	/* As ldd(1) does: "--list" ends at the first library that is missing. */
	setenv("LD_TRACE_LOADED_OBJECTS", "1", 1);
	dup2(out, 1);
	dup2(out, 2);
	execv(argv[0], (char **)(uintptr_t)argv);
	_exit(127);
}

static FILE *
list_libraries(
	const struct rgpu_elf *e, const char *path, const char *dir, pid_t *pid)
{
	int fds[2];

	if (pipe(fds))
		return NULL;
	*pid = fork();
	if (*pid == 0)
		become_linker(e, path, dir, fds[1]);
	close(fds[1]);
	if (*pid < 0) {
		close(fds[0]);
		return NULL;
	}
	return fdopen(fds[0], "r");
}

/* "libcudart.so.13.0.96" behind the link, or at least the 13 of the name. */
static void
note_runtime(struct runtime *rt, const char *name, const char *path)
{
	char real[PATH_MAX];
	const char *version;

	if (strncmp(name, "libcudart.so.", 13))
		return;
	rt->how = "libcudart.so";
	rt->major = atoi(name + 13);
	version = path && realpath(path, real) ? strstr(real, ".so.") : NULL;
	if (version)
		sscanf(version, ".so.%d.%d", &rt->major, &rt->minor);
}

static void
check_libraries(struct rgpu_findings *f, const struct rgpu_elf *e,
	const char *path, const char *dir, struct runtime *rt)
{
	char line[2 * PATH_MAX], name[256], where[PATH_MAX];
	unsigned missing = 0, count = 0;
	pid_t pid = 0;
	FILE *list = list_libraries(e, path, dir, &pid);

	while (list && fgets(line, sizeof(line), list)) {
		if (strstr(line, "=> not found") &&
			sscanf(line, " %255s", name) == 1) {
			rgpu_problem(f, "libraries",
				"install it, or name its folder in "
				"LD_LIBRARY_PATH",
				"%s: the library is not here", name);
			note_runtime(rt, name, NULL);
			missing++;
		} else if (sscanf(line, " %255s => %4095s", name, where) == 2) {
			note_runtime(rt, name, where);
			count++;
		}
	}
	if (list)
		fclose(list);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	if (!missing)
		rgpu_fine(f, "libraries", "%u shared libraries, all found",
			count);
}

/* ---- checks -------------------------------------------------------------------- */

/* Programs with more rights than their user are not given LD_PRELOAD. */
static void
check_rights(struct rgpu_findings *f, const char *path)
{
	static const char remedy[] =
		"run a copy of it without these rights (cp drops them)";
	struct stat st;

	if (!stat(path, &st) && (st.st_mode & (S_ISUID | S_ISGID)))
		rgpu_problem(f, "rights", remedy,
			"%s is set%cid: the dynamic linker ignores the "
			"preloaded libcuda.so.1",
			path, st.st_mode & S_ISUID ? 'u' : 'g');
	else if (getxattr(path, "security.capability", NULL, 0) > 0)
		rgpu_problem(f, "rights", remedy,
			"%s has file capabilities: the dynamic linker "
			"ignores the preloaded libcuda.so.1",
			path);
}

/* A name with a slash is opened as it stands; a preloaded library has another. */
static void
check_paths(struct rgpu_findings *f, const struct rgpu_elf *e)
{
	for (unsigned i = 0; i < e->needed_count; i++) {
		if (strchr(e->needed[i], '/') &&
			strstr(e->needed[i], "libcuda."))
			rgpu_problem(f, "paths",
				"link it with -lcuda, or change the name with "
				"patchelf --replace-needed",
				"it needs %s by path: the driver library there "
				"is loaded, not that of rgpu",
				e->needed[i]);
	}
	if (e->rpath)
		rgpu_fine(f, "paths",
			"its RPATH %s does not matter for libcuda.so.1: the "
			"preloaded one comes first",
			e->rpath);
}

static void
static_runtime(const struct rgpu_elf *e, struct runtime *rt)
{
	const char *p = (const char *)e->data;
	const char *end = p + e->size;
	int major, minor;

	if (!memmem(p, e->size, STATIC_MARK, strlen(STATIC_MARK)))
		return;
	rt->how = "static runtime";
	while ((p = memmem(p, (size_t)(end - p), RELEASE_MARK,
			strlen(RELEASE_MARK)))) {
		char text[16] = "";

		p += strlen(RELEASE_MARK);
		memcpy(text, p,
			(size_t)(end - p) < sizeof(text) - 1
				? (size_t)(end - p)
				: sizeof(text) - 1);
		if (sscanf(text, "%d.%d", &major, &minor) == 2 &&
			major * 100 + minor > rt->major * 100 + rt->minor) {
			rt->major = major;
			rt->minor = minor;
		}
	}
}

/* A driver runs every runtime of its major release and of older ones. */
static void
check_runtime(struct rgpu_findings *f, const struct runtime *rt,
	const struct rgpu_welcome *w)
{
	int driver = w ? w->facts.driver_version : 0;

	if (!rt->how || !rt->major)
		return;
	if (w && driver / 1000 < rt->major)
		rgpu_problem(f, "runtime",
			"update the driver on the server, or build the program "
			"with an older CUDA",
			"its CUDA %d.%d (%s) is newer than the server's "
			"driver, CUDA %d.%d: cudaErrorInsufficientDriver",
			rt->major, rt->minor, rt->how, driver / 1000,
			driver % 1000 / 10);
	else
		rgpu_fine(f, "runtime", "CUDA %d.%d (%s)", rt->major, rt->minor,
			rt->how);
}

static bool
check_kind(struct rgpu_findings *f, const struct rgpu_elf *e, const char *path)
{
	if (!e->machine) {
		rgpu_problem(f, "program", "name the program itself",
			"%s is neither an ELF file nor a script", path);
	} else if (!e->wide || e->machine != OWN_MACHINE) {
		rgpu_problem(f, "program",
			"use the program for this machine; rgpu has no "
			"library for another",
			"%s is for another architecture (ELF machine %u, "
			"%s-bit)",
			path, e->machine, e->wide ? "64" : "32");
	} else if (!e->interpreter) {
		rgpu_problem(f, "program",
			"link it dynamically; CUDA's runtime may stay static",
			"%s is linked statically: no library can be put "
			"in front of the driver",
			path);
	} else {
		return true;
	}
	return false;
}

static void
check_elf(struct rgpu_findings *f, const struct rgpu_elf *e, const char *path,
	const struct rgpu_welcome *w, const char *dir)
{
	struct runtime rt = {0, 0, NULL};

	check_rights(f, path);
	if (!check_kind(f, e, path))
		return;
	rgpu_fine(f, "program", "%s", path);
	check_paths(f, e);
	check_libraries(f, e, path, dir, &rt);
	if (!rt.how)
		static_runtime(e, &rt);
	check_runtime(f, &rt, w);
	rgpu_doctor_code(f, e, w);
}

void
rgpu_doctor_program(struct rgpu_findings *f, const char *path,
	const struct rgpu_welcome *welcome, const char *dir)
{
	char name[PATH_MAX], own[PATH_MAX];
	struct rgpu_elf e;

	snprintf(own, sizeof(own), "%s", path);
	/* A script's interpreter may be a script; the kernel follows as far. */
	for (int depth = 0; depth < 5; depth++) {
		if (rgpu_elf_open(own, &e)) {
			rgpu_problem(f, "program", "make it readable", "%s: %s",
				own, strerror(errno));
			return;
		}
		if (!script(&e, name))
			break;
		rgpu_elf_close(&e);
		rgpu_fine(f, "script",
			"%s is a script for %s, which is what runs", own, name);
		path = rgpu_doctor_find(name);
		if (!path) {
			rgpu_problem(f, "script", "install it",
				"the interpreter %s is not here", name);
			return;
		}
		snprintf(own, sizeof(own), "%s", path);
	}
	check_elf(f, &e, own, welcome, dir);
	rgpu_elf_close(&e);
}
