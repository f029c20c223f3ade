#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every file names its licence; C files are as clang-format leaves them; shell
# scripts please shellcheck.
. "${srcdir:-.}/tests/functions.sh"
cd "$srcdir"
git ls-files >"$T/files" 2>/dev/null && [ -s "$T/files" ] ||
	skip "not a git checkout"

while read -r f; do
	case $f in LICENSE | tests/golden/* | *.ptx.in) continue ;; esac
	head -n 3 "$f" | grep -q 'SPDX-License-Identifier: Apache-2.0' ||
		fail "$f does not name its licence"
done <"$T/files"
if command -v clang-format >/dev/null; then
	grep '\.[ch]$' "$T/files" | xargs clang-format --dry-run -Werror ||
		fail "run scripts/format"
fi
if command -v shellcheck >/dev/null; then
	# Sourced files set variables and `set -e`, which it does not see.
	xargs grep -lE '^#!/bin/(ba)?sh' <"$T/files" |
		xargs shellcheck -S warning -e SC1091,SC2034,SC2154,SC2164 ||
		fail "shellcheck"
fi
