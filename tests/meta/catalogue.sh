#!/bin/sh
# SPDX-License-Identifier: MIT
# Every entry of tests/catalogue.tsv has a test that bears its name, other evidence that exists, or a written reason. Prints TAP, an
# entry a line.
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
cd "$top_srcdir" || exit 99

# A test bears the entry's name as test_K1_..., in C or in a script's cases; a script's comment is none.
names=$(find tests -name '*.c' -o -name '*.sh' -o -name '*.cc' | xargs sed '/^ *#/d' |
    grep -o 'test_[A-R][0-9][0-9]*_[A-Za-z0-9_]*' | sort -u)
# Tests that bear another name, as their path has it.
others=$(find tests -name 'test_*.c' | xargs sed -n 's/^START_TEST(\(.*\))$/\1/p' | sort -u)
# The tables of the models: a scenario's name is the first thing in its line.
scenarios=$(sed -n 's/^ *{{"\([a-z_]*\)".*/\1/p' tests/models/*_model.c | sort -u)

${AWK:-awk} -F '\t' -v names="$names" -v others="$others" -v scenarios="$scenarios" '
    BEGIN {
        n = split(names, list, "\n")
        for (i = 1; i <= n; i++) {
            split(list[i], part, "_")
            count[part[2]]++
        }
        n = split(others, list, "\n")
        for (i = 1; i <= n; i++)
            is_test[list[i]]
        n = split(scenarios, list, "\n")
        for (i = 1; i <= n; i++)
            is_scenario[list[i]]
    }
    # What is wrong with the evidence of the third column; sets kind.
    function objection(text,    words, n, i) {
        n = split(text, words, " ")
        kind = "no test"
        if (words[1] ~ /^same:/) {
            kind = "test"
            if (!count[substr(words[1], 6)])
                return words[1] " has no test"
            return n > 1 ? "" : words[1] " without a word why"
        }
        for (i = 1; i <= n; i++)
            if (words[i] ~ /^model:/) {
                if (kind != "test")
                    kind = "model"
                if (!(substr(words[i], 7) in is_scenario))
                    return words[i] " is no scenario"
            }
            else if (words[i] ~ /^test_/) {
                kind = "test"
                if (!(words[i] in is_test))
                    return words[i] " is no test"
            }
        return ""
    }
    function not_ok(why) { printf "not ok %d - %s\n", k, why; return 1 }
    /^#/ || NF < 2 { next }
    {
        k++
        entries[substr($1, 1, 1)]++
        if (substr($1, 2) + 0 > last[substr($1, 1, 1)])
            last[substr($1, 1, 1)] = substr($1, 2) + 0
        if (seen[$1]++)
            failed += not_ok($1 " stands here twice")
        else if ((wrong = objection($3)) != "")
            failed += not_ok($1 ": " wrong)
        else if (count[$1]) {
            tests++
            printf "ok %d - %s: %s (tests: %d)\n", k, $1, $2, count[$1]
        }
        else if ($3 != "") {
            by[kind]++
            printf "ok %d - %s: %s (%s: %s)\n", k, $1, $2, kind, $3
        }
        else
            failed += not_ok($1 ": " $2 " has no test and no reason")
    }
    END {
        for (group in last)
            if (entries[group] != last[group] && ++k)
                failed += not_ok("group " group " goes to " last[group] " and has " entries[group] " entries")
        printf "# %d entries, %d with tests, %d with models, %d with a written reason\n", k, tests + by["test"], by["model"], by["no test"]
        printf "1..%d\n", k
        exit failed > 0
    }' tests/catalogue.tsv
