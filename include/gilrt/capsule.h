/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Capsules: a C pointer as an object, with a name that says what it points to.
 *
 * One module offers a table of functions or a handle, another takes it. The name is the only type check there is, so
 * give it in full: "module.attribute". Names are compared as C strings; NULL only matches NULL.
 *
 * Each call raises ValueError when @p capsule is NULL, no capsule, or has another name.
 */
#ifndef GILRT_CAPSULE_H
#define GILRT_CAPSULE_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

/** Called when the capsule dies, before its memory goes. */
typedef void (*GilCapsule_Destructor)(GilObject *capsule);

GIL_API extern GilTypeObject GilCapsule_Type;

#define GilCapsule_CheckExact(op) Gil_IS_TYPE((op), &GilCapsule_Type)

/** A capsule for @p pointer, which must not be NULL. @p name is not copied: it must outlive the capsule, or be freed by
 *  @p destructor, which may be NULL.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilCapsule_New(void *pointer, const char *name, GilCapsule_Destructor destructor);
/** The pointer, or NULL with ValueError set.
 *  @lock_held */
GIL_API void *GilCapsule_GetPointer(GilObject *capsule, const char *name);
/** NULL also when the capsule has none: see GilErr_Occurred().
 *  @lock_held */
GIL_API GilCapsule_Destructor GilCapsule_GetDestructor(GilObject *capsule);
/** NULL also when the capsule has none: see GilErr_Occurred().
 *  @lock_held */
GIL_API const char *GilCapsule_GetName(GilObject *capsule);
/** What GilCapsule_SetContext() put there. NULL also when nothing was: see GilErr_Occurred().
 *  @lock_held */
GIL_API void *GilCapsule_GetContext(GilObject *capsule);
/** 1 when @p capsule is a capsule of that name, else 0; cannot fail.
 *  @lock_held */
GIL_API int GilCapsule_IsValid(GilObject *capsule, const char *name);
/**
 * The pointer of the capsule that bears the name under which it stands: "module.attribute", where the attribute may be
 * one of an attribute. The module is imported, and the pointer is good as long as the capsule stands there.
 * @param no_block  means nothing: imports wait for each other (CPython 3.3)
 * @return NULL with ImportError when the module cannot be imported, AttributeError when what stands there is no capsule
 *         of that name, or what looking the attribute up raised
 * @lock_held
 * @blocks
 * @reenters  the module's own code
 */
GIL_API void *GilCapsule_Import(const char *name, int no_block);
/** @lock_held
 *  @return 0, or -1 with ValueError set */
GIL_API int GilCapsule_SetPointer(GilObject *capsule, void *pointer);
/** @lock_held */
GIL_API int GilCapsule_SetDestructor(GilObject *capsule, GilCapsule_Destructor destructor);
/** @p name is not copied; see GilCapsule_New().
 *  @lock_held */
GIL_API int GilCapsule_SetName(GilObject *capsule, const char *name);
/** @lock_held */
GIL_API int GilCapsule_SetContext(GilObject *capsule, void *context);

GIL_END_DECLS

#endif
