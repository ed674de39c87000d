/* SPDX-License-Identifier: MIT */
/*
 * The type of types: calling a type, showing it, its attributes, and its end.
 *
 * A type made at run time dies like any object, with its last reference. Its instances hold one each, and so do derived
 * types (through bases), so a type never goes before what needs it. The interpreter keeps all its types in a list,
 * newest first, without counting them. At the interpreter's end gil_types_clear() walks it and gives back what class
 * attributes hold, of those types that are still held after the last collection: by a reference that was lost. What
 * runs then may make types that hold as much again; they are cleared too, but not for ever.
 *
 * A type stands in the list until its destructor has told its weak references, and a type whose destruction was put off
 * does so longer. So who takes references from the list leaves out the dead.
 */
#include "object/metatype.h"

#include "gilrt/gc.h"
#include "object/attr.h"
#include "object/dealloc.h"
#include "object/error.h"
#include "object/format.h"
#include "object/lookup.h"
#include "object/ops.h"
#include "object/weakref.h"

/* Times that the end goes through the types, while what it gives back makes more of them. */
#define CLEAR_ROUNDS 8

void
gil_type_link(GilThreadState *ts, GilHeapTypeObject *ht)
{
    struct gil_object_pocket *pocket = gil_object_pocket(ts);
    GilTypeObject *newest = pocket->types;

    ht->older = newest;
    ht->newer = NULL;
    if (newest != NULL)
        gil_heap_type(newest)->newer = &ht->type;
    pocket->types = &ht->type;
    pocket->types_made++;
    ht->type.tp_flags |= Gil_TPFLAGS_READY;
}

static void
unlink_type(GilThreadState *ts, GilHeapTypeObject *ht)
{
    if (ht->newer != NULL)
        gil_heap_type(ht->newer)->older = ht->older;
    else
        gil_object_pocket(ts)->types = ht->older;
    if (ht->older != NULL)
        gil_heap_type(ht->older)->newer = ht->newer;
}

/* What a type holds besides its bases. May run anything. */
static void
clear_type(GilHeapTypeObject *ht)
{
    gil_type_retire(&ht->type);
    if (ht->type.tp_names != NULL)
        gil_names_clear(ht->type.tp_names);
    Gil_CLEAR(ht->module);
    Gil_CLEAR(ht->qualname);
}

static int
holds_something(const GilHeapTypeObject *ht)
{
    return ht->module != NULL || ht->qualname != NULL || (ht->type.tp_names != NULL && gil_names_count(ht->type.tp_names) > 0);
}

/* The type, or the next older one that is alive; NULL: there is none. */
static GilTypeObject *
alive_from(GilTypeObject *type)
{
    while (type != NULL && !gil_object_is_alive((GilObject *)(void *)type))
        type = gil_heap_type(type)->older;
    return type;
}

void
gil_types_clear(GilThreadState *ts)
{
    int again = 1;

    for (int round = 0; round < CLEAR_ROUNDS && again; round++) {
        again = 0;
        GilObject *held = Gil_XNewRef(alive_from(gil_object_pocket(ts)->types));
        while (held != NULL) {
            GilHeapTypeObject *ht = gil_heap_type((GilTypeObject *)(void *)held);
            if (holds_something(ht)) {
                again = 1; /* what runs meanwhile may make types, and set attributes of those behind */
                clear_type(ht);
            }
            /* The next one is taken before this one goes: its end may be that of others. */
            GilObject *next = Gil_XNewRef(alive_from(ht->older));
            Gil_DECREF(held);
            held = next;
        }
    }
}

static void
type_dealloc(GilObject *self)
{
    GilThreadState *ts = gil_tstate_need("type_dealloc");
    GilHeapTypeObject *ht = gil_heap_type((GilTypeObject *)(void *)self);
    struct gil_indicator saved = gil_err_save(ts);

    GIL_REQUIRE(gil_type_is_heap(&ht->type), "built-in type '%s' lost its last reference", ht->type.tp_name);
    gil_object_untrack(self);
    GilObject_ClearWeakRefs(self); /* may run anything */
    if (ht->type.tp_flags & Gil_TPFLAGS_READY)
        unlink_type(ts, ht);
    clear_type(ht);
    gil_names_delete(ht->type.tp_names);
    for (Gil_ssize_t i = 0; i < ht->nbases; i++)
        Gil_DECREF(ht->bases[i]);
    gil_heap_free(ht->bases);
    gil_heap_free(ht->type.tp_mro_items);
    gil_heap_free(ht->members);
    gil_heap_free(ht->covered);
    gil_heap_free(ht->doc);
    gil_heap_free(ht->name);
    gil_object_free(self);
    gil_err_restore(ts, saved);
}

static int
type_traverse(GilObject *self, visitproc visit, void *arg)
{
    GilHeapTypeObject *ht = gil_heap_type((GilTypeObject *)(void *)self);
    struct gil_name_entry *entry;
    size_t pos = 0;

    Gil_VISIT(ht->module);
    Gil_VISIT(ht->qualname);
    for (Gil_ssize_t i = 0; i < ht->nbases; i++)
        Gil_VISIT(ht->bases[i]);
    while (ht->type.tp_names != NULL && (entry = gil_names_next(ht->type.tp_names, &pos)) != NULL)
        if (entry->kind == GIL_NAME_VALUE)
            Gil_VISIT(entry->u.value);
    return 0;
}

static int
type_clear(GilObject *self)
{
    clear_type(gil_heap_type((GilTypeObject *)(void *)self));
    return 0;
}

static int
type_is_gc(GilObject *self)
{
    return gil_type_is_heap((GilTypeObject *)(void *)self);
}

/* "<class 'vector.Scale'>" */
static GilObject *
type_repr(GilObject *self)
{
    struct gil_text text;
    GilObject *repr = NULL, *name = gil_type_full_name((GilTypeObject *)(void *)self, NULL);

    gil_text_init(&text, gil_tstate_need("type_repr")->heap);
    if (name != NULL && gil_text_append_format(&text, "<class '%U'>", name) == 0)
        repr = gil_ops.str_from_utf8(text.data, text.len);
    gil_text_free(&text);
    Gil_XDECREF(name);
    return repr;
}

/* type(x) is the type of x; with three arguments a class is made. */
static GilObject *
type_new(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    GilObject **items;

    if (type == &GilType_Type && gil_ops.tuple_items(args, &items) == 1 &&
        (kwargs == NULL || gil_ops.dict_size(kwargs) == 0))
        return Gil_NewRef(Gil_TYPE(items[0]));
    return gil_type_hooks.class_new(type, args, kwargs);
}

static GilObject *
type_call(GilObject *self, GilObject *args, GilObject *kwargs)
{
    GilThreadState *ts = gil_tstate_need("type_call");
    GilTypeObject *type = (GilTypeObject *)(void *)self;

    if (type->tp_new == NULL) {
        GilErr_Format(GilExc_TypeError, "cannot create '%s' instances", type->tp_name);
        return NULL;
    }
    GilObject *obj = type->tp_new(type, args, kwargs);
    if (obj == NULL) {
        if (!gil_err_pending(ts))
            GilErr_Format(GilExc_SystemError, "tp_new of '%s' returned NULL without setting an exception",
                          type->tp_name);
        return NULL;
    }
    /* tp_new may answer with any object. Only an instance of the type is initialised, as what it is; type(x) none. */
    if (type == &GilType_Type || (Gil_TYPE(obj) != type && !GilType_IsSubtype(Gil_TYPE(obj), type)))
        return obj;
    initproc init = Gil_TYPE(obj)->tp_init;
    /* That of object lets all arguments pass when tp_new is another's. */
    if (init == NULL || (init == GilBaseObject_Type.tp_init && Gil_TYPE(obj)->tp_new != GilBaseObject_Type.tp_new))
        return obj;
    if (init(obj, args, kwargs) < 0) {
        if (!gil_err_pending(ts))
            GilErr_Format(GilExc_SystemError, "tp_init of '%s' failed without setting an exception", type->tp_name);
        Gil_DECREF(obj);
        return NULL;
    }
    return obj;
}

static GilObject *
type_get_name(GilObject *self, void *closure)
{
    (void)closure;
    return GilType_GetName((GilTypeObject *)(void *)self);
}

static GilObject *
type_get_module(GilObject *self, void *closure)
{
    (void)closure;
    return GilType_GetModuleName((GilTypeObject *)(void *)self);
}

static GilObject *
type_get_qualname(GilObject *self, void *closure)
{
    (void)closure;
    return GilType_GetQualName((GilTypeObject *)(void *)self);
}

/* Whether type may be given value under that name; else -1 with TypeError. */
static int
need_own(const GilTypeObject *type, const GilObject *value, const char *name)
{
    if (!gil_type_is_heap(type) || (type->tp_flags & Gil_TPFLAGS_IMMUTABLETYPE)) {
        GilErr_Format(GilExc_TypeError, "cannot set '%s' attribute of immutable type '%s'", name, type->tp_name);
        return -1;
    }
    if (value == NULL) {
        GilErr_Format(GilExc_TypeError, "cannot delete '%s' attribute of type '%s'", name, type->tp_name);
        return -1;
    }
    return 0;
}

static int
type_set_qualname(GilObject *self, GilObject *value, void *closure)
{
    GilTypeObject *type = (GilTypeObject *)(void *)self;
    (void)closure;

    if (need_own(type, value, "__qualname__") < 0)
        return -1;
    if (!gil_is_str(value)) {
        GilErr_Format(GilExc_TypeError, "can only assign string to %s.__qualname__, not '%s'", type->tp_name,
                      Gil_TYPE(value)->tp_name);
        return -1;
    }
    Gil_XSETREF(gil_heap_type(type)->qualname, Gil_NewRef(value)); /* may run anything */
    return 0;
}

/* Class attributes that a type of one's own may be given anew, under the name in closure. */
static int
type_set_own(GilObject *self, GilObject *value, void *closure)
{
    GilTypeObject *type = (GilTypeObject *)(void *)self;
    const char *name = closure;

    if (need_own(type, value, name) < 0)
        return -1;
    return gil_type_set_value(gil_tstate_need("type_set_own"), type, name, strlen(name), value);
}

static GilObject *
type_get_doc(GilObject *self, void *closure)
{
    GilTypeObject *type = (GilTypeObject *)(void *)self;
    const char *key = closure;
    const struct gil_name_entry *entry =
        gil_names_find(type->tp_names, key, strlen(key), gil_names_hash(key, strlen(key)));

    return entry != NULL && entry->kind == GIL_NAME_VALUE ? Gil_NewRef(entry->u.value) : gil_type_doc(type);
}

static GilObject *
type_get_text_signature(GilObject *self, void *closure)
{
    GilTypeObject *type = (GilTypeObject *)(void *)self;
    (void)closure;

    return gil_doc_signature(gil_type_short_name(type), type->tp_doc);
}

static GilObject *
type_get_base(GilObject *self, void *closure)
{
    GilTypeObject *base = ((GilTypeObject *)(void *)self)->tp_base;
    (void)closure;

    return Gil_NewRef(base != NULL ? (GilObject *)base : Gil_None);
}

static GilObject *
type_get_bases(GilObject *self, void *closure)
{
    GilTypeObject *type = (GilTypeObject *)(void *)self;
    (void)closure;

    if (gil_type_is_heap(type))
        return gil_ops.tuple_from_array((GilObject *const *)(void *)gil_heap_type(type)->bases,
                                        gil_heap_type(type)->nbases);
    return gil_ops.tuple_from_array((GilObject *const *)(void *)&type->tp_base, type->tp_base != NULL);
}

static GilObject *
type_get_mro(GilObject *self, void *closure)
{
    GilTypeObject *type = (GilTypeObject *)(void *)self;
    (void)closure;

    return gil_ops.tuple_from_array((GilObject *const *)(void *)type->tp_mro_items, type->tp_mro_count);
}

static GilObject *
type_mro(GilObject *self, GilObject *unused)
{
    GilTypeObject *type = (GilTypeObject *)(void *)self;
    (void)unused;

    return gil_ops.list_of_names((GilObject *const *)(void *)type->tp_mro_items, type->tp_mro_count);
}

static GilObject *
type_get_dict(GilObject *self, void *closure)
{
    (void)closure;
    return gil_type_hooks.type_dict((GilTypeObject *)(void *)self);
}

/* Whether o has no __class__ but object's, which says its type. */
static int
is_what_it_is(GilObject *o)
{
    GilTypeObject *type = Gil_TYPE(o);
    struct gil_found found;
    size_t first = 0;

    if (type->tp_getattro != GilObject_GenericGetAttr)
        return 0;
    if (type->tp_flags & Gil_TPFLAGS_STATIC_BUILTIN)
        return 1;
    /* Stands first in object's table, which knows its hash: to compute that takes longer than all the rest. */
    const struct gil_name_entry *entry = gil_names_next(GilBaseObject_Type.tp_names, &first);
    const struct gil_name name = {.text = entry->name, .len = entry->len, .hash = entry->hash};
    GIL_ASSERT(strcmp(name.text, "__class__") == 0);
    return gil_type_lookup(gil_tstate_attached(), type, &name, &found) && found.owner == &GilBaseObject_Type;
}

int
gil_type_claimed_by(GilTypeObject *type, GilObject *o)
{
    GilObject *class;

    if (is_what_it_is(o))
        return 0;
    int rc = GilObject_GetOptionalAttrString(o, "__class__", &class); /* may run anything */
    if (rc > 0)
        rc = gil_is_type(class) && GilType_IsSubtype((GilTypeObject *)(void *)class, type);
    Gil_XDECREF(class);
    return rc;
}

/* What isinstance() and issubclass() do where no metatype of one's own says otherwise: for hooks that ask on. */
static GilObject *
type_instancecheck(GilObject *self, GilObject *instance)
{
    GilTypeObject *type = (GilTypeObject *)(void *)self;
    int rc = GilType_IsSubtype(Gil_TYPE(instance), type) ? 1 : gil_type_claimed_by(type, instance);

    return rc < 0 ? NULL : _Gil_RichResult(rc);
}

static GilObject *
type_subclasscheck(GilObject *self, GilObject *cls)
{
    if (!gil_is_type(cls)) {
        GilErr_SetString(GilExc_TypeError, "issubclass() arg 1 must be a class");
        return NULL;
    }
    return _Gil_RichResult(GilType_IsSubtype((GilTypeObject *)(void *)cls, (GilTypeObject *)(void *)self));
}

static int
has_base(const GilHeapTypeObject *ht, const GilTypeObject *base)
{
    for (Gil_ssize_t i = 0; i < ht->nbases; i++)
        if (ht->bases[i] == base)
            return 1;
    return 0;
}

/* The types of this interpreter that name self among their bases, oldest first; built-in ones are not among them. */
static GilObject *
type_subclasses(GilObject *self, GilObject *unused)
{
    GilThreadState *ts = gil_tstate_need("type_subclasses");
    GilTypeObject *newest = alive_from(gil_object_pocket(ts)->types);
    const GilTypeObject *base = (const GilTypeObject *)(void *)self;
    Gil_ssize_t n = 0, at;
    (void)unused;

    for (GilTypeObject *t = newest; t != NULL; t = alive_from(gil_heap_type(t)->older))
        n += has_base(gil_heap_type(t), base);
    GilObject **found = gil_heap_calloc(ts->heap, (size_t)n + 1, sizeof *found);
    if (found == NULL)
        return gil_err_no_memory(ts);
    at = n;
    for (GilTypeObject *t = newest; t != NULL; t = alive_from(gil_heap_type(t)->older))
        if (has_base(gil_heap_type(t), base))
            found[--at] = (GilObject *)t;
    GilObject *list = gil_ops.list_of_names(found, n);
    gil_heap_free(found);
    return list;
}

static GilMethodDef type_methods[] = {
    {"__instancecheck__", type_instancecheck, GIL_METH_O, NULL},
    {"__subclasscheck__", type_subclasscheck, GIL_METH_O, NULL},
    {"__subclasses__", type_subclasses, GIL_METH_NOARGS, NULL},
    {"mro", type_mro, GIL_METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static GilGetSetDef type_getset[] = {
    {"__name__", type_get_name, NULL, NULL, NULL},
    {"__qualname__", type_get_qualname, type_set_qualname, NULL, NULL},
    {"__module__", type_get_module, type_set_own, NULL, (void *)"__module__"},
    {"__doc__", type_get_doc, type_set_own, NULL, (void *)"__doc__"},
    {"__text_signature__", type_get_text_signature, NULL, NULL, NULL},
    {"__base__", type_get_base, NULL, NULL, NULL},
    {"__bases__", type_get_bases, NULL, NULL, NULL},
    {"__mro__", type_get_mro, NULL, NULL, NULL},
    {"__dict__", type_get_dict, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

GilTypeObject GilType_Type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "type",
    .tp_basicsize = sizeof(GilHeapTypeObject),
    .tp_dealloc = type_dealloc,
    .tp_vectorcall_offset = offsetof(GilTypeObject, tp_vectorcall),
    .tp_repr = type_repr,
    .tp_call = type_call,
    .tp_getattro = gil_type_getattro,
    .tp_setattro = gil_type_setattro,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_BASETYPE | Gil_TPFLAGS_HAVE_GC |
                Gil_TPFLAGS_TYPE_SUBCLASS | Gil_TPFLAGS_HAVE_VECTORCALL,
    .tp_doc = "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type",
    .tp_traverse = type_traverse,
    .tp_clear = type_clear,
    .tp_weaklistoffset = offsetof(GilTypeObject, tp_weaklist),
    .tp_methods = type_methods,
    .tp_getset = type_getset,
    .tp_new = type_new,
    .tp_is_gc = type_is_gc,
};
