/* SPDX-License-Identifier: MIT */
/* bench_gc [FIGURE]: what a collection costs, beside CPython. */
#include "gc_side.h"
#include "measure.h"

#include <stdio.h>

#ifdef WITH_CPYTHON
#define CPYTHON(function) cpython_##function
#else
#define CPYTHON(function) NULL
#endif

#define FIGURE(figure, unit, function) \
    {{{"gc." figure, unit, 0}}, .ours = ours_##function, .cpython = CPYTHON(function), .n = 1000000}

static const struct bench_scenario scenarios[] = {
    FIGURE("live", "ns", live),
    FIGURE("garbage", "ns", garbage),
    FIGURE("pause_max", "ms", pause_max),
};

int
main(int argc, char **argv)
{
    if (ours_gc_start() < 0) {
        fprintf(stderr, "bench_gc: the runtime did not start\n");
        return 1;
    }
#ifdef WITH_CPYTHON
    if (cpython_gc_start() < 0)
        return 1;
#endif
    struct bench_wish wish = {.filter = argc > 1 ? argv[1] : NULL};
    int rc = bench_main(scenarios, sizeof scenarios / sizeof *scenarios, &wish);
#ifdef WITH_CPYTHON
    cpython_gc_stop();
#endif
    return ours_gc_stop() < 0 ? 1 : rc;
}
