/* SPDX-License-Identifier: MIT */
/*
 * The collector's scenarios of one side. The objects are lists of one item in circles of two: containers that refer to
 * one another and to nothing else.
 */
#include "gc_side.h"
#include "measure.h"
#include "side.h"

/* A pair of lists that hold each other; the reference to the first is the caller's. */
static N(Object) *
circle_of_two(void)
{
    N(Object) *a = N(List_New)(1), *b = N(List_New)(1);
    if (a == NULL || b == NULL)
        bench_die("no memory for lists");
    N(List_SET_ITEM)(b, 0, U(NewRef)(a));
    N(List_SET_ITEM)(a, 0, b);
    return a;
}

/* n lists in circles, held by a list. */
static N(Object) *
held_circles(long n)
{
    N(Object) *all = N(List_New)(n / 2);
    if (all == NULL)
        bench_die("no memory for lists");
    for (long i = 0; i < n / 2; i++)
        N(List_SET_ITEM)(all, i, circle_of_two());
    return all;
}

/* One collection in which all n objects live: ns an object. */
void
SIDE(live)(long n, double *values)
{
    N(GC_Disable)();
    N(Object) *all = held_circles(n);
    N(GC_Enable)();
    N(GC_Collect)(); /* from here on they are old */
    double start = bench_cpu_ns();
    long found = (long)N(GC_Collect)();
    double spent = bench_cpu_ns() - start;
    U(DECREF)(all);
    long garbage = (long)N(GC_Collect)();
    if (found != 0 || garbage < n)
        bench_die("the collector found what lives, or not what does not");
    values[0] = spent / (double)n;
}

/* One collection in which all n objects are garbage, their destruction included: ns an object. */
void
SIDE(garbage)(long n, double *values)
{
    N(GC_Disable)();
    N(Object) *all = held_circles(n);
    U(DECREF)(all);
    N(GC_Enable)();
    double start = bench_cpu_ns();
    long found = (long)N(GC_Collect)();
    double spent = bench_cpu_ns() - start;
    if (found < n)
        bench_die("the collector did not find the garbage");
    values[0] = spent / (double)n;
}

/*
 * A heap grows to n live objects while the collector runs when it likes. The longest time that a step took, making two
 * objects and passing a safe point, in ms.
 */
void
SIDE(pause_max)(long n, double *values)
{
    N(Object) *all = N(List_New)(0);
    double longest = 0.0;
    if (all == NULL)
        bench_die("no memory for lists");
    double last = bench_cpu_ns();
    for (long i = 0; i < n / 2; i++) {
        N(Object) *circle = circle_of_two();
        if (N(List_Append)(all, circle) < 0)
            bench_die("no memory for lists");
        U(DECREF)(circle);
#ifndef SIDE_CPYTHON
        if (Gil_Poll() < 0) /* there it collects where it makes objects */
            bench_die("a poll failed");
#endif
        double now = bench_cpu_ns();
        if (now - last > longest)
            longest = now - last;
        last = now;
    }
    U(DECREF)(all);
    N(GC_Collect)();
    values[0] = longest / 1e6;
}

int
SIDE(gc_start)(void)
{
#ifdef SIDE_CPYTHON
    Py_InitializeEx(0);
    return 0;
#else
    GilConfig config;
    GilConfig_Init(&config);
    return GilStatus_Exception(Gil_InitializeFromConfig(&config)) ? -1 : 0;
#endif
}

int
SIDE(gc_stop)(void)
{
    return U(FinalizeEx)();
}
