#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Where the server has NVML, a client's questions go there and its answers come
# back, numbers, structures and errors alike. tests/nvml/fake.c is that NVML.
. "$srcdir/tests/nvml/functions.sh"
probe=$builddir/tests/nvml/probe

# The client finds its own library all the same: LD_LIBRARY_PATH is the server's.
URL=unix:$T/socket
start env LD_LIBRARY_PATH="$builddir/tests/nvml/.libs" "$builddir/run" rgpud \
	--listen "$URL" --backend soft 2>"$T/server.log"
wait_for 20 test -S "$T/socket"
nvml "$probe" sensors
[ $status = 0 ] || fail "status $status: $(cat "$T/out" "$T/err")"
says 'memory total: 1000' 'memory free: 600' 'memory used: 400' \
	'power: 71000' 'energy: 1250999896491' 'temperature: 40' \
	'no such sensor: Invalid Argument' 'temperature V: Success -6' \
	'clock: 2003' 'ecc errors: 1099511627777' 'ecc: 1' 'rows: 4321' \
	'fan: Not Supported' 'serial: Success serial-1' 'by serial: 1' \
	'fields: Success, 0 504, 3' 'p2p: 3' 'ancestor: 30'
nvml "$probe" list
says 'driver: 999.12.34' 'devices: 2'
