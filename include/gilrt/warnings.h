/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Warnings: what is no error, and somebody should know all the same.
 *
 * A warning has a category, a class that derives from Warning, and a text. What becomes of it is the host's to say: it
 * sets a hook, which may record the warning, print it in its own way, or turn it into an error. Without a hook one line
 * is printed to file descriptor 2; categories that are meant for developers (DeprecationWarning,
 * PendingDeprecationWarning, ImportWarning, ResourceWarning) are then left out. Filters, which CPython keeps, do not
 * exist.
 */
#ifndef GILRT_WARNINGS_H
#define GILRT_WARNINGS_H

#include <stdarg.h>

#include <gilrt/object.h>

GIL_BEGIN_DECLS

/** What a hook is told. More may follow at the end in later versions; size says what is there. */
typedef struct {
    size_t size;          /**< of this struct, in bytes */
    GilObject *category;  /**< the class */
    GilObject *message;   /**< a str, or what GilErr_WarnExplicitObject() was given */
    GilObject *source;    /**< what a ResourceWarning is about, or NULL */
    const char *filename; /**< where, UTF-8, or NULL: unknown */
    int lineno;           /**< in that file; 0: unknown */
    const char *module;   /**< UTF-8, or NULL: unknown */
} GilWarning;

/** A hook: 0 when the warning was dealt with, -1 with an error set to make it an error. It is called attached, with no
 *  error pending. What it is told about is borrowed for the time of the call. One that warns is called again; where little
 *  is left of the stack the warning is printed instead. */
typedef int (*GilErr_WarningHook)(const GilWarning *warning, void *arg);

/** Let @p hook deal with the warnings of this interpreter; NULL: print them again.
 *  @lock_held */
GIL_API void GilErr_SetWarningHook(GilErr_WarningHook hook, void *arg);

/** @name Warning
 *
 * All return 0, or -1 with the error set: the hook made it an error, @p category is no subclass of Warning (TypeError),
 * or memory is lacking. With @p category NULL it is RuntimeWarning. A pending error is put aside meanwhile, and stays
 * unless the call fails. @p stack_level is of no effect: there are no frames yet to look at.
 * @{
 */
/** @p message is UTF-8; ill-formed bytes become U+FFFD.
 *  @lock_held
 *  @reenters the hook */
GIL_API int GilErr_WarnEx(GilObject *category, const char *message, Gil_ssize_t stack_level);
/** The units are those of GilErr_Format().
 *  @lock_held
 *  @reenters the hook, reprs of the arguments */
GIL_API int GilErr_WarnFormat(GilObject *category, Gil_ssize_t stack_level, const char *format, ...);
/** A ResourceWarning about @p source, which may be NULL.
 *  @lock_held
 *  @reenters the hook, reprs of the arguments */
GIL_API int GilErr_ResourceWarning(GilObject *source, Gil_ssize_t stack_level, const char *format, ...);
/** A warning that says where; texts are UTF-8. @p module may be NULL, and @p registry is of no effect.
 *  @lock_held
 *  @reenters the hook */
GIL_API int GilErr_WarnExplicit(GilObject *category, const char *message, const char *filename, int lineno,
                                const char *module, GilObject *registry);
/** The same with objects: @p message is a str, or an instance of @p category; @p filename and @p module are str,
 *  UnicodeEncodeError for surrogates in them.
 *  @lock_held
 *  @reenters the hook */
GIL_API int GilErr_WarnExplicitObject(GilObject *category, GilObject *message, GilObject *filename, int lineno,
                                      GilObject *module, GilObject *registry);
/** @} */

GIL_END_DECLS

#endif
