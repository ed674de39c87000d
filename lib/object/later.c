/* SPDX-License-Identifier: MIT */
/* References that a thread without the lock gives back. */
#include "object/later.h"

#include "base/mem.h"
#include "gilrt/guard.h"
#include "gilrt/state.h"
#include "state/gate.h"
#include "state/interp.h"
#include "state/tstate.h"

#include <errno.h>

/*
 * A count is changed by plain accesses of whoever holds the lock, so another thread must not touch it; and the object
 * lives, so there is no field of it that could be a link, as there is in dead ones (dealloc.c). What is left is
 * memory for a pending call.
 *
 * Three sources, each when the one before has none: the allocator; the nodes of the interpreter's ring, which others
 * may have used up; and no memory at all, by entering the interpreter and giving the reference back there and then.
 * That last one can fail too, if the thread has no state there and none can be had, or the interpreter is closing:
 * then the caller is told, and keeps the reference.
 */
struct later {
    GilPendingNode node;
    GilObject *object;
};

static int
give_back(void *object)
{
    Gil_DECREF((GilObject *)object);
    return 0;
}

static int
give_back_later(void *arg)
{
    struct later *later = arg;

    return give_back(gil_later_take(&later->node));
}

GilPendingNode *
gil_later_new(GilObject *object)
{
    struct later *later = gil_raw_malloc(sizeof *later);

    if (later == NULL)
        return NULL;
    GilPendingNode_Init(&later->node, give_back_later, later);
    later->object = object;
    return &later->node;
}

GilObject *
gil_later_take(GilPendingNode *node)
{
    struct later *later = (struct later *)(void *)node;
    GilObject *object = NULL;

    if (later != NULL) {
        object = later->object;
        gil_raw_free(later);
    }
    return object;
}

/* Without memory of any kind. */
static int
give_back_now(GilInterpreterView *view, GilObject *object)
{
    const GilThreadState *ts = gil_tstate_attached();

    if (ts != NULL && ts->interp->id == GilInterpreterView_GetID(view))
        return give_back(object);
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    if (token == NULL)
        return GIL_PENDING_FULL;
    Gil_DECREF(object);
    GilThreadState_Release(token);
    return 0;
}

int
GilObject_DecrefLater(GilInterpreterView *view, GilObject *object)
{
    int saved = errno, rc;

    if (view == NULL)
        return GIL_PENDING_ENDED;
    if (object == NULL)
        return 0;
    GilPendingNode *node = gil_later_new(object);
    if (node != NULL) {
        rc = GilPending_Post(view, node);
        if (rc < 0)
            gil_later_take(node);
    }
    else if ((rc = GilPending_Add(view, give_back, object)) == GIL_PENDING_FULL)
        rc = give_back_now(view, object);
    errno = saved;
    return rc;
}
