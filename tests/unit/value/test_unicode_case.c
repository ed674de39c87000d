/* SPDX-License-Identifier: MIT */
/* Methods that change case or ask for it: results in the narrowest form, the empty text, words. */
#include "support/expect.h"
#include "support/support.h"

#include "gilrt/bool.h"
#include "gilrt/call.h"

/* The method of that name, called on that text. */
static GilObject *
call(const char *text, const char *method)
{
    GilObject *str = GilUnicode_FromString(text), *result = str == NULL ? NULL : GilObject_CallMethod(str, method, NULL);

    Gil_XDECREF(str);
    return result;
}

START_TEST(test_value_unicode_case__changed)
{
    static const struct {
        const char *method, *from, *to;
    } cases[] = {
        {"upper", "", ""},
        {"upper", "q", "Q"},
        {"upper", "az@[`{ AZ09", "AZ@[`{ AZ09"},
        {"lower", "az@[`{ AZ09", "az@[`{ az09"},
        {"lower", "Q", "q"},
        {"upper", "stra\xc3\x9f" "e \xc3\xa4", "STRA\xc3\x9f" "E \xc3\x84"},
        {"upper", "\xc3\xbf", "\xc5\xb8"},
        {"upper", "x\xc2\xb5", "X\xce\x9c"},
        {"lower", "\xe2\x84\xaa", "k"},
        {"lower", "\xe2\x84\xaa" "B", "kb"},
        {"lower", "\xf0\x90\x90\x80x", "\xf0\x90\x90\xa8x"},
        {"capitalize", "hELLO wORLD", "Hello world"},
        {"capitalize", "\xc7\x84x", "\xc7\x85x"},
        {"swapcase", "aB\xc3\xa4\xc3\x84" "1", "Ab\xc3\x84\xc3\xa4" "1"},
        {"title", "they're bill's FRIENDS-2x \xc7\x86", "They'Re Bill'S Friends-2X \xc7\x85"},
        {"title", "", ""},
        {"casefold", "Abc\303\211\320\226", "abc\303\251\320\266"},
        {"casefold", "", ""},
        {"casefold", "\317\202\316\243\317\203", "\317\203\317\203\317\203"},
        {"casefold", "\305\277\342\204\252", "sk"},
        {"casefold", "\302\265", "\316\274"},
        {"casefold", "\341\216\240\352\255\260\341\217\270", "\341\216\240\341\216\240\341\217\260"},
        {"casefold", "\304\261I", "\304\261i"},
        {"casefold", "\307\205", "\307\206"},
    };
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++)
        gil_expect_text(call(cases[i].from, cases[i].method), cases[i].to);
}
END_TEST

START_TEST(test_value_unicode_case__results_take_the_narrowest_form)
{
    GilObject *kelvin = call("\xe2\x84\xaa" "elvin", "lower"), *wide = call("a\xc3\xbf", "upper");

    ck_assert(GilUnicode_IS_ASCII(kelvin));
    ck_assert_int_eq(GilUnicode_KIND(wide), 2);
    Gil_DECREF(kelvin);
    Gil_DECREF(wide);
}
END_TEST

START_TEST(test_value_unicode_case__asked)
{
    static const struct {
        const char *method, *yes[4], *no[5];
    } cases[] = {
        {"isalnum", {"a1", "\xc3\xa4\xc2\xbd", NULL}, {"", "a b", "_", NULL}},
        {"isalpha", {"abc", "\xe4\xb8\x80", NULL}, {"", "a1", NULL}},
        {"isascii", {"", "a~", NULL}, {"\xc3\xa4", NULL}},
        {"isdecimal", {"09", "\xd9\xa3", NULL}, {"", "\xc2\xb2", "1a", NULL}},
        {"isdigit", {"09", "\xc2\xb2", NULL}, {"", "\xc2\xbd", NULL}},
        {"isnumeric", {"09", "\xc2\xbd", "\xe4\xb8\x80", NULL}, {"", "a", NULL}},
        {"islower", {"a1", "\xc3\x9f", NULL}, {"", "1", "aB", "\xc7\x85", NULL}},
        {"isupper", {"A1", "\xc3\x84", NULL}, {"", "1", "aB", "\xc7\x85", NULL}},
        {"istitle", {"A", "Ab Cd", "\xc7\x85z", NULL}, {"", "1", "ab", "AB", NULL}},
        {"isprintable", {"", "a b", "\xc3\xa4", NULL}, {"\n", "\xc2\xa0", "\xe2\x80\xa8", NULL}},
        {"isspace", {" \t", "\xc2\xa0", NULL}, {"", "a ", NULL}},
        {"isidentifier", {"_a1", "\xc3\xa4", "a\xc2\xb7", NULL}, {"", "1a", "a b", "\xc2\xb7", NULL}},
    };
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++) {
        for (const char *const *text = cases[i].yes; *text != NULL; text++)
            ck_assert_msg(call(*text, cases[i].method) == Gil_True, "%s(%s)", cases[i].method, *text);
        for (const char *const *text = cases[i].no; *text != NULL; text++)
            ck_assert_msg(call(*text, cases[i].method) == Gil_False, "not %s(%s)", cases[i].method, *text);
    }
}
END_TEST

static int
step(void *arg)
{
    const char *const *pair = arg;
    GilObject *op = call(pair[0], pair[1]);
    Gil_XDECREF(op);
    return op == NULL ? -1 : 0;
}

START_TEST(test_value_unicode_case__without_memory)
{
    const char *pairs[][2] = {{"ascii text", "upper"}, {"\xc3\xbf and \xe2\x84\xaa and y", "upper"},
                              {"\xc3\xa4 title", "title"}};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(pairs); i++)
        gil_test_oom_loop(step, (void *)pairs[i]);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/unicode_case");
    TCase *tc = tcase_create("case");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_unicode_case__changed);
    tcase_add_test(tc, test_value_unicode_case__results_take_the_narrowest_form);
    tcase_add_test(tc, test_value_unicode_case__asked);
    tcase_add_test(tc, test_value_unicode_case__without_memory);
    suite_add_tcase(s, tc);
    return s;
}
