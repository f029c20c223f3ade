#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every variable of the environment that the programs read is in a manual page,
# and no page names one that nobody reads.
. "${srcdir:-.}/tests/functions.sh"
cd "$srcdir" || exit

# getenv("X") and the software GPU's readers of numbers.
find common cudaabi libclient protocol server softgpu -name '*.[ch]' -exec \
	grep -hoE '(getenv|read_[a-z]+)\("[A-Z][A-Z0-9_]+"' {} + |
	sed 's/.*"\(.*\)"/\1/' | sort -u >"$T/read"
[ "$(wc -l <"$T/read")" -ge 15 ] || fail "few variables were seen"
# rgpu-run also writes some.
grep -ohE '(setenv|prepend)\("[A-Z_]+"' libclient/*.c |
	sed 's/.*"\(.*\)"/\1/' | sort -u >"$T/written"

sed -n 's/^\.\(It \)\{0,1\}Ev //p' man/*.[0-9] | tr -s ', ' '\n' |
	grep -E '^[A-Z][A-Z0-9_]+$' | sort -u >"$T/pages"

while read -r name; do
	grep -qx "$name" "$T/pages" || fail "no manual page has .Ev $name"
done <"$T/read"
sort -u "$T/read" "$T/written" >"$T/known"
while read -r name; do
	grep -qx "$name" "$T/known" || fail "nobody reads $name"
done <"$T/pages"

# rgpu(7) is the complete list of ours.
grep -E '^(RGPU|SOFTGPU|CUDA)_' "$T/read" >"$T/ours"
while read -r name; do
	grep -qx "\.It Ev $name" man/rgpu.7 || fail "rgpu(7) does not list $name"
done <"$T/ours"
echo "$(wc -l <"$T/read") variables"
