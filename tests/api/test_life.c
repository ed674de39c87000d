/* SPDX-License-Identifier: MIT */
/* <gilrt/life.h> as a host uses it: calls at exit and the steps of the end. */
#include "support/support.h"

#include <gilrt.h>

#include <string.h>

static char log_text[32];

static void
note(char what)
{
    size_t length = strlen(log_text);

    ck_assert_uint_lt(length + 1, sizeof log_text);
    log_text[length] = what;
}

static void
at_exit(void *name)
{
    GilObject *text = GilUnicode_FromString(name);

    ck_assert_ptr_nonnull(text);
    note(GilUnicode_AsUTF8(text)[0]);
    Gil_DECREF(text);
}

static void
after_all(void)
{
    note('!');
}

static void
step(const GilLifeEvent *event, void *data)
{
    ck_assert_ptr_eq(data, log_text);
    ck_assert_int_ge((int)event->size, (int)sizeof *event);
    note((char)('0' + event->kind));
}

START_TEST(test_api_life__the_end_goes_step_by_step)
{
    static char first[] = "a", second[] = "b";

    Gil_SetLifeHook(step, log_text);
    ck_assert_int_eq(Gil_AtExit(after_all), 0);
    gil_test_start();
    ck_assert_int_eq(GilUnstable_AtExit(GilInterpreterState_Get(), at_exit, first), 0);
    ck_assert_int_eq(GilUnstable_AtExit(GilInterpreterState_Get(), at_exit, second), 0);
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    ck_assert_int_eq(Gil_FinalizeTimed(0), GIL_FINALIZE_BUSY);
    ck_assert_str_eq(log_text, "1293");
    GilInterpreterGuard_Close(guard);
    gil_test_stop();
    ck_assert_str_eq(log_text, "129324ba56!");
}
END_TEST

START_TEST(test_api_life__errors)
{
    static char name[] = "a";

    ck_assert_int_eq(Gil_AtExit(NULL), -1);
    gil_test_start();
    ck_assert_int_eq(GilUnstable_AtExit(NULL, at_exit, name), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
    gil_test_stop();
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/life");
    TCase *tc = tcase_create("life");

    tcase_add_test(tc, test_api_life__the_end_goes_step_by_step);
    tcase_add_test(tc, test_api_life__errors);
    suite_add_tcase(s, tc);
    return s;
}
