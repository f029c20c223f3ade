/* SPDX-License-Identifier: Apache-2.0 */
/* The shim's end of the bridge to NVML. */
#include "config.h"
#include "libclient/bridge.h"

#include <string.h>

#include "cudaabi/tables.h"
#include "libclient/client.h"
#include "libclient/gen/send.h"
#include "libclient/objects.h"
#include "protocol/nvml.h"

#define NVML_ERROR_GPU_IS_LOST 15
#define NVML_ERROR_UNKNOWN     999

static const struct rgpu_welcome *
welcome(void)
{
	return &rgpu_client.welcome;
}

static int
ask(const struct rgpu_bridge_question *q, void *answer, uint32_t size)
{
	const struct rgpu_args_rgpu_nvml a = {.query = q->query,
		.device = q->device,
		.a = q->a,
		.b = q->b,
		.data = q->data,
		.size = q->data_size};
	struct rgpu_res_rgpu_nvml res = {.status = 0};
	struct rgpu_call call;
	CUresult r = rgpu_client_connect();
	int status = NVML_ERROR_GPU_IS_LOST;

	if (r)
		return r == CUDA_ERROR_NOT_INITIALIZED ? NVML_ERROR_UNKNOWN
						       : status;
	r = rgpu_call_rgpu_nvml(0, &a, &res, &call);
	if (!r && res.status == 0 && res.answer_size != size)
		r = rgpu_client_broken(RGPU_OP_rgpu_nvml);
	if (!r)
		status = (int)res.status;
	else if (!rgpu_channel_is_dead(rgpu_client.channel))
		status = NVML_ERROR_UNKNOWN;
	if (!status)
		memcpy(answer, res.answer, size);
	rgpu_call_end(&call);
	return status;
}

static bool
uses(uint32_t device)
{
	const struct rgpu_context *c;
	uint32_t pos = 0;

	while ((c = rgpu_id_next(&rgpu_contexts, &pos))) {
		if (atomic_load(&c->alive) &&
			(uint32_t)rgpu_client.ordinal[c->dev] == device)
			return true;
	}
	return false;
}

const void *
rgpu_table_of_library(const unsigned char id[16])
{
	static const unsigned char own[16] = RGPU_BRIDGE_ID;
	static const struct rgpu_bridge bridge = {
		.size = sizeof(bridge),
		.release = PACKAGE_VERSION,
		.connect = rgpu_client_connect,
		.welcome = welcome,
		.ask = ask,
		.uses = uses,
	};

	return memcmp(id, own, sizeof(own)) ? NULL : &bridge;
}
