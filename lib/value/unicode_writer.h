/* SPDX-License-Identifier: MIT */
/* Text under construction that becomes a str without being copied. */
#ifndef GIL_VALUE_UNICODE_WRITER_H
#define GIL_VALUE_UNICODE_WRITER_H

#include "gilrt/unicodewriter.h"
#include "value/unicode.h"

/* [own] Stands on the stack of the function that builds; gil_writer_finish() or gil_writer_drop() must follow. */
struct gil_writer {
    GilThreadState *ts;
    GilObject *str;     /* room for room code points in its form, no more; NULL while nothing was written */
    Gil_ssize_t length; /* code points written */
    Gil_ssize_t room;
};

/* Empty text; takes no memory. */
void gil_writer_init(struct gil_writer *writer, GilThreadState *ts);
/* The text as a str, exact and in its narrowest form; NULL with MemoryError. The writer is empty again. */
GilObject *gil_writer_finish(struct gil_writer *writer);
/* Give the memory back. */
void gil_writer_drop(struct gil_writer *writer);

/*
 * All that follow: 0, or -1 with MemoryError, or OverflowError for more than a str can hold; the text is then as before.
 */

/* Room for count more code points up to maxchar, which are then the caller's to write and to add to length. maxchar must be
 * of the form of the widest that is written: a str is as narrow as its widest character allows. */
int gil_writer_reserve(struct gil_writer *writer, Gil_ssize_t count, Gil_UCS4 maxchar);
int gil_writer_char(struct gil_writer *writer, Gil_UCS4 ch);
/* The same code point count times; none for 0 and less. */
int gil_writer_fill(struct gil_writer *writer, Gil_UCS4 ch, Gil_ssize_t count);
/* ASCII text. */
int gil_writer_ascii(struct gil_writer *writer, const char *text, Gil_ssize_t size);
/* str[start:end], positions in range. */
int gil_writer_str(struct gil_writer *writer, GilObject *str, Gil_ssize_t start, Gil_ssize_t end);
/* Code points in 1, 2 or 4 bytes each, not above 0x10ffff. */
int gil_writer_data(struct gil_writer *writer, int kind, const void *data, Gil_ssize_t count);

#endif
