#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Without a server cuInit fails at once, with CUDA_ERROR_SYSTEM_NOT_READY and one
# line that names the place and what to do.
. "$srcdir/tests/remote/functions.sh"

for URL in unix:"$T/nothing" tcp://127.0.0.1:1; do
	remote init
	[ $status = 1 ] || fail "$URL: status $status"
	expect "$T/out" 'cuInit: CUDA_ERROR_SYSTEM_NOT_READY'
	one_line "$URL"
	took_less cuInit 1
done

# The shim alone, in a program that nobody gave a server.
env -u RGPU_SERVER LD_LIBRARY_PATH="$builddir/libclient/.libs" "$probe" init \
	>"$T/out" 2>"$T/err" || :
expect "$T/out" 'cuInit: CUDA_ERROR_SYSTEM_NOT_READY'
one_line 'rgpu-run --server URL'

# A socket that nobody listens on any more.
start_server
kill -KILL "$server"
wait "$server" 2>/dev/null || :
[ -S "$T/socket" ] || fail "the socket is gone: this shows nothing"
URL=unix:$T/socket
remote init
expect "$T/out" 'cuInit: CUDA_ERROR_SYSTEM_NOT_READY'
one_line "$URL"
took_less cuInit 1

# A file that is no socket, and one that must not be opened.
echo text >"$T/file"
URL=unix:$T/file
remote init
expect "$T/out" 'cuInit: CUDA_ERROR_SYSTEM_NOT_READY'
one_line "$URL"
