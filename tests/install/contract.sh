#!/bin/sh
# SPDX-License-Identifier: MIT
# Programs that fix the spelling of the contract, as they stand: in each folder of GILRT_CONTRACT_DIRS every file with a
# main() is a host, every other an extension; all are built as their users would, and each host must print "ok".
. "${top_srcdir:?}/tests/install/install.sh"

# compile SOURCE FLAGS...: by the language of its name.
compile()
{
    source=$1
    shift
    case $source in
        *.c) $CC -std=c11 $WARNINGS $cflags "$source" "$@" ;;
        *) $CXX -std=c++17 $WARNINGS $cflags "$source" "$@" ;;
    esac
}

build_extension()
{
    compile "$1" -shared -fPIC -o "$out/$stem.so"
}

build_host()
{
    compile "$1" -o "$out/$stem" $libs -lpthread
}

number=0
for folder in $GILRT_CONTRACT_DIRS; do
    number=$((number + 1))
    out=$work/$number
    mkdir "$out"
    hosts=
    for source in "$folder"/*.c "$folder"/*.cc "$folder"/*.cpp; do
        [ -e "$source" ] || continue
        stem=$(basename "$source" | sed 's/\.[a-z]*$//')
        if grep -q '^main(' "$source"; then
            tap_check "$folder: the host $stem builds" build_host "$source"
            hosts="$hosts $stem"
        else
            tap_check "$folder: the extension $stem builds" build_extension "$source"
        fi
    done
    for stem in $hosts; do
        tap_check "$folder: $stem prints ok" says ok "$out/$stem" "$out"
    done
done
tap_done
