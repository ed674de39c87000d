/* SPDX-License-Identifier: MIT */
/* What an interpreter leaves behind is counted. */
#include "unit/object/node.h"

#include "gc/start.h"
#include "gc/track.h"

START_TEST(test_gc_start__leftovers_are_counted)
{
    size_t before = gil_gc_left();
    GilObject *list = GilList_New(1);

    /* A circle, which is collected at the end, and two lists whose references are lost. */
    ck_assert_ptr_nonnull(GilList_New(0));
    GilList_SetItem(list, 0, list);
    ck_assert_ptr_nonnull(GilList_New(0));
    (void)Gil_FinalizeEx();
    ck_assert_uint_eq(gil_gc_left(), before + 2);
    gil_test_start();
    ck_assert_int_eq(gil_gc_start(), 0);
    gil_gc_check(gil_tstate_need(__func__));
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[2];

    tests[0] = test_gc_start__leftovers_are_counted;
    return suite_of_one("gc/start", tests);
}
