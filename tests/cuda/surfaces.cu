/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Surface objects: elements of all widths read and written in arrays of one to
 * three dimensions and in layers; outside of an array accesses are clamped or
 * give nothing; textures see what surfaces wrote.
 */
#include "check.h"

static const int width = 37, height = 11, depth = 3;

template <class T>
static cudaArray_t
make_array(int w, int h, int d, unsigned flags, cudaSurfaceObject_t *s)
{
	cudaChannelFormatDesc f = cudaCreateChannelDesc<T>();
	cudaResourceDesc r = {};
	cudaArray_t a;

	CHECK(cudaMalloc3DArray(&a, &f, make_cudaExtent(w, h, d),
		flags | cudaArraySurfaceLoadStore));
	r.resType = cudaResourceTypeArray;
	r.res.array.array = a;
	CHECK(cudaCreateSurfaceObject(s, &r));
	return a;
}

template <class T>
static std::vector<T>
contents(cudaArray_t a, int w, int h, int d)
{
	std::vector<T> v((size_t)w * h * d);
	cudaMemcpy3DParms p = {};

	p.srcArray = a;
	p.dstPtr = make_cudaPitchedPtr(v.data(), w * sizeof(T), w, h);
	p.extent = make_cudaExtent(w, h, d);
	p.kind = cudaMemcpyDeviceToHost;
	CHECK(cudaMemcpy3D(&p));
	return v;
}

template <class T> struct maker;
template <> struct maker<unsigned char> {
	static __host__ __device__ unsigned char
	make(int i)
	{
		return (unsigned char)(i * 7 + 3);
	}
};
template <> struct maker<short> {
	static __host__ __device__ short
	make(int i)
	{
		return (short)(i * 301 - 9000);
	}
};
template <> struct maker<float> {
	static __host__ __device__ float
	make(int i)
	{
		return i * 0.25f - 3;
	}
};
template <> struct maker<uint2> {
	static __host__ __device__ uint2
	make(int i)
	{
		return make_uint2(i * 2654435761u, ~i);
	}
};
template <> struct maker<float4> {
	static __host__ __device__ float4
	make(int i)
	{
		return make_float4(i, -i, i * 0.5f, 1);
	}
};

/* Copies one surface to another, mirrored, after filling it. */
template <class T>
static __global__ void
fill(cudaSurfaceObject_t s)
{
	int x = threadIdx.x, y = blockIdx.x, z = blockIdx.y;

	surf3Dwrite(maker<T>::make((z * height + y) * width + x), s,
		x * (int)sizeof(T), y, z);
}

template <class T>
static __global__ void
mirror(cudaSurfaceObject_t to, cudaSurfaceObject_t from)
{
	int x = threadIdx.x, y = blockIdx.x, z = blockIdx.y;
	T v = surf3Dread<T>(from, (width - 1 - x) * (int)sizeof(T), y, z);

	surf3Dwrite(v, to, x * (int)sizeof(T), y, z);
}

template <class T>
static void
check_elements(const char *name)
{
	cudaSurfaceObject_t s, s2;
	cudaArray_t a = make_array<T>(width, height, depth, 0, &s);
	cudaArray_t b = make_array<T>(width, height, depth, 0, &s2);
	std::vector<T> got;

	fill<T><<<dim3(height, depth), width>>>(s);
	mirror<T><<<dim3(height, depth), width>>>(s2, s);
	CHECK_LAUNCH();
	got = contents<T>(b, width, height, depth);
	for (size_t i = 0; i < got.size(); i++) {
		int x = (int)(i % width);
		T want = maker<T>::make((int)i - x + width - 1 - x);

		EXPECT(!memcmp(&got[i], &want, sizeof(T)));
	}
	CHECK(cudaDestroySurfaceObject(s));
	CHECK(cudaDestroySurfaceObject(s2));
	CHECK(cudaFreeArray(a));
	CHECK(cudaFreeArray(b));
	printf("%s ok\n", name);
}

/* x from -4 to 2 * width: what is outside is clamped, or nothing. */
static __global__ void
read_outside(cudaSurfaceObject_t s, float *clamped, float *zero)
{
	int x = (int)threadIdx.x - 4, y = (int)blockIdx.x - 4;
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	clamped[i] = surf2Dread<float>(s, x * 4, y, cudaBoundaryModeClamp);
	zero[i] = surf2Dread<float>(s, x * 4, y, cudaBoundaryModeZero);
}

static __global__ void
write_outside(cudaSurfaceObject_t s)
{
	int x = (int)threadIdx.x - 4, y = (int)blockIdx.x - 4;

	surf2Dwrite((float)(x + 100 * y), s, x * 4, y, cudaBoundaryModeZero);
}

static void
check_outside()
{
	const int w = 2 * width, h = 2 * height;
	cudaSurfaceObject_t s;
	cudaArray_t a = make_array<float>(width, height, 0, 0, &s);
	float *d1 = device_alloc<float>(w * h), *d2 = device_alloc<float>(w * h);
	std::vector<float> clamped, zero, all;

	write_outside<<<h, w>>>(s);
	read_outside<<<h, w>>>(s, d1, d2);
	CHECK_LAUNCH();
	clamped = host_copy(d1, w * h);
	zero = host_copy(d2, w * h);
	for (int i = 0; i < w * h; i++) {
		int x = i % w - 4, y = i / w - 4;
		int cx = x < 0 ? 0 : x < width ? x : width - 1;
		int cy = y < 0 ? 0 : y < height ? y : height - 1;

		EXPECT(clamped[i] == (float)(cx + 100 * cy));
		EXPECT(zero[i] == (cx == x && cy == y ? clamped[i] : 0));
	}
	all = contents<float>(a, width, height, 1);
	report("surfaces-outside", all);
	report("surfaces-clamped", clamped);
	CHECK(cudaDestroySurfaceObject(s));
	CHECK(cudaFreeArray(a));
	CHECK(cudaFree(d1));
	CHECK(cudaFree(d2));
}

static __global__ void
fill_layers(cudaSurfaceObject_t s1, cudaSurfaceObject_t s2,
	cudaSurfaceObject_t line)
{
	int x = threadIdx.x, layer = blockIdx.x;

	surf1DLayeredwrite((short)(x + 100 * layer), s1, x * 2, layer);
	surf2DLayeredwrite(x - 50 * layer, s2, x * 4, height - 1, layer);
	surf1Dwrite((unsigned char)(x + layer), line, x);
}

static __global__ void
read_texture(cudaTextureObject_t t, int *out)
{
	out[blockIdx.x * blockDim.x + threadIdx.x] = tex2DLayered<int>(
		t, threadIdx.x + 0.5f, height - 0.5f, blockIdx.x);
}

static void
check_layers()
{
	cudaSurfaceObject_t s1, s2, s3;
	cudaArray_t a1 = make_array<short>(
		width, 0, depth, cudaArrayLayered, &s1);
	cudaArray_t a2 = make_array<int>(
		width, height, depth, cudaArrayLayered, &s2);
	cudaArray_t a3 = make_array<unsigned char>(width, 0, 0, 0, &s3);
	int *out = device_alloc<int>(width * depth);
	cudaTextureDesc d = {};
	cudaResourceDesc r;
	cudaTextureObject_t t;
	std::vector<short> v1;
	std::vector<int> got, want(width * depth);

	fill_layers<<<depth, width>>>(s1, s2, s3);
	CHECK_LAUNCH();
	v1 = contents<short>(a1, width, 1, depth);
	for (int i = 0; i < width * depth; i++) {
		EXPECT(v1[i] == i % width + 100 * (i / width));
		want[i] = i % width - 50 * (i / width);
	}
	CHECK(cudaGetSurfaceObjectResourceDesc(&r, s2));
	EXPECT(r.resType == cudaResourceTypeArray && r.res.array.array == a2);
	CHECK(cudaCreateTextureObject(&t, &r, &d, NULL));
	read_texture<<<depth, width>>>(t, out);
	CHECK_LAUNCH();
	got = host_copy(out, want.size());
	expect_same("surfaces-texture", got, want);
	report("surfaces-texture", got);
	CHECK(cudaDestroyTextureObject(t));
	CHECK(cudaDestroySurfaceObject(s1));
	CHECK(cudaDestroySurfaceObject(s2));
	CHECK(cudaDestroySurfaceObject(s3));
	CHECK(cudaFreeArray(a1));
	CHECK(cudaFreeArray(a2));
	CHECK(cudaFreeArray(a3));
	CHECK(cudaFree(out));
}

int
main()
{
	CHECK(cudaFree(NULL));
	check_elements<unsigned char>("surfaces-uchar");
	check_elements<short>("surfaces-short");
	check_elements<float>("surfaces-float");
	check_elements<uint2>("surfaces-uint2");
	check_elements<float4>("surfaces-float4");
	check_outside();
	check_layers();
	return 0;
}
