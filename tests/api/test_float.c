/* SPDX-License-Identifier: MIT */
/* <gilrt/float.h> as a stranger uses it. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_api_float__there_and_back)
{
    GilObject *op = GilFloat_FromDouble(0.1), *text = GilUnicode_FromString(" 2.5e-1 ");
    ck_assert(GilFloat_Check(op) && GilFloat_CheckExact(op));
    ck_assert(GilFloat_AsDouble(op) == 0.1);
    ck_assert(GilFloat_AS_DOUBLE(op) == 0.1);
    gil_expect_repr(op, "0.1");
    gil_expect_repr(GilFloat_FromString(text), "0.25");
    Gil_DECREF(text);
    ck_assert_ptr_null(GilFloat_FromString(NULL));
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/float");
    TCase *tc = tcase_create("float");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_float__there_and_back);
    suite_add_tcase(s, tc);
    return s;
}
