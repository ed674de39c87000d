/* SPDX-License-Identifier: MIT */
/*
 * One source, three sides: a scenario is written once and compiled against libgilrt, against CPython, and, where its
 * threads can do without a lock, against nothing. The last is the floor: the same threads and work, nobody excluded.
 *
 * The mirror rule makes this a matter of names. N(Long_FromLong) is GilLong_FromLong or PyLong_FromLong, U(INCREF) is
 * Gil_INCREF or Py_INCREF; the few places where the sides differ in more than the name stand at the end of this file.
 */
#ifndef BENCH_SIDE_H
#define BENCH_SIDE_H

#define SIDE_PASTE(a, b) SIDE_PASTE_(a, b)
#define SIDE_PASTE_(a, b) a##b

#if defined SIDE_CPYTHON
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#define N(name) SIDE_PASTE(Py, name)
#define U(name) SIDE_PASTE(Py_, name)
#define SIDE(name) SIDE_PASTE(cpython_, name)
#define SIDE_BEGIN_ALLOW_THREADS Py_BEGIN_ALLOW_THREADS
#define SIDE_END_ALLOW_THREADS Py_END_ALLOW_THREADS
#elif defined SIDE_FLOOR
#define SIDE(name) SIDE_PASTE(floor_, name)
#define SIDE_BEGIN_ALLOW_THREADS {
#define SIDE_END_ALLOW_THREADS }
#else
#include <gilrt.h>
#define N(name) SIDE_PASTE(Gil, name)
#define U(name) SIDE_PASTE(Gil_, name)
#define SIDE(name) SIDE_PASTE(ours_, name)
#define SIDE_BEGIN_ALLOW_THREADS Gil_BEGIN_ALLOW_THREADS
#define SIDE_END_ALLOW_THREADS Gil_END_ALLOW_THREADS
#endif

#include "measure.h"

/* Entering from a foreign thread: a guard and a token here, PyGILState there, nothing without a lock. */
#if defined SIDE_CPYTHON
typedef int side_guard;
typedef PyGILState_STATE side_token;
#elif defined SIDE_FLOOR
typedef int side_guard, side_token;
#else
typedef GilInterpreterGuard *side_guard;
typedef GilThreadStateToken *side_token;
#endif

static inline side_guard
side_guard_open(void)
{
#if defined SIDE_CPYTHON || defined SIDE_FLOOR
    return 0;
#else
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    if (guard == NULL)
        bench_die("no guard");
    return guard;
#endif
}

static inline void
side_guard_close(side_guard guard)
{
#if defined SIDE_CPYTHON || defined SIDE_FLOOR
    (void)guard;
#else
    GilInterpreterGuard_Close(guard);
#endif
}

static inline side_token
side_enter(side_guard guard)
{
#if defined SIDE_CPYTHON
    (void)guard;
    return PyGILState_Ensure();
#elif defined SIDE_FLOOR
    return guard;
#else
    GilThreadStateToken *token = GilThreadState_Ensure(guard);
    if (token == NULL)
        bench_die("a thread cannot enter");
    return token;
#endif
}

static inline void
side_leave(side_token token)
{
#if defined SIDE_CPYTHON
    PyGILState_Release(token);
#elif defined SIDE_FLOOR
    (void)token;
#else
    GilThreadState_Release(token);
#endif
}

#endif
