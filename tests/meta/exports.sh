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

# What a program and the library must find at one address, which may be in the program: types, singletons, and the functions of
# lib/libgilrt.slots. "shared" is what the library looks up in a table at run time.
sed -n 's/^ *\([A-Za-z_][A-Za-z_0-9]*\);$/\1/p' "$top_srcdir/lib/libgilrt.slots" | sort > "$work/slots"
"${READELF:-readelf}" -rW "$top_builddir/.libs/libgilrt.so" |
    "$AWK" '$3 ~ /_(64|ABS64|GLOB_DAT|TPOFF64|TPREL64)$/ { sub(/@.*/, "", $5); print $5 }' | sort -u > "$work/shared"
"${READELF:-readelf}" -rW "$top_builddir/.libs/libcore.a" > "$work/relocations"
"$AWK" '$3 ~ /^R_/ { print $5 }' "$work/relocations" | sort -u > "$work/used"
"$AWK" '$3 ~ /^R_(X86_64_64|AARCH64_ABS64)$/ { print $5 }' "$work/relocations" | sort -u > "$work/stored"

# exported TYPES USE: the exported names of these types (nm's letters) that are used like that.
exported()
{
    "${NM:-nm}" -D --defined-only "$top_builddir/.libs/libgilrt.so" |
        "$AWK" -v types="$1" 'index(types, $2) { sub(/@.*/, "", $3); print $3 }' | sort | comm -12 - "$work/$2"
}
exported T stored > "$work/functions"
exported BDRV used | grep -E "(_Type|Struct)$" > "$work/data"

missing()
{
    comm -23 "$work/$1" "$work/$2"
}

tap_check "every declared name is in lib/libgilrt.map (else run tools/update-map.sh)" missing headers map
tap_check "every name of the map is declared (else run tools/update-map.sh)" missing map headers
tap_check "every declared name is defined and exported" missing headers library
tap_check "nothing else is exported" missing library headers
tap_check "the map lists no name twice" uniq -d "$work/map"
tap_check "exported functions that stand in slots are in lib/libgilrt.slots" missing functions slots
tap_check "these have one address, for programs as well" missing functions shared
tap_check "so have types and singletons" missing data shared
tap_done
