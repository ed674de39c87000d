/* SPDX-License-Identifier: MIT */
/* What bytes and bytearray share: how octets are shown, compared, found, and made from other objects. */
#include "support/expect.h"
#include "support/support.h"

#include "gilrt/list.h"
#include "gilrt/long.h"
#include "gilrt/tuple.h"
#include "value/named_args.h"
#include "value/octets.h"

START_TEST(test_value_octets__repr)
{
    gil_expect_text(gil_octets_repr("", "plain", 5, "", 1), "b'plain'");
    gil_expect_text(gil_octets_repr("f(", "", 0, ")", 1), "f(b'')");
    gil_expect_text(gil_octets_repr("", "it's", 4, "", 1), "b\"it's\"");
    gil_expect_text(gil_octets_repr("", "it's", 4, "", 0), "b'it\\'s'");
    gil_expect_text(gil_octets_repr("", "'\"", 2, "", 1), "b'\\'\"'");
    gil_expect_text(gil_octets_repr("", "\t\n\r\\\0\x1f\x7f\xff~", 9, "", 1), "b'\\t\\n\\r\\\\\\x00\\x1f\\x7f\\xff~'");
}
END_TEST

START_TEST(test_value_octets__hex)
{
    gil_expect_text(gil_octets_hex("\x00\x0f\xa5\xff", 4, NULL, 0, NULL), "000fa5ff");
    gil_expect_text(gil_octets_hex("", 0, NULL, 0, NULL), "");
}
END_TEST

START_TEST(test_value_octets__compare)
{
    static const char *const ordered[] = {"", "a", "aa", "ab", "b", "\xff"};

    for (int i = 0; i < 6; i++) {
        for (int k = 0; k < 6; k++) {
            Gil_ssize_t n = (Gil_ssize_t)strlen(ordered[i]), m = (Gil_ssize_t)strlen(ordered[k]);
            const int truth[] = {i < k, i <= k, i == k, i != k, i > k, i >= k};
            for (int op = Gil_LT; op <= Gil_GE; op++)
                ck_assert_ptr_eq(gil_octets_compare(ordered[i], n, ordered[k], m, op), _Gil_RichResult(truth[op]));
        }
    }
}
END_TEST

START_TEST(test_value_octets__contain)
{
    GilObject *n = GilLong_FromLong('c'), *big = GilLong_FromLong(256), *part = GilBytes_FromString("bc");

    ck_assert_int_eq(gil_octets_contain("abcd", 4, n), 1);
    ck_assert_int_eq(gil_octets_contain("ab", 2, n), 0);
    ck_assert_int_eq(gil_octets_contain("", 0, n), 0);
    ck_assert_int_eq(gil_octets_contain("abcd", 4, part), 1);
    ck_assert_int_eq(gil_octets_contain("acbd", 4, part), 0);
    ck_assert_int_eq(gil_octets_contain("abcd", 4, big), -1);
    gil_expect_error(GilExc_ValueError, "byte must be in range(0, 256)");
    ck_assert_int_eq(gil_octets_contain("abcd", 4, Gil_None), -1);
    gil_expect_raised(GilExc_TypeError);
    Gil_DECREF(part);
}
END_TEST

START_TEST(test_value_octets__collect)
{
    GilThreadState *ts = gil_tstate_attached();
    GilObject *list = GilList_New(0), *text = GilUnicode_FromString("text");

    for (long i = 0; i < 200; i++) {
        GilObject *n = GilLong_FromLong(i);
        GilList_Append(list, n);
        Gil_DECREF(n);
    }
    GilObject *op = gil_octets_collect(ts, list, "bytes");
    ck_assert_int_eq(GilBytes_GET_SIZE(op), 200);
    for (int i = 0; i < 200; i++)
        ck_assert_int_eq((unsigned char)GilBytes_AS_STRING(op)[i], i);
    Gil_DECREF(op);
    GilList_Append(list, Gil_None);
    ck_assert_ptr_null(gil_octets_collect(ts, list, "bytes"));
    gil_expect_error(GilExc_TypeError, "'NoneType' object cannot be interpreted as an integer");
    GilObject *big = GilLong_FromLong(256);
    GilList_SetItem(list, 200, big);
    ck_assert_ptr_null(gil_octets_collect(ts, list, "bytes"));
    gil_expect_error(GilExc_ValueError, "bytes must be in range(0, 256)");
    ck_assert_ptr_null(gil_octets_collect(ts, text, "bytearray"));
    gil_expect_error(GilExc_TypeError, "cannot convert 'str' object to bytearray");
    ck_assert_ptr_null(gil_octets_collect(ts, Gil_None, "bytes"));
    gil_expect_error(GilExc_TypeError, "cannot convert 'NoneType' object to bytes");
    Gil_DECREF(list);
    Gil_DECREF(text);
}
END_TEST

static int
read_source(GilObject *args, GilObject **source, Gil_ssize_t *zeros)
{
    GilObject *given[3];

    if (gil_take_tuple("033bytes" GIL_OCTETS_SOURCE, args, NULL, given) < 0)
        return -1;
    return gil_octets_source(gil_tstate_attached(), "bytes", given, source, zeros);
}

START_TEST(test_value_octets__arguments)
{
    GilObject *args = GilTuple_New(0), *source, *text = GilUnicode_FromString("\xc3\xa9");
    Gil_ssize_t zeros;

    ck_assert_int_eq(read_source(args, &source, &zeros), 0);
    ck_assert_ptr_null(source);
    ck_assert_int_eq(zeros, 0);
    args = GilTuple_Pack(1, GilLong_FromLong(7));
    ck_assert_int_eq(read_source(args, &source, &zeros), 0);
    ck_assert_ptr_null(source);
    ck_assert_int_eq(zeros, 7);
    Gil_DECREF(args);
    args = GilTuple_Pack(1, GilLong_FromLong(-1));
    ck_assert_int_eq(read_source(args, &source, &zeros), -1);
    gil_expect_error(GilExc_ValueError, "negative count");
    Gil_DECREF(args);
    args = GilTuple_Pack(1, text);
    ck_assert_int_eq(read_source(args, &source, &zeros), -1);
    gil_expect_error(GilExc_TypeError, "string argument without an encoding");
    Gil_DECREF(args);
    GilObject *latin1 = GilUnicode_FromString("latin-1");
    args = GilTuple_Pack(2, text, latin1);
    ck_assert_int_eq(read_source(args, &source, &zeros), 0);
    gil_expect_octets(source, "\xe9", 1);
    Gil_DECREF(args);
    args = GilTuple_Pack(2, Gil_None, latin1);
    ck_assert_int_eq(read_source(args, &source, &zeros), -1);
    gil_expect_error(GilExc_TypeError, "encoding without a string argument");
    Gil_DECREF(args);
    args = GilTuple_Pack(4, text, latin1, latin1, latin1);
    ck_assert_int_eq(read_source(args, &source, &zeros), -1);
    gil_expect_error(GilExc_TypeError, "bytes() takes at most 3 arguments (4 given)");
    Gil_DECREF(args);
    Gil_DECREF(text);
    Gil_DECREF(latin1);
}
END_TEST

static int
step(void *arg)
{
    GilObject *op = gil_octets_collect(gil_tstate_attached(), arg, "bytes"), *shown = NULL;
    int rc = -1;

    if (op != NULL && (shown = gil_octets_repr("", GilBytes_AS_STRING(op), GilBytes_GET_SIZE(op), "", 1)) != NULL)
        rc = 0;
    Gil_XDECREF(op);
    Gil_XDECREF(shown);
    return rc;
}

START_TEST(test_value_octets__every_allocation_may_fail)
{
    GilObject *list = GilList_New(40);

    for (Gil_ssize_t i = 0; i < 40; i++)
        GilList_SET_ITEM(list, i, GilLong_FromSsize_t(i));
    gil_test_oom_loop(step, list);
    Gil_DECREF(list);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/octets");
    TCase *tc = tcase_create("octets");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_octets__repr);
    tcase_add_test(tc, test_value_octets__hex);
    tcase_add_test(tc, test_value_octets__compare);
    tcase_add_test(tc, test_value_octets__contain);
    tcase_add_test(tc, test_value_octets__collect);
    tcase_add_test(tc, test_value_octets__arguments);
    tcase_add_test(tc, test_value_octets__every_allocation_may_fail);
    suite_add_tcase(s, tc);
    return s;
}
