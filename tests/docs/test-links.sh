#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every file that a page links to, or names as a path of this tree, is there.
. "${srcdir:-.}/tests/functions.sh"
cd "$srcdir" || exit

git ls-files '*.md' >"$T/pages" 2>/dev/null || :
[ -s "$T/pages" ] ||
	find . -name '*.md' -not -path './build*' | sed 's|^\./||' >"$T/pages"
links=0
while read -r page; do
	dir=$(dirname "$page")
	# [text](target): a file beside the page, without #section.
	grep -oE '\]\([^)]+\)' "$page" | sed 's/^](\(.*\))$/\1/; s/#.*//' \
		>"$T/links" || :
	while read -r target; do
		case $target in '' | *://*) continue ;; esac
		[ -e "$dir/$target" ] || fail "$page: no file $target"
		links=$((links + 1))
	done <"$T/links"
	# `folder/file.ext`: a path from the top or beside the page.
	# shellcheck disable=SC2016 # these are no command substitutions
	grep -oE '`[a-z]+/[A-Za-z0-9_./-]+`' "$page" | tr -d '`' |
		sort -u >"$T/paths" || :
	while read -r path; do
		case $path in */gen/* | build/* | softgpu/.libs) continue ;; esac
		# A prefix of files counts, too: server/backend.
		[ -e "$path" ] || [ -e "$dir/$path" ] ||
			[ -n "$(find "${path%/*}" -path "$path*" 2>/dev/null)" ] ||
			git check-ignore -q "$path" 2>/dev/null ||
			fail "$page: no file $path"
		links=$((links + 1))
	done <"$T/paths"
done <"$T/pages"
[ $links -ge 30 ] || fail "only $links links were seen"
echo "$links links and paths in $(wc -l <"$T/pages") pages"
