/* SPDX-License-Identifier: MIT */
/* <gilrt/traceback.h> as an extension uses it. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

static GilObject *
inner(void)
{
    GilErr_SetString(GilExc_ValueError, "no good");
    GilTraceBack_Here();
    return NULL;
}

static GilObject *
outer(void)
{
    GilObject *result = inner();

    if (result == NULL)
        GilTraceBack_Here();
    return result;
}

START_TEST(test_api_traceback__functions_tell_that_they_were_on_the_way)
{
    ck_assert_ptr_null(outer());
    GilObject *exc = GilErr_GetRaisedException(), *tb = GilException_GetTraceback(exc);
    ck_assert(GilTraceBack_Check(tb));
    gil_expect_text(GilObject_GetAttrString(tb, "tb_name"), "outer");
    Gil_SETREF(tb, GilObject_GetAttrString(tb, "tb_next"));
    gil_expect_text(GilObject_GetAttrString(tb, "tb_name"), "inner");
    Gil_DECREF(tb);
    Gil_DECREF(exc);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/traceback");
    TCase *tc = tcase_create("traceback");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_traceback__functions_tell_that_they_were_on_the_way);
    suite_add_tcase(s, tc);
    return s;
}
