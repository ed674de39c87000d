/* SPDX-License-Identifier: MIT */
/* <gilrt/fork.h> as a host uses it: children that go on, calls and locks around a fork, refusals, and what a plain fork may do. */
#include "support/child.h"
#include "support/support.h"

#include <fcntl.h>
#include <gilrt.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

extern char **environ;

static char seen[64];

static void
note(char what)
{
    size_t length = strlen(seen);

    CHILD_CHECK(length + 1 < sizeof seen);
    seen[length] = what;
    seen[length + 1] = '\0';
}

/* --- a child that goes on --- */

static void *
enter_and_leave(void *view)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    CHILD_CHECK(token != NULL);
    GilObject *list = GilList_New(0);
    CHILD_CHECK(list != NULL);
    Gil_DECREF(list);
    GilThreadState_Release(token);
    return NULL;
}

static int computing; /* another thread, since before the fork */

/* ThreadSanitizer starts none in the child of a process that had several. */
static int
may_start_a_thread(void)
{
#ifdef __SANITIZE_THREAD__
    return !__atomic_load_n(&computing, __ATOMIC_ACQUIRE);
#else
    return 1;
#endif
}

/* All that a program does: objects, leaving the lock, threads, a second interpreter, the end. */
static void
lives(void *list)
{
    GilThreadState *ts = GilThreadState_Get();
    pthread_t thread;

    CHILD_CHECK(GilList_GET_SIZE(list) == 3);
    GilObject *item = GilList_GetItemRef(list, 2);
    CHILD_CHECK(item != NULL && GilLong_AsLong(item) == 7);
    Gil_DECREF(item);
    Gil_DECREF(list);
    Gil_BEGIN_ALLOW_THREADS
    Gil_END_ALLOW_THREADS
    CHILD_CHECK(Gil_Poll() == 0);
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    if (may_start_a_thread()) {
        CHILD_CHECK(pthread_create(&thread, NULL, enter_and_leave, view) == 0);
        Gil_BEGIN_ALLOW_THREADS
        pthread_join(thread, NULL);
        Gil_END_ALLOW_THREADS
    }
    GilInterpreterView_Close(view);
    GilThreadState *other = Gil_NewInterpreter();
    CHILD_CHECK(other != NULL && Gil_EndInterpreter(other) == 0);
    GilThreadState_Swap(ts);
    GilGC_Collect();
    CHILD_CHECK(Gil_FinalizeEx() == 0);
    GilFinalizeReport report;
    GilFinalizeReport_Init(&report);
    CHILD_CHECK(Gil_GetFinalizeReport(&report) == 0 && report.objects == 0);
    CHILD_CHECK(Gil_Initialize() == 0 && Gil_FinalizeEx() == 0);
}

static GilObject *
some_list(void)
{
    GilObject *list = GilList_New(3);

    for (long i = 0; i < 3; i++)
        GilList_SET_ITEM(list, i, GilLong_FromLong(i + 5));
    return list;
}

START_TEST(test_api_fork__child_goes_on)
{
    GilObject *list = some_list();

    child_does(lives, list);
    ck_assert_int_eq((int)Gil_REFCNT(list), 1);
    Gil_DECREF(list);
}
END_TEST

static void
a_child_of_its_own(void *unused)
{
    (void)unused;
    pid_t child = GilOS_Fork();
    if (child == 0)
        _exit(GilLong_AsLong(GilLong_FromLong(3)) == 3 ? 7 : 1);
    CHILD_CHECK(child > 0);
    int status = 0;
    CHILD_CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

START_TEST(test_api_fork__child_forks)
{
    child_does(a_child_of_its_own, NULL);
}
END_TEST

/* --- calls --- */

static int
before(void *what)
{
    ck_assert_int_eq(GilThreadState_IsAttached(), Gil_IsInitialized());
    note(*(char *)what);
    return 0;
}

static void
parent(void *what)
{
    note((char)(*(char *)what + 1));
}

static void
in_child(void *what)
{
    note((char)(*(char *)what + 2));
}

static const GilForkCalls calls = {before, parent, in_child};
static char first[] = "a", second[] = "A", third[] = "0";

static void
was_called_in_order(void *wanted)
{
    CHILD_CHECK(strcmp(seen, wanted) == 0);
}

START_TEST(test_api_fork__calls_in_order)
{
    ck_assert_int_eq(GilOS_AtFork(&calls, first), 0);
    ck_assert_int_eq(GilOS_AtFork(&calls, second), 0);
    child_does(was_called_in_order, "AacC");
    ck_assert_str_eq(seen, "AabB");

    /* The latest of two. */
    seen[0] = '\0';
    ck_assert_int_eq(GilOS_AtFork(&calls, first), 0);
    ck_assert_int_eq(GilOS_CancelAtFork(&calls, first), 1);
    ck_assert_int_eq(GilOS_CancelAtFork(&calls, third), 0);
    child_does(was_called_in_order, "AacC");
    ck_assert_int_eq(GilOS_CancelAtFork(&calls, first), 1);
    ck_assert_int_eq(GilOS_CancelAtFork(&calls, first), 0);
    ck_assert_int_eq(GilOS_CancelAtFork(&calls, second), 1);
    seen[0] = '\0';
    child_does(was_called_in_order, "");
}
END_TEST

static int
refuse(void *what)
{
    note(*(char *)what);
    return 1;
}

START_TEST(test_api_fork__call_that_refuses_calls_off)
{
    static const GilForkCalls refusing = {refuse, parent, in_child};

    ck_assert_int_eq(GilOS_AtFork(&calls, first), 0);
    ck_assert_int_eq(GilOS_AtFork(&refusing, third), 0);
    ck_assert_int_eq(GilOS_AtFork(&calls, second), 0);
    errno = 0;
    ck_assert_int_eq(GilOS_Fork(), -1);
    ck_assert_int_eq(errno, ECANCELED);
    ck_assert_str_eq(seen, "A0B");
    errno = 0;
    ck_assert_int_eq(GilOS_BeforeFork(), -1);
    ck_assert_int_eq(errno, ECANCELED);
    ck_assert_int_eq(GilOS_CancelAtFork(&refusing, third), 1);
    seen[0] = '\0';
    child_does(was_called_in_order, "AacC");
    ck_assert(GilErr_Occurred() == NULL);
}
END_TEST

static int
fork_and_register(void *what)
{
    static const GilForeignLock how = {NULL, NULL, NULL};

    errno = 0;
    ck_assert_int_eq(GilOS_Fork(), -1);
    ck_assert_int_eq(errno, EDEADLK);
    errno = 0;
    ck_assert_int_eq(GilOS_AtFork(&calls, what), -1);
    ck_assert_int_eq(errno, EDEADLK);
    errno = 0;
    ck_assert_int_eq(GilOS_CancelAtFork(&calls, what), -1);
    ck_assert_int_eq(errno, EDEADLK);
    errno = 0;
    ck_assert_int_eq(GilOS_UnregisterForkLock(what), -1);
    ck_assert_int_eq(errno, EDEADLK);
    errno = 0;
    ck_assert_int_eq(GilOS_RegisterForkLock(&how, NULL, what, 0), -1);
    ck_assert_int_eq(errno, EINVAL);
    note('r');
    return 0;
}

START_TEST(test_api_fork__call_that_forks_is_refused)
{
    static const GilForkCalls forking = {fork_and_register, NULL, NULL};

    ck_assert_int_eq(GilOS_AtFork(&forking, first), 0);
    child_does(was_called_in_order, "r");
    ck_assert_str_eq(seen, "r");
}
END_TEST

static int
raise_error(void *what)
{
    note(*(char *)what);
    GilErr_SetString(GilExc_ValueError, "left behind");
    return 0;
}

static void
raise_after(void *what)
{
    raise_error(what);
}

static void
has_no_error(void *wanted)
{
    was_called_in_order(wanted);
    CHILD_CHECK(GilErr_Occurred() == NULL);
}

static int
leave_the_lock(void *unused)
{
    (void)unused;
    Gil_BEGIN_ALLOW_THREADS
    Gil_END_ALLOW_THREADS
    return 0;
}

START_TEST(test_api_fork__calls_may_raise_and_leave_the_lock)
{
    static const GilForkCalls raising = {raise_error, raise_after, raise_after}, leaving = {leave_the_lock, NULL, NULL};

    ck_assert_int_eq(GilOS_AtFork(&raising, first), 0);
    ck_assert_int_eq(GilOS_AtFork(&leaving, NULL), 0);
    child_does(has_no_error, "aa");
    ck_assert(GilErr_Occurred() == NULL);
}
END_TEST

static int
sees_no_error(void *unused)
{
    (void)unused;
    return GilErr_Occurred() != NULL;
}

static void
leaves_none(void *unused)
{
    (void)unused;
    GilErr_Clear();
}

static void
has_its_error(void *unused)
{
    (void)unused;
    CHILD_CHECK(GilErr_ExceptionMatches(GilExc_KeyError));
    GilErr_Clear();
}

START_TEST(test_api_fork__an_exception_that_was_pending_is_so_afterwards)
{
    static const GilForkCalls looking = {sees_no_error, leaves_none, leaves_none}, refusing = {refuse, NULL, NULL};

    ck_assert_int_eq(GilOS_AtFork(&looking, NULL), 0);
    GilErr_SetString(GilExc_KeyError, "mine");
    child_does(has_its_error, NULL);
    ck_assert(GilErr_ExceptionMatches(GilExc_KeyError));
    ck_assert_int_eq(GilOS_AtFork(&refusing, third), 0);
    ck_assert_int_eq(GilOS_Fork(), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_KeyError));
    GilErr_Clear();
}
END_TEST

static int
detach(void *unused)
{
    (void)unused;
    GilEval_SaveThread();
    return 0;
}

static void
fork_detaching(void *unused)
{
    static const GilForkCalls detaching = {detach, NULL, NULL};

    (void)unused;
    if (GilOS_AtFork(&detaching, NULL) == 0)
        GilOS_Fork();
}

START_TEST(test_api_fork__call_that_detaches_stops)
{
    gil_test_expect_abort(fork_detaching, NULL, "a function of a fork was called attached and returned detached");
}
END_TEST

START_TEST(test_api_fork__wrong_arguments)
{
    static const GilForeignLock incomplete = {NULL, NULL, NULL};

    errno = 0;
    ck_assert_int_eq(GilOS_AtFork(NULL, NULL), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(GilOS_CancelAtFork(NULL, NULL), 0);
    errno = 0;
    ck_assert_int_eq(GilOS_RegisterForkLock(NULL, NULL, seen, 0), -1);
    ck_assert_int_eq(errno, EINVAL);
    errno = 0;
    ck_assert_int_eq(GilOS_RegisterForkLock(&incomplete, NULL, seen, 0), -1);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(GilOS_UnregisterForkLock(seen), 0);
}
END_TEST

static int
note_try(void *lock)
{
    note(*(char *)lock);
    return 0;
}

static int
note_unlock(void *lock)
{
    note((char)(*(char *)lock + 1));
    return 0;
}

static int
note_reset(void *lock)
{
    note((char)(*(char *)lock + 2));
    return 0;
}

/* From now on no process with memory of its own can be made, for the rest of this one. (LeakSanitizer wants one that shares it.) */
static void
refuse_processes(void)
{
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)), /* the lower half of the flags */
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_VM, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAGAIN),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof program / sizeof program[0], program};

    ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), 0);
}

START_TEST(test_api_fork__system_that_refuses_undoes_all)
{
    static const GilForeignLock how = {note_try, note_try, note_unlock};

    ck_assert_int_eq(GilOS_AtFork(&calls, first), 0);
    ck_assert_int_eq(GilOS_AtFork(&calls, second), 0);
    ck_assert_int_eq(GilOS_RegisterForkLock(&how, note_reset, third, 0), 0);
    refuse_processes();
    for (int i = 0; i < 2; i++) {
        seen[0] = '\0';
        errno = 0;
        ck_assert_int_eq(GilOS_Fork(), -1);
        ck_assert_int_eq(errno, EAGAIN);
        ck_assert_str_eq(seen, "Aa01bB");
        Gil_BEGIN_ALLOW_THREADS
        Gil_END_ALLOW_THREADS
    }
}
END_TEST

/* --- the host's locks --- */

START_TEST(test_api_fork__locks_in_order_of_rank)
{
    static const GilForeignLock how = {note_try, note_try, note_unlock};

    ck_assert_int_eq(GilOS_RegisterForkLock(&how, NULL, first, 9), 0);
    ck_assert_int_eq(GilOS_RegisterForkLock(&how, note_reset, second, 5), 0);
    ck_assert_int_eq(GilOS_RegisterForkLock(&how, NULL, third, 9), 0);
    child_does(was_called_in_order, "Aa01bC");
    ck_assert_str_eq(seen, "Aa01bB");
    ck_assert_int_eq(GilOS_UnregisterForkLock(third), 1);
    ck_assert_int_eq(GilOS_UnregisterForkLock(third), 0);
    ck_assert_int_eq(GilOS_UnregisterForkLock(first), 1);
    ck_assert_int_eq(GilOS_UnregisterForkLock(second), 1);
    seen[0] = '\0';
    child_does(was_called_in_order, "");
}
END_TEST

static pthread_mutex_t host_mutex = PTHREAD_MUTEX_INITIALIZER;
static int host_numbers[2]; /* equal, under host_mutex */
static int stop;

static int
try_host(void *mutex)
{
    return pthread_mutex_trylock(mutex);
}

static int
lock_host(void *mutex)
{
    return pthread_mutex_lock(mutex);
}

static int
unlock_host(void *mutex)
{
    return pthread_mutex_unlock(mutex);
}

static const GilForeignLock host_kind = {try_host, lock_host, unlock_host};

static void
host_is_free(void *unused)
{
    (void)unused;
    CHILD_CHECK(pthread_mutex_trylock(&host_mutex) == 0);
}

/* By two that do not know of each other: what the first of them has taken is not waited for. */
START_TEST(test_api_fork__lock_registered_twice_is_taken_once)
{
    static const GilForeignLock how = {note_try, note_try, note_unlock};

    ck_assert_int_eq(GilOS_RegisterForkLock(&how, NULL, first, 9), 0);
    ck_assert_int_eq(GilOS_RegisterForkLock(&how, NULL, second, 7), 0);
    ck_assert_int_eq(GilOS_RegisterForkLock(&how, note_reset, first, 5), 0);
    child_does(was_called_in_order, "aABc");
    ck_assert_str_eq(seen, "aABb");
    ck_assert_int_eq(GilOS_UnregisterForkLock(second), 1);
    ck_assert_int_eq(GilOS_UnregisterForkLock(first), 1);
    ck_assert_int_eq(GilOS_RegisterForkLock(&host_kind, NULL, &host_mutex, 1), 0);
    ck_assert_int_eq(GilOS_RegisterForkLock(&host_kind, NULL, &host_mutex, 1), 0);
    child_does(host_is_free, NULL);
    ck_assert_int_eq(pthread_mutex_trylock(&host_mutex), 0);
    pthread_mutex_unlock(&host_mutex);
    ck_assert_int_eq(GilOS_UnregisterForkLock(&host_mutex), 1);
    child_does(host_is_free, NULL);
    ck_assert_int_eq(GilOS_UnregisterForkLock(&host_mutex), 1);
    ck_assert_int_eq(GilOS_UnregisterForkLock(&host_mutex), 0);
}
END_TEST

/* Waits for the interpreter's lock with the host's in hand, and for the host's with the interpreter's: both happens. */
static void *
use_both(void *view)
{
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
        pthread_mutex_lock(&host_mutex);
        host_numbers[0]++;
        GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
        Gil_DECREF(GilList_New(1));
        GilThreadState_Release(token);
        host_numbers[1]++;
        pthread_mutex_unlock(&host_mutex);
    }
    return NULL;
}

static void
host_is_whole(void *unused)
{
    (void)unused;
    CHILD_CHECK(pthread_mutex_trylock(&host_mutex) == 0);
    CHILD_CHECK(host_numbers[0] == host_numbers[1]);
}

START_TEST(test_api_fork__lock_whose_holder_wants_the_interpreter)
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    pthread_t thread;

    ck_assert_int_eq(GilOS_RegisterForkLock(&host_kind, NULL, &host_mutex, 1), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, use_both, view), 0);
    for (int i = 0; i < 30; i++)
        child_does(host_is_whole, NULL);
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    GilInterpreterView_Close(view);
}
END_TEST

/* Of many locks with a holder that wants the interpreter's lock: whoever has that finds all of them busy, always. */
struct busy_lock {
    int tries, locks, unlocks;
};

static int
try_busy(void *lock)
{
    struct busy_lock *busy = lock;

    ck_assert_int_lt(++busy->tries, 10);
    return GilThreadState_IsAttached() ? EBUSY : 0;
}

static int
lock_busy(void *lock)
{
    ck_assert(!GilThreadState_IsAttached());
    ((struct busy_lock *)lock)->locks++;
    return 0;
}

static int
unlock_busy(void *lock)
{
    ((struct busy_lock *)lock)->unlocks++;
    return 0;
}

/* What was waited for is kept; when the first is busy, the others are not tried in vain. */
START_TEST(test_api_fork__locks_whose_holders_want_the_interpreter)
{
    static const GilForeignLock how = {try_busy, lock_busy, unlock_busy};
    struct busy_lock locks[4] = {{0, 0, 0}};

    for (unsigned i = 0; i < 4; i++)
        ck_assert_int_eq(GilOS_RegisterForkLock(&how, NULL, &locks[i], i), 0);
    child_does(was_called_in_order, "");
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(locks[i].tries, i == 0);
        ck_assert_int_eq(locks[i].locks, 1);
        ck_assert_int_eq(locks[i].unlocks, 1);
        ck_assert_int_eq(GilOS_UnregisterForkLock(&locks[i]), 1);
    }
}
END_TEST

/* A mutex of a rank above the interpreter's lock, which is had late. */
static struct {
    GilMutex mutex;
    int phase; /* [atomic] 1: the host's is had; 2: the other thread has the interpreter's; 3: the host's was given back */
    GilInterpreterView *view;
} ranked = {.mutex = GilMutex_INIT_RANKED(40)};

static int
try_ranked(void *mutex)
{
    return __atomic_load_n(&ranked.phase, __ATOMIC_ACQUIRE) == 0 || !GilMutex_TryLock(mutex) ? EBUSY : 0;
}

static int
lock_ranked(void *mutex)
{
    GilMutex_Lock(mutex);
    __atomic_store_n(&ranked.phase, 1, __ATOMIC_RELEASE);
    while (__atomic_load_n(&ranked.phase, __ATOMIC_ACQUIRE) != 2)
        sched_yield();
    return 0;
}

static int
unlock_ranked(void *mutex)
{
    GilMutex_Unlock(mutex);
    __atomic_store_n(&ranked.phase, 3, __ATOMIC_RELEASE);
    return 0;
}

static void *
compute_until_it_is_given_back(void *Gil_UNUSED(unused))
{
    while (__atomic_load_n(&ranked.phase, __ATOMIC_ACQUIRE) != 1)
        sched_yield();
    GilThreadStateToken *token = GilThreadState_EnsureFromView(ranked.view);
    __atomic_store_n(&ranked.phase, 2, __ATOMIC_RELEASE);
    while (__atomic_load_n(&ranked.phase, __ATOMIC_ACQUIRE) != 3)
        sched_yield();
    GilThreadState_Release(token);
    return NULL;
}

/* Its wait for the interpreter's lock has a limit: no wrong order, which a debug build stops. */
START_TEST(test_api_fork__lock_that_ranks_above_the_interpreters)
{
    static const GilForeignLock how = {try_ranked, lock_ranked, unlock_ranked};
    pthread_t thread;

    ranked.view = GilInterpreterView_FromCurrent();
    ck_assert_int_eq(GilOS_RegisterForkLock(&how, NULL, &ranked.mutex, 1), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, compute_until_it_is_given_back, NULL), 0);
    child_does(was_called_in_order, "");
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(GilOS_UnregisterForkLock(&ranked.mutex), 1);
    GilInterpreterView_Close(ranked.view);
}
END_TEST

static int mutexes_taken;

static void
use_a_mutex(void)
{
    static GilMutex mutex;

    GilMutex_Lock(&mutex);
    mutexes_taken++;
    GilMutex_Unlock(&mutex);
}

/* Of the host, or of another library that uses this one: in a debug build, too. */
START_TEST(test_api_fork__functions_of_the_system_may_use_a_mutex)
{
    ck_assert_int_eq(pthread_atfork(use_a_mutex, use_a_mutex, use_a_mutex), 0);
    child_does(was_called_in_order, "");
    ck_assert_int_eq(mutexes_taken, 2);
}
END_TEST

static GilInterpreterView *waiter_view;
static sem_t is_there;
static int host_tries, host_locks;

/* Attached, and waits plainly. */
static void *
wait_attached(void *unused)
{
    (void)unused;
    GilThreadStateToken *token = GilThreadState_EnsureFromView(waiter_view);
    sem_post(&is_there);
    pthread_mutex_lock(&host_mutex);
    pthread_mutex_unlock(&host_mutex);
    GilThreadState_Release(token);
    return NULL;
}

static int
try_once_busy(void *mutex)
{
    return host_tries++ == 0 ? EBUSY : pthread_mutex_trylock(mutex);
}

/* The fork has it, and somebody the interpreter's lock, who wants this one. */
static int
lock_before_it_is_wanted(void *mutex)
{
    pthread_t thread;

    host_locks++;
    pthread_mutex_lock(mutex);
    ck_assert_int_eq(pthread_create(&thread, NULL, wait_attached, NULL), 0);
    pthread_detach(thread);
    while (sem_wait(&is_there) < 0)
        ;
    return 0;
}

/* That is no deadlock: the interpreter's lock is waited for until a limit, then the host's is given back. */
START_TEST(test_api_fork__lock_that_an_attached_thread_waits_for)
{
    static const GilForeignLock how = {try_once_busy, lock_before_it_is_wanted, unlock_host};

    sem_init(&is_there, 0, 0);
    waiter_view = GilInterpreterView_FromCurrent();
    ck_assert_int_eq(GilOS_RegisterForkLock(&how, NULL, &host_mutex, 1), 0);
    child_does(host_is_free, NULL);
    ck_assert_int_eq(host_locks, 1);
    ck_assert_int_eq(host_tries, 2); /* the second is that of the round which forks */
    ck_assert_int_eq(GilOS_UnregisterForkLock(&host_mutex), 1);
    GilInterpreterView_Close(waiter_view);
}
END_TEST

/* --- locks that cannot be had --- */

static pthread_mutex_t failing;

static int
try_failing(void *mutex)
{
    return pthread_mutex_trylock(mutex);
}

static int lock_calls;

static int
lock_failing(void *mutex)
{
    ck_assert_int_eq(++lock_calls, 1);
    ck_assert(!GilThreadState_IsAttached());
    return mutex == &failing ? pthread_mutex_lock(mutex) : -1;
}

static int
never(void *unused)
{
    (void)unused;
    return -1;
}

static const GilForeignLock failing_kind = {try_failing, lock_failing, unlock_host}, hopeless_kind = {never, lock_failing, never};

/* Nothing has happened, and each lock taken before is free. */
static void
calls_off_with(int error)
{
    seen[0] = '\0';
    ck_assert_int_eq(GilOS_AtFork(&calls, first), 0);
    errno = 0;
    ck_assert_int_eq(GilOS_Fork(), -1);
    ck_assert_int_eq(errno, error);
    ck_assert_str_eq(seen, "ab");
    ck_assert(GilThreadState_IsAttached());
    ck_assert_int_eq(pthread_mutex_trylock(&host_mutex), 0);
    pthread_mutex_unlock(&host_mutex);
    ck_assert_int_eq(GilOS_CancelAtFork(&calls, first), 1);
}

START_TEST(test_api_fork__lock_that_fails_calls_off)
{
    pthread_mutexattr_t kind;

    pthread_mutexattr_init(&kind);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&failing, &kind);
    ck_assert_int_eq(GilOS_RegisterForkLock(&host_kind, NULL, &host_mutex, 1), 0);
    ck_assert_int_eq(GilOS_RegisterForkLock(&failing_kind, NULL, &failing, 2), 0);
    pthread_mutex_lock(&failing);
    calls_off_with(EDEADLK);
    pthread_mutex_unlock(&failing);
    ck_assert_int_eq(GilOS_UnregisterForkLock(&failing), 1);
    lock_calls = 0;
    ck_assert_int_eq(GilOS_RegisterForkLock(&hopeless_kind, NULL, &stop, 2), 0);
    calls_off_with(ECANCELED);
    ck_assert_int_eq(GilOS_UnregisterForkLock(&stop), 1);
    ck_assert_int_eq(GilOS_UnregisterForkLock(&host_mutex), 1);
    child_does(was_called_in_order, "ab");
}
END_TEST

static void *
die_with_it(void *mutex)
{
    pthread_mutex_lock(mutex);
    return NULL;
}

/* It is the caller's then, who can make good what the dead one left. */
START_TEST(test_api_fork__lock_whose_owner_died_calls_off)
{
    pthread_mutexattr_t kind;
    pthread_t thread;

    pthread_mutexattr_init(&kind);
    pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&failing, &kind);
    ck_assert_int_eq(GilOS_RegisterForkLock(&host_kind, NULL, &host_mutex, 1), 0);
    ck_assert_int_eq(GilOS_RegisterForkLock(&failing_kind, NULL, &failing, 2), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, die_with_it, &failing), 0);
    pthread_join(thread, NULL);
    calls_off_with(EOWNERDEAD);
    ck_assert_int_eq(pthread_mutex_consistent(&failing), 0);
    pthread_mutex_unlock(&failing);
    ck_assert_int_eq(pthread_mutex_trylock(&failing), 0);
    pthread_mutex_unlock(&failing);
    ck_assert_int_eq(lock_calls, 0);
}
END_TEST

static int
say_lost(void *Gil_UNUSED(lock))
{
    return ENOTRECOVERABLE;
}

static const GilForeignLock lost_kind = {say_lost, lock_failing, say_lost};

/* And one that it left as it was is nobody's for ever. */
START_TEST(test_api_fork__lock_that_is_lost_calls_off)
{
    ck_assert_int_eq(GilOS_RegisterForkLock(&lost_kind, NULL, &failing, 2), 0);
    calls_off_with(ENOTRECOVERABLE);
    ck_assert_int_eq(lock_calls, 0);
}
END_TEST

/* --- who forks --- */

START_TEST(test_api_fork__host_forks_by_itself)
{
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(GilOS_BeforeFork(), 0);
        pid_t child = fork();
        if (child == 0) {
            if (i == 1)
                execl("/bin/true", "true", (char *)NULL);
            if (i == 2)
                _exit(0);
            GilOS_AfterFork_Child();
            CHILD_CHECK(GilList_New(1) != NULL && Gil_FinalizeEx() == 0);
            _exit(0);
        }
        errno = 77;
        GilOS_AfterFork_Parent();
        ck_assert_int_eq(errno, 77);
        ck_assert_int_eq(child_status(child), 0);
    }
}
END_TEST

static void
after_parent(void *unused)
{
    (void)unused;
    GilOS_AfterFork_Parent();
}

static void
after_child(void *unused)
{
    (void)unused;
    GilOS_AfterFork_Child();
}

static void
finalize_in_between(void *unused)
{
    (void)unused;
    if (GilOS_BeforeFork() == 0)
        Gil_FinalizeEx();
}

static void
guard_in_between(void *unused)
{
    (void)unused;
    if (GilOS_BeforeFork() == 0)
        GilInterpreterGuard_FromCurrent();
}

/* It would wait for what it holds itself. */
START_TEST(test_api_fork__calls_between_the_halves_stop)
{
    gil_test_expect_abort(finalize_in_between, NULL, "GilOS_BeforeFork: the thread that called it calls into the runtime: it may call fork()");
    gil_test_expect_abort(guard_in_between, NULL, "GilOS_BeforeFork: the thread that called it calls into the runtime: it may call fork()");
}
END_TEST

static void
child_in_parent(void *unused)
{
    (void)unused;
    if (GilOS_BeforeFork() == 0)
        GilOS_AfterFork_Child();
}

/* How it ended shows in how this one ends. */
static void
parent_in_child(void *unused)
{
    (void)unused;
    if (GilOS_BeforeFork() == 0) {
        pid_t child = fork();
        int status;
        GilOS_AfterFork_Parent();
        if (waitpid(child, &status, 0) == child && WIFSIGNALED(status))
            abort();
    }
}

/* Sleepers would sleep for ever in the process that takes itself for the child. */
START_TEST(test_api_fork__the_other_ones_half_stops)
{
    gil_test_expect_abort(child_in_parent, NULL, "GilOS_AfterFork_Child: the process that forked calls it, and GilOS_AfterFork_Parent()");
    gil_test_expect_abort(parent_in_child, NULL, "GilOS_AfterFork_Parent: the child calls it, and GilOS_AfterFork_Child()");
}
END_TEST

START_TEST(test_api_fork__after_without_before_stops)
{
    gil_test_expect_abort(after_parent, NULL, "GilOS_AfterFork_Parent: the calling thread has not called GilOS_BeforeFork()");
    gil_test_expect_abort(after_child, NULL, "GilOS_AfterFork_Child: the calling thread has not called GilOS_BeforeFork()");
}
END_TEST

static void
ends(void *unused)
{
    (void)unused;
    CHILD_CHECK(!GilThreadState_IsAttached());
    CHILD_CHECK(Gil_IsInitialized());
}

START_TEST(test_api_fork__between_begin_and_end)
{
    Gil_BEGIN_ALLOW_THREADS
    child_does(ends, NULL);
    Gil_END_ALLOW_THREADS

    pid_t child;
    Gil_BEGIN_ALLOW_THREADS
    child = GilOS_Fork();
    Gil_END_ALLOW_THREADS
    if (child == 0)
        _exit(GilList_New(2) == NULL || Gil_FinalizeEx() != 0);
    ck_assert_int_eq(child_status(child), 0);

    GilThreadState *ts = GilEval_SaveThread();
    child = GilOS_Fork();
    GilEval_RestoreThread(ts);
    if (child == 0)
        _exit(GilList_New(2) == NULL || Gil_FinalizeEx() != 0);
    ck_assert_int_eq(child_status(child), 0);
}
END_TEST

/* A thread that was never seen: it can go on, and be the one that ends the runtime. */
static void
unknown_goes_on(void *view)
{
    CHILD_CHECK(!GilThreadState_IsAttached());
    enter_and_leave(view);
    GilInterpreterView_Close(view);
    GilThreadState *ts = GilThreadState_New(GilInterpreterState_Main());
    CHILD_CHECK(ts != NULL);
    GilEval_AcquireThread(ts);
    CHILD_CHECK(Gil_FinalizeEx() == 0);
}

static void *
fork_unknown(void *view)
{
    child_does(unknown_goes_on, view);
    ck_assert(!GilThreadState_IsAttached());
    return NULL;
}

START_TEST(test_api_fork__by_a_thread_that_nobody_knows)
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, fork_unknown, view), 0);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    GilInterpreterView_Close(view);
}
END_TEST

static void
starts(void *unused)
{
    (void)unused;
    was_called_in_order("ac");
    CHILD_CHECK(Gil_Initialize() == 0 && Gil_FinalizeEx() == 0);
}

START_TEST(test_api_fork__without_a_runtime)
{
    ck_assert_int_eq(GilOS_AtFork(&calls, first), 0);
    child_does(starts, NULL);
    ck_assert_str_eq(seen, "ab");
    seen[0] = '\0';
    gil_test_start();
    gil_test_stop();
    child_does(starts, NULL);
}
END_TEST

/* --- other interpreters --- */

static GilInterpreterView *main_view, *other_view;

/* Of an interpreter that is idle, all goes on. */
static void
both_live(void *ts)
{
    CHILD_CHECK(GilInterpreterView_List(NULL, 0) == 2);
    GilThreadState *here = GilThreadState_Swap(ts);
    Gil_DECREF(GilList_New(1));
    CHILD_CHECK(Gil_EndInterpreter(ts) == 0);
    GilThreadState_Swap(here);
    CHILD_CHECK(Gil_FinalizeEx() == 0);
}

START_TEST(test_api_fork__idle_interpreter_goes_on)
{
    GilThreadState *here = GilThreadState_Get(), *ts = Gil_NewInterpreter();

    ck_assert_ptr_nonnull(ts);
    GilThreadState_Swap(here);
    child_does(both_live, ts);
    GilThreadState_Swap(ts);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilThreadState_Swap(here);
}
END_TEST

static int its_descriptor; /* of the state of a thread that is not there in the child */

/* Holds the lock of its interpreter until it is told. */
static void *
compute(void *view)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);

    its_descriptor = GilThreadState_GetCancelFD();
    __atomic_store_n(&computing, 1, __ATOMIC_RELEASE);
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE))
        sched_yield();
    GilThreadState_Release(token);
    return NULL;
}

static void
other_is_lost(void *list)
{
    CHILD_CHECK(GilInterpreterView_List(NULL, 0) == 1);
    CHILD_CHECK(GilThreadState_EnsureFromView(other_view) == NULL);
    CHILD_CHECK(GilInterpreterGuard_FromView(other_view) == NULL);
    CHILD_CHECK(GilInterpreterView_End(other_view, 0) == 0);
    CHILD_CHECK(fcntl(its_descriptor, F_GETFD) < 0);
    GilInterpreterView_Close(other_view);
    lives(list);
}

static void
sharer_is_lost(void *unused)
{
    (void)unused;
    CHILD_CHECK(GilInterpreterView_List(NULL, 0) == 1);
    CHILD_CHECK(GilThreadState_EnsureFromView(other_view) == NULL);
    CHILD_CHECK(Gil_FinalizeEx() == 0);
}

/* A thread has the main interpreter's lock, and the child is not to guess what it does: who shares that lock is lost with it. */
START_TEST(test_D4_an_idle_interpreter_whose_lock_is_held_is_lost)
{
    GilThreadState *here = GilThreadState_Get(), *sharer, *own;
    GilInterpreterView *view = GilInterpreterView_FromMain();
    GilInterpreterConfig config;
    pthread_t thread;

    GilInterpreterConfig_Init(&config);
    config.gil = GilInterpreterConfig_SHARED_GIL;
    ck_assert(!GilStatus_IsError(Gil_NewInterpreterFromConfig(&sharer, &config)));
    other_view = GilInterpreterView_FromCurrent();
    own = Gil_NewInterpreter();
    ck_assert_ptr_nonnull(own);
    ck_assert_int_eq(pthread_create(&thread, NULL, compute, view), 0);
    while (!__atomic_load_n(&computing, __ATOMIC_ACQUIRE))
        sched_yield();
    child_does(sharer_is_lost, NULL);
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(Gil_EndInterpreter(own), 0);
    GilThreadState_Swap(sharer);
    ck_assert_int_eq(Gil_EndInterpreter(sharer), 0);
    GilThreadState_Swap(here);
    GilInterpreterView_Close(other_view);
    GilInterpreterView_Close(view);
}
END_TEST

START_TEST(test_api_fork__busy_interpreter_is_lost)
{
    GilThreadState *here = GilThreadState_Get(), *ts = Gil_NewInterpreter();
    pthread_t thread;

    other_view = GilInterpreterView_FromCurrent();
    GilThreadState_Swap(here);
    ck_assert_int_eq(pthread_create(&thread, NULL, compute, other_view), 0);
    while (!__atomic_load_n(&computing, __ATOMIC_ACQUIRE))
        sched_yield();
    GilObject *list = some_list();
    child_does(other_is_lost, list);
    Gil_DECREF(list);
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    GilInterpreterView_Close(other_view);
    GilThreadState_Swap(ts);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilThreadState_Swap(here);
}
END_TEST

/* The same, but whoever else wants the lock gets it in between. */
static void *
compute_and_poll(void *view)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);

    __atomic_store_n(&computing, 1, __ATOMIC_RELEASE);
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE))
        CHILD_CHECK(Gil_Poll() == 0);
    GilThreadState_Release(token);
    return NULL;
}

/* Every way out of an interpreter that its thread comes back by itself from. */
static void
save(void)
{
    (void)GilEval_SaveThread();
}

static void
release(void)
{
    GilEval_ReleaseThread(GilThreadState_Get());
}

static void
swap(void)
{
    (void)GilThreadState_Swap(NULL);
}

/* Left at last: not what was entered and left in between, by Ensure and Release. */
static void
save_and_visit(void)
{
    (void)GilEval_SaveThread();
    enter_and_leave(main_view);
}

/* The same again, and another one, from within and one after the other, by states that are there already. */
static void
save_and_visit_all(void)
{
    (void)GilEval_SaveThread();
    for (int i = 0; i < 2; i++) {
        GilThreadStateToken *token = GilThreadState_EnsureFromView(other_view);
        enter_and_leave(main_view);
        GilThreadState *ts = GilEval_SaveThread();
        enter_and_leave(main_view);
        GilEval_RestoreThread(ts);
        GilThreadState_Release(token);
        enter_and_leave(main_view);
    }
}

static void (*const ways_out[])(void) = {save, release, swap, save_and_visit, save_and_visit_all};

static GilInterpreterState *forked_from;

static int
note_interpreter(void *unused)
{
    (void)unused;
    forked_from = GilInterpreterState_Get();
    return 0;
}

static const GilForkCalls note_calls = {note_interpreter, NULL, NULL};

static GilThreadState *left_state;
static GilObject *its_list;

static void
comes_back(void *interp)
{
    CHILD_CHECK(!GilThreadState_IsAttached() && forked_from == interp);
    GilEval_RestoreThread(left_state);
    CHILD_CHECK(GilList_GET_SIZE(its_list) == 3);
    Gil_DECREF(its_list);
    CHILD_CHECK(Gil_EndInterpreter(left_state) == 0);
}

START_TEST(test_api_fork__of_a_state_that_was_left)
{
    GilThreadState *here = GilThreadState_Get(), *other;
    GilInterpreterConfig config;
    pthread_t thread;

    main_view = GilInterpreterView_FromCurrent();
    other = Gil_NewInterpreter();
    other_view = GilInterpreterView_FromCurrent();
    GilInterpreterConfig_Init(&config);
    config.late_policy = Gil_LATE_ABORT;
    ck_assert(!GilStatus_Exception(Gil_NewInterpreterFromConfig(&left_state, &config)));
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilInterpreterState *interp = GilInterpreterState_Get();
    its_list = some_list();
    ck_assert_int_eq(GilOS_AtFork(&note_calls, NULL), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, compute_and_poll, view), 0);
    while (!__atomic_load_n(&computing, __ATOMIC_ACQUIRE))
        ck_assert_int_eq(Gil_Poll(), 0);
    ways_out[_i]();
    child_does(comes_back, interp);
    ck_assert(!GilThreadState_IsAttached());
    GilEval_RestoreThread(left_state);
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(GilOS_CancelAtFork(&note_calls, NULL), 1);
    Gil_DECREF(its_list);
    GilInterpreterView_Close(view);
    GilInterpreterView_Close(other_view);
    GilInterpreterView_Close(main_view);
    ck_assert_int_eq(Gil_EndInterpreter(left_state), 0);
    GilThreadState_Swap(other);
    ck_assert_int_eq(Gil_EndInterpreter(other), 0);
    GilThreadState_Swap(here);
}
END_TEST

static void
was_the_main_one(void *main_interp)
{
    CHILD_CHECK(!GilThreadState_IsAttached() && forked_from == main_interp);
}

static void *
visit_and_fork(void *main_interp)
{
    enter_and_leave(other_view);
    child_does(was_the_main_one, main_interp);
    return NULL;
}

/* Who has entered by Ensure and left by Release is outside, wherever that was. */
START_TEST(test_api_fork__by_a_thread_that_was_a_visitor)
{
    GilThreadState *here = GilThreadState_Get(), *ts = Gil_NewInterpreter();
    pthread_t thread;

    other_view = GilInterpreterView_FromCurrent();
    GilThreadState_Swap(here);
    ck_assert_int_eq(GilOS_AtFork(&note_calls, NULL), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, visit_and_fork, GilInterpreterState_Get()), 0);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(GilOS_CancelAtFork(&note_calls, NULL), 1);
    GilInterpreterView_Close(other_view);
    GilThreadState_Swap(ts);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilThreadState_Swap(here);
}
END_TEST

/* Keeps a state of an interpreter that ends. */
static void *
visit_and_stay(void *view)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);

    its_descriptor = GilThreadState_GetCancelFD();
    GilThreadState_Release(token);
    __atomic_store_n(&computing, 1, __ATOMIC_RELEASE);
    while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE))
        sched_yield();
    return NULL;
}

static void
nothing_of_it_is_open(void *list)
{
    CHILD_CHECK(fcntl(its_descriptor, F_GETFD) < 0);
    lives(list);
}

START_TEST(test_D3_a_state_of_an_interpreter_that_had_ended_goes_with_its_thread)
{
    GilThreadState *here = GilThreadState_Get(), *ts = Gil_NewInterpreter();
    pthread_t thread;

    other_view = GilInterpreterView_FromCurrent();
    GilThreadState_Swap(here);
    ck_assert_int_eq(pthread_create(&thread, NULL, visit_and_stay, other_view), 0);
    while (!__atomic_load_n(&computing, __ATOMIC_ACQUIRE))
        sched_yield();
    GilThreadState_Swap(ts);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilThreadState_Swap(here);
    ck_assert_int_ge(fcntl(its_descriptor, F_GETFD), 0);
    GilObject *list = some_list();
    child_does(nothing_of_it_is_open, list);
    Gil_DECREF(list);
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    GilInterpreterView_Close(other_view);
}
END_TEST

static GilPendingNode lost_node;
static uint64_t lost_thread;
static int calls_made;

static int
count_a_call(void *unused)
{
    (void)unused;
    calls_made++;
    return 0;
}

/* What was posted before can be posted elsewhere, and nothing is taken that nobody would make. */
static void
calls_are_refused(void *list)
{
    CHILD_CHECK(GilPending_Post(other_view, &lost_node) == GIL_PENDING_ENDED);
    CHILD_CHECK(GilPending_PostToThread(lost_thread, &lost_node) == GIL_PENDING_ENDED);
    CHILD_CHECK(GilPending_AddToThread(lost_thread, count_a_call, NULL) == GIL_PENDING_ENDED);
    CHILD_CHECK(GilPending_Add(other_view, count_a_call, NULL) == GIL_PENDING_ENDED);
    CHILD_CHECK(GilPending_PostToMain(&lost_node) == 0 && Gil_Poll() == 0 && calls_made == 1);
    other_is_lost(list);
}

START_TEST(test_api_fork__calls_to_what_is_lost_are_refused)
{
    GilThreadState *here = GilThreadState_Get(), *ts = Gil_NewInterpreter();
    pthread_t thread;

    other_view = GilInterpreterView_FromCurrent();
    lost_thread = GilThreadState_GetID(ts);
    lost_node.func = count_a_call;
    GilThreadState_Swap(here);
    ck_assert_int_eq(pthread_create(&thread, NULL, compute, other_view), 0);
    while (!__atomic_load_n(&computing, __ATOMIC_ACQUIRE))
        sched_yield();
    ck_assert_int_eq(GilPending_Post(other_view, &lost_node), 0);
    ck_assert_int_eq(GilPending_Add(other_view, count_a_call, NULL), 0);
    ck_assert_int_eq(GilPending_AddToThread(lost_thread, count_a_call, NULL), 0);
    GilObject *list = some_list();
    child_does(calls_are_refused, list);
    Gil_DECREF(list);
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    GilInterpreterView_Close(other_view);
    GilThreadState_Swap(ts);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    ck_assert_int_eq(calls_made, 3);
    GilThreadState_Swap(here);
}
END_TEST

/* The main one is busy: that from which was forked takes its place. */
static void
is_the_main_one(void *list)
{
    GilInterpreterState *interp = GilInterpreterState_Get();

    CHILD_CHECK(interp == GilInterpreterState_Main() && GilInterpreterState_GetID(interp) == 0);
    CHILD_CHECK(GilThreadState_EnsureFromView(main_view) == NULL);
    GilInterpreterView_Close(main_view);
    lives(list);
}

START_TEST(test_api_fork__takes_the_main_ones_place)
{
    GilThreadState *here = GilThreadState_Get(), *ts;
    pthread_t thread;

    main_view = GilInterpreterView_FromCurrent();
    ts = Gil_NewInterpreter();
    ck_assert_int_eq(pthread_create(&thread, NULL, compute, main_view), 0);
    while (!__atomic_load_n(&computing, __ATOMIC_ACQUIRE))
        sched_yield();
    GilObject *list = some_list();
    child_does(is_the_main_one, list);
    Gil_DECREF(list);
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilThreadState_Swap(here);
    GilInterpreterView_Close(main_view);
}
END_TEST

static int signals_met; /* by the main interpreter's callback */

static int
meet_signal(int signum, void *list)
{
    (void)signum;
    (void)list;
    signals_met++;
    return 0;
}

static void
watch_anew(void *unused)
{
    (void)unused;
    CHILD_CHECK(GilSignal_Watch(SIGUSR2, meet_signal, NULL, 0) == 0);
}

static int
is_ignored(int signum)
{
    struct sigaction now;

    return sigaction(signum, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

/* What the main one watched is the system's again, for whoever has its place to watch anew, which the functions of the fork may do. */
static void
watches_nothing(void *unused)
{
    CHILD_CHECK(is_ignored(SIGUSR1) && raise(SIGUSR1) == 0 && GilErr_SetInterruptEx(SIGUSR1) == 0);
    CHILD_CHECK(Gil_Poll() == 0 && signals_met == 0);
    CHILD_CHECK(raise(SIGUSR2) == 0 && Gil_Poll() == 0 && signals_met == 1);
    watch_anew(unused);
    CHILD_CHECK(GilSignal_Unwatch(SIGUSR1) == 0 && GilSignal_Unwatch(SIGUSR2) == 1 && is_ignored(SIGUSR2));
}

START_TEST(test_api_fork__signals_of_the_main_one_go_with_it)
{
    static const GilForkCalls anew = {NULL, NULL, watch_anew};
    GilThreadState *here = GilThreadState_Get();
    pthread_t thread;

    signal(SIGUSR1, SIG_IGN);
    signal(SIGUSR2, SIG_IGN);
    GilObject *list = some_list();
    ck_assert_int_eq(GilSignal_Watch(SIGUSR1, meet_signal, list, 0), 0);
    main_view = GilInterpreterView_FromCurrent();
    GilThreadState *ts = Gil_NewInterpreter();
    ck_assert_int_eq(pthread_create(&thread, NULL, compute, main_view), 0);
    while (!__atomic_load_n(&computing, __ATOMIC_ACQUIRE))
        sched_yield();
    ck_assert_int_eq(GilOS_AtFork(&anew, NULL), 0);
    child_does(watches_nothing, NULL);
    ck_assert_int_eq(GilOS_CancelAtFork(&anew, NULL), 1);
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilThreadState_Swap(here);
    ck_assert(raise(SIGUSR1) == 0 && Gil_Poll() == 0 && signals_met == 1);
    Gil_DECREF(list);
    GilInterpreterView_Close(main_view);
}
END_TEST

/* The queue to main goes on with who has the place, without what was for the one that had it. */
static void
makes_no_calls_of_the_main_one(void *unused)
{
    (void)unused;
    CHILD_CHECK(Gil_Poll() == 0 && calls_made == 0 && !GilPendingNode_IsPosted(&lost_node));
    CHILD_CHECK(GilPending_PostToMain(&lost_node) == 0 && Gil_AddPendingCall(count_a_call, NULL) == 0);
    CHILD_CHECK(Gil_Poll() == 0 && calls_made == 2);
}

START_TEST(test_api_fork__calls_to_the_main_one_go_with_it)
{
    GilThreadState *here = GilThreadState_Get();
    pthread_t thread;

    main_view = GilInterpreterView_FromCurrent();
    GilThreadState *ts = Gil_NewInterpreter();
    lost_node.func = count_a_call;
    ck_assert_int_eq(pthread_create(&thread, NULL, compute, main_view), 0);
    while (!__atomic_load_n(&computing, __ATOMIC_ACQUIRE))
        sched_yield();
    ck_assert_int_eq(GilPending_PostToMain(&lost_node), 0);
    ck_assert_int_eq(Gil_AddPendingCall(count_a_call, NULL), 0);
    child_does(makes_no_calls_of_the_main_one, NULL);
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilThreadState_Swap(here);
    ck_assert(Gil_Poll() == 0 && calls_made == 2);
    GilInterpreterView_Close(main_view);
}
END_TEST

static GilThreadState *main_state;

/* In the child of a fork in another interpreter, back to one that was lost. */
static void
go_back(void *unused)
{
    (void)unused;
    pid_t child = GilOS_Fork();
    if (child != 0) {
        int status = 0;
        CHILD_CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
        abort();
    }
    GilThreadState_Swap(main_state);
}

static void
go_back_from_another(void *unused)
{
    pthread_t thread;

    main_state = GilThreadState_Get();
    main_view = GilInterpreterView_FromCurrent();
    CHILD_CHECK(Gil_NewInterpreter() != NULL);
    CHILD_CHECK(pthread_create(&thread, NULL, compute, main_view) == 0);
    while (!__atomic_load_n(&computing, __ATOMIC_ACQUIRE))
        sched_yield();
    go_back(unused);
}

START_TEST(test_api_fork__going_back_to_what_was_lost_stops)
{
    gil_test_expect_abort(go_back_from_another, NULL, "comes back after its interpreter has ended");
}
END_TEST

/* --- handles of others --- */

static GilInterpreterGuard *guard;

static void *
open_guard(void *view)
{
    guard = GilInterpreterGuard_FromView(view);
    ck_assert_ptr_nonnull(guard);
    return NULL;
}

static void
guard_is_a_view(void *mine)
{
    GilHolder holders[4];

    /* Its own counts still. */
    CHILD_CHECK(Gil_FinalizeTimed(0) == GIL_FINALIZE_BUSY);
    CHILD_CHECK(GilInterpreterState_GetHolders(GilInterpreterState_Get(), holders, 4) == 1);
    GilInterpreterGuard_Close(mine);
    GilThreadStateToken *token = GilThreadState_Ensure(guard);
    CHILD_CHECK(token != NULL);
    GilThreadState_Release(token);
    CHILD_CHECK(Gil_FinalizeTimed(0) == 0);
    CHILD_CHECK(GilThreadState_Ensure(guard) == NULL);
    GilInterpreterGuard_Close(guard);
}

START_TEST(test_api_fork__guards_of_others_hold_nothing_up)
{
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilInterpreterGuard *mine = GilInterpreterGuard_FromCurrent();
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, open_guard, view), 0);
    pthread_join(thread, NULL);
    child_does(guard_is_a_view, mine);
    GilInterpreterGuard_Close(mine);
    GilInterpreterGuard_Close(guard);
    GilInterpreterView_Close(view);
}
END_TEST

static int
names_itself(void *error)
{
    GilHolder holder;

    ck_assert_uint_eq(GilInterpreterState_GetHolders(GilInterpreterState_Get(), &holder, 1), 1);
    ck_assert_int_eq(holder.kind, GIL_HOLDER_CALL);
    ck_assert_str_eq(holder.file, "GilOS_BeforeFork");
    ck_assert_uint_eq(holder.thread, (uint64_t)pthread_self());
    return error != NULL ? -1 : 0;
}

START_TEST(test_api_fork__holds_up_the_end_and_has_a_name)
{
    GilForkCalls asked = {names_itself, NULL, NULL};
    int status;

    ck_assert_int_eq(GilOS_AtFork(&asked, NULL), 0);
    pid_t child = GilOS_Fork();
    if (child == 0)
        _exit(GilInterpreterState_GetHolders(GilInterpreterState_Get(), NULL, 0) != 0 || Gil_FinalizeTimed(0) != 0);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_uint_eq(GilInterpreterState_GetHolders(GilInterpreterState_Get(), NULL, 0), 0);
    GilOS_AtFork(&asked, &status);
    ck_assert_int_eq(GilOS_Fork(), -1);
    ck_assert_uint_eq(GilInterpreterState_GetHolders(GilInterpreterState_Get(), NULL, 0), 0);
}
END_TEST

/* The forking thread holds no guard, and is out of the lock while a function waits. */
static sem_t out, may_go_on;

static int
wait_outside(void *unused)
{
    (void)unused;
    Gil_BEGIN_ALLOW_THREADS
    sem_post(&out);
    while (sem_wait(&may_go_on) < 0)
        continue;
    Gil_END_ALLOW_THREADS
    return 0;
}

static void
nothing(void *unused)
{
    (void)unused;
}

static void *
fork_from_there(void *ts)
{
    GilEval_RestoreThread(ts);
    child_does(nothing, NULL);
    GilEval_SaveThread();
    return NULL;
}

START_TEST(test_api_fork__its_own_interpreter_does_not_end_meanwhile)
{
    static const GilForkCalls waiting = {wait_outside, NULL, NULL};
    GilThreadState *here = GilThreadState_Get(), *there = Gil_NewInterpreter();
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilHolder holder;
    pthread_t thread;

    GilThreadState_Swap(NULL);
    ck_assert(sem_init(&out, 0, 0) == 0 && sem_init(&may_go_on, 0, 0) == 0);
    ck_assert_int_eq(GilOS_AtFork(&waiting, NULL), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, fork_from_there, there), 0);
    while (sem_wait(&out) < 0)
        continue;
    ck_assert_int_eq(GilInterpreterView_End(view, 0), GIL_FINALIZE_BUSY);
    ck_assert_uint_eq(GilInterpreterView_GetHolders(view, &holder, 1), 1);
    ck_assert_str_eq(holder.file, "GilOS_BeforeFork");
    sem_post(&may_go_on);
    pthread_join(thread, NULL);
    ck_assert_int_eq(GilOS_CancelAtFork(&waiting, NULL), 1);
    ck_assert_int_eq(GilInterpreterView_End(view, 0), 0);
    GilInterpreterView_Close(view);
    GilThreadState_Swap(here);
    child_does(nothing, NULL);
}
END_TEST

/* --- refusals --- */

static void
refused_with(int error)
{
    errno = 0;
    ck_assert_int_eq(GilOS_Fork(), -1);
    ck_assert_int_eq(errno, error);
    ck_assert(!GilThreadState_IsAttached() || GilErr_Occurred() == NULL);
}

static void
ends_its_own(void *main_ts)
{
    CHILD_CHECK(Gil_EndInterpreter(GilThreadState_Get()) == 0);
    GilThreadState_Swap(main_ts);
    CHILD_CHECK(Gil_FinalizeEx() == 0);
}

START_TEST(test_D7_fork_from_an_interpreter_that_forbids_it)
{
    GilThreadState *here = GilThreadState_Get(), *ts;
    GilInterpreterConfig config;

    GilInterpreterConfig_Init(&config);
    config.forbid_fork = 1;
    ck_assert(!GilStatus_Exception(Gil_NewInterpreterFromConfig(&ts, &config)));
    refused_with(EPERM);
    Gil_BEGIN_ALLOW_THREADS
    refused_with(EPERM);
    Gil_END_ALLOW_THREADS
    main_view = GilInterpreterView_FromMain();
    other_view = GilInterpreterView_FromMain();
    for (size_t i = 0; i < sizeof ways_out / sizeof ways_out[0]; i++) {
        ways_out[i]();
        refused_with(EPERM);
        GilEval_RestoreThread(ts);
    }
    GilInterpreterView_Close(other_view);
    GilInterpreterView_Close(main_view);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilInterpreterConfig_Init(&config);
    ck_assert(!GilStatus_Exception(Gil_NewInterpreterFromConfig(&ts, &config)));
    child_does(ends_its_own, here);
    ck_assert_int_eq(Gil_EndInterpreter(ts), 0);
    GilThreadState_Swap(here);
}
END_TEST

static int tried;

static void
fork_at_exit(void *unused)
{
    (void)unused;
    refused_with(EBUSY);
    tried++;
}

START_TEST(test_api_fork__while_the_runtime_ends)
{
    gil_test_start();
    ck_assert_int_eq(GilUnstable_AtExit(GilInterpreterState_Get(), fork_at_exit, NULL), 0);
    gil_test_stop();
    ck_assert_int_eq(tried, 1);
}
END_TEST

static void
fork_in_collection(const GilGCInfo *info, void *unused)
{
    (void)info;
    (void)unused;
    refused_with(EBUSY);
    tried++;
}

static void
fork_in_destructor(GilObject *capsule)
{
    (void)capsule;
    refused_with(EBUSY);
    tried++;
}

static int
fork_in_pending_call(void *unused)
{
    (void)unused;
    refused_with(EBUSY);
    tried++;
    return 0;
}

START_TEST(test_D6_fork_in_a_collection_finalizer_or_pending_call)
{
    ck_assert_int_eq(GilGC_AddCallback(fork_in_collection, NULL), 0);
    GilGC_Collect();
    ck_assert_int_eq(tried, 2);
    ck_assert_int_eq(GilGC_RemoveCallback(fork_in_collection, NULL), 1);
    GilObject *capsule = GilCapsule_New(seen, NULL, fork_in_destructor);
    Gil_DECREF(capsule);
    ck_assert_int_eq(tried, 3);
    ck_assert_int_eq(Gil_AddPendingCall(fork_in_pending_call, NULL), 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(tried, 4);
}
END_TEST

/* --- an end that a fork calls off --- */

static int64_t opened[8];
static int openings;

static void
hear_of_it(const GilLifeEvent *event, void *unused)
{
    (void)unused;
    if (event->kind == GIL_LIFE_OPENED && openings < 8)
        opened[openings++] = event->interp;
}

static void
is_open_again(void *view)
{
    CHILD_CHECK(openings == 1 && opened[0] == GilInterpreterView_GetID(view));
    /* By turns: asked for anew and taken back. */
    CHILD_CHECK(GilInterpreterView_RequestEnd(view) == 0 && openings == 1);
    CHILD_CHECK(GilInterpreterView_CancelEnd(view) == 0 && openings == 2);
    CHILD_CHECK(GilInterpreterView_End(view, GIL_WAIT_FOREVER) == 0);
}

static void
is_not_told_yet(void *unused)
{
    (void)unused;
    CHILD_CHECK(openings == 0);
}

/* Who was told that it closes is told that it lets in again; in the parent it closes still. */
START_TEST(test_api_fork__the_child_is_told_of_an_end_that_the_fork_calls_off)
{
    const GilForkCalls looks = {.child = is_not_told_yet};
    GilThreadState *here = GilThreadState_Get();

    openings = 0;
    Gil_SetLifeHook(hear_of_it, NULL);
    ck_assert_ptr_nonnull(Gil_NewInterpreter());
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilThreadState_Swap(here);
    ck_assert_int_eq(GilInterpreterView_RequestEnd(view), 0);
    ck_assert_int_eq(GilOS_AtFork(&looks, NULL), 0);
    child_does(is_open_again, view);
    ck_assert_int_eq(openings, 0);
    ck_assert_int_eq(GilInterpreterView_End(view, GIL_WAIT_FOREVER), 0);
    ck_assert_int_eq(GilOS_CancelAtFork(&looks, NULL), 1);
    Gil_SetLifeHook(NULL, NULL);
    GilInterpreterView_Close(view);
}
END_TEST

/* --- a plain fork --- */

START_TEST(test_api_fork__plain_child_may_exec_and_exit)
{
    for (int i = 0; i < 2; i++) {
        pid_t child = fork();
        if (child == 0) {
            if (i == 0)
                execl("/bin/true", "true", (char *)NULL);
            _exit(0);
        }
        ck_assert_int_eq(child_status(child), 0);
    }
    Gil_DECREF(GilList_New(1));
}
END_TEST

static GilMutex held_mutex;

static void
leave_lock(void *unused)
{
    (void)unused;
    Gil_BEGIN_ALLOW_THREADS
    Gil_END_ALLOW_THREADS
}

static void
poll_lock(void *unused)
{
    (void)unused;
    (void)Gil_Poll();
}

static void
visit(void *view)
{
    GilEval_SaveThread();
    GilThreadState_EnsureFromView(view);
}

static void
lock_mutex(void *unused)
{
    (void)unused;
    GilMutex_Lock(&held_mutex);
}

static void
make_interpreter(void *unused)
{
    (void)unused;
    (void)Gil_NewInterpreter();
}

static void
end_runtime(void *unused)
{
    (void)unused;
    GilEval_RestoreThread(GilEval_SaveThread());
}

static void (*const misuses[])(void *) = {leave_lock, poll_lock, visit, lock_mutex, make_interpreter, end_runtime};
static GilInterpreterView *some_view;

static void
misuse(void *which)
{
    pid_t child = fork();

    if (child != 0) {
        int status = 0;
        CHILD_CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
        abort();
    }
    alarm(20);
    misuses[*(int *)which](some_view);
}

static void
misuse_by_word(void *which)
{
    /* Another thread was there: the lock does not lean. */
    pthread_t thread;

    CHILD_CHECK(pthread_create(&thread, NULL, enter_and_leave, some_view) == 0);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    misuse(which);
}

/* Its thread ends with it. */
static void *
take_mutex(void *unused)
{
    GilMutex_Lock(&held_mutex);
    return unused;
}

START_TEST(test_api_fork__plain_child_that_goes_on_stops)
{
    static const char needle[] = "the child of a plain fork() calls into the runtime: it may call exec or _exit, and nothing else";
    pthread_t thread;
    int which = _i;

    some_view = GilInterpreterView_FromCurrent();
    ck_assert_int_eq(pthread_create(&thread, NULL, take_mutex, NULL), 0);
    pthread_join(thread, NULL);
    gil_test_expect_abort(misuse, &which, needle);
    gil_test_expect_abort(misuse_by_word, &which, needle);
}
END_TEST

/* One that calls nothing in the child. */
static pid_t
raw_fork(void)
{
#if defined __GLIBC__ && __GLIBC_PREREQ(2, 34)
    return _Fork();
#else
    return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
#endif
}

static void
misuse_in_silence(void *which)
{
    pid_t child = raw_fork();

    if (child != 0) {
        int status = 0;
        CHILD_CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) != SIGALRM);
        abort();
    }
    alarm(20);
    misuses[*(int *)which](some_view);
}

static int has_view; /* [atomic] */

static void *
keep_the_lock(void *unused)
{
    GilThreadState_EnsureFromView(some_view);
    __atomic_store_n(&has_view, 1, __ATOMIC_RELEASE);
    for (;;)
        pause();
    return unused;
}

static void
enter_in_silence(void *which)
{
    pthread_t thread;

    GilEval_SaveThread();
    CHILD_CHECK(pthread_create(&thread, NULL, keep_the_lock, NULL) == 0);
    while (!__atomic_load_n(&has_view, __ATOMIC_ACQUIRE))
        sched_yield();
    pid_t child = raw_fork();
    if (child == 0) {
        alarm(20);
        GilThreadState_EnsureFromView(some_view);
    }
    int status = 0;
    CHILD_CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) != SIGALRM);
    (void)which;
    abort();
}

/* Whatever it would wait for may never come. */
START_TEST(test_api_fork__a_child_that_nobody_tells_of_stops)
{
    static const char needle[] = "the child of a plain fork() calls into the runtime: it may call exec or _exit, and nothing else";
    pthread_t thread;
    int which = 3;

    some_view = GilInterpreterView_FromCurrent();
    ck_assert_ptr_eq(misuses[which], lock_mutex);
    ck_assert_int_eq(pthread_create(&thread, NULL, take_mutex, NULL), 0);
    pthread_join(thread, NULL);
    gil_test_expect_abort(misuse_in_silence, &which, needle);
    gil_test_expect_abort(enter_in_silence, NULL, needle);
    pid_t child = raw_fork();
    if (child == 0)
        _exit(7);
    ck_assert_int_eq(child_status(child), 7 << 8);
}
END_TEST

/* Sleeps a moment. */
static void
wait_in_vain(void *unused)
{
    static GilMutex mutex;

    (void)unused;
    CHILD_CHECK(GilMutex_TryLock(&mutex) && GilMutex_LockTimed(&mutex, 1000000, 0) == 0);
    GilMutex_Unlock(&mutex);
}

/* No interpreter: it may wait. */
START_TEST(test_api_fork__a_child_that_has_nothing_to_lose_may_wait)
{
    child_does(wait_in_vain, NULL);
    for (int i = 0; i < 4; i++) {
        pid_t child = i % 2 == 0 ? raw_fork() : fork();
        if (child == 0) {
            wait_in_vain(NULL);
            _exit(0);
        }
        ck_assert_int_eq(child_status(child), 0);
        gil_test_start();
        /* One that is told of, and its own. */
        child = GilOS_Fork();
        if (child == 0) {
            wait_in_vain(NULL);
            CHILD_CHECK(Gil_FinalizeEx() == 0);
            child = raw_fork();
            if (child == 0)
                wait_in_vain(NULL);
            else
                CHILD_CHECK(child_status(child) == 0);
            _exit(0);
        }
        ck_assert_int_eq(child_status(child), 0);
        gil_test_stop();
    }
}
END_TEST

/* From now on no page can be had that a child gets as zeros. */
static void
refuse_the_page(void)
{
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_madvise, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 2 * sizeof(uint64_t)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MADV_WIPEONFORK, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {sizeof program / sizeof program[0], program};

    CHILD_CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    CHILD_CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0);
}

/* An old kernel: everything is as it was, and such a child waits. */
START_TEST(test_api_fork__a_system_without_such_a_page)
{
    pid_t child = fork();

    if (child == 0) {
        refuse_the_page();
        gil_test_start();
        child = raw_fork();
        if (child == 0) {
            wait_in_vain(NULL);
            _exit(0);
        }
        CHILD_CHECK(child_status(child) == 0);
        child_does(wait_in_vain, NULL);
        gil_test_stop();
        _exit(0);
    }
    ck_assert_int_eq(child_status(child), 0);
}
END_TEST

START_TEST(test_api_fork__plain_child_without_a_runtime_may_start_one)
{
    for (int i = 0; i < 2; i++) {
        pid_t child = fork();
        if (child == 0) {
            CHILD_CHECK(Gil_Initialize() == 0);
            lives(some_list());
            _exit(0);
        }
        ck_assert_int_eq(child_status(child), 0);
        gil_test_start();
        gil_test_stop();
    }
}
END_TEST

/* --- neither --- */

START_TEST(test_D11_vfork_and_posix_spawn_are_left_alone)
{
    char name[] = "true", *arguments[] = {name, NULL};
    pid_t child;

    ck_assert_int_eq(GilOS_AtFork(&calls, first), 0);
    ck_assert_int_eq(posix_spawn(&child, "/bin/true", NULL, NULL, arguments, environ), 0);
    ck_assert_int_eq(child_status(child), 0);
    ck_assert_int_eq(system("true"), 0);
    child = vfork();
    if (child == 0) {
        execl("/bin/true", "true", (char *)NULL);
        _exit(1);
    }
    ck_assert_int_eq(child_status(child), 0);
    /* Not even where a fork is refused, nor the lock is touched. */
    ck_assert_str_eq(seen, "");
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_int_eq(posix_spawn(&child, "/bin/true", NULL, NULL, arguments, environ), 0);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(child_status(child), 0);
    Gil_DECREF(GilList_New(1));
}
END_TEST

/* --- what a dead thread leaves on its stack --- */

/*
 * glibc gives a new thread of the child the stack of one that the fork cut off, and forgets to clear its thread-specific data if it was
 * in the destructor of a key: that of the keys after this one is there still.
 */
static struct {
    pthread_key_t key; /* older than the library's */
    Gil_tss_t tss;
    sem_t reached, go_on;
    int rounds; /* of destructors yet to come, of which the last waits */
} passing = {.tss = Gil_tss_NEEDS_INIT};

static void
wait_in_last_round(void *unused)
{
    if (--passing.rounds > 0) {
        pthread_setspecific(passing.key, unused);
        return;
    }
    sem_post(&passing.reached);
    while (sem_wait(&passing.go_on) < 0)
        continue;
}

static void *
comes_and_goes(void *view)
{
    pthread_setspecific(passing.key, &passing);
    GilThread_tss_set(&passing.tss, &passing);
    return enter_and_leave(view);
}

static void *
begins_anew(void *view)
{
    CHILD_CHECK(GilThread_tss_get(&passing.tss) == NULL);
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    CHILD_CHECK(token != NULL && GilThreadState_GetID(GilThreadState_Get()) != 0);
    CHILD_CHECK(GilThread_tss_set(&passing.tss, view) == 0 && GilThread_tss_get(&passing.tss) == view);
    GilThreadState_Release(token);
    return NULL;
}

static void
has_a_new_thread(void *view)
{
    uint64_t id = GilThreadState_GetID(GilThreadState_Get());
    pthread_t thread;

    CHILD_CHECK(pthread_create(&thread, NULL, begins_anew, view) == 0);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    CHILD_CHECK(GilThreadState_GetID(GilThreadState_Get()) == id && GilThread_tss_get(&passing.tss) == view);
}

/* In each round of destructors: before the library's own, and after. An allocator that sets a value of its own in one hides it there. */
START_TEST(test_api_fork__new_thread_has_nothing_of_a_dead_one)
{
#ifdef __SANITIZE_THREAD__
    return; /* it allows no thread in such a child */
#endif
    pthread_t thread;

    passing.rounds = _i;
    ck_assert_int_eq(sem_init(&passing.reached, 0, 0) | sem_init(&passing.go_on, 0, 0), 0);
    ck_assert_int_eq(pthread_key_create(&passing.key, wait_in_last_round), 0);
    gil_test_start();
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    ck_assert_int_eq(GilThread_tss_create(&passing.tss), 0);
    ck_assert_int_eq(GilThread_tss_set(&passing.tss, view), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, comes_and_goes, view), 0);
    Gil_BEGIN_ALLOW_THREADS
    while (sem_wait(&passing.reached) < 0)
        continue;
    Gil_END_ALLOW_THREADS
    child_does(has_a_new_thread, view);
    sem_post(&passing.go_on);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    GilInterpreterView_Close(view);
    GilThread_tss_delete(&passing.tss);
    gil_test_stop();
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("fork");
    TCase *tc = tcase_create("running"), *alone = tcase_create("alone");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_api_fork__child_goes_on);
    tcase_add_test(tc, test_api_fork__child_forks);
    tcase_add_test(tc, test_api_fork__calls_in_order);
    tcase_add_test(tc, test_api_fork__call_that_refuses_calls_off);
    tcase_add_test(tc, test_api_fork__call_that_forks_is_refused);
    tcase_add_test(tc, test_api_fork__calls_may_raise_and_leave_the_lock);
    tcase_add_test(tc, test_api_fork__an_exception_that_was_pending_is_so_afterwards);
    tcase_add_test(tc, test_api_fork__call_that_detaches_stops);
    tcase_add_test(tc, test_api_fork__wrong_arguments);
    tcase_add_test(tc, test_api_fork__system_that_refuses_undoes_all);
    tcase_add_test(tc, test_api_fork__locks_in_order_of_rank);
    tcase_add_test(tc, test_api_fork__lock_registered_twice_is_taken_once);
    tcase_add_test(tc, test_api_fork__lock_whose_holder_wants_the_interpreter);
    tcase_add_test(tc, test_api_fork__locks_whose_holders_want_the_interpreter);
    tcase_add_test(tc, test_api_fork__lock_that_ranks_above_the_interpreters);
    tcase_add_test(tc, test_api_fork__functions_of_the_system_may_use_a_mutex);
    tcase_add_test(tc, test_api_fork__lock_that_an_attached_thread_waits_for);
    tcase_add_test(tc, test_api_fork__lock_that_fails_calls_off);
    tcase_add_test(tc, test_api_fork__lock_whose_owner_died_calls_off);
    tcase_add_test(tc, test_api_fork__lock_that_is_lost_calls_off);
    tcase_add_test(tc, test_api_fork__host_forks_by_itself);
    tcase_add_test(tc, test_api_fork__calls_between_the_halves_stop);
    tcase_add_test(tc, test_api_fork__after_without_before_stops);
    tcase_add_test(tc, test_api_fork__the_other_ones_half_stops);
    tcase_add_test(tc, test_api_fork__between_begin_and_end);
    tcase_add_test(tc, test_api_fork__by_a_thread_that_nobody_knows);
    tcase_add_test(tc, test_api_fork__idle_interpreter_goes_on);
    tcase_add_test(tc, test_api_fork__busy_interpreter_is_lost);
    tcase_add_test(tc, test_D4_an_idle_interpreter_whose_lock_is_held_is_lost);
    tcase_add_loop_test(tc, test_api_fork__of_a_state_that_was_left, 0, (int)(sizeof ways_out / sizeof ways_out[0]));
    tcase_add_test(tc, test_api_fork__by_a_thread_that_was_a_visitor);
    tcase_add_test(tc, test_D3_a_state_of_an_interpreter_that_had_ended_goes_with_its_thread);
    tcase_add_test(tc, test_api_fork__calls_to_what_is_lost_are_refused);
    tcase_add_test(tc, test_api_fork__takes_the_main_ones_place);
    tcase_add_test(tc, test_api_fork__signals_of_the_main_one_go_with_it);
    tcase_add_test(tc, test_api_fork__calls_to_the_main_one_go_with_it);
    tcase_add_test(tc, test_api_fork__going_back_to_what_was_lost_stops);
    tcase_add_test(tc, test_api_fork__guards_of_others_hold_nothing_up);
    tcase_add_test(tc, test_api_fork__holds_up_the_end_and_has_a_name);
    tcase_add_test(tc, test_api_fork__its_own_interpreter_does_not_end_meanwhile);
    tcase_add_test(tc, test_D7_fork_from_an_interpreter_that_forbids_it);
    tcase_add_test(tc, test_D6_fork_in_a_collection_finalizer_or_pending_call);
    tcase_add_test(tc, test_api_fork__the_child_is_told_of_an_end_that_the_fork_calls_off);
    tcase_add_test(tc, test_api_fork__plain_child_may_exec_and_exit);
    tcase_add_loop_test(tc, test_api_fork__plain_child_that_goes_on_stops, 0, (int)(sizeof misuses / sizeof misuses[0]));
    tcase_add_test(tc, test_api_fork__a_child_that_nobody_tells_of_stops);
    tcase_add_test(tc, test_D11_vfork_and_posix_spawn_are_left_alone);
    suite_add_tcase(s, tc);
    tcase_set_timeout(alone, 60);
    tcase_add_test(alone, test_api_fork__without_a_runtime);
    tcase_add_loop_test(alone, test_api_fork__new_thread_has_nothing_of_a_dead_one, 1, 5);
    tcase_add_test(alone, test_api_fork__while_the_runtime_ends);
    tcase_add_test(alone, test_api_fork__plain_child_without_a_runtime_may_start_one);
    tcase_add_test(alone, test_api_fork__a_child_that_has_nothing_to_lose_may_wait);
    tcase_add_test(alone, test_api_fork__a_system_without_such_a_page);
    suite_add_tcase(s, alone);
    return s;
}
