/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the PTX in module images. */
#include "config.h"
#include "softgpu/code.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cudaabi/image.h"
#include "softgpu/settings.h"
#include "softgpu/unpack.h"

/* The largest PTX seen is 16 MB (cuBLASLt 13). More is taken for damage, so that
 * a few bytes cannot become all memory there is. */
#define PLAIN_MAX ((size_t)256 << 20)

/* An entry for one architecture only, such as compute_90a [observed in the fat
 * binaries of CUDA 13.0]. */
#define FLAG_ARCH_SPECIFIC 0x1000000u

/* What is in an image, for the message when none of it will do. */
struct inventory {
	char text[RGPU_MESSAGE_MAX / 2];
	size_t len;
	unsigned lowest_sm;
	const char *missing;
};

static void
note(struct inventory *inv, const char *what, unsigned sm)
{
	char item[64];
	size_t n;

	if (sm)
		snprintf(item, sizeof(item), "%s%u", what, sm);
	else
		snprintf(item, sizeof(item), "%s", what);
	n = strlen(item);
	if (sm && (!inv->lowest_sm || sm < inv->lowest_sm))
		inv->lowest_sm = sm;
	if (strstr(inv->text, item) || inv->len + n + 3 > sizeof(inv->text))
		return;
	inv->len += (size_t)snprintf(inv->text + inv->len,
		sizeof(inv->text) - inv->len, "%s%s", inv->len ? ", " : "",
		item);
}

static unsigned
target_max(void)
{
	const struct rgpu_settings *set = rgpu_settings();

	return (unsigned)(set->cc > set->library_cc ? set->cc
						    : set->library_cc);
}

/* Whether entry a is to be preferred to b: one that is forward compatible,
 * then the newer one. */
static bool
better(const struct rgpu_fatbin_entry *a, const struct rgpu_fatbin_entry *b)
{
	bool a_specific = a->flags & FLAG_ARCH_SPECIFIC;
	bool b_specific = b->flags & FLAG_ARCH_SPECIFIC;

	if (!b->data)
		return true;
	return a_specific != b_specific ? b_specific : a->sm > b->sm;
}

/* The best PTX entry of a fat binary; best->data NULL: there is none. */
static int
choose(const struct rgpu_image_part *part, struct rgpu_fatbin_entry *best,
	struct inventory *inv)
{
	struct rgpu_fatbin_entry e = {.data = NULL};
	size_t pos = 0;
	int r;

	*best = e;
	while ((r = rgpu_fatbin_next(part->data, part->size, &pos, &e)) > 0) {
		const char *missing = rgpu_unpack_missing(e.flags);

		switch (e.kind) {
		case RGPU_FATBIN_PTX: note(inv, "PTX compute_", e.sm); break;
		case RGPU_FATBIN_ELF: note(inv, "SASS sm_", e.sm); continue;
		case RGPU_FATBIN_LTO: note(inv, "LTO-IR lto_", e.sm); continue;
		default: continue;
		}
		if (missing)
			inv->missing = missing;
		else if (e.sm <= target_max() && better(&e, best))
			*best = e;
	}
	return r;
}

static int
add_part(struct rgpu_code *code, const void *data, size_t stored, size_t plain,
	uint64_t flags, bool preserved)
{
	struct rgpu_code_part *p = &code->parts[code->count];

	*p = (struct rgpu_code_part){data, NULL, stored, plain, flags};
	if (!preserved) {
		p->owned = malloc(stored);
		if (!p->owned)
			return -1;
		memcpy(p->owned, data, stored);
		p->data = p->owned;
	}
	code->count++;
	return 0;
}

static CUresult
take_part(struct rgpu_code *code, const struct rgpu_image_part *part,
	bool preserved, struct inventory *inv)
{
	struct rgpu_fatbin_entry e;

	switch (part->kind) {
	case RGPU_IMAGE_PTX:
		code->text = true;
		return add_part(code, part->data, part->size, part->size, 0,
			       preserved)
			? CUDA_ERROR_OUT_OF_MEMORY
			: CUDA_SUCCESS;
	case RGPU_IMAGE_FATBIN:
		if (choose(part, &e, inv) || e.plain_size > PLAIN_MAX)
			return CUDA_ERROR_INVALID_IMAGE;
		if (!e.data)
			return CUDA_SUCCESS;
		return add_part(code, e.data, e.stored_size, e.plain_size,
			       e.flags, preserved)
			? CUDA_ERROR_OUT_OF_MEMORY
			: CUDA_SUCCESS;
	case RGPU_IMAGE_ELF:
		note(inv, "a cubin of SASS", 0);
		return CUDA_SUCCESS;
	default: return CUDA_ERROR_INVALID_IMAGE;
	}
}

static void
explain(const struct inventory *inv, char message[RGPU_MESSAGE_MAX])
{
	unsigned sm = inv->lowest_sm ? inv->lowest_sm : 80;

	if (inv->missing)
		snprintf(message, RGPU_MESSAGE_MAX,
			"the PTX of the image cannot be used: %s",
			inv->missing);
	else
		snprintf(message, RGPU_MESSAGE_MAX,
			"the image has no PTX that this device can run%s%s; "
			"compile with -gencode arch=compute_%u,"
			"code=compute_%u",
			inv->len ? ", only " : "", inv->text, sm, sm);
}

static CUresult
take_parts(const struct rgpu_image_part *parts, size_t count, bool preserved,
	struct rgpu_code **out, char message[RGPU_MESSAGE_MAX])
{
	struct inventory inv = {.len = 0};
	CUresult r = CUDA_SUCCESS;
	struct rgpu_code *code =
		calloc(1, sizeof(*code) + count * sizeof(code->parts[0]));

	if (!code)
		return CUDA_ERROR_OUT_OF_MEMORY;
	atomic_init(&code->refs, 1);
	for (size_t i = 0; i < count && !r; i++)
		r = take_part(code, &parts[i], preserved, &inv);
	if (r == CUDA_ERROR_INVALID_IMAGE) {
		snprintf(message, RGPU_MESSAGE_MAX, "the image is damaged");
	} else if (!r && !code->count) {
		r = CUDA_ERROR_NO_BINARY_FOR_GPU;
		explain(&inv, message);
	}
	if (r)
		rgpu_code_put(code);
	else
		*out = code;
	return r;
}

CUresult
rgpu_code_load(const void *image, bool preserved, struct rgpu_code **out,
	char message[RGPU_MESSAGE_MAX])
{
	struct rgpu_image_part *parts;
	size_t count;
	CUresult r;

	message[0] = '\0';
	if (rgpu_image_parts(image, NULL, 0, &count)) {
		snprintf(message, RGPU_MESSAGE_MAX,
			"the image is neither a fat binary nor PTX text");
		return CUDA_ERROR_INVALID_IMAGE;
	}
	parts = calloc(count, sizeof(*parts));
	if (!parts)
		return CUDA_ERROR_OUT_OF_MEMORY;
	rgpu_image_parts(image, parts, count, &count);
	r = take_parts(parts, count, preserved, out, message);
	free(parts);
	return r;
}

/* All of a file and a NUL; NULL with errno. */
static char *
read_file(const char *name, size_t *size)
{
	FILE *f = fopen(name, "rbe");
	char *data = NULL;
	struct stat st;
	long n;

	if (!f)
		return NULL;
	if (!fstat(fileno(f), &st) && !S_ISREG(st.st_mode))
		errno = EINVAL;
	else if (!fseek(f, 0, SEEK_END) && (n = ftell(f)) >= 0 &&
		!fseek(f, 0, SEEK_SET)) {
		data = malloc((size_t)n + 1);
		if (data && fread(data, 1, (size_t)n, f) == (size_t)n) {
			data[n] = '\0';
			*size = (size_t)n;
		} else {
			free(data);
			data = NULL;
		}
	}
	fclose(f);
	return data;
}

/* data[size] is a NUL. */
static CUresult
load_terminated(const char *data, size_t size, const char *name,
	struct rgpu_code **out, char message[RGPU_MESSAGE_MAX])
{
	struct rgpu_image_part part = {
		.data = data, .size = size, .kind = RGPU_IMAGE_UNKNOWN};

	snprintf(message, RGPU_MESSAGE_MAX,
		"%s is neither a fat binary nor PTX text", name);
	part.kind = rgpu_image_check(data, size);
	if (part.kind == RGPU_IMAGE_UNKNOWN &&
		rgpu_image_check(data, size + 1) == RGPU_IMAGE_PTX) {
		part.kind = RGPU_IMAGE_PTX;
		part.size++;
	}
	return part.kind == RGPU_IMAGE_UNKNOWN
		? CUDA_ERROR_INVALID_IMAGE
		: take_parts(&part, 1, false, out, message);
}

CUresult
rgpu_code_load_bytes(const void *data, size_t size, const char *name,
	struct rgpu_code **out, char message[RGPU_MESSAGE_MAX])
{
	char *copy = malloc(size + 1);
	CUresult r;

	if (!copy)
		return CUDA_ERROR_OUT_OF_MEMORY;
	memcpy(copy, data, size);
	copy[size] = '\0';
	r = load_terminated(copy, size, name, out, message);
	free(copy);
	return r;
}

CUresult
rgpu_code_load_file(const char *name, struct rgpu_code **out,
	char message[RGPU_MESSAGE_MAX])
{
	size_t size = 0;
	char *data = read_file(name, &size);
	CUresult r;

	if (!data) {
		snprintf(message, RGPU_MESSAGE_MAX, "%s: %s", name,
			strerror(errno));
		return errno == ENOMEM ? CUDA_ERROR_OUT_OF_MEMORY
				       : CUDA_ERROR_FILE_NOT_FOUND;
	}
	r = load_terminated(data, size, name, out, message);
	free(data);
	return r;
}

void
rgpu_code_ref(struct rgpu_code *code)
{
	atomic_fetch_add(&code->refs, 1);
}

void
rgpu_code_put(struct rgpu_code *code)
{
	if (atomic_fetch_sub(&code->refs, 1) > 1)
		return;
	for (size_t i = 0; i < code->count; i++)
		free(code->parts[i].owned);
	free(code);
}

CUresult
rgpu_code_text(const struct rgpu_code *code, size_t i,
	struct rgpu_code_text *text, char message[RGPU_MESSAGE_MAX])
{
	const struct rgpu_code_part *p = &code->parts[i];

	text->owned = NULL;
	text->text = p->data;
	text->len = p->plain;
	if (p->flags & (RGPU_FATBIN_LZ4 | RGPU_FATBIN_ZSTD)) {
		text->text = text->owned = malloc(p->plain ? p->plain : 1);
		if (!text->owned)
			return CUDA_ERROR_OUT_OF_MEMORY;
		if (rgpu_unpack(p->flags, p->data, p->stored, text->owned,
			    p->plain)) {
			free(text->owned);
			snprintf(message, RGPU_MESSAGE_MAX,
				"the compressed PTX of the image is damaged");
			return CUDA_ERROR_INVALID_IMAGE;
		}
	}
	/* Padded with NULs in fat binaries. */
	text->len = strnlen(text->text, text->len);
	return CUDA_SUCCESS;
}
