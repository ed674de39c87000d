#!/bin/sh
# SPDX-License-Identifier: MIT
# Every entry of tests/catalogue.tsv has a test that bears its name, or a written reason. Prints TAP, an entry a line.
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
cd "$top_srcdir" || exit 99

# A test bears the entry's name as test_K1_..., in C or in a script's cases.
names=$(find tests -name '*.c' -o -name '*.sh' -o -name '*.cc' | xargs grep -ho 'test_[A-R][0-9][0-9]*_[A-Za-z0-9_]*' | sort -u)

awk -F '\t' -v names="$names" '
    BEGIN {
        n = split(names, list, "\n")
        for (i = 1; i <= n; i++) {
            split(list[i], part, "_")
            count[part[2]]++
        }
    }
    /^#/ || NF < 2 { next }
    {
        k++
        if (count[$1]) { tests++; printf "ok %d - %s: %s (tests: %d)\n", k, $1, $2, count[$1] }
        else if ($3 != "") { reasons++; printf "ok %d - %s: %s (no test: %s)\n", k, $1, $2, $3 }
        else printf "not ok %d - %s: %s has no test and no reason\n", k, $1, $2
    }
    END {
        printf "# %d entries, %d with tests, %d with a written reason\n", k, tests, reasons
        printf "1..%d\n", k
    }' tests/catalogue.tsv
