/* SPDX-License-Identifier: MIT */
/* Methods of str that pad text, or send each character through a table. */
#ifndef GIL_VALUE_UNICODE_PAD_H
#define GIL_VALUE_UNICODE_PAD_H

#include "gilrt/typeobject.h"

#define GIL_UNICODE_PAD_METHODS                                                                                       \
    {"center", _GilCFunction_CAST(gil_unicode_center), GIL_METH_FASTCALL, "center(width[, fill]) -> str"},            \
    {"expandtabs", _GilCFunction_CAST(gil_unicode_expandtabs), GIL_METH_FASTCALL | GIL_METH_KEYWORDS,                 \
     "expandtabs($self, /, tabsize=8)\n--\n\nThe text with spaces for tabs."},                                        \
    {"ljust", _GilCFunction_CAST(gil_unicode_ljust), GIL_METH_FASTCALL, "ljust(width[, fill]) -> str"},               \
    {"maketrans", _GilCFunction_CAST(gil_unicode_maketrans), GIL_METH_FASTCALL | GIL_METH_STATIC,                     \
     "maketrans(from[, to[, delete]]) -> dict"},                                                                      \
    {"rjust", _GilCFunction_CAST(gil_unicode_rjust), GIL_METH_FASTCALL, "rjust(width[, fill]) -> str"},               \
    {"translate", gil_unicode_translate, GIL_METH_O, "translate(table) -> str"},                                      \
    {"zfill", gil_unicode_zfill, GIL_METH_O, "zfill(width) -> str"}

GilObject *gil_unicode_center(GilObject *self, GilObject *const *args, Gil_ssize_t nargs);
GilObject *gil_unicode_expandtabs(GilObject *self, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames);
GilObject *gil_unicode_ljust(GilObject *self, GilObject *const *args, Gil_ssize_t nargs);
GilObject *gil_unicode_maketrans(GilObject *type, GilObject *const *args, Gil_ssize_t nargs);
GilObject *gil_unicode_rjust(GilObject *self, GilObject *const *args, Gil_ssize_t nargs);
GilObject *gil_unicode_translate(GilObject *self, GilObject *table);
GilObject *gil_unicode_zfill(GilObject *self, GilObject *width);

#endif
