/* SPDX-License-Identifier: MIT */
/*
 * Static types of ports: structs that an extension fills with designated or positional initializers, as CPython's has.
 *
 * Such a type becomes what the built-in ones are: completed once a process, immortal, never written again, its tables in
 * memory that is not given back. A type of that kind would be shared by interpreters that know nothing of each other, and
 * an extension's author did not think of that; so only the main interpreter takes one, and who asks from another is told
 * to make a heap type. A second start of the runtime finds the type complete.
 *
 * gil_type_ready() takes a built-in type for granted and stops the process where one is malformed. Here everything that
 * it and inheritance rely on is looked at before, and nothing is written until all of it is in order; inheritance itself
 * may be repeated, should memory have been lacking.
 */
#include "object/error.h"
#include "object/instance.h"
#include "object/newtype.h"
#include "state/interp.h"

static int
refuse(GilObject *exception, const GilTypeObject *type, const char *why)
{
    GilErr_Format(exception, "static type '%s' %s", type->tp_name, why);
    return -1;
}

/* What does not depend on the base. */
static int
check_alone(const GilTypeObject *type)
{
    if (type->tp_flags & (GIL_TPFLAGS_NOT_ASKED | Gil_TPFLAGS_HEAPTYPE) & ~Gil_TPFLAGS_READYING)
        return refuse(GilExc_SystemError, type, "has flags that cannot be asked for");
    if (type->tp_bases != NULL || type->tp_dict != NULL || type->tp_mro != NULL)
        return refuse(GilExc_SystemError, type, "has tp_bases, tp_dict or tp_mro; those need GilType_FromSpecWithBases()");
    if (type->tp_basicsize < 0 || type->tp_itemsize < 0)
        return refuse(GilExc_SystemError, type, "has a negative size");
    if (type->tp_basicsize > GIL_BASICSIZE_MAX)
        return refuse(GilExc_SystemError, type, "has a tp_basicsize of more bytes than there are");
    return gil_check_methods(type->tp_name, type->tp_methods);
}

/* The members, and the fields that say where an instance has its pointers, as members of those names do in a spec. */
static int
check_offsets(const GilTypeObject *type, Gil_ssize_t size)
{
    const GilMemberDef fields[] = {
        {"tp_vectorcall_offset", Gil_T_PYSSIZET, type->tp_vectorcall_offset, Gil_READONLY, NULL},
        {"tp_dictoffset", Gil_T_PYSSIZET, type->tp_dictoffset, Gil_READONLY, NULL},
        {"tp_weaklistoffset", Gil_T_PYSSIZET, type->tp_weaklistoffset, Gil_READONLY, NULL},
    };

    for (const GilMemberDef *m = type->tp_members; m != NULL && m->name != NULL; m++)
        if (gil_check_member(type->tp_name, m, size) < 0)
            return -1;
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(fields); i++)
        if (fields[i].offset != 0 && gil_check_offset(type->tp_name, type->tp_flags, &fields[i], size) < 0)
            return -1;
    return 0;
}

static int
check_against(const GilTypeObject *type, const GilTypeObject *base)
{
    Gil_ssize_t size = Gil_MAX(type->tp_basicsize, base->tp_basicsize);
    const char *fault = gil_gc_fault(type, base);

    if (gil_type_is_heap(base))
        return refuse(GilExc_TypeError, type, "is not dynamically allocated but its base is");
    if (!(base->tp_flags & Gil_TPFLAGS_BASETYPE))
        return refuse(GilExc_TypeError, type, "has a base that is not an acceptable base type");
    if (type->tp_basicsize != 0 && type->tp_basicsize < base->tp_basicsize)
        return refuse(GilExc_TypeError, type, "has a tp_basicsize too small for its base");
    if (fault != NULL)
        return refuse(GilExc_SystemError, type, fault);
    if (check_offsets(type, size) < 0)
        return -1;
    if (type->tp_itemsize != 0 && size < (Gil_ssize_t)sizeof(GilVarObject))
        return refuse(GilExc_SystemError, type, "has items, but a tp_basicsize below that of GilVarObject");
    if (type->tp_itemsize != 0 && base->tp_itemsize != 0 && type->tp_itemsize != base->tp_itemsize)
        return refuse(GilExc_TypeError, type, "has another tp_itemsize than its base");
    if (size > base->tp_basicsize && !gil_type_can_grow(base))
        return refuse(GilExc_SystemError, type, "extends a variable-size type without Gil_TPFLAGS_ITEMS_AT_END");
    if ((type->tp_flags & GIL_TPFLAGS_MANAGED) &&
        ((type->tp_itemsize != 0 && base->tp_itemsize == 0) || !gil_type_can_be_managed(base)))
        return refuse(GilExc_SystemError, type, "has a Gil_TPFLAGS_MANAGED flag, but its instances differ in size");
    if ((type->tp_flags & Gil_TPFLAGS_MANAGED_DICT) && !gil_type_has_gc(type))
        return refuse(GilExc_SystemError, type, "has the Gil_TPFLAGS_MANAGED_DICT flag but not Gil_TPFLAGS_HAVE_GC");
    if (!(type->tp_flags & Gil_TPFLAGS_HAVE_VECTORCALL))
        return 0;
    if (type->tp_vectorcall_offset == 0 && base->tp_vectorcall_offset == 0)
        return refuse(GilExc_SystemError, type, "has the Gil_TPFLAGS_HAVE_VECTORCALL flag but no tp_vectorcall_offset");
    if (type->tp_call == NULL && base->tp_call == NULL)
        return refuse(GilExc_SystemError, type, "has the Gil_TPFLAGS_HAVE_VECTORCALL flag but no tp_call");
    return 0;
}

/* The bases first, then the type. */
static int
complete(GilThreadState *ts, GilTypeObject *type)
{
    GilTypeObject *base = type->tp_base != NULL ? type->tp_base : &GilBaseObject_Type;

    if (check_alone(type) < 0 || GilType_Ready(base) < 0 || check_against(type, base) < 0)
        return -1;
    type->ob_base.ob_base.ob_refcnt = _Gil_IMMORTAL_REFCNT;
    if (Gil_TYPE(type) == NULL)
        Gil_SET_TYPE(type, Gil_TYPE(base));
    if (type->tp_dealloc == NULL)
        type->tp_dealloc = gil_heap_type_instance_dealloc;
    type->tp_flags |= Gil_TPFLAGS_IMMUTABLETYPE;
    if (gil_type_ready(type) < 0) {
        gil_err_no_memory(ts);
        return -1;
    }
    return 0;
}

int
GilType_Ready(GilTypeObject *type)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (type == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    if (Gil_TYPE(type) != NULL && !gil_is_type((GilObject *)type)) {
        gil_err_bad_argument(__func__, "type", (GilObject *)type);
        return -1;
    }
    if (type->tp_mro_items != NULL && (type->tp_flags & (Gil_TPFLAGS_HEAPTYPE | Gil_TPFLAGS_STATIC_BUILTIN)))
        return 0;
    if (type->tp_name == NULL) {
        GilErr_Format(GilExc_SystemError, "%s: the type has no tp_name", __func__);
        return -1;
    }
    if (ts->interp->id != 0)
        return refuse(GilExc_SystemError, type, "is for the main interpreter alone; GilType_FromSpec() makes one for each");
    if ((type->tp_flags & Gil_TPFLAGS_READY) && type->tp_mro_items != NULL)
        return 0;
    if (type->tp_flags & Gil_TPFLAGS_READYING)
        return refuse(GilExc_SystemError, type, "derives from itself");
    type->tp_flags |= Gil_TPFLAGS_READYING;
    int rc = complete(ts, type);
    type->tp_flags &= ~Gil_TPFLAGS_READYING;
    return rc;
}
