#!/bin/sh
# SPDX-License-Identifier: MIT
# gilrt.m4: a configure.ac that asks for the library finds it, and says so when it is too old.
. "${top_srcdir:?}/tests/install/install.sh"

# configure_asking VERSION FOUND MISSING: what a configure script with that check prints.
configure_asking()
{
    mkdir -p "$work/$1" && cd "$work/$1" || return
    cat > configure.ac <<EOF
AC_INIT([guest], [1])
GILRT_CHECK([$1], [AS_ECHO(["found: \$gilrtmoduledir"])], [AS_ECHO([missing])])
AS_ECHO(["cflags: \$GILRT_CFLAGS"])
AC_OUTPUT
EOF
    aclocal -I "$DESTDIR$DATADIR/aclocal" && autoconf && ./configure
}

if command -v aclocal autoconf > /dev/null; then
    version=$($PKG_CONFIG --modversion gilrt)
    tap_check "GILRT_CHECK finds the library and its moduledir" \
        says "found: $($PKG_CONFIG --variable=moduledir gilrt)" configure_asking "$version"
    tap_check "GILRT_CHECK hands on the flags" says "cflags: $cflags" configure_asking "$version"
    tap_check "GILRT_CHECK tells that a newer one is missing" says "missing" configure_asking 99.0
else
    tap_skip "gilrt.m4" "autoconf is not installed"
fi
tap_done
