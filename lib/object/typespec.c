/* SPDX-License-Identifier: MIT */
/*
 * Types from specs, and exception classes from names: what the caller wrote is checked and becomes a plan.
 *
 * A spec is checked completely before anything is made. What is wrong with it is a mistake in the program and so
 * SystemError, with a text that names the type and the slot; what is wrong with the bases depends on the run and is
 * TypeError.
 */
#include "object/error.h"
#include "object/newtype.h"
#include "object/ops.h"
#include "object/slots.h"

/* Flags that follow from the bases or that the library keeps for itself. */
#define FORBIDDEN_FLAGS                                                                                          \
    (Gil_TPFLAGS_STATIC_BUILTIN | Gil_TPFLAGS_READY | Gil_TPFLAGS_READYING | Gil_TPFLAGS_LONG_SUBCLASS |         \
     Gil_TPFLAGS_LIST_SUBCLASS | Gil_TPFLAGS_TUPLE_SUBCLASS | Gil_TPFLAGS_BYTES_SUBCLASS |                       \
     Gil_TPFLAGS_UNICODE_SUBCLASS | Gil_TPFLAGS_DICT_SUBCLASS | Gil_TPFLAGS_BASE_EXC_SUBCLASS |                  \
     Gil_TPFLAGS_TYPE_SUBCLASS | GIL_TPFLAGS_PLAIN)

static int
check_methods(const struct gil_type_plan *plan)
{
    for (const GilMethodDef *def = plan->methods; def != NULL && def->ml_name != NULL; def++)
        if (def->ml_meth == NULL || !gil_method_flags_valid(def->ml_flags)) {
            GilErr_Format(GilExc_SystemError, "slot Gil_tp_methods of type '%s': method '%s' has %s", plan->name,
                          def->ml_name, def->ml_meth == NULL ? "no function" : "bad call flags");
            return -1;
        }
    return 0;
}

/* A slot that the plan has a field for. */
static void
plan_slot(struct gil_type_plan *plan, const GilType_Spec *spec, const GilType_Slot *slot)
{
    switch (slot->slot) {
    case Gil_tp_base:
        if (plan->bases == NULL)
            plan->bases = slot->pfunc;
        break;
    case Gil_tp_bases:
        plan->bases = slot->pfunc; /* says more than Gil_tp_base */
        break;
    case Gil_tp_doc:
        plan->doc = slot->pfunc;
        break;
    case Gil_tp_members:
        plan->members = slot->pfunc;
        break;
    case Gil_tp_methods:
        plan->methods = slot->pfunc;
        break;
    case Gil_tp_getset:
        plan->getset = slot->pfunc;
        break;
    default: /* Gil_tp_token */
        plan->token = slot->pfunc != GIL_TP_USE_SPEC ? slot->pfunc : spec;
    }
}

static int
read_slots(struct gil_type_plan *plan, const GilType_Spec *spec)
{
    uint8_t seen[GIL_TYPE_SLOT_MAX + 1] = {0};

    for (const GilType_Slot *slot = spec->slots; slot->slot != 0; slot++) {
        const struct gil_slot_place *place = gil_slot_place(slot->slot);
        if (place == NULL) {
            GilErr_Format(GilExc_SystemError, "type '%s': there is no slot of id %d", plan->name, slot->slot);
            return -1;
        }
        if (seen[slot->slot]++) {
            GilErr_Format(GilExc_SystemError, "type '%s' has more than one slot %s", plan->name, place->name);
            return -1;
        }
        if (slot->pfunc == NULL && slot->slot != Gil_tp_doc && slot->slot != Gil_tp_token) {
            GilErr_Format(GilExc_SystemError, "type '%s': slot %s is NULL", plan->name, place->name);
            return -1;
        }
        if (gil_slot_is_planned(slot->slot))
            plan_slot(plan, spec, slot);
    }
    plan->slots = spec->slots;
    return check_methods(plan);
}

static int
read_spec(const char *func, struct gil_type_plan *plan, const GilType_Spec *spec)
{
    if (spec->name == NULL || *spec->name == '\0') {
        GilErr_Format(GilExc_SystemError, "%s: Type spec does not define the name field.", func);
        return -1;
    }
    plan->name = spec->name;
    if (spec->slots == NULL) {
        GilErr_Format(GilExc_SystemError, "%s: type '%s' has no slots, not even the end", func, spec->name);
        return -1;
    }
    if (spec->itemsize < 0) {
        GilErr_Format(GilExc_SystemError, "type '%s' has a negative itemsize", spec->name);
        return -1;
    }
    if (spec->flags & FORBIDDEN_FLAGS) {
        GilErr_Format(GilExc_SystemError, "type '%s' has flags that cannot be asked for: %#x", spec->name,
                      spec->flags & (unsigned)FORBIDDEN_FLAGS);
        return -1;
    }
    plan->basicsize = spec->basicsize;
    plan->itemsize = spec->itemsize;
    plan->flags = spec->flags;
    return read_slots(plan, spec);
}

static GilObject *
type_from_spec(const char *func, GilTypeObject *metatype, GilObject *module, GilType_Spec *spec, GilObject *bases)
{
    GilThreadState *ts = gil_tstate_need(func);
    struct gil_type_plan plan = {.metatype = metatype};

    if (spec == NULL)
        return gil_err_null(func);
    if (read_spec(func, &plan, spec) < 0)
        return NULL;
    if (bases != NULL)
        plan.bases = bases;
    plan.module = module;
    return (GilObject *)gil_type_build(ts, &plan);
}

GilObject *
GilType_FromMetaclass(GilTypeObject *metaclass, GilObject *module, GilType_Spec *spec, GilObject *bases)
{
    gil_tstate_need(__func__);
    if (metaclass != NULL && (!gil_is_type((GilObject *)metaclass) || !GilType_IsSubtype(metaclass, &GilType_Type))) {
        GilErr_Format(GilExc_TypeError, "Metaclass '%R' is not a subclass of 'type'.", metaclass);
        return NULL;
    }
    return type_from_spec(__func__, metaclass, module, spec, bases);
}

GilObject *
GilType_FromModuleAndSpec(GilObject *module, GilType_Spec *spec, GilObject *bases)
{
    return type_from_spec(__func__, NULL, module, spec, bases);
}

GilObject *
GilType_FromSpecWithBases(GilType_Spec *spec, GilObject *bases)
{
    return type_from_spec(__func__, NULL, NULL, spec, bases);
}

GilObject *
GilType_FromSpec(GilType_Spec *spec)
{
    return type_from_spec(__func__, NULL, NULL, spec, NULL);
}

/* The items of dict as class attributes. */
static int
add_attributes(GilThreadState *ts, GilTypeObject *type, GilObject *dict)
{
    GilObject *key, *value;
    Gil_ssize_t pos = 0;

    while (gil_ops.dict_next(dict, &pos, &key, &value)) {
        size_t len;
        const char *name = gil_ops.str_utf8(key, &len);
        if (name == NULL || gil_type_set_value(ts, type, name, len, value) < 0)
            return -1;
    }
    return 0;
}

static GilObject *
new_exception(const char *func, const char *name, const char *doc, GilObject *base, GilObject *dict)
{
    GilThreadState *ts = gil_tstate_need(func);

    if (name == NULL)
        return gil_err_null(func);
    if (strchr(name, '.') == NULL) {
        GilErr_Format(GilExc_SystemError, "%s: name must be module.class", func);
        return NULL;
    }
    if (dict != NULL && !(Gil_TYPE(dict)->tp_flags & Gil_TPFLAGS_DICT_SUBCLASS))
        return gil_err_bad_argument(func, "dict", dict);
    struct gil_type_plan plan = {
        .name = name,
        .doc = doc,
        .flags = Gil_TPFLAGS_BASETYPE,
        .bases = base != NULL ? base : GilExc_Exception,
    };
    GilTypeObject *type = gil_type_build(ts, &plan);
    if (type != NULL && dict != NULL && add_attributes(ts, type, dict) < 0) {
        Gil_DECREF(type);
        return NULL;
    }
    return (GilObject *)type;
}

GilObject *
GilErr_NewException(const char *name, GilObject *base, GilObject *dict)
{
    return new_exception(__func__, name, NULL, base, dict);
}

GilObject *
GilErr_NewExceptionWithDoc(const char *name, const char *doc, GilObject *base, GilObject *dict)
{
    return new_exception(__func__, name, doc, base, dict);
}
