#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# docs/libraries.md has a row for every part of the programs about NVIDIA's
# libraries, and says that it runs just if the tests run it.
. "${srcdir:-.}/tests/functions.sh"
cuda=$srcdir/tests/cuda

grep -l 'run_parts(parts' "$cuda"/*.cu >"$T/programs"
[ "$(wc -l <"$T/programs")" -ge 6 ] || fail "few programs were seen"
while read -r file; do
	name=$(basename "$file" .cu)
	# The names of struct part, as the table writes them.
	sed -n '/static const struct part parts/,/};/s/^[^"]*{"\([^"]*\)".*/\1/p' \
		"$file" >"$T/parts"
	runs=$(sed -n "s/^$name |\(.*\)/\1/p" "$cuda/LIST" | cut -d'|' -f7)
	[ "$(sed -n "s/^$name |.*| //p" "$cuda/LIST")" = 1 ] || runs=none
	while read -r part; do
		case $runs in
		' - ') tested=yes ;;
		*) tested=no
			echo "$runs" | tr -d ' ' | tr ';' '\n' |
				grep -qxF "$part" && tested=yes ;;
		esac
		echo "$tested $part"
	done <"$T/parts"
done <"$T/programs" | sed 's/-/, /g' | sort >"$T/tested"

sed -n '/^<!-- table -->/,/^<!-- end -->/p' "$srcdir/docs/libraries.md" |
	awk -F' [|] ' 'NR > 3 && NF >= 4 {
		sub(/ \|$/, "", $4)
		right = $3 == "right" && $4 == "the same output"
		print (right ? "yes " : "no ") $2
	}' | sort >"$T/shown"
diff "$T/shown" "$T/tested" ||
	fail "docs/libraries.md and tests/cuda/LIST differ: scripts/library-table"
[ "$(wc -l <"$T/shown")" -ge 60 ] || fail "few rows were seen"
echo "$(grep -c ^yes "$T/shown") of $(wc -l <"$T/shown") families of calls run"
