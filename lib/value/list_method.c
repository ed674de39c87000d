/* SPDX-License-Identifier: MIT */
/* The methods of lists; what they do is in list.c, list_slice.c, list_sort.c and row.c. */
#include "value/list.h"

#include "gilrt/error.h"
#include "gilrt/number.h"
#include "value/named_args.h"
#include "value/row_iter.h"

static GilObject *
none_unless(int rc)
{
    return rc < 0 ? NULL : Gil_None;
}

static GilObject *
list_extend(GilObject *op, GilObject *iterable)
{
    return none_unless(gil_list_extend(gil_tstate_need(__func__), (GilListObject *)(void *)op, iterable));
}

/* An index given to insert or pop. 0, or -1 with the error set. May run anything. */
static GIL_COLD int
index_argument(GilObject *arg, Gil_ssize_t *i)
{
    *i = GilNumber_AsSsize_t(arg, GilExc_OverflowError);
    return *i == -1 && GilErr_Occurred() ? -1 : 0;
}

static GIL_COLD GilObject *
list_insert(GilObject *op, GilObject *const *args, Gil_ssize_t nargs)
{
    Gil_ssize_t i;
    if (nargs != 2) {
        GilErr_Format(GilExc_TypeError, "insert expected 2 arguments, got %zd", nargs);
        return NULL;
    }
    return index_argument(args[0], &i) < 0 ? NULL : none_unless(GilList_Insert(op, i, args[1]));
}

static GilObject *
list_pop(GilObject *op, GilObject *const *args, Gil_ssize_t nargs)
{
    Gil_ssize_t i = -1;
    if (nargs > 1) {
        GilErr_Format(GilExc_TypeError, "pop expected at most 1 argument, got %zd", nargs);
        return NULL;
    }
    if (nargs == 1 && index_argument(args[0], &i) < 0)
        return NULL;
    Gil_ssize_t size = Gil_SIZE(op);
    if (i < 0)
        i += size;
    if (i < 0 || i >= size) {
        GilErr_SetString(GilExc_IndexError, size == 0 ? "pop from empty list" : "pop index out of range");
        return NULL;
    }
    GilObject *item = gil_row_item(op, i);
    if (item != NULL && gil_list_splice(gil_tstate_need(__func__), (GilListObject *)(void *)op, i, 1, NULL, 0) < 0)
        Gil_CLEAR(item);
    return item;
}

static GIL_COLD GilObject *
list_remove(GilObject *op, GilObject *value)
{
    for (Gil_ssize_t i = 0; i < Gil_SIZE(op); i++) {
        GilObject *item = Gil_XNewRef(gil_row_items(op)[i]);
        int equal = GilObject_RichCompareBool(item, value, Gil_EQ); /* may run anything */
        Gil_XDECREF(item);
        if (equal < 0)
            return NULL;
        if (equal)
            return none_unless(gil_list_set_slice(gil_tstate_need(__func__), (GilListObject *)(void *)op, i, i + 1, NULL));
    }
    GilErr_SetString(GilExc_ValueError, "list.remove(x): x not in list");
    return NULL;
}

static GIL_COLD GilObject *
list_clear_method(GilObject *op, GilObject *Gil_UNUSED(args))
{
    gil_list_clear((GilListObject *)(void *)op);
    Gil_RETURN_NONE;
}

static GIL_COLD GilObject *
list_copy(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return gil_row_slice(op, 0, Gil_SIZE(op));
}

static GIL_COLD GilObject *
list_reverse(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return none_unless(GilList_Reverse(op));
}

static GIL_COLD GilObject *
list_reversed(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return gil_row_iter_new(gil_tstate_need(__func__), &GilListRevIter_Type, op);
}

static GIL_COLD GilObject *
list_sort(GilObject *op, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    GilObject *given[2];
    int reverse = 0;
    if (gil_take_args("002sort\0key\0reverse", args, nargs, NULL, kwnames, given) < 0
        || (given[1] != NULL && (reverse = GilObject_IsTrue(given[1])) < 0)) /* may run anything */
        return NULL;
    GilObject *key = given[0] == Gil_None ? NULL : given[0];
    return none_unless(gil_list_sort(gil_tstate_need(__func__), (GilListObject *)(void *)op, key, reverse));
}

GilMethodDef gil_list_methods[] = {
    {"append", gil_list_method_append, GIL_METH_O, "append($self, object, /)\n--\n\nPut object at the end."},
    {"extend", list_extend, GIL_METH_O, "extend($self, iterable, /)\n--\n\nPut the items of iterable at the end."},
    {"insert", _GilCFunction_CAST(list_insert), GIL_METH_FASTCALL,
     "insert($self, index, object, /)\n--\n\nPut object before index."},
    {"pop", _GilCFunction_CAST(list_pop), GIL_METH_FASTCALL,
     "pop($self, index=-1, /)\n--\n\nTake an item out and return it; IndexError when there is none."},
    {"remove", list_remove, GIL_METH_O,
     "remove($self, value, /)\n--\n\nTake the first item equal to value out; ValueError when there is none."},
    {"clear", list_clear_method, GIL_METH_NOARGS, "clear($self, /)\n--\n\nTake all items out."},
    {"copy", list_copy, GIL_METH_NOARGS, "copy($self, /)\n--\n\nA new list of the same items."},
    {"reverse", list_reverse, GIL_METH_NOARGS, "reverse($self, /)\n--\n\nReverse in place."},
    {"sort", _GilCFunction_CAST(list_sort), GIL_METH_FASTCALL | GIL_METH_KEYWORDS,
     "sort($self, /, *, key=None, reverse=False)\n--\n\nSort in place by key(item); equal items keep their order."},
    {"index", _GilCFunction_CAST(gil_row_index), GIL_METH_FASTCALL,
     "index($self, value, start=0, stop=sys.maxsize, /)\n--\n\nFirst index of value; ValueError when there is none."},
    {"count", gil_row_count, GIL_METH_O, "count($self, value, /)\n--\n\nNumber of items equal to value."},
    {"__reversed__", list_reversed, GIL_METH_NOARGS, "An iterator from the last item to the first."},
    {NULL, NULL, 0, NULL},
};
