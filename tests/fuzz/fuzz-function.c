/* SPDX-License-Identifier: Apache-2.0 */
/* Parameter layouts and attributes of kernels: a hostile server's. The client
 * copies as many bytes of its caller's parameters as they say. */
#include "config.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/function.h"

const struct rgpu_fuzz_setup rgpu_fuzz_setup = {
	.name = "function", .inputs = 200000};

static void
check(const struct rgpu_func_info *f)
{
	uint32_t end = 0;

	FUZZ_CHECK(f->param_count <= RGPU_FUNC_PARAMS_MAX && f->params);
	for (uint32_t i = 0; i < f->param_count; i++) {
		const struct rgpu_func_param *p = &f->params[i];

		FUZZ_CHECK(p->offset <= RGPU_FUNC_PARAM_BYTES);
		FUZZ_CHECK(p->size <= RGPU_FUNC_PARAM_BYTES - p->offset);
		if (p->offset + p->size > end)
			end = p->offset + p->size;
	}
	FUZZ_CHECK(f->param_bytes == end);
	for (uint32_t i = 0; i < RGPU_FUNC_ATTRIBUTES; i++)
		FUZZ_CHECK(f->has_attribute >> i & 1 || !f->attribute[i]);
}

/* The encoding has no choice: the same fields are the same bytes. */
static void
check_encoding(const struct rgpu_func_info *f, const uint8_t *data, size_t size)
{
	uint8_t *bytes = rgpu_fuzz_alloc(RGPU_FUNC_INFO_MAX);
	struct rgpu_enc e = rgpu_enc_init(bytes, RGPU_FUNC_INFO_MAX);

	rgpu_func_info_put(&e, f);
	FUZZ_CHECK(!e.bad && e.pos == size && !memcmp(bytes, data, size));
	free(bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rgpu_dec d = rgpu_dec_init(data, size);
	struct rgpu_func_info f;

	if (rgpu_func_info_get(&d, &f))
		return 0;
	rgpu_fuzz_accepted++;
	check(&f);
	check_encoding(&f, data, d.pos);
	rgpu_func_info_free(&f);
	FUZZ_CHECK(!f.params);
	return 0;
}

static void
add_kernel(void (*add)(const void *data, size_t size), uint32_t params,
	uint32_t attributes)
{
	struct rgpu_func_info f = {
		.param_count = params, .has_attribute = attributes};
	uint8_t *bytes = rgpu_fuzz_alloc(RGPU_FUNC_INFO_MAX);
	struct rgpu_enc e = rgpu_enc_init(bytes, RGPU_FUNC_INFO_MAX);

	f.params = rgpu_fuzz_alloc(params * sizeof(*f.params));
	for (uint32_t i = 0; i < params; i++)
		f.params[i] = (struct rgpu_func_param){i * 8, i % 2 ? 8 : 4};
	for (uint32_t i = 0; i < RGPU_FUNC_ATTRIBUTES; i++)
		f.attribute[i] = (int32_t)(i << 20) - 5;
	rgpu_func_info_put(&e, &f);
	FUZZ_CHECK(!e.bad);
	add(bytes, e.pos);
	rgpu_func_info_free(&f);
	free(bytes);
}

void
rgpu_fuzz_seeds(void (*add)(const void *data, size_t size))
{
	add_kernel(add, 0, 0);
	add_kernel(add, 1, 1);
	add_kernel(add, 5, 0xffff);
	add_kernel(add, 3, UINT32_MAX);
	add_kernel(add, RGPU_FUNC_PARAMS_MAX - 1, 7);
}
