# SPDX-License-Identifier: Apache-2.0
# The CUDA test programs. `make cuda-programs` builds all of them with nvcc
# into tests/cuda/bin; their rules come from LIST by way of make-rules.sh.
# Without nvcc there is nothing to build, and only the two tests here are run.

check_PROGRAMS += tests/cuda/verify-test
tests_cuda_verify_test_SOURCES = \
	tests/cuda/verify-test.c \
	tests/cuda/verify.h \
	$(NULL)
TESTS += tests/cuda/verify-test tests/cuda/check-list.sh

EXTRA_DIST += \
	tests/cuda/LIST \
	tests/cuda/arrays.cu \
	tests/cuda/async-alloc.cu \
	tests/cuda/async-pageable.cu \
	tests/cuda/async-pinned.cu \
	tests/cuda/atomics.cu \
	tests/cuda/check-list.sh \
	tests/cuda/check.h \
	tests/cuda/constant-memory.cu \
	tests/cuda/cooperative-groups.cu \
	tests/cuda/copies-2d.cu \
	tests/cuda/copies.cu \
	tests/cuda/cublas-create.cu \
	tests/cuda/cublas-gemmex.cu \
	tests/cuda/cublas-level1-3.cu \
	tests/cuda/cudnn.cu \
	tests/cuda/cufft-1d-3d.cu \
	tests/cuda/cublas-gemm.cu \
	tests/cuda/cufft-plan.cu \
	tests/cuda/curand-device.cu \
	tests/cuda/curand-host.cu \
	tests/cuda/cusolver.cu \
	tests/cuda/cusparse.cu \
	tests/cuda/device-globals.cu \
	tests/cuda/device-malloc.cu \
	tests/cuda/device-printf.cu \
	tests/cuda/device-properties.cu \
	tests/cuda/device-reset.cu \
	tests/cuda/divergence.cu \
	tests/cuda/doubles.cu \
	tests/cuda/driver-errors.c \
	tests/cuda/driver-only.c \
	tests/cuda/driver-ptx.h \
	tests/cuda/driver.h \
	tests/cuda/dynamic-shared.cu \
	tests/cuda/error-logs.c \
	tests/cuda/events.cu \
	tests/cuda/exit-codes.cu \
	tests/cuda/float-rounding.cu \
	tests/cuda/fork-after.cu \
	tests/cuda/fork-before.cu \
	tests/cuda/fork-tree.cu \
	tests/cuda/graphs-capture-errors.cu \
	tests/cuda/graphs-explicit.cu \
	tests/cuda/graphs-update.cu \
	tests/cuda/graphs.cu \
	tests/cuda/grid-sync.cu \
	tests/cuda/half.cu \
	tests/cuda/histogram.cu \
	tests/cuda/host-func-hold.cu \
	tests/cuda/host-func.cu \
	tests/cuda/int64.cu \
	tests/cuda/intrinsics.cu \
	tests/cuda/kernel-fault.cu \
	tests/cuda/layernorm.cu \
	tests/cuda/linker.c \
	tests/cuda/library.h \
	tests/cuda/local-arrays.cu \
	tests/cuda/make-rules.sh \
	tests/cuda/malloc-free-stress.cu \
	tests/cuda/managed-memory.cu \
	tests/cuda/many-launches.cu \
	tests/cuda/math-double.cu \
	tests/cuda/math-float.cu \
	tests/cuda/math-table.h \
	tests/cuda/matmul-naive.cu \
	tests/cuda/matmul-tiled.cu \
	tests/cuda/matmul.h \
	tests/cuda/memory-pools.c \
	tests/cuda/nvrtc.cu \
	tests/cuda/occupancy.cu \
	tests/cuda/old-api.c \
	tests/cuda/out-of-memory.cu \
	tests/cuda/per-thread-stream.cu \
	tests/cuda/rdc-main.cu \
	tests/cuda/rdc-part.cu \
	tests/cuda/rdc-part.h \
	tests/cuda/recursion.cu \
	tests/cuda/reduce-shuffle.cu \
	tests/cuda/reduce-tree.cu \
	tests/cuda/runtime-errors.cu \
	tests/cuda/saxpy.cu \
	tests/cuda/scan.cu \
	tests/cuda/softmax.cu \
	tests/cuda/sort-cub.cu \
	tests/cuda/sort-thrust.cu \
	tests/cuda/stream-values.c \
	tests/cuda/streams.cu \
	tests/cuda/structs-by-value.cu \
	tests/cuda/surfaces.cu \
	tests/cuda/templates-lambda.cu \
	tests/cuda/textures.cu \
	tests/cuda/threadfence.cu \
	tests/cuda/threads-16.cu \
	tests/cuda/threads-8-legacy.cu \
	tests/cuda/threads-8.cu \
	tests/cuda/transpose.cu \
	tests/cuda/two-devices.cu \
	tests/cuda/vector-add.cu \
	tests/cuda/vmm.cu \
	tests/cuda/warp-votes.cu \
	tests/cuda/work.h \
	tests/cuda/wrong-calls.c \
	$(NULL)

CLEANFILES += tests/cuda/bin/* tests/cuda/obj/*.* tests/cuda/obj/stub/* \
	tests/cuda/programs.mk

.PHONY: cuda-programs

if HAVE_NVCC
# As users build: nvcc's default architectures, plain optimisation.
CUDA_NVCCFLAGS = -O2 -Xcompiler -Wall,-Wextra \
	$(if $(findstring -Werror,$(RGPU_WARN)),-Werror all-warnings)
CUDA_CFLAGS = $(RGPU_WARN) -std=gnu11 -O2 -isystem $(CUDA_HOME)/include

tests/cuda/programs.mk: $(srcdir)/tests/cuda/LIST \
		$(srcdir)/tests/cuda/make-rules.sh Makefile
	$(AM_V_GEN)$(MKDIR_P) tests/cuda && \
	$(srcdir)/tests/cuda/make-rules.sh $(srcdir) $(CUDA_HOME) >$@-t && \
	mv $@-t $@

-include tests/cuda/programs.mk

# That file adds the programs; should it be missing, this says why.
cuda-programs: tests/cuda/programs.mk
else
cuda-programs:
	@echo 'tests/cuda: left out: no nvcc (configure --with-cuda=DIR)'
endif
