#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/ mirrors lib/ and include/: who knows the stem knows every room of the topic.
. "$(dirname "$0")/../support/tap.sh"
cd "$top_srcdir" || exit 1

# base.h has nothing that runs.
untested_sources()
{
    for source in lib/*/*.c; do
        layer=$(basename "$(dirname "$source")")
        stem=$(basename "$source" .c)
        [ -e "tests/unit/$layer/test_$stem.c" ] || echo "$source has no tests/unit/$layer/test_$stem.c"
    done
}

untested_headers()
{
    for header in include/gilrt/*.h; do
        stem=$(basename "$header" .h)
        [ "$stem" = base ] || [ -e "tests/api/test_$stem.c" ] || echo "$header has no tests/api/test_$stem.c"
    done
}

# A file that no local.mk lists is neither built nor shipped.
unlisted_files()
{
    for file in lib/*/*.[ch] tests/unit/*/test_*.c tests/api/test_*.c tests/api/misuse/test_*.c tests/faults/test_*.c \
        tests/models/test_*.c tests/reentry/test_*.c tests/stress/test_*.c; do
        [ -e "$file" ] || continue
        name=$file
        case $file in tests/*.c) name=${file%.c} ;; esac
        grep -qwF "$name" "$(dirname "$file")/local.mk" || echo "$(dirname "$file")/local.mk does not list $name"
    done
}

tap_check "every source of lib/ has its unit test" untested_sources
tap_check "every public header has its API test" untested_headers
tap_check "every source and test is listed in its local.mk" unlisted_files
tap_done
