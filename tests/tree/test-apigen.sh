#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The generator refuses each mistake in a description, with place and reason.
. "${srcdir:-.}/tests/functions.sh"
requires perl

gen=$srcdir/protocol/apigen.pl
mkdir "$T/spec"
cp "$srcdir/protocol/spec/types.api" "$T/spec"
cases=0

# bad REASON LINE <<ENTRY: this text, as bad.api, is refused for that reason at
# that line.
bad() {
	cat >"$T/spec/bad.api"
	if perl "$gen" "$T/spec" check 2>"$T/err"; then
		fail "accepted: $(cat "$T/spec/bad.api")"
	fi
	expect "$T/err" "$1"
	expect "$T/err" "bad.api:$2:"
	cases=$((cases + 1))
}

good() {
	cat >"$T/spec/bad.api"
	perl "$gen" "$T/spec" check || fail "refused a good entry"
	cases=$((cases + 1))
}

good <<'E'
fn 0x0f01 cuGood since 13.0 ptsz
    CUdeviceptr p            in range(n, 1)
    size_t n                 in
    CUstream s               in
    post order(s) meter(memset, n)
E
bad 'no mode' 1 <<'E'
fn 0x0f01 cuX since 1.0
E
bad "no 'since VERSION'" 1 <<'E'
fn 0x0f01 cuX
    local meter(none)
E
bad "bad version 'soon'" 1 <<'E'
fn 0x0f01 cuX since soon
    local meter(none)
E
bad "expected 'fn 0xNUMB NAME since VERSION'" 1 <<'E'
fn 12 cuX since 1.0
    local meter(none)
E
bad 'number 0x0f01 of cuY is taken by cuX' 4 <<'E'
fn 0x0f01 cuX since 1.0
    local meter(none)

fn 0x0f01 cuY since 1.0
    local meter(none)
E
bad 'cuX has an entry already' 4 <<'E'
fn 0x0f01 cuX since 1.0
    local meter(none)

fn 0x0f02 cuX since 1.0
    local meter(none)
E
bad 'no meter' 1 <<'E'
fn 0x0f01 cuX since 1.0
    local
E
bad "unknown meter class 'gold'" 1 <<'E'
fn 0x0f01 cuX since 1.0
    local meter(gold)
E
bad 'two modes' 2 <<'E'
fn 0x0f01 cuX since 1.0
    call post meter(none)
E
bad "unknown word 'quickly'" 2 <<'E'
fn 0x0f01 cuX since 1.0
    call quickly meter(none)
E
bad 'a parameter needs a direction' 2 <<'E'
fn 0x0f01 cuX since 1.0
    int a
    call meter(none)
E
bad "unknown direction 'sideways'" 2 <<'E'
fn 0x0f01 cuX since 1.0
    int a                    sideways
    call meter(none)
E
bad "unknown shape 'round'" 2 <<'E'
fn 0x0f01 cuX since 1.0
    int a                    in round
    call meter(none)
E
bad "unknown type 'CUwhat'" 2 <<'E'
fn 0x0f01 cuX since 1.0
    CUwhat a                 in
    call meter(none)
E
bad 'out, but not a pointer' 2 <<'E'
fn 0x0f01 cuX since 1.0
    int a                    out
    call meter(none)
E
bad 'an output needs a reply' 2 <<'E'
fn 0x0f01 cuX since 1.0
    int *a                   out
    post meter(none)
E
bad 'a pointer that travels needs bytes' 2 <<'E'
fn 0x0f01 cuX since 1.0
    const int *a             in
    call meter(none)
E
bad 'void * needs bytes' 2 <<'E'
fn 0x0f01 cuX since 1.0
    void *a                  out
    call meter(none)
E
bad 'bytes(n): no such parameter' 2 <<'E'
fn 0x0f01 cuX since 1.0
    const void *a            in bytes(n)
    call meter(none)
E
bad 'n is the length of two parameters' 3 <<'E'
fn 0x0f01 cuX since 1.0
    const void *a            in bytes(n)
    const void *b            in bytes(n)
    size_t n                 in
    call meter(none)
E
bad 'two bulk parameters' 1 <<'E'
fn 0x0f01 cuX since 1.0
    const void *a            in bytes(n) bulk
    const void *b            in bytes(m) bulk
    size_t n                 in
    size_t m                 in
    call meter(none)
E
bad 'new is for a handle that goes out' 2 <<'E'
fn 0x0f01 cuX since 1.0
    int *a                   out new
    call meter(none)
E
bad 'del is for a handle that goes in' 2 <<'E'
fn 0x0f01 cuX since 1.0
    int a                    in del
    call meter(none)
E
bad 'range is for a CUdeviceptr' 2 <<'E'
fn 0x0f01 cuX since 1.0
    size_t a                 in range(a, 1)
    call meter(none)
E
bad 'cstr is for a const char *' 2 <<'E'
fn 0x0f01 cuX since 1.0
    char *a                  in cstr
    call meter(none)
E
bad 'a structure does not travel yet' 2 <<'E'
fn 0x0f01 cuX since 1.0
    CUipcMemHandle a         in
    call meter(none)
E
bad 'order(s): no such parameter' 1 <<'E'
fn 0x0f01 cuX since 1.0
    int a                    in
    call order(s) meter(none)
E
bad 'order(a): not a CUstream' 1 <<'E'
fn 0x0f01 cuX since 1.0
    int a                    in
    call order(a) meter(none)
E
bad 'sync(s): no such parameter' 1 <<'E'
fn 0x0f01 cuX since 1.0
    call sync(s) meter(none)
E
bad 'ptsz needs a parameter of type CUstream' 1 <<'E'
fn 0x0f01 cuX since 7.0 ptsz
    int a                    in
    call meter(none)
E
bad 'custom(nobody)' 1 <<'E'
fn 0x0f01 cuX since 1.0
    call custom(nobody) meter(none)
E
bad 'custom(…) is for call, post and via' 1 <<'E'
fn 0x0f01 cuX since 1.0
    local custom(client) meter(none)
E
bad 'custom needs (…)' 2 <<'E'
fn 0x0f01 cuX since 1.0
    call custom meter(none)
E
bad 'refuse needs a reason it knows' 1 <<'E'
fn 0x0f01 cuX since 1.0
    refuse(tired) meter(none)
E
bad 'notify is for a call by hand' 1 <<'E'
fn 0x0700 f                                      since 2.0
    int x                                    in
    call custom(server) notify meter(none)
E
good <<'E'
op 0x0700 f
    int x                                    in
    call custom(server) notify meter(none)
E
bad 'always is for a call with fields' 1 <<'E'
fn 0x0f01 cuX since 1.0
    call always meter(none)
E
bad 'same(): no such entry' 1 <<'E'
fn 0x0f01 cuX since 1.0
    same(cuNone) meter(none)
E
bad 'same(cuY): other parameters' 1 <<'E'
fn 0x0f01 cuX since 1.0
    int a                    in
    same(cuY) meter(none)

fn 0x0f02 cuY since 2.0
    size_t a                 in
    call meter(none)
E
bad 'via(cuNone): no such entry' 1 <<'E'
fn 0x0f01 cuX since 1.0
    via(cuNone) meter(none)
E
bad 'via(cuY): not call or post' 1 <<'E'
fn 0x0f01 cuX since 1.0
    via(cuY) meter(none)

fn 0x0f02 cuY since 2.0
    local meter(none)
E
bad 'via(cuY): the parameters do not fit' 1 <<'E'
fn 0x0f01 cuX since 1.0
    via(cuY) meter(none)

fn 0x0f02 cuY since 2.0
    int more                 in
    call meter(none)
E
bad 'a message of our own is call or post' 1 <<'E'
op 0x0f01 rgpu_x
    local meter(none)
E
bad 'type CUdevice is there already' 1 <<'E'
type CUdevice = int : i32
E
bad "unknown wire type 'u128'" 1 <<'E'
type CUbig = int : u128
E
bad 'cannot read' 1 <<'E'
hello world
E
bad 'an indented line without a head' 1 <<'E'
    int a                    in
E
if perl "$gen" "$T/spec" nonsense 2>"$T/err"; then
	fail "an unknown output was accepted"
fi
expect "$T/err" usage
echo "$cases cases"
