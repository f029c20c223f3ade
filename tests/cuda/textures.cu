/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texture objects against a reference on the host: linear memory, memory with a
 * pitch, arrays of one to three dimensions, layers, cubes; both filters, all
 * address modes, integers, floats and integers read as floats, tex2Dgather. The
 * linear filter has weights of 8 fraction bits: the tolerance is half a step.
 */
#include "check.h"

#include <algorithm>
#include <cmath>

static const int width = 13, height = 9, depth = 5;

static cudaTextureDesc
texture_desc(cudaTextureAddressMode mode, cudaTextureFilterMode filter,
	bool normalized, cudaTextureReadMode read)
{
	cudaTextureDesc d = {};

	for (int i = 0; i < 3; i++)
		d.addressMode[i] = mode;
	d.filterMode = filter;
	d.readMode = read;
	d.normalizedCoords = normalized;
	return d;
}

static cudaTextureObject_t
make(const cudaResourceDesc &r, const cudaTextureDesc &d)
{
	cudaTextureObject_t t;

	CHECK(cudaCreateTextureObject(&t, &r, &d, NULL));
	return t;
}

template <class T>
static cudaArray_t
make_array(const std::vector<T> &data, int w, int h, int d, unsigned flags)
{
	cudaChannelFormatDesc f = cudaCreateChannelDesc<T>();
	cudaMemcpy3DParms p = {};
	cudaArray_t a;

	CHECK(cudaMalloc3DArray(&a, &f, make_cudaExtent(w, h, d), flags));
	p.srcPtr = make_cudaPitchedPtr(
		(void *)data.data(), w * sizeof(T), w, h ? h : 1);
	p.dstArray = a;
	p.extent = make_cudaExtent(w, h ? h : 1, d ? d : 1);
	p.kind = cudaMemcpyHostToDevice;
	CHECK(cudaMemcpy3D(&p));
	return a;
}

static cudaResourceDesc
of_array(cudaArray_t a)
{
	cudaResourceDesc r = {};

	r.resType = cudaResourceTypeArray;
	r.res.array.array = a;
	return r;
}

/* ---- the reference ------------------------------------------------------------ */

/* A texel's number by its address mode; -1: the border. */
static long
place(cudaTextureAddressMode mode, long i, long n)
{
	if (mode == cudaAddressModeBorder)
		return i < 0 || i >= n ? -1 : i;
	if (mode == cudaAddressModeWrap)
		return ((i % n) + n) % n;
	if (mode == cudaAddressModeMirror) {
		i = ((i % (2 * n)) + 2 * n) % (2 * n);
		return i < n ? i : 2 * n - 1 - i;
	}
	return std::min(std::max(i, 0l), n - 1);
}

struct volume {
	std::vector<float> v;
	long n[3];
	cudaTextureAddressMode mode;
	bool linear, normalized;

	double
	at(const long *i) const
	{
		long p[3];

		for (int d = 0; d < 3; d++) {
			p[d] = place(mode, i[d], n[d]);
			if (p[d] < 0)
				return 0;
		}
		return v[(p[2] * n[1] + p[1]) * n[0] + p[0]];
	}

	double
	fetch(const float *c, int dims) const
	{
		long i[3] = {0, 0, 0}, k[3];
		double w[3] = {0, 0, 0}, sum = 0;

		for (int d = 0; d < dims; d++) {
			double x = normalized ? (double)c[d] * n[d] : c[d];

			x -= linear ? 0.5 : 0;
			i[d] = (long)std::floor(x);
			w[d] = linear ? x - i[d] : 0;
		}
		for (int m = 0; m < 8; m++) {
			double f = 1;

			for (int d = 0; d < 3; d++) {
				f *= m >> d & 1 ? w[d] : 1 - w[d];
				k[d] = i[d] + (m >> d & 1);
			}
			if (f != 0)
				sum += f * at(k);
		}
		return sum;
	}
};

/* ---- kernels ------------------------------------------------------------------- */

static __global__ void
fetch_all(cudaTextureObject_t t, const float *coords, float *out, int n,
	int dims)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;
	const float *c = coords + 3 * i;

	if (i >= n)
		return;
	if (dims == 1)
		out[i] = tex1D<float>(t, c[0]);
	else if (dims == 2)
		out[i] = tex2D<float>(t, c[0], c[1]);
	else
		out[i] = tex3D<float>(t, c[0], c[1], c[2]);
}

template <class T>
static __global__ void
fetch_linear(cudaTextureObject_t t, T *out, int n)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < n)
		out[i] = tex1Dfetch<T>(t, i);
}

template <class T>
static __global__ void
fetch_elements(cudaTextureObject_t t, T *out, int w, int h)
{
	int x = blockIdx.x * blockDim.x + threadIdx.x;
	int y = blockIdx.y * blockDim.y + threadIdx.y;

	if (x < w && y < h)
		out[y * w + x] = tex2D<T>(t, x + 0.5f, y + 0.5f);
}

static __global__ void
fetch_layers(cudaTextureObject_t t1, cudaTextureObject_t t2, float *out)
{
	int x = threadIdx.x, layer = blockIdx.x;

	out[layer * blockDim.x + x] =
		tex1DLayered<float>(t1, x + 0.5f, layer) +
		tex2DLayered<float>(t2, x + 0.5f, 3.5f, layer);
}

static __global__ void
fetch_cube(cudaTextureObject_t t, float *out)
{
	const float d[6][3] = {{1, 0, 0}, {-1, 0, 0}, {0, 1, 0}, {0, -1, 0},
		{0, 0, 1}, {0, 0, -1}};
	int f = threadIdx.x;

	/* A little off the middle of the face: element (2, 2) of 4. */
	out[f] = texCubemap<float>(t, d[f][0] + (d[f][0] ? 0 : 0.25f),
		d[f][1] + (d[f][1] ? 0 : 0.25f),
		d[f][2] + (d[f][2] ? 0 : 0.25f));
}

static __global__ void
gather(cudaTextureObject_t t, float4 *out)
{
	*out = tex2Dgather<float4>(t, 4.0f, 3.0f, 0);
}

/* ---- tests --------------------------------------------------------------------- */

static std::vector<float>
random_floats(size_t n, uint64_t seed)
{
	struct rng r = rng_make(seed);
	std::vector<float> v(n);

	for (float &f : v)
		f = rng_float(&r, -1, 1);
	return v;
}

static void
check_fetches(cudaTextureObject_t t, const volume &ref, int dims,
	const char *name)
{
	const int n = 700;
	struct rng r = rng_make(600 + dims);
	std::vector<float> coords(3 * n), got;
	float *dev, *out = device_alloc<float>(n);

	for (int i = 0; i < n; i++)
		for (int d = 0; d < 3; d++) {
			float x = rng_float(&r, -1.5, 2.5);

			coords[3 * i + d] = ref.normalized ? x : x * ref.n[d];
		}
	dev = device_copy(coords);
	fetch_all<<<(n + 63) / 64, 64>>>(t, dev, out, n, dims);
	CHECK_LAUNCH();
	got = host_copy(out, n);
	for (int i = 0; i < n; i++) {
		double want = ref.fetch(&coords[3 * i], dims);
		double tolerance = ref.linear ? dims * 2.0 / 512 + 1e-5 : 0;

		if (!(std::fabs(got[i] - want) <= tolerance))
			fail_element(name, i, got[i], want);
	}
	report(name, got);
	CHECK(cudaFree(dev));
	CHECK(cudaFree(out));
}

static void
check_arrays()
{
	const cudaTextureAddressMode modes[] = {cudaAddressModeWrap,
		cudaAddressModeClamp, cudaAddressModeMirror,
		cudaAddressModeBorder};

	for (int dims = 1; dims <= 3; dims++) {
		int h = dims > 1 ? height : 0, d = dims > 2 ? depth : 0;
		volume ref = {};
		cudaArray_t a;

		ref.n[0] = width;
		ref.n[1] = h ? h : 1;
		ref.n[2] = d ? d : 1;
		ref.v = random_floats(ref.n[0] * ref.n[1] * ref.n[2], 610);
		a = make_array(ref.v, width, h, d, 0);
		for (int m = 0; m < 16; m++) {
			cudaTextureObject_t t;

			ref.linear = m & 1;
			ref.normalized = m & 2;
			ref.mode = modes[m >> 2];
			/* Without normalized coordinates these two clamp. */
			if (!ref.normalized && (m >> 2 == 0 || m >> 2 == 2))
				continue;
			t = make(of_array(a),
				texture_desc(ref.mode,
					ref.linear ? cudaFilterModeLinear
						   : cudaFilterModePoint,
					ref.normalized,
					cudaReadModeElementType));
			check_fetches(t, ref, dims, "textures-arrays");
			CHECK(cudaDestroyTextureObject(t));
		}
		CHECK(cudaFreeArray(a));
	}
}

static void
check_memory()
{
	const int n = 1000;
	std::vector<float> v = random_floats(n, 620), got;
	float *dev = device_copy(v), *out = device_alloc<float>(n + 24);
	cudaResourceDesc r = {};
	cudaTextureDesc d = {}, d2;
	cudaTextureObject_t t;
	volume ref = {};
	size_t pitch;

	r.resType = cudaResourceTypeLinear;
	r.res.linear.devPtr = dev;
	r.res.linear.desc = cudaCreateChannelDesc<float>();
	r.res.linear.sizeInBytes = n * sizeof(float);
	t = make(r, d);
	/* What lies behind the end is 0. */
	fetch_linear<<<8, 128>>>(t, out, n + 24);
	CHECK_LAUNCH();
	got = host_copy(out, n + 24);
	v.resize(n + 24);
	expect_same("textures-linear", got, v);
	report("textures-linear", got);
	CHECK(cudaDestroyTextureObject(t));
	CHECK(cudaFree(dev));

	CHECK(cudaMallocPitch((void **)&dev, &pitch, width * 4, height));
	ref.v = random_floats(width * height, 621);
	ref.n[0] = width;
	ref.n[1] = height;
	ref.n[2] = 1;
	ref.mode = cudaAddressModeClamp;
	ref.linear = true;
	CHECK(cudaMemcpy2D(dev, pitch, ref.v.data(), width * 4, width * 4,
		height, cudaMemcpyHostToDevice));
	r = {};
	r.resType = cudaResourceTypePitch2D;
	r.res.pitch2D.devPtr = dev;
	r.res.pitch2D.desc = cudaCreateChannelDesc<float>();
	r.res.pitch2D.width = width;
	r.res.pitch2D.height = height;
	r.res.pitch2D.pitchInBytes = pitch;
	t = make(r,
		texture_desc(ref.mode, cudaFilterModeLinear, false,
			cudaReadModeElementType));
	check_fetches(t, ref, 2, "textures-pitch");
	CHECK(cudaGetTextureObjectTextureDesc(&d2, t));
	EXPECT(d2.filterMode == cudaFilterModeLinear && !d2.normalizedCoords);
	CHECK(cudaDestroyTextureObject(t));
	CHECK(cudaFree(dev));
	CHECK(cudaFree(out));
}

/* Elements as they are, four components each. */
template <class T, class V>
static void
check_elements(const char *name)
{
	struct rng r = rng_make(630);
	std::vector<V> v(width * height), got;
	V *out = device_alloc<V>(v.size());
	cudaTextureObject_t t;
	cudaArray_t a;

	for (V &e : v)
		e = {(T)rng_u32(&r), (T)rng_u32(&r), (T)rng_u32(&r),
			(T)rng_u32(&r)};
	a = make_array(v, width, height, 0, 0);
	t = make(of_array(a),
		texture_desc(cudaAddressModeClamp, cudaFilterModePoint, false,
			cudaReadModeElementType));
	fetch_elements<<<dim3(1, 1), dim3(16, 16)>>>(t, out, width, height);
	CHECK_LAUNCH();
	got = host_copy(out, v.size());
	for (size_t i = 0; i < v.size(); i++)
		if (memcmp(&got[i], &v[i], sizeof(V)))
			fail_element(name, i, (int)got[i].x, (int)v[i].x);
	CHECK(cudaDestroyTextureObject(t));
	CHECK(cudaFreeArray(a));
	CHECK(cudaFree(out));
	printf("%s ok\n", name);
}

/* Integers as floats: unsigned ones from 0 to 1, signed ones from -1. */
template <class T>
static void
check_unit(const char *name, float divisor)
{
	struct rng r = rng_make(640);
	std::vector<T> v(width * height);
	std::vector<float> want(v.size()), got;
	float *out = device_alloc<float>(v.size());
	cudaTextureObject_t t;
	cudaArray_t a;

	for (size_t i = 0; i < v.size(); i++) {
		v[i] = (T)rng_u32(&r);
		want[i] = std::max(-1.0f, v[i] / divisor);
	}
	a = make_array(v, width, height, 0, 0);
	t = make(of_array(a),
		texture_desc(cudaAddressModeClamp, cudaFilterModePoint, false,
			cudaReadModeNormalizedFloat));
	fetch_elements<<<dim3(1, 1), dim3(16, 16)>>>(t, out, width, height);
	CHECK_LAUNCH();
	got = host_copy(out, v.size());
	for (size_t i = 0; i < v.size(); i++)
		if (std::fabs(got[i] - want[i]) > 1e-6f)
			fail_element(name, i, got[i], want[i]);
	report(name, got);
	CHECK(cudaDestroyTextureObject(t));
	CHECK(cudaFreeArray(a));
	CHECK(cudaFree(out));
}

static void
check_layers()
{
	std::vector<float> v1 = random_floats(width * depth, 650), got;
	std::vector<float> v2 = random_floats(width * height * depth, 651);
	std::vector<float> want(width * depth);
	float *out = device_alloc<float>(want.size());
	cudaTextureDesc d = texture_desc(cudaAddressModeClamp,
		cudaFilterModePoint, false, cudaReadModeElementType);
	cudaArray_t a1 = make_array(v1, width, 0, depth, cudaArrayLayered);
	cudaArray_t a2 = make_array(v2, width, height, depth, cudaArrayLayered);
	cudaTextureObject_t t1 = make(of_array(a1), d);
	cudaTextureObject_t t2 = make(of_array(a2), d);

	fetch_layers<<<depth, width>>>(t1, t2, out);
	CHECK_LAUNCH();
	got = host_copy(out, want.size());
	for (int l = 0; l < depth; l++)
		for (int x = 0; x < width; x++)
			want[l * width + x] = v1[l * width + x] +
				v2[(l * height + 3) * width + x];
	expect_same("textures-layers", got, want);
	report("textures-layers", got);
	CHECK(cudaDestroyTextureObject(t1));
	CHECK(cudaDestroyTextureObject(t2));
	CHECK(cudaFreeArray(a1));
	CHECK(cudaFreeArray(a2));
	CHECK(cudaFree(out));
}

static void
check_cube_and_gather()
{
	/* Where (+0.25, +0.25) off the axis lies on each face, by the table of
	 * the programming guide: s and t as signs. */
	const int s[6] = {-1, 1, 1, 1, 1, -1}, r[6] = {-1, -1, 1, -1, -1, -1};
	std::vector<float> v = random_floats(4 * 4 * 6, 660), want(6), got;
	float *out = device_alloc<float>(6);
	cudaTextureDesc d = texture_desc(cudaAddressModeClamp,
		cudaFilterModePoint, true, cudaReadModeElementType);
	cudaArray_t a = make_array(v, 4, 4, 6, cudaArrayCubemap);
	cudaTextureObject_t t = make(of_array(a), d);

	fetch_cube<<<1, 6>>>(t, out);
	CHECK_LAUNCH();
	got = host_copy(out, 6);
	for (int f = 0; f < 6; f++)
		want[f] = v[(f * 4 + (r[f] > 0 ? 2 : 1)) * 4 +
			(s[f] > 0 ? 2 : 1)];
	expect_same("textures-cube", got, want);
	report("textures-cube", got);
	CHECK(cudaDestroyTextureObject(t));
	CHECK(cudaFreeArray(a));

	v = random_floats(width * height, 661);
	a = make_array(v, width, height, 0, cudaArrayTextureGather);
	d.normalizedCoords = 0;
	t = make(of_array(a), d);
	gather<<<1, 1>>>(t, (float4 *)out);
	CHECK_LAUNCH();
	got = host_copy(out, 4);
	want = {v[3 * width + 3], v[3 * width + 4], v[2 * width + 4],
		v[2 * width + 3]};
	expect_same("textures-gather", got, want);
	report("textures-gather", got);
	CHECK(cudaDestroyTextureObject(t));
	CHECK(cudaFreeArray(a));
	CHECK(cudaFree(out));
}

int
main()
{
	CHECK(cudaFree(NULL));
	check_arrays();
	check_memory();
	check_elements<unsigned char, uchar4>("textures-uchar4");
	check_elements<signed char, char4>("textures-char4");
	check_elements<short, short4>("textures-short4");
	check_elements<unsigned, uint4>("textures-uint4");
	check_unit<unsigned char>("textures-unit-uchar", 255);
	check_unit<signed char>("textures-unit-char", 127);
	check_unit<unsigned short>("textures-unit-ushort", 65535);
	check_unit<short>("textures-unit-short", 32767);
	check_layers();
	check_cube_and_gather();
	return 0;
}
