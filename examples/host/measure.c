/* SPDX-License-Identifier: MIT */
/*
 * Rounds of the four ways, medians, and a look at the lock.
 *
 * Calls are made longest first, so that no thread is left with a long one at the end, and often enough that a pass
 * lasts LEAST_SECONDS on one thread and every thread has work. The look at the lock is a run of its own: exact
 * times of the lock cost something at each transition, so no run that is timed has them.
 */
#include "measure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Long enough that starting threads and reading the clock vanish. */
#define LEAST_SECONDS 0.1
/* A bound for calls that take no time at all. */
#define MOST_LOOPS 1000000

static const struct {
    const char *title;
    enum side side;
} ways[WAYS] = {
    {"one thread", SIDE_DROP},
    {"lock held", SIDE_HOLD},
    {"lock dropped", SIDE_DROP},
    {"raw threads", SIDE_RAW},
};

static int
longer_first(const void *left, const void *right)
{
    double a = (*(struct call *const *)left)->seconds, b = (*(struct call *const *)right)->seconds;

    return (a < b) - (a > b);
}

static int
ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

/* How often to make all calls in a pass, when they take `seconds` once on one thread. */
static size_t
loops_for(size_t calls, double seconds, int threads)
{
    size_t loops = ((size_t)threads + calls - 1) / calls;

    if (seconds * (double)loops < LEAST_SECONDS)
        loops = seconds * MOST_LOOPS <= LEAST_SECONDS ? MOST_LOOPS : (size_t)(LEAST_SECONDS / seconds) + 1;
    /* Where calls are repeated anyway, each thread can have as many. */
    while (loops > 1 && calls * loops % (size_t)threads != 0)
        loops++;
    return loops;
}

static int
all_have_raw(const struct work *work)
{
    for (size_t i = 0; i < work->function_count; i++)
        if (work->functions[i].raw == NULL)
            return 0;
    return 1;
}

/* Go one way once; `stage` is for those who watch. */
static int
go(struct pass pass, enum way way, enum purpose purpose, const char *stage, double *seconds)
{
    char title[80];

    snprintf(title, sizeof title, "%s, %s", stage, ways[way].title);
    pass.side = ways[way].side;
    pass.title = title;
    pass.purpose = purpose;
    if (way == WAY_ONE)
        pass.threads = 1;
    return crew_run(&pass, seconds);
}

/* Go one way once in timing mode. 0, or -1 after saying why not. */
static int
watch_lock(const struct pass *pass, enum way way, struct lock_use *use)
{
    GilInterpreterState *interpreter = GilInterpreterState_Get();
    GilLockInfo before, after;
    double seconds = 0.0;
    int rc;

    GilLockInfo_Init(&before);
    GilLockInfo_Init(&after);
    if (GilLock_SetTiming(interpreter, 1) < 0) {
        GilErr_Print();
        return -1;
    }
    GilLock_GetInfo(interpreter, &before);
    rc = go(*pass, way, PURPOSE_TIME, "timing mode", &seconds);
    GilLock_GetInfo(interpreter, &after);
    if (GilLock_SetTiming(interpreter, 0) < 0)
        GilErr_Print();
    if (seconds > 0.0)
        use->share = (double)(after.held_ns - before.held_ns) * 1e-9 / seconds;
    /* The main thread holds the lock for a moment before and after the crew's time. */
    if (use->share > 1.0)
        use->share = 1.0;
    use->voluntary = after.switches_voluntary - before.switches_voluntary;
    use->forced = after.switches_forced - before.switches_forced;
    return rc;
}

/* All rounds into `seconds`, which has room for `rounds` of each way; round i begins with way i, so that none is
 * always first. */
static int
go_rounds(const struct pass *pass, int last, int rounds, double *seconds)
{
    char stage[40];

    for (int round = 0; round < rounds; round++) {
        snprintf(stage, sizeof stage, "round %d of %d", round + 1, rounds);
        for (int i = 0; i < last; i++) {
            int way = (round + i) % last;
            if (go(*pass, (enum way)way, PURPOSE_TIME, stage, &seconds[way * rounds + round]) < 0)
                return -1;
        }
    }
    return 0;
}

/* Go each way once and compare results. How often to make the calls follows from the faster of the two ways that make
 * them one by one, for the first calls of all may be slow. */
static int
compare_ways(struct pass *pass, int last)
{
    double seconds[WAYS] = {0.0};
    int rc = 0;

    for (int way = 0; rc == 0 && way < last; way++)
        rc = go(*pass, (enum way)way, PURPOSE_COMPARE, "comparing", &seconds[way]);
    pass->loops = loops_for(pass->call_count, fmin(seconds[WAY_ONE], seconds[WAY_HOLD]), pass->threads);
    return rc;
}

/* The rounds into `seconds`, of which there is room for all, and from there into `out`. */
static int
time_ways(const struct pass *pass, int last, double *seconds, struct measurement *out)
{
    if (go_rounds(pass, last, out->rounds, seconds) < 0)
        return -1;
    for (int way = 0; way < last; way++) {
        double *series = &seconds[way * out->rounds];
        qsort(series, (size_t)out->rounds, sizeof *series, ascending);
        out->low[way] = series[0];
        out->high[way] = series[out->rounds - 1];
        out->median[way] = (series[(out->rounds - 1) / 2] + series[out->rounds / 2]) / 2;
    }
    return 0;
}

static int
measure_pass(struct pass *pass, struct measurement *out)
{
    int last = out->has_raw ? WAYS : WAY_RAW;
    double *seconds = calloc((size_t)last * (size_t)out->rounds, sizeof *seconds);
    int rc;

    if (seconds == NULL) {
        fputs("gilhost: out of memory\n", stderr);
        return -1;
    }
    rc = compare_ways(pass, last);
    out->loops = pass->loops;
    if (rc == 0)
        rc = time_ways(pass, last, seconds, out);
    free(seconds);
    if (rc == 0)
        rc = watch_lock(pass, WAY_DROP, &out->drop);
    if (rc == 0)
        rc = watch_lock(pass, WAY_HOLD, &out->hold);
    return rc;
}

int
measure(const struct work *work, GilInterpreterGuard *guard, int threads, int rounds, struct measurement *out)
{
    struct pass pass = {.work = work, .guard = guard, .threads = threads, .loops = 1};
    int rc = 0;

    *out = (struct measurement){.threads = threads, .has_raw = all_have_raw(work)};
    pass.calls = work_good_calls(work, &pass.call_count);
    if (pass.calls == NULL) {
        fputs("gilhost: out of memory\n", stderr);
        return -1;
    }
    if (rounds > 0 && pass.call_count > 0) {
        qsort(pass.calls, pass.call_count, sizeof(struct call *), longer_first);
        out->rounds = rounds;
        out->call_count = pass.call_count;
        rc = measure_pass(&pass, out);
    }
    free(pass.calls);
    return rc;
}
