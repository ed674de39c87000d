/* SPDX-License-Identifier: MIT */
/* Ints as text: every base both ways, the grammar, and the limit on digits. */
#include "support/expect.h"
#include "support/support.h"

#include "value/long.h"

#include <gilrt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

START_TEST(test_value_long_text__every_base_there_and_back)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    static const char *const numbers[] = {"0",
                                          "-1",
                                          "1000000000000000000000000000000",
                                          "-0x123456789abcdef0123456789abcdef0123456789",
                                          "0xffffffffffffffffffffffffffffffffffffffffffffffff",
                                          "18446744073709551616"};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(numbers); i++)
        for (int base = 2; base <= 36; base++) {
            GilObject *v = GilLong_FromString(numbers[i], NULL, 0), *text = gil_long_to_text(ts, gil_long(v), base, 0);
            GilObject *back = GilLong_FromUnicodeObject(text, base);
            ck_assert_msg(GilObject_RichCompareBool(v, back, Gil_EQ) == 1, "%s in base %d", numbers[i], base);
            Gil_DECREF(back);
            Gil_DECREF(text);
            Gil_DECREF(v);
        }
}
END_TEST

START_TEST(test_value_long_text__prefixes)
{
    GilObject *v = GilLong_FromLong(-10);
    gil_expect_text(GilNumber_ToBase(v, 2), "-0b1010");
    gil_expect_text(GilNumber_ToBase(v, 8), "-0o12");
    gil_expect_text(GilNumber_ToBase(v, 10), "-10");
    gil_expect_text(GilNumber_ToBase(v, 16), "-0xa");
    GilObject *big = GilLong_FromString("0x1234567890abcdef1234567890abcdef", NULL, 16);
    gil_expect_text(GilNumber_ToBase(big, 16), "0x1234567890abcdef1234567890abcdef");
    gil_expect_text(GilNumber_ToBase(big, 8), "0o221505317044125715736110642547422052746757");
    Gil_DECREF(big);
}
END_TEST

START_TEST(test_value_long_text__grammar)
{
    static const struct {
        const char *text;
        int base;
        const char *want; /* NULL: refused */
    } cases[] = {
        {" \t\n12\v\f\r ", 10, "12"},
        {"+7", 10, "7"},
        {"1_000", 10, "1000"},
        {"0x_ff", 16, "255"},
        {"0XfF", 0, "255"},
        {"0o17", 0, "15"},
        {"0b101", 0, "5"},
        {"00_0", 0, "0"},
        {"zz", 36, "1295"},
        {"0b1", 16, "177"},
        {"012", 10, "12"},
        {"012", 0, NULL},
        {"_1", 10, NULL},
        {"1_", 10, NULL},
        {"1__0", 10, NULL},
        {"", 10, NULL},
        {"-", 10, NULL},
        {"0x", 16, NULL},
        {"0x", 0, NULL},
        {"1 2", 10, NULL},
        {"- 1", 10, NULL},
        {"12a", 10, NULL},
        {"9", 8, NULL},
        {"0b2", 0, NULL},
        {"0x__1", 16, NULL},
    };
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++) {
        GilObject *v = GilLong_FromString(cases[i].text, NULL, cases[i].base);
        ck_assert_msg((v != NULL) == (cases[i].want != NULL), "\"%s\"", cases[i].text);
        if (v != NULL)
            gil_expect_repr(v, cases[i].want);
        else {
            ck_assert(GilErr_ExceptionMatches(GilExc_ValueError));
            GilErr_Clear();
        }
    }
    gil_expect_failure(GilLong_FromString("x1", NULL, 10), GilExc_ValueError,
                       "invalid literal for int() with base 10: 'x1'");
    GilObject *surrogate = GilUnicode_DecodeFSDefault("\x80");
    gil_expect_failure(GilLong_FromUnicodeObject(surrogate, 10), GilExc_ValueError,
                       "invalid literal for int() with base 10: '\\udc80'");
    Gil_DECREF(surrogate);
    gil_expect_failure(GilLong_FromString("1", NULL, 37), GilExc_ValueError, "int() arg 2 must be >= 2 and <= 36");
}
END_TEST

START_TEST(test_value_long_text__end_of_what_was_used)
{
    char *end;
    const char *text = "  42 ";
    Gil_DECREF(GilLong_FromString(text, &end, 10));
    ck_assert_ptr_eq(end, text + 5);
    text = "42 apples";
    ck_assert_ptr_null(GilLong_FromString(text, &end, 10));
    GilErr_Clear();
    ck_assert_ptr_eq(end, text + 3);
    /* An underscore that stands between no digits is not used either. */
    static const struct {
        const char *text;
        int base, used;
    } cases[] = {{"0_", 10, 1}, {"12_", 10, 2}, {"12_ ", 10, 2}, {"1_z", 10, 1}, {"1_z", 36, 3}, {"1__2", 10, 1},
                 {"_1", 10, 0}, {"0x_", 36, 2}, {"0x_", 0, 3}, {"0x__1", 0, 3}, {" _", 10, 1}, {"+", 10, 1}};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++) {
        Gil_XDECREF(GilLong_FromString(cases[i].text, &end, cases[i].base));
        ck_assert_msg(end == cases[i].text + cases[i].used, "\"%s\": %td", cases[i].text, end - cases[i].text);
        GilErr_Clear();
    }
}
END_TEST

START_TEST(test_value_long_text__white_space_of_all_scripts)
{
    GilObject *text = GilUnicode_FromString(" \xc2\xa0\t12\n\xe2\x80\x83");
    gil_expect_repr(GilLong_FromUnicodeObject(text, 10), "12");
    gil_expect_repr(GilNumber_Float(text), "12.0");
    Gil_DECREF(text);
    static const char *const refused[] = {"\xc2\xa0", "1\xc2\xa0" "2", "\x1c" "5\xc2\xa0", "5\x1f\xc2\xa0", "5\xc3\xa9"};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(refused); i++) {
        text = GilUnicode_FromString(refused[i]);
        ck_assert_ptr_null(GilLong_FromUnicodeObject(text, 10));
        gil_expect_raised(GilExc_ValueError);
        ck_assert_ptr_null(GilFloat_FromString(text));
        gil_expect_raised(GilExc_ValueError);
        Gil_DECREF(text);
    }
    text = GilUnicode_FromString("\xe2\x80\x83x");
    gil_expect_failure(GilLong_FromUnicodeObject(text, 10), GilExc_ValueError,
                       "invalid literal for int() with base 10: '\\u2003x'");
    Gil_DECREF(text);
}
END_TEST

START_TEST(test_value_long_text__limit_on_digits)
{
    char *text = malloc(5001);
    memset(text, '9', 5000);
    text[5000] = '\0';
    gil_expect_failure(GilLong_FromString(text, NULL, 10), GilExc_ValueError,
                       "Exceeds the limit (4300 digits) for integer string conversion: value has 5000 digits; use "
                       "GilLong_SetMaxStrDigits() to increase the limit");
    GilObject *big = GilLong_FromString(text, NULL, 16);
    ck_assert_ptr_nonnull(big);
    gil_expect_failure(GilObject_Repr(big), GilExc_ValueError,
                       "Exceeds the limit (4300 digits) for integer string conversion; use GilLong_SetMaxStrDigits() to "
                       "increase the limit");
    Gil_DECREF(big);
    text[4300] = '\0';
    big = GilLong_FromString(text, NULL, 10);
    gil_expect_repr(big, text);
    big = GilLong_FromString(text, NULL, 10);
    GilObject *more = GilNumber_Add(big, GilLong_FromLong(1));
    gil_expect_failure(GilObject_Repr(more), GilExc_ValueError,
                       "Exceeds the limit (4300 digits) for integer string conversion; use GilLong_SetMaxStrDigits() to "
                       "increase the limit");
    Gil_DECREF(more);
    Gil_DECREF(big);
    free(text);
}
END_TEST

START_TEST(test_value_long_text__limit_can_be_set)
{
    char *text = malloc(5001);
    memset(text, '9', 5000);
    text[5000] = '\0';
    ck_assert_int_eq(GilLong_GetMaxStrDigits(), 4300);
    static const int wrong[] = {-1, 1, 639, INT_MIN};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(wrong); i++) {
        ck_assert_int_eq(GilLong_SetMaxStrDigits(wrong[i]), -1);
        gil_expect_error(GilExc_ValueError, "maxdigits must be 0 or larger than 640");
    }
    ck_assert_int_eq(GilLong_GetMaxStrDigits(), 4300);
    ck_assert_int_eq(GilLong_SetMaxStrDigits(5000), 0);
    gil_expect_repr(GilLong_FromString(text, NULL, 10), text);
    ck_assert_int_eq(GilLong_SetMaxStrDigits(4999), 0);
    gil_expect_failure(GilLong_FromString(text, NULL, 10), GilExc_ValueError,
                       "Exceeds the limit (4999 digits) for integer string conversion: value has 5000 digits; use "
                       "GilLong_SetMaxStrDigits() to increase the limit");
    ck_assert_int_eq(GilLong_SetMaxStrDigits(0), 0);
    ck_assert_int_eq(GilLong_GetMaxStrDigits(), 0);
    GilObject *big = GilLong_FromString(text, NULL, 10);
    ck_assert_int_eq(GilLong_SetMaxStrDigits(640), 0);
    ck_assert_ptr_null(GilObject_Str(big));
    gil_expect_raised(GilExc_ValueError);
    GilObject *hex = GilNumber_ToBase(big, 16);
    ck_assert_ptr_nonnull(hex);
    Gil_DECREF(hex);
    Gil_DECREF(big);
    free(text);
}
END_TEST

static int
there_and_back(void *arg)
{
    GilObject *text = NULL, *hex = NULL,
              *v = GilLong_FromString("123456789012345678901234567890123456789012345678901234567890", NULL, 10);
    (void)arg;
    if (v != NULL)
        text = GilObject_Repr(v);
    if (text != NULL)
        hex = GilNumber_ToBase(v, 16);
    int failed = hex == NULL;
    Gil_XDECREF(hex);
    Gil_XDECREF(text);
    Gil_XDECREF(v);
    return -failed;
}

START_TEST(test_value_long_text__lack_of_memory_is_an_error)
{
    gil_test_oom_loop(there_and_back, NULL);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/long_text");
    TCase *tc = tcase_create("long_text");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_long_text__every_base_there_and_back);
    tcase_add_test(tc, test_value_long_text__prefixes);
    tcase_add_test(tc, test_value_long_text__grammar);
    tcase_add_test(tc, test_value_long_text__end_of_what_was_used);
    tcase_add_test(tc, test_value_long_text__white_space_of_all_scripts);
    tcase_add_test(tc, test_value_long_text__limit_on_digits);
    tcase_add_test(tc, test_value_long_text__limit_can_be_set);
    tcase_add_test(tc, test_value_long_text__lack_of_memory_is_an_error);
    suite_add_tcase(s, tc);
    return s;
}
