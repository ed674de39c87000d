# gilrt.m4 - for the configure.ac of programs and extension modules that use libgilrt.
# SPDX-License-Identifier: MIT

# GILRT_CHECK([MINIMUM-VERSION], [ACTION-IF-FOUND], [ACTION-IF-NOT-FOUND])
#
# Looks for libgilrt with pkg-config. Sets and substitutes GILRT_CFLAGS, GILRT_LIBS, and gilrtmoduledir, the folder that
# an extension module goes to: gilrtmodule_LTLIBRARIES = spam.la, spam_la_LDFLAGS = -module -avoid-version.
# An extension is compiled with GILRT_CFLAGS and linked without GILRT_LIBS: its host brings the library.
# Without ACTION-IF-NOT-FOUND, configure stops with an error.
AC_DEFUN([GILRT_CHECK],
[AC_REQUIRE([PKG_PROG_PKG_CONFIG])
PKG_CHECK_MODULES([GILRT], [gilrt m4_ifnblank([$1], [>= $1])],
  [PKG_CHECK_VAR([gilrtmoduledir], [gilrt], [moduledir])
   $2],
  m4_ifnblank([$3], [[$3]], [[AC_MSG_ERROR([libgilrt m4_ifnblank([$1], [$1 or newer ])is missing; is its gilrt.pc on PKG_CONFIG_PATH?])]]))
])
