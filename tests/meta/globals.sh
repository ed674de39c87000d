#!/bin/sh
# SPDX-License-Identifier: MIT
# State belongs to an interpreter or a thread; each variable that belongs to the process is in globals.allowed with its
# reason. And the library takes little of what dlopen has little of: static TLS.
. "$(dirname "$0")/../support/tap.sh"
tap_need "$top_builddir/.libs/libcore.a" "$top_builddir/.libs/libgilrt.so"

allowed=$top_srcdir/tests/meta/globals.allowed

# STEM:NAME of each. A static one within a function ends in .NUMBER; libtool puts lt1- before the second object of a name.
writable_globals()
{
    "${OBJDUMP:-objdump}" -t "$top_builddir/.libs/libcore.a" | "$AWK" '
        /:     file format / {
            stem = $1
            sub(/\.o:$/, "", stem)
            sub(/^lt[0-9]+-/, "", stem)
        }
        # The columns: address, flags, section, size, name; a section is its own symbol.
        match($0, /[ \t](\.(data|bss|tdata|tbss)[^ \t]*|\*COM\*)[ \t]/) {
            section = substr($0, RSTART + 1, RLENGTH - 2)
            if (section ~ /^\.data\.rel\.ro/ || $NF ~ /^\./)
                next
            sub(/\.[0-9]+$/, "", $NF)
            print stem ":" $NF
        }' | LC_ALL=C sort -u
}

unexplained_globals()
{
    writable_globals | "$AWK" -v allowed="$allowed" '
        BEGIN {
            while ((getline line < allowed) > 0) {
                if (line ~ /^(#|$)/)
                    continue
                split(line, part, " ")
                shown[++count] = part[1]
                if (part[2] == "")
                    print part[1] " is allowed without a reason"
                gsub(/\*/, ".*", part[1])
                pattern[count] = "^" part[1] "$"
            }
        }
        {
            for (i = 1; i <= count; i++)
                if ($1 ~ pattern[i]) {
                    used[i] = explained[NR] = 1
                    if (shown[i] !~ /\*/)
                        break
                }
            if (!explained[NR])
                print $1 " is writable and not in globals.allowed"
        }
        END {
            for (i = 1; i <= count; i++)
                if (!used[i])
                    print shown[i] " is allowed and does not exist"
        }'
}

static_tls()
{
    "${READELF:-readelf}" -lW "$top_builddir/.libs/libgilrt.so" |
        "$AWK" '$1 == "TLS" && strtonum_hex($6) > 16 { print "static TLS: " $6 " bytes" }
            function strtonum_hex(text,    i, value) {
                text = tolower(substr(text, 3))
                for (i = 1; i <= length(text); i++)
                    value = value * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
                return value
            }'
}

if [ "${GILRT_SANITIZER:-no}" = no ]; then
    tap_check "every writable variable has its reason in globals.allowed" unexplained_globals
else
    tap_skip "every writable variable has its reason in globals.allowed" "a sanitizer adds variables of its own"
fi
tap_check "test_K7_static_tls_is_16_bytes_or_less" static_tls
tap_done
