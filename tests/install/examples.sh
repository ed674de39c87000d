#!/bin/sh
# SPDX-License-Identifier: MIT
# The examples, copied out of the tree, build by pkg-config and do what they say; their own check.sh reports in TAP.
. "${top_srcdir:?}/tests/install/install.sh"

for package in libcrypto zlib openblas; do
    if ! $PKG_CONFIG --exists $package; then
        tap_skip "the examples" "examples/host needs the development files of $package"
        tap_done
        exit
    fi
done

# Read-only as in a distcheck, the sources must become writable to be built beside.
cp -r "$top_srcdir/examples" "$work/examples"
chmod -R u+w "$work/examples"
if ! MAKEFLAGS='' ${MAKE:-make} -C "$work/examples" CC="$CC" CXX="$CXX" PKG_CONFIG="$PKG_CONFIG" > "$work/log" 2>&1; then
    sed 's/^/# /' "$work/log"
    echo "not ok 1 - the examples build"
    echo "1..1"
    exit 1
fi
sh "$work/examples/check.sh"
