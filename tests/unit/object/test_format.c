/* SPDX-License-Identifier: MIT */
/* Every unit of the formatter, its widths and precisions, and text that is always well-formed. */
#include "node.h"

#include "object/format.h"
#include "state/tstate.h"

/* Both ways give the same, in a growing text and in a buffer. */
#define EXPECT(wanted, ...)                                                                       \
    do {                                                                                          \
        struct gil_text grown, fixed;                                                             \
        char buffer[256];                                                                         \
        gil_text_init(&grown, gil_tstate_need(__func__)->heap);                                   \
        gil_text_init_fixed(&fixed, buffer, sizeof buffer);                                       \
        ck_assert_int_eq(gil_text_append_format(&grown, __VA_ARGS__), 0);                         \
        ck_assert_int_eq(gil_text_append_format(&fixed, __VA_ARGS__), 0);                         \
        ck_assert_str_eq(grown.data != NULL ? grown.data : "", wanted);                           \
        ck_assert_str_eq(buffer, wanted);                                                         \
        ck_assert_uint_eq(grown.len, strlen(wanted));                                             \
        gil_text_free(&grown);                                                                    \
    } while (0)

START_TEST(test_object_format__numbers_of_all_lengths)
{
    EXPECT("", "");
    EXPECT("plain 100%", "plain 100%%");
    EXPECT("-1 7 42", "%d %i %u", -1, 7, 42u);
    EXPECT("-2147483648 4294967295", "%d %u", INT32_MIN, UINT32_MAX);
    EXPECT("-9223372036854775808 18446744073709551615", "%ld %lu", INT64_MIN, UINT64_MAX);
    EXPECT("-9223372036854775808 18446744073709551615", "%lld %llu", (long long)INT64_MIN, (unsigned long long)UINT64_MAX);
    EXPECT("-3 3 3 -4 9", "%zd %zu %zi %td %jd", (Gil_ssize_t)-3, (size_t)3, (Gil_ssize_t)3, (ptrdiff_t)-4, (intmax_t)9);
    EXPECT("ff FF 17 0", "%x %X %o %x", 255u, 255u, 15u, 0u);
    EXPECT("1777777777777777777777", "%lo", UINT64_MAX);
    EXPECT("0xbeef", "%p", (void *)0xbeef);
}
END_TEST

START_TEST(test_object_format__width_and_precision)
{
    EXPECT("[   42][42   ][00042][-0042]", "[%5d][%-5d][%05d][%05d]", 42, 42, 42, -42);
    EXPECT("[00042][  007][   -007]", "[%.5d][%5.3d][%7.3d]", 42, 7, -7);
    EXPECT("[   ab][ab   ][a]", "[%5s][%-5s][%.1s]", "ab", "ab", "ab");
    EXPECT("[  ab][ab  ]", "[%*s][%*s]", 4, "ab", -4, "ab");
    EXPECT("[5][5 ][5  ][    5]", "[%*d][%*d][%*d][%*d]", -1, 5, -2, 5, -3, 5, 5, 5);
    EXPECT("[a][][abc][abc][abc]", "[%.*s][%.*s][%.*s][%.*s][%.*s]", 1, "abc", 0, "abc", -1, "abc", -2, "abc", -3, "abc");
    EXPECT("[]", "[%.s]", "abc");
    EXPECT("[  \xC3\xA9]", "[%3s]", "\xC3\xA9"); /* width counts characters */
}
END_TEST

START_TEST(test_object_format__precision_does_not_read_on)
{
    char unterminated[3] = {'a', 'b', 'c'};

    EXPECT("abc", "%.3s", unterminated);
    EXPECT("a", "%.2s", "a\xC3\xA9"); /* a character cut in two is left out */
    EXPECT("a\xEF\xBF\xBD", "%s", "a\xC3");
}
END_TEST

START_TEST(test_object_format__ill_formed_bytes_are_replaced)
{
    EXPECT("\xEF\xBF\xBD.", "%s", "\xff.");
    EXPECT("\xEF\xBF\xBD\xEF\xBF\xBD", "%s", "\xC0\x80");         /* overlong */
    EXPECT("\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD", "%s", "\xED\xA0\x80"); /* a surrogate */
    EXPECT("\xEF\xBF\xBDx", "%s", "\xF0\x9F\x98x");               /* one for what could have become a character */
    EXPECT("\xF0\x9F\x98\x80", "%s", "\xF0\x9F\x98\x80");
    EXPECT("(null)", "%s", (char *)NULL);
}
END_TEST

START_TEST(test_object_format__characters)
{
    EXPECT("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", "%c%c%c%c", 'a', 0xE9, 0x20AC, 0x1F600);
    EXPECT("\xED\xA0\x80", "%c", 0xD800); /* as what a str has of them */
    struct gil_text text;
    char buffer[8];
    gil_text_init_fixed(&text, buffer, sizeof buffer);
    ck_assert_int_eq(gil_text_append_format(&text, "%c", 0x110000), -1);
    expect_error(GilExc_OverflowError, "character argument not in range(0x110000)");
}
END_TEST

START_TEST(test_object_format__objects)
{
    GilObject *str = GilUnicode_FromString("h\xC3\xA9llo");
    GilTypeObject *type = node_type(NULL, 0);
    GilObject *node = node_new(type, NULL);

    EXPECT("h\xC3\xA9llo", "%U", str);
    EXPECT("h\xC3\xA9llo", "%S", str);
    EXPECT("'h\xC3\xA9llo'", "%R", str);
    EXPECT("'h\\xe9llo'", "%A", str);
    EXPECT("h\xC3\xA9", "%.2U", str);
    EXPECT("[  h\xC3\xA9]", "[%4.2S]", str);
    EXPECT("h\xC3\xA9llo other", "%V %V", str, "unused", NULL, "other");
    EXPECT("None", "%R", Gil_None);
    EXPECT("test.Node test:Node str", "%T %#T %T", node, node, str);
    EXPECT("test.Node test:Node object", "%N %#N %N", type, type, &GilBaseObject_Type);
    EXPECT("<NULL> <NULL> <NULL> <NULL>", "%U %R %T %N", NULL, NULL, NULL, NULL);
    Gil_DECREF(node);
    Gil_DECREF(type);
    Gil_DECREF(str);
}
END_TEST

START_TEST(test_object_format__surrogates_pass_from_str_to_str)
{
    GilObject *name = GilUnicode_DecodeFSDefault("a\xff\xc3\xa9"), *list = Gil_BuildValue("[O]", name);
    size_t len;

    EXPECT("a\xED\xB3\xBF\xC3\xA9 a\xED\xB3\xBF", "%U %.2V", name, name, "unused");
    EXPECT("  a\xED\xB3\xBF\xC3\xA9", "%5S", name);
    ck_assert_int_eq(GilUnicode_EqualToUTF8(name, "a\xED\xB3\xBF\xC3\xA9"), 0); /* UTF-8 to nobody else */
    ck_assert_ptr_null(GilUnicode_AsUTF8(name));
    expect_error(GilExc_UnicodeEncodeError,
                 "'utf-8' codec can't encode character '\\udcff' in position 1: surrogates not allowed");
    ck_assert_ptr_null(GilUnicode_AsUTF8String(name));
    expect_error(GilExc_UnicodeEncodeError,
                 "'utf-8' codec can't encode character '\\udcff' in position 1: surrogates not allowed");
    ck_assert_str_eq(gil_text_of_str(name, &len), "a\xED\xB3\xBF\xC3\xA9");
    ck_assert_uint_eq(len, 6);

    GilObject *message = GilUnicode_FromFormat("cannot open %U of %R: %c", name, list, 0xDC80);
    expect_text(GilObject_ASCII(message), "\"cannot open a\\udcff\\xe9 of ['a\\\\udcff\\xe9']: \\udc80\"");
    ck_assert_int_eq(GilUnicode_GET_LENGTH(message), 34);
    Gil_DECREF(message);
    GilErr_Format(GilExc_ValueError, "cannot open %U", name);
    GilObject *exc = GilErr_GetRaisedException();
    expect_text(GilObject_ASCII(exc), "ValueError('cannot open a\\udcff\\xe9')");
    Gil_DECREF(exc);
    ck_assert_ptr_null(GilBytes_FromFormat("%U", name));
    expect_error(GilExc_UnicodeEncodeError,
                 "'utf-8' codec can't encode character '\\udcff' in position 1: surrogates not allowed");
    Gil_DECREF(list);
    Gil_DECREF(name);
}
END_TEST

START_TEST(test_object_format__surrogates_are_found_and_escaped)
{
    static const char text[] = "\xED\x9F\xBF \xED\xB2\x80\xC3\xA9\xF0\x9F\x98\x80";
    struct gil_text out;
    char buffer[64];

    ck_assert_ptr_eq(gil_text_surrogate(text, sizeof text - 1), text + 4);
    ck_assert_ptr_null(gil_text_surrogate(text, 4));
    ck_assert_ptr_null(gil_text_surrogate(text, 5));
    gil_text_init_fixed(&out, buffer, sizeof buffer);
    ck_assert_int_eq(gil_text_append_escaped(&out, text, sizeof text - 1, 1), 0);
    ck_assert_str_eq(buffer, "\xED\x9F\xBF \\udc80\xC3\xA9\xF0\x9F\x98\x80");
    gil_text_init_fixed(&out, buffer, sizeof buffer);
    ck_assert_int_eq(gil_text_append_escaped(&out, text, sizeof text - 1, 0), 0);
    ck_assert_str_eq(buffer, "\\ud7ff \\udc80\\xe9\\U0001f600");
}
END_TEST

START_TEST(test_object_format__unknown_units_are_an_error)
{
    static const char *const bad[] = {"%", "%y", "%-", "%lU", "%ls", "%5", "%5%", "%-3%", "%.", "%hhd", "%99999999999d", "%f", NULL};
    struct gil_text text;
    char buffer[64];

    for (int i = 0; bad[i] != NULL; i++) {
        gil_text_init_fixed(&text, buffer, sizeof buffer);
        ck_assert_int_eq(gil_text_append_format(&text, bad[i], 0), -1);
        ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_SystemError), 1);
        GilErr_Clear();
    }
}
END_TEST

START_TEST(test_object_format__a_full_buffer_cuts_whole_characters)
{
    struct gil_text text;
    char buffer[8];

    gil_text_init_fixed(&text, buffer, sizeof buffer);
    ck_assert_int_eq(gil_text_append_format(&text, "abcde\xE2\x82\xAC"), 0);
    ck_assert_str_eq(buffer, "abcde");
    /* What comes after a cut is not put behind it. */
    ck_assert_int_eq(gil_text_append(&text, "x", 1), 0);
    ck_assert_str_eq(buffer, "abcde");
    gil_text_init_fixed(&text, buffer, sizeof buffer);
    ck_assert_int_eq(gil_text_append_format(&text, "%12d|", 5), 0);
    ck_assert_uint_eq(strlen(buffer), 7);
}
END_TEST

START_TEST(test_object_format__text_can_be_taken_and_cut)
{
    struct gil_text text;

    gil_text_init(&text, gil_tstate_need(__func__)->heap);
    char *empty = gil_text_take(&text);
    ck_assert_str_eq(empty, "");
    gil_text_append(&text, "abcdef", 6);
    gil_text_cut(&text, 2);
    ck_assert_str_eq(text.data, "ab");
    gil_text_free(&text);
    text.data = empty;
    gil_text_free(&text);
}
END_TEST

static int
format_much(void *arg)
{
    struct gil_text text;

    gil_text_init(&text, gil_tstate_need(__func__)->heap);
    int rc = gil_text_append_format(&text, "%200s %R %A %U", "x", arg, arg, arg);
    gil_text_free(&text);
    return rc;
}

static int
format_surrogates(void *Gil_UNUSED(arg))
{
    GilObject *name = GilUnicode_DecodeFSDefault("\xff and more"), *text = NULL;

    if (name != NULL)
        text = GilUnicode_FromFormat("%U %A", name, name);
    Gil_XDECREF(name);
    Gil_XDECREF(text);
    return text == NULL ? -1 : 0;
}

START_TEST(test_J1_formatting_under_lack_of_memory)
{
    GilObject *str = GilUnicode_FromString("\xC3\xA9");

    gil_test_oom_loop(format_much, str);
    gil_test_oom_loop(format_surrogates, NULL);
    gil_test_oom_pairs(format_surrogates, NULL);
    Gil_DECREF(str);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[20];
    int n = 0;

    tests[n++] = test_object_format__numbers_of_all_lengths;
    tests[n++] = test_object_format__width_and_precision;
    tests[n++] = test_object_format__precision_does_not_read_on;
    tests[n++] = test_object_format__ill_formed_bytes_are_replaced;
    tests[n++] = test_object_format__characters;
    tests[n++] = test_object_format__objects;
    tests[n++] = test_object_format__surrogates_pass_from_str_to_str;
    tests[n++] = test_object_format__surrogates_are_found_and_escaped;
    tests[n++] = test_object_format__unknown_units_are_an_error;
    tests[n++] = test_object_format__a_full_buffer_cuts_whole_characters;
    tests[n++] = test_object_format__text_can_be_taken_and_cut;
    tests[n++] = test_J1_formatting_under_lack_of_memory;
    return suite_of_one("object/format", tests);
}
