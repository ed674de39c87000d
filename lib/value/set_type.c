/* SPDX-License-Identifier: MIT */
/* Sets: the types, their slots and methods, and the iterator. */
#include "base/hash.h"
#include "gilrt/error.h"
#include "gilrt/gc.h"
#include "gilrt/iter.h"
#include "gilrt/list.h"
#include "gilrt/long.h"
#include "gilrt/tuple.h"
#include "gilrt/unicode.h"
#include "object/error.h"
#include "object/recursion.h"
#include "object/type.h"
#include "value/dict.h"
#include "value/set.h"

struct set_iter {
    GilObject_HEAD
    GilObject *set;   /* [gil] strong; NULL: at the end */
    Gil_ssize_t pos;  /* [gil] where gil_set_walk() goes on */
    Gil_ssize_t used; /* [const] the set's size at the beginning, to say what changed */
    Gil_ssize_t left; /* [gil] elements to come */
    uint64_t version; /* [const] the set's version at the beginning */
};

static int
set_traverse(GilObject *op, visitproc visit, void *arg)
{
    Gil_ssize_t pos = 0;
    if (gil_set(op)->table == NULL)
        return 0; /* tp_alloc has tracked an instance of a subclass, and new_empty() has not filled it yet */
    for (struct gil_set_entry *e; (e = gil_set_walk(gil_set(op), &pos)) != NULL;)
        Gil_VISIT(e->key);
    return 0;
}

static int
set_clear(GilObject *op)
{
    gil_set_clear(gil_set(op));
    return 0;
}

static Gil_ssize_t
set_length(GilObject *op)
{
    return gil_set(op)->used;
}

/* The elements as a list, as they are now. Runs nothing. */
static GilObject *
elements(struct gil_set *s)
{
    GilObject *list = GilList_New(s->used);
    Gil_ssize_t pos = 0, i = 0;
    for (struct gil_set_entry *e; list != NULL && (e = gil_set_walk(s, &pos)) != NULL; i++)
        GilList_SET_ITEM(list, i, Gil_NewRef(e->key));
    return list;
}

/* "{1, 2}", "frozenset({1, 2})": the type is named but for sets themselves. */
static GilObject *
show(GilObject *op)
{
    const char *name = gil_type_short_name(Gil_TYPE(op));
    if (gil_set(op)->used == 0)
        return GilUnicode_FromFormat("%s()", name);
    GilObject *list = elements(gil_set(op));
    GilObject *text = list == NULL ? NULL : GilObject_Repr(list); /* may run anything */
    Gil_XDECREF(list);
    if (text == NULL)
        return NULL;
    GilObject *inner = GilUnicode_Substring(text, 1, GilUnicode_GetLength(text) - 1), *result = NULL;
    if (inner != NULL)
        result = GilSet_CheckExact(op) ? GilUnicode_FromFormat("{%U}", inner)
                                       : GilUnicode_FromFormat("%s({%U})", name, inner);
    Gil_XDECREF(inner);
    Gil_DECREF(text);
    return result;
}

static GilObject *
set_repr(GilObject *op)
{
    int entered = Gil_ReprEnter(op);
    if (entered != 0)
        return entered < 0 ? NULL : GilUnicode_FromFormat("%s(...)", gil_type_short_name(Gil_TYPE(op)));
    GilObject *result = show(op);
    Gil_ReprLeave(op);
    return result;
}

/*
 * Each element's hash is mixed before they are added, with the process's salt: sets of neighbouring numbers do not collide,
 * and nobody can choose elements whose hashes come to the same sum.
 */
static Gil_hash_t
frozenset_hash(GilObject *op)
{
    struct gil_set *s = gil_set(op);
    if (s->hash == -1) {
        uint64_t sum = (uint64_t)s->used;
        Gil_ssize_t pos = 0;
        for (struct gil_set_entry *e; (e = gil_set_walk(s, &pos)) != NULL;)
            sum += gil_hash_spread((uint64_t)e->hash);
        s->hash = (Gil_hash_t)gil_hash_spread(sum);
        if (s->hash == -1)
            s->hash = -2;
    }
    return s->hash;
}

/* Both are sets. 1, 0, -1. */
static int
compare(GilThreadState *ts, struct gil_set *v, struct gil_set *w, int op)
{
    switch (op) {
    case Gil_EQ:
        if (v->used != w->used || (v->hash != -1 && w->hash != -1 && v->hash != w->hash))
            return 0;
        return gil_set_issubset(ts, v, &w->ob_base);
    case Gil_LE:
        return gil_set_issubset(ts, v, &w->ob_base);
    case Gil_LT:
        return v->used < w->used ? gil_set_issubset(ts, v, &w->ob_base) : 0;
    case Gil_GE:
        return compare(ts, w, v, Gil_LE);
    case Gil_GT:
        return compare(ts, w, v, Gil_LT);
    default: { /* Gil_NE */
        int equal = compare(ts, v, w, Gil_EQ);
        return equal < 0 ? -1 : !equal;
    }
    }
}

static GilObject *
set_richcompare(GilObject *v, GilObject *w, int op)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (!gil_anyset_check(w))
        Gil_RETURN_NOTIMPLEMENTED;
    if (gil_recursion_enter(ts, " in comparison") < 0)
        return NULL;
    int truth = compare(ts, gil_set(v), gil_set(w), op);
    gil_recursion_leave(ts);
    return truth < 0 ? NULL : _Gil_RichResult(truth);
}

/* --- elements that may be sets: in, remove and discard take a set for a frozenset of its elements --- */

/* What to look for, a new reference, and its hash; NULL with the error set. May run anything. */
static GilObject *
as_key(GilThreadState *ts, GilObject *key, Gil_hash_t *hash)
{
    *hash = gil_dict_hash(key);
    if (*hash != -1)
        return Gil_NewRef(key);
    if (!GilSet_Check(key) || !GilErr_ExceptionMatches(GilExc_TypeError))
        return NULL;
    gil_err_clear(ts);
    GilObject *frozen = GilFrozenSet_New(key);
    if (frozen != NULL)
        *hash = frozenset_hash(frozen);
    return frozen;
}

static int
set_contains(GilObject *op, GilObject *key)
{
    Gil_hash_t hash;
    GilObject *wanted = as_key(gil_tstate_need(__func__), key, &hash);
    Gil_ssize_t i = wanted == NULL ? GIL_SET_FAILED : gil_set_lookup(gil_set(op), wanted, hash); /* may run anything */
    Gil_XDECREF(wanted);
    return i == GIL_SET_FAILED ? -1 : i >= 0;
}

/* 1 it was there, 0, -1. */
static int
discard(GilObject *op, GilObject *key)
{
    Gil_hash_t hash;
    GilObject *wanted = as_key(gil_tstate_need(__func__), key, &hash);
    int rc = wanted == NULL ? -1 : gil_set_discard(gil_set(op), wanted, hash); /* may run anything */
    Gil_XDECREF(wanted);
    return rc;
}

/* --- operators --- */

/* Both operands are sets, or the operator is not for this type. */
static int
are_sets(GilObject *v, GilObject *w)
{
    return gil_anyset_check(v) && gil_anyset_check(w);
}

/* A copy of v, changed by f; what the operators and the methods of that name share. */
static GilObject *
copy_and(GilObject *v, GilObject *w, int (*f)(GilThreadState *, struct gil_set *, GilObject *))
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *result = gil_set_copy(ts, gil_set(v));
    if (result != NULL && f(ts, gil_set(result), w) < 0)
        Gil_CLEAR(result);
    return result;
}

static GilObject *
set_or(GilObject *v, GilObject *w)
{
    return are_sets(v, w) ? copy_and(v, w, gil_set_update) : Gil_NotImplemented;
}

static GilObject *
set_xor(GilObject *v, GilObject *w)
{
    return are_sets(v, w) ? copy_and(v, w, gil_set_symmetric_difference_update) : Gil_NotImplemented;
}

static GilObject *
set_and(GilObject *v, GilObject *w)
{
    return are_sets(v, w) ? gil_set_intersection(gil_tstate_need(__func__), gil_set(v), w) : Gil_NotImplemented;
}

static GilObject *
set_subtract(GilObject *v, GilObject *w)
{
    return are_sets(v, w) ? gil_set_difference(gil_tstate_need(__func__), gil_set(v), w) : Gil_NotImplemented;
}

static GilObject *
in_place(GilObject *v, GilObject *w, int (*f)(GilThreadState *, struct gil_set *, GilObject *))
{
    if (!gil_anyset_check(w))
        Gil_RETURN_NOTIMPLEMENTED;
    return f(gil_tstate_need(__func__), gil_set(v), w) < 0 ? NULL : Gil_NewRef(v);
}

static GilObject *
set_ior(GilObject *v, GilObject *w)
{
    return in_place(v, w, gil_set_update);
}

static GilObject *
set_iand(GilObject *v, GilObject *w)
{
    return in_place(v, w, gil_set_intersection_update);
}

static GilObject *
set_isubtract(GilObject *v, GilObject *w)
{
    return in_place(v, w, gil_set_difference_update);
}

static GilObject *
set_ixor(GilObject *v, GilObject *w)
{
    return in_place(v, w, gil_set_symmetric_difference_update);
}

/* --- methods --- */

/* f with each argument in turn. None, or NULL. */
static GilObject *
each_in_place(GilObject *op, GilObject *const *args, Gil_ssize_t n,
              int (*f)(GilThreadState *, struct gil_set *, GilObject *))
{
    GilThreadState *ts = gil_tstate_need(__func__);
    for (Gil_ssize_t i = 0; i < n; i++)
        if (f(ts, gil_set(op), args[i]) < 0)
            return NULL;
    Gil_RETURN_NONE;
}

/* The same to a copy. */
static GilObject *
each_to_copy(GilObject *op, GilObject *const *args, Gil_ssize_t n,
             int (*f)(GilThreadState *, struct gil_set *, GilObject *))
{
    GilObject *result = gil_set_copy(gil_tstate_need(__func__), gil_set(op));
    if (result != NULL && each_in_place(result, args, n, f) == NULL)
        Gil_CLEAR(result);
    return result;
}

static GilObject *
method_union(GilObject *op, GilObject *const *args, Gil_ssize_t n)
{
    return each_to_copy(op, args, n, gil_set_update);
}

/* The result of f with the first argument, then of f on that with the next. */
static GilObject *
fold(GilObject *op, GilObject *const *args, Gil_ssize_t n,
     GilObject *(*f)(GilThreadState *, struct gil_set *, GilObject *))
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (n == 0)
        return gil_set_copy(ts, gil_set(op));
    GilObject *result = f(ts, gil_set(op), args[0]);
    for (Gil_ssize_t i = 1; i < n && result != NULL; i++) {
        GilObject *next = f(ts, gil_set(result), args[i]);
        Gil_DECREF(result);
        result = next;
    }
    return result;
}

static GilObject *
method_intersection(GilObject *op, GilObject *const *args, Gil_ssize_t n)
{
    return fold(op, args, n, gil_set_intersection);
}

static GilObject *
method_difference(GilObject *op, GilObject *const *args, Gil_ssize_t n)
{
    return fold(op, args, n, gil_set_difference);
}

static GilObject *
method_symmetric_difference(GilObject *op, GilObject *other)
{
    return copy_and(op, other, gil_set_symmetric_difference_update);
}

static GilObject *
truth(int rc)
{
    return rc < 0 ? NULL : _Gil_RichResult(rc);
}

static GilObject *
method_issubset(GilObject *op, GilObject *other)
{
    return truth(gil_set_issubset(gil_tstate_need(__func__), gil_set(op), other));
}

static GilObject *
method_issuperset(GilObject *op, GilObject *other)
{
    return truth(gil_set_issuperset(gil_tstate_need(__func__), gil_set(op), other));
}

static GilObject *
method_isdisjoint(GilObject *op, GilObject *other)
{
    return truth(gil_set_isdisjoint(gil_tstate_need(__func__), gil_set(op), other));
}

static GilObject *
method_copy(GilObject *op, GilObject *Gil_UNUSED(args))
{
    if (GilFrozenSet_CheckExact(op))
        return Gil_NewRef(op);
    return gil_set_copy(gil_tstate_need(__func__), gil_set(op));
}

static GilObject *
method_add(GilObject *op, GilObject *key)
{
    return GilSet_Add(op, key) < 0 ? NULL : Gil_None;
}

static GilObject *
method_discard(GilObject *op, GilObject *key)
{
    return discard(op, key) < 0 ? NULL : Gil_None;
}

static GilObject *
method_remove(GilObject *op, GilObject *key)
{
    int rc = discard(op, key);
    if (rc == 0)
        gil_dict_missing(gil_tstate_need(__func__), key);
    return rc <= 0 ? NULL : Gil_None;
}

static GilObject *
method_pop(GilObject *op, GilObject *Gil_UNUSED(args))
{
    return GilSet_Pop(op);
}

static GilObject *
method_clear(GilObject *op, GilObject *Gil_UNUSED(args))
{
    gil_set_clear(gil_set(op));
    Gil_RETURN_NONE;
}

static GilObject *
method_update(GilObject *op, GilObject *const *args, Gil_ssize_t n)
{
    return each_in_place(op, args, n, gil_set_update);
}

static GilObject *
method_difference_update(GilObject *op, GilObject *const *args, Gil_ssize_t n)
{
    return each_in_place(op, args, n, gil_set_difference_update);
}

/* What is common to all is found first, so that a failure leaves the set as it was. */
static GilObject *
method_intersection_update(GilObject *op, GilObject *const *args, Gil_ssize_t n)
{
    GilObject *common = method_intersection(op, args, n);
    if (common == NULL)
        return NULL;
    gil_set_swap(gil_set(op), gil_set(common));
    Gil_DECREF(common); /* may run anything */
    Gil_RETURN_NONE;
}

static GilObject *
method_symmetric_difference_update(GilObject *op, GilObject *other)
{
    return gil_set_symmetric_difference_update(gil_tstate_need(__func__), gil_set(op), other) < 0 ? NULL : Gil_None;
}

/* What sets and frozensets have in common. */
#define COMMON_METHODS                                                                                               \
    {"copy", method_copy, GIL_METH_NOARGS, "copy($self, /)\n--\n\nA set of the same elements."},                     \
    {"union", _GilCFunction_CAST(method_union), GIL_METH_FASTCALL,                                                   \
     "union($self, /, *others)\n--\n\nA new set of what is in any of them."},                                        \
    {"intersection", _GilCFunction_CAST(method_intersection), GIL_METH_FASTCALL,                                     \
     "intersection($self, /, *others)\n--\n\nA new set of what is in all of them."},                                 \
    {"difference", _GilCFunction_CAST(method_difference), GIL_METH_FASTCALL,                                         \
     "difference($self, /, *others)\n--\n\nA new set of what is in none of the others."},                            \
    {"symmetric_difference", method_symmetric_difference, GIL_METH_O,                                                \
     "symmetric_difference($self, other, /)\n--\n\nA new set of what is in one of the two alone."},                  \
    {"issubset", method_issubset, GIL_METH_O,                                                                        \
     "issubset($self, other, /)\n--\n\nWhether the other has all elements of this set."},                            \
    {"issuperset", method_issuperset, GIL_METH_O,                                                                    \
     "issuperset($self, other, /)\n--\n\nWhether this set has all elements of the other."},                          \
    {"isdisjoint", method_isdisjoint, GIL_METH_O,                                                                    \
     "isdisjoint($self, other, /)\n--\n\nWhether the two have no element in common."}

static GilMethodDef frozenset_methods[] = {COMMON_METHODS, {NULL, NULL, 0, NULL}};

static GilMethodDef set_methods[] = {
    COMMON_METHODS,
    {"add", method_add, GIL_METH_O, "add($self, element, /)\n--\n\nPut an element in."},
    {"discard", method_discard, GIL_METH_O, "discard($self, element, /)\n--\n\nTake an element out, if it is there."},
    {"remove", method_remove, GIL_METH_O, "remove($self, element, /)\n--\n\nTake an element out, else KeyError."},
    {"pop", method_pop, GIL_METH_NOARGS, "pop($self, /)\n--\n\nTake any element out and return it."},
    {"clear", method_clear, GIL_METH_NOARGS, "clear($self, /)\n--\n\nTake all elements out."},
    {"update", _GilCFunction_CAST(method_update), GIL_METH_FASTCALL,
     "update($self, /, *others)\n--\n\nPut in what the others have."},
    {"difference_update", _GilCFunction_CAST(method_difference_update), GIL_METH_FASTCALL,
     "difference_update($self, /, *others)\n--\n\nTake out what the others have."},
    {"intersection_update", _GilCFunction_CAST(method_intersection_update), GIL_METH_FASTCALL,
     "intersection_update($self, /, *others)\n--\n\nTake out what one of the others has not."},
    {"symmetric_difference_update", method_symmetric_difference_update, GIL_METH_O,
     "symmetric_difference_update($self, other, /)\n--\n\nTake out what both have, put in what the other alone has."},
    {NULL, NULL, 0, NULL},
};

/* --- making them --- */

static int
no_keywords(const char *name, GilObject *kwargs)
{
    if (kwargs == NULL || GilDict_Size(kwargs) == 0)
        return 0;
    GilErr_Format(GilExc_TypeError, "%s() takes no keyword arguments", name);
    return -1;
}

/* The one argument, or NULL in *iterable. 0, or -1 with TypeError. */
static int
read_argument(GilTypeObject *type, GilObject *args, GilObject **iterable)
{
    Gil_ssize_t n = GilTuple_GET_SIZE(args);
    if (n > 1) {
        GilErr_Format(GilExc_TypeError, "%s expected at most 1 argument, got %zd", gil_type_short_name(type), n);
        return -1;
    }
    *iterable = n == 1 ? GilTuple_GET_ITEM(args, 0) : NULL;
    return 0;
}

/* For subtypes: empty, and so it stays where tp_new is overridden. */
static GilObject *
set_tp_alloc(GilTypeObject *type, Gil_ssize_t nitems)
{
    GilObject *op = GilType_GenericAlloc(type, nitems);
    if (op != NULL)
        gil_set_init_empty(gil_set(op));
    return op;
}

static GilObject *
new_empty(GilTypeObject *type)
{
    if (type == &GilSet_Type || type == &GilFrozenSet_Type)
        return gil_set_new(gil_tstate_need(__func__), type);
    GilObject *op = type->tp_alloc(type, 0);
    if (op != NULL)
        gil_set_init_empty(gil_set(op));
    return op;
}

static GilObject *
set_new(GilTypeObject *type, GilObject *Gil_UNUSED(args), GilObject *Gil_UNUSED(kwargs))
{
    return new_empty(type);
}

static int
set_init(GilObject *op, GilObject *args, GilObject *kwargs)
{
    GilObject *iterable;
    if (no_keywords("set", kwargs) < 0 || read_argument(Gil_TYPE(op), args, &iterable) < 0)
        return -1;
    gil_set_clear(gil_set(op)); /* may run anything */
    return iterable == NULL ? 0 : gil_set_update(gil_tstate_need(__func__), gil_set(op), iterable);
}

static GilObject *
frozenset_new(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    GilObject *iterable;
    if (type->tp_init == GilFrozenSet_Type.tp_init && no_keywords("frozenset", kwargs) < 0)
        return NULL;
    if (read_argument(type, args, &iterable) < 0)
        return NULL;
    if (type == &GilFrozenSet_Type && iterable != NULL && GilFrozenSet_CheckExact(iterable))
        return Gil_NewRef(iterable);
    GilObject *op = new_empty(type);
    if (op != NULL && iterable != NULL && gil_set_update(gil_tstate_need(__func__), gil_set(op), iterable) < 0)
        Gil_CLEAR(op);
    return op;
}

/* --- the iterator --- */

static GilObject *
set_iter(GilObject *op)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct set_iter *it = (struct set_iter *)gil_object_alloc_gc(ts, &GilSetIter_Type, sizeof(struct set_iter));
    if (it == NULL)
        return NULL;
    it->set = Gil_NewRef(op);
    it->pos = 0;
    it->used = it->left = gil_set(op)->used;
    it->version = gil_set(op)->version;
    gil_object_track(ts, it);
    return &it->ob_base;
}

static void
iter_dealloc(GilObject *op)
{
    gil_object_untrack(op);
    Gil_XDECREF(((struct set_iter *)op)->set); /* may run anything */
    gil_object_free_gc(op);
}

static int
iter_traverse(GilObject *op, visitproc visit, void *arg)
{
    Gil_VISIT(((struct set_iter *)op)->set);
    return 0;
}

static int
iter_clear(GilObject *op)
{
    Gil_CLEAR(((struct set_iter *)op)->set);
    return 0;
}

static GilObject *
iter_next(GilObject *op)
{
    struct set_iter *it = (struct set_iter *)op;
    if (it->set == NULL)
        return NULL;
    struct gil_set *s = gil_set(it->set);
    if (it->version != s->version) { /* versions do not come back: once changed, for ever changed */
        GilErr_SetString(GilExc_RuntimeError, it->used != s->used ? "Set changed size during iteration"
                                                                  : "Set changed during iteration");
        return NULL;
    }
    struct gil_set_entry *e = gil_set_walk(s, &it->pos);
    if (e == NULL) {
        Gil_CLEAR(it->set); /* may run anything */
        return NULL;
    }
    it->left--;
    return Gil_NewRef(e->key);
}

static GilObject *
iter_length_hint(GilObject *op, GilObject *Gil_UNUSED(args))
{
    struct set_iter *it = (struct set_iter *)op;
    return GilLong_FromSsize_t(it->set != NULL && gil_set(it->set)->version == it->version ? it->left : 0);
}

static GilMethodDef iter_methods[] = {
    {"__length_hint__", iter_length_hint, GIL_METH_NOARGS, "How many elements are to come, as it looks now."},
    {NULL, NULL, 0, NULL},
};

static GilNumberMethods set_as_number = {
    .nb_subtract = set_subtract,
    .nb_and = set_and,
    .nb_xor = set_xor,
    .nb_or = set_or,
    .nb_inplace_subtract = set_isubtract,
    .nb_inplace_and = set_iand,
    .nb_inplace_xor = set_ixor,
    .nb_inplace_or = set_ior,
};

static GilNumberMethods frozenset_as_number = {
    .nb_subtract = set_subtract, .nb_and = set_and, .nb_xor = set_xor, .nb_or = set_or};

static GilSequenceMethods set_as_sequence = {.sq_length = set_length, .sq_contains = set_contains};

GilTypeObject GilSet_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "set",
    .tp_basicsize = sizeof(struct gil_set),
    .tp_dealloc = gil_set_dealloc,
    .tp_repr = set_repr,
    .tp_as_number = &set_as_number,
    .tp_as_sequence = &set_as_sequence,
    .tp_hash = GilObject_HashNotImplemented,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_BASETYPE,
    .tp_doc = "set(iterable=()): hashable objects, each once.",
    .tp_traverse = set_traverse,
    .tp_clear = set_clear,
    .tp_richcompare = set_richcompare,
    .tp_weaklistoffset = offsetof(struct gil_set, weaklist),
    .tp_iter = set_iter,
    .tp_methods = set_methods,
    .tp_init = set_init,
    .tp_alloc = set_tp_alloc,
    .tp_new = set_new,
};

GilTypeObject GilFrozenSet_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "frozenset",
    .tp_basicsize = sizeof(struct gil_set),
    .tp_dealloc = gil_set_dealloc,
    .tp_repr = set_repr,
    .tp_as_number = &frozenset_as_number,
    .tp_as_sequence = &set_as_sequence,
    .tp_hash = frozenset_hash,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_BASETYPE,
    .tp_doc = "frozenset(iterable=()): hashable objects, each once, for ever.",
    .tp_traverse = set_traverse,
    .tp_clear = set_clear,
    .tp_richcompare = set_richcompare,
    .tp_weaklistoffset = offsetof(struct gil_set, weaklist),
    .tp_iter = set_iter,
    .tp_methods = frozenset_methods,
    .tp_alloc = set_tp_alloc,
    .tp_new = frozenset_new,
};

GilTypeObject GilSetIter_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "set_iterator",
    .tp_basicsize = sizeof(struct set_iter),
    .tp_dealloc = iter_dealloc,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_traverse = iter_traverse,
    .tp_clear = iter_clear,
    .tp_iter = GilObject_SelfIter,
    .tp_iternext = iter_next,
    .tp_methods = iter_methods,
};

int
gil_set_start(void)
{
    GilTypeObject *types[] = {&GilSet_Type, &GilFrozenSet_Type, &GilSetIter_Type};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(types); i++)
        if (gil_type_ready(types[i]) < 0)
            return -1;
    return 0;
}
