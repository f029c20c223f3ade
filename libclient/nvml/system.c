/* SPDX-License-Identifier: Apache-2.0 */
/* Versions, error texts, and what is about no device. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "libclient/nvml/nvml.h"
#include "protocol/nvml.h"

/* The texts of NVIDIA's manual. */
static const struct {
	int code;
	const char *text;
} texts[] = {
	{0, "Success"},
	{1, "Uninitialized"},
	{2, "Invalid Argument"},
	{3, "Not Supported"},
	{4, "Insufficient Permissions"},
	{5, "Already Initialized"},
	{6, "Not Found"},
	{7, "Insufficient Size"},
	{8, "Insufficient External Power"},
	{9, "Driver Not Loaded"},
	{10, "Timeout"},
	{11, "Interrupt Request Issue"},
	{12, "NVML Shared Library Not Found"},
	{13, "Function Not Found"},
	{14, "Corrupted infoROM"},
	{15, "GPU is lost"},
	{16, "GPU requires reset"},
	{17, "GPU access blocked by the operating system"},
	{18, "Driver/library version mismatch"},
	{19, "In use by another client"},
	{20, "Insufficient Memory"},
	{21, "No data"},
	{22, "Operation is not available on target vGPU as ECC is enabled"},
	{23, "Insufficient Resources"},
	{24, "Frequency not supported"},
	{25, "The provided version is invalid/unsupported"},
	{26, "The requested functionality has been deprecated"},
	{27, "Not Ready"},
	{28, "No GPUs were found"},
	{29, "Invalid State"},
	{30, "Reset type not supported"},
};

/* The oldest driver of each release of CUDA, by the release notes of CUDA: what a
 * server without NVML is at least, whatever drives its devices. */
static const struct {
	int cuda;
	const char *driver;
} oldest[] = {
	{13000, "580.65.06"},
	{12090, "575.51.03"},
	{12080, "570.26"},
	{12060, "560.28.03"},
	{12050, "555.42.02"},
	{12040, "550.54.14"},
	{12030, "545.23.06"},
	{12020, "535.54.03"},
	{12010, "530.30.02"},
	{12000, "525.60.13"},
	{0, "450.80.02"},
};

RGPU_EXPORT const char *
nvmlErrorString(int result)
{
	for (size_t i = 0; i < RGPU_COUNT(texts); i++) {
		if (texts[i].code == result)
			return texts[i].text;
	}
	return "Unknown Error";
}

int
rgpu_nvml_copy(const char *text, char *out, unsigned length)
{
	if (!out)
		return NVML_ERROR_INVALID_ARGUMENT;
	if (length <= strlen(text))
		return NVML_ERROR_INSUFFICIENT_SIZE;
	strcpy(out, text);
	return NVML_SUCCESS;
}

static int
cuda_version(void)
{
	return rgpu_nvml_bridge()->welcome()->facts.driver_version;
}

static void
driver_version(char text[RGPU_NVML_TEXT])
{
	size_t i = 0;

	if (rgpu_nvml_count() &&
		!rgpu_nvml_ask(rgpu_nvml_device_at(0),
			RGPU_NVML_nvmlSystemGetDriverVersion, 0, 0, NULL, text,
			RGPU_NVML_TEXT)) {
		text[RGPU_NVML_TEXT - 1] = '\0';
		return;
	}
	while (oldest[i].cuda > cuda_version())
		i++;
	snprintf(text, RGPU_NVML_TEXT, "%s", oldest[i].driver);
}

RGPU_EXPORT int
nvmlSystemGetDriverVersion(char *version, unsigned length)
{
	char text[RGPU_NVML_TEXT];
	int r = rgpu_nvml_enter();

	if (r)
		return r;
	driver_version(text);
	return rgpu_nvml_copy(text, version, length);
}

/* "13.580.65.06": CUDA's major version and the driver's, as NVIDIA counts. */
RGPU_EXPORT int
nvmlSystemGetNVMLVersion(char *version, unsigned length)
{
	char text[RGPU_NVML_TEXT], whole[RGPU_NVML_TEXT + 12];
	int r = rgpu_nvml_enter();

	if (r)
		return r;
	driver_version(text);
	snprintf(whole, sizeof(whole), "%d.%s", cuda_version() / 1000, text);
	return rgpu_nvml_copy(whole, version, length);
}

RGPU_EXPORT int
nvmlSystemGetCudaDriverVersion(int *version)
{
	int r = rgpu_nvml_enter();

	if (r || !version)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	*version = cuda_version();
	return NVML_SUCCESS;
}

RGPU_EXPORT int
nvmlSystemGetCudaDriverVersion_v2(int *version)
{
	return nvmlSystemGetCudaDriverVersion(version);
}

/* "r580": the first number of the driver's version. */
RGPU_EXPORT int
nvmlSystemGetDriverBranch(struct rgpu_nvml_branch *info, unsigned length)
{
	char text[RGPU_NVML_TEXT], branch[RGPU_NVML_TEXT + 1];
	int r = rgpu_nvml_enter();

	if (r || !info)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	if (info->version != NVML_STRUCT(struct rgpu_nvml_branch, 1u))
		return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
	driver_version(text);
	text[strcspn(text, ".")] = '\0';
	snprintf(branch, sizeof(branch), "r%s", text);
	if (length > sizeof(info->branch))
		length = sizeof(info->branch);
	return rgpu_nvml_copy(branch, info->branch, length);
}

/* Processes are this machine's. */
RGPU_EXPORT int
nvmlSystemGetProcessName(unsigned pid, char *name, unsigned length)
{
	char path[40], text[4096] = "";
	int r = rgpu_nvml_enter();
	size_t n = 0;
	FILE *f;

	if (r || !name || !length)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	snprintf(path, sizeof(path), "/proc/%u/cmdline", pid);
	f = fopen(path, "re");
	if (!f)
		return NVML_ERROR_NOT_FOUND;
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	/* A name that is too long is cut, as the manual has it. */
	snprintf(name, length, "%s", text);
	return NVML_SUCCESS;
}

/* S-class units and excluded devices are things of the server's machine. */
static int
none(unsigned *count)
{
	int r = rgpu_nvml_enter();

	if (r || !count)
		return r ? r : NVML_ERROR_INVALID_ARGUMENT;
	*count = 0;
	return NVML_SUCCESS;
}

RGPU_EXPORT int
nvmlUnitGetCount(unsigned *count)
{
	return none(count);
}

RGPU_EXPORT int
nvmlGetExcludedDeviceCount(unsigned *count)
{
	return none(count);
}

RGPU_EXPORT int
nvmlSystemGetHicVersion(unsigned *count, void *entries RGPU_UNUSED)
{
	return none(count);
}

/* nvidia-smi asks for tables that no header describes. */
RGPU_EXPORT int
nvmlInternalGetExportTable(const void **table, const unsigned char *id)
{
	if (!table || !id)
		return NVML_ERROR_INVALID_ARGUMENT;
	*table = NULL;
	rgpu_debug("nvmlInternalGetExportTable: table %02x%02x%02x%02x-... "
		   "is not known",
		id[0], id[1], id[2], id[3]);
	return NVML_ERROR_FUNCTION_NOT_FOUND;
}
