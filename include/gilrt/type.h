/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Types: how a kind of object is described and created.
 *
 * A type is made from a GilType_Spec, an array of slots: there are no static type structs in this interface. Types made
 * so belong to the interpreter that made them; the built-in ones are process-wide, immortal and never written after
 * start. A type's memory is opaque; ask for its parts by GilType_GetSlot() and GilType_GetFlags().
 */
#ifndef GILRT_TYPE_H
#define GILRT_TYPE_H

#include <gilrt/object.h>
#include <gilrt/slot.h>

GIL_BEGIN_DECLS

struct _gilbuffer;

/** @name Signatures of slots; each returns as the protocol function that calls it does.
 *  @{ */
typedef GilObject *(*unaryfunc)(GilObject *);
typedef GilObject *(*binaryfunc)(GilObject *, GilObject *);
typedef GilObject *(*ternaryfunc)(GilObject *, GilObject *, GilObject *);
typedef int (*inquiry)(GilObject *);
typedef Gil_ssize_t (*lenfunc)(GilObject *);
typedef GilObject *(*ssizeargfunc)(GilObject *, Gil_ssize_t);
typedef GilObject *(*ssizessizeargfunc)(GilObject *, Gil_ssize_t, Gil_ssize_t);
typedef int (*ssizeobjargproc)(GilObject *, Gil_ssize_t, GilObject *);
typedef int (*ssizessizeobjargproc)(GilObject *, Gil_ssize_t, Gil_ssize_t, GilObject *);
typedef int (*objobjargproc)(GilObject *, GilObject *, GilObject *);
typedef int (*objobjproc)(GilObject *, GilObject *);
typedef int (*visitproc)(GilObject *, void *);
typedef int (*traverseproc)(GilObject *, visitproc, void *);
typedef void (*freefunc)(void *);
typedef void (*destructor)(GilObject *);
typedef GilObject *(*getattrfunc)(GilObject *, char *);
typedef GilObject *(*getattrofunc)(GilObject *, GilObject *);
typedef int (*setattrfunc)(GilObject *, char *, GilObject *);
typedef int (*setattrofunc)(GilObject *, GilObject *, GilObject *);
typedef GilObject *(*reprfunc)(GilObject *);
typedef Gil_hash_t (*hashfunc)(GilObject *);
typedef GilObject *(*richcmpfunc)(GilObject *, GilObject *, int);
typedef GilObject *(*getiterfunc)(GilObject *);
typedef GilObject *(*iternextfunc)(GilObject *);
typedef GilObject *(*descrgetfunc)(GilObject *, GilObject *, GilObject *);
typedef int (*descrsetfunc)(GilObject *, GilObject *, GilObject *);
typedef int (*initproc)(GilObject *, GilObject *, GilObject *);
typedef GilObject *(*newfunc)(GilTypeObject *, GilObject *, GilObject *);
typedef GilObject *(*allocfunc)(GilTypeObject *, Gil_ssize_t);
typedef GilObject *(*vectorcallfunc)(GilObject *callable, GilObject *const *args, size_t nargsf, GilObject *kwnames);
typedef int (*getbufferproc)(GilObject *, struct _gilbuffer *, int);
typedef void (*releasebufferproc)(GilObject *, struct _gilbuffer *);
typedef GilObject *(*getter)(GilObject *, void *);
typedef int (*setter)(GilObject *, GilObject *, void *);
/** @} */

/** @name Methods
 *  The function's real signature follows from ml_flags; it is stored as GilCFunction.
 *  @{ */
typedef GilObject *(*GilCFunction)(GilObject *self, GilObject *args);
typedef GilObject *(*GilCFunctionWithKeywords)(GilObject *self, GilObject *args, GilObject *kwargs);
typedef GilObject *(*GilCFunctionFast)(GilObject *self, GilObject *const *args, Gil_ssize_t nargs);
typedef GilObject *(*GilCFunctionFastWithKeywords)(GilObject *self, GilObject *const *args, Gil_ssize_t nargs,
                                                   GilObject *kwnames);
typedef GilObject *(*GilCMethod)(GilObject *self, GilTypeObject *defining_class, GilObject *const *args, size_t nargs,
                                 GilObject *kwnames);
#define _GilCFunction_CAST(func) ((GilCFunction)(void (*)(void))(func))

/** One entry of a method table; the table ends with an entry whose ml_name is NULL and is never copied. */
typedef struct GilMethodDef {
    const char *ml_name;
    GilCFunction ml_meth;
    int ml_flags;
    const char *ml_doc;
} GilMethodDef;

#define GIL_METH_VARARGS 0x0001  /**< (self, args tuple) */
#define GIL_METH_KEYWORDS 0x0002 /**< with VARARGS: (self, args, kwargs or NULL); with FASTCALL: kwnames or NULL last */
#define GIL_METH_NOARGS 0x0004   /**< (self, NULL) */
#define GIL_METH_O 0x0008        /**< (self, the one argument) */
#define GIL_METH_CLASS 0x0010    /**< first argument is the type */
#define GIL_METH_STATIC 0x0020   /**< first argument is NULL */
#define GIL_METH_COEXIST 0x0040  /**< put it in place of a slot's wrapper */
#define GIL_METH_FASTCALL 0x0080 /**< (self, args array, nargs) */
#define GIL_METH_METHOD 0x0200   /**< with FASTCALL|KEYWORDS: GilCMethod, which gets the defining class (PEP 573) */
/** @} */

/** @name Members and computed attributes
 *  @{ */
typedef struct GilMemberDef {
    const char *name;
    int type; /**< Gil_T_… */
    Gil_ssize_t offset;
    int flags; /**< Gil_READONLY or 0 */
    const char *doc;
} GilMemberDef;

typedef struct GilGetSetDef {
    const char *name;
    getter get;
    setter set; /**< NULL: read-only */
    const char *doc;
    void *closure;
} GilGetSetDef;

#define Gil_T_SHORT 0
#define Gil_T_INT 1
#define Gil_T_LONG 2
#define Gil_T_FLOAT 3
#define Gil_T_DOUBLE 4
#define Gil_T_STRING 5 /**< const char *, read-only; NULL reads as None */
#define _Gil_T_OBJECT 6
#define Gil_T_CHAR 7
#define Gil_T_BYTE 8
#define Gil_T_UBYTE 9
#define Gil_T_USHORT 10
#define Gil_T_UINT 11
#define Gil_T_ULONG 12
#define Gil_T_STRING_INPLACE 13
#define Gil_T_BOOL 14
#define Gil_T_OBJECT_EX 16 /**< GilObject *; NULL raises AttributeError */
#define Gil_T_LONGLONG 17
#define Gil_T_ULONGLONG 18
#define Gil_T_PYSSIZET 19 /**< Gil_ssize_t; CPython's own spelling kept */

#define Gil_READONLY 1
#define Gil_AUDIT_READ 2
#define Gil_RELATIVE_OFFSET 8 /**< offset counts from the type's own part (negative basicsize) */

/** Read and write what a GilMemberDef describes at @p obj_addr. A number that does not fit is OverflowError, by an attribute too.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilMember_GetOne(const char *obj_addr, GilMemberDef *m);
/** @lock_held
 *  @reenters the old object's finalizer */
GIL_API int GilMember_SetOne(char *obj_addr, GilMemberDef *m, GilObject *o);
/** @} */

/** @name Creating types
 *  @{ */
typedef struct {
    int slot; /**< Gil_tp_…, Gil_nb_…, … */
    void *pfunc;
} GilType_Slot;

typedef struct {
    const char *name;      /**< "module.Type"; copied */
    int basicsize;         /**< bytes; 0 inherits, negative asks for that much beyond the base (PEP 697) */
    int itemsize;          /**< bytes per item of a variable-size type; 0 otherwise, or for as many as the base's have */
    unsigned int flags;    /**< Gil_TPFLAGS_… */
    GilType_Slot *slots;   /**< ended by {0, NULL} */
} GilType_Spec;

#define Gil_TPFLAGS_STATIC_BUILTIN (1UL << 1)      /**< the library's own, immortal and never written after start */
#define Gil_TPFLAGS_MANAGED_WEAKREF (1UL << 3)     /**< can be referred to weakly; the library finds the room */
#define Gil_TPFLAGS_MANAGED_DICT (1UL << 4)        /**< instances have a dict, as above; needs GC, see GilObject_VisitManagedDict() */
#define Gil_TPFLAGS_SEQUENCE (1UL << 5)            /**< a kind of sequence; inherited, never with the next */
#define Gil_TPFLAGS_MAPPING (1UL << 6)             /**< a kind of mapping; inherited */
#define Gil_TPFLAGS_DISALLOW_INSTANTIATION (1UL << 7)
#define Gil_TPFLAGS_IMMUTABLETYPE (1UL << 8)
#define Gil_TPFLAGS_HEAPTYPE (1UL << 9)
#define Gil_TPFLAGS_BASETYPE (1UL << 10)           /**< may be subclassed */
#define Gil_TPFLAGS_HAVE_VECTORCALL (1UL << 11)
#define Gil_TPFLAGS_READY (1UL << 12)
#define Gil_TPFLAGS_READYING (1UL << 13)
#define Gil_TPFLAGS_HAVE_GC (1UL << 14)            /**< instances have the collector's prefix */
#define Gil_TPFLAGS_METHOD_DESCRIPTOR (1UL << 17)
#define Gil_TPFLAGS_ITEMS_AT_END (1UL << 23)
#define Gil_TPFLAGS_LONG_SUBCLASS (1UL << 24)
#define Gil_TPFLAGS_LIST_SUBCLASS (1UL << 25)
#define Gil_TPFLAGS_TUPLE_SUBCLASS (1UL << 26)
#define Gil_TPFLAGS_BYTES_SUBCLASS (1UL << 27)
#define Gil_TPFLAGS_UNICODE_SUBCLASS (1UL << 28)
#define Gil_TPFLAGS_DICT_SUBCLASS (1UL << 29)
#define Gil_TPFLAGS_BASE_EXC_SUBCLASS (1UL << 30)
#define Gil_TPFLAGS_TYPE_SUBCLASS (1UL << 31)
#define Gil_TPFLAGS_DEFAULT 0UL

/** As value of Gil_tp_token: the spec's own address is the token. */
#define GIL_TP_USE_SPEC NULL

/** Make a type from @p spec; bases from its Gil_tp_base/Gil_tp_bases slots, else object.
 *  @newref
 *  @lock_held
 *  @return the type, or NULL: SystemError for a malformed spec (the message names slot and type), TypeError for bases
 *          that cannot be, MemoryError */
GIL_API GilObject *GilType_FromSpec(GilType_Spec *spec);
/** @p bases: NULL, a type, or a tuple of types.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilType_FromSpecWithBases(GilType_Spec *spec, GilObject *bases);
/** As GilType_FromSpecWithBases(); the type remembers @p module, so that its methods can reach the module's state (PEP 573).
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilType_FromModuleAndSpec(GilObject *module, GilType_Spec *spec, GilObject *bases);
/** The most general form (CPython 3.12). @p metaclass derives from GilType_Type (NULL: from the bases follows which);
 *  the type made is an instance of it, or of a base's one that derives from it. A metatype is a type like others, made from
 *  a spec with GilType_Type as base; it adds data of its own by a negative basicsize and GilObject_GetTypeData().
 *  TypeError: no subclass of type; neither it nor a base's metatype derives from all others; it has a Gil_tp_new of its own.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilType_FromMetaclass(GilTypeObject *metaclass, GilObject *module, GilType_Spec *spec, GilObject *bases);
/** Make a type from one array that says all (CPython 3.15): the slots of a spec, and Gil_tp_name (required), Gil_tp_basicsize
 *  or Gil_tp_extra_basicsize, Gil_tp_itemsize, Gil_tp_flags, Gil_tp_metaclass and Gil_tp_module for what a spec and
 *  GilType_FromMetaclass() have as fields and arguments. Gil_slot_subslots and Gil_tp_slots read other arrays in between.
 *  Ids that no slot has are refused, or skipped with GilSlot_OPTIONAL. A Gil_tp_token of GIL_TP_USE_SPEC is the array's address.
 *  @newref
 *  @lock_held
 *  @return the type, or NULL as GilType_FromMetaclass(); SystemError for an array that says something twice, or has no name */
GIL_API GilObject *GilType_FromSlots(const GilSlot *slots);
/** @} */

/** @name Asking types
 *  @{ */
/** @lock_any */
GIL_API unsigned long GilType_GetFlags(GilTypeObject *type);
/** @lock_any */
GIL_API int GilType_HasFeature(GilTypeObject *type, unsigned long feature);
/** 1 when @p derived is @p base or inherits from it; cannot fail.
 *  @lock_any */
GIL_API int GilType_IsSubtype(GilTypeObject *derived, GilTypeObject *base);
/** Function in slot @p slot, inherited ones included; NULL without an error where the type has none, SystemError for a bad id.
 *  @lock_held */
GIL_API void *GilType_GetSlot(GilTypeObject *type, int slot);
/** Last part of the name, as str.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilType_GetName(GilTypeObject *type);
/** @newref
 *  @lock_held */
GIL_API GilObject *GilType_GetQualName(GilTypeObject *type);
/** "module.Type" (the module left out for built-in types; CPython 3.13).
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilType_GetFullyQualifiedName(GilTypeObject *type);
/** @newref
 *  @lock_held */
GIL_API GilObject *GilType_GetModuleName(GilTypeObject *type);
/** Module the type was made with; TypeError when there is none.
 *  @borrowed  lives as long as the type
 *  @lock_held */
GIL_API GilObject *GilType_GetModule(GilTypeObject *type);
/** State of that module, or NULL (TypeError set when there is no module).
 *  @lock_held */
GIL_API void *GilType_GetModuleState(GilTypeObject *type);
/** First class in the method resolution order whose module carries @p token (CPython 3.15), its module.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilType_GetModuleByToken(GilTypeObject *type, const void *token);
/** First class in the method resolution order made with @p token as its Gil_tp_token (CPython 3.14).
 *  @param result  gets a new reference to it, or NULL; may be NULL itself
 *  @lock_held
 *  @return 1 found, 0 not found (no error set), -1 with SystemError */
GIL_API int GilType_GetBaseByToken(GilTypeObject *type, void *token, GilTypeObject **result);
/** Data of a subclass made with negative basicsize (PEP 697).
 *  @lock_any */
GIL_API void *GilObject_GetTypeData(GilObject *obj, GilTypeObject *cls);
/** The items of an object whose type has Gil_TPFLAGS_ITEMS_AT_END (CPython 3.12): behind all that subclasses add.
 *  @lock_held
 *  @return where they stand, or NULL with TypeError when the type has no such flag, SystemError for NULL */
GIL_API void *GilObject_GetItemData(GilObject *obj);
/** @lock_any */
GIL_API Gil_ssize_t GilType_GetTypeDataSize(GilTypeObject *cls);
/** Visit the dict that @p obj has by Gil_TPFLAGS_MANAGED_DICT: part of the tp_traverse of each type with that flag, and of
 *  no other (CPython 3.13): where only a derived type has it, that one visits it. Nothing happens for an object without.
 *  @lock_held
 *  @return what @p visit returned, or 0 */
GIL_API int GilObject_VisitManagedDict(GilObject *obj, visitproc visit, void *arg);
/** Let go of that dict: part of the tp_clear and of the tp_dealloc of each type with that flag (CPython 3.13).
 *  @lock_held
 *  @reenters finalizers */
GIL_API void GilObject_ClearManagedDict(GilObject *obj);
/** tp_alloc when a type does not say otherwise: zeroed memory, one reference, tracked when the type has GC. A tp_new asks
 *  type->tp_alloc and not this: zeros are no instance of str, bytes, int, dict or set, whose tp_alloc is another. Nor are they a
 *  type: SystemError for GilType_Type and what derives from it.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilType_GenericAlloc(GilTypeObject *type, Gil_ssize_t nitems);
/** A tp_new that only allocates.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilType_GenericNew(GilTypeObject *type, GilObject *args, GilObject *kwargs);
/** Tell the runtime that a type was changed behind its back: what is remembered of its attributes and of those of types
 *  that derive from it is void. Attributes that are set by the functions here need no such call.
 *  @lock_held */
GIL_API void GilType_Modified(GilTypeObject *type);
/** @} */

/** The type of types, and the root of all. */
GIL_API extern GilTypeObject GilType_Type;
GIL_API extern GilTypeObject GilBaseObject_Type;

#define GilType_FastSubclass(type, flag) GilType_HasFeature((type), (flag))
#define GilType_Check(op) GilType_FastSubclass(Gil_TYPE(op), Gil_TPFLAGS_TYPE_SUBCLASS)
#define GilType_CheckExact(op) Gil_IS_TYPE((op), &GilType_Type)

static inline int
_GilObject_TypeCheck(GilObject *op, GilTypeObject *type)
{
    return Gil_IS_TYPE(op, type) || GilType_IsSubtype(Gil_TYPE(op), type);
}
#define GilObject_TypeCheck(op, type) _GilObject_TypeCheck(_GilObject_CAST(op), (type))

GIL_END_DECLS

#endif
