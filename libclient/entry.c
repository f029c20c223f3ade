/* SPDX-License-Identifier: Apache-2.0 */
/* What happens before and after every entry point, and the start of it all. */
#include "config.h"
#include "cudaabi/entry.h"

#include "common/log.h"
#include "cudaabi/errors.h"
#include "cudaabi/gen/inner.h"
#include "cudaabi/ops.h"
#include "libclient/callbacks.h"
#include "libclient/client.h"
#include "libclient/complain.h"
#include "libclient/stats.h"

CUresult
rgpu_enter(unsigned op RGPU_UNUSED)
{
	enum rgpu_client_state state =
		atomic_load_explicit(&rgpu_client.state, memory_order_acquire);

	if (rgpu_likely(state == RGPU_CLIENT_UP))
		return rgpu_unlikely(rgpu_in_callback)
			? CUDA_ERROR_NOT_PERMITTED
			: CUDA_SUCCESS;
	return state == RGPU_CLIENT_LOST ? CUDA_ERROR_DEVICE_UNAVAILABLE
					 : CUDA_ERROR_NOT_INITIALIZED;
}

CUresult
rgpu_enter_early(unsigned op RGPU_UNUSED)
{
	return CUDA_SUCCESS;
}

CUresult
rgpu_leave(unsigned op, CUresult result)
{
	if (rgpu_unlikely(result))
		rgpu_complain(op, result);
	if (rgpu_unlikely(rgpu_log_enabled(RGPU_LOG_TRACE)))
		rgpu_log(RGPU_LOG_TRACE, "%s -> %d", rgpu_op_name(op),
			(int)result);
	return result;
}

CUresult
rgpu_refuse(unsigned op)
{
	static atomic_uchar said[RGPU_OP_LIMIT];
	const struct rgpu_op_info *info = rgpu_op_find(op);

	if (info && op < RGPU_OP_LIMIT && !atomic_exchange(&said[op], 1))
		rgpu_warn("%s is not supported (%s): it returns "
			  "CUDA_ERROR_NOT_SUPPORTED",
			info->name, rgpu_refusal_text(info->refused));
	return CUDA_ERROR_NOT_SUPPORTED;
}

CUresult
rgpu_do_cuInit(unsigned int Flags)
{
	CUresult r;

	if (Flags)
		return CUDA_ERROR_INVALID_VALUE;
	r = rgpu_client_connect();
	if (r)
		return r;
	if (rgpu_client.device_count == 0)
		return CUDA_ERROR_NO_DEVICE;
	if (atomic_load(&rgpu_client.state) == RGPU_CLIENT_CONNECTED) {
		rgpu_stats_begin();
		atomic_store(&rgpu_client.state, RGPU_CLIENT_UP);
	}
	return CUDA_SUCCESS;
}

/* Needs the server, but cudart calls it before cuInit and gives a wrong reason
 * when it fails; without a server cuInit will say what is wrong. */
CUresult
rgpu_do_cuDriverGetVersion(int *driverVersion)
{
	if (!driverVersion)
		return CUDA_ERROR_INVALID_VALUE;
	*driverVersion = rgpu_client_connect()
		? 13000
		: rgpu_client.welcome.facts.driver_version;
	return CUDA_SUCCESS;
}
