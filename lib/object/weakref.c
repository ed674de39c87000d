/* SPDX-License-Identifier: MIT */
/*
 * Weak references.
 *
 * An object that can be referred to weakly keeps the head of a list of its weak references, at tp_weaklistoffset. They
 * do not count in its reference count. Those that can be shared stand first in the list: exact instances of the
 * built-in types without a callback. Behind them stand the others, the latest made first, which is the order of
 * callbacks. The list is linked both ways, by a pointer to whatever points to the element, so a weak reference takes
 * itself out when it dies and need not know its referent. Built-in types are shared by interpreters, never written and
 * never destroyed: weak references to them are in no list.
 *
 * The end of a referent (gil_weakref_clear): first all of its weak references forget it, and those with a callback move
 * to a queue, linked through the same field, each with a reference of the queue's; only then is the first callback
 * called. So no callback can reach the dying object through another weak reference, and one that drops the last
 * reference to another finds it held. Nothing of this needs memory: there is no death that is too poor to be told.
 *
 * The awkward moment: an object can be dead and not yet destroyed. Its count is zero while its destructor runs, and
 * it may wait, linked through its count, among the dead that were put off (dealloc.c). Its weak references are still in
 * its list then, and a weak reference may itself be such an object, in its referent's list. So whoever follows a
 * pointer of this file's asks gil_object_is_alive() first; a plain test for zero would hand out the dying, and
 * counting one would break the chain of the dead. Finalizers are no exception: while one runs, the object has a count
 * again and may be had through its weak references, which is a resurrection like any other (PEP 442).
 */
#include "object/weakref.h"

#include "gilrt/gc.h"
#include "object/alloc.h"
#include "object/dealloc.h"
#include "object/error.h"
#include "object/format.h"
#include "object/ops.h"
#include "object/recursion.h"
#include "object/type.h"

/* Whether others may be given this one instead of one of their own. */
static int
is_shared(const struct gil_weakref *ref)
{
    return ref->callback == NULL && ref->function == NULL &&
           (ref->ob_base.ob_type->tp_flags & Gil_TPFLAGS_STATIC_BUILTIN) != 0;
}

void
gil_weakref_validate(GilObject *op)
{
    struct gil_weakref **link = gil_weakref_list(op);
    int shared = 1;

    for (; link != NULL && *link != NULL; link = &(*link)->next) {
        GIL_REQUIRE((*link)->link == link, "a weak reference is not linked back");
        GIL_REQUIRE((*link)->object == op, "a weak reference is in another object's list");
        /* What lost its callback is out of the list as well, so the order stands. */
        GIL_REQUIRE(shared || !is_shared(*link), "a shared weak reference stands behind one that is not");
        shared = is_shared(*link);
    }
}

int
gil_weakref_check(GilObject *op)
{
    return Gil_TYPE(op)->tp_dealloc == gil_weakref_dealloc || GilWeakref_CheckRef(op);
}

GilObject *
gil_weakref_get(const struct gil_weakref *ref)
{
    return ref->object != NULL && gil_object_is_alive(ref->object) ? Gil_NewRef(ref->object) : NULL;
}

/* Forget the referent. */
static void
detach(struct gil_weakref *ref)
{
    ref->object = NULL;
    if (ref->link == NULL)
        return;
    *ref->link = ref->next;
    if (ref->next != NULL)
        ref->next->link = ref->link;
    ref->link = NULL;
    ref->next = NULL;
}

static void
attach(struct gil_weakref *ref, GilObject *ob, struct gil_weakref **list)
{
    ref->object = ob;
    if (list == NULL)
        return;
    while (!is_shared(ref) && *list != NULL && is_shared(*list))
        list = &(*list)->next;
    ref->next = *list;
    ref->link = list;
    if (ref->next != NULL)
        ref->next->link = &ref->next;
    *list = ref;
}

/* --- the end of a referent --- */

static void
enqueue(struct gil_weakref_queue *queue, struct gil_weakref *ref)
{
    Gil_INCREF(ref);
    *queue->last = ref;
    queue->last = &ref->next;
}

static int
always(GilObject *Gil_UNUSED(ref), void *Gil_UNUSED(arg))
{
    return 1;
}

static int
never(GilObject *Gil_UNUSED(ref), void *Gil_UNUSED(arg))
{
    return 0;
}

/* op's weak references forget it; those whose callback shall run go into the queue. */
static void
clear_list(GilObject *op, int (*is_trash)(GilObject *ref, void *arg), void *arg, struct gil_weakref_queue *queue)
{
    struct gil_weakref **list = gil_weakref_list(op), *ref;

    if (list == NULL || (gil_is_type(op) && !gil_type_is_heap((GilTypeObject *)(void *)op)))
        return;
    while ((ref = *list) != NULL) {
        int called = ref->callback != NULL || ref->function != NULL;
        detach(ref);
        if (called && gil_object_is_alive(&ref->ob_base) && !is_trash(&ref->ob_base, arg))
            enqueue(queue, ref);
    }
}

void
gil_weakref_clear_garbage(GilObject *op, int (*is_trash)(GilObject *ref, void *arg), void *arg,
                          struct gil_weakref_queue *queue)
{
    clear_list(op, is_trash, arg, queue);
    if (gil_weakref_check(op))
        detach(gil_weakref(op));
}

void
gil_weakref_clear_silently(GilObject *op)
{
    struct gil_weakref_queue queue;

    gil_weakref_queue_init(&queue);
    clear_list(op, always, NULL, &queue);
}

/* callable(arg). The layer of calls is above this one. */
static GilObject *
call_with(GilThreadState *ts, GilObject *callable, GilObject *arg)
{
    GilTypeObject *type = Gil_TYPE(callable);
    vectorcallfunc fast = NULL;

    if (type->tp_flags & Gil_TPFLAGS_HAVE_VECTORCALL)
        memcpy(&fast, (char *)callable + type->tp_vectorcall_offset, sizeof fast);
    if (fast != NULL)
        return fast(callable, &arg, 1, NULL);
    if (type->tp_call == NULL) {
        GilErr_Format(GilExc_TypeError, "'%s' object is not callable", type->tp_name);
        return NULL;
    }
    GilObject *args = gil_ops.tuple_from_array(&arg, 1), *result = NULL;
    if (args != NULL && gil_recursion_enter(ts, " while calling a weak reference's callback") == 0) {
        result = type->tp_call(callable, args, NULL);
        gil_recursion_leave(ts);
    }
    Gil_XDECREF(args);
    return result;
}

/* Call what ref has for it, once. No error is pending, before or after. May run anything. */
static void
call_back(GilThreadState *ts, struct gil_weakref *ref)
{
    GilObject *callback = ref->callback;
    GilWeakref_Callback function = ref->function;

    ref->callback = NULL;
    ref->function = NULL;
    if (function != NULL) {
        function(&ref->ob_base, ref->arg);
        if (gil_err_pending(ts))
            GilErr_WriteUnraisable(&ref->ob_base);
    }
    if (callback != NULL) {
        GilObject *result = call_with(ts, callback, &ref->ob_base);
        if (gil_err_pending(ts))
            GilErr_FormatUnraisable("Exception ignored while calling weakref callback %R", callback);
        Gil_XDECREF(result);
        Gil_DECREF(callback);
    }
}

void
gil_weakref_run_callbacks(GilThreadState *ts, struct gil_weakref_queue *queue)
{
    struct gil_weakref *ref = queue->first;

    if (ref == NULL)
        return;
    gil_weakref_queue_init(queue);
    struct gil_indicator saved = gil_err_save(ts);
    while (ref != NULL) {
        struct gil_weakref *next = ref->next;
        ref->next = NULL;
        call_back(ts, ref);
        Gil_DECREF(ref); /* may run anything; the others are held */
        ref = next;
    }
    gil_err_restore(ts, saved);
}

/* The list to be cleared; NULL where there is none, or with SystemError where it must not be. */
static struct gil_weakref **
list_of_dead(const char *func, GilObject *object)
{
    if (object == NULL)
        return gil_err_null(func);
    struct gil_weakref **list = gil_weakref_list(object);
    if (list == NULL)
        return gil_err_bad_argument(func, "an object that can be referred to weakly", object);
    if (gil_object_is_alive(object)) {
        GilErr_Format(GilExc_SystemError, "%s: the '%s' object is alive", func, Gil_TYPE(object)->tp_name);
        return NULL;
    }
    return list;
}

void
GilObject_ClearWeakRefs(GilObject *object)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_weakref_queue queue;
    struct gil_weakref **list = list_of_dead(__func__, object);

    if (list == NULL || *list == NULL)
        return;
    gil_weakref_queue_init(&queue);
    clear_list(object, never, NULL, &queue);
    gil_weakref_run_callbacks(ts, &queue);
}

void
GilUnstable_Object_ClearWeakRefsNoCallbacks(GilObject *object)
{
    gil_tstate_need(__func__);
    if (list_of_dead(__func__, object) != NULL)
        gil_weakref_clear_silently(object);
}

/* --- making them --- */

/* Whether ob may be referred to; 0 with the error set. *list: where its weak references go; NULL: nowhere. */
static int
may_refer(GilObject *ob, struct gil_weakref ***list)
{
    *list = gil_weakref_list(ob);
    if (*list == NULL) {
        GilErr_Format(GilExc_TypeError, "cannot create weak reference to '%s' object", Gil_TYPE(ob)->tp_name);
        return 0;
    }
    if (!gil_object_is_alive(ob)) {
        GilErr_Format(GilExc_ReferenceError, "cannot create weak reference to dying '%s' object",
                      Gil_TYPE(ob)->tp_name);
        return 0;
    }
    if (gil_is_type(ob) && !gil_type_is_heap((GilTypeObject *)(void *)ob))
        *list = NULL;
    return 1;
}

/* One that may be shared, and lives. Borrowed, or NULL. */
static struct gil_weakref *
find_shared(struct gil_weakref **list, const GilTypeObject *type)
{
    for (struct gil_weakref *ref = list != NULL ? *list : NULL; ref != NULL && is_shared(ref); ref = ref->next)
        if (ref->ob_base.ob_type == type && gil_object_is_alive(&ref->ob_base))
            return ref;
    return NULL;
}

static GilObject *ref_vectorcall(GilObject *op, GilObject *const *args, size_t nargsf, GilObject *kwnames);

/* The fields of a new instance, all but the callback in C. */
static void
init(struct gil_weakref *ref, GilObject *callback)
{
    ref->object = NULL;
    ref->callback = callback != Gil_None ? Gil_XNewRef(callback) : NULL;
    ref->function = NULL;
    ref->arg = NULL;
    ref->hash = -1;
    ref->vectorcall = ref_vectorcall;
    ref->next = NULL;
    ref->link = NULL;
}

GilObject *
gil_weakref_new(GilThreadState *ts, GilObject *ob, GilTypeObject *type, GilObject *callback)
{
    struct gil_weakref **list, *ref = NULL;

    if (!may_refer(ob, &list))
        return NULL;
    if (callback == NULL || callback == Gil_None)
        ref = find_shared(list, type);
    if (ref != NULL)
        return Gil_NewRef(ref);
    ref = gil_weakref(gil_object_alloc_gc(ts, type, sizeof *ref));
    if (ref == NULL)
        return NULL;
    init(ref, callback);
    attach(ref, ob, list);
    gil_object_track(ts, ref);
    return &ref->ob_base;
}

GilObject *
GilWeakref_NewRef(GilObject *ob, GilObject *callback)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    return ob != NULL ? gil_weakref_new(ts, ob, &_GilWeakref_RefType, callback) : gil_err_null(__func__);
}

GilObject *
GilWeakref_NewRefWithCallback(GilObject *ob, GilWeakref_Callback callback, void *arg)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_weakref **list;

    if (ob == NULL || callback == NULL)
        return gil_err_null(__func__);
    if (!may_refer(ob, &list))
        return NULL;
    struct gil_weakref *ref = gil_weakref(gil_object_alloc_gc(ts, &_GilWeakref_RefType, sizeof *ref));
    if (ref == NULL)
        return NULL;
    init(ref, NULL);
    ref->function = callback;
    ref->arg = arg;
    attach(ref, ob, list);
    gil_object_track(ts, ref);
    return &ref->ob_base;
}

/* 0, or -1 with the error set. */
static int
need_weakref(const char *func, GilObject *ref)
{
    if (ref == NULL)
        gil_err_null(func);
    else if (!gil_weakref_check(ref))
        gil_err_type(func, "a weak reference", ref);
    else
        return 0;
    return -1;
}

int
GilWeakref_GetRef(GilObject *ref, GilObject **pobj)
{
    gil_tstate_need(__func__);
    if (pobj != NULL)
        *pobj = NULL;
    if (need_weakref(__func__, ref) < 0)
        return -1;
    if (pobj == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    *pobj = gil_weakref_get(gil_weakref(ref));
    return *pobj != NULL;
}

int
GilWeakref_IsDead(GilObject *ref)
{
    gil_tstate_need(__func__);
    if (need_weakref(__func__, ref) < 0)
        return -1;
    const GilObject *object = gil_weakref(ref)->object;
    return object == NULL || !gil_object_is_alive(object);
}

/* --- slots --- */

void
gil_weakref_dealloc(GilObject *op)
{
    struct gil_weakref *ref = gil_weakref(op);

    gil_object_untrack(op);
    detach(ref);
    Gil_XDECREF(ref->callback); /* may run anything; nobody can reach the weak reference */
    Gil_TYPE(op)->tp_free(op);
}

int
gil_weakref_traverse(GilObject *op, visitproc visit, void *arg)
{
    Gil_VISIT(gil_weakref(op)->callback);
    return 0;
}

int
gil_weakref_tp_clear(GilObject *op)
{
    detach(gil_weakref(op));
    Gil_CLEAR(gil_weakref(op)->callback);
    return 0;
}

/* The one or two arguments (ob, callback) of ref; 0, or -1 with TypeError. */
static int
read_arguments(const char *func, GilObject *args, GilObject **ob, GilObject **callback)
{
    GilObject **items;
    Gil_ssize_t n = gil_ops.tuple_items(args, &items);

    if (n < 1 || n > 2) {
        GilErr_Format(GilExc_TypeError, "%s expected at %s, got %zd", func,
                      n < 1 ? "least 1 argument" : "most 2 arguments", n);
        return -1;
    }
    *ob = items[0];
    *callback = n == 2 ? items[1] : NULL;
    return 0;
}

static GilObject *
ref_new(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    GilThreadState *ts = gil_tstate_need("ref");
    GilObject *ob, *callback;
    struct gil_weakref **list;

    if (type == &_GilWeakref_RefType && kwargs != NULL && gil_ops.dict_size(kwargs) > 0) {
        GilErr_SetString(GilExc_TypeError, "ref() takes no keyword arguments");
        return NULL;
    }
    if (read_arguments("__new__", args, &ob, &callback) < 0)
        return NULL;
    if (type == &_GilWeakref_RefType)
        return gil_weakref_new(ts, ob, type, callback);
    GilObject *op = may_refer(ob, &list) ? type->tp_alloc(type, 0) : NULL; /* may run anything; ob is held */
    if (op != NULL) {
        init(gil_weakref(op), callback);
        attach(gil_weakref(op), ob, list);
    }
    return op;
}

static int
ref_init(GilObject *Gil_UNUSED(self), GilObject *args, GilObject *Gil_UNUSED(kwargs))
{
    GilObject *ob, *callback;

    return read_arguments("__init__", args, &ob, &callback);
}

/* What calling ref gives, when it was called with n arguments and k by keyword. */
static GilObject *
called(GilObject *op, Gil_ssize_t n, Gil_ssize_t k)
{
    if (k > 0) {
        GilErr_SetString(GilExc_TypeError, "weakref() takes no keyword arguments");
        return NULL;
    }
    if (n > 0) {
        GilErr_Format(GilExc_TypeError, "weakref expected 0 arguments, got %zd", n);
        return NULL;
    }
    GilObject *ob = gil_weakref_get(gil_weakref(op));
    return ob != NULL ? ob : Gil_NewRef(Gil_None);
}

static GilObject *
ref_vectorcall(GilObject *op, GilObject *const *Gil_UNUSED(args), size_t nargsf, GilObject *kwnames)
{
    GilObject **items;
    Gil_ssize_t n = (Gil_ssize_t)(nargsf & (SIZE_MAX >> 1)); /* without the bit that lends a place before them */

    return called(op, n, kwnames != NULL ? gil_ops.tuple_items(kwnames, &items) : 0);
}

static GilObject *
ref_call(GilObject *op, GilObject *args, GilObject *kwargs)
{
    GilObject **items;

    return called(op, gil_ops.tuple_items(args, &items), kwargs != NULL ? gil_ops.dict_size(kwargs) : 0);
}

static Gil_hash_t
ref_hash(GilObject *op)
{
    struct gil_weakref *ref = gil_weakref(op);

    if (ref->hash != -1)
        return ref->hash;
    GilObject *ob = gil_weakref_get(ref);
    if (ob == NULL) {
        GilErr_SetString(GilExc_TypeError, "weak object has gone away");
        return -1;
    }
    ref->hash = GilObject_Hash(ob); /* may run anything */
    Gil_DECREF(ob);
    return ref->hash;
}

/* Equal while both referents live and are equal; the dead are equal to themselves alone. */
static GilObject *
ref_richcompare(GilObject *v, GilObject *w, int op)
{
    if ((op != Gil_EQ && op != Gil_NE) || !gil_weakref_check(v) || !gil_weakref_check(w))
        Gil_RETURN_NOTIMPLEMENTED;
    GilObject *a = gil_weakref_get(gil_weakref(v)), *b = gil_weakref_get(gil_weakref(w)), *result;
    if (a == NULL || b == NULL)
        result = _Gil_RichResult(op == Gil_EQ ? v == w : v != w);
    else
        result = GilObject_RichCompare(a, b, op); /* may run anything */
    Gil_XDECREF(a);
    Gil_XDECREF(b);
    return result;
}

/* What ob shows as, for ref at that address. */
static int
describe(struct gil_text *text, const void *ref, GilObject *ob)
{
    GilObject *name;

    if (ob == NULL)
        return gil_text_append_format(text, "<weakref at %p; dead>", ref);
    int rc = GilObject_GetOptionalAttrString(ob, "__name__", &name); /* may run anything */
    if (rc < 0)
        return -1;
    if (name != NULL && gil_is_str(name))
        rc = gil_text_append_format(text, "<weakref at %p; to '%T' at %p (%U)>", ref, ob, (void *)ob, name);
    else
        rc = gil_text_append_format(text, "<weakref at %p; to '%T' at %p>", ref, ob, (void *)ob);
    Gil_XDECREF(name);
    return rc;
}

static GilObject *
ref_repr(GilObject *op)
{
    GilThreadState *ts = gil_tstate_need("repr of a weak reference");
    GilObject *ob = gil_weakref_get(gil_weakref(op)), *result = NULL;
    struct gil_text text;

    gil_text_init(&text, ts->heap);
    if (describe(&text, op, ob) == 0)
        result = gil_ops.str_from_utf8(text.data, text.len);
    gil_text_free(&text);
    Gil_XDECREF(ob);
    return result;
}

static GilMemberDef ref_members[] = {
    {"__callback__", _Gil_T_OBJECT, offsetof(struct gil_weakref, callback), Gil_READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

GilTypeObject _GilWeakref_RefType = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "weakref.ReferenceType",
    .tp_basicsize = sizeof(struct gil_weakref),
    .tp_dealloc = gil_weakref_dealloc,
    .tp_vectorcall_offset = offsetof(struct gil_weakref, vectorcall),
    .tp_repr = ref_repr,
    .tp_hash = ref_hash,
    .tp_call = ref_call,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_BASETYPE | Gil_TPFLAGS_HAVE_VECTORCALL,
    .tp_doc = "ref(object, callback=None): calling it gives the object, or None once it is dead.",
    .tp_traverse = gil_weakref_traverse,
    .tp_clear = gil_weakref_tp_clear,
    .tp_richcompare = ref_richcompare,
    .tp_members = ref_members,
    .tp_init = ref_init,
    .tp_new = ref_new,
};

int
gil_weakref_start(void)
{
    return gil_type_ready(&_GilWeakref_RefType);
}
