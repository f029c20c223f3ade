# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the scripts here say: progress on stderr, in colour on a terminal unless
# NO_COLOR is set. Sourced; the script's name comes from $0.

if [ -t 2 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
	bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
else
	bold='' red='' green='' plain=''
fi

# say TEXT...: a step begins
say() {
	printf '%s%s%s\n' "$bold" "$*" "$plain" >&2
}

# timed NAME COMMAND...: runs it and says how long it took
timed() {
	local name=$1 start=$SECONDS status=0

	shift
	"$@" || status=$?
	note "$name: $((SECONDS - start)) s"
	return $status
}

# note TEXT...: a detail of the step
note() {
	printf '  %s\n' "$*" >&2
}

# good TEXT...: a result to be glad of
good() {
	printf '  %s%s%s\n' "$green" "$*" "$plain" >&2
}

# bad TEXT...: a result to look at
bad() {
	printf '  %s%s%s\n' "$red" "$*" "$plain" >&2
}

die() {
	printf '%s%s: %s%s\n' "$red" "${0##*/}" "$*" "$plain" >&2
	exit 1
}

# The comment at the head of the script is its help.
show_help() {
	sed -n '3,/^[^#]/s/^# \{0,1\}//p' "$0"
}

# usage_error TEXT...: ends with 2 and the place of the help
usage_error() {
	printf '%s: %s (try --help)\n' "${0##*/}" "$*" >&2
	exit 2
}

# logged FILE COMMAND...: runs it with all output in FILE; when it fails, shows
# the end of FILE and fails.
logged() {
	local log=$1 status=0

	shift
	"$@" >"$log" 2>&1 </dev/null || status=$?
	[ $status != 0 ] || return 0
	bad "failed with status $status: $*"
	show_end "$log" 40
	return $status
}

# show_end FILE LINES: the end of a log, indented
show_end() {
	bad "the last lines of $1:"
	tail -n "$2" "$1" | sed 's/^/  | /' >&2
}
