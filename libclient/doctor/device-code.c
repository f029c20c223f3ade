/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device code in a program, against what the server's devices run: a GPU
 * runs machine code of its own major version and no newer minor one, and PTX
 * that is not newer than itself; the software GPU runs PTX alone.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cudaabi/gen/cuda-abi.h"
#include "cudaabi/image.h"
#include "libclient/doctor/doctor.h"

struct code {
	unsigned images, runnable; /* fat binaries; those with code that runs */
	char kinds[256];	   /* "sm_90 compute_90" */
};

static void
note_kind(struct code *c, const struct rgpu_fatbin_entry *e)
{
	size_t used = strlen(c->kinds);
	char one[32];

	snprintf(one, sizeof(one), "%s_%u ",
		e->kind == RGPU_FATBIN_PTX ? "compute" : "sm", e->sm);
	if (!strstr(c->kinds, one) && used + sizeof(one) < sizeof(c->kinds))
		strcpy(c->kinds + used, one);
}

static bool
runs(const struct rgpu_fatbin_entry *e, const struct rgpu_welcome *w)
{
	const int32_t *a = w->facts.device[0].attribute;
	unsigned major =
		(unsigned)a[CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR];
	unsigned minor =
		(unsigned)a[CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR];

	if (e->kind == RGPU_FATBIN_PTX)
		return e->sm <= major * 10 + minor;
	return !strcmp(w->backend, "cuda") && e->kind == RGPU_FATBIN_ELF &&
		e->sm / 10 == major && e->sm % 10 <= minor;
}

/* nvcc links a cubin without a kernel into every program. */
static bool
is_empty(const struct rgpu_fatbin_entry *e)
{
	return e->kind == RGPU_FATBIN_ELF &&
		!(e->flags & (RGPU_FATBIN_LZ4 | RGPU_FATBIN_ZSTD)) &&
		!memmem(e->data, e->stored_size, ".text.", 6);
}

static void
look_at(struct code *c, const void *fatbin, size_t size,
	const struct rgpu_welcome *w)
{
	struct rgpu_fatbin_entry e;
	unsigned entries = 0;
	bool good = false;
	size_t pos = 0;

	while (rgpu_fatbin_next(fatbin, size, &pos, &e) > 0) {
		if (is_empty(&e))
			continue;
		entries++;
		note_kind(c, &e);
		if (w && w->facts.device_count)
			good |= runs(&e, w);
	}
	c->images += entries > 0;
	c->runnable += good;
}

/* The section holds fat binaries one behind the other, at multiples of 8. */
static void
look_at_all(
	struct code *c, const struct rgpu_elf *e, const struct rgpu_welcome *w)
{
	struct rgpu_image_part part;
	size_t at = 0, count;

	while (at + 16 <= e->fatbin_size) {
		const uint8_t *p = e->fatbin + at;
		size_t left = e->fatbin_size - at;

		/* The header tells the size; more than the rest is damage. */
		if (rgpu_image_check(p, left) != RGPU_IMAGE_FATBIN ||
			rgpu_image_parts(p, &part, 1, &count) ||
			part.size > left) {
			at += 8;
			continue;
		}
		look_at(c, p, part.size, w);
		at += (part.size + 7) & ~(size_t)7;
	}
}

void
rgpu_doctor_code(struct rgpu_findings *f, const struct rgpu_elf *e,
	const struct rgpu_welcome *welcome)
{
	struct code c = {.images = 0};

	if (!e->fatbin)
		return;
	look_at_all(&c, e, welcome);
	if (!c.images)
		return;
	c.kinds[strlen(c.kinds) - 1] = '\0';
	if (!welcome || !welcome->facts.device_count)
		rgpu_fine(f, "code", "device code for %s", c.kinds);
	else if (c.runnable == c.images)
		rgpu_fine(f, "code", "device code for %s runs on %s", c.kinds,
			welcome->facts.device[0].name);
	else
		rgpu_problem(f, "code",
			strcmp(welcome->backend, "cuda")
				? "compile it with PTX in it, as nvcc does "
				  "unless -gencode names only code=sm_..."
				: "compile it with PTX in it, or for this GPU",
			"%u of %u modules hold nothing that %s runs, only "
			"%s: CUDA_ERROR_NO_BINARY_FOR_GPU",
			c.images - c.runnable, c.images,
			welcome->facts.device[0].name, c.kinds);
}
