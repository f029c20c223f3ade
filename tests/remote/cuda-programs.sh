# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The body of cuda-BUILD.tap, which set $build: every program of tests/cuda/LIST
# that has this build runs natively, with the software GPU as its driver, and
# then through the shim and a server. Standard output and exit status must be
# the same, byte for byte, and the status the listed one. One line of TAP a run.
# ONLY=NAME runs one program, STEPS the steps of LIST, SCHEME=tcp another transport.
. "$srcdir/tests/functions.sh"

list=$srcdir/tests/cuda/LIST
bin=$builddir/tests/cuda/bin
steps=${STEPS:-1}
number=0

[ -n "$(find "$bin" -name "*-$build" 2>/dev/null | head -n 1)" ] || {
	echo "1..0 # SKIP no CUDA programs: make cuda-programs"
	exit 0
}

say() {
	number=$((number + 1))
	echo "$1 $number - $2"
}

# native NAME ARGUMENT...: the program on the software GPU itself
native() {
	LD_LIBRARY_PATH=$builddir/softgpu/.libs timeout 120 "$@"
}

remote() {
	timeout 120 "$builddir/run" rgpu-run --server "$url" "$@"
}

# left_out NAME: prints why the toolkit could not build it, if so
left_out() {
	sed -n "s/^# $1\(-$build\)\{0,1\} left out: //p" \
		"$builddir/tests/cuda/programs.mk"
}

# one FILE WANTED ARGUMENT...: runs it both ways and prints the result.
one() {
	file=$1 wanted=$2
	shift 2
	title="$(basename "$file")${1:+ $*}"
	native_status=0 remote_status=0
	native "$file" "$@" >"$T/native" 2>"$T/native.err" || native_status=$?
	remote "$file" "$@" >"$T/remote" 2>"$T/remote.err" || remote_status=$?
	if [ $native_status != 77 ] && [ $native_status != "$wanted" ]; then
		say 'not ok' "$title: natively ends with $native_status"
		sed 's/^/# /' "$T/native.err"
	elif [ $remote_status != $native_status ]; then
		say 'not ok' "$title: $native_status natively, $remote_status remotely"
		sed 's/^/# /' "$T/remote.err"
	elif ! cmp -s "$T/native" "$T/remote"; then
		say 'not ok' "$title: other output than natively"
		diff "$T/native" "$T/remote" | sed 's/^/# /'
	elif [ $native_status = 77 ]; then
		say ok "$title # SKIP $(tail -n 1 "$T/native.err")"
	else
		say ok "$title"
	fi
}

# Sets $url to a server of that many devices, started at its first use.
server_with() {
	eval "url=\${url_$1:-}"
	[ -z "$url" ] || return 0
	url=unix:$T/socket-$1
	[ "${SCHEME:-unix}" = unix ] || url=tcp://127.0.0.1:0
	start env SOFTGPU_DEVICES="$1" "$builddir/run" rgpud --listen "$url" \
		--backend soft --ready-fd 9 9>"$T/ready" 2>>"$T/server.log"
	wait_for 20 test -s "$T/ready"
	read -r url <"$T/ready"
	eval "url_$1=\$url"
}

has_word() {
	case " $2 " in
	*" $1 "*) return 0 ;;
	esac
	return 1
}

while IFS='|' read -r name _ builds _ _ _ wanted runs devices step; do
	case $name in '' | '#'*) continue ;; esac
	name=${name%% *}
	has_word "$build" "$builds" && has_word "${step# }" "$steps" || continue
	[ "${ONLY:-$name}" = "$name" ] || continue
	reason=$(left_out "$name")
	[ -z "$reason" ] || {
		say ok "$name-$build # SKIP $reason in the toolkit"
		continue
	}
	devices=$(echo $devices)
	server_with "$devices"
	export SOFTGPU_DEVICES="$devices"
	echo "$runs" | tr ';' '\n' | while read -r arguments; do
		[ "$arguments" != - ] || arguments=
		echo "$arguments"
	done >"$T/runs"
	while read -r arguments <&8; do
		# shellcheck disable=SC2086 # a list of words
		one "$bin/$name-$build" ${wanted# } $arguments </dev/null
	done 8<"$T/runs"
done <"$list"
echo "1..$number"
