#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# NVIDIA's libraries are told other limits than programs, natively and remotely,
# if the device runs PTX alone; and the same as programs if it does not.
. "$srcdir/tests/remote/functions.sh"
cc=${CC:-cc}
claims=$T/claims

cat >"$T/asks.c" <<'END'
#include <stdio.h>
int cuInit(unsigned);
int cuDeviceGetAttribute(int *, int, int);
int cuDeviceComputeCapability(int *, int *, int);
void
ask(const char *who)
{
	int v[5] = {0};

	if (cuInit(0) || cuDeviceGetAttribute(&v[0], 75, 0) ||
		cuDeviceGetAttribute(&v[1], 76, 0) ||
		cuDeviceGetAttribute(&v[2], 97, 0) ||
		cuDeviceComputeCapability(&v[3], &v[4], 0))
		puts("error");
	printf("%s: %d.%d %d %d.%d\n", who, v[0], v[1], v[2], v[3], v[4]);
}
END
cat >"$T/main.c" <<'END'
void ask_program(const char *);
void ask_library(const char *);
int
main(void)
{
	ask_program("program");
	ask_library("library");
	ask_program("program");
	return 0;
}
END
# shellcheck disable=SC2086 # CC may have arguments
{
	$cc -shared -fPIC -Dask=ask_library -o "$T/libcublasClaims.so.1" \
		-Wl,-soname,libcublasClaims.so.1 "$T/asks.c" &&
		$cc -o "$claims" -Dask=ask_program "$T/main.c" "$T/asks.c" \
			"$T/libcublasClaims.so.1" \
			"$builddir/softgpu/.libs/libcuda.so.1" \
			-Wl,-rpath,"$T" -Wl,--allow-shlib-undefined
} >"$T/cc" 2>&1 || fail "no test program: $(cat "$T/cc")"

# said PROGRAM LIBRARY: the lines of one run
said() {
	printf 'program: %s\nlibrary: %s\nprogram: %s\n' "$1" "$2" "$1" \
		>"$T/want"
	diff "$T/want" "$T/out" >&2 || fail "$3"
}
natively() {
	LD_LIBRARY_PATH=$builddir/softgpu/.libs timeout 60 "$claims" \
		>"$T/out" 2>"$T/err" || fail "native: $(cat "$T/err")"
}
remotely() {
	timeout 60 "$builddir/run" rgpu-run "$@" "$claims" \
		>"$T/out" 2>"$T/err" || fail "remote: $(cat "$T/err")"
}

natively
said '12.1 101376 12.1' '13.0 101376 13.0' 'native'
remotely --soft
said '12.1 101376 12.1' '13.0 101376 13.0' 'remote'

SOFTGPU_CC=9.0
SOFTGPU_LIBRARY_CC=14.2
SOFTGPU_LIBRARY_SHARED=49152
export SOFTGPU_CC SOFTGPU_LIBRARY_CC SOFTGPU_LIBRARY_SHARED
natively
said '9.0 101376 9.0' '14.2 49152 14.2' 'native, with settings'
remotely --soft
said '9.0 101376 9.0' '14.2 49152 14.2' 'remote, with settings'
unset SOFTGPU_CC SOFTGPU_LIBRARY_CC SOFTGPU_LIBRARY_SHARED

# As with a real GPU, whose driver makes no claims.
BACKEND=null
start_server
remotely --server "$URL"
said '12.1 0 12.1' '12.1 0 12.1' 'a server that does not run PTX alone'
