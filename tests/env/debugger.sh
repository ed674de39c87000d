#!/bin/sh
# SPDX-License-Identifier: MIT
# The dump of all threads by a debugger, in a host that is stopped while it holds the lock that another thread waits for, and once more
# while it holds every mutex of the library. Skipped where there is no gdb, or none that may trace.
. "$(dirname "$0")/../support/tap.sh"
tap_need "$top_builddir/.libs/libgilrt.so"
held=test_env_debugger__a_dump_while_the_lock_is_held all=test_env_debugger__a_dump_while_every_mutex_is_held
after=test_env_debugger__the_host_goes_on
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
# No names of sources are to be looked for on the net.
unset DEBUGINFOD_URLS

builds()
{
    ${CC:-cc} -std=gnu11 -I"$top_srcdir/include" -o "$work/host" "$top_srcdir/tests/env/debugger.c" \
        -L"$top_builddir/.libs" -Wl,-rpath,"$(cd "$top_builddir/.libs" && pwd)" -lgilrt -lpthread 2>&1
}

# in_gdb PROGRAM COMMAND...: what gdb and the program say.
in_gdb()
{
    program=$1
    shift
    for command do
        set -- "$@" -ex "$command"
        shift
    done
    SHELL=/bin/sh timeout 60 gdb -nx -q -batch "$@" "$program" </dev/null 2>&1
}

# A program of the same compiler, which may be for another machine.
traces()
{
    echo 'int main(void) { return 0; }' >"$work/nothing.c"
    ${CC:-cc} -o "$work/nothing" "$work/nothing.c" && in_gdb "$work/nothing" run | grep -q 'exited normally'
}

# says NUMBER: whether a dump, the first or second, is whole, and tells who has the lock and that one waits for it.
says()
{
    "$AWK" -v wanted="$1" '
        /^gilrt: threads of process/ { number++; lock = holder = waiter = whole = 0 }
        number != wanted { next }
        { text = text "\n" $0 }
        /^gilrt: interpreter 0: state [0-9]+ has the lock.*; 1 wait$/ { lock = 1 }
        /^gilrt:   state [0-9]+: thread [0-9]+ ".*" has the lock/ { holder = 1 }
        /^gilrt:   state [0-9]+: thread [0-9]+ ".*" waits for the lock/ { waiter = 1 }
        /^gilrt: end of threads/ { whole = 1; if (lock && holder && waiter) good = 1 }
        END { if (!good) print "dump " wanted " of " number + 0 ":" text }' "$work/out"
}

goes_on()
{
    grep -q '^went on' "$work/out" && grep -q 'exited normally' "$work/out" || cat "$work/out"
}

why=
if [ "${GILRT_SANITIZER:-no}" != no ]; then
    why="a program with a sanitizer is not traced"
elif ! command -v gdb >/dev/null; then
    why="gdb is not installed"
elif ! traces; then
    why="gdb may not trace a program here, or not one of this kind"
fi
if [ -n "$why" ]; then
    tap_skip "$held" "$why"
    tap_skip "$all" "$why"
    tap_skip "$after" "$why"
else
    tap_check "the host builds" builds
    in_gdb "$work/host" 'break debugger_stops_here' run 'call (void)GilThreadState_DumpAll(1)' continue \
        'call (void)GilThreadState_DumpAll(1)' continue >"$work/out"
    tap_check "$held" says 1
    tap_check "$all" says 2
    tap_check "$after" goes_on
fi
tap_done
