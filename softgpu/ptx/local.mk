# SPDX-License-Identifier: Apache-2.0
# The PTX engine: text in, kernels run. Knows nothing of the CUDA API.
#
# The executor is built once for each level of the instruction set; the files
# are the same, PTX_ISA names what they export.
noinst_LTLIBRARIES += softgpu/ptx/libptx.la

softgpu_ptx_exec_sources = \
	%reldir%/exec-approx.c \
	%reldir%/exec-atom.c \
	%reldir%/exec-cvt.c \
	%reldir%/exec-float.c \
	%reldir%/exec-flow.c \
	%reldir%/exec-half.c \
	%reldir%/exec-int.c \
	%reldir%/exec-matrix.c \
	%reldir%/exec-tex.c \
	%reldir%/exec-mbarrier.c \
	%reldir%/exec-mem.c \
	%reldir%/exec-move.c \
	%reldir%/exec-run.c \
	%reldir%/exec-warp.c \
	$(NULL)
# Registers are plain memory that handlers read as any type. Products and sums
# stay apart, so that all builds round alike; nothing reads errno or the
# exception flags. clang says where it found no vectors: no warning here.
softgpu_ptx_exec_cflags = $(AM_CFLAGS) -fno-strict-aliasing \
	-ffp-contract=off -fno-math-errno -fno-trapping-math $(NULL)

noinst_LTLIBRARIES += softgpu/ptx/libexec-generic.la
softgpu_ptx_libexec_generic_la_SOURCES = $(softgpu_ptx_exec_sources)
softgpu_ptx_libexec_generic_la_CPPFLAGS = $(AM_CPPFLAGS) -DPTX_ISA=generic \
	-DPTX_PORTABLE
softgpu_ptx_libexec_generic_la_CFLAGS = $(softgpu_ptx_exec_cflags)
softgpu_ptx_libptx_la_LIBADD = softgpu/ptx/libexec-generic.la

if HOST_X86_64
noinst_LTLIBRARIES += \
	softgpu/ptx/libexec-v2.la \
	softgpu/ptx/libexec-v3.la \
	softgpu/ptx/libexec-v4.la \
	$(NULL)
softgpu_ptx_libexec_v2_la_SOURCES = $(softgpu_ptx_exec_sources)
softgpu_ptx_libexec_v2_la_CPPFLAGS = $(AM_CPPFLAGS) -DPTX_ISA=v2
softgpu_ptx_libexec_v2_la_CFLAGS = $(softgpu_ptx_exec_cflags) \
	-march=x86-64-v2
softgpu_ptx_libexec_v3_la_SOURCES = $(softgpu_ptx_exec_sources)
softgpu_ptx_libexec_v3_la_CPPFLAGS = $(AM_CPPFLAGS) -DPTX_ISA=v3
softgpu_ptx_libexec_v3_la_CFLAGS = $(softgpu_ptx_exec_cflags) \
	-march=x86-64-v3
softgpu_ptx_libexec_v4_la_SOURCES = $(softgpu_ptx_exec_sources)
softgpu_ptx_libexec_v4_la_CPPFLAGS = $(AM_CPPFLAGS) -DPTX_ISA=v4
softgpu_ptx_libexec_v4_la_CFLAGS = $(softgpu_ptx_exec_cflags) \
	-march=x86-64-v4 -mprefer-vector-width=512
softgpu_ptx_libptx_la_LIBADD += \
	softgpu/ptx/libexec-v2.la \
	softgpu/ptx/libexec-v3.la \
	softgpu/ptx/libexec-v4.la \
	$(NULL)
endif
if !SANITIZED
# After the user's -O2: vectors need -O3.
$(softgpu_ptx_libexec_generic_la_OBJECTS): CFLAGS += -O3
if HOST_X86_64
$(softgpu_ptx_libexec_v2_la_OBJECTS): CFLAGS += -O3
$(softgpu_ptx_libexec_v3_la_OBJECTS): CFLAGS += -O3
$(softgpu_ptx_libexec_v4_la_OBJECTS): CFLAGS += -O3
endif
endif

softgpu_ptx_libptx_la_SOURCES = \
	%reldir%/arena.c \
	%reldir%/barrier.c \
	%reldir%/block.c \
	%reldir%/build-alu.c \
	%reldir%/build-call.c \
	%reldir%/build-copy.c \
	%reldir%/build-cvt.c \
	%reldir%/build-flow.c \
	%reldir%/build-matrix.c \
	%reldir%/build-tex.c \
	%reldir%/build-mbarrier.c \
	%reldir%/build-mem.c \
	%reldir%/build-move.c \
	%reldir%/build-video.c \
	%reldir%/build-warp.c \
	%reldir%/decl.c \
	%reldir%/decode.c \
	%reldir%/diag.c \
	%reldir%/emit.c \
	%reldir%/expr.c \
	%reldir%/fault.c \
	%reldir%/format.c \
	%reldir%/forms-copy.c \
	%reldir%/forms-float.c \
	%reldir%/forms-flow.c \
	%reldir%/forms-int.c \
	%reldir%/forms-matrix.c \
	%reldir%/forms-tex.c \
	%reldir%/forms-mbarrier.c \
	%reldir%/forms-mem.c \
	%reldir%/forms-move.c \
	%reldir%/forms-video.c \
	%reldir%/host.c \
	%reldir%/index-header.c \
	%reldir%/index.c \
	%reldir%/isa.c \
	%reldir%/kernel.c \
	%reldir%/launch.c \
	%reldir%/lex.c \
	%reldir%/live.c \
	%reldir%/module.c \
	%reldir%/operand.c \
	%reldir%/optab.c \
	%reldir%/place.c \
	%reldir%/pool.c \
	%reldir%/scan.c \
	%reldir%/scope.c \
	%reldir%/special.c \
	%reldir%/texture.c \
	%reldir%/types.c \
	%reldir%/arena.h \
	%reldir%/code.h \
	%reldir%/codes.h \
	%reldir%/compare.h \
	%reldir%/decode.h \
	%reldir%/diag.h \
	%reldir%/exec-address.h \
	%reldir%/exec-approx.h \
	%reldir%/exec-float.h \
	%reldir%/exec-int.h \
	%reldir%/exec-round.h \
	%reldir%/exec-split.h \
	%reldir%/exec-vec.h \
	%reldir%/exec-video.h \
	%reldir%/exec.h \
	%reldir%/forms.h \
	%reldir%/half.h \
	%reldir%/host.h \
	%reldir%/index.h \
	%reldir%/lex.h \
	%reldir%/matrix.h \
	%reldir%/mbarrier.h \
	%reldir%/mem.h \
	%reldir%/mods.h \
	%reldir%/module.h \
	%reldir%/optab.h \
	%reldir%/pool.h \
	%reldir%/ptx.h \
	%reldir%/soft.h \
	%reldir%/stack.h \
	%reldir%/tables.h \
	%reldir%/texture.h \
	%reldir%/types.h \
	%reldir%/video.h \
	%reldir%/warp.h \
	%reldir%/ops/approx.h \
	%reldir%/ops/atom.h \
	%reldir%/ops/bits.h \
	%reldir%/ops/cvt.h \
	%reldir%/ops/float.h \
	%reldir%/ops/flow.h \
	%reldir%/ops/half.h \
	%reldir%/ops/int.h \
	%reldir%/ops/matrix.h \
	%reldir%/ops/mbarrier.h \
	%reldir%/ops/mem.h \
	%reldir%/ops/move.h \
	%reldir%/ops/tex.h \
	%reldir%/ops/warp.h \
	$(NULL)
softgpu_ptx_libptx_la_CPPFLAGS = $(AM_CPPFLAGS)
if HOST_X86_64
softgpu_ptx_libptx_la_CPPFLAGS += -DRGPU_PTX_X86_64
endif

# How much of a list of opcodes is supported.
noinst_PROGRAMS += softgpu/ptx/ptx-coverage
softgpu_ptx_ptx_coverage_SOURCES = %reldir%/ptx-coverage.c
softgpu_ptx_ptx_coverage_LDADD = softgpu/ptx/libptx.la common/libcommon.la
