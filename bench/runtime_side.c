/* SPDX-License-Identifier: MIT */
/* Starting and ending of one side. What measures memory leaves the side running: it has a process of its own. */
#include "runtime_side.h"
#include "measure.h"
#include "side.h"

#include <stdio.h>
#include <unistd.h>

static void
start(void)
{
#ifdef SIDE_CPYTHON
    Py_InitializeEx(0);
#else
    if (Gil_Initialize() < 0)
        bench_die("the runtime did not start");
#endif
}

static void
stop(void)
{
    if (U(FinalizeEx)() < 0)
        bench_die("the runtime did not stop");
}

/* A new interpreter, attached. */
static N(ThreadState) *
new_interp(void)
{
    N(ThreadState) *ts = U(NewInterpreter)();
    if (ts == NULL)
        bench_die("no interpreter");
    return ts;
}

static void
end_interp(N(ThreadState) *ts)
{
#ifdef SIDE_CPYTHON
    Py_EndInterpreter(ts);
#else
    if (Gil_EndInterpreter(ts) < 0)
        bench_die("an interpreter did not end");
#endif
}

static double
resident_kib(void)
{
    long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    if (file == NULL || fscanf(file, "%ld %ld", &size, &resident) != 2)
        bench_die("/proc/self/statm cannot be read");
    fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1024.0;
}

/* A start and a stop: ms. */
void
SIDE(start_stop)(long n, double *values)
{
    uint64_t begin = bench_wall_ns();
    for (long i = 0; i < n; i++) {
        start();
        stop();
    }
    values[0] = (double)(bench_wall_ns() - begin) / 1e6 / (double)n;
}

/* What a first start adds to the process: KiB. */
void
SIDE(runtime_rss)(long n, double *values)
{
    (void)n;
    double before = resident_kib();
    start();
    values[0] = resident_kib() - before;
}

/* An interpreter made and ended: us. */
void
SIDE(create_destroy)(long n, double *values)
{
    start();
    N(ThreadState) *first = N(ThreadState_Get)();
    end_interp(new_interp());
    uint64_t begin = bench_wall_ns();
    for (long i = 0; i < n; i++)
        end_interp(new_interp());
    values[0] = (double)(bench_wall_ns() - begin) / 1e3 / (double)n;
    N(ThreadState_Swap)(first);
    stop();
}

/* What each of n interpreters adds to the process: KiB. */
void
SIDE(interp_rss)(long n, double *values)
{
    start();
    N(ThreadState) *first = N(ThreadState_Get)();
    double before = resident_kib();
    for (long i = 0; i < n; i++) {
        new_interp();
        N(ThreadState_Swap)(first);
    }
    values[0] = (resident_kib() - before) / (double)n;
}

/* What each of n interpreters leaves in the process when it has ended: KiB. Those that warm up are not counted. */
void
SIDE(interp_left)(long n, double *values)
{
    start();
    for (long i = 0; i < n / 4; i++)
        end_interp(new_interp());
    double before = resident_kib();
    for (long i = 0; i < n; i++)
        end_interp(new_interp());
    values[0] = (resident_kib() - before) / (double)n;
}
