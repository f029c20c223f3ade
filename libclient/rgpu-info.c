/* SPDX-License-Identifier: Apache-2.0 */
/* rgpu-info: what a server has, and how far away it is. It is a client like any
 * program: it calls the shim's own functions. */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "cudaabi/errors.h"
#include "cudaabi/visible.h"
#include "libclient/client.h"
#include "libclient/gen/send.h"

#define PINGS	   1000
#define COPY_BYTES (32u << 20)
#define COPIES	   5

static const char usage[] =
	"usage: rgpu-info [--server URL] [--insecure] [-o table|json]\n"
	"\n"
	"Shows the devices of a server, the transport to it, its round trip and\n"
	"its bandwidth. See rgpu-info(1).\n";

struct figures {
	double round_trip_us, to_device, to_host; /* GB/s */
};

static int
compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double
median(double *list, size_t n)
{
	qsort(list, n, sizeof(*list), compare);
	return list[n / 2];
}

static double
seconds_since(uint64_t start)
{
	return (double)(rgpu_now() - start) / 1e9;
}

static CUresult
measure_round_trip(struct figures *f)
{
	const struct rgpu_args_rgpu_ping a = {0};
	static double us[PINGS];

	for (int i = 0; i < PINGS; i++) {
		uint64_t start = rgpu_now();
		CUresult r = rgpu_call_rgpu_ping(0, &a);

		if (r)
			return r;
		us[i] = seconds_since(start) * 1e6;
	}
	f->round_trip_us = median(us, PINGS);
	return CUDA_SUCCESS;
}

static CUresult
copy_both_ways(CUdeviceptr device, void *host, double *up, double *down)
{
	uint64_t start = rgpu_now();
	CUresult r = cuMemcpyHtoDAsync_v2(device, host, COPY_BYTES, NULL);

	if (!r)
		r = cuStreamSynchronize(NULL);
	*up = COPY_BYTES / seconds_since(start) / 1e9;
	start = rgpu_now();
	if (!r)
		r = cuMemcpyDtoH_v2(host, device, COPY_BYTES);
	*down = COPY_BYTES / seconds_since(start) / 1e9;
	return r;
}

static CUresult
measure_bandwidth(struct figures *f)
{
	double up[COPIES], down[COPIES];
	CUdeviceptr device = 0;
	CUcontext context;
	void *host = malloc(COPY_BYTES);
	CUresult r = host ? cuDevicePrimaryCtxRetain(&context, 0)
			  : CUDA_ERROR_OUT_OF_MEMORY;

	if (host)
		memset(host, 0x5a, COPY_BYTES);
	if (!r)
		r = cuCtxSetCurrent(context);
	if (!r)
		r = cuMemAlloc_v2(&device, COPY_BYTES);
	for (int i = 0; i < COPIES && !r; i++)
		r = copy_both_ways(device, host, &up[i], &down[i]);
	if (!r) {
		f->to_device = median(up, COPIES);
		f->to_host = median(down, COPIES);
	}
	if (device)
		cuMemFree_v2(device);
	free(host);
	return r;
}

/* ---- output ---------------------------------------------------------------------- */

static void
json_string(const char *key, const char *value, const char *end)
{
	printf("\"%s\": \"", key);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			putchar('\\');
		if ((unsigned char)*value >= ' ')
			putchar(*value);
	}
	printf("\"%s", end);
}

struct device {
	char name[RGPU_DEVICE_NAME], uuid[RGPU_UUID_TEXT], bus[32];
	int major, minor, processors;
	size_t memory;
};

static void
describe(CUdevice dev, struct device *d)
{
	CUuuid uuid;

	memset(d, 0, sizeof(*d));
	cuDeviceGetName(d->name, sizeof(d->name), dev);
	cuDeviceGetUuid_v2(&uuid, dev);
	rgpu_uuid_text((const uint8_t *)uuid.bytes, d->uuid);
	cuDeviceGetPCIBusId(d->bus, sizeof(d->bus), dev);
	cuDeviceComputeCapability(&d->major, &d->minor, dev);
	cuDeviceTotalMem_v2(&d->memory, dev);
	cuDeviceGetAttribute(
		&d->processors, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, dev);
}

static void
print_table(const struct figures *f)
{
	const struct rgpu_client *c = &rgpu_client;
	int version = c->welcome.facts.driver_version;

	printf("server      %s at %s\n", c->welcome.server, c->url.text);
	printf("backend     %s, CUDA driver %d.%d\n", c->welcome.backend,
		version / 1000, version % 1000 / 10);
	printf("transport   %s: round trip %.1f us, to the device %.2f GB/s, "
	       "to the host %.2f GB/s\n",
		c->url.scheme, f->round_trip_us, f->to_device, f->to_host);
	for (int i = 0; i < c->device_count; i++) {
		struct device d;

		describe(i, &d);
		printf("device %d    %s, compute capability %d.%d, %.1f GiB, "
		       "%d multiprocessors, %s, %s\n",
			i, d.name, d.major, d.minor,
			(double)d.memory / (1u << 30), d.processors, d.bus,
			d.uuid);
	}
}

static void
print_json(const struct figures *f)
{
	const struct rgpu_client *c = &rgpu_client;

	printf("{");
	json_string("server", c->welcome.server, ", ");
	json_string("url", c->url.text, ", ");
	json_string("backend", c->welcome.backend, ", ");
	printf("\"driver_version\": %d, ", c->welcome.facts.driver_version);
	json_string("transport", c->url.scheme, ", ");
	printf("\"round_trip_us\": %.3f, \"to_device_gb_s\": %.3f, "
	       "\"to_host_gb_s\": %.3f, \"devices\": [",
		f->round_trip_us, f->to_device, f->to_host);
	for (int i = 0; i < c->device_count; i++) {
		struct device d;

		describe(i, &d);
		printf("%s{\"ordinal\": %d, ", i ? ", " : "", i);
		json_string("name", d.name, ", ");
		json_string("uuid", d.uuid, ", ");
		json_string("pci_bus_id", d.bus, ", ");
		printf("\"compute_capability\": \"%d.%d\", \"memory\": %zu, "
		       "\"multiprocessors\": %d}",
			d.major, d.minor, d.memory, d.processors);
	}
	printf("]}\n");
}

static bool
parse(int argc, char **argv)
{
	static const struct option known[] = {
		{"server", required_argument, NULL, 's'},
		{"insecure", no_argument, NULL, 'i'},
		{"output", required_argument, NULL, 'o'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	bool json = false;
	int c;

	while ((c = getopt_long(argc, argv, "o:hV", known, NULL)) != -1) {
		switch (c) {
		case 's': setenv("RGPU_SERVER", optarg, 1); break;
		case 'i': setenv("RGPU_INSECURE", "1", 1); break;
		case 'h': fputs(usage, stdout); exit(0);
		case 'V': puts("rgpu-info " PACKAGE_VERSION); exit(0);
		case 'o':
			json = !strcmp(optarg, "json");
			if (json || !strcmp(optarg, "table"))
				break;
			/* fall through */
		default: fputs(usage, stderr); exit(2);
		}
	}
	if (optind != argc) {
		fputs(usage, stderr);
		exit(2);
	}
	return json;
}

int
main(int argc, char **argv)
{
	struct figures f = {0, 0, 0};
	bool json = parse(argc, argv);
	CUresult r = cuInit(0);

	if (!r)
		r = measure_round_trip(&f);
	if (!r)
		r = measure_bandwidth(&f);
	/* Without a connection the shim has said why. */
	if (r && rgpu_client.calls)
		fprintf(stderr, "rgpu-info: %s (%d)\n",
			rgpu_cuda_error_name((int)r), (int)r);
	if (r)
		return 1;
	if (json)
		print_json(&f);
	else
		print_table(&f);
	return 0;
}
