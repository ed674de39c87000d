/* SPDX-License-Identifier: MIT */
/* Ten thousand threads in one interpreter at the same time, and a system that refuses a thread. */
#include "support/support.h"

#include "sync/machine.h"

#include <errno.h>
#include <gilrt.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* ThreadSanitizer cannot keep more than some 8 000. */
#ifdef __SANITIZE_THREAD__
enum { CROWD = 4000 };
#else
enum { CROWD = 10000 };
#endif
enum { STACK_SIZE = 64 << 10, NOBODY = 65534 };

static GilInterpreterGuard *guard;
static long counter; /* [gil] */

static void *
enter_once(void *Gil_UNUSED(arg))
{
    GilThreadStateToken *token = GilThreadState_Ensure(guard);

    if (token == NULL)
        ck_abort_msg("a thread gets no state");
    GilObject *number = GilLong_FromLong(counter);
    if (number == NULL || GilLong_AsLong(number) != counter)
        ck_abort_msg("an object is not what it should be");
    Gil_DECREF(number);
    counter++;
    GilThreadState_Release(token);
    return NULL;
}

/* The same, and once more from inside: leaves the lock, returns, polls, and is called back. */
static void *
enter_and_work(void *arg)
{
    GilThreadStateToken *token = GilThreadState_Ensure(guard);

    if (token == NULL)
        ck_abort_msg("a thread gets no state");
    GilThreadState *ts = GilThreadState_Get();
    Gil_BEGIN_ALLOW_THREADS
    Gil_END_ALLOW_THREADS
    if (Gil_Poll() != 0)
        ck_abort_msg("a poll failed");
    Gil_BEGIN_ALLOW_THREADS
    enter_once(arg);
    Gil_END_ALLOW_THREADS
    if (GilThreadState_Get() != ts)
        ck_abort_msg("a thread came back with another state");
    GilThreadState_Release(token);
    return NULL;
}

/* As many as the system lets this user have. */
static void
lift_limit(void)
{
    struct rlimit limit;

    ck_assert_int_eq(getrlimit(RLIMIT_NPROC, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_NPROC, &limit), 0);
}

static void
become_an_ordinary_user(void)
{
    if (geteuid() != 0)
        return;
    ck_assert_int_eq(setresgid(NOBODY, NOBODY, NOBODY), 0);
    ck_assert_int_eq(setresuid(NOBODY, NOBODY, NOBODY), 0);
}

/* Makes up to `wanted` threads with small stacks; returns how many. Fewer only when the system refused one, and
 * said why in *error. */
static int
make_threads(pthread_t *threads, int wanted, void *(*body)(void *), int *error)
{
    pthread_attr_t attr;
    int made = 0;

    *error = 0;
    ck_assert_int_eq(pthread_attr_init(&attr), 0);
    ck_assert_int_eq(pthread_attr_setstacksize(&attr, gil_test_small_stack(STACK_SIZE)), 0);
    while (made < wanted && (*error = pthread_create(&threads[made], &attr, body, NULL)) == 0)
        made++;
    pthread_attr_destroy(&attr);
    return made;
}

/* The number is told in any case; less than was wanted passes only where the system said no. */
static void
report(int made, int error)
{
    struct rlimit limit;

    if (made == CROWD)
        printf("# %d threads at once\n", made);
    else {
        ck_assert_int_eq(error, EAGAIN);
        ck_assert_int_eq(getrlimit(RLIMIT_NPROC, &limit), 0);
        printf("# %d threads at once, of %d: pthread_create refuses with EAGAIN; RLIMIT_NPROC is %lld\n", made, CROWD,
               (long long)limit.rlim_cur);
    }
    fflush(stdout);
}

/* What the lock says of itself; and whether fences were asked for as it says. */
static void
check_mode(GilInterpreterState *interp)
{
    GilLockInfo info;

    GilLockInfo_Init(&info);
    ck_assert_int_eq(GilLock_GetInfo(interp, &info), 0);
    gil_machine_start();
    ck_assert_uint_eq(info.mode, gil_machine_can_fence_all() ? GIL_LOCK_ASYMMETRIC : GIL_LOCK_FENCED);
    ck_assert_uint_eq(info.membarriers > 0, info.mode == GIL_LOCK_ASYMMETRIC);
    printf("# mode %d, %llu membarriers\n", (int)info.mode, (unsigned long long)info.membarriers);
    fflush(stdout);
}

static pthread_t crowd[CROWD];

/* A crowd in the lock's queue, which the caller holds; returns how many they are. */
static int
gather(GilInterpreterState *interp, void *(*body)(void *))
{
    GilLockInfo info;
    int error;

    lift_limit();
    become_an_ordinary_user();
    GilLockInfo_Init(&info);
    int made = make_threads(crowd, CROWD, body, &error);
    report(made, error);
    do {
        sched_yield();
        ck_assert_int_eq(GilLock_GetInfo(interp, &info), 0);
    } while (info.waiters != (uint64_t)made);
    return made;
}

/* They gather while the lock is held; then each does its work. */
START_TEST(test_R7_ten_thousand_threads_at_once)
{
    GilLockInfo info;
    GilFinalizeReport left;

    GilLockInfo_Init(&info);
    gil_test_start();
    guard = GilInterpreterGuard_FromCurrent();
    GilInterpreterState *interp = GilInterpreterState_Get();
    int made = gather(interp, enter_and_work);
    ck_assert_int_eq(counter, 0);
    Gil_BEGIN_ALLOW_THREADS
    for (int i = 0; i < made; i++)
        pthread_join(crowd[i], NULL);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(counter, made);
    ck_assert_int_eq(GilLock_GetInfo(interp, &info), 0);
    ck_assert_uint_eq(info.waiters, 0);
    ck_assert_uint_ge(info.switches_voluntary + info.switches_forced, (uint64_t)made + 1);
    check_mode(interp);
    GilInterpreterGuard_Close(guard);
    gil_test_stop();
    GilFinalizeReport_Init(&left);
    ck_assert_int_eq(Gil_GetFinalizeReport(&left), 0);
    ck_assert_uint_eq(left.objects, 0);
    ck_assert_uint_eq(left.blocks, 0);
}
END_TEST

/* How often threads of this process went to sleep so far. */
static long
sleeps(void)
{
    struct rusage usage;

    ck_assert_int_eq(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_nvcsw;
}

/* Who is served wakes the next, and now and then one behind it; a herd would go back to sleep, all of it, and if that happened at one
 * release alone it would be a sleep more for each. Sleeps of whatever kind count: in the queue, for a join, at the end of a thread;
 * the last of those is about one for each. */
START_TEST(test_A17_ten_thousand_waiters_are_no_herd)
{
    gil_test_start();
    guard = GilInterpreterGuard_FromCurrent();
    int made = gather(GilInterpreterState_Get(), enter_once);
    long before = sleeps();
    Gil_BEGIN_ALLOW_THREADS
    for (int i = 0; i < made; i++)
        pthread_join(crowd[i], NULL);
    Gil_END_ALLOW_THREADS
    long after = sleeps();
    ck_assert_int_eq(counter, made);
    printf("# %.2f sleeps a waiter\n", (double)(after - before) / made);
    fflush(stdout);
    ck_assert_int_le(after - before, made + made / 2L);
    GilInterpreterGuard_Close(guard);
    gil_test_stop();
}
END_TEST

/* The runtime itself needs none, and those of the host that do exist are served. */
START_TEST(test_R8_the_system_refuses_a_thread)
{
    enum { WANTED = 64 };
    pthread_t threads[WANTED];
    struct rlimit usual, none;
    int error;

    become_an_ordinary_user();
    ck_assert_int_eq(getrlimit(RLIMIT_NPROC, &usual), 0);
    none = (struct rlimit){1, usual.rlim_max}; /* of this user's; this one is there already */
    ck_assert_int_eq(setrlimit(RLIMIT_NPROC, &none), 0);
    gil_test_start();
    guard = GilInterpreterGuard_FromCurrent();
    int made = make_threads(threads, WANTED, enter_once, &error);
    ck_assert_int_lt(made, WANTED);
    ck_assert_int_eq(error, EAGAIN);
    Gil_BEGIN_ALLOW_THREADS
    for (int i = 0; i < made; i++)
        pthread_join(threads[i], NULL);
    enter_once(NULL);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(counter, made + 1);
    GilInterpreterGuard_Close(guard);
    gil_test_stop();
    ck_assert_int_eq(setrlimit(RLIMIT_NPROC, &usual), 0); /* for a sanitizer that looks at the end */
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("crowd");
    TCase *tc = tcase_create("crowd");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_R7_ten_thousand_threads_at_once);
    tcase_add_test(tc, test_A17_ten_thousand_waiters_are_no_herd);
    tcase_add_test(tc, test_R8_the_system_refuses_a_thread);
    suite_add_tcase(s, tc);
    return s;
}
