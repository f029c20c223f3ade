# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# For tests of NVML: programs through a server of two software GPUs.
. "$srcdir/tests/remote/functions.sh"
SOFTGPU_DEVICES=2
export SOFTGPU_DEVICES

# nvml COMMAND...: through the server at $URL; output in $T/out and $T/err.
nvml() {
	status=0
	timeout 60 "$builddir/run" rgpu-run --server "$URL" "$@" \
		>"$T/out" 2>"$T/err" </dev/null || status=$?
}

# says LINE...: the last program printed these lines.
says() {
	for line in "$@"; do
		grep -qxF -- "$line" "$T/out" || {
			sed 's/^/| /' "$T/out" "$T/err" >&2
			fail "no line '$line' above"
		}
	done
}
