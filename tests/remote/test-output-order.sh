#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a kernel prints stands in the program's output where it would with a GPU
# of its own: before the call that synchronises returns.
. "$srcdir/tests/remote/functions.sh"
start_server
remote output
[ $status = 0 ] || fail "status $status: $(cat "$T/err")"
for i in 0 1 2; do
	printf 'before %d\nhello\nafter %d\n' $i $i
done >"$T/wanted"
diff "$T/wanted" "$T/out" || fail "other output"
