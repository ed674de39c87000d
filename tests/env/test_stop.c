/* SPDX-License-Identifier: MIT */
/* A process that is stopped for seconds and continued, as by a debugger, a terminal, or a machine that is moved.
 * What becomes of one thread that stands alone is in test_throttle.c. */
#include "support/support.h"

#include "env/work.h"
#include "sync/machine.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 3 };

/* How long the process stands still: many intervals. To stand still is the scenario; nothing waits for it in vain. */
#define STOPPED_S 2

/* After it goes on, each thread has to do so much before the process ends. */
enum { ROUNDS_AFTER = 200 };

static long counter;       /* [gil] */
static long done[THREADS]; /* [atomic] rounds of each thread */
static int over;           /* [atomic] */

/* Gives the lock up only when a waiter's time has come, so that everything hangs on deadlines. */
static void *
compute(void *arg)
{
    int number = *(int *)arg;
    GilThreadStateToken *token = GilThreadState_Ensure(work.guard);

    ck_assert_ptr_nonnull(token);
    while (!__atomic_load_n(&over, __ATOMIC_SEQ_CST)) {
        counter++;
        __atomic_fetch_add(&done[number], 1, __ATOMIC_SEQ_CST);
        if (Gil_Poll() < 0)
            ck_abort_msg("a poll failed");
    }
    GilThreadState_Release(token);
    return NULL;
}

/* Detached: until each thread has done so many rounds more. */
static void
until_all_proceed(long rounds)
{
    long before[THREADS];

    for (int i = 0; i < THREADS; i++)
        before[i] = __atomic_load_n(&done[i], __ATOMIC_SEQ_CST);
    for (int i = 0; i < THREADS; i++)
        while (__atomic_load_n(&done[i], __ATOMIC_SEQ_CST) - before[i] < rounds)
            sched_yield();
}

/* The process that is stopped: tells when all its threads are at work, and that they still are when it is told
 * to go on. */
static void
host(int in, int out)
{
    static int numbers[THREADS];
    pthread_t threads[THREADS];
    GilLockInfo before, after;
    char byte = 0;
    long sum = 0;

    GilLockInfo_Init(&before);
    GilLockInfo_Init(&after);
    gil_test_start();
    work.guard = GilInterpreterGuard_FromCurrent();
    GilInterpreterState *interp = GilInterpreterState_Get();
    GilInterpreterState_SetSwitchInterval(interp, 1000000);
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, compute, &numbers[i]), 0);
    }
    Gil_BEGIN_ALLOW_THREADS
    until_all_proceed(20);
    ck_assert_int_eq(write(out, &byte, 1), 1);
    ck_assert_int_eq(read(in, &byte, 1), 1);
    ck_assert_int_eq(GilLock_GetInfo(interp, &before), 0);
    until_all_proceed(ROUNDS_AFTER);
    ck_assert_int_eq(GilLock_GetInfo(interp, &after), 0);
    __atomic_store_n(&over, 1, __ATOMIC_SEQ_CST);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    Gil_END_ALLOW_THREADS
    for (int i = 0; i < THREADS; i++)
        sum += done[i];
    ck_assert_int_eq(counter, sum);
    /* The clock ends turns as before. */
    ck_assert_uint_gt(after.switches_forced, before.switches_forced);
    ck_assert_int_eq(GilLock_GetInfo(interp, &after), 0);
    ck_assert_uint_eq(after.waiters, 0);
    /* All but one waited while the process stood. */
    ck_assert_uint_ge(after.wait_ns, (THREADS - 1) * STOPPED_S * UINT64_C(1000000000));
    GilInterpreterGuard_Close(work.guard);
    /* Whatever a host does, it does as before. */
    work_in_this_interpreter(!gil_machine_can_fence_all());
    gil_test_stop();
}

static void
stop_for_a_while(pid_t child)
{
    int status;

    ck_assert_int_eq(kill(child, SIGSTOP), 0);
    ck_assert_int_eq(waitpid(child, &status, WUNTRACED), child);
    ck_assert(WIFSTOPPED(status));
    work_until_the_clock_is_further(STOPPED_S * UINT64_C(1000000000));
    ck_assert_int_eq(kill(child, SIGCONT), 0);
}

START_TEST(test_R14_a_process_is_stopped_for_seconds)
{
    int to_child[2], from_child[2], status;
    char byte;

    ck_assert_int_eq(pipe(to_child), 0);
    ck_assert_int_eq(pipe(from_child), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        close(to_child[1]);
        close(from_child[0]);
        host(to_child[0], from_child[1]);
        _exit(0);
    }
    close(to_child[0]);
    close(from_child[1]);
    ck_assert_int_eq(read(from_child[0], &byte, 1), 1);
    stop_for_a_while(child);
    ck_assert_int_eq(write(to_child[1], "", 1), 1);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        ck_abort_msg("the process ended with wait status %#x", (unsigned)status);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("stop");
    TCase *tc = tcase_create("stop");

    tcase_set_timeout(tc, 30);
    tcase_add_test(tc, test_R14_a_process_is_stopped_for_seconds);
    suite_add_tcase(s, tc);
    return s;
}
