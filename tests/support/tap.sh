#!/bin/sh
# SPDX-License-Identifier: MIT
# For the scripts in this folder: reports in TAP. Sourced. A check is a command that prints what it objects to, one line an
# objection, and nothing when it is content.
#
#   tap_check NAME COMMAND...     one test
#   tap_skip NAME REASON          one test that could not be made
#   tap_need FILE...              gives up unless these were built: no test may pass for want of anything to look at
#   tap_done                      the plan, and the exit status

: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${AWK:=awk}"
tap_count=0
tap_failed=0

tap_check()
{
    tap_name=$1
    shift
    tap_count=$((tap_count + 1))
    if tap_objections=$("$@" 2>&1) && [ -z "$tap_objections" ]; then
        echo "ok $tap_count - $tap_name"
    else
        tap_failed=$((tap_failed + 1))
        echo "not ok $tap_count - $tap_name"
        printf '%s\n' "$tap_objections" | sed 's/^/#   /'
    fi
}

tap_skip()
{
    tap_count=$((tap_count + 1))
    echo "ok $tap_count - $1 # SKIP $2"
}

tap_need()
{
    for tap_file; do
        [ -s "$tap_file" ] || { echo "Bail out! $tap_file is missing"; exit 1; }
    done
}

tap_done()
{
    echo "1..$tap_count"
    [ "$tap_failed" -eq 0 ]
}
