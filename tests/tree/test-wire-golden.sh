#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The wire is what it was: a change shows in a diff of tests/golden/wire.txt.
. "${srcdir:-.}/tests/functions.sh"
requires perl

perl "$srcdir/protocol/apigen.pl" "$srcdir/protocol/spec" wire.txt >"$T/wire"
diff -u "$srcdir/tests/golden/wire.txt" "$T/wire" ||
	fail "the wire has changed: raise RGPU_PROTOCOL_VERSION and update" \
		"tests/golden/wire.txt with apigen.pl ... wire.txt"
