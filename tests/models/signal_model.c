/* SPDX-License-Identifier: MIT */
/* Signals under the explorer: the marks of lib/runtime/signal.c, the wait that they end, and calls to main, as they ship. */
#include "models/runner.h"

#include "models/machine_model.h"

#include "gilrt/error.h"
#include "gilrt/mutex.h"
#include "gilrt/signal.h"
#include "gilrt/state.h"
#include "base/mem.h"
#include "runtime/signal.h"
#include "state/gate.h"
#include "state/interp.h"
#include "state/lock.h"
#include "state/pending.h"
#include "state/stable.h"
#include "state/tstate.h"
#include "state/wait.h"
#include "sync/machine.h"
#include "sync/parking.h"
#include "sync/rank.h"

#include <signal.h>
#include <string.h>

/*
 * Thread 0 is the main one, and runs callbacks. The others are handlers: what one may do between two steps of the thread that it
 * came over, another thread may, too; and that it is over before that thread goes on is one of the schedules. They post as a host's
 * own handler does (GilErr_SetInterruptEx()), so no action is installed and nothing is sent on: the kernel has no part in this.
 *
 * A handler counts what it posts before it does, and a callback notes the counts that it finds. A signal that is lost is one whose
 * last callback has not seen the last count.
 */
#define THREADS_MAX 3
#define NUMBERS 2
static const int numbers[NUMBERS] = {SIGUSR1, SIGUSR2};

static GilThreadState main_cell __attribute__((aligned(64)));
static GilThreadState other_cell __attribute__((aligned(64))); /* of another interpreter, in the same thread */
static struct _gilis main_interp, other_interp;
static struct gil_gate main_gate, other_gate;
struct gil_mutex gil_states_mutex;
static uint32_t posted[THREADS_MAX][NUMBERS]; /* by each thread */
static uint32_t seen[THREADS_MAX][NUMBERS];   /* of it, by the last callback */
static int called[NUMBERS];
static uint32_t started;      /* the runtime is, and whoever sees it sees what is watched */
static uint32_t posting;      /* threads that may post still */
static int failing;           /* of the next callbacks, so many fail */
static int is_watched[NUMBERS]; /* callbacks are due */
static int failures;
static int pending;           /* an exception is */
static int reported;          /* and it is no interrupt: another interpreter's poll does not fail */
static int inside;            /* callbacks under way */
static int within[NUMBERS];   /* of each signal */
static int polling;           /* they poll */
static int posted_calls, made_calls;
__thread struct _GilThreadBlock *_Gil_thread;

static int note_signal(int signum, void *arg);

#define NOBODY 99ul

/* The runtime is started by the calling thread. */
static void
start(void)
{
    gil_signal_start();
    main_cell.os_thread = gil_machine_thread();
    gil_pending_open_main(&main_cell);
}

static void
setup_none(void)
{
    gil_parking_forget_all();
    gil_signal_stop();
    memset(&gil_main_calls, 0, sizeof gil_main_calls);
    memset(&gil_main_ring, 0, sizeof gil_main_ring);
    memset(&main_gate, 0, sizeof main_gate);
    memset(&other_gate, 0, sizeof other_gate);
    gil_mutex_init(&gil_states_mutex, GIL_RANK_STATES, "the registry");
    memset(&main_cell, 0, sizeof main_cell);
    memset(&other_cell, 0, sizeof other_cell);
    memset(&main_interp, 0, sizeof main_interp);
    memset(&other_interp, 0, sizeof other_interp);
    memset(posted, 0, sizeof posted);
    memset(seen, 0, sizeof seen);
    memset(called, 0, sizeof called);
    memset(is_watched, 0, sizeof is_watched);
    memset(within, 0, sizeof within);
    main_cell.interp = &main_interp;
    other_cell.interp = &other_interp;
    main_interp.gate = &main_gate;
    other_interp.gate = &other_gate;
    main_cell.id = 1;
    other_cell.id = 2;
    main_cell.os_thread = other_cell.os_thread = NOBODY;
    started = failing = failures = pending = reported = inside = polling = posted_calls = made_calls = 0;
    posting = 1;
    _Gil_thread = NULL;
}

static void
watch(int i)
{
    EXPLORE_CHECK(GilSignal_Watch(numbers[i], note_signal, NULL, GIL_SIGNAL_POSTED) == 0);
    is_watched[i] = 1;
}

static void
setup(void)
{
    setup_none();
    gil_tstate_attach(&main_cell, "model");
    start();
    watch(0);
    watch(1);
    started = 1;
}

static void
setup_two(void)
{
    setup();
    posting = 2;
}

static void
setup_elsewhere(void)
{
    setup();
    started = 0;
}

static void
setup_restart(void)
{
    setup_two();
    started = 0;
}

static void
setup_failing(void)
{
    setup_two();
    failing = 1;
}

static void
setup_polling(void)
{
    setup();
    polling = 1;
}

static int
of_interest(const void *address)
{
    (void)address;
    return 1;
}

/* --- what the sources expect of the rest of the library --- */

struct gil_state_hooks gil_state_hooks;
GilObject *GilExc_KeyboardInterrupt, *GilExc_SystemError, *GilExc_RuntimeError, *GilExc_ValueError, *GilExc_OSError;

void
gil_tstate_panic_detached(const char *func)
{
    explore_fail(func);
}

void
gil_tstate_detach(GilThreadState *ts, const char *func)
{
    (void)func;
    EXPLORE_CHECK(_Gil_thread == &ts->block);
    ts->block.st = _Gil_LAZY;
    _Gil_thread = NULL;
}

void
gil_tstate_attach(GilThreadState *ts, const char *func)
{
    (void)func;
    EXPLORE_CHECK(_Gil_thread == NULL);
    ts->block.st = _Gil_ATTACHED;
    _Gil_thread = &ts->block;
}

int
gil_tstate_attach_until(GilThreadState *ts, uint64_t limit, const char *func)
{
    (void)limit;
    gil_tstate_attach(ts, func);
    return 1;
}

void
gil_tstate_too_late(GilThreadState *ts, const char *func)
{
    (void)ts;
    explore_fail(func);
}

GilInterpreterState *
GilInterpreterState_Main(void)
{
    return &main_interp;
}

void
gil_unblock_rouse(GilThreadState *ts)
{
    (void)ts;
}

#define FOR_CALLS (_Gil_BRK_CALLS | _Gil_BRK_SHARED)
#define FOR_ANY (FOR_CALLS | _Gil_BRK_SIGNAL)

/* As lib/state/eval.c. */
int
_GilEval_PollSlow(struct _GilThreadBlock *block)
{
    GilThreadState *ts = (GilThreadState *)(void *)block;

    if ((gil_load_relaxed(&block->brk) & FOR_CALLS) && gil_pending_serve(ts) < 0)
        return -1;
    return gil_load_relaxed(&block->brk) & _Gil_BRK_SIGNAL ? gil_signal_attend(ts, GIL_LOCK_WAIT) : 0;
}

const GilThreadState *
gil_tstate_look(struct gil_stable_look *look)
{
    static GilThreadState *const all[] = {&main_cell, &other_cell};

    return look->block < 2 ? all[look->block++] : NULL;
}

int
gil_unblock_claim(GilThreadState *ts)
{
    (void)ts;
    return 0;
}

void
gil_unblock_call(GilThreadState *ts)
{
    (void)ts;
}

void
gil_unblock_drain(GilThreadState *ts)
{
    (void)ts;
}

int
gil_unblock_put_back(int signum, const struct sigaction *before, int discard)
{
    (void)signum;
    (void)before;
    (void)discard;
    return 0;
}

int
gil_machine_is_stranded(void)
{
    return 0;
}

void *
gil_raw_malloc(size_t size)
{
    (void)size;
    return NULL;
}

void
gil_raw_free(void *block)
{
    (void)block;
    explore_fail("memory is given back");
}

#ifdef GIL_DEBUG
void
gil_rank_parking(const char *func)
{
    (void)func;
}
#endif

void
GilErr_SetNone(GilObject *type)
{
    (void)type;
    pending = 1;
}

void
GilErr_SetString(GilObject *type, const char *text)
{
    (void)type;
    explore_fail(text);
}

GilObject *
GilErr_Format(GilObject *type, const char *format, ...)
{
    (void)type;
    explore_fail(format);
}

GilObject *
GilErr_SetFromErrno(GilObject *type)
{
    (void)type;
    explore_fail("an action was to be installed");
}

GilObject *
GilErr_Occurred(void)
{
    return pending ? (GilObject *)(void *)&main_interp : NULL;
}

int
GilErr_ExceptionMatches(GilObject *type)
{
    (void)type;
    return pending && !reported;
}

GilObject *
GilErr_GetRaisedException(void)
{
    EXPLORE_CHECK(!pending);
    return NULL;
}

void
GilErr_SetRaisedException(GilObject *error)
{
    (void)error;
    pending = 0;
}

void
GilErr_WriteUnraisable(GilObject *object)
{
    (void)object;
    pending = 0;
}

/* --- handlers, and who runs the callbacks --- */

static int
note_signal(int signum, void *arg)
{
    int i = signum == numbers[1];

    (void)arg;
    EXPLORE_CHECK(is_watched[i] && explore_self() == 0 && _Gil_thread == &main_cell.block && !pending);
    for (int t = 0; t < THREADS_MAX; t++)
        seen[t][i] = gil_load_relaxed(&posted[t][i]);
    called[i]++;
    explore_point("called");
    if (polling) {
        EXPLORE_CHECK(within[i]++ == 0);
        inside++;
        EXPLORE_CHECK(Gil_PollThread(&main_cell) == 0);
        /* As a wait does that is to be interrupted; it sleeps only when nothing is asked. */
        for (int looks = 0; gil_load_relaxed(&main_cell.block.brk) & _Gil_BRK_SIGNAL; looks++) {
            EXPLORE_CHECK(looks < 8);
            EXPLORE_CHECK(Gil_PollThread(&main_cell) == 0);
        }
        inside--;
        within[i]--;
    }
    if (failing == 0)
        return 0;
    failing--;
    pending = 1;
    return -1;
}

static void
post(int i)
{
    uint32_t *mine = &posted[explore_self()][i];

    gil_store_relaxed(mine, gil_load_relaxed(mine) + 1);
    EXPLORE_CHECK(GilErr_SetInterruptEx(numbers[i]) == 0);
}

static int
is_started(void)
{
    return started != 0;
}

static void
post_last(int i)
{
    post(i);
    gil_fetch_sub_seq_cst(&posting, 1);
    gil_machine_unpark(&posting);
}

static int
make_call(void *unused)
{
    (void)unused;
    EXPLORE_CHECK(explore_self() == 0 && _Gil_thread == &main_cell.block && inside == 0);
    made_calls++;
    return 0;
}

static GilPendingNode call = GIL_PENDING_NODE_INIT(make_call, NULL);

/* As a thread polls: nothing without the bit. */
static void
poll(GilThreadState *ts)
{
    if (!(gil_load_relaxed(&ts->block.brk) & FOR_ANY))
        return;
    if (_GilEval_PollSlow(&ts->block) < 0) {
        EXPLORE_CHECK(pending);
        pending = 0;
        failures++;
    }
}

static void
poll_in_until_quiet(GilThreadState *ts)
{
    uint32_t left;

    do {
        left = gil_load_seq_cst(&posting);
        if (gil_load_relaxed(&ts->block.brk) & FOR_ANY)
            poll(ts);
        else if (left != 0)
            gil_machine_park(&posting, left, GIL_MACHINE_NEVER);
    } while (left != 0 || (ts->block.brk & FOR_ANY));
}

static void
poll_until_quiet(void)
{
    poll_in_until_quiet(&main_cell);
}

/* Plainly: the run is over. */
static void
check_seen(int i)
{
    int sum = 0;

    for (int t = 0; t < THREADS_MAX; t++) {
        EXPLORE_CHECK(seen[t][i] == posted[t][i]);
        sum += (int)posted[t][i];
    }
    EXPLORE_CHECK(called[i] <= sum);
}

static void
finish(void)
{
    check_seen(0);
    check_seen(1);
    EXPLORE_CHECK((main_cell.block.brk & _Gil_BRK_SIGNAL) == 0 && !pending);
}

/* --- scenarios --- */

/* Both come in both orders, one of them again and again. */
static void
body_storm(int self)
{
    if (self == 0) {
        poll_until_quiet();
        return;
    }
    post(self == 1);
    post_last(self != 1);
}

static void
body_again(int self)
{
    if (self == 0) {
        poll_until_quiet();
        return;
    }
    post(0);
    post(0);
    post_last(0);
}

/* The callback of one fails: that of the other is made at the next poll. */
static void
finish_failing(void)
{
    finish();
    EXPLORE_CHECK(failures == 1);
}

/* The main thread is asleep in a wait of the library until both were called. */
static int
is_enough(void *unused)
{
    (void)unused;
    return called[0] > 0 && called[1] > 0;
}

static enum gil_waited
sleep_for_both(void *object, struct gil_wait *wait)
{
    struct gil_bucket *bucket = gil_parking_lock(object);
    int enough = is_enough(object);

    if (!enough)
        gil_parking_add(bucket, &wait->me, object);
    gil_parking_unlock(bucket);
    return enough ? GIL_WAITED_AGAIN : gil_parking_sleep_or_leave(wait);
}

static const struct gil_waitable both = {is_enough, sleep_for_both, NULL, NULL};

static int
is_second(void *unused)
{
    (void)unused;
    return called[1] > 0;
}

static enum gil_waited
sleep_for_second(void *object, struct gil_wait *wait)
{
    struct gil_bucket *bucket = gil_parking_lock(object);
    int enough = is_second(object);

    if (!enough)
        gil_parking_add(bucket, &wait->me, object);
    gil_parking_unlock(bucket);
    return enough ? GIL_WAITED_AGAIN : gil_parking_sleep_or_leave(wait);
}

static const struct gil_waitable second = {is_second, sleep_for_second, NULL, NULL};

static void
body_sleep(int self)
{
    if (self != 0) {
        post(self - 1);
        return;
    }
    EXPLORE_CHECK(gil_wait_for(&both, called, GIL_MACHINE_NEVER, GIL_WAIT_INTERRUPTIBLE, "model") == 1);
}

static void
finish_sleep(void)
{
    main_cell.block.brk &= ~_Gil_BRK_SIGNAL;
    finish();
}

/* One is not watched any more while it comes: nobody is called for it after that, and the other is not lost. */
static void
body_unwatch(int self)
{
    if (self != 0) {
        post(0);
        post_last(1);
        return;
    }
    poll(&main_cell);
    EXPLORE_CHECK(GilSignal_Unwatch(numbers[0]) == 1);
    is_watched[0] = 0;
    poll_until_quiet();
}

static void
finish_unwatch(void)
{
    check_seen(1);
    EXPLORE_CHECK((main_cell.block.brk & _Gil_BRK_SIGNAL) == 0);
}

/* The runtime ends, and its block serves another state in which no signal is handled: a late handler leaves no more than a bit. */
static void
body_end(int self)
{
    if (self != 0) {
        post_last(0);
        return;
    }
    poll(&main_cell);
    gil_signal_stop();
    is_watched[0] = is_watched[1] = 0;
    poll_until_quiet();
}

static void
finish_end(void)
{
    EXPLORE_CHECK((main_cell.block.brk & _Gil_BRK_SIGNAL) == 0);
}

/* It is started again meanwhile: what is watched anew is not lost, whatever is left from before. */
static void
body_restart(int self)
{
    if (self != 0) {
        if (self == 2)
            explore_until(is_started);
        post_last(0);
        return;
    }
    gil_signal_stop();
    is_watched[0] = 0;
    start();
    watch(0);
    gil_store_seq_cst(&started, 1);
    poll_until_quiet();
}

static void
finish_restart(void)
{
    EXPLORE_CHECK(seen[2][0] == posted[2][0]);
    finish_end();
}

/* Another interpreter runs in the main thread, and is asked by the handler there; one elsewhere asks the main one's state. */
static void
body_elsewhere(int self)
{
    if (self != 0) {
        explore_until(is_started);
        post_last(1);
        return;
    }
    start(); /* by this thread */
    gil_tstate_detach(&main_cell, "model");
    gil_store_seq_cst(&other_cell.os_thread, gil_machine_thread());
    gil_tstate_attach(&other_cell, "model");
    gil_store_seq_cst(&started, 1);
    post(0);
    poll(&other_cell);
    EXPLORE_CHECK(seen[0][0] == 1 && _Gil_thread == &other_cell.block);
    gil_tstate_detach(&other_cell, "model");
    gil_tstate_attach(&main_cell, "model");
    poll_until_quiet();
}

/* The same, and it stays there; it is attached for the first time, as lib/state/tstate.c does it. What comes from elsewhere is met. */
static void
body_abroad(int self)
{
    if (self != 0) {
        explore_until(is_started);
        post_last(1);
        return;
    }
    start();
    gil_tstate_detach(&main_cell, "model");
    gil_store_seq_cst(&started, 1);
    gil_store_seq_cst(&other_cell.os_thread, gil_machine_thread());
    if (gil_load_seq_cst(&gil_main_calls.signals))
        gil_fetch_or_seq_cst(&other_cell.block.brk, _Gil_BRK_SIGNAL);
    gil_tstate_attach(&other_cell, "model");
    poll_in_until_quiet(&other_cell);
    EXPLORE_CHECK(_Gil_thread == &other_cell.block);
}

/* It sleeps there, and is told once: by the state that it has there. */
static void
body_sleep_abroad(int self)
{
    if (self != 0) {
        explore_until(is_started);
        post_last(1);
        return;
    }
    start();
    gil_tstate_detach(&main_cell, "model");
    gil_store_seq_cst(&other_cell.os_thread, gil_machine_thread());
    gil_tstate_attach(&other_cell, "model");
    gil_store_seq_cst(&started, 1);
    EXPLORE_CHECK(gil_wait_for(&second, called, GIL_MACHINE_NEVER, GIL_WAIT_INTERRUPTIBLE, "model") == 1);
    poll_in_until_quiet(&other_cell);
}

/* It comes to the main thread itself, which is detached there: the handler finds nothing attached, and the state is asked all the
 * same, as if another one had asked it. */
static void
body_detached_abroad(int self)
{
    if (self != 0) {
        explore_until(is_started);
        post_last(0);
        return;
    }
    start();
    gil_tstate_detach(&main_cell, "model");
    gil_store_seq_cst(&other_cell.os_thread, gil_machine_thread());
    gil_tstate_attach(&other_cell, "model");
    gil_store_seq_cst(&started, 1);
    gil_tstate_detach(&other_cell, "model");
    post(1);
    gil_tstate_attach(&other_cell, "model");
    poll(&other_cell);
    EXPLORE_CHECK(seen[0][1] == 1);
    poll_in_until_quiet(&other_cell);
}

/* It sleeps there, and the callback of the first fails, which ends no wait: it is not left asleep with the second. */
static void
setup_failing_abroad(void)
{
    setup_elsewhere();
    failing = reported = 1;
}

static void
body_failing_abroad(int self)
{
    if (self != 0) {
        explore_until(is_started);
        post(0);
        post_last(1);
        return;
    }
    start();
    gil_tstate_detach(&main_cell, "model");
    gil_store_seq_cst(&other_cell.os_thread, gil_machine_thread());
    gil_tstate_attach(&other_cell, "model");
    gil_store_seq_cst(&started, 1);
    EXPLORE_CHECK(gil_wait_for(&second, called, GIL_MACHINE_NEVER, GIL_WAIT_INTERRUPTIBLE, "model") == 1);
    poll_in_until_quiet(&other_cell);
    EXPLORE_CHECK(!pending);
}

static void
finish_abroad(void)
{
    check_seen(1);
    EXPLORE_CHECK((other_cell.block.brk & _Gil_BRK_SIGNAL) == 0);
}

/* A callback polls when a call is posted: it is made when that is over. */
static void
body_calls(int self)
{
    if (self != 0) {
        post(0);
        posted_calls += GilPending_PostToMain(&call) == 0;
        gil_fetch_sub_seq_cst(&posting, 1);
        gil_machine_unpark(&posting);
        return;
    }
    poll_until_quiet();
}

static void
finish_calls(void)
{
    finish();
    EXPLORE_CHECK(posted_calls == 1 && made_calls == 1);
}

static const struct model_run runs[] = {
    {{"signal_storm", 3, 0, setup_two, body_storm, of_interest, NULL, finish}, {1, 0, 0}, {3, 0, 0}},
    {{"signal_storm", 2, 0, setup, body_storm, of_interest, NULL, finish}, {3, 0, 0}, {6, 0, 0}},
    {{"signal_again", 2, 0, setup, body_again, of_interest, NULL, finish}, {3, 0, 0}, {6, 0, 0}},
    {{"signal_within_its_own", 2, 0, setup_polling, body_again, of_interest, NULL, finish}, {3, 0, 0}, {5, 0, 0}},
    {{"signal_failing", 3, 0, setup_failing, body_storm, of_interest, NULL, finish_failing}, {1, 0, 0}, {3, 0, 0}},
    {{"signal_sleep", 3, 0, setup, body_sleep, of_interest, NULL, finish_sleep}, {1, 0, 0}, {3, 0, 1}},
    {{"signal_unwatch", 2, 0, setup, body_unwatch, of_interest, NULL, finish_unwatch}, {3, 0, 0}, {6, 0, 0}},
    {{"signal_end", 2, 0, setup, body_end, of_interest, NULL, finish_end}, {3, 0, 0}, {6, 0, 0}},
    {{"signal_restart", 3, 0, setup_restart, body_restart, of_interest, NULL, finish_restart}, {1, 0, 0}, {3, 0, 0}},
    {{"signal_elsewhere", 2, 0, setup_elsewhere, body_elsewhere, of_interest, NULL, finish_end}, {3, 0, 0}, {6, 0, 0}},
    {{"signal_abroad", 2, 0, setup_elsewhere, body_abroad, of_interest, NULL, finish_abroad}, {3, 0, 0}, {6, 0, 0}},
    {{"signal_sleep_abroad", 2, 0, setup_elsewhere, body_sleep_abroad, of_interest, NULL, finish_abroad}, {3, 0, 0}, {6, 0, 0}},
    {{"signal_detached_abroad", 2, 0, setup_elsewhere, body_detached_abroad, of_interest, NULL, finish_abroad}, {3, 0, 0}, {6, 0, 0}},
    {{"signal_failing_abroad", 2, 0, setup_failing_abroad, body_failing_abroad, of_interest, NULL, finish_abroad},
     {2, 0, 0}, {4, 0, 0}},
    {{"signal_calls", 2, 0, setup_polling, body_calls, of_interest, NULL, finish_calls}, {3, 0, 0}, {5, 0, 0}},
};

int
main(int argc, char **argv)
{
    return model_main(argc, argv, runs, (int)(sizeof runs / sizeof runs[0]));
}
