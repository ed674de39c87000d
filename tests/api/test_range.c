/* SPDX-License-Identifier: MIT */
/* <gilrt/range.h> as a stranger uses it. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_api_range__is_made_and_walked)
{
    GilObject *range = GilObject_CallFunction((GilObject *)(void *)&GilRange_Type, "iii", 10, 0, -3), *item;
    ck_assert(GilRange_Check(range));
    ck_assert_int_eq(GilSequence_Size(range), 4);
    GilObject *it = GilObject_GetIter(range);
    ck_assert(Gil_IS_TYPE(it, &GilRangeIter_Type));
    long expected = 10;
    while (GilIter_NextItem(it, &item) == 1) {
        ck_assert_int_eq(GilLong_AsLong(item), expected);
        expected -= 3;
        Gil_DECREF(item);
    }
    ck_assert_int_eq(expected, -2);
    Gil_DECREF(it);
    gil_expect_repr(range, "range(10, 0, -3)");
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/range");
    TCase *tc = tcase_create("range");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_range__is_made_and_walked);
    suite_add_tcase(s, tc);
    return s;
}
