#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# libnvidia-ml.so.1 has every function of NVIDIA's header, under its SONAME, and
# rgpu(7) says which of them work.
. "$srcdir/tests/functions.sh"
requires nm readelf
so=$builddir/libclient/.libs/libnvidia-ml.so.1

nm -D --defined-only "$so" | awk '{ print $3 }' | sort >"$T/exported"
grep -qv '^nvml' "$T/exported" && fail "exports more: $(grep -v ^nvml "$T/exported")"
readelf -d "$so" | grep -q 'SONAME.*\[libnvidia-ml.so.1\]' || fail "SONAME"

# The functions that work are those that are not refused.
sed -n 's/^\tX(\(nvml[A-Za-z0-9_]*\)).*/\1/p' \
	"$srcdir/libclient/nvml/refused.h" | sort >"$T/refused"
[ -z "$(comm -13 "$T/exported" "$T/refused")" ] || fail "refused, not exported"
comm -23 "$T/exported" "$T/refused" >"$T/works"
sed -n 's/^\(nvml[A-Za-z0-9_]*\)$/\1/p' "$srcdir/man/rgpu-nvml.7" | sort \
	>"$T/page"
diff "$T/works" "$T/page" || fail "rgpu-nvml(7) lists other functions"
expect "$srcdir/man/rgpu-nvml.7" "$(wc -l <"$T/works") of them work"

header=${CUDA_HOME:-/nonexistent}/include/nvml.h
if [ -f "$header" ]; then
	grep -oE 'DECLDIR[ a-z]* (char ?\* )?(nvml[A-Za-z0-9_]+) *\(' "$header" |
		grep -oE 'nvml[A-Za-z0-9_]+' | sort -u >"$T/declared"
	[ "$(wc -l <"$T/declared")" -gt 350 ] || fail "few in $header"
	comm -23 "$T/declared" "$T/exported" >"$T/missing"
	[ ! -s "$T/missing" ] || fail "not exported: $(cat "$T/missing")"
	echo "all $(wc -l <"$T/declared") of $header"

	# Sizes: ours, and the compiler's of that header.
	cat >"$T/sizes" <<-'P'
	rgpu_nvml_pci nvmlPciInfo_t
	rgpu_nvml_pci_ext nvmlPciInfoExt_v1_t
	rgpu_nvml_memory nvmlMemory_t
	rgpu_nvml_memory nvmlBAR1Memory_t
	rgpu_nvml_memory_v2 nvmlMemory_v2_t
	rgpu_nvml_process_v1 nvmlProcessInfo_v1_t
	rgpu_nvml_process nvmlProcessInfo_v2_t
	rgpu_nvml_process nvmlProcessInfo_t
	rgpu_nvml_field nvmlFieldValue_t
	rgpu_nvml_fabric nvmlGpuFabricInfo_t
	rgpu_nvml_fabric_v nvmlGpuFabricInfo_v3_t
	rgpu_nvml_attributes nvmlDeviceAttributes_t
	rgpu_nvml_uuid nvmlUUID_v1_t
	rgpu_nvml_branch nvmlSystemDriverBranchInfo_v1_t
	P
	sizes() { # COLUMN PREFIX HEADER
		echo "#include \"$3\""
		awk -v c="$1" -v p="$2" '
			{ printf "char size_%d[sizeof(%s%s)];\n", NR, p, $c }
		' "$T/sizes"
	}
	sizes 1 'struct ' "$srcdir/libclient/nvml/abi.h" >"$T/ours.c"
	sizes 2 '' "$header" >"$T/theirs.c"
	for f in ours theirs; do
		# shellcheck disable=SC2086 # CC may have arguments
		${CC:-cc} -fno-common -c -o "$T/$f.o" "$T/$f.c" || fail "$f"
		nm -S "$T/$f.o" | awk '{ print $4, $2 }' | sort >"$T/$f"
	done
	[ "$(wc -l <"$T/ours")" = "$(wc -l <"$T/sizes")" ] || fail "nm"
	diff "$T/ours" "$T/theirs" || fail "structures of other sizes"
else
	echo "no nvml.h to compare with"
fi
echo "$(wc -l <"$T/exported") exported, $(wc -l <"$T/works") work"
