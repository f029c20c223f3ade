# SPDX-License-Identifier: Apache-2.0
# Warnings that the compiler at hand knows, and --enable-werror.
AC_DEFUN([RGPU_CHECK_COMPILER],
[AC_ARG_ENABLE([werror],
  [AS_HELP_STRING([--enable-werror], [treat compiler warnings as errors])],
  [], [enable_werror=no])
RGPU_WARN="-Wall -Wextra"
rgpu_save_CFLAGS=$CFLAGS
for rgpu_flag in -Wshadow -Wpointer-arith -Wstrict-prototypes \
  -Wmissing-prototypes -Wvla -Wundef -Wwrite-strings -Wformat=2 \
  -Wno-format-nonliteral
do
  CFLAGS="$rgpu_save_CFLAGS -Werror $rgpu_flag"
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([], [])],
    [RGPU_WARN="$RGPU_WARN $rgpu_flag"])
done
CFLAGS=$rgpu_save_CFLAGS
AS_IF([test "$enable_werror" = yes], [RGPU_WARN="$RGPU_WARN -Werror"])
AC_SUBST([RGPU_WARN])])
