#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints, sorted, the names that the public headers export: every declaration that is GIL_API once macros are expanded.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top/include"
for header in gilrt/*.h; do
    printf '#include "%s"\n' "$header"
done |
    ${CC:-cc} -std=c11 -I. -E -P -x c - |
    ${AWK:-awk} '
        { text = text " " $0 }
        END {
            statements = split(text, statement, /[;{}]/)
            for (i = 1; i <= statements; i++) {
                s = statement[i]
                if (s !~ /visibility *\("default"\)/)
                    continue
                while (match(s, /__attribute__ */))
                    s = substr(s, 1, RSTART - 1) after_parentheses(substr(s, RSTART + RLENGTH))
                # A function ends before its first parenthesis, data at the end or before its brackets.
                sub(/[(\[=].*/, "", s)
                gsub(/[ \t]+$/, "", s)
                if (match(s, /[A-Za-z_][A-Za-z_0-9]*$/))
                    print substr(s, RSTART)
            }
        }
        function after_parentheses(s,    at, depth, c) {
            for (at = 1; at <= length(s); at++) {
                c = substr(s, at, 1)
                depth += (c == "(") - (c == ")")
                if (depth == 0)
                    return substr(s, at + 1)
            }
            return ""
        }' |
    LC_ALL=C sort -u
