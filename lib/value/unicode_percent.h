/* SPDX-License-Identifier: MIT */
/* Templates with the conversions of printf(), of text or of octets. */
#ifndef GIL_VALUE_UNICODE_PERCENT_H
#define GIL_VALUE_UNICODE_PERCENT_H

#include "value/unicode_writer.h"

/* A template: a str, or octets, which stay in place. */
struct gil_percent {
    GilObject *text; /* NULL: of octets, and then all that follows is there */
    const char *octets;
    Gil_ssize_t size;
    /* Whether an argument is octets, which no name is looked up in although they are a mapping. */
    int (*is_octets)(GilObject *arg);
    /* What %s and %b write, and what %c writes: a str of the octets' numbers, new; NULL with the error set. May run anything. */
    GilObject *(*octets_of)(GilObject *arg);
    GilObject *(*octet_of)(GilObject *arg);
};

/* Write template % args. 0, or -1 with the error set. May run anything. */
int gil_percent_write(struct gil_writer *writer, const struct gil_percent *of, GilObject *args);

#endif
