#!/bin/sh
# SPDX-License-Identifier: MIT
# Each public header compiles alone, twice in a row, as C11 and C++17, with gcc and with clang; the umbrella includes all.
. "$(dirname "$0")/../support/tap.sh"
cd "$top_srcdir/include" || exit 1

WARNINGS="-Wall -Wextra -Wpedantic -Wshadow -Wundef -Wcast-align -Wwrite-strings -Werror"

# In C also what C++ writes by casts of its own, which a header that is C as well cannot use.
compile_each()
{
    case $* in *c11*) more="-Wcast-qual -Wconversion" ;; *) more= ;; esac
    for header in gilrt.h gilrt/*.h; do
        printf '#include <%s>\n#include <%s>\n' "$header" "$header" | "$@" $WARNINGS $more -I. -fsyntax-only - || echo "$header"
    done
}

# The one left out is for ports of static types only.
umbrella_gaps()
{
    for header in gilrt/*.h; do
        [ "$header" = gilrt/typeobject.h ] || grep -q "^#include [<\"]${header}[>\"]" gilrt.h || echo "gilrt.h lacks $header"
    done
}

uninstalled_headers()
{
    for header in gilrt/*.h; do
        grep -q "include/$header" local.mk || echo "include/local.mk lacks $header"
    done
}

for compiler in gcc clang; do
    for standard in c11 c++17; do
        language=c
        command=$compiler
        case $standard/$compiler in
            c++17/gcc) language=c++ command=g++ ;;
            c++17/clang) language=c++ command=clang++ ;;
        esac
        name="each header alone, as $standard with $command"
        if command -v $command > /dev/null; then
            tap_check "$name" compile_each $command -std=$standard -x $language
        else
            tap_skip "$name" "$command is not installed"
        fi
    done
done
tap_check "the umbrella includes every header but typeobject.h" umbrella_gaps
tap_check "every header is installed" uninstalled_headers
tap_done
