/* SPDX-License-Identifier: MIT */
/* Codecs: UTF-8 with each way it can be wrong, ASCII, Latin-1, error handlers, the UTF-8 form that a string keeps. */
#include "support/expect.h"
#include "support/support.h"

#include "gilrt/bytearray.h"
#include "gilrt/exception.h"
#include "gilrt/mem.h"
#include "value/unicode_codec.h"

/* Where and how UTF-8 is ill-formed: the first bad part, and the text with each bad part replaced. */
static const struct {
    const char *bytes;
    int start, end;
    const char *reason, *replaced;
} ill_formed[] = {
    {"\x80", 0, 1, "invalid start byte", "\xef\xbf\xbd"},
    {"a\xbf", 1, 2, "invalid start byte", "a\xef\xbf\xbd"},
    {"\xc0\x80", 0, 1, "invalid start byte", "\xef\xbf\xbd\xef\xbf\xbd"},             /* overlong NUL */
    {"\xc1\xbf", 0, 1, "invalid start byte", "\xef\xbf\xbd\xef\xbf\xbd"},             /* overlong 0x7f */
    {"\xe0\x9f\xbf", 0, 1, "invalid continuation byte", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* overlong 0x7ff */
    {"\xf0\x8f\xbf\xbf", 0, 1, "invalid continuation byte",
     "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* overlong 0xffff */
    {"\xed\xa0\x80", 0, 1, "invalid continuation byte", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* surrogate */
    {"\xed\xbf\xbf", 0, 1, "invalid continuation byte", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"\xf4\x90\x80\x80", 0, 1, "invalid continuation byte",
     "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* 0x110000 */
    {"\xf5\x80", 0, 1, "invalid start byte", "\xef\xbf\xbd\xef\xbf\xbd"},
    {"\xff", 0, 1, "invalid start byte", "\xef\xbf\xbd"},
    {"\xc3(", 0, 1, "invalid continuation byte", "\xef\xbf\xbd("},
    {"\xe2\x82(", 0, 2, "invalid continuation byte", "\xef\xbf\xbd("},
    {"\xe2(\xac", 0, 1, "invalid continuation byte", "\xef\xbf\xbd(\xef\xbf\xbd"},
    {"\xf0\x9f\x98(", 0, 3, "invalid continuation byte", "\xef\xbf\xbd("},
    {"\xf0\x9f(\x80", 0, 2, "invalid continuation byte", "\xef\xbf\xbd(\xef\xbf\xbd"},
    {"ok\xe2\x82\xac\xe2\x82", 5, 7, "unexpected end of data", "ok\xe2\x82\xac\xef\xbf\xbd"},
    {"eight by\xc3", 8, 9, "unexpected end of data", "eight by\xef\xbf\xbd"},
    {"eight bytes and\xff eight more", 15, 16, "invalid start byte", "eight bytes and\xef\xbf\xbd eight more"},
};

START_TEST(test_value_unicode_codec__ill_formed_utf8_is_located)
{
    const char *bytes = ill_formed[_i].bytes;
    Gil_ssize_t start, end;

    ck_assert_ptr_null(GilUnicode_FromString(bytes));
    ck_assert(GilErr_ExceptionMatches(GilExc_UnicodeDecodeError));
    GilObject *error = GilErr_GetRaisedException();
    ck_assert_int_eq(GilUnicodeDecodeError_GetStart(error, &start), 0);
    ck_assert_int_eq(GilUnicodeDecodeError_GetEnd(error, &end), 0);
    ck_assert_int_eq(start, ill_formed[_i].start);
    ck_assert_int_eq(end, ill_formed[_i].end);
    gil_expect_text(GilUnicodeDecodeError_GetReason(error), ill_formed[_i].reason);
    gil_expect_text(GilUnicodeDecodeError_GetEncoding(error), "utf-8");
    Gil_DECREF(error);
    gil_expect_text(GilUnicode_DecodeUTF8(bytes, (Gil_ssize_t)strlen(bytes), "replace"), ill_formed[_i].replaced);
}
END_TEST

START_TEST(test_value_unicode_codec__truncated_at_every_byte)
{
    static const char *const whole[] = {"\xc2\x80",         "\xdf\xbf",         "\xe0\xa0\x80", "\xed\x9f\xbf",
                                        "\xee\x80\x80",     "\xef\xbf\xbf",     "\xf0\x90\x80\x80",
                                        "\xf3\xa0\x80\x80", "\xf4\x8f\xbf\xbf"};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(whole); i++) {
        Gil_ssize_t size = (Gil_ssize_t)strlen(whole[i]);
        for (Gil_ssize_t cut = 1; cut < size; cut++) {
            Gil_ssize_t end;
            ck_assert_ptr_null(GilUnicode_FromStringAndSize(whole[i], cut));
            GilObject *error = GilErr_GetRaisedException();
            ck_assert_int_eq(GilUnicodeDecodeError_GetEnd(error, &end), 0);
            ck_assert_int_eq(end, cut);
            gil_expect_text(GilUnicodeDecodeError_GetReason(error), "unexpected end of data");
            Gil_DECREF(error);
            gil_expect_text(GilUnicode_DecodeUTF8(whole[i], cut, "replace"), "\xef\xbf\xbd");
            gil_expect_text(GilUnicode_DecodeUTF8(whole[i], cut, "ignore"), "");
        }
        gil_expect_text(GilUnicode_FromStringAndSize(whole[i], size), whole[i]);
    }
}
END_TEST

START_TEST(test_value_unicode_codec__every_code_point_comes_back)
{
    Gil_UCS4 block[256];

    for (Gil_UCS4 base = 0; base <= GIL_MAX_CODE_POINT; base += 256) {
        if (gil_is_surrogate(base))
            continue;
        for (unsigned i = 0; i < 256; i++)
            block[i] = base + i;
        GilObject *op = GilUnicode_FromKindAndData(4, block, 256);
        GilObject *bytes = GilUnicode_AsUTF8String(op);
        GilObject *back = GilUnicode_DecodeUTF8(GilBytes_AS_STRING(bytes), GilBytes_GET_SIZE(bytes), NULL);
        ck_assert_int_eq(GilUnicode_Compare(op, back), 0);
        ck_assert_int_eq(GilUnicode_KIND(op), GilUnicode_KIND(back));
        Gil_DECREF(op);
        Gil_DECREF(bytes);
        Gil_DECREF(back);
    }
}
END_TEST

START_TEST(test_value_unicode_codec__surrogates_cannot_be_encoded)
{
    Gil_UCS2 points[] = {'a', 0xd800, 0xdfff, 'b'};
    GilObject *op = GilUnicode_FromKindAndData(2, points, 4);

    ck_assert_ptr_null(GilUnicode_AsUTF8(op));
    gil_expect_error(GilExc_UnicodeEncodeError,
                     "'utf-8' codec can't encode characters in position 1-2: surrogates not allowed");
    gil_expect_octets(GilUnicode_AsEncodedString(op, NULL, "replace"), "a??b", 4);
    gil_expect_octets(GilUnicode_AsEncodedString(op, NULL, "ignore"), "ab", 2);
    ck_assert_int_eq(GilUnicode_EqualToUTF8(op, "a\xed\xa0\x80\xed\xbf\xbf"
                                                "b"),
                     0);
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_value_unicode_codec__ascii_and_latin1)
{
    GilObject *op = GilUnicode_FromString("\xc3\xa9\xe2\x82\xac!");

    ck_assert_ptr_null(GilUnicode_AsASCIIString(op));
    gil_expect_error(GilExc_UnicodeEncodeError,
                     "'ascii' codec can't encode characters in position 0-1: ordinal not in range(128)");
    ck_assert_ptr_null(GilUnicode_AsLatin1String(op));
    gil_expect_error(GilExc_UnicodeEncodeError,
                     "'latin-1' codec can't encode character '\\u20ac' in position 1: ordinal not in range(256)");
    gil_expect_octets(GilUnicode_AsEncodedString(op, "LATIN_1", "replace"), "\xe9?!", 3);
    gil_expect_octets(GilUnicode_AsEncodedString(op, "us-ascii", "ignore"), "!", 1);
    gil_expect_text(GilUnicode_DecodeLatin1("\xe9!", 2, NULL), "\xc3\xa9!");
    gil_expect_text(GilUnicode_DecodeASCII("plain", 5, NULL), "plain");
    ck_assert_ptr_null(GilUnicode_DecodeASCII("a\xe9", 2, NULL));
    gil_expect_error(GilExc_UnicodeDecodeError,
                     "'ascii' codec can't decode byte 0xe9 in position 1: ordinal not in range(128)");
    gil_expect_text(GilUnicode_DecodeASCII("a\xe9", 2, "replace"), "a\xef\xbf\xbd");
    gil_expect_text(GilUnicode_DecodeASCII("\xe9z\xe9", 3, "ignore"), "z");
    gil_expect_text(GilUnicode_DecodeASCII("\xe9", 1, "ignore"), "");
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_value_unicode_codec__names)
{
    static const char *const known[] = {"utf-8", "UTF8", "utf_8", "ascii", "US-ASCII", "latin-1", "Latin1", "iso-8859-1"};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(known); i++)
        gil_expect_text(GilUnicode_Decode("ab", 2, known[i], NULL), "ab");
    ck_assert_ptr_null(GilUnicode_Decode("ab", 2, "utf-7", NULL));
    gil_expect_error(GilExc_LookupError, "unknown encoding: utf-7");
    ck_assert_ptr_null(GilUnicode_Decode("ab", 2, "utf-8 but a very long name", NULL));
    gil_expect_error(GilExc_LookupError, "unknown encoding: utf-8 but a very long name");
    gil_expect_text(GilUnicode_Decode("ab", 2, NULL, "never needed"), "ab");
    ck_assert_ptr_null(GilUnicode_Decode("\xff", 1, NULL, "needed"));
    gil_expect_error(GilExc_LookupError, "unknown error handler name 'needed'");
}
END_TEST

START_TEST(test_value_unicode_codec__utf8_form_is_kept)
{
    GilObject *plain = GilUnicode_FromString("plain"), *wide = GilUnicode_FromString("\xe2\x82\xac and 0");
    Gil_ssize_t size;

    ck_assert_ptr_eq(GilUnicode_AsUTF8(plain), GilUnicode_DATA(plain));
    const char *first = GilUnicode_AsUTF8AndSize(wide, &size);
    ck_assert_int_eq(size, 9);
    ck_assert_ptr_eq(GilUnicode_AsUTF8(wide), first);
    ck_assert_ptr_null(GilUnicode_AsUTF8AndSize(Gil_None, &size));
    ck_assert_int_eq(size, -1);
    gil_expect_raised(GilExc_TypeError);
    Gil_DECREF(plain);
    Gil_DECREF(wide);
}
END_TEST

START_TEST(test_value_unicode_codec__from_encoded_object)
{
    GilObject *array = GilByteArray_FromStringAndSize("\xc3\xa9", 2), *str = GilUnicode_FromString("text");

    gil_expect_text(GilUnicode_FromEncodedObject(array, "utf-8", NULL), "\xc3\xa9");
    ck_assert_int_eq(GilByteArray_Resize(array, 0), 0); /* the view was released */
    ck_assert_ptr_null(GilUnicode_FromEncodedObject(str, NULL, NULL));
    gil_expect_error(GilExc_TypeError, "decoding str is not supported");
    ck_assert_ptr_null(GilUnicode_FromEncodedObject(Gil_None, NULL, NULL));
    gil_expect_error(GilExc_TypeError, "decoding to str: need a bytes-like object, NoneType found");
    Gil_DECREF(array);
    Gil_DECREF(str);
}
END_TEST

START_TEST(test_value_unicode_codec__as_ucs4)
{
    GilObject *op = GilUnicode_FromString("a\xe2\x82\xac");
    Gil_UCS4 buffer[3] = {7, 7, 7};

    ck_assert_ptr_eq(GilUnicode_AsUCS4(op, buffer, 2, 0), buffer);
    ck_assert_uint_eq(buffer[1], 0x20ac);
    ck_assert_uint_eq(buffer[2], 7);
    ck_assert_ptr_null(GilUnicode_AsUCS4(op, buffer, 2, 1));
    gil_expect_error(GilExc_SystemError, "string is longer than the buffer");
    Gil_UCS4 *copy = GilUnicode_AsUCS4Copy(op);
    ck_assert_uint_eq(copy[0], 'a');
    ck_assert_uint_eq(copy[2], 0);
    GilMem_Free(copy);
    Gil_DECREF(op);
}
END_TEST

static int
step(void *Gil_UNUSED(arg))
{
    GilObject *bytes = NULL, *op = GilUnicode_DecodeUTF8("\xe2\x82\xac \xff and more", 14, "replace");
    int rc = -1;

    if (op != NULL && GilUnicode_AsUTF8(op) != NULL && (bytes = GilUnicode_AsUTF8String(op)) != NULL)
        rc = 0;
    Gil_XDECREF(op);
    Gil_XDECREF(bytes);
    return rc;
}

/* Raising needs memory too: then MemoryError is raised instead. */
static int
step_error(void *Gil_UNUSED(arg))
{
    ck_assert_ptr_null(GilUnicode_FromString("\xff\xff"));
    if (!GilErr_ExceptionMatches(GilExc_UnicodeDecodeError))
        return -1;
    GilErr_Clear();
    return 0;
}

START_TEST(test_value_unicode_codec__every_allocation_may_fail)
{
    gil_test_oom_loop(step, NULL);
    gil_test_oom_loop(step_error, NULL);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/unicode_codec");
    TCase *tc = tcase_create("unicode_codec");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_loop_test(tc, test_value_unicode_codec__ill_formed_utf8_is_located, 0,
                        (int)Gil_ARRAY_LENGTH(ill_formed));
    tcase_add_test(tc, test_value_unicode_codec__truncated_at_every_byte);
    tcase_add_test(tc, test_value_unicode_codec__every_code_point_comes_back);
    tcase_add_test(tc, test_value_unicode_codec__surrogates_cannot_be_encoded);
    tcase_add_test(tc, test_value_unicode_codec__ascii_and_latin1);
    tcase_add_test(tc, test_value_unicode_codec__names);
    tcase_add_test(tc, test_value_unicode_codec__utf8_form_is_kept);
    tcase_add_test(tc, test_value_unicode_codec__from_encoded_object);
    tcase_add_test(tc, test_value_unicode_codec__as_ucs4);
    tcase_add_test(tc, test_value_unicode_codec__every_allocation_may_fail);
    suite_add_tcase(s, tc);
    return s;
}
