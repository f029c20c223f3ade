/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Graphs: captured from a stream with a fork and a join, and built node by
 * node; instantiated once and launched several times.
 */
#include "check.h"

static const int n = 3000;

static __global__ void
mix(unsigned *data, unsigned add)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < n)
		data[i] = data[i] * 69069u + add;
}

static __global__ void
sum(const unsigned *a, const unsigned *b, unsigned *out)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < n)
		out[i] = a[i] + 3 * b[i];
}

static void
mix_on_cpu(std::vector<unsigned> &v, unsigned add)
{
	for (unsigned &x : v)
		x = x * 69069u + add;
}

struct buffers {
	unsigned *a, *b, *out;
	std::vector<unsigned> want_a, want_b;
};

static struct buffers
make_buffers()
{
	struct buffers m;

	m.want_a.resize(n);
	m.want_b.resize(n);
	for (int i = 0; i < n; i++) {
		m.want_a[i] = i;
		m.want_b[i] = i * 7;
	}
	m.a = device_copy(m.want_a);
	m.b = device_copy(m.want_b);
	m.out = device_alloc<unsigned>(n);
	return m;
}

/* Compares, and frees. */
static void
finish(const char *name, struct buffers &m)
{
	std::vector<unsigned> want(n), got = host_copy(m.out, n);

	for (int i = 0; i < n; i++)
		want[i] = m.want_a[i] + 3 * m.want_b[i];
	expect_same(name, got, want);
	report(name, got);
	CHECK(cudaFree(m.a));
	CHECK(cudaFree(m.b));
	CHECK(cudaFree(m.out));
}

static void
launch_times(cudaGraph_t graph, int times)
{
	cudaGraphExec_t exec;
	cudaStream_t stream;

	CHECK(cudaGraphInstantiate(&exec, graph, 0));
	CHECK(cudaStreamCreate(&stream));
	for (int k = 0; k < times; k++)
		CHECK(cudaGraphLaunch(exec, stream));
	CHECK(cudaStreamSynchronize(stream));
	CHECK(cudaStreamDestroy(stream));
	CHECK(cudaGraphExecDestroy(exec));
}

static void
check_captured()
{
	struct buffers m = make_buffers();
	cudaStream_t main_stream, side;
	cudaEvent_t forked, joined;
	cudaGraph_t graph;
	size_t nodes = 0;

	CHECK(cudaStreamCreate(&main_stream));
	CHECK(cudaStreamCreate(&side));
	CHECK(cudaEventCreateWithFlags(&forked, cudaEventDisableTiming));
	CHECK(cudaEventCreateWithFlags(&joined, cudaEventDisableTiming));
	CHECK(cudaStreamBeginCapture(
		main_stream, cudaStreamCaptureModeThreadLocal));
	CHECK(cudaEventRecord(forked, main_stream));
	CHECK(cudaStreamWaitEvent(side, forked, 0));
	mix<<<blocks_for(n, 128), 128, 0, main_stream>>>(m.a, 1);
	CHECK_LAUNCH();
	mix<<<blocks_for(n, 128), 128, 0, side>>>(m.b, 2);
	CHECK_LAUNCH();
	CHECK(cudaEventRecord(joined, side));
	CHECK(cudaStreamWaitEvent(main_stream, joined, 0));
	sum<<<blocks_for(n, 128), 128, 0, main_stream>>>(m.a, m.b, m.out);
	CHECK_LAUNCH();
	CHECK(cudaStreamEndCapture(main_stream, &graph));
	CHECK(cudaGraphGetNodes(graph, nullptr, &nodes));
	EXPECT(nodes == 3);
	/* Nothing has run while it was captured. */
	expect_same("graphs-captured", host_copy(m.a, n), m.want_a);
	launch_times(graph, 4);
	for (int k = 0; k < 4; k++) {
		mix_on_cpu(m.want_a, 1);
		mix_on_cpu(m.want_b, 2);
	}
	CHECK(cudaGraphDestroy(graph));
	CHECK(cudaEventDestroy(forked));
	CHECK(cudaEventDestroy(joined));
	CHECK(cudaStreamDestroy(main_stream));
	CHECK(cudaStreamDestroy(side));
	finish("graphs-captured", m);
}

static cudaGraphNode_t
add_kernel(cudaGraph_t graph, const cudaGraphNode_t *after, size_t count,
	void *kernel, void **arguments)
{
	struct cudaKernelNodeParams p = {};
	cudaGraphNode_t node;

	p.func = kernel;
	p.gridDim = dim3(blocks_for(n, 256));
	p.blockDim = dim3(256);
	p.kernelParams = arguments;
	CHECK(cudaGraphAddKernelNode(&node, graph, after, count, &p));
	return node;
}

static void
check_built()
{
	struct buffers m = make_buffers();
	unsigned five = 5, six = 6;
	void *on_a[] = {&m.a, &five}, *on_b[] = {&m.b, &six};
	void *both[] = {&m.a, &m.b, &m.out};
	cudaGraph_t graph;
	cudaGraphNode_t before[2];

	CHECK(cudaGraphCreate(&graph, 0));
	before[0] = add_kernel(graph, nullptr, 0, (void *)mix, on_a);
	before[1] = add_kernel(graph, nullptr, 0, (void *)mix, on_b);
	add_kernel(graph, before, 2, (void *)sum, both);
	/* The arguments were taken when the nodes were added. */
	five = six = 0;
	launch_times(graph, 3);
	for (int k = 0; k < 3; k++) {
		mix_on_cpu(m.want_a, 5);
		mix_on_cpu(m.want_b, 6);
	}
	CHECK(cudaGraphDestroy(graph));
	finish("graphs-built", m);
}

int
main()
{
	check_captured();
	check_built();
	return 0;
}
