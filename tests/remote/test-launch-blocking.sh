#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# CUDA_LAUNCH_BLOCKING=1: the launch itself returns the fault of its kernel.
. "$srcdir/tests/remote/functions.sh"
start_server
remote fault
expect "$T/out" 'launch: CUDA_SUCCESS'
CUDA_LAUNCH_BLOCKING=1
export CUDA_LAUNCH_BLOCKING
remote fault
expect "$T/out" 'launch: CUDA_ERROR_ILLEGAL_ADDRESS'
