#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints what programs that were compiled with the public headers count on, one line a thing and by header: exported functions
# and data with their types and version nodes, structs with their sizes and the offsets of their fields, enumerators and
# numbers that macros stand for, and what typedefs mean. Names of parameters are left out, for no program knows them.
#
# The compiler of $CC (its figures come from running a program) makes what it prints; the library is compiled with the same
# headers, and tests/meta/exports.sh compares its symbols with them.
#
# With --machine: prints x86-64, which the record is of, if that compiler makes programs for it, or "another". It may be a cross
# compiler, so the machine that this runs on is not asked.
set -eu
if [ "${1-}" = --machine ]; then
    printf '%s\n' '#if defined __x86_64__ && defined __LP64__' x86-64 '#else' another '#endif' |
        ${CC:-cc} -E -P -x c - | grep -x 'x86-64\|another'
    exit
fi
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$top/include"
{
    echo '#include <stddef.h>'
    printf '#include "%s"\n' gilrt/*.h
} > "$work/all.c"
${CC:-cc} -std=c11 -I. -E -dD "$work/all.c" > "$work/expanded"
{
    cat "$work/all.c"
    ${AWK:-awk} '
        # --- lines of the headers, and their macros ---
        FNR == 1 { files++ }
        files == 1 {
            if (/^[A-Z].*\{/)
                node = $1
            else if (/^ *[A-Za-z_0-9]+;$/)
                node_of[substr($1, 1, length($1) - 1)] = node
            next
        }
        /^# [0-9]+ "/ {
            own = 0
            if (match($0, /"(\.\/)?gilrt\/[^"]*"/)) {
                own = 1
                file = substr($0, RSTART, RLENGTH)
                gsub(/"|^"?\.\//, "", file)
            }
            next
        }
        !own { next }
        /^#define / { macro($0); next }
        /^#/ { next }
        { take($0) }
        END {
            print "#include <stdio.h>\n"
            print "#define SIZE(name, type, note) printf(\"struct \" name \": %zu bytes\" note \"\\n\", sizeof(type))"
            print "#define FIELD(name, type, member, text) printf(\"field \" name \": at %zu, %s\\n\", offsetof(type, member), text)"
            print "#define NUMBER(name, value) printf(\"constant \" name \": %lld\\n\", (long long)(value))"
            print "\nint\nmain(void)\n{"
            printf "%s", output
            print "    return 0;\n}"
        }

        # Of macros those without parameters whose text is made of numbers, operators, casts and other such; the version is
        # another with each release.
        function macro(line,    name, text, rest) {
            name = line
            sub(/^#define /, "", name)
            text = name
            sub(/[^A-Za-z_0-9].*/, "", name)
            text = substr(text, length(name) + 1)
            if (text !~ /^ / || name !~ /^_?(Gil|GIL)/ || name ~ /^GILRT_VERSION/)
                return
            rest = text
            gsub(/sizeof\(size_t\)|SIZE_MAX|UINT64_MAX/, "0", rest)
            gsub(/\((size_t|u?int(8|16|32|64)_t|Gil_[a-z]*_t|int|unsigned|unsigned long|void \*)\)|U?INT64_C/, "", rest)
            gsub(/0[xX][0-9A-Fa-f]+[uUlL]*|[0-9]+[uUlL]*/, "0", rest)
            while (match(rest, /[A-Za-z_][A-Za-z_0-9]*/)) {
                if (!(substr(rest, RSTART, RLENGTH) in number))
                    return
                rest = substr(rest, 1, RSTART - 1) "0" substr(rest, RSTART + RLENGTH)
            }
            if (rest !~ /0/ || rest !~ /^[-+*\/<>|&~() 0]+$/)
                return
            number[name]
            emit("NUMBER(\"" name "\", " name ");")
        }

        # --- declarations ---
        function take(line) {
            text = text " " line
            while (text != "" && (end = length_of(text)) > 0) {
                declaration(substr(text, 1, end))
                text = substr(text, end + 1)
            }
        }

        # A declaration ends with the first semicolon outside of braces, or with the body of a function; 0 is not yet.
        function length_of(s,    at, c, depth) {
            for (at = 1; at <= length(s); at++) {
                c = substr(s, at, 1)
                depth += (c == "{") - (c == "}")
                if (depth == 0 && (c == ";" || (c == "}" && s ~ /^ *(static )?inline /)))
                    return at
            }
            return 0
        }

        function declaration(s,    exported, name, body, tail) {
            exported = s ~ /visibility *\("default"\)/
            s = bare(s)
            if (s ~ /^(static|_Static_assert|inline) ?/ || s ~ /^(struct|union) [A-Za-z_0-9]+;$/)
                return
            if (s ~ /^(typedef )?(struct|union|enum)[^;(]*\{/) {
                body = inside(s)
                tail = after
                name = s ~ /^typedef / ? tail : s
                if (s !~ /^typedef /)
                    sub(/ ?\{.*/, "", name)
                sub(/;.*/, "", name)
                if (s ~ /^(typedef )?enum/) {
                    enumerators(body)
                    return
                }
                emit("SIZE(\"" short(name) "\", " name ", \"" (body ~ /^ ?size_t size;/ ? ", may grow" : "") "\");")
                fields(short(name), name, "", body)
                return
            }
            name = name_of(s)
            sub("(^|[^A-Za-z_0-9])" name "([^A-Za-z_0-9]|$)", "&\001", s)
            sub(name "[^A-Za-z_0-9]?\001", "@&", s)
            sub("@" name, "@", s)
            sub(/\001/, "", s)
            s = anonymous(s)
            if (s ~ /^typedef /) {
                sub(/^typedef /, "", s)
                say("typedef " name, s)
            } else if (exported) {
                sub(/^extern /, "", s)
                if (s ~ /@\(/)
                    say("function " name, s, node_of[name])
                else
                    say("data " name, s, node_of[name])
            }
        }

        function say(what, s, node) {
            sub(/;$/, "", s)
            gsub(/ *@/, " ", s)
            gsub(/ +/, " ", s)
            gsub(/\* /, "*", s)
            sub(/ +$/, "", s)
            emit("puts(\"" what ": " s (node == "" ? "" : ", " node) "\");")
        }

        # What is declared: the name in (*name)(, or the last one before parentheses or brackets.
        function name_of(s) {
            if (match(s, /\(\* ?[A-Za-z_][A-Za-z_0-9]*\)/)) {
                if (s ~ /^typedef / || index(s, "(") == RSTART) {
                    s = substr(s, RSTART, RLENGTH)
                    gsub(/[(*) ]/, "", s)
                    return s
                }
            }
            sub(/[(\[;].*/, "", s)
            match(s, /[A-Za-z_][A-Za-z_0-9]* *$/)
            s = substr(s, RSTART)
            sub(/ +$/, "", s)
            return s
        }

        # Without the names of parameters: a name in parentheses that follows a type and is followed by what ends a declarator.
        function anonymous(s,    out, depth, c, word, before, rest) {
            while (s != "") {
                c = substr(s, 1, 1)
                if (match(s, /^[A-Za-z_][A-Za-z_0-9]*/)) {
                    word = substr(s, 1, RLENGTH)
                    rest = substr(s, RLENGTH + 1)
                    if (depth == 0 || rest !~ /^ *[,)\[]/ || before !~ /[A-Za-z_0-9*]$/ ||
                        word ~ /^(void|char|short|int|long|float|double|unsigned|signed|const|size_t)$/)
                        out = out word
                    before = word
                    s = rest
                    continue
                }
                depth += (c == "(") - (c == ")")
                if (c != " ")
                    before = c
                out = out c
                s = substr(s, 2)
            }
            gsub(/ +,/, ",", out)
            gsub(/ +\)/, ")", out)
            return out
        }

        function enumerators(body,    n, i, part) {
            n = split(body, part, ",")
            for (i = 1; i <= n; i++)
                if (match(part[i], /[A-Za-z_][A-Za-z_0-9]*/))
                    emit("NUMBER(\"" substr(part[i], RSTART, RLENGTH) "\", " substr(part[i], RSTART, RLENGTH) ");")
        }

        # The fields of a struct called NAME, which are those of TYPE after PREFIX.
        function fields(name, type, prefix, body,    end, one, member, inner, tail) {
            while (match(body, /[^ ]/)) {
                end = length_of(body)
                one = substr(body, 1, end)
                body = substr(body, end + 1)
                sub(/^ +/, "", one)
                if (one ~ /^(struct|union|enum)[^;]*\{/) {
                    inner = inside(one)
                    tail = after
                    sub(/;.*/, "", tail)
                    member = tail
                    sub(/ *\[.*/, "", member)
                    if (one ~ /^enum/) {
                        enumerators(inner)
                        emit("FIELD(\"" name "." prefix member "\", " type ", " prefix member ", \"enum\");")
                    } else if (member == "")
                        fields(name, type, prefix, inner)
                    else {
                        emit("FIELD(\"" name "." prefix member "\", " type ", " prefix member ", \"" substr(one, 1, index(one, "{") - 1) tail "\");")
                        fields(name, type, prefix member (tail ~ /\[/ ? "[0]." : "."), inner)
                    }
                    continue
                }
                sub(/;$/, "", one)
                inner = one
                while (inner != "") {
                    tail = inner !~ /\(/ && match(inner, /,/) ? substr(inner, RSTART + 1) : ""
                    if (tail != "")
                        inner = substr(inner, 1, RSTART - 1)
                    member = name_of(inner)
                    emit("FIELD(\"" name "." prefix member "\", " type ", " prefix member ", \"" inner "\");")
                    if (tail != "") {
                        sub(/[ *]*[A-Za-z_0-9]*(\[[^\]]*\])*$/, "", inner)
                        tail = inner tail
                    }
                    inner = tail
                }
            }
        }

        # The text in the first braces; AFTER becomes what follows them.
        function inside(s,    at, from, c, depth) {
            from = index(s, "{")
            for (at = from; at <= length(s); at++) {
                c = substr(s, at, 1)
                depth += (c == "{") - (c == "}")
                if (depth == 0)
                    break
            }
            after = substr(s, at + 1)
            sub(/^ +/, "", after)
            return substr(s, from + 1, at - from - 1)
        }

        # Without attributes, and with one blank where there were several.
        function bare(s,    at, depth, c) {
            while (match(s, /__attribute__ */)) {
                for (at = RSTART + RLENGTH; at <= length(s); at++) {
                    c = substr(s, at, 1)
                    depth += (c == "(") - (c == ")")
                    if (depth == 0)
                        break
                }
                s = substr(s, 1, RSTART - 1) substr(s, at + 1)
            }
            gsub(/[ \t]+/, " ", s)
            gsub(/ ;/, ";", s)
            sub(/^ /, "", s)
            return s
        }

        function short(name) {
            sub(/^(struct|union) /, "", name)
            return name
        }

        function emit(statement) {
            if (file != said) {
                output = output "    puts(\"" (said == "" ? "" : "\\n") "# " file "\");\n"
                said = file
            }
            output = output "    " statement "\n"
        }' "$top/lib/libgilrt.map" "$work/expanded"
} > "$work/list.c"
${CC:-cc} -std=c11 -w -I. -o "$work/list" "$work/list.c"
"$work/list"
