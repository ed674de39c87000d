/* SPDX-License-Identifier: MIT */
/* Signals: noted in the handler, brought to the main thread, met at a poll. */
#include "gilrt/signal.h"

#include "base/atomic.h"
#include "gilrt/error.h"
#include "gilrt/state.h"
#include "runtime/signal.h"
#include "state/serving.h"
#include "state/stable.h"
#include "state/tstate.h"
#include "state/unblock.h"
#include "state/wait.h"
#include "sync/machine.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/*
 * THE HANDLER may interrupt anything, in any thread: so it touches flags and type-stable memory only. It marks the signal in
 * its entry, then gil_main_calls.signals, then the bit in the main thread's state, and rouses that (state/wait.h). The reader goes
 * the other way: takes the bit back, then that word, then each mark. What comes in between is found, or has set the bit anew.
 *
 * THE OTHER THREADS. A handler in another thread than the main one sends the signal on, with a value by which the second handler knows
 * it: that one notes nothing, and calls no former handler again, but rouses whatever the main thread is just in. If the signal is
 * blocked in the main thread, or did not come by the system at all, the first handler's work stands.
 *
 * ANOTHER INTERPRETER may run in the main thread, or another state of the main one. From another thread it cannot be seen which, nor
 * from a handler that finds the thread asleep, detached; so all states that the main thread has had attached are asked: a bit too
 * much costs one look. A state that it attaches for the first time just then looks itself (state/tstate.c).
 *
 * FORMER HANDLERS are called with the arguments that the library's got, so a host that had one keeps it. They stay known after the
 * watch has ended: somebody who has set his own handler in the meantime may be calling the library's as the former one. For the
 * same reason a handler that was set over the library's is not called when the signal is watched anew: it might call back for
 * ever. Until the watch ends it is replaced. Only the handler's address and its kind are read there, each in one access; the rest of the action is for putting it back.
 *
 * A FORK in which the main interpreter is lost ends all watches in the child, as the runtime's end does: the callbacks and their data
 * were that interpreter's, and another has its place (fork.c). A thread of it may have been about
 * to watch one, or to watch it no more: the word says so (TAKING), and where the handler is not there nobody had put it away.
 *
 * A CHILD has the handler, too, and before it is in order it has the parent's descriptors; that of vfork() has all of the parent's
 * memory. So in another process than that of the watch the handler does no more than note the number of that process beside the
 * signal, and call the former handler. A child that is in order (GilOS_AfterFork_Child()) takes up what has its own number; what a child
 * of vfork() has left has a number that is nobody's. There is one thread in the child until then, and a handler is over before that goes
 * on, so nothing comes between the two. The process is told by its number; where that is the same, as each is the first of a
 * namespace, by the page that the kernel gives to no child (sync/machine.h).
 *
 * ONE IS ENOUGH. Of a signal of real time the system keeps each, and if the main thread blocks it they fill a queue that all the user's
 * processes share. So while one that was sent on has not come, no other is sent. Whoever sends none has posted before he looks,
 * and what comes takes the mark back before it looks what was posted.
 *
 * THE END OF A WATCH. What was sent on and comes when the former action is back would be one signal more for that: by default it ends
 * the process. So nothing of it is left then:
 *     No more is sent. ON is taken back, and then who is sending is waited for. Who sends counts himself and looks for ON afterwards
 * (all sequentially consistent): so he finds it gone, or is seen. While he counts, his thread has all signals blocked, that by which the
 * C library cancels it among them: nothing keeps it there but the scheduler. Nor does a handler send that is late, from before the end
 * of a watch, while the next begins: it looks whether there is a handler to be sent to.
 *     What is under way lies in the main thread's queue. The main thread takes it out (sigtimedwait(2)) before the action is changed. What
 * else it finds is somebody else's, and goes back with all that it says, for the former action; of several, the last. It looks into its
 * own queue, in which ours lies, and into the process's.
 *     Another thread sees no more than the process's. If something was sent at all, and the former action is the default, it sets SIG_IGN
 * for a moment: that discards the signal in all queues (POSIX; lib/state/interrupt.c). What comes in that moment is lost, as what came a
 * moment before, and a program that somebody starts by a plain fork just then finds the signal ignored. Not with SIGCHLD, where it
 * would cost exit statuses: its default discards by itself. A former handler may be called for ours, as it may while the watch lasts.
 *     A fork in the middle loses the main interpreter, whose lock is held there; its child puts back what is to be (PUTTING).
 *     An action that somebody has set over ours is left, and nothing discarded: it may lead to ours, which knows what was sent on.
 *
 * STRAY BITS. A handler that is late, behind the end of the runtime, may mark the state in a block that serves another by then.
 * Whoever finds the bit and is not the main thread clears it.
 *
 * Why not a descriptor and a thread of the library's: it would have to be kept from the host's masks, forks and limits. Why
 * not the pending calls' ring: it can be full, and a signal counts once however often it came.
 */
#define SIGNALS 65 /* one more than the last on Linux */

#define ON 1u       /* the signal is watched */
#define TAKEN 2u    /* the handler was installed, and what was there before is known */
#define REPLACES 4u /* no former handler is called */
#define TAKING 8u   /* the handler is just being installed or put away: a fork may come in between */
#define PUTTING 16u /* with TAKING: it is being put away, and the signal may be ignored for a moment */

static struct watch {
    uint32_t state;      /* [atomic] the five above; written by the holder of the main interpreter's lock */
    uint32_t marked;     /* [atomic] it has come */
    uint32_t sent;       /* [atomic] it was sent on, during this watch */
    uint32_t under_way;  /* [atomic] and has not come; sequentially consistent */
    uint32_t child;      /* [atomic] it has come there, in a child that was not yet in order */
    GilSignal_Func func; /* [gil] the main interpreter's */
    void *arg;           /* [gil] */
    void *former;        /* [atomic] handler that was there before; NULL: none. Written by the holder of the lock */
    uint32_t former_info; /* [atomic] it wants three arguments */
    struct sigaction before; /* [gil] */
    int running;         /* [gil] its callback, which it does not interrupt anew */
    int covered;         /* [gil] somebody has set a handler over this one, and may call it */
} watches[SIGNALS];

/* Signals, as the system has them. From here on it keeps each that comes. */
#define OF_REAL_TIME 32
#define LONG_BITS (8 * sizeof(long))
struct mask {
    unsigned long word[(SIGNALS - 1) / LONG_BITS];
};

static unsigned long main_thread; /* [atomic] the thread that started the runtime, as the library numbers it */
static long main_native;          /* [atomic] and the system */
static uint32_t process;          /* [atomic] whose thread that is */
static uint32_t sending;          /* [atomic] threads that are sending a signal on */
static char sent_on;              /* never written; its address is the value of a signal that was sent on */

/* --- in the handler --- */

static void
set_bit(GilThreadState *ts)
{
    gil_fetch_or_seq_cst(&ts->block.brk, _Gil_BRK_SIGNAL);
    gil_wait_rouse(ts);
}

/* In the main thread: what it is just in looks, too. */
static void
rouse_current(void)
{
    struct _GilThreadBlock *block = _Gil_thread;

    if (block != NULL && gil_load_relaxed(&gil_main_calls.signals))
        set_bit((GilThreadState *)(void *)block);
}

/* What the main thread may be in; it may be this one. */
static void
rouse_all_of(unsigned long thread)
{
    struct gil_stable_look look = {NULL, 0};
    const GilThreadState *each;

    while ((each = gil_tstate_look(&look)) != NULL)
        if (gil_load_seq_cst(&each->os_thread) == thread)
            set_bit((GilThreadState *)(uintptr_t)each);
}

static void
post(struct watch *watch)
{
    unsigned long thread = gil_load_relaxed(&main_thread);
    GilThreadState *ts;

    if (!(gil_load_relaxed(&watch->state) & ON))
        return;
    gil_store_seq_cst(&watch->marked, 1);
    gil_store_seq_cst(&gil_main_calls.signals, 1);
    ts = gil_load_seq_cst(&gil_main_calls.ts);
    if (ts != NULL)
        set_bit(ts);
    rouse_all_of(thread);
}

static int
has_handler(const struct sigaction *action)
{
    return action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN;
}

static size_t
place_of(int signum)
{
    return (size_t)(signum - 1) / LONG_BITS;
}

static unsigned long
bit_of(int signum)
{
    return 1ul << ((size_t)(signum - 1) % LONG_BITS);
}

/* Of the thread; what it was. The C library's function leaves out the signals that it keeps for itself. */
static struct mask
set_mask(int how, struct mask set)
{
    struct mask before;

    (void)syscall(SYS_rt_sigprocmask, how, &set, &before, sizeof set);
    return before;
}

static int
is_sent_on(const siginfo_t *info)
{
    return info->si_code == SI_QUEUE && info->si_value.sival_ptr == &sent_on && info->si_pid == getpid();
}

/* 1; 0: it cannot be sent: the main thread is in no system call for long, or is gone. */
static int
send_to_main(int signum)
{
    siginfo_t info;

    memset(&info, 0, sizeof info);
    info.si_signo = signum;
    info.si_code = SI_QUEUE;
    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value.sival_ptr = &sent_on;
    return syscall(SYS_rt_tgsigqueueinfo, info.si_pid, gil_load_relaxed(&main_native), signum, &info) == 0;
}

static void
send_on(struct watch *watch, int signum)
{
    struct mask before, all;
    struct sigaction now;

    memset(&all, 0xff, sizeof all);
    before = set_mask(SIG_BLOCK, all);
    gil_fetch_add_seq_cst(&sending, 1);
    if ((gil_load_seq_cst(&watch->state) & ON) && sigaction(signum, NULL, &now) == 0 && has_handler(&now)) {
        gil_store_relaxed(&watch->sent, 1);
        int other = signum >= OF_REAL_TIME && gil_exchange_seq_cst(&watch->under_way, 1);
        if (!other && !send_to_main(signum))
            gil_store_seq_cst(&watch->under_way, 0);
    }
    /* Release: pairs with end_sending(). */
    gil_fetch_sub_seq_cst(&sending, 1);
    (void)set_mask(SIG_SETMASK, before);
}

/* 0: in a child that is not yet in order, for which it is noted. */
static int
arrive(struct watch *watch)
{
    uint32_t here = (uint32_t)getpid();

    if (here == gil_load_relaxed(&process) && gil_machine_is_stranded() <= 0) {
        post(watch);
        return 1;
    }
    gil_store_seq_cst(&watch->child, here);
    return 0;
}

static void
call_former(const struct watch *watch, int signum, siginfo_t *info, void *context)
{
    void *former = gil_load_acquire(&watch->former);

    if (former == NULL || ((gil_load_relaxed(&watch->state) & (ON | REPLACES)) == (ON | REPLACES)))
        return;
    if (gil_load_relaxed(&watch->former_info))
        ((void (*)(int, siginfo_t *, void *))(uintptr_t)former)(signum, info, context);
    else
        ((void (*)(int))(uintptr_t)former)(signum);
}

static void
handle(int signum, siginfo_t *info, void *context)
{
    struct watch *watch = &watches[signum];
    int saved = errno;

    if (is_sent_on(info)) {
        /* First: what is not sent because of this one was posted before, and is seen by what follows. */
        (void)gil_exchange_seq_cst(&watch->under_way, 0);
        rouse_current();
    }
    else {
        if (arrive(watch) && (gil_load_relaxed(&watch->state) & ON) && gil_load_relaxed(&main_thread) != gil_machine_thread())
            send_on(watch, signum);
        call_former(watch, signum, info, context);
    }
    errno = saved;
}

/* --- in the main thread --- */

/* What was sent on may have gone another way than by our handler: the main thread waited for it, or the signal was ignored for a moment. In
 * another thread than the main one this cannot be seen, and one more is sent. */
static void
look_what_is_under_way(struct watch *watch, int signum)
{
    struct mask pending = {{0}};

    if (!gil_load_seq_cst(&watch->under_way))
        return;
    (void)syscall(SYS_rt_sigpending, &pending, sizeof pending);
    if ((pending.word[place_of(signum)] & bit_of(signum)) == 0)
        gil_store_seq_cst(&watch->under_way, 0);
}

static int
run_one(GilThreadState *ts, struct watch *watch, int signum)
{
    look_what_is_under_way(watch, signum);
    if (watch->func == NULL) {
        GilErr_SetNone(GilExc_KeyboardInterrupt);
        return -1;
    }
    uint32_t was = gil_serving_begin(ts);
    watch->running = 1;
    int rc = watch->func(signum, watch->arg);
    watch->running = 0;
    gil_serving_end(ts, was);
    if (gil_tstate_attached() != ts)
        gil_panic("GilSignal_Watch", "a signal's callback returned detached, or attached elsewhere");
    /* It may have been asked for calls meanwhile, and could make none. */
    if (!was)
        gil_pending_remind(ts);
    if (rc < 0 && GilErr_Occurred() == NULL)
        GilErr_SetString(GilExc_SystemError, "a signal's callback failed without an exception");
    return rc < 0 ? -1 : 0;
}

/* For the next poll: who fails leaves the others, and the same signal waits for its callback's return. */
static void
leave_the_rest(GilThreadState *ts)
{
    for (int signum = 1; signum < SIGNALS; signum++)
        if (gil_load_seq_cst(&watches[signum].marked) && !watches[signum].running) {
            gil_store_seq_cst(&gil_main_calls.signals, 1);
            gil_fetch_or_seq_cst(&ts->block.brk, _Gil_BRK_SIGNAL);
            return;
        }
}

static int
run_all(GilThreadState *ts)
{
    int rc = 0;

    if (!gil_exchange_seq_cst(&gil_main_calls.signals, 0))
        return 0;
    for (int signum = 1; rc == 0 && signum < SIGNALS; signum++) {
        struct watch *watch = &watches[signum];
        if (!watch->running && gil_exchange_seq_cst(&watch->marked, 0) && (gil_load_relaxed(&watch->state) & ON))
            rc = run_one(ts, watch, signum);
    }
    leave_the_rest(ts);
    return rc;
}

/* In the main interpreter, on the way through. Whether a callback has raised KeyboardInterrupt; any other exception cannot cross. */
static int
run_on_the_way(GilThreadState *there)
{
    GilObject *pending = GilErr_GetRaisedException();
    int rc = run_all(there);
    int interrupted = rc < 0 && GilErr_ExceptionMatches(GilExc_KeyboardInterrupt);

    if (rc < 0 && !interrupted)
        GilErr_WriteUnraisable(NULL);
    GilErr_SetRaisedException(pending);
    return interrupted;
}

/* ts is of another interpreter, and in the main thread: over to the main one and back. When the lock there is not had until the limit, the
 * signals wait as before. */
static int
run_over_there(GilThreadState *ts, GilThreadState *there, uint64_t limit)
{
    static const char func[] = "Gil_Poll";
    struct _GilCallSite *site = there->block.site;
    uintptr_t left_by = there->left_by;
    int interrupted = 0;

    /* It will be come back to: a callback must not end its interpreter. */
    ts->within++;
    gil_tstate_detach(ts, func);
    if (gil_tstate_attach_until(there, limit, func) == 1) {
        interrupted = run_on_the_way(there);
        gil_tstate_detach(there, func);
    }
    gil_store_relaxed(&there->left_by, left_by);
    gil_store_relaxed(&there->block.site, site);
    gil_tstate_attach(ts, func);
    ts->within--;
    /* Who has failed has left others, and asked the other state for them. This one may go back to sleep. */
    if (gil_load_seq_cst(&gil_main_calls.signals))
        set_bit(ts);
    if (interrupted)
        GilErr_SetNone(GilExc_KeyboardInterrupt);
    return interrupted ? -1 : 0;
}

static int
run_for(GilThreadState *ts, uint64_t limit)
{
    GilThreadState *there = gil_load_seq_cst(&gil_main_calls.ts);

    if (there == NULL || !gil_load_seq_cst(&gil_main_calls.signals) || (ts != there && gil_load_relaxed(&main_thread) != gil_machine_thread()))
        return 0;
    if (ts->interp == there->interp)
        return run_all(ts);
    /* Its state is this thread's, and detached: it is not attached elsewhere. */
    return gil_load_relaxed(&there->os_thread) == gil_machine_thread() ? run_over_there(ts, there, limit) : 0;
}

int
gil_signal_attend(GilThreadState *ts, uint64_t limit)
{
    uint32_t asked = gil_fetch_and_seq_cst(&ts->block.brk, ~(_Gil_BRK_SIGNAL | _Gil_BRK_INTERRUPT));

    if ((asked & _Gil_BRK_SIGNAL) && run_for(ts, limit) < 0) {
        gil_fetch_or_seq_cst(&ts->block.brk, asked & _Gil_BRK_INTERRUPT);
        return -1;
    }
    if (!(asked & _Gil_BRK_INTERRUPT))
        return 0;
    GilErr_SetNone(GilExc_KeyboardInterrupt);
    return -1;
}

/* --- what is watched --- */

static int
is_fault(int signum)
{
    return signum == SIGSEGV || signum == SIGBUS || signum == SIGFPE || signum == SIGILL || signum == SIGTRAP || signum == SIGSYS;
}

static int
is_ours(const struct sigaction *action)
{
    return (action->sa_flags & SA_SIGINFO) && action->sa_sigaction == handle;
}

/* ON is gone: nobody sends, or will, when this returns. */
static void
end_sending(void)
{
    uint32_t some;

    while ((some = gil_load_seq_cst(&sending)) != 0)
        gil_machine_park(&sending, some, gil_machine_now() + 1000000);
}

/* What was sent on and has not come does not come. */
static void
put_back(struct watch *watch, int signum)
{
    const struct timespec at_once = {0};
    struct mask before, one = {{0}};
    long self = syscall(SYS_gettid);
    int has = 0, elsewhere = gil_load_relaxed(&watch->sent) && gil_load_relaxed(&main_native) != self;
    siginfo_t info, other;

    one.word[place_of(signum)] = bit_of(signum);
    before = set_mask(SIG_BLOCK, one);
    while (gil_load_relaxed(&watch->sent) && syscall(SYS_rt_sigtimedwait, &one, &info, &at_once, sizeof one) == signum)
        if (!is_sent_on(&info)) {
            other = info;
            has = 1;
        }
    if (!gil_unblock_put_back(signum, &watch->before, elsewhere) && has) {
        /* By the number of the thread, to the process; the system wants that where the information is to stay as it is. */
        if (other.si_code == SI_TKILL)
            (void)syscall(SYS_rt_tgsigqueueinfo, getpid(), self, signum, &other);
        else
            (void)syscall(SYS_rt_sigqueueinfo, self, signum, &other);
    }
    (void)set_mask(SIG_SETMASK, before);
}

/* Back to what was there before. That is known whenever the handler is there. */
static void
give_back(struct watch *watch, int signum)
{
    uint32_t state = gil_load_relaxed(&watch->state);
    struct sigaction now;

    if ((state & (TAKEN | TAKING)) && sigaction(signum, NULL, &now) == 0) {
        if (is_ours(&now) || ((state & PUTTING) && now.sa_handler == SIG_IGN)) {
            gil_store_seq_cst(&watch->state, TAKING | PUTTING);
            end_sending();
            put_back(watch, signum);
        }
        else if (state & TAKEN)
            watch->covered = has_handler(&now);
    }
    gil_store_relaxed(&watch->state, 0);
    gil_store_relaxed(&watch->marked, 0);
    gil_store_relaxed(&watch->sent, 0);
    gil_store_relaxed(&watch->under_way, 0);
}

/* Who is called in our place is known before we are: in between, too, a signal reaches somebody. */
static int
take(struct watch *watch, int signum, unsigned flags)
{
    struct sigaction before, ours = {.sa_sigaction = handle};

    if (sigaction(signum, NULL, &before) != 0)
        return -1;
    if (!is_ours(&before)) {
        int has = has_handler(&before);
        /* Where there is none, nobody calls ours any more. */
        watch->covered = has && (watch->covered || (gil_load_relaxed(&watch->state) & TAKEN));
        if (!watch->covered) {
            gil_store_relaxed(&watch->former_info, (before.sa_flags & SA_SIGINFO) != 0);
            /* Release: pairs with call_former(). */
            gil_store_release(&watch->former, has ? (void *)(uintptr_t)before.sa_handler : NULL);
        }
        watch->before = before;
    }
    ours.sa_mask = watch->before.sa_mask;
    ours.sa_flags = SA_SIGINFO | SA_ONSTACK | (flags & GIL_SIGNAL_RESTART ? SA_RESTART : 0) |
                    (watch->before.sa_flags & (SA_NOCLDSTOP | SA_NOCLDWAIT));
    return sigaction(signum, &ours, NULL);
}

static int
need_main(const char *func)
{
    if (gil_tstate_need(func)->interp == GilInterpreterState_Main())
        return 0;
    GilErr_Format(GilExc_RuntimeError, "%s: not in the main interpreter", func);
    return -1;
}

int
GilSignal_Watch(int signum, GilSignal_Func func, void *arg, unsigned flags)
{
    if (need_main(__func__) < 0)
        return -1;
    if (signum <= 0 || signum >= SIGNALS || signum == SIGKILL || signum == SIGSTOP ||
        (is_fault(signum) && !(flags & GIL_SIGNAL_POSTED)) ||
        (flags & ~(GIL_SIGNAL_RESTART | GIL_SIGNAL_REPLACE | GIL_SIGNAL_POSTED)) != 0) {
        GilErr_Format(GilExc_ValueError, "GilSignal_Watch: signal %d cannot be watched so", signum);
        return -1;
    }
    struct watch *watch = &watches[signum];
    GilSignal_Func func_before = watch->func;
    void *arg_before = watch->arg;
    uint32_t state = ON | (flags & GIL_SIGNAL_REPLACE ? REPLACES : 0), before = gil_load_relaxed(&watch->state);
    if (flags & GIL_SIGNAL_POSTED)
        give_back(watch, signum);
    watch->func = func;
    watch->arg = arg;
    if (flags & GIL_SIGNAL_POSTED) {
        gil_store_relaxed(&watch->state, state);
        return 0;
    }
    /* Watched before the handler is there: it may be called at once. */
    gil_store_relaxed(&watch->state, state | (before & TAKEN) | TAKING);
    if (take(watch, signum, flags) == 0) {
        gil_store_relaxed(&watch->state, state | TAKEN);
        return 0;
    }
    watch->func = func_before;
    watch->arg = arg_before;
    gil_store_relaxed(&watch->state, before);
    GilErr_SetFromErrno(GilExc_OSError);
    return -1;
}

int
GilSignal_Unwatch(int signum)
{
    if (need_main(__func__) < 0)
        return -1;
    if (signum <= 0 || signum >= SIGNALS || !(gil_load_relaxed(&watches[signum].state) & ON))
        return 0;
    give_back(&watches[signum], signum);
    return 1;
}

int
GilErr_SetInterruptEx(int signum)
{
    if (signum <= 0 || signum >= SIGNALS)
        return -1;
    (void)arrive(&watches[signum]);
    return 0;
}

void
GilErr_SetInterrupt(void)
{
    (void)arrive(&watches[SIGINT]);
}

/* --- the runtime's life --- */

void
gil_signal_start(void)
{
    /* A fork that nobody was told of, while no runtime worked: who was sending is not there any more. */
    if (gil_load_relaxed(&process) != (uint32_t)getpid())
        gil_store_relaxed(&sending, 0);
    gil_store_relaxed(&gil_main_calls.signals, 0);
    gil_store_relaxed(&main_thread, gil_machine_thread());
    gil_store_relaxed(&main_native, syscall(SYS_gettid));
    gil_store_relaxed(&process, (uint32_t)getpid());
}

void
gil_signal_stop(void)
{
    for (int signum = 1; signum < SIGNALS; signum++)
        if (gil_load_relaxed(&watches[signum].state) != 0)
            give_back(&watches[signum], signum);
}

void
gil_signal_fork_child(GilThreadState *ts, int survives)
{
    if (!survives)
        return;
    gil_fetch_and_seq_cst(&ts->block.brk, ~_Gil_BRK_SIGNAL);
    /* What came to the parent is the parent's to handle. */
    for (int signum = 1; signum < SIGNALS; signum++) {
        gil_store_relaxed(&watches[signum].marked, 0);
        gil_store_relaxed(&watches[signum].under_way, 0);
        gil_store_relaxed(&watches[signum].sent, 0);
        /* In a thread that is gone: who forks is in none. */
        watches[signum].running = 0;
    }
    gil_signal_start();
}

void
gil_signal_after_fork(void)
{
    for (int signum = 1; signum < SIGNALS; signum++)
        if (gil_exchange_seq_cst(&watches[signum].child, 0) == gil_load_relaxed(&process))
            post(&watches[signum]);
}
