#!/bin/sh
# SPDX-License-Identifier: MIT
# doc/porting/names.tsv tells the truth: each exported name has its one line there, what it calls the same or different exists
# in our headers, and where CPython's headers are installed, none of their names is missing and what is the same is declared
# the same.
. "$(dirname "$0")/../support/tap.sh"
table=$top_srcdir/doc/porting/names.tsv
tap_need "$table"
# The release whose names the table has.
RELEASE=3.11

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export LC_ALL=C
grep -v '^#' "$table" > "$work/table"
"$top_srcdir/tools/list-exports.sh" > "$work/exports"
for header in "$top_srcdir"/include/gilrt/*.h; do
    echo "#include \"$header\""
done > "$work/all.c"
${CC:-cc} -std=c11 -I"$top_srcdir/include" -E -dD -P "$work/all.c" > "$work/ours.i" 2> "$work/cc.err" || cat "$work/cc.err"

# The mirror rule: CPython's name to ours.
MIRROR='
    function mirrored(name) {
        if (name ~ /^METH_/)
            return "GIL_" name
        if (sub(/^PY_/, "GIL_", name) || sub(/^_Py/, "_Gil", name) || sub(/^Py/, "Gil", name))
            return name
        return name
    }'

malformed_lines()
{
    "$AWK" -F '\t' "$MIRROR"'
        function object(why) { print "line \"" $0 "\": " why }
        NF != 6 { object("has " NF " columns and not 6"); next }
        $2 !~ /^(function|macro|type|data|constant)$/ { object("the kind is " $2) }
        $3 !~ /^(3\.1[1-9]|private|-)$/ { object("the release is " $3) }
        $5 !~ /^(same|different|left out|ours)$/ { object("says neither same, different, left out, nor ours"); next }
        ($4 == "-") != ($5 == "left out") { object("what is left out, and nothing else, has no name here") }
        ($1 == "-") != ($5 == "ours") { object("what is ours, and nothing else, has no name in CPython") }
        ($6 == "") != ($5 == "same") { object("a reason belongs to what is not the same, and to nothing else") }
        $5 == "same" && mirrored($1) != $4 { object("by the mirror rule it would be " mirrored($1)) }
        $1 != "-" && seen[$1]++ { object($1 " has another line") }' "$work/table"
}

# Which line to add or to change, ready to be copied but for the words in capitals.
exports_without_line()
{
    "$AWK" -F '\t' "$MIRROR"'
        NR == FNR {
            if ($5 == "ours" || mirrored($1) == $4)
                lines[$4]++
            line[$1] = $0
            release[$1] = $3
            next
        }
        lines[$1] > 1 { print $1 " has " lines[$1] " lines of its own in doc/porting/names.tsv" }
        !lines[$1] {
            python = $1
            sub(/Gil/, "Py", python)
            kind = $1 ~ /_Type$|^GilExc_|Struct$/ ? "data" : "function"
            print $1 " has no line of its own in doc/porting/names.tsv (six columns, one tab between them, sorted)."
            if (python in line)
                print "    Change the line\n" line[python] "\n    into"
            else
                print "    Where CPython has " python " with the same arguments, result and error, add the line"
            printf "%s\t%s\t%s\t%s\tsame\t\n", python, kind, python in line ? release[python] : "RELEASE", $1
            print "    or, where they differ, one with \"different\" and how; where CPython has none, add"
            printf "-\t%s\t-\t%s\tours\tWHAT IT IS FOR\n", kind, $1
        }' "$work/table" "$work/exports"
}

names_that_do_not_exist()
{
    tr -cs 'A-Za-z0-9_' '\n' < "$work/ours.i" | sort -u > "$work/words"
    "$AWK" -F '\t' "$MIRROR"'
        NR == FNR { word[$1]; next }
        $4 != "-" && !($4 in word) { print $4 " is in doc/porting/names.tsv (" $1 ", " $5 ") and in no header" }
        $5 == "left out" && mirrored($1) != $1 && mirrored($1) in word { print $1 " is said to be left out; there is " mirrored($1) }' \
        "$work/words" "$work/table"
}

names_of_python_without_line()
{
    cut -f 1 "$work/table" | sort -u > "$work/listed"
    "$top_srcdir/tools/list-python-names.sh" "$python" | cut -f 1 | sort -u | comm -23 - "$work/listed" |
        sed 's/$/ is a name of CPython and has no line in doc\/porting\/names.tsv/'
    "$AWK" -F '\t' -v release="$RELEASE" '$3 == release { print $1 }' "$work/table" | sort -u > "$work/said"
    "$top_srcdir/tools/list-python-names.sh" "$python" | cut -f 1 | sort -u | comm -13 - "$work/said" |
        sed "s/\$/ is not in the headers of $RELEASE/"
}

# Ours, with Py for Gil, are declared once more after CPython's: the compiler tells which do not agree.
prototypes_that_differ()
{
    "$AWK" -F '\t' '$5 == "same" && $3 != "-" && $2 == "function" { print $4 }' "$work/table" | sort > "$work/same"
    "$top_srcdir/tools/list-python-names.sh" "$python" | cut -f 1 | sort > "$work/python"
    {
        echo '#include <Python.h>'
        grep -v '^#' "$work/ours.i" | "$AWK" -v same="$work/same" -v python="$work/python" '
            BEGIN {
                while ((getline name < same) > 0)
                    is_same[name]
                while ((getline name < python) > 0)
                    is_python[name]
            }
            { text = text " " $0 }
            END {
                n = split(text, statement, /[;{}]/)
                for (i = 1; i <= n; i++) {
                    s = statement[i]
                    if (s !~ /visibility *\("default"\)/ || s ~ /extern/)
                        continue
                    while (match(s, /__attribute__ *\(\(([^()]|\([^()]*\))*\)\)/))
                        s = substr(s, 1, RSTART - 1) substr(s, RSTART + RLENGTH)
                    head = s
                    sub(/\(.*/, "", head)
                    gsub(/[ \t]+$/, "", head)
                    match(head, /[A-Za-z_0-9]+$/)
                    name = substr(head, RSTART)
                    if (!(name in is_same))
                        continue
                    gsub(/Gil_GIL/, "Gil", s)
                    gsub(/Gil/, "Py", s)
                    gsub(/Gil/, "Py", name)
                    if (name in is_python)
                        printf "#undef %s\n%s;\n", name, s
                }
            }'
    } > "$work/again.c"
    ${CC:-cc} -std=c11 -I"$python" -fsyntax-only -w "$work/again.c" 2>&1 | sed -n 's/.*error: //p'
    [ "$(grep -c '^#undef' "$work/again.c")" -gt 300 ] || echo "hardly a function was compared"
}

# The command of the guide, over CPython's names.
names_that_the_command_breaks()
{
    sed -n "/^    sed -i -E '/,/'.*\$/{s/^    sed -i -E '//;p}" "$top_srcdir/doc/guide/porting.md" |
        sed "/'/{s/'.*//;q}" > "$work/command"
    [ -s "$work/command" ] || echo "doc/guide/porting.md has no command"
    "$AWK" -F '\t' '$1 != "-"' "$work/table" > "$work/names"
    cut -f 1 "$work/names" | sed -E -f "$work/command" | paste - "$work/names" |
        "$AWK" -F '\t' '
            ($6 == "same" || $6 == "different" && $2 ~ /^T_/) && $1 != $5 {
                print "the command of doc/guide/porting.md makes " $1 " of " $2 ", and not " $5
            }'
}

usage_without_line()
{
    sed 1d "$usage" | cut -d , -f 1 | sort -u > "$work/used"
    cut -f 1 "$work/table" | sort -u | comm -23 "$work/used" - | sed 's/$/ is used by extensions and has no line/'
}

tap_check "every line of names.tsv is whole" malformed_lines
tap_check "every exported name has one line of its own" exports_without_line
tap_check "what is said to be the same or different exists" names_that_do_not_exist

tap_check "the command of the guide makes our names of CPython's" names_that_the_command_breaks

python=
for folder in ${PYTHON_INCLUDE-} /usr/include/python$RELEASE /usr/local/include/python$RELEASE; do
    [ -n "$python" ] || [ ! -e "$folder/Python.h" ] || python=$folder
done
if [ -n "$python" ]; then
    tap_check "every public name of CPython $RELEASE has a line" names_of_python_without_line
    tap_check "what is the same has the same prototype in CPython $RELEASE" prototypes_that_differ
else
    tap_skip "every public name of CPython $RELEASE has a line" "its headers are not installed"
    tap_skip "what is the same has the same prototype in CPython $RELEASE" "its headers are not installed"
fi
usage=$top_srcdir/../shared/research/extension-api-usage.csv
if [ -e "$usage" ]; then
    tap_check "every name that is known to be used by extensions has a line" usage_without_line
else
    tap_skip "every name that is known to be used by extensions has a line" "the list of them is not here"
fi
tap_done
