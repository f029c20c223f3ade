/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processes and events. The server's processes are no business of a client, and
 * their numbers mean nothing here: what uses a device is this process, if it
 * does. How much memory it has there only the driver on the server could say.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "libclient/nvml/nvml.h"

#define NOT_AVAILABLE (~0ull)
#define NO_INSTANCE   0xffffffffu

/* How many processes the caller is to be told of: 0 or 1. Room for them was
 * *count; NVML_ERROR_INSUFFICIENT_SIZE says how much is needed. */
static int
processes(struct rgpu_nvml_device *d, unsigned *count, const void *infos)
{
	int r = rgpu_nvml_enter_device(d);
	unsigned room;

	if (r || !count || (*count && !infos))
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	room = *count;
	*count = rgpu_nvml_bridge()->uses(d->ordinal) ? 1 : 0;
	return room < *count ? NVML_ERROR_INSUFFICIENT_SIZE : NVML_SUCCESS;
}

RGPU_EXPORT int
nvmlDeviceGetComputeRunningProcesses(struct rgpu_nvml_device *device,
	unsigned *infoCount, struct rgpu_nvml_process_v1 *infos)
{
	int r = processes(device, infoCount, infos);

	if (!r && *infoCount)
		*infos = (struct rgpu_nvml_process_v1){
			.pid = (unsigned)getpid(), .memory = NOT_AVAILABLE};
	return r;
}

RGPU_EXPORT int
nvmlDeviceGetComputeRunningProcesses_v3(struct rgpu_nvml_device *device,
	unsigned *infoCount, struct rgpu_nvml_process *infos)
{
	int r = processes(device, infoCount, infos);

	if (!r && *infoCount)
		*infos = (struct rgpu_nvml_process){.pid = (unsigned)getpid(),
			.memory = NOT_AVAILABLE,
			.gpu_instance = NO_INSTANCE,
			.compute_instance = NO_INSTANCE};
	return r;
}

RGPU_EXPORT int
nvmlDeviceGetComputeRunningProcesses_v2(struct rgpu_nvml_device *device,
	unsigned *infoCount, struct rgpu_nvml_process *infos)
{
	return nvmlDeviceGetComputeRunningProcesses_v3(
		device, infoCount, infos);
}

/* Nothing draws on a remote GPU, and MPS is not ours. */
#define NO_PROCESSES(name)                                          \
	RGPU_EXPORT int name(struct rgpu_nvml_device *device,       \
		unsigned *infoCount, void *infos RGPU_UNUSED)       \
	{                                                           \
		int r = rgpu_nvml_enter_device(device);             \
                                                                    \
		if (r || !infoCount)                                \
			return r ? r : NVML_ERROR_INVALID_ARGUMENT; \
		*infoCount = 0;                                     \
		return NVML_SUCCESS;                                \
	}
NO_PROCESSES(nvmlDeviceGetGraphicsRunningProcesses)
NO_PROCESSES(nvmlDeviceGetGraphicsRunningProcesses_v2)
NO_PROCESSES(nvmlDeviceGetGraphicsRunningProcesses_v3)
NO_PROCESSES(nvmlDeviceGetMPSComputeRunningProcesses)
NO_PROCESSES(nvmlDeviceGetMPSComputeRunningProcesses_v2)
NO_PROCESSES(nvmlDeviceGetMPSComputeRunningProcesses_v3)

RGPU_EXPORT int
nvmlDeviceIsMigDeviceHandle(struct rgpu_nvml_device *device, unsigned *isMig)
{
	int r = rgpu_nvml_enter_device(device);

	if (r || !isMig)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	*isMig = 0;
	return NVML_SUCCESS;
}

/* ---- events: none comes over the wire, so waiting ends with its time ------------ */

struct event_set {
	unsigned magic;
};

#define EVENT_SET 0x52474556u

static int
enter_set(const struct event_set *set)
{
	int r = rgpu_nvml_enter();

	if (r)
		return r;
	return set && set->magic == EVENT_SET ? NVML_SUCCESS
					      : NVML_ERROR_INVALID_ARGUMENT;
}

RGPU_EXPORT int
nvmlEventSetCreate(struct event_set **set)
{
	int r = rgpu_nvml_enter();

	if (r || !set)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	*set = malloc(sizeof(**set));
	if (!*set)
		return NVML_ERROR_MEMORY;
	(*set)->magic = EVENT_SET;
	return NVML_SUCCESS;
}

RGPU_EXPORT int
nvmlEventSetFree(struct event_set *set)
{
	int r = enter_set(set);

	if (r)
		return r;
	set->magic = 0;
	free(set);
	return NVML_SUCCESS;
}

RGPU_EXPORT int
nvmlDeviceGetSupportedEventTypes(
	struct rgpu_nvml_device *device, unsigned long long *eventTypes)
{
	int r = rgpu_nvml_enter_device(device);

	if (r || !eventTypes)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	*eventTypes = 0;
	return NVML_SUCCESS;
}

RGPU_EXPORT int
nvmlDeviceRegisterEvents(struct rgpu_nvml_device *device,
	unsigned long long eventTypes, struct event_set *set)
{
	int r = rgpu_nvml_enter_device(device);

	if (!r)
		r = enter_set(set);
	if (!r && eventTypes)
		r = NVML_ERROR_NOT_SUPPORTED;
	return r;
}

RGPU_EXPORT int
nvmlEventSetWait_v2(struct event_set *set, void *data, unsigned timeoutms)
{
	struct timespec t = {.tv_sec = timeoutms / 1000,
		.tv_nsec = timeoutms % 1000 * 1000000l};
	int r = enter_set(set);

	if (r || !data)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	while (nanosleep(&t, &t) && errno == EINTR)
		;
	return NVML_ERROR_TIMEOUT;
}

RGPU_EXPORT int
nvmlEventSetWait(struct event_set *set, void *data, unsigned timeoutms)
{
	return nvmlEventSetWait_v2(set, data, timeoutms);
}
