/* SPDX-License-Identifier: MIT */
/* Elements of memoryviews: every native format, its limits, and when elements are equal. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

#include "value/memoryview.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *format;
    int size;
    const char *low, *high, *below, *above; /* reprs: what just fits, and what does not */
} integers[] = {
    {"b", 1, "-128", "127", "-129", "128"},
    {"B", 1, "0", "255", "-1", "256"},
    {"h", 2, "-32768", "32767", "-32769", "32768"},
    {"H", 2, "0", "65535", "-1", "65536"},
    {"i", 4, "-2147483648", "2147483647", "-2147483649", "2147483648"},
    {"I", 4, "0", "4294967295", "-1", "4294967296"},
    {"l", 8, "-9223372036854775808", "9223372036854775807", "-9223372036854775809", "9223372036854775808"},
    {"L", 8, "0", "18446744073709551615", "-1", "18446744073709551616"},
    {"q", 8, "-9223372036854775808", "9223372036854775807", "-9223372036854775809", "9223372036854775808"},
    {"@Q", 8, "0", "18446744073709551615", "-1", "18446744073709551616"},
    {"n", 8, "-9223372036854775808", "9223372036854775807", "-9223372036854775809", "9223372036854775808"},
    {"N", 8, "0", "18446744073709551615", "-1", "18446744073709551616"},
    {"P", 8, "0", "18446744073709551615", "-1", "18446744073709551616"},
};

static GilObject *
number(const char *digits)
{
    GilObject *n = GilLong_FromString(digits, NULL, 10);
    ck_assert_ptr_nonnull(n);
    return n;
}

START_TEST(test_value_memoryview_item__integers_and_their_limits)
{
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(integers); i++) {
        const char *f = integers[i].format;
        const char *fits[] = {integers[i].low, integers[i].high}, *not[] = {integers[i].below, integers[i].above};
        char room[17], text[80];
        Gil_ssize_t size;

        ck_assert_str_eq(gil_item_format(f, &size), f);
        ck_assert_int_eq(size, integers[i].size);
        for (int k = 0; k < 2; k++) {
            GilObject *n = number(fits[k]);
            memset(room, 0x55, sizeof room);
            ck_assert_int_eq(gil_item_pack(f, n, room + 1), 0); /* memory need not be aligned */
            ck_assert_int_eq(room[1 + size], 0x55);
            gil_expect_repr(gil_item_unpack(f, room + 1), fits[k]);
            Gil_DECREF(n);
            n = number(not[k]);
            ck_assert_int_eq(gil_item_pack(f, n, room), -1);
            snprintf(text, sizeof text, "memoryview: invalid value for format '%s'", f);
            gil_expect_error(GilExc_ValueError, text);
            Gil_DECREF(n);
        }
        ck_assert_int_eq(gil_item_pack(f, Gil_None, room), -1);
        snprintf(text, sizeof text, "memoryview: invalid type for format '%s'", f);
        gil_expect_error(GilExc_TypeError, text);
    }
}
END_TEST

START_TEST(test_value_memoryview_item__reals_truth_and_octets)
{
    static const char *const reals[] = {"e", "f", "d"};
    char room[16];
    GilObject *half = GilFloat_FromDouble(0.5), *huge = GilFloat_FromDouble(1e300), *bytes = GilBytes_FromString("xy");
    GilObject *x = GilBytes_FromString("x");

    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(gil_item_pack(reals[i], half, room), 0);
        gil_expect_repr(gil_item_unpack(reals[i], room), "0.5");
        ck_assert_int_eq(gil_item_pack(reals[i], bytes, room), -1);
        ck_assert(GilErr_ExceptionMatches(GilExc_TypeError));
        GilErr_Clear();
    }
    ck_assert_int_eq(gil_item_pack("e", huge, room), -1);
    gil_expect_error(GilExc_ValueError, "memoryview: invalid value for format 'e'");
    ck_assert_int_eq(gil_item_pack("d", huge, room), 0);
    gil_expect_repr(gil_item_unpack("d", room), "1e+300");
    ck_assert_int_eq(gil_item_pack("?", bytes, room), 0);
    ck_assert_ptr_eq(gil_item_unpack("?", room), Gil_True);
    room[0] = 7;
    ck_assert_ptr_eq(gil_item_unpack("?", room), Gil_True);
    ck_assert_int_eq(gil_item_pack("?", Gil_None, room), 0);
    ck_assert_ptr_eq(gil_item_unpack("?", room), Gil_False);
    ck_assert_int_eq(gil_item_pack("c", x, room), 0);
    gil_expect_octets(gil_item_unpack("c", room), "x", 1);
    ck_assert_int_eq(gil_item_pack("c", bytes, room), -1);
    gil_expect_error(GilExc_ValueError, "memoryview: invalid value for format 'c'");
    ck_assert_int_eq(gil_item_pack("c", half, room), -1);
    gil_expect_error(GilExc_TypeError, "memoryview: invalid type for format 'c'");
    GilObject *all[] = {half, huge, bytes, x};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

START_TEST(test_value_memoryview_item__other_formats)
{
    static const char *const others[] = {"", "@", "<i", "ii", "2i", "@ii", "z", "=B", "s"};
    char room[16], text[80];
    Gil_ssize_t size;

    ck_assert_int_eq(gil_item_code(NULL), 'B');
    ck_assert_int_eq(gil_item_code("@h"), 'h');
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(others); i++) {
        ck_assert_int_eq(gil_item_code(others[i]), '\0');
        ck_assert_ptr_null(gil_item_format(others[i], &size));
        snprintf(text, sizeof text, "memoryview: format %s not supported", others[i]);
        gil_expect_failure(gil_item_unpack(others[i], room), GilExc_NotImplementedError, text);
        ck_assert_int_eq(gil_item_pack(others[i], Gil_None, room), -1);
        gil_expect_error(GilExc_NotImplementedError, text);
    }
}
END_TEST

static Gil_buffer
row(void *buf, const char *format, Gil_ssize_t itemsize, Gil_ssize_t *shape)
{
    return (Gil_buffer){.buf = buf, .len = itemsize * *shape, .itemsize = itemsize, .ndim = 1,
                        .format = (char *)(uintptr_t)format, .shape = shape};
}

START_TEST(test_value_memoryview_item__equal_are_elements_and_shapes)
{
    Gil_ssize_t three = 3, two = 2, none = 0, grid[2] = {1, 3};
    short shorts[3] = {1, 2, 3};
    int ints[3] = {1, 2, 3}, others[3] = {1, 2, 4};
    double reals[3] = {1, 2, 3}, nan[3] = {1, 2, __builtin_nan("")};
    _Bool truths[3] = {1, 1, 1};
    unsigned char also[3] = {1, 7, 255};
    Gil_buffer s = row(shorts, "h", 2, &three), i = row(ints, "i", 4, &three), o = row(others, "i", 4, &three);
    Gil_buffer d = row(reals, "d", 8, &three), n = row(nan, "d", 8, &three), part = row(ints, "i", 4, &two);
    Gil_buffer t = row(truths, "?", 1, &three), a = row(also, "?", 1, &three);
    Gil_buffer odd = row(ints, "<i", 4, &three), g = i, e = row(ints, "<i", 4, &none), f = row(reals, "d", 8, &none);
    g.ndim = 2;
    g.shape = grid;

    ck_assert_int_eq(gil_item_equal(&i, &i), 1);
    ck_assert_int_eq(gil_item_equal(&s, &i), 1);
    ck_assert_int_eq(gil_item_equal(&i, &d), 1);
    ck_assert_int_eq(gil_item_equal(&i, &o), 0);
    ck_assert_int_eq(gil_item_equal(&d, &d), 1);
    ck_assert_int_eq(gil_item_equal(&n, &n), 0);
    ck_assert_int_eq(gil_item_equal(&i, &part), 0);
    ck_assert_int_eq(gil_item_equal(&t, &a), 1);
    ck_assert_int_eq(gil_item_equal(&i, &g), 0);
    ck_assert_int_eq(gil_item_equal(&odd, &odd), 0);
    ck_assert_int_eq(gil_item_equal(&e, &f), 1);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/memoryview_item");
    TCase *tc = tcase_create("memoryview_item");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_memoryview_item__integers_and_their_limits);
    tcase_add_test(tc, test_value_memoryview_item__reals_truth_and_octets);
    tcase_add_test(tc, test_value_memoryview_item__other_formats);
    tcase_add_test(tc, test_value_memoryview_item__equal_are_elements_and_shapes);
    suite_add_tcase(s, tc);
    return s;
}
