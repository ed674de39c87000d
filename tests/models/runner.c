/* SPDX-License-Identifier: MIT */
/* The frame of a model: its command line, its report, and what the shipped sources expect of the rest of the library. */
#include "models/runner.h"

#include "base/panic.h"
#include "sync/mutex.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define GLANCE 2 /* preemptions; where more than two threads are, one less */

/* The library's way to stop the process is a failure of the run. */
void
gil_panic(const char *func, const char *format, ...)
{
    static char text[256];
    va_list args;
    int used = snprintf(text, sizeof text, "%s: ", func);

    va_start(args, format);
    vsnprintf(text + used, sizeof text - (size_t)used, format, args);
    va_end(args);
    explore_fail(text);
}

#ifdef GIL_DEBUG
/* All threads here are one OS thread, so the list of held mutexes would mix them. */
void
gil_rank_take(const struct gil_mutex *taken)
{
    (void)taken;
}
void
gil_rank_drop(const struct gil_mutex *dropped)
{
    (void)dropped;
}
void
gil_rank_waiting(const char *func)
{
    (void)func;
}
#endif

static const char *program; /* its name */
static const struct model_run *runs;
static int run_count;

static int
report(int number, const struct model_run *run, const struct explore_bounds *bounds, const struct explore_result *result)
{
    /* Schedules in which the threads never met show nothing, and are not counted but as part of all. */
    int ok = result->failure == NULL && result->contended > 0;

    printf("%s %d - %s %d threads ", ok ? "ok" : "not ok", number, run->scenario.name, run->scenario.threads);
    if (bounds->preemptions == EXPLORE_ANY)
        printf("without a bound: ");
    else
        printf("bound %d: ", bounds->preemptions);
    printf("%.15g schedules of %.15g in %ld runs, %ld states, %ld heavy fences, %ld choice points, %.1f a run and %d at most\n",
           result->contended, result->schedules, result->runs, result->states, result->fences, result->points,
           (double)result->points / (double)(result->runs > 0 ? result->runs : 1), result->deepest);
    if (result->failure != NULL)
        printf("# %s\n# --replay %s/%d/%d.%d.%d@%s\n", result->failure, run->scenario.name, run->scenario.threads,
               bounds->preemptions, bounds->timeouts, bounds->spurious, result->replay);
    else if (result->contended == 0)
        printf("# the threads never met: this shows nothing\n");
    fflush(stdout);
    return !ok;
}

/* What all of it amounts to: how far each number of threads was searched at least. */
static void
summary(int deep)
{
    printf("# exhausted:");
    for (int threads = 1, many = 0; many < run_count; threads++) {
        int count = 0, least = EXPLORE_ANY, most = 0;
        for (int i = 0; i < run_count; i++) {
            int bound = deep ? runs[i].deep.preemptions : runs[i].quick.preemptions;
            if (runs[i].scenario.threads != threads)
                continue;
            count++;
            least = bound < least ? bound : least;
            most = bound > most && bound != EXPLORE_ANY ? bound : most;
        }
        if (count > 0)
            printf("%s %d threads at bound %d%s in %d scenarios", many > 0 ? "," : "", threads, least,
                   most > least ? " and more" : "", count);
        many += count;
    }
    printf("\n");
}

/* The scenario that a replay string is for, and in *choices what it has to say about it; NULL: there is none. */
static const struct model_run *
find_run(const char *text, struct explore_bounds *bounds, const char **choices)
{
    char name[32];
    int threads, length = 0;

    if (sscanf(text, "%31[^/]/%d/%d.%d.%d@%n", name, &threads, &bounds->preemptions, &bounds->timeouts,
               &bounds->spurious, &length) < 5 || length == 0) {
        fprintf(stderr, "%s: not a replay string: %s\n", program, text);
        return NULL;
    }
    *choices = text + length;
    for (int i = 0; i < run_count; i++)
        if (strcmp(runs[i].scenario.name, name) == 0 && runs[i].scenario.threads == threads)
            return &runs[i];
    fprintf(stderr, "%s: no scenario %s with %d threads\n", program, name, threads);
    return NULL;
}

static int
replay(const char *text)
{
    struct explore_bounds bounds;
    struct explore_result result;
    const char *choices;
    const struct model_run *run = find_run(text, &bounds, &choices);

    if (run == NULL)
        return 2;
    explore_replay(&run->scenario, &bounds, choices, &result);
    printf("1..1\n");
    return report(1, run, &bounds, &result);
}

/* A schedule that was kept, for a source that may have changed since. 3: it passes, but is another one now. */
static int
rerun(const char *text)
{
    struct explore_bounds bounds;
    struct explore_result result;
    const char *choices;
    const struct model_run *run = find_run(text, &bounds, &choices);

    if (run == NULL)
        return 2;
    explore_rerun(&run->scenario, &bounds, choices, &result);
    if (result.failure != NULL) {
        printf("%s\n", result.failure);
        return 1;
    }
    return result.fits && result.contended > 0 ? 0 : 3;
}

/* A mutant mostly dies in a narrow search. */
static int
glance(int i, int preemptions)
{
    struct explore_bounds bounds = runs[i].quick;
    struct explore_result result;

    if (preemptions > bounds.preemptions || (preemptions == GLANCE && runs[i].scenario.threads > 2))
        return 0;
    bounds.preemptions = preemptions;
    explore(&runs[i].scenario, &bounds, 0, &result);
    return result.failure != NULL && report(i + 1, &runs[i], &bounds, &result);
}

static int
is_wanted(const char *name, char **names, int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return 1;
    return count == 0;
}

int
model_main(int argc, char **argv, const struct model_run *table, int count)
{
    program = argv[0];
    runs = table;
    run_count = count;
    if (argc > 1 && strcmp(argv[1], "--pso") == 0) {
        explore_memory(EXPLORE_PSO);
        argc--;
        argv++;
    }
    int deep = argc > 1 && strcmp(argv[1], "--deep") == 0;
    int narrow = argc > 1 && strcmp(argv[1], "--glance") == 0;
    int first_failure = argc > 1 && strcmp(argv[1], "--first-failure") == 0;
    int failed = 0, names = 1 + (deep || narrow || first_failure);

    if (argc == 3 && strcmp(argv[1], "--replay") == 0)
        return replay(argv[2]);
    if (argc == 3 && strcmp(argv[1], "--rerun") == 0)
        return rerun(argv[2]);
    if (argc > names && argv[names][0] == '-') {
        fprintf(stderr, "usage: %s [--pso] [--deep | --glance | --first-failure] [SCENARIO...]\n"
                        "       %s --replay STRING | --rerun STRING\n", program, program);
        return 2;
    }
    printf("1..%d\n", run_count);
    for (int preemptions = 0; narrow && preemptions <= GLANCE; preemptions++)
        for (int i = 0; i < run_count && !failed; i++)
            if (is_wanted(runs[i].scenario.name, argv + names, argc - names))
                failed = glance(i, preemptions);
    if (narrow)
        return failed;
    for (int i = 0; i < run_count && !(failed && first_failure); i++) {
        struct explore_result result;
        const struct explore_bounds *bounds = deep ? &runs[i].deep : &runs[i].quick;
        if (!is_wanted(runs[i].scenario.name, argv + names, argc - names))
            continue;
        explore(&runs[i].scenario, bounds, 0, &result);
        failed |= report(i + 1, &runs[i], bounds, &result);
    }
    if (!failed && argc == names)
        summary(deep);
    return failed;
}
