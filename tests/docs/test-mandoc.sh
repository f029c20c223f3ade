#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The manual pages are what mandoc expects, and each is built and installed.
. "${srcdir:-.}/tests/functions.sh"
mandoc=${MANDOC:-mandoc}
requires "$mandoc"
: "${builddir:=.}"

n=0
for page in "$srcdir"/man/*.[0-9] "$builddir"/man/gen/*.[0-9]; do
	"$mandoc" -T lint -W warning "$page" || fail "$page"
	"$mandoc" -T ascii "$page" >"$T/text" || fail "$page"
	[ "$(wc -l <"$T/text")" -gt 20 ] || fail "$page is empty"
	grep -q "man/.*${page##*/}" "$srcdir/man/local.mk" ||
		fail "man/local.mk does not install ${page##*/}"
	# Whom a page names must exist.
	sed -n 's/^\.Xr \(rgpu[^ ]*\) \([0-9]\).*/\1.\2/p' "$page" >"$T/names"
	while read -r name; do
		[ -e "$srcdir/man/$name" ] || [ -e "$builddir/man/gen/$name" ] ||
			fail "$page: there is no page $name"
	done <"$T/names"
	n=$((n + 1))
done
[ $n -ge 5 ] || fail "only $n pages"
echo "$n pages"
