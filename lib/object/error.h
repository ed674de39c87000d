/* SPDX-License-Identifier: MIT */
/* The thread's error: shorthands that the layers above use; the public functions are in <gilrt/error.h>. */
#ifndef GIL_OBJECT_ERROR_H
#define GIL_OBJECT_ERROR_H

#include "gilrt/error.h"
#include "state/tstate.h"

/* Raise MemoryError; needs no memory. Always NULL, so that `return gil_err_no_memory(ts);` reads well. */
void *gil_err_no_memory(GilThreadState *ts);
/* Raise SystemError "FUNC: NULL argument", unless an error is pending: that tells why it is NULL. Always NULL. */
void *gil_err_null(const char *func);
/* Raise SystemError "FUNC: bad argument (expected WANTED, got TYPE)". got may be NULL. Always NULL. */
void *gil_err_bad_argument(const char *func, const char *wanted, GilObject *got);
/* The same of a number, and of what can be told by no type or number. Always NULL. */
void *gil_err_bad_number(const char *func, const char *wanted, Gil_ssize_t got);
void *gil_err_bad_value(const char *func, const char *wanted);
/* Raise SystemError with a text of GilErr_Format()'s units, and with cause as its cause and context: takes the reference, NULL is
 * none. Nothing may be pending. Always NULL. */
void *gil_err_system_from(GilThreadState *ts, GilObject *cause, const char *format, ...);
/* Raise TypeError "FUNC: expected WANTED, got TYPE". Always NULL. */
void *gil_err_type(const char *func, const char *wanted, GilObject *got);

/* The pending AttributeError is about this tuple: name and object. May run anything, but not where the error is text as yet. */
void gil_err_about(GilThreadState *ts, GilObject *about);

/* Whether an error is pending: one load. */
static inline int
gil_err_pending(const GilThreadState *ts)
{
    return ts->err.type != NULL;
}

/*
 * Before an exported function asks an object, whose type may be anybody's, to do something: in a debug build stop the process
 * where an error is pending, for what is asked could not know whose that is.
 */
#ifdef GIL_DEBUG
void gil_err_expect_none(const GilThreadState *ts, const char *func);
#else
#define gil_err_expect_none(ts, func) ((void)(ts), (void)(func))
#endif

/*
 * The first line of such a function: gil_tstate_need() and this. given: no operand is NULL. One that is NULL comes from a call
 * that failed, whose error is the one that is pending; it goes on to whoever asked.
 */
static inline GilThreadState *
gil_err_begin(const char *func, int given)
{
    GilThreadState *ts = gil_tstate_need(func);
    if (given)
        gil_err_expect_none(ts, func);
    return ts;
}

/* Drop whatever is pending; may run anything. */
void gil_err_clear(GilThreadState *ts);

/* Take the pending error out of the thread and put it back: for finalizers, which must not disturb it. */
struct gil_indicator gil_err_save(GilThreadState *ts);
void gil_err_restore(GilThreadState *ts, struct gil_indicator saved);
/* Give back one that was put aside and is not wanted any more; may run anything. */
void gil_err_drop(struct gil_indicator saved);

#endif
