/* SPDX-License-Identifier: Apache-2.0 */
/* The child of a process that uses the GPU. */
#include "config.h"
#include "libclient/fork.h"

#include <pthread.h>

#include "libclient/client.h"

static void
in_child(void)
{
	/* Nothing may be sent: the socket is the parent's. Closing our copy
	 * lets the server notice when the parent goes. */
	if (rgpu_client.channel)
		rgpu_channel_abandon(rgpu_client.channel);
	rgpu_client_forked();
}

void
rgpu_fork_watch(void)
{
	static bool watching;

	if (!watching)
		pthread_atfork(NULL, NULL, in_child);
	watching = true;
}
