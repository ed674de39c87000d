/* SPDX-License-Identifier: MIT */
/* str % args: conversions, flags, where arguments come from. Errors are worded as in CPython 3.11. */
#include "format.h"

#include "gilrt/bool.h"
#include "gilrt/dict.h"
#include "gilrt/number.h"

/* template % args, which is given back. */
static void
expect_percent(GilObject *args, struct format_case c)
{
    GilObject *template = GilUnicode_FromString(c.format);

    ck_assert_ptr_nonnull(args);
    expect_case(GilUnicode_Format(template, args), &c);
    Gil_DECREF(template);
    Gil_DECREF(args);
}

static int
step(void *arg)
{
    GilObject *template = GilUnicode_FromString("%(a)5.3d%%%(b)s \xe2\x82\xac%(c)#X %(c)c %(c)e"), *op = NULL;

    if (template == NULL)
        return -1;
    op = GilUnicode_Format(template, arg);
    Gil_XDECREF(op);
    Gil_DECREF(template);
    return op == NULL ? -1 : 0;
}

START_TEST(test_value_unicode_percent__conversions)
{
    expect_percent(Gil_BuildValue("(s)", "x"), (struct format_case){"%d", "%d format: a real number is required, not str", &GilExc_TypeError});
    expect_percent(Gil_BuildValue("d", 1.5), (struct format_case){"%d", "1", NULL});
    expect_percent(Gil_BuildValue("d", 1.5), (struct format_case){"%x", "%x format: an integer is required, not float", &GilExc_TypeError});
    expect_percent(GilTuple_New(0), (struct format_case){"%s", "not enough arguments for format string", &GilExc_TypeError});
    expect_percent(Gil_BuildValue("(i)", 1), (struct format_case){"%s %s", "not enough arguments for format string", &GilExc_TypeError});
    expect_percent(Gil_BuildValue("(ii)", 1, 2), (struct format_case){"%s", "not all arguments converted during string formatting", &GilExc_TypeError});
    expect_percent(Gil_BuildValue("i", 1), (struct format_case){"x", "not all arguments converted during string formatting", &GilExc_TypeError});
    expect_percent(Gil_BuildValue("s", "ab"), (struct format_case){"%c", "%c requires int or char", &GilExc_TypeError});
    expect_percent(Gil_BuildValue("d", 1.5), (struct format_case){"%c", "%c requires int or char", &GilExc_TypeError});
    expect_percent(Gil_BuildValue("i", -1), (struct format_case){"%c", "%c arg not in range(0x110000)", &GilExc_OverflowError});
    expect_percent(Gil_BuildValue("i", 1114112), (struct format_case){"%c", "%c arg not in range(0x110000)", &GilExc_OverflowError});
    expect_percent(Gil_BuildValue("i", 1), (struct format_case){"%q", "unsupported format character 'q' (0x71) at index 1", &GilExc_ValueError});
    expect_percent(Gil_BuildValue("i", 1), (struct format_case){"%", "incomplete format", &GilExc_ValueError});
    expect_percent(Gil_BuildValue("i", 1), (struct format_case){"%5", "incomplete format", &GilExc_ValueError});
    expect_percent(Gil_BuildValue("(ii)", 5, 1), (struct format_case){"%*d", "    1", NULL});
    expect_percent(Gil_BuildValue("(si)", "x", 1), (struct format_case){"%*d", "* wants int", &GilExc_TypeError});
    expect_percent(Gil_BuildValue("(ii)", -4, 1), (struct format_case){"%*d", "1   ", NULL});
    expect_percent(Gil_BuildValue("(id)", 2, 1.5), (struct format_case){"%.*f", "1.50", NULL});
    expect_percent(Gil_BuildValue("(id)", -2, 1.5), (struct format_case){"%.*f", "2", NULL});
    expect_percent(Gil_BuildValue("i", 3), (struct format_case){"%-5d|", "3    |", NULL});
    expect_percent(Gil_BuildValue("i", 3), (struct format_case){"%+05d", "+0003", NULL});
    expect_percent(Gil_BuildValue("i", -3), (struct format_case){"%+05d", "-0003", NULL});
    expect_percent(Gil_BuildValue("i", -255), (struct format_case){"%#x", "-0xff", NULL});
    expect_percent(Gil_BuildValue("i", 255), (struct format_case){"%#X", "0XFF", NULL});
    expect_percent(Gil_BuildValue("i", 8), (struct format_case){"%#o", "0o10", NULL});
    expect_percent(Gil_BuildValue("i", 5), (struct format_case){"%.3d", "005", NULL});
    expect_percent(Gil_BuildValue("i", -5), (struct format_case){"%.3x", "-005", NULL});
    expect_percent(Gil_BuildValue("i", 5), (struct format_case){"%#.5X", "0X00005", NULL});
    expect_percent(Gil_BuildValue("d", 1.25), (struct format_case){"%5.1f", "  1.2", NULL});
    expect_percent(Gil_BuildValue("s", "a"), (struct format_case){"%r", "'a'", NULL});
    expect_percent(Gil_BuildValue("s", "\303\244"), (struct format_case){"%a", "'\\xe4'", NULL});
    expect_percent(GilTuple_New(0), (struct format_case){"%%", "%", NULL});
    expect_percent(GilTuple_New(0), (struct format_case){"%5%", "not enough arguments for format string", &GilExc_TypeError});
    expect_percent(Gil_BuildValue("(i)", 1), (struct format_case){"%5%", "unsupported format character '%' (0x25) at index 2", &GilExc_ValueError});
    expect_percent(Gil_BuildValue("s", "abc"), (struct format_case){"%.2s", "ab", NULL});
    expect_percent(Gil_BuildValue("s", "abc"), (struct format_case){"%10.1s|", "         a|", NULL});
    expect_percent(Gil_BuildValue("i", 1), (struct format_case){"%e", "1.000000e+00", NULL});
    expect_percent(Gil_BuildValue("s", "a"), (struct format_case){"%f", "must be real number, not str", &GilExc_TypeError});
    expect_percent(Gil_BuildValue("d", 1e+20), (struct format_case){"%g", "1e+20", NULL});
    expect_percent(Gil_BuildValue("O", Gil_True), (struct format_case){"%i", "1", NULL});
    expect_percent(Gil_BuildValue("i", 5), (struct format_case){"%u", "5", NULL});
    expect_percent(Gil_BuildValue("(iii)", 1, 2, 3), (struct format_case){"%ld %hd %Ld", "1 2 3", NULL});
    expect_percent(Gil_BuildValue("i", 1), (struct format_case){"%99999999999999999999d", "width too big", &GilExc_ValueError});
    expect_percent(Gil_BuildValue("i", 1), (struct format_case){"%.99999999999999999999d", "precision too big", &GilExc_ValueError});
    expect_percent(Gil_BuildValue("O", Gil_None), (struct format_case){"%d", "%d format: a real number is required, not NoneType", &GilExc_TypeError});
    expect_percent(Gil_BuildValue("s", "a"), (struct format_case){"%x", "%x format: an integer is required, not str", &GilExc_TypeError});
    expect_percent(Gil_BuildValue("d", -3.14159), (struct format_case){"%08.3f", "-003.142", NULL});
    expect_percent(Gil_BuildValue("i", 5), (struct format_case){"% d", " 5", NULL});
    expect_percent(Gil_BuildValue("i", 5), (struct format_case){"%+ d", "+5", NULL});
    expect_percent(Gil_BuildValue("i", 5), (struct format_case){"% +d", "+5", NULL});
    expect_percent(Gil_BuildValue("i", 5), (struct format_case){"%-08d|", "5       |", NULL});
    expect_percent(Gil_BuildValue("i", 65), (struct format_case){"%c", "A", NULL});
    expect_percent(Gil_BuildValue("s", "x"), (struct format_case){"%5c", "    x", NULL});
    expect_percent(Gil_BuildValue("s", "x"), (struct format_case){"%.0c", "x", NULL});
    expect_percent(Gil_BuildValue("d", 1.0), (struct format_case){"%#g", "1.00000", NULL});
    expect_percent(Gil_BuildValue("d", 2.5), (struct format_case){"%.0f", "2", NULL});
    expect_percent(Gil_BuildValue("d", 2.5), (struct format_case){"%#.0f", "2.", NULL});
    expect_percent(Gil_BuildValue("d", __builtin_nan("")), (struct format_case){"%f", "nan", NULL});
    expect_percent(Gil_BuildValue("d", -__builtin_inf()), (struct format_case){"%05f", "-0inf", NULL});
    expect_percent(Gil_BuildValue("d", 1e-10), (struct format_case){"%G", "1E-10", NULL});
    expect_percent(Gil_BuildValue("i", 5), (struct format_case){"%#05x", "0x005", NULL});
    expect_percent(Gil_BuildValue("i", 7), (struct format_case){"%s%%", "7%", NULL});
    expect_percent(Gil_BuildValue("i", 1), (struct format_case){"%\342\202\254", "unsupported format character '?' (0x20ac) at index 1", &GilExc_ValueError});
}
END_TEST

START_TEST(test_value_unicode_percent__names)
{
    expect_percent(Gil_BuildValue("{s:i}", "a", 5), (struct format_case){"%(a)d%(a)3d", "5  5", NULL});
    expect_percent(Gil_BuildValue("{s:i}", "(a)", 5), (struct format_case){"%((a))s", "5", NULL});
    expect_percent(Gil_BuildValue("{s:(ii)}", "a", 5, 6), (struct format_case){"%(a)s", "(5, 6)", NULL});
    expect_percent(Gil_BuildValue("{s:i}", "a", 5), (struct format_case){"%s", "{'a': 5}", NULL});
    expect_percent(Gil_BuildValue("{}"), (struct format_case){"x", "x", NULL});
    expect_percent(Gil_BuildValue("[i]", 1), (struct format_case){"x", "x", NULL});
    expect_percent(Gil_BuildValue("{s:i}", "a", 5), (struct format_case){"%(b)d", "'b'", &GilExc_KeyError});
    expect_percent(Gil_BuildValue("i", 1), (struct format_case){"%(a)s", "format requires a mapping", &GilExc_TypeError});
    expect_percent(Gil_BuildValue("s", "x"), (struct format_case){"%(a)s", "format requires a mapping", &GilExc_TypeError});
    expect_percent(Gil_BuildValue("{}"), (struct format_case){"%(a", "incomplete format key", &GilExc_ValueError});
    expect_percent(Gil_BuildValue("{s:i}", "a", 5),
                   (struct format_case){"%(a)s %s", "not enough arguments for format string", &GilExc_TypeError});
    expect_percent(Gil_BuildValue("{s:i}", "a", 5),
                   (struct format_case){"%(a)*d", "not enough arguments for format string", &GilExc_TypeError});
}
END_TEST

START_TEST(test_value_unicode_percent__the_operator)
{
    GilObject *template = GilUnicode_FromString("%s!"), *number = GilLong_FromLong(5);

    gil_expect_text(GilNumber_Remainder(template, number), "5!");
    ck_assert_ptr_null(GilNumber_Remainder(number, template));
    gil_expect_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilUnicode_Format(number, number));
    gil_expect_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilUnicode_Format(template, NULL));
    gil_expect_raised(GilExc_SystemError);
    Gil_DECREF(template);
    Gil_DECREF(number);
}
END_TEST

START_TEST(test_value_unicode_percent__without_memory)
{
    GilObject *map = Gil_BuildValue("{s:i,s:s,s:i}", "a", 70123, "b", "\xc3\xa4", "c", 70123);

    gil_test_oom_loop(step, map);
    Gil_DECREF(map);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/unicode_percent");
    TCase *tc = tcase_create("unicode_percent");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_unicode_percent__conversions);
    tcase_add_test(tc, test_value_unicode_percent__names);
    tcase_add_test(tc, test_value_unicode_percent__the_operator);
    tcase_add_test(tc, test_value_unicode_percent__without_memory);
    suite_add_tcase(s, tc);
    return s;
}
