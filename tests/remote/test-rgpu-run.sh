#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# rgpu-run is the program as far as anybody can see: arguments, streams, exit
# status. Its own failures have the statuses of env(1).
. "$srcdir/tests/remote/functions.sh"
TMPDIR=$T/tmp
export TMPDIR
mkdir "$TMPDIR"
run() {
	status=0
	"$builddir/run" rgpu-run "$@" >"$T/out" 2>"$T/err" || status=$?
}
wanted() {
	[ $status = "$1" ] || fail "status $status, not $1: $(cat "$T/err")"
}
start_server

for how in --soft "--server=$URL"; do
	run "$how" "$probe" add 2
	wanted 0
	expect "$T/out" 'add: 2 right'
	run "$how" sh -c 'exit 41'
	wanted 41
	run "$how" sh -c 'kill -TERM $$'
	wanted 143
	run "$how" printf '%s|' a 'b c' --soft -- ''
	wanted 0
	[ "$(cat "$T/out")" = 'a|b c|--soft|--||' ] || fail "$(cat "$T/out")"
	run "$how" -- printf ok
	[ "$(cat "$T/out")" = ok ] || fail "--"
	run "$how" "$T/missing"
	wanted 127
	expect "$T/err" "$T/missing"
	run "$how" "$T"
	wanted 126
	echo hello | "$builddir/run" rgpu-run "$how" cat >"$T/out"
	expect "$T/out" hello
	# A program that has nothing to do with CUDA.
	run "$how" true
	wanted 0
	[ ! -s "$T/err" ] || fail "$how: says $(cat "$T/err")"
	# Programs started by the program.
	run "$how" sh -c "env $probe add 1"
	wanted 0
done
[ -z "$(ls "$TMPDIR")" ] || fail "left: $(ls "$TMPDIR")"

run
wanted 2
expect "$T/err" usage
run --soft
wanted 2
run --soft --server "$URL" true
wanted 2
run --unknown true
wanted 2
run --help
wanted 0
expect "$T/out" usage
run --version
wanted 0
expect "$T/out" 'rgpu-run '
env -u RGPU_SERVER "$builddir/run" rgpu-run true 2>"$T/err" && fail "no server"
expect "$T/err" '--server URL'
RGPU_SERVER=$URL "$builddir/run" rgpu-run "$probe" add 1 >"$T/out"
expect "$T/out" 'add: 1 right'
RGPU_LIBDIR=$T
export RGPU_LIBDIR
status=0
PATH=$builddir/libclient:$PATH rgpu-run --server "$URL" true 2>"$T/err" || status=$?
wanted 125
expect "$T/err" "$T/libcuda.so.1"
