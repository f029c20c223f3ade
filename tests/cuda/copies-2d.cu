/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies and fills of rectangles and boxes: rows of memory with a pitch, on
 * both sides different ones, and three-dimensional copies of a part.
 */
#include "check.h"

typedef std::vector<unsigned char> byte_vector;

static const size_t width = 133, height = 37;

static byte_vector
random_bytes(size_t n, uint64_t seed)
{
	struct rng r = rng_make(seed);
	byte_vector v(n);

	for (unsigned char &b : v)
		b = (unsigned char)rng_u32(&r);
	return v;
}

static __global__ void
add_row_number(unsigned char *data, size_t pitch, int columns, int rows)
{
	int x = blockIdx.x * blockDim.x + threadIdx.x;
	int y = blockIdx.y * blockDim.y + threadIdx.y;

	if (x < columns && y < rows)
		data[y * pitch + x] += (unsigned char)y;
}

/* Up into pitched memory, through a kernel, across, and down again. */
static void
check_pitched()
{
	const size_t host_pitch = width + 11, back_pitch = width + 2;
	byte_vector in = random_bytes(host_pitch * height, 80);
	byte_vector out(back_pitch * height, 0x77), want = out;
	unsigned char *a, *b;
	size_t a_pitch, b_pitch = width + 5;

	CHECK(cudaMallocPitch((void **)&a, &a_pitch, width, height));
	EXPECT(a_pitch >= width && a_pitch % 4 == 0);
	b = device_alloc<unsigned char>(b_pitch * height);
	CHECK(cudaMemset2D(b, b_pitch, 0x55, b_pitch, height));
	CHECK(cudaMemcpy2D(a, a_pitch, in.data(), host_pitch, width, height,
		cudaMemcpyHostToDevice));
	add_row_number<<<dim3(5, 5), dim3(32, 8)>>>(a, a_pitch, width, height);
	CHECK_LAUNCH();
	CHECK(cudaMemcpy2D(b, b_pitch, a, a_pitch, width, height,
		cudaMemcpyDeviceToDevice));
	CHECK(cudaMemcpy2D(out.data(), back_pitch, b, b_pitch, width, height,
		cudaMemcpyDefault));
	for (size_t y = 0; y < height; y++)
		for (size_t x = 0; x < width; x++)
			want[y * back_pitch + x] =
				(unsigned char)(in[y * host_pitch + x] + y);
	expect_same("copies-2d-pitched", out, want);
	report("copies-2d-pitched", out);

	/* The gaps between the rows of b are as they were filled. */
	byte_vector all = host_copy(b, b_pitch * height);

	for (size_t y = 0; y < height; y++)
		for (size_t x = width; x < b_pitch; x++)
			EXPECT(all[y * b_pitch + x] == 0x55);
	CHECK_ERROR(cudaErrorInvalidPitchValue,
		cudaMemcpy2D(b, width - 1, a, a_pitch, width, height,
			cudaMemcpyDeviceToDevice));
	(void)cudaGetLastError();
	CHECK(cudaFree(a));
	CHECK(cudaFree(b));
}

/* A rectangle filled and moved asynchronously inside a larger one. */
static void
check_async()
{
	const size_t pitch = 200, rows = 60;
	byte_vector want = random_bytes(pitch * rows, 81);
	unsigned char *data = device_copy(want);
	cudaStream_t stream;

	CHECK(cudaStreamCreate(&stream));
	CHECK(cudaMemset2DAsync(
		data + 3 * pitch + 17, pitch, 0xc3, 51, 13, stream));
	for (size_t y = 0; y < 13; y++)
		memset(&want[(3 + y) * pitch + 17], 0xc3, 51);
	CHECK(cudaMemcpy2DAsync(data + 30 * pitch + 101, pitch, data, pitch, 99,
		30, cudaMemcpyDeviceToDevice, stream));
	for (size_t y = 0; y < 30; y++)
		memcpy(&want[(30 + y) * pitch + 101], &want[y * pitch], 99);
	CHECK(cudaStreamSynchronize(stream));

	byte_vector got = host_copy(data, pitch * rows);

	expect_same("copies-2d-async", got, want);
	report("copies-2d-async", got);
	CHECK(cudaStreamDestroy(stream));
	CHECK(cudaFree(data));
}

static struct cudaMemcpy3DParms
box(struct cudaPitchedPtr from, struct cudaPos from_at,
	struct cudaPitchedPtr to, struct cudaPos to_at,
	enum cudaMemcpyKind kind)
{
	struct cudaMemcpy3DParms p = {};

	p.srcPtr = from;
	p.srcPos = from_at;
	p.dstPtr = to;
	p.dstPos = to_at;
	p.extent = make_cudaExtent(21, 7, 5);
	p.kind = kind;
	return p;
}

/* A box of 21 bytes x 7 rows x 5 slices out of one of 40 x 11 x 8. */
static void
check_3d()
{
	const size_t x = 40, y = 11, z = 8;
	byte_vector in = random_bytes(x * y * z, 82);
	byte_vector out(x * y * z, 0x99), want = out;
	struct cudaPitchedPtr device;

	CHECK(cudaMalloc3D(&device, make_cudaExtent(x, y, z)));
	EXPECT(device.pitch >= x);
	CHECK(cudaMemset3D(device, 0, make_cudaExtent(x, y, z)));

	struct cudaMemcpy3DParms up = box(
		make_cudaPitchedPtr(in.data(), x, x, y), make_cudaPos(3, 2, 1),
		device, make_cudaPos(5, 4, 3), cudaMemcpyHostToDevice);
	struct cudaMemcpy3DParms down = box(device, make_cudaPos(5, 4, 3),
		make_cudaPitchedPtr(out.data(), x, x, y),
		make_cudaPos(10, 1, 2), cudaMemcpyDeviceToHost);

	CHECK(cudaMemcpy3D(&up));
	CHECK(cudaMemcpy3DAsync(&down));
	CHECK(cudaDeviceSynchronize());
	for (size_t k = 0; k < 5; k++)
		for (size_t j = 0; j < 7; j++)
			memcpy(&want[((k + 2) * y + j + 1) * x + 10],
				&in[((k + 1) * y + j + 2) * x + 3], 21);
	expect_same("copies-2d-box", out, want);
	report("copies-2d-box", out);
	CHECK(cudaFree(device.ptr));
}

int
main()
{
	check_pitched();
	check_async();
	check_3d();
	return 0;
}
