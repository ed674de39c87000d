/* SPDX-License-Identifier: MIT */
/* The methods that bytes and bytearray share. */
#ifndef GIL_VALUE_OCTETS_METHOD_H
#define GIL_VALUE_OCTETS_METHOD_H

#include "gilrt/buffer.h"
#include "gilrt/typeobject.h"

/* [own] The octets of an object while a method works on them. It is an export of the object: its size cannot change. */
struct gil_octets {
    Gil_buffer view;
    const char *data; /* never NULL */
    Gil_ssize_t size;
    char one; /* what data points to when an int stands for an octet */
};

/* What exports a buffer, or an int where ints are allowed too. 0, or -1 with the error set; may run anything. */
int gil_octets_open(GilObject *op, struct gil_octets *octets);
int gil_octets_open_item(GilObject *op, struct gil_octets *octets);
void gil_octets_close(struct gil_octets *octets);

/* A new object of the kind that the type is of, exactly bytes or exactly bytearray, with these octets; data NULL: to be
 * written through *to by the caller, who has it alone unless size is 0. NULL with the error set. */
GilObject *gil_octets_make(GilTypeObject *type, const char *data, Gil_ssize_t size, char **to);

/* Whitespace of ASCII. */
static inline int
gil_octet_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Those that change case, pad, or ask what the octets are, as ASCII: octets_case.c. */
#define GIL_OCTETS_CASE_METHODS                                                                                       \
    {"capitalize", gil_octets_capitalize, GIL_METH_NOARGS, "capitalize()"},                                           \
    {"center", _GilCFunction_CAST(gil_octets_center), GIL_METH_FASTCALL, "center(width[, fill])"},                    \
    {"expandtabs", _GilCFunction_CAST(gil_octets_expandtabs), GIL_METH_FASTCALL | GIL_METH_KEYWORDS,                  \
     "expandtabs($self, /, tabsize=8)\n--\n\nThe octets with spaces for tabs."},                                      \
    {"fromhex", gil_octets_fromhex, GIL_METH_O | GIL_METH_CLASS, "fromhex(text)"},                                    \
    {"isalnum", gil_octets_isalnum, GIL_METH_NOARGS, "isalnum() -> bool"},                                            \
    {"isalpha", gil_octets_isalpha, GIL_METH_NOARGS, "isalpha() -> bool"},                                            \
    {"isascii", gil_octets_isascii, GIL_METH_NOARGS, "isascii() -> bool"},                                            \
    {"isdigit", gil_octets_isdigit, GIL_METH_NOARGS, "isdigit() -> bool"},                                            \
    {"islower", gil_octets_islower, GIL_METH_NOARGS, "islower() -> bool"},                                            \
    {"isspace", gil_octets_isspace, GIL_METH_NOARGS, "isspace() -> bool"},                                            \
    {"istitle", gil_octets_istitle, GIL_METH_NOARGS, "istitle() -> bool"},                                            \
    {"isupper", gil_octets_isupper, GIL_METH_NOARGS, "isupper() -> bool"},                                            \
    {"ljust", _GilCFunction_CAST(gil_octets_ljust), GIL_METH_FASTCALL, "ljust(width[, fill])"},                       \
    {"lower", gil_octets_lower, GIL_METH_NOARGS, "lower()"},                                                          \
    {"rjust", _GilCFunction_CAST(gil_octets_rjust), GIL_METH_FASTCALL, "rjust(width[, fill])"},                       \
    {"swapcase", gil_octets_swapcase, GIL_METH_NOARGS, "swapcase()"},                                                 \
    {"title", gil_octets_title, GIL_METH_NOARGS, "title()"},                                                          \
    {"upper", gil_octets_upper, GIL_METH_NOARGS, "upper()"},                                                          \
    {"zfill", gil_octets_zfill, GIL_METH_O, "zfill(width)"}

GilObject *gil_octets_capitalize(GilObject *self, GilObject *args);
GilObject *gil_octets_center(GilObject *self, GilObject *const *args, Gil_ssize_t nargs);
GilObject *gil_octets_expandtabs(GilObject *self, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames);
GilObject *gil_octets_fromhex(GilObject *type, GilObject *text);
GilObject *gil_octets_isalnum(GilObject *self, GilObject *args);
GilObject *gil_octets_isalpha(GilObject *self, GilObject *args);
GilObject *gil_octets_isascii(GilObject *self, GilObject *args);
GilObject *gil_octets_isdigit(GilObject *self, GilObject *args);
GilObject *gil_octets_islower(GilObject *self, GilObject *args);
GilObject *gil_octets_isspace(GilObject *self, GilObject *args);
GilObject *gil_octets_istitle(GilObject *self, GilObject *args);
GilObject *gil_octets_isupper(GilObject *self, GilObject *args);
GilObject *gil_octets_ljust(GilObject *self, GilObject *const *args, Gil_ssize_t nargs);
GilObject *gil_octets_lower(GilObject *self, GilObject *args);
GilObject *gil_octets_rjust(GilObject *self, GilObject *const *args, Gil_ssize_t nargs);
GilObject *gil_octets_swapcase(GilObject *self, GilObject *args);
GilObject *gil_octets_title(GilObject *self, GilObject *args);
GilObject *gil_octets_upper(GilObject *self, GilObject *args);
GilObject *gil_octets_zfill(GilObject *self, GilObject *width);

/* How many methods the table of bytes has, its end not counted; bytearray takes them all and adds its own. */
#define GIL_OCTETS_METHODS 42
extern GilMethodDef gil_octets_methods[GIL_OCTETS_METHODS + 1];

#endif
