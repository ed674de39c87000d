/* SPDX-License-Identifier: MIT */
/* The module layer's pocket comes and goes with the interpreter. */
#include "support/support.h"

#include "base/mem.h"
#include "module/import.h"
#include "module/start.h"

START_TEST(test_module_start__pocket_is_empty_at_first)
{
    struct gil_module_pocket *pocket = gil_module_pocket(gil_tstate_attached());

    ck_assert_ptr_nonnull(pocket);
    ck_assert_ptr_null(pocket->newest);
    ck_assert_ptr_null(pocket->importing);
    ck_assert_ptr_nonnull(pocket->path.dirs);
}
END_TEST

/* Stop and start again within one interpreter, with each allocation failing. */
static int
restart(void *Gil_UNUSED(arg))
{
    GilThreadState *ts = gil_tstate_attached();

    if (gil_module_pocket(ts) != NULL)
        gil_module_interp_stop(ts);
    return gil_module_interp_start(ts);
}

START_TEST(test_module_start__without_memory_nothing_is_kept)
{
    GilThreadState *ts = gil_tstate_attached();
    struct gil_mem_stats before, after;

    ck_assert_int_eq(restart(NULL), 0);
    gil_module_interp_stop(ts);
    gil_heap_stats(ts->heap, &before);
    for (long nth = 1;; nth++) {
        gil_mem_fail_nth(nth, 0);
        int rc = gil_module_interp_start(ts);
        gil_mem_fail_nth(0, 0);
        if (rc == 0)
            break;
        ck_assert_ptr_null(gil_module_pocket(ts));
        gil_heap_stats(ts->heap, &after);
        ck_assert_uint_eq(after.blocks, before.blocks);
    }
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("module/start");
    TCase *tc = tcase_create("start");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_module_start__pocket_is_empty_at_first);
    tcase_add_test(tc, test_module_start__without_memory_nothing_is_kept);
    suite_add_tcase(s, tc);
    return s;
}
