/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client's NVML asks. Where this machine has none (a software GPU), the
 * driver still knows how much memory is free; the rest the client knows itself
 * or says that it is not supported. NVML answers in about a millisecond, so the
 * executor asks it itself.
 */
#include "config.h"
#include "server/serve.h"

#include <string.h>

#include "protocol/nvml.h"
#include "server/nvml.h"

#define NVML_SUCCESS	   0
#define NVML_ERROR_UNKNOWN 999

/* The executor encodes it before the next call. */
static uint64_t answer[RGPU_NVML_BYTES / sizeof(uint64_t)];

/* nvmlMemory_t from the driver, in the device's primary context: making it is
 * cheap where there is no NVML. The executor's own context is current again
 * afterwards. */
static CUresult
driver_memory(struct rgpu_session *s, CUdevice dev, uint64_t out[3])
{
	const struct rgpu_driver *d = s->driver;
	size_t unused = 0, total = 0;
	CUcontext context, top;
	CUresult r = d->cuDevicePrimaryCtxRetain(&context, dev);

	if (r)
		return r;
	r = d->cuCtxPushCurrent_v2(context);
	if (!r) {
		r = d->cuMemGetInfo_v2(&unused, &total);
		d->cuCtxPopCurrent_v2(&top);
	}
	d->cuDevicePrimaryCtxRelease_v2(dev);
	out[0] = total;
	out[1] = unused;
	out[2] = total - unused;
	return r;
}

CUresult
rgpu_serve_rgpu_nvml(struct rgpu_session *s,
	struct rgpu_command *cmd RGPU_UNUSED,
	const struct rgpu_args_rgpu_nvml *a, struct rgpu_res_rgpu_nvml *res)
{
	struct rgpu_nvml_question q = {.query = a->query,
		.a = a->a,
		.b = a->b,
		.data = a->data,
		.size = a->size};
	CUuuid uuid, peer;
	CUresult r = s->driver->cuDeviceGetUuid_v2(&uuid, (CUdevice)a->device);
	int status;

	if (r)
		return r;
	/* Most questions have another meaning for b; then it is no device. */
	if (!s->driver->cuDeviceGetUuid_v2(&peer, (CUdevice)a->b))
		q.peer = (const uint8_t *)peer.bytes;
	status = rgpu_nvml_answer(
		(const uint8_t *)uuid.bytes, &q, answer, &res->answer_size);
	if (status < 0)
		return CUDA_ERROR_INVALID_VALUE;
	if (status == RGPU_NVML_NO_LIBRARY &&
		a->query == RGPU_NVML_nvmlDeviceGetMemoryInfo) {
		status = driver_memory(s, (CUdevice)a->device, answer)
			? NVML_ERROR_UNKNOWN
			: NVML_SUCCESS;
		res->answer_size = status ? 0 : 3 * sizeof(answer[0]);
	}
	res->status = (uint32_t)status;
	res->answer = answer;
	return CUDA_SUCCESS;
}
