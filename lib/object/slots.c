/* SPDX-License-Identifier: MIT */
/*
 * Slot ids of types: where in a type each one stands.
 *
 * Slots travel as void *, though most are pointers to functions: ISO C keeps the two apart, POSIX does not (dlsym()
 * rests on it). They are copied by memcpy(), so that no object is read through a pointer of another type.
 */
#include "object/slots.h"

#include "object/error.h"

#include <string.h>

#define PLACE(slot, which, table) [Gil_##slot] = {"Gil_" #slot, which, offsetof(table, slot)}
#define TP(slot) PLACE(slot, GIL_SLOT_TYPE, GilTypeObject)
#define NB(slot) PLACE(slot, GIL_SLOT_NUMBER, GilNumberMethods)
#define SQ(slot) PLACE(slot, GIL_SLOT_SEQUENCE, GilSequenceMethods)
#define MP(slot) PLACE(slot, GIL_SLOT_MAPPING, GilMappingMethods)
#define BF(slot) PLACE(slot, GIL_SLOT_BUFFER, GilBufferProcs)

static const struct gil_slot_place places[GIL_TYPE_SLOT_MAX + 1] = {
    BF(bf_getbuffer),
    BF(bf_releasebuffer),
    MP(mp_ass_subscript),
    MP(mp_length),
    MP(mp_subscript),
    NB(nb_absolute),
    NB(nb_add),
    NB(nb_and),
    NB(nb_bool),
    NB(nb_divmod),
    NB(nb_float),
    NB(nb_floor_divide),
    NB(nb_index),
    NB(nb_inplace_add),
    NB(nb_inplace_and),
    NB(nb_inplace_floor_divide),
    NB(nb_inplace_lshift),
    NB(nb_inplace_multiply),
    NB(nb_inplace_or),
    NB(nb_inplace_power),
    NB(nb_inplace_remainder),
    NB(nb_inplace_rshift),
    NB(nb_inplace_subtract),
    NB(nb_inplace_true_divide),
    NB(nb_inplace_xor),
    NB(nb_int),
    NB(nb_invert),
    NB(nb_lshift),
    NB(nb_multiply),
    NB(nb_negative),
    NB(nb_or),
    NB(nb_positive),
    NB(nb_power),
    NB(nb_remainder),
    NB(nb_rshift),
    NB(nb_subtract),
    NB(nb_true_divide),
    NB(nb_xor),
    SQ(sq_ass_item),
    SQ(sq_concat),
    SQ(sq_contains),
    SQ(sq_inplace_concat),
    SQ(sq_inplace_repeat),
    SQ(sq_item),
    SQ(sq_length),
    SQ(sq_repeat),
    TP(tp_alloc),
    TP(tp_base),
    TP(tp_bases),
    TP(tp_call),
    TP(tp_clear),
    TP(tp_dealloc),
    TP(tp_del),
    TP(tp_descr_get),
    TP(tp_descr_set),
    TP(tp_doc),
    TP(tp_getattr),
    TP(tp_getattro),
    TP(tp_hash),
    TP(tp_init),
    TP(tp_is_gc),
    TP(tp_iter),
    TP(tp_iternext),
    TP(tp_methods),
    TP(tp_new),
    TP(tp_repr),
    TP(tp_richcompare),
    TP(tp_setattr),
    TP(tp_setattro),
    TP(tp_str),
    TP(tp_traverse),
    TP(tp_members),
    TP(tp_getset),
    TP(tp_free),
    NB(nb_matrix_multiply),
    NB(nb_inplace_matrix_multiply),
    TP(tp_finalize),
    TP(tp_vectorcall),
    TP(tp_token),
};

const struct gil_slot_place *
gil_slot_place(int id)
{
    return id > 0 && id <= GIL_TYPE_SLOT_MAX && places[id].name != NULL ? &places[id] : NULL;
}

static char *
part_of(const GilTypeObject *type, enum gil_slot_part part)
{
    switch (part) {
    case GIL_SLOT_TYPE:
        return (char *)(uintptr_t)type;
    case GIL_SLOT_NUMBER:
        return (char *)type->tp_as_number;
    case GIL_SLOT_SEQUENCE:
        return (char *)type->tp_as_sequence;
    case GIL_SLOT_MAPPING:
        return (char *)type->tp_as_mapping;
    case GIL_SLOT_BUFFER:
        return (char *)type->tp_as_buffer;
    case GIL_SLOT_UNKNOWN:
        break;
    }
    return NULL;
}

void *
gil_slot_read(const GilTypeObject *type, const struct gil_slot_place *place)
{
    const char *part = part_of(type, place->part);
    void *value = NULL;

    if (part != NULL)
        memcpy(&value, part + place->offset, sizeof value);
    return value;
}

void
gil_slot_write(GilTypeObject *type, const struct gil_slot_place *place, void *value)
{
    memcpy(part_of(type, place->part) + place->offset, &value, sizeof value);
}

void *
GilType_GetSlot(GilTypeObject *type, int slot)
{
    gil_tstate_need(__func__);
    const struct gil_slot_place *place = gil_slot_place(slot);

    if (type == NULL)
        return gil_err_null(__func__);
    if (place == NULL) {
        GilErr_Format(GilExc_SystemError, "%s: there is no slot of id %d", __func__, slot);
        return NULL;
    }
    return gil_slot_read(type, place);
}
