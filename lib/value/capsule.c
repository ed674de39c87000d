/* SPDX-License-Identifier: MIT */
/*
 * Capsules.
 *
 * A destructor is user code that runs while the capsule dies: it gets the capsule whole, with a reference that is
 * lent to it, and an error that was pending is put aside meanwhile. It runs once, even when it brings the capsule
 * back to life.
 */
#include "value/capsule.h"

#include "gilrt/unicode.h"
#include "object/alloc.h"
#include "object/error.h"
#include "object/type.h"

#include <string.h>

struct capsule {
    GilObject_HEAD
    void *pointer; /* [gil] never NULL */
    const char *name;
    void *context;
    GilCapsule_Destructor destructor; /* [gil] NULL: none, or it ran */
};

/* The capsule of that object; NULL with ValueError. */
static struct capsule *
need_capsule(const char *func, GilObject *op)
{
    if (op != NULL && GilCapsule_CheckExact(op))
        return (struct capsule *)(void *)op;
    GilErr_Format(GilExc_ValueError, "%s called with invalid GilCapsule object", func);
    return NULL;
}

static int
same_name(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void
capsule_dealloc(GilObject *op)
{
    struct capsule *capsule = (struct capsule *)(void *)op;
    GilCapsule_Destructor destroy = capsule->destructor;
    if (destroy != NULL) {
        GilThreadState *ts = gil_tstate_need(__func__);
        struct gil_indicator saved = gil_err_save(ts);
        capsule->destructor = NULL;
        op->ob_refcnt = 1;
        destroy(op); /* may run anything */
        if (gil_err_pending(ts))
            GilErr_FormatUnraisable("Exception ignored in the destructor of a capsule");
        gil_err_restore(ts, saved);
        if (op->ob_refcnt != 1) { /* it kept the capsule */
            if (op->ob_refcnt > 0)
                op->ob_refcnt--;
            return;
        }
        op->ob_refcnt = 0;
    }
    gil_object_free(op);
}

static GilObject *
capsule_repr(GilObject *op)
{
    struct capsule *capsule = (struct capsule *)(void *)op;
    const char *quote = capsule->name != NULL ? "\"" : "";
    return GilUnicode_FromFormat("<capsule object %s%s%s at %p>", quote, capsule->name != NULL ? capsule->name : "NULL",
                                 quote, (void *)op);
}

GilTypeObject GilCapsule_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "GilCapsule",
    .tp_basicsize = sizeof(struct capsule),
    .tp_dealloc = capsule_dealloc,
    .tp_repr = capsule_repr,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_doc = "A C pointer on its way from one module to another.",
};

GilObject *
GilCapsule_New(void *pointer, const char *name, GilCapsule_Destructor destroy)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (pointer == NULL) {
        GilErr_SetString(GilExc_ValueError, "GilCapsule_New called with null pointer");
        return NULL;
    }
    struct capsule *capsule = (struct capsule *)(void *)gil_object_alloc(ts, &GilCapsule_Type, 0);
    if (capsule == NULL)
        return NULL;
    capsule->pointer = pointer;
    capsule->name = name;
    capsule->context = NULL;
    capsule->destructor = destroy;
    return &capsule->ob_base;
}

void *
GilCapsule_GetPointer(GilObject *capsule, const char *name)
{
    gil_tstate_need(__func__);
    struct capsule *c = need_capsule(__func__, capsule);
    if (c == NULL)
        return NULL;
    if (!same_name(c->name, name)) {
        GilErr_Format(GilExc_ValueError, "%s called with incorrect name", __func__);
        return NULL;
    }
    return c->pointer;
}

GilCapsule_Destructor
GilCapsule_GetDestructor(GilObject *capsule)
{
    gil_tstate_need(__func__);
    struct capsule *c = need_capsule(__func__, capsule);
    return c == NULL ? NULL : c->destructor;
}

const char *
GilCapsule_GetName(GilObject *capsule)
{
    gil_tstate_need(__func__);
    struct capsule *c = need_capsule(__func__, capsule);
    return c == NULL ? NULL : c->name;
}

void *
GilCapsule_GetContext(GilObject *capsule)
{
    gil_tstate_need(__func__);
    struct capsule *c = need_capsule(__func__, capsule);
    return c == NULL ? NULL : c->context;
}

int
GilCapsule_IsValid(GilObject *capsule, const char *name)
{
    gil_tstate_need(__func__);
    return capsule != NULL && GilCapsule_CheckExact(capsule) &&
           same_name(((struct capsule *)(void *)capsule)->name, name);
}

int
GilCapsule_SetPointer(GilObject *capsule, void *pointer)
{
    gil_tstate_need(__func__);
    struct capsule *c = need_capsule(__func__, capsule);
    if (c == NULL)
        return -1;
    if (pointer == NULL) {
        GilErr_Format(GilExc_ValueError, "%s called with null pointer", __func__);
        return -1;
    }
    c->pointer = pointer;
    return 0;
}

int
GilCapsule_SetDestructor(GilObject *capsule, GilCapsule_Destructor destroy)
{
    gil_tstate_need(__func__);
    struct capsule *c = need_capsule(__func__, capsule);
    if (c == NULL)
        return -1;
    c->destructor = destroy;
    return 0;
}

int
GilCapsule_SetName(GilObject *capsule, const char *name)
{
    gil_tstate_need(__func__);
    struct capsule *c = need_capsule(__func__, capsule);
    if (c == NULL)
        return -1;
    c->name = name;
    return 0;
}

int
GilCapsule_SetContext(GilObject *capsule, void *context)
{
    gil_tstate_need(__func__);
    struct capsule *c = need_capsule(__func__, capsule);
    if (c == NULL)
        return -1;
    c->context = context;
    return 0;
}

int
gil_capsule_start(void)
{
    return gil_type_ready(&GilCapsule_Type);
}
