# SPDX-License-Identifier: Apache-2.0
# Client and server together, and each against something hostile.
raw_session_sources = tests/remote/raw-session.c tests/remote/raw-session.h
remote_programs = \
	tests/remote/test-garbled-frames \
	tests/remote/test-hostile-client \
	$(NULL)
check_PROGRAMS += $(remote_programs) tests/remote/fake-server tests/remote/probe
TESTS += $(remote_programs)

tests_remote_test_garbled_frames_SOURCES = \
	tests/remote/test-garbled-frames.c $(raw_session_sources)
tests_remote_test_garbled_frames_LDADD = server/libsession.la
tests_remote_test_hostile_client_SOURCES = \
	tests/remote/test-hostile-client.c $(raw_session_sources)
tests_remote_test_hostile_client_LDADD = server/libsession.la
tests_remote_probe_SOURCES = \
	tests/remote/cu.h \
	tests/remote/probe-ptx.h \
	tests/remote/probe.c \
	$(NULL)
tests_remote_probe_LDADD = common/libcommon.la
tests_remote_fake_server_SOURCES = tests/remote/fake-server.c
tests_remote_fake_server_LDADD = protocol/libproto.la common/libcommon.la
$(tests_remote_fake_server_OBJECTS) $(tests_remote_probe_OBJECTS) \
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

# What happens around calls, seen with a small program.
remote_scripts = \
	tests/remote/test-bad-use.sh \
	tests/remote/test-bad-url.sh \
	tests/remote/test-dlopen-path.sh \
	tests/remote/test-doctor.sh \
	tests/remote/test-fork.sh \
	tests/remote/test-full-server.sh \
	tests/remote/test-garbled-soft.sh \
	tests/remote/test-hostile-soft.sh \
	tests/remote/test-kill-server.sh \
	tests/remote/test-kill-session.sh \
	tests/remote/test-launch-blocking.sh \
	tests/remote/test-library-claims.sh \
	tests/remote/test-graph-launches.sh \
	tests/remote/test-no-round-trips.sh \
	tests/remote/test-no-server.sh \
	tests/remote/test-other-version.sh \
	tests/remote/test-output-order.sh \
	tests/remote/test-rgpu-info.sh \
	tests/remote/test-rgpu-run.sh \
	tests/remote/test-rgpu-run-signals.sh \
	tests/remote/test-tcp.sh \
	tests/remote/test-visible-devices.sh \
	$(NULL)
TESTS += $(remote_scripts)
EXTRA_DIST += $(remote_scripts) tests/remote/functions.sh
