/* SPDX-License-Identifier: MIT */
/* Which objects of a list are held by nothing but one another. */
#ifndef GIL_GC_PARTITION_H
#define GIL_GC_PARTITION_H

#include "object/gchead.h"

#include <stddef.h>

/* What bits 2 and 3 of gil_gc_head.prev say while bit 1 is clear. */
enum gil_generation { GIL_GC_YOUNG, GIL_GC_MIDDLE, GIL_GC_OLD, GIL_GC_FROZEN, GIL_GC_GENERATIONS };

/* Places that a partition may take its objects from: the generations up to one, or the garbage of an earlier partition. */
#define GIL_GC_UP_TO(generation) (0x55u & ((1u << (2 * (generation) + 1)) - 1))
#define GIL_GC_FROM_TRASH 0x80u

struct gil_partition {
    unsigned from;     /* GIL_GC_UP_TO() or GIL_GC_FROM_TRASH: where all objects of the list are now, and no others */
    unsigned to;       /* the generation of what remains in the list */
    int keep_del;      /* types with tp_del: their instances, and what these reach, are not garbage */
    size_t looked_at;  /* out: objects in the list */
    size_t trash;      /* out: those that went into the list of garbage */
    int has_finalizer; /* out: there is one of a type with tp_finalize that has not run */
    int has_weakref;   /* out: there is a weak reference, or an object that may have some */
    int has_del;       /* out: there is one of a type with tp_del */
};

/*
 * Move from list to trash, in their order, the objects that nothing outside of the list reaches. Looks at all objects with
 * tp_traverse, runs nothing else, needs no memory and a stack that depends on nothing.
 */
void gil_gc_partition(struct gil_gc_head *list, struct gil_gc_head *trash, struct gil_partition *partition);

/* Whether op was found to be garbage and has not been rescued since. */
int gil_gc_is_trash(GilObject *op);

/* Append all of from to list, and leave from empty. */
void gil_gc_splice(struct gil_gc_head *list, struct gil_gc_head *from);
/* Tell all objects of a list that they are in that generation, and set their links back right. */
void gil_gc_rename(struct gil_gc_head *list, unsigned generation);
size_t gil_gc_length(const struct gil_gc_head *list);

/* The first pass alone: the links back are gone until gil_gc_rename(). Returns the length of the list. */
size_t gil_gc_count_references(struct gil_gc_head *list, unsigned from);

/* How many references it found to an object. */
static inline size_t
gil_gc_counted(const struct gil_gc_head *head)
{
    return (head->prev & (GIL_GC_BUSY | GIL_GC_PLACE)) == GIL_GC_BUSY ? head->prev / (GIL_GC_BITS + 1) : 0;
}

/* Whether the collector may look at op's prefix: it has one, and the object is no immortal. */
static inline int
gil_gc_is_visible(GilObject *op)
{
    GilTypeObject *type = op->ob_type;
    return op->ob_refcnt >= 0 && gil_type_has_gc(type) && (type->tp_is_gc == NULL || type->tp_is_gc(op));
}

#endif
