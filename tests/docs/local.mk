# SPDX-License-Identifier: Apache-2.0
# The documentation says what the code does.
docs_tests = \
	tests/docs/test-coverage-page.sh \
	tests/docs/test-environment.sh \
	tests/docs/test-libraries.sh \
	tests/docs/test-links.sh \
	tests/docs/test-mandoc.sh \
	tests/docs/test-options.sh \
	tests/docs/test-protocol-example.sh \
	tests/docs/test-protocol-tables.sh \
	tests/docs/test-readme.sh \
	tests/docs/test-words.sh \
	tests/remote/test-second-client.sh \
	$(NULL)
TESTS += $(docs_tests)
EXTRA_DIST += $(docs_tests) tests/remote/second-client.py HACKING.md \
	docs/libraries.md scripts/library-table

check_PROGRAMS += tests/docs/example-session
tests_docs_example_session_SOURCES = tests/docs/example-session.c
tests_docs_example_session_LDADD = libclient/libshim.la server/libsession.la
$(tests_docs_example_session_OBJECTS): | $(BUILT_SOURCES)
