/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Memory from the runtime.
 *
 * There are two kinds. Raw memory belongs to the process, and any thread may take and free it at any time. Memory of
 * the interpreter comes from the heap of the calling thread's interpreter, which the lock protects: it is faster,
 * and what is left of it at the end goes with the interpreter. Each kind is freed by its own functions, and
 * interpreter memory in the interpreter that gave it; a debug build stops the process otherwise. It stops as well where a block is
 * freed twice, or something was written to it after that, before its beginning or beyond its end.
 *
 * All blocks are aligned to 16 bytes. A request of 0 bytes gives a block of its own. When memory lacks, or the size
 * exceeds GIL_SSIZE_T_MAX, NULL is returned and *no* exception is set: GilErr_NoMemory() raises it.
 */
#ifndef GILRT_MEM_H
#define GILRT_MEM_H

#include <gilrt/base.h>

GIL_BEGIN_DECLS

/** @name Raw memory
 *  @{ */
/** @p size bytes, not initialised.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API void *GilMem_RawMalloc(size_t size) GIL_MUST_USE;
/** Zeroed memory for @p nelem elements of @p elsize bytes; NULL also when the product overflows.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API void *GilMem_RawCalloc(size_t nelem, size_t elsize) GIL_MUST_USE;
/** Change the size of a block, perhaps moving it; @p ptr NULL: as GilMem_RawMalloc(). The old block stays valid when
 *  NULL is returned.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API void *GilMem_RawRealloc(void *ptr, size_t new_size) GIL_MUST_USE;
/** Free a block; NULL is let through.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API void GilMem_RawFree(void *ptr);
/** Give the memory back to the system that is kept for interpreters to come, some hundred KiB for each that has ended. What an
 *  interpreter had beyond 1 MiB went back at its end.
 *  @lock_any @before_init @after_finalize @tls_destructor */
GIL_API void GilMem_Trim(void);
/** @} */

/** @name Memory of the interpreter
 *  @{ */
/** @p size bytes, not initialised.
 *  @lock_held */
GIL_API void *GilMem_Malloc(size_t size) GIL_MUST_USE;
/** Zeroed memory for @p nelem elements of @p elsize bytes; NULL also when the product overflows.
 *  @lock_held */
GIL_API void *GilMem_Calloc(size_t nelem, size_t elsize) GIL_MUST_USE;
/** Change the size of a block, perhaps moving it; @p ptr NULL: as GilMem_Malloc(). The old block stays valid when
 *  NULL is returned. Making a block smaller does not fail.
 *  @lock_held */
GIL_API void *GilMem_Realloc(void *ptr, size_t new_size) GIL_MUST_USE;
/** Free a block; NULL is let through.
 *  @lock_held */
GIL_API void GilMem_Free(void *ptr);

/** Memory for @p n values of @p TYPE, not initialised; NULL also when the product overflows. */
#define GilMem_New(TYPE, n) \
    ((size_t)(n) > (size_t)GIL_SSIZE_T_MAX / sizeof(TYPE) ? (TYPE *)NULL \
                                                          : (TYPE *)GilMem_Malloc((size_t)(n) * sizeof(TYPE)))
/** Change @p p, a `TYPE *`, to hold @p n values. @p p is assigned to, NULL in case of failure: keep the old address. */
#define GilMem_Resize(p, TYPE, n)                                  \
    ((p) = (size_t)(n) > (size_t)GIL_SSIZE_T_MAX / sizeof(TYPE)    \
               ? (TYPE *)NULL                                      \
               : (TYPE *)GilMem_Realloc((p), (size_t)(n) * sizeof(TYPE)))
/** @} */

/** @name Memory of objects
 *  For the tp_alloc and tp_free of types without GC; those with GC use GilObject_GC_New() and GilObject_GC_Del(). The
 *  memory is of the same kind as that of GilMem_Malloc(), and nothing in it is initialised.
 *  @{ */
/** @lock_held */
GIL_API void *GilObject_Malloc(size_t size) GIL_MUST_USE;
/** @lock_held */
GIL_API void *GilObject_Calloc(size_t nelem, size_t elsize) GIL_MUST_USE;
/** @lock_held */
GIL_API void *GilObject_Realloc(void *ptr, size_t new_size) GIL_MUST_USE;
/** Free the memory of an object, the last step of a tp_dealloc; NULL is let through. The object's type is not counted
 *  down: a heap type's tp_dealloc does that itself, afterwards.
 *  @lock_held */
GIL_API GIL_NOPLT void GilObject_Free(void *ptr);
/** Another name of it. */
#define GilObject_Del GilObject_Free
/** @} */

GIL_END_DECLS

#endif
