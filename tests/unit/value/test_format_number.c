/* SPDX-License-Identifier: MIT */
/* int, float and str by each type of presentation. What is expected is what CPython 3.11 gives. */
#include "format.h"

#include "gilrt/bool.h"
#include "gilrt/number.h"
#include "value/format_number.h"

#include <locale.h>

static int
format_step(void *arg)
{
    GilObject **pair = arg, *op = GilObject_Format(pair[0], pair[1]);
    Gil_XDECREF(op);
    return op == NULL ? -1 : 0;
}

START_TEST(test_value_format_number__ints)
{
    static const struct format_case negative[] = {
        {"", "-255", NULL},
        {"b", "-11111111", NULL},
        {"#b", "-0b11111111", NULL},
        {"o", "-377", NULL},
        {"#o", "-0o377", NULL},
        {"x", "-ff", NULL},
        {"#x", "-0xff", NULL},
        {"X", "-FF", NULL},
        {"#X", "-0XFF", NULL},
        {"d", "-255", NULL},
        {"n", "-255", NULL},
        {"08b", "-11111111", NULL},
        {"#010x", "-0x00000ff", NULL},
        {".0f", "-255", NULL},
        {"e", "-2.550000e+02", NULL},
        {"G", "-255", NULL},
        {"%", "-25500.000000%", NULL},
        {"c", "%c arg not in range(0x110000)", &GilExc_OverflowError},
        {"+c", "Sign not allowed with integer format specifier 'c'", &GilExc_ValueError},
        {"#c", "Alternate form (#) not allowed with integer format specifier 'c'", &GilExc_ValueError},
        {".3", "Precision not allowed in integer format specifier", &GilExc_ValueError},
        {"zd", "Negative zero coercion (z) not allowed in integer format specifier", &GilExc_ValueError},
        {"s", "Unknown format code 's' for object of type 'int'", &GilExc_ValueError},
        {"#_x", "-0xff", NULL},
    };
    static const struct format_case letter[] = {
        {"c", "A", NULL},
        {"5c", "    A", NULL},
        {"<5c", "A    ", NULL},
        {"^5c", "  A  ", NULL},
        {"05c", "0000A", NULL},
        {"=5c", "    A", NULL},
        {"x=5c", "xxxxA", NULL},
        {".1c", "Precision not allowed in integer format specifier", &GilExc_ValueError},
    };
    GilObject *negative_value = GilLong_FromLong(-255);
    GilObject *letter_value = GilLong_FromLong(65);

    EXPECT_FORMATS(negative_value, negative);
    Gil_DECREF(negative_value);
    EXPECT_FORMATS(letter_value, letter);
    Gil_DECREF(letter_value);
}
END_TEST

START_TEST(test_value_format_number__floats)
{
    static const struct format_case middle[] = {
        {"", "1234.5678", NULL},
        {"e", "1.234568e+03", NULL},
        {"E", "1.234568E+03", NULL},
        {"f", "1234.567800", NULL},
        {"F", "1234.567800", NULL},
        {"g", "1234.57", NULL},
        {"G", "1234.57", NULL},
        {"n", "1234.57", NULL},
        {"%", "123456.780000%", NULL},
        {".0f", "1235", NULL},
        {"#.0f", "1235.", NULL},
        {".0e", "1e+03", NULL},
        {"#.0e", "1.e+03", NULL},
        {".2f", "1234.57", NULL},
        {".2e", "1.23e+03", NULL},
        {".3g", "1.23e+03", NULL},
        {"#.10g", "1234.567800", NULL},
        {".2", "1.2e+03", NULL},
        {".6", "1234.57", NULL},
        {".4", "1.235e+03", NULL},
        {".3", "1.23e+03", NULL},
        {".0", "1e+03", NULL},
        {"#.3", "1.23e+03", NULL},
        {"010.1f", "00001234.6", NULL},
        {",.2f", "1,234.57", NULL},
        {"+", "+1234.5678", NULL},
        {" ", " 1234.5678", NULL},
        {"s", "Unknown format code 's' for object of type 'float'", &GilExc_ValueError},
        {"c", "Unknown format code 'c' for object of type 'float'", &GilExc_ValueError},
        {"d", "Unknown format code 'd' for object of type 'float'", &GilExc_ValueError},
        {"x", "Unknown format code 'x' for object of type 'float'", &GilExc_ValueError},
        {".17", "1234.5678", NULL},
        {"_.1f", "1_234.6", NULL},
        {".3%", "123456.780%", NULL},
    };
    static const struct format_case large[] = {
        {"", "1e+16", NULL},
        {"#", "1.e+16", NULL},
        {".3", "1e+16", NULL},
        {".17", "1e+16", NULL},
        {"f", "10000000000000000.000000", NULL},
        {"g", "1e+16", NULL},
        {".20g", "10000000000000000", NULL},
        {"n", "1e+16", NULL},
    };
    static const struct format_case small[] = {
        {"", "0.0001", NULL},
        {"g", "0.0001", NULL},
        {".1", "0.0001", NULL},
        {"f", "0.000100", NULL},
        {"e", "1.000000e-04", NULL},
        {".10g", "0.0001", NULL},
        {"%", "0.010000%", NULL},
        {"#g", "0.000100000", NULL},
    };
    static const struct format_case tiny[] = {
        {"", "1.234e-05", NULL},
        {"g", "1.234e-05", NULL},
        {".2", "1.2e-05", NULL},
        {"f", "0.000012", NULL},
        {".8f", "0.00001234", NULL},
    };
    static const struct format_case hundred[] = {
        {"", "100.0", NULL},
        {".1", "1e+02", NULL},
        {".2", "1e+02", NULL},
        {".3", "1e+02", NULL},
        {".4", "100.0", NULL},
        {"#.4", "100.0", NULL},
        {"g", "100", NULL},
        {"#g", "100.000", NULL},
        {".3g", "100", NULL},
    };
    GilObject *middle_value = GilFloat_FromDouble(1234.5678);
    GilObject *large_value = GilFloat_FromDouble(1e16);
    GilObject *small_value = GilFloat_FromDouble(0.0001);
    GilObject *tiny_value = GilFloat_FromDouble(0.00001234);
    GilObject *hundred_value = GilFloat_FromDouble(100.0);

    EXPECT_FORMATS(middle_value, middle);
    Gil_DECREF(middle_value);
    EXPECT_FORMATS(large_value, large);
    Gil_DECREF(large_value);
    EXPECT_FORMATS(small_value, small);
    Gil_DECREF(small_value);
    EXPECT_FORMATS(tiny_value, tiny);
    Gil_DECREF(tiny_value);
    EXPECT_FORMATS(hundred_value, hundred);
    Gil_DECREF(hundred_value);
}
END_TEST

START_TEST(test_value_format_number__zeros_and_what_is_no_number)
{
    static const struct format_case zero[] = {
        {"", "-0.0", NULL},
        {"z", "0.0", NULL},
        {"f", "-0.000000", NULL},
        {"z.1f", "0.0", NULL},
        {"+", "-0.0", NULL},
        {"zg", "0", NULL},
        {"z%", "0.000000%", NULL},
    };
    static const struct format_case nearly[] = {
        {".1f", "-0.0", NULL},
        {"z.1f", "0.0", NULL},
        {"z.2f", "-0.04", NULL},
        {"z.0e", "-4e-02", NULL},
    };
    static const struct format_case nan[] = {
        {"", "nan", NULL},
        {"E", "NAN", NULL},
        {"08", "00000nan", NULL},
        {"+", "+nan", NULL},
        {"%", "nan%", NULL},
        {"z", "nan", NULL},
    };
    static const struct format_case infinite[] = {
        {"", "-inf", NULL},
        {"F", "-INF", NULL},
        {"08", "-0000inf", NULL},
        {"+", "-inf", NULL},
        {".3e", "-inf", NULL},
    };
    GilObject *zero_value = GilFloat_FromDouble(-0.0);
    GilObject *nearly_value = GilFloat_FromDouble(-0.04);
    GilObject *nan_value = GilFloat_FromDouble(__builtin_nan(""));
    GilObject *infinite_value = GilFloat_FromDouble(-__builtin_inf());

    EXPECT_FORMATS(zero_value, zero);
    Gil_DECREF(zero_value);
    EXPECT_FORMATS(nearly_value, nearly);
    Gil_DECREF(nearly_value);
    EXPECT_FORMATS(nan_value, nan);
    Gil_DECREF(nan_value);
    EXPECT_FORMATS(infinite_value, infinite);
    Gil_DECREF(infinite_value);
}
END_TEST

START_TEST(test_value_format_number__text)
{
    static const struct format_case text[] = {
        {"", "h\303\244llo", NULL},
        {"s", "h\303\244llo", NULL},
        {".2", "h\303\244", NULL},
        {"10", "h\303\244llo     ", NULL},
        {">10", "     h\303\244llo", NULL},
        {"^10", "  h\303\244llo   ", NULL},
        {"*^10.3", "***h\303\244l****", NULL},
        {"010", "h\303\244llo00000", NULL},
        {"d", "Unknown format code 'd' for object of type 'str'", &GilExc_ValueError},
        {"+", "Sign not allowed in string format specifier", &GilExc_ValueError},
        {" ", "Space not allowed in string format specifier", &GilExc_ValueError},
        {"#", "Alternate form (#) not allowed in string format specifier", &GilExc_ValueError},
        {"z", "Negative zero coercion (z) not allowed in string format specifier", &GilExc_ValueError},
        {"=10", "'=' alignment not allowed in string format specifier", &GilExc_ValueError},
        {",", "Cannot specify ',' with 's'.", &GilExc_ValueError},
        {"_s", "Cannot specify '_' with 's'.", &GilExc_ValueError},
        {"<10", "h\303\244llo     ", NULL},
    };
    GilObject *text_value = GilUnicode_FromString("h\xc3\xa4llo");

    EXPECT_FORMATS(text_value, text);
    Gil_DECREF(text_value);
}
END_TEST

START_TEST(test_value_format_number__subtypes_and_large_ones)
{
    static const struct format_case truth[] = {{"d", "1", NULL}, {"5", "    1", NULL}, {"", "True", NULL}};
    static const struct format_case wide[] = {
        {",", "36,893,488,147,419,103,232", NULL},
        {"#x", "0x20000000000000000", NULL},
        {".3e", "3.689e+19", NULL},
        {"c", "int too large to convert to C long", &GilExc_OverflowError},
    };
    static const struct format_case euro[] = {{"c", "\xe2\x82\xac", NULL}, {"*<3c", "\xe2\x82\xac**", NULL}};
    GilObject *two_to_65 = GilLong_FromString("36893488147419103232", NULL, 10), *sign = GilLong_FromLong(0x20ac);
    GilObject *huge = GilNumber_Lshift(sign, sign), *spec = GilUnicode_FromString("e");

    EXPECT_FORMATS(Gil_True, truth);
    EXPECT_FORMATS(two_to_65, wide);
    EXPECT_FORMATS(sign, euro);
    ck_assert_ptr_null(GilObject_Format(huge, spec));
    gil_expect_error(GilExc_OverflowError, "int too large to convert to float");
    Gil_DECREF(two_to_65);
    Gil_DECREF(sign);
    Gil_DECREF(huge);
    Gil_DECREF(spec);
}
END_TEST

START_TEST(test_value_format_number__precision_has_a_bound)
{
    static const struct format_case cases[] = {
        {".2147483647f", "precision too big", &GilExc_ValueError},
        {".400f", "0.1000000000000000055511151231257827021181583404541015625"
                  "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
                  "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
                  "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
                  "000000000000000000000000000000000000000000000", NULL},
        {".400", "0.1000000000000000055511151231257827021181583404541015625", NULL},
    };
    GilObject *tenth = GilFloat_FromDouble(0.1);

    EXPECT_FORMATS(tenth, cases);
    Gil_DECREF(tenth);
}
END_TEST

START_TEST(test_value_format_number__the_locale_does_not_matter)
{
    static const struct format_case cases[] = {{".2f", "1234.50", NULL}, {"e", "1.234500e+03", NULL}, {"n", "1234.5", NULL}};
    GilObject *value = GilFloat_FromDouble(1234.5);

    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL) /* without it the C locale is tried once more */
        setlocale(LC_ALL, "");
    EXPECT_FORMATS(value, cases);
    Gil_DECREF(value);
}
END_TEST

START_TEST(test_value_format_number__without_memory)
{
    static const char *const specs[] = {"X", "e", "g", "%", "#.0f", "08.1f", "c"};
    GilObject *pair[2] = {GilLong_FromLong(70123), NULL};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(specs); i++) {
        pair[1] = GilUnicode_FromString(specs[i]);
        gil_test_oom_loop(format_step, pair);
        Gil_DECREF(pair[1]);
    }
    Gil_DECREF(pair[0]);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/format_number");
    TCase *tc = tcase_create("format_number");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_format_number__ints);
    tcase_add_test(tc, test_value_format_number__floats);
    tcase_add_test(tc, test_value_format_number__zeros_and_what_is_no_number);
    tcase_add_test(tc, test_value_format_number__text);
    tcase_add_test(tc, test_value_format_number__subtypes_and_large_ones);
    tcase_add_test(tc, test_value_format_number__precision_has_a_bound);
    tcase_add_test(tc, test_value_format_number__the_locale_does_not_matter);
    tcase_add_test(tc, test_value_format_number__without_memory);
    suite_add_tcase(s, tc);
    return s;
}
