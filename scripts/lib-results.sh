# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Counting what tests said. Automake writes one .trs file a test, with a line
# ":test-result: PASS" for each result of it (one a line of TAP).

passed=0 failed=0 skipped=0

# passes, fails, skips TEXT...: one result that is not Automake's
passes() {
	passed=$((passed + 1))
	good "passed: $*"
}

fails() {
	failed=$((failed + 1))
	bad "FAILED: $*"
}

skips() {
	skipped=$((skipped + 1))
	note "skipped: $*"
}

# forget_results DIR: so that only the run to come is counted
forget_results() {
	find "$1" -name '*.trs' -delete
}

# results DIR PATTERN: how many results below DIR have a word of this pattern
results() {
	find "$1" -name '*.trs' -exec cat {} + |
		grep -cE "^:test-result: ($2)( |$)" || :
}

# logs_with DIR PATTERN: the log of every test that has such a result
logs_with() {
	find "$1" -name '*.trs' -exec \
		grep -lE "^:test-result: ($2)( |$)" {} + |
		sed 's/trs$/log/' | sort
}

# Why a test failed: of TAP the lines that are not ok with their comments, else
# the end of the log.
show_failure() {
	if grep -q '^not ok' "$1"; then
		bad "$1:"
		awk '/^(not )?ok/ { show = /^not/ } show' "$1" | head -n 80 |
			sed 's/^/  | /' >&2
	else
		show_end "$1" 40
	fi
}

# A test that was skipped says why: a shell test in a line of its own, TAP behind
# the result.
show_skipped() {
	local log reasons reason

	logs_with "$1" SKIP | while read -r log; do
		reasons=$(sed -n 's/^ok [0-9]* - \(.*\) # SKIP /\1: /p
			s/^1\.\.0 # SKIP //p
			s/^skipped: //p' "$log")
		while read -r reason; do
			note "skipped: ${log#"$1"/}: ${reason:-see there}"
		done <<<"$reasons"
	done
}

# collect DIR STATUS: adds the results below DIR. A `make check` that failed
# with no failed test, or that left no result, is a failure of its own.
collect() {
	local good_ones bad_ones skipped_ones log

	good_ones=$(results "$1" 'PASS|XFAIL')
	bad_ones=$(results "$1" 'FAIL|XPASS|ERROR')
	skipped_ones=$(results "$1" SKIP)
	passed=$((passed + good_ones))
	failed=$((failed + bad_ones))
	skipped=$((skipped + skipped_ones))
	logs_with "$1" 'FAIL|XPASS|ERROR' | while read -r log; do
		show_failure "$log"
	done
	show_skipped "$1"
	if [ "$bad_ones" = 0 ] && [ "$2" != 0 ]; then
		fails "make check ended with status $2"
	elif [ $((good_ones + bad_ones + skipped_ones)) = 0 ]; then
		fails "no test was run"
	fi
}

# counts SINCE...: the three numbers, less those of before, in words
counts() {
	printf '%d passed, %d failed' $((passed - $1)) $((failed - $2))
	[ $((skipped - $3)) = 0 ] || printf ', %d skipped' $((skipped - $3))
	printf '\n'
}
