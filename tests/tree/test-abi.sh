#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Our ABI header agrees with the toolkit's cuda.h in every size, offset, value,
# prototype and version; the compiler compares. And a wrong one is noticed.
. "${srcdir:-.}/tests/functions.sh"
requires perl
[ -f "${CUDA_HOME:-/nonexistent}/include/cuda.h" ] || skip "no cuda.h"

perl "$srcdir/protocol/apigen.pl" "$srcdir/protocol/spec" abi-check.c \
	>"$T/check.c"
compile() {
	${CC:-cc} -std=gnu11 -fsyntax-only -Wall -Wextra -Werror \
		-Wno-missing-prototypes -I"$CUDA_HOME/include" "$1"
}
compile "$T/check.c" || fail "the ABI differs from $CUDA_HOME"

cp -r "$srcdir/protocol/spec" "$T/spec"
chmod -R u+w "$T/spec"
spoil() {
	cp "$srcdir/protocol/spec/$1" "$T/spec/$1"
	sed -i "$2" "$T/spec/$1"
	cmp -s "$srcdir/protocol/spec/$1" "$T/spec/$1" &&
		fail "nothing was spoilt by $2"
	perl "$srcdir/protocol/apigen.pl" "$T/spec" abi-check.c >"$T/bad.c"
	! compile "$T/bad.c" 2>/dev/null || fail "not noticed: $2"
	cp "$srcdir/protocol/spec/$1" "$T/spec/$1"
}
spoil types.api 's/CUDA_ERROR_ASSERT = 710/CUDA_ERROR_ASSERT = 711/'
spoil types.api 's/    size_t srcY$/    int srcY/'
spoil memory.api 's/    size_t bytesize                          in/    unsigned int bytesize                    in/'
spoil event.api 's/since 2.0$/since 2.1/'
echo "$(grep -c '' "$T/check.c") lines compared"
