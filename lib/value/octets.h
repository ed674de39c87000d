/* SPDX-License-Identifier: MIT */
/* What bytes and bytearray have in common: octets read, shown, compared and made from other objects. */
#ifndef GIL_VALUE_OCTETS_H
#define GIL_VALUE_OCTETS_H

#include "gilrt/typeobject.h"
#include "state/tstate.h"

/* PREFIX b'...' SUFFIX as str; double quotes only when smart and when that saves escapes. NULL with the error set. */
GilObject *gil_octets_repr(const char *prefix, const char *data, Gil_ssize_t size, const char *suffix, int smart);
/* Two digits an octet, as str. Arguments (sep, bytes_per_sep) of the method hex; data must stay in place. */
GilObject *gil_octets_hex(const char *data, Gil_ssize_t size, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames);
/* True or False. */
GilObject *gil_octets_compare(const char *a, Gil_ssize_t a_size, const char *b, Gil_ssize_t b_size, int op);

/* An int 0 to 255. 0, or -1 with TypeError or ValueError ("WHAT must be in range(0, 256)"); may run __index__. */
int gil_octets_from_int(GilObject *item, const char *what, unsigned char *octet);
/* Whether item, a buffer or an int, occurs: 1, 0, -1 with the error set. The octets must stay in place meanwhile. */
int gil_octets_contain(const char *data, Gil_ssize_t size, GilObject *item);

/* A new bytes object of the ints that an iterable yields; TypeError "cannot convert 'X' object to KIND", or with
 * NULL that a bytearray cannot be extended by it. */
GilObject *gil_octets_collect(GilThreadState *ts, GilObject *iterable, const char *kind);

/*
 * What bytes() and bytearray() are to be made from, given (source, encoding, errors), NULL for each that is not given: a
 * length, a str with its encoding, or a source. On success either *source is a new reference to an object that exports a
 * buffer, or it is NULL and *zeros tells how many zero octets are wanted. 0, or -1 with the error set.
 */
#define GIL_OCTETS_SOURCE "\0source\0encoding\0errors"
int gil_octets_source(GilThreadState *ts, const char *kind, GilObject *const given[3], GilObject **source, Gil_ssize_t *zeros);

#endif
