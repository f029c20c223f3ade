#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# NVIDIA's Python binding (nvidia-ml-py) shows the server's devices.
. "$srcdir/tests/nvml/functions.sh"
requires python3
python=python3
python3 -c 'import pynvml' 2>/dev/null || {
	python3 -m venv "$T/venv" >"$T/pip" 2>&1 &&
		timeout 120 "$T/venv/bin/pip" install -q --no-deps \
			nvidia-ml-py >>"$T/pip" 2>&1 ||
		skip "nvidia-ml-py is not here and cannot be had from PyPI:" \
			"$(tail -n 1 "$T/pip")"
	python=$T/venv/bin/python3
}
start_server
nvml "$python" "$srcdir/tests/nvml/devices.py"
cat "$T/out"
[ $status = 0 ] || fail "status $status: $(cat "$T/err")"
[ ! -s "$T/err" ] || fail "says something: $(cat "$T/err")"
