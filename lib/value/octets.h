/* SPDX-License-Identifier: MIT */
/* What bytes and bytearray have in common: octets read, shown, compared and made from other objects. */
#ifndef GIL_VALUE_OCTETS_H
#define GIL_VALUE_OCTETS_H

#include "gilrt/typeobject.h"
#include "state/tstate.h"

/* PREFIX b'...' SUFFIX as str; double quotes only when smart and when that saves escapes. NULL with the error set. */
GilObject *gil_octets_repr(const char *prefix, const char *data, Gil_ssize_t size, const char *suffix, int smart);
/* Two digits an octet, as str. Arguments ([separator[, octets_per_separator]]) of the method hex; data must stay in
 * place. */
GilObject *gil_octets_hex(const char *data, Gil_ssize_t size, GilObject *const *args, Gil_ssize_t nargs);
/* Arguments ([encoding[, errors]]) of the method decode; data must stay in place. */
GilObject *gil_octets_decode(const char *data, Gil_ssize_t size, GilObject *const *args, Gil_ssize_t nargs);
/* True or False. */
GilObject *gil_octets_compare(const char *a, Gil_ssize_t a_size, const char *b, Gil_ssize_t b_size, int op);

/* An int 0 to 255. 0, or -1 with TypeError or ValueError ("WHAT must be in range(0, 256)"); may run __index__. */
int gil_octets_from_int(GilObject *item, const char *what, unsigned char *octet);
/* Whether item, a buffer or an int, occurs: 1, 0, -1 with the error set. The octets must stay in place meanwhile. */
int gil_octets_contain(const char *data, Gil_ssize_t size, GilObject *item);

/* A new bytes object of the ints that an iterable yields; TypeError "cannot convert 'X' object to KIND". */
GilObject *gil_octets_collect(GilThreadState *ts, GilObject *iterable, const char *kind);

/*
 * The arguments of bytes() and bytearray(): nothing, a length, a str with encoding and errors, or a source. On success
 * either *source is a new reference to an object that exports a buffer, or it is NULL and *zeros tells how many zero
 * octets are wanted. 0, or -1 with the error set.
 */
int gil_octets_arguments(GilThreadState *ts, const char *kind, GilObject *args, GilObject *kwargs, GilObject **source,
                         Gil_ssize_t *zeros);

#endif
