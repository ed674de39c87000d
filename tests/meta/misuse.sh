#!/bin/sh
# SPDX-License-Identifier: MIT
# Every exported name has its line in tests/api/misuse/manifest.tsv, by which it is called wrongly and without memory; a line that
# leaves that to another test names one that exists and that calls the function. Prints how many there are of each.
. "$(dirname "$0")/../support/tap.sh"
cd "$top_srcdir" || exit 1
manifest=tests/api/misuse/manifest.tsv
tap_need "$manifest" lib/libgilrt.map

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export LC_ALL=C
sed -n 's/^ *\([A-Za-z_][A-Za-z_0-9]*\);$/\1/p' lib/libgilrt.map | sort > "$work/exports"
grep -v '^#' "$manifest" | grep . > "$work/manifest"
"$AWK" -F '\t' '$3 !~ /^also/ { print $1 }' "$work/manifest" | sort > "$work/listed"

exports_without_line()
{
    comm -23 "$work/exports" "$work/listed" | sed 's/$/ has no line in tests\/api\/misuse\/manifest.tsv/'
    comm -13 "$work/exports" "$work/listed" | sed 's/$/ has a line in tests\/api\/misuse\/manifest.tsv and is not exported/'
    uniq -d "$work/listed" | sed 's/$/ has more than one line in tests\/api\/misuse\/manifest.tsv/'
}

# A further call stands below the line of its function.
calls_of_another()
{
    "$AWK" -F '\t' '$3 ~ /^also/ && $1 != last { print $1 ": its \"also\" follows another function" } { last = $1 }' "$work/manifest"
}

# What stands behind a macro or an inline function cannot be called by its own name in a test: there the file must do.
promises_not_kept()
{
    sed -n 's/^\([A-Za-z_0-9]*\)\t.*\(elsewhere\|inline\):\([^ ]*\).*/\1 \2 \3/p' "$work/manifest" |
        while read -r name how test; do
            if [ ! -e "$test.c" ]; then
                echo "$name: $test.c does not exist"
            elif [ "$how" = elsewhere ] && [ "${name#_}" = "$name" ] && ! grep -qwF "$name" "$test.c"; then
                echo "$name: $test.c does not call it"
            fi
        done
}

tap_check "every export has its line in the manifest" exports_without_line
tap_check "a further call stands below the first of its function" calls_of_another
tap_check "what the manifest leaves to another test is there" promises_not_kept
"$AWK" -F '\t' '
    $2 == "data" { data++; next }
    $3 ~ /^also/ { more++; next }
    $3 ~ /(^| )calm:/ { calm++ }
    $3 ~ /(^| )spare:/ { spare++ }
    $3 ~ /elsewhere:/ { elsewhere++; next }
    $3 ~ /inline:/ { behind++; next }
    { tried++ }
    END {
        printf "# %d exports: %d data; of the functions %d are called wrongly and without memory, %d are in tests of their own, " \
            "%d stand behind inline functions; %d further calls; %d reasons why none calls back, %d why none allocates\n",
            NR - more, data, tried, elsewhere, behind, more, calm, spare
    }' "$work/manifest"
tap_done
