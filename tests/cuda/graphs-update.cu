/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instantiated graphs that change: one node, all nodes by another graph, nodes
 * switched off; and changes that do not fit.
 */
#include "check.h"

static const int n = 1000;

static __global__ void
add(unsigned *data, unsigned value)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < n)
		data[i] += value;
}

static __global__ void
multiply(unsigned *data, unsigned value)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < n)
		data[i] *= value;
}

static struct cudaKernelNodeParams
params(void *kernel, void **arguments)
{
	struct cudaKernelNodeParams p = {};

	p.func = kernel;
	p.gridDim = dim3(blocks_for(n, 128));
	p.blockDim = dim3(128);
	p.kernelParams = arguments;
	return p;
}

/* in -> data, data += value, data -> out; *nodes: of the three. */
static cudaGraph_t
make_graph(unsigned *data, unsigned value, unsigned *in, unsigned *out,
	cudaGraphNode_t *nodes)
{
	void *arguments[] = {&data, &value};
	struct cudaKernelNodeParams p = params((void *)add, arguments);
	cudaGraph_t graph;

	CHECK(cudaGraphCreate(&graph, 0));
	CHECK(cudaGraphAddMemcpyNode1D(&nodes[0], graph, nullptr, 0, data, in,
		n * sizeof(*in), cudaMemcpyHostToDevice));
	CHECK(cudaGraphAddKernelNode(&nodes[1], graph, nodes, 1, &p));
	CHECK(cudaGraphAddMemcpyNode1D(&nodes[2], graph, &nodes[1], 1, out,
		data, n * sizeof(*out), cudaMemcpyDeviceToHost));
	return graph;
}

static void
run(cudaGraphExec_t exec, const char *name, const std::vector<unsigned> &out,
	unsigned (*f)(unsigned))
{
	std::vector<unsigned> want(n);

	CHECK(cudaGraphLaunch(exec, 0));
	CHECK(cudaStreamSynchronize(0));
	for (int i = 0; i < n; i++)
		want[i] = f(i);
	expect_same(name, out, want);
}

int
main()
{
	std::vector<unsigned> in(n), other(n), out(n), out2(n);
	unsigned *data = device_alloc<unsigned>(n), value = 7;
	void *arguments[] = {&data, &value};
	struct cudaKernelNodeParams p = params((void *)add, arguments);
	cudaGraphExecUpdateResultInfo info;
	cudaGraphNode_t nodes[3], others[3], more;
	cudaGraph_t graph, second;
	cudaGraphExec_t exec;
	unsigned on;

	for (int i = 0; i < n; i++) {
		in[i] = i;
		other[i] = i + 100;
	}
	graph = make_graph(data, 1, in.data(), out.data(), nodes);
	CHECK(cudaGraphInstantiate(&exec, graph, 0));
	run(exec, "graphs-update-before", out,
		[](unsigned i) { return i + 1; });
	/* One kernel node: other values, then another kernel. */
	CHECK(cudaGraphExecKernelNodeSetParams(exec, nodes[1], &p));
	run(exec, "graphs-update-values", out,
		[](unsigned i) { return i + 7; });
	p.func = (void *)multiply;
	CHECK(cudaGraphExecKernelNodeSetParams(exec, nodes[1], &p));
	run(exec, "graphs-update-kernel", out,
		[](unsigned i) { return i * 7; });
	/* Copies: other memory of the host. */
	CHECK(cudaGraphExecMemcpyNodeSetParams1D(exec, nodes[0], data,
		other.data(), n * sizeof(unsigned), cudaMemcpyHostToDevice));
	CHECK(cudaGraphExecMemcpyNodeSetParams1D(exec, nodes[2], out2.data(),
		data, n * sizeof(unsigned), cudaMemcpyDeviceToHost));
	run(exec, "graphs-update-copies", out2,
		[](unsigned i) { return (i + 100) * 7; });
	report("graphs-update-copies", out2);
	/* A whole graph of the same shape. */
	second = make_graph(data, 1000, in.data(), out.data(), others);
	CHECK(cudaGraphExecUpdate(exec, second, &info));
	EXPECT(info.result == cudaGraphExecUpdateSuccess);
	run(exec, "graphs-update-whole", out,
		[](unsigned i) { return i + 1000; });
	/* The kernel off, and on again. */
	CHECK(cudaGraphNodeSetEnabled(exec, nodes[1], 0));
	CHECK(cudaGraphNodeGetEnabled(exec, nodes[1], &on));
	EXPECT(!on);
	run(exec, "graphs-update-off", out, [](unsigned i) { return i; });
	/* Without the copy to the device the data stays as it is. */
	CHECK(cudaGraphNodeSetEnabled(exec, nodes[0], 0));
	CHECK(cudaGraphNodeSetEnabled(exec, nodes[1], 1));
	in[5] = 99;
	run(exec, "graphs-update-on", out,
		[](unsigned i) { return i + 1000; });
	/* Another shape, and a node of another kind. */
	CHECK(cudaGraphAddEmptyNode(&more, second, others, 1));
	CHECK_ERROR(cudaErrorGraphExecUpdateFailure,
		cudaGraphExecUpdate(exec, second, &info));
	EXPECT(info.result == cudaGraphExecUpdateErrorTopologyChanged);
	CHECK(cudaGraphDestroyNode(others[1]));
	CHECK_ERROR(cudaErrorGraphExecUpdateFailure,
		cudaGraphExecUpdate(exec, second, &info));
	CHECK_ERROR(cudaErrorInvalidValue,
		cudaGraphExecKernelNodeSetParams(exec, nodes[0], &p));
	report("graphs-update", out);
	CHECK(cudaGraphExecDestroy(exec));
	CHECK(cudaGraphDestroy(graph));
	CHECK(cudaGraphDestroy(second));
	CHECK(cudaFree(data));
	return 0;
}
