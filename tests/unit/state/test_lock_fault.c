/* SPDX-License-Identifier: MIT */
/* The lock as it ships on a machine that misbehaves within its contract: tests/models/machine_fault.h. */
#include "models/crew.h"
#include "support/support.h"

#include <pthread.h>
#include <sched.h>

/* As ck_assert(), which writes to a pipe each time that it is passed. */
#define must(condition) ((condition) ? (void)0 : ck_abort_msg("%s", #condition))

enum { THREADS = 3 };
#define INTERVAL_NS 20000u

static int rounds; /* [const] of each thread */

/* Holds the lock until somebody is owed it, or for a while. */
static void
hold(GilThreadState *ts)
{
    for (int turns = 200; turns > 0 && !crew_is_asked(ts); turns--)
        gil_cpu_relax();
}

static void *
work(void *arg)
{
    GilThreadState *ts = (GilThreadState *)arg;

    for (int i = 0; i < rounds; i++) {
        must(gil_lock_acquire(&crew.lock, ts, "test") == 0);
        must(crew_enter(ts));
        hold(ts);
        must(crew_leave(ts));
        if (crew_is_asked(ts) && i % 2 == 0) {
            must(gil_lock_poll(&crew.lock, ts) == 0);
            must(crew_enter(ts));
            must(crew_leave(ts));
            crew.entries--;
        }
        gil_lock_release(&crew.lock, ts, "test");
    }
    return NULL;
}

/* Threads share the lock; afterwards everybody had all rounds, and the lock knows what happened. */
static void
share(int n)
{
    pthread_t threads[THREADS];
    GilLockInfo before, after;
    uint64_t wait_ns = 0, fences = fault_fences();

    rounds = n;
    gil_lock_info(&crew.lock, &before);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, &crew.cell[i].ts), 0);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    gil_lock_info(&crew.lock, &after);
    for (int i = 0; i < THREADS; i++)
        wait_ns += crew.cell[i].ts.stats.wait_ns;
    must(crew.entries == (long)THREADS * rounds);
    must(after.holder == 0 && after.waiters == 0);
    must(after.switches_voluntary + after.switches_forced - before.switches_voluntary - before.switches_forced ==
         crew.switches);
    must(after.wait_ns - before.wait_ns == wait_ns);
    must(after.membarriers - before.membarriers == fault_fences() - fences);
}

/* A new lock for each of the calls that go wrong, from the first to the last. */
static void
share_with_each_call_wrong(enum fault what, uint64_t last)
{
    for (uint64_t nth = 1; nth <= last; nth++) {
        fault_start(what, nth, 0);
        crew_start(THREADS, INTERVAL_NS, gil_machine_can_fence_all());
        share(20);
    }
}

static void
share_with_all_calls_wrong(enum fault what)
{
    fault_start(what, 1, 1);
    crew_start(THREADS, INTERVAL_NS, gil_machine_can_fence_all());
    share(2000);
}

/* --- waits --- */

START_TEST(test_A7_every_wait_may_end_for_no_reason)
{
    share_with_all_calls_wrong(FAULT_WAIT_ENDS);
    share_with_each_call_wrong(FAULT_WAIT_ENDS, 50);
}
END_TEST

START_TEST(test_A7_wakes_may_go_astray)
{
    share_with_all_calls_wrong(FAULT_WAKE_STRAYS);
    share_with_each_call_wrong(FAULT_WAKE_STRAYS, 50);
}
END_TEST

static int got_it;

static void *
enter_once(void *arg)
{
    GilThreadState *ts = (GilThreadState *)arg;

    must(gil_lock_acquire(&crew.lock, ts, "test") == 0);
    gil_store_seq_cst(&got_it, 1);
    gil_lock_release(&crew.lock, ts, "test");
    return NULL;
}

static void
let_it_wait(uint64_t times)
{
    uint64_t before = fault_parks();

    while (fault_parks() - before < times)
        sched_yield();
}

/* A waiter whose sleep is interrupted all the time still comes when its time has come, and not a nanosecond before. */
START_TEST(test_A7_a_wait_that_ends_early_shortens_no_turn)
{
    GilThreadState *ts = &crew.cell[0].ts;
    uint64_t begin = 1000000000, interval = 5000000;
    pthread_t thread;

    fault_start(FAULT_WAIT_ENDS, 1, 1);
    fault_set_clock(begin);
    crew_start(THREADS, interval, 0);
    must(gil_lock_acquire(&crew.lock, ts, "test") == 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, enter_once, &crew.cell[1].ts), 0);
    let_it_wait(1000);
    ck_assert(!crew_is_asked(ts));
    fault_set_clock(begin + interval - 1);
    let_it_wait(1000);
    ck_assert(!crew_is_asked(ts));
    ck_assert_int_eq(gil_lock_poll(&crew.lock, ts), 0);
    ck_assert_int_eq(got_it, 0);
    fault_set_clock(begin + interval);
    let_it_wait(2);
    ck_assert(crew_is_asked(ts));
    ck_assert_int_eq(gil_lock_poll(&crew.lock, ts), 0);
    ck_assert_int_eq(got_it, 1);
    gil_lock_release(&crew.lock, ts, "test");
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_uint_eq(crew.cell[1].ts.stats.wait_ns, interval);
}
END_TEST

/* --- no heavy fence --- */

START_TEST(test_state_lock_fault__without_a_heavy_fence_none_is_asked_for)
{
    fault_start(FAULT_NONE, 0, 0);
    fault_refuse_fence();
    crew_start(THREADS, INTERVAL_NS, gil_machine_can_fence_all());
    share(2000);
    ck_assert_uint_eq(fault_fences(), 0);
}
END_TEST

/* --- the clock --- */

START_TEST(test_state_lock_fault__the_clock_may_jump_by_hours)
{
    share_with_all_calls_wrong(FAULT_CLOCK_JUMPS);
    share_with_each_call_wrong(FAULT_CLOCK_JUMPS, 50);
}
END_TEST

/* Then no turn ends; whoever waits gets the lock when it is left. */
START_TEST(test_state_lock_fault__the_clock_may_stand)
{
    share_with_each_call_wrong(FAULT_CLOCK_STANDS, 50);
    for (int i = 0; i < THREADS; i++)
        ck_assert(!crew_is_asked(&crew.cell[i].ts));
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("state/lock_fault");
    TCase *tc = tcase_create("fault");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_A7_every_wait_may_end_for_no_reason);
    tcase_add_test(tc, test_A7_wakes_may_go_astray);
    tcase_add_test(tc, test_A7_a_wait_that_ends_early_shortens_no_turn);
    tcase_add_test(tc, test_state_lock_fault__without_a_heavy_fence_none_is_asked_for);
    tcase_add_test(tc, test_state_lock_fault__the_clock_may_jump_by_hours);
    tcase_add_test(tc, test_state_lock_fault__the_clock_may_stand);
    suite_add_tcase(s, tc);
    return s;
}
