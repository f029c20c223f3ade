# SPDX-License-Identifier: Apache-2.0
# The client's libnvidia-ml.so.1, and the server's end of it.
check_PROGRAMS += tests/nvml/probe
tests_nvml_probe_SOURCES = tests/nvml/probe.c

# -rpath makes libtool build a library that can be loaded.
check_LTLIBRARIES += tests/nvml/libnvidia-ml.la
tests_nvml_libnvidia_ml_la_SOURCES = tests/nvml/fake.c
tests_nvml_libnvidia_ml_la_LDFLAGS = $(AM_LDFLAGS) -version-info 1:0:0 \
	-rpath /nowhere $(NULL)

nvml_tests = \
	tests/nvml/test-nvml.sh \
	tests/nvml/test-nvml-exports.sh \
	tests/nvml/test-nvml-nvtop.sh \
	tests/nvml/test-nvml-python.sh \
	tests/nvml/test-nvml-server.sh \
	$(NULL)
TESTS += $(nvml_tests)
EXTRA_DIST += $(nvml_tests) tests/nvml/functions.sh tests/nvml/devices.py
