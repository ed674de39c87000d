/* SPDX-License-Identifier: MIT */
/* The public ways to wait for each other from inside: what attached threads do while one waits. */
#include "unit/state/world.h"

#include "gilrt/sync.h"
#include "state/wait.h"
#include "sync/order.h"
#include "sync/parking.h"

#include <pthread.h>

static GilMutex mutex;
static GilCondition there, taken;
static int items;    /* [mutex] */
static long fetched; /* [mutex] */

enum { ITEMS = 3000, CONSUMERS = 3 };

static void *
consume(void *unused)
{
    (void)unused;
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    ck_assert_ptr_nonnull(token);
    GilMutex_Lock(&mutex);
    for (int i = 0; i < ITEMS; i++) {
        while (items == 0)
            GilCondition_Wait(&there, &mutex);
        items--;
        fetched++;
        GilCondition_Notify(&taken);
    }
    GilMutex_Unlock(&mutex);
    GilThreadState_Release(token);
    return NULL;
}

START_TEST(test_state_meeting__attached_threads_wait_for_each_other)
{
    pthread_t threads[CONSUMERS];

    for (int i = 0; i < CONSUMERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, consume, NULL), 0);
    for (int i = 0; i < CONSUMERS * ITEMS; i++) {
        GilMutex_Lock(&mutex);
        while (items == 10)
            GilCondition_Wait(&taken, &mutex);
        items++;
        GilMutex_Unlock(&mutex);
        GilCondition_Notify(&there);
    }
    Gil_BEGIN_BLOCKING_CALL
    for (int i = 0; i < CONSUMERS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    Gil_END_BLOCKING_CALL
    ck_assert_int_eq(fetched, CONSUMERS * ITEMS);
}
END_TEST

static GilOnce once;
static int runs;
static int inside; /* [atomic] */

/* Leaves the interpreter's lock in the middle, as an initializer that imports or reads a file does. */
static int
initialize(void *unused)
{
    (void)unused;
    ck_assert_ptr_nonnull(gil_tstate_attached());
    gil_store_release(&inside, 1);
    for (int i = 0; i < 100; i++) {
        Gil_BEGIN_BLOCKING_CALL
        sched_yield();
        Gil_END_BLOCKING_CALL
    }
    runs++;
    return 0;
}

static void *
call_once(void *unused)
{
    (void)unused;
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    ck_assert_ptr_nonnull(token);
    ck_assert_int_eq(GilOnce_Call(&once, initialize, NULL), 0);
    ck_assert_int_eq(runs, 1);
    ck_assert_int_eq(GilOnce_IsDone(&once), 1);
    GilThreadState_Release(token);
    return NULL;
}

/* What a static variable of C++ in attached code does: the second thread waits attached, and the first never gets
 * the lock back. */
START_TEST(test_state_meeting__a_call_once_may_leave_the_lock)
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, call_once, NULL), 0);
    Gil_BEGIN_BLOCKING_CALL
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    Gil_END_BLOCKING_CALL
    ck_assert_int_eq(runs, 1);
}
END_TEST

static GilBarrier barrier = GilBarrier_INIT(3);

static void *
come(void *unused)
{
    (void)unused;
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);
    ck_assert_ptr_nonnull(token);
    int rc = GilBarrier_Wait(&barrier);
    GilThreadState_Release(token);
    return (void *)(intptr_t)rc;
}

START_TEST(test_state_meeting__attached_threads_meet)
{
    pthread_t threads[2];
    void *rc[2];

    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, come, NULL), 0);
    int mine = GilBarrier_Wait(&barrier);
    Gil_BEGIN_BLOCKING_CALL
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_join(threads[i], &rc[i]), 0);
    Gil_END_BLOCKING_CALL
    ck_assert_int_eq(mine + (int)(intptr_t)rc[0] + (int)(intptr_t)rc[1], 2 + 1 + 1);
}
END_TEST

/* --- asked while it waits, and nothing is raised --- */

static int asked; /* [atomic] times that somebody asked and was heard */

static int
nothing_to_raise(GilThreadState *ts)
{
    gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_COLLECT);
    gil_fetch_add_seq_cst(&asked, 1);
    return 0;
}

static void
ask(void)
{
    gil_fetch_or_seq_cst(&world_ts->block.brk, _Gil_BRK_COLLECT);
    gil_wait_rouse(world_ts);
}

static void *
ask_until_heard(void *unused)
{
    while (gil_load_acquire(&asked) == 0)
        ask();
    return unused;
}

/* What was asked may have been the condition itself. */
START_TEST(test_state_meeting__who_attends_in_a_wait_for_a_condition_looks_again)
{
    gil_state_hooks.collect = nothing_to_raise;
    GilMutex_Lock(&mutex);
    pthread_t thread = world_thread(ask_until_heard, NULL);
    ck_assert_int_eq(GilCondition_WaitTimed(&there, &mutex, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE), 1);
    ck_assert_int_ge(gil_load_acquire(&asked), 1);
    ck_assert_int_eq(GilMutex_IsLocked(&mutex), 1);
    GilMutex_Unlock(&mutex);
    world_join(thread);
}
END_TEST

static GilBarrier pair = GilBarrier_INIT(2);

static uint32_t
arrived_at(const GilBarrier *of)
{
    struct gil_bucket *bucket = gil_parking_lock(of);
    uint32_t arrived = of->_arrived;

    gil_parking_unlock(bucket);
    return arrived;
}

static void *
ask_and_come(void *unused)
{
    while (arrived_at(&pair) == 0)
        sched_yield();
    ask_until_heard(NULL);
    (void)GilBarrier_Wait(&pair);
    return unused;
}

START_TEST(test_state_meeting__who_attends_at_a_barrier_comes_back_to_it)
{
    gil_state_hooks.collect = nothing_to_raise;
    pthread_t thread = world_thread(ask_and_come, NULL);
    ck_assert_int_ge(GilBarrier_WaitTimed(&pair, GIL_WAIT_FOREVER, GIL_WAIT_INTERRUPTIBLE), 1);
    ck_assert_int_ge(gil_load_acquire(&asked), 1);
    ck_assert_uint_eq(pair._arrived, 0);
    world_join(thread);
}
END_TEST

/* --- the interpreter ends while a thread waits --- */

/* A mutex that is never handed over: who is woken for it finds it taken, if somebody was quicker. */
static GilMutex deep = GilMutex_INIT_RANKED(GIL_ORDER_LOCK + 1);
static GilMutex *guard = &mutex; /* what guards `there` */
static int waiting;              /* [*guard] threads that wait for `there` */
static int told;                 /* [atomic] the one behind has heard */

/* Returns with the mutex: so whoever has it later finds this thread in the queue. */
static void
wait_there(void)
{
    GilMutex_Lock(guard);
    gil_store_release(&waiting, waiting + 1);
    GilCondition_Wait(&there, guard);
}

static void *
wait_in_what_will_end(void *ts)
{
    gil_tstate_attach(ts, "test");
    wait_there();
    ck_abort_msg("it came back");
    return NULL;
}

static void *
wait_behind_it(void *unused)
{
    wait_there();
    GilMutex_Unlock(guard);
    gil_store_release(&told, 1);
    return unused;
}

static void
until_waiting(int threads)
{
    world_until(&waiting, threads);
    GilMutex_Lock(guard);
    GilMutex_Unlock(guard);
}

/* One call is for one thread: if that one will never run again, the next hears. */
START_TEST(test_state_meeting__who_is_too_late_passes_a_notification_on)
{
    GilThreadState *first = GilEval_SaveThread();
    GilThreadState *second = world_interp_new();
    pthread_t late = world_thread(wait_in_what_will_end, gil_tstate_new(second->interp));

    until_waiting(1);
    pthread_t next = world_thread(wait_behind_it, NULL);
    until_waiting(2);
    gil_tstate_attach(second, "test");
    ck_assert_uint_eq(world_interp_end(second), 0);
    GilCondition_Notify(&there);
    ck_assert_int_eq(pthread_join(next, NULL), 0);
    ck_assert_int_eq(told, 1);
    ck_assert_int_eq(pthread_detach(late), 0);
    gil_tstate_attach(first, "test");
}
END_TEST

/* The same for one that has woken up in time, and then waits too long for the mutex. */
START_TEST(test_state_meeting__who_is_too_late_for_the_mutex_passes_a_notification_on)
{
    GilThreadState *first = GilEval_SaveThread();
    GilThreadState *second = world_interp_new();
    pthread_t late = world_thread(wait_in_what_will_end, gil_tstate_new(second->interp));

    until_waiting(1);
    pthread_t next = world_thread(wait_behind_it, NULL);
    until_waiting(2);
    GilMutex_Lock(&mutex);
    GilCondition_Notify(&there);
    while (!(gil_load_acquire(&mutex._bits) & 2))
        sched_yield();
    gil_tstate_attach(second, "test");
    ck_assert_uint_eq(world_interp_end(second), 0);
    GilMutex_Unlock(&mutex);
    ck_assert_int_eq(pthread_join(next, NULL), 0);
    ck_assert_int_eq(told, 1);
    ck_assert_int_eq(GilMutex_IsLocked(&mutex), 0);
    ck_assert_int_eq(pthread_detach(late), 0);
    gil_tstate_attach(first, "test");
}
END_TEST

static const char *late_in;
static int is_late; /* [atomic] */

static int
note_late(GilThreadState *ts, const char *func)
{
    (void)ts;
    ck_assert_str_eq(func, late_in);
    gil_store_release(&is_late, 1);
    return 1;
}

static void *
end_it(void *ts)
{
    gil_tstate_attach(ts, "test");
    ck_assert_uint_eq(world_interp_end(ts), 0);
    return NULL;
}

/* Somebody else has the mutex when the one that is too late looks for it. */
START_TEST(test_state_meeting__who_is_too_late_and_finds_the_mutex_taken_passes_a_notification_on)
{
    GilThreadState *first = GilEval_SaveThread();
    GilThreadState *second = world_interp_new();

    guard = &deep;
    pthread_t late = world_thread(wait_in_what_will_end, gil_tstate_new(second->interp));
    until_waiting(1);
    pthread_t next = world_thread(wait_behind_it, NULL);
    until_waiting(2);
    late_in = "GilCondition_Wait";
    gil_state_hooks.late = note_late;
    GilMutex_Lock(&deep);
    GilCondition_Notify(&there);
    while (!(gil_load_acquire(&deep._bits) & 2))
        sched_yield();
    ck_assert_int_eq(pthread_join(world_thread(end_it, second), NULL), 0);
    GilMutex_Unlock(&deep);
    /* It is woken, and others are quicker. */
    GilMutex_Lock(&deep);
    world_until(&is_late, 1);
    GilMutex_Unlock(&deep);
    ck_assert_int_eq(pthread_join(next, NULL), 0);
    ck_assert_int_eq(told, 1);
    ck_assert_int_eq(pthread_detach(late), 0);
    gil_tstate_attach(first, "test");
}
END_TEST

static GilOnce contested;

static int
return_it(void *result)
{
    return *(int *)result;
}

static void *
call_in_what_will_end(void *ts)
{
    gil_tstate_attach(ts, "test");
    (void)GilOnce_Call(&contested, return_it, &is_late);
    ck_abort_msg("it came back");
    return NULL;
}

/* Comes to its end when another waits for that, in an interpreter that has ended meanwhile. */
static int
call_while_another_waits(void *result)
{
    GilThreadState *ts = world_interp_new();
    pthread_t late = world_thread(call_in_what_will_end, gil_tstate_new(ts->interp));

    ck_assert_int_eq(pthread_detach(late), 0);
    while (!(gil_load_acquire(&contested._bits) & 2))
        sched_yield();
    gil_tstate_attach(ts, "test");
    ck_assert_uint_eq(world_interp_end(ts), 0);
    return *(int *)result;
}

/* What failed is to be tried by the next one. If that one is too late, by the one after it. */
START_TEST(test_state_meeting__who_is_too_late_leaves_a_call_to_others)
{
    GilThreadState *first = GilEval_SaveThread();
    int result = _i, works = 0;

    late_in = "GilOnce_Call";
    gil_state_hooks.late = note_late;
    ck_assert_int_eq(GilOnce_Call(&contested, call_while_another_waits, &result), result);
    world_until(&is_late, 1);
    ck_assert_int_eq(GilOnce_IsDone(&contested), result == 0);
    ck_assert_int_eq(GilOnce_Call(&contested, return_it, &works), 0);
    ck_assert_int_eq(GilOnce_IsDone(&contested), 1);
    gil_tstate_attach(first, "test");
}
END_TEST

/* --- misuse --- */

static GilBarrier for_nobody;
static GilOnce once_more;

static int
call_it_again(void *unused)
{
    return GilOnce_Call(&once_more, call_it_again, unused);
}

#define MISUSES(use)                                                                                        \
    use(condition_null, GilCondition_Wait(NULL, &mutex), "GilCondition_Wait: the condition is NULL")        \
    use(condition_no_mutex, GilCondition_Wait(&there, NULL), "GilCondition_Wait: the mutex is NULL")        \
    use(condition_unlocked, GilCondition_Wait(&there, &mutex), "GilCondition_Wait: the mutex is not locked") \
    use(notify_null, GilCondition_Notify(NULL), "GilCondition_Notify: the condition is NULL")               \
    use(notify_all_null, GilCondition_NotifyAll(NULL), "GilCondition_NotifyAll: the condition is NULL")     \
    use(event_is_null, GilEvent_IsSet(NULL), "GilEvent_IsSet: the event is NULL")                           \
    use(event_set_null, GilEvent_Set(NULL), "GilEvent_Set: the event is NULL")                              \
    use(event_clear_null, GilEvent_Clear(NULL), "GilEvent_Clear: the event is NULL")                        \
    use(event_wait_null, GilEvent_Wait(NULL), "GilEvent_Wait: the event is NULL")                           \
    use(event_timed_null, GilEvent_WaitTimed(NULL, 1, 0), "GilEvent_WaitTimed: the event is NULL")          \
    use(semaphore_null, GilSemaphore_Acquire(NULL), "GilSemaphore_Acquire: the semaphore is NULL")          \
    use(semaphore_try_null, GilSemaphore_TryAcquire(NULL), "GilSemaphore_TryAcquire: the semaphore is NULL") \
    use(semaphore_timed_null, GilSemaphore_AcquireTimed(NULL, 1, 0), "AcquireTimed: the semaphore is NULL") \
    use(semaphore_release_null, GilSemaphore_Release(NULL, 1), "GilSemaphore_Release: the semaphore is NULL") \
    use(barrier_null, GilBarrier_Wait(NULL), "GilBarrier_Wait: the barrier is NULL")                        \
    use(barrier_empty, GilBarrier_Wait(&for_nobody), "GilBarrier_Wait: the barrier is for nobody")          \
    use(once_is_null, GilOnce_IsDone(NULL), "GilOnce_IsDone: the once is NULL")                             \
    use(once_null, _GilOnce_CallSlow(NULL, return_it, NULL), "GilOnce_Call: the once is NULL")              \
    use(once_nothing, GilOnce_Call(&once_more, NULL, NULL), "GilOnce_Call: the function is NULL")           \
    use(once_within, GilOnce_Call(&once_more, call_it_again, NULL), "called from within the function that it calls")

#define DEFINE(name, call, message) \
    static void                     \
    name(void *unused)              \
    {                               \
        (void)unused;               \
        (void)(call);               \
    }
MISUSES(DEFINE)

START_TEST(test_state_meeting__misuse_stops_the_process)
{
#define EXPECT(name, call, message) gil_test_expect_abort(name, NULL, message);
    MISUSES(EXPECT)
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("state/meeting");
    TCase *tcase = tcase_create("meeting");
    TCase *ending = tcase_create("ending");

    tcase_add_checked_fixture(tcase, world_start, world_stop);
    tcase_add_test(tcase, test_state_meeting__attached_threads_wait_for_each_other);
    tcase_add_test(tcase, test_state_meeting__a_call_once_may_leave_the_lock);
    tcase_add_test(tcase, test_state_meeting__attached_threads_meet);
    tcase_add_test(tcase, test_state_meeting__who_attends_in_a_wait_for_a_condition_looks_again);
    tcase_add_test(tcase, test_state_meeting__who_attends_at_a_barrier_comes_back_to_it);
    tcase_add_test(tcase, test_state_meeting__misuse_stops_the_process);
    suite_add_tcase(suite, tcase);
    tcase_add_checked_fixture(ending, world_start, NULL);
    tcase_add_test(ending, test_state_meeting__who_is_too_late_passes_a_notification_on);
    tcase_add_test(ending, test_state_meeting__who_is_too_late_for_the_mutex_passes_a_notification_on);
    tcase_add_test(ending, test_state_meeting__who_is_too_late_and_finds_the_mutex_taken_passes_a_notification_on);
    tcase_add_loop_test(ending, test_state_meeting__who_is_too_late_leaves_a_call_to_others, 0, 2);
    suite_add_tcase(suite, ending);
    return suite;
}
