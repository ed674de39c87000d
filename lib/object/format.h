/* SPDX-License-Identifier: MIT */
/* Text under construction, and the formatter behind GilErr_Format() and GilUnicode_FromFormat(). */
#ifndef GIL_OBJECT_FORMAT_H
#define GIL_OBJECT_FORMAT_H

#include "gilrt/base.h"

#include <stdarg.h>

struct gil_heap;

/*
 * UTF-8 text (or octets, see the field), always well-formed and always NUL-terminated. It grows in a heap, or stands in a buffer of the caller's,
 * where what does not fit is cut off at the last whole character and nothing can fail for lack of room.
 *
 * Surrogates that a str has are kept, as code points of three bytes, until the text becomes a str again: a message that
 * names a file of octets that are no text must not fail for that. Text that goes elsewhere is asked for them.
 */
struct gil_text {
    char *data;
    size_t len;            /* NUL not counted */
    size_t size;           /* room, NUL included */
    struct gil_heap *heap; /* NULL: the caller's buffer */
    int octets;            /* what the formatter is given as C strings and characters goes in as it is, for bytes; a str as UTF-8
                              without surrogates. In a growing text */
};

/* Empty text that grows; no memory is taken yet. */
void gil_text_init(struct gil_text *text, struct gil_heap *heap);
/* Empty text in buffer; size is 1 or more. */
void gil_text_init_fixed(struct gil_text *text, char *buffer, size_t size);
/* Gives the memory of a growing text back; it is empty again. */
void gil_text_free(struct gil_text *text);
/* The text as a heap block (NULL: memory is lacking, MemoryError set), the caller's; text is empty again. */
char *gil_text_take(struct gil_text *text);

/* Cut back to len bytes, which is an earlier len of this text. */
void gil_text_cut(struct gil_text *text, size_t len);

/* All that follow: 0, or -1 with the error set and the text still valid. */

/* Bytes known to be UTF-8, in which surrogates may stand. */
int gil_text_append(struct gil_text *text, const char *bytes, size_t len);
/* Bytes of unknown quality: every ill-formed part becomes U+FFFD. */
int gil_text_append_repaired(struct gil_text *text, const char *bytes, size_t len);
/* The same where each ill-formed octet becomes U+DC80 to U+DCFF: a name of a file, of which the octets can be had again. */
int gil_text_append_filename(struct gil_text *text, const char *bytes, size_t len);
/* UTF-8 with what is not ASCII, or with surrogates alone, written as \xNN, \uNNNN, \UNNNNNNNN. */
int gil_text_append_escaped(struct gil_text *text, const char *bytes, size_t len, int only_surrogates);
/* One code point up to 0x10FFFF. */
int gil_text_append_char(struct gil_text *text, Gil_UCS4 c);
/* The units are those of GilErr_Format(). SystemError for a format that has others. May run reprs of arguments. */
int gil_text_append_format(struct gil_text *text, const char *format, ...);
int gil_format(struct gil_text *text, const char *format, va_list args);

/* The UTF-8 form of a str, in which surrogates may stand; borrowed. NULL with TypeError when it is no str. */
const char *gil_text_of_str(GilObject *str, size_t *len);
/* Where the first surrogate is in such bytes, or NULL. */
const char *gil_text_surrogate(const char *bytes, size_t len);

#endif
