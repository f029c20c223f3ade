# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The stages of scripts/test. Each builds in build/test/NAME and records its
# results; none stops the next. Sourced with $root.

trees=${root:?}/build/test

# In the build with sanitizers not run: these load the shim or the software GPU
# into programs that were built without a sanitizer's runtime.
not_sanitized='
tests/nvml/test-nvml-nvtop.sh
tests/nvml/test-nvml-python.sh
tests/remote/cuda-*
tests/remote/test-library-claims.sh
tests/remote/test-rgpu-run.sh
'
# For these the question is about the source, and the build with gcc asked it.
only_once='
tests/tree/*
tests/docs/*
tests/cuda/check-list.sh
'
# Where threads meet. ThreadSanitizer is slow, so only these.
threaded='
tests/unit/test-calls
tests/softgpu/test-soft-streams
tests/softgpu/test-soft-threads
tests/ptx/test-ptx-progress
tests/remote/test-hostile-client
'

# tests_of DIR: all tests that its Makefile knows
tests_of() {
	# shellcheck disable=SC2016 # make's variable
	printf 'include Makefile\nprint-tests:\n\t@echo $(TESTS)\n' |
		make -s -C "$1" -f - print-tests 2>/dev/null
}

# without PATTERNS NAME...: prints the names that match none of the patterns
without() {
	local patterns=$1 name pattern keep

	shift
	for name in "$@"; do
		keep=1
		for pattern in $patterns; do
			# shellcheck disable=SC2053 # it is a pattern
			[[ $name != $pattern ]] || keep=
		done
		[ -z "$keep" ] || printf '%s ' "$name"
	done
}

# check_in DIR MAKE-ARGUMENT...: runs tests there and adds their results. A test
# that hangs ends with the time limit, and counts as a failure.
check_in() {
	local dir=$1 status=0

	shift
	forget_results "$dir"
	timeout --foreground -k 30 1500 make -C "$dir" -j"${jobs:?}" "$@" \
		>"$dir/check.log" 2>&1 </dev/null || status=$?
	collect "$dir" $status
	if [ $status != 0 ] && [ "$(results "$dir" 'FAIL|XPASS|ERROR')" = 0 ]
	then
		show_end "$dir/check.log" 40
	fi
}

# with_clang: whether there is one; else the stage is skipped
with_clang() {
	has_clang_runtime || {
		skips "clang or its sanitizers are not here"
		return 1
	}
}

stage_format() {
	local version

	version=$(clang-format --version 2>/dev/null | grep -oE '[0-9]+' |
		head -n 1)
	# Another release has other opinions.
	if [ "$version" != 14 ]; then
		skips "clang-format 14 is not here"
	elif "$root/scripts/format" --check >&2; then
		passes "every C file is formatted"
	else
		fails "run scripts/format"
	fi
}

build_cuda_programs() {
	local dir=$1

	if ! cuda_home >/dev/null; then
		skips "CUDA programs: there is no nvcc"
	elif make_in "$dir" cuda -k cuda-programs; then
		passes "the CUDA programs build"
	else
		fails "the CUDA programs do not build"
	fi
}

# configured DIR ARG...: configures and builds all; a failure is a result
configured() {
	if ! configure_tree "$@" || ! timed make make_in "$1" all all; then
		fails "the build in ${1#"$root"/}"
		return 1
	fi
}

stage_gcc() {
	local dir=$trees/gcc

	configured "$dir" --enable-werror "$(with_cuda)" CC=gcc || return 0
	passes "gcc builds it without a warning"
	timed "CUDA programs" build_cuda_programs "$dir"
	timed "make check" check_in "$dir" check
}

# Warnings come from the front end, which needs no optimisation for them.
stage_clang() {
	local dir=$trees/clang

	with_clang || return 0
	configured "$dir" --enable-werror --without-cuda CC=clang CFLAGS=-O0 ||
		return 0
	if timed "make tests" make_in "$dir" tests check TESTS=; then
		passes "clang builds it without a warning"
	else
		fails "clang does not build the tests"
	fi
}

stage_asan() {
	local dir=$trees/asan chosen

	with_clang || return 0
	configured "$dir" --enable-sanitize=address,undefined --without-cuda \
		CC=clang CFLAGS='-g1 -O1' || return 0
	# shellcheck disable=SC2046 # lists of words
	chosen=$(without "$not_sanitized $only_once" $(tests_of "$dir"))
	timed "make check" check_in "$dir" check TESTS="$chosen"
}

stage_tsan() {
	local dir=$trees/tsan

	with_clang || return 0
	configured "$dir" --enable-sanitize=thread --without-cuda CC=clang \
		CFLAGS="-g1 -O1 -fsanitize-ignorelist=$root/scripts/tsan-ignore" ||
		return 0
	# shellcheck disable=SC2086 # a list of words
	timed "make tests" make_in "$dir" tests $threaded || {
		fails "the build for ThreadSanitizer"
		return 0
	}
	timed "make check" check_in "$dir" check-TESTS TESTS="${threaded//$'\n'/ }"
}

stage_bench() {
	local dir=$trees/gcc

	configured "$dir" --enable-werror "$(with_cuda)" CC=gcc || return 0
	if timeout --foreground -k 5 120 "$dir/run" \
		"$dir/benchmarks/bench-calls" </dev/null; then
		passes "the cost of a call is measured"
	else
		fails "benchmarks/bench-calls"
	fi
}
