/* SPDX-License-Identifier: MIT */
/* Text under construction, and the formatter behind GilErr_Format() and GilUnicode_FromFormat(). */
#ifndef GIL_OBJECT_FORMAT_H
#define GIL_OBJECT_FORMAT_H

#include "gilrt/base.h"

#include <stdarg.h>

struct gil_heap;

/*
 * UTF-8 text, always well-formed and always NUL-terminated. It grows in a heap, or stands in a buffer of the caller's,
 * where what does not fit is cut off at the last whole character and nothing can fail for lack of room.
 */
struct gil_text {
    char *data;
    size_t len;            /* NUL not counted */
    size_t size;           /* room, NUL included */
    struct gil_heap *heap; /* NULL: the caller's buffer */
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

/* Bytes known to be UTF-8. */
int gil_text_append(struct gil_text *text, const char *bytes, size_t len);
/* Bytes of unknown quality: every ill-formed part becomes U+FFFD. */
int gil_text_append_repaired(struct gil_text *text, const char *bytes, size_t len);
/* One code point; a surrogate or one beyond 0x10FFFF becomes U+FFFD. */
int gil_text_append_char(struct gil_text *text, Gil_UCS4 c);
/* The units are those of GilErr_Format(). SystemError for a format that has others. May run reprs of arguments. */
int gil_text_append_format(struct gil_text *text, const char *format, ...);
int gil_format(struct gil_text *text, const char *format, va_list args);

#endif
