#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# TCP: on the loopback as it is; beyond it only when both sides say --insecure.
. "$srcdir/tests/remote/functions.sh"

# listen URL ARGUMENT...: sets $URL to where it listens.
listen() {
	: >"$T/ready"
	start "$builddir/run" rgpud --listen "$@" --backend soft --ready-fd 9 \
		9>"$T/ready" 2>"$T/server.log"
	wait_for 20 test -s "$T/ready"
	read -r URL <"$T/ready"
}
listen tcp://127.0.0.1:0
works
if [ -e /proc/net/if_inet6 ] && grep -q ' lo$' /proc/net/if_inet6; then
	listen 'tcp://[::1]:0'
	works
fi

! "$builddir/run" rgpud --listen tcp://0.0.0.0:0 --backend soft 2>"$T/err" ||
	fail "listens for everybody without --insecure"
expect "$T/err" --insecure

# An address of this host is not the loopback. 192.0.2.1 is nobody's (RFC 5737)
# and is not tried: the refusal comes before.
URL=tcp://192.0.2.1:7
remote init
expect "$T/out" 'cuInit: CUDA_ERROR_SYSTEM_NOT_READY'
one_line --insecure
took_less cuInit 1

listen tcp://0.0.0.0:0 --insecure
URL=tcp://127.0.0.1:${URL##*:}
works
