#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints when each exported function may be called, and each public one that is inline, as its header says: header, name, held, free or any
# for the lock, or none if nothing is said, and a letter, or -, for each of @before_init (b), @after_finalize (a), @tls_destructor (t) and
# @signal_safe (s); tabs in between.
set -eu
cd "$(dirname "$0")/../include"
for header in gilrt/*.h; do
    ${AWK:-awk} -v header="$header" '
        # What is for C++ only, a class or a form of a macro.
        /^#ifdef __cplusplus/ { cplusplus = 1 }
        /^#(else|endif)/ { cplusplus = 0 }
        cplusplus { next }
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
                    if (comment ~ /@lock_/ && comment !~ /@file/)
                        doc = comment
                    continue
                }
                depth += (mark == "{") - (mark == "}")
                if (depth == 0 && mark != "{") {
                    tell(statement, doc)
                    statement = doc = ""
                }
            }
        }
        function letter(doc, word, sign) { return doc ~ ("@" word "([^a-z_]|$)") ? sign : "-" }
        function tell(s, doc) {
            gsub(/[ \t\n]+/, " ", s)
            if (sub(/^.*static inline /, "", s)) {
                if (s !~ /^[^(]*[ *]Gil[A-Za-z_0-9]*\(/)
                    return
            }
            else if (!sub(/.*(^| )GIL_API (GIL_NOPLT )?/, "", s) || s ~ /^extern /)
                return
            while (sub(/^[A-Z][A-Z_]*(\([^()]*\))? /, "", s))
                continue
            match(s, /[A-Za-z_0-9]+\(/)
            print header "\t" substr(s, RSTART, RLENGTH - 1) "\t" (doc ~ /@lock_held/ ? "held" : doc ~ /@lock_free/ ? "free" : doc ~ /@lock_any/ ? "any" : "none") \
                "\t" letter(doc, "before_init", "b") letter(doc, "after_finalize", "a") letter(doc, "tls_destructor", "t") \
                letter(doc, "signal_safe", "s")
        }' "$header"
done
