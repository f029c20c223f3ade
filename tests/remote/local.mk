# SPDX-License-Identifier: Apache-2.0
# Client and server together, and each against something hostile.
raw_session_sources = tests/remote/raw-session.c tests/remote/raw-session.h
remote_programs = \
	tests/remote/test-garbled-frames \
	tests/remote/test-hostile-client \
	$(NULL)
check_PROGRAMS += $(remote_programs)
TESTS += $(remote_programs)

tests_remote_test_garbled_frames_SOURCES = \
	tests/remote/test-garbled-frames.c $(raw_session_sources)
tests_remote_test_garbled_frames_LDADD = server/libsession.la
tests_remote_test_hostile_client_SOURCES = \
	tests/remote/test-hostile-client.c $(raw_session_sources)
tests_remote_test_hostile_client_LDADD = server/libsession.la
$(tests_remote_test_garbled_frames_OBJECTS) \
	$(tests_remote_test_hostile_client_OBJECTS): | $(BUILT_SOURCES)

# The CUDA programs, natively on the software GPU and through a server.
cuda_remote_tests = \
	tests/remote/cuda-driver.tap \
	tests/remote/cuda-ptds.tap \
	tests/remote/cuda-rdc.tap \
	tests/remote/cuda-shared.tap \
	tests/remote/cuda-static.tap \
	tests/remote/cuda-tcp.tap \
	$(NULL)
TESTS += $(cuda_remote_tests)
EXTRA_DIST += $(cuda_remote_tests) tests/remote/cuda-programs.sh
$(cuda_remote_tests:.tap=.log): cuda-programs
