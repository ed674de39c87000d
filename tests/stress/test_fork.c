/* SPDX-License-Identifier: MIT */
/*
 * Forks of a process whose threads do all that they can.
 *
 * One thread forks, in each of the ways in which a thread may stand; others enter and leave, in this interpreter and another one, wait
 * for each other, have values of their own, start and end threads. GIL_STRESS_FORKS says how many forks there are; the gate makes 10^4,
 * a night 10^6. What is held to: nobody hangs, and each child finds a runtime that works, with one thread in it.
 */
#include "support/child.h"
#include "support/support.h"

#include <gilrt.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORKERS = 4, OUTSTANDING = 4 };

static struct {
    int over;        /* [atomic] */
    GilSemaphore go; /* a permit a round of work: the forks would be crowded out else */
    GilMutex mutex;
    long numbers[2]; /* equal, under mutex */
    GilInterpreterView *here, *there;
    Gil_tss_t key;
} world = {.go = GilSemaphore_INIT(0), .key = Gil_tss_NEEDS_INIT};

static long
forks_wanted(void)
{
    const char *text = getenv("GIL_STRESS_FORKS");
    return text != NULL ? atol(text) : gil_test_plenty(10000);
}

/* The next round: 1, or 0 when all is over. */
static int
may_go_on(void)
{
    GilSemaphore_Acquire(&world.go);
    return !__atomic_load_n(&world.over, __ATOMIC_ACQUIRE);
}

/* --- what others do meanwhile --- */

static void
use(int round)
{
    GilObject *list = GilList_New(0), *number = GilLong_FromLong(round);

    if (list == NULL || number == NULL || GilList_Append(list, number) < 0)
        abort();
    Gil_DECREF(number);
    Gil_DECREF(list);
    Gil_BEGIN_ALLOW_THREADS
    if (round % 8 == 0)
        sched_yield();
    Gil_END_ALLOW_THREADS
    (void)Gil_Poll();
}

static void *
visit(void *view)
{
    for (int round = 0; may_go_on(); round++) {
        GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
        if (token == NULL)
            abort();
        for (int i = 0; i < 20; i++)
            use(round + i);
        GilThreadState_Release(token);
    }
    return NULL;
}

static void *
lock_and_store(void *unused)
{
    for (long round = 1; may_go_on(); round++) {
        for (int i = 0; i < 100; i++) {
            GilMutex_Lock(&world.mutex);
            world.numbers[0]++;
            GilThread_tss_set(&world.key, &world.numbers[round % 2]);
            world.numbers[1]++;
            GilMutex_Unlock(&world.mutex);
        }
    }
    return unused;
}

static void *
visit_once(void *view)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();

    use(8);
    GilInterpreterGuard_Close(guard);
    GilThreadState_Release(token);
    return NULL;
}

/* Threads that come for the first time, and end. */
static void *
give_birth(void *view)
{
    while (may_go_on()) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, visit_once, view) != 0)
            abort();
        pthread_join(thread, NULL);
    }
    return NULL;
}

/* --- the forks --- */

static int
try_mutex(void *mutex)
{
    return !GilMutex_TryLock(mutex);
}

static int
lock_mutex(void *mutex)
{
    GilMutex_Lock(mutex);
    return 0;
}

static int
unlock_mutex(void *mutex)
{
    GilMutex_Unlock(mutex);
    return 0;
}

static const GilForeignLock mutex_kind = {try_mutex, lock_mutex, unlock_mutex};

static void
child(long number)
{
    alarm(60);
    GilThreadStateToken *token = GilThreadState_EnsureFromView(world.here);
    CHILD_CHECK(token != NULL);
    use((int)number);
    CHILD_CHECK(GilMutex_TryLock(&world.mutex) && world.numbers[0] == world.numbers[1]);
    GilMutex_Unlock(&world.mutex);
    CHILD_CHECK(GilThread_tss_get(&world.key) == &world);
    GilThreadState_Release(token);
    /* The other interpreter lives on if nobody was in it; then it works as well. */
    token = GilThreadState_EnsureFromView(world.there);
    CHILD_CHECK((token != NULL) == (GilInterpreterView_List(NULL, 0) == 2));
    if (token != NULL) {
        use((int)number);
        GilThreadState_Release(token);
    }
    if (number % 64 == 0) {
        pthread_t thread;
        CHILD_CHECK(pthread_create(&thread, NULL, visit_once, world.here) == 0);
        if (GilThreadState_IsAttached()) {
            Gil_BEGIN_ALLOW_THREADS
            pthread_join(thread, NULL);
            Gil_END_ALLOW_THREADS
            CHILD_CHECK(Gil_FinalizeTimed(0) == 0);
        }
        else
            pthread_join(thread, NULL);
    }
    _exit(0);
}

static void
fork_once(long number)
{
    pid_t pid = GilOS_Fork();

    if (pid == 0)
        child(number);
    if (pid < 0)
        ck_abort_msg("fork %ld: errno %d", number, errno);
}

/* By a thread that is new. */
static void *
fork_apart(void *number)
{
    GilThread_tss_set(&world.key, &world);
    fork_once(*(long *)number);
    return NULL;
}

static void
fork_somehow(long number)
{
    pthread_t thread;

    if (number % 4 != 3) {
        if (number % 2 == 0)
            fork_once(number);
        else {
            Gil_BEGIN_ALLOW_THREADS
            fork_once(number);
            Gil_END_ALLOW_THREADS
        }
        return;
    }
    ck_assert_int_eq(pthread_create(&thread, NULL, fork_apart, &number), 0);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
}

static void
await_child(long number)
{
    int status = 0;

    Gil_BEGIN_ALLOW_THREADS
    while (wait(&status) < 0 && errno == EINTR)
        continue;
    Gil_END_ALLOW_THREADS
    if (status != 0)
        ck_abort_msg("a child before fork %ld ended with wait status %#x", number, (unsigned)status);
}

START_TEST(test_stress_fork__beside_threads_that_do_everything)
{
#ifdef __SANITIZE_THREAD__
    return; /* it turns itself off in such a child */
#endif
    pthread_t workers[WORKERS];
    void *(*const work[WORKERS])(void *) = {visit, visit, lock_and_store, give_birth};
    GilThreadState *here = GilThreadState_Get(), *there;
    long wanted = forks_wanted();

    world.here = GilInterpreterView_FromCurrent();
    there = Gil_NewInterpreter();
    ck_assert_ptr_nonnull(there);
    world.there = GilInterpreterView_FromCurrent();
    GilThreadState_Swap(here);
    ck_assert_int_eq(GilThread_tss_create(&world.key), 0);
    ck_assert_int_eq(GilThread_tss_set(&world.key, &world), 0);
    ck_assert_int_eq(GilOS_RegisterForkLock(&mutex_kind, NULL, &world.mutex, 0), 0);
    for (int i = 0; i < WORKERS; i++)
        ck_assert_int_eq(pthread_create(&workers[i], NULL, work[i], i == 1 ? world.there : world.here), 0);
    for (long number = 0; number < wanted; number++) {
        GilSemaphore_Release(&world.go, WORKERS);
        fork_somehow(number);
        if (number >= OUTSTANDING)
            await_child(number);
    }
    for (long number = wanted < OUTSTANDING ? wanted : OUTSTANDING; number > 0; number--)
        await_child(wanted);
    __atomic_store_n(&world.over, 1, __ATOMIC_RELEASE);
    GilSemaphore_Release(&world.go, WORKERS);
    Gil_BEGIN_ALLOW_THREADS
    for (int i = 0; i < WORKERS; i++)
        pthread_join(workers[i], NULL);
    Gil_END_ALLOW_THREADS
    printf("# %ld forks\n", wanted);
    ck_assert_int_eq(GilOS_UnregisterForkLock(&world.mutex), 1);
    GilInterpreterView_Close(world.here);
    GilInterpreterView_Close(world.there);
    GilThreadState_Swap(there);
    ck_assert_int_eq(Gil_EndInterpreter(there), 0);
    GilThreadState_Swap(here);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("stress_fork");
    TCase *tc = tcase_create("fork");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    /* A night's part; a child that hangs is ended by its alarm. */
    tcase_set_timeout(tc, 7200);
    tcase_add_test(tc, test_stress_fork__beside_threads_that_do_everything);
    suite_add_tcase(s, tc);
    return s;
}
