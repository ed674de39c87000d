/* SPDX-License-Identifier: MIT */
/* The root of all types: what an object does when its type says nothing. */
#include "object/error.h"
#include "object/object.h"
#include "object/ops.h"
#include "object/type.h"

/* Whether a call brought arguments that object has no use for. */
static int
has_arguments(GilObject *args, GilObject *kwargs)
{
    GilObject **items;

    return (args != NULL && gil_ops.tuple_items(args, &items) > 0) || (kwargs != NULL && gil_ops.dict_size(kwargs) > 0);
}

static int object_init(GilObject *self, GilObject *args, GilObject *kwargs);

/*
 * Arguments are let through when exactly one of tp_new and tp_init was overridden: then they are for that one. A type
 * that overrides both must not hand them on; one that overrides neither takes none.
 */
static GilObject *
object_new(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    if (has_arguments(args, kwargs)) {
        if (type->tp_new != GilBaseObject_Type.tp_new) {
            GilErr_SetString(GilExc_TypeError, "object.__new__() takes exactly one argument (the type to instantiate)");
            return NULL;
        }
        if (type->tp_init == object_init) {
            GilErr_Format(GilExc_TypeError, "%s() takes no arguments", gil_type_short_name(type));
            return NULL;
        }
    }
    return type->tp_alloc(type, 0);
}

static int
object_init(GilObject *self, GilObject *args, GilObject *kwargs)
{
    GilTypeObject *type = Gil_TYPE(self);

    if (!has_arguments(args, kwargs))
        return 0;
    if (type->tp_init != object_init) {
        GilErr_SetString(GilExc_TypeError, "object.__init__() takes exactly one argument (the instance to initialize)");
        return -1;
    }
    if (type->tp_new == object_new) {
        GilErr_Format(GilExc_TypeError, "%s() takes no arguments", gil_type_short_name(type));
        return -1;
    }
    return 0;
}

static void
object_dealloc(GilObject *self)
{
    Gil_TYPE(self)->tp_free(self);
}

static GilObject *
object_str(GilObject *self)
{
    return Gil_TYPE(self)->tp_repr(self);
}

static GilObject *
object_richcompare(GilObject *self, GilObject *other, int op)
{
    /* Different objects may still be equal in the eyes of the other one. */
    if (op == Gil_EQ && self == other)
        return _Gil_RichResult(1);
    if (op != Gil_NE || Gil_TYPE(self)->tp_richcompare == NULL)
        return Gil_NotImplemented;
    /* Unequal is what is not equal. */
    GilObject *equal = Gil_TYPE(self)->tp_richcompare(self, other, Gil_EQ);
    if (equal == NULL || equal == Gil_NotImplemented)
        return equal;
    int truth = GilObject_IsTrue(equal);
    Gil_DECREF(equal);
    return truth < 0 ? NULL : _Gil_RichResult(!truth);
}

static GilObject *
object_get_class(GilObject *self, void *closure)
{
    (void)closure;
    return Gil_NewRef(Gil_TYPE(self));
}

static GilGetSetDef object_getset[] = {
    {"__class__", object_get_class, NULL, "the object's class", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

GilTypeObject GilBaseObject_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "object",
    .tp_basicsize = sizeof(GilObject),
    .tp_dealloc = object_dealloc,
    .tp_repr = gil_object_default_repr,
    .tp_hash = gil_object_hash_identity,
    .tp_str = object_str,
    .tp_getattro = GilObject_GenericGetAttr,
    .tp_setattro = GilObject_GenericSetAttr,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_BASETYPE,
    .tp_doc = "The base class of the class hierarchy.",
    .tp_richcompare = object_richcompare,
    .tp_getset = object_getset,
    .tp_init = object_init,
    .tp_alloc = GilType_GenericAlloc,
    .tp_new = object_new,
    .tp_free = gil_object_tp_free,
};
