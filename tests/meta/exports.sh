#!/bin/sh
# SPDX-License-Identifier: MIT
# What the public headers declare, what the version map lists, and what the shared library exports are the same names.
. "$(dirname "$0")/../support/tap.sh"
tap_need "$top_builddir/.libs/libgilrt.so" "$top_srcdir/lib/libgilrt.map"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export LC_ALL=C

"$top_srcdir/tools/list-exports.sh" > "$work/headers"
sed -n 's/^ *\([A-Za-z_][A-Za-z_0-9]*\);$/\1/p' "$top_srcdir/lib/libgilrt.map" | sort > "$work/map"
# Version nodes themselves appear as absolute symbols (A).
"${NM:-nm}" -D --defined-only "$top_builddir/.libs/libgilrt.so" |
    "$AWK" '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort > "$work/library"

missing()
{
    comm -23 "$work/$1" "$work/$2"
}

tap_check "every declared name is in lib/libgilrt.map (else run tools/update-map.sh)" missing headers map
tap_check "every name of the map is declared (else run tools/update-map.sh)" missing map headers
tap_check "every declared name is defined and exported" missing headers library
tap_check "nothing else is exported" missing library headers
tap_check "the map lists no name twice" uniq -d "$work/map"
tap_done
