# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# For tests of what happens around calls: tests/remote/probe and its runs.
. "$srcdir/tests/functions.sh"
probe=$builddir/tests/remote/probe

# remote MODE...: the probe through the server at $URL; sets $status. Its output
# is in $T/out, the log lines and its own in $T/err.
remote() {
	status=0
	timeout 60 "$builddir/run" rgpu-run --server "$URL" "$probe" "$@" \
		>"$T/out" 2>"$T/err" || status=$?
}

# native MODE...: on the software GPU itself.
native() {
	native_status=0
	LD_LIBRARY_PATH=$builddir/softgpu/.libs timeout 60 "$probe" "$@" \
		>"$T/native" 2>"$T/native.err" || native_status=$?
}

# one_line TEXT: the last run logged just one line, and it has that text.
one_line() {
	[ "$(grep -c '^rgpu' "$T/err")" = 1 ] || {
		sed 's/^/| /' "$T/err" >&2
		fail "not one line"
	}
	expect "$T/err" "$1"
}

# took_less CALL SECONDS: as the probe says.
took_less() {
	awk -v call="$1" -v most="$2" '
		$1 == call && $2 == "took" { seen = 1; if ($3 < most) ok = 1 }
		END { exit !(seen && ok) }' "$T/err" || {
		sed 's/^/| /' "$T/err" >&2
		fail "$1 took longer than $2 s"
	}
}

# works: the server at $URL serves.
works() {
	remote add 3
	[ $status = 0 ] || {
		sed 's/^/| /' "$T/err" >&2
		fail "the server at $URL does not work"
	}
	expect "$T/out" 'add: 3 right'
}

# session_of PID: the session process that serves this rgpud's newest client.
session_of() {
	pgrep -n -P "$1" || fail "no session under $1"
}
