/* SPDX-License-Identifier: Apache-2.0 */
/* Figures of the connection for people. */
#include "config.h"
#include "libclient/stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "libclient/client.h"

static pid_t owner;

static void
print(void)
{
	struct rgpu_channel_stats s;

	if (getpid() != owner || !rgpu_client.channel)
		return;
	rgpu_channel_get_stats(rgpu_client.channel, &s);
	fprintf(stderr,
		"rgpu: session %llu on %s (backend %s): %llu commands, "
		"%llu round trips, %.1f MB out, %.1f MB in\n",
		(unsigned long long)rgpu_client.welcome.session,
		rgpu_client.welcome.server, rgpu_client.welcome.backend,
		(unsigned long long)s.units_sent,
		(unsigned long long)rgpu_calls_round_trips(rgpu_client.calls),
		(double)s.bytes_sent / 1e6, (double)s.bytes_received / 1e6);
}

void
rgpu_stats_begin(void)
{
	const char *env = getenv("RGPU_STATS");

	if (!env || !*env || *env == '0' || owner)
		return;
	owner = getpid();
	atexit(print);
}
