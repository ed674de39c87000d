#!/bin/sh
# SPDX-License-Identifier: MIT
# The name of a test tells where it stands and what it shows: test_LAYER_STEM__what in tests/unit/LAYER/test_STEM.c,
# test_STEM__what in tests/api/, or test_K1_what for an entry of the failure catalogue; and a test that is written is run.
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
            n = split(FILENAME, part, "/")
            stem = part[n]
            sub(/^test_/, "", stem)
            sub(/\.c$/, "", stem)
            wanted = "test_" (part[2] == "unit" ? part[3] "_" : "") stem "__"
            if (index(name, wanted) != 1 && name !~ /^test_[A-Z][0-9]+_/)
                print FILENAME ": " name " should begin with " wanted
        }'
}

forgotten_tests()
{
    test_sources | xargs "$AWK" '
        match($0, /^START_TEST *\([A-Za-z_0-9]+\)/) {
            name = substr($0, RSTART, RLENGTH - 1)
            sub(/^START_TEST *\(/, "", name)
            file[name] = FILENAME
            next
        }
        /tcase_add/ { text = text " " $0 " " }
        END {
            for (name in file)
                if (text !~ ("[^A-Za-z_0-9]" name "[^A-Za-z_0-9]"))
                    print file[name] ": " name " is in no test case"
        }'
}

tap_check "test names carry their path" misnamed_tests
tap_check "every test is in a test case" forgotten_tests
tap_done
