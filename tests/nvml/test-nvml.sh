#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A program finds the server's devices in NVML, by name and by path, whatever
# CUDA_VISIBLE_DEVICES hides; one without a server is told in one line.
. "$srcdir/tests/nvml/functions.sh"
probe=$builddir/tests/nvml/probe
start_server

export CUDA_VISIBLE_DEVICES=1
for library in libnvidia-ml.so.1 libnvidia-ml.so "$T/nowhere/libnvidia-ml.so.1"; do
	nvml "$probe" list "$library"
	[ $status = 0 ] || fail "$library: $(cat "$T/out" "$T/err")"
	says 'devices: 2' 'cuda: 13000' 'driver: 580.65.06' \
		'by UUID: the same' 'by bus: the same'
	grep -q '^device 0: rgpu software GPU, GPU-.*, 12\.1, 00000000:C0:00\.0$' \
		"$T/out" || fail "$(cat "$T/out")"
	grep -q '^device 1: .*, 00000000:C1:00\.0$' "$T/out" ||
		fail "$(cat "$T/out")"
	[ ! -s "$T/err" ] || fail "says something: $(cat "$T/err")"
done

unset CUDA_VISIBLE_DEVICES

# Without NVML on the server: memory is known, sensors there are none.
nvml "$probe" sensors
says 'memory total: 8589934592' 'memory used: 0' 'power: Not Supported' \
	'temperature: Not Supported' 'ecc: 0' 'p2p: 0' \
	'fields: Success, 3 0, 3' 'ancestor: Not Supported'
[ ! -s "$T/err" ] || fail "says something: $(cat "$T/err")"

nvml "$probe" errors
[ $status = 0 ] || fail "status $status: $(cat "$T/out" "$T/err")"
says 'beyond: Invalid Argument' 'garbage: Invalid Argument' \
	'nowhere: Invalid Argument' 'short: Insufficient Size' \
	'unknown: Not Found' 'set: Not Supported' 'set again: Not Supported' \
	'version: The provided version is invalid/unsupported' \
	'after: Uninitialized' 'ended: Uninitialized'
one_line 'nvmlDeviceSetComputeMode is not supported'

nvml "$probe" process
[ $status = 0 ] || fail "status $status: $(cat "$T/out" "$T/err")"
says 'processes: Success 0' 'processes: Success 1, this one' \
	'no room: Insufficient Size'
[ "$(grep -c 'Success 0' "$T/out")" = 2 ] || fail "$(cat "$T/out")"

# Asking NVML takes CUDA away from nobody's children.
nvml "$probe" fork
[ $status = 0 ] || fail "status $status: $(cat "$T/out" "$T/err")"
says 'child NVML: Success' 'child CUDA: 0' 'parent NVML: Success' \
	'parent CUDA: 0'

# One connection, whoever asked first.
export RGPU_LOG=info
nvml "$probe" process
unset RGPU_LOG
[ "$(grep -c 'session [0-9]* on' "$T/err")" = 1 ] || fail "$(cat "$T/err")"

URL=unix:$T/nothing
nvml "$probe" list
[ $status = 1 ] || fail "status $status without a server"
says 'nvmlInit: Driver Not Loaded'
one_line "$T/nothing"

# Beside another driver it is of no use, and says so.
status=0
LD_LIBRARY_PATH=$builddir/softgpu/.libs timeout 60 "$probe" list \
	"$builddir/libclient/.libs/libnvidia-ml.so.1" \
	>"$T/out" 2>"$T/err" || status=$?
[ $status = 1 ] || fail "status $status with another driver"
says 'nvmlInit: Driver Not Loaded'
one_line 'is not that of rgpu'
