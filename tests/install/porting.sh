#!/bin/sh
# SPDX-License-Identifier: MIT
# The command of doc/guide/porting.md makes of code for CPython what compiles here without a warning, and runs.
. "${top_srcdir:?}/tests/install/install.sh"

# The command as it stands there, for the copy.
port()
{
    cp "$here/before.c" "$work/ported.c" || return
    sed -n "/^    sed -i -E/,/module\.c\$/p" "$top_srcdir/doc/guide/porting.md" > "$work/command"
    grep -q '^    sed -i -E' "$work/command" || echo "the guide has no such command"
    sed -i 's/module\.c$/ported.c/' "$work/command"
    (cd "$work" && sh ./command) || echo "status $?"
    ! grep -nE '\b_?P[yY](_|[A-Z])' "$work/ported.c"
}

# Unused parameters and casts of functions are CPython's custom, not ours to judge.
build()
{
    $CC -std=c11 $WARNINGS -Wno-unused-parameter -Wno-cast-function-type -Werror=implicit-function-declaration $cflags \
        -I"$work" "$here/after.c" -o "$work/after" $libs
}

run()
{
    output=$("$work/after" 2>&1) || echo "status $?"
    [ "$output" = "first_half b'ab'
pair (1, None)
shown None
fixed 7" ] || printf '%s\n' "$output"
}

# So that nobody makes it fit by writing what CPython does not know.
is_code_for_cpython()
{
    $CC -std=c11 -Wall -Werror -Wno-unused -I"$python" -fsyntax-only "$here/before.c"
}

tap_check "the command leaves no name of CPython's" port
tap_check "what it makes compiles and links" build
tap_check "and does the same" run
python=/usr/include/python3.11
if [ -e "$python/Python.h" ]; then
    tap_check "it was code for CPython" is_code_for_cpython
else
    tap_skip "it was code for CPython" "its headers are not installed"
fi
tap_done
