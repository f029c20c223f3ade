#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# rgpu-info: a table for people, JSON for programs, one line and a status when
# there is no server.
. "$srcdir/tests/remote/functions.sh"
SOFTGPU_DEVICES=2
export SOFTGPU_DEVICES
start_server
info() {
	status=0
	"$builddir/run" rgpu-info "$@" >"$T/out" 2>"$T/err" || status=$?
}
info --server "$URL"
[ $status = 0 ] || fail "$(cat "$T/err")"
cat "$T/out"
expect "$T/out" "$URL"
expect "$T/out" soft
expect "$T/out" 'round trip'
expect "$T/out" 'GB/s'

info --server "$URL" -o json
[ $status = 0 ] || fail "$(cat "$T/err")"
if [ "${PYTHON:-no}" != no ]; then
	"$PYTHON" - "$T/out" "$URL" <<'P' || fail "$(cat "$T/out")"
import json, sys
d = json.load(open(sys.argv[1]))
assert d["url"] == sys.argv[2], d
assert d["backend"] == "soft", d
assert len(d["devices"]) == 2, d
for g in d["devices"]:
    assert g["name"] and g["uuid"].startswith("GPU-") and g["memory"] > 0, g
assert d["round_trip_us"] > 0, d
assert d["to_device_gb_s"] > 0 and d["to_host_gb_s"] > 0, d
P
fi

info --server unix:"$T/nothing"
[ $status = 1 ] || fail "status $status without a server"
one_line "unix:$T/nothing"
[ ! -s "$T/out" ] || fail "says something on stdout"
info --unknown
[ $status = 2 ] || fail "status $status for an unknown option"
info --help
[ $status = 0 ] && expect "$T/out" usage
info -o yaml --server "$URL"
[ $status = 2 ] || fail "status $status for -o yaml"
