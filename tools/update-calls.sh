#!/bin/sh
# SPDX-License-Identifier: MIT
# Rewrites the table in doc/guide/calls.md from the headers; with --print it only prints the table.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
page=$top/doc/guide/calls.md

table()
{
    printf '%s\n%s\n' '| header | before init | after finalize | TLS destructor | signal handler | functions |' '|---|---|---|---|---|---|'
    "$top/tools/list-calls.sh" | ${AWK:-awk} -F '\t' '
        # What stands behind an inline function or a macro has the name of that.
        $2 ~ /(Sized|At|Slow)$/ { sub(/^_/, "", $2); sub(/(Sized|At|Slow)$/, "", $2) }
        $4 != "----" && !seen[$2]++ {
            row = $1 "\t" $4
            if (!(row in names))
                rows[++count] = row
            names[row] = names[row] (row in names && names[row] != "" ? ", " : "") "`" $2 "`"
        }
        END {
            for (i = 1; i <= count; i++) {
                split(rows[i], part, "\t")
                line = "| `" part[1] "` |"
                for (k = 1; k <= 4; k++)
                    line = line (substr(part[2], k, 1) == "-" ? " |" : " yes |")
                print line " " names[rows[i]] " |"
            }
        }'
}

if [ "${1-}" = --print ]; then
    table
    exit
fi
{
    sed '/^<!-- table -->$/q' "$page"
    table
    sed -n '/^<!-- end of table -->$/,$p' "$page"
} > "$page.new"
mv "$page.new" "$page"
