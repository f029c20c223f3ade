/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cuDNN: convolution forward and both ways back with every algorithm that it
 * offers for the shape, activations, softmax, pooling, batch normalisation,
 * sums, reductions; against plain loops in f64.
 */
#include <cudnn.h>

#include "library.h"

static cudnnHandle_t handle;

/* Images, channels in and out, size of an image and of a filter. */
enum { N = 2, C = 3, K = 4, H = 10, W = 9, R = 3, S = 3 };

static cudnnTensorDescriptor_t
tensor(int n, int c, int h, int w)
{
	cudnnTensorDescriptor_t t;

	CHECK_LIB(cudnnCreateTensorDescriptor(&t));
	CHECK_LIB(cudnnSetTensor4dDescriptor(
		t, CUDNN_TENSOR_NCHW, CUDNN_DATA_FLOAT, n, c, h, w));
	return t;
}

/* ---- convolution: padding 1, so that the output is as large as the input --- */

struct convolution {
	std::vector<float> x, w, y; /* input, filters, output */
	float *dx, *dw, *dy;
	cudnnTensorDescriptor_t tx, ty;
	cudnnFilterDescriptor_t tw;
	cudnnConvolutionDescriptor_t how;

	convolution()
	    : x(random_vector<float>(N * C * H * W, 1)),
	      w(random_vector<float>(K * C * R * S, 2)),
	      y(random_vector<float>(N * K * H * W, 3)), dx(device_copy(x)),
	      dw(device_copy(w)), dy(device_copy(y)), tx(tensor(N, C, H, W)),
	      ty(tensor(N, K, H, W))
	{
		CHECK_LIB(cudnnCreateFilterDescriptor(&tw));
		CHECK_LIB(cudnnSetFilter4dDescriptor(tw, CUDNN_DATA_FLOAT,
			CUDNN_TENSOR_NCHW, K, C, R, S));
		CHECK_LIB(cudnnCreateConvolutionDescriptor(&how));
		CHECK_LIB(cudnnSetConvolution2dDescriptor(how, 1, 1, 1, 1, 1, 1,
			CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
		/* No rounding to TF32. */
		CHECK_LIB(cudnnSetConvolutionMathType(how, CUDNN_FMA_MATH));
	}

	~convolution()
	{
		CHECK_LIB(cudnnDestroyConvolutionDescriptor(how));
		CHECK_LIB(cudnnDestroyFilterDescriptor(tw));
		CHECK_LIB(cudnnDestroyTensorDescriptor(tx));
		CHECK_LIB(cudnnDestroyTensorDescriptor(ty));
		for (float *p : {dx, dw, dy})
			CHECK(cudaFree(p));
	}
};

/* f(output, input, filter element) for every product of the convolution. */
template <class F>
static void
each_product(F f)
{
	for (int n = 0; n < N; n++)
	for (int k = 0; k < K; k++)
	for (int c = 0; c < C; c++)
	for (int i = 0; i < H * W; i++)
	for (int j = 0; j < R * S; j++) {
		int h = i / W + j / S - 1, w = i % W + j % S - 1;

		if (h >= 0 && h < H && w >= 0 && w < W)
			f((n * K + k) * H * W + i,
				((n * C + c) * H + h) * W + w,
				(k * C + c) * R * S + j);
	}
}

/* Runs one algorithm; false when it is none for this shape. */
template <class Size, class Run>
static bool
with_workspace(Size size, Run run)
{
	size_t bytes = 0;
	int status = (int)size(&bytes);

	if (status == CUDNN_STATUS_NOT_SUPPORTED ||
		status / 1000 == CUDNN_STATUS_NOT_SUPPORTED / 1000)
		return false;
	CHECK_LIB(status);
	char *work = device_alloc<char>(bytes + 1);

	CHECK_LIB(run(work, bytes));
	CHECK(cudaDeviceSynchronize());
	CHECK(cudaFree(work));
	return true;
}

static std::vector<float>
compare(const char *name, float *device, const std::vector<double> &want)
{
	auto got = host_copy(device, want.size());

	/* Winograd's and Fourier's ways lose more than a sum does. */
	expect_near(name, got, want, 0, 2e-4);
	CHECK(cudaMemset(device, 0xff, want.size() * sizeof(float)));
	return got;
}

static void
forward(const char *name)
{
	convolution c;
	std::vector<double> want(c.y.size());
	std::vector<float> all;
	float one = 1, zero = 0;
	int tried = 0;

	each_product([&](int o, int i, int f) {
		want[o] += (double)c.x[i] * (double)c.w[f];
	});
	for (int a = 0; a < CUDNN_CONVOLUTION_FWD_ALGO_COUNT; a++) {
		auto algo = (cudnnConvolutionFwdAlgo_t)a;
		bool ran = with_workspace(
			[&](size_t *bytes) {
				return cudnnGetConvolutionForwardWorkspaceSize(
					handle, c.tx, c.tw, c.how, c.ty, algo,
					bytes);
			},
			[&](void *work, size_t bytes) {
				return cudnnConvolutionForward(handle, &one,
					c.tx, c.dx, c.tw, c.dw, c.how, algo,
					work, bytes, &zero, c.ty, c.dy);
			});

		if (ran) {
			auto got = compare(name, c.dy, want);

			all.insert(all.end(), got.begin(), got.end());
			tried++;
		}
	}
	EXPECT(tried >= 3);
	report(name, all);
}

static void
backward_data(const char *name)
{
	convolution c;
	std::vector<double> want(c.x.size());
	float one = 1, zero = 0;
	int tried = 0;

	each_product([&](int o, int i, int f) {
		want[i] += (double)c.y[o] * (double)c.w[f];
	});
	for (int a = 0; a < CUDNN_CONVOLUTION_BWD_DATA_ALGO_COUNT; a++) {
		auto algo = (cudnnConvolutionBwdDataAlgo_t)a;
		bool ran = with_workspace(
			[&](size_t *bytes) {
				return cudnnGetConvolutionBackwardDataWorkspaceSize(
					handle, c.tw, c.ty, c.how, c.tx, algo,
					bytes);
			},
			[&](void *work, size_t bytes) {
				return cudnnConvolutionBackwardData(handle,
					&one, c.tw, c.dw, c.ty, c.dy, c.how,
					algo, work, bytes, &zero, c.tx, c.dx);
			});

		if (ran) {
			compare(name, c.dx, want);
			tried++;
		}
	}
	EXPECT(tried >= 2);
	report(name, want); /* algorithm 0 adds atomically, in any order */
}

static void
backward_filter(const char *name)
{
	convolution c;
	std::vector<double> want(c.w.size());
	float one = 1, zero = 0;
	int tried = 0;

	each_product([&](int o, int i, int f) {
		want[f] += (double)c.y[o] * (double)c.x[i];
	});
	for (int a = 0; a < CUDNN_CONVOLUTION_BWD_FILTER_ALGO_COUNT; a++) {
		auto algo = (cudnnConvolutionBwdFilterAlgo_t)a;
		bool ran = with_workspace(
			[&](size_t *bytes) {
				return cudnnGetConvolutionBackwardFilterWorkspaceSize(
					handle, c.tx, c.ty, c.how, c.tw, algo,
					bytes);
			},
			[&](void *work, size_t bytes) {
				return cudnnConvolutionBackwardFilter(handle,
					&one, c.tx, c.dx, c.ty, c.dy, c.how,
					algo, work, bytes, &zero, c.tw, c.dw);
			});

		if (ran) {
			compare(name, c.dw, want);
			tried++;
		}
	}
	EXPECT(tried >= 2);
	report(name, want); /* algorithm 0 adds atomically, in any order */
}

/* ---- layers --------------------------------------------------------------- */

static void
activations(const char *name)
{
	static const struct {
		cudnnActivationMode_t mode;
		double (*f)(double);
	} kinds[] = {
		{CUDNN_ACTIVATION_RELU,
			[](double v) { return v > 0 ? v : 0; }},
		{CUDNN_ACTIVATION_SIGMOID,
			[](double v) { return 1 / (1 + exp(-v)); }},
		{CUDNN_ACTIVATION_TANH, [](double v) { return tanh(v); }},
		{CUDNN_ACTIVATION_ELU,
			[](double v) { return v > 0 ? v : expm1(v); }},
	};
	auto x = random_vector<float>(N * C * H * W, 4);
	float *dx = device_copy(x), *dy = device_copy(x), one = 1, zero = 0;
	cudnnTensorDescriptor_t t = tensor(N, C, H, W);
	cudnnActivationDescriptor_t how;
	std::vector<float> all;

	CHECK_LIB(cudnnCreateActivationDescriptor(&how));
	for (const auto &kind : kinds) {
		std::vector<double> want;

		for (float v : x)
			want.push_back(kind.f((double)v));
		CHECK_LIB(cudnnSetActivationDescriptor(
			how, kind.mode, CUDNN_PROPAGATE_NAN, 1));
		CHECK_LIB(cudnnActivationForward(
			handle, how, &one, t, dx, &zero, t, dy));
		auto got = host_copy(dy, x.size());

		expect_near(name, got, want, 1e-5, 1e-6);
		all.insert(all.end(), got.begin(), got.end());
	}
	report(name, all);
	CHECK_LIB(cudnnDestroyActivationDescriptor(how));
	CHECK_LIB(cudnnDestroyTensorDescriptor(t));
	CHECK(cudaFree(dx));
	CHECK(cudaFree(dy));
}

/* Over the channels of each point. */
static void
softmax(const char *name)
{
	const int classes = 33;
	auto x = random_vector<float>(N * classes, 5);
	float *dx = device_copy(x), *dy = device_copy(x), one = 1, zero = 0;
	cudnnTensorDescriptor_t t = tensor(N, classes, 1, 1);
	std::vector<double> want;

	for (int n = 0; n < N; n++) {
		double sum = 0;

		for (int c = 0; c < classes; c++)
			sum += exp((double)x[n * classes + c]);
		for (int c = 0; c < classes; c++)
			want.push_back(exp((double)x[n * classes + c]) / sum);
	}
	CHECK_LIB(cudnnSoftmaxForward(handle, CUDNN_SOFTMAX_ACCURATE,
		CUDNN_SOFTMAX_MODE_CHANNEL, &one, t, dx, &zero, t, dy));
	auto got = host_copy(dy, want.size());

	expect_near(name, got, want, 1e-5, 1e-7);
	report(name, got);
	CHECK_LIB(cudnnDestroyTensorDescriptor(t));
	CHECK(cudaFree(dx));
	CHECK(cudaFree(dy));
}

/* Squares of 2 by 2: the largest, and the mean. */
static void
pooling(const char *name)
{
	const int h = 8, w = 6, n = N * C * h * w;
	auto x = random_vector<float>(n, 6);
	float *dx = device_copy(x), *dy = device_alloc<float>(n / 4);
	float one = 1, zero = 0;
	cudnnTensorDescriptor_t tx = tensor(N, C, h, w);
	cudnnTensorDescriptor_t ty = tensor(N, C, h / 2, w / 2);
	cudnnPoolingDescriptor_t how;
	std::vector<float> all;

	CHECK_LIB(cudnnCreatePoolingDescriptor(&how));
	for (int mean = 0; mean < 2; mean++) {
		std::vector<double> want;

		for (int i = 0; i < n / 4; i++) {
			const float *at = &x[i / (w / 2) * 2 * w +
				i % (w / 2) * 2];
			double a = (double)at[0], b = (double)at[1];
			double c = (double)at[w], d = (double)at[w + 1];

			want.push_back(mean ? (a + b + c + d) / 4
					    : fmax(fmax(a, b), fmax(c, d)));
		}
		CHECK_LIB(cudnnSetPooling2dDescriptor(how,
			mean ? CUDNN_POOLING_AVERAGE_COUNT_INCLUDE_PADDING
			     : CUDNN_POOLING_MAX,
			CUDNN_PROPAGATE_NAN, 2, 2, 0, 0, 2, 2));
		CHECK_LIB(cudnnPoolingForward(
			handle, how, &one, tx, dx, &zero, ty, dy));
		auto got = host_copy(dy, want.size());

		expect_near(name, got, want, 1e-6, 1e-6);
		all.insert(all.end(), got.begin(), got.end());
	}
	report(name, all);
	CHECK_LIB(cudnnDestroyPoolingDescriptor(how));
	CHECK_LIB(cudnnDestroyTensorDescriptor(tx));
	CHECK_LIB(cudnnDestroyTensorDescriptor(ty));
	CHECK(cudaFree(dx));
	CHECK(cudaFree(dy));
}

/* Training: mean and variance are those of the batch. */
static void
batch_normalisation(const char *name)
{
	const int n = N * H * W;
	const double epsilon = 1e-4;
	auto x = random_vector<float>(N * C * H * W, 7);
	auto scale = random_vector<float>(C, 8), bias = random_vector<float>(C, 9);
	float *dx = device_copy(x), *dy = device_copy(x);
	float *ds = device_copy(scale), *db = device_copy(bias);
	float *mean = device_alloc<float>(C), *inverse = device_alloc<float>(C);
	float one = 1, zero = 0;
	cudnnTensorDescriptor_t t = tensor(N, C, H, W), tc = tensor(1, C, 1, 1);
	std::vector<double> want(x.size()), means(C);

	for (int c = 0; c < C; c++) {
		double sum = 0, squares = 0;
		auto at = [&](int i) {
			return (i / (H * W) * C + c) * H * W + i % (H * W);
		};

		for (int i = 0; i < n; i++)
			sum += (double)x[at(i)];
		means[c] = sum / n;
		for (int i = 0; i < n; i++)
			squares += pow((double)x[at(i)] - means[c], 2);
		for (int i = 0; i < n; i++)
			want[at(i)] = (double)bias[c] +
				(double)scale[c] *
					((double)x[at(i)] - means[c]) /
					sqrt(squares / n + epsilon);
	}
	CHECK_LIB(cudnnBatchNormalizationForwardTraining(handle,
		CUDNN_BATCHNORM_SPATIAL, &one, &zero, t, dx, t, dy, tc, ds, db,
		1, NULL, NULL, epsilon, mean, inverse));
	auto got = host_copy(dy, want.size());

	expect_near(name, got, want, 1e-4, 1e-5);
	expect_near(name, host_copy(mean, C), means, 1e-4, 1e-5);
	report(name, got);
	CHECK_LIB(cudnnDestroyTensorDescriptor(t));
	CHECK_LIB(cudnnDestroyTensorDescriptor(tc));
	for (float *p : {dx, dy, ds, db, mean, inverse})
		CHECK(cudaFree(p));
}

/* A bias for each channel, then the sum of everything. */
static void
sums(const char *name)
{
	auto x = random_vector<float>(N * C * H * W, 10);
	auto bias = random_vector<float>(C, 11);
	float *dx = device_copy(x), *db = device_copy(bias);
	float *dsum = device_alloc<float>(1), one = 1, zero = 0;
	cudnnTensorDescriptor_t t = tensor(N, C, H, W), tc = tensor(1, C, 1, 1);
	cudnnTensorDescriptor_t t1 = tensor(1, 1, 1, 1);
	cudnnReduceTensorDescriptor_t how;
	std::vector<double> want, sum(1);
	size_t bytes;

	for (size_t i = 0; i < x.size(); i++) {
		want.push_back((double)x[i] + (double)bias[i / (H * W) % C]);
		sum[0] += want[i];
	}
	CHECK_LIB(cudnnAddTensor(handle, &one, tc, db, &one, t, dx));
	auto got = host_copy(dx, x.size());

	expect_near(name, got, want, 1e-6, 1e-6);
	CHECK_LIB(cudnnCreateReduceTensorDescriptor(&how));
	CHECK_LIB(cudnnSetReduceTensorDescriptor(how, CUDNN_REDUCE_TENSOR_ADD,
		CUDNN_DATA_FLOAT, CUDNN_PROPAGATE_NAN,
		CUDNN_REDUCE_TENSOR_NO_INDICES, CUDNN_32BIT_INDICES));
	CHECK_LIB(cudnnGetReductionWorkspaceSize(handle, how, t, t1, &bytes));
	char *work = device_alloc<char>(bytes + 1);

	CHECK_LIB(cudnnReduceTensor(handle, how, NULL, 0, work, bytes, &one, t,
		dx, &zero, t1, dsum));
	expect_near(name, host_copy(dsum, 1), sum, 1e-5, 1e-4);
	report(name, got);
	CHECK_LIB(cudnnDestroyReduceTensorDescriptor(how));
	for (auto d : {t, tc, t1})
		CHECK_LIB(cudnnDestroyTensorDescriptor(d));
	for (void *p : {(void *)dx, (void *)db, (void *)dsum, (void *)work})
		CHECK(cudaFree(p));
}

static void
start(void)
{
	CHECK_LIB(cudnnCreate(&handle));
}

int
main(int argc, char **argv)
{
	static const struct part parts[] = {
		{"ConvolutionForward", forward},
		{"ConvolutionBackwardData", backward_data},
		{"ConvolutionBackwardFilter", backward_filter},
		{"ActivationForward", activations},
		{"SoftmaxForward", softmax},
		{"PoolingForward", pooling},
		{"BatchNormalizationForwardTraining", batch_normalisation},
		{"AddTensor-ReduceTensor", sums},
	};
	int status = run_parts(parts, argc, argv, start);

	if (handle)
		CHECK_LIB(cudnnDestroy(handle));
	return status;
}
