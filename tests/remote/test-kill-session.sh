#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A session that is killed in mid-call: its program gets the error at once and
# for ever after; the server and other sessions go on.
. "$srcdir/tests/remote/functions.sh"
start_server

# Another program, all the while.
start "$builddir/run" rgpu-run --server "$URL" "$probe" loop \
	>"$T/other" 2>"$T/other.err"
other=$pid
wait_for 20 grep -q working "$T/other"

start "$builddir/run" rgpu-run --server "$URL" "$probe" spin \
	>"$T/out" 2>"$T/err"
spin=$pid
wait_for 20 grep -q spinning "$T/out"
sleep 0.2
kill -KILL "$(session_of "$server")"
status=0
wait "$spin" || status=$?
[ $status = 3 ] || fail "status $status"
[ "$(grep -c 'CUDA_ERROR_DEVICE_UNAVAILABLE' "$T/out")" = 2 ] ||
	fail "$(cat "$T/out")"
one_line "$URL: the GPU server is gone"
took_less cuCtxSynchronize 5
wait_for 20 grep -q 'killed\|signal 9' "$T/server.log"

kill -0 "$other" || fail "the other program has ended: $(cat "$T/other.err")"
works

# Killed between calls.
kill -KILL "$(pgrep -o -P "$server")"
status=0
wait "$other" || status=$?
[ $status = 3 ] || fail "the loop ended with $status"
expect "$T/other" 'loop: CUDA_ERROR_DEVICE_UNAVAILABLE'
works

# A callback that waits behind a kernel is told of the loss.
start "$builddir/run" rgpu-run --server "$URL" "$probe" callback \
	>"$T/out" 2>"$T/err"
spin=$pid
wait_for 20 grep -q spinning "$T/out"
sleep 0.2
kill -KILL "$(session_of "$server")"
status=0
wait "$spin" || status=$?
[ $status = 3 ] || fail "status $status"
expect "$T/out" 'callback: CUDA_ERROR_DEVICE_UNAVAILABLE'
one_line "$URL: the GPU server is gone"
