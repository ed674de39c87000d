/* SPDX-License-Identifier: MIT */
/* Warnings reach the hook, or descriptor 2; a hook may make errors of them. */
#include "node.h"
#include "state/tstate.h"
#include "stderr.h"
#include "support/expect.h"

#include <stdio.h>

static struct {
    int calls, result;
    char message[64], filename[64], module[64];
    int lineno;
    GilObject *category, *source;
    void *arg;
    int error_pending;
    size_t size;
} seen;

static int
hook(const GilWarning *warning, void *arg)
{
    GilObject *text = GilObject_Str(warning->message);

    seen.calls++;
    seen.size = warning->size;
    seen.arg = arg;
    seen.category = warning->category;
    seen.source = warning->source;
    seen.lineno = warning->lineno;
    seen.error_pending = GilErr_Occurred() != NULL;
    snprintf(seen.message, sizeof seen.message, "%s", GilUnicode_AsUTF8(text));
    snprintf(seen.filename, sizeof seen.filename, "%s", warning->filename == NULL ? "-" : warning->filename);
    snprintf(seen.module, sizeof seen.module, "%s", warning->module == NULL ? "-" : warning->module);
    Gil_DECREF(text);
    if (seen.result < 0)
        GilErr_SetObject(warning->category, warning->message);
    return seen.result;
}

START_TEST(test_object_warnings__a_hook_is_told_everything)
{
    GilObject *message = GilUnicode_FromString("m"), *file = GilUnicode_FromString("f.c");
    GilObject *module = GilUnicode_FromString("mod");

    GilErr_SetWarningHook(hook, &seen);
    ck_assert_int_eq(GilErr_WarnEx(GilExc_UserWarning, "so \xc3\xa4\xff", 1), 0);
    ck_assert_int_eq(seen.calls, 1);
    ck_assert_ptr_eq(seen.arg, &seen);
    ck_assert_uint_eq(seen.size, sizeof(GilWarning));
    ck_assert_ptr_eq(seen.category, GilExc_UserWarning);
    ck_assert_str_eq(seen.message, "so \xc3\xa4\xef\xbf\xbd");
    ck_assert_str_eq(seen.filename, "-");
    ck_assert_str_eq(seen.module, "-");
    ck_assert_ptr_null(seen.source);

    ck_assert_int_eq(GilErr_WarnFormat(NULL, 1, "%d and %R", 5, message), 0);
    ck_assert_ptr_eq(seen.category, GilExc_RuntimeWarning);
    ck_assert_str_eq(seen.message, "5 and 'm'");
    ck_assert_int_eq(GilErr_WarnFormat(NULL, 1, "%s", ""), 0);
    ck_assert_str_eq(seen.message, "");
    ck_assert_int_eq(GilErr_ResourceWarning(message, 1, "unclosed %U", message), 0);
    ck_assert_ptr_eq(seen.category, GilExc_ResourceWarning);
    ck_assert_ptr_eq(seen.source, message);
    ck_assert_str_eq(seen.message, "unclosed m");
    ck_assert_int_eq(GilErr_WarnExplicit(GilExc_ImportWarning, "x", "a.c", 7, "mod", NULL), 0);
    ck_assert_str_eq(seen.filename, "a.c");
    ck_assert_str_eq(seen.module, "mod");
    ck_assert_int_eq(seen.lineno, 7);
    ck_assert_int_eq(GilErr_WarnExplicitObject(GilExc_FutureWarning, message, file, 8, module, NULL), 0);
    ck_assert_str_eq(seen.filename, "f.c");
    ck_assert_str_eq(seen.module, "mod");
    ck_assert_int_eq(seen.lineno, 8);
    ck_assert_int_eq(GilErr_WarnExplicitObject(GilExc_FutureWarning, message, file, 9, NULL, NULL), 0);
    ck_assert_int_eq(seen.lineno, 9);
    ck_assert_int_eq(seen.calls, 7);
    Gil_DECREF(message);
    Gil_DECREF(file);
    Gil_DECREF(module);
}
END_TEST

START_TEST(test_object_warnings__an_instance_names_its_class)
{
    GilObject *warning = GilObject_CallOneArg(GilExc_BytesWarning, Gil_None), *file = GilUnicode_FromString("f.c");

    GilErr_SetWarningHook(hook, NULL);
    ck_assert_int_eq(GilErr_WarnExplicitObject(GilExc_UserWarning, warning, file, 1, NULL, NULL), 0);
    ck_assert_ptr_eq(seen.category, GilExc_BytesWarning);
    Gil_DECREF(warning);
    Gil_DECREF(file);
}
END_TEST

START_TEST(test_object_warnings__a_hook_makes_errors_of_them)
{
    GilErr_SetWarningHook(hook, NULL);
    seen.result = -1;
    ck_assert_int_eq(GilErr_WarnEx(GilExc_UserWarning, "now an error", 1), -1);
    gil_expect_error(GilExc_UserWarning, "now an error");
}
END_TEST

static int
silent_failure(const GilWarning *Gil_UNUSED(warning), void *Gil_UNUSED(arg))
{
    return -1;
}

static int
satisfied_with_error(const GilWarning *Gil_UNUSED(warning), void *Gil_UNUSED(arg))
{
    GilErr_SetString(GilExc_ValueError, "not to be seen");
    return 0;
}

START_TEST(test_object_warnings__result_and_error_of_a_hook_agree)
{
    GilErr_SetWarningHook(silent_failure, NULL);
    ck_assert_int_eq(GilErr_WarnEx(NULL, "x", 1), -1);
    gil_expect_error(GilExc_SystemError, "a warning hook failed without an error");
    GilErr_SetWarningHook(satisfied_with_error, NULL);
    ck_assert_int_eq(GilErr_WarnEx(NULL, "x", 1), 0);
    ck_assert_ptr_null(GilErr_Occurred());
}
END_TEST

START_TEST(test_object_warnings__a_pending_error_is_put_aside)
{
    GilErr_SetWarningHook(hook, NULL);
    GilErr_SetString(GilExc_KeyError, "pending");
    ck_assert_int_eq(GilErr_WarnFormat(GilExc_UserWarning, 1, "%S", Gil_None), 0);
    ck_assert_int_eq(seen.error_pending, 0);
    ck_assert(GilErr_ExceptionMatches(GilExc_KeyError));
    seen.result = -1;
    ck_assert_int_eq(GilErr_WarnEx(GilExc_UserWarning, "stronger", 1), -1);
    gil_expect_error(GilExc_UserWarning, "stronger");
}
END_TEST

START_TEST(test_object_warnings__without_a_hook_a_line_is_printed)
{
    catch_stderr();
    ck_assert_int_eq(GilErr_WarnEx(GilExc_UserWarning, "look here", 1), 0);
    ck_assert_int_eq(GilErr_WarnExplicit(NULL, "and here", "a.c", 12, NULL, NULL), 0);
    ck_assert_int_eq(GilErr_WarnEx(GilExc_DeprecationWarning, "unseen", 1), 0);
    ck_assert_int_eq(GilErr_WarnEx(GilExc_PendingDeprecationWarning, "unseen", 1), 0);
    ck_assert_int_eq(GilErr_WarnEx(GilExc_ImportWarning, "unseen", 1), 0);
    ck_assert_int_eq(GilErr_ResourceWarning(NULL, 1, "unseen"), 0);
    expect_printed("UserWarning: look here\na.c:12: RuntimeWarning: and here\n");

    /* With and without again. */
    GilErr_SetWarningHook(hook, NULL);
    GilErr_SetWarningHook(NULL, NULL);
    catch_stderr();
    ck_assert_int_eq(GilErr_WarnEx(NULL, "printed again", 1), 0);
    expect_printed("RuntimeWarning: printed again\n");
    ck_assert_int_eq(seen.calls, 0);
}
END_TEST

START_TEST(test_object_warnings__wrong_calls)
{
    GilObject *text = GilUnicode_FromString("x");

    ck_assert_int_eq(GilErr_WarnEx(GilExc_ValueError, "x", 1), -1);
    gil_expect_error(GilExc_TypeError, "category must be a Warning subclass, not 'type'");
    ck_assert_int_eq(GilErr_WarnFormat(text, 1, "x"), -1);
    gil_expect_error(GilExc_TypeError, "category must be a Warning subclass, not 'str'");
    ck_assert_int_eq(GilErr_WarnExplicitObject(text, text, text, 1, NULL, NULL), -1);
    gil_expect_raised(GilExc_TypeError);
    ck_assert_int_eq(GilErr_WarnEx(NULL, NULL, 1), -1);
    gil_expect_error(GilExc_SystemError, "GilErr_WarnEx: NULL argument");
    ck_assert_int_eq(GilErr_WarnFormat(NULL, 1, NULL), -1);
    gil_expect_raised(GilExc_SystemError);
    ck_assert_int_eq(GilErr_ResourceWarning(NULL, 1, NULL), -1);
    gil_expect_raised(GilExc_SystemError);
    ck_assert_int_eq(GilErr_WarnExplicit(NULL, "x", NULL, 1, NULL, NULL), -1);
    gil_expect_raised(GilExc_SystemError);
    ck_assert_int_eq(GilErr_WarnExplicitObject(NULL, NULL, text, 1, NULL, NULL), -1);
    gil_expect_raised(GilExc_SystemError);
    ck_assert_int_eq(GilErr_WarnExplicitObject(NULL, text, Gil_None, 1, NULL, NULL), -1);
    gil_expect_raised(GilExc_TypeError);
    ck_assert_int_eq(GilErr_WarnExplicitObject(NULL, text, text, 1, Gil_None, NULL), -1);
    gil_expect_raised(GilExc_TypeError);
    ck_assert_int_eq(GilErr_WarnFormat(NULL, 1, "%y", 1), -1);
    gil_expect_raised(GilExc_SystemError);
    Gil_DECREF(text);
}
END_TEST

static int
count_only(const GilWarning *Gil_UNUSED(warning), void *arg)
{
    ++*(int *)arg;
    return 0;
}

static int
warn_again(const GilWarning *Gil_UNUSED(warning), void *arg)
{
    ++*(int *)arg;
    return GilErr_WarnEx(GilExc_UserWarning, "again", 1);
}

/* Where the stack ends its warning is printed. */
START_TEST(test_object_warnings__a_hook_that_warns_ends)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    char *limit = ts->stack_limit;
    int calls = 0;

    GilErr_SetWarningHook(warn_again, &calls);
    catch_stderr();
    ts->stack_limit = (char *)__builtin_frame_address(0) - ((uintptr_t)32 << 10); /* as if no more were left */
    int rc = GilErr_WarnEx(GilExc_UserWarning, "first", 1);
    ts->stack_limit = limit;
    expect_printed("UserWarning: again\n");
    ck_assert_int_eq(rc, 0);
    ck_assert_int_gt(calls, 1);
    GilErr_SetWarningHook(NULL, NULL);
}
END_TEST

static int
warn_step(void *arg)
{
    if (GilErr_WarnEx(GilExc_UserWarning, "text", 1) < 0 || GilErr_WarnFormat(NULL, 1, "%R", arg) < 0)
        return -1;
    return 0;
}

START_TEST(test_object_warnings__without_memory)
{
    GilObject *text = GilUnicode_FromString("a\nb");
    int calls = 0;

    GilErr_SetWarningHook(count_only, &calls);
    gil_test_oom_loop(warn_step, text);
    ck_assert_int_gt(calls, 2);
    Gil_DECREF(text);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("object/warnings");
    TCase *tc = tcase_create("warnings");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_object_warnings__a_hook_is_told_everything);
    tcase_add_test(tc, test_object_warnings__an_instance_names_its_class);
    tcase_add_test(tc, test_object_warnings__a_hook_makes_errors_of_them);
    tcase_add_test(tc, test_object_warnings__result_and_error_of_a_hook_agree);
    tcase_add_test(tc, test_object_warnings__a_pending_error_is_put_aside);
    tcase_add_test(tc, test_object_warnings__without_a_hook_a_line_is_printed);
    tcase_add_test(tc, test_object_warnings__wrong_calls);
    tcase_add_test(tc, test_object_warnings__a_hook_that_warns_ends);
    tcase_add_test(tc, test_object_warnings__without_memory);
    suite_add_tcase(s, tc);
    return s;
}
