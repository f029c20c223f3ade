#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# CUDA_VISIBLE_DEVICES chooses among the server's devices, by number and UUID.
. "$srcdir/tests/remote/functions.sh"
SOFTGPU_DEVICES=3
export SOFTGPU_DEVICES
start_server
remote devices
expect "$T/out" 'devices: 3'
cp "$T/out" "$T/all"

# visible LIST LINE...: these lines of all, in this order.
visible() {
	CUDA_VISIBLE_DEVICES=$1
	export CUDA_VISIBLE_DEVICES
	shift
	remote devices
	{
		echo "devices: $#"
		for line in "$@"; do
			sed -n "$((line + 2))p" "$T/all"
		done
	} >"$T/wanted"
	diff "$T/wanted" "$T/out" || fail "CUDA_VISIBLE_DEVICES=$CUDA_VISIBLE_DEVICES"
}
visible 0 0
visible 2,0 2 0
visible 1,7,0 1
visible "$(sed -n 3p "$T/all")" 1
unset CUDA_VISIBLE_DEVICES

CUDA_VISIBLE_DEVICES=''
export CUDA_VISIBLE_DEVICES
remote init
expect "$T/out" 'cuInit: CUDA_ERROR_NO_DEVICE'
