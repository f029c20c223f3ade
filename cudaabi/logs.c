/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cuLogs*: the last messages about errors, as the driver keeps them for the
 * program. They are those of our own log (common/log.h), error and warn.
 */
#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "cudaabi/gen/inner.h"

/* 25600 bytes in all (cuda.h 13.0: cuLogsDumpToMemory). */
#define LINES	   100
#define LINE_BYTES 256

static const char lost[] = "... earlier messages are left out\n";

struct receiver {
	struct receiver *next;
	CUlogsCallback function;
	void *data;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* all below */
static char lines[LINES][LINE_BYTES]; /* each with a newline */
static CUlogIterator
	written; /* messages ever; the next goes to written % LINES */
static struct receiver *receivers;

/* Calls the receivers without the lock: they may call us. A receiver that is
 * unregistered meanwhile stays until the end of the process. */
static void
keep(enum rgpu_log_level level, const char *line, size_t n)
{
	char copy[LINE_BYTES];
	struct receiver *first;

	if (level > RGPU_LOG_WARN)
		return;
	if (n > sizeof(copy) - 2)
		n = sizeof(copy) - 2;
	memcpy(copy, line, n);
	copy[n] = '\n';
	copy[n + 1] = '\0';
	pthread_mutex_lock(&lock);
	memcpy(lines[written++ % LINES], copy, sizeof(copy));
	first = receivers;
	pthread_mutex_unlock(&lock);
	copy[n] = '\0';
	for (struct receiver *r = first; r; r = r->next) {
		CUlogsCallback f =
			__atomic_load_n(&r->function, __ATOMIC_ACQUIRE);

		if (f)
			f(r->data,
				level == RGPU_LOG_ERROR ? CU_LOG_LEVEL_ERROR
							: CU_LOG_LEVEL_WARNING,
				copy, n);
	}
}

__attribute__((constructor)) static void
begin(void)
{
	rgpu_log_sink(keep);
}

CUresult
rgpu_do_cuLogsRegisterCallback(CUlogsCallback callbackFunc, void *userData,
	CUlogsCallbackHandle *callback_out)
{
	struct receiver *r = callbackFunc ? calloc(1, sizeof(*r)) : NULL;

	if (!r)
		return callbackFunc ? CUDA_ERROR_OUT_OF_MEMORY
				    : CUDA_ERROR_INVALID_VALUE;
	r->function = callbackFunc;
	r->data = userData;
	pthread_mutex_lock(&lock);
	r->next = receivers;
	receivers = r;
	pthread_mutex_unlock(&lock);
	if (callback_out)
		*callback_out = (CUlogsCallbackHandle)r;
	return CUDA_SUCCESS;
}

CUresult
rgpu_do_cuLogsUnregisterCallback(CUlogsCallbackHandle callback)
{
	struct receiver *r;
	CUresult found = CUDA_ERROR_INVALID_VALUE;

	pthread_mutex_lock(&lock);
	for (r = receivers; r && (CUlogsCallbackHandle)r != callback;
		r = r->next)
		;
	if (r && r->function) {
		__atomic_store_n(&r->function, NULL, __ATOMIC_RELEASE);
		found = CUDA_SUCCESS;
	}
	pthread_mutex_unlock(&lock);
	return found;
}

CUresult
rgpu_do_cuLogsCurrent(CUlogIterator *iterator_out, unsigned int flags)
{
	if (!iterator_out || flags)
		return CUDA_ERROR_INVALID_VALUE;
	pthread_mutex_lock(&lock);
	*iterator_out = written;
	pthread_mutex_unlock(&lock);
	return CUDA_SUCCESS;
}

/* The first message from *from on that is still there; whether any has gone.
 * Lock held. */
static CUlogIterator
first_kept(const CUlogIterator *from, bool *gone)
{
	CUlogIterator oldest = written > LINES ? written - LINES : 0;
	CUlogIterator first = from ? *from : 0;

	*gone = first < oldest;
	if (first > written)
		first = written;
	return *gone ? oldest : first;
}

CUresult
rgpu_do_cuLogsDumpToFile(
	CUlogIterator *iterator, const char *pathToFile, unsigned int flags)
{
	FILE *f = pathToFile && !flags ? fopen(pathToFile, "we") : NULL;
	bool gone;
	int r;

	if (!f)
		return CUDA_ERROR_INVALID_VALUE;
	pthread_mutex_lock(&lock);
	for (CUlogIterator i = first_kept(iterator, &gone); i < written; i++) {
		if (gone)
			fputs(lost, f);
		gone = false;
		fputs(lines[i % LINES], f);
	}
	if (iterator)
		*iterator = written;
	pthread_mutex_unlock(&lock);
	r = ferror(f);
	return fclose(f) || r ? CUDA_ERROR_OPERATING_SYSTEM : CUDA_SUCCESS;
}

/* From where on everything fits into room bytes, the note about what does not
 * included. Lock held. */
static CUlogIterator
fitting(CUlogIterator first, size_t room, bool *gone)
{
	size_t need = *gone ? sizeof(lost) - 1 : 0;

	for (CUlogIterator i = first; i < written; i++)
		need += strlen(lines[i % LINES]);
	while (first < written && need > room) {
		need -= strlen(lines[first++ % LINES]);
		need += *gone ? 0 : sizeof(lost) - 1;
		*gone = true;
	}
	return first;
}

CUresult
rgpu_do_cuLogsDumpToMemory(
	CUlogIterator *iterator, char *buffer, size_t *size, unsigned int flags)
{
	CUlogIterator i;
	size_t at = 0;
	bool gone, any;

	if (!buffer || !size || !*size || flags)
		return CUDA_ERROR_INVALID_VALUE;
	pthread_mutex_lock(&lock);
	i = first_kept(iterator, &gone);
	any = i < written;
	i = fitting(i, *size - 1, &gone);
	if (i < written && gone)
		at = (size_t)sprintf(buffer, "%s", lost);
	for (; i < written; i++)
		at += (size_t)sprintf(buffer + at, "%s", lines[i % LINES]);
	if (iterator && (at || !any))
		*iterator = written;
	pthread_mutex_unlock(&lock);
	buffer[at] = '\0';
	*size = at;
	return any && !at ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
}
