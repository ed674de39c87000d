/* SPDX-License-Identifier: MIT */
/* <gilrt/lock.h> as a host uses it. */
#include "support/support.h"

#include <gilrt.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

START_TEST(test_api_lock__allow_threads_leaves_and_returns)
{
    ck_assert_int_eq(GilThreadState_IsAttached(), 1);
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
    Gil_BLOCK_THREADS
    ck_assert_int_eq(GilThreadState_IsAttached(), 1);
    Gil_UNBLOCK_THREADS
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(GilThreadState_IsAttached(), 1);
}
END_TEST

START_TEST(test_api_lock__a_blocking_call_leaves_and_returns)
{
    Gil_BEGIN_BLOCKING_CALL
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
    Gil_BLOCK_THREADS
    ck_assert_int_eq(GilThreadState_IsAttached(), 1);
    Gil_UNBLOCK_THREADS
    ck_assert_int_eq(GilThreadState_IsAttached(), 0);
    Gil_END_BLOCKING_CALL
    ck_assert_int_eq(GilThreadState_IsAttached(), 1);
}
END_TEST

static int
count_and_give(int *calls, int result)
{
    ++*calls;
    return result;
}

START_TEST(test_api_lock__the_conditional_form)
{
    int calls = 0;

    for (int on = 0; on <= 1; on++) {
        Gil_BEGIN_ALLOW_THREADS_COND(count_and_give(&calls, on))
        ck_assert_int_eq(GilThreadState_IsAttached(), !on);
        Gil_END_ALLOW_THREADS_COND
        ck_assert_int_eq(GilThreadState_IsAttached(), 1);
        ck_assert_int_eq(calls, on + 1);
    }
}
END_TEST

START_TEST(test_api_lock__save_and_restore)
{
    GilThreadState *ts = GilThreadState_Get();

    ck_assert_ptr_eq(GilEval_SaveThread(), ts);
    ck_assert_ptr_null(GilThreadState_GetUnchecked());
    GilEval_RestoreThread(ts);
    GilEval_ReleaseThread(ts);
    GilEval_AcquireThread(ts);
    ck_assert_ptr_eq(GilThreadState_Get(), ts);
}
END_TEST

START_TEST(test_B9_errno_is_kept)
{
    errno = ENOTTY;
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(errno, ENOTTY);
    Gil_END_ALLOW_THREADS
    GilEval_RestoreThread(GilEval_SaveThread());
    ck_assert_int_eq(Gil_Poll(), 0);
    Gil_BEGIN_BLOCKING_CALL
    ck_assert_int_eq(errno, ENOTTY);
    Gil_END_BLOCKING_CALL
    Gil_BEGIN_ALLOW_THREADS_COND(errno == ENOTTY)
    ck_assert_int_eq(errno, ENOTTY);
    Gil_END_ALLOW_THREADS_COND
    ck_assert_int_eq(GilEval_TryRestoreThread(GilEval_SaveThread()), 1);
    ck_assert_int_eq(GilEval_TimedRestoreThread(GilEval_SaveThread(), 1000), 1);
    ck_assert_int_eq(GilEval_Yield(), 0);
    ck_assert_int_eq(errno, ENOTTY);
}
END_TEST

/* --- two threads --- */

static GilInterpreterGuard *guard;
static int inside, stop; /* accessed by __atomic_* */
static GilObject *list;

static void *
append_until_stopped(void *unused)
{
    (void)unused;
    GilThreadStateToken *token = GilThreadState_Ensure(guard);
    ck_assert_ptr_nonnull(token);
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
        ck_assert_int_eq(__atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST), 1);
        ck_assert_int_eq(GilList_Append(list, Gil_None), 0);
        ck_assert_int_eq(__atomic_sub_fetch(&inside, 1, __ATOMIC_SEQ_CST), 0);
        ck_assert_int_eq(Gil_Poll(), 0);
        Gil_BEGIN_ALLOW_THREADS
        Gil_END_ALLOW_THREADS
    }
    GilThreadState_Release(token);
    return NULL;
}

START_TEST(test_api_lock__threads_share_a_list)
{
    enum { THREADS = 3 };
    pthread_t threads[THREADS];
    GilInterpreterState *interp = GilInterpreterState_Get();

    ck_assert_int_eq(GilInterpreterState_SetSwitchInterval(interp, GIL_SWITCH_INTERVAL_MIN), 0);
    guard = GilInterpreterGuard_FromCurrent();
    list = GilList_New(0);
    ck_assert(guard != NULL && list != NULL);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, append_until_stopped, NULL), 0);
    /* A hog that polls is no obstacle. */
    while (GilList_Size(list) < 1000)
        ck_assert_int_eq(Gil_PollThread(GilThreadState_Get()), 0);
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    Gil_BEGIN_ALLOW_THREADS
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    Gil_END_ALLOW_THREADS
    Gil_DECREF(list);
    GilInterpreterGuard_Close(guard);
}
END_TEST

/* A guest: a thread that attaches its own state, by one of three calls, and keeps the lock until it may leave. */
struct guest {
    GilThreadState *ts;
    int way; /* 0 restore, 1 try, 2 timed */
    uint64_t ns;
    int result, inside, may_leave, over; /* accessed by __atomic_* */
};

static int
load(const int *flag)
{
    return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static void
store(int *flag, int value)
{
    __atomic_store_n(flag, value, __ATOMIC_RELEASE);
}

static void
until(const int *flag)
{
    while (!load(flag))
        sched_yield();
}

static void *
visit(void *arg)
{
    struct guest *guest = (struct guest *)arg;

    guest->result = 1;
    if (guest->way == 0)
        GilEval_RestoreThread(guest->ts);
    else if (guest->way == 1)
        guest->result = GilEval_TryRestoreThread(guest->ts);
    else
        guest->result = GilEval_TimedRestoreThread(guest->ts, guest->ns);
    if (guest->result == 1) {
        ck_assert_ptr_eq(GilThreadState_Get(), guest->ts);
        store(&guest->inside, 1);
        until(&guest->may_leave);
        GilEval_ReleaseThread(guest->ts);
    }
    store(&guest->over, 1);
    return NULL;
}

static pthread_t
send_guest(struct guest *guest)
{
    pthread_t thread;

    if (guest->ts == NULL)
        guest->ts = GilThreadState_New(GilInterpreterState_Get());
    ck_assert_ptr_nonnull(guest->ts);
    ck_assert_int_eq(pthread_create(&thread, NULL, visit, guest), 0);
    return thread;
}

static void
part(pthread_t thread, struct guest *guest)
{
    Gil_BEGIN_BLOCKING_CALL
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    Gil_END_BLOCKING_CALL
    GilThreadState_Delete(guest->ts);
}

static GilLockInfo
look(GilInterpreterState *interp)
{
    GilLockInfo info;

    GilLockInfo_Init(&info);
    ck_assert_int_eq(GilLock_GetInfo(interp, &info), 0);
    return info;
}

static void
until_waiting(GilInterpreterState *interp, uint64_t waiters)
{
    while (look(interp).waiters != waiters)
        sched_yield();
}

START_TEST(test_api_lock__yield_lets_a_waiter_run)
{
    GilInterpreterState *interp = GilInterpreterState_Get();
    struct guest guest = {.may_leave = 1};

    ck_assert_int_eq(GilInterpreterState_SetSwitchInterval(interp, GIL_SWITCH_INTERVAL_MAX), 0);
    ck_assert_int_eq(GilEval_Yield(), 0);
    pthread_t thread = send_guest(&guest);
    until_waiting(interp, 1);
    ck_assert_int_eq(Gil_Poll(), 0); /* it is owed nothing for an hour */
    ck_assert_int_eq(load(&guest.inside), 0);
    ck_assert_int_eq(GilEval_Yield(), 0);
    ck_assert_int_eq(load(&guest.inside), 1);
    ck_assert_uint_eq(look(interp).switches_forced, 1);
    part(thread, &guest);
}
END_TEST

START_TEST(test_api_lock__a_ticker_polls_now_and_then)
{
    GilThreadState *ts = GilThreadState_Get();
    GilTicker ticker = GIL_TICKER_INIT(64);
    struct guest guest = {.may_leave = 1};

    ck_assert_uint_eq(ticker.left, 64);
    ck_assert_uint_eq(ticker.every, 64);
    ck_assert_int_eq(GilInterpreterState_SetSwitchInterval(GilInterpreterState_Get(), GIL_SWITCH_INTERVAL_MIN), 0);
    pthread_t thread = send_guest(&guest);
    while (!load(&guest.inside))
        ck_assert_int_eq(Gil_PollTick(ts, &ticker), 0);
    part(thread, &guest);
}
END_TEST

START_TEST(test_api_lock__try_and_timed_give_up_while_it_is_held)
{
    for (int way = 1; way <= 2; way++) {
        static const uint64_t times[] = {0, 1000000};
        for (size_t i = 0; i < Gil_ARRAY_LENGTH(times); i++) {
            struct guest guest = {.way = way, .ns = times[i], .may_leave = 1};
            pthread_t thread = send_guest(&guest);
            until(&guest.over); /* without this thread's doing anything */
            ck_assert_int_eq(guest.result, 0);
            part(thread, &guest);
        }
    }
    ck_assert_uint_eq(look(GilInterpreterState_Get()).waiters, 0);
    ck_assert_int_eq(GilErr_Occurred() != NULL, 0);
}
END_TEST

START_TEST(test_api_lock__try_and_timed_take_a_free_lock)
{
    for (int way = 1; way <= 2; way++) {
        struct guest guest = {.way = way, .may_leave = 1};
        pthread_t thread;

        guest.ts = GilThreadState_New(GilInterpreterState_Get());
        Gil_BEGIN_ALLOW_THREADS
        thread = send_guest(&guest);
        until(&guest.over);
        Gil_END_ALLOW_THREADS
        ck_assert_int_eq(guest.result, 1);
        part(thread, &guest);
    }
}
END_TEST

START_TEST(test_api_lock__timed_without_end_waits)
{
    struct guest guest = {.way = 2, .ns = UINT64_MAX, .may_leave = 1};
    GilInterpreterState *interp = GilInterpreterState_Get();

    ck_assert_int_eq(GilInterpreterState_SetSwitchInterval(interp, GIL_SWITCH_INTERVAL_MAX), 0);
    pthread_t thread = send_guest(&guest);
    until_waiting(interp, 1);
    ck_assert_int_eq(load(&guest.over), 0);
    part(thread, &guest);
    ck_assert_int_eq(guest.result, 1);
}
END_TEST

START_TEST(test_api_lock__stats)
{
    GilInterpreterState *interp = GilInterpreterState_Get();
    GilThreadState *ts = GilThreadState_Get();
    struct guest guest = {.may_leave = 1};
    GilLockStats stats;

    GilLockStats_Init(&stats);
    ck_assert_uint_eq(stats.size, sizeof stats);
    ck_assert_int_eq(GilThreadState_GetLockStats(ts, &stats), 0);
    ck_assert_uint_eq(stats.timing, 0);
    ck_assert_uint_eq(stats.waits, 0);
    ck_assert_uint_eq(stats.given_up, 0);
    ck_assert_int_eq(GilInterpreterState_SetSwitchInterval(interp, GIL_SWITCH_INTERVAL_MAX), 0);
    pthread_t thread = send_guest(&guest);
    until_waiting(interp, 1);
    ck_assert_int_eq(GilEval_Yield(), 0);
    ck_assert_int_eq(GilThreadState_GetLockStats(ts, &stats), 0);
    ck_assert_uint_eq(stats.given_up, 1);
    ck_assert_uint_eq(stats.lent, 0);
    ck_assert_int_eq(GilThreadState_GetLockStats(guest.ts, &stats), 0);
    ck_assert_uint_eq(stats.waits, 1);
    ck_assert_uint_eq(stats.switches_forced, 1);
    ck_assert_uint_gt(stats.wait_ns, 0);
    ck_assert_uint_eq(stats.wait_max_ns, stats.wait_ns);

    ck_assert_int_eq(GilThreadState_GetLockStats(NULL, &stats), -1);
    ck_assert_int_eq(GilThreadState_GetLockStats(ts, NULL), -1);
    stats.size = sizeof stats - 1;
    ck_assert_int_eq(GilThreadState_GetLockStats(ts, &stats), -1);
    ck_assert_int_eq(GilErr_Occurred() != NULL, 0);
    part(thread, &guest);
}
END_TEST

/* A program of a later version brings a larger structure; one that never called GilLockStats_Init() brings nonsense. */
START_TEST(test_api_lock__stats_of_another_version)
{
    struct {
        GilLockStats known;
        uint64_t later[2];
    } stats;

    memset(&stats, 0xff, sizeof stats);
    stats.known.size = sizeof stats;
    ck_assert_int_eq(GilThreadState_GetLockStats(GilThreadState_Get(), &stats.known), 0);
    ck_assert_uint_eq(stats.known.size, sizeof stats);
    ck_assert_uint_eq(stats.known.waits, 0);
    ck_assert(stats.later[0] == 0 && stats.later[1] == 0);
}
END_TEST

/* --- what is told, and by whom --- */

static GilLongHold last_hold;
static int holds;
static pthread_t teller;

static void
note_hold(const GilLongHold *hold, void *data)
{
    ck_assert_ptr_eq(data, &holds);
    if (load(&holds) != 0)
        return;
    last_hold = *hold;
    teller = pthread_self();
    store(&holds, 1);
}

static uint32_t
timing_of(GilInterpreterState *interp)
{
    GilLockInfo info;

    GilLockInfo_Init(&info);
    ck_assert_int_eq(GilLock_GetInfo(interp, &info), 0);
    return info.timing;
}

START_TEST(test_api_lock__timing_is_of_the_lock_and_of_all_who_share_it)
{
    GilThreadState *here = GilThreadState_Get(), *there = NULL, *elsewhere = NULL;
    GilInterpreterState *interps[3] = {GilInterpreterState_Get()};
    GilInterpreterConfig config;

    GilInterpreterConfig_Init(&config);
    config.gil = GilInterpreterConfig_OWN_GIL;
    ck_assert(!GilStatus_Exception(Gil_NewInterpreterFromConfig(&elsewhere, &config)));
    interps[2] = GilInterpreterState_Get();
    config.gil = GilInterpreterConfig_SHARED_GIL;
    ck_assert(!GilStatus_Exception(Gil_NewInterpreterFromConfig(&there, &config)));
    interps[1] = GilInterpreterState_Get();
    (void)GilThreadState_Swap(here);
    ck_assert_int_eq(GilLock_SetTiming(interps[0], 1), 0);
    ck_assert_uint_eq(timing_of(interps[1]), 1);
    ck_assert_uint_eq(timing_of(interps[2]), 0);
    (void)GilThreadState_Swap(there);
    ck_assert_int_eq(GilLock_SetTiming(interps[1], 0), 0);
    ck_assert_uint_eq(timing_of(interps[0]), 0);
    Gil_EndInterpreter(there);
    (void)GilThreadState_Swap(elsewhere);
    Gil_EndInterpreter(elsewhere);
    (void)GilThreadState_Swap(here);
}
END_TEST

START_TEST(test_api_lock__a_long_hold_is_told_by_who_waits)
{
    GilInterpreterState *interp = GilInterpreterState_Get();
    struct guest guest = {.may_leave = 1};
    uint32_t line;

    ck_assert_int_eq(GilLock_SetLongHoldHook(NULL, 1000, note_hold, &holds), -1);
    ck_assert_int_eq(GilLock_SetLongHoldHook(interp, 0, note_hold, &holds), -1);
    ck_assert_int_eq(GilErr_Occurred() != NULL, 0);
    ck_assert_int_eq(GilInterpreterState_SetSwitchInterval(interp, GIL_SWITCH_INTERVAL_MIN), 0);
    ck_assert_int_eq(GilLock_SetLongHoldHook(interp, 1000, note_hold, &holds), 0);
    Gil_BEGIN_ALLOW_THREADS line = __LINE__;
    Gil_END_ALLOW_THREADS
    pthread_t thread = send_guest(&guest);
    until(&holds);
    ck_assert_int_eq(GilLock_SetLongHoldHook(interp, 0, NULL, NULL), 0);
    ck_assert(pthread_equal(teller, thread));
    ck_assert_uint_eq(last_hold.size, sizeof last_hold);
    ck_assert_int_eq(last_hold.interp, GilInterpreterState_GetID(interp));
    ck_assert_uint_eq(last_hold.holder, GilThreadState_GetID(GilThreadState_Get()));
    ck_assert_uint_eq(last_hold.waiter, GilThreadState_GetID(guest.ts));
    ck_assert_uint_eq(last_hold.waiters, 1);
    ck_assert_uint_ge(last_hold.waited_ns, 1000);
    ck_assert_str_eq(last_hold.file, __FILE__);
    ck_assert_uint_eq(last_hold.line, line);
    part(thread, &guest);
}
END_TEST

static int flag; /* a host's interrupt */

static void
set_flag(void *data)
{
    ck_assert_ptr_eq(data, &flag);
    store(&flag, 1);
}

/* A host that polls only when its flag is set. */
START_TEST(test_api_lock__a_preempt_hook_arms_the_hosts_interrupt)
{
    struct guest guest = {.may_leave = 1};

    ck_assert_int_eq(GilInterpreterState_SetSwitchInterval(GilInterpreterState_Get(), GIL_SWITCH_INTERVAL_MIN), 0);
    ck_assert_int_eq(GilThreadState_SetPreemptHook(set_flag, &flag), 0);
    pthread_t thread = send_guest(&guest);
    until(&flag);
    ck_assert_int_eq(load(&guest.inside), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(load(&guest.inside), 1);
    ck_assert_int_eq(GilThreadState_SetPreemptHook(NULL, NULL), 0);
    part(thread, &guest);
}
END_TEST

START_TEST(test_api_lock__latency_and_weight_have_bounds)
{
    GilThreadState *ts = GilThreadState_Get();
    static const int latencies[] = {GIL_LATENCY_PATIENT, GIL_LATENCY_URGENT, GIL_LATENCY_LEARNED};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(latencies); i++)
        ck_assert_int_eq(GilThreadState_SetLatency(ts, latencies[i]), 0);
    ck_assert_int_eq(GilThreadState_SetLatency(ts, GIL_LATENCY_URGENT + 1), -1);
    ck_assert_int_eq(GilThreadState_SetLatency(ts, GIL_LATENCY_PATIENT - 1), -1);
    ck_assert_int_eq(GilThreadState_SetLatency(NULL, GIL_LATENCY_LEARNED), -1);
    ck_assert_int_eq(GilThreadState_SetWeight(ts, 10), 0);
    ck_assert_int_eq(GilThreadState_SetWeight(ts, 1000), 0);
    ck_assert_int_eq(GilThreadState_SetWeight(ts, 100), 0);
    ck_assert_int_eq(GilThreadState_SetWeight(ts, 9), -1);
    ck_assert_int_eq(GilThreadState_SetWeight(ts, 1001), -1);
    ck_assert_int_eq(GilThreadState_SetWeight(NULL, 100), -1);
    ck_assert_int_eq(GilErr_Occurred() != NULL, 0);
}
END_TEST

/* Urgent: at the next poll, an hour before its turn. */
START_TEST(test_api_lock__an_urgent_thread_borrows_the_lock)
{
    GilInterpreterState *interp = GilInterpreterState_Get();
    struct guest guest = {.may_leave = 1};

    guest.ts = GilThreadState_New(interp);
    ck_assert_int_eq(GilInterpreterState_SetSwitchInterval(interp, GIL_SWITCH_INTERVAL_MAX), 0);
    ck_assert_int_eq(GilThreadState_SetLatency(guest.ts, GIL_LATENCY_URGENT), 0);
    pthread_t thread = send_guest(&guest);
    while (!load(&guest.inside))
        ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_uint_eq(look(interp).loans, 1);
    ck_assert_uint_eq(look(interp).switches_forced, 1);
    part(thread, &guest);
}
END_TEST

/* Who has the lock after a wait has a beginning, also outside timing mode. */
START_TEST(test_api_lock__info_of_a_hold_that_was_seen)
{
    GilInterpreterState *interp = GilInterpreterState_Get();
    struct guest guest = {.may_leave = 0};

    ck_assert_uint_eq(look(interp).since_ns, 0);
    ck_assert_int_eq(GilInterpreterState_SetSwitchInterval(interp, GIL_SWITCH_INTERVAL_MAX), 0);
    pthread_t thread = send_guest(&guest);
    until_waiting(interp, 1);
    Gil_BEGIN_ALLOW_THREADS
    until(&guest.inside);
    GilLockInfo info = look(interp);
    ck_assert_uint_eq(info.holder, GilThreadState_GetID(guest.ts));
    ck_assert_uint_gt(info.since_ns, 0);
    while (look(interp).held_ns < info.held_ns + 100000)
        sched_yield();
    ck_assert_uint_eq(look(interp).since_ns, info.since_ns);
    store(&guest.may_leave, 1);
    Gil_END_ALLOW_THREADS
    part(thread, &guest);
    ck_assert_uint_eq(look(interp).switches_voluntary, 2);
}
END_TEST

START_TEST(test_api_lock__info_counts_thefts)
{
    GilInterpreterState *interp = GilInterpreterState_Get();
    struct guest guest = {.may_leave = 1};
    pthread_t thread;

    guest.ts = GilThreadState_New(interp);
    Gil_BEGIN_ALLOW_THREADS
    thread = send_guest(&guest);
    until(&guest.inside);
    Gil_END_ALLOW_THREADS
    part(thread, &guest);
    ck_assert_uint_eq(look(interp).switches_stolen, look(interp).mode == GIL_LOCK_ASYMMETRIC);
    ck_assert_uint_eq(look(interp).membarriers, look(interp).switches_stolen);
}
END_TEST

START_TEST(test_api_lock__info)
{
    GilInterpreterState *interp = GilInterpreterState_Get();
    GilLockInfo info;

    GilLockInfo_Init(&info);
    ck_assert_uint_eq(info.size, sizeof info);
    ck_assert_int_eq(GilLock_GetInfo(interp, &info), 0);
    ck_assert(info.mode == GIL_LOCK_FENCED || info.mode == GIL_LOCK_ASYMMETRIC);
    ck_assert_uint_eq(info.membarriers, 0);
    ck_assert_uint_eq(info.holder, GilThreadState_GetID(GilThreadState_Get()));
    ck_assert_uint_eq(info.waiters, 0);
    ck_assert_uint_eq(info.timing, 0);
    ck_assert_uint_eq(info.held_ns, 0);
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(GilLock_GetInfo(interp, &info), 0);
    ck_assert_uint_eq(info.holder, 0);
    Gil_END_ALLOW_THREADS
}
END_TEST

START_TEST(test_api_lock__timing)
{
    GilInterpreterState *interp = GilInterpreterState_Get();
    GilLockInfo info;

    GilLockInfo_Init(&info);
    ck_assert_int_eq(GilLock_SetTiming(interp, 1), 0);
    do
        ck_assert_int_eq(GilLock_GetInfo(interp, &info), 0);
    while (info.held_ns == 0);
    ck_assert_uint_eq(info.timing, 1);
    ck_assert_uint_gt(info.since_ns, 0);
    ck_assert_int_eq(GilLock_SetTiming(interp, 0), 0);
    ck_assert_int_eq(GilLock_SetTiming(NULL, 1), -1);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_SystemError), 1);
    GilErr_Clear();
}
END_TEST

START_TEST(test_A12_the_interval_has_bounds)
{
    GilInterpreterState *interp = GilInterpreterState_Get();

    ck_assert_uint_eq(GilInterpreterState_GetSwitchInterval(interp), GIL_SWITCH_INTERVAL_DEFAULT);
    ck_assert_int_eq(GilInterpreterState_SetSwitchInterval(interp, 1), 0);
    ck_assert_uint_eq(GilInterpreterState_GetSwitchInterval(interp), GIL_SWITCH_INTERVAL_MIN);
    ck_assert_int_eq(GilInterpreterState_SetSwitchInterval(interp, UINT64_MAX), 0);
    ck_assert_uint_eq(GilInterpreterState_GetSwitchInterval(interp), GIL_SWITCH_INTERVAL_MAX);
    ck_assert_int_eq(GilInterpreterState_SetSwitchInterval(NULL, 1), -1);
}
END_TEST

/* A program of a later version brings a larger structure; one that never called GilLockInfo_Init() brings nonsense. */
START_TEST(test_api_lock__info_of_another_version)
{
    struct {
        GilLockInfo known;
        uint64_t later[2];
    } info;

    memset(&info, 0xff, sizeof info);
    info.known.size = sizeof info;
    ck_assert_int_eq(GilLock_GetInfo(GilInterpreterState_Get(), &info.known), 0);
    ck_assert_uint_eq(info.known.size, sizeof info);
    ck_assert_uint_ne(info.known.holder, 0);
    ck_assert_uint_eq(info.known.waiters, 0);
    ck_assert(info.later[0] == 0 && info.later[1] == 0);
    info.known.size = sizeof info.known - 1;
    ck_assert_int_eq(GilLock_GetInfo(GilInterpreterState_Get(), &info.known), -1);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("api/lock");
    TCase *tcase = tcase_create("lock");

    tcase_add_checked_fixture(tcase, gil_test_start, gil_test_stop);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_api_lock__allow_threads_leaves_and_returns);
    tcase_add_test(tcase, test_api_lock__save_and_restore);
    tcase_add_test(tcase, test_B9_errno_is_kept);
    tcase_add_test(tcase, test_api_lock__threads_share_a_list);
    tcase_add_test(tcase, test_api_lock__timing_is_of_the_lock_and_of_all_who_share_it);
    tcase_add_test(tcase, test_api_lock__info);
    tcase_add_test(tcase, test_api_lock__info_of_another_version);
    tcase_add_test(tcase, test_api_lock__timing);
    tcase_add_test(tcase, test_A12_the_interval_has_bounds);
    tcase_add_test(tcase, test_api_lock__a_blocking_call_leaves_and_returns);
    tcase_add_test(tcase, test_api_lock__the_conditional_form);
    tcase_add_test(tcase, test_api_lock__yield_lets_a_waiter_run);
    tcase_add_test(tcase, test_api_lock__a_ticker_polls_now_and_then);
    tcase_add_test(tcase, test_api_lock__try_and_timed_give_up_while_it_is_held);
    tcase_add_test(tcase, test_api_lock__try_and_timed_take_a_free_lock);
    tcase_add_test(tcase, test_api_lock__timed_without_end_waits);
    tcase_add_test(tcase, test_api_lock__stats_of_another_version);
    tcase_add_test(tcase, test_api_lock__a_long_hold_is_told_by_who_waits);
    tcase_add_test(tcase, test_api_lock__a_preempt_hook_arms_the_hosts_interrupt);
    tcase_add_test(tcase, test_api_lock__latency_and_weight_have_bounds);
    tcase_add_test(tcase, test_api_lock__an_urgent_thread_borrows_the_lock);
    tcase_add_test(tcase, test_api_lock__info_of_a_hold_that_was_seen);
    tcase_add_test(tcase, test_api_lock__info_counts_thefts);
    tcase_add_test(tcase, test_api_lock__stats);
    suite_add_tcase(suite, tcase);
    return suite;
}
