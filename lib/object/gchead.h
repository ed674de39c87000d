/* SPDX-License-Identifier: MIT */
/* The 16 bytes before an object whose type has Gil_TPFLAGS_HAVE_GC. */
#ifndef GIL_OBJECT_GCHEAD_H
#define GIL_OBJECT_GCHEAD_H

#include "gilrt/typeobject.h"

/*
 * Links of one of the interpreter's lists of tracked objects: a ring that begins and ends at a head of its own. Untracked:
 * next is NULL. The lists are changed only under the interpreter's lock.
 *
 * Heads lie at multiples of 16, so prev has four bits to spare:
 *
 *     bit 0      tp_finalize has run. Set once, by GilObject_CallFinalizer(), and stays until the memory goes.
 *     bit 1      clear: prev is the link back, bits 2 and 3 are the object's generation.
 *                set: the object is in the hands of a collection, and bits 2 and 3 say what prev means (gc/partition.c).
 *                Whenever anything but a tp_traverse can run, prev is the link back all the same.
 *
 * Who tracks and untracks keeps bit 0 and makes the others 0: a tracked object begins in the youngest generation.
 */
struct gil_gc_head {
    _Alignas(16) struct gil_gc_head *next; /* [gil] */
    uintptr_t prev;                        /* [gil] */
};

#define GIL_GC_FINALIZED ((uintptr_t)1)
#define GIL_GC_BUSY ((uintptr_t)2)
#define GIL_GC_PLACE ((uintptr_t)12)
#define GIL_GC_PLACE_SHIFT 2
#define GIL_GC_BITS ((uintptr_t)15)

/*
 * Lists and tuples as the collector sees them, which goes through their items by itself. The value layer asserts that
 * its structs begin like that.
 */
struct gil_gc_list {
    GilVarObject head;
    GilObject **items; /* [gil] */
};
struct gil_gc_tuple {
    GilVarObject head;
    GilObject *items[1]; /* [gil] */
};

static inline struct gil_gc_head *
gil_gc_head(const void *op)
{
    return (struct gil_gc_head *)op - 1;
}

static inline GilObject *
gil_gc_object(struct gil_gc_head *head)
{
    return (GilObject *)(void *)(head + 1);
}

static inline struct gil_gc_head *
gil_gc_prev(const struct gil_gc_head *head)
{
    return (struct gil_gc_head *)(head->prev & ~GIL_GC_BITS);
}

static inline void
gil_gc_set_prev(struct gil_gc_head *head, struct gil_gc_head *prev)
{
    head->prev = (uintptr_t)prev | (head->prev & GIL_GC_BITS);
}

static inline int
gil_type_has_gc(const GilTypeObject *type)
{
    return (type->tp_flags & Gil_TPFLAGS_HAVE_GC) != 0;
}

static inline int
gil_gc_is_tracked(const void *op)
{
    return gil_gc_head(op)->next != NULL;
}

static inline void
gil_gc_list_init(struct gil_gc_head *list)
{
    list->next = list;
    list->prev = (uintptr_t)list;
}

static inline void
gil_gc_link(struct gil_gc_head *list, void *op)
{
    struct gil_gc_head *head = gil_gc_head(op);
    struct gil_gc_head *last = (struct gil_gc_head *)list->prev; /* the list's own head is no object and has no bits */
    head->prev = (uintptr_t)last | (head->prev & GIL_GC_FINALIZED);
    head->next = list;
    last->next = head;
    list->prev = (uintptr_t)head;
}

/* For an object whose prefix is as it was made. */
static inline void
gil_gc_link_new(struct gil_gc_head *list, void *op)
{
    struct gil_gc_head *head = gil_gc_head(op);
    struct gil_gc_head *last = (struct gil_gc_head *)list->prev;
    head->prev = (uintptr_t)last;
    head->next = list;
    last->next = head;
    list->prev = (uintptr_t)head;
}

/* Out of the list, for an object whose prefix nobody looks at any more: the next step is to free it. */
static inline void
gil_gc_unlink_last(void *op)
{
    struct gil_gc_head *head = gil_gc_head(op);
    if (head->next != NULL) {
        struct gil_gc_head *prev = gil_gc_prev(head);
        prev->next = head->next;
        head->next->prev += (uintptr_t)prev - (uintptr_t)head; /* its bits stay */
    }
}

static inline void
gil_gc_unlink(void *op)
{
    struct gil_gc_head *head = gil_gc_head(op);
    if (head->next != NULL) {
        gil_gc_unlink_last(op);
        head->next = NULL;
        head->prev &= GIL_GC_FINALIZED;
    }
}

#endif
