/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Calling: everything that can be called, by every way of handing over arguments.
 *
 * All forms end in one of two slots of the callable's type: vectorcall (PEP 590: arguments in a C array), where it has
 * it, else tp_call (a tuple and a dict). All check the outcome: NULL without an error, or a result with an error set,
 * becomes SystemError naming the callable. A native function that comes back without the lock stops the process.
 * Each raises TypeError for what cannot be called, and SystemError for a NULL argument.
 */
#ifndef GILRT_CALL_H
#define GILRT_CALL_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

/** Set in @p nargsf: the callee may use args[-1] as room of its own while it runs; it restores it before it returns. */
#define GIL_VECTORCALL_ARGUMENTS_OFFSET ((size_t)1 << (8 * sizeof(size_t) - 1))

static inline Gil_ssize_t
_GilVectorcall_NARGS(size_t nargsf)
{
    return (Gil_ssize_t)(nargsf & ~GIL_VECTORCALL_ARGUMENTS_OFFSET);
}
/** Number of positional arguments in @p nargsf. */
#define GilVectorcall_NARGS(nargsf) _GilVectorcall_NARGS(nargsf)

/** @name With a tuple and a dict
 *  @{ */
/** callable(*args, **kwargs); @p args is a tuple, @p kwargs a dict or NULL, which the callable never sees: it gets the keywords
 *  in one of its own, if there are any.
 *  @newref
 *  @lock_held
 *  @reenters the callable */
GIL_API GilObject *GilObject_Call(GilObject *callable, GilObject *args, GilObject *kwargs);
/** callable(*args); @p args is a tuple, or NULL for no arguments.
 *  @newref
 *  @lock_held
 *  @reenters the callable */
GIL_API GilObject *GilObject_CallObject(GilObject *callable, GilObject *args);
/** @} */

/** @name With arguments in the call
 *  @{ */
/** callable().
 *  @newref
 *  @lock_held
 *  @reenters the callable */
GIL_API GIL_NOPLT GilObject *GilObject_CallNoArgs(GilObject *callable);
/** callable(arg).
 *  @newref
 *  @lock_held
 *  @reenters the callable */
GIL_API GIL_NOPLT GilObject *GilObject_CallOneArg(GilObject *callable, GilObject *arg);
/** callable(...) with arguments made as Gil_BuildValue() makes them: a format of several units gives several arguments,
 *  one that makes a tuple gives its items. @p format NULL or empty: no arguments.
 *  @newref
 *  @lock_held
 *  @reenters the callable */
GIL_API GilObject *GilObject_CallFunction(GilObject *callable, const char *format, ...);
/** obj.name(...), arguments as for GilObject_CallFunction(); @p name is UTF-8.
 *  @newref
 *  @lock_held
 *  @reenters the callable */
GIL_API GilObject *GilObject_CallMethod(GilObject *obj, const char *name, const char *format, ...);
/** callable(...) with objects, the last followed by NULL.
 *  @newref
 *  @lock_held
 *  @reenters the callable */
GIL_API GilObject *GilObject_CallFunctionObjArgs(GilObject *callable, ...);
/** obj.name(...) with objects, the last followed by NULL; @p name is a str.
 *  @newref
 *  @lock_held
 *  @reenters the callable */
GIL_API GilObject *GilObject_CallMethodObjArgs(GilObject *obj, GilObject *name, ...);
/** obj.name().
 *  @newref
 *  @lock_held
 *  @reenters the callable */
GIL_API GilObject *GilObject_CallMethodNoArgs(GilObject *obj, GilObject *name);
/** obj.name(arg).
 *  @newref
 *  @lock_held
 *  @reenters the callable */
GIL_API GilObject *GilObject_CallMethodOneArg(GilObject *obj, GilObject *name, GilObject *arg);
/** @} */

/** @name With an array (PEP 590)
 *  args holds the positional arguments, then the values of the keywords whose names stand in the tuple @p kwnames
 *  (NULL: none). The array stays the caller's.
 *  @{ */
/** @p nargsf: number of positional arguments, perhaps with GIL_VECTORCALL_ARGUMENTS_OFFSET.
 *  @newref
 *  @lock_held
 *  @reenters the callable */
GIL_API GIL_NOPLT GilObject *GilObject_Vectorcall(GilObject *callable, GilObject *const *args, size_t nargsf,
                                                  GilObject *kwnames);
/** The end of an inline call that is not as usual: @p result, or what it comes to. ABI, not API.
 *  @newref
 *  @lock_held
 *  @reenters finalizers, by a collection that is due */
GIL_API GilObject *_GilObject_CallReturned(GilThreadState *ts, GilMethodDef *def, GilObject *result);

/* What the inline way reads of a thread, and of an object whose type has _Gil_TYPE_FUNCTION; their places there are ABI. */
struct _GilThreadLook {
    struct _GilThreadBlock block;
    uintptr_t stack_limit; /* native recursion may come down to here; 0: not known */
    int depth;
    int unread;
    void *error; /* what is pending, NULL: nothing */
} __attribute__((__may_alias__));
struct _GilFunctionLook {
    GilObject ob_base;
    void *unread;
    GilMethodDef *def;
    GilObject *self;
} __attribute__((__may_alias__));
#define _Gil_DEPTH 1000 /* as deep as an inline call goes; then the library is asked */

/* Whether op can be called without the library: a C function that takes an array and nothing else. */
static inline int
_GilFunction_IsFast(const GilObject *op)
{
    return GIL_LIKELY((((const struct _GilTypeLook *)(const void *)op->ob_type)->flags & _Gil_TYPE_FUNCTION) != 0) &&
           GIL_LIKELY(((const struct _GilFunctionLook *)(const void *)op)->def->ml_flags == GIL_METH_FASTCALL);
}

/* What GilObject_Vectorcall() does: what is as usual without a call of the library, everything else by one. */
static inline GilObject *
_GilObject_VECTORCALL(GilObject *callable, GilObject *const *args, size_t nargsf, GilObject *kwnames)
{
    struct _GilThreadLook *thread = (struct _GilThreadLook *)(void *)_Gil_thread;

    if (GIL_UNLIKELY(thread == NULL) || GIL_UNLIKELY(thread->block.st != _Gil_ATTACHED) || GIL_UNLIKELY(callable == NULL) ||
        GIL_UNLIKELY(args == NULL) || GIL_UNLIKELY(kwnames != NULL) || GIL_UNLIKELY(!_GilFunction_IsFast(callable)) ||
        GIL_UNLIKELY(thread->depth >= _Gil_DEPTH) || GIL_UNLIKELY(_Gil_StackHere() <= thread->stack_limit - 1))
        return GilObject_Vectorcall(callable, args, nargsf, kwnames);
    /* Read before: the function may let go of the object that it is. */
    GilMethodDef *def = ((const struct _GilFunctionLook *)(const void *)callable)->def;
    GilObject *self = ((const struct _GilFunctionLook *)(const void *)callable)->self;
    thread->depth++;
    GilObject *result = ((GilCFunctionFast)(void (*)(void))def->ml_meth)(self, args, GilVectorcall_NARGS(nargsf));
    thread->depth--;
    /* A result, no error, the lock, and no collection that is due. */
    if (GIL_LIKELY((void *)_Gil_thread == (void *)thread) && GIL_LIKELY(thread->block.st == _Gil_ATTACHED) &&
        GIL_LIKELY(result != NULL) && GIL_LIKELY(thread->error == NULL) &&
        GIL_LIKELY((__atomic_load_n(&thread->block.brk, __ATOMIC_RELAXED) & _Gil_BRK_COLLECT) == 0))
        return result;
    return _GilObject_CallReturned((GilThreadState *)(void *)thread, def, result);
}
#define GilObject_Vectorcall(...) _GilObject_VECTORCALL(__VA_ARGS__) /* arguments may be compound literals with commas */

/** Positional arguments in an array, keywords in a dict (or NULL).
 *  @newref
 *  @lock_held
 *  @reenters the callable */
GIL_API GilObject *GilObject_VectorcallDict(GilObject *callable, GilObject *const *args, size_t nargsf,
                                            GilObject *kwargs);
/** args[0].name(args[1], ...): args[0] counts among the @p nargsf, which is at least 1.
 *  @newref
 *  @lock_held
 *  @reenters the callable */
GIL_API GilObject *GilObject_VectorcallMethod(GilObject *name, GilObject *const *args, size_t nargsf,
                                              GilObject *kwnames);
/** The function behind a callable's vectorcall slot, or NULL (no error) when it has none.
 *  @lock_held */
GIL_API vectorcallfunc GilVectorcall_Function(GilObject *callable);
/** A tp_call for types that implement vectorcall: callable(*tuple, **dict) through the vectorcall slot.
 *  @newref
 *  @lock_held
 *  @reenters the callable */
GIL_API GilObject *GilVectorcall_Call(GilObject *callable, GilObject *tuple, GilObject *dict);
/** @} */

GIL_END_DECLS

#endif
