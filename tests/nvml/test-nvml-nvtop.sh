#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# nvtop, a program that nobody compiled for rgpu, shows the server's devices.
. "$srcdir/tests/nvml/functions.sh"
requires nvtop script
start_server
# It wants a terminal, and draws until it is ended.
nvml script -qec 'stty rows 40 cols 120; TERM=xterm timeout 3 nvtop' /dev/null
tr -d '\033' <"$T/out" | tr -s '[:space:]' '\n' >"$T/words"
[ "$(grep -c 'rgpu' "$T/words")" -ge 2 ] ||
	fail "nvtop shows no device: $(cat "$T/out" "$T/err")"
grep -q '8\.000Gi' "$T/words" || fail "nvtop shows no memory: $(cat "$T/out")"
