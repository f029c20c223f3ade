/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines. Safe in any thread; the settings are read once, at first use. */
#include "config.h"
#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 2048

static const char *const level_names[] = {
	"error",
	"warn",
	"info",
	"debug",
	"trace",
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static enum rgpu_log_level threshold = RGPU_LOG_WARN;
static int log_fd = 2;
static char log_name[32] = "rgpu";
static void (*sink)(enum rgpu_log_level level, const char *line, size_t n);

/* RGPU_LOG=debug or RGPU_LOG=debug:/path/to/file. */
static void
read_settings(void)
{
	const char *env = getenv("RGPU_LOG");
	const char *file;
	size_t n;

	if (!env)
		return;
	file = strchr(env, ':');
	n = file ? (size_t)(file - env) : strlen(env);
	for (size_t i = 0; i < RGPU_COUNT(level_names); i++) {
		if (strlen(level_names[i]) == n &&
			!strncmp(env, level_names[i], n))
			threshold = (enum rgpu_log_level)i;
	}
	if (file && file[1]) {
		int fd = open(file + 1,
			O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		if (fd >= 0)
			log_fd = fd;
	}
}

void
rgpu_log_sink(void (*f)(enum rgpu_log_level level, const char *line, size_t n))
{
	sink = f;
}

void
rgpu_log_name(const char *name)
{
	snprintf(log_name, sizeof(log_name), "%s", name);
}

void
rgpu_log_fd(int fd)
{
	pthread_once(&once, read_settings);
	if (log_fd == 2)
		log_fd = fd;
}

bool
rgpu_log_enabled(enum rgpu_log_level level)
{
	pthread_once(&once, read_settings);
	return level <= threshold;
}

void
rgpu_vlog(enum rgpu_log_level level, const char *fmt, va_list ap)
{
	char line[LINE_MAX_BYTES];
	int saved = errno;
	bool shown = rgpu_log_enabled(level);
	int n, m, head;

	if (!shown && (!sink || level > RGPU_LOG_WARN))
		return;
	n = snprintf(line, sizeof(line), "%s: %s%s", log_name,
		level == RGPU_LOG_ERROR ? "" : level_names[level],
		level == RGPU_LOG_ERROR ? "" : ": ");
	head = n;
	errno = saved;
	m = vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
	if (m < 0)
		m = 0;
	n += m;
	if (n > (int)sizeof(line) - 2)
		n = (int)sizeof(line) - 2;
	/* One line, whatever a peer has put into it. */
	for (int i = 0; i < n; i++) {
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = line[i] == '\t' ? ' ' : '?';
	}
	if (sink && level <= RGPU_LOG_WARN)
		sink(level, line + head, (size_t)(n - head));
	line[n++] = '\n';
	/* Nothing can be done about a log that cannot be written. */
	if (shown && write(log_fd, line, (size_t)n) < 0)
		n = 0;
	errno = saved;
}

void
rgpu_log(enum rgpu_log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	rgpu_vlog(level, fmt, ap);
	va_end(ap);
}
