/* SPDX-License-Identifier: MIT */
/* ImportError with its attributes, also for paths that are no text. */
#include "support/support.h"

#include "gilrt/error.h"
#include "gilrt/object.h"
#include "gilrt/unicode.h"
#include "module/importerror.h"

#include <string.h>

static void
check_attribute(GilObject *error, const char *name, const char *expected)
{
    GilObject *value = GilObject_GetAttrString(error, name);
    ck_assert_ptr_nonnull(value);
    if (expected == NULL)
        ck_assert_ptr_eq(value, Gil_None);
    else
        ck_assert_str_eq(GilUnicode_AsUTF8(value), expected);
    Gil_DECREF(value);
}

START_TEST(test_module_importerror__has_name_path_and_text)
{
    gil_import_error("m", "/a/m.so", "%s is %d", "m", 7);
    ck_assert(GilErr_ExceptionMatches(GilExc_ImportError));
    GilObject *error = GilErr_GetRaisedException(), *text = GilObject_Str(error);
    ck_assert_str_eq(GilUnicode_AsUTF8(text), "m is 7");
    check_attribute(error, "name", "m");
    check_attribute(error, "path", "/a/m.so");
    Gil_DECREF(text);
    Gil_DECREF(error);
}
END_TEST

START_TEST(test_module_importerror__path_that_is_no_text_and_none)
{
    gil_import_error(NULL, "/a\xff/m.so", "text");
    GilObject *error = GilErr_GetRaisedException();
    check_attribute(error, "name", NULL);
    check_attribute(error, "path", "/a\xef\xbf\xbd/m.so");
    Gil_DECREF(error);
}
END_TEST

START_TEST(test_module_importerror__a_module_that_is_not_there_has_a_name_too)
{
    GilObject *name = GilUnicode_FromString("gone");

    gil_module_not_found(name, "No module named %R", name);
    ck_assert(GilErr_ExceptionMatches(GilExc_ModuleNotFoundError));
    GilObject *error = GilErr_GetRaisedException(), *text = GilObject_Str(error);
    ck_assert_str_eq(GilUnicode_AsUTF8(text), "No module named 'gone'");
    check_attribute(error, "name", "gone");
    check_attribute(error, "path", NULL);
    Gil_DECREF(text);
    Gil_DECREF(error);
    Gil_DECREF(name);
}
END_TEST

static int
raise_once(void *Gil_UNUSED(arg))
{
    gil_import_error("m", "/a/m.so", "%s is %d", "m", 7);
    if (GilErr_ExceptionMatches(GilExc_MemoryError))
        return -1;
    ck_assert(GilErr_ExceptionMatches(GilExc_ImportError));
    GilErr_Clear();
    return 0;
}

START_TEST(test_module_importerror__without_memory)
{
    gil_test_oom_loop(raise_once, NULL);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("module/importerror");
    TCase *tc = tcase_create("importerror");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_module_importerror__has_name_path_and_text);
    tcase_add_test(tc, test_module_importerror__path_that_is_no_text_and_none);
    tcase_add_test(tc, test_module_importerror__without_memory);
    tcase_add_test(tc, test_module_importerror__a_module_that_is_not_there_has_a_name_too);
    suite_add_tcase(s, tc);
    return s;
}
