# SPDX-License-Identifier: Apache-2.0
# Log, errors, clock, containers. No policy, no I/O loops.
noinst_LTLIBRARIES += common/libcommon.la
common_libcommon_la_SOURCES = \
	common/clock.h \
	common/compiler.h \
	common/error.c \
	common/error.h \
	common/ids.c \
	common/ids.h \
	common/log.c \
	common/log.h \
	common/map.c \
	common/map.h \
	common/ranges.c \
	common/ranges.h \
	common/slab.c \
	common/slab.h \
	common/thread.c \
	common/thread.h \
	$(NULL)
