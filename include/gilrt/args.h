/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Arguments taken apart by a format, and values built by one.
 *
 * The units are those of CPython's manual ("Parsing arguments and building values"). Lengths (`#`) are Gil_ssize_t,
 * always. What differs: `D` (complex numbers) does not exist, nor, where arguments are taken apart, `u` and `Z`
 * (wchar_t), which CPython 3.12 dropped; `(items)` takes a tuple or a list and no other sequence; `k` and
 * `K` take what has an __index__; and encodings are the few of GilUnicode_Decode().
 */
#ifndef GILRT_ARGS_H
#define GILRT_ARGS_H

#include <stdarg.h>

#include <gilrt/object.h>

GIL_BEGIN_DECLS

/** Keyword lists are `char *[]` in old C code and `const char *[]` in C++ (CPython 3.13). */
#ifndef GIL_CXX_CONST
#ifdef __cplusplus
#define GIL_CXX_CONST const
#else
#define GIL_CXX_CONST
#endif
#endif

/** What a converter of an `O&` unit returns when it wants to be called again, with a NULL object, should a later
 *  argument fail: its chance to release what it stored. */
#define Gil_CLEANUP_SUPPORTED 0x20000

/**
 * @name Taking arguments apart
 *
 * All return 1 when every argument was converted, and 0 with the error set otherwise: TypeError for a wrong number or
 * type, OverflowError and ValueError from the units, SystemError when format and call do not fit each other (a list of keywords
 * is looked at when a keyword is given, and in a debug build of the library always). On
 * failure buffers already filled are released, memory already allocated (`es`) is freed, and converters that ask for
 * it are called again; variables may have been written.
 *
 * A format may end in `:name` (the function's name for messages) or in `;message` (the whole message).
 * Borrowed results (`O`, `s`, …) live as long as the arguments do.
 * @{
 */
/** @lock_held
 *  @reenters the conversions and converters */
GIL_API GIL_NOPLT int GilArg_ParseTuple(GilObject *args, const char *format, ...);
/** @lock_held
 *  @reenters the conversions and converters */
GIL_API int GilArg_VaParse(GilObject *args, const char *format, va_list vargs);
/** The old convention: @p args is the single argument itself, or NULL where the format has none; the format has one unit at the
 *  most, which may be a `(items)`: SystemError else, TypeError for an argument that is not taken.
 *  @lock_held
 *  @reenters the conversions and converters */
GIL_API int GilArg_Parse(GilObject *args, const char *format, ...);
/**
 * Positional and keyword arguments. @p keywords names the parameters in order and ends with NULL; the first ones may
 * be "" and are then positional only. `|` begins the optional ones, `$` those that are keyword only.
 *
 * @lock_held
 * @reenters the conversions and converters
 */
GIL_API int GilArg_ParseTupleAndKeywords(GilObject *args, GilObject *kwargs, const char *format,
                                         GIL_CXX_CONST char *const *keywords, ...);
/** @lock_held
 *  @reenters the conversions and converters */
GIL_API int GilArg_VaParseTupleAndKeywords(GilObject *args, GilObject *kwargs, const char *format,
                                           GIL_CXX_CONST char *const *keywords, va_list vargs);
/** For functions with GIL_METH_FASTCALL (CPython 3.15).
 *  @lock_held
 *  @reenters the conversions and converters */
GIL_API int GilArg_ParseArray(GilObject *const *args, Gil_ssize_t nargs, const char *format, ...);
/** For functions with GIL_METH_FASTCALL | GIL_METH_KEYWORDS (CPython 3.15): @p kwnames is a tuple of str or NULL, and
 *  the values follow the @p nargs positional arguments.
 *  @lock_held
 *  @reenters the conversions and converters */
GIL_API int GilArg_ParseArrayAndKeywords(GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames,
                                         const char *format, GIL_CXX_CONST char *const *keywords, ...);
/** Store the items of tuple @p args, between @p min and @p max of them, into as many `GilObject **` (borrowed
 *  references); variables without an item are left alone. @p name, which may be NULL, begins the message.
 *  @lock_held */
GIL_API int GilArg_UnpackTuple(GilObject *args, const char *name, Gil_ssize_t min, Gil_ssize_t max, ...);
/** 1 when @p kwargs is a dict whose keys are all str; 0 with TypeError "keywords must be strings", or SystemError.
 *  @lock_held */
GIL_API int GilArg_ValidateKeywordArguments(GilObject *kwargs);
/** @} */

/**
 * @name Arguments that a function converts itself
 *
 * The fast way for GIL_METH_FASTCALL | GIL_METH_KEYWORDS: the arguments are put into the order of the parameters, and
 * the function looks at each. CPython keeps these for its own use, with an underscore before their names.
 *
 *     static const char *const names[] = {"", "times", "sep", NULL};
 *     static const GilArg_Parser parser = {names, "repeat"};
 *
 *     static GilObject *
 *     repeat(GilObject *self, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
 *     {
 *         GilObject *buf[3];
 *         GilObject *const *got = GilArg_UnpackKeywords(args, nargs, NULL, kwnames, &parser, 1, 2, 0, buf);
 *         if (got == NULL)
 *             return NULL;
 *         …
 * @{
 */
/** Names and parameters of a function. Constant: one serves all interpreters. */
typedef struct {
    const char *const *keywords; /**< names of the parameters, ended by NULL; the first may be "": positional only */
    const char *fname;           /**< the function's name for messages, or NULL */
} GilArg_Parser;

/**
 * What GilArg_UnpackKeywords() calls when there is something to do.
 *
 * @lock_held
 * @borrowed  @p buf, or NULL with TypeError, or SystemError for what is no call at all
 */
GIL_API GilObject *const *_GilArg_UnpackKeywords(GilObject *const *args, Gil_ssize_t nargs, GilObject *kwargs,
                                                 GilObject *kwnames, const GilArg_Parser *parser, int minpos,
                                                 int maxpos, int minkw, GilObject **buf);
/**
 * The arguments of a call in the order of the parameters (borrowed), NULL for each that was not given.
 *
 * @p args are @p nargs positional arguments. Those by name are in the dict @p kwargs, or their values follow the
 * positional ones and @p kwnames is the tuple of their names; both may be NULL. Of the parameters the first @p minpos
 * are required, the first @p maxpos can be given by position, and of those that follow the first @p minkw are required.
 * @p buf has room for all parameters. The result is @p buf, or @p args itself when all parameters are there.
 *
 * TypeError, in CPython's words, for a call that does not fit.
 * @lock_held
 */
static inline GilObject *const *
GilArg_UnpackKeywords(GilObject *const *args, Gil_ssize_t nargs, GilObject *kwargs, GilObject *kwnames,
                      const GilArg_Parser *parser, int minpos, int maxpos, int minkw, GilObject **buf)
{
    if (kwargs == NULL && kwnames == NULL && minpos <= nargs && nargs <= maxpos && args != NULL &&
        parser->keywords[nargs] == NULL)
        return args;
    return _GilArg_UnpackKeywords(args, nargs, kwargs, kwnames, parser, minpos, maxpos, minkw, buf);
}
/** What GilArg_CheckPositional() calls when the number is wrong.
 *  @lock_held */
GIL_API int _GilArg_CheckPositional(const char *name, Gil_ssize_t nargs, Gil_ssize_t min, Gil_ssize_t max);
/** 1 when @p nargs is between @p min and @p max; 0 with TypeError that begins with @p name, which may be NULL.
 *  @lock_held */
static inline int
GilArg_CheckPositional(const char *name, Gil_ssize_t nargs, Gil_ssize_t min, Gil_ssize_t max)
{
    return (min <= nargs && nargs <= max) || _GilArg_CheckPositional(name, nargs, min, max);
}
/** Raise TypeError "FNAME() DISPLAYNAME must be EXPECTED, not TYPE"; @p displayname is "argument 2" or "argument 'x'".
 *  @lock_held */
GIL_API void GilArg_BadArgument(const char *fname, const char *displayname, const char *expected, GilObject *arg);
/** 1 when the dict @p kwargs is NULL or empty; 0 with TypeError.
 *  @lock_held */
GIL_API int GilArg_NoKeywords(const char *funcname, GilObject *kwargs);
/** 1 when the tuple @p kwnames is NULL or empty; 0 with TypeError.
 *  @lock_held */
GIL_API int GilArg_NoKwnames(const char *funcname, GilObject *kwnames);
/** 1 when the tuple @p args is NULL or empty; 0 with TypeError.
 *  @lock_held */
GIL_API int GilArg_NoPositional(const char *funcname, GilObject *args);
/** @} */

/**
 * @name Building values
 *
 * No unit gives None, one unit that unit's object, several a tuple; `()`, `[]` and `{}` nest, 64 deep at most. `O` takes
 * a reference of its own, `N` takes the caller's. When building fails, every `N` that the format names is given back all
 * the same; only what stands behind a unit that does not exist is out of reach.
 * An `O`, `S` or `N` of NULL fails with the error that made it NULL, or SystemError where none is set.
 * @{
 */
/** @newref
 *  @lock_held
 *  @reenters converters of O& */
GIL_API GilObject *Gil_BuildValue(const char *format, ...);
/** @newref
 *  @lock_held
 *  @reenters converters of O& */
GIL_API GilObject *Gil_VaBuildValue(const char *format, va_list vargs);
/** @} */

GIL_END_DECLS

#endif
