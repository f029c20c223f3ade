# SPDX-License-Identifier: Apache-2.0
# Fuzz targets. `make check` runs each for a few seconds with the driver here;
# `make fuzzers` links them with clang's libFuzzer for long runs.
fuzz_tests = \
	tests/fuzz/fuzz-bundle \
	tests/fuzz/fuzz-calls \
	tests/fuzz/fuzz-channel \
	tests/fuzz/fuzz-elf \
	tests/fuzz/fuzz-facts \
	tests/fuzz/fuzz-function \
	tests/fuzz/fuzz-hello \
	tests/fuzz/fuzz-image \
	tests/fuzz/fuzz-jit \
	tests/fuzz/fuzz-ptx \
	tests/fuzz/fuzz-unpack \
	tests/fuzz/fuzz-url \
	tests/fuzz/fuzz-visible \
	tests/fuzz/fuzz-wire \
	$(NULL)
check_PROGRAMS += $(fuzz_tests) tests/fuzz/test-hostile-server
TESTS += $(fuzz_tests) tests/fuzz/test-hostile-server

check_LTLIBRARIES += tests/fuzz/libfuzzdriver.la
tests_fuzz_libfuzzdriver_la_SOURCES = \
	tests/fuzz/driver.c \
	tests/fuzz/facts-check.c \
	tests/fuzz/facts-check.h \
	tests/fuzz/fuzz.c \
	tests/fuzz/fuzz.h \
	tests/fuzz/images.c \
	tests/fuzz/images.h \
	tests/fuzz/leaks.c \
	tests/fuzz/leaks.h \
	tests/fuzz/memory-transport.c \
	tests/fuzz/memory-transport.h \
	tests/fuzz/mutate.c \
	tests/fuzz/mutate.h \
	tests/fuzz/stream-model.c \
	tests/fuzz/stream-model.h \
	$(NULL)
fuzz_libs = tests/fuzz/libfuzzdriver.la protocol/libproto.la \
	cudaabi/libabi.la common/libcommon.la

tests_fuzz_fuzz_bundle_SOURCES = tests/fuzz/fuzz-bundle.c
tests_fuzz_fuzz_bundle_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_calls_SOURCES = tests/fuzz/fuzz-calls.c
tests_fuzz_fuzz_calls_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_channel_SOURCES = tests/fuzz/fuzz-channel.c
tests_fuzz_fuzz_channel_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_elf_SOURCES = \
	libclient/doctor/device-code.c \
	libclient/doctor/elf.c \
	tests/fuzz/fuzz-elf.c \
	$(NULL)
tests_fuzz_fuzz_elf_CPPFLAGS = $(AM_CPPFLAGS)
tests_fuzz_fuzz_elf_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_facts_SOURCES = tests/fuzz/fuzz-facts.c
tests_fuzz_fuzz_facts_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_function_SOURCES = tests/fuzz/fuzz-function.c
tests_fuzz_fuzz_function_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_hello_SOURCES = tests/fuzz/fuzz-hello.c
tests_fuzz_fuzz_hello_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_image_SOURCES = tests/fuzz/fuzz-image.c
tests_fuzz_fuzz_image_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_jit_SOURCES = tests/fuzz/fuzz-jit.c
tests_fuzz_fuzz_jit_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_ptx_SOURCES = tests/fuzz/fuzz-ptx.c tests/fuzz/ptx-texts.h
tests_fuzz_fuzz_ptx_LDADD = tests/fuzz/libfuzzdriver.la \
	softgpu/ptx/libptx.la common/libcommon.la
# unpack.c is compiled a second time: the software GPU has it for itself.
tests_fuzz_fuzz_unpack_SOURCES = tests/fuzz/fuzz-unpack.c softgpu/unpack.c
tests_fuzz_fuzz_unpack_CPPFLAGS = $(AM_CPPFLAGS)
tests_fuzz_fuzz_unpack_LDADD = $(fuzz_libs) $(ZSTD_LIBS) $(LZ4_LIBS)
tests_fuzz_fuzz_url_SOURCES = tests/fuzz/fuzz-url.c
tests_fuzz_fuzz_url_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_visible_SOURCES = tests/fuzz/fuzz-visible.c
tests_fuzz_fuzz_visible_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_wire_SOURCES = tests/fuzz/fuzz-wire.c tests/fuzz/messages.h
nodist_tests_fuzz_fuzz_wire_SOURCES = tests/gen/fuzz-messages.c
tests_fuzz_fuzz_wire_LDADD = $(fuzz_libs)

tests_fuzz_test_hostile_server_SOURCES = \
	tests/fuzz/gpu-user.c \
	tests/fuzz/gpu-user.h \
	tests/fuzz/test-hostile-server.c \
	$(raw_session_sources)
tests_fuzz_test_hostile_server_LDADD = tests/fuzz/libfuzzdriver.la \
	libclient/libshim.la server/libsession.la

tests/gen/fuzz-messages.c: $(apigen_deps)
	$(run_apigen)
CLEANFILES += tests/gen/fuzz-messages.c
$(tests_fuzz_libfuzzdriver_la_OBJECTS) \
	$(tests_fuzz_fuzz_bundle_OBJECTS) \
	$(tests_fuzz_fuzz_calls_OBJECTS) \
	$(tests_fuzz_fuzz_channel_OBJECTS) \
	$(tests_fuzz_fuzz_facts_OBJECTS) \
	$(tests_fuzz_fuzz_function_OBJECTS) \
	$(tests_fuzz_fuzz_hello_OBJECTS) \
	$(tests_fuzz_fuzz_image_OBJECTS) \
	$(tests_fuzz_fuzz_jit_OBJECTS) \
	$(tests_fuzz_fuzz_ptx_OBJECTS) \
	$(tests_fuzz_fuzz_unpack_OBJECTS) \
	$(tests_fuzz_fuzz_url_OBJECTS) \
	$(tests_fuzz_fuzz_elf_OBJECTS) \
	$(tests_fuzz_fuzz_visible_OBJECTS) \
	$(tests_fuzz_fuzz_wire_OBJECTS) \
	$(tests_fuzz_test_hostile_server_OBJECTS): | $(BUILT_SOURCES)

# libFuzzer brings its own main(), so driver.o stays in its archive; the driver
# of this tree writes seeds and words for it. Then, for as long as you like:
#   cd fuzzers && tests/fuzz/fuzz-url -dict=corpus/url.dict corpus/url
# (no -dict for a binary format: it has no words).
FUZZERS_CC = clang
fuzzers: $(fuzz_tests)
	$(MKDIR_P) fuzzers/corpus
	for t in $(fuzz_tests:tests/fuzz/fuzz-%=%); do \
		tests/fuzz/fuzz-$$t --write-seeds fuzzers/corpus/$$t || exit 1; \
	done
	test -f fuzzers/Makefile || (cd fuzzers && \
		`cd .. && cd $(srcdir) && pwd`/configure CC=$(FUZZERS_CC) \
		CFLAGS='-g -O1 -fsanitize=fuzzer-no-link' \
		--enable-sanitize=address,undefined)
	cd fuzzers && $(MAKE) $(AM_MAKEFLAGS) $(BUILT_SOURCES)
	cd fuzzers && $(MAKE) $(AM_MAKEFLAGS) LDFLAGS=-fsanitize=fuzzer \
		$(fuzz_tests)
.PHONY: fuzzers
clean-local: clean-fuzzers
clean-fuzzers:
	rm -rf fuzzers
