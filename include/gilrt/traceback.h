/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Tracebacks: the way that an error took, for whoever has to find its cause.
 *
 * Native code has no frames that could be walked, so each function on the way adds itself where it passes the error on:
 *
 *     if (result == NULL)
 *         GilTraceBack_Here();
 *     return result;
 *
 * GilErr_Print() shows the entries, the outermost first. An entry never changes; its attributes are tb_next, tb_lineno,
 * and, in place of a frame, tb_filename and tb_name.
 */
#ifndef GILRT_TRACEBACK_H
#define GILRT_TRACEBACK_H

#include <gilrt/type.h>

GIL_BEGIN_DECLS

/** The type of entries. */
GIL_API extern GilTypeObject GilTraceBack_Type;

/** 1 when @p op is an entry. */
#define GilTraceBack_Check(op) Gil_IS_TYPE((op), &GilTraceBack_Type)

/** Add an entry in front of the traceback of the pending error. Texts are UTF-8 and copied; ill-formed bytes become
 *  U+FFFD. The error stays pending in any case: an entry for which there is no memory is left out, and so are those of
 *  the MemoryError that exists beforehand.
 *  @lock_held
 *  @return 0, or -1 when the entry was left out; SystemError is raised when no error is pending, or for a NULL */
GIL_API int GilTraceBack_Add(const char *funcname, const char *filename, int lineno);
/** Add the place where this stands. */
#define GilTraceBack_Here() GilTraceBack_Add(__func__, __FILE__, __LINE__)

GIL_END_DECLS

#endif
