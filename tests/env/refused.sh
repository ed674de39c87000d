#!/bin/sh
# SPDX-License-Identifier: MIT
# The whole suite of the lock where membarrier is refused, with each of the three ways to refuse it: the programs are those that run
# everywhere else without that, and their main() sees to it (GIL_TEST_REFUSE_MEMBARRIER). A program counts as one test here, which
# fails with the lines of those of its tests that do, or when the mode that it read back from the lock is another one.
. "$(dirname "$0")/../support/tap.sh"
cd "${top_builddir:-.}" || exit 1

programs='tests/unit/state/test_lock tests/unit/state/test_lock_info tests/unit/state/test_eval tests/unit/state/test_tstate
    tests/unit/state/test_interp tests/unit/state/test_lock_fork tests/api/test_lock'

# The programs are to run every test that they have, and at least one looks at the mode.
refused()
{
    {
        GIL_TEST_BRIEF=1 GIL_TEST_REFUSE_MEMBARRIER=$1 "$2" 2>&1 || echo "not ok: it ends with $?"
    } | "$AWK" '
        /^not ok/ || /^Bail out!/ { print }
        /^ok/ { passed++ }
        /^1\.\./ { planned = substr($0, 4) + 0 }
        END { if (passed < planned || planned == 0) print passed + 0 " of " planned + 0 " tests pass" }'
}

for program in $programs; do
    tap_need "$program"
    for error in ENOSYS EPERM EINVAL; do
        tap_check "test_R1_the_lock_suite_passes, $(basename "$program") where membarrier gives $error" refused "$error" "$program"
    done
done
tap_done
