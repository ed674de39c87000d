/* SPDX-License-Identifier: MIT */
/* What the collector keeps an interpreter: the generations, when to collect, and what was done so far. */
#ifndef GIL_GC_GENERATION_H
#define GIL_GC_GENERATION_H

#include "gc/partition.h"
#include "gilrt/gc.h"
#include "object/alloc.h"

struct gil_gc_callback;

/* [gil] The pocket GIL_POCKET_GC. */
struct gil_gc {
    struct gil_gc_head older[3]; /* middle, old, frozen; the youngest is the object layer's, see gil_gc_generation() */
    struct gil_gc_head trash;    /* garbage of the collection that runs; else empty */
    struct gil_gc_head seen;     /* of the garbage, what has been finalized; else empty */
    GilThreadState *collector;   /* who collects now, or goes through all objects; or NULL */
    int enabled;
    int asked_meanwhile; /* a collection was asked for while one ran */

    size_t threshold[3]; /* 0 of the youngest: never by itself */
    size_t count[3];     /* objects tracked, collections of the younger, since the last collection of this generation. Of
                            the youngest, what the object layer still has in its quotas is not in it */
    size_t old;          /* objects that survived the last full collection */
    size_t since;        /* objects that came into the oldest generation after it */

    struct gil_gc_callback *callbacks; /* see callback.c */
    GilGCStats stats;
#ifdef GIL_DEBUG
    size_t stress;            /* verify and ask at every so many tracked objects; 0: not */
    size_t verified;          /* objects that the last verification looked at */
    GilObject *traversed;     /* whose tp_traverse runs, or NULL; see verify.c */
    int saw_type;             /* it visited its type */
    struct gil_gc_owed {
        GilObject **slot;
        const char *name;
        int seen;
    } owed[16];    /* members whose objects it has to visit */
    unsigned owes; /* how many */
    size_t requests, tracked; /* what the heap, and the object layer, had counted before */
    GilObject *error;         /* the pending error before */
#endif
};

static inline struct gil_gc *
gil_gc(const GilThreadState *ts)
{
    return ts->interp->pocket[GIL_POCKET_GC];
}

/* The list of a generation. */
static inline struct gil_gc_head *
gil_gc_generation(const GilThreadState *ts, unsigned generation)
{
    return generation == GIL_GC_YOUNG ? &gil_object_pocket(ts)->tracked : &gil_gc(ts)->older[generation - 1];
}

/* 0, or -1: no memory. */
int gil_gc_generations_start(GilThreadState *ts);
void gil_gc_generations_stop(GilThreadState *ts);

/* Objects tracked since the youngest generation was last collected. */
size_t gil_gc_young_count(const GilThreadState *ts);
/* The generation to collect now: the oldest whose turn it is, or -1. */
int gil_gc_due(const GilThreadState *ts);
/* A generation was collected, and so many survived: counts begin anew. */
void gil_gc_collected(GilThreadState *ts, unsigned generation, size_t survivors);
/* Have the thread collect at its next safe point. */
void gil_gc_ask(GilThreadState *ts);

#endif
