/* SPDX-License-Identifier: MIT */
/* Dicts: the type, its slots and methods. */
#include "gilrt/error.h"
#include "gilrt/gc.h"
#include "gilrt/unicode.h"
#include "gilrt/call.h"
#include "object/error.h"
#include "object/type.h"
#include "protocol/kind.h"
#include "value/dict.h"
#include "value/tuple.h"

static int
dict_traverse(GilObject *op, visitproc visit, void *arg)
{
    Gil_ssize_t pos = 0;
    if (gil_dict(op)->table == NULL)
        return 0; /* tp_alloc has tracked an instance of a subclass, and dict_new() has not filled it yet */
    for (struct gil_dict_entry *e; (e = gil_dict_walk(gil_dict(op), &pos)) != NULL;) {
        Gil_VISIT(e->key);
        Gil_VISIT(e->value);
    }
    return 0;
}

static int
dict_clear(GilObject *op)
{
    gil_dict_clear(gil_dict(op));
    return 0;
}

/* A list of "key: value". */
static GilObject *
item_reprs(struct gil_dict *d)
{
    GilObject *parts = GilList_New(0);
    Gil_ssize_t pos = 0;
    for (struct gil_dict_entry *e; parts != NULL && (e = gil_dict_walk(d, &pos)) != NULL;) {
        GilObject *key = Gil_NewRef(e->key), *value = Gil_NewRef(e->value);
        GilObject *part = GilUnicode_FromFormat("%R: %R", key, value); /* may run anything */
        Gil_DECREF(key);
        Gil_DECREF(value);
        if (part == NULL || GilList_Append(parts, part) < 0)
            Gil_CLEAR(parts);
        Gil_XDECREF(part);
    }
    return parts;
}

static GilObject *
dict_repr(GilObject *op)
{
    int entered = Gil_ReprEnter(op);
    if (entered != 0)
        return entered < 0 ? NULL : GilUnicode_FromString("{...}");
    GilObject *result = NULL, *text = NULL;
    GilObject *separator = GilUnicode_FromString(", ");
    GilObject *parts = separator == NULL ? NULL : item_reprs(gil_dict(op));
    if (parts != NULL)
        text = GilUnicode_Join(separator, parts);
    if (text != NULL)
        result = GilUnicode_FromFormat("{%U}", text);
    Gil_XDECREF(text);
    Gil_XDECREF(parts);
    Gil_XDECREF(separator);
    Gil_ReprLeave(op);
    return result;
}

/* Whether b has the item key: value. 1, 0, -1. */
static int
has_item(struct gil_dict *b, GilObject *key, Gil_hash_t hash, GilObject *value)
{
    Gil_ssize_t ix = gil_dict_lookup(b, key, hash); /* may run anything */
    if (ix < 0)
        return ix == GIL_DICT_FAILED ? -1 : 0;
    GilObject *other = Gil_NewRef(gil_dict_entries(b->table)[ix].value);
    int equal = GilObject_RichCompareBool(value, other, Gil_EQ); /* may run anything */
    Gil_DECREF(other);
    return equal;
}

/* 1, 0, or -1 with the error set. */
static int
dicts_equal(struct gil_dict *a, struct gil_dict *b)
{
    if (a->used != b->used)
        return 0;
    Gil_ssize_t pos = 0;
    int equal = 1;
    for (struct gil_dict_entry *e; equal > 0 && (e = gil_dict_walk(a, &pos)) != NULL;) {
        GilObject *key = Gil_NewRef(e->key), *value = Gil_NewRef(e->value);
        equal = has_item(b, key, e->hash, value);
        Gil_DECREF(key);
        Gil_DECREF(value);
    }
    return equal;
}

static GilObject *
dict_richcompare(GilObject *v, GilObject *w, int op)
{
    if (!gil_dict_check(v) || !gil_dict_check(w) || (op != Gil_EQ && op != Gil_NE))
        Gil_RETURN_NOTIMPLEMENTED;
    if (Gil_EnterRecursiveCall(" in comparison") < 0)
        return NULL;
    int equal = dicts_equal(gil_dict(v), gil_dict(w));
    Gil_LeaveRecursiveCall();
    return equal < 0 ? NULL : _Gil_RichResult(op == Gil_EQ ? equal : !equal);
}

static Gil_ssize_t
dict_length(GilObject *op)
{
    return gil_dict(op)->used;
}

static GilObject *
dict_iter(GilObject *op)
{
    return gil_dict_iter_new(gil_tstate_need(__func__), op, GIL_DICT_KEYS, 0);
}

static GilObject *
dict_reversed(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return gil_dict_iter_new(gil_tstate_need(__func__), op, GIL_DICT_KEYS, 1);
}

/* A subclass may say by a method __missing__ what d[key] is for a key that is not there. */
static GilObject *
missing_item(GilThreadState *ts, GilObject *op, GilObject *key)
{
    GilObject *method = NULL, *result;
    if (!GilDict_CheckExact(op) && gil_find_hook(ts, op, "__missing__", 1, &method) < 0)
        return NULL;
    if (method == NULL) {
        gil_dict_missing(ts, key);
        return NULL;
    }
    result = GilObject_CallOneArg(method, key);
    Gil_DECREF(method);
    return result;
}

static GilObject *
dict_subscript(GilObject *op, GilObject *key)
{
    GilObject *value;
    int rc = GilDict_GetItemRef(op, key, &value);
    return rc == 0 ? missing_item(gil_tstate_need(__func__), op, key) : value;
}

static int
dict_ass_subscript(GilObject *op, GilObject *key, GilObject *value)
{
    return value == NULL ? GilDict_DelItem(op, key) : GilDict_SetItem(op, key, value);
}

static GilObject *
dict_or(GilObject *v, GilObject *w)
{
    if (!gil_dict_check(v) || !gil_dict_check(w))
        Gil_RETURN_NOTIMPLEMENTED;
    GilObject *result = GilDict_Copy(v);
    if (result != NULL && GilDict_Update(result, w) < 0)
        Gil_CLEAR(result);
    return result;
}

static GilObject *
dict_inplace_or(GilObject *op, GilObject *other)
{
    return gil_dict_update_from(op, other) < 0 ? NULL : Gil_NewRef(op);
}

/* For subtypes: empty, and so it stays where tp_new is overridden. */
static GilObject *
dict_tp_alloc(GilTypeObject *type, Gil_ssize_t nitems)
{
    GilObject *op = GilType_GenericAlloc(type, nitems);
    if (op != NULL)
        gil_dict_init_empty(gil_dict(op));
    return op;
}

static GilObject *
dict_new(GilTypeObject *type, GilObject *Gil_UNUSED(args), GilObject *Gil_UNUSED(kwargs))
{
    if (type == &GilDict_Type)
        return GilDict_New();
    GilObject *op = type->tp_alloc(type, 0);
    if (op != NULL)
        gil_dict_init_empty(gil_dict(op));
    return op;
}

/* d[k] = v for keywords. 0, or -1 with the error set. */
static int
update_by_name(GilObject *op, GilObject *kwargs)
{
    Gil_ssize_t pos = 0;
    for (struct gil_dict_entry *e; (e = gil_dict_walk(gil_dict(kwargs), &pos)) != NULL;)
        if (!gil_unicode_check(e->key)) {
            GilErr_SetString(GilExc_TypeError, "keywords must be strings");
            return -1;
        }
    return GilDict_Merge(op, kwargs, 1);
}

static int
update(const char *what, GilObject *op, GilObject *args, GilObject *kwargs)
{
    if (GilTuple_GET_SIZE(args) > 1) {
        GilErr_Format(GilExc_TypeError, "%s expected at most 1 argument, got %zd", what, GilTuple_GET_SIZE(args));
        return -1;
    }
    if (GilTuple_GET_SIZE(args) == 1 && gil_dict_update_from(op, GilTuple_GET_ITEM(args, 0)) < 0)
        return -1;
    return kwargs == NULL ? 0 : update_by_name(op, kwargs);
}

static int
dict_init(GilObject *op, GilObject *args, GilObject *kwargs)
{
    return update("dict", op, args, kwargs);
}

/* --- methods --- */

static GilObject *
dict_update_method(GilObject *op, GilObject *args, GilObject *kwargs)
{
    return update("update", op, args, kwargs) < 0 ? NULL : Gil_None;
}

/* One or two arguments: key and default. */
static int
one_or_two(const char *name, Gil_ssize_t nargs)
{
    if (nargs == 1 || nargs == 2)
        return 0;
    GilErr_Format(GilExc_TypeError, "%s expected at %s, got %zd", name,
                  nargs < 1 ? "least 1 argument" : "most 2 arguments", nargs);
    return -1;
}

static GilObject *
dict_get(GilObject *op, GilObject *const *args, Gil_ssize_t nargs)
{
    GilObject *value;
    if (one_or_two("get", nargs) < 0 || GilDict_GetItemRef(op, args[0], &value) < 0)
        return NULL;
    return value != NULL ? value : Gil_NewRef(nargs == 2 ? args[1] : Gil_None);
}

static GilObject *
dict_setdefault(GilObject *op, GilObject *const *args, Gil_ssize_t nargs)
{
    GilObject *value;
    if (one_or_two("setdefault", nargs) < 0 ||
        GilDict_SetDefaultRef(op, args[0], nargs == 2 ? args[1] : Gil_None, &value) < 0)
        return NULL;
    return value;
}

static GilObject *
dict_pop(GilObject *op, GilObject *const *args, Gil_ssize_t nargs)
{
    GilObject *value;
    if (one_or_two("pop", nargs) < 0)
        return NULL;
    int rc = GilDict_Pop(op, args[0], &value);
    if (rc != 0)
        return value;
    if (nargs == 2)
        return Gil_NewRef(args[1]);
    gil_dict_missing(gil_tstate_need(__func__), args[0]);
    return NULL;
}

static GilObject *
dict_popitem(GilObject *op, GilObject *Gil_UNUSED(args))
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_dict *d = gil_dict(op);
    if (d->used == 0) {
        GilErr_SetString(GilExc_KeyError, "popitem(): dictionary is empty");
        return NULL;
    }
    Gil_ssize_t ix = d->table->count - 1;
    while (gil_dict_entries(d->table)[ix].key == NULL)
        ix--;
    GilObject *pair = gil_tuple_of2(ts, gil_dict_entries(d->table)[ix].key, gil_dict_entries(d->table)[ix].value);
    if (pair == NULL)
        return NULL;
    struct gil_dict_entry entry = gil_dict_take(d, ix);
    /* What lies behind is removed entries only: not to be looked through again by the next call. */
    d->table->count = ix;
    Gil_DECREF(entry.key);
    Gil_DECREF(entry.value);
    return pair;
}

static GilObject *
dict_clear_method(GilObject *op, GilObject *Gil_UNUSED(args))
{
    gil_dict_clear(gil_dict(op));
    Gil_RETURN_NONE;
}

static GilObject *
dict_copy(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return gil_dict_copy(gil_tstate_need(__func__), gil_dict(op));
}

static GilObject *
dict_keys(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return gil_dict_view_new(gil_tstate_need(__func__), op, GIL_DICT_KEYS);
}

static GilObject *
dict_values(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return gil_dict_view_new(gil_tstate_need(__func__), op, GIL_DICT_VALUES);
}

static GilObject *
dict_items(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return gil_dict_view_new(gil_tstate_need(__func__), op, GIL_DICT_ITEMS);
}

static GilMethodDef dict_methods[] = {
    {"get", _GilCFunction_CAST(dict_get), GIL_METH_FASTCALL,
     "get($self, key, default=None, /)\n--\n\nThe item under key, else default."},
    {"setdefault", _GilCFunction_CAST(dict_setdefault), GIL_METH_FASTCALL,
     "setdefault($self, key, default=None, /)\n--\n\nThe item under key, put there as default when there was none."},
    {"pop", _GilCFunction_CAST(dict_pop), GIL_METH_FASTCALL,
     "pop($self, key, default=<unrepresentable>, /)\n--\n\nTake the item under key out and return it, else default, else KeyError."},
    {"popitem", dict_popitem, GIL_METH_NOARGS,
     "popitem($self, /)\n--\n\nTake the pair (key, item) out that came last; KeyError when there is none."},
    {"update", _GilCFunction_CAST(dict_update_method), GIL_METH_VARARGS | GIL_METH_KEYWORDS,
     "update([mapping or iterable of pairs, ]**items)\n\nPut items in."},
    {"clear", dict_clear_method, GIL_METH_NOARGS, "clear($self, /)\n--\n\nTake all items out."},
    {"copy", dict_copy, GIL_METH_NOARGS, "copy($self, /)\n--\n\nA new dict of the same items."},
    {"keys", dict_keys, GIL_METH_NOARGS, "keys($self, /)\n--\n\nA view of the keys."},
    {"values", dict_values, GIL_METH_NOARGS, "values($self, /)\n--\n\nA view of the items."},
    {"items", dict_items, GIL_METH_NOARGS, "items($self, /)\n--\n\nA view of the pairs (key, item)."},
    {"__reversed__", dict_reversed, GIL_METH_NOARGS, "An iterator over the keys from the last to the first."},
    {NULL, NULL, 0, NULL},
};

static GilNumberMethods dict_as_number = {.nb_or = dict_or, .nb_inplace_or = dict_inplace_or};

static GilSequenceMethods dict_as_sequence = {.sq_contains = GilDict_Contains};

static GilMappingMethods dict_as_mapping = {
    .mp_length = dict_length,
    .mp_subscript = dict_subscript,
    .mp_ass_subscript = dict_ass_subscript,
};

GilTypeObject GilDict_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "dict",
    .tp_basicsize = sizeof(struct gil_dict),
    .tp_dealloc = gil_dict_dealloc,
    .tp_repr = dict_repr,
    .tp_as_number = &dict_as_number,
    .tp_as_sequence = &dict_as_sequence,
    .tp_as_mapping = &dict_as_mapping,
    .tp_hash = GilObject_HashNotImplemented,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_BASETYPE | Gil_TPFLAGS_DICT_SUBCLASS |
                Gil_TPFLAGS_MAPPING,
    .tp_doc = "Mapping from hashable keys to objects, in order of insertion.",
    .tp_traverse = dict_traverse,
    .tp_clear = dict_clear,
    .tp_richcompare = dict_richcompare,
    .tp_iter = dict_iter,
    .tp_methods = dict_methods,
    .tp_init = dict_init,
    .tp_alloc = dict_tp_alloc,
    .tp_new = dict_new,
};

int
gil_dict_start(void)
{
    return gil_type_ready(&GilDict_Type);
}
