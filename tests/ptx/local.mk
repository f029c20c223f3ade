# SPDX-License-Identifier: Apache-2.0
# Tests of the PTX engine. ref-*.c is a second opinion on every instruction,
# ops*.c walks the table of forms with it.
ptx_tests = \
	%reldir%/test-ptx-call \
	%reldir%/test-ptx-copy \
	%reldir%/test-ptx-tex \
	%reldir%/test-ptx-fault \
	%reldir%/test-ptx-flow \
	%reldir%/test-ptx-forms \
	%reldir%/test-ptx-hostile \
	%reldir%/test-ptx-mbarrier \
	%reldir%/test-ptx-memory \
	%reldir%/test-ptx-mma \
	%reldir%/test-ptx-module \
	%reldir%/test-ptx-ops-bits \
	%reldir%/test-ptx-ops-cvt \
	%reldir%/test-ptx-ops-float \
	%reldir%/test-ptx-ops-half \
	%reldir%/test-ptx-ops-int \
	%reldir%/test-ptx-ops-mem \
	%reldir%/test-ptx-ops-move \
	%reldir%/test-ptx-ops-video \
	%reldir%/test-ptx-ops-warp \
	%reldir%/test-ptx-printf \
	%reldir%/test-ptx-progress \
	%reldir%/test-ptx-wmma \
	$(NULL)
check_PROGRAMS += $(ptx_tests)
TESTS += $(ptx_tests) %reldir%/test-ptx-coverage.sh %reldir%/test-ptx-isas.sh
EXTRA_DIST += \
	%reldir%/forms-nvcc.txt \
	%reldir%/opcodes-libraries.txt \
	%reldir%/opcodes-own.txt \
	%reldir%/test-ptx-coverage.sh \
	%reldir%/test-ptx-isas.sh \
	$(NULL)
tests/ptx/test-ptx-coverage.log: softgpu/ptx/ptx-coverage$(EXEEXT)
tests/ptx/test-ptx-isas.log: $(ptx_tests)

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
	%reldir%/ref-matrix.c \
	%reldir%/ref-matrix.h \
	%reldir%/ref-select.c \
	%reldir%/ref-video.c \
	%reldir%/ref.h \
	$(NULL)
# The reference rounds as it is written.
tests_ptx_libops_la_CFLAGS = $(AM_CFLAGS) -ffp-contract=off
tests_ptx_libops_la_LIBADD = tests/ptx/libharness.la

tests_ptx_test_ptx_call_SOURCES = %reldir%/test-ptx-call.c
tests_ptx_test_ptx_call_LDADD = tests/ptx/libharness.la
tests_ptx_test_ptx_copy_SOURCES = %reldir%/test-ptx-copy.c
tests_ptx_test_ptx_copy_LDADD = tests/ptx/libharness.la
tests_ptx_test_ptx_tex_SOURCES = %reldir%/test-ptx-tex.c
tests_ptx_test_ptx_tex_LDADD = tests/ptx/libharness.la
tests_ptx_test_ptx_fault_SOURCES = %reldir%/test-ptx-fault.c
tests_ptx_test_ptx_fault_LDADD = tests/ptx/libharness.la
tests_ptx_test_ptx_flow_SOURCES = %reldir%/test-ptx-flow.c
tests_ptx_test_ptx_flow_LDADD = tests/ptx/libharness.la
tests_ptx_test_ptx_forms_SOURCES = %reldir%/test-ptx-forms.c
tests_ptx_test_ptx_forms_LDADD = tests/ptx/libharness.la
tests_ptx_test_ptx_hostile_SOURCES = %reldir%/test-ptx-hostile.c
tests_ptx_test_ptx_hostile_LDADD = tests/ptx/libharness.la
tests_ptx_test_ptx_mbarrier_SOURCES = %reldir%/test-ptx-mbarrier.c
tests_ptx_test_ptx_mbarrier_LDADD = tests/ptx/libops.la
tests_ptx_test_ptx_memory_SOURCES = %reldir%/test-ptx-memory.c
tests_ptx_test_ptx_memory_LDADD = tests/ptx/libharness.la
tests_ptx_test_ptx_mma_SOURCES = %reldir%/test-ptx-mma.c
tests_ptx_test_ptx_mma_LDADD = tests/ptx/libops.la
tests_ptx_test_ptx_module_SOURCES = %reldir%/test-ptx-module.c
tests_ptx_test_ptx_module_LDADD = tests/ptx/libharness.la
tests_ptx_test_ptx_ops_bits_SOURCES = %reldir%/test-ptx-ops-bits.c
tests_ptx_test_ptx_ops_bits_LDADD = tests/ptx/libops.la
tests_ptx_test_ptx_ops_cvt_SOURCES = %reldir%/test-ptx-ops-cvt.c
tests_ptx_test_ptx_ops_cvt_LDADD = tests/ptx/libops.la
tests_ptx_test_ptx_ops_float_SOURCES = %reldir%/test-ptx-ops-float.c
tests_ptx_test_ptx_ops_float_LDADD = tests/ptx/libops.la
tests_ptx_test_ptx_ops_half_SOURCES = %reldir%/test-ptx-ops-half.c
tests_ptx_test_ptx_ops_half_LDADD = tests/ptx/libops.la
tests_ptx_test_ptx_ops_int_SOURCES = %reldir%/test-ptx-ops-int.c
tests_ptx_test_ptx_ops_int_LDADD = tests/ptx/libops.la
tests_ptx_test_ptx_ops_mem_SOURCES = \
	%reldir%/ops-atom.c \
	%reldir%/ops-mem.c \
	%reldir%/ops-mem.h \
	%reldir%/test-ptx-ops-mem.c \
	$(NULL)
tests_ptx_test_ptx_ops_mem_LDADD = tests/ptx/libops.la
tests_ptx_test_ptx_ops_move_SOURCES = %reldir%/test-ptx-ops-move.c
tests_ptx_test_ptx_ops_move_LDADD = tests/ptx/libops.la
tests_ptx_test_ptx_ops_video_SOURCES = %reldir%/test-ptx-ops-video.c
tests_ptx_test_ptx_ops_video_LDADD = tests/ptx/libops.la
tests_ptx_test_ptx_ops_warp_SOURCES = %reldir%/test-ptx-ops-warp.c
tests_ptx_test_ptx_ops_warp_LDADD = tests/ptx/libops.la
tests_ptx_test_ptx_printf_SOURCES = %reldir%/test-ptx-printf.c
tests_ptx_test_ptx_printf_LDADD = tests/ptx/libharness.la
tests_ptx_test_ptx_progress_SOURCES = %reldir%/test-ptx-progress.c
tests_ptx_test_ptx_progress_LDADD = tests/ptx/libharness.la
tests_ptx_test_ptx_wmma_SOURCES = %reldir%/test-ptx-wmma.c
tests_ptx_test_ptx_wmma_LDADD = tests/ptx/libops.la
