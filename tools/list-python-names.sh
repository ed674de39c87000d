#!/bin/sh
# SPDX-License-Identifier: MIT
# Lists the public names of CPython's C headers: NAME, TAB, kind (function, macro, type, data, constant), TAB, header; with
# --prototypes another TAB and the declaration of each function and of each object that is data.
#
#   tools/list-python-names.sh [--prototypes] [INCLUDEDIR]
#
# INCLUDEDIR is a folder with Python.h, of any release; without it python3-config is asked. A name is public when it does
# not begin with '_' and Python.h, or a header that extensions include besides, brings it in without Py_BUILD_CORE. What the
# preprocessor was told about the machine (pyconfig.h) is no name of the API, nor are the headers' own guards.
set -eu
prototypes=
if [ "${1-}" = --prototypes ]; then
    prototypes=1
    shift
fi
dir=${1:-$(python3-config --includes | tr ' ' '\n' | sed -n 's/^-I//p' | head -n 1)}
dir=$(cd "$dir" && pwd)
[ -e "$dir/Python.h" ] || { echo "$0: there is no Python.h in $dir" >&2; exit 1; }

{
    # Exported functions and data are marked by macros that anyone may define before.
    cat <<'PROLOGUE'
#define PyAPI_FUNC(TYPE) __api_function__ TYPE
#define PyAPI_DATA(TYPE) extern __api_data__ TYPE
#include <Python.h>
PROLOGUE
    for header in structmember structseq datetime frameobject marshal osdefs; do
        [ ! -e "$dir/$header.h" ] || echo "#include <$header.h>"
    done
} | ${CC:-cc} -std=c11 -I"$dir" -E -dD -x c - 2> /dev/null | ${AWK:-awk} -v dir="$dir/" -v prototypes="$prototypes" '
    # Where a line comes from.
    /^# [0-9]+ "/ {
        file = $3
        gsub(/"/, "", file)
        inside = index(file, dir) == 1 && file !~ /py(mac)?config[^\/]*\.h$/ && file !~ /pymacconfig|pthread_stubs/
        file = substr(file, length(dir) + 1)
        next
    }
    !inside { next }
    /^#undef / { undefined = $2; delete kind[$2]; next }
    /^#define / {
        name = $2
        sub(/\(.*/, "", name)
        # A guard has no value, and its name is that of its header.
        if (NF == 2 && name ~ /_H$/)
            next
        note(name, "macro")
        next
    }
    /^#/ { next }
    { take($0 " ") }
    function note(name, what, text) {
        if (name ~ /^_/ || name !~ /^[A-Za-z]/)
            return
        # A function that a macro hides is a function.
        if (!(name in kind) || kind[name] == "macro") {
            kind[name] = what
            from[name] = file
        }
        if (text != "")
            prototype[name] = text
    }
    # Characters of declarations. What stands in braces is a body, of a function or of a type.
    function take(line,    i, c) {
        for (i = 1; i <= length(line); i++) {
            c = substr(line, i, 1)
            if (c == "{") {
                if (depth++ == 0) {
                    if (statement ~ /(^|[^A-Za-z_0-9])enum([^A-Za-z_0-9][^;]*)?$/)
                        in_enum = 1
                    is_body = statement ~ /\)[ \t]*$/
                    statement = statement " "
                }
                continue
            }
            if (c == "}") {
                if (--depth == 0) {
                    if (in_enum)
                        note_constants(body)
                    in_enum = 0
                    body = ""
                    if (is_body) {
                        judge(statement)
                        statement = ""
                    }
                }
                continue
            }
            if (depth > 0) {
                body = body c
                continue
            }
            if (c == ";") {
                judge(statement)
                statement = ""
                continue
            }
            statement = statement c
        }
    }
    function note_constants(text,    n, part, k) {
        n = split(text, part, ",")
        for (k = 1; k <= n; k++)
            if (match(part[k], /[A-Za-z_][A-Za-z_0-9]*/))
                note(substr(part[k], RSTART, RLENGTH), "constant")
    }
    function strip_attributes(s,    at, depth_here, i, c) {
        while (match(s, /__attribute__[ ]*\(/)) {
            at = RSTART
            depth_here = 0
            for (i = RSTART + RLENGTH - 1; i <= length(s); i++) {
                c = substr(s, i, 1)
                depth_here += (c == "(") - (c == ")")
                if (depth_here == 0)
                    break
            }
            s = substr(s, 1, at - 1) substr(s, i + 1)
        }
        return s
    }
    function judge(s,    name, head, text) {
        gsub(/[ \t\n]+/, " ", s)
        s = strip_attributes(s)
        sub(/^ /, "", s)
        sub(/ $/, "", s)
        if (s ~ /^typedef /) {
            # typedef RESULT (*NAME)(ARGUMENTS), typedef RESULT NAME(ARGUMENTS), or typedef TYPE NAME.
            if (match(s, /\( ?\* ?[A-Za-z_][A-Za-z_0-9]* ?\)/)) {
                name = substr(s, RSTART, RLENGTH)
                gsub(/[(* )]/, "", name)
            }
            else {
                head = s
                sub(/ ?[([].*/, "", head)
                match(head, /[A-Za-z_0-9]+$/)
                name = substr(head, RSTART)
            }
            note(name, "type")
            return
        }
        if (s !~ /^typedef /)
            sub(/ = .*/, "", s)
        if (s ~ /__api_data__/ || (s ~ /^(extern|static) / && s !~ /\(/)) {
            text = s
            sub(/extern __api_data__ /, "", text)
            sub(/ ?\[.*/, "", s)
            if (match(s, /[A-Za-z_0-9]+$/))
                note(substr(s, RSTART), "data", text)
            return
        }
        if (s !~ /__api_function__|^static inline |^static __inline/)
            return
        text = s
        sub(/.*__api_function__ /, "", text)
        sub(/^static (inline|__inline__|__inline) /, "", text)
        head = text
        sub(/ ?\(.*/, "", head)
        if (match(head, /[A-Za-z_0-9]+$/))
            note(substr(head, RSTART), "function", text)
    }
    END {
        # Hidden by the two of the prologue.
        kind["PyAPI_FUNC"] = kind["PyAPI_DATA"] = "macro"
        from["PyAPI_FUNC"] = from["PyAPI_DATA"] = "pyport.h"
        for (name in kind)
            printf "%s\t%s\t%s%s\n", name, kind[name], from[name], prototypes ? "\t" prototype[name] : ""
    }' | LC_ALL=C sort
