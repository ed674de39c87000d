#!/bin/sh
# SPDX-License-Identifier: MIT
# For the scripts in this folder: where the installed library is, and a folder to work in. Sourced. The environment says
# what make knows: GILRT_PKGCONFIGDIR, PKG_CONFIG (PKG_CONFIG_SYSROOT_DIR under DESTDIR), LIBDIR, CC, CXX.
. "$top_srcdir/tests/support/tap.sh"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
here=$top_srcdir/tests/install
libdir=$DESTDIR$LIBDIR
WARNINGS="-Wall -Wextra -Werror -Wno-missing-field-initializers"

# Programs that the scripts start find the library as one does that is not installed where the system looks.
LD_LIBRARY_PATH=$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH

PKG_CONFIG_PATH=$GILRT_PKGCONFIGDIR${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
export PKG_CONFIG_PATH

cflags=$($PKG_CONFIG --cflags gilrt) || { echo "Bail out! pkg-config does not find gilrt"; exit 1; }
libs=$($PKG_CONFIG --libs gilrt)

# An extension as the manual builds it: without the library, which its host has.
build_module()
{
    $CC -std=c11 $WARNINGS -fPIC -shared $cflags "$here/$1.c" -o "$work/$1.so"
}

# says WANTED COMMAND...: content when the output has the line WANTED and the status is 0.
says()
{
    wanted=$1
    shift
    output=$("$@" 2>&1) || { echo "status $?: $*"; printf '%s\n' "$output"; return; }
    printf '%s\n' "$output" | grep -qx "$wanted" || { echo "no line '$wanted' from: $*"; printf '%s\n' "$output"; }
}
