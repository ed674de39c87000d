#!/bin/sh
# SPDX-License-Identifier: MIT
# Each exported function has a doc comment with exactly one @lock_held, @lock_free or @lock_any; one that returns a
# GilObject * also says exactly one of @newref and @borrowed; @steals{arg} names a parameter.
. "$(dirname "$0")/../support/tap.sh"
cd "$top_srcdir/include" || exit 1

# Reads each header declaration by declaration, with the doc comment that stands before it.
contract_breaches()
{
    for header in gilrt.h gilrt/*.h; do
        "$AWK" -v header="$header" '
        # A preprocessor line, with its continuations, is no declaration.
        in_macro || /^[ \t]*#/ { in_macro = /\\$/; next }
        { text = text $0 "\n" }
        END {
            while (match(text, /\/\*|[;{}]/)) {
                statement = statement substr(text, 1, RSTART - 1)
                mark = substr(text, RSTART, RLENGTH)
                text = substr(text, RSTART + RLENGTH)
                if (mark == "/*") {
                    end = index(text, "*/")
                    comment = substr(text, 1, end - 1)
                    text = substr(text, end + 2)
                    if (comment ~ /^\*[^<*]/ && comment !~ /@file/)
                        doc = comment
                    continue
                }
                depth += (mark == "{") - (mark == "}")
                if (depth == 0 && mark != "{") {
                    judge(statement, doc)
                    statement = doc = ""
                }
            }
        }
        function words(text, pattern) {
            return gsub(pattern "([^a-z_]|$)", "", text)
        }
        function judge(s, doc,    where, n, argument) {
            gsub(/[ \t\n]+/, " ", s)
            if (!sub(/.*(^| )GIL_API /, "", s) || s ~ /^extern /)
                return
            while (sub(/^[A-Z][A-Z_]*(\([^()]*\))? /, "", s))
                continue                                # GIL_MUST_USE, GIL_PRINTF(1, 2)
            match(s, /[A-Za-z_0-9]+\(/)
            where = header ": " substr(s, RSTART, RLENGTH - 1)
            if (doc == "") {
                print where " has no doc comment"
                return
            }
            n = words(doc, "@lock_(held|free|any)")
            if (n != 1)
                print where " says " n " of @lock_held, @lock_free, @lock_any"
            n = words(doc, "@(newref|borrowed)")
            if (n > 1 || n == 0 && s ~ /^GilObject \*[A-Za-z_]/)
                print where " says " n " of @newref, @borrowed"
            while (match(doc, /@steals\{[^}]*\}/)) {
                argument = substr(doc, RSTART + 8, RLENGTH - 9)
                doc = substr(doc, RSTART + RLENGTH)
                if (s !~ ("[^A-Za-z_0-9]" argument "[^A-Za-z_0-9]"))
                    print where " steals " argument ", which is no parameter"
            }
        }' "$header"
    done
}

# A borrowed reference dies when whoever holds the object lets go of it: nothing that can be changed may lend one. What may lends what
# was fixed when it was made, or what the caller gave, or holds it for the thread.
lent='GilCFunction_GetSelf GilErr_Occurred GilMethod_Function GilMethod_Self GilModule_GetDict GilObject_Init GilTuple_GetItem
    GilType_GetModule _GilMemoryView_GetBase _GilArg_UnpackKeywords'
lenders()
{
    cat gilrt/*.h | "$AWK" -v lent="$lent" '
        BEGIN { n = split(lent, list); for (i = 1; i <= n; i++) known[list[i]] }
        /\/\*\*/ { borrowed = 0 }
        /@borrowed/ { borrowed = !/always NULL/ }
        /GIL_API/ && match($0, /[A-Za-z_0-9]+\(/) {
            name = substr($0, RSTART, RLENGTH - 1)
            declared[name]
        }
        borrowed && /GIL_API/ {
            if (!(name in known))
                print name " lends a reference"
            seen[name]
            borrowed = 0
        }
        END { for (name in known) if ((name in declared) && !(name in seen)) print name " lends nothing" }'
}

# The guide names all functions that steal, and its readers are told that there are no others. A macro steals as its function does.
untold_thieves()
{
    {
        cat gilrt/*.h | "$AWK" '
            /\/\*\*/ { steals = 0 }
            /@steals\{/ { steals = 1 }
            steals && /GIL_API/ && match($0, /[A-Za-z_0-9]+\(/) { print "marked", substr($0, RSTART, RLENGTH - 1) }'
        sed -n '/^These functions steal/,/^$/p' "$guide" | grep -o '`Gil[A-Za-z_]*`' | tr -d '`' |
            sed '/_SET_ITEM$/d; /^Gil_BuildValue$/d; s/^/told /'
    } | "$AWK" '
        { seen[$1 " " $2]; names[$2] }
        END {
            for (name in names)
                if (!(("marked " name) in seen))
                    print name " is among those that steal in the guide, and is not marked @steals"
                else if (!(("told " name) in seen))
                    print name " steals, and the guide does not say so"
        }'
}

tap_check "each exported function states its contract" contract_breaches
guide=$top_srcdir/doc/guide/ownership.md
[ ! -e "$guide" ] || tap_check "the guide names the functions that steal" untold_thieves
tap_check "test_G9_nothing_that_can_be_changed_lends_a_reference" lenders
tap_done
