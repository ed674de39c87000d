/* SPDX-License-Identifier: MIT */
/*
 * bench_runtime [FIGURE]: what starting and ending cost, of the runtime and of interpreters, beside CPython.
 *
 * Memory is measured in a process that has started nothing yet: this program again, as bench_runtime --measure NAME N, which
 * prints the value. What an earlier round keeps for the next one would hide what a first start takes; and in a mere fork the pages
 * of the libraries would count once more.
 */
#include "measure.h"
#include "runtime_side.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef WITH_CPYTHON
#define CPYTHON(function) cpython_##function
#else
#define CPYTHON(function) NULL
#endif

static const struct measure {
    const char *name;
    bench_fn fn;
} measures[] = {
    {"ours_runtime_rss", ours_runtime_rss},       {"cpython_runtime_rss", CPYTHON(runtime_rss)},
    {"ours_interp_rss", ours_interp_rss},         {"cpython_interp_rss", CPYTHON(interp_rss)},
    {"ours_interp_left", ours_interp_left},       {"cpython_interp_left", CPYTHON(interp_left)},
};

/* The value of a measure, taken in a process of its own. */
static void
in_new_process(const char *name, long n, double *values)
{
    char program[4096], command[4200];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);

    if (length < 0)
        bench_die("/proc/self/exe cannot be read");
    program[length] = '\0';
    snprintf(command, sizeof command, "'%s' --measure %s %ld", program, name, n);
    FILE *child = popen(command, "r");
    int got = child != NULL ? fscanf(child, "%lf", values) : 0;
    if (child == NULL || pclose(child) != 0 || got != 1)
        bench_die("a process did not measure");
}

#define IN_NEW_PROCESS(function)                  \
    static void new_##function(long n, double *values) \
    {                                             \
        in_new_process(#function, n, values);     \
    }
IN_NEW_PROCESS(ours_runtime_rss)
IN_NEW_PROCESS(ours_interp_rss)
IN_NEW_PROCESS(ours_interp_left)
#ifdef WITH_CPYTHON
IN_NEW_PROCESS(cpython_runtime_rss)
IN_NEW_PROCESS(cpython_interp_rss)
IN_NEW_PROCESS(cpython_interp_left)
#define NEW_CPYTHON(function) new_cpython_##function
#else
#define NEW_CPYTHON(function) NULL
#endif

#define MEMORY(figure, function, turns) \
    {{{figure, "KiB", 0}}, .ours = new_ours_##function, .cpython = NEW_CPYTHON(function), .n = turns}
#define TIME(figure, unit, function, turns) \
    {{{figure, unit, 0}}, .ours = ours_##function, .cpython = CPYTHON(function), .n = turns}

static const struct bench_scenario scenarios[] = {
    TIME("runtime.start_stop", "ms", start_stop, 20),
    MEMORY("runtime.rss", runtime_rss, 1),
    TIME("interp.create_destroy", "us", create_destroy, 50),
    MEMORY("interp.rss", interp_rss, 16),
    MEMORY("interp.left", interp_left, 100),
    {{{"interp.scaling", "", 1}}, .ours = ours_scaling, .cpython = CPYTHON(scaling), .n = 30000},
};

static int
measure(const char *name, long n)
{
    double values[BENCH_FIGURES] = {0};

    for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
        if (strcmp(measures[i].name, name) == 0 && measures[i].fn != NULL) {
            measures[i].fn(n, values);
            printf("%f\n", values[0]);
            fflush(stdout);
            _exit(0); /* the side runs still */
        }
    return 2;
}

int
main(int argc, char **argv)
{
    struct bench_wish wish = {.filter = argc > 1 ? argv[1] : NULL};

    if (argc == 4 && strcmp(argv[1], "--measure") == 0)
        return measure(argv[2], atol(argv[3]));
    return bench_main(scenarios, sizeof scenarios / sizeof *scenarios, &wish);
}
