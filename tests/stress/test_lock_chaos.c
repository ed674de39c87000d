/* SPDX-License-Identifier: MIT */
/*
 * The lock as it ships, under threads that pause at any step of it: lib/state/lock.c over the machine of
 * tests/models/machine_chaos.h.
 *
 * One episode after the other, each with a new lock, and with a number of threads, an interval and a temper
 * drawn from the seed, which is printed; GIL_STRESS_SEED repeats the draws, as far as the system's scheduler
 * lets it, and GIL_STRESS_SECONDS makes the run shorter or longer. What is held to: never two threads inside;
 * everybody gets in; a closed lock refuses all but the closer; the lock's counters are what the threads counted
 * themselves.
 */
#include "models/crew.h"
#include "support/support.h"

#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* The real machine from here on; lock.c and mutex.c have the other. */
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
    uint64_t wait_ns;    /* [own] of states that it had before */
    long entries;        /* [own] */
    int refused;         /* [own] the lock was closed to it */
};

static struct {
    struct worker worker[THREADS_MAX];
    int threads;         /* [const] while an episode lasts, like the next two */
    unsigned number;
    int closes;          /* a thread closes the lock when the episode is over */
    uint64_t end_ns;     /* [const] */
    uint64_t fences;     /* [atomic] heavy fences that the machine was asked for */
    int closed;          /* [gil] */
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

/* Leave and come back, by either form. -1: the lock was closed meanwhile. */
static int
go_out(GilThreadState *ts)
{
    static struct _GilCallSite site;

    if (draw(2) == 0) {
        gil_lock_release(&crew.lock, ts, "test");
        return gil_lock_acquire(&crew.lock, ts, "test");
    }
    refused = 0;
    _Gil_thread = &ts->block;
    _GilEval_Return(_GilEval_Leave(&site));
    return refused ? -1 : 0;
}

static void
be_inside(struct worker *w)
{
    if (!crew_enter(w->ts))
        complain("thread %d comes in beside another", w->number);
    if (episode.closed != 0 && episode.closed != w->number + 1)
        complain("thread %d has a lock that thread %d closed", w->number, episode.closed - 1);
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

/* Inside, for a few steps; the thread counts each time that the lock came to it. Returns -1 when the lock was
 * closed meanwhile. */
static int
stay(struct worker *w)
{
    for (unsigned steps = draw(6); steps > 0; steps--) {
        be_inside(w);
        unsigned kind = draw(64);
        if (kind == 0)
            look(w);
        else if (kind == 1)
            gil_lock_set_timing(&crew.lock, draw(2) == 0);
        else if (kind == 2)
            gil_lock_set_interval(&crew.lock, 1000u << draw(12));
        else if (kind == 3)
            for (unsigned turns = draw(2000); turns > 0 && !crew_is_asked(w->ts); turns--)
                continue;
        else if (kind < 32) {
            if (go_out(w->ts) < 0)
                return -1;
            be_inside(w);
        }
        if ((kind % 16 == 0 || crew_is_asked(w->ts)) && gil_lock_poll(&crew.lock, w->ts) < 0)
            return -1;
    }
    be_inside(w);
    return 0;
}

/* The thread's state comes to its end, and another one is born in its place. */
static void
be_reborn(struct worker *w)
{
    w->wait_ns += w->ts->wait_ns;
    gil_lock_forget(&crew.lock, w->ts);
    w->ts = crew_birth(w->number);
}

/* The last one that it does in an episode that ends so. */
static void
close_lock(struct worker *w)
{
    gil_lock_close(&crew.lock, w->ts);
    episode.closed = w->number + 1;
    for (unsigned i = draw(20); i > 0; i--) {
        be_inside(w);
        if (go_out(w->ts) < 0)
            complain("the closer is refused");
    }
    be_inside(w);
    gil_lock_release(&crew.lock, w->ts, "test");
}

static void *
work(void *arg)
{
    struct worker *w = (struct worker *)arg;

    set_generator(seed + 1000 * episode.number + (unsigned)w->number);
    /* The first two entries are owed to everybody, however late the thread begins; where the lock is closed,
     * the closer is the one that waits for that. */
    while (w->entries < 2 || gil_machine_now() < episode.end_ns || (episode.closes && w->number != 0)) {
        if (gil_lock_acquire(&crew.lock, w->ts, "test") < 0 || stay(w) < 0) {
            w->refused = 1;
            break;
        }
        gil_lock_release(&crew.lock, w->ts, "test");
        if (draw(100) == 0)
            be_reborn(w);
        for (volatile unsigned turns = draw(10) == 0 ? draw(2000) : 0; turns > 0; turns--)
            continue;
    }
    if (episode.closes && w->number == 0) {
        if (gil_lock_acquire(&crew.lock, w->ts, "test") < 0)
            complain("the lock is closed, and nobody closed it");
        close_lock(w);
    }
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
             (unsigned long long)crew.lock.waiters);
}

/* The lock's account of the episode against that of the threads. */
static void
compare_counters(void)
{
    GilLockInfo info;
    uint64_t wait_ns = 0;
    long entries = 0;

    gil_lock_info(&crew.lock, &info);
    for (int i = 0; i < episode.threads; i++) {
        struct worker *w = &episode.worker[i];
        wait_ns += w->wait_ns + w->ts->wait_ns;
        entries += w->entries;
        if (w->entries == 0)
            complain("thread %d was never let in", i);
        if (w->refused != (episode.closes && i != 0))
            complain("thread %d was %srefused", i, w->refused ? "" : "not ");
    }
    if (entries != crew.entries)
        complain("%ld entries were lost", entries - crew.entries);
    if (info.holder != 0 || info.waiters != 0)
        complain("the lock of nobody says state %llu, and %llu waiters", (unsigned long long)info.holder,
             (unsigned long long)info.waiters);
    if (info.switches_voluntary + info.switches_forced != crew.switches)
        complain("%llu switches and %llu forced ones, of %llu", (unsigned long long)info.switches_voluntary,
             (unsigned long long)info.switches_forced, (unsigned long long)crew.switches);
    if (info.wait_ns != wait_ns)
        complain("%llu ns of waiting, of %llu", (unsigned long long)info.wait_ns, (unsigned long long)wait_ns);
    if (info.membarriers != episode.fences)
        complain("%llu heavy fences, of %llu", (unsigned long long)info.membarriers,
                 (unsigned long long)episode.fences);
}

static struct {
    uint64_t entries, switches, forced, fences;
} total;

static void
run_episode(unsigned number)
{
    set_generator(seed + 1000 * number + 999);
    memset(&episode, 0, sizeof episode);
    episode.number = number;
    episode.threads = 2 + (int)draw(THREADS_MAX - 1);
    episode.closes = draw(3) == 0;
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
    fprintf(stderr, "%u episodes, %llu entries, %llu switches, %llu of them forced, %llu heavy fences\n", episodes,
            (unsigned long long)total.entries, (unsigned long long)total.switches, (unsigned long long)total.forced,
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
