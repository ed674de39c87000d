/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Weak references: to know an object without keeping it alive.
 *
 * A reference object (`ref`) gives its referent, as a strong reference, while it lives; a proxy stands for it and fails
 * with ReferenceError once it is dead. Both can have a callback, which is called once, after the referent is dead to
 * all of its weak references and before its memory goes; the latest made is called first. A weak reference that dies
 * before its referent is not called.
 *
 *     GilObject *ref = GilWeakref_NewRef(widget, NULL);
 *     ...
 *     GilObject *widget;
 *     switch (GilWeakref_GetRef(ref, &widget)) {
 *     case 1:  use(widget); Gil_DECREF(widget); break;
 *     case 0:  forget(); break;
 *     default: return NULL;
 *     }
 *
 * Types, modules, functions, bound methods, sets and memoryviews can be referred to, and instances of types whose
 * member table has `{"__weaklistoffset__", Gil_T_PYSSIZET, offsetof(struct widget, weaklist), Gil_READONLY}`: a
 * `GilObject *` for the library's use. A tp_dealloc of such a type calls GilObject_ClearWeakRefs() before it takes the
 * object apart; types without a tp_dealloc need not care.
 */
#ifndef GILRT_WEAKREF_H
#define GILRT_WEAKREF_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

/** weakref.ref: can be called (the referent or None) and subclassed. */
GIL_API extern GilTypeObject _GilWeakref_RefType;
/** Proxies of objects that cannot be called, and of those that can. */
GIL_API extern GilTypeObject _GilWeakref_ProxyType;
GIL_API extern GilTypeObject _GilWeakref_CallableProxyType;

#define GilWeakref_CheckRef(op) GilObject_TypeCheck((op), &_GilWeakref_RefType)
#define GilWeakref_CheckRefExact(op) Gil_IS_TYPE((op), &_GilWeakref_RefType)
#define GilWeakref_CheckProxy(op) \
    (Gil_IS_TYPE((op), &_GilWeakref_ProxyType) || Gil_IS_TYPE((op), &_GilWeakref_CallableProxyType))
#define GilWeakref_Check(op) (GilWeakref_CheckRef(op) || GilWeakref_CheckProxy(op))

/** Called with the weak reference, whose referent is dead. What it raises is reported as unraisable. */
typedef void (*GilWeakref_Callback)(GilObject *ref, void *arg);

/** A reference object for @p ob. @p callback: NULL, None, or what is called with the reference object. Without one the
 *  result may be a reference object that exists already.
 *  @newref
 *  @lock_held
 *  @return NULL with TypeError when objects of that type cannot be referred to weakly, ReferenceError when @p ob is
 *          being destroyed, MemoryError */
GIL_API GilObject *GilWeakref_NewRef(GilObject *ob, GilObject *callback);
/** The same with a C function, which must stay loaded; @p arg is only passed on. No counterpart in CPython.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilWeakref_NewRefWithCallback(GilObject *ob, GilWeakref_Callback callback, void *arg);
/** A proxy for @p ob; else as GilWeakref_NewRef().
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilWeakref_NewProxy(GilObject *ob, GilObject *callback);
/** The referent of a reference object or proxy (CPython 3.13). *@p pobj gets a new reference, or NULL.
 *  @lock_held
 *  @return 1, 0 when it is dead (no error set), -1 with TypeError when @p ref is no weak reference */
GIL_API int GilWeakref_GetRef(GilObject *ref, GilObject **pobj);
/** Whether the referent is dead (CPython 3.14).
 *  @lock_held
 *  @return 1, 0, or -1 with TypeError when @p ref is no weak reference */
GIL_API int GilWeakref_IsDead(GilObject *ref);

/** For a tp_dealloc: let all weak references to @p object know that it is dead, then call their callbacks. The pending
 *  error stays as it is. An object that has references is SystemError.
 *  @lock_held
 *  @reenters  callbacks */
GIL_API void GilObject_ClearWeakRefs(GilObject *object);
/** The same, but no callback is called, now or later (CPython 3.13).
 *  @lock_held */
GIL_API void GilUnstable_Object_ClearWeakRefsNoCallbacks(GilObject *object);

GIL_END_DECLS

#endif
