# SPDX-License-Identifier: Apache-2.0
# LZ4: older fat binaries and --compress-mode=speed (measured: nvcc 13.0).
AC_DEFUN([RGPU_CHECK_LZ4],
[AC_ARG_WITH([lz4],
  [AS_HELP_STRING([--without-lz4], [do not read LZ4-compressed fat binaries])],
  [], [with_lz4=auto])
rgpu_lz4="off (--without-lz4)"
LZ4_LIBS=
AS_IF([test "$with_lz4" != no],
  [AC_CHECK_HEADER([lz4.h],
    [AC_CHECK_LIB([lz4], [LZ4_decompress_safe],
      [rgpu_lz4=on; LZ4_LIBS=-llz4
       AC_DEFINE([HAVE_LZ4], [1], [Define when liblz4 is there.])],
      [rgpu_lz4="off (no liblz4: install liblz4-dev)"])],
    [rgpu_lz4="off (no lz4.h: install liblz4-dev)"])])
AC_SUBST([LZ4_LIBS])])
