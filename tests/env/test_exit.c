/* SPDX-License-Identifier: MIT */
/* A process that ends without asking the library: exit() beside running threads, and static destructors that come after. */
#include "support/support.h"

#include <gilrt.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 3, RUNS = 50 };

/* The exit status of a child that runs fn; a signal fails the test. */
static int
status_of(void (*fn)(void))
{
    int status = 0;
    pid_t child = fork();

    ck_assert_int_ge(child, 0);
    if (child == 0) {
        fn();
        _exit(99);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status), "the child was killed by signal %d", WTERMSIG(status));
    return WEXITSTATUS(status);
}

static GilInterpreterView *view;
static uint32_t working; /* [atomic] */

static void *
work_for_ever(void *unused)
{
    for (;;) {
        GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
        if (token == NULL)
            return unused;
        GilObject *dict = GilDict_New();
        Gil_XDECREF(dict);
        Gil_BEGIN_ALLOW_THREADS
        __atomic_fetch_add(&working, 1, __ATOMIC_RELAXED);
        Gil_END_ALLOW_THREADS
        GilThreadState_Release(token);
    }
}

static void
exit_beside_threads(void)
{
    pthread_t threads[THREADS];

    gil_test_start();
    view = GilInterpreterView_FromCurrent();
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, work_for_ever, NULL) != 0)
            _exit(98);
    Gil_BEGIN_ALLOW_THREADS
    while (__atomic_load_n(&working, __ATOMIC_RELAXED) < 100)
        ;
    Gil_END_ALLOW_THREADS
    /* Attached: the others wait for the lock, or are outside; nobody is called at exit that would wait for them. */
    exit(7);
}

START_TEST(test_C9_exit_beside_running_threads)
{
    for (int run = 0; run < RUNS; run++)
        ck_assert_int_eq(status_of(exit_beside_threads), 7);
}
END_TEST

/* What a static destructor finds after the end: refusals, and no crash. Runs in exit(), as such do. */
static void
use_after_the_end(void)
{
    int right = Gil_IsInitialized() == 0 && Gil_IsFinalizing() == 0 && Gil_FinalizeEx() == 0;

    right = right && GilInterpreterState_Main() == NULL && GilThreadState_GetUnchecked() == NULL;
    right = right && GilThreadState_New(NULL) == NULL && GilThreadState_IsAttached() == 0;
    right = right && GilInterpreterGuard_FromView(view) == NULL && GilThreadState_EnsureFromView(view) == NULL;
    right = right && GilInterpreterView_FromMain() == NULL && GilInterpreterView_GetID(view) == 0;
    GilInterpreterView_Close(view);
    _exit(right ? 7 : 97);
}

static void
exit_after_the_end(void)
{
    atexit(use_after_the_end);
    gil_test_start();
    view = GilInterpreterView_FromCurrent();
    gil_test_stop();
    exit(0);
}

START_TEST(test_C8_static_destructors_after_the_end)
{
    ck_assert_int_eq(status_of(exit_after_the_end), 7);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("env/exit");
    TCase *tc = tcase_create("exit");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_C9_exit_beside_running_threads);
    tcase_add_test(tc, test_C8_static_destructors_after_the_end);
    suite_add_tcase(s, tc);
    return s;
}
