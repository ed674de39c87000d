/* SPDX-License-Identifier: MIT */
/* Brings the process into the states of when.tsv, one after another, and asks there. */
#include "runtime/fork.h"
#include "sync/mutex.h"
#include "sync/rank.h"

#include "env/when.h"

#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

GilInterpreterView *view, *other_view;
GilInterpreterGuard *guard;
GilInterpreterState *interp;
GilThreadState *state;
GilConfig config;
GilInterpreterConfig interp_config;
GilPendingNode node = GIL_PENDING_NODE_INIT(when_once, NULL);
GilUnblockSelf unblock_self;
GilMutex mutex;
GilRecursiveMutex recursive;
GilRWMutex rw;
GilCondition condition;
GilEvent event;
GilSemaphore semaphore = GilSemaphore_INIT(1);
GilBarrier barrier = GilBarrier_INIT(1);
GilOnce once, other_once;
Gil_tss_t key = Gil_tss_NEEDS_INIT, no_key = Gil_tss_NEEDS_INIT;
pthread_mutex_t pthread_mutex = PTHREAD_MUTEX_INITIALIZER;
GilForkCalls fork_calls;
Gil_ssize_t first = 1, last = 5;
char name[40];
int nowhere = -1;

static int
foreign_try_lock(void *lock)
{
    return pthread_mutex_trylock(lock);
}

static int
foreign_lock(void *lock)
{
    return pthread_mutex_lock(lock);
}

static int
foreign_unlock(void *lock)
{
    return pthread_mutex_unlock(lock);
}

const GilForeignLock when_foreign = {foreign_try_lock, foreign_lock, foreign_unlock};

int
when_guard(GilInterpreterGuard *open)
{
    GilInterpreterGuard_Close(open);
    return open != NULL;
}

int
when_view(GilInterpreterView *open)
{
    GilInterpreterView_Close(open);
    return open != NULL;
}

int
when_memory(void *block)
{
    GilMem_RawFree(block);
    return block != NULL;
}

int
when_key(Gil_tss_t *made)
{
    GilThread_tss_free(made);
    return made != NULL;
}

int
when_token(GilThreadStateToken *token)
{
    if (token != NULL)
        GilThreadState_Release(token);
    return 1;
}

int
when_starts(void)
{
    GilConfig_Init(&config);
    return !GilStatus_Exception(Gil_InitializeFromConfig(&config)) && Gil_FinalizeEx() == 0;
}

int
when_report(uint64_t least)
{
    GilFinalizeReport report = {.size = sizeof report};
    return Gil_GetFinalizeReport(&report) == 0 && report.stops >= least;
}

static int told; /* under mutex */

static void *
tell(void *unused)
{
    GilMutex_Lock(&mutex);
    told = 1;
    GilCondition_Notify(&condition);
    GilMutex_Unlock(&mutex);
    return unused;
}

int
when_waits(void)
{
    pthread_t thread;

    GilMutex_Lock(&mutex);
    told = 0;
    if (pthread_create(&thread, NULL, tell, NULL) != 0)
        return 0;
    while (!told)
        GilCondition_Wait(&condition, &mutex);
    GilMutex_Unlock(&mutex);
    return pthread_join(thread, NULL) == 0;
}

static int
ends_well(pid_t child)
{
    int status;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int
when_forks(void)
{
    pid_t child = GilOS_Fork();
    if (child == 0)
        _exit(0);
    return child > 0 && ends_well(child);
}

int
when_forks_itself(void)
{
    if (GilOS_BeforeFork() < 0)
        return 0;
    pid_t child = fork();
    if (child == 0) {
        GilOS_AfterFork_Child();
        _exit(0);
    }
    GilOS_AfterFork_Parent();
    return child > 0 && ends_well(child);
}

int
when_once(void *unused)
{
    (void)unused;
    return 0;
}

void
when_nothing(void)
{
}

void
when_nothing_with(void *unused)
{
    (void)unused;
}

GilSlot *
when_no_module(void)
{
    return NULL;
}

/* --- the states --- */

static int true_at_exit, ran_at_exit;
static int (*asked)(void);

static void
ask_at_exit(void *unused)
{
    (void)unused;
    true_at_exit += asked();
    ran_at_exit++;
}

/* The thread has been in the interpreter, so the library has something to do at its exit, too. */
static void *
enter_and_exit(void *keys)
{
    GilThreadState_Release(GilThreadState_Ensure(guard));
    for (int i = 0; i < 2; i++)
        pthread_setspecific(((pthread_key_t *)keys)[i], keys);
    return NULL;
}

/* glibc goes through the keys in the order in which they were made: the library's own stand between the two. */
static void
ask_in_destructors(pthread_key_t keys[2])
{
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, enter_and_exit, keys), 0);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(ran_at_exit, 2);
    ck_assert_msg(true_at_exit == 2, "not in %s destructor of thread-specific data", true_at_exit == 1 ? "one" : "either");
}

static int true_in_handler;

static void
ask_in_handler(int number)
{
    (void)number;
    true_in_handler = asked();
}

static void
ask_while_all_is_held(void)
{
    signal(SIGUSR1, ask_in_handler);
    gil_rank_all(1);
    gil_fork_mutexes(gil_mutex_lock);
    raise(SIGUSR1);
    gil_fork_mutexes(gil_mutex_unlock);
    gil_rank_all(0);
    ck_assert_msg(true_in_handler, "not in a signal handler");
}

static void
start(void)
{
    gil_test_start();
    interp = GilInterpreterState_Get();
    view = GilInterpreterView_FromCurrent();
    guard = GilInterpreterGuard_FromCurrent();
    GilThreadState *before = GilThreadState_Get(), *other = Gil_NewInterpreter();
    ck_assert_ptr_nonnull(other);
    other_view = GilInterpreterView_FromCurrent();
    ck_assert_int_eq(Gil_EndInterpreter(other), 0);
    state = other;
    GilThreadState_Swap(before);
}

void
when_run(const struct when *test)
{
    pthread_key_t keys[2];

    nowhere = open("/dev/null", O_WRONLY);
    ck_assert_int_eq(pthread_key_create(&keys[0], ask_at_exit), 0);
    if (test->before != NULL)
        ck_assert_msg(test->before(), "not before the start");
    start();
    ck_assert_int_eq(pthread_key_create(&keys[1], ask_at_exit), 0);
    asked = test->exit;
    if (asked != NULL)
        ask_in_destructors(keys);
    asked = test->handler;
    if (asked != NULL)
        ask_while_all_is_held();
    GilInterpreterGuard_Close(guard);
    gil_test_stop();
    if (test->after != NULL)
        ck_assert_msg(test->after(), "not after the end");
}
