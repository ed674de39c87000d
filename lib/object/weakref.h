/* SPDX-License-Identifier: MIT */
/* Weak references from inside: their layout, and what destructors, proxies and the collector do with them. */
#ifndef GIL_OBJECT_WEAKREF_H
#define GIL_OBJECT_WEAKREF_H

#include "gilrt/typeobject.h"
#include "gilrt/weakref.h"
#include "state/tstate.h"

/* A reference object or a proxy. See object/weakref.c. */
struct gil_weakref {
    GilObject_HEAD
    GilObject *object;            /* [gil] the referent, not counted; NULL: dead */
    GilObject *callback;          /* [gil] strong; NULL: none, or it was called */
    GilWeakref_Callback function; /* [gil] a callback in C; NULL: none, or it was called */
    void *arg;                    /* [const] its argument */
    Gil_hash_t hash;              /* [gil] the referent's, or -1: nobody asked */
    vectorcallfunc vectorcall;    /* [const] of reference objects */
    struct gil_weakref *next;     /* [gil] in the referent's list, or in a queue */
    struct gil_weakref **link;    /* [gil] what points to this one in the list; NULL: in no list */
};

static inline struct gil_weakref *
gil_weakref(GilObject *op)
{
    return (struct gil_weakref *)(void *)op;
}

/* Where op keeps the head of its list of weak references; NULL: its type does not have them. */
static inline struct gil_weakref **
gil_weakref_list(GilObject *op)
{
    Gil_ssize_t offset = Gil_TYPE(op)->tp_weaklistoffset;
    return offset > 0 ? (struct gil_weakref **)(void *)((char *)op + offset) : NULL;
}

/* Whether op is a reference object or a proxy. */
int gil_weakref_check(GilObject *op);
/* The referent, or NULL when it is dead. New reference; raises nothing. */
GilObject *gil_weakref_get(const struct gil_weakref *ref);
/*
 * An exact instance of type (ref or a proxy type) for ob; callback may be NULL or None. One without a callback may be
 * an old one. New reference, or NULL with TypeError, ReferenceError or MemoryError.
 */
GilObject *gil_weakref_new(GilThreadState *ts, GilObject *ob, GilTypeObject *type, GilObject *callback);

/* Slots that reference objects and proxies share. */
void gil_weakref_dealloc(GilObject *op);
int gil_weakref_traverse(GilObject *op, visitproc visit, void *arg);
int gil_weakref_tp_clear(GilObject *op);

/*
 * For the collector. Weak references whose referents died and whose callbacks are still to run, in that order; each
 * is held by a reference of the queue's. Needs no memory.
 */
struct gil_weakref_queue {
    struct gil_weakref *first, **last; /* [own] */
};

static inline void
gil_weakref_queue_init(struct gil_weakref_queue *queue)
{
    queue->first = NULL;
    queue->last = &queue->first;
}

/*
 * op is garbage, and alive still: from now on its weak references say that it is dead. Those with a callback go into
 * the queue, unless is_trash(ref, arg) says that the weak reference is garbage itself: its callback will never run. And
 * when op is a weak reference it lets go of its referent, so that nothing happens to it when that dies. Call it for all
 * objects of the garbage before the first finalizer runs. Runs nothing, needs no memory, gives no reference back.
 */
void gil_weakref_clear_garbage(GilObject *op, int (*is_trash)(GilObject *ref, void *arg), void *arg,
                               struct gil_weakref_queue *queue);
/* Call the callbacks and empty the queue. The pending error stays as it is. May run anything. */
void gil_weakref_run_callbacks(GilThreadState *ts, struct gil_weakref_queue *queue);
/* For weak references that finalizers made to garbage: op is dead to all that there are, without callbacks. Runs
 * nothing. */
void gil_weakref_clear_silently(GilObject *op);

/* Check what must hold of op's list; stops the process where it does not. For tests and debug builds. */
void gil_weakref_validate(GilObject *op);

/* Ready the type. 0, or -1: no memory. */
int gil_weakref_start(void);

#endif
