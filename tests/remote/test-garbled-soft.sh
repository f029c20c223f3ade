#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Damaged streams against sessions on the software GPU, with another seed.
. "$srcdir/tests/functions.sh"
"$builddir/run" "$builddir/tests/remote/test-garbled-frames" 2000 soft 0x5eed
