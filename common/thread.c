/* SPDX-License-Identifier: Apache-2.0 */
/* Threads of our own inside somebody else's process. */
#include "config.h"
#include "common/thread.h"

#include <errno.h>
#include <signal.h>

#include "common/error.h"

int
rgpu_thread_start(pthread_t *thread, const char *name,
	void *(*function)(void *), void *arg)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	errno = pthread_create(thread, NULL, function, arg);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (errno)
		return rgpu_error("cannot start the thread %s: %m", name);
	pthread_setname_np(*thread, name);
	return 0;
}
