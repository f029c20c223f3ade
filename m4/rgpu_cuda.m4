# SPDX-License-Identifier: Apache-2.0
# --with-cuda=DIR: a CUDA toolkit. Only tests use it: the CUDA test programs are
# built by its nvcc, and our ABI header is checked against its cuda.h.
AC_DEFUN([RGPU_CHECK_CUDA],
[AC_ARG_WITH([cuda],
  [AS_HELP_STRING([--with-cuda=DIR],
    [CUDA toolkit for the test programs (default: nvcc on PATH, then
     /usr/local/cuda; --without-cuda: none)])],
  [], [with_cuda=auto])
CUDA_HOME=
rgpu_cuda="off (--without-cuda)"
AS_CASE([$with_cuda],
  [no], [],
  [auto],
    [# On PATH there may be a script that calls the real one elsewhere.
     rgpu_nvcc=`command -v nvcc 2>/dev/null`
     rgpu_nvcc=`readlink -f "$rgpu_nvcc" 2>/dev/null`
     for rgpu_dir in "${rgpu_nvcc%/bin/nvcc}" /usr/local/cuda; do
       AS_IF([test -z "$CUDA_HOME" && test -x "$rgpu_dir/bin/nvcc" &&
              test -f "$rgpu_dir/include/cuda_runtime.h"],
         [CUDA_HOME=$rgpu_dir])
     done
     rgpu_cuda="off (no nvcc: scripts/fetch-nvcc gets one from PyPI)"],
  [CUDA_HOME=$with_cuda
   AS_IF([test ! -x "$CUDA_HOME/bin/nvcc"],
     [AC_MSG_ERROR([no nvcc in $CUDA_HOME/bin (--with-cuda)])])])
rgpu_cuda_tests=off
rgpu_cuda_header=off
NVCC=
AS_IF([test -n "$CUDA_HOME"],
  [rgpu_cuda=$CUDA_HOME
   NVCC=$CUDA_HOME/bin/nvcc
   rgpu_cuda_tests=on
   AS_IF([test -f "$CUDA_HOME/include/cuda.h"], [rgpu_cuda_header=on])])
AC_SUBST([CUDA_HOME])
AC_SUBST([NVCC])
AM_CONDITIONAL([HAVE_NVCC], [test -n "$NVCC"])
AM_CONDITIONAL([HAVE_CUDA_H], [test "$rgpu_cuda_header" = on])])
