#!/bin/sh
# SPDX-License-Identifier: MIT
# A host that brings the library in with dlopen(RTLD_LOCAL), loads modules, and closes it while a thread still lives.
. "${top_srcdir:?}/tests/install/install.sh"

GILRT_PATH=$work
export GILRT_PATH
library=$libdir/libgilrt.so

build_host()
{
    $CC -std=c11 -D_GNU_SOURCE $WARNINGS $cflags "$here/local.c" -o "$work/local" -ldl -lpthread
}

host_needs_library()
{
    ! "${READELF:-readelf}" -d "$work/local" | grep 'NEEDED.*libgilrt'
}

# What takes most of the static TLS that there is for libraries of dlopen().
build_hog()
{
    $CC -std=c11 $WARNINGS -fPIC -shared "$top_srcdir/tests/unit/runtime/hog.c" -o "$work/hog.so"
}

not_resident()
{
    "${READELF:-readelf}" -d "$library" | grep -q 'FLAGS_1.*NODELETE' || echo "$library lacks NODELETE"
}

# libjemalloc as distributions build it has more static TLS than dlopen has left, unless the process is told to keep some;
# that is what --without-jemalloc is for, which needs no such help.
if [ "$GIL_WITH_JEMALLOC" = 1 ]; then
    GLIBC_TUNABLES=glibc.rtld.optional_static_tls=4096
    export GLIBC_TUNABLES
fi

tap_check "an extension builds" build_module guest
tap_check "a host that is not linked to the library builds" build_host
tap_check "it is not linked to the library" host_needs_library
tap_check "a host with RTLD_LOCAL loads modules, and a thread outlives dlclose" says ok "$work/local" "$library"
tap_check "its malloc is still libc's" says 'malloc .*/libc\.so\.6' "$work/local" "$library"
tap_check "the library is marked to stay" not_resident
if [ "$GIL_WITH_JEMALLOC" = 0 ]; then
    tap_check "another library takes static TLS" build_hog
    tap_check "test_K7_the_library_comes_when_1600_bytes_of_static_tls_are_taken" says ok "$work/local" "$library" "$work/hog.so"
else
    tap_skip "test_K7_the_library_comes_when_1600_bytes_of_static_tls_are_taken" "libjemalloc itself takes more than there is"
fi
tap_done
