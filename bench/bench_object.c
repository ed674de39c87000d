/* SPDX-License-Identifier: MIT */
/* bench_object [FIGURE]: what objects cost, beside CPython and the bare instructions. */
#include "measure.h"
#include "object_side.h"

#include <stdio.h>
#include <stdlib.h>

/* The floor of an object is its memory: the host's malloc and free of 32 bytes, nothing initialised. */
static void
floor_memory(long n, double *values)
{
    double start = bench_cpu_ns();
    for (long i = 0; i < n; i++) {
        void *block = malloc(32);
        BENCH_KEEP(block);
        free(block);
    }
    values[0] = (bench_cpu_ns() - start) / (double)n;
}

/* The floor of a count is a load, an add and a store, twice, on memory: what no counted object can do without. */
static void
floor_incref(long n, double *values)
{
    static volatile long word;
    double start = bench_cpu_ns();
    for (long i = 0; i < n; i++) {
        word = word + 1;
        word = word - 1;
    }
    values[0] = (bench_cpu_ns() - start) / (double)n;
}

#ifdef WITH_CPYTHON
#define CPYTHON(function) cpython_##function
#else
#define CPYTHON(function) NULL
#endif
#define FIGURE(figure, function, floor_function, turns)                                        \
    {{{"object." figure, "ns", 0}}, .ours = ours_##function, .cpython = CPYTHON(function),     \
     .floor = floor_function, .n = turns}

/* Bytes an object. */
#define MEMORY(a, b, c, d, function)                                                                        \
    {{{"object." a, "B", 0}, {"object." b, "B", 0}, {"object." c, "B", 0}, {"object." d, "B", 0}},          \
     .ours = ours_##function, .cpython = CPYTHON(function), .n = 10000}

static const struct bench_scenario scenarios[] = {
    FIGURE("incref", incref, floor_incref, 20000000),
    FIGURE("float", make_float, floor_memory, 3000000),
    FIGURE("int", make_int, floor_memory, 3000000),
    FIGURE("tuple3", make_tuple3, floor_memory, 3000000),
    FIGURE("list", make_list, floor_memory, 3000000),
    FIGURE("dict", make_dict, floor_memory, 3000000),
    FIGURE("instance", make_instance, floor_memory, 3000000),
    FIGURE("instance_gc", make_instance_gc, floor_memory, 3000000),
    FIGURE("call_instance", call_instance, floor_memory, 3000000),
    FIGURE("vectorcall", vectorcall, NULL, 3000000),
    FIGURE("str8", make_str8, floor_memory, 3000000),
    FIGURE("list_append", list_append, NULL, 3000000),
    FIGURE("dict_insert_int", dict_insert_int, NULL, 1000000),
    FIGURE("dict_lookup_int", dict_lookup_int, NULL, 3000000),
    FIGURE("dict_insert_str", dict_insert_str, NULL, 1000000),
    FIGURE("dict_lookup_str", dict_lookup_str, NULL, 3000000),
    FIGURE("parse_tuple", parse_tuple, NULL, 3000000),
    MEMORY("mem_float", "mem_int", "mem_str8", "mem_instance", memory_plain),
    MEMORY("mem_tuple3", "mem_list", "mem_dict", "mem_instance_gc", memory_gc),
};

int
main(int argc, char **argv)
{
    if (ours_object_start() < 0) {
        fprintf(stderr, "bench_object: the runtime did not start\n");
        return 1;
    }
#ifdef WITH_CPYTHON
    if (cpython_object_start() < 0)
        return 1;
#endif
    struct bench_wish wish = {.filter = argc > 1 ? argv[1] : NULL};
    int rc = bench_main(scenarios, sizeof scenarios / sizeof *scenarios, &wish);
#ifdef WITH_CPYTHON
    cpython_object_stop();
#endif
    return ours_object_stop() < 0 ? 1 : rc;
}
