# SPDX-License-Identifier: Apache-2.0
# Benchmarks: built with everything else, run by hand (see README.md there).
noinst_PROGRAMS += benchmarks/bench-calls
benchmarks_bench_calls_SOURCES = benchmarks/bench-calls.c
benchmarks_bench_calls_LDADD = libclient/libshim.la
$(benchmarks_bench_calls_OBJECTS): | $(BUILT_SOURCES)

noinst_PROGRAMS += benchmarks/bench-softgpu
benchmarks_bench_softgpu_SOURCES = benchmarks/bench-softgpu.c
benchmarks_bench_softgpu_LDADD = softgpu/ptx/libptx.la common/libcommon.la
