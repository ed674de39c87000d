/* SPDX-License-Identifier: MIT */
/* bool: the ints 0 and 1 by other names, with logic where both operands are bools. */
#include "value/bool.h"

#include "gilrt/error.h"
#include "gilrt/tuple.h"
#include "object/ops.h"
#include "object/type.h"
#include "value/long.h"

GilLongObject _Gil_FalseStruct = {GilObject_HEAD_INIT(&GilBool_Type) 0, {0}};
GilLongObject _Gil_TrueStruct = {GilObject_HEAD_INIT(&GilBool_Type) 1, {1}};

GilObject *
_Gil_RichResult(int truth)
{
    return truth ? Gil_True : Gil_False;
}

GilObject *
GilBool_FromLong(long v)
{
    gil_tstate_need(__func__);
    return _Gil_RichResult(v != 0);
}

static GilObject *
bool_repr(GilObject *self)
{
    return self == Gil_True ? gil_ops.str_from_utf8("True", 4) : gil_ops.str_from_utf8("False", 5);
}

static GilObject *
bool_and(GilObject *v, GilObject *w)
{
    if (!GilBool_Check(v) || !GilBool_Check(w))
        return gil_long_as_number.nb_and(v, w);
    return _Gil_RichResult(v == Gil_True && w == Gil_True);
}

static GilObject *
bool_or(GilObject *v, GilObject *w)
{
    if (!GilBool_Check(v) || !GilBool_Check(w))
        return gil_long_as_number.nb_or(v, w);
    return _Gil_RichResult(v == Gil_True || w == Gil_True);
}

static GilObject *
bool_xor(GilObject *v, GilObject *w)
{
    if (!GilBool_Check(v) || !GilBool_Check(w))
        return gil_long_as_number.nb_xor(v, w);
    return _Gil_RichResult(v != w);
}

static GilNumberMethods bool_as_number = {
    .nb_and = bool_and,
    .nb_xor = bool_xor,
    .nb_or = bool_or,
};

static GilObject *
bool_new(GilTypeObject *Gil_UNUSED(type), GilObject *args, GilObject *kwargs)
{
    if (kwargs != NULL && gil_ops.dict_size(kwargs) > 0)
        return GilErr_Format(GilExc_TypeError, "bool() takes no keyword arguments");
    Gil_ssize_t n = GilTuple_GET_SIZE(args);
    if (n > 1)
        return GilErr_Format(GilExc_TypeError, "bool expected at most 1 argument, got %zd", n);
    int truth = n == 0 ? 0 : GilObject_IsTrue(GilTuple_GET_ITEM(args, 0));
    return truth < 0 ? NULL : _Gil_RichResult(truth);
}

GilTypeObject GilBool_Type = {
    GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "bool",
    .tp_basicsize = sizeof(struct gil_long),
    .tp_itemsize = sizeof(uint64_t),
    .tp_repr = bool_repr,
    .tp_as_number = &bool_as_number,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_LONG_SUBCLASS,
    .tp_doc = "bool(x=False, /)\n--\n\nWhether x is true: True or False, there are no others.",
    .tp_base = &GilLong_Type,
    .tp_new = bool_new,
};

int
gil_bool_start(void)
{
    return gil_type_ready(&GilBool_Type);
}
