/* SPDX-License-Identifier: MIT */
/* A type to test the collector with: boxes that hold two objects, are counted, and do at their end what a test wants. */
#ifndef TESTS_BOX_H
#define TESTS_BOX_H

#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>
#include <stddef.h>

struct box {
    GilObject_HEAD
    GilObject *first, *second;
    GilObject *weaklist;
    int number;
};

static int boxes_gone;      /* destroyed */
static int boxes_finalized; /* by box_finalize() */
static void (*box_finalizer)(struct box *box);

static inline struct box *
box_of(GilObject *op)
{
    return (struct box *)op;
}

static inline int
box_traverse(GilObject *self, visitproc visit, void *arg)
{
    Gil_VISIT(Gil_TYPE(self));
    Gil_VISIT(box_of(self)->first);
    Gil_VISIT(box_of(self)->second);
    return 0;
}

static inline int
box_clear(GilObject *self)
{
    Gil_CLEAR(box_of(self)->first);
    Gil_CLEAR(box_of(self)->second);
    return 0;
}

static inline void
box_finalize(GilObject *self)
{
    boxes_finalized++;
    if (box_finalizer != NULL)
        box_finalizer(box_of(self));
}

static inline void
box_dealloc(GilObject *self)
{
    GilTypeObject *type = Gil_TYPE(self);

    if (GilObject_CallFinalizerFromDealloc(self) < 0)
        return;
    GilObject_GC_UnTrack(self);
    GilObject_ClearWeakRefs(self);
    boxes_gone++;
    box_clear(self);
    GilObject_GC_Del(self);
    Gil_DECREF(type);
}

static GilMemberDef box_members[] = {
    {"__weaklistoffset__", Gil_T_PYSSIZET, offsetof(struct box, weaklist), Gil_READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

/* A type of boxes with another tp_traverse, or NULL; with finalizers or without; and with tp_del, or NULL. */
static inline GilTypeObject *
box_type_of(const char *name, traverseproc traverse, int finalizers, destructor del)
{
    GilType_Slot slots[8] = {
        {Gil_tp_dealloc, (void *)box_dealloc},
        {Gil_tp_traverse, (void *)(traverse != NULL ? traverse : box_traverse)},
        {Gil_tp_clear, (void *)box_clear},
        {Gil_tp_members, box_members},
    };
    int n = 4;
    if (finalizers)
        slots[n++] = (GilType_Slot){Gil_tp_finalize, (void *)box_finalize};
    if (del != NULL)
        slots[n++] = (GilType_Slot){Gil_tp_del, (void *)del};
    GilType_Spec spec = {.name = name, .basicsize = sizeof(struct box), .slots = slots,
                         .flags = Gil_TPFLAGS_DEFAULT | Gil_TPFLAGS_HAVE_GC};
    GilTypeObject *type = (GilTypeObject *)(void *)GilType_FromSpec(&spec);

    ck_assert_ptr_nonnull(type);
    return type;
}

static inline GilTypeObject *
box_type(int finalizers)
{
    return box_type_of("test.Box", NULL, finalizers, NULL);
}

/* Takes first. */
static inline struct box *
box_new(GilTypeObject *type, GilObject *first)
{
    struct box *box = GilObject_GC_New(struct box, type);

    ck_assert_ptr_nonnull(box);
    box->first = first;
    box->second = NULL;
    box->number = 0;
    GilObject_GC_Track(box);
    return box;
}

/* Two boxes that hold each other; the reference to the first is the caller's. */
static inline struct box *
box_circle(GilTypeObject *type)
{
    struct box *a = box_new(type, NULL), *b = box_new(type, Gil_NewRef(a));

    a->first = (GilObject *)b;
    a->number = 1;
    b->number = 2;
    return a;
}

#endif
