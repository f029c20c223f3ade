# SPDX-License-Identifier: Apache-2.0
# --enable-sanitize=LIST builds everything with -fsanitize=LIST.
AC_DEFUN([RGPU_CHECK_SANITIZE],
[AC_ARG_ENABLE([sanitize],
  [AS_HELP_STRING([--enable-sanitize=LIST],
    [build with these sanitizers, e.g. address,undefined or thread])],
  [], [enable_sanitize=no])
rgpu_sanitize=off
RGPU_SANITIZE=
AS_IF([test "$enable_sanitize" != no],
  [rgpu_sanitize=$enable_sanitize
   RGPU_SANITIZE="-fsanitize=$enable_sanitize -fno-sanitize-recover=all"
   RGPU_SANITIZE="$RGPU_SANITIZE -fno-omit-frame-pointer"
   AC_DEFINE([RGPU_SANITIZED], [1], [Define when built with sanitizers.])])
AC_SUBST([RGPU_SANITIZE])
AM_CONDITIONAL([SANITIZED], [test "$enable_sanitize" != no])])
