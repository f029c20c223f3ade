# SPDX-License-Identifier: Apache-2.0
# The shim, libcuda.so.1, and the client's commands.
libclient_generated = libclient/gen/send.c libclient/gen/send.h
$(libclient_generated): $(apigen_deps)
	$(run_apigen)
BUILT_SOURCES += libclient/gen/send.h
CLEANFILES += $(libclient_generated)

# All of the shim but its dlopen(): rgpu-info is a client too.
noinst_LTLIBRARIES += libclient/libshim.la
libclient_libshim_la_SOURCES = \
	libclient/alloc.c \
	libclient/array-copy.c \
	libclient/array.c \
	libclient/array.h \
	libclient/bridge.c \
	libclient/bridge.h \
	libclient/callbacks.c \
	libclient/callbacks.h \
	libclient/client.c \
	libclient/client.h \
	libclient/complain.c \
	libclient/complain.h \
	libclient/context.c \
	libclient/context.h \
	libclient/cooperative.c \
	libclient/cooperative.h \
	libclient/copy.c \
	libclient/device.c \
	libclient/entry.c \
	libclient/fork.c \
	libclient/fork.h \
	libclient/function-info.c \
	libclient/function.c \
	libclient/graph-send.c \
	libclient/graph.c \
	libclient/graph.h \
	libclient/hostmem.c \
	libclient/launch.c \
	libclient/link.c \
	libclient/load.c \
	libclient/load.h \
	libclient/memory.c \
	libclient/memory.h \
	libclient/module.c \
	libclient/names.h \
	libclient/objects.c \
	libclient/objects.h \
	libclient/occupancy.c \
	libclient/pointer.c \
	libclient/pool.c \
	libclient/pool.h \
	libclient/rect.c \
	libclient/rect.h \
	libclient/stats.c \
	libclient/stats.h \
	libclient/stream.c \
	libclient/texture.c \
	libclient/thread.c \
	libclient/thread.h \
	libclient/vmm.c \
	$(NULL)
nodist_libclient_libshim_la_SOURCES = libclient/gen/send.c
libclient_libshim_la_LIBADD = cudaabi/libentry.la graph/libgraph.la protocol/libproto.la \
	cudaabi/libabi.la common/libcommon.la $(NULL)
$(libclient_libshim_la_OBJECTS): | $(BUILT_SOURCES)

clientdir = $(pkglibdir)/client
client_LTLIBRARIES = libclient/libcuda.la
libclient_libcuda_la_SOURCES = libclient/preload.c
libclient_libcuda_la_LIBADD = libclient/libshim.la
# The SONAME is libcuda.so.1: what every CUDA program asks for. Its own look-ups
# must find itself whatever else is loaded, and it must never be unloaded: its
# threads run in it.
libclient_libcuda_la_LDFLAGS = $(AM_LDFLAGS) -version-info 1:0:0 \
	-Wl,-Bsymbolic -Wl,-z,nodelete \
	-Wl,--version-script=cudaabi/gen/client.map $(NULL)
EXTRA_libclient_libcuda_la_DEPENDENCIES = cudaabi/gen/client.map
$(libclient_libcuda_la_OBJECTS): | $(BUILT_SOURCES)

bin_PROGRAMS += libclient/rgpu-run libclient/rgpu-info
libclient_rgpu_run_CPPFLAGS = $(AM_CPPFLAGS) \
	-DRGPU_PKGLIBDIR='"$(pkglibdir)"'
libclient_rgpu_run_SOURCES = \
	libclient/private-server.c \
	libclient/private-server.h \
	libclient/rgpu-run.c \
	$(NULL)
libclient_rgpu_info_SOURCES = libclient/rgpu-info.c
libclient_rgpu_info_LDADD = libclient/libshim.la
$(libclient_rgpu_info_OBJECTS): | $(BUILT_SOURCES)

# NVML reaches the connection through the shim: libclient/bridge.h.
client_LTLIBRARIES += libclient/libnvidia-ml.la
libclient_libnvidia_ml_la_SOURCES = \
	libclient/nvml/abi.h \
	libclient/nvml/ask.c \
	libclient/nvml/device.c \
	libclient/nvml/init.c \
	libclient/nvml/nvml.h \
	libclient/nvml/process.c \
	libclient/nvml/refuse.c \
	libclient/nvml/refused.h \
	libclient/nvml/system.c \
	libclient/nvml/topology.c \
	$(NULL)
# What it exports is declared by nvml.h, which is not needed to build it.
libclient_libnvidia_ml_la_CFLAGS = $(AM_CFLAGS) -Wno-missing-prototypes
libclient_libnvidia_ml_la_LIBADD = cudaabi/libabi.la common/libcommon.la
libclient_libnvidia_ml_la_LDFLAGS = $(AM_LDFLAGS) -version-info 1:0:0 \
	-Wl,-Bsymbolic $(NULL)
$(libclient_libnvidia_ml_la_OBJECTS): | $(BUILT_SOURCES)

bin_PROGRAMS += libclient/rgpu-doctor
libclient_rgpu_doctor_CPPFLAGS = $(AM_CPPFLAGS) \
	-DRGPU_PKGLIBDIR='"$(pkglibdir)"'
libclient_rgpu_doctor_SOURCES = \
	libclient/doctor/device-code.c \
	libclient/doctor/doctor.h \
	libclient/doctor/elf.c \
	libclient/doctor/program.c \
	libclient/rgpu-doctor.c \
	$(NULL)
libclient_rgpu_doctor_LDADD = libclient/libshim.la
$(libclient_rgpu_doctor_OBJECTS): | $(BUILT_SOURCES)
