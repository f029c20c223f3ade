/* SPDX-License-Identifier: Apache-2.0 */
/* The messages about errors that the driver keeps: by callback, in memory, in a
 * file, and from where on. What they say is the driver's own. */
#include "driver.h"

#if CUDA_VERSION >= 12090
static unsigned called;
static size_t longest;

static void
take(void *data, CUlogLevel level, char *message, size_t length)
{
	EXPECT(data == &called);
	EXPECT(level == CU_LOG_LEVEL_ERROR || level == CU_LOG_LEVEL_WARNING);
	EXPECT(strlen(message) == length);
	called++;
	if (length > longest)
		longest = length;
}

static void
fail_once(void)
{
	CUmodule module;

	EXPECT(cuModuleLoadData(&module, "this is no module") != CUDA_SUCCESS);
}

static void
check_logs(const char *file)
{
	static char all[32768], few[32768], tiny[4];
	size_t all_size = sizeof(all), few_size = sizeof(few),
	       tiny_size = sizeof(tiny);
	CUlogsCallbackHandle handle;
	CUlogIterator at;
	unsigned seen;
	FILE *f;

	CHECK_CU(cuLogsRegisterCallback(take, &called, &handle));
	fail_once();
	seen = called;
	EXPECT(seen > 0 && longest > 10);
	CHECK_CU(cuLogsUnregisterCallback(handle));
	CHECK_CU_ERROR(
		CUDA_ERROR_INVALID_VALUE, cuLogsUnregisterCallback(handle));
	CHECK_CU(cuLogsCurrent(&at, 0));
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE, cuLogsCurrent(&at, 1));
	fail_once();
	EXPECT(called == seen);

	/* From there on, and all. */
	CHECK_CU(cuLogsDumpToFile(&at, file, 0));
	CHECK_CU(cuLogsDumpToMemory(&at, few, &few_size, 0));
	EXPECT(few_size == 0 && few[0] == '\0');
	CHECK_CU(cuLogsDumpToMemory(NULL, all, &all_size, 0));
	EXPECT(all_size > 10 && all[all_size] == '\0');
	EXPECT(all[all_size - 1] == '\n');
	f = fopen(file, "r");
	EXPECT(f);
	few_size = fread(few, 1, sizeof(few) - 1, f);
	fclose(f);
	EXPECT(few_size > 10 && few_size < all_size);
	EXPECT(memcmp(all + all_size - few_size, few, few_size) == 0);
	CHECK_CU_ERROR(CUDA_ERROR_INVALID_VALUE,
		cuLogsDumpToMemory(NULL, tiny, &tiny_size, 0));
	printf("error-logs: ok\n");
}
#else
static void
check_logs(const char *file)
{
	(void)file;
	fprintf(stderr, "this cuda.h has no logs\n");
	exit(77);
}
#endif

int
main(void)
{
	char file[] = "/tmp/error-logs-XXXXXX";
	int fd = mkstemp(file);
	CUdevice device;
	CUcontext context;

	EXPECT(fd >= 0);
	CHECK_CU(cuInit(0));
	CHECK_CU(cuDeviceGet(&device, 0));
	CHECK_CU(create_context(&context, 0, device));
	check_logs(file);
	CHECK_CU(cuCtxDestroy(context));
	remove(file);
	return 0;
}
