/* SPDX-License-Identifier: MIT */
/* Waiting as an attached thread: the interpreter's lock is left, requests are met, the end of an interpreter loses
 * nothing. */
#include "unit/state/world.h"

#include "gilrt/mutex.h"
#include "gilrt/sync.h"
#include "state/wait.h"

#include <errno.h>
#include <signal.h>

static GilSemaphore semaphore;
static GilThreadState *asked_of;
static int polls; /* [atomic] times that somebody asked and was heard */
static int over;  /* [atomic] the inner wait is */

/* What is asked for is raised as the collector, which a poll calls through the table. */
static int
raise_when_asked(GilThreadState *ts)
{
    gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_COLLECT);
    gil_fetch_add_seq_cst(&polls, 1);
    return -1;
}

static int
nothing_to_raise(GilThreadState *ts)
{
    raise_when_asked(ts);
    return 0;
}

static void
ask(GilThreadState *ts)
{
    gil_fetch_or_seq_cst(&ts->block.brk, _Gil_BRK_COLLECT);
    gil_wait_rouse(ts);
}

static void *
ask_when_asleep(void *unused)
{
    (void)unused;
    while (!(gil_load_acquire(&semaphore._bits) & 1))
        sched_yield();
    ask(asked_of);
    return NULL;
}

START_TEST(test_state_wait__an_interruptible_wait_ends_when_something_raises)
{
    pthread_t thread;

    gil_state_hooks.collect = raise_when_asked;
    asked_of = world_ts;
    ck_assert_int_eq(pthread_create(&thread, NULL, ask_when_asleep, NULL), 0);
    ck_assert_int_eq(GilSemaphore_AcquireTimed(&semaphore, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE), -1);
    ck_assert_int_eq(polls, 1);
    ck_assert_ptr_eq(gil_tstate_attached(), world_ts);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

static void *
ask_then_give(void *unused)
{
    ask_when_asleep(unused);
    while (gil_load_acquire(&polls) == 0)
        sched_yield();
    ck_assert_int_eq(GilSemaphore_Release(&semaphore, 1), 0);
    return NULL;
}

START_TEST(test_state_wait__it_goes_on_when_nothing_raises)
{
    pthread_t thread;

    gil_state_hooks.collect = nothing_to_raise;
    asked_of = world_ts;
    ck_assert_int_eq(pthread_create(&thread, NULL, ask_then_give, NULL), 0);
    ck_assert_int_eq(GilSemaphore_AcquireTimed(&semaphore, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE), 1);
    ck_assert_int_eq(polls, 1);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

START_TEST(test_state_wait__what_was_asked_before_is_met_first)
{
    GilMutex mutex = {0};
    GilCondition condition = {0};
    GilBarrier barrier = GilBarrier_INIT(2);

    gil_state_hooks.collect = raise_when_asked;
    ask(world_ts);
    ck_assert_int_eq(GilSemaphore_AcquireTimed(&semaphore, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE), -1);
    GilMutex_Lock(&mutex);
    ask(world_ts);
    ck_assert_int_eq(GilCondition_WaitTimed(&condition, &mutex, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE), -1);
    ck_assert_int_eq(GilMutex_IsLocked(&mutex), 1);
    ask(world_ts);
    ck_assert_int_eq(GilBarrier_WaitTimed(&barrier, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE), -1);
    ck_assert_uint_eq(barrier._arrived, 0);
    ck_assert_int_eq(polls, 3);
    /* Without the flag nobody looks. */
    ask(world_ts);
    ck_assert_int_eq(GilSemaphore_AcquireTimed(&semaphore, 1000, 0), 0);
    ck_assert_int_eq(polls, 3);
}
END_TEST

/* Waits in the middle of a wait: the request that the inner one meets raises nothing, the outer goes on. */
static int
wait_when_asked(GilThreadState *ts)
{
    GilSemaphore inner = GilSemaphore_INIT(0);

    nothing_to_raise(ts);
    if (polls == 1) {
        ask(ts);
        ck_assert_int_eq(GilSemaphore_AcquireTimed(&inner, 100000, GIL_WAIT_INTERRUPTIBLE), 0);
        ck_assert_int_eq(polls, 2);
        gil_store_release(&over, 1);
    }
    return polls == 3 ? -1 : 0;
}

static void *
ask_twice(void *unused)
{
    ask_when_asleep(unused);
    while (!gil_load_acquire(&over))
        sched_yield();
    ask(asked_of);
    return NULL;
}

START_TEST(test_state_wait__a_wait_within_a_wait)
{
    pthread_t thread;

    gil_state_hooks.collect = wait_when_asked;
    asked_of = world_ts;
    ck_assert_int_eq(pthread_create(&thread, NULL, ask_twice, NULL), 0);
    ck_assert_int_eq(GilSemaphore_AcquireTimed(&semaphore, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE), -1);
    ck_assert_int_eq(polls, 3);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

/* A rouse that came when nobody waited: the next wait looks once more, and goes on. */
START_TEST(test_state_wait__nobody_is_roused_who_does_not_wait)
{
    gil_wait_rouse(world_ts);
    ck_assert_int_eq(GilSemaphore_AcquireTimed(&semaphore, 200000, GIL_WAIT_INTERRUPTIBLE), 0);
    ck_assert_int_eq(polls, 0);
}
END_TEST

static void
ask_in_a_handler(int signum)
{
    (void)signum;
    ask(asked_of);
}

/* In the middle of its sleep, and of whatever comes before and after: no mutex is asked for. */
static void *
signal_until_over(void *thread)
{
    while (!gil_load_acquire(&over)) {
        ck_assert_int_eq(pthread_kill(*(pthread_t *)thread, SIGUSR1), 0);
        sched_yield();
    }
    return NULL;
}

START_TEST(test_E1_a_signal_handler_rouses_the_thread_it_interrupts)
{
    struct sigaction action = {.sa_handler = ask_in_a_handler}, before;
    pthread_t thread, self = pthread_self();

    gil_state_hooks.collect = raise_when_asked;
    asked_of = world_ts;
    ck_assert_int_eq(sigaction(SIGUSR1, &action, &before), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, signal_until_over, &self), 0);
    for (int i = 0; i < 300; i++)
        ck_assert_int_eq(GilSemaphore_AcquireTimed(&semaphore, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE), -1);
    gil_store_release(&over, 1);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(sigaction(SIGUSR1, &before, NULL), 0);
}
END_TEST

START_TEST(test_B9_waiting_keeps_errno)
{
    errno = ERANGE;
    ck_assert_int_eq(GilSemaphore_AcquireTimed(&semaphore, 200000, 0), 0);
    ck_assert_int_eq(errno, ERANGE);
}
END_TEST

static void
detached_and_interruptible(void *unused)
{
    (void)unused;
    (void)GilSemaphore_AcquireTimed(&semaphore, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE);
}

static void
with_an_unknown_flag(void *unused)
{
    (void)unused;
    (void)GilSemaphore_AcquireTimed(&semaphore, 0, GIL_WAIT_INTERRUPTIBLE << 3);
}

START_TEST(test_L1_an_interruptible_wait_wants_an_attached_thread)
{
    GilThreadState *ts = GilEval_SaveThread();

    gil_test_expect_abort(with_an_unknown_flag, NULL, "GilSemaphore_AcquireTimed: a flag is not known");
    gil_test_expect_abort(detached_and_interruptible, NULL,
                          "GilSemaphore_AcquireTimed: the calling thread is not attached to an interpreter, and an");
    GilEval_RestoreThread(ts);
}
END_TEST

/* With an exception pending a poll would do nothing of what is asked: the wait sleeps all the same. */
START_TEST(test_state_wait__what_an_exception_puts_off_ends_no_wait)
{
    GilMutex mutex = {0};
    GilCondition condition = {0};
    GilObject *nothing = (GilObject *)(void *)&mutex;
    int turns = 0;

    gil_fetch_or_seq_cst(&world_ts->block.brk, _Gil_BRK_CALLS | _Gil_BRK_SIGNAL | _Gil_BRK_ENDING);
    world_ts->err.type = nothing;
    GilMutex_Lock(&mutex);
    while (GilCondition_WaitTimed(&condition, &mutex, 1000000, GIL_WAIT_INTERRUPTIBLE) == 1 && turns < 100)
        turns++;
    GilMutex_Unlock(&mutex);
    /* Somebody may have roused it before. */
    ck_assert_int_le(turns, 1);
    /* The collector does not mind. */
    gil_state_hooks.collect = raise_when_asked;
    ask(world_ts);
    ck_assert_int_eq(GilSemaphore_AcquireTimed(&semaphore, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE), -1);
    world_ts->err.type = NULL;
    gil_fetch_and_seq_cst(&world_ts->block.brk, _Gil_BRK_FENCED);
}
END_TEST

START_TEST(test_state_wait__no_time_at_all_is_a_try_and_a_look)
{
    gil_state_hooks.collect = raise_when_asked;
    ck_assert_int_eq(GilSemaphore_AcquireTimed(&semaphore, 0, GIL_WAIT_INTERRUPTIBLE), 0);
    ck_assert_int_eq(GilSemaphore_Release(&semaphore, 1), 0);
    ck_assert_int_eq(GilSemaphore_AcquireTimed(&semaphore, 0, GIL_WAIT_INTERRUPTIBLE), 1);
    ck_assert_int_eq(polls, 0);
}
END_TEST

/* --- the interpreter ends while a thread waits --- */

static GilMutex mutex;
static GilRWMutex both;

static void
lock_mutex(void)
{
    GilMutex_Lock(&mutex);
}

static void
unlock_mutex(void)
{
    GilMutex_Unlock(&mutex);
}

static int
is_mutex_wanted(void)
{
    return (gil_load_acquire(&mutex._bits) & 2) != 0;
}

static void
lock_both(void)
{
    GilRWMutex_Lock(&both);
}

static void
unlock_both(void)
{
    GilRWMutex_Unlock(&both);
}

static void
read_both(void)
{
    GilRWMutex_RLock(&both);
}

/* Besides the writer's mark there is one that somebody sleeps. */
static int
is_both_wanted(void)
{
    uint32_t bits = gil_load_acquire(&both._bits);

    return (bits & (bits - 1)) != 0;
}

static const struct passed_on {
    void (*lock)(void), (*unlock)(void), (*want)(void);
    int (*is_wanted)(void);
} passed_on[] = {
    {lock_mutex, unlock_mutex, lock_mutex, is_mutex_wanted},
    {lock_both, unlock_both, lock_both, is_both_wanted},
    {lock_both, unlock_both, read_both, is_both_wanted},
};
static void (*want)(void);
static int is_late;          /* [atomic] */
static const char *late_func; /* [atomic] before is_late */

static int
note_late(GilThreadState *ts, const char *func)
{
    (void)ts;
    gil_store_relaxed(&late_func, func);
    gil_store_release(&is_late, 1);
    return 1;
}

/* In the second interpreter, without a guard: it never comes back. */
static void *
wait_in_what_will_end(void *ts)
{
    gil_tstate_attach(ts, "test");
    want();
    ck_abort_msg("it came back");
    return NULL;
}

START_TEST(test_state_wait__who_is_too_late_passes_on_what_it_got)
{
    const struct passed_on *what = &passed_on[_i];
    pthread_t thread;
    GilThreadState *first = GilEval_SaveThread();
    GilThreadState *second = world_interp_new();
    GilThreadState *other = gil_tstate_new(second->interp);

    gil_state_hooks.late = note_late;
    what->lock();
    want = what->want;
    ck_assert_int_eq(pthread_create(&thread, NULL, wait_in_what_will_end, other), 0);
    while (!what->is_wanted())
        sched_yield();
    gil_tstate_attach(second, "test");
    ck_assert_uint_eq(world_interp_end(second), 0);
    what->unlock();
    /* Nobody else wants it, so that thread had it, and will sleep for ever. */
    world_until(&is_late, 1);
    what->lock();
    what->unlock();
    gil_tstate_attach(first, "test");
    ck_assert_int_eq(pthread_detach(thread), 0);
}
END_TEST

/* What a wait is over, and with what news: made up. */
static const struct news {
    enum gil_waited how;
    int try; /* what a try finds after the sleep */
    int undone;
} news[] = {
    {GIL_WAITED_GOT, 0, 1}, {GIL_WAITED_AGAIN, 1, 1}, {GIL_WAITED_AGAIN, 0, 0}, {GIL_WAITED_LATE, 1, 0},
};
static int asleep, has_ended, undone; /* [atomic] */

static int
try_news(void *object)
{
    return gil_load_acquire(&has_ended) && ((struct news *)object)->try;
}

static enum gil_waited
sleep_until_the_end(void *object, struct gil_wait *wait)
{
    (void)wait;
    gil_store_release(&asleep, 1);
    world_until(&has_ended, 1);
    return ((struct news *)object)->how;
}

static void
undo_news(void *object)
{
    (void)object;
    gil_fetch_add_seq_cst(&undone, 1);
}

static int handed_on; /* [atomic] */

static void
pass_on_news(void *object)
{
    (void)object;
    gil_fetch_add_seq_cst(&handed_on, 1);
}

static struct gil_waitable told_of_news = {try_news, sleep_until_the_end, undo_news, pass_on_news};
static struct news these;

static void *
wait_for_news(void *ts)
{
    gil_tstate_attach(ts, "test");
    (void)gil_wait_for(&told_of_news, &these, GIL_WAIT_FOREVER, 0, "test");
    ck_abort_msg("it came back");
    return NULL;
}

static void
end_while_it_waits(struct news what)
{
    pthread_t thread;
    GilThreadState *first = GilEval_SaveThread();
    GilThreadState *second = world_interp_new();

    these = what;
    gil_state_hooks.late = note_late;
    ck_assert_int_eq(pthread_create(&thread, NULL, wait_for_news, gil_tstate_new(second->interp)), 0);
    world_until(&asleep, 1);
    gil_tstate_attach(second, "test");
    ck_assert_uint_eq(world_interp_end(second), 0);
    gil_store_release(&has_ended, 1);
    world_until(&is_late, 1);
    gil_tstate_attach(first, "test");
    ck_assert_int_eq(pthread_detach(thread), 0);
    ck_assert_int_eq(undone, what.undone);
    ck_assert_int_eq(handed_on, 1);
    ck_assert_str_eq(late_func, "test");
}

/* Only what was got is given back, and what may be there only if it can be had. */
START_TEST(test_state_wait__who_is_too_late_gives_back_what_it_got_and_nothing_else)
{
    end_while_it_waits(news[_i]);
}
END_TEST

START_TEST(test_state_wait__who_is_too_late_may_have_nothing_to_give_back)
{
    told_of_news.undo = NULL;
    end_while_it_waits((struct news){GIL_WAITED_GOT, 1, 0});
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("state/wait");
    TCase *tcase = tcase_create("wait");
    TCase *ending = tcase_create("ending");

    tcase_add_checked_fixture(tcase, world_start, world_stop);
    tcase_add_test(tcase, test_state_wait__an_interruptible_wait_ends_when_something_raises);
    tcase_add_test(tcase, test_state_wait__it_goes_on_when_nothing_raises);
    tcase_add_test(tcase, test_state_wait__what_was_asked_before_is_met_first);
    tcase_add_test(tcase, test_state_wait__a_wait_within_a_wait);
    tcase_add_test(tcase, test_state_wait__nobody_is_roused_who_does_not_wait);
    tcase_add_test(tcase, test_E1_a_signal_handler_rouses_the_thread_it_interrupts);
    tcase_add_test(tcase, test_B9_waiting_keeps_errno);
    tcase_add_test(tcase, test_L1_an_interruptible_wait_wants_an_attached_thread);
    tcase_add_test(tcase, test_state_wait__what_an_exception_puts_off_ends_no_wait);
    tcase_add_test(tcase, test_state_wait__no_time_at_all_is_a_try_and_a_look);
    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(ending, world_start, NULL);
    tcase_add_loop_test(ending, test_state_wait__who_is_too_late_passes_on_what_it_got, 0, 3);
    tcase_add_loop_test(ending, test_state_wait__who_is_too_late_gives_back_what_it_got_and_nothing_else, 0, 4);
    tcase_add_test(ending, test_state_wait__who_is_too_late_may_have_nothing_to_give_back);
    suite_add_tcase(suite, ending);
    return suite;
}
