# SPDX-License-Identifier: MIT

# GILRT_KEEP_FLAGS(VARIABLE, FLAGS)
#
# Adds those of FLAGS to VARIABLE that the compiler knows. Compilers say nothing about an unknown -Wno-x until they have
# something else to say, so such flags do not belong in the list.
AC_DEFUN([GILRT_KEEP_FLAGS],
[for gilrt_flag in m4_normalize([$2]); do
    AC_MSG_CHECKING([whether $CC knows $gilrt_flag])
    gilrt_saved_cflags=$CFLAGS
    CFLAGS="$CFLAGS -Werror $gilrt_flag"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM],
        [AC_MSG_RESULT([yes])
         $1="$$1 $gilrt_flag"],
        [AC_MSG_RESULT([no])])
    CFLAGS=$gilrt_saved_cflags
done
])
