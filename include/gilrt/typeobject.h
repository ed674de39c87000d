/* SPDX-License-Identifier: MIT */
/**
 * @file
 * The layout of a type, for the library itself and for ports of code that fills static type structs.
 *
 * `<gilrt.h>` does not include this header and new code has no use for it: GilType_FromSpec() makes types, and
 * GilType_GetSlot() reads them. The fields stand in the order of CPython's documented slot table, so initializers with
 * and without names fit. Fields are for reading once the type is ready.
 */
#ifndef GILRT_TYPEOBJECT_H
#define GILRT_TYPEOBJECT_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

typedef struct {
    binaryfunc nb_add;
    binaryfunc nb_subtract;
    binaryfunc nb_multiply;
    binaryfunc nb_remainder;
    binaryfunc nb_divmod;
    ternaryfunc nb_power;
    unaryfunc nb_negative;
    unaryfunc nb_positive;
    unaryfunc nb_absolute;
    inquiry nb_bool;
    unaryfunc nb_invert;
    binaryfunc nb_lshift;
    binaryfunc nb_rshift;
    binaryfunc nb_and;
    binaryfunc nb_xor;
    binaryfunc nb_or;
    unaryfunc nb_int;
    void *nb_reserved;
    unaryfunc nb_float;
    binaryfunc nb_inplace_add;
    binaryfunc nb_inplace_subtract;
    binaryfunc nb_inplace_multiply;
    binaryfunc nb_inplace_remainder;
    ternaryfunc nb_inplace_power;
    binaryfunc nb_inplace_lshift;
    binaryfunc nb_inplace_rshift;
    binaryfunc nb_inplace_and;
    binaryfunc nb_inplace_xor;
    binaryfunc nb_inplace_or;
    binaryfunc nb_floor_divide;
    binaryfunc nb_true_divide;
    binaryfunc nb_inplace_floor_divide;
    binaryfunc nb_inplace_true_divide;
    unaryfunc nb_index;
    binaryfunc nb_matrix_multiply;
    binaryfunc nb_inplace_matrix_multiply;
} GilNumberMethods;

typedef struct {
    lenfunc sq_length;
    binaryfunc sq_concat;
    ssizeargfunc sq_repeat;
    ssizeargfunc sq_item;
    void *was_sq_slice;
    ssizeobjargproc sq_ass_item;
    void *was_sq_ass_slice;
    objobjproc sq_contains;
    binaryfunc sq_inplace_concat;
    ssizeargfunc sq_inplace_repeat;
} GilSequenceMethods;

typedef struct {
    lenfunc mp_length;
    binaryfunc mp_subscript;
    objobjargproc mp_ass_subscript;
} GilMappingMethods;

typedef struct {
    getbufferproc bf_getbuffer;
    releasebufferproc bf_releasebuffer;
} GilBufferProcs;

struct gil_names;

struct _giltypeobject {
    GilObject_VAR_HEAD
    const char *tp_name;
    Gil_ssize_t tp_basicsize;
    Gil_ssize_t tp_itemsize;
    destructor tp_dealloc;
    Gil_ssize_t tp_vectorcall_offset;
    getattrfunc tp_getattr;
    setattrfunc tp_setattr;
    void *tp_as_async;
    reprfunc tp_repr;
    GilNumberMethods *tp_as_number;
    GilSequenceMethods *tp_as_sequence;
    GilMappingMethods *tp_as_mapping;
    hashfunc tp_hash;
    ternaryfunc tp_call;
    reprfunc tp_str;
    getattrofunc tp_getattro;
    setattrofunc tp_setattro;
    GilBufferProcs *tp_as_buffer;
    unsigned long tp_flags;
    const char *tp_doc;
    traverseproc tp_traverse;
    inquiry tp_clear;
    richcmpfunc tp_richcompare;
    Gil_ssize_t tp_weaklistoffset;
    getiterfunc tp_iter;
    iternextfunc tp_iternext;
    GilMethodDef *tp_methods;
    GilMemberDef *tp_members;
    GilGetSetDef *tp_getset;
    GilTypeObject *tp_base; /**< one of the bases, which a heap type holds */
    GilObject *tp_dict;     /**< NULL: attributes live in tp_names */
    descrgetfunc tp_descr_get;
    descrsetfunc tp_descr_set;
    Gil_ssize_t tp_dictoffset;
    initproc tp_init;
    allocfunc tp_alloc;
    newfunc tp_new;
    freefunc tp_free;
    inquiry tp_is_gc;
    GilObject *tp_bases; /**< NULL: see tp_mro_items */
    GilObject *tp_mro;   /**< NULL: see tp_mro_items */
    GilObject *tp_cache;
    void *tp_subclasses;
    GilObject *tp_weaklist;
    destructor tp_del;
    unsigned int tp_version_tag;
    destructor tp_finalize;
    vectorcallfunc tp_vectorcall;
    /* Below: the runtime's own, not part of the documented table. */
    struct gil_names *tp_names;    /**< own attributes, by name; lib/object/names.h */
    GilTypeObject **tp_mro_items;  /**< method resolution order, this type first; the bases hold the rest */
    Gil_ssize_t tp_mro_count;
    const void *tp_token;          /**< PEP 793 token of the type, or NULL */
};

/** Complete a static type: its base (one, in tp_base; object without), what it inherits, its attributes. Call it in
 *  Gil_mod_exec, each time; a type that is complete, a built-in one and one made at run time stay as they are.
 *
 *  What stands in the struct obeys the rules of a spec: tp_dictoffset, tp_weaklistoffset and tp_vectorcall_offset are 0
 *  or lie within tp_basicsize (none counts from the end), and a type with tp_traverse or tp_clear whose base has
 *  Gil_TPFLAGS_HAVE_GC has that flag too. The struct must live as long as the process. The type is immortal and takes
 *  no attributes, and tp_dict stays NULL: what CPython's extensions put there belongs into tp_methods, tp_members and
 *  tp_getset. Without a tp_dealloc instances end as those of types made from specs do. Instances do not count as
 *  references to the type.
 *
 *  @lock_held
 *  @return 0, or -1: SystemError for a type that is malformed or asked for in another interpreter than the main one,
 *          TypeError for a base that cannot be one, MemoryError */
GIL_API int GilType_Ready(GilTypeObject *type);

GIL_END_DECLS

#endif
