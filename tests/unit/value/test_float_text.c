/* SPDX-License-Identifier: MIT */
/* Doubles as text: shortest, correctly rounded, and the same under every locale. */
#include "support/support.h"

#include "state/tstate.h"
#include "value/float_text.h"

#include <gilrt.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

START_TEST(test_value_float_text__known_texts)
{
    static const struct {
        double v;
        const char *text;
    } cases[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1.0, "1.0"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {1e16, "1e+16"},
        {1e15, "1000000000000000.0"},
        {123456789012345680.0, "1.2345678901234568e+17"},
        {9999999999999998.0, "9999999999999998.0"},
        {1e-4, "0.0001"},
        {1e-5, "1e-05"},
        {5e-324, "5e-324"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {0x1p-44, "5.684341886080802e-14"},
        {1e22, "1e+22"},
        {1e23, "1e+23"},
        {9007199254740993.0, "9007199254740992.0"},
        {1.0 / 3.0, "0.3333333333333333"},
        {100.0, "100.0"},
        {1e100, "1e+100"},
        {9.5, "9.5"},
        {0x1p-1074, "5e-324"},
        {0x1p-1022, "2.2250738585072014e-308"},
        {4.35, "4.35"},
        {0.3, "0.3"},
    };
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++) {
        char text[GIL_DOUBLE_REPR];
        size_t len = gil_double_repr(cases[i].v, text);
        ck_assert_str_eq(text, cases[i].text);
        ck_assert_uint_eq(len, strlen(text));
    }
    char text[GIL_DOUBLE_REPR];
    gil_double_repr(HUGE_VAL, text);
    ck_assert_str_eq(text, "inf");
    gil_double_repr(-HUGE_VAL, text);
    ck_assert_str_eq(text, "-inf");
    gil_double_repr((double)NAN, text);
    ck_assert_str_eq(text, "nan");
}
END_TEST

static uint64_t random_state = 88172645463325252u;

static double
random_double(void)
{
    double v;
    do {
        random_state ^= random_state << 13;
        random_state ^= random_state >> 7;
        random_state ^= random_state << 17;
        uint64_t bits =
            random_state % 4 == 0 ? random_state & 0xfff0000000000000u : random_state; /* powers of two too */
        memcpy(&v, &bits, sizeof v);
    } while (!isfinite(v));
    return v;
}

/* Significant digits in a text of gil_double_repr(). */
static int
significant(const char *text)
{
    char digits[GIL_DOUBLE_REPR];
    int n = 0;
    for (; *text != '\0' && *text != 'e'; text++)
        if (*text >= '0' && *text <= '9' && (n > 0 || *text != '0'))
            digits[n++] = *text;
    while (n > 0 && digits[n - 1] == '0')
        n--;
    return n;
}

START_TEST(test_value_float_text__reads_back_and_nothing_shorter_does)
{
    setlocale(LC_ALL, "C"); /* for the model: snprintf and strtod */
    for (int i = 0; i < 20000; i++) {
        char text[GIL_DOUBLE_REPR], shorter[40];
        double v = random_double(), back;
        size_t len = gil_double_repr(v, text);
        ck_assert_int_eq(gil_double_parse(gil_tstate_need(__func__), text, len, &back), 1);
        ck_assert_msg(back == v, "%a became %s became %a", v, text, back);
        ck_assert(strtod(text, NULL) == v);
        int n = significant(text);
        if (n > 1) {
            snprintf(shorter, sizeof shorter, "%.*e", n - 2, v);
            ck_assert_msg(strtod(shorter, NULL) != v, "%s is shorter than %s", shorter, text);
        }
    }
}
END_TEST

START_TEST(test_value_float_text__grammar)
{
    static const struct {
        const char *text;
        int ok;
        double v;
    } cases[] = {
        {"1", 1, 1.0},
        {" 1.5\n", 1, 1.5},
        {"-.5", 1, -0.5},
        {"5.", 1, 5.0},
        {"1e3", 1, 1000.0},
        {"1E-2", 1, 0.01},
        {"1_000.5", 1, 1000.5},
        {"+inf", 1, HUGE_VAL},
        {"-Infinity", 1, -HUGE_VAL},
        {"1e400", 1, HUGE_VAL},
        {"1_0e1_0", 1, 1e11},
        {"", 0, 0},
        {".", 0, 0},
        {"e1", 0, 0},
        {"1e", 0, 0},
        {"1e+", 0, 0},
        {"0x1p3", 0, 0},
        {"1_", 0, 0},
        {"_1", 0, 0},
        {"1__0", 0, 0},
        {"1_.5", 0, 0},
        {"1._5", 0, 0},
        {"1,5", 0, 0},
        {"1 2", 0, 0},
        {"nan(1)", 0, 0},
        {"infinit", 0, 0},
        {"--1", 0, 0},
        {"2.22507385850720113605740979670913197593481954635164564e-308", 1, 2.2250738585072011e-308},
        {"9007199254740992.99999999999999999999999999999999999999999999999999999999999999999999999", 1,
         9007199254740992.0},
    };
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++) {
        double v = 0;
        int ok = gil_double_parse(gil_tstate_need(__func__), cases[i].text, strlen(cases[i].text), &v);
        ck_assert_msg(ok == cases[i].ok, "\"%s\": %d", cases[i].text, ok);
        ck_assert_msg(!ok || v == cases[i].v, "\"%s\": %a", cases[i].text, v);
    }
}
END_TEST

START_TEST(test_value_float_text__decimal_comma_of_the_host_changes_nothing)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "de_DE", "fr_FR.UTF-8", "pl_PL.UTF-8", NULL};
    const char *const *name = names;
    char text[GIL_DOUBLE_REPR];
    double v;

    while (*name != NULL && setlocale(LC_ALL, *name) == NULL)
        name++; /* where none is installed the builder's locale serves */
    gil_double_repr(1.5, text);
    ck_assert_str_eq(text, "1.5");
    ck_assert_int_eq(gil_double_parse(gil_tstate_need(__func__), "1.5", 3, &v), 1);
    ck_assert(v == 1.5);
    ck_assert_int_eq(gil_double_parse(gil_tstate_need(__func__), "1,5", 3, &v), 0);
}
END_TEST

static int
parse_long(void *arg)
{
    double v;
    return gil_double_parse(gil_tstate_need(__func__), arg, strlen(arg), &v) == 1 ? 0 : -1;
}

START_TEST(test_value_float_text__lack_of_memory_is_an_error)
{
    char text[200];
    memset(text, '1', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    gil_test_oom_loop(parse_long, text);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/float_text");
    TCase *tc = tcase_create("float_text");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_value_float_text__known_texts);
    tcase_add_test(tc, test_value_float_text__reads_back_and_nothing_shorter_does);
    tcase_add_test(tc, test_value_float_text__grammar);
    tcase_add_test(tc, test_value_float_text__decimal_comma_of_the_host_changes_nothing);
    tcase_add_test(tc, test_value_float_text__lack_of_memory_is_an_error);
    suite_add_tcase(s, tc);
    return s;
}
