/* SPDX-License-Identifier: MIT */
/*
 * Finalizers (PEP 442), what else a destructor calls with the dying object, and the destructor of types that give none.
 *
 * A finalizer runs on a whole object, before anything is taken apart, and may make it live on by storing a reference to
 * it. An object of a type with GC remembers in its prefix that the finalizer ran, and it does not run again when the
 * object dies at last. An object without that prefix has nowhere to remember it: there a finalizer that resurrects runs
 * once for each death, as in CPython.
 *
 * The pending error is put aside while a finalizer runs and comes back after: who drops a reference while an error is
 * pending must find it unchanged. An error that the finalizer leaves behind is reported as unraisable.
 *
 * Weak references are told between the two: a finalizer that resurrects must not have announced a death. Those that are
 * made after, by tp_del, are cleared without a word, for their callbacks could count on parts that are gone.
 *
 * The destructor of types that give none calls tp_clear, which CPython's does not: a type that has told what its instances hold
 * would lose it all without a word. After the collector it is the second call; a tp_clear leaves empty slots behind.
 *
 * So code that knows tp_clear from CPython, where only the collector calls it, must find here what it finds there: an object
 * that is held, and no error pending. Every call with a dying object as its argument (tp_del, tp_clear, what a module's state is
 * given back by) is therefore made between gil_dying_lend() and gil_dying_take_back(). The object has one reference meanwhile,
 * which is the destructor's, and so the call
 *
 *   - may take references and drop them: the count does not come to zero again while the destructor runs, which would destroy
 *     the object a second time, inside the first, and so on for ever;
 *   - may keep one: the object lives on, as after the collector's call, its parts let go of, tracked again. When it dies anew
 *     the destructor runs from its beginning, but for a finalizer that is remembered to have run. Types derived from the one
 *     whose tp_clear kept it have had theirs called, its bases have not: both are as good as after the collector's;
 *   - may leave an error, which is reported, with the object still whole and held; or clear the one it finds: its own.
 *
 * Weak references that tp_clear makes are cleared without a word, like those of tp_del. Between such calls the count is zero:
 * what runs then are the destructors of other objects, which cannot reach this one, for it is not tracked and no weak reference
 * answers.
 *
 * Depth is nobody's business here: what tp_clear drops goes through _Gil_Dealloc(), which nests or puts off as in any
 * destructor, and an object that waits there is not between the two calls. If it is a list that tp_clear put the object into,
 * that one lives on until the list is gone, and has its tp_clear called once more, which is why a few levels nest however low
 * the stack is. Types without a tp_clear of their own pay for none of this.
 */
#include "object/dealloc.h"
#include "object/error.h"
#include "object/instance.h"
#include "object/type.h"
#include "object/weakref.h"

void
GilObject_CallFinalizer(GilObject *self)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (self == NULL) {
        gil_err_null(__func__);
        return;
    }
    GilTypeObject *type = Gil_TYPE(self);
    if (type->tp_finalize == NULL)
        return;
    if (gil_type_has_gc(type)) {
        if (gil_gc_head(self)->prev & GIL_GC_FINALIZED)
            return;
        gil_gc_head(self)->prev |= GIL_GC_FINALIZED;
    }
    struct gil_indicator saved = gil_err_save(ts);
    type->tp_finalize(self); /* may run anything */
    if (gil_err_pending(ts))
        GilErr_WriteUnraisable(self);
    gil_err_restore(ts, saved);
}

/* The reference that a dying object was lent. 0: it is dead again; -1: others remain, it lives on. */
static int
take_back(GilObject *self)
{
    if (self->ob_refcnt == 1) {
        self->ob_refcnt = 0;
        return 0;
    }
    if (self->ob_refcnt > 0) /* who became immortal has no count to take it off */
        self->ob_refcnt--;
    return -1;
}

int
GilObject_CallFinalizerFromDealloc(GilObject *self)
{
    gil_tstate_need(__func__);
    if (self == NULL) {
        gil_err_null(__func__);
        return 0;
    }
    GIL_REQUIRE(Gil_REFCNT(self) == 0, "object of type '%s' has references", Gil_TYPE(self)->tp_name);
    /* A whole object again while the finalizer looks at it. */
    self->ob_refcnt = 1;
    GilObject_CallFinalizer(self);
    return take_back(self);
}

struct gil_indicator
gil_dying_lend(GilThreadState *ts, GilObject *self)
{
    self->ob_refcnt = 1;
    return gil_err_save(ts);
}

int
gil_dying_take_back(GilThreadState *ts, GilObject *self, struct gil_indicator saved, const char *what)
{
    if (gil_err_pending(ts))
        GilErr_FormatUnraisable("Exception ignored in %s of '%s'", what, Gil_TYPE(self)->tp_name);
    gil_err_restore(ts, saved);
    return take_back(self);
}

/* Whether the type, not a base, says by tp_clear what its instances hold. */
static int
has_own_clear(const GilTypeObject *type)
{
    return gil_type_has_gc(type) && type->tp_clear != NULL && type->tp_clear != gil_heap_type_instance_clear &&
           type->tp_clear != type->tp_base->tp_clear;
}

/* Its tp_clear, for a destructor. 0, or -1: the object lives on. */
static int
call_clear(const GilTypeObject *type, GilObject *self)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_indicator saved = gil_dying_lend(ts, self);

    type->tp_clear(self); /* may run anything */
    if (gil_dying_take_back(ts, self, saved, "tp_clear") == 0)
        return 0;
    if (!gil_gc_is_tracked(self))
        gil_object_track(ts, self);
    return -1;
}

/* Let go of what the type itself, not a base, brought: by its tp_clear, and of the objects in members that could have been
   set. 0, or -1: the object lives on. May run anything. */
static int
clear_parts(GilTypeObject *type, GilObject *self)
{
    if (has_own_clear(type) && call_clear(type, self) < 0)
        return -1;
    if (type->tp_members == NULL)
        return 0;
    for (GilMemberDef *m = type->tp_members; m->name != NULL; m++)
        if (m->type == Gil_T_OBJECT_EX && !(m->flags & Gil_READONLY)) {
            GilObject **slot = (GilObject **)(void *)((char *)self + m->offset);
            Gil_CLEAR(*slot); /* nobody can reach the object */
        }
    return 0;
}

/* Whether the types between type and the base whose destructor is next brought the list of weak references. */
static int
brought_weakrefs(const GilTypeObject *type)
{
    const GilTypeObject *base = type;

    while (base->tp_dealloc == gil_heap_type_instance_dealloc)
        base = base->tp_base;
    return type->tp_weaklistoffset != 0 && base->tp_weaklistoffset == 0;
}

/* tp_del, the old form of a finalizer. 0, or -1: the object lives on. May run anything. */
static int
call_del(GilTypeObject *type, GilObject *self)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_indicator saved = gil_dying_lend(ts, self);

    type->tp_del(self);
    return gil_dying_take_back(ts, self, saved, "tp_del");
}

/*
 * The object is finalized, the parts that types without a destructor added are cleared, and the first other
 * destructor among the bases does the rest. A built-in one frees the memory and knows nothing of the type's
 * reference; one of a heap type gives that back itself.
 */
void
gil_heap_type_instance_dealloc(GilObject *self)
{
    GilTypeObject *type = Gil_TYPE(self), *base = type;

    if (type->tp_finalize != NULL && GilObject_CallFinalizerFromDealloc(self) < 0)
        return;
    if (brought_weakrefs(type))
        GilObject_ClearWeakRefs(self); /* may run anything */
    if (type->tp_del != NULL && call_del(type, self) < 0)
        return;
    if (gil_type_has_gc(type))
        gil_object_untrack(self);
    for (; base->tp_dealloc == gil_heap_type_instance_dealloc; base = base->tp_base)
        if (clear_parts(base, self) < 0)
            return;
    if (brought_weakrefs(type))
        gil_weakref_clear_silently(self);
    GilObject **dict = gil_brought_dict(self, base);
    if (dict != NULL)
        Gil_CLEAR(*dict); /* may run anything; nobody can reach the object */
    /* The type must outlive the base's destructor, which may give its reference back. */
    Gil_INCREF(type);
    int release = !gil_type_is_heap(base);
    base->tp_dealloc(self);
    if (release)
        Gil_DECREF(type);
    Gil_DECREF(type);
}
