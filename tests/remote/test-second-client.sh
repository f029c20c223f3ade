#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# PROTOCOL.md suffices to write a client: one in another language, written from
# it alone, uses the software GPU.
. "${srcdir:-.}/tests/functions.sh"
python=${PYTHON:-python3}
requires "$python"

start_server
"$python" "$srcdir/tests/remote/second-client.py" "$T/socket" >"$T/out" ||
	fail "$(cat "$T/out" "$T/server.log")"
cat "$T/out"
expect "$T/out" "another version is refused"
expect "$T/out" "backend soft"
expect "$T/out" "elements are right"
expect "$T/out" "the failed post came out once"
expect "$T/out" "wrong commands have their results"
expect "$T/out" "8 wrong frames end the connection"
expect "$T/out" "done"
