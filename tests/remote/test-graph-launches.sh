#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A launch of a graph is one message, however many nodes it has, and no round
# trip.
. "$srcdir/tests/remote/functions.sh"
start_server

# counts N: "COMMANDS TRIPS" of the probe that launches a graph N times.
counts() {
	RGPU_STATS=1
	export RGPU_STATS
	remote graphs "$1"
	[ $status = 0 ] || fail "status $status: $(cat "$T/err")"
	expect "$T/out" "graphs: $1"
	sed -n 's/.* \([0-9]*\) commands, \([0-9]*\) round trips.*/\1 \2/p' "$T/err"
}
few=$(counts 1)
many=$(counts 201)
echo "1 launch: $few commands and round trips; 201 launches: $many"
[ "${few#* }" = "${many#* }" ] || fail "launches cost round trips"
[ $((${many% *} - ${few% *})) = 200 ] || fail "a launch is not one message"
