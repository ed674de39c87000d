/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Slots: the {id, flags, value} triples by which types and modules are described (PEP 820).
 *
 * Ids never change and are never reused. Those of types are the ones extension authors know from CPython's stable ABI
 * (asynchronous slots have none here); those of modules have a range of their own, so that one id means one thing.
 */
#ifndef GILRT_SLOT_H
#define GILRT_SLOT_H

#include <gilrt/base.h>

GIL_BEGIN_DECLS

typedef void (*_Gil_funcptr_t)(void);

/** One slot. An array of them ends with GilSlot_END. That of a module must stay as it is while the process lives. That of a type is read
 *  once and may be a local variable; the tables of methods and computed attributes that it points to must stay. */
typedef struct GilSlot {
    uint16_t sl_id;
    uint16_t sl_flags;
    union {
        uint32_t sl_reserved; /**< zero */
    };
    union {
        void *sl_ptr;
        _Gil_funcptr_t sl_func;
        Gil_ssize_t sl_size;
        int64_t sl_int64;
        uint64_t sl_uint64;
    };
} GilSlot;

/** A reader that does not know the id skips the slot instead of refusing the array. */
#define GilSlot_OPTIONAL 0x0001
/** The data pointed to is static: it outlives every interpreter and is never copied. */
#define GilSlot_STATIC 0x0002
/** The value was written through sl_ptr although the slot may want an integer. */
#define GilSlot_INTPTR 0x0004

#define Gil_slot_end 0
#define Gil_slot_subslots 92 /**< sl_ptr: another array of GilSlot, read at this place; five levels at the most. Of types only */
#define Gil_slot_invalid 0xffff

#ifdef __cplusplus
GIL_END_DECLS
/* In C++ the initialisers are functions: designated initialisers are not C++17, and a cast from a function pointer is
   no constant expression, so an array of slots may be initialised when its shared object is loaded: early enough. */
struct _GilSlotMaker {
    static constexpr GilSlot
    data(int id, unsigned flags, const void *value)
    {
        return GilSlot{static_cast<uint16_t>(id), static_cast<uint16_t>(flags), {0}, {const_cast<void *>(value)}};
    }
    static GilSlot
    func(int id, _Gil_funcptr_t value)
    {
        GilSlot slot = GilSlot{static_cast<uint16_t>(id), 0, {0}, {nullptr}};
        slot.sl_func = value;
        return slot;
    }
    static GilSlot
    uint64(int id, uint64_t value)
    {
        GilSlot slot = GilSlot{static_cast<uint16_t>(id), 0, {0}, {nullptr}};
        slot.sl_uint64 = value;
        return slot;
    }
};
template <typename T>
static constexpr GilSlot
GilSlot_DATA(int id, T *value)
{
    return _GilSlotMaker::data(id, GilSlot_INTPTR, value);
}
/** Small integers given as pointers: `GilSlot_DATA(Gil_mod_gil, Gil_MOD_GIL_USED)`. */
static inline GilSlot
GilSlot_DATA(int id, uintptr_t value)
{
    GilSlot slot = _GilSlotMaker::uint64(id, value);
    slot.sl_flags = GilSlot_INTPTR;
    return slot;
}
template <typename T>
static constexpr GilSlot
GilSlot_STATIC_DATA(int id, T *value)
{
    return _GilSlotMaker::data(id, GilSlot_STATIC, value);
}
template <typename F>
static inline GilSlot
GilSlot_FUNC(int id, F *value)
{
    return _GilSlotMaker::func(id, reinterpret_cast<_Gil_funcptr_t>(value));
}
template <typename T>
static inline GilSlot
GilSlot_PTR(int id, T *value)
{
    return _GilSlotMaker::data(id, GilSlot_INTPTR, reinterpret_cast<const void *>(value));
}
template <typename T>
static inline GilSlot
GilSlot_PTR_STATIC(int id, T *value)
{
    return _GilSlotMaker::data(id, GilSlot_INTPTR | GilSlot_STATIC, reinterpret_cast<const void *>(value));
}
static inline GilSlot
GilSlot_SIZE(int id, Gil_ssize_t value)
{
    return _GilSlotMaker::uint64(id, static_cast<uint64_t>(value));
}
static inline GilSlot
GilSlot_INT64(int id, int64_t value)
{
    return _GilSlotMaker::uint64(id, static_cast<uint64_t>(value));
}
static inline GilSlot
GilSlot_UINT64(int id, uint64_t value)
{
    return _GilSlotMaker::uint64(id, value);
}
#define GilSlot_END (GilSlot{Gil_slot_end, 0, {0}, {nullptr}})
GIL_BEGIN_DECLS
#else
#define GilSlot_DATA(id, value) {.sl_id = (id), .sl_flags = GilSlot_INTPTR, .sl_ptr = (void *)(value)}
#define GilSlot_FUNC(id, value) {.sl_id = (id), .sl_func = (_Gil_funcptr_t)(value)}
#define GilSlot_SIZE(id, value) {.sl_id = (id), .sl_size = (Gil_ssize_t)(value)}
#define GilSlot_INT64(id, value) {.sl_id = (id), .sl_int64 = (int64_t)(value)}
#define GilSlot_UINT64(id, value) {.sl_id = (id), .sl_uint64 = (uint64_t)(value)}
#define GilSlot_STATIC_DATA(id, value) {.sl_id = (id), .sl_flags = GilSlot_STATIC, .sl_ptr = (void *)(value)}
/* The same without the names of fields: objects and functions alike, given as pointers. */
#define GilSlot_PTR(id, value) {(id), GilSlot_INTPTR, {0}, {(void *)(value)}}
#define GilSlot_PTR_STATIC(id, value) {(id), GilSlot_INTPTR | GilSlot_STATIC, {0}, {(void *)(value)}}
#define GilSlot_END {.sl_id = Gil_slot_end}
#endif

/* Slots of types. */
#define Gil_bf_getbuffer                   1
#define Gil_bf_releasebuffer               2
#define Gil_mp_ass_subscript               3
#define Gil_mp_length                      4
#define Gil_mp_subscript                   5
#define Gil_nb_absolute                    6
#define Gil_nb_add                         7
#define Gil_nb_and                         8
#define Gil_nb_bool                        9
#define Gil_nb_divmod                      10
#define Gil_nb_float                       11
#define Gil_nb_floor_divide                12
#define Gil_nb_index                       13
#define Gil_nb_inplace_add                 14
#define Gil_nb_inplace_and                 15
#define Gil_nb_inplace_floor_divide        16
#define Gil_nb_inplace_lshift              17
#define Gil_nb_inplace_multiply            18
#define Gil_nb_inplace_or                  19
#define Gil_nb_inplace_power               20
#define Gil_nb_inplace_remainder           21
#define Gil_nb_inplace_rshift              22
#define Gil_nb_inplace_subtract            23
#define Gil_nb_inplace_true_divide         24
#define Gil_nb_inplace_xor                 25
#define Gil_nb_int                         26
#define Gil_nb_invert                      27
#define Gil_nb_lshift                      28
#define Gil_nb_multiply                    29
#define Gil_nb_negative                    30
#define Gil_nb_or                          31
#define Gil_nb_positive                    32
#define Gil_nb_power                       33
#define Gil_nb_remainder                   34
#define Gil_nb_rshift                      35
#define Gil_nb_subtract                    36
#define Gil_nb_true_divide                 37
#define Gil_nb_xor                         38
#define Gil_sq_ass_item                    39
#define Gil_sq_concat                      40
#define Gil_sq_contains                    41
#define Gil_sq_inplace_concat              42
#define Gil_sq_inplace_repeat              43
#define Gil_sq_item                        44
#define Gil_sq_length                      45
#define Gil_sq_repeat                      46
#define Gil_tp_alloc                       47
#define Gil_tp_base                        48
#define Gil_tp_bases                       49
#define Gil_tp_call                        50
#define Gil_tp_clear                       51
#define Gil_tp_dealloc                     52
#define Gil_tp_del                         53
#define Gil_tp_descr_get                   54
#define Gil_tp_descr_set                   55
#define Gil_tp_doc                         56
#define Gil_tp_getattr                     57
#define Gil_tp_getattro                    58
#define Gil_tp_hash                        59
#define Gil_tp_init                        60
#define Gil_tp_is_gc                       61
#define Gil_tp_iter                        62
#define Gil_tp_iternext                    63
#define Gil_tp_methods                     64
#define Gil_tp_new                         65
#define Gil_tp_repr                        66
#define Gil_tp_richcompare                 67
#define Gil_tp_setattr                     68
#define Gil_tp_setattro                    69
#define Gil_tp_str                         70
#define Gil_tp_traverse                    71
#define Gil_tp_members                     72
#define Gil_tp_getset                      73
#define Gil_tp_free                        74
#define Gil_nb_matrix_multiply             75
#define Gil_nb_inplace_matrix_multiply     76
#define Gil_tp_finalize                    80
#define Gil_tp_vectorcall                  82
#define Gil_tp_token                       83

/* Slots of types for GilType_FromSlots(): what stands in fields and arguments elsewhere. */
#define Gil_tp_slots                       93  /**< sl_ptr: an array of GilType_Slot, read at this place */
#define Gil_tp_name                        95  /**< sl_ptr: "module.Type" */
#define Gil_tp_basicsize                   96  /**< sl_size: bytes; without it the base's */
#define Gil_tp_extra_basicsize             97  /**< sl_size: bytes beyond the base's (PEP 697) */
#define Gil_tp_itemsize                    98  /**< sl_size */
#define Gil_tp_flags                       99  /**< sl_uint64: Gil_TPFLAGS_… */
#define Gil_tp_metaclass                   121 /**< sl_ptr: a type; CPython's number is another one, a module's here */
#define Gil_tp_module                      122 /**< sl_ptr: the module, see GilType_FromModuleAndSpec(); the same */

/* Slots of modules (PEP 793). */
#define Gil_mod_create                     101
#define Gil_mod_exec                       102
#define Gil_mod_multiple_interpreters      103
#define Gil_mod_gil                        104
#define Gil_mod_name                       105
#define Gil_mod_doc                        106
#define Gil_mod_state_size                 107
#define Gil_mod_methods                    108
#define Gil_mod_state_traverse             109
#define Gil_mod_state_clear                110
#define Gil_mod_state_free                 111
#define Gil_mod_token                      112
#define Gil_mod_abi                        113

/* Values of Gil_mod_multiple_interpreters. */
#define Gil_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED ((void *)0)
#define Gil_MOD_MULTIPLE_INTERPRETERS_SUPPORTED ((void *)1)
#define Gil_MOD_PER_INTERPRETER_GIL_SUPPORTED ((void *)2)

/* Values of Gil_mod_gil: whether the module relies on the interpreter's lock. There is always one here, so both load. */
#define Gil_MOD_GIL_USED ((void *)0)
#define Gil_MOD_GIL_NOT_USED ((void *)1)

GIL_END_DECLS

#endif
