/* SPDX-License-Identifier: MIT */
/*
 * Types from specs and from slots, and exception classes from names: what the caller wrote is checked and becomes a plan.
 *
 * A spec is checked completely before anything is made. What is wrong with it is a mistake in the program and so
 * SystemError, with a text that names the type and the slot; what is wrong with the bases depends on the run and is
 * TypeError.
 */
#include "object/error.h"
#include "object/newtype.h"
#include "object/ops.h"
#include "object/slots.h"

int
gil_check_methods(const char *name, const GilMethodDef *methods)
{
    for (const GilMethodDef *def = methods; def != NULL && def->ml_name != NULL; def++)
        if (def->ml_meth == NULL || !gil_method_flags_valid(def->ml_flags)) {
            GilErr_Format(GilExc_SystemError, "slot Gil_tp_methods of type '%s': method '%s' has %s", name,
                          def->ml_name, def->ml_meth == NULL ? "no function" : "bad call flags");
            return -1;
        }
    return 0;
}

/* A slot that the plan has a field for. */
static void
plan_slot(struct gil_type_plan *plan, const void *source, const GilType_Slot *slot)
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
        plan->token = slot->pfunc != GIL_TP_USE_SPEC ? slot->pfunc : source;
    }
}

/* What is read, slot by slot, of a spec or of an array of GilSlot. */
struct reader {
    struct gil_type_plan *plan;
    const void *source;                       /* the token of Gil_tp_token with GIL_TP_USE_SPEC */
    uint64_t seen[2];                         /* ids */
    int extra;                                /* the size is one beyond the base's */
    size_t n;                                 /* of flat */
    GilType_Slot flat[GIL_TYPE_SLOT_MAX + 1]; /* the slots that are copied as they stand */
};

static int
refuse_slot(const struct reader *r, const char *name, const char *why)
{
    GilErr_Format(GilExc_SystemError, "type '%s': slot %s %s", r->plan->name, name, why);
    return -1;
}

static int
see(struct reader *r, int id, const char *name)
{
    uint64_t bit = (uint64_t)1 << id % 64;

    if (r->seen[id / 64] & bit) {
        GilErr_Format(GilExc_SystemError, "type '%s' has more than one slot %s", r->plan->name, name);
        return -1;
    }
    r->seen[id / 64] |= bit;
    return 0;
}

static int
read_slot(struct reader *r, int id, void *value)
{
    const struct gil_slot_place *place = gil_slot_place(id);

    if (place == NULL) {
        GilErr_Format(GilExc_SystemError, "type '%s': there is no slot of id %d", r->plan->name, id);
        return -1;
    }
    if (see(r, id, place->name) < 0)
        return -1;
    if (value == NULL && id != Gil_tp_doc && id != Gil_tp_token)
        return refuse_slot(r, place->name, "is NULL");
    GilType_Slot slot = {id, value};
    if (gil_slot_is_planned(id))
        plan_slot(r->plan, r->source, &slot);
    else
        r->flat[r->n++] = slot;
    return 0;
}

static int
read_slots(struct reader *r, const GilType_Slot *slots)
{
    for (; slots->slot != 0; slots++)
        if (read_slot(r, slots->slot, slots->pfunc) < 0)
            return -1;
    return 0;
}

/* The plan is read: what can be judged without the bases. */
static int
complete(struct reader *r)
{
    struct gil_type_plan *plan = r->plan;

    if (plan->itemsize < 0) {
        GilErr_Format(GilExc_SystemError, "type '%s' has a negative itemsize", plan->name);
        return -1;
    }
    if (plan->flags & GIL_TPFLAGS_NOT_ASKED) {
        GilErr_Format(GilExc_SystemError, "type '%s' has flags that cannot be asked for: %#lx", plan->name,
                      plan->flags & GIL_TPFLAGS_NOT_ASKED);
        return -1;
    }
    plan->slots = r->flat;
    return gil_check_methods(plan->name, plan->methods);
}

static int
read_spec(const char *func, struct reader *r, const GilType_Spec *spec)
{
    struct gil_type_plan *plan = r->plan;

    if (spec->name == NULL || *spec->name == '\0') {
        GilErr_Format(GilExc_SystemError, "%s: Type spec does not define the name field.", func);
        return -1;
    }
    plan->name = spec->name;
    if (spec->slots == NULL) {
        GilErr_Format(GilExc_SystemError, "%s: type '%s' has no slots, not even the end", func, spec->name);
        return -1;
    }
    plan->basicsize = spec->basicsize;
    plan->itemsize = spec->itemsize;
    plan->flags = spec->flags;
    r->source = spec;
    return read_slots(r, spec->slots) < 0 ? -1 : complete(r);
}

static GilObject *
type_from_spec(const char *func, GilTypeObject *metatype, GilObject *module, GilType_Spec *spec, GilObject *bases)
{
    GilThreadState *ts = gil_tstate_need(func);
    struct gil_type_plan plan = {.metatype = metatype};
    struct reader r = {.plan = &plan};

    if (spec == NULL)
        return gil_err_null(func);
    if (read_spec(func, &r, spec) < 0)
        return NULL;
    if (bases != NULL)
        plan.bases = bases;
    plan.module = module;
    return (GilObject *)gil_type_build(ts, &plan);
}

/* NULL is one: what follows from the bases. */
static int
is_metaclass(GilTypeObject *type)
{
    if (type == NULL || (gil_is_type((GilObject *)type) && GilType_IsSubtype(type, &GilType_Type)))
        return 1;
    GilErr_Format(GilExc_TypeError, "Metaclass '%R' is not a subclass of 'type'.", type);
    return 0;
}

GilObject *
GilType_FromMetaclass(GilTypeObject *metaclass, GilObject *module, GilType_Spec *spec, GilObject *bases)
{
    gil_tstate_need(__func__);
    if (!is_metaclass(metaclass))
        return NULL;
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

/* --- arrays of GilSlot --- */

/* Arrays in arrays; CPython's bound. */
#define NESTED_MAX 5

static int
read_size(struct reader *r, const char *name, int64_t size, int extra)
{
    if (size < 0)
        return refuse_slot(r, name, "is negative");
    if (r->plan->basicsize != 0 || r->extra)
        return refuse_slot(r, name, "says the size a second time");
    r->extra = extra;
    r->plan->basicsize = extra ? -size : size;
    return 0;
}

/* A slot that stands for a field of a spec or an argument of GilType_FromMetaclass(): 1, or 0 when it is none; or -1. */
static int
read_field(struct reader *r, const GilSlot *slot)
{
    struct gil_type_plan *plan = r->plan;

    switch (slot->sl_id) {
    case Gil_tp_name:
        plan->name = slot->sl_ptr;
        return see(r, slot->sl_id, "Gil_tp_name") < 0 ? -1 : 1;
    case Gil_tp_basicsize:
        return read_size(r, "Gil_tp_basicsize", slot->sl_int64, 0) < 0 ? -1 : 1;
    case Gil_tp_extra_basicsize:
        return read_size(r, "Gil_tp_extra_basicsize", slot->sl_int64, 1) < 0 ? -1 : 1;
    case Gil_tp_itemsize:
        plan->itemsize = slot->sl_int64;
        return see(r, slot->sl_id, "Gil_tp_itemsize") < 0 ? -1 : 1;
    case Gil_tp_flags:
        plan->flags = slot->sl_uint64;
        return see(r, slot->sl_id, "Gil_tp_flags") < 0 ? -1 : 1;
    case Gil_tp_metaclass:
        plan->metatype = slot->sl_ptr;
        return see(r, slot->sl_id, "Gil_tp_metaclass") < 0 || !is_metaclass(plan->metatype) ? -1 : 1;
    case Gil_tp_module:
        plan->module = slot->sl_ptr;
        return see(r, slot->sl_id, "Gil_tp_module") < 0 ? -1 : 1;
    default:
        return 0;
    }
}

static int
read_array(struct reader *r, const GilSlot *slots, int depth)
{
    for (; slots->sl_id != Gil_slot_end; slots++) {
        int id = slots->sl_id, rc = 0;
        if (id == Gil_slot_subslots || id == Gil_tp_slots) {
            const char *name = id == Gil_tp_slots ? "Gil_tp_slots" : "Gil_slot_subslots";
            rc = slots->sl_ptr == NULL                  ? refuse_slot(r, name, "is NULL")
                 : id == Gil_tp_slots                   ? read_slots(r, slots->sl_ptr)
                 : depth == NESTED_MAX                  ? refuse_slot(r, name, "is nested too deep")
                                                        : read_array(r, slots->sl_ptr, depth + 1);
        }
        else if ((rc = read_field(r, slots)) == 0 && !(gil_slot_place(id) == NULL && (slots->sl_flags & GilSlot_OPTIONAL)))
            rc = read_slot(r, id, slots->sl_ptr);
        if (rc < 0)
            return -1;
    }
    return 0;
}

GilObject *
GilType_FromSlots(const GilSlot *slots)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_type_plan plan = {.name = "?"};
    struct reader r = {.plan = &plan, .source = slots};

    if (slots == NULL)
        return gil_err_null(__func__);
    for (const GilSlot *slot = slots; slot->sl_id != Gil_slot_end; slot++)
        if (slot->sl_id == Gil_tp_name && slot->sl_ptr != NULL)
            plan.name = slot->sl_ptr; /* for messages about slots that stand before it */
    if (read_array(&r, slots, 0) < 0)
        return NULL;
    if (!(r.seen[Gil_tp_name / 64] >> Gil_tp_name % 64 & 1) || plan.name == NULL || *plan.name == '\0')
        return GilErr_Format(GilExc_SystemError, "%s: there is no slot Gil_tp_name", __func__);
    return complete(&r) < 0 ? NULL : (GilObject *)gil_type_build(ts, &plan);
}

/* --- exceptions --- */

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
        .dict = dict,
    };
    return (GilObject *)gil_type_build(ts, &plan);
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
