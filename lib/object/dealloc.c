/* SPDX-License-Identifier: MIT */
/*
 * The end of objects: destruction of any nesting in constant stack.
 *
 * A destructor gives back what its object holds, and that may be the last reference to the next object, and so on: a
 * list of ten million links would need ten million nested calls. The usual cure puts a pair of macros into every
 * destructor of a container, and forgets one. Here it stands in the one place that all destruction passes, for all
 * types.
 *
 * State: ts->dealloc_depth counts the destructors now running in this thread, nested; ts->dealloc_later is a stack of
 * dead objects that wait, linked through their reference counts, which nobody needs any more. A link is stored
 * complemented, so it reads as a negative count: whoever still meets the object, in a list of tracked objects or through
 * a weak reference, takes it for an immortal one, which it will not count; gil_object_is_alive() tells them apart.
 *
 *   - Up to NESTED_MAX levels, while the native stack is not low, destructors nest: the common case, one counter up and
 *     down.
 *   - Beyond, the object is put on the stack, and the destructor that wanted it gone returns at once as if it were.
 *   - The outermost call works the stack off before it returns. It does so with the depth at 1, so that a destructor
 *     which it runs there finds an outermost call above itself and never works the stack off too.
 *   - At depth 0 there is nobody to leave the object to: it is destroyed at once, however low the stack is. Two levels below it
 *     are as well: what an object's own code puts the dying object into, such as a list, must be gone when that code returns, or
 *     it would keep the object, and its end would begin anew without an end (finalize.c).
 *
 * Both limits are needed. The stack may end earlier than its bounds say (see recursion.c); and depth alone does not
 * know how much stack a destructor takes.
 *
 * Most objects are plain: numbers, octets. They hold nothing, nothing nests in their end, and it is that of their block
 * (GIL_TPFLAGS_PLAIN). Their tp_dealloc is for subclasses, which come to it from gil_heap_type_instance_dealloc().
 *
 * The awkward moments. A finalizer may do anything, drop the interpreter's lock included: other threads have lists of
 * their own. It may destroy more objects: they nest or wait like others. An object on the list has no references, so no
 * finalizer can reach it. A thread that leaves a destructor by longjmp or an exception leaves the counter behind;
 * native code must not do that (the manual says so).
 *
 * The pending error: what a destructor runs must not disturb the error of the code that dropped the reference, and
 * finds none pending itself. Finalizers save and restore it (finalize.c); destructors that call other code do so
 * themselves. A debug build checks it around every destructor.
 */
#include "object/dealloc.h"

#include "object/alloc.h"
#include "object/error.h"
#include "object/recursion.h"
#include "object/type.h"

/* At some 300 bytes a level in plain destructors, and a kilobyte in rich ones, 48 KiB at the most. */
#define NESTED_MAX 48
#define NESTED_ALWAYS 2

static void
put_off(GilThreadState *ts, GilObject *op)
{
    op->ob_refcnt = ~(Gil_ssize_t)(uintptr_t)ts->dealloc_later;
    ts->dealloc_later = op;
}

static GilObject *
take_put_off(GilThreadState *ts)
{
    GilObject *op = ts->dealloc_later;

    ts->dealloc_later = (void *)(uintptr_t)~op->ob_refcnt;
    op->ob_refcnt = 0;
    return op;
}

#ifdef GIL_DEBUG
/* A destructor may put the error aside and back, which makes an exception object of what was class and text. */
static int
same_error(const struct gil_indicator *before, const struct gil_indicator *now)
{
    if (before->type != NULL && !before->normalized && now->normalized)
        return 1;
    return now->type == before->type && now->value == before->value;
}
#endif

static inline void
destroy(GilThreadState *ts, GilObject *op)
{
#ifdef GIL_DEBUG
    struct gil_indicator before = ts->err;
    const char *name = Gil_TYPE(op)->tp_name;
    Gil_TYPE(op)->tp_dealloc(op);
    GIL_REQUIRE(same_error(&before, &ts->err), "the destructor of '%s' changed the pending error", name);
#else
    (void)ts;
    Gil_TYPE(op)->tp_dealloc(op);
#endif
}

static __attribute__((noinline)) void
destroy_nested(GilThreadState *ts, GilObject *op)
{
    if (ts->dealloc_depth >= NESTED_MAX || (ts->dealloc_depth > NESTED_ALWAYS && gil_stack_is_low(ts))) {
        put_off(ts, op);
        return;
    }
    ts->dealloc_depth++;
    destroy(ts, op);
    ts->dealloc_depth--;
}

/* The thread is not attached, or a reference was given back that nobody had: op's destructor runs, or its memory is free. */
static __attribute__((noreturn, cold, noinline)) void
refuse(const GilThreadState *ts, GilObject *op)
{
    const char *name;

    if (ts == NULL)
        gil_tstate_panic_detached("_Gil_Dealloc");
#ifdef GIL_BURIES
    name = gil_heap_buried(ts->heap, op);
    if (name == NULL)
        name = Gil_TYPE(op)->tp_name;
#else
    name = Gil_TYPE(op)->tp_name;
#endif
    gil_panic("Gil_DECREF", "an object at %p of type '%s' lost more references than it had", (void *)op, name);
}

/*
 * Plain objects pass straight through, with one place for all refusals; then comes what is outermost, which looks at nothing
 * but what waits.
 */
GIL_HOT void
_Gil_Dealloc(GilObject *op)
{
    GilThreadState *ts = gil_tstate_attached();

    if (GIL_UNLIKELY(ts == NULL || op->ob_refcnt != 0))
        refuse(ts, op);
    if (GIL_LIKELY(Gil_TYPE(op)->tp_flags & GIL_TPFLAGS_PLAIN)) {
        gil_object_give(op, op);
        return;
    }
    if (GIL_UNLIKELY(ts->dealloc_depth != 0)) {
        destroy_nested(ts, op);
        return;
    }
    ts->dealloc_depth = 1;
    destroy(ts, op);
    while (GIL_UNLIKELY(ts->dealloc_later != NULL))
        destroy(ts, take_put_off(ts));
    ts->dealloc_depth = 0;
}

void
gil_plain_dealloc(GilObject *self)
{
    Gil_TYPE(self)->tp_free(self);
}

void
gil_dealloc_put_off(GilThreadState *ts)
{
    GIL_ASSERT(ts != NULL && (ts != gil_tstate_attached() || ts->dealloc_depth == 0));
    while (ts->dealloc_later != NULL) {
        GilObject *op = take_put_off(ts);
        op->ob_refcnt = 1;
        Gil_DECREF(op);
    }
}

void
Gil_IncRef(GilObject *op)
{
    gil_tstate_need(__func__);
    Gil_XINCREF(op);
}

void
Gil_DecRef(GilObject *op)
{
    gil_tstate_need(__func__);
    Gil_XDECREF(op);
}
