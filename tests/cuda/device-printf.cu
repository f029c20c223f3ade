/* SPDX-License-Identifier: Apache-2.0 */
/*
 * printf in kernels: all common conversions, the return value, and many
 * threads that take turns. What appears on stdout is caught in a file and
 * compared with what the C library prints for the same arguments.
 */
#include <cstdarg>
#include <string>

#include <unistd.h>

#include "check.h"

/* The same text for both sides, so that neither has a typing mistake. */
#define LINES(PRINT)                                                          \
	PRINT("no arguments, 100%%\n");                                       \
	PRINT("int [%d] [%i] [%5d] [%-5d] [%05d] [%+d] [% d]\n", 42, -42, 42, \
		42, 42, 42, 42);                                              \
	PRINT("unsigned [%u] [%x] [%X] [%#x] [%o] [%#o]\n", 4000000000u,      \
		0xbeefu, 0xbeefu, 255u, 8u, 8u);                              \
	PRINT("long [%ld] [%lld] [%llu] [%llx]\n", -1l, -9000000000ll,        \
		18000000000000000000ull, 0x123456789abcdefull);               \
	PRINT("short [%hd] [%hu]\n", 70000, 70000);                           \
	PRINT("float [%f] [%.3f] [%8.2f] [%-8.2f|] [%+.1f]\n", 3.14159f,      \
		2.71828, -1.5, 1.5, 0.05);                                    \
	PRINT("float [%e] [%.2E] [%g] [%G] [%g] [%a]\n", 12345.678, 0.00012,  \
		0.0001, 1e20, 100000.0, 0.15625);                             \
	PRINT("special [%f] [%f] [%e]\n", inf, -inf, 0.0);                    \
	PRINT("char [%c] [%3c] [%c]\n", 'x', 'y', '%');                       \
	PRINT("string [%s] [%10s] [%-10s] [%.3s]\n", text, text, text, text); \
	PRINT("many %d %d %d %d %d %d %d %d %d %d %d %d %d %d %d %d\n", 1, 2, \
		3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);             \
	PRINT("%d%s%f%lld\n", 1, "two", 3.0, 4ll)

static __global__ void
print_formats(double inf)
{
	const char *text = "kernel";

	LINES(printf);
}

/* CUDA's printf returns the number of arguments, not of characters. */
static __global__ void
print_returns(int *out)
{
	out[0] = printf("none\n");
	out[1] = printf("%d %d %d\n", 1, 2, 3);
	out[2] = printf("%s\n", "one");
}

/* Order between threads is not promised; with the barrier it is. */
static __global__ void
print_turns(int first)
{
	for (int turn = 0; turn < (int)blockDim.x; turn++) {
		if (turn == (int)threadIdx.x)
			printf("thread %d says %d\n", first + turn,
				turn * turn);
		__syncthreads();
	}
}

/* Appends like printf; the target of LINES on the host. */
static std::string wanted;

static void __attribute__((format(printf, 1, 2))) want(const char *format, ...)
{
	char line[256];
	va_list list;

	va_start(list, format);
	vsnprintf(line, sizeof(line), format, list);
	va_end(list);
	wanted += line;
}

/* Sends stdout into a file; returns the descriptor that restores it. */
static int
catch_begin(FILE *file)
{
	fflush(stdout);

	int saved = dup(STDOUT_FILENO);

	EXPECT(saved >= 0 && dup2(fileno(file), STDOUT_FILENO) >= 0);
	return saved;
}

static std::string
catch_end(FILE *file, int saved)
{
	std::string text;
	char part[4096];
	size_t n;

	fflush(stdout);
	EXPECT(dup2(saved, STDOUT_FILENO) >= 0);
	close(saved);
	rewind(file);
	while ((n = fread(part, 1, sizeof(part), file)) > 0)
		text.append(part, n);
	fclose(file);
	return text;
}

int
main()
{
	int *returned = device_alloc<int>(3);
	double inf = INFINITY;
	const char *text = "kernel";
	FILE *file = tmpfile();

	EXPECT(file);

	int saved = catch_begin(file);

	print_formats<<<1, 1>>>(inf);
	print_returns<<<1, 1>>>(returned);
	print_turns<<<1, 40>>>(0);
	print_turns<<<1, 64>>>(40);

	cudaError_t launched = cudaGetLastError();
	cudaError_t ended = cudaDeviceSynchronize();
	std::string got = catch_end(file, saved);

	CHECK(launched);
	CHECK(ended);
	LINES(want);
	want("none\n1 2 3\none\n");
	for (int i = 0; i < 40; i++)
		want("thread %d says %d\n", i, i * i);
	for (int i = 0; i < 64; i++)
		want("thread %d says %d\n", 40 + i, i * i);
	if (got != wanted)
		FAIL("got:\n%s\nexpected:\n%s", got.c_str(), wanted.c_str());
	fputs(got.c_str(), stdout);
	expect_same("device-printf-returns", host_copy(returned, 3),
		std::vector<int>{0, 3, 1});
	report("device-printf", got.data(), got.size());
	CHECK(cudaFree(returned));
	return 0;
}
