#!/bin/sh
# SPDX-License-Identifier: MIT
# The whole programs of the guide, cut out of it, build without a warning and run to their end; one of them loads the
# file that it is given. Fragments are left alone.
. "${top_srcdir:?}/tests/install/install.sh"

# Each block of C with a main() becomes PAGE.N.c in the folder.
cut_out()
{
    for page in "$top_srcdir"/doc/guide/*.md; do
        "${AWK:-awk}" -v name="$work/$(basename "$page" .md)" '
            /^```c$/ { inside = 1; text = ""; next }
            /^```$/ {
                if (inside && text ~ /\n(int )?main\(/)
                    printf "%s", text > (name "." ++n ".c")
                inside = 0
            }
            inside { text = text $0 "\n" }' "$page"
    done
    [ -n "$(find "$work" -name '*.c')" ] || echo "the guide has no program"
}

builds_and_runs()
{
    # shellcheck disable=SC2086
    $CC -std=c11 -D_POSIX_C_SOURCE=200809L $WARNINGS -Wpedantic $cflags "$1" -o "$1.out" $libs -lpthread -ldl || return
    output=$("$1.out" "$work/guest.so" guest 2>&1) || { echo "status $?"; printf '%s\n' "$output"; }
}

tap_check "the guide has programs" cut_out
tap_check "an extension builds" build_module guest
for program in "$work"/*.c; do
    tap_check "$(basename "$program" .c) builds and runs" builds_and_runs "$program"
done
tap_done
