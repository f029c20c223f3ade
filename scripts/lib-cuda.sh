# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Which CUDA toolkit compiles programs: the one that configure would find, or
# the one that scripts/fetch-nvcc put into the build folder. Sourced with $root, the top folder of the tree.

fetched_cuda=${root:?}/build/cuda

# cuda_home: prints the toolkit's folder; fails where there is none
cuda_home() {
	local nvcc

	if nvcc=$(command -v nvcc); then
		nvcc=$(readlink -f "$nvcc")
		printf '%s\n' "${nvcc%/bin/nvcc}"
	elif [ -x /usr/local/cuda/bin/nvcc ]; then
		printf '%s\n' /usr/local/cuda
	elif [ -e "$fetched_cuda/wheels/complete" ]; then
		printf '%s\n' "$fetched_cuda"
	else
		return 1
	fi
}

# cuda_home_or_fetch: the same, but fetches one where there is none
cuda_home_or_fetch() {
	cuda_home || {
		install_packages cuda fetch &&
			"$root/scripts/fetch-nvcc" "$fetched_cuda"
	}
}

# nvcc_release NVCC: prints its release, such as 13.0
nvcc_release() {
	"$1" --version | sed -n 's/.*release \([0-9.]*\).*/\1/p'
}
