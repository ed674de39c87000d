/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Raising and catching errors: the one pending error of each thread, and the built-in exception classes.
 *
 * A function that fails returns NULL or -1 and leaves the reason in the calling thread; whoever called it either
 * returns the failure to its own caller or takes the error by GilErr_GetRaisedException() or GilErr_Clear(). The
 * exception object comes into being only when somebody takes it, so an error that is raised and dropped is cheap, and
 * running out of memory can be reported without memory.
 *
 * NULL where an object is wanted is as a rule the result of a call that failed and that nobody looked at: functions that
 * say SystemError for it leave an error that is pending in place, which tells why.
 */
#ifndef GILRT_ERROR_H
#define GILRT_ERROR_H

#include <errno.h>
#include <stdarg.h>

#include <gilrt/object.h>

GIL_BEGIN_DECLS

/** @name Raising
 *  Each replaces the pending error. The class must derive from BaseException: SystemError otherwise, and where an
 *  argument is NULL. While an exception is being handled (GilErr_SetHandledException()) it becomes the context of the
 *  one raised.
 *  @{ */
/** Raise @p exception with the text @p message, UTF-8; ill-formed bytes become U+FFFD.
 *  @lock_held
 *  @reenters  the finalizer of the error replaced */
GIL_API void GilErr_SetString(GilObject *exception, const char *message);
/** Raise @p exception with @p value: an instance is raised itself, a tuple gives the arguments, NULL or None gives
 *  none, anything else is the one argument.
 *  @lock_held
 *  @reenters  the finalizer of the error replaced */
GIL_API void GilErr_SetObject(GilObject *exception, GilObject *value);
/** Raise @p exception without arguments.
 *  @lock_held
 *  @reenters  the finalizer of the error replaced */
GIL_API void GilErr_SetNone(GilObject *exception);
/**
 * Raise @p exception with a formatted text.
 *
 * Units are those of printf for c, d, i, u, o, x, X, p, s with the lengths l, ll, z, t, j, with width and precision;
 * beyond them `%S` (str of an object), `%R` (its repr), `%A` (its ASCII form), `%U` (a str), `%V` (a str, or the C
 * string that follows when it is NULL), `%T` (qualified name of an object's type), `%N` (of a type). An error met on
 * the way, such as one raised by a repr, is left in place of this one.
 *
 * @lock_held
 * @reenters  reprs of the arguments
 * @borrowed  always NULL, so that `return GilErr_Format(…);` reads well
 */
GIL_API GilObject *GilErr_Format(GilObject *exception, const char *format, ...);
/** @lock_held
 *  @reenters  reprs of the arguments
 *  @borrowed  always NULL */
GIL_API GilObject *GilErr_FormatV(GilObject *exception, const char *format, va_list args);
/** Raise MemoryError; needs no memory.
 *  @lock_held
 *  @borrowed  always NULL */
GIL_API GilObject *GilErr_NoMemory(void);
/** Raise TypeError "bad argument type for built-in operation".
 *  @lock_held
 *  @return always 0 */
GIL_API int GilErr_BadArgument(void);
/** Raise @p type (OSError as a rule, which picks its subclass by the number) from the C library's errno.
 *  @lock_held
 *  @borrowed  always NULL */
GIL_API GilObject *GilErr_SetFromErrno(GilObject *type);
/** As GilErr_SetFromErrno(), naming the file; @p filename, which is decoded as by GilUnicode_DecodeFSDefault(); NULL
 *  leaves it out.
 *  @lock_held
 *  @borrowed  always NULL */
GIL_API GilObject *GilErr_SetFromErrnoWithFilename(GilObject *type, const char *filename);
/** @lock_held
 *  @borrowed  always NULL */
GIL_API GilObject *GilErr_SetFromErrnoWithFilenameObject(GilObject *type, GilObject *filename);
/** As above for calls about two files, such as rename; both names may be NULL.
 *  @lock_held
 *  @borrowed  always NULL */
GIL_API GilObject *GilErr_SetFromErrnoWithFilenameObjects(GilObject *type, GilObject *filename, GilObject *filename2);
/** Raise ImportError with @p msg, and set its attributes name and path; both may be NULL.
 *  @lock_held
 *  @borrowed  always NULL */
GIL_API GilObject *GilErr_SetImportError(GilObject *msg, GilObject *name, GilObject *path);
/** What GilErr_BadInternalCall() calls.
 *  @lock_held */
GIL_API void _GilErr_BadInternalCall(const char *file, int line, const char *func);
/** Raise SystemError that names the function which was called wrongly, and where it found out. */
#define GilErr_BadInternalCall() _GilErr_BadInternalCall(__FILE__, __LINE__, __func__)
/** @} */

/** @name Looking at the pending error
 *  @{ */
/** Class of the pending error, or NULL.
 *  @borrowed  valid until the error is cleared or replaced: compare it only by GilErr_ExceptionMatches()
 *  @lock_held */
GIL_API GIL_NOPLT GilObject *GilErr_Occurred(void);
/** 1 when the pending error is an instance of @p exc (a class, or a tuple of such); 0 when not or when there is none.
 *  @lock_held */
GIL_API int GilErr_ExceptionMatches(GilObject *exc);
/** The same for a given exception or class @p err. What stands in more than 100 tuples inside each other matches nothing.
 *  @lock_held */
GIL_API int GilErr_GivenExceptionMatches(GilObject *err, GilObject *exc);
/** Drop the pending error.
 *  @lock_held
 *  @reenters  its finalizer */
GIL_API void GilErr_Clear(void);
/** Take the pending error out of the thread as an object; NULL when there is none. Making the object may fail: then the
 *  reason, MemoryError as a rule, is what is returned.
 *  @newref
 *  @lock_held
 *  @reenters  the class's constructor */
GIL_API GilObject *GilErr_GetRaisedException(void);
/** Raise the exception object @p exc, or clear the error when it is NULL.
 *  @steals{exc}
 *  @lock_held
 *  @reenters  the finalizer of the error replaced */
GIL_API void GilErr_SetRaisedException(GilObject *exc);
/** The exception being handled, NULL when there is none.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilErr_GetHandledException(void);
/** Say that @p exc is being handled from now on (errors raised meanwhile get it as their context); NULL or None: none
 *  is.
 *  @lock_held
 *  @reenters  the finalizer of the one before */
GIL_API void GilErr_SetHandledException(GilObject *exc);
/** @} */

/** @name Reporting
 *  Text goes to file descriptor 2, in one piece. SystemExit is printed as any other: a library does not end its host.
 *  @{ */
/** Print the pending error with its causes, and clear it; without a pending error nothing is done.
 *  @lock_held
 *  @reenters  str of the exception */
GIL_API void GilErr_Print(void);
/** As GilErr_Print(); @p set_sys_last_vars has no effect here.
 *  @lock_held
 *  @reenters  str of the exception */
GIL_API void GilErr_PrintEx(int set_sys_last_vars);
/** Report the pending error, which cannot be returned, as in a finalizer, and clear it. The interpreter's hook is told;
 *  without one "Exception ignored in: " is printed with the repr of @p obj (NULL: left out), and the error.
 *  @lock_held
 *  @reenters  the hook, repr of @p obj and str of the exception */
GIL_API void GilErr_WriteUnraisable(GilObject *obj);
/** The same with a text of one's own in front; the units are those of GilErr_Format() (CPython 3.13).
 *  @lock_held
 *  @reenters  the hook, reprs of the arguments */
GIL_API void GilErr_FormatUnraisable(const char *format, ...);
/** What a hook is told about an error that cannot be returned. More may follow at the end in later versions; size says
 *  what is there. */
typedef struct {
    size_t size;          /**< of this struct, in bytes */
    GilObject *exc_value; /**< the exception, or NULL: none was pending */
    const char *err_msg;  /**< what GilErr_FormatUnraisable() was given, UTF-8, or NULL */
    GilObject *object;    /**< where it happened, or NULL */
} GilUnraisable;
/** A hook. It is called attached, with no error pending; what it is told about is borrowed for the time of the call, and
 *  @p object may be dying: a reference to it must not outlive the call. An error that the hook leaves is printed. It cannot end an
 *  interpreter that its thread is in the middle of, as it is in this one (Gil_EndInterpreter(), Gil_FinalizeEx(): -1). */
typedef void (*GilErr_UnraisableHook)(const GilUnraisable *error, void *arg);
/** Let @p hook deal with errors of this interpreter that cannot be returned; NULL: print them again.
 *  @lock_held */
GIL_API void GilErr_SetUnraisableHook(GilErr_UnraisableHook hook, void *arg);
/** @} */

/** @name New classes
 *  @{ */
/** Make an exception class.
 *
 *  @param name  "module.Name": SystemError without a dot
 *  @param base  a class, a tuple of such, or NULL for Exception
 *  @param dict  class attributes, or NULL
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilErr_NewException(const char *name, GilObject *base, GilObject *dict);
/** The same with documentation; @p doc may be NULL.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilErr_NewExceptionWithDoc(const char *name, const char *doc, GilObject *base, GilObject *dict);
/** @} */

/** @name The built-in classes
 *  Process-wide and immortal; never assign to these.
 *  @{ */
GIL_API extern GilObject *GilExc_BaseException;
GIL_API extern GilObject *GilExc_Exception;
GIL_API extern GilObject *GilExc_GeneratorExit;
GIL_API extern GilObject *GilExc_KeyboardInterrupt;
GIL_API extern GilObject *GilExc_SystemExit;
GIL_API extern GilObject *GilExc_ArithmeticError;
GIL_API extern GilObject *GilExc_FloatingPointError;
GIL_API extern GilObject *GilExc_OverflowError;
GIL_API extern GilObject *GilExc_ZeroDivisionError;
GIL_API extern GilObject *GilExc_AssertionError;
GIL_API extern GilObject *GilExc_AttributeError;
GIL_API extern GilObject *GilExc_BufferError;
GIL_API extern GilObject *GilExc_EOFError;
GIL_API extern GilObject *GilExc_ImportError;
GIL_API extern GilObject *GilExc_ModuleNotFoundError;
GIL_API extern GilObject *GilExc_LookupError;
GIL_API extern GilObject *GilExc_IndexError;
GIL_API extern GilObject *GilExc_KeyError;
GIL_API extern GilObject *GilExc_MemoryError;
GIL_API extern GilObject *GilExc_NameError;
GIL_API extern GilObject *GilExc_UnboundLocalError;
GIL_API extern GilObject *GilExc_OSError;
GIL_API extern GilObject *GilExc_BlockingIOError;
GIL_API extern GilObject *GilExc_ChildProcessError;
GIL_API extern GilObject *GilExc_ConnectionError;
GIL_API extern GilObject *GilExc_BrokenPipeError;
GIL_API extern GilObject *GilExc_ConnectionAbortedError;
GIL_API extern GilObject *GilExc_ConnectionRefusedError;
GIL_API extern GilObject *GilExc_ConnectionResetError;
GIL_API extern GilObject *GilExc_FileExistsError;
GIL_API extern GilObject *GilExc_FileNotFoundError;
GIL_API extern GilObject *GilExc_InterruptedError;
GIL_API extern GilObject *GilExc_IsADirectoryError;
GIL_API extern GilObject *GilExc_NotADirectoryError;
GIL_API extern GilObject *GilExc_PermissionError;
GIL_API extern GilObject *GilExc_ProcessLookupError;
GIL_API extern GilObject *GilExc_TimeoutError;
GIL_API extern GilObject *GilExc_ReferenceError;
GIL_API extern GilObject *GilExc_RuntimeError;
GIL_API extern GilObject *GilExc_NotImplementedError;
GIL_API extern GilObject *GilExc_RecursionError;
GIL_API extern GilObject *GilExc_StopAsyncIteration;
GIL_API extern GilObject *GilExc_StopIteration;
GIL_API extern GilObject *GilExc_SystemError;
GIL_API extern GilObject *GilExc_TypeError;
GIL_API extern GilObject *GilExc_ValueError;
GIL_API extern GilObject *GilExc_UnicodeError;
GIL_API extern GilObject *GilExc_UnicodeDecodeError;
GIL_API extern GilObject *GilExc_UnicodeEncodeError;
GIL_API extern GilObject *GilExc_Warning;
GIL_API extern GilObject *GilExc_BytesWarning;
GIL_API extern GilObject *GilExc_DeprecationWarning;
GIL_API extern GilObject *GilExc_EncodingWarning;
GIL_API extern GilObject *GilExc_FutureWarning;
GIL_API extern GilObject *GilExc_ImportWarning;
GIL_API extern GilObject *GilExc_PendingDeprecationWarning;
GIL_API extern GilObject *GilExc_ResourceWarning;
GIL_API extern GilObject *GilExc_RuntimeWarning;
GIL_API extern GilObject *GilExc_SyntaxWarning;
GIL_API extern GilObject *GilExc_UnicodeWarning;
GIL_API extern GilObject *GilExc_UserWarning;
#define GilExc_EnvironmentError GilExc_OSError /**< another name of it */
#define GilExc_IOError GilExc_OSError          /**< another name of it */
/** @} */

GIL_END_DECLS

#endif
