/* SPDX-License-Identifier: MIT */
/* Format specifications, "[[fill]align][sign][z][#][0][width][grouping][.precision][type]", and text laid out by them. */
#ifndef GIL_VALUE_FORMAT_SPEC_H
#define GIL_VALUE_FORMAT_SPEC_H

#include "value/unicode_writer.h"

/* A specification taken apart. */
struct gil_spec {
    Gil_UCS4 fill, type;          /* type 0: none given */
    char align;                   /* '<' '>' '^', or '=': padding between sign and digits */
    char sign;                    /* '-' '+' ' ', or 0: none given */
    char grouping;                /* ',' '_', or 0 */
    int alternate, no_minus_zero; /* '#', 'z' */
    Gil_ssize_t width, precision; /* -1: none given */
};

/* A number as text, which is ASCII, in its parts. */
struct gil_number_text {
    char sign; /* 0: none */
    const char *prefix;
    size_t prefix_size;
    const char *digits; /* what is grouped */
    size_t digits_size;
    const char *rest; /* point, fraction, exponent, per cent */
    size_t rest_size;
    int group; /* digits a group */
};

/* No specification at all; align is where the kind of value stands by itself. */
void gil_spec_init(struct gil_spec *spec, char align);
/* Read text[start:end]. 0, or -1 with ValueError; obj is named there by its type. */
int gil_spec_parse(struct gil_spec *spec, GilObject *text, Gil_ssize_t start, Gil_ssize_t end, GilObject *obj);
/* ValueError: this type of presentation does not exist for obj. Always -1. */
int gil_spec_unknown(const struct gil_spec *spec, GilObject *obj);

/* Write padded as spec says. 0, or -1 with the error set. */
int gil_spec_write_number(struct gil_writer *writer, const struct gil_spec *spec, const struct gil_number_text *number);
int gil_spec_write_text(struct gil_writer *writer, const struct gil_spec *spec, GilObject *str, Gil_ssize_t length);

#endif
