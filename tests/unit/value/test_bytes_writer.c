/* SPDX-License-Identifier: MIT */
/* Bytes built piece by piece: sizes that grow and shrink, pieces of the writer's own, what fails. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>
#include <string.h>

static void
expect_octets(GilObject *bytes, const char *data, Gil_ssize_t size)
{
    ck_assert_ptr_nonnull(bytes);
    ck_assert_int_eq(GilBytes_Size(bytes), size);
    ck_assert_mem_eq(GilBytes_AS_STRING(bytes), data, (size_t)size + 1); /* the NUL too */
    Gil_DECREF(bytes);
}

START_TEST(test_value_bytes_writer__pieces_become_one)
{
    GilBytesWriter *w = GilBytesWriter_Create(0);
    char all[3000 * 3 + 1] = "";

    ck_assert_int_eq(GilBytesWriter_GetSize(w), 0);
    ck_assert_ptr_nonnull(GilBytesWriter_GetData(w));
    for (int i = 0; i < 3000; i++) {
        ck_assert_int_eq(i % 2 ? GilBytesWriter_WriteBytes(w, "abcdef", 3) : GilBytesWriter_WriteBytes(w, "xyz", -1), 0);
        memcpy(all + 3 * i, i % 2 ? "abc" : "xyz", 3);
    }
    ck_assert_int_eq(GilBytesWriter_GetSize(w), 9000);
    expect_octets(GilBytesWriter_Finish(w), all, 9000);

    w = GilBytesWriter_Create(0);
    ck_assert_int_eq(GilBytesWriter_Format(w, "%s=%d\xe2\x82\xac", "a", 7), 0);
    ck_assert_int_eq(GilBytesWriter_Format(w, "%s", ""), 0);
    ck_assert_int_eq(GilBytesWriter_Format(w, ""), 0);
    ck_assert_int_eq(GilBytesWriter_WriteBytes(w, "\0z", 2), 0);
    expect_octets(GilBytesWriter_Finish(w), "a=7\xe2\x82\xac\0z", 8);
    expect_octets(GilBytesWriter_Finish(GilBytesWriter_Create(0)), "", 0);
    GilBytesWriter_Discard(NULL);
    GilBytesWriter_Discard(GilBytesWriter_Create(100));
}
END_TEST

START_TEST(test_value_bytes_writer__room_is_asked_for_and_given_back)
{
    GilBytesWriter *w = GilBytesWriter_Create(4);
    char *data = GilBytesWriter_GetData(w);

    memcpy(data, "abcd", 4);
    data = GilBytesWriter_GrowAndUpdatePointer(w, 5000, data + 4);
    ck_assert_ptr_eq(data, (char *)GilBytesWriter_GetData(w) + 4);
    *data++ = 'e';
    expect_octets(GilBytesWriter_FinishWithPointer(w, data), "abcde", 5);

    w = GilBytesWriter_Create(4);
    memcpy(GilBytesWriter_GetData(w), "abcd", 4);
    ck_assert_int_eq(GilBytesWriter_Grow(w, -1), 0);
    ck_assert_int_eq(GilBytesWriter_WriteBytes(w, "xy", 2), 0);
    ck_assert_int_eq(GilBytesWriter_Resize(w, 900), 0);
    ck_assert_mem_eq(GilBytesWriter_GetData(w), "abcxy", 5);
    ck_assert_int_eq(GilBytesWriter_Resize(w, 4), 0);
    expect_octets(GilBytesWriter_Finish(w), "abcx", 4);

    w = GilBytesWriter_Create(400);
    memset(GilBytesWriter_GetData(w), 'q', 400);
    expect_octets(GilBytesWriter_FinishWithSize(w, 3), "qqq", 3);
    expect_octets(GilBytesWriter_FinishWithSize(GilBytesWriter_Create(400), 0), "", 0);
}
END_TEST

START_TEST(test_value_bytes_writer__its_own_octets_can_be_added)
{
    GilBytesWriter *w = GilBytesWriter_Create(3);

    memcpy(GilBytesWriter_GetData(w), "abc", 3);
    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(GilBytesWriter_WriteBytes(w, GilBytesWriter_GetData(w), GilBytesWriter_GetSize(w)), 0);
    ck_assert_int_eq(GilBytesWriter_WriteBytes(w, (char *)GilBytesWriter_GetData(w) + 1, 1), 0);
    ck_assert_int_eq(GilBytesWriter_GetSize(w), 3 * 64 + 1);
    ck_assert_mem_eq((char *)GilBytesWriter_GetData(w) + 189, "abcb", 4);
    GilBytesWriter_Discard(w);
}
END_TEST

START_TEST(test_value_bytes_writer__what_fails_leaves_the_octets)
{
    GilBytesWriter *w = GilBytesWriter_Create(3);
    char other[1];

    memcpy(GilBytesWriter_GetData(w), "abc", 3);
    ck_assert_ptr_null(GilBytesWriter_Create(-1));
    gil_expect_error(GilExc_ValueError, "size must be >= 0");
    ck_assert_int_eq(GilBytesWriter_Resize(w, -1), -1);
    gil_expect_error(GilExc_ValueError, "size must be >= 0");
    ck_assert_int_eq(GilBytesWriter_Grow(w, -4), -1);
    gil_expect_error(GilExc_ValueError, "invalid size");
    ck_assert_int_eq(GilBytesWriter_Grow(w, GIL_SSIZE_T_MAX), -1);
    gil_expect_raised(GilExc_OverflowError);
    ck_assert_int_eq(GilBytesWriter_Resize(w, GIL_SSIZE_T_MAX / 2), -1);
    gil_expect_raised(GilExc_MemoryError);
    ck_assert_int_eq(GilBytesWriter_WriteBytes(w, "a", GIL_SSIZE_T_MAX), -1);
    gil_expect_raised(GilExc_OverflowError);
    ck_assert_ptr_null(GilBytesWriter_GrowAndUpdatePointer(w, 1, other));
    gil_expect_error(GilExc_ValueError, "pointer outside of the data");
    ck_assert_ptr_null(GilBytesWriter_GrowAndUpdatePointer(w, 1, (char *)GilBytesWriter_GetData(w) + 4));
    gil_expect_error(GilExc_ValueError, "pointer outside of the data");
    ck_assert_int_eq(GilBytesWriter_Format(w, "%y"), -1);
    gil_expect_raised(GilExc_SystemError);
    ck_assert_int_eq(GilBytesWriter_WriteBytes(w, NULL, 1), -1);
    gil_expect_error(GilExc_SystemError, "GilBytesWriter_WriteBytes: NULL argument");
    ck_assert_int_eq(GilBytesWriter_GetSize(NULL), -1);
    gil_expect_error(GilExc_SystemError, "GilBytesWriter_GetSize: NULL argument");
    ck_assert_ptr_null(GilBytesWriter_Finish(NULL));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_int_eq(GilBytesWriter_GetSize(w), 3);
    expect_octets(GilBytesWriter_Finish(w), "abc", 3);
    ck_assert_ptr_null(GilBytesWriter_FinishWithSize(GilBytesWriter_Create(3), 4));
    gil_expect_error(GilExc_ValueError, "invalid size");
    ck_assert_ptr_null(GilBytesWriter_FinishWithPointer(GilBytesWriter_Create(3), other));
    gil_expect_error(GilExc_ValueError, "invalid size");
    ck_assert_ptr_null(GilBytesWriter_FinishWithPointer(GilBytesWriter_Create(3), NULL));
    gil_expect_error(GilExc_ValueError, "invalid size");
}
END_TEST

static int
build(void *arg)
{
    GilBytesWriter *w = GilBytesWriter_Create(2);

    if (w == NULL)
        return -1;
    for (int i = 0; i < 40; i++)
        if (GilBytesWriter_Format(w, "%R,", arg) < 0 || GilBytesWriter_Grow(w, 50) < 0) {
            GilBytesWriter_Discard(w);
            return -1;
        }
    GilObject *op = GilBytesWriter_FinishWithSize(w, 30);
    Gil_XDECREF(op);
    return op == NULL ? -1 : 0;
}

START_TEST(test_J1_bytes_written_under_lack_of_memory)
{
    GilObject *list = GilList_New(0);

    gil_test_oom_loop(build, list);
    Gil_DECREF(list);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/bytes_writer");
    TCase *tc = tcase_create("writer");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_bytes_writer__pieces_become_one);
    tcase_add_test(tc, test_value_bytes_writer__room_is_asked_for_and_given_back);
    tcase_add_test(tc, test_value_bytes_writer__its_own_octets_can_be_added);
    tcase_add_test(tc, test_value_bytes_writer__what_fails_leaves_the_octets);
    tcase_add_test(tc, test_J1_bytes_written_under_lack_of_memory);
    suite_add_tcase(s, tc);
    return s;
}
