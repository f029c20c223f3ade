# SPDX-License-Identifier: Apache-2.0
noinst_LTLIBRARIES += common/libcommon.la
common_libcommon_la_SOURCES = \
	common/compiler.h \
	common/log.c \
	common/log.h \
	$(NULL)
