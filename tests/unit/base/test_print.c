/* SPDX-License-Identifier: MIT */
/* What is told to hooks and to standard error, and what becomes of a standard error that is none. */
#include "support/support.h"

#include "base/panic.h"
#include "base/print.h"
#include "gilrt/print.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static char told[2000];
static int times;

static void
remember(const char *text, size_t size, void *data)
{
    ck_assert_uint_lt(strlen(told) + size, sizeof told);
    strncat(told, text, size);
    times++;
    *(int *)data += 1;
    errno = EBADF;
}

START_TEST(test_base_print__hook_gets_whole_lines_and_errno_is_kept)
{
    int mine = 0;

    Gil_SetErrorPrintHook(remember, &mine);
    errno = ERANGE;
    gil_print("one\ntwo\n", 8);
    gil_print_line("number %d", 3);
    ck_assert_int_eq(errno, ERANGE);
    ck_assert_str_eq(told, "one\ntwo\nnumber 3\n");
    ck_assert_int_eq(mine, 2);
    char text[2000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    told[0] = '\0';
    gil_print_line("%s", text);
    ck_assert_uint_eq(strlen(told), 512);
    ck_assert_int_eq(told[511], '\n');
}
END_TEST

/* The ring of hooks goes round, and the latest is what counts. */
START_TEST(test_base_print__the_latest_hook_is_called)
{
    int counts[40] = {0};

    for (int i = 0; i < 40; i++) {
        told[0] = '\0';
        Gil_SetErrorPrintHook(remember, &counts[i]);
        gil_print("x\n", 2);
        ck_assert_int_eq(counts[i], 1);
    }
    Gil_SetErrorPrintHook(NULL, NULL);
    int ends[2], before = times;
    char got[8] = {0};
    ck_assert_int_eq(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    gil_print("back\n", 5);
    ck_assert_int_eq(read(ends[0], got, sizeof got - 1), 5);
    ck_assert_str_eq(got, "back\n");
    ck_assert_int_eq(times, before);
}
END_TEST

static int stop;

/* A pair of function and data that was never set together would write through the wrong pointer. */
static void
count_up(const char *text, size_t size, void *data)
{
    (void)text, (void)size;
    __atomic_fetch_add((int *)data, 1, __ATOMIC_RELAXED);
}

static void
must_be_null(const char *text, size_t size, void *data)
{
    (void)text, (void)size;
    if (data != NULL)
        abort();
}

static void *
set_and_set(void *data)
{
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        Gil_SetErrorPrintHook(count_up, data);
        Gil_SetErrorPrintHook(must_be_null, NULL);
    }
    return NULL;
}

START_TEST(test_base_print__hooks_are_read_whole_while_others_set_them)
{
    pthread_t threads[2];
    int count = 0;

    Gil_SetErrorPrintHook(must_be_null, NULL);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, set_and_set, &count), 0);
    long most = gil_test_plenty(200000);
    for (long i = 0; i < most; i++)
        gil_print("x\n", 2);
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}
END_TEST

/* Whoever was setting one is not there in the child. */
START_TEST(test_base_print__hooks_can_be_set_after_a_fork)
{
    pthread_t threads[2];
    int count = 0, status;

    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, set_and_set, &count), 0);
    for (int i = 0; i < 30; i++) {
        pid_t child = fork();
        if (child == 0) {
            signal(SIGALRM, SIG_DFL);
            alarm(3);
            gil_print_fork_child();
            Gil_SetErrorPrintHook(must_be_null, NULL);
            gil_print("x\n", 2);
            _exit(0);
        }
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}
END_TEST

START_TEST(test_base_print__closed_standard_error_does_no_harm)
{
    int ends[2];
    sigset_t pending;

    close(STDERR_FILENO);
    errno = ERANGE;
    gil_print("nobody hears\n", 13);
    ck_assert_int_eq(errno, ERANGE);

    /* A pipe that nobody reads: no SIGPIPE, which would end this process, comes or stays. */
    ck_assert_int_eq(pipe(ends), 0);
    close(ends[0]);
    dup2(ends[1], STDERR_FILENO);
    gil_print("nobody hears\n", 13);
    ck_assert_int_eq(errno, ERANGE);
    sigpending(&pending);
    ck_assert(!sigismember(&pending, SIGPIPE));

    /* A full disk. */
    int full = open("/dev/full", O_WRONLY);
    if (full >= 0)
        dup2(full, STDERR_FILENO);
    gil_print("nobody hears\n", 13);
}
END_TEST

/* A pipe whose reader has stopped: each of these would wait for ever. When it is read again, text comes through. */
START_TEST(test_base_print__a_reader_that_has_stopped_is_not_waited_for_long)
{
    static char much[3 * PIPE_BUF];
    int ends[2];
    ssize_t size = 0, got;

    ck_assert_int_eq(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    fcntl(ends[1], F_SETFL, O_NONBLOCK);
    while ((got = write(ends[1], much, sizeof much)) > 0)
        size += got;
    fcntl(ends[1], F_SETFL, 0);
    errno = ERANGE;
    gil_print(much, sizeof much);
    for (int i = 0; i < 100; i++)
        gil_print("nobody hears\n", 13);
    ck_assert_int_eq(errno, ERANGE);
    while (size > 0 && (got = read(ends[0], much, sizeof much)) > 0)
        size -= got;
    gil_print("hears\n", 6);
    ck_assert_int_eq(read(ends[0], much, sizeof much), 6);
}
END_TEST

/* One that the host blocked, and that is pending already, stays pending. */
START_TEST(test_base_print__pending_sigpipe_is_the_hosts)
{
    sigset_t pipe_only, pending;
    int ends[2];

    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_only, NULL);
    raise(SIGPIPE);
    ck_assert_int_eq(pipe(ends), 0);
    close(ends[0]);
    dup2(ends[1], STDERR_FILENO);
    gil_print("nobody hears\n", 13);
    sigpending(&pending);
    ck_assert(sigismember(&pending, SIGPIPE));
}
END_TEST

/* --- the last sentence --- */

static void
to_stderr(const char *prefix, const char *sentence)
{
    if (write(STDERR_FILENO, prefix, strlen(prefix)) < 0 || write(STDERR_FILENO, sentence, strlen(sentence)) < 0 ||
        write(STDERR_FILENO, "|\n", 2) < 0)
        _exit(3);
}

static void
fatal_hook(const char *sentence, void *data)
{
    to_stderr(data, sentence);
}

static void
stop_with_hook(void *arg)
{
    Gil_SetFatalHook(fatal_hook, arg);
    gil_panic("Gil_Example", "no %s", "more");
}

START_TEST(test_base_print__fatal_hook_gets_the_sentence_once)
{
    static char prefix[] = "HOOK: ";

    gil_test_expect_abort(stop_with_hook, prefix, "HOOK: gilrt: fatal: Gil_Example: no more|\n");
}
END_TEST

static void
print_hook(const char *text, size_t size, void *data)
{
    char copy[600] = {0};

    memcpy(copy, text, size);
    to_stderr(data, copy);
}

static void
stop_with_print_hook(void *arg)
{
    Gil_SetErrorPrintHook(print_hook, arg);
    gil_panic("Gil_Example", "no more");
}

START_TEST(test_base_print__sentence_goes_to_the_print_hook_where_there_is_no_other)
{
    static char prefix[] = "PRINT: ";

    gil_test_expect_abort(stop_with_print_hook, prefix, "PRINT: gilrt: fatal: Gil_Example: no more\n|\n");
}
END_TEST

static void
hook_that_fails(const char *sentence, void *data)
{
    to_stderr(data, sentence);
    gil_panic("Gil_Other", "second");
}

static void
stop_twice(void *arg)
{
    Gil_SetFatalHook(hook_that_fails, arg);
    gil_panic("Gil_Example", "first");
}

/* The second sentence is told to nobody: above all not to the hook again. */
START_TEST(test_base_print__error_in_the_fatal_hook_stops_at_once)
{
    static char prefix[] = "\nHOOK: ";

    gil_test_expect_abort(stop_twice, prefix, "\nHOOK: gilrt: fatal: Gil_Example: first|\n");
}
END_TEST

static sigjmp_buf out;

static void
hook_that_jumps(const char *sentence, void *data)
{
    to_stderr(data, sentence);
    siglongjmp(out, 1);
}

static void
jump_and_stop_again(void *arg)
{
    Gil_SetFatalHook(hook_that_jumps, arg);
    if (sigsetjmp(out, 1) == 0)
        gil_panic("Gil_Example", "first");
    gil_panic("Gil_Other", "second");
}

START_TEST(test_base_print__leaving_the_fatal_hook_stops_at_the_next_sentence)
{
    static char prefix[] = "\nHOOK: ";

    gil_test_expect_abort(jump_and_stop_again, prefix, "\nHOOK: gilrt: fatal: Gil_Example: first|\n");
}
END_TEST

static int in_hook[2], go_on[2];

static void
hook_that_waits(const char *sentence, void *data)
{
    char c;

    if (write(in_hook[1], "x", 1) != 1 || read(go_on[0], &c, 1) != 1)
        _exit(3);
    to_stderr(data, sentence);
}

static void *
stop_in_thread(void *arg)
{
    gil_panic("Gil_Second", "%s", (const char *)arg);
}

/* Another thread's sentence does not cut off the first one's hook. */
static void
stop_in_two_threads(void *arg)
{
    static char second[] = "second";
    pthread_t first_one, second_one;
    char c;

    if (pipe(in_hook) != 0 || pipe(go_on) != 0)
        _exit(3);
    Gil_SetFatalHook(hook_that_waits, arg);
    pthread_create(&first_one, NULL, stop_in_thread, arg);
    if (read(in_hook[0], &c, 1) != 1)
        _exit(3);
    pthread_create(&second_one, NULL, stop_in_thread, second);
    /* It is about to abort, or to wait: if it aborts, that is before or after this and in any case before the hook's text. */
    for (int i = 0; i < 100; i++)
        sched_yield();
    if (write(go_on[1], "x", 1) != 1)
        _exit(3);
    pthread_join(first_one, NULL);
}

START_TEST(test_base_print__second_thread_waits_for_the_hook_of_the_first)
{
    static char prefix[] = "FIRST: ";

    gil_test_expect_abort(stop_in_two_threads, prefix, "FIRST: gilrt: fatal: Gil_Second: FIRST: |\n");
}
END_TEST

/* Without anybody to tell it to, the process is stopped all the same: by SIGABRT, not by SIGPIPE. */
START_TEST(test_base_print__process_is_stopped_though_nobody_can_be_told)
{
    int ends[2], status;

    for (int closed = 0; closed < 2; closed++) {
        pid_t child = fork();
        if (child == 0) {
            struct rlimit no_core = {0, 0};
            setrlimit(RLIMIT_CORE, &no_core);
            signal(SIGABRT, SIG_DFL);
            if (pipe(ends) != 0)
                _exit(3);
            close(ends[0]);
            dup2(ends[1], STDERR_FILENO);
            if (closed)
                close(STDERR_FILENO);
            gil_panic("Gil_Example", "unheard");
        }
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    }
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("base/print");
    TCase *tc = tcase_create("print");

    tcase_add_test(tc, test_base_print__hook_gets_whole_lines_and_errno_is_kept);
    tcase_add_test(tc, test_base_print__the_latest_hook_is_called);
    tcase_add_test(tc, test_base_print__hooks_are_read_whole_while_others_set_them);
    tcase_add_test(tc, test_base_print__hooks_can_be_set_after_a_fork);
    tcase_add_test(tc, test_base_print__closed_standard_error_does_no_harm);
    tcase_add_test(tc, test_base_print__a_reader_that_has_stopped_is_not_waited_for_long);
    tcase_add_test(tc, test_base_print__pending_sigpipe_is_the_hosts);
    tcase_add_test(tc, test_base_print__fatal_hook_gets_the_sentence_once);
    tcase_add_test(tc, test_base_print__sentence_goes_to_the_print_hook_where_there_is_no_other);
    tcase_add_test(tc, test_base_print__error_in_the_fatal_hook_stops_at_once);
    tcase_add_test(tc, test_base_print__leaving_the_fatal_hook_stops_at_the_next_sentence);
    tcase_add_test(tc, test_base_print__second_thread_waits_for_the_hook_of_the_first);
    tcase_add_test(tc, test_base_print__process_is_stopped_though_nobody_can_be_told);
    suite_add_tcase(s, tc);
    return s;
}
