/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CUDA arrays: made, described, and copied to and from the host, device memory
 * and other arrays, in boxes at random places. Each has a mirror on the host.
 */
#include "check.h"

#include <cuda.h>

typedef std::vector<unsigned char> byte_vector;

/* What a driver call of this program must return. */
#define DRIVER(want, call)                                             \
	do {                                                           \
		CUresult got_ = (call);                                \
		if (got_ != (want)) {                                  \
			fprintf(stderr, "%s:%d: %s: got %d, not %d\n", \
				__FILE__, __LINE__, #call, (int)got_,  \
				(int)(want));                          \
			give_up();                                     \
		}                                                      \
	} while (0)

/* An array or a piece of memory, and what must be in it. */
struct place {
	enum { HOST, DEVICE, ARRAY } kind;
	unsigned char *memory;
	CUarray array;
	size_t pitch, height, depth; /* bytes, rows, slices */
	byte_vector mirror;
};

static const size_t element = 8;

static place
make_place(int kind, size_t width, size_t height, size_t depth, struct rng *r)
{
	place p;

	p.kind = kind == 0 ? place::HOST
		: kind == 1 ? place::DEVICE
			    : place::ARRAY;
	p.pitch = width * element;
	p.height = height;
	p.depth = depth;
	p.mirror.resize(p.pitch * height * depth);
	p.memory = NULL;
	p.array = NULL;
	if (kind == 0) {
		p.memory = (unsigned char *)malloc(p.mirror.size());
		for (size_t i = 0; i < p.mirror.size(); i++)
			p.memory[i] = p.mirror[i] = (unsigned char)rng_u32(r);
	} else if (kind == 1) {
		for (unsigned char &b : p.mirror)
			b = (unsigned char)rng_u32(r);
		p.memory = device_copy(p.mirror);
	} else {
		CUDA_ARRAY3D_DESCRIPTOR d = {width, height, depth,
			CU_AD_FORMAT_UNSIGNED_INT16, 4, 0};
		CUDA_MEMCPY3D c = {};

		for (unsigned char &b : p.mirror)
			b = (unsigned char)rng_u32(r);
		DRIVER(CUDA_SUCCESS, cuArray3DCreate(&p.array, &d));
		c.srcMemoryType = CU_MEMORYTYPE_HOST;
		c.srcHost = p.mirror.data();
		c.srcPitch = p.pitch;
		c.srcHeight = height;
		c.dstMemoryType = CU_MEMORYTYPE_ARRAY;
		c.dstArray = p.array;
		c.WidthInBytes = p.pitch;
		c.Height = height;
		c.Depth = depth;
		DRIVER(CUDA_SUCCESS, cuMemcpy3D(&c));
	}
	return p;
}

static byte_vector
contents(const place &p)
{
	byte_vector v(p.mirror.size());
	CUDA_MEMCPY3D c = {};

	if (p.kind == place::HOST) {
		memcpy(v.data(), p.memory, v.size());
		return v;
	}
	if (p.kind == place::DEVICE) {
		CHECK(cudaMemcpy(v.data(), p.memory, v.size(),
			cudaMemcpyDeviceToHost));
		return v;
	}
	c.srcMemoryType = CU_MEMORYTYPE_ARRAY;
	c.srcArray = p.array;
	c.dstMemoryType = CU_MEMORYTYPE_HOST;
	c.dstHost = v.data();
	c.dstPitch = p.pitch;
	c.dstHeight = p.height;
	c.WidthInBytes = p.pitch;
	c.Height = p.height;
	c.Depth = p.depth;
	DRIVER(CUDA_SUCCESS, cuMemcpy3D(&c));
	return v;
}

static size_t
below(struct rng *r, size_t n)
{
	return rng_below(r, (uint32_t)n);
}

/* Copies a random box, in CUDA and in the mirrors. */
static void
copy_box(place &to, place &from, struct rng *r, CUstream stream)
{
	CUDA_MEMCPY3D c = {};
	size_t columns = std::min(to.pitch, from.pitch) / element;
	size_t rows = std::min(to.height, from.height);
	size_t slices = std::min(to.depth, from.depth);

	c.WidthInBytes = (1 + below(r, columns)) * element;
	c.Height = 1 + below(r, rows);
	c.Depth = 1 + below(r, slices);
	c.dstXInBytes =
		below(r, (to.pitch - c.WidthInBytes) / element + 1) * element;
	c.srcXInBytes =
		below(r, (from.pitch - c.WidthInBytes) / element + 1) * element;
	c.dstY = below(r, to.height - c.Height + 1);
	c.srcY = below(r, from.height - c.Height + 1);
	c.dstZ = below(r, to.depth - c.Depth + 1);
	c.srcZ = below(r, from.depth - c.Depth + 1);
	c.dstMemoryType = (CUmemorytype)(to.kind + 1);
	c.srcMemoryType = (CUmemorytype)(from.kind + 1);
	c.dstHost = to.memory;
	c.dstDevice = (CUdeviceptr)to.memory;
	c.dstArray = to.array;
	c.dstPitch = to.pitch;
	c.dstHeight = to.height;
	c.srcHost = from.memory;
	c.srcDevice = (CUdeviceptr)from.memory;
	c.srcArray = from.array;
	c.srcPitch = from.pitch;
	c.srcHeight = from.height;
	if (stream)
		DRIVER(CUDA_SUCCESS, cuMemcpy3DAsync(&c, stream));
	else
		DRIVER(CUDA_SUCCESS, cuMemcpy3D(&c));
	for (size_t z = 0; z < c.Depth; z++)
		for (size_t y = 0; y < c.Height; y++)
			memcpy(&to.mirror[((c.dstZ + z) * to.height + c.dstY +
						  y) * to.pitch +
				       c.dstXInBytes],
				&from.mirror[((c.srcZ + z) * from.height +
						     c.srcY + y) * from.pitch +
					c.srcXInBytes],
				c.WidthInBytes);
}

static void
check_boxes(bool async)
{
	struct rng r = rng_make(async ? 501 : 500);
	std::vector<place> places;
	cudaStream_t stream = NULL;

	if (async)
		CHECK(cudaStreamCreate(&stream));
	for (int i = 0; i < 6; i++)
		places.push_back(make_place(i % 3, 9 + 7 * i, 11 + i, 3 + i, &r));
	for (int i = 0; i < 120; i++) {
		size_t to = below(&r, places.size());
		size_t from = (to + 1 + below(&r, places.size() - 1)) %
			places.size();

		copy_box(places[to], places[from], &r, stream);
		/* What is asynchronous may still be under way. */
		if (async && (places[to].kind == place::HOST ||
				     places[from].kind == place::HOST))
			CHECK(cudaStreamSynchronize(stream));
	}
	CHECK(cudaDeviceSynchronize());
	for (place &p : places) {
		byte_vector got = contents(p);

		expect_same("arrays-boxes", got, p.mirror);
		report(async ? "arrays-boxes-async" : "arrays-boxes", got);
		if (p.kind == place::HOST)
			free(p.memory);
		else if (p.kind == place::DEVICE)
			CHECK(cudaFree(p.memory));
		else
			DRIVER(CUDA_SUCCESS, cuArrayDestroy(p.array));
	}
	if (async)
		CHECK(cudaStreamDestroy(stream));
}

/* Ranges of arrays of one dimension. */
static void
check_ranges()
{
	const size_t n = 1000;
	CUDA_ARRAY_DESCRIPTOR d = {n, 0, CU_AD_FORMAT_FLOAT, 1};
	struct rng r = rng_make(502);
	std::vector<float> in(n), out(n), want(n);
	CUarray a, b;
	float *dev;
	cudaStream_t stream;

	for (float &f : in)
		f = rng_float(&r, -1, 1);
	dev = device_copy(in);
	CHECK(cudaStreamCreate(&stream));
	DRIVER(CUDA_SUCCESS, cuArrayCreate(&a, &d));
	DRIVER(CUDA_SUCCESS, cuArrayCreate(&b, &d));
	DRIVER(CUDA_SUCCESS, cuMemcpyHtoA(a, 0, in.data(), n * 4));
	DRIVER(CUDA_SUCCESS, cuMemcpyAtoA(b, 400, a, 0, 2000));
	DRIVER(CUDA_SUCCESS, cuMemcpyDtoA(b, 0, (CUdeviceptr)dev + 800, 400));
	DRIVER(CUDA_SUCCESS,
		cuMemcpyHtoAAsync(b, 2400, in.data(), 1600, stream));
	DRIVER(CUDA_SUCCESS,
		cuMemcpyAtoHAsync(out.data(), b, 0, n * 4, stream));
	CHECK(cudaStreamSynchronize(stream));
	for (size_t i = 0; i < n; i++)
		want[i] = i < 100 ? in[i + 200]
			: i < 600 ? in[i - 100]
				  : in[i - 600];
	expect_same("arrays-ranges", out, want);
	DRIVER(CUDA_SUCCESS, cuMemcpyAtoD((CUdeviceptr)dev, b, 40, 3000));
	DRIVER(CUDA_SUCCESS, cuMemcpyAtoH(out.data(), a, 4, 3996));
	out = host_copy(dev, 750);
	want.erase(want.begin(), want.begin() + 10);
	want.resize(750);
	expect_same("arrays-ranges-device", out, want);
	report("arrays-ranges", out);
	DRIVER(CUDA_ERROR_INVALID_VALUE, cuMemcpyHtoA(a, 4, in.data(), n * 4));
	DRIVER(CUDA_ERROR_INVALID_VALUE, cuMemcpyAtoH(in.data(), a, n * 4, 4));
	DRIVER(CUDA_SUCCESS, cuArrayDestroy(a));
	DRIVER(CUDA_SUCCESS, cuArrayDestroy(b));
	CHECK(cudaStreamDestroy(stream));
	CHECK(cudaFree(dev));
}

/* Rows longer than what travels at once, by way of the runtime. */
static void
check_long_rows()
{
	const size_t width = 131072, rows = 3;
	cudaChannelFormatDesc f = cudaCreateChannelDesc<float4>();
	std::vector<float> in(width * 4 * rows), out(in.size());
	struct rng r = rng_make(503);
	cudaArray_t a;

	for (float &v : in)
		v = rng_float(&r, -1, 1);
	CHECK(cudaMallocArray(&a, &f, width, rows));
	CHECK(cudaMemcpy2DToArray(a, 0, 0, in.data(), width * 16, width * 16,
		rows, cudaMemcpyHostToDevice));
	CHECK(cudaMemcpy2DFromArray(out.data(), width * 16, a, 0, 0, width * 16,
		rows, cudaMemcpyDeviceToHost));
	expect_same("arrays-long-rows", out, in);
	report("arrays-long-rows", out);
	CHECK(cudaFreeArray(a));
}

static void
check_descriptors()
{
	cudaChannelFormatDesc f = cudaCreateChannelDesc<ushort2>(), g;
	cudaExtent e = make_cudaExtent(20, 30, 5), got;
	cudaMipmappedArray_t m;
	cudaArray_t a, level, again;
	CUDA_ARRAY3D_DESCRIPTOR d;
	unsigned flags;

	CHECK(cudaMalloc3DArray(&a, &f, e, cudaArrayLayered));
	CHECK(cudaArrayGetInfo(&g, &got, &flags, a));
	EXPECT(g.x == 16 && g.y == 16 && g.z == 0 &&
		g.f == cudaChannelFormatKindUnsigned);
	EXPECT(got.width == 20 && got.height == 30 && got.depth == 5);
	EXPECT(flags == cudaArrayLayered);
	CHECK(cudaFreeArray(a));
	CHECK(cudaMallocMipmappedArray(
		&m, &f, make_cudaExtent(20, 6, 0), 4, 0));
	CHECK(cudaGetMipmappedArrayLevel(&level, m, 3));
	CHECK(cudaGetMipmappedArrayLevel(&again, m, 3));
	EXPECT(level == again);
	DRIVER(CUDA_SUCCESS, cuArray3DGetDescriptor(&d, (CUarray)level));
	EXPECT(d.Width == 2 && d.Height == 1 && d.Depth == 0);
	CHECK_ERROR(cudaErrorInvalidValue,
		cudaGetMipmappedArrayLevel(&level, m, 4));
	(void)cudaGetLastError();
	CHECK(cudaFreeMipmappedArray(m));
}

static void
check_errors()
{
	CUDA_ARRAY3D_DESCRIPTOR d = {
		8, 8, 0, CU_AD_FORMAT_FLOAT, 1, 0};
	CUDA_ARRAY_SPARSE_PROPERTIES sparse;
	CUDA_ARRAY_MEMORY_REQUIREMENTS needs;
	CUDA_MEMCPY2D c = {};
	float host[64] = {0};
	CUarray a, plane;

	d.NumChannels = 3;
	DRIVER(CUDA_ERROR_INVALID_VALUE, cuArray3DCreate(&a, &d));
	d.NumChannels = 1;
	d.Width = 0;
	DRIVER(CUDA_ERROR_INVALID_VALUE, cuArray3DCreate(&a, &d));
	d.Width = 1 << 20;
	DRIVER(CUDA_ERROR_INVALID_VALUE, cuArray3DCreate(&a, &d));
	d.Width = 8;
	d.Depth = 5;
	d.Flags = CUDA_ARRAY3D_CUBEMAP;
	DRIVER(CUDA_ERROR_INVALID_VALUE, cuArray3DCreate(&a, &d));
	d.Depth = d.Flags = 0;
	DRIVER(CUDA_SUCCESS, cuArray3DCreate(&a, &d));
	DRIVER(CUDA_ERROR_INVALID_VALUE,
		cuArrayGetSparseProperties(&sparse, a));
	DRIVER(CUDA_ERROR_INVALID_VALUE,
		cuArrayGetMemoryRequirements(&needs, a, 0));
	DRIVER(CUDA_ERROR_INVALID_VALUE, cuArrayGetPlane(&plane, a, 0));
	c.srcMemoryType = CU_MEMORYTYPE_HOST;
	c.srcHost = host;
	c.srcPitch = 32;
	c.dstMemoryType = CU_MEMORYTYPE_ARRAY;
	c.dstArray = a;
	c.WidthInBytes = 32;
	c.Height = 8;
	DRIVER(CUDA_SUCCESS, cuMemcpy2D(&c));
	c.Height = 9;
	DRIVER(CUDA_ERROR_INVALID_VALUE, cuMemcpy2D(&c));
	c.Height = 8;
	c.dstXInBytes = 4;
	DRIVER(CUDA_ERROR_INVALID_VALUE, cuMemcpy2D(&c));
	DRIVER(CUDA_SUCCESS, cuArrayDestroy(a));
	printf("arrays-errors ok\n");
}

int
main()
{
	CHECK(cudaFree(NULL));
	check_boxes(false);
	check_boxes(true);
	check_ranges();
	check_long_rows();
	check_descriptors();
	check_errors();
	return 0;
}
