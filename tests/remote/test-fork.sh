#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A forked child gets an error, not its parent's connection; the parent goes on.
. "$srcdir/tests/remote/functions.sh"
start_server
remote fork
[ $status = 0 ] || fail "status $status: $(cat "$T/err")"
expect "$T/out" 'child: CUDA_ERROR_NOT_INITIALIZED'
expect "$T/out" 'parent: CUDA_SUCCESS'
