# SPDX-License-Identifier: Apache-2.0
# The driver API of the software GPU, without the CUDA toolkit.
soft_tests = \
	tests/softgpu/test-soft-async-copies \
	tests/softgpu/test-soft-context-stack \
	tests/softgpu/test-soft-copies \
	tests/softgpu/test-soft-devices \
	tests/softgpu/test-soft-dlopen \
	tests/softgpu/test-soft-events \
	tests/softgpu/test-soft-exit \
	tests/softgpu/test-soft-faults \
	tests/softgpu/test-soft-fork \
	tests/softgpu/test-soft-host-memory \
	tests/softgpu/test-soft-images \
	tests/softgpu/test-soft-launch \
	tests/softgpu/test-soft-managed \
	tests/softgpu/test-soft-legacy-stream-order \
	tests/softgpu/test-soft-link \
	tests/softgpu/test-soft-memory-bounds \
	tests/softgpu/test-soft-memory-model \
	tests/softgpu/test-soft-modules \
	tests/softgpu/test-soft-streams \
	tests/softgpu/test-soft-textures \
	tests/softgpu/test-soft-threads \
	$(NULL)
check_PROGRAMS += $(soft_tests)
TESTS += $(soft_tests)
soft_libs = softgpu/libcuda.la
soft_headers = tests/check.h tests/softgpu/kernels.h tests/softgpu/soft.h

tests_softgpu_test_soft_async_copies_SOURCES = \
	tests/softgpu/test-soft-async-copies.c $(soft_headers)
tests_softgpu_test_soft_async_copies_LDADD = $(soft_libs)
tests_softgpu_test_soft_context_stack_SOURCES = \
	tests/softgpu/test-soft-context-stack.c
tests_softgpu_test_soft_context_stack_LDADD = $(soft_libs)
tests_softgpu_test_soft_textures_SOURCES = \
	tests/softgpu/test-soft-textures.c
tests_softgpu_test_soft_textures_LDADD = $(soft_libs)
tests_softgpu_test_soft_copies_SOURCES = \
	tests/softgpu/test-soft-copies.c
tests_softgpu_test_soft_copies_LDADD = $(soft_libs)
tests_softgpu_test_soft_devices_SOURCES = \
	tests/softgpu/test-soft-devices.c
tests_softgpu_test_soft_devices_LDADD = $(soft_libs)
tests_softgpu_test_soft_dlopen_SOURCES = \
	tests/softgpu/test-soft-dlopen.c
tests_softgpu_test_soft_dlopen_CPPFLAGS = $(AM_CPPFLAGS) \
	-DLIBCUDA='"$(abs_top_builddir)/softgpu/.libs/libcuda.so.1"'
EXTRA_tests_softgpu_test_soft_dlopen_DEPENDENCIES = $(soft_libs)
tests_softgpu_test_soft_events_SOURCES = \
	tests/softgpu/test-soft-events.c
tests_softgpu_test_soft_events_LDADD = $(soft_libs)
tests_softgpu_test_soft_exit_SOURCES = \
	tests/softgpu/test-soft-exit.c
tests_softgpu_test_soft_exit_LDADD = $(soft_libs)
tests_softgpu_test_soft_faults_SOURCES = \
	tests/softgpu/test-soft-faults.c
tests_softgpu_test_soft_faults_LDADD = $(soft_libs)
tests_softgpu_test_soft_fork_SOURCES = \
	tests/softgpu/test-soft-fork.c
tests_softgpu_test_soft_fork_LDADD = $(soft_libs)
tests_softgpu_test_soft_host_memory_SOURCES = \
	tests/softgpu/test-soft-host-memory.c
tests_softgpu_test_soft_host_memory_LDADD = $(soft_libs)
tests_softgpu_test_soft_images_SOURCES = \
	tests/softgpu/test-soft-images.c tests/softgpu/fatbin.h
tests_softgpu_test_soft_images_LDADD = $(soft_libs) $(ZSTD_LIBS) $(LZ4_LIBS)
tests_softgpu_test_soft_launch_SOURCES = \
	tests/softgpu/test-soft-launch.c
tests_softgpu_test_soft_launch_LDADD = $(soft_libs)
tests_softgpu_test_soft_managed_SOURCES = \
	tests/softgpu/test-soft-managed.c
tests_softgpu_test_soft_managed_LDADD = $(soft_libs)
tests_softgpu_test_soft_legacy_stream_order_SOURCES = \
	tests/softgpu/test-soft-legacy-stream-order.c
tests_softgpu_test_soft_legacy_stream_order_LDADD = $(soft_libs)
tests_softgpu_test_soft_link_SOURCES = \
	tests/softgpu/test-soft-link.c
tests_softgpu_test_soft_link_LDADD = $(soft_libs)
tests_softgpu_test_soft_memory_bounds_SOURCES = \
	tests/softgpu/test-soft-memory-bounds.c
tests_softgpu_test_soft_memory_bounds_LDADD = $(soft_libs)
tests_softgpu_test_soft_memory_model_SOURCES = \
	tests/softgpu/test-soft-memory-model.c
tests_softgpu_test_soft_memory_model_LDADD = $(soft_libs)
tests_softgpu_test_soft_modules_SOURCES = \
	tests/softgpu/test-soft-modules.c
tests_softgpu_test_soft_modules_LDADD = $(soft_libs)
tests_softgpu_test_soft_streams_SOURCES = \
	tests/softgpu/test-soft-streams.c
tests_softgpu_test_soft_streams_LDADD = $(soft_libs)
tests_softgpu_test_soft_threads_SOURCES = \
	tests/softgpu/test-soft-threads.c
tests_softgpu_test_soft_threads_LDADD = $(soft_libs)

soft_test_objects = \
	$(tests_softgpu_test_soft_async_copies_OBJECTS) \
	$(tests_softgpu_test_soft_context_stack_OBJECTS) \
	$(tests_softgpu_test_soft_copies_OBJECTS) \
	$(tests_softgpu_test_soft_textures_OBJECTS) \
	$(tests_softgpu_test_soft_devices_OBJECTS) \
	$(tests_softgpu_test_soft_dlopen_OBJECTS) \
	$(tests_softgpu_test_soft_events_OBJECTS) \
	$(tests_softgpu_test_soft_exit_OBJECTS) \
	$(tests_softgpu_test_soft_faults_OBJECTS) \
	$(tests_softgpu_test_soft_fork_OBJECTS) \
	$(tests_softgpu_test_soft_host_memory_OBJECTS) \
	$(tests_softgpu_test_soft_images_OBJECTS) \
	$(tests_softgpu_test_soft_launch_OBJECTS) \
	$(tests_softgpu_test_soft_managed_OBJECTS) \
	$(tests_softgpu_test_soft_legacy_stream_order_OBJECTS) \
	$(tests_softgpu_test_soft_link_OBJECTS) \
	$(tests_softgpu_test_soft_memory_bounds_OBJECTS) \
	$(tests_softgpu_test_soft_memory_model_OBJECTS) \
	$(tests_softgpu_test_soft_modules_OBJECTS) \
	$(tests_softgpu_test_soft_streams_OBJECTS) \
	$(tests_softgpu_test_soft_threads_OBJECTS) \
	$(NULL)
$(soft_test_objects): | $(BUILT_SOURCES)
