/* SPDX-License-Identifier: Apache-2.0 */
/* Device output: two files in memory. */
#include "config.h"
#include "server/output.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/error.h"
#include "common/log.h"

/* Text of one message. */
#define PIECE 16384

struct rgpu_output {
	pthread_mutex_t lock;
	off_t sent[2]; /* of descriptors 1 and 2 */
};

static int
replace(int fd, const char *name)
{
	int file = memfd_create(name, MFD_CLOEXEC);

	/* The driver writes by write(2) and stdio alike: always at the end. */
	if (file < 0 || fcntl(file, F_SETFL, O_APPEND) < 0 ||
		dup2(file, fd) < 0)
		return rgpu_error("cannot catch device output: %m");
	close(file);
	return 0;
}

struct rgpu_output *
rgpu_output_create(void)
{
	struct rgpu_output *o = calloc(1, sizeof(*o));
	int log = fcntl(2, F_DUPFD_CLOEXEC, 3);

	if (!o || log < 0) {
		rgpu_error("cannot catch device output: %m");
		free(o);
		return NULL;
	}
	rgpu_log_fd(log);
	pthread_mutex_init(&o->lock, NULL);
	fflush(stdout);
	if (replace(1, "rgpu-stdout") || replace(2, "rgpu-stderr")) {
		free(o);
		return NULL;
	}
	return o;
}

static void
send_piece(struct rgpu_channel *channel, int fd, const char *text, size_t n)
{
	struct rgpu_sending s;

	if (rgpu_channel_begin(
		    channel, RGPU_ANSWER_OUTPUT, (uint16_t)fd, 0, n + 16, &s))
		return;
	rgpu_put_bytes(&s.enc, text, n);
	rgpu_channel_commit(channel, &s, RGPU_LAZY);
}

/* Sends what stands behind the part already sent, and gives its pages back. */
static void
send_file(struct rgpu_output *o, struct rgpu_channel *channel, int fd)
{
	off_t *sent = &o->sent[fd - 1];
	char text[PIECE];
	ssize_t n;

	if (lseek(fd, 0, SEEK_END) == *sent)
		return;
	while ((n = pread(fd, text, sizeof(text), *sent)) > 0) {
		send_piece(channel, fd, text, (size_t)n);
		fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, *sent,
			n);
		*sent += n;
	}
}

void
rgpu_output_send(struct rgpu_output *o, struct rgpu_channel *channel)
{
	pthread_mutex_lock(&o->lock);
	fflush(stdout);
	send_file(o, channel, 1);
	send_file(o, channel, 2);
	pthread_mutex_unlock(&o->lock);
}
