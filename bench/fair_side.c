/* SPDX-License-Identifier: MIT */
/* S2: threads that all want to compute. How equal their shares are, how long one goes without, what is lost in all. */
#include "fair_side.h"
#include "hogs.h"

static struct hogs hogs;

/* Jain's index of fairness: 1 when all did the same, 1/n when one did everything. */
static double
jain(void)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < hogs.count; i++) {
        double units = (double)hogs.hog[i].units;
        sum += units;
        squares += units * units;
    }
    return squares > 0 ? sum * sum / (hogs.count * squares) : 0;
}

static double
longest_ms(void)
{
    uint64_t longest = 0;
    for (int i = 0; i < hogs.count; i++)
        longest = hogs.hog[i].longest_ns > longest ? hogs.hog[i].longest_ns : longest;
    return (double)longest / 1e6;
}

/* Throughput of so many hogs together, from their start to their end. */
static double
throughput(side_guard guard, int count, uint64_t span)
{
    SIDE(hogs_start)(&hogs, guard, count);
    double rate = hogs_rate(&hogs, span);
    SIDE(hogs_stop)(&hogs);
    return rate;
}

void
SIDE(fair)(long n, double *values)
{
    side_guard guard = side_guard_open();
    SIDE_BEGIN_ALLOW_THREADS
    /* One thread before and one after, so that a processor that changes its pace meanwhile counts for both. */
    double alone = throughput(guard, 1, bench_span(0.2));
    double together = throughput(guard, (int)n, bench_span(1.6));
    values[FAIR_JAIN] = jain();
    values[FAIR_MAXWAIT] = longest_ms();
    alone += throughput(guard, 1, bench_span(0.2));
    values[FAIR_TOTAL] = together / (alone / 2);
    SIDE_END_ALLOW_THREADS
    side_guard_close(guard);
}
