#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How much of what compilers and NVIDIA's libraries emit the engine has: of our
# test kernels everything, of the libraries at least 97 % of all instructions.
# And what is not there is counted as such.
. "${srcdir:-.}/tests/functions.sh"

coverage=$builddir/softgpu/ptx/ptx-coverage
lists=$srcdir/tests/ptx

"$coverage" "$lists/opcodes-own.txt" "$lists/opcodes-libraries.txt"

"$coverage" --missing "$lists/opcodes-own.txt" >"$T/missing"
[ ! -s "$T/missing" ] ||
	fail "opcodes of the test kernels are missing: $(cat "$T/missing")"
least=97
percent=$("$coverage" "$lists/opcodes-libraries.txt" |
	sed -n 's/.* instructions (\([0-9]*\)\.[0-9]* %)$/\1/p')
[ "${percent:-0}" -ge $least ] ||
	fail "only $percent % of the instructions of NVIDIA's libraries"

printf 'add.s32 3\nfrobnicate.s32 1\nadd.frob.s32 4\n' >"$T/list"
[ "$("$coverage" "$T/list")" = \
	"list: 1 of 3 forms (33.33 %), 3 of 8 instructions (37.500 %)" ] ||
	fail "unknown opcodes are counted as supported"
[ "$("$coverage" --missing "$T/list" | tr '\n' ' ')" = \
	"frobnicate.s32 1 add.frob.s32 4 " ] ||
	fail "--missing does not list what is missing"
