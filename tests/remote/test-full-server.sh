#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# More sessions than --max-sessions: refused with a reason; room again when one
# has ended.
. "$srcdir/tests/remote/functions.sh"
start_server --max-sessions 2
for i in 1 2; do
	start "$builddir/run" rgpu-run --server "$URL" "$probe" loop \
		>"$T/loop$i" 2>/dev/null
	eval "loop$i=\$pid"
	wait_for 20 grep -q working "$T/loop$i"
done
remote init
[ $status = 1 ] || fail "a third session"
expect "$T/out" 'cuInit: CUDA_ERROR_SYSTEM_NOT_READY'
one_line 'sessions'
# shellcheck disable=SC2154 # set by eval
kill "$loop1"
wait "$loop1" 2>/dev/null || :
free_again() {
	remote init
	[ $status = 0 ]
}
wait_for 20 free_again
