/* SPDX-License-Identifier: MIT */
/* The 16 bytes before an object whose type has Gil_TPFLAGS_HAVE_GC. */
#ifndef GIL_OBJECT_GCHEAD_H
#define GIL_OBJECT_GCHEAD_H

#include "gilrt/typeobject.h"

/*
 * Links of the interpreter's list of tracked objects. Untracked: next is NULL. The list is changed only under the
 * interpreter's lock.
 *
 * Bit 0 of prev: tp_finalize has run. It is set once, by GilObject_CallFinalizer(), and stays until the memory goes:
 * tracking and untracking keep it.
 */
struct gil_gc_head {
    struct gil_gc_head *next; /* [gil] */
    uintptr_t prev;           /* [gil] a pointer and the bit */
};

#define GIL_GC_FINALIZED ((uintptr_t)1)

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
    return (struct gil_gc_head *)(head->prev & ~GIL_GC_FINALIZED);
}

static inline void
gil_gc_set_prev(struct gil_gc_head *head, struct gil_gc_head *prev)
{
    head->prev = (uintptr_t)prev | (head->prev & GIL_GC_FINALIZED);
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
    struct gil_gc_head *last = gil_gc_prev(list);
    gil_gc_set_prev(head, last);
    head->next = list;
    last->next = head;
    list->prev = (uintptr_t)head; /* the list's own head is no object and has no bit to keep */
}

static inline void
gil_gc_unlink(void *op)
{
    struct gil_gc_head *head = gil_gc_head(op);
    if (head->next != NULL) {
        struct gil_gc_head *prev = gil_gc_prev(head);
        prev->next = head->next;
        gil_gc_set_prev(head->next, prev);
        head->next = NULL;
        gil_gc_set_prev(head, NULL);
    }
}

#endif
