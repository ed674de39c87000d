/* SPDX-License-Identifier: MIT */
/* Printing, comparing, searching, cutting and joining of tuples and lists. */
#include "value/row.h"

#include "gilrt/dict.h"
#include "gilrt/error.h"
#include "gilrt/long.h"
#include "gilrt/number.h"
#include "gilrt/slice.h"
#include "gilrt/unicode.h"
#include "object/error.h"

/* Item i with a reference of its own; NULL without an error when the row has become too short. */
static GilObject *
item_ref(GilObject *row, Gil_ssize_t i)
{
    return i < Gil_SIZE(row) ? Gil_XNewRef(gil_row_items(row)[i]) : NULL;
}

/* A list of the items' reprs. */
static GilObject *
reprs_of(GilObject *row)
{
    GilObject *parts = GilList_New(0);
    if (parts == NULL)
        return NULL;
    for (Gil_ssize_t i = 0; i < Gil_SIZE(row); i++) {
        GilObject *item = item_ref(row, i);
        GilObject *part = GilObject_Repr(item); /* may run anything */
        Gil_XDECREF(item);
        int rc = part == NULL ? -1 : GilList_Append(parts, part);
        Gil_XDECREF(part);
        if (rc < 0) {
            Gil_DECREF(parts);
            return NULL;
        }
    }
    return parts;
}

GilObject *
gil_row_repr(GilObject *row, const char *open, const char *close)
{
    int entered = Gil_ReprEnter(row);
    if (entered != 0)
        return entered < 0 ? NULL : GilUnicode_FromFormat("%s...%s", open, close[0] == ',' ? close + 1 : close);

    GilObject *result = NULL, *text = NULL;
    GilObject *separator = GilUnicode_FromString(", ");
    GilObject *parts = separator == NULL ? NULL : reprs_of(row);
    if (parts != NULL)
        text = GilUnicode_Join(separator, parts);
    if (text != NULL)
        result = GilUnicode_FromFormat("%s%U%s", open, text, close);
    Gil_XDECREF(text);
    Gil_XDECREF(parts);
    Gil_XDECREF(separator);
    Gil_ReprLeave(row);
    return result;
}

/* Index of the first place where the rows differ; one of the lengths when they do not; -1 with the error set. */
static Gil_ssize_t
first_difference(GilObject *v, GilObject *w)
{
    Gil_ssize_t i = 0;
    for (; i < Gil_SIZE(v) && i < Gil_SIZE(w); i++) {
        GilObject *left = gil_row_items(v)[i], *right = gil_row_items(w)[i];
        if (left == right)
            continue;
        Gil_XINCREF(left);
        Gil_XINCREF(right);
        int equal = GilObject_RichCompareBool(left, right, Gil_EQ); /* may run anything */
        Gil_XDECREF(left);
        Gil_XDECREF(right);
        if (equal <= 0)
            return equal < 0 ? -1 : i;
    }
    return i;
}

GilObject *
gil_row_compare(GilObject *v, GilObject *w, int op)
{
    if (Gil_SIZE(v) != Gil_SIZE(w) && (op == Gil_EQ || op == Gil_NE))
        return _Gil_RichResult(op == Gil_NE);

    if (Gil_EnterRecursiveCall(" in comparison") < 0)
        return NULL;
    GilObject *result = NULL;
    Gil_ssize_t i = first_difference(v, w);
    if (i < 0) {
        /* the error stands */
    }
    else if (i >= Gil_SIZE(v) || i >= Gil_SIZE(w)) {
        Gil_ssize_t left = Gil_SIZE(v), right = Gil_SIZE(w);
        result = _Gil_RichResult(op == Gil_EQ   ? left == right
                                 : op == Gil_NE ? left != right
                                 : op == Gil_LT ? left < right
                                 : op == Gil_LE ? left <= right
                                 : op == Gil_GT ? left > right
                                                : left >= right);
    }
    else if (op == Gil_EQ || op == Gil_NE)
        result = _Gil_RichResult(op == Gil_NE);
    else {
        GilObject *left = item_ref(v, i), *right = item_ref(w, i);
        result = GilObject_RichCompare(left, right, op); /* may run anything */
        Gil_XDECREF(left);
        Gil_XDECREF(right);
    }
    Gil_LeaveRecursiveCall();
    return result;
}

static const char *
kind_of(GilObject *row)
{
    return gil_tuple_check(row) ? "tuple" : "list";
}

/* A row of the kind of row with n items, all NULL. */
static GilObject *
new_row(GilObject *row, Gil_ssize_t n)
{
    return gil_tuple_check(row) ? GilTuple_New(n) : GilList_New(n);
}

static void
copy_refs(GilObject **to, GilObject *const *from, Gil_ssize_t step, Gil_ssize_t n)
{
    for (Gil_ssize_t i = 0; i < n; i++)
        to[i] = Gil_XNewRef(from[i * step]);
}

GilObject *
gil_row_item(GilObject *row, Gil_ssize_t i)
{
    if (i < 0 || i >= Gil_SIZE(row)) {
        GilErr_Format(GilExc_IndexError, "%s index out of range", kind_of(row));
        return NULL;
    }
    GilObject *item = gil_row_items(row)[i];
    if (item == NULL)
        GilErr_Format(GilExc_SystemError, "%s item %zd was never set", kind_of(row), i);
    return Gil_XNewRef(item);
}

GilObject *
gil_row_slice(GilObject *row, Gil_ssize_t low, Gil_ssize_t high)
{
    if (GilTuple_CheckExact(row) && low == 0 && high == Gil_SIZE(row))
        return Gil_NewRef(row);
    GilObject *result = new_row(row, high - low);
    if (result != NULL && high > low)
        copy_refs(gil_row_items(result), gil_row_items(row) + low, 1, high - low);
    return result;
}

GilObject *
gil_row_subscript(GilObject *row, GilObject *key)
{
    if (GilIndex_Check(key)) {
        Gil_ssize_t i = GilNumber_AsSsize_t(key, GilExc_IndexError); /* may run anything */
        if (i == -1 && GilErr_Occurred())
            return NULL;
        return gil_row_item(row, i < 0 ? i + Gil_SIZE(row) : i);
    }
    if (!GilSlice_Check(key)) {
        GilErr_Format(GilExc_TypeError, "%s indices must be integers or slices, not %.200s", kind_of(row),
                      Gil_TYPE(key)->tp_name);
        return NULL;
    }
    Gil_ssize_t start, stop, step;
    if (GilSlice_Unpack(key, &start, &stop, &step) < 0) /* may run anything */
        return NULL;
    Gil_ssize_t n = GilSlice_AdjustIndices(Gil_SIZE(row), &start, &stop, step);
    if (step == 1 || n == 0)
        return gil_row_slice(row, n == 0 ? 0 : start, n == 0 ? 0 : start + n);
    GilObject *result = new_row(row, n);
    if (result != NULL)
        copy_refs(gil_row_items(result), gil_row_items(row) + start, step, n);
    return result;
}

GilObject *
gil_row_concat(GilObject *row, GilObject *other)
{
    int same = gil_tuple_check(row) ? gil_tuple_check(other) : gil_list_check(other);
    if (!same) {
        GilErr_Format(GilExc_TypeError, "can only concatenate %s (not \"%.200s\") to %s", kind_of(row),
                      Gil_TYPE(other)->tp_name, kind_of(row));
        return NULL;
    }
    Gil_ssize_t left = Gil_SIZE(row), right = Gil_SIZE(other);
    if (left > GIL_SSIZE_T_MAX - right)
        return GilErr_NoMemory();
    if (right == 0 && GilTuple_CheckExact(row))
        return Gil_NewRef(row);
    if (left == 0 && GilTuple_CheckExact(other))
        return Gil_NewRef(other);
    GilObject *result = new_row(row, left + right);
    if (result != NULL && left + right > 0) {
        copy_refs(gil_row_items(result), gil_row_items(row), 1, left);
        copy_refs(gil_row_items(result) + left, gil_row_items(other), 1, right);
    }
    return result;
}

GilObject *
gil_row_repeat(GilObject *row, Gil_ssize_t n)
{
    Gil_ssize_t size = Gil_SIZE(row);
    if (n < 0)
        n = 0;
    if (GilTuple_CheckExact(row) && (n == 1 || size == 0))
        return Gil_NewRef(row);
    if (size > 0 && n > GIL_SSIZE_T_MAX / size)
        return GilErr_NoMemory();
    GilObject *result = new_row(row, size * n);
    for (Gil_ssize_t k = 0; result != NULL && size > 0 && k < n; k++)
        copy_refs(gil_row_items(result) + k * size, gil_row_items(row), 1, size);
    return result;
}

/* Index of the first item from start below stop that equals value; -1 none; -2 with the error set. */
static Gil_ssize_t
find(GilObject *row, GilObject *value, Gil_ssize_t start, Gil_ssize_t stop)
{
    for (Gil_ssize_t i = start; i < stop && i < Gil_SIZE(row); i++) {
        GilObject *item = gil_row_items(row)[i];
        if (item == value)
            return i;
        Gil_XINCREF(item);
        int equal = GilObject_RichCompareBool(item, value, Gil_EQ); /* may run anything */
        Gil_XDECREF(item);
        if (equal != 0)
            return equal < 0 ? -2 : i;
    }
    return -1;
}

int
gil_row_contains(GilObject *row, GilObject *value)
{
    Gil_ssize_t at = find(row, value, 0, GIL_SSIZE_T_MAX);
    return at == -2 ? -1 : at >= 0;
}

/* A position given to index(): negative counts from the end. 0, or -1 with the error set. */
static int
position(GilObject *row, GilObject *arg, Gil_ssize_t *result)
{
    if (!GilIndex_Check(arg)) {
        GilErr_SetString(GilExc_TypeError, "slice indices must be integers or have an __index__ method");
        return -1;
    }
    Gil_ssize_t i = GilNumber_AsSsize_t(arg, NULL); /* may run anything; cut to the range */
    if (i == -1 && GilErr_Occurred())
        return -1;
    if (i < 0)
        i += Gil_SIZE(row);
    *result = i < 0 ? 0 : i;
    return 0;
}

GilObject *
gil_row_index(GilObject *row, GilObject *const *args, Gil_ssize_t nargs)
{
    Gil_ssize_t start = 0, stop = GIL_SSIZE_T_MAX;
    if (nargs < 1 || nargs > 3) {
        GilErr_Format(GilExc_TypeError, "index expected at %s, got %zd",
                      nargs < 1 ? "least 1 argument" : "most 3 arguments", nargs);
        return NULL;
    }
    if (nargs > 1 && position(row, args[1], &start) < 0)
        return NULL;
    if (nargs > 2 && position(row, args[2], &stop) < 0)
        return NULL;
    Gil_ssize_t at = find(row, args[0], start, stop);
    if (at == -2)
        return NULL;
    if (at >= 0)
        return GilLong_FromSsize_t(at);
    if (gil_list_check(row))
        GilErr_Format(GilExc_ValueError, "%R is not in list", args[0]);
    else
        GilErr_SetString(GilExc_ValueError, "tuple.index(x): x not in tuple");
    return NULL;
}

GilObject *
gil_row_count(GilObject *row, GilObject *value)
{
    Gil_ssize_t count = 0, at = -1;
    while ((at = find(row, value, at + 1, GIL_SSIZE_T_MAX)) >= 0)
        count++;
    return at == -2 ? NULL : GilLong_FromSsize_t(count);
}

int
gil_row_argument(const char *what, GilObject *args, GilObject *kwargs, GilObject **iterable)
{
    if (kwargs != NULL && GilDict_Size(kwargs) > 0) {
        GilErr_Format(GilExc_TypeError, "%s() takes no keyword arguments", what);
        return -1;
    }
    if (GilTuple_GET_SIZE(args) > 1) {
        GilErr_Format(GilExc_TypeError, "%s expected at most 1 argument, got %zd", what, GilTuple_GET_SIZE(args));
        return -1;
    }
    *iterable = GilTuple_GET_SIZE(args) == 0 ? NULL : GilTuple_GET_ITEM(args, 0);
    return 0;
}
