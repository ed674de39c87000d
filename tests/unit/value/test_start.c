/* SPDX-License-Identifier: MIT */
/* Start and stop of the value layer. */
#include "base/mem.h"
#include "object/ops.h"
#include "support/support.h"
#include "value/start.h"

#include <gilrt.h>

#include <string.h>

START_TEST(test_value_start__every_call_from_below_is_there)
{
    void *calls[sizeof gil_ops / sizeof(void *)];
    memcpy(calls, &gil_ops, sizeof gil_ops);
    ck_assert_int_le(Gil_ARRAY_LENGTH(calls), 20);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(calls); i++)
        ck_assert_ptr_nonnull(calls[i]);
}
END_TEST

START_TEST(test_value_start__interpreter_has_a_pocket)
{
    struct gil_value_pocket *pocket = gil_value_pocket(gil_tstate_need(__func__));
    ck_assert_ptr_nonnull(pocket);
    ck_assert_ptr_nonnull(pocket->memory_error);
}
END_TEST

START_TEST(test_J1_value_interp_start)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_value_pocket *kept = gil_value_pocket(ts);
    long nth = 1;
    for (;; nth++) {
        struct gil_mem_stats before, after;
        ts->interp->pocket[GIL_POCKET_VALUE] = NULL;
        gil_heap_stats(ts->heap, &before);
        gil_mem_fail_nth(nth, 1);
        int rc = gil_value_interp_start(ts);
        gil_mem_fail_nth(0, 0);
        if (rc == 0)
            gil_value_interp_stop(ts);
        ck_assert_ptr_null(ts->interp->pocket[GIL_POCKET_VALUE]);
        gil_heap_stats(ts->heap, &after);
        ck_assert_uint_eq(before.blocks, after.blocks);
        if (rc == 0)
            break;
    }
    ck_assert_int_gt(nth, 2);
    ts->interp->pocket[GIL_POCKET_VALUE] = kept;
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/start");
    TCase *tc = tcase_create("start");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_start__every_call_from_below_is_there);
    tcase_add_test(tc, test_value_start__interpreter_has_a_pocket);
    tcase_add_test(tc, test_J1_value_interp_start);
    suite_add_tcase(s, tc);
    return s;
}
