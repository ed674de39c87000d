/* SPDX-License-Identifier: MIT */
/* str from inside: its layout, its constructor, and what the files of the topic offer each other. */
#ifndef GIL_VALUE_UNICODE_H
#define GIL_VALUE_UNICODE_H

#include "gilrt/typeobject.h"
#include "gilrt/unicode.h"
#include "object/alloc.h"
#include "object/error.h"
#include "object/names.h"

#include <string.h>

#define GIL_MAX_CODE_POINT 0x10ffffu
#define GIL_REPLACEMENT 0xfffdu

/* The form a string of code points up to maxchar takes: the bytes a code point, and 0x7f, 0xff, 0xffff or 0x10ffff. */
static inline int
gil_unicode_kind_for(Gil_UCS4 maxchar)
{
    return maxchar < 0x100 ? GilUnicode_1BYTE_KIND : maxchar < 0x10000 ? GilUnicode_2BYTE_KIND : GilUnicode_4BYTE_KIND;
}

static inline int
gil_unicode_check(const GilObject *op)
{
    return op->ob_type == &GilUnicode_Type || (op->ob_type->tp_flags & Gil_TPFLAGS_UNICODE_SUBCLASS) != 0;
}

static inline int
gil_is_surrogate(Gil_UCS4 ch)
{
    return ch >= 0xd800 && ch <= 0xdfff;
}

/* Whether two str, of no subtype, are ASCII and the same; the other answer means nothing. */
static inline int
gil_unicode_equal_ascii(const GilObject *a, const GilObject *b)
{
    const GilASCIIObject *s = (const void *)a, *t = (const void *)b;
    return s->length == t->length && (s->state & t->state & _Gil_STR_ASCII) != 0 &&
           gil_short_bytes_equal((const char *)(s + 1), (const char *)(t + 1), (size_t)s->length);
}

/* 0 when op is a str; else -1 with SystemError (NULL) or TypeError that names func. */
int gil_unicode_need(const char *func, GilObject *op);

/*
 * A string of length code points in the form for maxchar, its final zero in place, everything else uninitialised. For
 * length 0 too this is a new object. NULL with MemoryError.
 */
GilObject *gil_unicode_alloc(GilThreadState *ts, Gil_ssize_t length, Gil_UCS4 maxchar);
/* An instance of type, a subtype of str, with the text of str, whose reference it takes; NULL as well. NULL with the error set. */
GilObject *gil_unicode_to_subtype(GilTypeObject *type, GilObject *str);
/* op, a new string that only the caller has, with another length in its form; it may move. Code points that are new are
 * uninitialised. NULL with MemoryError, and op as before; making it shorter cannot fail. */
GilObject *gil_unicode_resize(GilThreadState *ts, GilObject *op, Gil_ssize_t length);
/* The process-wide string of one code point below 256; immortal. */
GilObject *gil_unicode_latin1(Gil_UCS1 ch);
/* The process-wide empty string; immortal. */
GilObject *gil_unicode_empty(void);
/* str[start:end] with 0 <= start <= end <= length, in its narrowest form; the string itself when that is all of it. */
GilObject *gil_unicode_slice(GilThreadState *ts, GilObject *str, Gil_ssize_t start, Gil_ssize_t end);
/* op, a new string that only the caller has, in its narrowest form; takes op's reference. NULL with MemoryError. */
GilObject *gil_unicode_narrow(GilThreadState *ts, GilObject *op);
/* ASCII text. */
GilObject *gil_unicode_from_ascii(GilThreadState *ts, const char *text, size_t size);
/* Whether the caller may still write to the string: nobody else has it, and nothing was derived from its content but
 * perhaps its UTF-8 form, which who writes drops or refuses. */
int gil_unicode_is_private(const GilObject *op);
/* Largest code point of count at data, rounded up to the limit of its form (0x7f, 0xff, 0xffff, 0x10ffff). */
Gil_UCS4 gil_unicode_max(int kind, const void *data, Gil_ssize_t count);
/* Copy count code points from one form to another; the target's is the wider one, or what is copied fits it. */
void gil_unicode_copy_data(int to_kind, void *to, int from_kind, const void *from, Gil_ssize_t count);
/* Copy count code points from one string to another of the same or a wider kind. */
void gil_unicode_copy(GilObject *to, Gil_ssize_t at, GilObject *from, Gil_ssize_t start, Gil_ssize_t count);
/* Same type, same code points; hashes are not computed. */
int gil_unicode_equal(const GilObject *a, const GilObject *b);
/* The hash, computed and kept when it was not known; cannot fail. */
Gil_hash_t gil_unicode_hash(GilObject *op);
/* The tp_richcompare of str. */
GilObject *gil_unicode_richcompare(GilObject *left, GilObject *right, int op);
/* Negative positions count from the end; both are cut to 0..length. start may remain above end. */
void gil_unicode_clip(Gil_ssize_t length, Gil_ssize_t *start, Gil_ssize_t *end);

/* gil_ops.str_from_utf8 and gil_ops.str_utf8. */
GilObject *gil_unicode_ops_from_utf8(const char *text, size_t len);
const char *gil_unicode_ops_utf8(GilObject *op, size_t *len);

/* Readies the type and the process-wide strings. 0, or -1: no memory. */
int gil_unicode_start(void);
/* Makes the table of interned strings. 0, or -1: no memory. */
int gil_unicode_interp_start(GilThreadState *ts);
/* Gives the table and its references back. */
void gil_unicode_interp_stop(GilThreadState *ts);

#endif
