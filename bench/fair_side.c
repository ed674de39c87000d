/* SPDX-License-Identifier: MIT */
/* S2: threads that all want to compute. How equal their shares are, how long one goes without, what is lost in all. */
#include "fair_side.h"
#include "hogs.h"

#include <stdlib.h>

#define INTERVAL_NS UINT64_C(5000000)

/* Eight threads are what has goals; for fewer, less time is spent. */
enum { MANY = 8, PAIRS = 10, PAIRS_OF_FEW = 4 };

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

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/*
 * What n do together, one being 1. A processor changes its pace by some percent from one tenth of a second to the next, by what
 * others do on its machine: so one thread runs before and after each short run of n, and the median of many such quotients counts.
 * The floor has no lock here either, but its threads take turns of one interval by the clock: what is lost then is lost by moving the
 * work from one processor to another that was idle, and no lock can have it back.
 */
static double
total(side_guard guard, int n)
{
    double quotient[PAIRS], alone;
    int pairs = n >= MANY ? PAIRS : PAIRS_OF_FEW;

    hogs.turn_ns = INTERVAL_NS;
    alone = throughput(guard, 1, bench_span(0.1));

    for (int i = 0; i < pairs; i++) {
        double together = throughput(guard, n, bench_span(0.15)), after = throughput(guard, 1, bench_span(0.1));
        quotient[i] = together / ((alone + after) / 2);
        alone = after;
    }
    hogs.turn_ns = 0;
    qsort(quotient, (size_t)pairs, sizeof *quotient, by_value);
    return (quotient[(pairs - 1) / 2] + quotient[pairs / 2]) / 2;
}

void
SIDE(fair)(long n, double *values)
{
    side_guard guard = side_guard_open();
    SIDE_BEGIN_ALLOW_THREADS
    throughput(guard, (int)n, bench_span(n >= MANY ? 1.6 : 0.8));
    values[FAIR_JAIN] = jain();
    values[FAIR_MAXWAIT] = longest_ms();
    values[FAIR_TOTAL] = total(guard, (int)n);
    SIDE_END_ALLOW_THREADS
    side_guard_close(guard);
}
