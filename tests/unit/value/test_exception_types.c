/* SPDX-License-Identifier: MIT */
/* The table of exception classes. */
#include "support/support.h"
#include "value/exception.h"

START_TEST(test_value_exception_types__hierarchy)
{
    struct {
        GilObject *class, *base;
        const char *name;
    } rows[] = {
        {GilExc_Exception, GilExc_BaseException, "Exception"},
        {GilExc_SystemExit, GilExc_BaseException, "SystemExit"},
        {GilExc_KeyError, GilExc_LookupError, "KeyError"},
        {GilExc_ZeroDivisionError, GilExc_ArithmeticError, "ZeroDivisionError"},
        {GilExc_ModuleNotFoundError, GilExc_ImportError, "ModuleNotFoundError"},
        {GilExc_BrokenPipeError, GilExc_ConnectionError, "BrokenPipeError"},
        {GilExc_ConnectionError, GilExc_OSError, "ConnectionError"},
        {GilExc_RecursionError, GilExc_RuntimeError, "RecursionError"},
        {GilExc_UnicodeDecodeError, GilExc_UnicodeError, "UnicodeDecodeError"},
        {GilExc_UnicodeError, GilExc_ValueError, "UnicodeError"},
        {GilExc_UserWarning, GilExc_Warning, "UserWarning"},
    };
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(rows); i++) {
        GilTypeObject *type = (GilTypeObject *)(void *)rows[i].class;
        ck_assert(GilExceptionClass_Check(rows[i].class));
        ck_assert(GilUnstable_IsImmortal(rows[i].class));
        ck_assert_ptr_eq(type->tp_base, (GilTypeObject *)(void *)rows[i].base);
        ck_assert_str_eq(type->tp_name, rows[i].name);
        ck_assert_ptr_nonnull(type->tp_doc);
    }
}
END_TEST

START_TEST(test_value_exception_types__each_layout_holds_what_its_base_holds)
{
    GilTypeObject *types[] = {
        (GilTypeObject *)(void *)GilExc_ValueError, (GilTypeObject *)(void *)GilExc_TimeoutError,
        (GilTypeObject *)(void *)GilExc_ModuleNotFoundError, (GilTypeObject *)(void *)GilExc_UnicodeEncodeError,
    };
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(types); i++)
        ck_assert_int_ge(types[i]->tp_basicsize, types[i]->tp_base->tp_basicsize);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/exception_types");
    TCase *tc = tcase_create("types");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_exception_types__hierarchy);
    tcase_add_test(tc, test_value_exception_types__each_layout_holds_what_its_base_holds);
    suite_add_tcase(s, tc);
    return s;
}
