#!/bin/sh
# SPDX-License-Identifier: MIT
# What programs compiled with this release count on (tools/list-abi.sh) is what lib/libgilrt.abi has on record: nothing is gone
# and nothing differs, for that breaks them; nothing is new that was not recorded, so that what is promised was promised on
# purpose. "./dev check abi --keep" writes the record anew.
. "$(dirname "$0")/../support/tap.sh"
tap_need "$top_srcdir/lib/libgilrt.abi"

GONE=test_L11_nothing_that_programs_count_on_is_gone_or_differs
NEW="nothing is new that is not on record (else run ./dev check abi --keep)"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# compare WHAT: "gone" prints what breaks programs, "new" what does not. A struct that begins with its size may become larger:
# the library looks at no byte beyond the size that the program gave. What was padding lies within that size, so no field may go there.
compare()
{
    "$AWK" -v what="$1" '
        FNR == 1 { files++ }
        /^#/ || !/: / { next }
        {
            key = substr($0, 1, index($0, ": ") - 1)
            text = substr($0, index($0, ": ") + 2)
        }
        files == 1 { was[key] = text; next }
        { seen[key] }
        !(key in was) {
            at = key
            sub(/^field /, "", at)
            sub(/\..*/, "", at)
            at = "struct " at
            if (key ~ /^field / && at in was && was[at] !~ /, may grow$/) {
                if (what == "gone")
                    print key " is new (" text "), and " at " may not grow: " was[at]
            } else if (key ~ /^field / && at in was && substr(text, 4) + 0 < was[at] + 0) {
                if (what == "gone")
                    print key " is new (" text ") in what older programs have as padding of " at ": " was[at]
            } else if (what == "new")
                print key ": " text
            next
        }
        was[key] == text { next }
        was[key] ~ /, may grow$/ && text ~ /, may grow$/ && text + 0 > was[key] + 0 {
            if (what == "new")
                print key " has grown: " was[key] " before, now " text
            next
        }
        what == "gone" { print key " was " was[key]; print key " is now " text }
        END {
            for (key in was)
                if (!(key in seen) && what == "gone")
                    print key " is gone (" was[key] ")" | "LC_ALL=C sort"
        }' "$top_srcdir/lib/libgilrt.abi" "$work/now"
}

machine=$("$top_srcdir/tools/list-abi.sh" --machine)
if [ "$machine" = another ]; then
    tap_skip "$GONE" "the record is of x86-64, and the compiler makes programs for another machine"
    tap_skip "$NEW" "the record is of x86-64, and the compiler makes programs for another machine"
elif [ -z "$machine" ]; then
    tap_check "the compiler (${CC:-cc}) tells what it makes programs for" false
elif ! "$top_srcdir/tools/list-abi.sh" > "$work/now"; then
    tap_check "the public headers can be listed (tools/list-abi.sh)" false
else
    tap_check "$GONE" compare gone
    tap_check "$NEW" compare new
fi
tap_done
