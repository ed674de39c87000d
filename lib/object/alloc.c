/* SPDX-License-Identifier: MIT */
/*
 * Memory of objects.
 *
 * An object's block comes from the heap of the interpreter whose lock the thread holds. For a type with
 * Gil_TPFLAGS_HAVE_GC the block begins 16 bytes before the object (object/gchead.h); blocks are aligned to 16 bytes, so
 * objects are as well. Who frees an object must still know its type, since the type says where the block begins: every
 * destructor frees first and gives the type back after.
 *
 * The list of weak references is empty from the beginning, and so is the place of an instance's dict, whoever fills the
 * other fields; and an object that still has
 * some is not freed, since they would lead to memory that is somebody else's.
 */
#include "object/alloc.h"

#include "object/error.h"
#include "object/instance_dict.h"
#include "object/type.h"
#include "object/weakref.h"
#include "sync/mutex.h"

/* What <gilrt/object.h> and <gilrt/gc.h> know for their inline paths. */
_Static_assert(offsetof(struct _GilTypeLook, basicsize) == offsetof(GilTypeObject, tp_basicsize) &&
                   offsetof(struct _GilTypeLook, flags) == offsetof(GilTypeObject, tp_flags),
               "the looked-at part of a type is ABI");
/* NOLINTNEXTLINE(misc-redundant-expression): two names are meant to be one number. */
_Static_assert(_Gil_TYPE_GC == Gil_TPFLAGS_HAVE_GC && sizeof(struct gil_gc_head) == 2 * sizeof(uintptr_t), "and this");
_Static_assert(_Gil_LISTS == GIL_HEAP_FINE / 16 && offsetof(struct gil_chunk, free) == 0 && sizeof(struct _GilFreeList) == sizeof(void *),
               "and this");

size_t
gil_object_size(const GilTypeObject *type, Gil_ssize_t nitems)
{
    size_t basic = (size_t)type->tp_basicsize, items;

    if (type->tp_flags & GIL_TPFLAGS_MANAGED)
        basic = gil_type_managed_end(type);
    if (nitems == 0)
        return basic;
    if (nitems < 0 || __builtin_mul_overflow((size_t)nitems, (size_t)type->tp_itemsize, &items) ||
        __builtin_add_overflow(items, basic, &items) || items > (size_t)GIL_SSIZE_T_MAX - sizeof(struct gil_gc_head))
        return 0;
    return items;
}

static void
empty_lists(GilObject *object)
{
    struct gil_weakref **weak = gil_weakref_list(object);
    GilObject **dict = gil_instance_dict_slot(object);

    if (weak != NULL)
        *weak = NULL;
    if (dict != NULL)
        *dict = NULL;
}

static inline GilObject *
init_head(void *op, GilTypeObject *type)
{
    GilObject *object = op;

    object->ob_refcnt = 1;
    object->ob_type = type;
    Gil_INCREF(type); /* no store for the built-in ones, which are immortal */
    if ((type->tp_flags & GIL_TPFLAGS_BARE) == 0)
        empty_lists(object);
    return object;
}

/* The one body of all that allocate. */
static GilObject *
alloc_size(GilThreadState *ts, GilTypeObject *type, size_t size)
{
    if (gil_type_has_gc(type)) {
        struct gil_gc_head *head = NULL;
        if (size <= (size_t)GIL_SSIZE_T_MAX - sizeof *head)
            head = gil_heap_malloc(ts->heap, sizeof *head + size);
        if (head == NULL)
            return gil_err_no_memory(ts);
        head->next = NULL;
        head->prev = 0;
        gil_census_enter(head, sizeof *head);
        return init_head(head + 1, type);
    }
    void *op = gil_heap_malloc(ts->heap, size);
    if (op == NULL)
        return gil_err_no_memory(ts);
    gil_census_enter(op, 0);
    return init_head(op, type);
}

GilObject *
gil_object_alloc_size(GilThreadState *ts, GilTypeObject *type, size_t size)
{
    return alloc_size(ts, type, size);
}

GilObject *
gil_object_alloc(GilThreadState *ts, GilTypeObject *type, Gil_ssize_t nitems)
{
    size_t size = gil_object_size(type, nitems);

    return GIL_LIKELY(size != 0) ? alloc_size(ts, type, size) : gil_err_no_memory(ts);
}

#ifdef GIL_DEBUG
void
gil_object_check_home(const GilObject *op, const void *block)
{
    const GilThreadState *ts = gil_tstate_attached();
    const struct gil_heap *heap = gil_heap_of(block);
    long long home = -1;

    if (heap == ts->heap)
        return;
    gil_mutex_lock(&gil_states_mutex);
    for (const GilInterpreterState *each = gil_interp_first(); each != NULL; each = each->next)
        if (each->heap == heap)
            home = (long long)each->id;
    gil_mutex_unlock(&gil_states_mutex);
    gil_panic("Gil_DECREF", "an object at %p of type '%s' belongs to interpreter %lld and ends in interpreter %lld", (const void *)op,
              Gil_TYPE(op)->tp_name, home, (long long)ts->interp_id);
}
#endif

GIL_HOT void
gil_object_free(GilObject *op)
{
    unsigned long flags = Gil_TYPE(op)->tp_flags;

    if ((flags & GIL_TPFLAGS_BARE) == 0) {
        struct gil_weakref **weak = gil_weakref_list(op);
        GIL_REQUIRE(weak == NULL || *weak == NULL,
                    "a '%s' object has weak references: its tp_dealloc must call GilObject_ClearWeakRefs() first",
                    Gil_TYPE(op)->tp_name);
    }
    void *block = op;
    if (flags & Gil_TPFLAGS_HAVE_GC) {
        gil_gc_unlink_last(op);
        block = gil_gc_head(op);
    }
    gil_object_give(op, block);
}

void
gil_object_tp_free(void *op)
{
    gil_object_free(op);
}

GilObject *
GilObject_Init(GilObject *op, GilTypeObject *type)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (type == NULL)
        return gil_err_null(__func__);
    return op != NULL ? init_head(op, type) : gil_err_no_memory(ts);
}

GilVarObject *
GilObject_InitVar(GilVarObject *op, GilTypeObject *type, Gil_ssize_t size)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (type == NULL)
        return gil_err_null(__func__);
    if (op == NULL)
        return gil_err_no_memory(ts);
    init_head(op, type);
    op->ob_size = size;
    return op;
}

GIL_HOT GilObject *
_GilObject_New(GilTypeObject *type)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (GIL_UNLIKELY(type == NULL))
        return gil_err_null(__func__);
    GilObject *op = gil_type_has_gc(type) ? NULL : gil_object_alloc_quick(ts, type, 0);
    return GIL_LIKELY(op != NULL) ? op : gil_object_alloc(ts, type, 0);
}

GilVarObject *
_GilObject_NewVar(GilTypeObject *type, Gil_ssize_t size)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (type == NULL)
        return gil_err_null(__func__);
    GilVarObject *op = (GilVarObject *)(void *)gil_object_alloc(ts, type, size);
    if (op != NULL)
        op->ob_size = size;
    return op;
}

/* Zero what follows the head; up to four words in place, not in a loop, for compilers make a call of that. */
static inline void
clear_fields(GilObject *op, size_t size)
{
    uint64_t *word = (uint64_t *)(void *)(op + 1);

    if (size > sizeof *op + 4 * sizeof *word || size % sizeof *word != 0) {
        memset(word, 0, size - sizeof *op);
        return;
    }
    switch ((size - sizeof *op) / sizeof *word) {
    case 4:
        word[3] = 0; /* fall through */
    case 3:
        word[2] = 0; /* fall through */
    case 2:
        word[1] = 0; /* fall through */
    case 1:
        word[0] = 0;
    }
}

GilObject *
GilType_GenericAlloc(GilTypeObject *type, Gil_ssize_t nitems)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (type == NULL)
        return gil_err_null(__func__);
    size_t size = (size_t)type->tp_basicsize;
    GilObject *op = NULL;
    if (GIL_LIKELY(nitems == 0))
        op = gil_type_has_gc(type) ? gil_object_alloc_quick(ts, type, 1) : gil_object_alloc_quick(ts, type, 0);
    if (GIL_UNLIKELY(op == NULL)) {
        /* Here, for types can be referred to weakly, and are never had the quick way. Zeros are no type. */
        if (type->tp_flags & Gil_TPFLAGS_TYPE_SUBCLASS)
            return gil_err_bad_value(__func__, "no metaclass");
        size = gil_object_size(type, nitems);
        op = gil_object_alloc(ts, type, nitems);
        if (op == NULL)
            return NULL;
    }
    clear_fields(op, size);
    if (type->tp_itemsize != 0)
        Gil_SET_SIZE(op, nitems);
    if (gil_type_has_gc(type))
        gil_object_track_new(ts, op);
    return op;
}

GilObject *
GilType_GenericNew(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    gil_tstate_need(__func__);
    (void)args;
    (void)kwargs;
    return type != NULL ? type->tp_alloc(type, 0) : gil_err_null(__func__);
}
