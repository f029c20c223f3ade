#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A program under rgpu-run --soft that is ended from outside: nothing is left,
# neither process nor file.
. "$srcdir/tests/remote/functions.sh"
TMPDIR=$T/tmp
export TMPDIR
mkdir "$TMPDIR"

# begin: an endless kernel under a private server. Sets $pid of rgpu-run, and
# $server.
begin() {
	: >"$T/out"
	start "$builddir/run" rgpu-run --soft "$probe" spin >"$T/out" 2>"$T/err"
	wait_for 20 grep -q spinning "$T/out"
	server=$(pgrep -P "$pid" rgpud) || fail "no private server"
	session=$(session_of "$server")
}
gone() {
	! kill -0 "$server" 2>/dev/null && ! kill -0 "$session" 2>/dev/null
}

for sig in TERM HUP; do
	begin
	status=0
	kill -$sig "$pid"
	wait "$pid" || status=$?
	[ $status -gt 128 ] || fail "$sig: status $status"
	wait_for 10 gone
	[ -z "$(ls "$TMPDIR")" ] || fail "$sig: left: $(ls "$TMPDIR")"
done

# The program itself is killed.
begin
kill -KILL "$(pgrep -P "$pid" probe)"
status=0
wait "$pid" || status=$?
[ $status = 137 ] || fail "status $status"
wait_for 10 gone
[ -z "$(ls "$TMPDIR")" ] || fail "left: $(ls "$TMPDIR")"

# Even rgpu-run: the server notices; only the directory stays.
begin
program=$(pgrep -P "$pid" probe)
kill -KILL "$pid"
wait "$pid" 2>/dev/null || :
wait_for 10 gone
wait_for 10 sh -c "! kill -0 $program 2>/dev/null"
