#!/bin/sh
# SPDX-License-Identifier: MIT
# The suite of the lock on one processor takes twice the time that it takes on all of them, at most: whoever spins there keeps
# the one that it waits for from running. Each program runs on all and on one by turns, and medians are compared, so that other
# load of the machine is in both. That nobody spins is shown without a clock in tests/unit/state/test_lock_clock.c and in
# tests/env/test_sandbox.c.
. "$(dirname "$0")/../support/tap.sh"
cd "${top_builddir:-.}" || exit 1

name=test_R3_the_lock_suite_takes_twice_the_time_on_one_processor_at_most
runs=5
programs='tests/unit/state/test_lock tests/unit/state/test_lock_info tests/unit/state/test_eval tests/unit/state/test_tstate
    tests/api/test_lock'
times=$(mktemp) || exit 99
trap 'rm -f "$times"' EXIT

# timed SIDE PROGRAM [COMMAND...]: a line "PROGRAM SIDE ns" in $times.
timed()
{
    side=$1 program=$2
    shift 2
    begin=$(date +%s%N)
    GIL_TEST_BRIEF=1 "$@" "$program" >/dev/null || echo "$program fails on $side"
    echo "$program $side $(($(date +%s%N) - begin))" >>"$times"
}

measure()
{
    for _ in $(seq "$runs"); do
        for program in $programs; do
            timed all "$program"
            timed one "$program" taskset -c "$1"
        done
    done
}

# The medians, as a comment; with "over" only if that is over twice.
ratios()
{
    sort -k1,2 -k3n "$times" | "$AWK" -v runs="$runs" -v what="$1" '
        NR % runs == (runs + 1) / 2 { ms[$2] = $3 / 1e6; sum[$2] += ms[$2] }
        NR % (2 * runs) == 0 && what == "tell" { print "# " $1 ": " ratio(ms["all"], ms["one"]) }
        END {
            if (what == "tell" || !(sum["one"] <= 2 * sum["all"]))
                print "# the lock suite: " ratio(sum["all"], sum["one"])
        }
        function ratio(all, one) { return sprintf("%.0f ms, on one processor %.0f ms: %.2f", all, one, one / all) }'
}

# The first processor that this process may use.
allowed=$(taskset -cp $$ 2>/dev/null | sed 's/.*: //')
if [ -z "$allowed" ]; then
    tap_skip "$name" "taskset is not installed"
elif [ "$allowed" = "${allowed%%[-,]*}" ]; then
    tap_skip "$name" "there is one processor only"
else
    for program in $programs; do
        tap_need "$program"
    done
    tap_check "the programs pass on both" measure "${allowed%%[-,]*}"
    ratios tell
    tap_check "$name" ratios over
fi
tap_done
