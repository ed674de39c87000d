/* SPDX-License-Identifier: MIT */
/* <gilrt/exception.h> as its users see it. */
#include "support/probe.h"
#include "support/support.h"

START_TEST(test_api_exception__parts)
{
    GilObject *exc = GilObject_CallFunction(GilExc_ValueError, "s", "text"), *cause = GilObject_CallNoArgs(GilExc_KeyError);
    GilObject *args = GilException_GetArgs(exc), *none = GilTuple_New(0);
    gil_test_repr(args, "('text',)");
    ck_assert_int_eq(GilException_SetArgs(exc, none), 0);
    gil_test_str(exc, "");
    ck_assert_int_eq(GilException_SetArgs(exc, Gil_None), -1);
    gil_test_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilException_GetCause(exc));
    ck_assert_ptr_null(GilException_GetContext(exc));
    ck_assert_ptr_null(GilException_GetTraceback(exc));
    ck_assert_ptr_null(GilErr_Occurred());
    GilException_SetCause(exc, Gil_NewRef(cause));
    GilException_SetContext(exc, Gil_NewRef(cause));
    GilObject *found = GilException_GetCause(exc), *context = GilException_GetContext(exc);
    ck_assert_ptr_eq(found, cause);
    ck_assert_ptr_eq(context, cause);
    Gil_DECREF(found);
    Gil_DECREF(context);
    GilException_SetCause(exc, NULL);
    GilException_SetContext(exc, NULL);
    ck_assert_int_eq(Gil_REFCNT(cause), 1);
    ck_assert_int_eq(GilException_SetTraceback(exc, Gil_None), 0);
    ck_assert_int_eq(GilException_SetTraceback(exc, cause), -1);
    gil_test_error(GilExc_TypeError, "__traceback__ must be a traceback or None");
    Gil_DECREF(args);
    Gil_DECREF(cause);
    Gil_DECREF(exc);
}
END_TEST

START_TEST(test_api_exception__checks_and_name)
{
    GilObject *exc = GilObject_CallNoArgs(GilExc_ValueError);
    ck_assert(GilExceptionInstance_Check(exc) && !GilExceptionInstance_Check(Gil_None));
    ck_assert(GilExceptionClass_Check(GilExc_ValueError) && !GilExceptionClass_Check(exc));
    ck_assert(!GilExceptionClass_Check((GilObject *)&GilList_Type));
    ck_assert_ptr_eq(GilExceptionInstance_Class(exc), GilExc_ValueError);
    ck_assert_str_eq(GilExceptionClass_Name(GilExc_ValueError), "ValueError");
    ck_assert_ptr_null(GilExceptionClass_Name(exc));
    gil_test_raised(GilExc_SystemError);
    Gil_DECREF(exc);
}
END_TEST

START_TEST(test_api_exception__setters_steal_even_on_failure)
{
    GilObject *exc = GilObject_CallNoArgs(GilExc_ValueError), *probe = gil_test_probe(1, 1, NULL);
    GilException_SetCause(exc, Gil_NewRef(probe));
    gil_test_raised(GilExc_TypeError);
    GilException_SetContext(Gil_None, Gil_NewRef(probe));
    gil_test_raised(GilExc_TypeError);
    ck_assert_int_eq(Gil_REFCNT(probe), 1);
    Gil_DECREF(probe);
    Gil_DECREF(exc);
}
END_TEST

START_TEST(test_api_exception__unicode_errors)
{
    GilObject *exc = GilUnicodeDecodeError_Create("utf-8", "a\xff", 2, 1, 2, "bad"), *part;
    Gil_ssize_t at;
    part = GilUnicodeDecodeError_GetEncoding(exc);
    gil_test_str(part, "utf-8");
    Gil_DECREF(part);
    part = GilUnicodeDecodeError_GetObject(exc);
    gil_test_repr(part, "b'a\\xff'");
    Gil_DECREF(part);
    part = GilUnicodeDecodeError_GetReason(exc);
    gil_test_str(part, "bad");
    Gil_DECREF(part);
    ck_assert_int_eq(GilUnicodeDecodeError_GetStart(exc, &at), 0);
    ck_assert_int_eq(at, 1);
    ck_assert_int_eq(GilUnicodeDecodeError_GetEnd(exc, &at), 0);
    ck_assert_int_eq(at, 2);
    ck_assert_ptr_null(GilUnicodeEncodeError_GetObject(exc));
    gil_test_raised(GilExc_TypeError);
    Gil_DECREF(exc);

    exc = GilObject_CallFunction(GilExc_UnicodeEncodeError, "ssiis", "ascii", "\xc3\xa9", 0, 1, "no");
    part = GilUnicodeEncodeError_GetEncoding(exc);
    gil_test_str(part, "ascii");
    Gil_DECREF(part);
    part = GilUnicodeEncodeError_GetObject(exc);
    gil_test_str(part, "\xc3\xa9");
    Gil_DECREF(part);
    part = GilUnicodeEncodeError_GetReason(exc);
    gil_test_str(part, "no");
    Gil_DECREF(part);
    ck_assert_int_eq(GilUnicodeEncodeError_GetStart(exc, &at), 0);
    ck_assert_int_eq(at, 0);
    ck_assert_int_eq(GilUnicodeEncodeError_GetEnd(exc, &at), 0);
    ck_assert_int_eq(at, 1);
    Gil_DECREF(exc);
    ck_assert_ptr_null(GilUnicodeDecodeError_Create(NULL, "", 0, 0, 0, "x"));
    gil_test_raised(GilExc_SystemError);
}
END_TEST

START_TEST(test_G13_exception_calls_refuse_other_types)
{
    ck_assert_ptr_null(GilException_GetArgs(Gil_None));
    gil_test_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilException_GetArgs(NULL));
    gil_test_raised(GilExc_SystemError);
    ck_assert_int_eq(GilException_SetArgs(Gil_None, NULL), -1);
    gil_test_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilException_GetCause(Gil_None));
    gil_test_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilException_GetContext(Gil_None));
    gil_test_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilException_GetTraceback(Gil_None));
    gil_test_raised(GilExc_TypeError);
    ck_assert_int_eq(GilException_SetTraceback(Gil_None, Gil_None), -1);
    gil_test_raised(GilExc_TypeError);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/exception");
    TCase *tc = tcase_create("exception");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_exception__parts);
    tcase_add_test(tc, test_api_exception__checks_and_name);
    tcase_add_test(tc, test_api_exception__setters_steal_even_on_failure);
    tcase_add_test(tc, test_api_exception__unicode_errors);
    tcase_add_test(tc, test_G13_exception_calls_refuse_other_types);
    suite_add_tcase(s, tc);
    return s;
}
