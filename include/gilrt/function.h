/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Functions as objects: a GilMethodDef bound to its self, and any callable bound to an object.
 */
#ifndef GILRT_FUNCTION_H
#define GILRT_FUNCTION_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

/** A C function and the object it is called with. */
GIL_API extern GilTypeObject GilCFunction_Type;
/** The same for functions that want their defining class (GIL_METH_METHOD); a subtype of GilCFunction_Type. */
GIL_API extern GilTypeObject GilCMethod_Type;
/** A callable and the object that is put before its arguments. */
GIL_API extern GilTypeObject GilMethod_Type;

#define GilCFunction_Check(op) GilObject_TypeCheck((op), &GilCFunction_Type)
#define GilCFunction_CheckExact(op) Gil_IS_TYPE((op), &GilCFunction_Type)
#define GilCMethod_Check(op) GilObject_TypeCheck((op), &GilCMethod_Type)
#define GilCMethod_CheckExact(op) Gil_IS_TYPE((op), &GilCMethod_Type)
#define GilMethod_Check(op) Gil_IS_TYPE((op), &GilMethod_Type)

/** As GilCFunction_NewEx() without a module.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilCFunction_New(GilMethodDef *ml, GilObject *self);
/** A function object. @p ml is not copied and must outlive it; @p self (may be NULL) is the function's first argument,
 *  @p module (may be NULL) is what its `__module__` shows: the module's name, as str.
 *  @newref
 *  @lock_held
 *  @return NULL with SystemError when ml_flags are no valid combination, MemoryError */
GIL_API GilObject *GilCFunction_NewEx(GilMethodDef *ml, GilObject *self, GilObject *module);
/** As GilCFunction_NewEx(); @p cls is handed to functions with GIL_METH_METHOD, which need it, and must be NULL for
 *  others (PEP 573).
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilCMethod_New(GilMethodDef *ml, GilObject *self, GilObject *module, GilTypeObject *cls);
/** The C function; NULL with SystemError when @p func is no function object.
 *  @lock_held */
GIL_API GilCFunction GilCFunction_GetFunction(GilObject *func);
/** What it is called with; NULL without an error for static methods and functions made without.
 *  @borrowed  lives as long as the function
 *  @lock_held */
GIL_API GilObject *GilCFunction_GetSelf(GilObject *func);
/** ml_flags; -1 with SystemError when @p func is no function object.
 *  @lock_held */
GIL_API int GilCFunction_GetFlags(GilObject *func);

/** @name Callables as class attributes
 *  What Gil_tp_getset, GIL_METH_CLASS and GIL_METH_STATIC are for C functions, for any callable: set one of these as an
 *  attribute of a type.
 *  @{ */
/** property(fget=None, fset=None, fdel=None, doc=None): an attribute that is computed, set and deleted by callables. */
GIL_API extern GilTypeObject GilProperty_Type;
/** A callable that is bound to the class. */
GIL_API extern GilTypeObject GilClassMethod_Type;
/** A callable that is bound to nothing. */
GIL_API extern GilTypeObject GilStaticMethod_Type;
/** @newref
 *  @lock_held
 *  @return NULL with MemoryError */
GIL_API GilObject *GilClassMethod_New(GilObject *callable);
/** @newref
 *  @lock_held
 *  @return NULL with MemoryError */
GIL_API GilObject *GilStaticMethod_New(GilObject *callable);
/** @} */

/** @p func bound to @p self: a call puts @p self before the arguments.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilMethod_New(GilObject *func, GilObject *self);
/** The callable; NULL with SystemError when @p method is no bound method.
 *  @borrowed  lives as long as the method
 *  @lock_held */
GIL_API GilObject *GilMethod_Function(GilObject *method);
/** @borrowed  lives as long as the method
 *  @lock_held */
GIL_API GilObject *GilMethod_Self(GilObject *method);

GIL_END_DECLS

#endif
