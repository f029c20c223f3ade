/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An NVML for the server's side: it knows the first software GPU, so that the way
 * of a question from client to server's NVML and back can be seen without a GPU.
 * Each shape of protocol/nvml.h has a function here; what it answers shows what
 * it was given.
 */
#include <stdio.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

static int device, second;

struct memory {
	unsigned long long total, unused, used;
};

struct temperature {
	unsigned version, sensor;
	int degrees;
};

struct field {
	unsigned id, scope;
	long long timestamp, latency;
	unsigned type;
	int result;
	unsigned long long value;
};

EXPORT int nvmlInit_v2(void);
EXPORT int nvmlDeviceGetHandleByUUID(const char *uuid, void **d);
EXPORT int nvmlSystemGetDriverVersion(char *out, unsigned length);
EXPORT int nvmlDeviceGetMemoryInfo(const void *d, struct memory *m);
EXPORT int nvmlDeviceGetPowerUsage(const void *d, unsigned *out);
EXPORT int nvmlDeviceGetTotalEnergyConsumption(
	const void *d, unsigned long long *out);
EXPORT int nvmlDeviceGetEccMode(const void *d, unsigned *now, unsigned *next);
EXPORT int nvmlDeviceGetRemappedRows(
	const void *d, unsigned *a, unsigned *b, unsigned *c, unsigned *e);
EXPORT int nvmlDeviceGetTemperature(
	const void *d, unsigned sensor, unsigned *out);
EXPORT int nvmlDeviceGetTemperatureV(const void *d, struct temperature *t);
EXPORT int nvmlDeviceGetClock(
	const void *d, unsigned type, unsigned id, unsigned *out);
EXPORT int nvmlDeviceGetTotalEccErrors(const void *d, unsigned type,
	unsigned counter, unsigned long long *out);
EXPORT int nvmlDeviceGetSerial(const void *d, char *out, unsigned length);
EXPORT int nvmlDeviceGetFieldValues(
	const void *d, int count, struct field *values);
EXPORT int nvmlDeviceGetP2PStatus(
	const void *d, const void *other, unsigned index, unsigned *out);
EXPORT int nvmlDeviceGetTopologyCommonAncestor(
	const void *d, const void *other, unsigned *out);
EXPORT int nvmlDeviceGetFanSpeed(const void *d, unsigned *out);

int
nvmlInit_v2(void)
{
	return 0;
}

/* The software GPUs' UUIDs have their number in the second group. */
int
nvmlDeviceGetHandleByUUID(const char *uuid, void **d)
{
	if (!strncmp(uuid, "GPU-72677075-0000-", 18))
		*d = &device;
	else if (!strncmp(uuid, "GPU-72677075-0001-", 18))
		*d = &second;
	else
		return 6;
	return 0;
}

int
nvmlSystemGetDriverVersion(char *out, unsigned length)
{
	return snprintf(out, length, "999.12.34") < 0;
}

int
nvmlDeviceGetMemoryInfo(const void *d, struct memory *m)
{
	*m = (struct memory){1000, 600, 400};
	return d == &device ? 0 : 15;
}

int
nvmlDeviceGetPowerUsage(const void *d, unsigned *out)
{
	*out = d == &device ? 71000 : 72000;
	return 0;
}

int
nvmlDeviceGetTotalEnergyConsumption(const void *d, unsigned long long *out)
{
	*out = d ? 0x123456789abull : 0;
	return 0;
}

int
nvmlDeviceGetEccMode(const void *d, unsigned *now, unsigned *next)
{
	*now = d != NULL;
	*next = 0;
	return 0;
}

int
nvmlDeviceGetRemappedRows(
	const void *d, unsigned *a, unsigned *b, unsigned *c, unsigned *e)
{
	*a = d != NULL;
	*b = 2;
	*c = 3;
	*e = 4;
	return 0;
}

int
nvmlDeviceGetTemperature(const void *d, unsigned sensor, unsigned *out)
{
	*out = 40 + sensor;
	return d && sensor < 2 ? 0 : 2;
}

int
nvmlDeviceGetTemperatureV(const void *d, struct temperature *t)
{
	t->degrees = (int)t->sensor - 7;
	return d && t->version == (sizeof(*t) | 1u << 24) ? 0 : 25;
}

int
nvmlDeviceGetClock(const void *d, unsigned type, unsigned id, unsigned *out)
{
	*out = 1000 * type + id;
	return d == NULL;
}

int
nvmlDeviceGetTotalEccErrors(
	const void *d, unsigned type, unsigned counter, unsigned long long *out)
{
	*out = ((unsigned long long)type << 40) + counter;
	return d == NULL;
}

int
nvmlDeviceGetSerial(const void *d, char *out, unsigned length)
{
	return snprintf(out, length, "serial-%d", d == &device ? 1 : 2) < 0;
}

int
nvmlDeviceGetFieldValues(const void *d, int count, struct field *values)
{
	for (int i = 0; i < count; i++) {
		values[i].type = 3;
		values[i].result = values[i].id == 13 ? 3 : 0;
		values[i].value = values[i].id * 100ull + values[i].scope;
	}
	return d == NULL;
}

int
nvmlDeviceGetP2PStatus(
	const void *d, const void *other, unsigned index, unsigned *out)
{
	*out = d == &device && other == &second ? index : 99;
	return 0;
}

int
nvmlDeviceGetTopologyCommonAncestor(
	const void *d, const void *other, unsigned *out)
{
	*out = d == &device && other == &second ? 30 : 20;
	return 0;
}

/* One that says no. */
int
nvmlDeviceGetFanSpeed(const void *d, unsigned *out)
{
	*out = d != NULL;
	return 3;
}
