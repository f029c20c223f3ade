#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A server of another protocol version, and things that are no server at all.
. "$srcdir/tests/remote/functions.sh"

# fake MODE: a server that answers a hello like that.
fake() {
	rm -f "$T/fake"
	URL=unix:$T/fake
	start "$builddir/tests/remote/fake-server" "$T/fake" "$1"
	wait_for 20 test -S "$T/fake"
	remote init
	[ $status = 1 ] || fail "$1: status $status"
}

fake newer
expect "$T/out" 'cuInit: CUDA_ERROR_SYSTEM_DRIVER_MISMATCH'
one_line 'protocol version 7'
expect "$T/err" 'this client 2'

fake welcome9
expect "$T/out" 'cuInit: CUDA_ERROR_SYSTEM_DRIVER_MISMATCH'
one_line 'protocol version 9'

fake garbage
expect "$T/out" 'cuInit: CUDA_ERROR_SYSTEM_NOT_READY'
one_line 'does not speak rgpu'

fake close
expect "$T/out" 'cuInit: CUDA_ERROR_SYSTEM_NOT_READY'
one_line "$URL"
took_less cuInit 1

# Ten seconds is how long a client waits for an answer.
fake silent
expect "$T/out" 'cuInit: CUDA_ERROR_SYSTEM_NOT_READY'
one_line 'no answer in time'
took_less cuInit 12
