/* SPDX-License-Identifier: MIT */
/*
 * Types: readying the built-in ones, looking attributes up, and what types can be asked.
 *
 * A built-in type is a static struct. gil_type_ready() completes it once a process, before any interpreter exists: its
 * tables are raw memory that is never given back, and from then on nobody writes to it, so that all interpreters
 * share it without a lock. Types made at run time are the business of typespec.c; both kinds are read alike.
 */
#include "object/type.h"

#include "object/error.h"
#include "object/format.h"
#include "object/inherit.h"
#include "object/lookup.h"
#include "object/ops.h"
#include "object/slotfill.h"

#include <string.h>

struct gil_type_hooks gil_type_hooks;

/* What ends a signature in a doc. */
static const char signature_mark[] = ")\n--\n\n";

/* Where that is in a doc that begins with a signature of name, else NULL. */
static const char *
signature_end(const char *name, const char *doc)
{
    size_t len = strlen(name);

    if (doc == NULL || strncmp(doc, name, len) != 0 || doc[len] != '(')
        return NULL;
    const char *end = strstr(doc, signature_mark);
    const char *paragraph = strstr(doc, "\n\n");
    /* A signature is one paragraph; a mark that comes later belongs to the text. */
    return end != NULL && paragraph >= end ? end : NULL;
}

const char *
gil_doc_text(const char *name, const char *doc)
{
    const char *end = signature_end(name, doc);

    return end != NULL ? end + sizeof signature_mark - 1 : doc;
}

GilObject *
gil_type_doc(const GilTypeObject *type)
{
    const char *doc = gil_doc_text(gil_type_short_name(type), type->tp_doc);

    return doc != NULL ? gil_ops.str_from_utf8(doc, strlen(doc)) : Gil_None;
}

GilObject *
gil_doc_signature(const char *name, const char *doc)
{
    const char *end = signature_end(name, doc);

    if (end == NULL)
        return Gil_None;
    const char *begin = doc + strlen(name);
    return gil_ops.str_from_utf8(begin, (size_t)(end + 1 - begin));
}

int
gil_method_flags_valid(int flags)
{
    int binding = flags & (GIL_METH_CLASS | GIL_METH_STATIC);

    if (binding == (GIL_METH_CLASS | GIL_METH_STATIC))
        return 0;
    switch (flags & ~(GIL_METH_CLASS | GIL_METH_STATIC | GIL_METH_COEXIST)) {
    case GIL_METH_VARARGS:
    case GIL_METH_VARARGS | GIL_METH_KEYWORDS:
    case GIL_METH_NOARGS:
    case GIL_METH_O:
    case GIL_METH_FASTCALL:
    case GIL_METH_FASTCALL | GIL_METH_KEYWORDS:
        return 1;
    case GIL_METH_METHOD | GIL_METH_FASTCALL | GIL_METH_KEYWORDS:
        return binding != GIL_METH_STATIC;
    default:
        return 0;
    }
}

/* A new entry of that name; NULL in *entry when there is one already and replace is 0. 0, or -1: no memory. */
static int
new_entry(struct gil_names *names, const char *name, int replace, struct gil_name_entry **entry)
{
    size_t len = strlen(name);

    *entry = NULL;
    if (!replace && gil_names_find(names, name, len, gil_names_hash(name, len)) != NULL)
        return 0;
    *entry = gil_names_put(names, name, len, 0);
    return *entry != NULL ? 0 : -1;
}

int
gil_type_add_tables(GilTypeObject *type)
{
    struct gil_name_entry *entry;

    for (GilMethodDef *def = type->tp_methods; def != NULL && def->ml_name != NULL; def++) {
        if (new_entry(type->tp_names, def->ml_name, def->ml_flags & GIL_METH_COEXIST, &entry) < 0)
            return -1;
        if (entry != NULL) {
            entry->kind = GIL_NAME_METHOD;
            entry->u.method = def;
        }
    }
    for (GilMemberDef *def = type->tp_members; def != NULL && def->name != NULL; def++) {
        if (new_entry(type->tp_names, def->name, 0, &entry) < 0)
            return -1;
        if (entry != NULL) {
            entry->kind = GIL_NAME_MEMBER;
            entry->u.member = def;
        }
    }
    for (GilGetSetDef *def = type->tp_getset; def != NULL && def->name != NULL; def++) {
        if (new_entry(type->tp_names, def->name, 0, &entry) < 0)
            return -1;
        if (entry != NULL) {
            entry->kind = GIL_NAME_GETSET;
            entry->u.getset = def;
        }
    }
    return 0;
}

/* The order of a type with one base, in raw memory. */
static int
make_static_order(GilTypeObject *type)
{
    Gil_ssize_t n = type->tp_base != NULL ? type->tp_base->tp_mro_count : 0;
    GilTypeObject **order = gil_raw_calloc((size_t)n + 1, sizeof *order);

    if (order == NULL)
        return -1;
    order[0] = type;
    if (n > 0)
        memcpy(order + 1, type->tp_base->tp_mro_items, (size_t)n * sizeof *order);
    type->tp_mro_items = order;
    type->tp_mro_count = n + 1;
    return 0;
}

int
gil_type_ready(GilTypeObject *type)
{
    if (type->tp_flags & Gil_TPFLAGS_READY)
        return 0;
    GIL_REQUIRE(type->tp_name != NULL, "a static type has no name");
    GIL_REQUIRE(Gil_REFCNT(type) < 0, "type '%s' is not immortal", type->tp_name);
    if (type->tp_base == NULL && type != &GilBaseObject_Type)
        type->tp_base = &GilBaseObject_Type;
    if (type->tp_base != NULL && gil_type_ready(type->tp_base) < 0)
        return -1;
    if (Gil_TYPE(type) == NULL)
        Gil_SET_TYPE(type, &GilType_Type);

    struct gil_names *names = gil_names_new(NULL);
    if (names == NULL)
        return -1;
    type->tp_names = names;
    if (make_static_order(type) < 0 || gil_type_add_tables(type) < 0) {
        gil_names_delete(names);
        gil_raw_free(type->tp_mro_items);
        type->tp_names = NULL;
        type->tp_mro_items = NULL;
        type->tp_mro_count = 0;
        return -1;
    }
    gil_inherit_slots(type);
    GIL_REQUIRE(type->tp_basicsize >= (Gil_ssize_t)sizeof(GilObject), "type '%s' has no room for an object's head",
                type->tp_name);
    GIL_REQUIRE(!gil_type_has_gc(type) || type->tp_traverse != NULL, "type '%s' has GC but no tp_traverse",
                type->tp_name);
    type->tp_version_tag = gil_static_version();
    gil_type_find_bare(type);
    type->tp_flags |= Gil_TPFLAGS_READY;
    return 0;
}

int
gil_type_set_value(GilThreadState *ts, GilTypeObject *type, const char *name, size_t len, GilObject *value)
{
    struct gil_name_entry *entry = gil_names_find(type->tp_names, name, len, gil_names_hash(name, len));

    if (gil_slotfill_prepare(ts, type, name, len) < 0)
        return -1;
    if (entry == NULL) {
        gil_type_modified(type);
        entry = gil_names_put(type->tp_names, name, len, 1);
    }
    if (entry == NULL) {
        gil_err_no_memory(ts);
        return -1;
    }
    GilObject *old = entry->kind == GIL_NAME_VALUE ? entry->u.value : NULL;
    entry->kind = GIL_NAME_VALUE;
    entry->u.value = Gil_NewRef(value);
    gil_slotfill_follow(type, name, len);
    Gil_XDECREF(old); /* may run anything */
    return 0;
}

int
gil_type_remove_value(GilTypeObject *type, const char *name, size_t len)
{
    const struct gil_name_entry *entry = gil_names_find(type->tp_names, name, len, gil_names_hash(name, len));

    if (entry == NULL)
        return 0;
    GilObject *old = entry->kind == GIL_NAME_VALUE ? Gil_NewRef(entry->u.value) : NULL;
    gil_type_modified(type);
    gil_names_remove(type->tp_names, name, len);
    gil_slotfill_follow(type, name, len);
    Gil_XDECREF(old); /* may run anything */
    return 1;
}

unsigned long
GilType_GetFlags(GilTypeObject *type)
{
    return type != NULL ? type->tp_flags : 0;
}

int
GilType_HasFeature(GilTypeObject *type, unsigned long feature)
{
    return (GilType_GetFlags(type) & feature) != 0;
}

int
GilType_IsSubtype(GilTypeObject *derived, GilTypeObject *base)
{
    if (derived == base)
        return base != NULL;
    if (derived == NULL || base == NULL)
        return 0;
    for (Gil_ssize_t i = 1; i < derived->tp_mro_count; i++)
        if (derived->tp_mro_items[i] == base)
            return 1;
    return 0;
}

GilObject *
GilType_GetName(GilTypeObject *type)
{
    gil_tstate_need(__func__);
    if (type == NULL)
        return gil_err_null(__func__);
    const char *name = gil_type_short_name(type);
    return gil_ops.str_from_utf8(name, strlen(name));
}

GilObject *
GilType_GetQualName(GilTypeObject *type)
{
    gil_tstate_need(__func__);
    if (type == NULL)
        return gil_err_null(__func__);
    GilObject *given = gil_type_is_heap(type) ? gil_heap_type(type)->qualname : NULL;
    return given != NULL ? Gil_NewRef(given) : GilType_GetName(type);
}

/* Whether the module's name is to be shown: 1, 0, or -1 with MemoryError. */
static int
shows_module(GilObject *module, const char *hidden)
{
    struct gil_name name;

    if (!gil_is_str(module))
        return 0;
    if (gil_ops.str_name(module, &name) < 0)
        return -1;
    return strcmp(name.text, "builtins") != 0 && (hidden == NULL || strcmp(name.text, hidden) != 0);
}

GilObject *
gil_type_full_name(GilTypeObject *type, const char *hidden)
{
    struct gil_text text;

    if (!gil_type_is_heap(type))
        return gil_ops.str_from_utf8(type->tp_name, strlen(type->tp_name));
    GilObject *name = GilType_GetQualName(type), *module = name != NULL ? GilType_GetModuleName(type) : NULL;
    int shows = module != NULL ? shows_module(module, hidden) : -1;
    if (shows != 0) {
        gil_text_init(&text, gil_tstate_attached()->heap);
        if (shows > 0 && gil_text_append_format(&text, "%U.%U", module, name) == 0)
            Gil_SETREF(name, gil_ops.str_from_utf8(text.data, text.len));
        else
            Gil_CLEAR(name);
        gil_text_free(&text);
    }
    Gil_XDECREF(module);
    return name;
}

GilObject *
GilType_GetFullyQualifiedName(GilTypeObject *type)
{
    gil_tstate_need(__func__);
    return type != NULL ? gil_type_full_name(type, "__main__") : gil_err_null(__func__);
}

GilObject *
GilType_GetModuleName(GilTypeObject *type)
{
    static const char key[] = "__module__";
    gil_tstate_need(__func__);

    if (type == NULL)
        return gil_err_null(__func__);
    const struct gil_name_entry *entry =
        gil_names_find(type->tp_names, key, sizeof key - 1, gil_names_hash(key, sizeof key - 1));
    if (entry != NULL && entry->kind == GIL_NAME_VALUE)
        return Gil_NewRef(entry->u.value);
    const char *dot = strrchr(type->tp_name, '.');
    return dot != NULL ? gil_ops.str_from_utf8(type->tp_name, (size_t)(dot - type->tp_name))
                       : gil_ops.str_from_utf8("builtins", 8);
}

GilObject *
GilType_GetModule(GilTypeObject *type)
{
    gil_tstate_need(__func__);
    if (type == NULL)
        return gil_err_null(__func__);
    if (!gil_type_is_heap(type) || gil_heap_type(type)->module == NULL) {
        GilErr_Format(GilExc_TypeError, "%s: type '%s' has no associated module", __func__, type->tp_name);
        return NULL;
    }
    return gil_heap_type(type)->module;
}

void *
GilType_GetModuleState(GilTypeObject *type)
{
    gil_tstate_need(__func__);
    if (type == NULL)
        return gil_err_null(__func__);
    GilObject *module = GilType_GetModule(type);
    return module != NULL ? gil_type_hooks.module_state(module) : NULL;
}

GilObject *
GilType_GetModuleByToken(GilTypeObject *type, const void *token)
{
    gil_tstate_need(__func__);
    if (type == NULL || token == NULL)
        return gil_err_null(__func__);
    for (Gil_ssize_t i = 0; i < type->tp_mro_count; i++) {
        GilTypeObject *cls = type->tp_mro_items[i];
        if (!gil_type_is_heap(cls))
            continue;
        GilObject *module = gil_heap_type(cls)->module;
        if (module != NULL && gil_type_hooks.module_token(module) == token)
            return Gil_NewRef(module);
    }
    GilErr_Format(GilExc_TypeError, "%s: no superclass of '%s' has the given module", __func__, type->tp_name);
    return NULL;
}

int
GilType_GetBaseByToken(GilTypeObject *type, void *token, GilTypeObject **result)
{
    gil_tstate_need(__func__);
    if (result != NULL)
        *result = NULL;
    if (type == NULL || token == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    for (Gil_ssize_t i = 0; i < type->tp_mro_count; i++)
        if (type->tp_mro_items[i]->tp_token == token) {
            if (result != NULL)
                *result = (GilTypeObject *)(void *)Gil_NewRef(type->tp_mro_items[i]);
            return 1;
        }
    return 0;
}

void *
GilObject_GetTypeData(GilObject *obj, GilTypeObject *cls)
{
    return obj != NULL && cls != NULL && cls->tp_base != NULL ? (char *)obj + gil_type_data_offset(cls) : NULL;
}

void *
GilObject_GetItemData(GilObject *obj)
{
    gil_tstate_need(__func__);
    if (obj == NULL)
        return gil_err_null(__func__);
    const GilTypeObject *type = Gil_TYPE(obj);
    if (type->tp_flags & Gil_TPFLAGS_ITEMS_AT_END)
        return (char *)obj + type->tp_basicsize;
    GilErr_Format(GilExc_TypeError, "type '%s' does not have Gil_TPFLAGS_ITEMS_AT_END", type->tp_name);
    return NULL;
}

Gil_ssize_t
GilType_GetTypeDataSize(GilTypeObject *cls)
{
    if (cls == NULL || cls->tp_base == NULL)
        return 0;
    Gil_ssize_t size = cls->tp_basicsize - gil_type_data_offset(cls);
    return size > 0 ? size : 0;
}
