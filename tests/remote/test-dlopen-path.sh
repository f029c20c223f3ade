#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A program that opens libcuda.so.1 by a path of its own gets the shim all the
# same.
. "$srcdir/tests/remote/functions.sh"
start_server
for file in libcuda.so.1 libcuda.so /usr/lib/x86_64-linux-gnu/libcuda.so.1 \
	"$T/nowhere/libcuda.so"; do
	remote path "$file"
	[ $status = 0 ] || fail "$file: $(cat "$T/err")"
	expect "$T/out" 'add: 1 right'
done
remote path "$T/nowhere/libother.so"
[ $status = 90 ] || fail "opened a library that is not there"
