/* SPDX-License-Identifier: MIT */
/* <gilrt/bytes.h> as a program uses it. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_api_bytes__filled_by_its_maker)
{
    GilObject *op = GilBytes_FromStringAndSize(NULL, 3);

    ck_assert(GilBytes_Check(op) && GilBytes_CheckExact(op) && !GilBytes_Check(Gil_None));
    memcpy(GilBytes_AS_STRING(op), "a\0b", 3);
    ck_assert_int_eq(GilBytes_GET_SIZE(op), 3);
    gil_expect_octets(op, "a\0b", 3);
}
END_TEST

START_TEST(test_api_bytes__read_with_the_lock_dropped)
{
    GilObject *op = GilBytes_FromString("some octets");
    Gil_buffer view;
    size_t sum = 0;

    ck_assert_int_eq(GilObject_GetBuffer(op, &view, GilBUF_SIMPLE), 0);
    Gil_BEGIN_ALLOW_THREADS
    for (Gil_ssize_t i = 0; i < view.len; i++)
        sum += ((unsigned char *)view.buf)[i];
    Gil_END_ALLOW_THREADS
    ck_assert_uint_eq(sum, 1126);
    GilBuffer_Release(&view);
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_api_bytes__joined)
{
    GilObject *op = GilBytes_FromString("ab"), *items = GilTuple_Pack(2, op, op), *sep = GilBytes_FromString("-");

    gil_expect_octets(GilBytes_Join(sep, items), "ab-ab", 5);
    GilBytes_ConcatAndDel(&op, GilBytes_FromFormat("%d", 42));
    gil_expect_octets(op, "ab42", 4);
    Gil_DECREF(items);
    Gil_DECREF(sep);
}
END_TEST

static void
detached(void *Gil_UNUSED(arg))
{
    GilEval_SaveThread();
    GilBytes_FromString("octets");
}

START_TEST(test_L1_bytes_detached)
{
    gil_test_expect_abort(detached, NULL, "GilBytes_FromString");
}
END_TEST

START_TEST(test_api_bytes__macros_evaluate_their_argument_once)
{
    GilObject *op = GilBytes_FromString("ab");
    int calls = 0;

    ck_assert_int_eq(GilBytes_Check((calls++, op)), 1);
    ck_assert_int_eq(GilBytes_Check((calls++, Gil_None)), 0);
    ck_assert_int_eq(calls, 2);
    Gil_DECREF(op);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/bytes");
    TCase *tc = tcase_create("bytes");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_bytes__filled_by_its_maker);
    tcase_add_test(tc, test_api_bytes__read_with_the_lock_dropped);
    tcase_add_test(tc, test_api_bytes__joined);
    tcase_add_test(tc, test_L1_bytes_detached);
    tcase_add_test(tc, test_api_bytes__macros_evaluate_their_argument_once);
    suite_add_tcase(s, tc);
    return s;
}
