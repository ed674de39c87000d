/* SPDX-License-Identifier: MIT */
/* Methods of str that change case, and those that ask what its characters are. */
#ifndef GIL_VALUE_UNICODE_CASE_H
#define GIL_VALUE_UNICODE_CASE_H

#include "value/unicode.h"

/* Rows of the method table. */
#define GIL_UNICODE_CASE_METHODS                                                                       \
    {"capitalize", gil_unicode_capitalize, GIL_METH_NOARGS, "capitalize() -> str"},                    \
    {"casefold", gil_unicode_casefold, GIL_METH_NOARGS, "casefold() -> str"},                          \
    {"isalnum", gil_unicode_isalnum, GIL_METH_NOARGS, "isalnum() -> bool"},                            \
    {"isalpha", gil_unicode_isalpha, GIL_METH_NOARGS, "isalpha() -> bool"},                            \
    {"isascii", gil_unicode_isascii, GIL_METH_NOARGS, "isascii() -> bool"},                            \
    {"isdecimal", gil_unicode_isdecimal, GIL_METH_NOARGS, "isdecimal() -> bool"},                      \
    {"isdigit", gil_unicode_isdigit, GIL_METH_NOARGS, "isdigit() -> bool"},                            \
    {"islower", gil_unicode_islower, GIL_METH_NOARGS, "islower() -> bool"},                            \
    {"isnumeric", gil_unicode_isnumeric, GIL_METH_NOARGS, "isnumeric() -> bool"},                      \
    {"isprintable", gil_unicode_isprintable, GIL_METH_NOARGS, "isprintable() -> bool"},                \
    {"isspace", gil_unicode_isspace, GIL_METH_NOARGS, "isspace() -> bool"},                            \
    {"istitle", gil_unicode_istitle, GIL_METH_NOARGS, "istitle() -> bool"},                            \
    {"isupper", gil_unicode_isupper, GIL_METH_NOARGS, "isupper() -> bool"},                            \
    {"lower", gil_unicode_lower, GIL_METH_NOARGS, "lower() -> str"},                                   \
    {"swapcase", gil_unicode_swapcase, GIL_METH_NOARGS, "swapcase() -> str"},                          \
    {"title", gil_unicode_title, GIL_METH_NOARGS, "title() -> str"},                                   \
    {"upper", gil_unicode_upper, GIL_METH_NOARGS, "upper() -> str"}

GilObject *gil_unicode_capitalize(GilObject *self, GilObject *args);
GilObject *gil_unicode_casefold(GilObject *self, GilObject *args);
GilObject *gil_unicode_isalnum(GilObject *self, GilObject *args);
GilObject *gil_unicode_isalpha(GilObject *self, GilObject *args);
GilObject *gil_unicode_isascii(GilObject *self, GilObject *args);
GilObject *gil_unicode_isdecimal(GilObject *self, GilObject *args);
GilObject *gil_unicode_isdigit(GilObject *self, GilObject *args);
GilObject *gil_unicode_islower(GilObject *self, GilObject *args);
GilObject *gil_unicode_isnumeric(GilObject *self, GilObject *args);
GilObject *gil_unicode_isprintable(GilObject *self, GilObject *args);
GilObject *gil_unicode_isspace(GilObject *self, GilObject *args);
GilObject *gil_unicode_istitle(GilObject *self, GilObject *args);
GilObject *gil_unicode_isupper(GilObject *self, GilObject *args);
GilObject *gil_unicode_lower(GilObject *self, GilObject *args);
GilObject *gil_unicode_swapcase(GilObject *self, GilObject *args);
GilObject *gil_unicode_title(GilObject *self, GilObject *args);
GilObject *gil_unicode_upper(GilObject *self, GilObject *args);

#endif
