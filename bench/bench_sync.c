/* SPDX-License-Identifier: MIT */
/* bench_sync [FIGURE]: what locks for users cost, beside CPython's and libc's. */
#include "measure.h"
#include "sync_side.h"

#include <stddef.h>

#ifdef WITH_CPYTHON
#define CPYTHON(function) cpython_##function
#else
#define CPYTHON(function) NULL
#endif

#define FIGURE(figure, unit, function, turns) \
    {{{"sync." figure, unit, 0}}, .ours = ours_##function, .cpython = CPYTHON(function), \
     .floor = floor_##function, .n = turns}

static const struct bench_scenario scenarios[] = {
    FIGURE("mutex", "ns", mutex, 2000000),
    FIGURE("contended", "ns", contended, 200000),
    FIGURE("pingpong", "us", pingpong, 20000),
    FIGURE("tss", "ns", tss, 5000000),
};

int
main(int argc, char **argv)
{
    struct bench_wish wish = {.filter = argc > 1 ? argv[1] : NULL};

    return bench_main(scenarios, sizeof scenarios / sizeof *scenarios, &wish);
}
