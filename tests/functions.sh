# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What every shell test begins with: `. "$srcdir/tests/functions.sh"`. Gives a
# private directory $T that goes when the test ends, and things started with
# `start` are ended with it.
set -eu
: "${srcdir:=.}"
srcdir=$(cd "$srcdir" && pwd)
builddir=${builddir:-$(pwd)}
T=$(mktemp -d "${TMPDIR:-/tmp}/rgpu-test-XXXXXX")
started=

cleanup() {
	status=$?
	trap - EXIT
	for pid in $started; do
		kill "$pid" 2>/dev/null || :
	done
	for pid in $started; do
		wait "$pid" 2>/dev/null || :
	done
	rm -rf "$T"
	exit $status
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

# This test cannot run here; Automake counts it as skipped, not as passed.
skip() {
	echo "skipped: $*" >&2
	exit 77
}

requires() {
	for program in "$@"; do
		command -v "$program" >/dev/null || skip "$program is not here"
	done
}

# start COMMAND...: in the background, ended with the test. Sets $pid.
start() {
	"$@" &
	pid=$!
	started="$started $pid"
}

# wait_for SECONDS CONDITION...: until the command succeeds.
wait_for() {
	tries=$(($1 * 20))
	shift
	until "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || fail "waited too long for: $*"
		sleep 0.05
	done
}

# expect FILE TEXT: the file has that text.
expect() {
	grep -qF -- "$2" "$1" || {
		sed 's/^/| /' "$1" >&2
		fail "no '$2' above"
	}
}

# start_server [ARGUMENT...]: rgpud of this build on a private socket, at $URL.
# BACKEND chooses the backend (default soft).
start_server() {
	URL=unix:$T/socket
	start "$builddir/run" rgpud --listen "$URL" \
		--backend "${BACKEND:-soft}" "$@" 2>"$T/server.log"
	server=$pid
	wait_for 20 test -S "$T/socket"
}
