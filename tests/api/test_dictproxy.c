/* SPDX-License-Identifier: MIT */
/* <gilrt/dictproxy.h> as a stranger uses it. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_api_dictproxy__shows_and_refuses)
{
    GilObject *dict = Gil_BuildValue("{si}", "a", 1), *proxy = GilDictProxy_New(dict);
    ck_assert(GilDictProxy_Check(proxy));
    gil_expect_repr(GilMapping_GetItemString(proxy, "a"), "1");
    ck_assert_int_eq(GilMapping_SetItemString(proxy, "a", Gil_None), -1);
    gil_expect_raised(GilExc_TypeError);
    ck_assert_int_eq(GilMapping_Check(proxy), 1);
    Gil_DECREF(dict); /* the proxy holds it */
    gil_expect_repr(proxy, "mappingproxy({'a': 1})");
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/dictproxy");
    TCase *tc = tcase_create("dictproxy");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_dictproxy__shows_and_refuses);
    suite_add_tcase(s, tc);
    return s;
}
