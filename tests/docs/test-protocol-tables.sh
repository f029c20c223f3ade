#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The tables of PROTOCOL.md: every constant has the value of the headers, every
# constant of the wire's headers is there, the messages are those described in
# protocol/spec.
. "${srcdir:-.}/tests/functions.sh"
cc=${CC:-cc}
perl=${PERL:-perl}
requires "$perl"
: "${builddir:=.}"
page=$srcdir/PROTOCOL.md

# Rows "| NAME | VALUE |": the compiler compares.
sed -n 's/^| \(RGPU_[A-Z0-9_]*\) | \([0-9a-fx]*\) |.*/\1 \2/p' "$page" \
	>"$T/constants"
n=$(wc -l <"$T/constants")
[ "$n" -ge 40 ] || fail "only $n constants were seen"
{
	echo '#include "config.h"'
	for h in protocol/bundle.h protocol/facts.h protocol/frame.h \
		protocol/function.h protocol/hello.h protocol/jit.h \
		cudaabi/gen/ops.h server/session.h server/staging.h; do
		echo "#include \"$h\""
	done
	while read -r name value; do
		echo "_Static_assert($name == $value, \"$name is not $value\");"
	done <"$T/constants"
} >"$T/check.c"
# shellcheck disable=SC2086 # CC may have arguments
$cc -std=gnu11 -fsyntax-only -I"$srcdir" -I"$builddir" "$T/check.c" ||
	fail "PROTOCOL.md and the headers differ"

# The other direction, for the headers that describe the wire.
(cd "$srcdir" && cat protocol/frame.h protocol/function.h protocol/hello.h \
	protocol/jit.h protocol/facts.h server/session.h) |
	grep -oE '^(#define|	)[[:space:]]*RGPU_[A-Z0-9_]+(_[A-Z]+)? ?(=|[[:space:]])' |
	grep -oE 'RGPU_[A-Z0-9_]+' | sort -u >"$T/names"
[ "$(wc -l <"$T/names")" -ge 30 ] || fail "few constants in the headers"
while read -r name; do
	case $name in
	RGPU_PROTOCOL_*_H | RGPU_SERVER_*_H) continue ;;
	# Sizes of memory, not of the wire.
	RGPU_DEVICE_NAME | RGPU_PEER_ATTRIBUTES | RGPU_FUNC_ATTRIBUTES | \
		RGPU_JIT_BYTES_MAX) continue ;;
	RGPU_SERVE_LATER) continue ;;
	esac
	grep -q "^| $name | [0-9]" "$page" ||
		fail "PROTOCOL.md has no row for $name"
done <"$T/names"

"$perl" "$srcdir/protocol/apigen.pl" "$srcdir/protocol/spec" messages.md \
	>"$T/messages"
grep -A 2 '^| number | name | mode |' "$page" >/dev/null ||
	fail "PROTOCOL.md has no table of messages"
sed -n '/^| number | name | mode |/,/^$/p' "$page" | sed '/^$/d' >"$T/shown"
diff "$T/messages" "$T/shown" ||
	fail "the table of messages is not that of apigen.pl protocol/spec messages.md"
echo "$n constants and $(wc -l <"$T/messages") rows agree"
