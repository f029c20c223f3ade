# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Building out of tree. Sourced with $root, the top folder of the tree; what a
# command prints goes to a file in the build folder and is shown when it fails.

# As many jobs as there are processors for this process.
jobs=$(nproc)

# A tree from git has no configure.
make_configure() {
	[ ! -e "${root:?}/configure" ] || [ ! -e "$root/Makefile.in" ] ||
		return 0
	mkdir -p "$root/build"
	logged "$root/build/autogen.log" "$root/autogen.sh"
}

# configure_tree DIR ARG...: configures there, unless that is done already with
# the same arguments; what changes later make notices by itself.
configure_tree() {
	local dir=$1 wanted

	shift
	wanted="$*"
	mkdir -p "$dir"
	make_configure || return 1
	if [ -e "$dir/Makefile" ] &&
		[ "$(cat "$dir/configured-with" 2>/dev/null)" = "$wanted" ]; then
		return 0
	fi
	(cd "$dir" && logged configure.log "$root/configure" "$@") || return 1
	printf '%s\n' "$wanted" >"$dir/configured-with"
}

# make_in DIR NAME TARGET...: the output is in DIR/make-NAME.log
make_in() {
	local dir=$1 name=$2

	shift 2
	logged "$dir/make-$name.log" make -C "$dir" -j"$jobs" "$@"
}

# with_cuda: prints the option for configure that chooses the toolkit
with_cuda() {
	local cuda

	if cuda=$(cuda_home); then
		printf -- '--with-cuda=%s\n' "$cuda"
	else
		printf -- '--without-cuda\n'
	fi
}
