#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Who may include whom: the table of ARCHITECTURE.md is what the code does.
. "${srcdir:-.}/tests/functions.sh"
cd "$srcdir"

# Rows "| `server/` | `common/` `protocol/` ... |" between the two markers.
sed -n '/<!-- include-table -->/,/<!-- end -->/p' ARCHITECTURE.md |
	sed -n 's/^| `\([^`]*\)` | \(.*\) |$/\1 \2/p' | tr -d '`' >"$T/table"
[ -s "$T/table" ] || fail "no include table in ARCHITECTURE.md"

# The row of a file: the longest prefix.
row_of() {
	best=
	while read -r prefix _; do
		case $1 in
		"$prefix"*) [ ${#prefix} -le ${#best} ] || best=$prefix ;;
		esac
	done <"$T/table"
	printf '%s' "$best"
}

git ls-files '*.c' '*.h' >"$T/files" 2>/dev/null ||
	find . -name '*.[ch]' | sed 's|^\./||' >"$T/files"
edges=0
while read -r file; do
	row=$(row_of "$file")
	case $file in tests/* | benchmarks/*) continue ;; esac
	[ -n "$row" ] || fail "$file: its folder has no row in the table"
	allowed=$(sed -n "s|^$row \(.*\)|\1|p" "$T/table")
	grep -ho '^#include "[^"]*"' "$file" | sed 's/.*"\(.*\)"/\1/' >"$T/inc" || :
	while read -r inc; do
		[ "$inc" != config.h ] || continue
		edges=$((edges + 1))
		ok=
		for a in $row $allowed; do
			case $inc in "$a"*) ok=1 ;; esac
		done
		[ -n "$ok" ] || fail "$file includes $inc: $row may include" \
			"only $allowed"
	done <"$T/inc"
done <"$T/files"
[ $edges -gt 100 ] || fail "only $edges includes were seen"
echo "$edges includes follow the table"
