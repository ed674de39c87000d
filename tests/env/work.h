/* SPDX-License-Identifier: MIT */
/* What threads of a host do with the lock, in every way there is to leave and take it; for the tests of this folder. */
#ifndef TESTS_ENV_WORK_H
#define TESTS_ENV_WORK_H

#include <check.h>
#include <errno.h>
#include <gilrt.h>
#include <pthread.h>
#include <sched.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { WORKERS = 4, WORK_ROUNDS = 1200, WORK_KINDS = 9, WORK_WITH_OBJECTS = 6, WORK_KEYS = 16 };

static struct {
    GilInterpreterGuard *guard; /* [const] */
    GilObject *list, *dict;     /* [gil] */
    int inside;                 /* [gil] plain on purpose: a second thread inside is a race that a sanitizer sees, too */
    long rounds, appended;      /* [gil] */
} work;

/* As ck_assert(), which writes to a pipe each time that it is passed. */
#define work_must(condition) ((condition) ? (void)0 : ck_abort_msg("%s", #condition))

/* Until the clock is so much further: where it is time itself that has to pass while nothing happens. */
static inline void
work_until_the_clock_is_further(uint64_t ns)
{
    const struct itimerspec then = {.it_value = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)}};
    uint64_t times = 0;
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

    work_must(timer >= 0 && timerfd_settime(timer, 0, &then, NULL) == 0);
    while (times == 0)
        work_must(read(timer, &times, sizeof(times)) == sizeof(times) || errno == EINTR);
    close(timer);
}

/* What only one thread at a time can do. */
static inline void
work_alone(void)
{
    work_must(work.inside++ == 0);
    work.rounds++;
    work_must(--work.inside == 0);
}

/* With objects: the reference holds what another thread replaces meanwhile. */
static inline void
work_with_objects(int round)
{
    char key[] = {(char)('a' + round % WORK_KEYS), '\0'};
    GilObject *number = GilLong_FromLong(round), *found = NULL;

    work_must(number != NULL && GilList_Append(work.list, number) == 0);
    work.appended++;
    work_must(GilDict_SetItemString(work.dict, key, number) == 0);
    work_must(GilDict_GetItemStringRef(work.dict, key, &found) == 1);
    Gil_BEGIN_ALLOW_THREADS
    sched_yield();
    Gil_END_ALLOW_THREADS
    work_must(GilLong_AsLong(found) == round);
    Gil_DECREF(found);
    Gil_DECREF(number);
}

/* A callback of native code, which knows the interpreter only. */
static inline void
work_in_a_callback(void)
{
    GilThreadState *ts = GilThreadState_Get();

    Gil_BEGIN_ALLOW_THREADS
    GilThreadStateToken *token = GilThreadState_Ensure(work.guard);
    work_must(GilThreadState_Get() == ts);
    work_alone();
    work.rounds--;
    GilThreadState_Release(token);
    work_must(!GilThreadState_IsAttached());
    Gil_END_ALLOW_THREADS
}

static inline void
work_once(int kind, int round)
{
    GilThreadState *ts;

    switch (kind) {
    case 0:
        Gil_BEGIN_ALLOW_THREADS
        Gil_END_ALLOW_THREADS
        break;
    case 1:
        Gil_BEGIN_BLOCKING_CALL
        sched_yield();
        Gil_END_BLOCKING_CALL
        break;
    case 2:
        work_must(GilEval_Yield() == 0);
        break;
    case 3:
        GilEval_RestoreThread(GilEval_SaveThread());
        break;
    case 4:
        ts = GilEval_SaveThread();
        while (GilEval_TryRestoreThread(ts) != 1)
            sched_yield();
        break;
    case 5:
        ts = GilEval_SaveThread();
        while (GilEval_TimedRestoreThread(ts, 20000) != 1)
            continue;
        break;
    case WORK_WITH_OBJECTS:
        work_with_objects(round);
        break;
    case 7:
        work_in_a_callback();
        break;
    default:
        work_must(Gil_Poll() == 0);
    }
}

static inline void *
work_all_day(void *number)
{
    GilThreadStateToken *token = NULL;

    for (int i = 0; i < WORK_ROUNDS; i++) {
        if (token == NULL)
            token = GilThreadState_Ensure(work.guard);
        work_must(token != NULL);
        work_alone();
        int kind = (i + *(int *)number) % WORK_KINDS;
        errno = i;
        work_once(kind, i);
        work_must(errno == i || kind == WORK_WITH_OBJECTS);
        if (i % 64 == 63) {
            GilThreadState_Release(token);
            token = NULL;
        }
    }
    if (token != NULL)
        GilThreadState_Release(token);
    return NULL;
}

/* What they share, in the caller's interpreter. */
static inline void
work_open(void)
{
    work.guard = GilInterpreterGuard_FromCurrent();
    work.list = GilList_New(0);
    work.dict = GilDict_New();
    work.rounds = work.appended = 0;
    work_must(work.guard != NULL && work.list != NULL && work.dict != NULL);
}

/* What the lock says of itself: fenced, and then no fence reached into another thread; or not, and then one did. */
static inline void
work_mode_is(int fenced)
{
    GilLockInfo info;

    GilLockInfo_Init(&info);
    ck_assert_int_eq(GilLock_GetInfo(GilInterpreterState_Get(), &info), 0);
    ck_assert_uint_eq(info.waiters, 0);
    ck_assert_uint_eq(info.mode, fenced ? GIL_LOCK_FENCED : GIL_LOCK_ASYMMETRIC);
    ck_assert_uint_eq(info.membarriers > 0, !fenced);
    ck_assert_uint_eq(info.switches_stolen > 0 && fenced, 0);
    ck_assert_uint_ge(info.switches_voluntary + info.switches_forced, WORKERS);
}

/* All threads have done their work, and it adds up. */
static inline void
work_close(int fenced)
{
    ck_assert_int_eq(GilList_Size(work.list), work.appended);
    work_mode_is(fenced);
    Gil_CLEAR(work.list);
    Gil_CLEAR(work.dict);
    GilInterpreterGuard_Close(work.guard);
}

/* The threads do their work in the caller's interpreter. */
static inline void
work_in_this_interpreter(int fenced)
{
    static int numbers[WORKERS];
    pthread_t threads[WORKERS];

    work_open();
    GilInterpreterState_SetSwitchInterval(GilInterpreterState_Get(), 50000);
    for (int i = 0; i < WORKERS; i++) {
        numbers[i] = 2 * i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work_all_day, &numbers[i]), 0);
    }
    /* It counts as well, and gives the lock up only when it is asked to. */
    for (int i = 0; i < WORK_ROUNDS; i++) {
        work_alone();
        work_must(Gil_Poll() == 0);
    }
    Gil_BEGIN_ALLOW_THREADS
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(work.rounds, (WORKERS + 1) * (long)WORK_ROUNDS);
    work_close(fenced);
}

/* Starts the runtime; works in the main interpreter, and in one with a lock of its own; stops it; nothing is left. */
static inline void
work_as_a_host(int lock_mode, int fenced)
{
    GilConfig config;
    GilInterpreterConfig another;
    GilFinalizeReport report;
    GilThreadState *main_ts, *ts;

    GilConfig_Init(&config);
    config.lock_mode = lock_mode;
    GilStatus status = Gil_InitializeFromConfig(&config);
    ck_assert_msg(!GilStatus_Exception(status), "%s", status.err_msg);
    work_in_this_interpreter(fenced);
    main_ts = GilThreadState_Get();
    GilInterpreterConfig_Init(&another);
    another.gil = GilInterpreterConfig_OWN_GIL;
    another.lock_mode = lock_mode;
    status = Gil_NewInterpreterFromConfig(&ts, &another);
    ck_assert_msg(!GilStatus_Exception(status), "%s", status.err_msg);
    work_in_this_interpreter(fenced);
    Gil_EndInterpreter(ts);
    GilEval_RestoreThread(main_ts);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    GilFinalizeReport_Init(&report);
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    ck_assert_uint_eq(report.objects, 0);
    ck_assert_uint_eq(report.blocks, 0);
}

#endif
