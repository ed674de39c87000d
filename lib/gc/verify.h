/* SPDX-License-Identifier: MIT */
/* What the debug build asks of every tp_traverse. */
#ifndef GIL_GC_VERIFY_H
#define GIL_GC_VERIFY_H

#include "object/gchead.h"
#include "state/tstate.h"

#ifdef GIL_DEBUG
/* Around one tp_traverse that counts, and for what it visits. Each stops the process when the type of op lies. */
void gil_gc_verify_begin(GilObject *op);
void gil_gc_verify_visit(GilObject *op);
void gil_gc_verify_end(GilObject *op);
/* After the counting of a list: nothing was met more often than it has references. */
void gil_gc_verify_counts(struct gil_gc_head *list);
/* Count the references of all tracked objects, with all of these checks, and set the lists right again. Collects nothing. */
void gil_gc_verify_all(GilThreadState *ts);
#else
static inline void
gil_gc_verify_begin(GilObject *op)
{
    (void)op;
}
static inline void
gil_gc_verify_visit(GilObject *op)
{
    (void)op;
}
static inline void
gil_gc_verify_end(GilObject *op)
{
    (void)op;
}
static inline void
gil_gc_verify_counts(struct gil_gc_head *list)
{
    (void)list;
}
#endif

#endif
