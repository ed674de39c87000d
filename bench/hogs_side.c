/* SPDX-License-Identifier: MIT */
/* The hogs of one side. */
#include "hogs.h"
#include "spin.h"

#include <stdlib.h>

#define EARLY_NS UINT64_C(100000)

/* One unit: some 100 ns of arithmetic and a look at the clock, so about what an evaluator does between two polls. Returns
 * whether there is to be another. */
static inline int
do_unit(struct hog *hog)
{
    int stop = atomic_load_explicit(&hog->all->stop, memory_order_acquire);
    bench_spin(bench_spins(0.1), 1);
    uint64_t now = stop ? hog->all->stop_ns : bench_wall_ns();
    if (now > hog->last_ns && now - hog->last_ns > hog->longest_ns)
        hog->longest_ns = now - hog->last_ns;
    hog->last_ns = now;
    if (!stop)
        atomic_store_explicit(&hog->units, atomic_load_explicit(&hog->units, memory_order_relaxed) + 1,
            memory_order_relaxed);
    return !stop;
}

#if defined SIDE_CPYTHON

/*
 * CPython gives way nowhere but in its evaluator: PyErr_CheckSignals() and Py_MakePendingCalls() run what is pending and
 * keep the GIL, and the look at the request to drop it has no name in the C API. So the evaluator has to drive: one
 * bytecode loop that calls a C function a unit is the least that polls. Some 30 ns a unit are the loop's; every figure
 * made of hogs is a share or a time within one side, so that price divides out.
 */
static PyObject *
unit(PyObject *capsule, PyObject *none)
{
    (void)none;
    return PyBool_FromLong(do_unit(PyCapsule_GetPointer(capsule, NULL)));
}

static void
work(struct hog *hog)
{
    static PyMethodDef method = {"unit", unit, METH_NOARGS, NULL};
    PyObject *globals = PyDict_New();
    PyObject *ran = PyRun_String("def work(unit):\n    while unit(): pass\n", Py_file_input, globals, globals);
    PyObject *capsule = PyCapsule_New(hog, NULL, NULL);
    PyObject *function = PyCFunction_New(&method, capsule);
    PyObject *result = PyObject_CallOneArg(PyDict_GetItemString(globals, "work"), function);

    if (result == NULL)
        bench_die("the loop of a hog ended by an exception");
    Py_DECREF(result);
    Py_DECREF(function);
    Py_DECREF(capsule);
    Py_XDECREF(ran);
    Py_DECREF(globals);
}

#elif defined SIDE_FLOOR

/* The next turn of this hog by the clock. It is awake a little early, so that no time is lost between two turns. */
static void
wait_for_turn(struct hog *hog)
{
    const struct hogs *all = hog->all;
    uint64_t begins = hog->turn_end == 0 ? all->start_ns + all->turn_ns * (uint64_t)(hog - all->hog)
                                         : hog->turn_end + all->turn_ns * (uint64_t)(all->count - 1);

    if (all->count > 1)
        bench_sleep_until(begins - EARLY_NS);
    while (bench_wall_ns() < begins)
        ;
    hog->turn_end = begins + all->turn_ns;
}

static void
work(struct hog *hog)
{
    int takes_turns = hog->all->turn_ns != 0;

    do
        if (takes_turns && hog->last_ns >= hog->turn_end)
            wait_for_turn(hog);
    while (do_unit(hog));
}

#else

static void
work(struct hog *hog)
{
    while (do_unit(hog))
        if (Gil_Poll() < 0)
            bench_die("a poll raised an exception");
}

#endif

static void *
run(void *arg)
{
    struct hog *hog = arg;
    side_token token = side_enter(hog->all->guard);
    SIDE_BEGIN_ALLOW_THREADS
    pthread_barrier_wait(&hog->all->start);
    hog->last_ns = hog->all->start_ns;
    SIDE_END_ALLOW_THREADS
    work(hog);
    side_leave(token);
    return NULL;
}

void
SIDE(hogs_start)(struct hogs *hogs, side_guard guard, int count)
{
    hogs->count = count;
    hogs->guard = guard;
    hogs->stop = 0;
    pthread_barrier_init(&hogs->start, NULL, (unsigned)count + 1);
    for (int i = 0; i < count; i++) {
        struct hog *hog = &hogs->hog[i];
        hog->all = hogs;
        hog->units = hog->longest_ns = hog->turn_end = 0;
        if (pthread_create(&hog->thread, NULL, run, hog) != 0)
            bench_die("no thread for a hog");
    }
    hogs->start_ns = bench_wall_ns();
    pthread_barrier_wait(&hogs->start);
}

void
SIDE(hogs_stop)(struct hogs *hogs)
{
    hogs->stop_ns = bench_wall_ns();
    atomic_store_explicit(&hogs->stop, 1, memory_order_release);
    for (int i = 0; i < hogs->count; i++)
        pthread_join(hogs->hog[i].thread, NULL);
    pthread_barrier_destroy(&hogs->start);
}
