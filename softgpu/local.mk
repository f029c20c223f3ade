# SPDX-License-Identifier: Apache-2.0
# The software GPU: a libcuda.so.1 that runs PTX on the processors. A program
# may load it as its driver; the server loads it by its path.
include softgpu/ptx/local.mk

softgpu/gen/refuse.c: $(apigen_deps)
	$(run_apigen)
CLEANFILES += softgpu/gen/refuse.c

softgpudir = $(pkglibdir)/softgpu
softgpu_LTLIBRARIES = softgpu/libcuda.la
softgpu_libcuda_la_SOURCES = \
	softgpu/arena.c \
	softgpu/arena.h \
	softgpu/async-api.c \
	softgpu/array-api.c \
	softgpu/array.c \
	softgpu/array.h \
	softgpu/bits.c \
	softgpu/bits.h \
	softgpu/callback-api.c \
	softgpu/code.c \
	softgpu/code.h \
	softgpu/context-api.c \
	softgpu/context-limits.c \
	softgpu/context.c \
	softgpu/context.h \
	softgpu/copy-api.c \
	softgpu/copy-array-api.c \
	softgpu/copy-rect-api.c \
	softgpu/copy.c \
	softgpu/copy.h \
	softgpu/device-api.c \
	softgpu/device-attributes.c \
	softgpu/device.c \
	softgpu/device.h \
	softgpu/entry-point.c \
	softgpu/entry-point.h \
	softgpu/event-api.c \
	softgpu/event.h \
	softgpu/executor.c \
	softgpu/executor.h \
	softgpu/fault.c \
	softgpu/fault.h \
	softgpu/function-api.c \
	softgpu/graph.c \
	softgpu/heap.c \
	softgpu/heap.h \
	softgpu/host-api.c \
	softgpu/jit.c \
	softgpu/jit.h \
	softgpu/launch-api.c \
	softgpu/launch.c \
	softgpu/launch.h \
	softgpu/library-api.c \
	softgpu/library.c \
	softgpu/library.h \
	softgpu/link-api.c \
	softgpu/managed-api.c \
	softgpu/memory-api.c \
	softgpu/memory-find.c \
	softgpu/memory-internal.h \
	softgpu/memory-pool.c \
	softgpu/memory-reserve.c \
	softgpu/memory.c \
	softgpu/memory.h \
	softgpu/module-api.c \
	softgpu/module.c \
	softgpu/module.h \
	softgpu/name.h \
	softgpu/object.c \
	softgpu/object.h \
	softgpu/occupancy-api.c \
	softgpu/occupancy.h \
	softgpu/pointer-api.c \
	softgpu/pool-attributes.c \
	softgpu/pool.c \
	softgpu/pool.h \
	softgpu/primary-api.c \
	softgpu/print.c \
	softgpu/print.h \
	softgpu/program.c \
	softgpu/program.h \
	softgpu/ptx-link.c \
	softgpu/ptx-link.h \
	softgpu/settings.c \
	softgpu/settings.h \
	softgpu/state.c \
	softgpu/state.h \
	softgpu/stream-api.c \
	softgpu/stream.c \
	softgpu/stream.h \
	softgpu/texture-api.c \
	softgpu/texture.h \
	softgpu/thread-state.c \
	softgpu/thread-state.h \
	softgpu/unpack.c \
	softgpu/unpack.h \
	softgpu/value-api.c \
	softgpu/vmm-api.c \
	softgpu/vmm.c \
	softgpu/vmm.h \
	softgpu/work-internal.h \
	softgpu/work-wait.c \
	softgpu/work.c \
	softgpu/work.h \
	$(NULL)
nodist_softgpu_libcuda_la_SOURCES = softgpu/gen/refuse.c
# Our own calls of exported functions must reach our own, whatever libcuda.so.1
# the process has besides. Threads of ours may outlive a dlclose(), so the
# library is never unmapped.
softgpu_libcuda_la_LDFLAGS = $(AM_LDFLAGS) -version-info 1:0:0 -no-undefined \
	-Wl,--version-script=cudaabi/gen/libcuda.map -Wl,-Bsymbolic \
	-Wl,-z,nodelete $(NULL)
softgpu_libcuda_la_LIBADD = cudaabi/libentry.la graph/libgraph.la \
	cudaabi/libabi.la \
	softgpu/ptx/libptx.la common/libcommon.la $(ZSTD_LIBS) $(LZ4_LIBS) \
	$(NULL)
EXTRA_softgpu_libcuda_la_DEPENDENCIES = cudaabi/gen/libcuda.map
$(softgpu_libcuda_la_OBJECTS): | $(BUILT_SOURCES)
