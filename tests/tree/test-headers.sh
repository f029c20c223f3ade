#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each header compiles alone: it includes what it needs.
. "${srcdir:-.}/tests/functions.sh"
cd "$srcdir"

n=0
for h in common/*.h cudaabi/*.h protocol/*.h protocol/transport/*.h \
	libclient/*.h libclient/nvml/nvml.h libclient/nvml/abi.h server/*.h softgpu/*.h softgpu/ptx/ptx.h; do
	[ -f "$h" ] || continue
	echo "#include \"$h\"" >"$T/alone.c"
	# shellcheck disable=SC2086
	${CC:-cc} -std=gnu11 -fsyntax-only -D_GNU_SOURCE -Wall -Wextra -Werror \
		-I"$srcdir" -I"$builddir" -include "$builddir/config.h" \
		"$T/alone.c" || fail "$h does not compile alone"
	n=$((n + 1))
done
echo "$n headers"
