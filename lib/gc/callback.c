/* SPDX-License-Identifier: MIT */
/*
 * Callbacks around collections.
 *
 * They stand in a list, in the order in which they were added, and may add and remove callbacks, themselves included.
 * A collection does not begin inside of another, so one walk of the list goes on at a time: a removed element keeps its
 * place without a function until the walk is over, which ends with the element that was the last when it began. What is added
 * meanwhile has to wait for the next walk: one that removes and adds itself would never let this one end.
 */
#include "gc/callback.h"

#include "object/error.h"

struct gil_gc_callback {
    struct gil_gc_callback *next; /* [gil] */
    GilGC_Callback function;      /* [gil] NULL: removed */
    void *arg;                    /* [const] */
};

/* Give removed elements back, or all of them. */
static void
sweep(struct gil_gc *gc, int all)
{
    struct gil_gc_callback **link = &gc->callbacks;

    while (*link != NULL) {
        struct gil_gc_callback *callback = *link;
        if (callback->function == NULL || all) {
            *link = callback->next;
            gil_heap_free(callback);
        }
        else
            link = &callback->next;
    }
}

void
gil_gc_call_back(GilThreadState *ts, const GilGCInfo *info)
{
    struct gil_gc *gc = gil_gc(ts);
    struct gil_gc_callback *callback = gc->callbacks, *last = callback;

    while (last != NULL && last->next != NULL)
        last = last->next;
    for (; callback != NULL; callback = callback != last ? callback->next : NULL) {
        if (callback->function == NULL)
            continue;
        callback->function(info, callback->arg); /* may run anything */
        if (gil_err_pending(ts))
            GilErr_WriteUnraisable(NULL);
    }
    sweep(gc, 0);
}

void
gil_gc_callbacks_stop(GilThreadState *ts)
{
    sweep(gil_gc(ts), 1);
}

int
GilGC_AddCallback(GilGC_Callback callback, void *arg)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (callback == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    struct gil_gc_callback *added = gil_heap_malloc(ts->heap, sizeof *added), **link = &gil_gc(ts)->callbacks;
    if (added == NULL) {
        gil_err_no_memory(ts);
        return -1;
    }
    *added = (struct gil_gc_callback){.function = callback, .arg = arg};
    while (*link != NULL)
        link = &(*link)->next;
    *link = added;
    return 0;
}

int
GilGC_RemoveCallback(GilGC_Callback callback, void *arg)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_gc *gc = gil_gc(ts);

    if (callback == NULL) {
        gil_err_null(__func__);
        return -1;
    }
    for (struct gil_gc_callback *each = gc->callbacks; each != NULL; each = each->next)
        if (each->function == callback && each->arg == arg) {
            each->function = NULL;
            if (gc->collector == NULL)
                sweep(gc, 0);
            return 1;
        }
    return 0;
}
