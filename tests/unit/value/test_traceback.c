/* SPDX-License-Identifier: MIT */
/* Entries of tracebacks: what they hold, and that adding them never disturbs the error. */
#include "support/expect.h"
#include "support/support.h"

#include "gilrt/call.h"
#include "gilrt/exception.h"
#include "gilrt/list.h"
#include "gilrt/long.h"
#include "value/traceback.h"

START_TEST(test_value_traceback__entries_are_chained)
{
    GilErr_SetString(GilExc_ValueError, "x");
    ck_assert_int_eq(GilTraceBack_Add("in\xc3\xa4ner", "deep.c", 7), 0);
    ck_assert_int_eq(GilTraceBack_Add("outer\xff", "high.c", 70), 0);
    GilObject *exc = GilErr_GetRaisedException(), *outer = GilException_GetTraceback(exc);
    ck_assert_ptr_nonnull(outer);
    ck_assert(GilTraceBack_Check(outer));
    gil_expect_repr(GilObject_GetAttrString(outer, "tb_lineno"), "70");
    gil_expect_text(GilObject_GetAttrString(outer, "tb_filename"), "high.c");
    gil_expect_text(GilObject_GetAttrString(outer, "tb_name"), "outer\xef\xbf\xbd");
    GilObject *inner = GilObject_GetAttrString(outer, "tb_next");
    ck_assert(GilTraceBack_Check(inner));
    gil_expect_repr(GilObject_GetAttrString(inner, "tb_lineno"), "7");
    gil_expect_text(GilObject_GetAttrString(inner, "tb_name"), "in\xc3\xa4ner");
    gil_expect_repr(GilObject_GetAttrString(inner, "tb_next"), "None");

    ck_assert_ptr_eq(GilObject_GetAttrString(exc, "__traceback__"), outer);
    Gil_DECREF(outer);
    ck_assert_int_eq(GilException_SetTraceback(exc, inner), 0);
    GilObject *now = GilException_GetTraceback(exc);
    ck_assert_ptr_eq(now, inner);
    Gil_DECREF(now);
    ck_assert_int_eq(GilException_SetTraceback(exc, Gil_None), 0);
    ck_assert_ptr_null(GilException_GetTraceback(exc));
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_int_eq(GilException_SetTraceback(exc, exc), -1);
    gil_expect_error(GilExc_TypeError, "__traceback__ must be a traceback or None");
    ck_assert_int_eq(GilException_SetTraceback(exc, NULL), -1);
    gil_expect_raised(GilExc_TypeError);
    Gil_DECREF(inner);
    Gil_DECREF(outer);
    Gil_DECREF(exc);
}
END_TEST

static int
fails(void)
{
    GilErr_SetString(GilExc_KeyError, "k");
    return GilTraceBack_Here();
}

START_TEST(test_value_traceback__here_is_where_it_stands)
{
    ck_assert_int_eq(fails(), 0);
    GilObject *exc = GilErr_GetRaisedException(), *tb = GilException_GetTraceback(exc);
    gil_expect_text(GilObject_GetAttrString(tb, "tb_name"), "fails");
    gil_expect_text(GilObject_GetAttrString(tb, "tb_filename"), __FILE__);
    Gil_DECREF(tb);
    Gil_DECREF(exc);
}
END_TEST

START_TEST(test_value_traceback__no_error_no_entry)
{
    ck_assert_int_eq(GilTraceBack_Add("f", "a.c", 1), -1);
    gil_expect_error(GilExc_SystemError, "GilTraceBack_Add: no error is pending");
    ck_assert_int_eq(GilTraceBack_Add(NULL, "a.c", 1), -1);
    gil_expect_error(GilExc_SystemError, "GilTraceBack_Add: NULL argument");
    ck_assert_int_eq(GilTraceBack_Add("f", NULL, 1), -1);
    gil_expect_error(GilExc_SystemError, "GilTraceBack_Add: NULL argument");
    ck_assert_ptr_null(GilObject_CallNoArgs((GilObject *)&GilTraceBack_Type));
    gil_expect_raised(GilExc_TypeError);
}
END_TEST

START_TEST(test_value_traceback__the_memory_error_that_all_share_gets_none)
{
    gil_test_fail_alloc(1, 1);
    GilErr_NoMemory();
    GilErr_SetRaisedException(GilErr_GetRaisedException());
    gil_test_fail_alloc_off();
    ck_assert_int_eq(GilTraceBack_Add("f", "a.c", 1), -1);
    GilObject *exc = GilErr_GetRaisedException();
    ck_assert(GilErr_GivenExceptionMatches(exc, GilExc_MemoryError));
    ck_assert_ptr_null(GilException_GetTraceback(exc));
    Gil_DECREF(exc);
}
END_TEST

START_TEST(test_value_traceback__without_memory_the_error_stays)
{
    GilErr_SetString(GilExc_ValueError, "x");
    GilErr_SetRaisedException(GilErr_GetRaisedException()); /* made already: only the entry needs memory */
    for (int n = 1; n < 4; n++) {
        gil_test_fail_alloc(n, 1);
        int rc = GilTraceBack_Add("f", "a.c", 1);
        gil_test_fail_alloc_off();
        ck_assert(GilErr_ExceptionMatches(GilExc_ValueError));
        ck_assert_int_eq(rc, n == 1 || rc == -1 ? -1 : 0);
    }
    GilErr_Clear();
}
END_TEST

START_TEST(test_value_traceback__a_long_way_ends_in_constant_stack)
{
    GilErr_SetString(GilExc_ValueError, "x");
    for (int i = 0; i < 100000; i++)
        ck_assert_int_eq(GilTraceBack_Add("f", "a.c", i), 0);
    GilErr_Clear();
}
END_TEST

START_TEST(test_value_traceback__parts_are_text)
{
    GilObject *tb, *notes, *exc = GilObject_CallNoArgs(GilExc_ValueError);

    gil_traceback_ops_parts(exc, &tb, &notes);
    ck_assert(tb == NULL && notes == NULL);
    GilErr_SetRaisedException(exc);
    for (int i = 0; i < 1100; i++)
        ck_assert_int_eq(GilTraceBack_Add("f", "a.c", 1), 0);
    exc = GilErr_GetRaisedException();
    ck_assert_int_eq(GilObject_SetAttrString(exc, "__notes__", Gil_None), 0);
    gil_traceback_ops_parts(exc, &tb, &notes);
    ck_assert_ptr_null(notes);
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_int_eq(GilUnicode_Count(tb, GilUnicode_FromString("File"), 0, GIL_SSIZE_T_MAX), 1000);
    Gil_DECREF(tb);
    gil_test_fail_alloc(1, 1);
    gil_traceback_ops_parts(exc, &tb, &notes);
    gil_test_fail_alloc_off();
    ck_assert(tb == NULL && notes == NULL);
    ck_assert_ptr_null(GilErr_Occurred());
    Gil_DECREF(exc);
}
END_TEST

/* What is left out is the outermost, and the last notes; and that something is, is said. */
START_TEST(test_value_traceback__what_is_left_out_is_told)
{
    GilObject *tb, *notes, *note = GilUnicode_FromString("note"), *list = GilList_New(0);

    for (int i = 0; i < 1001; i++)
        ck_assert_int_eq(GilList_Append(list, note), 0);
    GilErr_SetString(GilExc_ValueError, "x");
    for (int i = 0; i < 1003; i++)
        ck_assert_int_eq(GilTraceBack_Add("f", "a.c", i), 0);
    GilObject *exc = GilErr_GetRaisedException();
    ck_assert_int_eq(GilObject_SetAttrString(exc, "__notes__", list), 0);
    gil_traceback_ops_parts(exc, &tb, &notes);
    const char *text = GilUnicode_AsUTF8(tb), *first = "  [3 outer entries left out]\n  File \"a.c\", line 999, in f\n";
    const char *last = "  File \"a.c\", line 1, in f\n  File \"a.c\", line 0, in f\n";
    ck_assert_ptr_eq(strstr(text, first), strchr(text, '\n') + 1);
    ck_assert_str_eq(text + strlen(text) - strlen(last), last);
    text = GilUnicode_AsUTF8(notes);
    ck_assert_str_eq(text + 1000 * strlen("note\n"), "[further notes left out]\n");
    Gil_DECREF(notes);
    Gil_DECREF(tb);
    Gil_DECREF(exc);
    Gil_DECREF(note);
    Gil_DECREF(list);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/traceback");
    TCase *tc = tcase_create("traceback");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_traceback__entries_are_chained);
    tcase_add_test(tc, test_value_traceback__here_is_where_it_stands);
    tcase_add_test(tc, test_value_traceback__no_error_no_entry);
    tcase_add_test(tc, test_value_traceback__the_memory_error_that_all_share_gets_none);
    tcase_add_test(tc, test_value_traceback__without_memory_the_error_stays);
    tcase_add_test(tc, test_value_traceback__a_long_way_ends_in_constant_stack);
    tcase_add_test(tc, test_value_traceback__parts_are_text);
    tcase_add_test(tc, test_value_traceback__what_is_left_out_is_told);
    suite_add_tcase(s, tc);
    return s;
}
