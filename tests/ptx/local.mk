# SPDX-License-Identifier: Apache-2.0
# Tests of the PTX engine. ref-*.c is a second opinion on every instruction,
# ops*.c walks the table of forms with it.
ptx_tests = \
	%reldir%/test-ptx-call \
	%reldir%/test-ptx-fault \
	%reldir%/test-ptx-flow \
	%reldir%/test-ptx-memory \
	%reldir%/test-ptx-module \
	%reldir%/test-ptx-ops-bits \
	%reldir%/test-ptx-ops-cvt \
	%reldir%/test-ptx-ops-float \
	%reldir%/test-ptx-ops-half \
	%reldir%/test-ptx-ops-int \
	%reldir%/test-ptx-ops-mem \
	%reldir%/test-ptx-ops-move \
	%reldir%/test-ptx-ops-warp \
	%reldir%/test-ptx-printf \
	%reldir%/test-ptx-progress \
	$(NULL)
check_PROGRAMS += $(ptx_tests)
TESTS += $(ptx_tests)

check_LTLIBRARIES += tests/ptx/libharness.la tests/ptx/libops.la
tests_ptx_libharness_la_SOURCES = %reldir%/harness.c %reldir%/harness.h
tests_ptx_libharness_la_LIBADD = softgpu/ptx/libptx.la common/libcommon.la
tests_ptx_libops_la_SOURCES = \
	%reldir%/ops-shape.c \
	%reldir%/ops-values.c \
	%reldir%/ops.c \
	%reldir%/ops.h \
	%reldir%/ref-bits.c \
	%reldir%/ref-cvt.c \
	%reldir%/ref-float.c \
	%reldir%/ref-half.c \
	%reldir%/ref-int.c \
	%reldir%/ref-select.c \
	%reldir%/ref.h \
	$(NULL)
# The reference rounds as it is written.
tests_ptx_libops_la_CFLAGS = $(AM_CFLAGS) -ffp-contract=off -frounding-math
tests_ptx_libops_la_LIBADD = tests/ptx/libharness.la
