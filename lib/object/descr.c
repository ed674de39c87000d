/* SPDX-License-Identifier: MIT */
/*
 * Descriptors: what asking a type, and not an instance, for a method, member or computed attribute gives.
 *
 * They are made on demand from an entry of the type's name table and hold the type, whose tables the definition is
 * part of or outlives. Five kinds share one layout: a method and a slot can be called with the instance as first
 * argument, a class method with the type; members and computed attributes are there to be looked at.
 */
#include "object/descr.h"

#include "gilrt/descr.h"
#include "gilrt/gc.h"
#include "object/error.h"
#include "object/format.h"
#include "object/member.h"
#include "object/method_wrapper.h"
#include "object/ops.h"
#include "object/slotdef.h"

struct descr {
    GilObject_HEAD
    GilTypeObject *owner; /* strong */
    struct gil_name_entry entry; /* never a value; its name lives as long as the owner */
};

GilObject *
gil_descr_get(const struct gil_found *found, GilObject *o)
{
    const struct gil_name_entry *entry = &found->entry;

    if (entry->kind == GIL_NAME_MEMBER)
        return GilMember_GetOne((const char *)o, entry->u.member);
    if (entry->u.getset->get == NULL) {
        GilErr_Format(GilExc_AttributeError, "attribute '%s' of '%s' objects is not readable", entry->name,
                      found->owner->tp_name);
        return NULL;
    }
    return entry->u.getset->get(o, entry->u.getset->closure); /* may run anything */
}

int
gil_descr_set(const struct gil_found *found, GilObject *o, GilObject *value)
{
    const struct gil_name_entry *entry = &found->entry;

    if (entry->kind == GIL_NAME_MEMBER)
        return GilMember_SetOne((char *)o, entry->u.member, value);
    if (entry->u.getset->set == NULL) {
        GilErr_Format(GilExc_AttributeError, "attribute '%s' of '%s' objects is not writable", entry->name,
                      found->owner->tp_name);
        return -1;
    }
    return entry->u.getset->set(o, value, entry->u.getset->closure); /* may run anything */
}

static void
descr_dealloc(GilObject *self)
{
    GilTypeObject *owner = ((struct descr *)(void *)self)->owner;

    gil_object_untrack(self);
    gil_object_free(self);
    Gil_DECREF(owner);
}

static int
descr_traverse(GilObject *self, visitproc visit, void *arg)
{
    Gil_VISIT(((struct descr *)(void *)self)->owner);
    return 0;
}

static const char *
describe_kind(int kind)
{
    return kind == GIL_NAME_METHOD   ? "method"
           : kind == GIL_NAME_MEMBER ? "member"
           : kind == GIL_NAME_SLOT   ? "slot wrapper"
                                     : "attribute";
}

static GilObject *
descr_repr(GilObject *self)
{
    const struct descr *descr = (const struct descr *)(void *)self;
    struct gil_text text;
    char buffer[320];

    gil_text_init_fixed(&text, buffer, sizeof buffer);
    if (gil_text_append_format(&text, "<%s '%.100s' of '%.150s' objects>", describe_kind(descr->entry.kind),
                               descr->entry.name, descr->owner->tp_name) < 0)
        return NULL;
    return gil_ops.str_from_utf8(text.data, text.len);
}

static GilObject *
descr_get_name(GilObject *self, void *closure)
{
    const struct descr *descr = (const struct descr *)(void *)self;
    (void)closure;

    return gil_ops.str_from_utf8(descr->entry.name, descr->entry.len);
}

/* With its owner's, as that is now. */
static GilObject *
descr_get_qualname(GilObject *self, void *closure)
{
    const struct descr *descr = (const struct descr *)(void *)self;
    GilObject *owner = GilType_GetQualName(descr->owner), *result = NULL;
    struct gil_text text;
    (void)closure;

    gil_text_init(&text, gil_tstate_attached()->heap);
    if (owner != NULL && gil_text_append_format(&text, "%U.%s", owner, descr->entry.name) == 0)
        result = gil_ops.str_from_utf8(text.data, text.len);
    gil_text_free(&text);
    Gil_XDECREF(owner);
    return result;
}

static GilObject *
descr_get_owner(GilObject *self, void *closure)
{
    (void)closure;
    return Gil_NewRef(((struct descr *)(void *)self)->owner);
}

static GilObject *
descr_get_doc(GilObject *self, void *closure)
{
    const struct gil_name_entry *entry = &((struct descr *)(void *)self)->entry;
    const char *doc = entry->kind == GIL_NAME_METHOD   ? gil_doc_text(entry->name, entry->u.method->ml_doc)
                      : entry->kind == GIL_NAME_MEMBER ? entry->u.member->doc
                      : entry->kind == GIL_NAME_GETSET ? entry->u.getset->doc
                                                       : NULL;
    (void)closure;

    return doc != NULL ? gil_ops.str_from_utf8(doc, strlen(doc)) : Gil_NewRef(Gil_None);
}

static GilObject *
method_get_text_signature(GilObject *self, void *closure)
{
    const struct gil_name_entry *entry = &((struct descr *)(void *)self)->entry;
    (void)closure;

    return gil_doc_signature(entry->name, entry->u.method->ml_doc);
}

/* Whether o may be handed to what the descriptor describes. */
static int
applies_to(const struct descr *descr, GilObject *o)
{
    if (GilType_IsSubtype(Gil_TYPE(o), descr->owner))
        return 1;
    GilErr_Format(GilExc_TypeError, "descriptor '%s' for '%s' objects doesn't apply to a '%s' object",
                  descr->entry.name, descr->owner->tp_name, Gil_TYPE(o)->tp_name);
    return 0;
}

/* The first argument, which must be an instance; NULL with TypeError. *rest becomes a tuple of the others. */
static GilObject *
take_instance(const struct descr *descr, GilObject *args, GilObject **rest)
{
    GilObject **items;
    Gil_ssize_t n = gil_ops.tuple_items(args, &items);

    *rest = NULL;
    if (n < 1) {
        GilErr_Format(GilExc_TypeError, "unbound method %s.%s() needs an argument", descr->owner->tp_name,
                      descr->entry.name);
        return NULL;
    }
    if (!applies_to(descr, items[0]))
        return NULL;
    *rest = gil_ops.tuple_from_array(items + 1, n - 1);
    return *rest != NULL ? items[0] : NULL;
}

/* Type.__slot__(instance, ...) */
static GilObject *
slot_call(GilObject *self, GilObject *args, GilObject *kwargs)
{
    struct descr *descr = (struct descr *)(void *)self;
    GilObject *rest, *instance = take_instance(descr, args, &rest), *result = NULL;

    if (instance != NULL)
        result = gil_slot_call(&descr->entry, descr->owner, instance, rest, kwargs);
    Gil_XDECREF(rest);
    return result;
}

/* Type.method(instance, ...): binds the method to the first argument and calls that with the others. */
static GilObject *
method_call(GilObject *self, GilObject *args, GilObject *kwargs)
{
    struct descr *descr = (struct descr *)(void *)self;
    GilObject *rest, *result = NULL, *instance = take_instance(descr, args, &rest);

    if (instance == NULL)
        return NULL;
    GilObject *bound = gil_ops.bind_method(descr->entry.u.method, instance, descr->owner);
    if (bound != NULL)
        result = Gil_TYPE(bound)->tp_call(bound, rest, kwargs);
    Gil_DECREF(rest);
    Gil_XDECREF(bound);
    return result;
}

static GilObject *
descr_descr_get(GilObject *self, GilObject *obj, GilObject *type)
{
    struct descr *descr = (struct descr *)(void *)self;
    (void)type;

    if (obj == NULL)
        return Gil_NewRef(self);
    if (!applies_to(descr, obj))
        return NULL;
    if (descr->entry.kind == GIL_NAME_METHOD)
        return gil_ops.bind_method(descr->entry.u.method, obj, descr->owner);
    if (descr->entry.kind == GIL_NAME_SLOT)
        return gil_method_wrapper_new(gil_tstate_need("descr_descr_get"), &descr->entry, descr->owner, obj);
    struct gil_found found = {.entry = descr->entry, .owner = descr->owner};
    return gil_descr_get(&found, obj);
}

/* The class for which a class method is asked: type, or that of obj. NULL with TypeError. */
static GilObject *
class_asked(const struct descr *descr, GilObject *obj, GilObject *type)
{
    if (type == NULL && obj != NULL)
        type = (GilObject *)Gil_TYPE(obj);
    if (type != NULL && gil_is_type(type) && GilType_IsSubtype((GilTypeObject *)(void *)type, descr->owner))
        return type;
    return GilErr_Format(GilExc_TypeError, "descriptor '%s' for type '%s' needs that type, or one that derives from it",
                         descr->entry.name, descr->owner->tp_name);
}

static GilObject *
class_descr_get(GilObject *self, GilObject *obj, GilObject *type)
{
    struct descr *descr = (struct descr *)(void *)self;

    type = class_asked(descr, obj, type);
    return type != NULL ? gil_ops.bind_method(descr->entry.u.method, type, descr->owner) : NULL;
}

/* descriptor(type, ...) */
static GilObject *
class_method_call(GilObject *self, GilObject *args, GilObject *kwargs)
{
    GilObject **items, *result = NULL;
    Gil_ssize_t n = gil_ops.tuple_items(args, &items);
    GilObject *bound = class_descr_get(self, NULL, n > 0 ? items[0] : NULL);
    GilObject *rest = bound != NULL ? gil_ops.tuple_from_array(items + 1, n - 1) : NULL;

    if (rest != NULL)
        result = Gil_TYPE(bound)->tp_call(bound, rest, kwargs);
    Gil_XDECREF(rest);
    Gil_XDECREF(bound);
    return result;
}

static int
descr_descr_set(GilObject *self, GilObject *obj, GilObject *value)
{
    struct descr *descr = (struct descr *)(void *)self;
    struct gil_found found = {.entry = descr->entry, .owner = descr->owner};

    return applies_to(descr, obj) ? gil_descr_set(&found, obj, value) : -1;
}

/* Of methods; all others have what follows the first. */
static GilGetSetDef method_getset[] = {
    {"__text_signature__", method_get_text_signature, NULL, NULL, NULL},
    {"__name__", descr_get_name, NULL, NULL, NULL},
    {"__qualname__", descr_get_qualname, NULL, NULL, NULL},
    {"__doc__", descr_get_doc, NULL, NULL, NULL},
    {"__objclass__", descr_get_owner, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
#define descr_getset (method_getset + 1)

GilTypeObject gil_method_descriptor_type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "method_descriptor",
    .tp_basicsize = sizeof(struct descr),
    .tp_dealloc = descr_dealloc,
    .tp_repr = descr_repr,
    .tp_call = method_call,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_HAVE_GC |
                Gil_TPFLAGS_METHOD_DESCRIPTOR,
    .tp_traverse = descr_traverse,
    .tp_getset = method_getset,
    .tp_descr_get = descr_descr_get,
};

GilTypeObject gil_classmethod_descriptor_type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "classmethod_descriptor",
    .tp_basicsize = sizeof(struct descr),
    .tp_dealloc = descr_dealloc,
    .tp_repr = descr_repr,
    .tp_call = class_method_call,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_HAVE_GC,
    .tp_traverse = descr_traverse,
    .tp_getset = method_getset,
    .tp_descr_get = class_descr_get,
};

GilTypeObject gil_slot_descriptor_type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "wrapper_descriptor",
    .tp_basicsize = sizeof(struct descr),
    .tp_dealloc = descr_dealloc,
    .tp_repr = descr_repr,
    .tp_call = slot_call,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_HAVE_GC |
                Gil_TPFLAGS_METHOD_DESCRIPTOR,
    .tp_traverse = descr_traverse,
    .tp_getset = descr_getset,
    .tp_descr_get = descr_descr_get,
};

GilTypeObject gil_member_descriptor_type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "member_descriptor",
    .tp_basicsize = sizeof(struct descr),
    .tp_dealloc = descr_dealloc,
    .tp_repr = descr_repr,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_HAVE_GC,
    .tp_traverse = descr_traverse,
    .tp_getset = descr_getset,
    .tp_descr_get = descr_descr_get,
    .tp_descr_set = descr_descr_set,
};

GilTypeObject gil_getset_descriptor_type = {
    .ob_base = GilVarObject_HEAD_INIT(&GilType_Type, 0)
    .tp_name = "getset_descriptor",
    .tp_basicsize = sizeof(struct descr),
    .tp_dealloc = descr_dealloc,
    .tp_repr = descr_repr,
    .tp_flags = Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_IMMUTABLETYPE | Gil_TPFLAGS_HAVE_GC,
    .tp_traverse = descr_traverse,
    .tp_getset = descr_getset,
    .tp_descr_get = descr_descr_get,
    .tp_descr_set = descr_descr_set,
};

static GilTypeObject *
method_kind(const GilMethodDef *def)
{
    return def->ml_flags & GIL_METH_CLASS ? &gil_classmethod_descriptor_type : &gil_method_descriptor_type;
}

GilObject *
gil_descr_new(GilThreadState *ts, const struct gil_found *found)
{
    GilTypeObject *type = found->entry.kind == GIL_NAME_METHOD   ? method_kind(found->entry.u.method)
                          : found->entry.kind == GIL_NAME_MEMBER ? &gil_member_descriptor_type
                          : found->entry.kind == GIL_NAME_SLOT   ? &gil_slot_descriptor_type
                                                                 : &gil_getset_descriptor_type;
    struct descr *descr = (struct descr *)(void *)gil_object_alloc(ts, type, 0);

    if (descr == NULL)
        return NULL;
    Gil_INCREF(found->owner);
    descr->owner = found->owner;
    descr->entry = found->entry;
    gil_object_track(ts, descr);
    return (GilObject *)(void *)descr;
}

/* A descriptor of a definition that stands in no table: type is any type, entry says the kind and the definition. */
static GilObject *
new_of(const char *func, GilTypeObject *type, const void *def, const char *name, struct gil_name_entry entry)
{
    GilThreadState *ts = gil_tstate_need(func);

    if (type == NULL || def == NULL)
        return gil_err_null(func);
    if (!gil_is_type((GilObject *)type))
        return gil_err_type(func, "a type", (GilObject *)type);
    if (name == NULL)
        return GilErr_Format(GilExc_SystemError, "%s: the definition has no name", func);
    entry.name = name;
    entry.len = (uint32_t)strlen(name);
    return gil_descr_new(ts, &(struct gil_found){.entry = entry, .owner = type});
}

static GilObject *
new_of_method(const char *func, GilTypeObject *type, GilMethodDef *def, int binding)
{
    gil_tstate_need(func);
    if (def != NULL && def->ml_name != NULL &&
        (def->ml_meth == NULL || !gil_method_flags_valid(def->ml_flags) ||
         (def->ml_flags & (GIL_METH_CLASS | GIL_METH_STATIC)) != binding))
        return GilErr_Format(GilExc_SystemError, "%s: method '%s' has %s", func, def->ml_name,
                             def->ml_meth == NULL ? "no function" : "bad call flags");
    return new_of(func, type, def, def != NULL ? def->ml_name : NULL,
                  (struct gil_name_entry){.kind = GIL_NAME_METHOD, .u.method = def});
}

GilObject *
GilDescr_NewMethod(GilTypeObject *type, GilMethodDef *meth)
{
    return new_of_method(__func__, type, meth, 0);
}

GilObject *
GilDescr_NewClassMethod(GilTypeObject *type, GilMethodDef *meth)
{
    return new_of_method(__func__, type, meth, GIL_METH_CLASS);
}

GilObject *
GilDescr_NewMember(GilTypeObject *type, GilMemberDef *member)
{
    gil_tstate_need(__func__);
    if (type != NULL && member != NULL && member->name != NULL && gil_is_type((GilObject *)type)) {
        size_t size = gil_member_size(member->type);
        if (size == 0 || (member->flags & Gil_RELATIVE_OFFSET) || member->offset < (Gil_ssize_t)sizeof(GilObject) ||
            member->offset > type->tp_basicsize - (Gil_ssize_t)size)
            return GilErr_Format(GilExc_SystemError, "%s: member '%s' is of unknown type, or reaches outside of the instance",
                                 __func__, member->name);
    }
    return new_of(__func__, type, member, member != NULL ? member->name : NULL,
                  (struct gil_name_entry){.kind = GIL_NAME_MEMBER, .u.member = member});
}

GilObject *
GilDescr_NewGetSet(GilTypeObject *type, GilGetSetDef *getset)
{
    return new_of(__func__, type, getset, getset != NULL ? getset->name : NULL,
                  (struct gil_name_entry){.kind = GIL_NAME_GETSET, .u.getset = getset});
}

int
GilDescr_IsData(GilObject *descr)
{
    gil_tstate_need(__func__);
    if (descr != NULL)
        return Gil_TYPE(descr)->tp_descr_set != NULL;
    gil_err_null(__func__);
    return 0;
}

int
gil_descr_start(void)
{
    if (gil_type_ready(&gil_method_descriptor_type) < 0 || gil_type_ready(&gil_member_descriptor_type) < 0 ||
        gil_type_ready(&gil_slot_descriptor_type) < 0 || gil_type_ready(&gil_classmethod_descriptor_type) < 0)
        return -1;
    return gil_type_ready(&gil_getset_descriptor_type);
}
