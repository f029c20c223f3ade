/* SPDX-License-Identifier: Apache-2.0 */
/* Making and ending the client's objects. */
#include "config.h"
#include "libclient/objects.h"

#include <stdlib.h>
#include <string.h>

#include "common/compiler.h"
#include "common/slab.h"
#include "cudaabi/errors.h"
#include "libclient/array.h"

struct rgpu_ids rgpu_contexts = RGPU_IDS_INIT(RGPU_KIND_CONTEXT);
struct rgpu_ids rgpu_streams = RGPU_IDS_INIT(RGPU_KIND_STREAM);
struct rgpu_ids rgpu_events = RGPU_IDS_INIT(RGPU_KIND_EVENT);
struct rgpu_ids rgpu_modules = RGPU_IDS_INIT(RGPU_KIND_MODULE);
struct rgpu_ids rgpu_libraries = RGPU_IDS_INIT(RGPU_KIND_LIBRARY);
struct rgpu_ids rgpu_functions = RGPU_IDS_INIT(RGPU_KIND_FUNCTION);
struct rgpu_ids rgpu_kernels = RGPU_IDS_INIT(RGPU_KIND_KERNEL);

pthread_mutex_t rgpu_modules_lock = PTHREAD_MUTEX_INITIALIZER;

static struct rgpu_slab contexts = RGPU_SLAB_INIT(struct rgpu_context);
static struct rgpu_slab streams = RGPU_SLAB_INIT(struct rgpu_stream);
static struct rgpu_slab events = RGPU_SLAB_INIT(struct rgpu_event);
static struct rgpu_slab modules = RGPU_SLAB_INIT(struct rgpu_module);
static struct rgpu_slab functions = RGPU_SLAB_INIT(struct rgpu_function);

/* Numbers that cuCtxGetId and cuStreamGetId give out; small ones are those of
 * default streams. */
static _Atomic uint64_t next_number = 1;

struct rgpu_context *
rgpu_context_new(CUdevice dev, unsigned flags)
{
	struct rgpu_context *c = rgpu_slab_get(&contexts);

	if (!c)
		return NULL;
	c->dev = dev;
	c->flags = flags;
	c->number = atomic_fetch_add(&next_number, 1);
	c->id = rgpu_id_make(&rgpu_contexts, c);
	if (c->id)
		return c;
	rgpu_slab_put(&contexts, c);
	return NULL;
}

void
rgpu_context_end(struct rgpu_context *c)
{
	atomic_store(&c->alive, false);
	rgpu_id_end(&rgpu_contexts, c->id);
	rgpu_slab_put(&contexts, c);
}

struct rgpu_stream *
rgpu_stream_new(struct rgpu_context *context, unsigned flags, int priority)
{
	struct rgpu_stream *s = rgpu_slab_get(&streams);

	if (!s)
		return NULL;
	s->context = context;
	s->flags = flags;
	s->priority = priority;
	s->number = UINT64_C(1) << 32 | atomic_fetch_add(&next_number, 1);
	s->id = rgpu_id_make(&rgpu_streams, s);
	if (s->id)
		return s;
	rgpu_slab_put(&streams, s);
	return NULL;
}

void
rgpu_stream_end(struct rgpu_stream *s)
{
	if (rgpu_id_end(&rgpu_streams, s->id))
		rgpu_slab_put(&streams, s);
}

struct rgpu_event *
rgpu_event_new(struct rgpu_context *context, unsigned flags)
{
	struct rgpu_event *e = rgpu_slab_get(&events);

	if (!e)
		return NULL;
	e->context = context;
	e->flags = flags;
	e->id = rgpu_id_make(&rgpu_events, e);
	if (e->id)
		return e;
	rgpu_slab_put(&events, e);
	return NULL;
}

void
rgpu_event_end(struct rgpu_event *e)
{
	if (rgpu_id_end(&rgpu_events, e->id))
		rgpu_slab_put(&events, e);
}

struct rgpu_module *
rgpu_module_new(struct rgpu_context *context)
{
	struct rgpu_module *m = rgpu_slab_get(&modules);

	if (!m)
		return NULL;
	m->context = context;
	m->id = rgpu_id_make(context ? &rgpu_modules : &rgpu_libraries, m);
	if (m->id)
		return m;
	rgpu_slab_put(&modules, m);
	return NULL;
}

struct rgpu_function *
rgpu_function_new(struct rgpu_module *module, struct rgpu_context *context,
	const char *name)
{
	struct rgpu_function *f = rgpu_slab_get(&functions);

	if (!f)
		return NULL;
	f->module = module;
	f->context = context;
	f->name = strdup(name);
	f->id = f->name
		? rgpu_id_make(context ? &rgpu_functions : &rgpu_kernels, f)
		: 0;
	if (f->id)
		return f;
	free(f->name);
	rgpu_slab_put(&functions, f);
	return NULL;
}

void
rgpu_function_end(struct rgpu_function *f)
{
	while (f->functions) {
		struct rgpu_function *next = f->functions->next;

		rgpu_function_end(f->functions);
		f->functions = next;
	}
	rgpu_id_end(f->context ? &rgpu_functions : &rgpu_kernels, f->id);
	free(f->name);
	/* A function of a kernel shares the kernel's layout. */
	if (!f->kernel)
		rgpu_func_info_free(&f->info);
	rgpu_slab_put(&functions, f);
}

void
rgpu_module_end(struct rgpu_module *m)
{
	while (m->functions) {
		struct rgpu_function *next = m->functions->next;

		rgpu_function_end(m->functions);
		m->functions = next;
	}
	while (m->modules) {
		struct rgpu_module *next = m->modules->next;

		rgpu_module_end(m->modules);
		m->modules = next;
	}
	rgpu_id_end(m->context ? &rgpu_modules : &rgpu_libraries, m->id);
	rgpu_slab_put(&modules, m);
}

/* A library's module and functions in a context. */
static void
end_of_libraries(struct rgpu_context *context)
{
	struct rgpu_module *lib, **m;
	struct rgpu_function *k, **f;
	uint32_t pos = 0;

	while ((lib = rgpu_id_next(&rgpu_libraries, &pos))) {
		for (m = &lib->modules; *m && (*m)->context != context;)
			m = &(*m)->next;
		if (*m) {
			struct rgpu_module *gone = *m;

			*m = gone->next;
			rgpu_module_end(gone);
		}
	}
	pos = 0;
	while ((k = rgpu_id_next(&rgpu_kernels, &pos))) {
		for (f = &k->functions; *f && (*f)->context != context;)
			f = &(*f)->next;
		if (*f) {
			struct rgpu_function *gone = *f;

			*f = gone->next;
			rgpu_function_end(gone);
		}
	}
}

void
rgpu_objects_end_in(struct rgpu_context *context)
{
	struct rgpu_stream *s;
	struct rgpu_event *e;
	struct rgpu_module *m;
	uint32_t pos = 0;

	while ((s = rgpu_id_next(&rgpu_streams, &pos))) {
		if (s->context == context)
			rgpu_stream_end(s);
	}
	pos = 0;
	while ((e = rgpu_id_next(&rgpu_events, &pos))) {
		if (e->context == context)
			rgpu_event_end(e);
	}
	rgpu_textures_end_in(context);
	rgpu_arrays_end_in(context);
	pthread_mutex_lock(&rgpu_modules_lock);
	end_of_libraries(context);
	pos = 0;
	while ((m = rgpu_id_next(&rgpu_modules, &pos))) {
		if (m->context == context)
			rgpu_module_end(m);
	}
	pthread_mutex_unlock(&rgpu_modules_lock);
}

CUresult
rgpu_context_saw(uint64_t context, CUresult result)
{
	struct rgpu_context *c;

	if (rgpu_likely(!result) || !rgpu_cuda_error_is_sticky((int)result))
		return result;
	c = rgpu_id_find(&rgpu_contexts, context);
	if (c && atomic_load(&c->alive))
		atomic_store(&c->fault, (int)result);
	return result;
}

CUresult
rgpu_event_saw(uint64_t event, CUresult result)
{
	struct rgpu_event *e = rgpu_id_find(&rgpu_events, event);

	return e ? rgpu_context_saw(e->context->id, result) : result;
}
