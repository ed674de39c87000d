/* SPDX-License-Identifier: MIT */
/* What a type has from its bases: the order in which they are asked, and their slots. */
#ifndef GIL_OBJECT_INHERIT_H
#define GIL_OBJECT_INHERIT_H

#include "gilrt/typeobject.h"

/*
 * C3: merge the orders of bases into order, which has room for gil_mro_room() entries; order[0] is left to the new type
 * itself. Entries written in all, that one included, or -1 when the bases contradict one another. scratch: nbases
 * numbers.
 */
Gil_ssize_t gil_mro_merge(GilTypeObject *const *bases, Gil_ssize_t nbases, GilTypeObject **order, Gil_ssize_t *scratch);
Gil_ssize_t gil_mro_room(GilTypeObject *const *bases, Gil_ssize_t nbases);

/*
 * The base whose layout an instance extends: the one of bases that adds most to the head; NULL when two of them add
 * each something of its own, so that no instance could be both.
 */
GilTypeObject *gil_best_base(GilTypeObject *const *bases, Gil_ssize_t nbases);

/* Fill the slots that type left empty from tp_base and then along tp_mro_items. The order must be complete. */
void gil_inherit_slots(GilTypeObject *type);

#endif
