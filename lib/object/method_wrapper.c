/* SPDX-License-Identifier: MIT */
/*
 * A slot of a type bound to an instance.
 *
 * The wrapper holds the type whose slot it is, which need not be the instance's own: a derived type may fill the slot
 * anew, and calling the base's is what one fetches a slot by name for.
 */
#include "object/method_wrapper.h"

#include "gilrt/gc.h"
#include "object/alloc.h"
#include "object/error.h"
#include "object/format.h"
#include "object/ops.h"
#include "object/slotdef.h"

struct method_wrapper {
    GilObject_HEAD
    GilObject *self;             /* [gil] strong */
    GilTypeObject *owner;        /* [gil] strong */
    struct gil_name_entry entry; /* [const] a constant's copy */
};

static struct method_wrapper *
wrapper_of(GilObject *op)
{
    return (struct method_wrapper *)(void *)op;
}

static void
wrapper_dealloc(GilObject *op)
{
    GilObject *self = wrapper_of(op)->self;
    GilTypeObject *owner = wrapper_of(op)->owner;

    gil_object_untrack(op);
    gil_object_free(op);
    Gil_DECREF(self); /* may run anything */
    Gil_DECREF(owner);
}

static int
wrapper_traverse(GilObject *op, visitproc visit, void *arg)
{
    Gil_VISIT(wrapper_of(op)->self);
    Gil_VISIT(wrapper_of(op)->owner);
    return 0;
}

static GilObject *
wrapper_repr(GilObject *op)
{
    const struct method_wrapper *wrapper = wrapper_of(op);
    struct gil_text text;
    char buffer[320];

    gil_text_init_fixed(&text, buffer, sizeof buffer);
    if (gil_text_append_format(&text, "<method-wrapper '%s' of %.200s object at %p>", wrapper->entry.name,
                               Gil_TYPE(wrapper->self)->tp_name, (void *)wrapper->self) < 0)
        return NULL;
    return gil_ops.str_from_utf8(text.data, text.len);
}

static GilObject *
wrapper_call(GilObject *op, GilObject *args, GilObject *kwargs)
{
    struct method_wrapper *wrapper = wrapper_of(op);

    return gil_slot_call(&wrapper->entry, wrapper->owner, wrapper->self, args, kwargs);
}

/* A wrapper is made anew at each use, so two of them are equal when they would do the same. */
static GilObject *
wrapper_richcompare(GilObject *v, GilObject *w, int op)
{
    if ((op != Gil_EQ && op != Gil_NE) || Gil_TYPE(v) != Gil_TYPE(w))
        return Gil_NotImplemented;
    const struct method_wrapper *a = wrapper_of(v), *b = wrapper_of(w);
    int equal = a->self == b->self && a->owner == b->owner && a->entry.name == b->entry.name;
    return _Gil_RichResult(op == Gil_EQ ? equal : !equal);
}

static Gil_hash_t
wrapper_hash(GilObject *op)
{
    uintptr_t self = (uintptr_t)wrapper_of(op)->self, name = (uintptr_t)wrapper_of(op)->entry.name;
    Gil_hash_t hash = (Gil_hash_t)((self >> 4 | self << 60) ^ name);

    return hash != -1 ? hash : -2;
}

static GilObject *
get_name(GilObject *op, void *closure)
{
    const struct gil_name_entry *entry = &wrapper_of(op)->entry;
    (void)closure;

    return gil_ops.str_from_utf8(entry->name, entry->len);
}

static GilGetSetDef wrapper_getset[] = {
    {"__name__", get_name, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static GilMemberDef wrapper_members[] = {
    {"__self__", _Gil_T_OBJECT, offsetof(struct method_wrapper, self), Gil_READONLY, NULL},
    {"__objclass__", _Gil_T_OBJECT, offsetof(struct method_wrapper, owner), Gil_READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

GilTypeObject gil_method_wrapper_type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "method-wrapper",
    .tp_basicsize = sizeof(struct method_wrapper),
    .tp_dealloc = wrapper_dealloc,
    .tp_repr = wrapper_repr,
    .tp_hash = wrapper_hash,
    .tp_call = wrapper_call,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_HAVE_GC,
    .tp_traverse = wrapper_traverse,
    .tp_richcompare = wrapper_richcompare,
    .tp_members = wrapper_members,
    .tp_getset = wrapper_getset,
};

GilObject *
gil_method_wrapper_new(GilThreadState *ts, const struct gil_name_entry *entry, GilTypeObject *owner, GilObject *self)
{
    GilObject *op = gil_object_alloc(ts, &gil_method_wrapper_type, 0);

    if (op == NULL)
        return NULL;
    wrapper_of(op)->self = Gil_NewRef(self);
    wrapper_of(op)->owner = (GilTypeObject *)(void *)Gil_NewRef(owner);
    wrapper_of(op)->entry = *entry;
    gil_object_track(ts, op);
    return op;
}

int
gil_method_wrapper_start(void)
{
    return gil_type_ready(&gil_method_wrapper_type);
}
