/* SPDX-License-Identifier: MIT */
/**
 * @file
 * str: immutable text, a sequence of Unicode code points.
 *
 * A string keeps its code points in 1, 2 or 4 bytes each, whichever the largest needs (PEP 393), right behind its
 * head; one of a subtype behind all fields that subtypes add. Pure ASCII text is its own UTF-8 form; other text makes
 * the UTF-8 form when it is first asked for and keeps it. Only the maker of a string may write to it
 * (GilUnicode_New(), GilUnicode_WriteChar()), before anybody else sees it.
 *
 * "Text" arguments of type `const char *` are UTF-8, whatever the locale is. Wrong bytes raise UnicodeDecodeError, and
 * surrogates, which UTF-8 cannot express, UnicodeEncodeError.
 */
#ifndef GILRT_UNICODE_H
#define GILRT_UNICODE_H

#include <stdarg.h>

#include <gilrt/type.h>

GIL_BEGIN_DECLS

/** @name Layout (ABI)
 *  @{ */
/** Head of every string. ASCII text follows it directly, unless the string is of a subtype. */
typedef struct {
    GilObject_HEAD
    Gil_ssize_t length; /**< code points */
    Gil_hash_t hash;    /**< -1: not computed yet */
    uint32_t state;     /**< _Gil_STR_… */
} GilASCIIObject;

/** Head of a string that is not pure ASCII, whose code points follow it, and of each string of a subtype, behind whose
 *  fields they stand. Structs of subtypes begin with it. */
typedef struct {
    GilASCIIObject _base;
    Gil_ssize_t utf8_length; /**< bytes at utf8, its NUL not counted; negative: not for you, there are surrogates */
    char *utf8;              /**< UTF-8 form, or NULL: not made yet */
} GilCompactUnicodeObject;

#define _Gil_STR_KIND_MASK 0x07u /**< bytes a code point: 1, 2 or 4 */
#define _Gil_STR_ASCII 0x08u     /**< all code points are below 128 */
#define _Gil_STR_INTERNED 0x10u  /**< in the interpreter's table of interned strings */
#define _Gil_STR_STATIC 0x20u    /**< one of the process-wide strings; counts as interned */
#define _Gil_STR_DATA_SHIFT 8    /**< the bits above: how many bytes behind the head's beginning the code points stand */

#define GilUnicode_1BYTE_KIND 1
#define GilUnicode_2BYTE_KIND 2
#define GilUnicode_4BYTE_KIND 4
/** @} */

/** The type of str. */
GIL_API extern GilTypeObject GilUnicode_Type;

static inline int
_GilUnicode_Check(GilObject *op)
{
    return Gil_IS_TYPE(op, &GilUnicode_Type) || GilType_FastSubclass(Gil_TYPE(op), Gil_TPFLAGS_UNICODE_SUBCLASS);
}
/** 1 when @p op is a str or an instance of a subtype. */
#define GilUnicode_Check(op) _GilUnicode_Check(_GilObject_CAST(op))
/** 1 when @p op is a str and no instance of a subtype. */
#define GilUnicode_CheckExact(op) Gil_IS_TYPE((op), &GilUnicode_Type)

/** @name Looking inside without checks: the argument must be a str
 *  @{ */
/** Number of code points. */
#define GilUnicode_GET_LENGTH(op) (((const GilASCIIObject *)(op))->length)
/** Bytes a code point. */
#define GilUnicode_KIND(op) ((int)(((const GilASCIIObject *)(op))->state & _Gil_STR_KIND_MASK))
/** 1 when all code points are below 128. */
#define GilUnicode_IS_ASCII(op) ((((const GilASCIIObject *)(op))->state & _Gil_STR_ASCII) != 0)

static inline void *
_GilUnicode_DATA(const void *op)
{
    /* By way of a number, for -Wcast-qual: whose string it is knows whether it may be written. */
    return (void *)(uintptr_t)((const char *)op + (((const GilASCIIObject *)op)->state >> _Gil_STR_DATA_SHIFT));
}
/** Where the code points stand, each in as many bytes as GilUnicode_KIND() says; a zero follows the last. */
#define GilUnicode_DATA(op) _GilUnicode_DATA(op)
/** The same, for a str of that kind. */
#define GilUnicode_1BYTE_DATA(op) ((Gil_UCS1 *)_GilUnicode_DATA(op))
#define GilUnicode_2BYTE_DATA(op) ((Gil_UCS2 *)_GilUnicode_DATA(op))
#define GilUnicode_4BYTE_DATA(op) ((Gil_UCS4 *)_GilUnicode_DATA(op))

static inline Gil_UCS4
_GilUnicode_READ(int kind, const void *data, Gil_ssize_t index)
{
    if (kind == GilUnicode_1BYTE_KIND)
        return ((const Gil_UCS1 *)data)[index];
    if (kind == GilUnicode_2BYTE_KIND)
        return ((const Gil_UCS2 *)data)[index];
    return ((const Gil_UCS4 *)data)[index];
}
/** Code point number @p index of @p data. */
#define GilUnicode_READ(kind, data, index) _GilUnicode_READ((kind), (data), (index))

static inline Gil_UCS4
_GilUnicode_READ_CHAR(const void *op, Gil_ssize_t index)
{
    return _GilUnicode_READ(GilUnicode_KIND(op), _GilUnicode_DATA(op), index);
}
/** Code point number @p index of a str. */
#define GilUnicode_READ_CHAR(op, index) _GilUnicode_READ_CHAR((op), (index))

static inline void
_GilUnicode_WRITE(int kind, void *data, Gil_ssize_t index, Gil_UCS4 value)
{
    if (kind == GilUnicode_1BYTE_KIND)
        ((Gil_UCS1 *)data)[index] = (Gil_UCS1)value;
    else if (kind == GilUnicode_2BYTE_KIND)
        ((Gil_UCS2 *)data)[index] = (Gil_UCS2)value;
    else
        ((Gil_UCS4 *)data)[index] = value;
}
/** Set code point number @p index of @p data; it must fit @p kind. Only for a str that nobody else has seen. */
#define GilUnicode_WRITE(kind, data, index, value) _GilUnicode_WRITE((kind), (data), (index), (value))

static inline Gil_UCS4
_GilUnicode_MAX_CHAR_VALUE(const void *op)
{
    if (GilUnicode_IS_ASCII(op))
        return 0x7f;
    return GilUnicode_KIND(op) == 1 ? 0xff : GilUnicode_KIND(op) == 2 ? 0xffff : 0x10ffff;
}
/** An upper bound of the code points that a str of this form can hold. */
#define GilUnicode_MAX_CHAR_VALUE(op) _GilUnicode_MAX_CHAR_VALUE(op)
/** @} */

/** @name Making strings
 *  All raise MemoryError when memory is lacking.
 *  @{ */
/** A string of @p size code points, to be written by the caller. @p maxchar must be the largest that will be written,
 *  or 127, 255 or 65535 where that is the next of these: a string wider than it need be equals no other. SystemError
 *  for a negative @p size or a @p maxchar above 0x10FFFF.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_New(Gil_ssize_t size, Gil_UCS4 maxchar);
/** From NUL-terminated UTF-8. NULL raises SystemError.
 *  @newref
 *  @lock_held */
GIL_API GIL_NOPLT GilObject *GilUnicode_FromString(const char *u);
/** From @p size bytes of UTF-8. SystemError for a negative @p size, or a NULL @p str with a @p size above 0.
 *  @newref
 *  @lock_held */
GIL_API GIL_NOPLT GilObject *GilUnicode_FromStringAndSize(const char *str, Gil_ssize_t size);
/** From a format with the units of GilErr_Format(). SystemError for a unit that does not exist.
 *  @newref
 *  @lock_held
 *  @reenters str and repr of arguments */
GIL_API GilObject *GilUnicode_FromFormat(const char *format, ...);
/** @newref
 *  @lock_held
 *  @reenters str and repr of arguments */
GIL_API GilObject *GilUnicode_FromFormatV(const char *format, va_list vargs);
/** From @p size code points of @p kind (1, 2 or 4) bytes at @p buffer; the result takes the narrowest form.
 *  ValueError for a negative size, SystemError for another kind, ValueError for a code point above 0x10FFFF.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_FromKindAndData(int kind, const void *buffer, Gil_ssize_t size);
/** The string of the one code point @p ordinal; ValueError outside 0 to 0x10FFFF.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_FromOrdinal(int ordinal);
/** @p obj itself when it is a str, the exact str when it is an instance of a subtype, else TypeError.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_FromObject(GilObject *obj);
/** Set code point @p index of a string that only the caller has, that was not hashed or interned, and, unless it is
 *  ASCII, has no UTF-8 form yet. IndexError, ValueError for a character too wide, SystemError for a string in use.
 *  @lock_held
 *  @return 0, or -1 with the error set */
GIL_API int GilUnicode_WriteChar(GilObject *unicode, Gil_ssize_t index, Gil_UCS4 character);
/** Set @p length code points from @p start on, or as many as there are, of such a string. IndexError for a negative @p start,
 *  ValueError for a character too wide, SystemError when the string is in use.
 *  @lock_held
 *  @return how many were set, or -1 with the error set */
GIL_API Gil_ssize_t GilUnicode_Fill(GilObject *unicode, Gil_ssize_t start, Gil_ssize_t length, Gil_UCS4 fill_char);
/** Copy @p how_many code points of @p from, or as many as there are from @p from_start on, to such a string. IndexError for
 *  starts that lie outside, ValueError for a character too wide, SystemError when they do not fit, @p how_many is negative or
 *  @p to is in use.
 *  @lock_held
 *  @return how many were copied, or -1 with the error set */
GIL_API Gil_ssize_t GilUnicode_CopyCharacters(GilObject *to, Gil_ssize_t to_start, GilObject *from, Gil_ssize_t from_start,
                                              Gil_ssize_t how_many);
/** @} */

/** @name Interned strings
 *  One object for each text of an interpreter, so that equal names are identical. The table holds a reference; strings
 *  that nobody else wants any more leave it when it would have to grow.
 *  @{ */
/** The interned string of that text, which is UTF-8. SystemError for NULL, UnicodeDecodeError.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_InternFromString(const char *u);
/** Replace *@p p_unicode by the interned string of equal text. Never fails: without memory, or for an instance of a
 *  subtype or no str at all, nothing changes and no error is set.
 *  @lock_held */
GIL_API void GilUnicode_InternInPlace(GilObject **p_unicode);
/** @} */

/** @name Codecs
 *  @p errors is NULL or "strict", "replace", "ignore", or "surrogateescape", which keeps octets that are no text as the
 *  surrogates U+DC80 to U+DCFF; another name raises LookupError when an error has to be handled. Encodings, in any case
 *  and with '-' or '_': utf-8 (NULL means it), ascii, latin-1, utf-16, utf-32, utf-16-le and the like, and the usual
 *  other names of these, ANSI_X3.4-1968 and iso-8859-1 among them; another raises LookupError. More of them is in
 *  <gilrt/unicodecodec.h>.
 *  @{ */
/** The UTF-8 form, NUL-terminated, cached in the string: it lives as long as @p unicode. NULL with TypeError,
 *  UnicodeEncodeError, MemoryError. The text may hold NULs: AsUTF8AndSize tells.
 *  @lock_held */
GIL_API const char *GilUnicode_AsUTF8(GilObject *unicode);
/** As GilUnicode_AsUTF8(); the number of bytes goes to *@p size, which may be NULL, and is -1 on failure.
 *  @lock_held */
GIL_API const char *GilUnicode_AsUTF8AndSize(GilObject *unicode, Gil_ssize_t *size);
/** bytes of the UTF-8 form, strict: UnicodeEncodeError for surrogates. Of a NULL and of what is no str here and below:
 *  SystemError, TypeError.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_AsUTF8String(GilObject *unicode);
/** bytes, strict: UnicodeEncodeError above 127.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_AsASCIIString(GilObject *unicode);
/** bytes, strict: UnicodeEncodeError above 255.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_AsLatin1String(GilObject *unicode);
/** bytes in that encoding (NULL: UTF-8). UnicodeEncodeError for what it cannot express, LookupError for unknown names.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_AsEncodedString(GilObject *unicode, const char *encoding, const char *errors);
/** A str of @p size octets; UnicodeDecodeError where they are wrong, SystemError for a NULL or a negative size, LookupError for a
 *  handler that is none of strict, replace, ignore and surrogateescape, here and below.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_DecodeUTF8(const char *str, Gil_ssize_t size, const char *errors);
/** UnicodeDecodeError above 127.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_DecodeASCII(const char *str, Gil_ssize_t size, const char *errors);
/** Every octet is a character.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_DecodeLatin1(const char *str, Gil_ssize_t size, const char *errors);
/** In that encoding (NULL: UTF-8); LookupError for unknown names.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_Decode(const char *str, Gil_ssize_t size, const char *encoding, const char *errors);
/** From an object that exports a buffer (CPython's rule: no str, TypeError).
 *  @newref
 *  @lock_held
 *  @reenters the buffer export */
GIL_API GilObject *GilUnicode_FromEncodedObject(GilObject *obj, const char *encoding, const char *errors);
/** Copy the code points to @p buffer, which has room for @p buflen; with @p copy_null a zero behind them. SystemError
 *  when the room is too small.
 *  @lock_held
 *  @return @p buffer, or NULL with the error set */
GIL_API Gil_UCS4 *GilUnicode_AsUCS4(GilObject *unicode, Gil_UCS4 *buffer, Gil_ssize_t buflen, int copy_null);
/** A copy of the code points, zero-terminated, to be freed with GilMem_Free(); NULL with MemoryError.
 *  @lock_held */
GIL_API Gil_UCS4 *GilUnicode_AsUCS4Copy(GilObject *unicode);
/** @} */

/** @name Asking strings
 *  A NULL raises SystemError and an object that is no str TypeError, here and below.
 *  @{ */
/** Number of code points, or -1 with the error set.
 *  @lock_held */
GIL_API Gil_ssize_t GilUnicode_GetLength(GilObject *unicode);
/** Code point @p index, or (Gil_UCS4)-1 with IndexError.
 *  @lock_held */
GIL_API Gil_UCS4 GilUnicode_ReadChar(GilObject *unicode, Gil_ssize_t index);
/** 1 when the text is an identifier (UAX 31: XID_Start or '_', then XID_Continue), else 0; cannot fail.
 *  @lock_held */
GIL_API int GilUnicode_IsIdentifier(GilObject *unicode);
/** 1 when @p substr occurs in @p str, 0, or -1 with the error set.
 *  @lock_held */
GIL_API int GilUnicode_Contains(GilObject *str, GilObject *substr);
/** Index of the first (@p direction >= 0) or last occurrence of @p substr in str[start:end]; -1 not found, -2 with the
 *  error set. Negative positions count from the end, here and where nothing else is said.
 *  @lock_held */
GIL_API Gil_ssize_t GilUnicode_Find(GilObject *str, GilObject *substr, Gil_ssize_t start, Gil_ssize_t end, int direction);
/** The same for one code point.
 *  @lock_held */
GIL_API Gil_ssize_t GilUnicode_FindChar(GilObject *unicode, Gil_UCS4 ch, Gil_ssize_t start, Gil_ssize_t end, int direction);
/** Occurrences of @p substr in str[start:end] that do not overlap, or -1 with the error set.
 *  @lock_held */
GIL_API Gil_ssize_t GilUnicode_Count(GilObject *str, GilObject *substr, Gil_ssize_t start, Gil_ssize_t end);
/** 1 when str[start:end] begins (@p direction < 0) or ends with @p substr, 0, or -1 with the error set.
 *  @lock_held */
GIL_API Gil_ssize_t GilUnicode_Tailmatch(GilObject *str, GilObject *substr, Gil_ssize_t start, Gil_ssize_t end,
                                         int direction);
/** @} */

/** @name Making strings from strings
 *  @{ */
/** str[start:end]; ends beyond the text are moved to it. IndexError for negative positions.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_Substring(GilObject *str, Gil_ssize_t start, Gil_ssize_t end);
/** The two one after the other. OverflowError for a text that no str can hold, here and below.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_Concat(GilObject *left, GilObject *right);
/** Put `*p_left + right` into *@p p_left and give the old one back; a string that nobody else has grows in its place.
 *  On failure *@p p_left becomes NULL with the error set.
 *  @lock_held */
GIL_API void GilUnicode_Append(GilObject **p_left, GilObject *right);
/** As GilUnicode_Append(), and gives @p right back.
 *  @steals{right}
 *  @lock_held */
GIL_API void GilUnicode_AppendAndDel(GilObject **p_left, GilObject *right);
/** Each character sent through @p table, whatever has items for their numbers: an int or a str stands for it, LookupError leaves
 *  it as it is. What becomes of one whose item is None is said by @p errors: "strict" (as NULL), UnicodeError; "ignore", it is
 *  left out, as by the method; "replace", U+FFFD stands for it. LookupError for other words.
 *  @newref
 *  @lock_held
 *  @reenters the table's items */
GIL_API GilObject *GilUnicode_Translate(GilObject *str, GilObject *table, const char *errors);
/** The strings of iterable @p seq with @p separator (NULL: a space) between them. TypeError names the first item that
 *  is no str.
 *  @newref
 *  @lock_held
 *  @reenters iteration */
GIL_API GilObject *GilUnicode_Join(GilObject *separator, GilObject *seq);
/** A list of the parts of @p str between occurrences of @p sep, or of whitespace when it is NULL; at most @p maxsplit
 *  cuts, a negative one: no limit. ValueError for an empty @p sep.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_Split(GilObject *str, GilObject *sep, Gil_ssize_t maxsplit);
/** As GilUnicode_Split(), but cuts from the end when there is a limit.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_RSplit(GilObject *str, GilObject *sep, Gil_ssize_t maxsplit);
/** A tuple of what stands before the first @p sep, @p sep, and what stands after it; where it does not occur @p str and
 *  two empty strings. ValueError for an empty @p sep.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_Partition(GilObject *str, GilObject *sep);
/** The same at the last @p sep; where it does not occur the two empty strings come first.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_RPartition(GilObject *str, GilObject *sep);
/** A list of the lines, without their ends unless @p keepends.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_Splitlines(GilObject *str, int keepends);
/** @p format with its conversions (`%s %r %a %c %d %i %u %o %x %X %e %f %g %%`, flags, width, precision, `%(name)s`)
 *  replaced by @p args, a tuple of them, one argument, or a mapping: what `format % args` gives. TypeError, ValueError.
 *  @newref
 *  @lock_held
 *  @reenters str, repr, index and float of the arguments */
GIL_API GilObject *GilUnicode_Format(GilObject *format, GilObject *args);
/** @p str with at most @p maxcount (-1: all) occurrences of @p substr replaced by @p replstr.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_Replace(GilObject *str, GilObject *substr, GilObject *replstr, Gil_ssize_t maxcount);
/** @} */

/** @name Comparing
 *  By code points.
 *  @{ */
/** -1, 0, 1; also -1 with the error set.
 *  @lock_held */
GIL_API int GilUnicode_Compare(GilObject *left, GilObject *right);
/** -1, 0, 1 against NUL-terminated Latin-1 text; cannot fail for a str.
 *  @lock_held */
GIL_API int GilUnicode_CompareWithASCIIString(GilObject *unicode, const char *string);
/** 1 when the text is that of NUL-terminated UTF-8 @p string, else 0; never fails and sets no error (CPython 3.13).
 *  @lock_held */
GIL_API int GilUnicode_EqualToUTF8(GilObject *unicode, const char *string);
/** The same for @p size bytes, which may hold NULs.
 *  @lock_held */
GIL_API int GilUnicode_EqualToUTF8AndSize(GilObject *unicode, const char *string, Gil_ssize_t size);
/** 1, 0, or -1 with TypeError (CPython 3.14).
 *  @lock_held */
GIL_API int GilUnicode_Equal(GilObject *str1, GilObject *str2);
/** Compare with operator @p op (Gil_LT …): True, False, or NotImplemented when either is no str.
 *  @newref
 *  @lock_held */
GIL_API GilObject *GilUnicode_RichCompare(GilObject *left, GilObject *right, int op);
/** @} */

GIL_END_DECLS

#endif
