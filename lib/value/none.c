/* SPDX-License-Identifier: MIT */
/* The singletons: None, NotImplemented and Ellipsis, each the only instance of its type. */
#include "value/none.h"

#include "gilrt/error.h"
#include "gilrt/tuple.h"
#include "object/ops.h"
#include "object/type.h"

#include <string.h>

GilObject _Gil_NoneStruct = {_Gil_IMMORTAL_REFCNT, &_GilNone_Type};
GilObject _Gil_NotImplementedStruct = {_Gil_IMMORTAL_REFCNT, &_GilNotImplemented_Type};
GilObject _Gil_EllipsisObject = {_Gil_IMMORTAL_REFCNT, &GilEllipsis_Type};

/* None's hash, the same in all processes, as CPython has it since 3.12. */
#define NONE_HASH 0xFCA86420

static GilObject *
only_instance(GilTypeObject *type)
{
    return type == &_GilNone_Type ? Gil_None : type == &GilEllipsis_Type ? Gil_Ellipsis : Gil_NotImplemented;
}

static GilObject *
singleton_repr(GilObject *self)
{
    const char *text = self == Gil_None ? "None" : self == Gil_Ellipsis ? "Ellipsis" : "NotImplemented";
    return gil_ops.str_from_utf8(text, strlen(text));
}

static GilObject *
singleton_new(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    if (GilTuple_GET_SIZE(args) > 0 || (kwargs != NULL && gil_ops.dict_size(kwargs) > 0))
        return GilErr_Format(GilExc_TypeError, "%s takes no arguments", type->tp_name);
    return only_instance(type);
}

static Gil_hash_t
none_hash(GilObject *Gil_UNUSED(self))
{
    return NONE_HASH;
}

static int
none_bool(GilObject *Gil_UNUSED(self))
{
    return 0;
}

/* It is no truth value: whoever asks has forgotten to try the other operand. */
static int
not_implemented_bool(GilObject *Gil_UNUSED(self))
{
    GilErr_SetString(GilExc_TypeError, "NotImplemented should not be used in a boolean context");
    return -1;
}

static GilNumberMethods none_as_number = {.nb_bool = none_bool};
static GilNumberMethods not_implemented_as_number = {.nb_bool = not_implemented_bool};

#define SINGLETON_FLAGS (Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE)

GilTypeObject _GilNone_Type = {
    GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "NoneType",
    .tp_basicsize = sizeof(GilObject),
    .tp_repr = singleton_repr,
    .tp_as_number = &none_as_number,
    .tp_hash = none_hash,
    .tp_flags = SINGLETON_FLAGS,
    .tp_doc = "The type of the None singleton.",
    .tp_new = singleton_new,
};

GilTypeObject _GilNotImplemented_Type = {
    GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "NotImplementedType",
    .tp_basicsize = sizeof(GilObject),
    .tp_repr = singleton_repr,
    .tp_as_number = &not_implemented_as_number,
    .tp_flags = SINGLETON_FLAGS,
    .tp_doc = "The type of the NotImplemented singleton.",
    .tp_new = singleton_new,
};

GilTypeObject GilEllipsis_Type = {
    GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "ellipsis",
    .tp_basicsize = sizeof(GilObject),
    .tp_repr = singleton_repr,
    .tp_flags = SINGLETON_FLAGS,
    .tp_doc = "The type of the Ellipsis singleton.",
    .tp_new = singleton_new,
};

int
gil_none_start(void)
{
    if (gil_type_ready(&_GilNone_Type) < 0 || gil_type_ready(&_GilNotImplemented_Type) < 0)
        return -1;
    return gil_type_ready(&GilEllipsis_Type);
}
