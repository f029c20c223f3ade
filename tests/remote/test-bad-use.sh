#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Garbage handles, addresses of nothing, images that are none, a kernel that
# writes where nothing is: the same errors as natively, and lines that name the
# call. The session and the server go on.
. "$srcdir/tests/remote/functions.sh"
start_server

for mode in handles pointers modules fault; do
	native $mode
	remote $mode
	[ $status = $native_status ] || fail "$mode: status $status"
	diff "$T/native" "$T/out" || fail "$mode: other errors than natively"
	case $mode in
	handles)
		expect "$T/out" 'gone stream: CUDA_ERROR_INVALID_HANDLE'
		expect "$T/out" 'stays usable: CUDA_SUCCESS'
		expect "$T/err" 'cuLaunchKernel: a handle is unknown'
		expect "$T/err" 'more warnings of this kind are not shown'
		;;
	pointers)
		expect "$T/out" 'copy past the end: CUDA_ERROR_INVALID_VALUE'
		expect "$T/out" 'stays usable: CUDA_SUCCESS'
		expect "$T/err" 'cuMemcpyHtoD_v2: 4096 bytes at'
		;;
	modules)
		expect "$T/out" 'prose: CUDA_ERROR_INVALID_IMAGE'
		expect "$T/out" 'unknown instruction: CUDA_ERROR_INVALID_PTX'
		expect "$T/out" 'stays usable: CUDA_SUCCESS'
		expect "$T/err" 'cuModuleLoadData: the image at'
		expect "$T/err" 'unknown instruction frobnicate'
		;;
	fault)
		expect "$T/out" 'allocate: CUDA_ERROR_ILLEGAL_ADDRESS'
		expect "$T/err" 'address 0x10'
		;;
	esac
	works
done
