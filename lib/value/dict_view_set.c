/* SPDX-License-Identifier: MIT */
/*
 * Views of keys and items as sets: operators, comparisons, isdisjoint.
 *
 * An operator has a view on one side and anything iterable on the other. Its result is a set made of the left operand
 * and changed by the right one: so what may happen while elements are asked is the business of set_algebra.c alone. The
 * rest walks one side by an iterator, which notices a dict that changed, and asks the other whether it has the item; so
 * does `&`, for items may have values without a hash, and none is asked for that is not in the result.
 */
#include "gilrt/error.h"
#include "gilrt/iter.h"
#include "gilrt/mapping.h"
#include "gilrt/sequence.h"
#include "object/error.h"
#include "value/dict.h"
#include "value/set.h"

/* A set of what v yields, changed by w. */
static GilObject *
combine(GilObject *v, GilObject *w, int (*change)(GilThreadState *, struct gil_set *, GilObject *))
{
    GilObject *result = GilSet_New(v); /* may run anything */
    if (result != NULL && change(gil_tstate_need(__func__), gil_set(result), w) < 0) /* may run anything */
        Gil_CLEAR(result);
    return result;
}

static GilObject *
view_or(GilObject *v, GilObject *w)
{
    return combine(v, w, gil_set_update);
}

static GilObject *
view_xor(GilObject *v, GilObject *w)
{
    return combine(v, w, gil_set_symmetric_difference_update);
}

static GilObject *
view_subtract(GilObject *v, GilObject *w)
{
    return combine(v, w, gil_set_difference_update);
}

/* Whether some item of what is iterated is in container, or with wanted 0, some is not. 1, 0, -1. With a set to put them
 * into, all of them are looked for, and the answer is 0. May run anything. */
static int
any_item(GilObject *iterable, GilObject *container, int wanted, GilObject *all)
{
    GilObject *it = GilObject_GetIter(iterable), *item;
    int rc = -1, found = 0;
    if (it == NULL)
        return -1;
    while (!found && (rc = GilIter_NextItem(it, &item)) == 1) {
        int in = GilSequence_Contains(container, item);
        found = in == wanted;
        if (found && all != NULL)
            found = in = GilSet_Add(all, item);
        Gil_DECREF(item);
        if (in < 0) {
            rc = -1;
            break;
        }
    }
    Gil_DECREF(it);
    return rc < 0 ? -1 : found;
}

/* The smaller side is walked, and the other asked; what is neither set nor view has no size, and cannot be asked. */
static GilObject *
view_and(GilObject *v, GilObject *w)
{
    GilObject *view = GilDictViewSet_Check(v) ? v : w, *other = view == v ? w : v, *result = GilSet_New(NULL);
    if (result == NULL)
        return NULL;
    int sized = GilAnySet_CheckExact(other) || GilDictViewSet_Check(other);
    int walk_view = sized && GilObject_Size(view) <= GilObject_Size(other);
    if (any_item(walk_view ? view : other, walk_view ? other : view, 1, result) < 0)
        Gil_CLEAR(result);
    return result;
}

GilNumberMethods gil_dict_view_as_number = {
    .nb_and = view_and,
    .nb_or = view_or,
    .nb_xor = view_xor,
    .nb_subtract = view_subtract,
};

/* Whether every item of v is in w, where v has so many. 1, 0, -1. */
static int
is_subset(GilObject *v, GilObject *w, int proper)
{
    Gil_ssize_t left = GilObject_Size(v), right = left < 0 ? -1 : GilObject_Size(w); /* w may be of a subclass */
    if (right < 0)
        return -1;
    if (proper ? left >= right : left > right)
        return 0;
    int missing = any_item(v, w, 0, NULL);
    return missing < 0 ? -1 : !missing;
}

static int
is_equal(GilObject *v, GilObject *w)
{
    Gil_ssize_t left = GilObject_Size(v), right = left < 0 ? -1 : GilObject_Size(w);
    if (right < 0)
        return -1;
    return left == right ? is_subset(v, w, 0) : 0;
}

GilObject *
gil_dict_view_richcompare(GilObject *v, GilObject *w, int op)
{
    int truth;
    if (!gil_anyset_check(w) && !GilDictViewSet_Check(w))
        Gil_RETURN_NOTIMPLEMENTED;
    switch (op) {
    case Gil_LT:
    case Gil_LE:
        truth = is_subset(v, w, op == Gil_LT);
        break;
    case Gil_GT:
    case Gil_GE:
        truth = is_subset(w, v, op == Gil_GT);
        break;
    default:
        truth = is_equal(v, w);
        if (truth >= 0 && op == Gil_NE)
            truth = !truth;
    }
    return truth < 0 ? NULL : _Gil_RichResult(truth);
}

GilObject *
gil_dict_view_isdisjoint(GilObject *op, GilObject *other)
{
    int common = op == other ? GilObject_Size(op) > 0 : any_item(other, op, 1, NULL);
    return common < 0 ? NULL : _Gil_RichResult(!common);
}
