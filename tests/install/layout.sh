#!/bin/sh
# SPDX-License-Identifier: MIT
# What make install puts where, under DESTDIR too, and that make uninstall takes all of it away.
. "${top_srcdir:?}/tests/install/install.sh"

soname()
{
    "${READELF:-readelf}" -d "$libdir/libgilrt.so" | sed -n 's/.*Library soname: \[\(.*\)\]/\1/p'
}

wrong_soname()
{
    series=$($PKG_CONFIG --modversion gilrt | sed 's/\.[0-9]*$//')
    [ "$(soname)" = "libgilrt-$series.so.0" ] || echo "soname $(soname), series $series"
}

# Who brings the library in with dlopen() copies the name from the manual.
wrong_name_in_manual()
{
    grep -rnoh 'libgilrt[-.0-9]*\.so\.[0-9.]*' "$top_srcdir/doc/guide" "$top_srcdir/README.md" | grep -vF "$(soname)"
    grep -rqF "$(soname)" "$top_srcdir/doc/guide" || echo "the manual does not tell $(soname)"
}

# Without debug information the library stays below 800 KiB.
too_big()
{
    "${STRIP:-strip}" -o "$work/stripped.so" "$libdir/libgilrt.so" || return
    size=$(wc -c < "$work/stripped.so")
    # Relocations that cannot be packed, as before glibc 2.36, take 24 bytes a pointer of the tables: not the library's to change.
    readelf -dW "$work/stripped.so" | grep -q RELR ||
        size=$((size - 0x$(readelf -SW "$work/stripped.so" | sed -n 's/.* \.rela\.dyn *RELA *[0-9a-f]* [0-9a-f]* \([0-9a-f]*\) .*/\1/p')))
    [ "$size" -lt 819200 ] || echo "$size bytes stripped"
}

missing_files()
{
    for file in "$libdir/libgilrt.so" "$libdir/$(soname)" "$DESTDIR$INCLUDEDIR/gilrt.h" "$DESTDIR$INCLUDEDIR/gilrt.hpp" \
        "$DESTDIR$INCLUDEDIR/gilrt/version.h" \
        "$DESTDIR$DATADIR/aclocal/gilrt.m4"; do
        [ -e "$file" ] || echo "$file is missing"
    done
}

moduledir_elsewhere()
{
    moduledir=$($PKG_CONFIG --variable=moduledir gilrt)
    case $moduledir in "$libdir"/* | "$LIBDIR"/*) ;; *) echo "moduledir is $moduledir" ;; esac
    [ -d "$moduledir" ] || [ -d "$DESTDIR$moduledir" ] || echo "$moduledir is not there"
}

# An extension needs nothing but the headers, so nobody else's .pc file.
not_found_alone()
{
    for what in --cflags --libs '--variable=static_libs'; do
        PKG_CONFIG_PATH='' PKG_CONFIG_LIBDIR=$GILRT_PKGCONFIGDIR $PKG_CONFIG $what gilrt > /dev/null
    done
}

# Calls, inline functions and macros alike have one, and each that only points to another page points to one that is there.
wrong_man_pages()
{
    for name in gilrt GilList_Append GilObject_New GilConfig_Init Gil_BEGIN_BLOCKING_CALL_UBF Gil_VISIT; do
        [ -e "$man3/$name.3" ] || echo "there is no $name(3)"
    done
    "${AWK:-awk}" -v man="${man3%/man3}/" '/^\.so / { to[$2] } END { for (page in to) if ((getline line < (man page)) <= 0) print page " is missing" }' \
        "$man3"/G*.3 "$man3/gilrt.3"
}

# The path must not turn up in what is installed: DESTDIR is where files are put, not where they will live.
staged_install()
{
    MAKEFLAGS='' ${MAKE:-make} -s -C "$top_builddir" install DESTDIR="$work/stage" > "$work/log" 2>&1 || { cat "$work/log"; return; }
    [ -e "$work/stage$LIBDIR/libgilrt.so" ] || echo "$LIBDIR/libgilrt.so is not below DESTDIR"
    ! grep -rl "$work/stage" "$work/stage"
}

staged_uninstall()
{
    MAKEFLAGS='' ${MAKE:-make} -s -C "$top_builddir" uninstall DESTDIR="$work/stage" > "$work/log" 2>&1 || { cat "$work/log"; return; }
    find "$work/stage" ! -type d
}

tap_check "the soname carries the minor version" wrong_soname
tap_check "the manual calls the library by its soname" wrong_name_in_manual
tap_check "the library is small" too_big
tap_check "headers, library and macro file are where they belong" missing_files
tap_check "moduledir is below libdir, and there" moduledir_elsewhere
tap_check "pkg-config asks for no other package" not_found_alone
man3=$DESTDIR$DATADIR/man/man3
if [ -e "$man3/gilrt_gilrt.h.3" ]; then
    tap_check "there are man pages for all that a program may call" wrong_man_pages
else
    tap_skip "there are man pages for all that a program may call" "they were not built"
fi
if [ -z "$DESTDIR" ]; then
    tap_check "make install obeys DESTDIR" staged_install
    tap_check "make uninstall leaves nothing" staged_uninstall
else
    tap_skip "make install obeys DESTDIR" "this is a run under DESTDIR itself"
fi
tap_done
