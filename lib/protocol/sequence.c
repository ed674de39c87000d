/* SPDX-License-Identifier: MIT */
/* The sequence protocol, as far as it makes no lists, tuples or slices (value/collect.c and value/slice.c do). */
#include "protocol/sequence.h"

#include "gilrt/iter.h"
#include "gilrt/mapping.h"
#include "object/error.h"
#include "object/ops.h"
#include "object/type.h"
#include "protocol/number.h"

/* The slots of o's type; a table of empty slots where it has none. */
static const GilSequenceMethods *
slots_of(GilObject *o)
{
    static const GilSequenceMethods none;
    const GilSequenceMethods *slots = Gil_TYPE(o)->tp_as_sequence;
    return slots != NULL ? slots : &none;
}

static GilObject *
refuse(GilObject *o, const char *what)
{
    return GilErr_Format(GilExc_TypeError, "'%.200s' object %s", Gil_TYPE(o)->tp_name, what);
}

static int
is_mapping(GilObject *o)
{
    const GilMappingMethods *mp = Gil_TYPE(o)->tp_as_mapping;
    return mp != NULL && mp->mp_subscript != NULL;
}

int
GilSequence_Check(GilObject *o)
{
    gil_tstate_need(__func__);
    return o != NULL && (Gil_TYPE(o)->tp_flags & Gil_TPFLAGS_DICT_SUBCLASS) == 0 && slots_of(o)->sq_item != NULL;
}

Gil_ssize_t
GilSequence_Size(GilObject *o)
{
    gil_err_begin(__func__, o != NULL);
    if (o == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (slots_of(o)->sq_length != NULL)
        return slots_of(o)->sq_length(o);
    const GilMappingMethods *mp = Gil_TYPE(o)->tp_as_mapping;
    if (mp != NULL && mp->mp_length != NULL)
        GilErr_Format(GilExc_TypeError, "%.200s is not a sequence", Gil_TYPE(o)->tp_name);
    else
        GilErr_Format(GilExc_TypeError, "object of type '%.200s' has no len()", Gil_TYPE(o)->tp_name);
    return -1;
}

Gil_ssize_t
GilSequence_Length(GilObject *o)
{
    gil_err_begin(__func__, o != NULL);
    if (o == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return GilSequence_Size(o);
}

/* --- joining and repeating --- */

/* o1 + o2 for objects that are sequences by their items only: their nb_add (or nb_inplace_add) is asked. */
static GilObject *
concat_by_number(GilObject *o1, GilObject *o2, binaryfunc add)
{
    return GilSequence_Check(o1) && GilSequence_Check(o2) ? add(o1, o2) : refuse(o1, "can't be concatenated");
}

GilObject *
GilSequence_Concat(GilObject *o1, GilObject *o2)
{
    gil_err_begin(__func__, o1 != NULL && o2 != NULL);
    if (o1 == NULL || o2 == NULL)
        return gil_err_null(__func__);
    if (slots_of(o1)->sq_concat != NULL)
        return slots_of(o1)->sq_concat(o1, o2);
    return concat_by_number(o1, o2, GilNumber_Add);
}

GilObject *
GilSequence_InPlaceConcat(GilObject *o1, GilObject *o2)
{
    gil_err_begin(__func__, o1 != NULL && o2 != NULL);
    if (o1 == NULL || o2 == NULL)
        return gil_err_null(__func__);
    if (slots_of(o1)->sq_inplace_concat != NULL)
        return slots_of(o1)->sq_inplace_concat(o1, o2);
    if (slots_of(o1)->sq_concat != NULL)
        return slots_of(o1)->sq_concat(o1, o2);
    return concat_by_number(o1, o2, GilNumber_InPlaceAdd);
}

static GilObject *
repeat_by_number(GilObject *o, Gil_ssize_t count, binaryfunc multiply)
{
    if (!GilSequence_Check(o))
        return refuse(o, "can't be repeated");
    GilObject *n = gil_ops.int_from_int64(count);
    if (n == NULL)
        return NULL;
    GilObject *result = multiply(o, n);
    Gil_DECREF(n);
    return result;
}

GilObject *
GilSequence_Repeat(GilObject *o, Gil_ssize_t count)
{
    gil_err_begin(__func__, o != NULL);
    if (o == NULL)
        return gil_err_null(__func__);
    if (slots_of(o)->sq_repeat != NULL)
        return slots_of(o)->sq_repeat(o, count);
    return repeat_by_number(o, count, GilNumber_Multiply);
}

GilObject *
GilSequence_InPlaceRepeat(GilObject *o, Gil_ssize_t count)
{
    gil_err_begin(__func__, o != NULL);
    if (o == NULL)
        return gil_err_null(__func__);
    if (slots_of(o)->sq_inplace_repeat != NULL)
        return slots_of(o)->sq_inplace_repeat(o, count);
    if (slots_of(o)->sq_repeat != NULL)
        return slots_of(o)->sq_repeat(o, count);
    return repeat_by_number(o, count, GilNumber_InPlaceMultiply);
}

/* --- items --- */

/* An index below zero counts from the end, where the type knows its length. 0, or -1 with the error set. */
static int
from_end(GilObject *o, Gil_ssize_t *i)
{
    if (*i >= 0 || slots_of(o)->sq_length == NULL)
        return 0;
    Gil_ssize_t length = slots_of(o)->sq_length(o);
    if (length < 0)
        return -1;
    *i += length;
    return 0;
}

GilObject *
GilSequence_GetItem(GilObject *o, Gil_ssize_t i)
{
    gil_err_begin(__func__, o != NULL);
    if (o == NULL)
        return gil_err_null(__func__);
    if (slots_of(o)->sq_item != NULL)
        return from_end(o, &i) < 0 ? NULL : slots_of(o)->sq_item(o, i);
    if (is_mapping(o))
        return GilErr_Format(GilExc_TypeError, "%.200s is not a sequence", Gil_TYPE(o)->tp_name);
    return refuse(o, "does not support indexing");
}

/* o[i] = value, or del o[i] with value NULL. */
static int
assign_item(GilObject *o, Gil_ssize_t i, GilObject *value)
{
    if (slots_of(o)->sq_ass_item != NULL)
        return from_end(o, &i) < 0 ? -1 : slots_of(o)->sq_ass_item(o, i, value);
    if (Gil_TYPE(o)->tp_as_mapping != NULL && Gil_TYPE(o)->tp_as_mapping->mp_ass_subscript != NULL)
        GilErr_Format(GilExc_TypeError, "%.200s is not a sequence", Gil_TYPE(o)->tp_name);
    else
        refuse(o, value != NULL ? "does not support item assignment" : "doesn't support item deletion");
    return -1;
}

int
GilSequence_SetItem(GilObject *o, Gil_ssize_t i, GilObject *v)
{
    gil_err_begin(__func__, o != NULL && v != NULL);
    if (o == NULL || v == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return assign_item(o, i, v);
}

int
GilSequence_DelItem(GilObject *o, Gil_ssize_t i)
{
    gil_err_begin(__func__, o != NULL);
    if (o == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return assign_item(o, i, NULL);
}

/* --- searching --- */

enum search { SEARCH_COUNT, SEARCH_INDEX, SEARCH_CONTAINS };

/* An iterator over what is searched; TypeError in the words of searching. */
static GilObject *
search_iterator(GilObject *o)
{
    GilObject *it = GilObject_GetIter(o);
    if (it == NULL && Gil_TYPE(o)->tp_iter == NULL && GilErr_ExceptionMatches(GilExc_TypeError))
        GilErr_Format(GilExc_TypeError, "argument of type '%.200s' is not a container or iterable",
                      Gil_TYPE(o)->tp_name);
    return it;
}

/* Items of o that equal value: their number, the index of the first, or whether there is one; -1 with the error set. */
static Gil_ssize_t
search(GilObject *o, GilObject *value, enum search what)
{
    GilObject *it = search_iterator(o), *item;
    Gil_ssize_t at = 0, found = 0;
    int more = -1, equal = 0;

    if (it == NULL)
        return -1;
    while ((more = GilIter_NextItem(it, &item)) > 0) {
        equal = GilObject_RichCompareBool(item, value, Gil_EQ);
        Gil_DECREF(item);
        if (equal < 0 || (equal && what != SEARCH_COUNT))
            break;
        found += equal;
        at++; /* counts what is in memory or was computed: it cannot pass the largest value in a lifetime */
    }
    Gil_DECREF(it);
    if (more < 0 || equal < 0)
        return -1;
    if (what == SEARCH_COUNT)
        return found;
    if (what == SEARCH_CONTAINS)
        return more > 0;
    if (more > 0)
        return at;
    GilErr_SetString(GilExc_ValueError, "sequence.index(x): x not in sequence");
    return -1;
}

int
gil_sequence_find(GilObject *o, GilObject *value)
{
    return (int)search(o, value, SEARCH_CONTAINS);
}

Gil_ssize_t
GilSequence_Count(GilObject *o, GilObject *value)
{
    gil_err_begin(__func__, o != NULL && value != NULL);
    if (o == NULL || value == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return search(o, value, SEARCH_COUNT);
}

int
GilSequence_Contains(GilObject *o, GilObject *value)
{
    gil_err_begin(__func__, o != NULL && value != NULL);
    if (o == NULL || value == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (slots_of(o)->sq_contains != NULL)
        return slots_of(o)->sq_contains(o, value);
    return gil_sequence_find(o, value);
}

Gil_ssize_t
GilSequence_Index(GilObject *o, GilObject *value)
{
    gil_err_begin(__func__, o != NULL && value != NULL);
    if (o == NULL || value == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    return search(o, value, SEARCH_INDEX);
}
