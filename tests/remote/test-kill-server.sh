#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The listener killed: running sessions go on, new ones fail with a clear error.
# The listener ended as an administrator does: sessions end with it.
. "$srcdir/tests/remote/functions.sh"
start_server
start "$builddir/run" rgpu-run --server "$URL" "$probe" loop \
	>"$T/loop" 2>"$T/loop.err"
loop=$pid
wait_for 20 grep -q working "$T/loop"
session=$(session_of "$server")
kill -KILL "$server"
wait "$server" 2>/dev/null || :
sleep 0.3
kill -0 "$loop" || fail "the session ended with its listener"
kill -0 "$session" || fail "the session's process ended"
remote init
expect "$T/out" 'cuInit: CUDA_ERROR_SYSTEM_NOT_READY'
one_line "$URL"
kill "$loop"
wait "$loop" 2>/dev/null || :
wait_for 20 sh -c "! kill -0 $session 2>/dev/null"

# SIGTERM, while a program waits for a kernel that never ends.
rm -f "$T/socket"
start_server
start "$builddir/run" rgpu-run --server "$URL" "$probe" spin \
	>"$T/out" 2>"$T/err"
spin=$pid
wait_for 20 grep -q spinning "$T/out"
session=$(session_of "$server")
kill -TERM "$server"
status=0
wait "$server" || status=$?
[ $status = 0 ] || fail "rgpud ended with $status"
status=0
wait "$spin" || status=$?
[ $status = 3 ] || fail "the program ended with $status"
expect "$T/out" 'cuCtxSynchronize: CUDA_ERROR_DEVICE_UNAVAILABLE'
one_line 'the GPU server is gone'
! kill -0 "$session" 2>/dev/null || fail "the session is left"
[ ! -e "$T/socket" ] || fail "the socket is left"
