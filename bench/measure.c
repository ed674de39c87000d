/* SPDX-License-Identifier: MIT */
/* Measuring: clocks, alternating rounds, medians, and the one line a figure. */
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double
read_clock(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

double
bench_cpu_ns(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

double
bench_wall_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double
median(double *values)
{
    qsort(values, BENCH_RUNS, sizeof *values, by_value);
    return values[BENCH_RUNS / 2];
}

static void
print_value(const char *key, double value, const char *unit)
{
    printf(" %s=%.4g%s", key, value, unit);
}

static void
run_figure(const struct bench_figure *figure, const char *extra)
{
    double ours[BENCH_RUNS], cpython[BENCH_RUNS], floor[BENCH_RUNS];

    /* Round -1 warms caches, free lists and the predictor; it is not counted. */
    for (int round = -1; round < BENCH_RUNS; round++) {
        int slot = round < 0 ? 0 : round;
        ours[slot] = figure->ours(figure->turns);
        if (figure->cpython != NULL)
            cpython[slot] = figure->cpython(figure->turns);
        floor[slot] = figure->floor != NULL ? figure->floor(figure->turns) : figure->floor_value;
    }
    double mine = median(ours);
    printf("bench %s", figure->name);
    print_value("ours", mine, figure->unit);
    if (figure->cpython != NULL) {
        double theirs = median(cpython);
        print_value("cpython", theirs, figure->unit);
        print_value("ratio", figure->more_is_better ? mine / theirs : theirs / mine, "");
    }
    else {
        printf(" cpython=none ratio=none");
    }
    print_value("floor", median(floor), figure->unit);
    printf(" runs=%d", BENCH_RUNS);
    print_value("min", ours[0], figure->unit);
    print_value("max", ours[BENCH_RUNS - 1], figure->unit);
    printf("%s%s\n", extra != NULL ? " " : "", extra != NULL ? extra : "");
    fflush(stdout);
}

int
bench_main(const struct bench_figure *figures, size_t count, const char *filter, const char *extra)
{
    int ran = 0;
    for (size_t i = 0; i < count; i++) {
        if (filter != NULL && strstr(figures[i].name, filter) == NULL)
            continue;
        run_figure(&figures[i], extra);
        ran = 1;
    }
    if (!ran)
        fprintf(stderr, "bench: no figure matches '%s'\n", filter);
    return !ran;
}
