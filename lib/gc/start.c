/* SPDX-License-Identifier: MIT */
/* Start and stop of the collector's layer. */
#include "gc/start.h"

#include "base/atomic.h"
#include "gc/callback.h"
#include "gc/generation.h"
#include "gc/track.h"

static size_t left; /* [atomic] all interpreters' */

int
gil_gc_start(void)
{
    return 0;
}

int
gil_gc_interp_start(GilThreadState *ts)
{
    return gil_gc_generations_start(ts);
}

void
gil_gc_interp_stop(GilThreadState *ts)
{
#ifdef GIL_DEBUG
    gil_gc_check(ts);
#endif
    gil_fetch_add_relaxed(&left, gil_gc_count(ts)); /* a count, read alone: it orders nothing */
    gil_gc_callbacks_stop(ts);
    gil_gc_generations_stop(ts);
}

size_t
gil_gc_left(void)
{
    return gil_load_relaxed(&left);
}
