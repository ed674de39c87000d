/* SPDX-License-Identifier: MIT */
/*
 * Classes made by a call: type(name, bases, dict).
 *
 * The type is built as from a spec that names the bases and nothing else; the dict's items become its attributes, of
 * which those of a slot's name fill the slot. Then foreign code is asked, when the type is complete: attributes with a
 * method __set_name__ learn where they stand, and the next class in the order that has an __init_subclass__ learns of its
 * heir and gets the keywords. Who fails there takes the class with it.
 *
 * Differences from CPython: instances have a dict and weak references unless the base is of variable size (int, tuple,
 * bytes; but str may be) or a type, and there is no __slots__; a dot in the name ends the module's name, as in specs, and
 * __module__ is else what the namespace says.
 */
#include "protocol/class.h"

#include "gilrt/call.h"
#include "object/attr.h"
#include "object/error.h"
#include "object/newtype.h"
#include "object/ops.h"
#include "protocol/kind.h"

static int
is_dict(GilObject *op)
{
    return (Gil_TYPE(op)->tp_flags & Gil_TPFLAGS_DICT_SUBCLASS) != 0;
}

static int
refuse_argument(int which, const char *wanted, GilObject *given)
{
    GilErr_Format(GilExc_TypeError, "type.__new__() argument %d must be %s, not %s", which, wanted, Gil_TYPE(given)->tp_name);
    return -1;
}

static int
read_arguments(GilObject *args, struct gil_type_plan *plan)
{
    GilObject **items;
    Gil_ssize_t n = gil_ops.tuple_items(args, &items);
    size_t len;

    if (n != 3) {
        if (plan->metatype == &GilType_Type)
            GilErr_SetString(GilExc_TypeError, "type() takes 1 or 3 arguments");
        else
            GilErr_Format(GilExc_TypeError, "type.__new__() takes exactly 3 arguments (%zd given)", n);
        return -1;
    }
    if (!gil_is_str(items[0]))
        return refuse_argument(1, "str", items[0]);
    if (!gil_is_tuple(items[1]))
        return refuse_argument(2, "tuple", items[1]);
    if (!is_dict(items[2]))
        return refuse_argument(3, "dict", items[2]);
    plan->name = gil_ops.str_utf8(items[0], &len);
    if (plan->name == NULL)
        return -1;
    if (len == 0 || strlen(plan->name) != len) {
        GilErr_SetString(GilExc_ValueError, "type name must not be empty, nor contain null characters");
        return -1;
    }
    plan->bases = items[1];
    plan->dict = items[2];
    return 0;
}

/* value.__set_name__(type, name), if value has such a method. May run anything. */
static int
tell_name(GilThreadState *ts, GilObject *type, GilObject *name, GilObject *value)
{
    GilObject *method, *result = NULL;
    int rc = gil_find_hook(ts, value, "__set_name__", 1, &method);

    if (rc <= 0)
        return rc;
    result = GilObject_CallFunctionObjArgs(method, type, name, NULL);
    Gil_DECREF(method);
    Gil_XDECREF(result);
    return result != NULL ? 0 : -1;
}

/* All of them: those that stand in dict now, which others may change meanwhile. */
static int
tell_names(GilThreadState *ts, GilObject *type, GilObject *dict)
{
    size_t room = 2 * (size_t)gil_ops.dict_size(dict), n = 0;
    GilObject **held = gil_heap_calloc(ts->heap, room + 1, sizeof *held); /* names and values by turns */
    Gil_ssize_t pos = 0;
    int rc = 0;

    if (held == NULL) {
        gil_err_no_memory(ts);
        return -1;
    }
    for (; n < room && gil_ops.dict_next(dict, &pos, &held[n], &held[n + 1]); n += 2) {
        Gil_INCREF(held[n]);
        Gil_INCREF(held[n + 1]);
    }
    for (size_t i = 0; i < n; i += 2) {
        if (rc == 0)
            rc = tell_name(ts, type, held[i], held[i + 1]);
        Gil_DECREF(held[i]); /* may run anything */
        Gil_DECREF(held[i + 1]);
    }
    gil_heap_free(held);
    return rc;
}

/* The __init_subclass__ that stands behind type itself in its order: 1, or 0 when there is none. */
static int
find_init_subclass(const GilTypeObject *type, struct gil_found *found)
{
    static const char name[] = "__init_subclass__";
    uint32_t hash = gil_names_hash(name, sizeof name - 1);

    for (Gil_ssize_t i = 1; i < type->tp_mro_count; i++) {
        found->owner = type->tp_mro_items[i];
        const struct gil_name_entry *entry = gil_names_find(found->owner->tp_names, name, sizeof name - 1, hash);
        if (entry != NULL) {
            found->entry = *entry;
            return 1;
        }
    }
    return 0;
}

static int
tell_bases(GilThreadState *ts, GilTypeObject *type, GilObject *kwargs)
{
    struct gil_found found;
    GilObject *result = NULL;

    if (!find_init_subclass(type, &found)) {
        if (kwargs == NULL || gil_ops.dict_size(kwargs) == 0)
            return 0;
        GilErr_Format(GilExc_TypeError, "%s.__init_subclass__() takes no keyword arguments", gil_type_short_name(type));
        return -1;
    }
    GilObject *method = gil_attr_bind_on_type(ts, &found, type); /* may run anything */
    GilObject *none = method != NULL ? gil_ops.tuple_from_array(NULL, 0) : NULL;
    if (none != NULL)
        result = GilObject_Call(method, none, kwargs);
    Gil_XDECREF(none);
    Gil_XDECREF(method);
    Gil_XDECREF(result);
    return result != NULL ? 0 : -1;
}

GilObject *
gil_class_new(GilTypeObject *metatype, GilObject *args, GilObject *kwargs)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_type_plan plan = {.metatype = metatype, .called = 1};

    if (read_arguments(args, &plan) < 0)
        return NULL;
    GilTypeObject *type = gil_type_build(ts, &plan);
    if (type == NULL)
        return plan.asks != NULL ? plan.asks->tp_new(plan.asks, args, kwargs) : NULL;
    if (tell_names(ts, (GilObject *)type, plan.dict) < 0 || tell_bases(ts, type, kwargs) < 0) {
        Gil_DECREF(type);
        return NULL;
    }
    return (GilObject *)type;
}
