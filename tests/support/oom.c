/* SPDX-License-Identifier: MIT */
/* Helpers that use the library's fault injection: hidden symbols, so for programs linked with libcore only. */
#include "support/support.h"

#include "base/mem.h"
#include "state/tstate.h"

#include <gilrt.h>

/* More allocations than any step makes: a loop that gets here does not end by itself. */
#define STEPS_MAX 10000

/* The test's own inline paths look where the library's do. */
static void
ask_for_lists(void)
{
    if (_Gil_thread != NULL)
        _Gil_thread->lists = gil_heap_lists(((GilThreadState *)(void *)_Gil_thread)->heap);
}

void
gil_test_fail_alloc(long nth, int again)
{
    gil_mem_fail_nth(nth, again);
    ask_for_lists();
}

void
gil_test_fail_alloc_off(void)
{
    gil_mem_fail_nth(0, 0);
    ask_for_lists();
}

static size_t
blocks_alive(void)
{
    struct gil_mem_stats raw, heap;

    gil_raw_stats(&raw);
    gil_heap_stats(gil_tstate_need(__func__)->heap, &heap);
    return raw.blocks + heap.blocks;
}

/* One run of the step with the nth allocation failing, and each again-th after it; returns whether any failure was delivered. */
static int
run_failing(gil_test_step step, void *arg, long nth, int again)
{
    const char *mode = again == 0 ? "only it" : again == 1 ? "all from there" : "and others after it";
    size_t before = blocks_alive();

    gil_test_fail_alloc(nth, again);
    int rc = step(arg);
    int delivered = gil_mem_fail_count() > 0;
    gil_test_fail_alloc_off();

    if (rc == 0)
        ck_assert_msg(GilErr_Occurred() == NULL, "allocation %ld failing (%s): success with an error set", nth, mode);
    else {
        ck_assert_msg(delivered, "failed though every allocation worked (%ld asked for)", nth);
        ck_assert_msg(GilErr_Occurred() != NULL && GilErr_ExceptionMatches(GilExc_MemoryError),
                      "allocation %ld failing (%s): the error is not MemoryError", nth, mode);
        GilErr_Clear();
    }
    size_t after = blocks_alive();
    ck_assert_msg(after == before, "allocation %ld failing (%s): %zu blocks before, %zu after", nth, mode, before,
                  after);
    return delivered;
}

void
gil_test_oom_loop(gil_test_step step, void *arg)
{
    ck_assert_int_eq(step(arg), 0);
    for (long nth = 1; nth < STEPS_MAX; nth++) {
        int delivered = run_failing(step, arg, nth, 0);
        delivered |= run_failing(step, arg, nth, 1);
        if (!delivered)
            return;
    }
    ck_abort_msg("still failing after %d allocations", STEPS_MAX);
}

void
gil_test_oom_pairs(gil_test_step step, void *arg)
{
    ck_assert_int_eq(step(arg), 0);
    for (int gap = 2; gap <= 6; gap++)
        for (long nth = 1; run_failing(step, arg, nth, gap); nth++)
            ck_assert_int_lt(nth, STEPS_MAX);
}
