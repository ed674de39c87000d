/* SPDX-License-Identifier: MIT */
/* Measuring: clocks, alternating rounds, medians, and the one line a figure. */
#include "measure.h"

#include "others.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { OURS, CPYTHON, FLOOR, SIDES };

/* The values of one figure, round by round. */
struct series {
    double side[SIDES][BENCH_RUNS], of_floor[BENCH_RUNS];
};

static const char *running; /* the scenario that the watchdog names */

double
bench_cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

uint64_t
bench_wall_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void
bench_sleep_until(uint64_t wall_ns)
{
    struct timespec t = {(time_t)(wall_ns / 1000000000u), (long)(wall_ns % 1000000000u)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0)
        ;
}

static int
quick(void)
{
    const char *value = getenv("BENCH_QUICK");
    return value != NULL && strcmp(value, "1") == 0;
}

uint64_t
bench_span(double seconds)
{
    return (uint64_t)(seconds * (quick() ? 1e8 : 1e9));
}

void
bench_die(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", running != NULL ? running : "start", what);
    _exit(1); /* other threads may be anywhere, and want no runtime torn down under them */
}

static void
bark(int signal_number)
{
    (void)signal_number;
    static const char text[] = ": a round took a minute; somebody is not woken\n";
    if (write(STDERR_FILENO, running, strlen(running)) < 0 || write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(2);
    _exit(1);
}

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double
sort_and_take_median(double *values, int runs)
{
    qsort(values, (size_t)runs, sizeof *values, by_value);
    return values[runs / 2];
}

static void
print_value(const char *key, double value, const char *unit)
{
    /* Four digits that mean something, and no exponent. */
    int decimals = value >= 1000 || !isfinite(value) ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : value >= 1 ? 3 : 4;
    printf(" %s=%.*f%s", key, decimals, value, unit);
}

/* Both may be 0, where a figure counts what should not happen. */
static double
quotient(double a, double b)
{
    return a == b ? 1.0 : b == 0 ? INFINITY : a / b;
}

static void
print_figure(const struct bench_scenario *scenario, const struct bench_figure *figure, struct series *series, int runs,
    double others, const char *remark)
{
    double ours = sort_and_take_median(series->side[OURS], runs);
    double floor = sort_and_take_median(series->side[FLOOR], runs);

    printf("bench %s", figure->name);
    print_value("ours", ours, figure->unit);
    if (scenario->cpython != NULL) {
        double theirs = sort_and_take_median(series->side[CPYTHON], runs);
        print_value("cpython", theirs, figure->unit);
        print_value("ratio", figure->more_is_better ? quotient(ours, theirs) : quotient(theirs, ours), "");
    }
    else {
        printf(" cpython=none ratio=none");
    }
    print_value("floor", floor, figure->unit);
    printf(" runs=%d", runs);
    print_value("min", series->side[OURS][0], figure->unit);
    print_value("max", series->side[OURS][runs - 1], figure->unit);
    print_value("floor_min", series->side[FLOOR][0], figure->unit);
    print_value("floor_max", series->side[FLOOR][runs - 1], figure->unit);
    print_value("of_floor", sort_and_take_median(series->of_floor, runs), "");
    if (others >= 0)
        printf(" others=%.2f", others);
    printf("%s%s%s\n", remark != NULL ? " " : "", remark != NULL ? remark : "", quick() ? " quick=1" : "");
    fflush(stdout);
}

static void
run_side(bench_fn side, long n, double *values)
{
    alarm(60);
    side(n, values);
    alarm(0);
}

static void
run_scenario(const struct bench_scenario *scenario, const struct bench_wish *wish)
{
    struct series series[BENCH_FIGURES];
    const bench_fn sides[SIDES] = {scenario->ours, scenario->cpython, scenario->floor};
    int runs = quick() ? 1 : BENCH_RUNS;
    double others = others_cpu_ns();
    uint64_t start = bench_wall_ns();

    /* Round -1 warms caches, free lists and the predictor; it is not counted. */
    for (int round = quick() ? 0 : -1; round < runs; round++) {
        double values[SIDES][BENCH_FIGURES] = {{0}, {0}, {1, 1, 1, 1}};
        for (int side = 0; side < SIDES; side++)
            if (sides[side] != NULL)
                run_side(sides[side], scenario->n, values[side]);
        for (int i = 0; i < BENCH_FIGURES && round >= 0; i++) {
            for (int side = 0; side < SIDES; side++)
                series[i].side[side][round] = values[side][i];
            series[i].of_floor[round] = quotient(values[OURS][i], values[FLOOR][i]);
        }
    }
    others = others < 0 ? -1 : fmax(0, (others_cpu_ns() - others) / (double)(bench_wall_ns() - start));
    for (int i = 0; scenario->figures[i].name != NULL; i++)
        if (wish->filter == NULL || strstr(scenario->figures[i].name, wish->filter) != NULL)
            print_figure(scenario, &scenario->figures[i], &series[i], runs, others, wish->remark);
}

static int
is_wished(const struct bench_scenario *scenario, const struct bench_wish *wish)
{
    if (scenario->extra && !wish->extra)
        return 0;
    for (int i = 0; scenario->figures[i].name != NULL; i++)
        if (wish->filter == NULL || strstr(scenario->figures[i].name, wish->filter) != NULL)
            return 1;
    return 0;
}

int
bench_main(const struct bench_scenario *scenarios, int count, const struct bench_wish *wish)
{
    int ran = 0;
    signal(SIGALRM, bark);
    for (int i = 0; i < count; i++) {
        if (!is_wished(&scenarios[i], wish))
            continue;
        running = scenarios[i].figures[0].name;
        run_scenario(&scenarios[i], wish);
        ran = 1;
    }
    if (!ran)
        fprintf(stderr, "bench: no figure matches '%s'\n", wish->filter);
    return !ran;
}
