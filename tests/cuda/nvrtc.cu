/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kernel compiled at run time by NVRTC for the newest architecture that both
 * compiler and device know, with a macro and a template instance, loaded as
 * PTX by the driver API beside the runtime; and a source that must not compile.
 */
#include <cuda.h>
#include <nvrtc.h>

#include <string>

#include "check.h"
#include "driver.h"

#define CHECK_NVRTC(call)                                                    \
	do {                                                                 \
		nvrtcResult result_ = (call);                                \
                                                                             \
		if (result_ != NVRTC_SUCCESS)                                \
			FAIL("%s: %s", #call, nvrtcGetErrorString(result_)); \
	} while (0)

static const char source[] =
	"template <class T>\n"
	"__global__ void scale(const T *in, T *out, int n)\n"
	"{\n"
	"	int i = blockIdx.x * blockDim.x + threadIdx.x;\n"
	"	if (i < n)\n"
	"		out[i] = in[i] * T(FACTOR) + T(i);\n"
	"}\n"
	"extern \"C\" __global__ void sum(const int *in, int *out, int n)\n"
	"{\n"
	"	int i = blockIdx.x * blockDim.x + threadIdx.x;\n"
	"	if (i < n)\n"
	"		atomicAdd(out, in[i]);\n"
	"}\n";

/* The largest supported architecture that is not newer than the device. */
static std::string
architecture()
{
	int count, best = 0, device;

	device = device_attribute(cudaDevAttrComputeCapabilityMajor) * 10 +
		device_attribute(cudaDevAttrComputeCapabilityMinor);
	CHECK_NVRTC(nvrtcGetNumSupportedArchs(&count));

	std::vector<int> known(count);

	CHECK_NVRTC(nvrtcGetSupportedArchs(known.data()));
	for (int arch : known)
		if (arch <= device && arch > best)
			best = arch;
	if (best == 0)
		FAIL("NVRTC knows no architecture up to %d", device);
	return "--gpu-architecture=compute_" + std::to_string(best);
}

static std::string
compile(const char *instance, std::string &lowered)
{
	std::string arch = architecture();
	const char *options[] = {arch.c_str(), "-DFACTOR=3"};
	nvrtcProgram program;
	const char *name;
	size_t size;

	CHECK_NVRTC(nvrtcCreateProgram(
		&program, source, "scale.cu", 0, nullptr, nullptr));
	CHECK_NVRTC(nvrtcAddNameExpression(program, instance));
	CHECK_NVRTC(nvrtcCompileProgram(program, 2, options));
	CHECK_NVRTC(nvrtcGetLoweredName(program, instance, &name));
	lowered = name;
	CHECK_NVRTC(nvrtcGetPTXSize(program, &size));

	std::string ptx(size, '\0');

	CHECK_NVRTC(nvrtcGetPTX(program, &ptx[0]));
	CHECK_NVRTC(nvrtcDestroyProgram(&program));
	return ptx;
}

static void
check_bad_source()
{
	nvrtcProgram program;
	size_t size;

	CHECK_NVRTC(nvrtcCreateProgram(&program, "__global__ void f( {",
		"bad.cu", 0, nullptr, nullptr));
	EXPECT(nvrtcCompileProgram(program, 0, nullptr) ==
		NVRTC_ERROR_COMPILATION);
	CHECK_NVRTC(nvrtcGetProgramLogSize(program, &size));
	EXPECT(size > 1);
	CHECK_NVRTC(nvrtcDestroyProgram(&program));
}

int
main()
{
	const int n = 3000;
	std::vector<int> in(n), want(n), want_sum(1, 0);
	std::string lowered, ptx;
	CUmodule module;
	CUfunction scale, sum;

	check_bad_source();
	ptx = compile("scale<int>", lowered);
	for (int i = 0; i < n; i++) {
		in[i] = i * 7919 % 10007 - 5000;
		want[i] = in[i] * 3 + i;
		want_sum[0] += want[i];
	}

	/* The runtime has made the primary context current. */
	int *din = device_copy(in), *dout = device_alloc<int>(n);
	int *dsum = device_copy(std::vector<int>(1, 0)), count = n;
	void *scale_args[] = {&din, &dout, &count};
	void *sum_args[] = {&dout, &dsum, &count};

	CHECK_CU(cuModuleLoadData(&module, ptx.c_str()));
	CHECK_CU(cuModuleGetFunction(&scale, module, lowered.c_str()));
	CHECK_CU(cuModuleGetFunction(&sum, module, "sum"));
	CHECK_CU(cuLaunchKernel(scale, blocks_for(n, 128), 1, 1, 128, 1, 1, 0,
		nullptr, scale_args, nullptr));
	CHECK_CU(cuLaunchKernel(sum, blocks_for(n, 256), 1, 1, 256, 1, 1, 0,
		nullptr, sum_args, nullptr));

	std::vector<int> got = host_copy(dout, n);
	std::vector<int> got_sum = host_copy(dsum, 1);

	expect_same("nvrtc-scale", got, want);
	report("nvrtc-scale", got);
	expect_same("nvrtc-sum", got_sum, want_sum);
	report("nvrtc-sum", got_sum);
	CHECK_CU(cuModuleUnload(module));
	CHECK(cudaFree(din));
	CHECK(cudaFree(dout));
	CHECK(cudaFree(dsum));
	return 0;
}
