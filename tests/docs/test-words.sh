#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Words that must not occur in the tree: paths of one machine, unfinished work,
# names of hosts that only some people can reach.
. "${srcdir:-.}/tests/functions.sh"
cd "$srcdir" || exit

git ls-files >"$T/files" 2>/dev/null || :
[ -s "$T/files" ] || skip "not a git checkout"
# This file and golden data are not looked at.
grep -vx -e tests/docs/test-words.sh -e LICENSE "$T/files" >"$T/looked"

# none PATTERN WHAT: no line of any file matches the extended expression.
none() {
	tr '\n' '\0' <"$T/looked" |
		xargs -0 grep -InE -- "$1" >"$T/found" 2>/dev/null || :
	[ ! -s "$T/found" ] || {
		head -n 5 "$T/found" >&2
		fail "$2"
	}
}

none '\b(TODO|FIXME|XXX)\b' 'unfinished work is not marked, it is finished'
none '/(home|Users|root)/[a-z]' 'a path of one machine'
none '(^|[^a-zA-Z0-9_.}$])/wor[k]/' 'a path of one machine'
none '/tmp/b[0-9a-z]+/' 'a path of one machine'
none '[a-z0-9-]+\.(internal|corp|lan)\b' 'a host of one network'
none '(^|[^a-zA-Z])(GPT|Claude|Copilot|ChatGPT)([^a-zA-Z]|$)' 'a tool'
[ "$(wc -l <"$T/looked")" -gt 100 ] || fail "few files were looked at"
echo "$(wc -l <"$T/looked") files"
