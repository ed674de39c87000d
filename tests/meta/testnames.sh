#!/bin/sh
# SPDX-License-Identifier: MIT
# The name of a test tells where it stands and what it shows: test_LAYER_STEM__what in tests/unit/LAYER/test_STEM.c,
# test_api_STEM__what in tests/api/test_STEM.c, and so on; or test_K1_what for an entry of the failure catalogue. And a test
# that is written is run.
. "$(dirname "$0")/../support/tap.sh"
cd "$top_srcdir" || exit 1

test_sources()
{
    find tests -name 'test_*.c' | LC_ALL=C sort
}

misnamed_tests()
{
    test_sources | xargs "$AWK" '
        match($0, /^START_TEST *\([A-Za-z_0-9]+\)/) {
            name = substr($0, RSTART, RLENGTH - 1)
            sub(/^START_TEST *\(/, "", name)
            wanted = FILENAME
            sub(/^tests\/(unit\/)?/, "", wanted)
            sub(/test_/, "", wanted)
            sub(/\.c$/, "__", wanted)
            gsub(/\//, "_", wanted)
            wanted = "test_" wanted
            if (index(name, wanted) != 1 && name !~ /^test_[A-Z][0-9]+_/)
                print FILENAME ": " name " should begin with " wanted
        }'
}

# A test that no test case and no table of tests names again.
forgotten_tests()
{
    for source in $(test_sources); do
        "$AWK" '
            match($0, /^START_TEST *\([A-Za-z_0-9]+\)/) {
                name = substr($0, RSTART, RLENGTH - 1)
                sub(/^START_TEST *\(/, "", name)
                tests[name]
                next
            }
            { text = text " " $0 " " }
            END {
                for (name in tests)
                    if (text !~ ("[^A-Za-z_0-9]" name "[^A-Za-z_0-9]"))
                        print FILENAME ": " name " is in no test case"
            }' "$source"
    done
}

tap_check "test names carry their path" misnamed_tests
tap_check "every test is in a test case" forgotten_tests
tap_done
