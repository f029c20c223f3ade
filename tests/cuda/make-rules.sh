#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes the make rules that build the programs of LIST with the toolkit in
# CUDA_HOME: make-rules.sh SRCDIR CUDA_HOME >programs.mk, run in the top build
# folder. What the toolkit cannot build is left out, and said.
#
# A file obj/NAME.cmd holds what of LIST an object depends on. It is written
# only when that has changed, so a new line in LIST rebuilds nothing else.
set -eu

srcdir=$1
cuda=$2
here=$srcdir/tests/cuda
obj=tests/cuda/obj
bin=tests/cuda/bin
left_out=
stub_users=
# <<- eats the tabs that recipes begin with.
tab=$(printf '\t')

fail()
{
	echo "make-rules.sh: $*" >&2
	exit 1
}

# The wheels of PyPI have lib/ only, and no link without a version.
libdir=$cuda/lib64
[ -d "$libdir" ] || libdir=$cuda/lib

# Prints how to link with a library of the toolkit; fails when it is missing.
library()
{
	if [ "$1" = cuda ]; then
		# The toolkit's stub, or ours; neither may be in the rpath.
		if [ -e "$libdir/stubs/libcuda.so" ]; then
			echo "-L$libdir/stubs -lcuda"
		else
			echo "-L$obj/stub -lcuda"
		fi
		return
	fi
	for file in "$libdir/lib$1.so" "$libdir/lib$1.so".*; do
		[ -e "$file" ] || continue
		echo "-L$libdir -l:${file##*/}"
		return
	done
	return 1
}

has_header()
{
	[ -e "$cuda/include/$1" ] || [ -e "$cuda/include/cccl/$1" ]
}

# The reason why the current program cannot be built, or nothing.
missing()
{
	for header in $headers; do
		has_header "$header" || { echo "no $header"; return; }
	done
	for name_ in $libraries; do
		library "$name_" >/dev/null || { echo "no lib$name_"; return; }
	done
}

# object NAME SUFFIX SOURCE FLAGS: a rule for one object, with a name that no
# other program has.
object()
{
	out=${3%.*}
	[ "$out" = "$1" ] || out=$1-$out
	out=$obj/$out$2
	stamp=$out.cmd
	text="$cuda $3 $4 $libraries"
	[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$text" ] ||
		printf '%s\n' "$text" >"$stamp"
	case $3 in
	*.c) compile="\$(CC) \$(CUDA_CFLAGS) $4" ;;
	*) compile="\$(NVCC) \$(CUDA_NVCCFLAGS) $4" ;;
	esac
	cat <<-END
	$out.o: \$(srcdir)/tests/cuda/$3 $stamp
	${tab}\$(AM_V_GEN)$compile -MMD -MP -MF $out.d -c -o \$@ \\
	${tab}	\$(srcdir)/tests/cuda/$3
	-include $out.d
	END
	objects="$objects $out.o"
}

# objects_of SUFFIX FLAGS: all objects of the current program in one way
objects_of()
{
	objects=
	for source in $sources; do
		object "$name" "$1" "$source" "$2"
	done
}

# program BUILD LINK: a rule for bin/NAME-BUILD from $objects
program()
{
	libs=
	stub=
	for name_ in $libraries; do
		libs="$libs $(library "$name_")"
	done
	case $libs in
	*$obj/stub*)
		stub=$obj/stub/libcuda.so
		stub_users="$stub_users$objects"
		;;
	esac
	cat <<-END
	CUDA_PROGRAMS += $bin/$name-$1
	$bin/$name-$1:$objects $stub
	${tab}\$(AM_V_GEN)$2 -o \$@$objects$libs -lm
	END
}

# The options to link with the shared runtime; fails when there is none.
shared_link()
{
	runtime=$(library cudart) || return 1
	search=
	if [ ! -e "$libdir/libcudart.so" ]; then
		# nvcc insists on this name, which the wheels do not have.
		ln -sf "$libdir/${runtime##*-l:}" "$obj/stub/libcudart.so"
		search="-L$obj/stub "
	fi
	echo "-cudart shared $search-L$libdir -Xlinker -rpath" \
		"-Xlinker $libdir"
}

# nvcc looks into lib64 by itself, but not into the lib of the wheels.
static_link="-cudart static -L$libdir"

rules_of_build()
{
	rpath=
	[ "$libraries" = "" ] || rpath=" -Xlinker -rpath -Xlinker $libdir"
	case $1 in
	static)
		program static "\$(NVCC) $flags $static_link$rpath"
		;;
	shared)
		link=$(shared_link) || { note "$name-shared" "no libcudart"
			return; }
		program shared "\$(NVCC) $flags $link"
		;;
	ptds)
		objects_of .ptds "$flags -default-stream per-thread"
		program ptds "\$(NVCC) $flags $static_link$rpath"
		;;
	rdc)
		objects_of .rdc "$flags -rdc=true"
		program rdc "\$(NVCC) $flags -rdc=true $static_link$rpath"
		;;
	driver)
		program driver "\$(CC) \$(CUDA_CFLAGS) -pthread"
		;;
	*)
		fail "$name: no build is called $1"
		;;
	esac
}

note()
{
	left_out="$left_out $1"
	echo "# $1 left out: $2"
	echo "tests/cuda: $1 left out: $2" >&2
}

rules_of_program()
{
	for source in $sources; do
		[ -f "$here/$source" ] || fail "$name: no $source"
	done
	reason=$(missing)
	if [ -n "$reason" ]; then
		note "$name" "$reason"
		return
	fi
	echo
	objects_of "" "$flags"
	plain=$objects
	for build in $builds; do
		objects=$plain
		rules_of_build "$build"
	done
}

# A libcuda.so to link with, of just the functions that are called: the real
# one, or ours, takes its place when the program runs.
rule_of_stub()
{
	cat <<-END
	$obj/stub/libcuda.so:$stub_users
	${tab}\$(AM_V_GEN)nm -u $stub_users | sort -u | sed -n \\
	${tab}	's/^ *U \\(cu[A-Z].*\\)\$\$/void \\1(void) {}/p' >\$@.c
	${tab}\$(AM_V_at)\$(CC) -shared -fPIC -Wl,-soname,libcuda.so.1 \\
	${tab}	-o \$@ \$@.c
	END
}

mkdir -p "$obj" "$obj/stub" "$bin"
echo "# Made by make-rules.sh from LIST; do not edit."
echo "CUDA_PROGRAMS ="
while IFS='|' read -r name sources builds flags libraries headers rest; do
	case $name in '' | '#'*) continue ;; esac
	# exit | runs | devices | step are for those who run the programs.
	case $rest in
	*'|'*'|'*'|'*) ;;
	*) fail "$name: a column is missing" ;;
	esac
	name=${name%% *}
	[ "$flags" != ' - ' ] || flags=
	[ "$libraries" != ' - ' ] || libraries=
	[ "$headers" != ' - ' ] || headers=
	rules_of_program
done <"$here/LIST"
[ -z "$stub_users" ] || rule_of_stub
echo
echo "cuda-programs: \$(CUDA_PROGRAMS)"
[ -z "$left_out" ] || echo "	@echo 'tests/cuda: left out:$left_out'"
