/* SPDX-License-Identifier: MIT */
/* None, NotImplemented and Ellipsis. */
#include "support/expect.h"
#include "support/support.h"

#include "value/none.h"

#include <gilrt.h>

START_TEST(test_value_none__each_is_the_only_one_of_its_type)
{
    GilObject *all[] = {Gil_None, Gil_NotImplemented, Gil_Ellipsis};
    const char *names[] = {"None", "NotImplemented", "Ellipsis"};
    for (int i = 0; i < 3; i++) {
        GilObject *type = (GilObject *)(void *)Gil_TYPE(all[i]);
        ck_assert(GilUnstable_IsImmortal(all[i]));
        ck_assert_ptr_eq(GilObject_CallNoArgs(type), all[i]);
        ck_assert_ptr_null(GilObject_CallOneArg(type, Gil_None));
        GilErr_Clear();
        gil_expect_text(GilObject_Repr(all[i]), names[i]);
        gil_expect_text(GilObject_Str(all[i]), names[i]);
        ck_assert_int_ne(GilObject_Hash(all[i]), -1);
    }
    gil_expect_failure(GilObject_CallOneArg((GilObject *)(void *)&_GilNone_Type, Gil_None), GilExc_TypeError,
                       "NoneType takes no arguments");
}
END_TEST

START_TEST(test_value_none__truth)
{
    ck_assert_int_eq(GilObject_IsTrue(Gil_None), 0);
    ck_assert_int_eq(GilObject_IsTrue(Gil_Ellipsis), 1);
    ck_assert_int_eq(GilObject_IsTrue(Gil_NotImplemented), -1);
    gil_expect_error(GilExc_TypeError, "NotImplemented should not be used in a boolean context");
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/none");
    TCase *tc = tcase_create("none");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_none__each_is_the_only_one_of_its_type);
    tcase_add_test(tc, test_value_none__truth);
    suite_add_tcase(s, tc);
    return s;
}
