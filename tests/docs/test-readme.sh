#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The README stays short, its scripts exist and can be run, its commands take the
# options that it shows, and rgpu(7) explains the errors it names.
. "${srcdir:-.}/tests/functions.sh"
cd "$srcdir" || exit
: "${builddir:=.}"

n=$(wc -l <README.md)
[ "$n" -le 150 ] || fail "README.md has $n lines; 150 is the most"

grep -oE 'scripts/[a-z-]+' README.md HACKING.md | sed 's/.*://' | sort -u \
	>"$T/scripts"
[ -s "$T/scripts" ] || fail "README.md names no script"
while read -r script; do
	[ -x "$script" ] || fail "$script cannot be run"
done <"$T/scripts"

# Options of our commands, wherever the page shows them.
for command in rgpu-run rgpu-info rgpu-doctor rgpud; do
	"$builddir/run" $command --help >"$T/help"
	grep -oE "\b$command( +--[a-z-]+( [^ -][^ ]*)?)+" README.md |
		grep -oE -e '--[a-z-]+' | sort -u >"$T/options" || :
	while read -r option; do
		expect "$T/help" "$option"
	done <"$T/options"
done

# What the README calls an error is what a program is told.
# shellcheck disable=SC2016 # these are no command substitutions
grep -oE '`[^`]*`[^|]*, (802|803|100|46|801) ' README.md >"$T/errors" ||
	fail "README.md has no table of errors"
[ "$(wc -l <"$T/errors")" -ge 6 ] || fail "README.md names few errors"
for code in 802 803 100 46 801; do
	grep -q "Pq $code\$" man/rgpu.7 || fail "rgpu(7) does not explain $code"
done
echo "$n lines, $(wc -l <"$T/scripts") scripts"
