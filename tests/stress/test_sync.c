/* SPDX-License-Identifier: MIT */
/*
 * Threads that take all kinds of locks for users in every way for a while, attached and not.
 *
 * Each thread draws its steps from a generator of its own; the seed is printed, and GIL_STRESS_SEED repeats it as far as
 * the system's scheduler lets it. GIL_STRESS_SECONDS makes a run longer. What is held to: nobody inside who must not be,
 * permits and what is counted add up, everybody comes to his end. Sanitizers look on.
 */
#include "support/support.h"

#include <gilrt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { THREADS = 6, PERMITS = 2 };

struct worker {
    pthread_t thread;
    uint64_t random;
    long mutex, recursive, rw, foreign, put, got; /* times that it was inside, or what it moved */
};

static struct worker workers[THREADS];
static GilInterpreterGuard *guard;
static int over; /* accessed by __atomic_* */

static GilMutex mutex, slot_mutex;
static GilRecursiveMutex recursive;
static GilRWMutex rw;
static GilSemaphore semaphore = GilSemaphore_INIT(PERMITS);
static GilCondition filled;
static GilEvent started;
static GilOnce once;
static pthread_mutex_t foreign = PTHREAD_MUTEX_INITIALIZER;
/* Plain on purpose: a second thread inside is a race that a sanitizer sees. */
static long in_mutex, in_recursive, in_rw, in_rw_too, in_foreign; /* under the lock of that name */
static long slot;                                                /* [slot_mutex] things that nobody has taken yet */
static int permits_out;                                          /* accessed by __atomic_* */
static int runs;                                                 /* [once] */

static double
seconds_wanted(void)
{
    const char *text = getenv("GIL_STRESS_SECONDS");
    return text != NULL ? atof(text) : 2;
}

static uint64_t
now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* xorshift: quick, and good enough to mix steps. */
static unsigned
draw(struct worker *w, unsigned below)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (unsigned)(w->random >> 33) % below;
}

/* A wait of some microseconds at most, which sleeps end in the middle of. */
static uint64_t
moment(struct worker *w)
{
    return draw(w, 30000);
}

/* Inside: an attached holder may lose the interpreter's lock. */
static void
stay(struct worker *w)
{
    if (draw(w, 8) == 0 && GilThreadState_IsAttached()) {
        Gil_BEGIN_ALLOW_THREADS
        Gil_END_ALLOW_THREADS
    }
}

static int
one_at_most(void *unused)
{
    (void)unused;
    runs++;
    return 0;
}

static void
use_mutex(struct worker *w)
{
    unsigned flags = GilThreadState_IsAttached() && draw(w, 2) ? GIL_WAIT_INTERRUPTIBLE : 0;
    unsigned how = draw(w, 3);
    int got = how == 0 ? GilMutex_TryLock(&mutex) : how == 1 ? GilMutex_LockTimed(&mutex, moment(w), flags) : 1;

    if (how == 2)
        GilMutex_Lock(&mutex);
    ck_assert_int_ge(got, 0);
    if (!got)
        return;
    in_mutex++;
    stay(w);
    w->mutex++;
    GilMutex_Unlock(&mutex);
}

static void
use_recursive(struct worker *w)
{
    GilRecursiveMutex_Lock(&recursive);
    if (draw(w, 2)) {
        ck_assert_int_eq(GilRecursiveMutex_LockTimed(&recursive, moment(w), 0), 1);
        stay(w);
        GilRecursiveMutex_Unlock(&recursive);
    }
    in_recursive++;
    w->recursive++;
    GilRecursiveMutex_Unlock(&recursive);
}

static void
use_rw(struct worker *w)
{
    if (draw(w, 4) == 0) {
        if (draw(w, 2))
            GilRWMutex_Lock(&rw);
        else if (GilRWMutex_LockTimed(&rw, moment(w), 0) == 0)
            return;
        in_rw++;
        stay(w);
        in_rw_too++;
        w->rw++;
        GilRWMutex_Unlock(&rw);
    }
    else {
        if (draw(w, 2))
            GilRWMutex_RLock(&rw);
        else if (GilRWMutex_RLockTimed(&rw, moment(w), 0) == 0)
            return;
        ck_assert_int_eq(in_rw, in_rw_too);
        GilRWMutex_RUnlock(&rw);
    }
}

static void
use_semaphore(struct worker *w)
{
    if (draw(w, 2))
        GilSemaphore_Acquire(&semaphore);
    else if (GilSemaphore_AcquireTimed(&semaphore, moment(w), 0) == 0)
        return;
    ck_assert_int_lt(__atomic_fetch_add(&permits_out, 1, __ATOMIC_SEQ_CST), PERMITS);
    stay(w);
    __atomic_fetch_sub(&permits_out, 1, __ATOMIC_SEQ_CST);
    ck_assert_int_eq(GilSemaphore_Release(&semaphore, 1), 0);
}

static void
use_condition(struct worker *w)
{
    GilMutex_Lock(&slot_mutex);
    if (draw(w, 2)) {
        slot++;
        w->put++;
        GilMutex_Unlock(&slot_mutex);
        if (draw(w, 8))
            GilCondition_Notify(&filled);
        else
            GilCondition_NotifyAll(&filled);
        return;
    }
    if (slot == 0)
        (void)GilCondition_WaitTimed(&filled, &slot_mutex, moment(w), 0);
    if (slot > 0) {
        slot--;
        w->got++;
    }
    GilMutex_Unlock(&slot_mutex);
}

static void
use_foreign(struct worker *w)
{
    ck_assert_int_eq(GilForeignLock_LockPthread(&foreign), 0);
    in_foreign++;
    stay(w);
    w->foreign++;
    pthread_mutex_unlock(&foreign);
}

static void
step(struct worker *w)
{
    static void (*const uses[])(struct worker *) = {use_mutex, use_recursive, use_rw, use_semaphore, use_condition,
                                                    use_foreign};

    uses[draw(w, Gil_ARRAY_LENGTH(uses))](w);
    ck_assert_int_eq(GilOnce_Call(&once, one_at_most, NULL), 0);
}

static void *
work(void *arg)
{
    struct worker *w = arg;

    GilEvent_Wait(&started);
    while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
        GilThreadStateToken *token = draw(w, 2) ? GilThreadState_Ensure(guard) : NULL;
        for (unsigned i = draw(w, 20); i > 0; i--)
            step(w);
        if (token != NULL)
            GilThreadState_Release(token);
    }
    return NULL;
}

static uint64_t
seed(void)
{
    const char *text = getenv("GIL_STRESS_SEED");
    uint64_t value = text != NULL ? strtoull(text, NULL, 0) : now_ns();
    fprintf(stderr, "GIL_STRESS_SEED=%#llx\n", (unsigned long long)value);
    return value;
}

static void
run_threads(void)
{
    uint64_t base = seed();

    for (int i = 0; i < THREADS; i++) {
        workers[i].random = (base ^ ((uint64_t)i + 1) * UINT64_C(0x9E3779B97F4A7C15)) | 1;
        ck_assert_int_eq(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    GilEvent_Set(&started);
    Gil_BEGIN_BLOCKING_CALL
    GilEvent never = {0};
    ck_assert_int_eq(GilEvent_WaitTimed(&never, (uint64_t)(seconds_wanted() * 1e9), 0), 0);
    __atomic_store_n(&over, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(workers[i].thread, NULL), 0);
    Gil_END_BLOCKING_CALL
}

START_TEST(test_stress_sync__all_kinds_in_every_way)
{
    struct worker sum = {0};

    guard = GilInterpreterGuard_FromCurrent();
    ck_assert_ptr_nonnull(guard);
    run_threads();
    for (int i = 0; i < THREADS; i++) {
        sum.mutex += workers[i].mutex;
        sum.recursive += workers[i].recursive;
        sum.rw += workers[i].rw;
        sum.foreign += workers[i].foreign;
        sum.put += workers[i].put;
        sum.got += workers[i].got;
    }
    ck_assert_int_eq(in_mutex, sum.mutex);
    ck_assert_int_eq(in_recursive, sum.recursive);
    ck_assert(in_rw == sum.rw && in_rw_too == sum.rw);
    ck_assert_int_eq(in_foreign, sum.foreign);
    ck_assert_int_eq(slot, sum.put - sum.got);
    ck_assert_int_eq(runs, 1);
    ck_assert_int_eq(GilMutex_IsLocked(&mutex), 0);
    for (int i = 0; i < PERMITS; i++)
        ck_assert_int_eq(GilSemaphore_TryAcquire(&semaphore), 1);
    ck_assert_int_eq(GilSemaphore_TryAcquire(&semaphore), 0);
    fprintf(stderr, "%ld mutex, %ld recursive, %ld written, %ld foreign, %ld put\n", sum.mutex, sum.recursive, sum.rw,
            sum.foreign, sum.put);
    GilInterpreterGuard_Close(guard);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("stress/sync");
    TCase *tcase = tcase_create("sync");

    tcase_add_checked_fixture(tcase, gil_test_start, gil_test_stop);
    tcase_set_timeout(tcase, 60 + 4 * seconds_wanted());
    tcase_add_test(tcase, test_stress_sync__all_kinds_in_every_way);
    suite_add_tcase(suite, tcase);
    return suite;
}
