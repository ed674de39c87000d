/* SPDX-License-Identifier: MIT */
/* Numbers from inside: indices, and the slots of any object. */
#ifndef GIL_PROTOCOL_NUMBER_H
#define GIL_PROTOCOL_NUMBER_H

#include "gilrt/number.h"
#include "gilrt/typeobject.h"

/* Whether o's type has nb_index; an int has. */
static inline int
gil_has_index(GilObject *o)
{
    const GilNumberMethods *nb = Gil_TYPE(o)->tp_as_number;
    return nb != NULL && nb->nb_index != NULL;
}

/* What nb_index gives for o: an int, perhaps of a subclass; o itself where it is one. NULL with TypeError. */
GilObject *gil_number_index(GilObject *o);

#endif
