/* SPDX-License-Identifier: MIT */
/*
 * Generations, and when they are collected.
 *
 * Most objects die young, so the young are looked at often and the old seldom. An object begins in the youngest
 * generation; what survives a collection goes to the next. Collecting a generation collects the younger ones with it.
 *
 * When. The object layer counts down a quota at each object that is tracked, and at its end sets _Gil_BRK_COLLECT in the
 * breaker word of the thread that made the object. Nothing else happens there: whoever makes an object may hold
 * borrowed pointers, and a half-built object of his own. The collection runs at that thread's next
 * safe point (gil_gc_serve() in collect.c), where anything may run in any case. If there never is one, the next quota
 * asks the thread that spends it; nothing is lost but memory.
 *
 *   - The youngest is collected when threshold[0] objects were tracked. CPython counts those that have died off the sum;
 *     here that would cost each destruction a detour to the interpreter. The price of not doing so is a short collection a
 *     quota for a program whose objects all die by themselves: it finds few objects in the list, and looks at those only.
 *   - The middle one when the youngest was collected threshold[1] times, the old one when the middle one was
 *     threshold[2] times, and besides only when what came into it since is more than a quarter of what it had. A heap
 *     that grows for ever is therefore gone through at sizes that grow geometrically, and the whole cost stays
 *     proportional to the number of objects (M. von Löwis, 2008).
 *
 * Where the interpreter has a memory limit its heap asks as well, when its room goes to an end (base/mem.c says when,
 * and why not more often): counts know nothing of bytes, and 2 000 lists of a few kilobytes are more than many limits.
 * Then everything is collected, for it is not known in which generation the garbage is.
 *
 * Frozen objects are in a fourth list, which is never collected.
 */
#include "gc/generation.h"

#include "gc/verify.h"
#include "object/error.h"

#include <stdlib.h>

#define THRESHOLD_YOUNG 2000
#define THRESHOLD_OLDER 10
/* A heap under stress is gone through when it has grown by this part: at every object while it is small, and in linear
 * time when it is not. */
#define STRESS_SHARE 1024

/* Let the object layer count to the next time that it asks. */
static void
set_quota(GilThreadState *ts)
{
    const struct gil_gc *gc = gil_gc(ts);
    struct gil_object_pocket *pocket = gil_object_pocket(ts);

    pocket->quota_full = gc->enabled && gc->threshold[0] != 0 ? gc->threshold[0] : SIZE_MAX;
#ifdef GIL_DEBUG
    if (gc->stress != 0 && gc->enabled)
        pocket->quota_full = gc->verified / STRESS_SHARE > gc->stress ? gc->verified / STRESS_SHARE : gc->stress;
#endif
    pocket->quota = pocket->quota_full;
    pocket->quotas = 0;
}

size_t
gil_gc_young_count(const GilThreadState *ts)
{
    const struct gil_object_pocket *pocket = gil_object_pocket(ts);
    return gil_gc(ts)->count[0] + pocket->quotas * pocket->quota_full + (pocket->quota_full - pocket->quota);
}

/* What was counted down goes to the sum, and the quota begins anew. */
static void
take_count(GilThreadState *ts)
{
    gil_gc(ts)->count[0] = gil_gc_young_count(ts);
    set_quota(ts);
}

void
gil_gc_ask(GilThreadState *ts)
{
    gil_fetch_or_seq_cst(&ts->block.brk, _Gil_BRK_COLLECT);
}

/* What the heap calls in an allocation. */
static void
ask_attached(void)
{
    GilThreadState *ts = gil_tstate_attached();

    if (ts != NULL)
        gil_gc_ask(ts);
}

#ifdef GIL_DEBUG
static void
verify_and_go_on(GilThreadState *ts)
{
    gil_gc_verify_all(ts);
    take_count(ts);
}
#endif

/*
 * Whether looking for garbage could find some in a crowded heap: it has taken chunks since the last time, or, in the gaps of those that
 * it had, objects were tracked: a sixteenth of what lived then, and as many as half a young generation has, so that one full of what
 * lives is not gone through at each refusal.
 */
static int
may_have_garbage(const GilThreadState *ts)
{
    const struct gil_gc *gc = gil_gc(ts);

    return ts->heap->mapped > ts->heap->low ||
           gc->since + gc->count[1] * gc->threshold[0] + gil_gc_young_count(ts) >
               gc->old / 16 + gc->threshold[0] / 2;
}

int
gil_gc_due(const GilThreadState *ts)
{
    const struct gil_gc *gc = gil_gc(ts);

    if (!gc->enabled || gc->threshold[0] == 0)
        return -1;
#ifdef GIL_DEBUG
    if (gc->stress != 0)
        return GIL_GC_OLD;
#endif
    if (gil_heap_is_crowded(ts->heap) && may_have_garbage(ts))
        return GIL_GC_OLD;
    if (gc->count[2] >= gc->threshold[2] && gc->threshold[2] != 0 && gc->since > gc->old / 4)
        return GIL_GC_OLD;
    if (gc->count[1] >= gc->threshold[1] && gc->threshold[1] != 0)
        return GIL_GC_MIDDLE;
    return gil_gc_young_count(ts) >= gc->threshold[0] ? GIL_GC_YOUNG : -1;
}

void
gil_gc_collected(GilThreadState *ts, unsigned generation, size_t survivors)
{
    struct gil_gc *gc = gil_gc(ts);

    take_count(ts);
    for (unsigned i = 0; i <= generation; i++)
        gc->count[i] = 0;
    if (generation < GIL_GC_OLD)
        gc->count[generation + 1]++;
    if (generation == GIL_GC_MIDDLE)
        gc->since += survivors;
    if (generation == GIL_GC_OLD) {
        gc->old = survivors;
        gc->since = 0;
        gil_heap_collected(ts->heap);
    }
}

GIL_COLD int
gil_gc_generations_start(GilThreadState *ts)
{
    struct gil_gc *gc = gil_heap_calloc(ts->heap, 1, sizeof *gc);

    if (gc == NULL)
        return -1;
    for (int i = 0; i < 3; i++)
        gil_gc_list_init(&gc->older[i]);
    gil_gc_list_init(&gc->trash);
    gil_gc_list_init(&gc->seen);
    gc->threshold[0] = THRESHOLD_YOUNG;
    gc->threshold[1] = gc->threshold[2] = THRESHOLD_OLDER;
    gc->enabled = 1;
    gc->stats.size = sizeof gc->stats;
#ifdef GIL_DEBUG
    const char *stress = getenv("GIL_GC_STRESS");
    if (stress != NULL)
        gc->stress = (size_t)strtoul(stress, NULL, 10);
    gil_object_pocket(ts)->spent = gc->stress != 0 ? verify_and_go_on : NULL;
#endif
    ts->interp->pocket[GIL_POCKET_GC] = gc;
    set_quota(ts);
    gil_heap_watch(ts->heap, ask_attached);
    return 0;
}

void
gil_gc_generations_stop(GilThreadState *ts)
{
    gil_object_pocket(ts)->quota = 0; /* what is still made asks for nothing */
    gil_heap_watch(ts->heap, NULL);
    gil_heap_free(gil_gc(ts));
    ts->interp->pocket[GIL_POCKET_GC] = NULL;
}

int
GilGC_Enable(void)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    int before = gil_gc(ts)->enabled;

    gil_gc(ts)->enabled = 1;
    take_count(ts);
    return before;
}

int
GilGC_Disable(void)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    int before = gil_gc(ts)->enabled;

    gil_gc(ts)->enabled = 0;
    take_count(ts);
    return before;
}

int
GilGC_IsEnabled(void)
{
    return gil_gc(gil_tstate_need(__func__))->enabled;
}

/* The number of a generation that is collected; -1 with ValueError. */
static int
check_generation(const char *func, int generation)
{
    if (generation >= GIL_GC_YOUNG && generation <= GIL_GC_OLD)
        return 0;
    GilErr_Format(GilExc_ValueError, "%s: there is no generation %d", func, generation);
    return -1;
}

int
GilGC_SetThreshold(int generation, size_t threshold)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (check_generation(__func__, generation) < 0)
        return -1;
    gil_gc(ts)->threshold[generation] = threshold;
    take_count(ts);
    return 0;
}

Gil_ssize_t
GilGC_GetThreshold(int generation)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (check_generation(__func__, generation) < 0)
        return -1;
    size_t threshold = gil_gc(ts)->threshold[generation];
    return threshold < (size_t)GIL_SSIZE_T_MAX ? (Gil_ssize_t)threshold : GIL_SSIZE_T_MAX;
}

Gil_ssize_t
GilGC_GetCount(int generation)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (check_generation(__func__, generation) < 0)
        return -1;
    return (Gil_ssize_t)(generation == GIL_GC_YOUNG ? gil_gc_young_count(ts) : gil_gc(ts)->count[generation]);
}

GIL_COLD void
GilGC_Freeze(void)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_gc *gc = gil_gc(ts);

    take_count(ts);
    for (unsigned i = GIL_GC_YOUNG; i < GIL_GC_FROZEN; i++) {
        gil_gc_rename(gil_gc_generation(ts, i), GIL_GC_FROZEN);
        gil_gc_splice(gil_gc_generation(ts, GIL_GC_FROZEN), gil_gc_generation(ts, i));
        gc->count[i] = 0;
    }
    gc->old = gc->since = 0;
}

void
GilGC_Unfreeze(void)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_gc_head *frozen = gil_gc_generation(ts, GIL_GC_FROZEN);

    gil_gc(ts)->old += gil_gc_length(frozen);
    gil_gc_rename(frozen, GIL_GC_OLD);
    gil_gc_splice(gil_gc_generation(ts, GIL_GC_OLD), frozen);
}

Gil_ssize_t
GilGC_GetFreezeCount(void)
{
    return (Gil_ssize_t)gil_gc_length(gil_gc_generation(gil_tstate_need(__func__), GIL_GC_FROZEN));
}
