/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Objects that can take part in cycles: those of types with Gil_TPFLAGS_HAVE_GC.
 *
 * Such a type says by tp_traverse which objects its instances hold, and by tp_clear it lets go of them. An instance is
 * tracked from when all its fields are valid (GilObject_GC_Track()) until its tp_dealloc begins to take it apart
 * (GilObject_GC_UnTrack()). There is no collector yet: cycles that nobody breaks are counted when the interpreter ends
 * and given back with its heap. Types that keep to this contract will be collected without being changed.
 */
#ifndef GILRT_GC_H
#define GILRT_GC_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

/** An instance of a type with GC, its fields not initialised, not tracked; ends in GilObject_GC_Del() by tp_dealloc.
 *  A type without GC is SystemError.
 *  @newref
 *  @lock_held */
GIL_API GilObject *_GilObject_GC_New(GilTypeObject *type);
/** The same for @p size items.
 *  @newref
 *  @lock_held
 *  @return NULL with the error set */
GIL_API GilVarObject *_GilObject_GC_NewVar(GilTypeObject *type, Gil_ssize_t size);
/** Change the number of items of an untracked object that nobody else holds.
 *  @lock_held
 *  @return the object, perhaps moved, the old address being dead; NULL with MemoryError set, the object unchanged */
GIL_API GilVarObject *_GilObject_GC_Resize(GilVarObject *op, Gil_ssize_t size);
#define GilObject_GC_New(TYPE, typeobj) ((TYPE *)(void *)_GilObject_GC_New(typeobj))
#define GilObject_GC_NewVar(TYPE, typeobj, n) ((TYPE *)(void *)_GilObject_GC_NewVar((typeobj), (n)))
#define GilObject_GC_Resize(TYPE, op, n) ((TYPE *)(void *)_GilObject_GC_Resize(_GilVarObject_CAST(op), (n)))

/** Make a complete object known to the collector. Tracking twice, and an object of a type without GC, stop the process.
 *  @lock_held */
GIL_API void GilObject_GC_Track(void *op);
/** Undo GilObject_GC_Track(): the first step of a tp_dealloc. Harmless when the object is not tracked.
 *  @lock_held */
GIL_API void GilObject_GC_UnTrack(void *op);
/** Give the memory of an instance back: the last step of a tp_dealloc. Untracks. NULL is let through.
 *  @lock_held */
GIL_API void GilObject_GC_Del(void *op);
/** 1 when @p op is tracked; 0 when not, or when its type has no GC.
 *  @lock_held */
GIL_API int GilObject_GC_IsTracked(GilObject *op);
/** 1 when tp_finalize of @p op, an object with GC, has run.
 *  @lock_held */
GIL_API int GilObject_GC_IsFinalized(GilObject *op);
/** 1 when @p op has the collector's prefix.
 *  @lock_any */
GIL_API int GilObject_IS_GC(GilObject *op);

/** In a tp_traverse with parameters named visit and arg: visit a member that may be NULL; returns from the function
 *  when visit asks to stop. */
#define Gil_VISIT(op)                                              \
    do {                                                           \
        if (op) {                                                  \
            int _gil_stop = visit(_GilObject_CAST(op), arg);       \
            if (_gil_stop)                                         \
                return _gil_stop;                                  \
        }                                                          \
    } while (0)

GIL_END_DECLS

#endif
