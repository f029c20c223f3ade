/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to the client. */
#include "config.h"
#include "server/session.h"

#include <stdio.h>

#include "common/log.h"
#include "cudaabi/errors.h"
#include "cudaabi/ops.h"
#include "server/output.h"
#include "server/transfers.h"

void
rgpu_session_result(struct rgpu_session *s, uint64_t seq, CUresult result)
{
	struct rgpu_sending out;

	if (rgpu_channel_begin(s->channel, RGPU_ANSWER_RESULT, (uint16_t)result,
		    seq, 0, &out))
		return; /* the executor will see that the client is gone */
	rgpu_channel_commit(s->channel, &out, RGPU_NOW);
}

/* A post has failed: nobody waits for its result, so the client's log gets a
 * line now, and the next call that synchronises its context the code. */
static void
post_failed(
	struct rgpu_session *s, const struct rgpu_command *cmd, CUresult result)
{
	struct rgpu_sending out;
	char text[160];

	if (cmd->context && !cmd->context->deferred)
		cmd->context->deferred = result;
	snprintf(text, sizeof(text), "%s: %s (%d)", rgpu_op_name(cmd->op),
		rgpu_cuda_error_name((int)result), (int)result);
	rgpu_info("%s: command %llu: %s", s->peer, (unsigned long long)cmd->seq,
		text);
	if (rgpu_channel_begin(s->channel, RGPU_ANSWER_FAILED, (uint16_t)result,
		    cmd->seq, sizeof(text) + 16, &out))
		return;
	rgpu_put_cstr(&out.enc, text);
	rgpu_channel_commit(s->channel, &out, RGPU_NOW);
}

void
rgpu_session_answer(
	struct rgpu_session *s, const struct rgpu_command *cmd, CUresult result)
{
	if (cmd->flags & RGPU_COMMAND_REPLY)
		rgpu_session_result(s, cmd->seq, result);
	else if (result)
		post_failed(s, cmd, result);
}

int
rgpu_session_begin_answer(struct rgpu_session *s,
	const struct rgpu_command *cmd, CUresult result, size_t bound,
	struct rgpu_sending *out)
{
	return rgpu_channel_begin(s->channel, RGPU_ANSWER_RESULT,
		(uint16_t)result, cmd->seq, bound, out);
}

void
rgpu_session_end_answer(struct rgpu_session *s, const struct rgpu_command *cmd,
	struct rgpu_sending *out)
{
	/* A call without the reply flag (no client of ours) gets none. */
	if (!(cmd->flags & RGPU_COMMAND_REPLY))
		rgpu_channel_cancel(s->channel, out);
	else if (!rgpu_channel_commit(s->channel, out, RGPU_NOW))
		rgpu_err("%s: the reply of %s is longer than its bound",
			s->peer, rgpu_op_name(cmd->op));
}

CUresult
rgpu_session_take_error(struct rgpu_object *context, CUresult result)
{
	CUresult deferred = context->deferred;

	context->deferred = CUDA_SUCCESS;
	return result ? result : deferred;
}

void
rgpu_session_before_sync_answer(struct rgpu_session *s)
{
	rgpu_transfers_flush(s->transfers);
	rgpu_output_send(s->output, s->channel);
}
