# SPDX-License-Identifier: Apache-2.0
# rgpud (listener) and rgpud-session (one process a client).
server_generated = \
	server/gen/backend-load.c \
	server/gen/backend.h \
	server/gen/dispatch.c \
	server/gen/serve.h \
	$(NULL)
$(server_generated): $(apigen_deps)
	$(run_apigen)
BUILT_SOURCES += server/gen/backend.h server/gen/serve.h
CLEANFILES += $(server_generated)

server_cppflags = $(AM_CPPFLAGS) \
	-DRGPU_LIBEXECDIR='"$(libexecdir)"' \
	-DRGPU_PKGLIBDIR='"$(pkglibdir)"' \
	$(NULL)

# All of a session but its main(), which the tests replace.
noinst_LTLIBRARIES += server/libsession.la
server_libsession_la_CPPFLAGS = $(server_cppflags)
server_libsession_la_SOURCES = \
	server/answer.c \
	server/backend-cuda.c \
	server/backend-null.c \
	server/backend-soft.c \
	server/backend.c \
	server/backend.h \
	server/backlog.c \
	server/backlog.h \
	server/callbacks.c \
	server/callbacks.h \
	server/device-facts.c \
	server/device-facts.h \
	server/dispatch.h \
	server/events.c \
	server/events.h \
	server/function-info.c \
	server/function-info.h \
	server/image.c \
	server/image.h \
	server/job.c \
	server/objects.c \
	server/nvml.c \
	server/nvml.h \
	server/output.c \
	server/output.h \
	server/serve-array.c \
	server/serve-callback.c \
	server/serve-context.c \
	server/serve-copy.c \
	server/serve-graph.c \
	server/serve-launch.c \
	server/serve-link.c \
	server/serve-memory.c \
	server/serve-module.c \
	server/serve-names.c \
	server/serve-pool.c \
	server/serve-nvml.c \
	server/serve-stream.c \
	server/serve-texture.c \
	server/serve-vmm.c \
	server/serve.h \
	server/session.c \
	server/session.h \
	server/staging.c \
	server/staging.h \
	server/transfers.c \
	server/transfers.h \
	server/waiters.c \
	server/waiters.h \
	$(NULL)
nodist_server_libsession_la_SOURCES = \
	server/gen/backend-load.c \
	server/gen/dispatch.c \
	$(NULL)
server_libsession_la_LIBADD = protocol/libproto.la cudaabi/libabi.la \
	common/libcommon.la $(NULL)
$(server_libsession_la_OBJECTS): | $(BUILT_SOURCES)

bin_PROGRAMS += server/rgpud
server_rgpud_CPPFLAGS = $(server_cppflags)
server_rgpud_SOURCES = server/listener.c server/listener.h server/rgpud.c
server_rgpud_LDADD = server/libsession.la
$(server_rgpud_OBJECTS): | $(BUILT_SOURCES)

libexec_PROGRAMS += server/rgpud-session
server_rgpud_session_CPPFLAGS = $(server_cppflags)
server_rgpud_session_SOURCES = server/rgpud-session.c
server_rgpud_session_LDADD = server/libsession.la
$(server_rgpud_session_OBJECTS): | $(BUILT_SOURCES)
