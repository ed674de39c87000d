/* SPDX-License-Identifier: MIT */
/*
 * One source, two sides: a scenario is written once and compiled twice, against libgilrt and against CPython.
 *
 * The mirror rule makes this a matter of names. N(Long_FromLong) is GilLong_FromLong or PyLong_FromLong, U(INCREF) is
 * Gil_INCREF or Py_INCREF; the few places where the two differ in more than the name stand at the end of this file.
 */
#ifndef BENCH_SIDE_H
#define BENCH_SIDE_H

#define SIDE_PASTE(a, b) SIDE_PASTE_(a, b)
#define SIDE_PASTE_(a, b) a##b

#ifdef SIDE_CPYTHON
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#define N(name) SIDE_PASTE(Py, name)
#define U(name) SIDE_PASTE(Py_, name)
#define SIDE(name) SIDE_PASTE(cpython_, name)
#define SIDE_BEGIN_ALLOW_THREADS Py_BEGIN_ALLOW_THREADS
#define SIDE_END_ALLOW_THREADS Py_END_ALLOW_THREADS
#else
#include <gilrt.h>
#define N(name) SIDE_PASTE(Gil, name)
#define U(name) SIDE_PASTE(Gil_, name)
#define SIDE(name) SIDE_PASTE(ours_, name)
#define SIDE_BEGIN_ALLOW_THREADS Gil_BEGIN_ALLOW_THREADS
#define SIDE_END_ALLOW_THREADS Gil_END_ALLOW_THREADS
#endif

typedef N(Object) Object;

/* Entering from a foreign thread: a guard and a token here, PyGILState there. */
#ifdef SIDE_CPYTHON
typedef int side_guard;
typedef PyGILState_STATE side_token;
static inline side_guard
side_guard_open(void)
{
    return 0;
}
static inline void
side_guard_close(side_guard guard)
{
    (void)guard;
}
static inline side_token
side_enter(side_guard guard)
{
    (void)guard;
    return PyGILState_Ensure();
}
static inline void
side_leave(side_token token)
{
    PyGILState_Release(token);
}
#else
typedef GilInterpreterGuard *side_guard;
typedef GilThreadStateToken *side_token;
static inline side_guard
side_guard_open(void)
{
    return GilInterpreterGuard_FromCurrent();
}
static inline void
side_guard_close(side_guard guard)
{
    GilInterpreterGuard_Close(guard);
}
static inline side_token
side_enter(side_guard guard)
{
    return GilThreadState_Ensure(guard);
}
static inline void
side_leave(side_token token)
{
    GilThreadState_Release(token);
}
#endif

#endif
