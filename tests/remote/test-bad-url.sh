#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A URL that is none: the error names it, and nothing is tried.
. "$srcdir/tests/remote/functions.sh"

for URL in http://127.0.0.1:1 tcp://127.0.0.1 tcp://127.0.0.1:99999 \
	tcp://:7 unix: nonsense 'tcp://127.0.0.1:7/x'; do
	remote init
	[ $status = 1 ] || fail "$URL: status $status"
	expect "$T/out" 'cuInit: CUDA_ERROR_SYSTEM_NOT_READY'
	one_line "$URL"
	took_less cuInit 1
	! timeout 10 "$builddir/run" rgpud --listen "$URL" --backend null 2>"$T/err" ||
		fail "rgpud listens on $URL"
	expect "$T/err" "$URL"
done
