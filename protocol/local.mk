# SPDX-License-Identifier: Apache-2.0
# What client and server share: messages, frames, the channel, transports.
protocol_generated = protocol/gen/wire.h
$(protocol_generated): $(apigen_deps)
	$(run_apigen)
BUILT_SOURCES += $(protocol_generated)
CLEANFILES += $(protocol_generated)

noinst_LTLIBRARIES += protocol/libproto.la
protocol_libproto_la_SOURCES = \
	protocol/bundle.c \
	protocol/bundle.h \
	protocol/codec.h \
	protocol/facts.c \
	protocol/facts.h \
	protocol/frame.c \
	protocol/frame.h \
	protocol/function.c \
	protocol/function.h \
	protocol/hello.c \
	protocol/hello.h \
	protocol/jit.c \
	protocol/jit.h \
	protocol/nvml.h \
	protocol/transport/calls.c \
	protocol/transport/calls.h \
	protocol/transport/channel-internal.h \
	protocol/transport/channel-receive.c \
	protocol/transport/channel-send.c \
	protocol/transport/channel.c \
	protocol/transport/channel.h \
	protocol/transport/socket.c \
	protocol/transport/socket.h \
	protocol/transport/tcp.c \
	protocol/transport/transport.c \
	protocol/transport/transport.h \
	protocol/transport/unix.c \
	protocol/transport/url.c \
	protocol/transport/url.h \
	$(NULL)
$(protocol_libproto_la_OBJECTS): | $(BUILT_SOURCES)
