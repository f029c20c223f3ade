#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# rgpu-doctor names each thing that would keep a program from running, once, and
# finds nothing wrong with one that runs.
. "$srcdir/tests/remote/functions.sh"
cc=${CC:-cc}
cuda=$builddir/tests/cuda/bin

# doctor ARGUMENT...: through the server at $URL
doctor() {
	status=0
	timeout 60 "$builddir/run" rgpu-doctor --server "$URL" "$@" \
		>"$T/out" 2>"$T/err" || status=$?
	[ ! -s "$T/err" ] || fail "stderr: $(cat "$T/err")"
}

# finds CHECK TEXT: one problem, of this kind
finds() {
	[ $status = 1 ] || fail "status $status: $(cat "$T/out")"
	[ "$(grep -c '^PROBLEM' "$T/out")" = 1 ] ||
		fail "not one problem: $(cat "$T/out")"
	grep "^PROBLEM *$1 " "$T/out" >"$T/line" || fail "$(cat "$T/out")"
	expect "$T/line" "$2"
	expect "$T/line" '; '
}

fine() {
	[ $status = 0 ] || fail "status $status: $(cat "$T/out")"
	! grep '^PROBLEM' "$T/out" || fail "a problem, and status 0"
}

# program NAME [FLAG...]: a small one
echo 'int main(void) { return 0; }' >"$T/main.c"
program() {
	name=$1
	shift
	# shellcheck disable=SC2086 # CC may have arguments
	$cc -o "$T/$name" "$T/main.c" "$@" 2>"$T/cc" || return 1
}

start_server
program plain || fail "$(cat "$T/cc")"
doctor "$T/plain"
fine
expect "$T/out" 'backend soft'
expect "$T/out" '1 of 1 visible'

doctor "$T/nothing"
finds program 'no such program'
echo text >"$T/text" && chmod +x "$T/text"
doctor "$T/text"
finds program 'neither an ELF file nor a script'
head -c 100 "$T/plain" >"$T/cut" && chmod +x "$T/cut"
doctor "$T/cut"
finds program 'linked statically'

cp "$T/plain" "$T/setuid" && chmod u+s "$T/setuid"
doctor "$T/setuid"
finds rights 'is setuid'

# The machine is two bytes at 18; 8 is MIPS.
cp "$T/plain" "$T/mips"
printf '\010\000' | dd of="$T/mips" bs=1 seek=18 conv=notrunc 2>"$T/dd"
doctor "$T/mips"
finds program 'another architecture (ELF machine 8'

if program static -static; then
	doctor "$T/static"
	finds program 'linked statically'
fi

# A library of a library that is gone.
echo 'int rgpu_gone(void) { return 1; }' >"$T/gone.c"
# shellcheck disable=SC2086
$cc -shared -fPIC -o "$T/libgone.so" "$T/gone.c"
# shellcheck disable=SC2086
$cc -shared -fPIC -o "$T/libmiddle.so" "$T/gone.c" -Wl,--no-as-needed \
	-L"$T" -lgone
program needs -Wl,--no-as-needed -L"$T" -lmiddle -Wl,-rpath,"$T" \
	-Wl,--allow-shlib-undefined -Wl,-rpath-link,"$T" || fail "$(cat "$T/cc")"
rm "$T/libgone.so"
doctor "$T/needs"
finds libraries 'libgone.so: the library is not here'

# The driver by path.
# shellcheck disable=SC2086
$cc -shared -fPIC -Wl,-soname,"$T/libcuda.so.1" -o "$T/libcuda.so.1" "$T/gone.c"
program bypath -Wl,--no-as-needed "$T/libcuda.so.1" || fail "$(cat "$T/cc")"
doctor "$T/bypath"
finds paths "$T/libcuda.so.1 by path"

# A newer runtime than the driver, shared and static.
# shellcheck disable=SC2086
$cc -shared -fPIC -Wl,-soname,libcudart.so.99 -o "$T/libcudart.so.99" "$T/gone.c"
program newer -Wl,--no-as-needed "$T/libcudart.so.99" -Wl,-rpath,"$T" ||
	fail "$(cat "$T/cc")"
doctor "$T/newer"
finds runtime 'CUDA 99.0 (libcudart.so) is newer than'
{
	cat "$T/plain"
	echo 'libcudart_static_0 Cuda compilation tools, release 98.7, V98.7.1'
} >"$T/static-runtime"
chmod +x "$T/static-runtime"
doctor "$T/static-runtime"
finds runtime 'CUDA 98.7 (static runtime) is newer than'

# Scripts, and scripts for what is not there.
printf '#!/usr/bin/env -S sh -e\n' >"$T/script" && chmod +x "$T/script"
doctor "$T/script"
fine
expect "$T/out" 'is a script for sh'
printf '#!%s/no-such-thing\n' "$T" >"$T/orphan" && chmod +x "$T/orphan"
doctor "$T/orphan"
finds script 'is not here'

# A fat binary with machine code alone: header, entry of kind 2, and a kernel.
"${PERL:-perl}" -e '
	my $code = ".text.kernel" . "\0" x 52;
	my $entry = pack("vvVQVVVVVVQQQ", 2, 257, 64, length $code, 0, 0, 0, 90,
		0, 0, 0x11, 0, 0);
	print pack("VvvQ", 0xba55ed50, 1, 16, length($entry . $code)), $entry,
		$code;' >"$T/fatbin"
cat >"$T/sass.s" <<E2
	.section .nv_fatbin, "a"
	.balign 8
	.incbin "$T/fatbin"
E2
program sass "$T/sass.s" || fail "$(cat "$T/cc")"
doctor "$T/sass"
finds code '1 of 1 modules hold nothing that rgpu software GPU runs, only sm_90'

# Real programs.
for p in vector-add-static vector-add-shared; do
	[ -x "$cuda/$p" ] || continue
	doctor "$cuda/$p"
	fine
	expect "$T/out" 'runs on rgpu software GPU'
	grep -q '^ok *runtime *CUDA [0-9]*\.' "$T/out" || fail "$(cat "$T/out")"
done

export CUDA_VISIBLE_DEVICES=7
doctor "$T/plain"
unset CUDA_VISIBLE_DEVICES
finds devices 'is visible; change or unset CUDA_VISIBLE_DEVICES'

doctor -o json "$T/setuid"
[ $status = 1 ] || fail "status $status"
if [ "${PYTHON:-no}" != no ]; then
	"$PYTHON" - "$T/out" <<'P' || fail "$(cat "$T/out")"
import json, sys
d = json.load(open(sys.argv[1]))
assert d["problems"] == 1, d
bad = [f for f in d["findings"] if f["problem"]]
assert bad[0]["check"] == "rights" and bad[0]["remedy"], d
assert all(f["check"] and f["text"] for f in d["findings"]), d
P
fi

URL=unix:$T/nowhere
doctor "$T/plain"
finds server "$T/nowhere"
for arguments in '' '-o yaml plain' '--unknown plain'; do
	status=0
	# shellcheck disable=SC2086 # several arguments
	"$builddir/run" rgpu-doctor $arguments >"$T/out" 2>"$T/err" || status=$?
	[ $status = 2 ] || fail "status $status for '$arguments'"
	expect "$T/err" 'usage: rgpu-doctor'
done
