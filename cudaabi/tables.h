/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hidden tables of cuGetExportTable. NVIDIA's libraries call functions that
 * no header names; what each slot takes and must answer was found by experiment
 * with CUDA 13.0 (libcudart, cuBLAS, cuFFT) and a logging stand-in. A slot that
 * is not known logs its table and number once and returns
 * CUDA_ERROR_NOT_SUPPORTED, so a newer library shows what is missing.
 *
 * cuGetExportTable itself (rgpu_do_cuGetExportTable) lives here; it works before
 * cuInit and needs no server.
 */
#ifndef RGPU_CUDAABI_TABLES_H
#define RGPU_CUDAABI_TABLES_H

/* Words in every table. The callers seen index without looking at the size word,
 * so tables are larger than any slot seen (51). */
#define RGPU_TABLE_WORDS 128

/* A table of the library's own, which only our other libraries ask for; NULL: it
 * has none with this id. Each libcuda.so.1 defines it. */
const void *rgpu_table_of_library(const unsigned char id[16]);

#endif
