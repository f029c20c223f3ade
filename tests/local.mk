# SPDX-License-Identifier: Apache-2.0
# What every test may use; functions.sh is what shell tests begin with.
AM_TESTS_ENVIRONMENT = \
	srcdir='$(abs_top_srcdir)'; export srcdir; \
	builddir='$(abs_top_builddir)'; export builddir; \
	CC='$(CC)'; export CC; \
	PERL='$(PERL)'; export PERL; \
	PYTHON='$(PYTHON)'; export PYTHON; \
	MANDOC='$(MANDOC)'; export MANDOC; \
	CUDA_HOME='$(CUDA_HOME)'; export CUDA_HOME;
EXTRA_DIST += tests/functions.sh tests/check.h

# Tests of many cases report each of them: .tap.
TEST_EXTENSIONS = .sh .tap
TAP_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) \
	$(top_srcdir)/build-aux/tap-driver.sh

include tests/unit/local.mk
include tests/tree/local.mk
include tests/docs/local.mk
include tests/remote/local.mk
include tests/nvml/local.mk
include tests/softgpu/local.mk
include tests/ptx/local.mk
include tests/cuda/local.mk
include tests/fuzz/local.mk
