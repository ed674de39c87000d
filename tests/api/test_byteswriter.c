/* SPDX-License-Identifier: MIT */
/* <gilrt/byteswriter.h> as a codec uses it: the most that can come of it is asked for, and what came is kept. */
#include "support/support.h"

#include <gilrt.h>

static GilObject *
hex(const unsigned char *data, Gil_ssize_t n)
{
    GilBytesWriter *writer = GilBytesWriter_Create(3 * n);

    if (writer == NULL)
        return NULL;
    char *out = GilBytesWriter_GetData(writer);
    for (Gil_ssize_t i = 0; i < n; i++) {
        if (i > 0)
            *out++ = ':';
        *out++ = "0123456789abcdef"[data[i] >> 4];
        *out++ = "0123456789abcdef"[data[i] & 15];
    }
    return GilBytesWriter_FinishWithPointer(writer, out);
}

START_TEST(test_api_byteswriter__asked_for_too_much_and_cut)
{
    GilObject *text = hex((const unsigned char *)"\x01\xab\xff", 3), *none = hex(NULL, 0);

    ck_assert_str_eq(GilBytes_AsString(text), "01:ab:ff");
    ck_assert_int_eq(GilBytes_Size(none), 0);
    Gil_DECREF(text);
    Gil_DECREF(none);
}
END_TEST

START_TEST(test_api_byteswriter__piece_by_piece)
{
    GilBytesWriter *writer = GilBytesWriter_Create(0);

    ck_assert_int_eq(GilBytesWriter_WriteBytes(writer, "size=", -1), 0);
    ck_assert_int_eq(GilBytesWriter_Format(writer, "%zd", (Gil_ssize_t)12), 0);
    GilObject *text = GilBytesWriter_Finish(writer);
    ck_assert_str_eq(GilBytes_AsString(text), "size=12");
    Gil_DECREF(text);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/byteswriter");
    TCase *tc = tcase_create("byteswriter");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_byteswriter__asked_for_too_much_and_cut);
    tcase_add_test(tc, test_api_byteswriter__piece_by_piece);
    suite_add_tcase(s, tc);
    return s;
}
