/* SPDX-License-Identifier: MIT */
/*
 * Mapping proxies: every question goes to the mapping.
 *
 * The mapping is handed to foreign code only where that is unavoidable (its own methods). Comparisons and `|` do hand it
 * to the other operand, which may change it; a proxy keeps honest users from changing a mapping, it guards no secret.
 */
#include "value/dictproxy.h"

#include "gilrt/call.h"
#include "gilrt/dict.h"
#include "gilrt/error.h"
#include "gilrt/gc.h"
#include "gilrt/iter.h"
#include "gilrt/mapping.h"
#include "gilrt/number.h"
#include "gilrt/sequence.h"
#include "gilrt/unicode.h"
#include "object/alloc.h"
#include "object/error.h"
#include "object/type.h"
#include "value/named_args.h"
#include "value/row.h"

struct dictproxy {
    GilObject_HEAD
    GilObject *mapping; /* [const] strong */
};

static GilObject *
held(GilObject *op)
{
    return ((struct dictproxy *)(void *)op)->mapping;
}

/* What answers: a proxy of proxies, which is the same, would ask its way down level by level. */
static GilObject *
mapping_of(GilObject *op)
{
    do
        op = held(op);
    while (GilDictProxy_Check(op));
    return op;
}

/* There is no tp_clear: what a proxy refers to breaks the cycle, since a proxy cannot be the only mutable part of one. */
static int
proxy_traverse(GilObject *op, visitproc visit, void *arg)
{
    Gil_VISIT(held(op));
    return 0;
}

static void
proxy_dealloc(GilObject *op)
{
    gil_object_untrack(op);
    Gil_DECREF(held(op)); /* may run anything */
    gil_object_free_gc(op);
}

static Gil_ssize_t
proxy_length(GilObject *op)
{
    return GilObject_Size(mapping_of(op));
}

static GilObject *
proxy_subscript(GilObject *op, GilObject *key)
{
    return GilObject_GetItem(mapping_of(op), key);
}

static int
proxy_contains(GilObject *op, GilObject *key)
{
    GilObject *mapping = mapping_of(op);
    return GilDict_CheckExact(mapping) ? GilDict_Contains(mapping, key) : GilSequence_Contains(mapping, key);
}

static GilObject *
proxy_repr(GilObject *op)
{
    return GilUnicode_FromFormat("mappingproxy(%R)", held(op));
}

static GilObject *
proxy_str(GilObject *op)
{
    return GilObject_Str(mapping_of(op));
}

static Gil_hash_t
proxy_hash(GilObject *op)
{
    return GilObject_Hash(mapping_of(op));
}

static GilObject *
proxy_iter(GilObject *op)
{
    return GilObject_GetIter(mapping_of(op));
}

static GilObject *
proxy_richcompare(GilObject *v, GilObject *w, int op)
{
    return GilObject_RichCompare(mapping_of(v), w, op);
}

static GilObject *
unwrap(GilObject *op)
{
    return GilDictProxy_Check(op) ? mapping_of(op) : op;
}

static GilObject *
proxy_or(GilObject *v, GilObject *w)
{
    return GilNumber_Or(unwrap(v), unwrap(w));
}

static GilObject *
proxy_inplace_or(GilObject *op, GilObject *Gil_UNUSED(other))
{
    return GilErr_Format(GilExc_TypeError, "'|=' is not supported by %s; use '|' instead", Gil_TYPE(op)->tp_name);
}

/* --- methods: those of the mapping --- */

static GilObject *
proxy_get(GilObject *op, GilObject *const *args, Gil_ssize_t nargs)
{
    GilObject *value;
    if (nargs < 1 || nargs > 2)
        return GilErr_Format(GilExc_TypeError, "get expected at %s, got %zd",
                             nargs < 1 ? "least 1 argument" : "most 2 arguments", nargs);
    if (!GilDict_CheckExact(mapping_of(op)))
        return GilObject_CallMethod(mapping_of(op), "get", "OO", args[0], nargs == 2 ? args[1] : Gil_None);
    if (GilDict_GetItemRef(mapping_of(op), args[0], &value) < 0)
        return NULL;
    return value != NULL ? value : Gil_NewRef(nargs == 2 ? args[1] : Gil_None);
}

static GilObject *
proxy_keys(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return GilObject_CallMethod(mapping_of(op), "keys", NULL);
}

static GilObject *
proxy_values(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return GilObject_CallMethod(mapping_of(op), "values", NULL);
}

static GilObject *
proxy_items(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return GilObject_CallMethod(mapping_of(op), "items", NULL);
}

static GilObject *
proxy_copy(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return GilObject_CallMethod(mapping_of(op), "copy", NULL);
}

static GilObject *
proxy_reversed(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return GilObject_CallMethod(mapping_of(op), "__reversed__", NULL);
}

static GilMethodDef proxy_methods[] = {
    {"get", _GilCFunction_CAST(proxy_get), GIL_METH_FASTCALL,
     "get($self, key, default=None, /)\n--\n\nThe item under key, else default."},
    {"keys", proxy_keys, GIL_METH_NOARGS, "keys($self, /)\n--\n\nThe mapping's keys."},
    {"values", proxy_values, GIL_METH_NOARGS, "values($self, /)\n--\n\nThe mapping's items."},
    {"items", proxy_items, GIL_METH_NOARGS, "items($self, /)\n--\n\nThe mapping's pairs (key, item)."},
    {"copy", proxy_copy, GIL_METH_NOARGS, "copy($self, /)\n--\n\nA copy of the mapping."},
    {"__reversed__", proxy_reversed, GIL_METH_NOARGS, "An iterator over the keys from the last to the first."},
    {NULL, NULL, 0, NULL},
};

static GilObject *
proxy_new(GilTypeObject *Gil_UNUSED(type), GilObject *args, GilObject *kwargs)
{
    GilObject *mapping;

    return gil_take_tuple("111mappingproxy\0mapping", args, kwargs, &mapping) < 0 ? NULL : GilDictProxy_New(mapping);
}

static GilNumberMethods proxy_as_number = {.nb_or = proxy_or, .nb_inplace_or = proxy_inplace_or};

static GilSequenceMethods proxy_as_sequence = {.sq_contains = proxy_contains};

static GilMappingMethods proxy_as_mapping = {.mp_length = proxy_length, .mp_subscript = proxy_subscript};

GilTypeObject GilDictProxy_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "mappingproxy",
    .tp_basicsize = sizeof(struct dictproxy),
    .tp_dealloc = proxy_dealloc,
    .tp_repr = proxy_repr,
    .tp_as_number = &proxy_as_number,
    .tp_as_sequence = &proxy_as_sequence,
    .tp_as_mapping = &proxy_as_mapping,
    .tp_hash = proxy_hash,
    .tp_str = proxy_str,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_MAPPING,
    .tp_doc = "mappingproxy(mapping)\n--\n\nA mapping that can be looked at, not changed.",
    .tp_traverse = proxy_traverse,
    .tp_richcompare = proxy_richcompare,
    .tp_iter = proxy_iter,
    .tp_methods = proxy_methods,
    .tp_new = proxy_new,
};

GilObject *
GilDictProxy_New(GilObject *mapping)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (mapping == NULL)
        return gil_err_null(__func__);
    if (!GilMapping_Check(mapping) || gil_list_check(mapping) || gil_tuple_check(mapping))
        return GilErr_Format(GilExc_TypeError, "mappingproxy() argument must be a mapping, not %.200s",
                             Gil_TYPE(mapping)->tp_name);
    GilObject *op = gil_object_alloc_gc(ts, &GilDictProxy_Type, sizeof(struct dictproxy));
    if (op == NULL)
        return NULL;
    ((struct dictproxy *)(void *)op)->mapping = Gil_NewRef(mapping);
    gil_object_track(ts, op);
    return op;
}

int
gil_dictproxy_start(void)
{
    return gil_type_ready(&GilDictProxy_Type);
}
