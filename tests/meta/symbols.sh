#!/bin/sh
# SPDX-License-Identifier: MIT
# What the objects of the library ask of libc: the lock and those for users nothing at all, so that the
# models explore all of them; and no clock is asked but the monotonic one.
. "$(dirname "$0")/../support/tap.sh"
tap_need "$top_builddir/.libs/libcore.a"
cd "$top_srcdir" || exit 1
archive=$top_builddir/.libs/libcore.a

# "STEM SYMBOL" for each symbol that an object does not define. libtool puts lt1- before the second object of a name.
undefined_symbols()
{
    "${NM:-nm}" -u "$archive" | "$AWK" '
        /\.o:$/ { stem = $1; sub(/\.o:$/, "", stem); sub(/^lt[0-9]+-/, "", stem); next }
        $1 ~ /^[Uwv]$/ { sub(/@.*/, "", $2); print stem, $2 }'
}

# A call of the hidden functions, or one that the compiler puts in by itself: copies, clearing, its own checks.
lock_asks_nobody()
{
    undefined_symbols | "$AWK" '
        $1 !~ /^(lock|lock_fork|lock_info|locking|lean|transition|turn|habit|mutex|parking|bytelock|rwlock|condition|semaphore|barrier|once)$/ { next }
        { seen[$1] }
        $2 !~ /^(gil_|Gil|_Gil|__gcov_|__stack_chk_|_GLOBAL_OFFSET_TABLE_$|mem(cpy|move|set)$)/ { print $1 ".c uses " $2 }
        END {
            if (!("lock" in seen) || !("mutex" in seen) || !("parking" in seen))
                print "the objects of the lock are not in the library"
        }'
}

# What runs in a signal handler is in these files, beside what does not; they call only what a handler may.
handlers_ask_what_they_may()
{
    undefined_symbols | "$AWK" '
        $1 !~ /^(signal|unblock|cancel|wait|parking)$/ { next }
        { seen[$1] }
        $2 !~ /^(gil_|Gil|_Gil|__gcov_|__llvm_|__stack_chk_|_GLOBAL_OFFSET_TABLE_$|mem(cpy|move|set)$|__+errno_location$)/ &&
            $2 !~ /^(close|dup3|eventfd|getpid|getuid|read|sigaction|syscall|write)$/ { print $1 ".c uses " $2 }
        END {
            if (!("signal" in seen) || !("unblock" in seen) || !("wait" in seen))
                print "the objects of signals are not in the library"
        }'
}

no_condition_variables()
{
    undefined_symbols | "$AWK" '$2 ~ /^(pthread_cond|cnd)_/ { print $1 ".c uses " $2 }'
}

# time() and the like follow the wall clock, and so do waits of libc with a date. But for one whose date is always past, which follows no
# clock and waits for nobody.
one_clock()
{
    undefined_symbols | "$AWK" '
        $1 == "foreign" && $2 == "pthread_mutex_timedlock" { next }
        $2 ~ /^(time|ftime|gettimeofday|timespec_get)$/ || $2 ~ /^(pthread|sem|mtx|cnd)_.*timed/ { print $1 ".c uses " $2 }
        $2 == "clock_gettime" && $1 != "clock" { print $1 ".c uses " $2 " itself" }'
    grep -n pthread_mutex_timedlock lib/state/foreign.c | grep -v 'return pthread_mutex_timedlock(mutex, &past);'
    grep -q '^    static const struct timespec past = {0, 0};$' lib/state/foreign.c || echo "the date of foreign.c is not always past"
    find lib include -name '*.[ch]' | xargs grep -nE 'CLOCK_(REALTIME|TAI|BOOTTIME|MONOTONIC_)' /dev/null
    :
}

if [ "${GILRT_SANITIZER:-no}" = no ]; then
    tap_check "test_A2_the_lock_asks_nothing_of_libc" lock_asks_nobody
    tap_check "test_E1_handlers_ask_libc_only_for_what_is_safe_there" handlers_ask_what_they_may
else
    tap_skip "test_A2_the_lock_asks_nothing_of_libc" "a sanitizer adds calls of its own"
    tap_skip "test_E1_handlers_ask_libc_only_for_what_is_safe_there" "a sanitizer adds calls of its own"
fi
tap_check "test_A2_there_are_no_condition_variables" no_condition_variables
tap_check "test_R5_no_clock_is_asked_but_the_monotonic_one" one_clock
tap_done
