/* SPDX-License-Identifier: MIT */
/* Starting and ending of one side. What measures memory leaves the side running: it has a process of its own. */
#define _GNU_SOURCE
#include "runtime_side.h"
#include "measure.h"
#include "side.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>
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

/* The exact number: that of statm lags behind by up to 64 pages a thread. */
static double
look_at_rss(void)
{
    char line[128];
    double resident = 0;
    FILE *file = fopen("/proc/self/smaps_rollup", "r");

    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "Rss: %lf", &resident) == 1)
            break;
    if (resident == 0)
        bench_die("/proc/self/smaps_rollup cannot be read");
    fclose(file);
    return resident;
}

/* Once more than is needed: what looking brings into memory was there before. */
static double
resident_kib(void)
{
    (void)look_at_rss();
    return look_at_rss();
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

/* --- two at once --- */

static pthread_barrier_t at_once;

/* So many small objects of several kinds. */
static void
work(long n)
{
    for (long i = 0; i < n; i++) {
        N(Object) *list = N(List_New)(0), *dict = N(Dict_New)();
        for (long k = 0; k < 20; k++) {
            N(Object) *number = N(Long_FromLong)(100000 + k), *fraction = N(Float_FromDouble)((double)k);
            if (list == NULL || dict == NULL || number == NULL || fraction == NULL || N(List_Append)(list, fraction) < 0 ||
                N(Dict_SetItem)(dict, number, fraction) < 0)
                bench_die("no memory");
            U(DECREF)(number);
            U(DECREF)(fraction);
        }
        U(DECREF)(list);
        U(DECREF)(dict);
    }
}

/* The calling thread stays on one processor of those that the program has: two that share one would be two that wait. */
static void
stay_on(int which)
{
    cpu_set_t allowed, one;

    CPU_ZERO(&one);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &allowed) && which-- == 0)
            CPU_SET(cpu, &one);
    (void)sched_setaffinity(0, sizeof one, &one);
}

struct turn {
    int which;
    long n;
};

static void *
work_in_interp(void *data)
{
    const struct turn *turn = data;

    stay_on(turn->which);
#ifdef SIDE_CPYTHON
    PyGILState_STATE outer = PyGILState_Ensure();
    N(ThreadState) *before = N(ThreadState_Get)();
#endif
    N(ThreadState) *ts = new_interp();
    work(1000);
    SIDE_BEGIN_ALLOW_THREADS
    pthread_barrier_wait(&at_once);
    SIDE_END_ALLOW_THREADS
    work(turn->n);
    SIDE_BEGIN_ALLOW_THREADS
    pthread_barrier_wait(&at_once);
    SIDE_END_ALLOW_THREADS
    end_interp(ts);
#ifdef SIDE_CPYTHON
    PyThreadState_Swap(before);
    PyGILState_Release(outer);
#endif
    return NULL;
}

/* Wall time of that in two interpreters of one process: ns. */
static double
two_interps(long n)
{
    pthread_t threads[2];
    struct turn turns[2] = {{0, n}, {1, n}};
    uint64_t begin = 0, end = 0;

    pthread_barrier_init(&at_once, NULL, 3);
    start();
    SIDE_BEGIN_ALLOW_THREADS
    for (int i = 0; i < 2; i++)
        if (pthread_create(&threads[i], NULL, work_in_interp, &turns[i]) != 0)
            bench_die("no thread");
    pthread_barrier_wait(&at_once);
    begin = bench_wall_ns();
    pthread_barrier_wait(&at_once);
    end = bench_wall_ns();
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    SIDE_END_ALLOW_THREADS
    stop();
    pthread_barrier_destroy(&at_once);
    return (double)(end - begin);
}

static void
pass(int to)
{
    if (write(to, "", 1) != 1)
        bench_die("a pipe cannot be written");
}

static void
await(int from)
{
    char byte;

    if (read(from, &byte, 1) != 1)
        bench_die("a process came to its end");
}

/* The same in two processes. */
static double
two_processes(long n)
{
    int go[2], done[2];

    if (pipe(go) < 0 || pipe(done) < 0)
        bench_die("no pipe");
    for (int i = 0; i < 2; i++)
        switch (fork()) {
        case -1:
            bench_die("no process");
        case 0:
            stay_on(i);
            start();
            work(1000);
            pass(done[1]);
            await(go[0]);
            work(n);
            pass(done[1]);
            _exit(0);
        }
    await(done[0]);
    await(done[0]);
    uint64_t begin = bench_wall_ns();
    pass(go[1]);
    pass(go[1]);
    await(done[0]);
    await(done[0]);
    uint64_t end = bench_wall_ns();
    for (int i = 0; i < 2; i++) {
        wait(NULL);
        close(go[i]);
        close(done[i]);
    }
    return (double)(end - begin);
}

/* How fast two interpreters with a lock each are, beside two processes: of either the least time of several, in turns. */
void
SIDE(scaling)(long n, double *values)
{
    double interps = 0, processes = 0;

    for (int i = 0; i < 4; i++) {
        double one = two_processes(n), other = two_interps(n);
        if (i == 0 || one < processes)
            processes = one;
        if (i == 0 || other < interps)
            interps = other;
    }
    values[0] = processes / interps;
}
