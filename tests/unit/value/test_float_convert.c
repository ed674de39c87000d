/* SPDX-License-Identifier: MIT */
/* Doubles from text and to text for C code; what is expected is what CPython 3.11 gives. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>
#include <locale.h>
#include <math.h>
#include <string.h>
#include <strings.h>

/* The C library's, as it is in a Turkish locale, where the small letter of I is not i: it serves whoever calls it here. */
int
strncasecmp(const char *a, const char *b, size_t n)
{
    for (; n > 0; n--, a++, b++) {
        int x = (unsigned char)*a, y = (unsigned char)*b;
        x |= x >= 'A' && x <= 'Z' && x != 'I' ? 0x20 : 0;
        y |= y >= 'A' && y <= 'Z' && y != 'I' ? 0x20 : 0;
        if (x != y || x == 0)
            return x - y;
    }
    return 0;
}

static void
expect_number(const char *text, double want, int length)
{
    char *end;
    double got = GilOS_string_to_double(text, &end, NULL);

    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_msg(isnan(want) ? isnan(got) : got == want, "%s: %g", text, got);
    ck_assert_int_eq(end - text, length);
}

START_TEST(test_value_float_convert__a_number_ends_where_none_goes_on)
{
    expect_number("1.5", 1.5, 3);
    expect_number("1.5x", 1.5, 3);
    expect_number("-.5e-1z", -0.05, 6);
    expect_number("5.e", 5, 2);
    expect_number("1e", 1, 1);
    expect_number("1e+5e", 1e5, 4);
    expect_number("1_0", 1, 1);
    expect_number("0x10", 0, 1);
    expect_number("infin", HUGE_VAL, 3);
    expect_number("-InfinitY", -HUGE_VAL, 9);
    expect_number("nano", NAN, 3);
    expect_number("1e400z", HUGE_VAL, 5);
    expect_number("1e-400", 0, 6);
    expect_number("1234567890123456789012345678901234567890123456789012345678901234567890", 1.2345678901234568e69, 70);
}
END_TEST

START_TEST(test_value_float_convert__the_letters_of_a_locale_do_not_matter)
{
    expect_number("INF", HUGE_VAL, 3);
    expect_number("-INFINITY!", -HUGE_VAL, 9);
    expect_number("NaN", NAN, 3);
    expect_number("+InFinitY", HUGE_VAL, 9);
}
END_TEST

START_TEST(test_value_float_convert__what_is_no_number)
{
    static const char *const texts[] = {"", " 1", "x", "-", ".", "+.e5", "e5", "in", "-i", "na", "\tnf"};
    char *end;

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(texts); i++) {
        ck_assert(GilOS_string_to_double(texts[i], &end, NULL) == -1.0);
        gil_expect_raised(GilExc_ValueError);
        ck_assert_ptr_eq(end, texts[i]);
    }
    ck_assert(GilOS_string_to_double("1.5 ", NULL, NULL) == -1.0);
    gil_expect_error(GilExc_ValueError, "could not convert string to float: '1.5 '");
    ck_assert(GilOS_string_to_double("-1e400", &end, GilExc_OverflowError) == -1.0);
    gil_expect_error(GilExc_OverflowError, "value too large to convert to float: '-1e400'");
    ck_assert_int_eq(strlen(end), 0);
    ck_assert(GilOS_string_to_double("inf", NULL, GilExc_OverflowError) == HUGE_VAL);
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert(GilOS_string_to_double(NULL, NULL, NULL) == -1.0);
    gil_expect_error(GilExc_SystemError, "GilOS_string_to_double: NULL argument");
}
END_TEST

static void
expect_text(double v, char code, int precision, int flags, const char *want)
{
    int type = -1;
    char *text = GilOS_double_to_string(v, code, precision, flags, &type);

    ck_assert_ptr_nonnull(text);
    ck_assert_str_eq(text, want);
    ck_assert_int_eq(type, isnan(v) ? Gil_DTST_NAN : isinf(v) ? Gil_DTST_INFINITE : Gil_DTST_FINITE);
    GilMem_Free(text);
}

START_TEST(test_value_float_convert__texts)
{
    setlocale(LC_ALL, "de_DE.UTF-8"); /* where there is one, its comma must not be seen */
    expect_text(0.1, 'r', 0, 0, "0.1");
    expect_text(1, 'r', 0, 0, "1");
    expect_text(0, 'r', 0, 0, "0");
    expect_text(1, 'r', 0, Gil_DTSF_ADD_DOT_0, "1.0");
    expect_text(1, 'r', 0, Gil_DTSF_ALT, "1.");
    expect_text(1, 'r', 0, Gil_DTSF_ALT | Gil_DTSF_ADD_DOT_0, "1.0");
    expect_text(1e16, 'r', 0, Gil_DTSF_ADD_DOT_0, "1e+16");
    expect_text(1e16, 'r', 0, Gil_DTSF_ALT, "1.e+16");
    expect_text(-0.0, 'r', 0, Gil_DTSF_SIGN, "-0");
    expect_text(-0.04, 'f', 1, Gil_DTSF_NO_NEG_0, "0.0");
    expect_text(-0.04, 'f', 1, Gil_DTSF_NO_NEG_0 | Gil_DTSF_SIGN, "+0.0");
    expect_text(-1e-5, 'e', 0, Gil_DTSF_NO_NEG_0, "-1e-05");
    expect_text(2.5, 'f', 0, 0, "2");
    expect_text(2.5, 'F', 0, Gil_DTSF_ADD_DOT_0, "2.0");
    expect_text(2.5, 'f', 0, Gil_DTSF_ADD_DOT_0 | Gil_DTSF_ALT, "2.0");
    expect_text(2.5, 'f', 0, Gil_DTSF_ALT, "2.");
    expect_text(123456, 'g', 6, Gil_DTSF_ADD_DOT_0, "1.23456e+05");
    expect_text(1, 'G', 6, Gil_DTSF_SIGN | Gil_DTSF_ALT, "+1.00000");
    expect_text(HUGE_VAL, 'r', 0, Gil_DTSF_SIGN | Gil_DTSF_ADD_DOT_0, "+inf");
    expect_text(-HUGE_VAL, 'F', 0, Gil_DTSF_ADD_DOT_0, "-INF");
    expect_text(-NAN, 'g', 3, 0, "nan");
    expect_text(NAN, 'E', 3, Gil_DTSF_SIGN | Gil_DTSF_NO_NEG_0, "+NAN");
}
END_TEST

START_TEST(test_value_float_convert__other_formats)
{
    ck_assert_ptr_null(GilOS_double_to_string(1, 'x', 0, 0, NULL));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilOS_double_to_string(1, '\0', 0, 0, NULL));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilOS_double_to_string(1, 'r', 17, 0, NULL));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilOS_double_to_string(1, 'f', -1, 0, NULL));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilOS_double_to_string(1, 'f', 2147483647, 0, NULL));
    gil_expect_raised(GilExc_ValueError);
}
END_TEST

static int
step(void *arg)
{
    char *text = GilOS_double_to_string(0.1, 'f', 40, 0, NULL), *end;

    (void)arg;
    if (text == NULL)
        return -1;
    double v = GilOS_string_to_double("0.1000000000000000055511151231257827021181583404541015625000000000000", &end, NULL);
    GilMem_Free(text);
    return v == -1.0 ? -1 : 0;
}

START_TEST(test_J1_doubles_and_text_under_lack_of_memory)
{
    gil_test_oom_loop(step, NULL);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/float_convert");
    TCase *tc = tcase_create("convert");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_float_convert__a_number_ends_where_none_goes_on);
    tcase_add_test(tc, test_value_float_convert__the_letters_of_a_locale_do_not_matter);
    tcase_add_test(tc, test_value_float_convert__what_is_no_number);
    tcase_add_test(tc, test_value_float_convert__texts);
    tcase_add_test(tc, test_value_float_convert__other_formats);
    tcase_add_test(tc, test_J1_doubles_and_text_under_lack_of_memory);
    suite_add_tcase(s, tc);
    return s;
}
