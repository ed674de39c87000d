/* SPDX-License-Identifier: MIT */
/* Everything that the library prints goes to the host's hook, and nothing to standard error. */
#include "support/support.h"

#include <gilrt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char heard[4000];
static int stderr_end;

static void
hear(const char *text, size_t size, void *data)
{
    ck_assert_ptr_eq(data, heard);
    ck_assert_uint_gt(size, 0);
    ck_assert_int_eq(text[size - 1], '\n');
    ck_assert_uint_lt(strlen(heard) + size, sizeof heard);
    strncat(heard, text, size);
}

/* Standard error becomes a pipe that is looked into at the end. */
static void
watch_stderr(void)
{
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    stderr_end = ends[0];
}

static void
ck_assert_stderr_is_empty(void)
{
    char text[200] = "";

    close(STDERR_FILENO);
    ck_assert_int_eq(read(stderr_end, text, sizeof text - 1), 0);
    ck_assert_str_eq(text, "");
}

static void
ck_assert_heard(const char *text)
{
    ck_assert_msg(strstr(heard, text) != NULL, "\"%s\" is not in \"%s\"", text, heard);
    heard[0] = '\0';
}

START_TEST(test_api_print__errors_and_warnings_go_to_the_hook)
{
    gil_test_start();
    watch_stderr();
    Gil_SetErrorPrintHook(hear, heard);
    GilErr_SetString(GilExc_ValueError, "wrong");
    GilErr_Print();
    ck_assert_heard("ValueError: wrong\n");
    GilErr_SetString(GilExc_KeyError, "gone");
    GilErr_FormatUnraisable("while %s", "testing");
    ck_assert_heard("while testing:\nKeyError: 'gone'\n");
    ck_assert_int_eq(GilErr_WarnEx(GilExc_UserWarning, "careful", 1), 0);
    ck_assert_heard("UserWarning: careful\n");
    gil_test_stop();
    ck_assert_stderr_is_empty();
}
END_TEST

START_TEST(test_api_print__reports_of_the_end_go_to_the_hook)
{
    GilConfig config;

    watch_stderr();
    Gil_SetErrorPrintHook(hear, heard);
    GilConfig_Init(&config);
    config.report_leaks = 1;
    ck_assert(!GilStatus_Exception(Gil_InitializeFromConfig(&config)));
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    ck_assert_int_eq(Gil_FinalizeTimed(0), GIL_FINALIZE_BUSY);
    ck_assert_heard("a guard is open for ");
    GilInterpreterGuard_Close(guard);
    ck_assert_ptr_nonnull(GilList_New(0));
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    ck_assert_heard("gilrt: left at the end: 1 of type list");
    ck_assert_stderr_is_empty();
}
END_TEST

static void
tell(const char *sentence, void *data)
{
    (void)data;
    if (write(STDERR_FILENO, "told: ", 6) < 0 || write(STDERR_FILENO, sentence, strlen(sentence)) < 0)
        _exit(3);
}

static void
misuse(void *unused)
{
    (void)unused;
    Gil_SetFatalHook(tell, NULL);
    GilThreadState_Get();
}

START_TEST(test_api_print__misuse_is_told_to_the_fatal_hook)
{
    gil_test_expect_abort(misuse, NULL, "told: gilrt: fatal: GilThreadState_Get: the calling thread is not attached");
}
END_TEST

/* A host that has closed descriptor 2 loses what is printed, and nothing else. */
START_TEST(test_api_print__closed_standard_error_loses_the_text_only)
{
    gil_test_start();
    close(STDERR_FILENO);
    GilErr_SetString(GilExc_ValueError, "wrong");
    GilErr_Print();
    ck_assert_ptr_null(GilErr_Occurred());
    GilErr_SetString(GilExc_KeyError, "gone");
    GilErr_WriteUnraisable(NULL);
    ck_assert_int_eq(GilErr_WarnEx(GilExc_UserWarning, "careful", 1), 0);
    gil_test_stop();
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/print");
    TCase *tc = tcase_create("print");

    tcase_add_test(tc, test_api_print__errors_and_warnings_go_to_the_hook);
    tcase_add_test(tc, test_api_print__reports_of_the_end_go_to_the_hook);
    tcase_add_test(tc, test_api_print__misuse_is_told_to_the_fatal_hook);
    tcase_add_test(tc, test_api_print__closed_standard_error_loses_the_text_only);
    suite_add_tcase(s, tc);
    return s;
}
