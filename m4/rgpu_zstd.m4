# SPDX-License-Identifier: Apache-2.0
# zstd: nvcc compresses PTX in fat binaries with it (measured: nvcc 13.0).
AC_DEFUN([RGPU_CHECK_ZSTD],
[AC_ARG_WITH([zstd],
  [AS_HELP_STRING([--without-zstd], [do not read zstd-compressed fat binaries])],
  [], [with_zstd=auto])
rgpu_zstd="off (--without-zstd)"
ZSTD_LIBS=
AS_IF([test "$with_zstd" != no],
  [AC_CHECK_HEADER([zstd.h],
    [AC_CHECK_LIB([zstd], [ZSTD_decompress],
      [rgpu_zstd=on; ZSTD_LIBS=-lzstd
       AC_DEFINE([HAVE_ZSTD], [1], [Define when libzstd is there.])],
      [rgpu_zstd="off (no libzstd: install libzstd-dev)"])],
    [rgpu_zstd="off (no zstd.h: install libzstd-dev)"])])
AC_SUBST([ZSTD_LIBS])])
