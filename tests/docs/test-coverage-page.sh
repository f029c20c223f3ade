#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# rgpu-coverage(7) has each function of the driver API once, counts them right,
# and tells the truth: a refused function is refused by the client's library.
. "${srcdir:-.}/tests/functions.sh"
: "${builddir:=.}"
page=$builddir/man/gen/rgpu-coverage.7

grep -hoE '^fn 0x[0-9a-f]+ [A-Za-z0-9_]+' "$srcdir"/protocol/spec/*.api |
	sed 's/.* //' | sort >"$T/all"
sed -n 's/^\.It \(cu[A-Za-z0-9_]*\) Ta .*/\1/p' "$page" | sort >"$T/works"
sed -n 's/^\(cu[A-Za-z0-9_]*\)$/\1/p' "$page" | sort >"$T/refused"
sort "$T/works" "$T/refused" | diff "$T/all" - ||
	fail "the page and protocol/spec have other functions"
expect "$page" "Of the $(wc -l <"$T/all") functions"
expect "$page" "$(wc -l <"$T/works") work and $(wc -l <"$T/refused") are"

# The exported function of a refused entry does nothing but refuse.
grep -oE 'return rgpu_refuse\(RGPU_OP_[A-Za-z0-9_]+' \
	"$builddir/libclient/gen/send.c" | sed 's/.*OP_//' | sort -u | diff "$T/refused" - ||
	fail "the library refuses other functions than the page says"
echo "$(wc -l <"$T/works") work, $(wc -l <"$T/refused") are refused"
