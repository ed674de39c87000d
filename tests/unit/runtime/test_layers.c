/* SPDX-License-Identifier: MIT */
/* An interpreter's layers: all of them or none, and nothing left. */
#include "support/support.h"

#include "base/mem.h"
#include "gilrt/dict.h"
#include "gilrt/guard.h"
#include "gilrt/list.h"
#include "gilrt/state.h"
#include "runtime/layers.h"
#include "state/gate.h"
#include "state/tstate.h"

static const struct gil_interp_config starting = {.starting = 1};

static struct gil_leftovers
stop(GilThreadState *ts)
{
    struct gil_leftovers left;

    ck_assert_int_eq(gil_gate_shut(ts->interp->gate, 0), 0);
    gil_interp_close(ts);
    gil_layers_stop(ts, 0, &left);
    return left;
}

START_TEST(test_runtime_layers__start_and_stop)
{
    ck_assert_int_eq(gil_layers_ready_process(), 0);
    for (int i = 0; i < 3; i++) {
        GilThreadState *ts = gil_layers_start(&starting);
        ck_assert_ptr_nonnull(ts);
        ck_assert_ptr_eq(gil_tstate_attached(), ts);
        GilObject *dict = GilDict_New();
        ck_assert_ptr_nonnull(dict);
        Gil_DECREF(dict);
        struct gil_leftovers left = stop(ts);
        ck_assert_uint_eq(left.objects + left.blocks + left.bytes, 0);
        ck_assert_ptr_null(gil_tstate_attached());
    }
}
END_TEST

/* Half made it lets nobody in: who has a view of it is refused until it is opened. */
START_TEST(test_runtime_layers__lets_nobody_in_while_it_starts)
{
    ck_assert_int_eq(gil_layers_ready_process(), 0);
    GilThreadState *ts = gil_layers_start(&starting);
    GilInterpreterView *view = GilInterpreterView_FromMain();
    ck_assert_ptr_null(GilInterpreterGuard_FromView(view));
    gil_gate_reopen(ts->interp->gate);
    GilInterpreterGuard *guard = GilInterpreterGuard_FromView(view);
    ck_assert_ptr_nonnull(guard);
    GilInterpreterGuard_Close(guard);
    GilInterpreterView_Close(view);
    gil_gate_close(ts->interp->gate);
    stop(ts);
}
END_TEST

START_TEST(test_runtime_layers__two_at_once)
{
    ck_assert_int_eq(gil_layers_ready_process(), 0);
    GilThreadState *one = gil_layers_start(&starting);
    gil_tstate_detach(one, "test");
    GilThreadState *two = gil_layers_start(&starting);
    GilObject *kept = GilList_New(0);
    ck_assert_ptr_nonnull(kept);
    /* A reference of that one is lost, the other one does not know. */
    ck_assert_uint_eq(stop(two).objects, 1);
    gil_tstate_attach(one, "test");
    ck_assert_uint_eq(stop(one).objects, 0);
}
END_TEST

START_TEST(test_runtime_layers__each_lack_of_memory_leaves_nothing)
{
    struct gil_mem_stats before, after;
    GilThreadState *ts = NULL;

    ck_assert_int_eq(gil_layers_ready_process(), 0);
    stop(gil_layers_start(&starting));
    gil_raw_stats(&before);
    for (long nth = 1; ts == NULL; nth++) {
        gil_mem_fail_nth(nth, 1);
        ts = gil_layers_start(&starting);
        gil_mem_fail_nth(0, 0);
        gil_raw_stats(&after);
        ck_assert(ts != NULL || after.blocks == before.blocks);
        ck_assert_int_lt(nth, 10000);
    }
    stop(ts);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("runtime/layers");
    TCase *tc = tcase_create("layers");

    tcase_add_test(tc, test_runtime_layers__start_and_stop);
    tcase_add_test(tc, test_runtime_layers__lets_nobody_in_while_it_starts);
    tcase_add_test(tc, test_runtime_layers__two_at_once);
    tcase_add_test(tc, test_runtime_layers__each_lack_of_memory_leaves_nothing);
    suite_add_tcase(s, tc);
    return s;
}
