#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every build of the executor that this machine can run gives what the
# reference gives, not only the best one, which the tests take by themselves.
. "${srcdir:-.}/tests/functions.sh"

for isa in generic v2 v3 v4; do
	for name in ops-bits ops-cvt ops-float ops-half ops-int ops-mem \
		ops-move ops-video ops-warp mbarrier mma wmma; do
		SOFTGPU_ISA=$isa "$builddir/tests/ptx/test-ptx-$name" \
			>"$T/out" 2>&1 ||
			fail "$name on $isa: $(tail -5 "$T/out")"
	done
done
