#!/bin/sh
# SPDX-License-Identifier: MIT
# When a function may be called: what the headers say by contract words is what tests/env/when.tsv tries, and what the manual's table
# tells. A function without a word falls under the manual's rule for the rest.
. "$(dirname "$0")/../support/tap.sh"
cd "$top_srcdir" || exit 1
table=tests/env/when.tsv page=doc/guide/calls.md
tap_need $table $page

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export LC_ALL=C
tools/list-calls.sh > "$work/calls"

# "NAME bats" of each, as promised and as tried.
words_without_trial()
{
    "$AWK" -F '\t' '$4 != "----" { print $2, $4 }' "$work/calls" | sort > "$work/promised"
    "$AWK" -F '\t' '!/^#/ && NF {
        print $1, ($2 == "-" ? "-" : "b") ($3 == "-" ? "-" : "a") ($4 == "-" ? "-" : "t") ($5 == "-" ? "-" : "s")
    }' $table | sort > "$work/tried"
    comm -23 "$work/promised" "$work/tried" | sed "s|\$| is what the header says, and not what $table tries|"
    comm -13 "$work/promised" "$work/tried" | sed "s|\$| is what $table tries, and not what the header says|"
    uniq -d "$work/tried"
}

contradictions()
{
    "$AWK" -F '\t' '$3 == "held" && $4 != "----" { print $2 " wants the lock, which nobody can have then" }' "$work/calls"
}

# What is inline is a function of its own for who calls it, and says no less than what stands behind it.
inline_without_word()
{
    "$AWK" -F '\t' '$3 == "none" { print $2 " does not say whether the lock is wanted" }' "$work/calls"
    "$AWK" -F '\t' '
        { said[$2] = $3 " " $4 }
        END {
            for (name in said) {
                front = name
                if (sub(/(Sized|At|Slow)$/, "", front) && sub(/^_/, "", front) && front in said && said[front] != said[name])
                    print front " says " said[front] ", and " name " " said[name]
            }
        }' "$work/calls"
}

other_table_in_manual()
{
    sed -n '/^<!-- table -->$/,/^<!-- end of table -->$/p' $page | sed '1d;$d' > "$work/told"
    tools/update-calls.sh --print | diff "$work/told" - > "$work/diff" || { echo "$page: run tools/update-calls.sh"; cat "$work/diff"; }
}

no_rule_for_the_rest()
{
    grep -q '^\*\*The rule for all that are not in the table\*\*' $page || echo "$page does not tell the rule for the rest"
    [ "$(wc -l < "$work/calls")" -gt 600 ] || echo "hardly a function was looked at"
}

tap_check "what a header promises is tried, and nothing else" words_without_trial
tap_check "no function that wants the lock is promised without a runtime" contradictions
tap_check "an inline function says when it may be called" inline_without_word
tap_check "the manual's table is that of the headers" other_table_in_manual
tap_check "the manual has a rule for the rest" no_rule_for_the_rest
"$AWK" -F '\t' '{ n++ } $4 != "----" { marked++ }
    END { printf "# %d functions; %d may be called when others may not\n", n, marked }' "$work/calls"
tap_done
