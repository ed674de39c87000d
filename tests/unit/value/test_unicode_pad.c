/* SPDX-License-Identifier: MIT */
/* Methods of str that pad, and that translate: against CPython's results, and what may fail. */
#include "method_table.h"

#include "gilrt/args.h"
#include "gilrt/dict.h"
#include "gilrt/long.h"
#include "gilrt/type.h"

static const struct method_case cases[] = {
    {"abc", "zfill", "i-9223372036854775808", "'abc'"},
    {"+1", "zfill", "i-9223372036854775808", "'+1'"},
    {"abc", "center", "i-9223372036854775808", "'abc'"},
    {"abc", "ljust", "i-9223372036854775808", "'abc'"},
    {"abc", "rjust", "i-9223372036854775808", "'abc'"},
    {"", "maketrans", "i1|sab", "TypeError: first maketrans argument must be a string if there is a second argument"},
    {"", "maketrans", "sab|N", "TypeError: maketrans() argument 2 must be str, not None"},
    {"", "maketrans", "i1|sab|i2", "TypeError: maketrans() argument 3 must be str, not int"},
    {"ab", "center", "i0", "'ab'"},
    {"ab", "center", "i2", "'ab'"},
    {"ab", "center", "i3", "' ab'"},
    {"ab", "center", "i6|s*", "'**ab**'"},
    {"ab", "center", "i-4", "'ab'"},
    {"ab", "center", "i5|s**", "TypeError: The fill character must be exactly one character long"},
    {"ab", "center", "i5|s", "TypeError: The fill character must be exactly one character long"},
    {"ab", "center", "i5|y*", "TypeError: The fill character must be a unicode character, not bytes"},
    {"ab", "center", "sx", "TypeError: 'str' object cannot be interpreted as an integer"},
    {"ab", "center", "i5|s\342\202\254", "'\342\202\254\342\202\254ab\342\202\254'"},
    {"ab", "ljust", "i0", "'ab'"},
    {"ab", "ljust", "i2", "'ab'"},
    {"ab", "ljust", "i3", "'ab '"},
    {"ab", "ljust", "i6|s*", "'ab****'"},
    {"ab", "ljust", "i-4", "'ab'"},
    {"ab", "ljust", "i5|s**", "TypeError: The fill character must be exactly one character long"},
    {"ab", "ljust", "i5|s", "TypeError: The fill character must be exactly one character long"},
    {"ab", "ljust", "i5|y*", "TypeError: The fill character must be a unicode character, not bytes"},
    {"ab", "ljust", "sx", "TypeError: 'str' object cannot be interpreted as an integer"},
    {"ab", "ljust", "i5|s\342\202\254", "'ab\342\202\254\342\202\254\342\202\254'"},
    {"ab", "rjust", "i0", "'ab'"},
    {"ab", "rjust", "i2", "'ab'"},
    {"ab", "rjust", "i3", "' ab'"},
    {"ab", "rjust", "i6|s*", "'****ab'"},
    {"ab", "rjust", "i-4", "'ab'"},
    {"ab", "rjust", "i5|s**", "TypeError: The fill character must be exactly one character long"},
    {"ab", "rjust", "i5|s", "TypeError: The fill character must be exactly one character long"},
    {"ab", "rjust", "i5|y*", "TypeError: The fill character must be a unicode character, not bytes"},
    {"ab", "rjust", "sx", "TypeError: 'str' object cannot be interpreted as an integer"},
    {"ab", "rjust", "i5|s\342\202\254", "'\342\202\254\342\202\254\342\202\254ab'"},
    {"h\303\251", "center", "i5", "'  h\303\251 '"},
    {"", "center", "i3|s\360\237\230\200", "'\360\237\230\200\360\237\230\200\360\237\230\200'"},
    {"\342\202\254x", "ljust", "i4", "'\342\202\254x  '"},
    {"abc", "center", "i6", "' abc  '"},
    {"", "zfill", "i0", "''"},
    {"", "zfill", "i1", "'0'"},
    {"", "zfill", "i3", "'000'"},
    {"", "zfill", "i5", "'00000'"},
    {"42", "zfill", "i0", "'42'"},
    {"42", "zfill", "i1", "'42'"},
    {"42", "zfill", "i3", "'042'"},
    {"42", "zfill", "i5", "'00042'"},
    {"-42", "zfill", "i0", "'-42'"},
    {"-42", "zfill", "i1", "'-42'"},
    {"-42", "zfill", "i3", "'-42'"},
    {"-42", "zfill", "i5", "'-0042'"},
    {"+", "zfill", "i0", "'+'"},
    {"+", "zfill", "i1", "'+'"},
    {"+", "zfill", "i3", "'+00'"},
    {"+", "zfill", "i5", "'+0000'"},
    {"\342\202\254", "zfill", "i0", "'\342\202\254'"},
    {"\342\202\254", "zfill", "i1", "'\342\202\254'"},
    {"\342\202\254", "zfill", "i3", "'00\342\202\254'"},
    {"\342\202\254", "zfill", "i5", "'0000\342\202\254'"},
    {"-\342\202\254", "zfill", "i0", "'-\342\202\254'"},
    {"-\342\202\254", "zfill", "i1", "'-\342\202\254'"},
    {"-\342\202\254", "zfill", "i3", "'-0\342\202\254'"},
    {"-\342\202\254", "zfill", "i5", "'-000\342\202\254'"},
    {"1", "zfill", "sx", "TypeError: 'str' object cannot be interpreted as an integer"},
    {"a\011b", "expandtabs", NULL, "'a       b'"},
    {"a\011b", "expandtabs", "i4", "'a   b'"},
    {"a\011b", "expandtabs", "i0", "'ab'"},
    {"a\011b", "expandtabs", "i-3", "'ab'"},
    {"\011\011", "expandtabs", "i3", "'      '"},
    {"ab\012cd\011e\015f\011g", "expandtabs", "i4", "'ab\\ncd  e\\rf   g'"},
    {"", "expandtabs", NULL, "''"},
    {"\342\202\254\011\303\251", "expandtabs", "i4", "'\342\202\254   \303\251'"},
    {"a", "expandtabs", "sx", "TypeError: 'str' object cannot be interpreted as an integer"},
    {"x", "maketrans", "sab|s\342\202\254b", "{97: 8364, 98: 98}"},
    {"x", "maketrans", "sab|sxy|scd", "{97: 120, 98: 121, 99: None, 100: None}"},
    {"x", "maketrans", "s|s|sz", "{122: None}"},
    {"x", "maketrans", "sab|sx", "ValueError: the first two maketrans arguments must have equal length"},
    {"x", "maketrans", "sa", "TypeError: if you give only one argument to maketrans it must be a dict"},
    {"x", "maketrans", "N", "TypeError: if you give only one argument to maketrans it must be a dict"},
};

START_TEST(test_value_unicode_pad__as_in_cpython)
{
    expect_str_methods(cases, Gil_ARRAY_LENGTH(cases));
}
END_TEST

START_TEST(test_value_unicode_pad__nothing_to_pad_gives_the_text_itself)
{
    GilObject *text = GilUnicode_FromString("text");

    for (int i = 0; i < 4; i++) {
        static const char *const methods[] = {"center", "ljust", "rjust", "zfill"};
        GilObject *same = GilObject_CallMethod(text, methods[i], "n", (Gil_ssize_t)4);
        ck_assert_ptr_eq(same, text);
        Gil_DECREF(same);
    }
    ck_assert_ptr_null(GilObject_CallMethod(text, "zfill", "n", GIL_SSIZE_T_MAX));
    gil_expect_raised(GilExc_MemoryError);
    ck_assert_ptr_null(GilObject_CallMethod(text, "ljust", "ns", GIL_SSIZE_T_MAX, "\xe2\x82\xac"));
    ck_assert_ptr_nonnull(GilErr_Occurred());
    GilErr_Clear();
    ck_assert_ptr_null(GilObject_CallMethod(text, "center", NULL));
    gil_expect_error(GilExc_TypeError, "center expected at least 1 argument, got 0");
    Gil_DECREF(text);
}
END_TEST

START_TEST(test_value_unicode_pad__translate)
{
    GilObject *text = GilUnicode_FromString("abcde");
    GilObject *table = Gil_BuildValue("{iiisiOii}", 'a', 0x1f600, 'b', "<b>", 'c', Gil_None, 'd', 'D');

    gil_expect_text(GilObject_CallMethod(text, "translate", "O", table), "\xf0\x9f\x98\x80<b>De");
    static const struct {
        const char *value, *words;
        GilObject **error;
    } wrong[] = {{"i-1", "character mapping must be in range(0x110000)", &GilExc_ValueError},
                 {"i1114112", "character mapping must be in range(0x110000)", &GilExc_ValueError},
                 {"yx", "character mapping must return integer, None or str", &GilExc_TypeError}};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(wrong); i++) {
        GilObject *key = GilLong_FromLong('e'), *value = make_argument(wrong[i].value, strlen(wrong[i].value));
        ck_assert_int_eq(GilDict_SetItem(table, key, value), 0);
        ck_assert_ptr_null(GilObject_CallMethod(text, "translate", "O", table));
        gil_expect_error(*wrong[i].error, wrong[i].words);
        Gil_DECREF(value);
        Gil_DECREF(key);
    }
    ck_assert_ptr_null(GilObject_CallMethod(text, "translate", "i", 1));
    gil_expect_raised(GilExc_TypeError);
    GilObject *list = Gil_BuildValue("[s]", "x"); /* IndexError is a LookupError: nothing is replaced */
    gil_expect_text(GilObject_CallMethod(text, "translate", "O", list), "abcde");
    Gil_DECREF(list);
    Gil_DECREF(table);
    Gil_DECREF(text);
}
END_TEST

START_TEST(test_value_unicode_pad__maketrans_of_a_dict)
{
    GilObject *text = GilUnicode_FromString("cab");
    GilObject *dict = Gil_BuildValue("{sssiii}", "a", "A", "b", 'B', 'c', 'C');
    GilObject *table = GilObject_CallMethod(text, "maketrans", "O", dict);

    gil_expect_text(GilObject_CallMethod(text, "translate", "O", table), "CAB");
    GilObject *wrong = Gil_BuildValue("{si}", "ab", 1), *odd = Gil_BuildValue("{Oi}", Gil_None, 1);
    ck_assert_ptr_null(GilObject_CallMethod(text, "maketrans", "O", wrong));
    gil_expect_error(GilExc_ValueError, "string keys in translate table must be of length 1");
    ck_assert_ptr_null(GilObject_CallMethod(text, "maketrans", "O", odd));
    gil_expect_error(GilExc_TypeError, "keys in translate table must be strings or integers");
    ck_assert_ptr_null(GilObject_CallMethod(text, "maketrans", "si", "a", 1));
    gil_expect_error(GilExc_TypeError, "maketrans() argument 2 must be str, not int");
    Gil_DECREF(odd);
    Gil_DECREF(wrong);
    Gil_DECREF(table);
    Gil_DECREF(dict);
    Gil_DECREF(text);
}
END_TEST

START_TEST(test_value_unicode_pad__out_of_memory)
{
    static const struct method_case each[] = {
        {"text", "center", "i40|s*", NULL},          {"-4", "zfill", "i50", NULL}, {"a\tb", "expandtabs", "i40", NULL},
        {"text", "maketrans", "sab|scd|se", NULL},
    };
    GilObject *text = GilUnicode_FromString("\xc3\xa4 text");
    GilObject *table = Gil_BuildValue("{iiis}", 't', 0x20ac, 'e', "long");
    GilObject *args = Gil_BuildValue("(O)", table);
    struct method_call call = {text, args, "translate"};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(each); i++) {
        GilObject *self = GilUnicode_FromString(each[i].self);
        expect_no_leak(self, &each[i]);
        Gil_DECREF(self);
    }
    gil_test_oom_loop(call_once, &call);
    Gil_DECREF(args);
    Gil_DECREF(table);
    Gil_DECREF(text);
}
END_TEST

START_TEST(test_value_unicode_pad__translate_with_a_handler)
{
    GilObject *text = GilUnicode_FromString("abc"), *table = Gil_BuildValue("{i:O,i:s}", 'b', Gil_None, 'c', "C");

    gil_expect_text(GilUnicode_Translate(text, table, "ignore"), "aC");
    gil_expect_text(GilUnicode_Translate(text, table, "replace"), "a\xef\xbf\xbd" "C");
    for (int i = 0; i < 2; i++) {
        ck_assert_ptr_null(GilUnicode_Translate(text, table, i == 0 ? NULL : "strict"));
        gil_expect_error(GilExc_UnicodeError,
                         "can't translate character '\\x62' in position 1: character maps to <undefined>");
    }
    ck_assert_ptr_null(GilUnicode_Translate(text, table, "odd"));
    gil_expect_error(GilExc_LookupError, "unknown error handler name 'odd'");
    ck_assert_ptr_null(GilUnicode_Translate(text, NULL, NULL));
    gil_expect_raised(GilExc_SystemError);
    Gil_DECREF(table);
    Gil_DECREF(text);
}
END_TEST

static GilObject *table_of_evil;

static Gil_hash_t
clear_table(GilObject *Gil_UNUSED(self))
{
    if (table_of_evil != NULL)
        GilDict_Clear(table_of_evil);
    return 7;
}

/* The key's hash takes the dict apart that the key was found in. */
START_TEST(test_H1_maketrans_of_a_dict_that_changes)
{
    GilType_Slot slots[] = {{Gil_tp_hash, (void *)clear_table}, {0, NULL}};
    GilType_Spec spec = {"test.Int", 0, 0, Gil_TPFLAGS_DEFAULT, slots};
    GilObject *type = GilType_FromSpecWithBases(&spec, (GilObject *)&GilLong_Type);
    GilObject *key = GilObject_CallFunction(type, "i", 70000), *text = GilUnicode_FromString("a");
    GilObject *table = GilDict_New(), *value = GilUnicode_FromString("a value of its own");

    ck_assert_int_eq(GilDict_SetItem(table, key, value), 0);
    Gil_DECREF(key);
    Gil_DECREF(value);
    table_of_evil = table;
    gil_expect_repr(GilObject_CallMethod(text, "maketrans", "O", table), "{70000: 'a value of its own'}");
    table_of_evil = NULL;
    ck_assert_int_eq(GilDict_Size(table), 0);
    Gil_DECREF(table);
    Gil_DECREF(text);
    Gil_DECREF(type);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/unicode_pad");
    TCase *tc = tcase_create("unicode_pad");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_unicode_pad__as_in_cpython);
    tcase_add_test(tc, test_value_unicode_pad__nothing_to_pad_gives_the_text_itself);
    tcase_add_test(tc, test_value_unicode_pad__translate);
    tcase_add_test(tc, test_value_unicode_pad__translate_with_a_handler);
    tcase_add_test(tc, test_value_unicode_pad__maketrans_of_a_dict);
    tcase_add_test(tc, test_value_unicode_pad__out_of_memory);
    tcase_add_test(tc, test_H1_maketrans_of_a_dict_that_changes);
    suite_add_tcase(s, tc);
    return s;
}
