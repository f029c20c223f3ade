# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Which CUDA toolkit compiles programs: the one that is installed, or the one
# that scripts/fetch-nvcc put into the build folder. Sourced with $root, the top
# folder of the tree.

fetched_cuda=${root:?}/build/cuda

# is_toolkit DIR: it has what compiles and what is included. An nvcc on the path
# may be a script that starts one elsewhere.
is_toolkit() {
	[ -f "$1/include/cuda_runtime.h" ] &&
		"$1/bin/nvcc" --version >/dev/null 2>&1
}

# cuda_home: prints the toolkit's folder; fails where there is none
cuda_home() {
	local nvcc dir

	nvcc=$(readlink -f "$(command -v nvcc || echo none)")
	for dir in "${nvcc%/bin/nvcc}" /usr/local/cuda; do
		! is_toolkit "$dir" || { printf '%s\n' "$dir"; return; }
	done
	[ -e "$fetched_cuda/wheels/complete" ] || return 1
	printf '%s\n' "$fetched_cuda"
}

# cuda_home_or_fetch: the same, but fetches one where there is none, or what a
# fetched one lacks
cuda_home_or_fetch() {
	local dir

	if dir=$(cuda_home) && [ "$dir" != "$fetched_cuda" ]; then
		printf '%s\n' "$dir"
	else
		"$root/scripts/fetch-nvcc" "$fetched_cuda"
	fi
}

# nvcc_release NVCC: prints its release, such as 13.0
nvcc_release() {
	"$1" --version | sed -n 's/.*release \([0-9.]*\).*/\1/p'
}
