# SPDX-License-Identifier: Apache-2.0
# What both libcuda.so.1 of ours and the server know of the driver ABI.
# libabi has tables and look-ups; libentry the exported symbols, which each
# libcuda.so.1 completes with its rgpu_do_* functions.
spec = $(top_srcdir)/protocol/spec
apigen = $(top_srcdir)/protocol/apigen.pl
apigen_deps = $(apigen) $(wildcard $(top_srcdir)/protocol/apigen/*.pm \
	$(spec)/*.api)
# Written to a temporary first: an error leaves no half file behind.
run_apigen = $(AM_V_GEN)$(MKDIR_P) $(@D) && \
	$(PERL) $(apigen) $(spec) $(@F) >$@-t && chmod a-w $@-t && mv -f $@-t $@

cudaabi_generated = \
	cudaabi/gen/cuda-abi.h \
	cudaabi/gen/errors.c \
	cudaabi/gen/exports.c \
	cudaabi/gen/inner.h \
	cudaabi/gen/libcuda.map \
	cudaabi/gen/client.map \
	cudaabi/gen/ops.c \
	cudaabi/gen/ops.h \
	cudaabi/gen/procs.c \
	$(NULL)
$(cudaabi_generated): $(apigen_deps)
	$(run_apigen)
BUILT_SOURCES += cudaabi/gen/cuda-abi.h cudaabi/gen/inner.h cudaabi/gen/ops.h
CLEANFILES += $(cudaabi_generated)
EXTRA_DIST += protocol/apigen.pl protocol/apigen protocol/spec

noinst_LTLIBRARIES += cudaabi/libabi.la cudaabi/libentry.la
cudaabi_libabi_la_SOURCES = \
	cudaabi/errors.c \
	cudaabi/errors.h \
	cudaabi/format.h \
	cudaabi/image.c \
	cudaabi/image.h \
	cudaabi/md2.c \
	cudaabi/md2.h \
	cudaabi/ops.c \
	cudaabi/ops.h \
	cudaabi/visible.c \
	cudaabi/visible.h \
	$(NULL)
nodist_cudaabi_libabi_la_SOURCES = \
	cudaabi/gen/errors.c \
	cudaabi/gen/ops.c \
	$(NULL)
cudaabi_libentry_la_SOURCES = \
	cudaabi/caller.c \
	cudaabi/caller.h \
	cudaabi/capture.h \
	cudaabi/cls.c \
	cudaabi/cls.h \
	cudaabi/copy-more.c \
	cudaabi/entry.h \
	cudaabi/error-names.c \
	cudaabi/logs.c \
	cudaabi/old-context.c \
	cudaabi/old-launch.c \
	cudaabi/procs.c \
	cudaabi/procs.h \
	cudaabi/selftest.c \
	cudaabi/selftest.h \
	cudaabi/slots.c \
	cudaabi/slots.h \
	cudaabi/tables.c \
	cudaabi/tables.h \
	$(NULL)
nodist_cudaabi_libentry_la_SOURCES = \
	cudaabi/capture.h \
	cudaabi/gen/exports.c \
	cudaabi/gen/procs.c \
	$(NULL)
$(cudaabi_libabi_la_OBJECTS) $(cudaabi_libentry_la_OBJECTS): | $(BUILT_SOURCES)
