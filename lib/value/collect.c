/* SPDX-License-Identifier: MIT */
/* Any iterable as a list or tuple: the functions of the sequence and mapping protocols that make such. */
#include "gilrt/call.h"
#include "gilrt/dict.h"
#include "gilrt/error.h"
#include "gilrt/iter.h"
#include "gilrt/list.h"
#include "gilrt/mapping.h"
#include "gilrt/sequence.h"
#include "gilrt/tuple.h"
#include "object/error.h"
#include "object/ops.h"

#include <string.h>

GilObject *
GilSequence_List(GilObject *o)
{
    gil_err_begin(__func__, o != NULL);
    if (o == NULL)
        return gil_err_null(__func__);
    GilObject *list = GilList_New(0);
    if (list != NULL && GilList_Extend(list, o) < 0)
        Gil_CLEAR(list);
    return list;
}

GilObject *
GilSequence_Tuple(GilObject *o)
{
    gil_err_begin(__func__, o != NULL);
    if (o == NULL)
        return gil_err_null(__func__);
    if (GilTuple_CheckExact(o))
        return Gil_NewRef(o);
    if (GilList_CheckExact(o))
        return GilList_AsTuple(o);
    GilObject *list = GilSequence_List(o);
    if (list == NULL)
        return NULL;
    GilObject *tuple = GilList_AsTuple(list);
    Gil_DECREF(list);
    return tuple;
}

GilObject *
GilSequence_Fast(GilObject *o, const char *m)
{
    gil_err_begin(__func__, o != NULL && m != NULL);
    if (o == NULL || m == NULL)
        return gil_err_null(__func__);
    if (GilList_CheckExact(o) || GilTuple_CheckExact(o))
        return Gil_NewRef(o);
    GilObject *it = GilObject_GetIter(o);
    if (it == NULL) {
        if (GilErr_ExceptionMatches(GilExc_TypeError))
            GilErr_SetString(GilExc_TypeError, m);
        return NULL;
    }
    GilObject *list = GilSequence_List(it);
    Gil_DECREF(it);
    return list;
}

Gil_ssize_t
_GilSequence_FastSize(GilObject *fast)
{
    gil_tstate_need(__func__);
    return GilList_Check(fast) ? GilList_GET_SIZE(fast) : GilTuple_GET_SIZE(fast);
}

GilObject **
_GilSequence_FastItems(GilObject *fast)
{
    gil_tstate_need(__func__);
    if (GilList_Check(fast))
        return ((GilListObject *)(void *)fast)->ob_item;
    return ((GilTupleObject *)(void *)fast)->ob_item;
}

/* What the method gives, item by item. */
static GilObject *
collect_from_method(const char *func, GilObject *o, const char *method)
{
    if (o == NULL)
        return gil_err_null(func);
    GilObject *name = gil_ops.str_from_utf8(method, strlen(method));
    if (name == NULL)
        return NULL;
    GilObject *made = GilObject_CallMethodNoArgs(o, name);
    Gil_DECREF(name);
    if (made == NULL)
        return NULL;
    GilObject *it = GilObject_GetIter(made);
    if (it == NULL && GilErr_ExceptionMatches(GilExc_TypeError))
        GilErr_Format(GilExc_TypeError, "%.200s.%s() must return an iterable, not %.200s", Gil_TYPE(o)->tp_name, method,
                      Gil_TYPE(made)->tp_name);
    Gil_DECREF(made);
    GilObject *list = it == NULL ? NULL : GilSequence_List(it);
    Gil_XDECREF(it);
    return list;
}

GilObject *
GilMapping_Keys(GilObject *o)
{
    gil_err_begin(__func__, o != NULL);
    return o != NULL && GilDict_CheckExact(o) ? GilDict_Keys(o) : collect_from_method(__func__, o, "keys");
}

GilObject *
GilMapping_Values(GilObject *o)
{
    gil_err_begin(__func__, o != NULL);
    return o != NULL && GilDict_CheckExact(o) ? GilDict_Values(o) : collect_from_method(__func__, o, "values");
}

GilObject *
GilMapping_Items(GilObject *o)
{
    gil_err_begin(__func__, o != NULL);
    return o != NULL && GilDict_CheckExact(o) ? GilDict_Items(o) : collect_from_method(__func__, o, "items");
}
