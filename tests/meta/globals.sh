#!/bin/sh
# SPDX-License-Identifier: MIT
# State belongs to an interpreter or a thread; each variable that belongs to the process is in globals.allowed with its
# reason. And the library takes little of what dlopen has little of: static TLS.
. "$(dirname "$0")/../support/tap.sh"
tap_need "$top_builddir/.libs/libcore.a" "$top_builddir/.libs/libgilrt.so"

allowed=$top_srcdir/tests/meta/globals.allowed

writable_globals()
{
    "${OBJDUMP:-objdump}" -t "$top_builddir/.libs/libcore.a" | "$AWK" '
        # The columns: address, flags, section, size, name. Only variables; a static one within a function ends in .NUMBER.
        match($0, /[ \t](\.(data|bss|tdata|tbss)[^ \t]*|\*COM\*)[ \t]/) {
            section = substr($0, RSTART + 1, RLENGTH - 2)
            if (section ~ /^\.data\.rel\.ro/ || $0 !~ /^[0-9a-f]+ .*O /)
                next
            sub(/\.[0-9]+$/, "", $NF)
            print $NF
        }' | LC_ALL=C sort -u
}

unexplained_globals()
{
    writable_globals | "$AWK" -v allowed="$allowed" '
        BEGIN {
            while ((getline line < allowed) > 0)
                if (line ~ /^[A-Za-z_]/) {
                    split(line, part, " ")
                    names[++count] = part[1]
                    if (part[2] == "")
                        print part[1] " is allowed without a reason"
                }
        }
        function fits(name, pattern) {
            return sub(/\*$/, "", pattern) ? index(name, pattern) == 1 : name == pattern
        }
        {
            for (i = 1; i <= count; i++)
                if (fits($1, names[i])) {
                    used[i] = 1
                    next
                }
            print $1 " is writable and not in globals.allowed"
        }
        END {
            for (i = 1; i <= count; i++)
                if (!used[i])
                    print names[i] " is allowed and does not exist"
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
