/* SPDX-License-Identifier: MIT */
/* <gilrt/call.h> as a stranger uses it. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_api_call__methods_and_types)
{
    GilObject *list = GilObject_CallNoArgs((GilObject *)&GilList_Type), *name = GilUnicode_FromString("append");
    Gil_DECREF(GilObject_CallMethod(list, "append", "i", 4));
    Gil_DECREF(GilObject_CallMethod(list, "extend", "((ii))", 5, 6));
    Gil_DECREF(GilObject_CallMethodOneArg(list, name, Gil_None));
    gil_expect_repr(list, "[4, 5, 6, None]");
    gil_expect_repr(GilObject_CallFunction((GilObject *)&GilLong_Type, "s", "12"), "12");
    gil_expect_repr(GilObject_CallFunctionObjArgs((GilObject *)&GilBool_Type, name, NULL), "True");
    Gil_DECREF(name);
}
END_TEST

START_TEST(test_api_call__nargs_hide_the_offset_bit)
{
    ck_assert_int_eq(GilVectorcall_NARGS(3 | GIL_VECTORCALL_ARGUMENTS_OFFSET), 3);
    ck_assert_int_eq(GilVectorcall_NARGS((size_t)0), 0);
}
END_TEST

START_TEST(test_api_call__null_is_refused)
{
    GilObject *none[1] = {NULL};
    ck_assert_ptr_null(GilObject_CallNoArgs(NULL));
    GilErr_Clear();
    ck_assert_ptr_null(GilObject_Vectorcall((GilObject *)&GilList_Type, NULL, 1, NULL));
    GilErr_Clear();
    ck_assert_ptr_null(GilObject_VectorcallMethod(Gil_None, none, 1, NULL));
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/call");
    TCase *tc = tcase_create("call");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_call__methods_and_types);
    tcase_add_test(tc, test_api_call__nargs_hide_the_offset_bit);
    tcase_add_test(tc, test_api_call__null_is_refused);
    suite_add_tcase(s, tc);
    return s;
}
