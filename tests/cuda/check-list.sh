#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# That LIST, the folder and local.mk agree: every line of LIST is complete,
# every source exists and is used, and the tarball will have every file.
set -eu

here=${srcdir:-.}/tests/cuda
[ -f "$here/LIST" ] || here=$(dirname "$0")
bad=0

complain()
{
	echo "$*" >&2
	bad=1
}

# Of each line: ten columns, known builds, numbers where there must be some.
awk -F'|' '
	/^#/ || /^$/ { next }
	{ gsub(/ /, "", $1) }
	NF != 10 { print "LIST:" NR ": " NF " columns, not 10"; bad = 1 }
	seen[$1]++ { print "LIST:" NR ": " $1 " is there twice"; bad = 1 }
	$3 !~ /^( (static|shared|ptds|rdc|driver))+ $/ {
		print "LIST:" NR ": builds:" $3; bad = 1
	}
	$7 !~ /^ [0-9]+ $/ || $9 !~ /^ [12] $/ || $10 !~ /^ [12]$/ {
		print "LIST:" NR ": exit, devices or step"; bad = 1
	}
	END { exit bad }
' "$here/LIST" >&2 || bad=1

sources=$(sed -n '/^[a-z]/s/^[^|]*|\([^|]*\)|.*/\1/p' "$here/LIST")
[ -n "$sources" ] || complain "LIST has no programs"
for source in $sources; do
	[ -f "$here/$source" ] || complain "LIST: there is no $source"
done

for path in "$here"/*; do
	file=${path##*/}
	case $file in
	local.mk | bin | obj | programs.mk*) continue ;;
	esac
	grep -q "^	tests/cuda/$file " "$here/local.mk" ||
		complain "local.mk: $file is not distributed"
	case $file in
	verify-test.c) continue ;;
	*.cu | *.c)
		# Unquoted on purpose: one name a line.
		# shellcheck disable=SC2086
		printf '%s\n' $sources | grep -qxF "$file" ||
			complain "$file: no program of LIST is made of it"
		;;
	esac
	case $file in
	*.cu | *.c | *.h | *.sh | LIST)
		head -2 "$path" | grep -q 'SPDX-License-Identifier: Apache' ||
			complain "$file: no licence line"
		;;
	esac
done
exit $bad
