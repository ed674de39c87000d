#!/bin/sh
# SPDX-License-Identifier: MIT
# Hosts in C and C++, linked to the shared and to the static library by what pkg-config says.
. "${top_srcdir:?}/tests/install/install.sh"

private_libraries_shown()
{
    ! printf '%s\n' "$libs" "$cflags" | grep -E 'jemalloc|gmp'
}

build_c()
{
    $CC -std=c11 -D_GNU_SOURCE $WARNINGS $cflags "$here/consumer.c" -o "$work/c" $libs
}

build_cxx()
{
    $CXX -x c++ -std=c++17 $WARNINGS $cflags "$here/consumer.c" -x none -o "$work/cxx" $libs
}

build_once()
{
    $CXX -std=c++17 -D_GNU_SOURCE $WARNINGS $cflags "$here/once.cpp" -o "$work/once" $libs -lpthread
}

# build_slots COMPILER...: with what a compiler may assume of types; -O2 is what most programs are built with.
build_slots()
{
    "$@" -D_GNU_SOURCE -O2 -fstrict-aliasing $WARNINGS $cflags "$here/slots.c" -o "$work/slots" -x none $libs
}

build_static()
{
    $CC -std=c11 -D_GNU_SOURCE $WARNINGS $cflags "$here/consumer.c" -o "$work/static" \
        $($PKG_CONFIG --variable=static_libs gilrt)
}

static_needs_library()
{
    ! "${READELF:-readelf}" -d "$work/static" | grep 'NEEDED.*libgilrt'
}

tap_check "pkg-config keeps jemalloc and GMP private" private_libraries_shown
tap_check "an extension builds" build_module guest
tap_check "a C11 host builds" build_c
tap_check "a C11 host runs" says ok "$work/c" "$work"
tap_check "the C11 host's malloc is libc's" says 'malloc .*/libc\.so\.6' "$work/c" "$work"
tap_check "header and library are of one version" says "version $($PKG_CONFIG --modversion gilrt)" "$work/c" "$work"
tap_check "slots of a program's own types build, optimized" build_slots $CC -std=c11 -x c
tap_check "slots of a program's own types are cleared and set" says ok "$work/slots"
if [ -n "$CXX" ]; then
    tap_check "the same in C++ builds" build_slots $CXX -std=c++17 -x c++
    tap_check "the same in C++ are cleared and set" says ok "$work/slots"
    tap_check "a C++17 host builds" build_cxx
    tap_check "a C++17 host runs" says ok "$work/cxx" "$work"
    tap_check "the C++17 host's malloc is libc's" says 'malloc .*/libc\.so\.6' "$work/cxx" "$work"
    tap_check "a static variable of C++ behind GilOnce builds" build_once
    tap_check "a static variable of C++ behind GilOnce is no deadlock" says ok timeout 60 "$work/once"
else
    tap_skip "a C++17 host" "no C++ compiler is installed"
fi
if [ -e "$libdir/libgilrt.a" ]; then
    tap_check "a host with the library inside builds" build_static
    tap_check "a host with the library inside loads modules" says ok "$work/static" "$work"
    tap_check "a host with the library inside needs no shared one" static_needs_library
else
    tap_skip "a host with the library inside" "built with --disable-static"
fi
tap_done
