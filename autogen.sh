#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes configure in a tree that comes from git.
set -e
cd "$(dirname "$0")"
for t in autoreconf automake libtoolize; do
	command -v $t >/dev/null || {
		echo "autogen.sh: $t is missing: apt-get install autoconf" \
			"automake libtool" >&2
		exit 1
	}
done
exec autoreconf -fi
