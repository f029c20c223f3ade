#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Both libcuda.so.1 export every symbol of the CUDA 13.0 driver and nothing of
# ours, under the SONAME that programs ask for.
. "${srcdir:-.}/tests/functions.sh"
requires nm readelf perl

symbols() {
	nm -D --defined-only "$1" | awk '{ print $3 }' | sort
}

perl "$srcdir/protocol/apigen.pl" "$srcdir/protocol/spec" libcuda.map |
	sed -n 's/^\t\(cu.*\);/\1/p' | sort >"$T/described"
for lib in libclient softgpu; do
	so=$builddir/$lib/.libs/libcuda.so.1
	symbols "$so" | grep -vx dlopen >"$T/$lib"
	diff "$T/described" "$T/$lib" || fail "$so exports something else"
	readelf -d "$so" | grep -q 'SONAME.*\[libcuda.so.1\]' ||
		fail "$so has another SONAME"
done
stub=${CUDA_HOME:-/nonexistent}/lib64/stubs/libcuda.so
[ -f "$stub" ] || stub=${CUDA_HOME:-/nonexistent}/lib/stubs/libcuda.so
if [ -f "$stub" ]; then
	symbols "$stub" >"$T/stub"
	diff "$T/stub" "$T/described" || fail "the toolkit's stub has others"
	echo "as the toolkit's stub: $(wc -l <"$T/stub") symbols"
else
	echo "$(wc -l <"$T/described") symbols; no toolkit to compare with"
fi
