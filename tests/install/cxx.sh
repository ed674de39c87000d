#!/bin/sh
# SPDX-License-Identifier: MIT
# <gilrt.hpp> with each C++ compiler there is: without exceptions, and at work.
. "${top_srcdir:?}/tests/install/install.sh"

STRICT="$WARNINGS -Wpedantic -Wshadow -Wnon-virtual-dtor"

# Nor does the header cast as C does, but in functions that are C as well, which g++ knows by their linkage.
without_exceptions()
{
    case $1 in g++) casts=-Wold-style-cast ;; *) casts= ;; esac
    echo '#include <gilrt.hpp>' | "$1" -std=c++17 -fno-exceptions -fno-rtti $STRICT $casts $cflags -x c++ -fsyntax-only -
}

build()
{
    "$1" -std=c++17 -D_GNU_SOURCE $STRICT $cflags "$here/raii.cpp" -o "$work/raii.$1" $libs -lpthread
}

# A result in which -1 cannot be told from a value.
refuses_unsigned()
{
    echo '#include <gilrt.hpp>
          int main() { return (int)gil::no_throw(-1, [] { return 7u; }); }' > "$work/unsigned.cpp"
    "$1" -std=c++17 $cflags -fsyntax-only "$work/unsigned.cpp" > "$work/unsigned.txt" 2>&1 && echo "it is compiled"
    grep -q "no_throw(-1, f): -1 must be a value of the result" "$work/unsigned.txt" || cat "$work/unsigned.txt"
}

content()
{
    "$work/raii.$1" "$2" || echo "status $?"
}

for compiler in g++ clang++; do
    if ! command -v $compiler > /dev/null; then
        tap_skip "test_B10_exceptions_and_lifetimes by $compiler" "$compiler is not installed"
        continue
    fi
    tap_check "$compiler takes the header without exceptions and RTTI" without_exceptions $compiler
    tap_check "$compiler refuses an unsigned result of gil::no_throw" refuses_unsigned $compiler
    tap_check "$compiler builds the tests" build $compiler
    for name in $("$work/raii.$compiler"); do
        tap_check "test_B10_$name by $compiler" content $compiler "$name"
    done
done
tap_done
