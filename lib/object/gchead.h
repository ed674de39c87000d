/* SPDX-License-Identifier: MIT */
/* The 16 bytes before an object whose type has Gil_TPFLAGS_HAVE_GC. */
#ifndef GIL_OBJECT_GCHEAD_H
#define GIL_OBJECT_GCHEAD_H

#include "gilrt/typeobject.h"

/*
 * Links of the interpreter's list of tracked objects. Untracked: both NULL. Tracked: neither is. The list is changed
 * only under the interpreter's lock.
 */
struct gil_gc_head {
    struct gil_gc_head *next; /* [gil] */
    struct gil_gc_head *prev; /* [gil] */
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
gil_gc_link(struct gil_gc_head *list, void *op)
{
    struct gil_gc_head *head = gil_gc_head(op);
    head->prev = list->prev;
    head->next = list;
    list->prev->next = head;
    list->prev = head;
}

static inline void
gil_gc_unlink(void *op)
{
    struct gil_gc_head *head = gil_gc_head(op);
    if (head->next != NULL) {
        head->prev->next = head->next;
        head->next->prev = head->prev;
        head->next = head->prev = NULL;
    }
}

#endif
