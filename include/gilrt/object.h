/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Objects: the 16-byte head, reference counts, and what can be asked of any object.
 *
 * A reference is the right to use an object and the duty to give it back. `@newref` results are the caller's: he
 * ends them with Gil_DECREF(). `@borrowed` results live only as long as somebody else's reference. Counts are plain
 * memory, changed only by the thread that holds the interpreter's lock.
 */
#ifndef GILRT_OBJECT_H
#define GILRT_OBJECT_H

#include <gilrt/lock.h>

GIL_BEGIN_DECLS

/**
 * What every object begins with.
 *
 * A negative count means immortal: such an object is never counted and never destroyed, so that process-wide objects
 * can be read by all threads without a single store. A count that would pass the largest value becomes negative by
 * that step: it saturates into immortality, it never wraps round to a free (PEP 683 has the idea; here one signed
 * 64-bit word serves both).
 */
struct _gilobject {
    Gil_ssize_t ob_refcnt;
    GilTypeObject *ob_type;
};

/** The head of objects with a variable number of items. */
typedef struct {
    GilObject ob_base;
    Gil_ssize_t ob_size;
} GilVarObject;

/** First line of the struct of an object type; give it no semicolon of its own. */
#define GilObject_HEAD GilObject ob_base;
#define GilObject_VAR_HEAD GilVarObject ob_base;

/** Count of an immortal object: far from zero on both sides, so that drift cannot reach a valid count. */
#define _Gil_IMMORTAL_REFCNT (GIL_SSIZE_T_MIN / 2)
/** First line of the initializer of a static object; the comma after it is part of it, as CPython's authors are used to. */
#define GilObject_HEAD_INIT(type) {_Gil_IMMORTAL_REFCNT, (type)},
#define GilVarObject_HEAD_INIT(type, size) {GilObject_HEAD_INIT(type) (size)},

#define _GilObject_CAST(op) ((GilObject *)(op))
#define _GilVarObject_CAST(op) ((GilVarObject *)(op))

/**
 * Destroy an object whose count has reached zero; Gil_DECREF() calls it, nobody else should.
 *
 * Nesting of any depth is destroyed in constant stack. A count below zero, of an object that is dead or that was dead already,
 * stops the process with a sentence that names its type and address.
 *
 * @lock_held
 * @reenters  finalizers
 */
GIL_API GIL_NOPLT void _Gil_Dealloc(GilObject *op);

/** Type of @p op; borrowed: it lives as long as the object. */
static inline GilTypeObject *
_Gil_TYPE(GilObject *op)
{
    return op->ob_type;
}
#define Gil_TYPE(op) _Gil_TYPE(_GilObject_CAST(op))

static inline Gil_ssize_t
_Gil_REFCNT(GilObject *op)
{
    return op->ob_refcnt;
}
/** The count; negative for immortal objects. For tests and debugging. */
#define Gil_REFCNT(op) _Gil_REFCNT(_GilObject_CAST(op))

#define Gil_SIZE(op) (_GilVarObject_CAST(op)->ob_size)
#define Gil_SET_SIZE(op, size) ((void)(_GilVarObject_CAST(op)->ob_size = (size)))
#define Gil_SET_TYPE(op, type) ((void)(_GilObject_CAST(op)->ob_type = (type)))
#define Gil_IS_TYPE(op, type) (Gil_TYPE(op) == (type))
/** Identity. */
#define Gil_Is(x, y) ((x) == (y))

static inline int
_Gil_IsImmortal(GilObject *op)
{
    return op->ob_refcnt < 0;
}
/** 1 when the object is immortal. */
#define GilUnstable_IsImmortal(op) _Gil_IsImmortal(_GilObject_CAST(op))

/** Function forms of Gil_INCREF() and Gil_DECREF() for languages that cannot inline C; NULL is let through.
 *  @lock_held */
GIL_API void Gil_IncRef(GilObject *op);
/** @lock_held
 *  @reenters finalizers */
GIL_API void Gil_DecRef(GilObject *op);

/* A program that defines GIL_CHECK_REFS before it includes this has all counting that follows done by these, which stop the
 * process with a sentence in a thread that is not attached. */
#ifdef GIL_CHECK_REFS
#define _Gil_INCREF(op) Gil_IncRef(op)
#define _Gil_DECREF(op) Gil_DecRef(op)
#else
static inline void
_Gil_INCREF(GilObject *op)
{
    Gil_ssize_t count = op->ob_refcnt;
    if (GIL_LIKELY(count >= 0))
        op->ob_refcnt = (Gil_ssize_t)((size_t)count + 1);
}

static inline void
_Gil_DECREF(GilObject *op)
{
    Gil_ssize_t count = op->ob_refcnt;
    if (GIL_LIKELY(count >= 0)) {
        op->ob_refcnt = --count;
        if (count <= 0) /* below it is a mistake, which is told there */
            _Gil_Dealloc(op);
    }
}
#endif
/** Take one more reference. The lock must be held. */
#define Gil_INCREF(op) _Gil_INCREF(_GilObject_CAST(op))
/** Give a reference back. The lock must be held. May run anything (finalizers): borrowed pointers are dead after it. */
#define Gil_DECREF(op) _Gil_DECREF(_GilObject_CAST(op))

static inline void
_Gil_XINCREF(GilObject *op)
{
    if (op != NULL)
        _Gil_INCREF(op);
}
#define Gil_XINCREF(op) _Gil_XINCREF(_GilObject_CAST(op))

static inline void
_Gil_XDECREF(GilObject *op)
{
    if (op != NULL)
        _Gil_DECREF(op);
}
#define Gil_XDECREF(op) _Gil_XDECREF(_GilObject_CAST(op))

static inline GilObject *
_Gil_NewRef(GilObject *op)
{
    _Gil_INCREF(op);
    return op;
}
/** @p op with one more reference. */
#define Gil_NewRef(op) _Gil_NewRef(_GilObject_CAST(op))

static inline GilObject *
_Gil_XNewRef(GilObject *op)
{
    _Gil_XINCREF(op);
    return op;
}
/** As Gil_NewRef(); NULL stays NULL. */
#define Gil_XNewRef(op) _Gil_XNewRef(_GilObject_CAST(op))

/* A pointer to an object of whatever type: a slot may be declared as one to a type of the program's own. */
typedef GilObject *_GilSlot __attribute__((__may_alias__));

/** Empty a slot, then give its reference back: whoever looks meanwhile sees NULL, not a dying object. */
#define Gil_CLEAR(op)                                           \
    do {                                                        \
        _GilSlot *_gil_slot = (_GilSlot *)(void *)&(op);        \
        GilObject *_gil_old = *_gil_slot;                       \
        if (_gil_old != NULL) {                                 \
            *_gil_slot = NULL;                                  \
            _Gil_DECREF(_gil_old);                              \
        }                                                       \
    } while (0)

/** Put @p src (a reference that is given away) into a slot, then give the old content back. */
#define Gil_SETREF(dst, src)                                    \
    do {                                                        \
        _GilSlot *_gil_slot = (_GilSlot *)(void *)&(dst);       \
        GilObject *_gil_old = *_gil_slot;                       \
        *_gil_slot = _GilObject_CAST(src);                      \
        _Gil_DECREF(_gil_old);                                  \
    } while (0)

#define Gil_XSETREF(dst, src)                                   \
    do {                                                        \
        _GilSlot *_gil_slot = (_GilSlot *)(void *)&(dst);       \
        GilObject *_gil_old = *_gil_slot;                       \
        *_gil_slot = _GilObject_CAST(src);                      \
        _Gil_XDECREF(_gil_old);                                 \
    } while (0)

/* Comparison operators of GilObject_RichCompare(). */
#define Gil_LT 0
#define Gil_LE 1
#define Gil_EQ 2
#define Gil_NE 3
#define Gil_GT 4
#define Gil_GE 5

/** The value of a comparison function for two C values: `Gil_RETURN_RICHCOMPARE(a, b, op);` */
#define Gil_RETURN_RICHCOMPARE(val1, val2, op)                                                          \
    return _Gil_RichResult((op) == Gil_EQ   ? (val1) == (val2)                                          \
                           : (op) == Gil_NE ? (val1) != (val2)                                          \
                           : (op) == Gil_LT ? (val1) < (val2)                                           \
                           : (op) == Gil_GT ? (val1) > (val2)                                           \
                           : (op) == Gil_LE ? (val1) <= (val2)                                          \
                                            : (val1) >= (val2))

/** The singleton None. */
GIL_API extern GilObject _Gil_NoneStruct;
#define Gil_None (&_Gil_NoneStruct)
/** The singleton NotImplemented: what a binary slot returns when it does not know the other operand. */
GIL_API extern GilObject _Gil_NotImplementedStruct;
#define Gil_NotImplemented (&_Gil_NotImplementedStruct)
#define Gil_IsNone(op) Gil_Is((op), Gil_None)
#define Gil_RETURN_NONE return Gil_None
#define Gil_RETURN_NOTIMPLEMENTED return Gil_NotImplemented

/** True or False from a C truth value: the tail of Gil_RETURN_RICHCOMPARE(). Immortal, so it needs no count.
 *  @newref
 *  @lock_any */
GIL_API GilObject *_Gil_RichResult(int truth);

/** @name Attributes
 *  Each raises AttributeError where the attribute does not exist (or cannot be set), TypeError where @p name is no str,
 *  SystemError where an argument is NULL. The AttributeError of one that gets has name and obj, whoever raised it; until it is
 *  cleared it keeps the object.
 *  @{ */
/** @newref
 *  @lock_held
 *  @reenters getters */
GIL_API GIL_NOPLT GilObject *GilObject_GetAttr(GilObject *o, GilObject *name);
/** @newref
 *  @lock_held
 *  @reenters getters */
GIL_API GilObject *GilObject_GetAttrString(GilObject *o, const char *name);
/** Look an attribute up without raising AttributeError. *@p result gets a new reference or NULL.
 *  @lock_held
 *  @reenters getters
 *  @return 1 found, 0 not found (no error set), -1 another error. Successor of the borrowed and hiding forms (CPython 3.13). */
GIL_API int GilObject_GetOptionalAttr(GilObject *o, GilObject *name, GilObject **result);
/** @lock_held
 *  @reenters getters */
GIL_API int GilObject_GetOptionalAttrString(GilObject *o, const char *name, GilObject **result);
/** @lock_held
 *  @reenters setters
 *  @return 0, or -1 with the error set; @p value NULL deletes. */
GIL_API int GilObject_SetAttr(GilObject *o, GilObject *name, GilObject *value);
/** @lock_held
 *  @reenters setters */
GIL_API int GilObject_SetAttrString(GilObject *o, const char *name, GilObject *value);
/** @lock_held
 *  @reenters setters */
GIL_API int GilObject_DelAttr(GilObject *o, GilObject *name);
/** @lock_held
 *  @reenters setters */
GIL_API int GilObject_DelAttrString(GilObject *o, const char *name);
/** 1, 0, or -1 with the error set (CPython 3.13).
 *  @lock_held
 *  @reenters getters */
GIL_API int GilObject_HasAttrWithError(GilObject *o, GilObject *name);
/** @lock_held
 *  @reenters getters */
GIL_API int GilObject_HasAttrStringWithError(GilObject *o, const char *name);
/** What tp_getattro is when a type does not say otherwise: data descriptors, instance dict, type attributes.
 *  @newref
 *  @lock_held
 *  @reenters getters */
GIL_API GilObject *GilObject_GenericGetAttr(GilObject *o, GilObject *name);
/** @lock_held
 *  @reenters setters */
GIL_API int GilObject_GenericSetAttr(GilObject *o, GilObject *name, GilObject *value);
/** The dict of @p o, made when it has none yet: what a type whose instances have one gives as
 *  `{"__dict__", GilObject_GenericGetDict, GilObject_GenericSetDict, NULL, NULL}` in its Gil_tp_getset.
 *  AttributeError when its type gives instances none.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilObject_GenericGetDict(GilObject *o, void *closure);
/** Give @p o another dict; TypeError for NULL (it cannot be deleted) and for what is no dict.
 *  @lock_held
 *  @reenters finalizers */
GIL_API int GilObject_GenericSetDict(GilObject *o, GilObject *value, void *closure);
/** @} */

/** @name What any object can be asked
 *  @{ */
/** Text for programmers. NULL gives "<NULL>".
 *  @newref
 *  @lock_held
 *  @reenters the type's repr */
GIL_API GilObject *GilObject_Repr(GilObject *o);
/** Text for people; NULL gives "<NULL>".
 *  @newref
 *  @lock_held
 *  @reenters the type's str */
GIL_API GilObject *GilObject_Str(GilObject *o);
/** As GilObject_Repr() with everything beyond ASCII escaped.
 *  @newref
 *  @lock_held
 *  @reenters the type's repr */
GIL_API GilObject *GilObject_ASCII(GilObject *o);
/** @p obj as text by the specification @p format_spec, a str; NULL: an empty one. int, float and str know
 *  "[[fill]align][sign][z][#][0][width][grouping][.precision][type]" (CPython's, but that `n` knows no locale); other
 *  objects are asked for their type's __format__, and without one are their str and know no specification. ValueError,
 *  TypeError; SystemError when the specification is no str.
 *  @newref
 *  @lock_held
 *  @reenters  the object's __format__, or its str */
GIL_API GilObject *GilObject_Format(GilObject *obj, GilObject *format_spec);
/** A file descriptor: the value of an int, or what the object's method fileno() returns. TypeError for others, and where that is
 *  no int; ValueError for one below 0; OverflowError.
 *  @lock_held
 *  @reenters the object's fileno()
 *  @return the descriptor, or -1 with the error set */
GIL_API int GilObject_AsFileDescriptor(GilObject *o);
/** Hash value, or -1 with the error set (TypeError for unhashable objects).
 *  @lock_held
 *  @reenters the type's hash */
GIL_API Gil_hash_t GilObject_Hash(GilObject *o);
/** The hash of an address, for objects that equal nothing but themselves; never -1 (CPython 3.13).
 *  @lock_any */
GIL_API Gil_hash_t Gil_HashPointer(const void *ptr);
/** The hash of @p len octets, that of a bytes object of them (CPython 3.14).
 *  @lock_any */
GIL_API Gil_hash_t Gil_HashBuffer(const void *ptr, Gil_ssize_t len);
/** The hash of an object by its address, as the tp_hash of objects that do not say otherwise (CPython 3.13).
 *  @lock_held */
GIL_API Gil_hash_t GilObject_GenericHash(GilObject *o);
/** The tp_hash of types whose instances must not be dict keys: raises TypeError.
 *  @lock_held */
GIL_API Gil_hash_t GilObject_HashNotImplemented(GilObject *o);
/** Compare with operator @p op (Gil_LT … Gil_GE); any object may be the result.
 *  @newref
 *  @lock_held
 *  @reenters the types' comparisons */
GIL_API GilObject *GilObject_RichCompare(GilObject *v, GilObject *w, int op);
/** 1, 0, or -1 with the error set; identical objects are equal without asking them.
 *  @lock_held
 *  @reenters the types' comparisons */
GIL_API int GilObject_RichCompareBool(GilObject *v, GilObject *w, int op);
/** Truth: 1, 0, or -1 with the error set.
 *  @lock_held
 *  @reenters the type's bool or length */
GIL_API int GilObject_IsTrue(GilObject *o);
/** @lock_held
 *  @reenters the type's bool or length */
GIL_API int GilObject_Not(GilObject *o);
/** The type as an object.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilObject_Type(GilObject *o);
/** 1 when @p o is an instance of @p cls (a type, or a tuple of such, nested at will), 0 when not, -1 with the error set.
 *  The type of @p cls may decide by a method `__instancecheck__`; an exact instance is one without asking. What is not by
 *  its type is asked for its `__class__`, as a weak proxy gives its referent's.
 *  @lock_held
 *  @reenters the hook, and o's access to attributes */
GIL_API int GilObject_IsInstance(GilObject *o, GilObject *cls);
/** The same for a class: 1 when @p derived is @p cls or derives from it; the hook is `__subclasscheck__`.
 *  @lock_held
 *  @reenters the hook */
GIL_API int GilObject_IsSubclass(GilObject *derived, GilObject *cls);
/** Names of the attributes, as a sorted list of str: those in its dict and those of its type and the bases of that; of a
 *  type, its own and its bases'. The object's type may give them by a method `__dir__`, as any iterable.
 *  @newref
 *  @lock_held
 *  @reenters the hook */
GIL_API GilObject *GilObject_Dir(GilObject *o);
/** 1 when @p o can be called; cannot fail.
 *  @lock_any */
GIL_API int GilCallable_Check(GilObject *o);
/** @} */

/** @name Making instances
 *  @{ */
/** Initialise memory as an object of @p type with one reference (and a reference to a heap type).
 *  @lock_held
 *  @return @p op, or NULL with MemoryError set when @p op is NULL
 *  @borrowed */
GIL_API GilObject *GilObject_Init(GilObject *op, GilTypeObject *type);
/** @lock_held */
GIL_API GilVarObject *GilObject_InitVar(GilVarObject *op, GilTypeObject *type, Gil_ssize_t size);
/** @newref
 *  @lock_held */
GIL_API GIL_NOPLT GilObject *_GilObject_New(GilTypeObject *type);
/** @newref
 *  @lock_held */
GIL_API GilVarObject *_GilObject_NewVar(GilTypeObject *type, Gil_ssize_t size);

/* What the inline way reads of a type; its place there is ABI. */
struct _GilTypeLook {
    GilVarObject ob_base;
    void *unread;
    Gil_ssize_t basicsize;
    void *unread2[16];
    unsigned long flags;
} __attribute__((__may_alias__));
/* Bits of flags: an instance is a block of basicsize bytes; there are 16 bytes for the collector before it; it is a C function
 * with what it is called with. */
#define _Gil_TYPE_BARE (1UL << 0)
#define _Gil_TYPE_GC (1UL << 14)
#define _Gil_TYPE_FUNCTION (1UL << 15)

/* How far the frame of the calling function reaches: the address of a local would need a local. Volatile: not before
 * an alloca() of the caller. */
static inline uintptr_t
_Gil_StackHere(void)
{
#if defined(__x86_64__)
    uintptr_t here;
    __asm__ volatile("mov %%rsp, %0" : "=r"(here));
    return here;
#elif defined(__aarch64__)
    uintptr_t here;
    __asm__ volatile("mov %0, sp" : "=r"(here));
    return here;
#else
    return (uintptr_t)__builtin_frame_address(0);
#endif
}

/* Room for an object, where no function has to be called for it. NULL: one must be, and will also know what is wrong. */
static inline void *
_Gil_Room(size_t size)
{
    const struct _GilThreadBlock *block = _Gil_thread;

    if (GIL_UNLIKELY(block == NULL) || GIL_UNLIKELY(block->st != _Gil_ATTACHED) || GIL_UNLIKELY(size - 1 >= 16 * _Gil_LISTS))
        return NULL;
    size_t list = (size - 1) / 16;
    void *room = block->lists[list]->first;
    if (GIL_LIKELY(room != NULL))
        __builtin_memcpy(&block->lists[list]->first, room, sizeof room);
    return room;
}

/* Room for an instance of a type with these flags, and for as many bytes before it; or NULL, as above. */
static inline void *
_GilType_Room(const GilTypeObject *type, unsigned long flags, size_t before)
{
    const struct _GilTypeLook *look = (const struct _GilTypeLook *)(const void *)type;

    if (GIL_UNLIKELY(look == NULL) || GIL_UNLIKELY((look->flags & (_Gil_TYPE_BARE | _Gil_TYPE_GC)) != flags))
        return NULL;
    return _Gil_Room(before + (size_t)look->basicsize);
}

/* What GilObject_New() does. */
static inline GilObject *
_GilObject_Make(GilTypeObject *type)
{
    GilObject *op = (GilObject *)_GilType_Room(type, _Gil_TYPE_BARE, 0);

    if (GIL_UNLIKELY(op == NULL))
        return _GilObject_New(type);
    op->ob_refcnt = 1;
    op->ob_type = type;
    Gil_INCREF(type);
    return op;
}

/** An instance without its fields initialised: `Foo *f = GilObject_New(Foo, type);` Ends in GilObject_Free() by tp_dealloc. */
#define GilObject_New(TYPE, typeobj) ((TYPE *)(void *)_GilObject_Make(typeobj))
#define GilObject_NewVar(TYPE, typeobj, n) ((TYPE *)(void *)_GilObject_NewVar((typeobj), (n)))
/** @} */

/** @name Finalizers (PEP 442)
 *  @{ */
/** Run tp_finalize of @p self, if its type has one; once for an object with GC. The pending error stays as it is.
 *  @lock_held
 *  @reenters  the finalizer */
GIL_API void GilObject_CallFinalizer(GilObject *self);
/** The first step of a tp_dealloc whose type has a tp_finalize.
 *  @lock_held
 *  @reenters  the finalizer
 *  @return 0, or -1 when the finalizer made a new reference: the object lives on and tp_dealloc must return at once */
GIL_API int GilObject_CallFinalizerFromDealloc(GilObject *self);
/** @} */

/** @name Recursion guard
 *  @{ */
/** Enter one level of recursion in native code; @p where (" while doing X") ends the message.
 *  @lock_held
 *  @return 0, or -1 with RecursionError set: by depth, or by how much of this thread's stack is left */
GIL_API int Gil_EnterRecursiveCall(const char *where);
/** @lock_held */
GIL_API void Gil_LeaveRecursiveCall(void);
/** Mark that @p o is being printed, to stop at cycles.
 *  @lock_held
 *  @return 0 entered, 1 it was being printed already, -1 with the error set */
GIL_API int Gil_ReprEnter(GilObject *o);
/** @lock_held */
GIL_API void Gil_ReprLeave(GilObject *o);
/** @} */

GIL_END_DECLS

#endif
