/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Module images: what an application gives to cuModuleLoadData and
 * cuLibraryLoadData. The formats of NVIDIA's containers are not documented; the
 * layouts below were measured on the output of nvcc 13.0 and on the libraries
 * of CUDA 13.0.
 */
#ifndef RGPU_CUDAABI_IMAGE_H
#define RGPU_CUDAABI_IMAGE_H

#include <stddef.h>
#include <stdint.h>

enum rgpu_image_kind {
	RGPU_IMAGE_UNKNOWN,
	RGPU_IMAGE_FATBIN, /* several entries, chosen by architecture */
	RGPU_IMAGE_ELF,	   /* a cubin */
	RGPU_IMAGE_PTX,	   /* text, ended by a NUL */
};

/* One piece of an image. */
struct rgpu_image_part {
	enum rgpu_image_kind kind;
	const void *data; /* the application's memory */
	size_t size;	  /* bytes; of PTX with its NUL */
};

/* Most fat binaries that one wrapper of relocatable device code may list. */
#define RGPU_IMAGE_PARTS_MAX 4096

/*
 * Takes an image apart: one part, or one for each fat binary that a wrapper of
 * relocatable device code lists. An image has no length of its own: this reads
 * what its headers say. Writes at most max parts; *count is how many there are.
 * -1: neither fat binary, cubin nor PTX.
 */
int rgpu_image_parts(const void *image, struct rgpu_image_part *parts,
	size_t max, size_t *count);

/* What size bytes at data are; RGPU_IMAGE_UNKNOWN when their headers do not fit
 * into them. For data from elsewhere: reads no byte beyond size. */
enum rgpu_image_kind rgpu_image_check(const void *data, size_t size);

enum rgpu_fatbin_kind {
	RGPU_FATBIN_PTX = 1,
	RGPU_FATBIN_ELF = 2,
	RGPU_FATBIN_LTO = 8,
};

/* Flags of an entry. */
#define RGPU_FATBIN_LZ4	 0x2000u
#define RGPU_FATBIN_ZSTD 0x8000u

struct rgpu_fatbin_entry {
	unsigned kind; /* enum rgpu_fatbin_kind, or one we do not know */
	unsigned sm;   /* 90 for sm_90 and compute_90 */
	uint64_t flags;
	const uint8_t *data; /* as stored, perhaps compressed */
	size_t stored_size;  /* bytes at data */
	size_t plain_size;   /* after decompression */
};

/*
 * The entries of a fat binary of size bytes, one a call: *pos begins as 0.
 * 1: *entry is filled; 0: no more; -1: damaged.
 */
int rgpu_fatbin_next(const void *fatbin, size_t size, size_t *pos,
	struct rgpu_fatbin_entry *entry);

#endif
