/* SPDX-License-Identifier: MIT */
/*
 * The lock as it ships, under threads that pause at any step of it: lib/state/lock.c and what it stands on, over the
 * machine of tests/models/machine_chaos.h.
 *
 * One episode after the other, each with a new lock, and with a number of threads, an interval and a temper
 * drawn from the seed, which is printed; GIL_STRESS_SEED repeats the draws, as far as the system's scheduler
 * lets it, and GIL_STRESS_SECONDS makes the run shorter or longer. Threads wait, try, wait for a time, yield, sleep
 * outside, change their weight and class and each other's, have themselves called when they are asked for the lock,
 * and end and begin anew. What is held to: never two threads inside; everybody gets in; a lock that is barred to all
 * but one refuses them; nobody gives up early; hooks are called when, and only while, they are wanted; the lock's
 * counters are what the threads counted themselves.
 */
#include "models/crew.h"
#include "support/support.h"

#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* The real machine from here on; lock.c, lean.c and mutex.c have the other. */
#undef gil_machine_park
#undef gil_machine_unpark
#undef gil_machine_fence_all

enum { THREADS_MAX = 6 };
#define EPISODE_NS UINT64_C(200000000)
/* A thread that has not come to its end by then hangs, whatever the machine's load. */
#define HANGS_NS UINT64_C(60000000000)

struct worker {
    int number;
    pthread_t thread;
    GilThreadState *ts;  /* [own] */
    struct gil_lock_stats before; /* [own] of states that it had before */
    long entries;        /* [own] */
    int refused;         /* [own] the lock was barred to it */
    int hooked;          /* [atomic] its preempt hook may be called */
    int calls;           /* [atomic] of the hook, since it was set */
    int asked;           /* [own] times that it found itself asked since then */
};

static struct {
    struct worker worker[THREADS_MAX];
    int threads;         /* [const] while an episode lasts, like the next two */
    unsigned number;
    int bars;            /* the first thread bars the lock to the others when the episode is over */
    uint64_t end_ns;     /* [const] */
    uint64_t fences;     /* [atomic] heavy fences that the machine was asked for */
    uint64_t late, long_holds; /* [atomic] waits that were given up; calls of the long-hold function */
    int barred;          /* [gil] and nobody else comes in any more */
    pthread_mutex_t births; /* held while somebody needs that no thread state ends; never waited for inside */
    int no_births;       /* under births: the episode's end has begun */
} episode;

static uint64_t seed;

/* --- the generator, and pauses drawn from it --- */

static __thread uint64_t generator; /* 0: this thread does not pause */
static __thread unsigned patience;  /* steps until the temper changes */
static __thread unsigned temper;    /* one of so many steps is a pause */

/* xorshift: quick, and good enough to mix steps. */
static unsigned
draw(unsigned below)
{
    generator ^= generator << 13;
    generator ^= generator >> 7;
    generator ^= generator << 17;
    return (unsigned)(generator >> 32) % below;
}

static void
set_generator(uint64_t value)
{
    generator = value * 0x9e3779b97f4a7c15u | 1;
    for (int i = 0; i < 8; i++)
        draw(2);
}

static void
pause_for_a_while(void)
{
    unsigned kind = draw(64);

    if (kind == 0) {
        struct timespec t = {0, (long)draw(50000)};
        nanosleep(&t, NULL);
    }
    else if (kind < 16)
        sched_yield();
    else
        for (volatile unsigned turns = draw(200); turns > 0; turns--)
            continue;
}

void
chaos_step(void)
{
    if (generator == 0)
        return;
    if (patience-- == 0) {
        static const unsigned tempers[] = {4, 16, 64, 1024};
        patience = draw(2000);
        temper = tempers[draw(4)];
    }
    if (draw(temper) == 0)
        pause_for_a_while();
}

void
chaos_park(uint32_t *word, uint32_t expected, uint64_t deadline)
{
    chaos_step();
    if (generator == 0 || draw(16) != 0)
        gil_machine_park(word, expected, deadline);
    chaos_step();
}

void
chaos_unpark(uint32_t *word)
{
    chaos_step();
    gil_machine_unpark(word);
    chaos_step();
}

void
chaos_fence_all(void)
{
    gil_fetch_add_relaxed(&episode.fences, 1);
    chaos_step();
    gil_machine_fence_all();
    chaos_step();
}

/* --- what a thread does --- */

static void __attribute__((noreturn, format(printf, 1, 2)))
complain(const char *format, ...)
{
    char text[200];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ck_abort_msg("episode %u of GIL_STRESS_SEED=%#llx: %s", episode.number, (unsigned long long)seed, text);
}

/* The inline transitions of <gilrt/lock.h>, as they are compiled into modules, and what they need of the library. */
__thread struct _GilThreadBlock *_Gil_thread;
static __thread int refused;

void
_GilEval_LeaveSlow(struct _GilThreadBlock *block)
{
    gil_lock_leave(&crew.lock, (GilThreadState *)(void *)block, "test");
}

void
_GilEval_ReturnSlow(struct _GilThreadBlock *block)
{
    refused = gil_lock_return(&crew.lock, (GilThreadState *)(void *)block, "test") < 0;
}

void
_GilEval_LeaveMisuse(void)
{
    complain("BEGIN finds the thread detached");
}

void
_GilEval_ReturnMisuse(struct _GilThreadBlock *block)
{
    complain("END finds state %llu attached", (unsigned long long)((GilThreadState *)(void *)block)->id);
}

/* Leave and come back, by any form. -1: the lock was barred meanwhile. */
static int
go_out(GilThreadState *ts)
{
    static struct _GilCallSite sites[] = {{.kind = _Gil_SITE_ALLOW}, {.kind = _Gil_SITE_BLOCKING}};

    if (draw(2) == 0) {
        gil_lock_release(&crew.lock, ts, "test");
        return gil_lock_acquire(&crew.lock, ts, "test");
    }
    refused = 0;
    _Gil_thread = &ts->block;
    GilThreadState *save = _GilEval_Leave(&sites[draw(4) == 0]);
    if (draw(16) == 0)
        pause_for_a_while();
    _GilEval_Return(save);
    return refused ? -1 : 0;
}

/* Come in, with or without a limit to the wait. -1: the lock is barred. */
static int
come_in(struct worker *w)
{
    unsigned kind = draw(8);

    if (kind < 4)
        return gil_lock_acquire(&crew.lock, w->ts, "test");
    for (;;) {
        uint64_t limit = kind < 6 ? 0 : gil_machine_now() + draw(1u << draw(20));
        int rc = gil_lock_acquire_until(&crew.lock, w->ts, limit, "test");
        if (rc != GIL_LOCK_LATE)
            return rc;
        if (gil_machine_now() < limit)
            complain("thread %d gives up before its time", w->number);
        if (gil_lock_is_owner(&crew.lock, w->ts) || w->ts->waiter.queued || w->ts->block.st != _Gil_LAZY)
            complain("thread %d has given up, but not quite", w->number);
        gil_fetch_add_relaxed(&episode.late, 1);
        if (kind < 6)
            sched_yield();
    }
}

static void
be_inside(struct worker *w)
{
    if (!crew_enter(w->ts))
        complain("thread %d comes in beside another", w->number);
    if (episode.barred && w->number != 0)
        complain("thread %d has a lock that is barred to it", w->number);
    chaos_step();
    if (!crew_leave(w->ts))
        complain("another came in beside thread %d", w->number);
    w->entries++;
}

static void
look(struct worker *w)
{
    GilLockInfo info;

    gil_lock_info(&crew.lock, &info);
    if (info.holder != w->ts->id)
        complain("thread %d holds the lock, which says state %llu", w->number, (unsigned long long)info.holder);
    if (info.waiters >= (uint64_t)episode.threads)
        complain("%llu threads wait, of %d", (unsigned long long)info.waiters, episode.threads);
    if (!gil_lock_is_owner(&crew.lock, w->ts))
        complain("thread %d holds the lock and is not its owner", w->number);
}

/* --- hooks --- */

static void
preempt(void *arg)
{
    struct worker *w = (struct worker *)arg;

    chaos_step();
    if (!gil_load_seq_cst(&w->hooked))
        complain("the hook of thread %d is called after its end", w->number);
    gil_fetch_add_seq_cst(&w->calls, 1);
}

/* Inside. Those who asked it while the hook was set have called the hook by the time that it is taken back. */
static void
set_preempt_hook(struct worker *w, int on)
{
    if (!w->hooked && on) {
        w->calls = 0;
        gil_store_seq_cst(&w->hooked, 1);
        gil_lock_set_preempt_hook(&crew.lock, w->ts, preempt, w);
        /* By somebody who knew no hook, perhaps. */
        w->asked = crew_is_asked(w->ts) ? -1 : 0;
    }
    else if (w->hooked && !on) {
        gil_lock_set_preempt_hook(&crew.lock, w->ts, NULL, NULL);
        gil_store_seq_cst(&w->hooked, 0);
        if (gil_load_seq_cst(&w->calls) < w->asked)
            complain("thread %d was asked %d times, and its hook called %d times", w->number, w->asked, w->calls);
    }
}

static void
tell_of_long_hold(const GilLongHold *hold, void *arg)
{
    if (hold->size != sizeof *hold || hold->holder == 0 || hold->waiter == 0 || hold->holder == hold->waiter)
        complain("state %llu tells of a long hold by state %llu", (unsigned long long)hold->waiter,
                 (unsigned long long)hold->holder);
    if (hold->waiters == 0 || hold->waiters >= (uint64_t)episode.threads)
        complain("%llu threads wait for a long hold, of %d", (unsigned long long)hold->waiters, episode.threads);
    gil_fetch_add_relaxed((uint64_t *)arg, 1);
}

static void
watch_long_holds(void)
{
    struct gil_long_hold watch = {.ns = 1 + draw(100000), .func = tell_of_long_hold, .data = &episode.long_holds};

    gil_lock_set_long_hold(&crew.lock, draw(3) == 0 ? &(struct gil_long_hold){0} : &watch);
}

/* Weight and class of a state of any thread. */
static void
change_standing(void)
{
    static const int latencies[] = {GIL_LATENCY_LEARNED, GIL_LATENCY_LEARNED, GIL_LATENCY_URGENT, GIL_LATENCY_PATIENT};

    if (pthread_mutex_trylock(&episode.births) != 0)
        return;
    GilThreadState *ts = &crew.cell[draw((unsigned)episode.threads)].ts;
    if (draw(2) == 0)
        gil_lock_set_weight(&crew.lock, ts, 10 + draw(991));
    else
        gil_lock_set_latency(&crew.lock, ts, latencies[draw(4)]);
    pthread_mutex_unlock(&episode.births);
}

/* --- a thread's life --- */

static void
fiddle(struct worker *w)
{
    switch (draw(8)) {
    case 0: look(w); break;
    case 1: gil_lock_set_timing(&crew.lock, w->ts, draw(2) == 0); break;
    case 2: gil_lock_set_interval(&crew.lock, 1000u << draw(12)); break;
    case 3: watch_long_holds(); break;
    case 4: set_preempt_hook(w, !w->hooked); break;
    case 5: change_standing(); break;
    default:
        for (unsigned turns = draw(2000); turns > 0 && !crew_is_asked(w->ts); turns--)
            continue;
    }
}

/* Inside: let others have it if one is owed it, or at a whim. -1: the lock was barred meanwhile. */
static int
give_way(struct worker *w)
{
    unsigned whim = draw(32);
    int asked = crew_is_asked(w->ts);

    if (!asked && whim > 2)
        return 0;
    w->asked += w->hooked && asked;
    return whim == 0 ? gil_lock_yield(&crew.lock, w->ts) : gil_lock_poll(&crew.lock, w->ts);
}

/* Inside, for a few steps; the thread counts each time that the lock came to it. -1: the lock was barred meanwhile. */
static int
stay(struct worker *w)
{
    for (unsigned steps = draw(6); steps > 0; steps--) {
        be_inside(w);
        unsigned kind = draw(16);
        if (kind < 2)
            fiddle(w);
        else if (kind < 8) {
            if (go_out(w->ts) < 0)
                return -1;
            be_inside(w);
        }
        if (give_way(w) < 0)
            return -1;
    }
    be_inside(w);
    return 0;
}

static void
sum_up(struct gil_lock_stats *sum, const struct gil_lock_stats *of)
{
    sum->waits += of->waits;
    sum->wait_ns += of->wait_ns;
    sum->wait_max = of->wait_max > sum->wait_max ? of->wait_max : sum->wait_max;
    sum->voluntary += of->voluntary;
    sum->forced += of->forced;
    sum->stolen += of->stolen;
    sum->given += of->given;
    sum->lent += of->lent;
    sum->held_ns += of->held_ns;
}

/* Outside: the thread's state comes to its end, and another one is born in its place. */
static void
be_reborn(struct worker *w)
{
    pthread_mutex_lock(&episode.births);
    if (!episode.no_births) {
        sum_up(&w->before, &w->ts->stats);
        set_preempt_hook(w, 0);
        gil_lock_forget(&crew.lock, w->ts);
        w->ts = crew_birth(w->number);
    }
    pthread_mutex_unlock(&episode.births);
}

/* The end of an episode that ends so. */
static void
bar_the_others(struct worker *w)
{
    pthread_mutex_lock(&episode.births);
    episode.no_births = 1;
    pthread_mutex_unlock(&episode.births);
    if (come_in(w) < 0)
        complain("the lock is barred, and nobody did that");
    for (int i = 1; i < episode.threads; i++)
        gil_lock_bar(&crew.lock, &crew.cell[i].ts);
    episode.barred = 1;
    for (unsigned i = draw(20); i > 0; i--) {
        be_inside(w);
        if (go_out(w->ts) < 0 || give_way(w) < 0)
            complain("the only one that may is refused");
    }
    be_inside(w);
    gil_lock_release(&crew.lock, w->ts, "test");
}

static void *
work(void *arg)
{
    struct worker *w = (struct worker *)arg;

    set_generator(seed + 1000 * episode.number + (unsigned)w->number);
    /* The first two entries are owed to everybody, however late the thread begins; where the lock is barred, the one
     * that does it is the one that waits for that. */
    while (w->entries < 2 || gil_machine_now() < episode.end_ns || (episode.bars && w->number != 0)) {
        if (come_in(w) < 0 || stay(w) < 0) {
            w->refused = 1;
            break;
        }
        gil_lock_release(&crew.lock, w->ts, "test");
        if (draw(100) == 0)
            be_reborn(w);
        for (volatile unsigned turns = draw(10) == 0 ? draw(2000) : 0; turns > 0; turns--)
            continue;
    }
    if (episode.bars && w->number == 0)
        bar_the_others(w);
    set_preempt_hook(w, 0);
    return NULL;
}

/* --- an episode --- */

static void
join(struct worker *w)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += (time_t)(HANGS_NS / 1000000000u);
    if (pthread_timedjoin_np(w->thread, NULL, &until) != 0)
        complain("thread %d hangs, and the lock says %#lx with %llu waiters", w->number, (unsigned long)crew.lock.owner,
             (unsigned long long)crew.lock.turns.waiters);
}

static void
same(const char *what, uint64_t lock, uint64_t threads)
{
    if (lock != threads)
        complain("%s: the lock counts %llu, the threads %llu", what, (unsigned long long)lock,
                 (unsigned long long)threads);
}

/* The lock's account of the episode against that of the threads. */
static void
compare_counters(void)
{
    struct gil_lock_stats sum = {0};
    GilLockInfo info;
    long entries = 0;

    gil_lock_info(&crew.lock, &info);
    for (int i = 0; i < episode.threads; i++) {
        struct worker *w = &episode.worker[i];
        sum_up(&sum, &w->before);
        sum_up(&sum, &w->ts->stats);
        entries += w->entries;
        if (w->entries < 2 && !w->refused)
            complain("thread %d was never let in", i);
        if (w->refused != (episode.bars && i != 0))
            complain("thread %d was %srefused", i, w->refused ? "" : "not ");
        if (crew_is_asked(w->ts))
            complain("thread %d is still asked for a lock that it has not", i);
    }
    same("entries", (uint64_t)crew.entries, (uint64_t)entries);
    same("holders left", info.holder, 0);
    same("waiters left", info.waiters, 0);
    same("switches", info.switches_voluntary + info.switches_forced, crew.switches);
    same("switches after a release", info.switches_voluntary, sum.voluntary + sum.stolen);
    same("forced switches", info.switches_forced, sum.forced);
    /* Who is refused after a theft has left the lock again before anybody counts that. */
    if (!episode.bars)
        same("thefts", info.switches_stolen, sum.stolen);
    same("loans", info.loans, sum.lent);
    same("ns of waiting", info.wait_ns, sum.wait_ns);
    same("ns of holding", info.held_ns, sum.held_ns);
    same("heavy fences", info.membarriers, episode.fences);
    if (sum.given < sum.lent || sum.wait_max > sum.wait_ns)
        complain("%llu loans of %llu times given, a wait of %llu ns of %llu", (unsigned long long)sum.lent,
                 (unsigned long long)sum.given, (unsigned long long)sum.wait_max, (unsigned long long)sum.wait_ns);
}

static struct {
    uint64_t entries, switches, forced, loans, late, long_holds, fences;
} total;

static void
run_episode(unsigned number)
{
    set_generator(seed + 1000 * number + 999);
    memset(&episode, 0, sizeof episode);
    pthread_mutex_init(&episode.births, NULL);
    episode.number = number;
    episode.threads = 2 + (int)draw(THREADS_MAX - 1);
    episode.bars = draw(3) == 0;
    episode.end_ns = gil_machine_now() + EPISODE_NS;
    crew_start(episode.threads, 1000u << draw(12), gil_machine_can_fence_all() && draw(3) != 0);
    generator = 0;

    for (int i = 0; i < episode.threads; i++) {
        struct worker *w = &episode.worker[i];
        w->number = i;
        w->ts = &crew.cell[i].ts;
        ck_assert_int_eq(pthread_create(&w->thread, NULL, work, w), 0);
    }
    for (int i = 0; i < episode.threads; i++)
        join(&episode.worker[i]);
    compare_counters();
    total.entries += (uint64_t)crew.entries;
    total.switches += crew.switches;
    total.forced += crew.lock.switches_forced;
    total.loans += crew.lock.turns.loans;
    total.late += episode.late;
    total.long_holds += episode.long_holds;
    total.fences += episode.fences;
}

static double
seconds_wanted(void)
{
    const char *text = getenv("GIL_STRESS_SECONDS");
    return text != NULL ? atof(text) : 20;
}

START_TEST(test_stress_lock_chaos__threads_pause_at_every_step)
{
    const char *text = getenv("GIL_STRESS_SEED");
    uint64_t end = gil_machine_now() + (uint64_t)(seconds_wanted() * 1e9);
    unsigned episodes = 0;

    gil_machine_start();
    seed = text != NULL ? strtoull(text, NULL, 0) : gil_machine_now();
    fprintf(stderr, "GIL_STRESS_SEED=%#llx\n", (unsigned long long)seed);
    do
        run_episode(++episodes);
    while (gil_machine_now() < end);
    fprintf(stderr, "%u episodes, %llu entries, %llu switches, %llu of them forced, %llu loans, %llu waits given up, "
                    "%llu long holds told, %llu heavy fences\n", episodes,
            (unsigned long long)total.entries, (unsigned long long)total.switches, (unsigned long long)total.forced,
            (unsigned long long)total.loans, (unsigned long long)total.late, (unsigned long long)total.long_holds,
            (unsigned long long)total.fences);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("lock_chaos");
    TCase *tc = tcase_create("chaos");

    tcase_set_timeout(tc, 120 + 4 * seconds_wanted());
    tcase_add_test(tc, test_stress_lock_chaos__threads_pause_at_every_step);
    suite_add_tcase(s, tc);
    return s;
}
