/* SPDX-License-Identifier: MIT */
/* Asking a thread to come out of what it waits for, and a thread's own questions; the public side of state/unblock.h. */
#include "state/interrupt.h"

#include "base/panic.h"
#include "state/interp.h"
#include "state/lock.h"
#include "state/stable.h"
#include "state/tstate.h"
#include "state/wait.h"
#include "sync/machine.h"
#include "sync/mutex.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id /* glibc has the field, and no name for it */
#define sigev_notify_thread_id _sigev_un._tid
#endif

/*
 * WHO ASKS finds the state in the lists, under their mutex, which also keeps it from being deleted; says there that a call of the
 * region's function is under way, which keeps it alive further (unblock.c); and calls without the mutex. Who waits remembers the
 * number of the state, which is never used again, and looks for it anew each time.
 *
 * The pause between two calls grows from FIRST to LAST. A thread that was just on its way into its system call is reached by the
 * second; one whose function does not help costs 20 calls a second and no more. A signal that is sent again without anybody who
 * waits (unblock.c) comes after FIRST and then every AGAIN.
 */
#define FIRST UINT64_C(1000000)
#define LAST UINT64_C(50000000)
#define AGAIN UINT64_C(20000000)

/* So many are called in one go: the mutex is taken once for all of them, and a region's END waits while those before it are called. */
#define BATCH 16

uint64_t
gil_unblock_pause(uint64_t *pause, uint64_t limit)
{
    uint64_t now = gil_machine_now(), length = *pause != 0 ? *pause : FIRST;

    *pause = length < LAST / 2 ? 2 * length : LAST;
    return limit > now && limit - now > length ? now + length : limit;
}

/* --- asking --- */

void
gil_unblock_all(GilInterpreterState *interp)
{
    uint64_t last = UINT64_MAX;
    size_t count;

    do {
        GilThreadState *claimed[BATCH];
        count = 0;
        gil_mutex_lock(&gil_states_mutex);
        /* The list has the newest first: numbers fall. */
        for (GilThreadState *each = interp->threads; each != NULL && count < BATCH; each = each->next)
            if (each->id < last && gil_unblock_claim(each)) {
                claimed[count++] = each;
                last = each->id;
            }
        gil_mutex_unlock(&gil_states_mutex);
        for (size_t i = 0; i < count; i++)
            gil_unblock_call(claimed[i]);
    } while (count == BATCH);
}

/* Under gil_states_mutex: the number of ts; 0: it lives no more. The block may be looked at, whatever became of the state; its
 * number is taken back without the mutex, when it is in no list any more. */
static uint64_t
living_number(const GilThreadState *ts)
{
    uint64_t number = gil_load_relaxed(&ts->id);

    return number != 0 && !ts->dead && gil_interp_is_alive(ts->interp) ? number : 0;
}

/* One look at ts, whose number is *id, or which is any living one if that is 0. -1: it is gone; 1: its function is to be called. */
static int
find_and_claim(GilThreadState *ts, uint64_t *id, uint32_t bit)
{
    int found = -1;

    gil_mutex_lock(&gil_states_mutex);
    uint64_t number = living_number(ts);
    if (number != 0 && (*id == 0 || *id == number)) {
        if (*id == 0 && bit != 0)
            gil_fetch_or_seq_cst(&ts->block.brk, bit);
        if (*id == 0)
            gil_wait_rouse(ts);
        *id = number;
        found = gil_unblock_claim(ts);
    }
    gil_mutex_unlock(&gil_states_mutex);
    return found;
}

/* Detach, unless the thread is: the host's code is called, or waited for. */
static void
step_out(GilThreadState **self, const char *func)
{
    if (*self != NULL || (*self = gil_tstate_attached()) == NULL)
        return;
    gil_tstate_detach(*self, func);
}

static int
ask(GilThreadState *ts, uint32_t bit, uint64_t ns, const char *func)
{
    struct _GilThreadBlock *current = _Gil_thread;
    GilThreadState *self = NULL;
    uint64_t id = 0, pause = 0, now = gil_machine_now();
    /* Who asks himself would wait for himself, also by another state of his. */
    int is_mine = ts != NULL && (current == &ts->block || gil_load_relaxed(&ts->os_thread) == gil_machine_thread());
    uint64_t limit = ts == NULL || is_mine ? now : ns < GIL_MACHINE_NEVER - now ? now + ns : GIL_MACHINE_NEVER;
    int rc;

    for (;;) {
        int found = ts != NULL ? find_and_claim(ts, &id, bit) : -1;
        rc = found < 0 && id == 0 ? -1 : 1;
        if (found < 0)
            break;
        if (found) {
            step_out(&self, func);
            gil_unblock_call(ts);
        }
        rc = gil_unblock_is_met(ts);
        if (rc || gil_machine_now() >= limit)
            break;
        step_out(&self, func);
        gil_unblock_watch(ts, gil_unblock_pause(&pause, limit));
    }
    if (self != NULL)
        gil_tstate_attach(self, func);
    return rc;
}

int
GilThreadState_Interrupt(GilThreadState *ts, uint64_t ns)
{
    return ask(ts, _Gil_BRK_INTERRUPT, ns, __func__);
}

int
GilThreadState_Unblock(GilThreadState *ts, uint64_t ns)
{
    return ask(ts, 0, ns, __func__);
}

/* --- regions --- */

GilThreadState *
_GilEval_LeaveRegion(struct _GilCallSite *site, struct _GilRegion *region, GilUnblock_Func func, void *arg, unsigned flags)
{
    if (func == NULL)
        gil_panic("Gil_BEGIN_BLOCKING_CALL_UBF", "the function is NULL");
    if (func == GilUnblock_Eventfd || func == GilUnblock_Signal)
        flags |= GIL_UNBLOCK_SIGNAL_SAFE;
    GilThreadState *ts = _GilEval_Leave(site);
    gil_unblock_enter(ts, region, func, arg, flags);
    return ts;
}

void
_GilEval_ReturnRegion(GilThreadState *save, struct _GilRegion *region)
{
    /* Empty where another state came and went inside: _GilEval_ReturnMisuse(). Anything else is for the next one to complain of. */
    if (save != NULL && save->id != 0 && (_Gil_thread == NULL || _Gil_thread == &save->block) && gil_tstate_attached() == NULL)
        gil_unblock_leave(save, region);
    _GilEval_Return(save);
}

/* --- ready functions --- */

void
GilUnblock_Eventfd(void *arg)
{
    GIL_REQUIRE(arg != NULL, "the descriptor is NULL");
    gil_cancel_write(*(const int *)arg);
}

/*
 * The signal that GilUnblock_Signal() sends, and who is just about to: so it is given up at a moment in which nobody sends, or is yet to,
 * and one that is not given up is at no moment gone. Who sends counts himself before he looks, and leaves another turn behind: a sending
 * that comes and goes while the others are looked at has the exchange fail.
 *
 * WHAT WAS SENT BEFORE may not have come: the thread has left its region since, or blocks the signal. Nobody sends when the
 * exchange has succeeded, nor does a timer, as no thread has one. So all there is lies in the system's queues, where the default would
 * end the process by it. To ignore the signal for a moment discards it in all of them (POSIX); a handler that was already entered finds
 * that nothing is given. Somebody else's signal goes, too: in the handler it would have come to nothing. The mutex keeps GilOS_Fork()
 * out of that moment; a program that somebody starts by a plain fork just then finds the signal ignored. If none was ever sent there is no
 * such moment; nor for SIGCHLD, where it would cost exit statuses, and whose default discards it by itself.
 */
static uint64_t the_signal; /* [atomic] the number, 0: none was given; written under gil_states_mutex. Senders, and their turns */
#define SIGNUM UINT64_C(0xff)
#define SENDER UINT64_C(0x100)
#define SENDERS UINT64_C(0xffffff00)
#define TURN UINT64_C(0x100000000)

static int
signal_given(void)
{
    return (int)(gil_load_relaxed(&the_signal) & SIGNUM);
}

/* Which signal to send, or 0. Follows in any case: */
static int
begin_to_send(void)
{
    return (int)(gil_fetch_add_seq_cst(&the_signal, SENDER) & SIGNUM);
}

static void
end_sending(void)
{
    gil_fetch_add_seq_cst(&the_signal, TURN - SENDER);
}

/* In the thread that is to come out: send the signal again in a while, unless it has. */
static void
set_timer(GilThreadState *ts, int signum)
{
    struct itimerspec when = {.it_value.tv_nsec = AGAIN};
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = signum};
    int timer = gil_load_relaxed(&ts->unblock.timer) - 1;

    if (signum == 0 || gil_unblock_is_met(ts))
        return;
    if (timer < 0) {
        event.sigev_notify_thread_id = (int)syscall(SYS_gettid);
        if (syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer) != 0)
            return;
        when.it_value.tv_nsec = FIRST;
        gil_store_seq_cst(&ts->unblock.timer, timer + 1);
    }
    (void)syscall(SYS_timer_settime, timer, 0, &when, NULL);
}

/* The same, in the handler. */
static void
send_again(GilThreadState *ts)
{
    set_timer(ts, begin_to_send());
    end_sending();
}

static void
wake_up(int signum)
{
    struct gil_stable_look look = {NULL, 0};
    const GilThreadState *each;
    int saved = errno;

    (void)signum;
    while ((each = gil_tstate_look(&look)) != NULL)
        if (gil_load_relaxed(&each->os_thread) == gil_machine_thread())
            send_again((GilThreadState *)(uintptr_t)each);
    errno = saved;
}

int
gil_unblock_put_back(int signum, const struct sigaction *before, int discard)
{
    const struct sigaction none = {.sa_handler = SIG_DFL}, ignored = {.sa_handler = SIG_IGN};
    int was_given_up = before->sa_handler == wake_up && signal_given() != signum;

    discard = was_given_up ? gil_load_relaxed(&the_signal) >= TURN : discard && before->sa_handler == SIG_DFL;
    if (discard && signum != SIGCHLD)
        (void)sigaction(signum, &ignored, NULL);
    (void)sigaction(signum, was_given_up ? &none : before, NULL);
    return was_given_up;
}

void
gil_unblock_resend_in_child(GilThreadState *ts, int survives)
{
    /* Who else was sending is not there any more. */
    gil_fetch_and_seq_cst(&the_signal, ~SENDERS);
    if (!survives || gil_load_relaxed(&ts->unblock.timer) == 0)
        return;
    gil_store_relaxed(&ts->unblock.timer, 0);
    send_again(ts);
}

/* Whether it may be on its way to a thread that is yet to come out, or is to be sent there again. */
static int
is_wanted(void)
{
    struct gil_stable_look look = {NULL, 0};
    const GilThreadState *each;

    while ((each = gil_tstate_look(&look)) != NULL)
        if (gil_load_seq_cst(&each->unblock.timer) != 0 || !gil_unblock_is_met((GilThreadState *)(uintptr_t)each))
            return 1;
    return 0;
}

/* 0; -1: it is wanted still, and as it was. */
static int
give_up(void)
{
    uint64_t word = gil_load_seq_cst(&the_signal);

    do {
        if ((word & SENDERS) != 0 || is_wanted())
            return -1;
    } while (!gil_cas_seq_cst(&the_signal, &word, word & ~SIGNUM));
    return 0;
}

int
GilUnblock_UseSignal(int signum)
{
    struct sigaction action, empty = {.sa_handler = wake_up, .sa_flags = SA_ONSTACK};
    int saved = errno, rc = -1;

    gil_mutex_lock(&gil_states_mutex);
    int is = signal_given();
    if (signum == 0) {
        rc = give_up();
        if (rc == 0 && is != 0 && sigaction(is, NULL, &action) == 0 && action.sa_handler == wake_up)
            (void)gil_unblock_put_back(is, &action, 0);
    }
    else if (signum > 0 && (is == 0 || is == signum) && sigaction(signum, NULL, &action) == 0 &&
             (action.sa_handler == SIG_DFL || action.sa_handler == wake_up)) {
        rc = sigaction(signum, &empty, NULL);
        if (rc == 0 && is == 0)
            gil_fetch_or_seq_cst(&the_signal, (uint64_t)signum);
    }
    gil_mutex_unlock(&gil_states_mutex);
    errno = saved;
    return rc;
}

int
GilUnblockSelf_Init(GilUnblockSelf *self)
{
    int signum = signal_given();
    sigset_t blocked;

    if (self == NULL || signum == 0 || pthread_sigmask(SIG_SETMASK, NULL, &blocked) != 0 || sigismember(&blocked, signum) == 1)
        return -1;
    self->_process = getpid();
    self->_thread = syscall(SYS_gettid);
    return 0;
}

void
GilUnblock_Signal(void *arg)
{
    const GilUnblockSelf *self = arg;
    int saved = errno;

    GIL_REQUIRE(self != NULL, "the thread is NULL");
    int signum = begin_to_send();
    /* In the child of a fork the one thread that there is bears the number of the process. */
    long process = getpid();
    if (signum != 0)
        (void)syscall(SYS_tgkill, process, process == self->_process ? self->_thread : process, signum);
    end_sending();
    errno = saved;
}

/* --- being asked --- */

int
GilErr_CheckSignals(void)
{
    return gil_eval_attend(gil_tstate_need(__func__));
}

int
GilErr_CheckSignalsDetached(GilThreadState *ts)
{
    struct _GilThreadBlock *current = _Gil_thread;
    struct _GilRegion region;

    GIL_REQUIRE(gil_tstate_attached() == NULL, "the calling thread is attached");
    if (ts == NULL)
        ts = (GilThreadState *)(void *)current;
    GIL_REQUIRE(ts != NULL, "the calling thread has left no interpreter by a BEGIN");
    if (!GilErr_AreSignalsPending(ts)) {
        gil_unblock_drain(ts);
        return 0;
    }
    struct _GilCallSite *site = ts->block.site;
    uintptr_t left_by = ts->left_by;
    int was_here = ts->os_thread == gil_machine_thread();
    gil_unblock_suspend(ts, &region);
    int rc = gil_tstate_attach_until(ts, GIL_LOCK_WAIT, __func__) == 1 ? 0 : -1;
    if (rc == 0) {
        rc = gil_eval_attend(ts);
        gil_tstate_detach(ts, __func__);
        /* One that comes here for the first time was left by no BEGIN of this thread: 0 would say so, gil_tstate_is_left_open(). */
        if (left_by != 0 || was_here)
            gil_store_relaxed(&ts->left_by, left_by);
        gil_store_relaxed(&ts->block.site, site);
        _Gil_thread = current;
    }
    gil_unblock_resume(ts, &region);
    return rc;
}

int
GilThreadState_GetCancelFD(void)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    int fd = gil_unblock_fd(ts);

    if (fd >= 0)
        return fd;
    fd = gil_cancel_open();
    if (fd >= 0)
        gil_unblock_give_fd(ts, fd);
    else
        gil_state_hooks.os_error(ts);
    return fd;
}
