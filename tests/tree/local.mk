# SPDX-License-Identifier: Apache-2.0
# About the source tree and what is built from it.
tree_tests = \
	tests/tree/test-abi.sh \
	tests/tree/test-apigen.sh \
	tests/tree/test-exports.sh \
	tests/tree/test-headers.sh \
	tests/tree/test-layers.sh \
	tests/tree/test-style.sh \
	tests/tree/test-wire-golden.sh \
	$(NULL)
TESTS += $(tree_tests)
EXTRA_DIST += $(tree_tests) tests/golden/wire.txt
