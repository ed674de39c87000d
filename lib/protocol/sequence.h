/* SPDX-License-Identifier: MIT */
/* Sequences from inside: searching. */
#ifndef GIL_PROTOCOL_SEQUENCE_H
#define GIL_PROTOCOL_SEQUENCE_H

#include "gilrt/sequence.h"

/* Whether an item that o's iterator yields equals value: 1, 0, or -1 with the error set. For types whose sq_contains
 * knows a shorter way for some values only. May run anything. */
int gil_sequence_find(GilObject *o, GilObject *value);

#endif
