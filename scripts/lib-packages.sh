# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The Debian packages that building and testing need. What is there already is
# found by looking for the thing itself, so nothing is installed, and no network
# asked, where it came in another way.

# set | Debian's package | what shows that it is there
package_table='
build | gcc                | program gcc
build | libc6-dev          | header stdio.h
build | make               | program make
build | autoconf           | program autoreconf
build | automake           | program automake
build | libtool            | program libtoolize
build | perl               | perl Text::ParseWords
build | libzstd-dev        | header zstd.h
build | liblz4-dev         | header lz4.h
cuda  | g++                | program g++
fetch | python3-venv       | venv
fetch | ca-certificates    | file /etc/ssl/certs/ca-certificates.crt
test  | binutils           | program nm
test  | clang              | program clang
test  | libclang-rt-dev    | clang_runtime
test  | llvm               | program llvm-symbolizer
test  | clang-format       | program clang-format
test  | git                | program git
test  | mandoc             | program mandoc
test  | procps             | program pgrep
test  | python3            | program python3
test  | shellcheck         | program shellcheck
'

has_program() {
	command -v "$1" >/dev/null
}

has_file() {
	[ -e "$1" ]
}

has_header() {
	printf '#include <%s>\n' "$1" | gcc -E -x c -o /dev/null - 2>/dev/null
}

has_perl() {
	perl -e "use $1" 2>/dev/null
}

# python3 itself may come without what makes a virtual environment.
has_venv() {
	python3 -c 'import venv, ensurepip' 2>/dev/null
}

# Debian has clang's sanitizers in a package of their own.
has_clang_runtime() {
	local archive

	has_program clang || return 1
	archive=$(clang -print-runtime-dir)/libclang_rt
	compgen -G "$archive.asan*.a" >/dev/null &&
		compgen -G "$archive.tsan*.a" >/dev/null
}

# missing_packages SET...: prints the packages of these sets that are not there
missing_packages() {
	local set package probe argument

	while read -r set _ package _ probe argument; do
		case " $* " in *" ${set:-none} "*) ;; *) continue ;; esac
		"has_$probe" "$argument" || printf '%s ' "$package"
	done <<<"$package_table"
}

# as_root COMMAND...: fails with 1 when there is no way to
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif has_program sudo && { sudo -n true 2>/dev/null || [ -t 2 ]; }; then
		sudo "$@"
	else
		return 1
	fi
}

# apt_install PACKAGE...: lists may be old or absent, so they are fetched first;
# where that fails, a local archive may still have the packages.
apt_install() {
	has_program apt-get || return 1
	as_root apt-get -qq update || return 1
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y install \
		--no-install-recommends "$@" >/dev/null
}

# install_packages SET...: installs what is missing; otherwise says what is and
# fails.
install_packages() {
	local missing

	missing=$(missing_packages "$@")
	[ -n "$missing" ] || return 0
	note "installing: $missing"
	# shellcheck disable=SC2086 # a list of words
	apt_install $missing >&2 </dev/null || :
	missing=$(missing_packages "$@")
	[ -n "$missing" ] || return 0
	bad "missing, by Debian's names: $missing"
	bad "as root: apt-get update && apt-get install -y ${missing% }"
	return 1
}
