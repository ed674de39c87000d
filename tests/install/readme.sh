#!/bin/sh
# SPDX-License-Identifier: MIT
# The host and the extension that README.md shows, cut out of it and built by the lines that it shows, do what it says.
. "${top_srcdir:?}/tests/install/install.sh"

readme=$top_srcdir/README.md

# code N: the N-th block of C.
code()
{
    "${AWK:-awk}" -v wanted="$1" '/^```c$/ { inside = ++n == wanted; next } /^```$/ { inside = 0 } inside' "$readme"
}

cut_out()
{
    blocks=$(grep -c '^```c$' "$readme")
    [ "$blocks" -eq 2 ] || echo "README.md has $blocks blocks of C, and not a host and an extension"
    code 1 > "$work/host.c"
    code 2 > "$work/hello.c"
}

# The compiler and pkg-config are those of the build; the rest of each line stands as it is.
build_as_shown()
{
    cd "$work" || return
    sed -n "s|pkg-config|$PKG_CONFIG|; s|^    cc ||p" "$readme" > commands
    lines=0
    while read -r line; do
        lines=$((lines + 1))
        eval "$CC -std=c11 $WARNINGS $line" || echo "failed: cc $line"
    done < commands
    [ "$lines" -eq 2 ] || echo "README.md shows $lines lines for the compiler, and not two"
}

run_as_shown()
{
    cd "$work" && says 42 ./host
}

# The other way that it tells, for a library that lies where the loader does not look.
runs_by_rpath()
{
    cd "$work" || return
    grep -qF -- '-Wl,-rpath,$(pkg-config --variable=libdir gilrt)' "$readme" || echo "README.md does not tell of rpath"
    $CC -std=c11 $cflags host.c -o host-rpath $libs "-Wl,-rpath,$($PKG_CONFIG --variable=libdir gilrt)" || return
    says 42 env -u LD_LIBRARY_PATH ./host-rpath
}

tap_check "README.md shows a host and an extension" cut_out
tap_check "they build by the lines that it shows" build_as_shown
tap_check "the host prints 42" run_as_shown
if [ -z "$DESTDIR" ]; then
    tap_check "it needs no LD_LIBRARY_PATH with the rpath that README.md tells" runs_by_rpath
else
    tap_skip "it needs no LD_LIBRARY_PATH with the rpath that README.md tells" "the library is not where it will live"
fi
tap_done
