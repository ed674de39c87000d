/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Linkage, attributes, plain types and the forward declarations that every other header builds on.
 *
 * Who looks for a function will not find one here: this header declares none.
 */
#ifndef GILRT_BASE_H
#define GILRT_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define GIL_BEGIN_DECLS extern "C" {
#define GIL_END_DECLS }
#else
#define GIL_BEGIN_DECLS
#define GIL_END_DECLS
#endif

/** Marks what the library exports; everything else is hidden. */
#define GIL_API __attribute__((visibility("default")))
/** Marks the functions that hosts call most: they are called by their address in the host's table, not by way of a stub
 *  that jumps there, where the compiler can do that. */
#ifdef __has_attribute
#if __has_attribute(noplt)
#define GIL_NOPLT __attribute__((noplt))
#endif
#endif
#ifndef GIL_NOPLT
#define GIL_NOPLT
#endif
/** The result must be looked at: it is an error code, or a reference that would leak. */
#define GIL_MUST_USE __attribute__((warn_unused_result))
/** printf-like: @p fmt is the position of the format, @p args that of its first argument. Not given to GilErr_Format and
 *  its kin: compilers would refuse their units for objects (`%R`, `%U`). */
#define GIL_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define GIL_LIKELY(x) __builtin_expect(!!(x), 1)
#define GIL_UNLIKELY(x) __builtin_expect(!!(x), 0)

/** Marks a parameter that a signature demands and the body does not use: `GilObject *Gil_UNUSED(self)`. */
#define Gil_UNUSED(name) _gil_unused_##name __attribute__((unused))
#define Gil_ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define Gil_MEMBER_SIZE(type, member) sizeof(((type *)0)->member)
/** An error of the compiler unless the constant @p cond holds; inside a function. */
#define Gil_BUILD_ASSERT(cond) ((void)sizeof(char[(cond) ? 1 : -1]))
/** Marks a place that control cannot reach; undefined when it does. */
#define Gil_UNREACHABLE() __builtin_unreachable()
#define Gil_CHARMASK(c) ((unsigned char)((c) & 0xff))
#define Gil_STRINGIFY(x) _Gil_STRINGIFY(x)
#define _Gil_STRINGIFY(x) #x
#define Gil_MIN(x, y) (((x) > (y)) ? (y) : (x))
#define Gil_MAX(x, y) (((x) > (y)) ? (x) : (y))
#define Gil_ABS(x) ((x) < 0 ? -(x) : (x))

/** Documentation text of a function, type or module. */
#define GilDoc_STR(text) text
#define GilDoc_VAR(name) static const char name[]
#define GilDoc_STRVAR(name, text) GilDoc_VAR(name) = GilDoc_STR(text)

/** A signed size: lengths, indices, counts; -1 reports an error where a function returns one. */
typedef ptrdiff_t Gil_ssize_t;
/** A hash value; -1 is never one, it reports an error. */
typedef Gil_ssize_t Gil_hash_t;
typedef size_t Gil_uhash_t;
/** A Unicode code point, 0 to 0x10FFFF. */
typedef uint32_t Gil_UCS4;
typedef uint16_t Gil_UCS2;
typedef uint8_t Gil_UCS1;
#define GIL_SSIZE_T_MAX ((Gil_ssize_t)(SIZE_MAX >> 1))
#define GIL_SSIZE_T_MIN (-GIL_SSIZE_T_MAX - 1)

typedef struct _gilobject GilObject;
typedef struct _giltypeobject GilTypeObject;
/** One interpreter: a lock, the objects it guards, and the threads that run under it. */
typedef struct _gilis GilInterpreterState;
/** One thread's standing in one interpreter. */
typedef struct _gilts GilThreadState;

#endif
