#!/bin/sh
# SPDX-License-Identifier: MIT
# Each file with a mutex of the library names it to a fork: it defines a function gil_..._mutexes(), which stands in the table of
# lib/runtime/fork.c. That all ranks are there is seen by test_D2_every_lock_is_in_the_list.
. "$(dirname "$0")/../support/tap.sh"
cd "$top_srcdir" || exit 1

files_with_mutexes()
{
    grep -lE 'GIL_(MUTEX|STABLE)_INIT\(|gil_mutex_init\(' $(find lib -name '*.c') | grep -v '^lib/sync/mutex\.c$' | LC_ALL=C sort
}

# A mutex in a lock or a gate is named with those; that file and this one are of one kind.
named_elsewhere()
{
    case $1 in
    lib/state/gate.c | lib/state/lock.c | lib/state/fork.c) ;; # lib/state/interp.c
    *) return 1 ;;
    esac
}

unnamed()
{
    for file in $(files_with_mutexes); do
        named_elsewhere "$file" && continue
        names=$(sed -n 's/^\(gil_[a-z_]*_mutexes\)(.*/\1/p' "$file")
        [ -n "$names" ] || echo "$file has a mutex and no function gil_..._mutexes()"
        for name in $names; do
            grep -q "^    $name," lib/runtime/fork.c || echo "$name of $file is not in the table of lib/runtime/fork.c"
        done
    done
}

tap_check "each file with a mutex names it to a fork" unnamed
tap_done
