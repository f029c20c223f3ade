/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of the software GPU. */
#include "config.h"
#include "softgpu/settings.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/log.h"
#include "softgpu/device.h"

#define MEMORY_MIN (UINT64_C(16) << 20)
#define MEMORY_MAX (UINT64_C(1) << 40)

static struct rgpu_settings settings = {
	.name = "rgpu software GPU",
	.devices = 1,
	.sms = 16,
	.cc = 121,
	/*
	 * NVIDIA's libraries choose kernels by the compute capability alone,
	 * and only for one they do not know do they choose those that exist
	 * as PTX (measured with cuBLAS 13 and cuDNN 9). Programs get 12.1,
	 * because NVRTC 13.0 knows nothing newer.
	 */
	.library_cc = 130,
	.library_shared = RGPU_SHARED_OPT_IN,
	.memory = UINT64_C(8) << 30,
};

static void
bad_value(const char *name, const char *value)
{
	rgpu_warn("%s=%s makes no sense: not used", name, value);
}

static void
read_int(const char *name, int min, int max, int *out)
{
	const char *value = getenv(name);
	char *end;
	long n;

	if (!value || !*value)
		return;
	errno = 0;
	n = strtol(value, &end, 10);
	if (errno || *end || n < min || n > max)
		bad_value(name, value);
	else
		*out = (int)n;
}

/* "12.1" becomes 121. */
static void
read_cc(const char *name, int *out)
{
	const char *value = getenv(name);
	int major, minor, used = 0;

	if (!value || !*value)
		return;
	if (sscanf(value, "%2d.%1d%n", &major, &minor, &used) != 2 ||
		value[used] || major < 5 || minor < 0)
		bad_value(name, value);
	else
		*out = 10 * major + minor;
}

static void
read_size(const char *name, uint64_t *out)
{
	static const char suffixes[] = "KMGT";
	const char *value = getenv(name);
	unsigned shift = 0;
	uint64_t n;
	char *end;

	if (!value || !*value)
		return;
	errno = 0;
	n = strtoull(value, &end, 10);
	if (*end) {
		const char *s = strchr(suffixes, *end & ~0x20);

		shift = s ? 10 * (unsigned)(s - suffixes + 1) : 0;
		end += s ? 1 : 0;
		if (!strcasecmp(end, "B") || !strcasecmp(end, "iB"))
			end += strlen(end);
	}
	if (errno || *end || *value == '-' || n > MEMORY_MAX >> shift ||
		n << shift < MEMORY_MIN)
		bad_value(name, value);
	else
		*out = n << shift;
}

static void
read_all(void)
{
	const char *name = getenv("SOFTGPU_NAME");
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	settings.workers = processors < 1 ? 1 : (int)processors;
	if (name && *name)
		snprintf(settings.name, sizeof(settings.name), "%s", name);
	read_int("SOFTGPU_DEVICES", 1, RGPU_DEVICES_MAX, &settings.devices);
	read_int("SOFTGPU_SMS", 1, 4096, &settings.sms);
	read_int("SOFTGPU_WORKERS", 1, 1024, &settings.workers);
	read_cc("SOFTGPU_CC", &settings.cc);
	read_cc("SOFTGPU_LIBRARY_CC", &settings.library_cc);
	read_int("SOFTGPU_LIBRARY_SHARED", RGPU_SHARED_PER_BLOCK,
		RGPU_SHARED_OPT_IN, &settings.library_shared);
	read_size("SOFTGPU_MEM", &settings.memory);
}

const struct rgpu_settings *
rgpu_settings(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, read_all);
	return &settings;
}
