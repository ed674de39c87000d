/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Exceptions as objects: what stands in one, and the classes that carry more than their arguments.
 *
 * The classes themselves are the GilExc_… variables of <gilrt/error.h>. An instance is made by calling its class.
 */
#ifndef GILRT_EXCEPTION_H
#define GILRT_EXCEPTION_H

#include <gilrt/error.h>
#include <gilrt/type.h>

GIL_BEGIN_DECLS

#define GilExceptionClass_Check(op) \
    (GilType_Check(op) && GilType_FastSubclass((GilTypeObject *)(void *)(op), Gil_TPFLAGS_BASE_EXC_SUBCLASS))
#define GilExceptionInstance_Check(op) GilType_FastSubclass(Gil_TYPE(op), Gil_TPFLAGS_BASE_EXC_SUBCLASS)
#define GilExceptionInstance_Class(op) ((GilObject *)Gil_TYPE(op))

/** Name of an exception class, without its module; it lives as long as the class.
 *  @lock_held
 *  @return NULL with SystemError when @p exc_class is no exception class */
GIL_API const char *GilExceptionClass_Name(GilObject *exc_class);

/** @name Parts of an exception
 *  Each raises TypeError when @p ex is no exception.
 *  @{ */
/** The arguments, as a tuple.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilException_GetArgs(GilObject *ex);
/** @p args must be a tuple: TypeError.
 *  @lock_held
 *  @reenters the old arguments' finalizers */
GIL_API int GilException_SetArgs(GilObject *ex, GilObject *args);
/** What it was raised from on purpose, or NULL without an error.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilException_GetCause(GilObject *ex);
/** @p cause may be NULL. Also hides the context when the exception is shown.
 *  @steals{cause}  also on failure
 *  @lock_held
 *  @reenters the old cause's finalizer */
GIL_API void GilException_SetCause(GilObject *ex, GilObject *cause);
/** The exception that was being handled when this one was raised, or NULL without an error.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilException_GetContext(GilObject *ex);
/** @p context may be NULL.
 *  @steals{context}  also on failure
 *  @lock_held
 *  @reenters the old context's finalizer */
GIL_API void GilException_SetContext(GilObject *ex, GilObject *context);
/** The outermost entry of its traceback (see <gilrt/traceback.h>), or NULL without an error.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilException_GetTraceback(GilObject *ex);
/** @p tb is an entry, or None; TypeError otherwise.
 *  @lock_held */
GIL_API int GilException_SetTraceback(GilObject *ex, GilObject *tb);
/** @} */

/** @name UnicodeDecodeError and UnicodeEncodeError
 *  Bad bytes or characters stand at positions @p start up to, not including, @p end of an object.
 *  Each raises TypeError when @p exc is no such exception.
 *  @{ */
/** A UnicodeDecodeError for @p length bytes at @p object; @p encoding and @p reason are UTF-8.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicodeDecodeError_Create(const char *encoding, const char *object, Gil_ssize_t length,
                                                Gil_ssize_t start, Gil_ssize_t end, const char *reason);
/** @newref
 *  @lock_held */
GIL_API GilObject *GilUnicodeDecodeError_GetEncoding(GilObject *exc);
/** @newref
 *  @lock_held */
GIL_API GilObject *GilUnicodeEncodeError_GetEncoding(GilObject *exc);
/** The bytes that could not be decoded.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicodeDecodeError_GetObject(GilObject *exc);
/** The str that could not be encoded.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicodeEncodeError_GetObject(GilObject *exc);
/** Cut to the object's bounds. 0, or -1 with the error set.
 *  @lock_held */
GIL_API int GilUnicodeDecodeError_GetStart(GilObject *exc, Gil_ssize_t *start);
/** @lock_held */
GIL_API int GilUnicodeEncodeError_GetStart(GilObject *exc, Gil_ssize_t *start);
/** @lock_held */
GIL_API int GilUnicodeDecodeError_GetEnd(GilObject *exc, Gil_ssize_t *end);
/** @lock_held */
GIL_API int GilUnicodeEncodeError_GetEnd(GilObject *exc, Gil_ssize_t *end);
/** @newref
 *  @lock_held */
GIL_API GilObject *GilUnicodeDecodeError_GetReason(GilObject *exc);
/** @newref
 *  @lock_held */
GIL_API GilObject *GilUnicodeEncodeError_GetReason(GilObject *exc);
/** @} */

GIL_END_DECLS

#endif
