#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The hostile client against sessions on the software GPU.
. "$srcdir/tests/functions.sh"
"$builddir/run" "$builddir/tests/remote/test-hostile-client" soft
