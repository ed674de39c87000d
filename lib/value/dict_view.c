/* SPDX-License-Identifier: MIT */
/*
 * Dicts: views of keys, values and items, and the iterators over them.
 *
 * A view is the dict seen in one way; it has nothing of its own. An iterator goes through the entries and remembers the
 * dict's version: once keys came or went it raises RuntimeError, now and for ever. Replaced values do not
 * disturb it. Views have no set operations: they stand below sets, which read dicts.
 */
#include "gilrt/error.h"
#include "gilrt/gc.h"
#include "gilrt/iter.h"
#include "gilrt/long.h"
#include "gilrt/unicode.h"
#include "object/error.h"
#include "object/type.h"
#include "value/dict.h"
#include "value/dictproxy.h"
#include "value/list.h"
#include "value/tuple.h"

struct dict_iter {
    GilObject_HEAD
    GilObject *dict;   /* [gil] strong; NULL: at the end */
    Gil_ssize_t pos;   /* [gil] where gil_dict_walk() goes on; backward, one more than the entry to look at next */
    Gil_ssize_t used;  /* [const] the dict's size at the beginning, to say what changed */
    Gil_ssize_t left;  /* [gil] items to come */
    uint64_t version;  /* [const] the dict's version at the beginning */
};

struct dict_view {
    GilObject_HEAD
    GilObject *dict; /* [const] strong; NULL only when the collector cleared it */
};

/* Iterators and views have the dict in the same place. */
_Static_assert(offsetof(struct dict_iter, dict) == offsetof(struct dict_view, dict), "one set of GC slots serves both");

static void
dealloc(GilObject *op)
{
    gil_object_untrack(op);
    Gil_XDECREF(((struct dict_view *)op)->dict); /* may run anything */
    gil_object_free_gc(op);
}

static int
traverse(GilObject *op, visitproc visit, void *arg)
{
    Gil_VISIT(((struct dict_view *)op)->dict);
    return 0;
}

static int
clear(GilObject *op)
{
    Gil_CLEAR(((struct dict_view *)op)->dict);
    return 0;
}

GilObject *
gil_dict_iter_new(GilThreadState *ts, GilObject *op, enum gil_dict_part part, int backward)
{
    static GilTypeObject *const types[2][3] = {
        {&GilDictIterKey_Type, &GilDictIterValue_Type, &GilDictIterItem_Type},
        {&GilDictRevIterKey_Type, &GilDictRevIterValue_Type, &GilDictRevIterItem_Type},
    };
    GilObject *made = gil_object_alloc_gc(ts, types[backward][part], sizeof(struct dict_iter));
    if (made == NULL)
        return NULL;
    struct dict_iter *it = (struct dict_iter *)made;
    it->dict = Gil_NewRef(op);
    it->pos = backward ? gil_dict(op)->table->count : 0;
    it->used = it->left = gil_dict(op)->used;
    it->version = gil_dict(op)->version;
    gil_object_track(ts, made);
    return made;
}

GilObject *
gil_dict_view_new(GilThreadState *ts, GilObject *op, enum gil_dict_part part)
{
    GilTypeObject *type = part == GIL_DICT_KEYS     ? &GilDictKeys_Type
                          : part == GIL_DICT_VALUES ? &GilDictValues_Type
                                                    : &GilDictItems_Type;
    struct dict_view *view = (struct dict_view *)gil_object_alloc_gc(ts, type, sizeof(struct dict_view));
    if (view == NULL)
        return NULL;
    view->dict = Gil_NewRef(op);
    gil_object_track(ts, view);
    return &view->ob_base;
}

/* What a view shows. */
static enum gil_dict_part
part_of(GilObject *op)
{
    if (Gil_IS_TYPE(op, &GilDictKeys_Type))
        return GIL_DICT_KEYS;
    return Gil_IS_TYPE(op, &GilDictValues_Type) ? GIL_DICT_VALUES : GIL_DICT_ITEMS;
}

static struct gil_dict_entry *
walk_back(const struct gil_dict *d, Gil_ssize_t *pos)
{
    struct gil_dict_entry *entries = gil_dict_entries(d->table);
    while (*pos > 0)
        if (entries[--*pos].key != NULL)
            return &entries[*pos];
    return NULL;
}

/* The next entry; NULL at the end, or with RuntimeError. */
static inline struct gil_dict_entry *
iter_step(struct dict_iter *it, int backward)
{
    if (it->dict == NULL)
        return NULL;
    struct gil_dict *d = gil_dict(it->dict);
    if (it->version != d->version) { /* versions do not come back: once changed, for ever changed */
        GilErr_SetString(GilExc_RuntimeError, it->used != d->used ? "dictionary changed size during iteration"
                                                                  : "dictionary keys changed during iteration");
        return NULL;
    }
    struct gil_dict_entry *e = backward ? walk_back(d, &it->pos) : gil_dict_walk(d, &it->pos);
    if (e == NULL)
        Gil_CLEAR(it->dict); /* may run anything */
    else
        it->left--;
    return e;
}

/* The six tp_iternext. */
static inline GilObject *
next_part(GilObject *op, enum gil_dict_part part, int backward)
{
    struct gil_dict_entry *e = iter_step((struct dict_iter *)op, backward);
    if (e == NULL)
        return NULL;
    if (part == GIL_DICT_ITEMS)
        return gil_tuple_of2(gil_tstate_need(__func__), e->key, e->value);
    return Gil_NewRef(part == GIL_DICT_KEYS ? e->key : e->value);
}

static GilObject *
next_key(GilObject *op)
{
    return next_part(op, GIL_DICT_KEYS, 0);
}

static GilObject *
next_value(GilObject *op)
{
    return next_part(op, GIL_DICT_VALUES, 0);
}

static GilObject *
next_item(GilObject *op)
{
    return next_part(op, GIL_DICT_ITEMS, 0);
}

static GilObject *
last_key(GilObject *op)
{
    return next_part(op, GIL_DICT_KEYS, 1);
}

static GilObject *
last_value(GilObject *op)
{
    return next_part(op, GIL_DICT_VALUES, 1);
}

static GilObject *
last_item(GilObject *op)
{
    return next_part(op, GIL_DICT_ITEMS, 1);
}

static GilObject *
iter_length_hint(GilObject *op, GilObject *Gil_UNUSED(args))
{
    struct dict_iter *it = (struct dict_iter *)op;
    return GilLong_FromSsize_t(it->dict != NULL && gil_dict(it->dict)->version == it->version ? it->left : 0);
}

static Gil_ssize_t
view_length(GilObject *op)
{
    GilObject *dict = ((struct dict_view *)op)->dict;
    return dict == NULL ? 0 : gil_dict(dict)->used;
}

/* The dict behind a view; NULL with RuntimeError when the collector took it. */
static GilObject *
view_dict(GilObject *op)
{
    GilObject *dict = ((struct dict_view *)op)->dict;
    if (dict == NULL)
        GilErr_SetString(GilExc_RuntimeError, "the view's dict is gone");
    return dict;
}

static GilObject *
view_iter(GilObject *op)
{
    GilObject *dict = view_dict(op);
    return dict == NULL ? NULL : gil_dict_iter_new(gil_tstate_need(__func__), dict, part_of(op), 0);
}

static GilObject *
view_reversed(GilObject *op, GilObject *Gil_UNUSED(args))
{
    GilObject *dict = view_dict(op);
    return dict == NULL ? NULL : gil_dict_iter_new(gil_tstate_need(__func__), dict, part_of(op), 1);
}

static GilObject *
view_mapping(GilObject *op, void *Gil_UNUSED(closure))
{
    GilObject *dict = view_dict(op);
    return dict == NULL ? NULL : GilDictProxy_New(dict);
}

static GilObject *
view_repr(GilObject *op)
{
    int entered = Gil_ReprEnter(op);
    if (entered != 0)
        return entered < 0 ? NULL : GilUnicode_FromString("...");
    GilObject *dict = view_dict(op);
    GilObject *list = dict == NULL ? NULL : gil_dict_list(gil_tstate_need(__func__), dict, part_of(op));
    GilObject *result = list == NULL ? NULL : GilUnicode_FromFormat("%s(%R)", Gil_TYPE(op)->tp_name, list);
    Gil_XDECREF(list);
    Gil_ReprLeave(op);
    return result;
}

static int
keys_contains(GilObject *op, GilObject *key)
{
    GilObject *dict = view_dict(op);
    return dict == NULL ? -1 : GilDict_Contains(dict, key);
}

static int
items_contains(GilObject *op, GilObject *item)
{
    GilObject *dict = view_dict(op), *value;
    if (dict == NULL)
        return -1;
    if (!gil_tuple_check(item) || GilTuple_GET_SIZE(item) != 2)
        return 0;
    int rc = GilDict_GetItemRef(dict, GilTuple_GET_ITEM(item, 0), &value); /* may run anything */
    if (rc <= 0)
        return rc;
    rc = GilObject_RichCompareBool(value, GilTuple_GET_ITEM(item, 1), Gil_EQ); /* may run anything */
    Gil_DECREF(value);
    return rc;
}

/* A view answers by its dict as it is now; the list is a copy, so its comparisons may do anything. */
static int
values_contains(GilObject *op, GilObject *value)
{
    GilObject *dict = view_dict(op);
    GilObject *list = dict == NULL ? NULL : gil_dict_list(gil_tstate_need(__func__), dict, GIL_DICT_VALUES);
    int rc = list == NULL ? -1 : gil_row_contains(list, value);
    Gil_XDECREF(list);
    return rc;
}

static GilSequenceMethods keys_as_sequence = {.sq_length = view_length, .sq_contains = keys_contains};
static GilSequenceMethods values_as_sequence = {.sq_length = view_length, .sq_contains = values_contains};
static GilSequenceMethods items_as_sequence = {.sq_length = view_length, .sq_contains = items_contains};

static GilMethodDef iter_methods[] = {
    {"__length_hint__", iter_length_hint, GIL_METH_NOARGS, "How many items are to come, as it looks now."},
    {NULL, NULL, 0, NULL},
};

static GilMethodDef set_view_methods[] = {
    {"isdisjoint", gil_dict_view_isdisjoint, GIL_METH_O,
     "isdisjoint($self, other, /)\n--\n\nWhether other has no element in common with the view."},
    {"__reversed__", view_reversed, GIL_METH_NOARGS, "An iterator from the last to the first."},
    {NULL, NULL, 0, NULL},
};

static GilMethodDef values_methods[] = {
    {"__reversed__", view_reversed, GIL_METH_NOARGS, "An iterator from the last to the first."},
    {NULL, NULL, 0, NULL},
};

static GilGetSetDef view_getset[] = {
    {"mapping", view_mapping, NULL, "the dict, as a proxy that cannot be changed", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

#define OWN_FLAGS (Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_DISALLOW_INSTANTIATION)

#define VIEW_TYPE(name, number, sequence, hash, compare, methods)                                     \
    {                                                                                                 \
        .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0) .tp_name = (name),                       \
        .tp_basicsize = sizeof(struct dict_view), .tp_dealloc = dealloc, .tp_repr = view_repr,        \
        .tp_as_number = (number), .tp_as_sequence = (sequence), .tp_hash = (hash), .tp_flags = OWN_FLAGS, \
        .tp_traverse = traverse, .tp_clear = clear, .tp_richcompare = (compare), .tp_iter = view_iter, \
        .tp_methods = (methods), .tp_getset = view_getset                                             \
    }

#define ITER_TYPE(name, iternext)                                                                     \
    {                                                                                                 \
        .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0) .tp_name = (name),                       \
        .tp_basicsize = sizeof(struct dict_iter), .tp_dealloc = dealloc, .tp_flags = OWN_FLAGS,       \
        .tp_traverse = traverse, .tp_clear = clear, .tp_iter = GilObject_SelfIter,                    \
        .tp_iternext = (iternext), .tp_methods = iter_methods                                         \
    }

GilTypeObject GilDictKeys_Type = VIEW_TYPE("dict_keys", &gil_dict_view_as_number, &keys_as_sequence,
                                           GilObject_HashNotImplemented, gil_dict_view_richcompare, set_view_methods);
GilTypeObject GilDictValues_Type = VIEW_TYPE("dict_values", NULL, &values_as_sequence, NULL, NULL, values_methods);
GilTypeObject GilDictItems_Type = VIEW_TYPE("dict_items", &gil_dict_view_as_number, &items_as_sequence,
                                            GilObject_HashNotImplemented, gil_dict_view_richcompare, set_view_methods);
GilTypeObject GilDictIterKey_Type = ITER_TYPE("dict_keyiterator", next_key);
GilTypeObject GilDictIterValue_Type = ITER_TYPE("dict_valueiterator", next_value);
GilTypeObject GilDictIterItem_Type = ITER_TYPE("dict_itemiterator", next_item);
GilTypeObject GilDictRevIterKey_Type = ITER_TYPE("dict_reversekeyiterator", last_key);
GilTypeObject GilDictRevIterValue_Type = ITER_TYPE("dict_reversevalueiterator", last_value);
GilTypeObject GilDictRevIterItem_Type = ITER_TYPE("dict_reverseitemiterator", last_item);

int
gil_dict_view_start(void)
{
    GilTypeObject *types[] = {&GilDictKeys_Type,    &GilDictValues_Type,    &GilDictItems_Type,
                              &GilDictIterKey_Type, &GilDictIterValue_Type, &GilDictIterItem_Type,
                              &GilDictRevIterKey_Type, &GilDictRevIterValue_Type, &GilDictRevIterItem_Type};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(types); i++)
        if (gil_type_ready(types[i]) < 0)
            return -1;
    return 0;
}
