/* SPDX-License-Identifier: MIT */
/*
 * What instances of heap types are gone through and cleared by, where their types do not say.
 *
 * A heap type that gives neither tp_traverse nor tp_clear and has a base with GC gets these. They do what its
 * destructor does with what it brought (finalize.c): the objects in members that can be set, and the instance's dict;
 * and then call the first base that has a function of its own. Who visits the type follows from the one rule that
 * there is: the tp_traverse that a heap type brings visits it, that of a built-in type knows nothing of heap types. So
 * it is visited here unless the first other base is a heap type that brings one: a heap type without GC brings none.
 */
#include "object/instance.h"

#include "gilrt/gc.h"
#include "object/instance_dict.h"
#include "object/type.h"

/* The objects in members that could have been set: those that the type itself, not a base, describes. */
static GilObject **
next_member(GilTypeObject *type, GilObject *self, GilMemberDef **at)
{
    for (GilMemberDef *m = *at != NULL ? *at + 1 : type->tp_members; m != NULL && m->name != NULL; m++)
        if (m->type == Gil_T_OBJECT_EX && !(m->flags & Gil_READONLY)) {
            *at = m;
            return (GilObject **)(void *)((char *)self + m->offset);
        }
    return NULL;
}

GilObject **
gil_brought_dict(GilObject *self, const GilTypeObject *base)
{
    /* One that the library finds room for stands elsewhere in each derived type, and is the base's all the same. */
    int same = base->tp_dictoffset == Gil_TYPE(self)->tp_dictoffset || (base->tp_flags & Gil_TPFLAGS_MANAGED_DICT);

    return base->tp_dictoffset != 0 && same ? NULL : gil_instance_dict_slot(self);
}

int
gil_heap_type_instance_traverse(GilObject *self, visitproc visit, void *arg)
{
    GilTypeObject *base = Gil_TYPE(self);

    for (; base->tp_traverse == gil_heap_type_instance_traverse; base = base->tp_base) {
        GilMemberDef *at = NULL;
        GilObject **slot;
        while ((slot = next_member(base, self, &at)) != NULL)
            Gil_VISIT(*slot);
    }
    GilObject **dict = gil_brought_dict(self, base);
    if (dict != NULL)
        Gil_VISIT(*dict);
    if (!gil_type_is_heap(base) || base->tp_traverse == NULL)
        Gil_VISIT(Gil_TYPE(self));
    return base->tp_traverse != NULL ? base->tp_traverse(self, visit, arg) : 0;
}

int
gil_heap_type_instance_clear(GilObject *self)
{
    GilTypeObject *base = Gil_TYPE(self);

    for (; base->tp_clear == gil_heap_type_instance_clear; base = base->tp_base) {
        GilMemberDef *at = NULL;
        GilObject **slot;
        while ((slot = next_member(base, self, &at)) != NULL)
            Gil_CLEAR(*slot); /* may run anything */
    }
    GilObject **dict = gil_brought_dict(self, base);
    if (dict != NULL)
        Gil_CLEAR(*dict); /* may run anything */
    return base->tp_clear != NULL ? base->tp_clear(self) : 0;
}
