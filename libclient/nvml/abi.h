/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of the NVML ABI our code touches: values and layouts as in nvml.h of CUDA
 * 13.0, under names of our own. tests/nvml/test-nvml-exports.sh lets the compiler
 * compare sizes with that header where it is installed.
 */
#ifndef RGPU_CLIENT_NVML_ABI_H
#define RGPU_CLIENT_NVML_ABI_H

enum rgpu_nvml_return {
	NVML_SUCCESS = 0,
	NVML_ERROR_UNINITIALIZED = 1,
	NVML_ERROR_INVALID_ARGUMENT = 2,
	NVML_ERROR_NOT_SUPPORTED = 3,
	NVML_ERROR_NOT_FOUND = 6,
	NVML_ERROR_INSUFFICIENT_SIZE = 7,
	NVML_ERROR_DRIVER_NOT_LOADED = 9,
	NVML_ERROR_TIMEOUT = 10,
	NVML_ERROR_FUNCTION_NOT_FOUND = 13,
	NVML_ERROR_GPU_IS_LOST = 15,
	NVML_ERROR_LIB_RM_VERSION_MISMATCH = 18,
	NVML_ERROR_MEMORY = 20,
	NVML_ERROR_ARGUMENT_VERSION_MISMATCH = 25,
	NVML_ERROR_UNKNOWN = 999,
};

#define NVML_VERSION_SIZE(version) ((version)&0xffffffu)
#define NVML_STRUCT(type, number)  ((unsigned)sizeof(type) | (number) << 24)

struct rgpu_nvml_pci {
	char bus_id_legacy[16];
	unsigned domain, bus, device;
	unsigned device_id, subsystem_id; /* (device << 16) | vendor */
	char bus_id[32];
};

struct rgpu_nvml_pci_ext {
	unsigned version;
	unsigned domain, bus, device;
	unsigned device_id, subsystem_id;
	unsigned base_class, sub_class;
	char bus_id[32];
};

struct rgpu_nvml_memory {
	unsigned long long total, free, used;
};

struct rgpu_nvml_memory_v2 {
	unsigned version;
	unsigned long long total, reserved, free, used;
};

struct rgpu_nvml_process_v1 {
	unsigned pid;
	unsigned long long memory;
};

/* Version 2 and 3. */
struct rgpu_nvml_process {
	unsigned pid;
	unsigned long long memory;
	unsigned gpu_instance, compute_instance;
};

struct rgpu_nvml_field {
	unsigned field, scope;
	long long timestamp, latency;
	unsigned type;
	int result;
	unsigned long long value;
};

struct rgpu_nvml_fabric {
	unsigned char cluster[16];
	int status;
	unsigned clique;
	unsigned char state;
};

/* Version 3; version 2 ends before the summary. */
struct rgpu_nvml_fabric_v {
	unsigned version;
	unsigned char cluster[16];
	int status;
	unsigned clique;
	unsigned char state;
	unsigned health;
	unsigned char summary;
};

struct rgpu_nvml_attributes {
	unsigned processors;
	unsigned copy_engines, decoders, encoders, jpeg, ofa;
	unsigned gpu_slices, compute_slices;
	unsigned long long memory_mib;
};

struct rgpu_nvml_uuid {
	unsigned version;
	unsigned type; /* 1: text, 2: bytes */
	union {
		char text[41];
		unsigned char bytes[16];
	} value;
};

struct rgpu_nvml_branch {
	unsigned version;
	char branch[80];
};

#endif
