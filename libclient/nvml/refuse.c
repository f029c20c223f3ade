/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that have nothing to answer here: they change the device, which is
 * its owner's, or are about vGPUs, MIG instances and sensors of the server's
 * machine. A program that asks whether something exists is told quietly.
 */
#include "config.h"

#include <string.h>

#include "common/log.h"
#include "libclient/nvml/nvml.h"
#include "libclient/nvml/refused.h"

int
rgpu_nvml_refuse(const char *name, unsigned char *said)
{
	int r = rgpu_nvml_enter();

	if (r)
		return r;
	if (!__atomic_exchange_n(said, 1, __ATOMIC_RELAXED))
		rgpu_log(strstr(name, "Get") ? RGPU_LOG_DEBUG : RGPU_LOG_WARN,
			"%s is not supported: it returns "
			"NVML_ERROR_NOT_SUPPORTED",
			name);
	return NVML_ERROR_NOT_SUPPORTED;
}

/* The arguments do not matter, and the caller takes them away itself. */
#define X(name)                                        \
	RGPU_EXPORT int name(void)                     \
	{                                              \
		static unsigned char said;             \
                                                       \
		return rgpu_nvml_refuse(#name, &said); \
	}
/* clang-format off */
RGPU_NVML_REFUSED(X)
/* clang-format on */
#undef X
