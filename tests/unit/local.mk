# SPDX-License-Identifier: Apache-2.0
# Unit tests: small, fast, no process but their own.
unit_tests = \
	tests/unit/test-calls \
	tests/unit/test-codec \
	tests/unit/test-containers \
	tests/unit/test-image \
	tests/unit/test-md2 \
	tests/unit/test-roundtrip \
	tests/unit/test-url \
	tests/unit/test-visible \
	tests/unit/test-wire-bytes \
	$(NULL)
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
unit_libs = protocol/libproto.la cudaabi/libabi.la common/libcommon.la

tests_unit_test_calls_SOURCES = tests/unit/test-calls.c tests/check.h
tests_unit_test_calls_LDADD = $(unit_libs)
tests_unit_test_codec_SOURCES = tests/unit/test-codec.c
tests_unit_test_codec_LDADD = $(unit_libs)
tests_unit_test_containers_SOURCES = tests/unit/test-containers.c
tests_unit_test_containers_LDADD = $(unit_libs)
tests_unit_test_image_SOURCES = tests/unit/test-image.c
tests_unit_test_image_LDADD = $(unit_libs)
tests_unit_test_md2_SOURCES = tests/unit/test-md2.c
tests_unit_test_md2_LDADD = $(unit_libs)
tests_unit_test_roundtrip_SOURCES = tests/unit/roundtrip.h
nodist_tests_unit_test_roundtrip_SOURCES = tests/gen/roundtrip.c
tests_unit_test_roundtrip_LDADD = $(unit_libs)
tests_unit_test_url_SOURCES = tests/unit/test-url.c
tests_unit_test_url_LDADD = $(unit_libs)
tests_unit_test_visible_SOURCES = tests/unit/test-visible.c
tests_unit_test_visible_LDADD = $(unit_libs)

tests_unit_test_wire_bytes_SOURCES = tests/unit/test-wire-bytes.c
tests_unit_test_wire_bytes_LDADD = $(unit_libs)

tests/gen/roundtrip.c: $(apigen_deps)
	$(run_apigen)
CLEANFILES += tests/gen/roundtrip.c
$(tests_unit_test_roundtrip_OBJECTS) $(tests_unit_test_wire_bytes_OBJECTS): | $(BUILT_SOURCES)
