/* SPDX-License-Identifier: MIT */
/* str.format(): fields, numbering, names, conversions, specifications. Errors are worded as in CPython 3.11. */
#include "format.h"

#include "gilrt/dict.h"

static GilObject *
call_format(const char *template, GilObject *args, GilObject *kwargs)
{
    GilObject *text = GilUnicode_FromString(template);
    GilObject *method = text == NULL ? NULL : GilObject_GetAttrString(text, "format");
    GilObject *result = method == NULL ? NULL : GilObject_Call(method, args, kwargs);

    Gil_XDECREF(text);
    Gil_XDECREF(method);
    return result;
}

static int
step(void *arg)
{
    GilObject *op = call_format("a{{{0[a]:>{1}}\xe2\x82\xac{0[a]!r:>9}", arg, NULL);
    Gil_XDECREF(op);
    return op == NULL ? -1 : 0;
}

START_TEST(test_value_unicode_format__templates)
{
    static const struct format_case cases[] = {
        {"", "", NULL},
        {"plain", "plain", NULL},
        {"{}", "xy", NULL},
        {"{}{}", "xy\303\244", NULL},
        {"{0}", "xy", NULL},
        {"{1}{0}", "\303\244xy", NULL},
        {"{{}}", "{}", NULL},
        {"{{{}}}", "{xy}", NULL},
        {"a{}b", "axyb", NULL},
        {"{key}", "9", NULL},
        {"{key:>3}", "  9", NULL},
        {"{0[1]}", "y", NULL},
        {"{2[-1]}", "Replacement index 2 out of range for positional args tuple", &GilExc_IndexError},
        {"{2[a b]}", "Replacement index 2 out of range for positional args tuple", &GilExc_IndexError},
        {"{2.real}", "Replacement index 2 out of range for positional args tuple", &GilExc_IndexError},
        {"{2.x}", "Replacement index 2 out of range for positional args tuple", &GilExc_IndexError},
        {"{!r}", "'xy'", NULL},
        {"{1!r}", "'\303\244'", NULL},
        {"{1!s:>5}", "    \303\244", NULL},
        {"{1!a}", "'\\xe4'", NULL},
        {"{:>{}}", "Unknown format code '\\xe4' for object of type 'str'", &GilExc_ValueError},
        {"{0:{1}}", "Unknown format code '\\xe4' for object of type 'str'", &GilExc_ValueError},
        {"{:{0}}", "cannot switch from automatic field numbering to manual field specification", &GilExc_ValueError},
        {"{0:{key}}", "xy       ", NULL},
        {"{3[}", "expected '}' before end of string", &GilExc_ValueError},
        {"{", "Single '{' encountered in format string", &GilExc_ValueError},
        {"}", "Single '}' encountered in format string", &GilExc_ValueError},
        {"{{}", "Single '}' encountered in format string", &GilExc_ValueError},
        {"{}}", "Single '}' encountered in format string", &GilExc_ValueError},
        {"{0[]}", "Empty attribute in format string", &GilExc_ValueError},
        {"{0.}", "Empty attribute in format string", &GilExc_ValueError},
        {"{0[a]x}", "string indices must be integers, not 'str'", &GilExc_TypeError},
        {"{!x}", "Unknown conversion specifier x", &GilExc_ValueError},
        {"{!}", "unmatched '{' in format spec", &GilExc_ValueError},
        {"{!r", "unmatched '{' in format spec", &GilExc_ValueError},
        {"{!rx}", "expected ':' after conversion specifier", &GilExc_ValueError},
        {"{0!", "end of string while looking for conversion specifier", &GilExc_ValueError},
        {"{:", "unmatched '{' in format spec", &GilExc_ValueError},
        {"{:{}", "unmatched '{' in format spec", &GilExc_ValueError},
        {"{:{:{}}}", "Max string recursion exceeded", &GilExc_ValueError},
        {"{0}{}", "cannot switch from manual field specification to automatic field numbering", &GilExc_ValueError},
        {"{}{0}", "cannot switch from automatic field numbering to manual field specification", &GilExc_ValueError},
        {"{9}", "Replacement index 9 out of range for positional args tuple", &GilExc_IndexError},
        {"{a}", "'a'", &GilExc_KeyError},
        {"{ }", "' '", &GilExc_KeyError},
        {"{99999999999999999999}", "Too many decimal digits in format string", &GilExc_ValueError},
        {"{0[99999999999999999999]}", "Too many decimal digits in format string", &GilExc_ValueError},
        {"{a{b}}", "unexpected '{' in field name", &GilExc_ValueError},
        {"{0[}", "expected '}' before end of string", &GilExc_ValueError},
        {"{!\342\202\254}", "Unknown conversion specifier \\x20ac", &GilExc_ValueError},
        {"{key[0]}", "'int' object is not subscriptable", &GilExc_TypeError},
        {"{0[0]}", "x", NULL},
        {"{:{{}", "unmatched '{' in format spec", &GilExc_ValueError},
    };
    GilObject *args = Gil_BuildValue("(ss)", "xy", "\xc3\xa4"), *kwargs = Gil_BuildValue("{s:i}", "key", 9);

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++)
        expect_case(call_format(cases[i].format, args, kwargs), &cases[i]);
    Gil_DECREF(args);
    Gil_DECREF(kwargs);
}
END_TEST

START_TEST(test_value_unicode_format__names_reach_into_objects)
{
    static const struct format_case cases[] = {
        {"{0[a]}", "1", NULL},
        {"{0[a b]}", "2", NULL},
        {"{0[-1]}", "3", NULL},
        {"{1[1][0]}", "20", NULL},
        {"{1}-{1!r:>13}", "(10, (20,))-  (10, (20,))", NULL},
        {"{1:5}", "unsupported format string passed to tuple.__format__", &GilExc_TypeError},
        {"{0[a]x}", "Only '.' or '[' may follow ']' in format field specifier", &GilExc_ValueError},
        {"{2.real}", "7", NULL},
        {"{0[a].real:03}", "001", NULL},
        {"{1[5]}", "tuple index out of range", &GilExc_IndexError},
        {"{0[zz]}", "'zz'", &GilExc_KeyError},
        {"{0[{]}", "'{'", &GilExc_KeyError},
    };
    GilObject *args = Gil_BuildValue("({s:i,s:i,s:i}(i(i))i)", "a", 1, "a b", 2, "-1", 3, 10, 20, 7);

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++)
        expect_case(call_format(cases[i].format, args, NULL), &cases[i]);
    ck_assert_ptr_null(call_format("{2.nothing}", args, NULL));
    gil_expect_raised(GilExc_AttributeError);
    ck_assert_ptr_null(call_format("{nothing}", args, NULL));
    gil_expect_error(GilExc_KeyError, "'nothing'");
    Gil_DECREF(args);
}
END_TEST

START_TEST(test_value_unicode_format__format_map)
{
    static const struct format_case cases[] = {
        {"{key}-{key:>3}", "9-  9", NULL},
        {"{}", "Format string contains positional fields", &GilExc_ValueError},
        {"{0}", "Format string contains positional fields", &GilExc_ValueError},
        {"{other}", "'other'", &GilExc_KeyError},
    };
    GilObject *map = Gil_BuildValue("{s:i}", "key", 9);

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++) {
        GilObject *text = GilUnicode_FromString(cases[i].format);
        expect_case(GilObject_CallMethod(text, "format_map", "O", map), &cases[i]);
        Gil_DECREF(text);
    }
    Gil_DECREF(map);
}
END_TEST

START_TEST(test_value_unicode_format__without_memory)
{
    GilObject *args = Gil_BuildValue("({s:i}i)", "a", 70123, 6);

    gil_test_oom_loop(step, args);
    Gil_DECREF(args);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/unicode_format");
    TCase *tc = tcase_create("unicode_format");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_unicode_format__templates);
    tcase_add_test(tc, test_value_unicode_format__names_reach_into_objects);
    tcase_add_test(tc, test_value_unicode_format__format_map);
    tcase_add_test(tc, test_value_unicode_format__without_memory);
    suite_add_tcase(s, tc);
    return s;
}
