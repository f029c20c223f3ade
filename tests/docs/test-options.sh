#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The options of a command, of its --help and of its manual page are the same.
. "${srcdir:-.}/tests/functions.sh"
: "${builddir:=.}"

# "--name" of every option that a command's source takes, but --help, --version.
options_of_source() {
	sed -n 's/.*{"\([a-z-]*\)", \(required\|no\)_argument.*/--\1/p' \
		"$srcdir/$1" | grep -vx -e --help -e --version | sort -u
}

# From "--help"; -o stands for --output there.
options_of_help() {
	"$builddir/run" "$1" --help | grep -oE -e '(^|[^-a-z])--?[a-z][a-z-]*' |
		grep -oE -e '--?[a-z][a-z-]*' | sed 's/^-o$/--output/' |
		sort -u
}

# ".It Fl Fl name": every entry; also behind a short form.
options_of_page() {
	grep '^\.It Fl' "$srcdir/man/$1" | grep -oE 'Fl Fl [a-z-]+' |
		sed 's/Fl Fl /--/' | grep -vx -e --help -e --version | sort -u
}

# Short forms: what the source's option string takes is in the page.
check_short() {
	string=$(sed -n 's/.*getopt_long(argc, argv, "\([^"]*\)".*/\1/p' \
		"$srcdir/$1" | tr -d ':+')
	for c in $(echo "$string" | grep -o .); do
		grep -q "^\.It Fl $c" "$srcdir/man/$2" ||
			fail "$2 has no entry for -$c"
	done
}

# check COMMAND SOURCE PAGE
check() {
	options_of_source "$2" >"$T/source"
	options_of_help "$1" >"$T/help"
	options_of_page "$3" >"$T/page"
	[ -s "$T/source" ] || fail "no options in $2"
	diff "$T/source" "$T/help" || fail "$1 --help lists other options"
	diff "$T/source" "$T/page" || fail "$3 describes other options"
	check_short "$2" "$3"
	for option in --help --version; do
		"$builddir/run" "$1" $option >"$T/out" || fail "$1 $option"
		[ -s "$T/out" ] || fail "$1 $option prints nothing"
	done
	status=0
	"$builddir/run" "$1" --no-such-option >"$T/out" 2>"$T/err" || status=$?
	[ $status = 2 ] || fail "$1: an unknown option ends with $status, not 2"
	expect "$T/err" "usage: $1"
	# The synopsis names each of them, too.
	sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/p' "$srcdir/man/$3" \
		>"$T/synopsis"
	while read -r option; do
		[ "$option" != --output ] || option=-o
		grep -q "Fl ${option#-}\>" "$T/synopsis" ||
			grep -q "Fl Fl ${option#--}\>" "$T/synopsis" ||
			fail "$3: $option is not in the synopsis"
	done <"$T/source"
	echo "$1: $(tr '\n' ' ' <"$T/source")"
}

check rgpu-run libclient/rgpu-run.c rgpu-run.1
check rgpu-info libclient/rgpu-info.c rgpu-info.1
check rgpu-doctor libclient/rgpu-doctor.c rgpu-doctor.1
check rgpud server/rgpud.c rgpud.8
