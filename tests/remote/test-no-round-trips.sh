#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Launches, memsets, copies to the device, streams and events: many of them cost
# no round trip at all.
. "$srcdir/tests/remote/functions.sh"
start_server

# round_trips N: of the probe that does N rounds of posts.
round_trips() {
	RGPU_STATS=1
	export RGPU_STATS
	remote posts "$1"
	[ $status = 0 ] || fail "status $status: $(cat "$T/err")"
	expect "$T/out" "posts: $1"
	sed -n 's/.* commands, \([0-9]*\) round trips.*/\1/p' "$T/err"
}
few=$(round_trips 1)
many=$(round_trips 200)
echo "1 round of calls: $few round trips; 200 rounds: $many"
[ -n "$few" ] && [ "$few" = "$many" ] || fail "posts cost round trips"
[ "$few" -le 8 ] || fail "too many round trips"
