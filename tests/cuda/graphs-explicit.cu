/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Graphs with every kind of node: copies from and to host memory that change
 * between launches, fills, host functions, child graphs, events, user objects;
 * and what graphs say of themselves.
 */
#include <atomic>
#include <cuda.h>
#include <unistd.h>
#include "check.h"

static const int n = 2000;
static std::atomic<int> calls, destroyed;

static __global__ void
add(unsigned *data, unsigned value)
{
	int i = blockIdx.x * blockDim.x + threadIdx.x;

	if (i < n)
		data[i] += value;
}

/* Reads and writes what copies of the same graph move. */
struct shared {
	unsigned *in, *out;
};

static void
on_host(void *arg)
{
	struct shared *s = (struct shared *)arg;

	for (int i = 0; i < n; i++)
		s->in[i] = s->out[i] * 3;
	calls++;
}

static void
on_destroy(void *arg)
{
	destroyed += *(int *)arg;
}

static cudaGraphNode_t
add_kernel(cudaGraph_t graph, const cudaGraphNode_t *after, size_t count,
	unsigned *data, unsigned value)
{
	struct cudaKernelNodeParams p = {};
	void *arguments[] = {&data, &value};
	cudaGraphNode_t node;

	p.func = (void *)add;
	p.gridDim = dim3(blocks_for(n, 128));
	p.blockDim = dim3(128);
	p.kernelParams = arguments;
	CHECK(cudaGraphAddKernelNode(&node, graph, after, count, &p));
	return node;
}

/* up, add 1, down, host function, up again, add 2, down. */
static void
check_host_memory()
{
	std::vector<unsigned> in(n), out(n), want(n);
	struct shared s = {in.data(), out.data()};
	struct cudaHostNodeParams host = {on_host, &s};
	size_t bytes = n * sizeof(unsigned);
	unsigned *data = device_alloc<unsigned>(n);
	cudaGraphNode_t up, k, down, f;
	cudaGraph_t graph;
	cudaGraphExec_t exec;

	CHECK(cudaGraphCreate(&graph, 0));
	CHECK(cudaGraphAddMemcpyNode1D(&up, graph, nullptr, 0, data, s.in,
		bytes, cudaMemcpyHostToDevice));
	k = add_kernel(graph, &up, 1, data, 1);
	CHECK(cudaGraphAddMemcpyNode1D(&down, graph, &k, 1, s.out, data, bytes,
		cudaMemcpyDeviceToHost));
	CHECK(cudaGraphAddHostNode(&f, graph, &down, 1, &host));
	CHECK(cudaGraphAddMemcpyNode1D(&up, graph, &f, 1, data, s.in, bytes,
		cudaMemcpyHostToDevice));
	k = add_kernel(graph, &up, 1, data, 2);
	CHECK(cudaGraphAddMemcpyNode1D(&down, graph, &k, 1, s.out, data, bytes,
		cudaMemcpyDeviceToHost));
	CHECK(cudaGraphInstantiate(&exec, graph, 0));
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < n; i++) {
			in[i] = i * 7 + round;
			want[i] = (in[i] + 1) * 3 + 2;
		}
		CHECK(cudaGraphLaunch(exec, 0));
		CHECK(cudaStreamSynchronize(0));
		expect_same("graphs-host-memory", out, want);
	}
	/* Without a pause: each launch goes on where the one before left. The
	 * host function writes "in" meanwhile. */
	std::vector<unsigned> start(in);

	for (int round = 0; round < 4; round++) {
		CHECK(cudaGraphLaunch(exec, 0));
		for (int i = 0; i < n; i++)
			want[i] = ((round ? want[i] - 2 : start[i]) + 1) * 3 + 2;
	}
	CHECK(cudaDeviceSynchronize());
	expect_same("graphs-host-memory", out, want);
	EXPECT(calls == 7);
	report("graphs-host-memory", out);
	CHECK(cudaGraphExecDestroy(exec));
	CHECK(cudaGraphDestroy(graph));
	CHECK(cudaFree(data));
}

/* Rows with gaps on the host, captured; a fill; device to device. */
static void
check_rows()
{
	const size_t width = 40, pitch = 64, rows = 20;
	std::vector<unsigned char> in(pitch * rows), out(pitch * rows, 9);
	std::vector<unsigned char> want = out;
	unsigned char *a = device_alloc<unsigned char>(width * rows);
	unsigned char *b = device_alloc<unsigned char>(width * rows);
	cudaStream_t stream;
	cudaGraph_t graph;
	cudaGraphExec_t exec;

	CHECK(cudaStreamCreate(&stream));
	CHECK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal));
	CHECK(cudaMemcpy2DAsync(a, width, in.data(), pitch, width, rows,
		cudaMemcpyHostToDevice, stream));
	CHECK(cudaMemsetAsync(a, 5, width, stream));
	CHECK(cudaMemcpyAsync(b, a, width * rows, cudaMemcpyDeviceToDevice,
		stream));
	CHECK(cudaMemcpy2DAsync(out.data(), pitch, b, width, width, rows,
		cudaMemcpyDeviceToHost, stream));
	CHECK(cudaStreamEndCapture(stream, &graph));
	CHECK(cudaGraphInstantiate(&exec, graph, 0));
	CHECK(cudaGraphDestroy(graph));
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < in.size(); i++)
			in[i] = (unsigned char)(i * 3 + round);
		CHECK(cudaGraphLaunch(exec, stream));
		CHECK(cudaStreamSynchronize(stream));
		for (size_t y = 0; y < rows; y++) {
			for (size_t x = 0; x < width; x++)
				want[y * pitch + x] =
					y ? in[y * pitch + x] : 5;
		}
		expect_same("graphs-rows", out, want);
	}
	report("graphs-rows", out);
	CHECK(cudaGraphExecDestroy(exec));
	CHECK(cudaStreamDestroy(stream));
	CHECK(cudaFree(a));
	CHECK(cudaFree(b));
}

/* A child graph twice, with an event node and an empty one. */
static void
check_child()
{
	std::vector<unsigned> zero(n, 0), want(n, 2 * (1 + 10) + 100);
	unsigned *data = device_copy(zero);
	cudaGraph_t child, graph, inner;
	cudaGraphNode_t first, nodes[5];
	cudaGraphExec_t exec;
	cudaGraphNodeType type;
	cudaEvent_t event;
	size_t count = 0;

	CHECK(cudaEventCreate(&event));
	CHECK(cudaGraphCreate(&child, 0));
	first = add_kernel(child, nullptr, 0, data, 1);
	add_kernel(child, &first, 1, data, 10);
	CHECK(cudaGraphCreate(&graph, 0));
	CHECK(cudaGraphAddChildGraphNode(&nodes[0], graph, nullptr, 0, child));
	CHECK(cudaGraphAddChildGraphNode(&nodes[1], graph, nodes, 1, child));
	CHECK(cudaGraphAddEmptyNode(&nodes[2], graph, &nodes[1], 1));
	nodes[3] = add_kernel(graph, &nodes[2], 1, data, 100);
	CHECK(cudaGraphAddEventRecordNode(&nodes[4], graph, &nodes[3], 1, event));
	CHECK(cudaGraphDestroy(child));
	CHECK(cudaGraphChildGraphNodeGetGraph(nodes[0], &inner));
	CHECK(cudaGraphGetNodes(inner, nullptr, &count));
	EXPECT(count == 2);
	CHECK(cudaGraphNodeGetType(nodes[1], &type));
	EXPECT(type == cudaGraphNodeTypeGraph);
	CHECK(cudaGraphInstantiate(&exec, graph, 0));
	CHECK(cudaGraphLaunch(exec, 0));
	CHECK(cudaEventSynchronize(event));
	expect_same("graphs-child", host_copy(data, n), want);
	report("graphs-child", want);
	CHECK(cudaGraphExecDestroy(exec));
	CHECK(cudaGraphDestroy(graph));
	CHECK(cudaEventDestroy(event));
	CHECK(cudaFree(data));
}

static void
check_questions()
{
	unsigned *data = device_alloc<unsigned>(n);
	cudaGraphNode_t a, b, c, list[4], found;
	cudaGraph_t graph, clone;
	cudaGraphExec_t exec;
	struct cudaKernelNodeParams p;
	CUgraphNode from[4], to[4];
	size_t count = 4;

	CHECK(cudaGraphCreate(&graph, 0));
	a = add_kernel(graph, nullptr, 0, data, 1);
	b = add_kernel(graph, &a, 1, data, 2);
	c = add_kernel(graph, &a, 1, data, 3);
	EXPECT(cuGraphAddDependencies_v2(graph, &b, &c, nullptr, 1) ==
		CUDA_SUCCESS);
	EXPECT(cuGraphAddDependencies_v2(graph, &b, &c, nullptr, 1) ==
		CUDA_ERROR_INVALID_VALUE);
	CHECK(cudaGraphGetRootNodes(graph, list, &count));
	EXPECT(count == 1 && list[0] == a && !list[1]);
	count = 4;
	EXPECT(cuGraphGetEdges_v2(graph, from, to, nullptr, &count) ==
		CUDA_SUCCESS);
	EXPECT(count == 3 && from[2] == b && to[2] == c);
	/* A circle cannot be run. */
	EXPECT(cuGraphAddDependencies_v2(graph, &c, &a, nullptr, 1) ==
		CUDA_SUCCESS);
	EXPECT(cudaGraphInstantiate(&exec, graph, 0) == cudaErrorInvalidValue);
	cudaGetLastError();
	EXPECT(cuGraphRemoveDependencies_v2(graph, &c, &a, nullptr, 1) ==
		CUDA_SUCCESS);
	CHECK(cudaGraphClone(&clone, graph));
	CHECK(cudaGraphNodeFindInClone(&found, b, clone));
	CHECK(cudaGraphKernelNodeGetParams(found, &p));
	EXPECT(*(unsigned *)p.kernelParams[1] == 2 && p.blockDim.x == 128);
	CHECK(cudaGraphDestroyNode(b));
	count = 0;
	CHECK(cudaGraphGetNodes(graph, nullptr, &count));
	EXPECT(count == 2);
	CHECK(cudaGraphGetNodes(clone, nullptr, &count));
	EXPECT(count == 3);
	CHECK(cudaGraphDestroy(graph));
	CHECK(cudaGraphDestroy(clone));
	EXPECT(cudaGraphDestroy(graph) != cudaSuccess);
	cudaGetLastError();
	CHECK(cudaFree(data));
}

static void
check_user_objects()
{
	static int one = 1;
	std::vector<unsigned> zero(n, 0);
	unsigned *data = device_copy(zero);
	cudaUserObject_t object;
	cudaGraph_t graph;
	cudaGraphExec_t exec;

	CHECK(cudaUserObjectCreate(&object, &one, on_destroy, 1,
		cudaUserObjectNoDestructorSync));
	CHECK(cudaGraphCreate(&graph, 0));
	add_kernel(graph, nullptr, 0, data, 1);
	CHECK(cudaGraphRetainUserObject(
		graph, object, 1, cudaGraphUserObjectMove));
	CHECK(cudaGraphInstantiate(&exec, graph, 0));
	CHECK(cudaGraphDestroy(graph));
	CHECK(cudaGraphLaunch(exec, 0));
	EXPECT(destroyed == 0);
	CHECK(cudaGraphExecDestroy(exec));
	CHECK(cudaDeviceSynchronize());
	for (int k = 0; k < 5000 && !destroyed; k++)
		usleep(1000);
	EXPECT(destroyed == 1);
	CHECK(cudaFree(data));
}

int
main()
{
	check_host_memory();
	check_rows();
	check_child();
	check_questions();
	check_user_objects();
	return 0;
}
