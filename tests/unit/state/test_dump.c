/* SPDX-License-Identifier: MIT */
/* The dump of all threads: what it says, and that it can be made when nothing else can. */
#include "unit/state/world.h"

#include "gilrt/dump.h"
#include "gilrt/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static char text[1 << 16];

/* Of what fits a pipe. */
static const char *
dump(void)
{
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    fcntl(ends[1], F_SETPIPE_SZ, (int)sizeof text);
    errno = ERANGE;
    GilThreadState_DumpAll(ends[1]);
    ck_assert_int_eq(errno, ERANGE);
    close(ends[1]);
    ssize_t length = read(ends[0], text, sizeof text - 1);
    ck_assert_int_gt(length, 0);
    text[length] = '\0';
    close(ends[0]);
    return text;
}

/* The line that begins with what format gives. */
static const char *
line_of(const char *whole, const char *start)
{
    static char line[600];
    const char *at = strstr(whole, start);

    ck_assert_msg(at != NULL, "\"%s\" is not in\n%s", start, whole);
    snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
    return line;
}

static const char *
state_line(const char *whole, const GilThreadState *ts)
{
    char start[60];

    snprintf(start, sizeof start, "gilrt:   state %llu: ", (unsigned long long)ts->id);
    return line_of(whole, start);
}

static void
ck_assert_says(const char *line, const char *what)
{
    ck_assert_msg(strstr(line, what) != NULL, "\"%s\" is not in \"%s\"", what, line);
}

/* --- what it says --- */

struct worker {
    GilThreadState *ts;
    pthread_t thread;
    uint32_t native; /* [atomic] set when it is about to enter */
    uint32_t go_on;  /* [atomic] */
};

static void *
enter_and_leave(void *arg)
{
    struct worker *worker = arg;

    GilThread_SetName("a \"worker\"\n");
    gil_store_release(&worker->native, (uint32_t)GilThread_get_thread_native_id());
    GilEval_RestoreThread(worker->ts);
    GilEval_SaveThread();
    gil_store_release(&worker->native, 1u);
    while (gil_load_acquire(&worker->go_on) == 0)
        sched_yield();
    return NULL;
}

START_TEST(test_state_dump__holder_waiter_and_who_is_outside)
{
    struct worker worker = {.ts = GilThreadState_New(world_ts->interp)};
    GilThreadState *idle = GilThreadState_New(world_ts->interp);
    char expected[100];

    GilThread_SetName("host");
    ck_assert_int_eq(pthread_create(&worker.thread, NULL, enter_and_leave, &worker), 0);
    world_until_waiting(world_ts->interp, 1);
    const char *whole = dump();
    snprintf(expected, sizeof expected, "gilrt: threads of process %ld, told by thread %ld\n", (long)getpid(), (long)getpid());
    ck_assert_says(whole, expected);
    ck_assert_str_eq(whole + strlen(whole) - 22, "gilrt: end of threads\n");
    snprintf(expected, sizeof expected, "gilrt: interpreter 0: state %llu has the lock", (unsigned long long)world_ts->id);
    ck_assert_says(line_of(whole, expected), "; 1 wait");
    snprintf(expected, sizeof expected, "thread %ld \"host\" has the lock", (long)getpid());
    ck_assert_says(state_line(whole, world_ts), expected);
    snprintf(expected, sizeof expected, "thread %u \"a ?worker?\" waits for the lock, for ", gil_load_relaxed(&worker.native));
    ck_assert_says(state_line(whole, worker.ts), expected);
    ck_assert_says(state_line(whole, idle), ": no thread yet");

    Gil_BEGIN_BLOCKING_CALL
    while (gil_load_acquire(&worker.native) != 1)
        sched_yield();
    whole = dump();
    Gil_END_BLOCKING_CALL
    ck_assert_says(whole, "interpreter 0: nobody has the lock; 0 wait");
    snprintf(expected, sizeof expected, "test_dump.c:%d", __LINE__ - 6);
    ck_assert_says(state_line(whole, world_ts), "is outside");
    ck_assert_says(state_line(whole, world_ts), expected);
    ck_assert_says(state_line(whole, worker.ts), "is outside");
    ck_assert_says(state_line(whole, worker.ts), "; in GilEval_SaveThread");
    gil_store_release(&worker.go_on, 1u);
    pthread_join(worker.thread, NULL);
    GilThreadState_Delete(worker.ts);
    GilThreadState_Delete(idle);
}
END_TEST

static void
check_place(unsigned line)
{
    char expected[60];

    snprintf(expected, sizeof expected, "test_dump.c:%u", line);
    ck_assert_says(state_line(dump(), world_ts), expected);
    ck_assert_uint_eq(gil_tstate_open_region()->line, line);
}

/* In a call back of depth levels, each with a BEGIN of its own. */
static void
call_back(GilInterpreterView *view, int depth)
{
    GilThreadStateToken *token = depth % 2 ? GilThreadState_EnsureFromView(view) : GilThreadState_Ensure(world_guard);

    Gil_BEGIN_ALLOW_THREADS
    unsigned line = __LINE__ - 1;
    if (depth > 1)
        call_back(view, depth - 1);
    check_place(line);
    Gil_END_ALLOW_THREADS
    GilThreadState_Release(token);
}

/* Also for the sentence about who is between BEGIN and END. */
START_TEST(test_state_dump__a_call_back_leaves_the_place_of_its_begin)
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();

    Gil_BEGIN_ALLOW_THREADS
    unsigned line = __LINE__ - 1;
    check_place(line);
    GilThreadState_Release(GilThreadState_EnsureFromView(view));
    check_place(line);
    GilThreadState_Release(GilThreadState_Ensure(world_guard));
    check_place(line);
    call_back(view, GIL_TSTATE_PLACES);
    check_place(line);
    Gil_END_ALLOW_THREADS
    GilInterpreterView_Close(view);
}
END_TEST

static void
be_deep(int depth)
{
    GilThreadStateToken *token = GilThreadState_Ensure(world_guard);

    Gil_BEGIN_ALLOW_THREADS
    if (depth > 1)
        be_deep(depth - 1);
    Gil_END_ALLOW_THREADS
    GilThreadState_Release(token);
}

/* What is nested deeper than places are kept for goes without, and the others have theirs. */
START_TEST(test_state_dump__call_backs_that_are_nested_deep_leave_no_wrong_place)
{
    Gil_BEGIN_ALLOW_THREADS
    unsigned line = __LINE__ - 1;
    be_deep(3 * GIL_TSTATE_PLACES);
    check_place(line);
    Gil_END_ALLOW_THREADS
}
END_TEST

START_TEST(test_state_dump__requests_are_told)
{
    uint32_t asked = _Gil_BRK_SHARED | _Gil_BRK_SIGNAL | _Gil_BRK_INTERRUPT | _Gil_BRK_COLLECT | _Gil_BRK_ENDING;

    gil_fetch_or_seq_cst(&world_ts->block.brk, asked);
    ck_assert_says(state_line(dump(), world_ts),
                   "; has calls to make; has a signal to handle; is interrupted; has to collect; is asked to end");
    gil_fetch_and_seq_cst(&world_ts->block.brk, ~asked);
    gil_lock_set_timing(world_ts->lock, world_ts, 1);
    ck_assert_says(state_line(dump(), world_ts), "has the lock, for 0.");
}
END_TEST

START_TEST(test_state_dump__each_interpreter_and_those_that_ended)
{
    GilThreadState *other = world_interp_new();
    char expected[100];

    const char *whole = dump();
    snprintf(expected, sizeof expected, "gilrt: interpreter %lld: nobody has the lock; 0 wait\ngilrt:   state %llu: no thread yet\n",
             (long long)other->interp->id, (unsigned long long)other->id);
    ck_assert_says(whole, expected);
    ck_assert_ptr_null(strstr(whole, "ended"));
    GilThreadState_Swap(other);
    world_interp_end(other);
    GilThreadState_Swap(world_ts);
    ck_assert_ptr_null(strstr(dump(), expected));
    world_ts->dead = 1;
    whole = dump();
    world_ts->dead = 0;
    ck_assert_says(strstr(whole, "interpreters that have ended:\n"), "has the lock");
}
END_TEST

/* --- when it can be made --- */

/* A call site in a module that was unloaded since, or half of it, and one whose file's name never ends. */
START_TEST(test_state_dump__call_site_that_was_unloaded)
{
    long page = sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * (size_t)page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct _GilCallSite site = {.line = 77}, *lost = (struct _GilCallSite *)(void *)(pages + page);

    ck_assert(pages != MAP_FAILED);
    munmap(pages + page, (size_t)page);
    gil_store_relaxed(&world_ts->block.site, lost);
    ck_assert_says(state_line(dump(), world_ts), "; last outside at a place that was unloaded");
    gil_store_relaxed(&world_ts->block.site, lost - 1);
    *(lost - 1) = (struct _GilCallSite){.file = NULL, .line = 76};
    ck_assert_says(state_line(dump(), world_ts), "; last outside at :76");
    gil_store_relaxed(&world_ts->block.site, &site);
    site.file = pages + page;
    ck_assert_says(state_line(dump(), world_ts), "; last outside at :77");
    /* Up to the last byte before the hole. */
    memset(pages, 'x', (size_t)page);
    site.file = pages + page - 13;
    ck_assert_says(state_line(dump(), world_ts), "; last outside at xxxxxxxxxxxxx:77");
    site.file = pages;
    ck_assert_says(state_line(dump(), world_ts), "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx:77");
    gil_store_relaxed(&world_ts->block.site, NULL);
}
END_TEST

START_TEST(test_state_dump__broken_descriptor_does_no_harm)
{
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    close(ends[0]);
    errno = ERANGE;
    GilThreadState_DumpAll(ends[1]);
    GilThreadState_DumpAll(-1);
    ck_assert_int_eq(errno, ERANGE);
}
END_TEST

static int told_to;

static void
dump_and_exit(int signal_number)
{
    (void)signal_number;
    GilThreadState_DumpAll(told_to);
    _exit(7);
}

/* In a thread that holds all the mutexes there are, with a small stack of its own. */
static void
crash(void)
{
    static char handler_stack[1 << 14];
    struct sigaction action = {.sa_handler = dump_and_exit, .sa_flags = SA_ONSTACK};
    stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
    volatile char *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    sigaltstack(&stack, NULL);
    sigaction(SIGSEGV, &action, NULL);
    gil_mutex_lock(&gil_states_mutex);
    gil_mutex_lock(&world_ts->interp->gate->mu);
    gil_mutex_lock(&world_ts->lock->mu);
    *nowhere = 'x';
}

START_TEST(test_state_dump__crash_handler_while_every_mutex_is_held)
{
    int ends[2], status;

    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        told_to = ends[1];
        crash();
    }
    close(ends[1]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    ssize_t length = read(ends[0], text, sizeof text - 1);
    ck_assert_int_gt(length, 0);
    text[length] = '\0';
    /* The child's only thread has a number of its own. */
    char expected[60];
    snprintf(expected, sizeof expected, "thread %ld \"", (long)child);
    ck_assert_says(state_line(text, world_ts), expected);
    ck_assert_str_eq(text + length - 22, "gilrt: end of threads\n");
}
END_TEST

static uint32_t enough; /* [atomic] */

static void *
come_and_go(void *arg)
{
    GilInterpreterState *interp = arg;

    while (!gil_load_relaxed(&enough)) {
        GilThreadState *ts = GilThreadState_New(interp);
        GilEval_RestoreThread(ts);
        Gil_BEGIN_ALLOW_THREADS
        Gil_END_ALLOW_THREADS
        GilEval_SaveThread();
        GilThreadState_Delete(ts);
    }
    return NULL;
}

static void *
begin_and_end(void *unused)
{
    while (!gil_load_relaxed(&enough)) {
        GilThreadState *ts = world_interp_new();
        gil_tstate_attach(ts, "test");
        world_interp_end(ts);
    }
    return unused;
}

/* Whole lines of ours, whatever happens meanwhile. */
static void
check_lines(const char *whole)
{
    for (const char *line = whole; *line != '\0'; line = strchr(line, '\n') + 1) {
        ck_assert_msg(strncmp(line, "gilrt: ", 7) == 0, "no line: %.60s", line);
        ck_assert_ptr_nonnull(strchr(line, '\n'));
    }
}

START_TEST(test_state_dump__while_threads_and_interpreters_come_and_go)
{
    pthread_t threads[3];
    long most = gil_test_plenty(3000);

    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, come_and_go, world_ts->interp), 0);
    ck_assert_int_eq(pthread_create(&threads[2], NULL, begin_and_end, NULL), 0);
    Gil_BEGIN_ALLOW_THREADS
    for (long i = 0; i < most; i++)
        check_lines(dump());
    gil_store_relaxed(&enough, 1u);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    Gil_END_ALLOW_THREADS
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("state/dump");
    TCase *tc = tcase_create("dump");

    tcase_add_checked_fixture(tc, world_start, world_stop);
    tcase_add_test(tc, test_state_dump__holder_waiter_and_who_is_outside);
    tcase_add_test(tc, test_state_dump__a_call_back_leaves_the_place_of_its_begin);
    tcase_add_test(tc, test_state_dump__call_backs_that_are_nested_deep_leave_no_wrong_place);
    tcase_add_test(tc, test_state_dump__requests_are_told);
    tcase_add_test(tc, test_state_dump__each_interpreter_and_those_that_ended);
    tcase_add_test(tc, test_state_dump__call_site_that_was_unloaded);
    tcase_add_test(tc, test_state_dump__broken_descriptor_does_no_harm);
    tcase_add_test(tc, test_state_dump__crash_handler_while_every_mutex_is_held);
    tcase_add_test(tc, test_state_dump__while_threads_and_interpreters_come_and_go);
    suite_add_tcase(s, tc);
    return s;
}
