/* SPDX-License-Identifier: MIT */
/* Methods that bytes and bytearray share: finding, taking apart, replacing; also what arguments do to self meanwhile. */
#include "method_table.h"

#include "gilrt/type.h"
#include "value/octets_method.h"

static const struct method_case cases[] = {
    {"abc", "hex", "i1", "TypeError: object of type 'int' has no len()"},
    {"abc", "hex", "(ya", "TypeError: sep must be str or bytes."},
    {"abc", "hex", "N|sx", "TypeError: 'str' object cannot be interpreted as an integer"},
    {"abc", "hex", "sab", "ValueError: sep must be length 1."},
    {"abc", "hex", "s", "ValueError: sep must be length 1."},
    {"abc", "hex", "s\303\251", "ValueError: sep must be ASCII."},
    {"abc", "replace", "ya|i1|sx", "TypeError: a bytes-like object is required, not 'int'"},
    {"abc", "replace", "ya|yb|sx", "TypeError: 'str' object cannot be interpreted as an integer"},
    {"abc", "replace", "i1|yb|sx", "TypeError: a bytes-like object is required, not 'int'"},
    {"abc", "partition", "yb", "(b'a', b'b', b'c')"},
    {"the cat and the dog", "find", "ythe", "0"},
    {"the cat and the dog", "find", "ythe|i1", "12"},
    {"the cat and the dog", "find", "ythe|i1|i12", "-1"},
    {"the cat and the dog", "find", "ythe|i-7", "12"},
    {"the cat and the dog", "find", "ybird", "-1"},
    {"the cat and the dog", "find", "i99", "4"},
    {"the cat and the dog", "find", "y", "0"},
    {"the cat and the dog", "find", "y|i5", "5"},
    {"the cat and the dog", "find", "y|i19", "19"},
    {"the cat and the dog", "find", "y|i20", "-1"},
    {"the cat and the dog", "find", "ydog|N|N", "16"},
    {"the cat and the dog", "find", "ydog|N|i-1", "-1"},
    {"the cat and the dog", "find", "i256", "ValueError: byte must be in range(0, 256)"},
    {"the cat and the dog", "find", "sthe",
     "TypeError: argument should be integer or bytes-like object, not 'str'"},
    {"the cat and the dog", "find", "ythe|yx",
     "TypeError: slice indices must be integers or None or have an __index__ method"},
    {"the cat and the dog", "rfind", "ythe", "12"},
    {"the cat and the dog", "rfind", "ythe|i0|i14", "0"},
    {"the cat and the dog", "rfind", "y", "19"},
    {"the cat and the dog", "rfind", "y|i3|i5", "5"},
    {"the cat and the dog", "rfind", "ye cat", "2"},
    {"the cat and the dog", "rfind", "ybird", "-1"},
    {"the cat and the dog", "rfind", "i100", "16"},
    {"", "find", "yx", "-1"},
    {"", "rfind", "y", "0"},
    {"aab", "rfind", "yab", "1"},
    {"bab", "rfind", "ybb", "-1"},
    {"the cat and the dog", "index", "ycat", "4"},
    {"the cat and the dog", "index", "ybird", "ValueError: subsection not found"},
    {"the cat and the dog", "rindex", "yd", "16"},
    {"the cat and the dog", "rindex", "ybird", "ValueError: subsection not found"},
    {"the cat and the dog", "index", "ycat|i5", "ValueError: subsection not found"},
    {"the cat and the dog", "count", "ythe", "2"},
    {"the cat and the dog", "count", "ythe|i1", "1"},
    {"the cat and the dog", "count", "y", "20"},
    {"", "count", "y", "1"},
    {"the cat and the dog", "count", "y|i19", "1"},
    {"the cat and the dog", "count", "y|i20", "0"},
    {"aaaa", "count", "yaa", "2"},
    {"the cat and the dog", "count", "i116", "3"},
    {"the cat and the dog", "count", "N",
     "TypeError: argument should be integer or bytes-like object, not 'NoneType'"},
    {"the cat and the dog", "startswith", "ythe", "True"},
    {"the cat and the dog", "startswith", "ycat|i4", "True"},
    {"the cat and the dog", "startswith", "ycat|i4|i6", "False"},
    {"the cat and the dog", "startswith", "(ya,ythe", "True"},
    {"the cat and the dog", "startswith", "(ya,yb", "False"},
    {"the cat and the dog", "startswith", "(", "False"},
    {"the cat and the dog", "startswith", "sthe",
     "TypeError: startswith first arg must be bytes or a tuple of bytes, not str"},
    {"the cat and the dog", "startswith", "y|i20", "False"},
    {"the cat and the dog", "startswith", "y", "True"},
    {"the cat and the dog", "endswith", "ydog", "True"},
    {"the cat and the dog", "endswith", "ycat|i0|i7", "True"},
    {"the cat and the dog", "endswith", "(ycat,ydog", "True"},
    {"the cat and the dog", "endswith", "ythe cat and the dogx", "False"},
    {"the cat and the dog", "endswith", "i1",
     "TypeError: endswith first arg must be bytes or a tuple of bytes, not int"},
    {"the cat and the dog", "removeprefix", "ythe ", "b'cat and the dog'"},
    {"the cat and the dog", "removeprefix", "ycat", "b'the cat and the dog'"},
    {"the cat and the dog", "removeprefix", "y", "b'the cat and the dog'"},
    {"the cat and the dog", "removeprefix", "ythe cat and the dog!", "b'the cat and the dog'"},
    {"the cat and the dog", "removesuffix", "y dog", "b'the cat and the'"},
    {"the cat and the dog", "removesuffix", "yx", "b'the cat and the dog'"},
    {"the cat and the dog", "removesuffix", "y", "b'the cat and the dog'"},
    {"aa", "removesuffix", "yaa", "b''"},
    {"the cat and the dog", "removeprefix", "sthe", "TypeError: a bytes-like object is required, not 'str'"},
    {" \011\012\013\014\015 x \034 ", "strip", NULL, "b'x \\x1c'"},
    {"  x  ", "lstrip", NULL, "b'x  '"},
    {"  x  ", "rstrip", NULL, "b'  x'"},
    {"xxabcxx", "strip", "yx", "b'abc'"},
    {"abccba", "strip", "yab", "b'cc'"},
    {"abccba", "lstrip", "yab", "b'ccba'"},
    {"abccba", "rstrip", "yab", "b'abcc'"},
    {"aaa", "strip", "ya", "b''"},
    {"", "strip", NULL, "b''"},
    {" a ", "strip", "N", "b'a'"},
    {" a ", "strip", "s ", "TypeError: a bytes-like object is required, not 'str'"},
    {"abc", "strip", "y", "b'abc'"},
    {"a,b,,c", "split", "y,", "[b'a', b'b', b'', b'c']"},
    {"a,b,,c", "split", "y,|i1", "[b'a', b'b,,c']"},
    {"a,b,,c", "split", "y,|i0", "[b'a,b,,c']"},
    {"", "split", "y,", "[b'']"},
    {"a<>b<>c", "split", "y<>", "[b'a', b'b', b'c']"},
    {"a<>b<>c", "split", "y<>|i-1", "[b'a', b'b', b'c']"},
    {"abc", "split", "y,", "[b'abc']"},
    {"a b", "split", "y", "ValueError: empty separator"},
    {"a b", "split", "sx", "TypeError: a bytes-like object is required, not 'str'"},
    {"  a  b c ", "split", NULL, "[b'a', b'b', b'c']"},
    {"  a  b c ", "split", "N|i1", "[b'a', b'b c ']"},
    {"  a  b c ", "split", "N|i0", "[b'a  b c ']"},
    {"", "split", NULL, "[]"},
    {"   ", "split", NULL, "[]"},
    {"a", "split", "N|i3", "[b'a']"},
    {"a b", "split", "N|N", "TypeError: 'NoneType' object cannot be interpreted as an integer"},
    {"a,b,,c", "rsplit", "y,", "[b'a', b'b', b'', b'c']"},
    {"a,b,,c", "rsplit", "y,|i1", "[b'a,b,', b'c']"},
    {"a,b,,c", "rsplit", "y,|i0", "[b'a,b,,c']"},
    {"a<>b<>c", "rsplit", "y<>|i1", "[b'a<>b', b'c']"},
    {"", "rsplit", "y,", "[b'']"},
    {"  a  b c ", "rsplit", NULL, "[b'a', b'b', b'c']"},
    {"  a  b c ", "rsplit", "N|i1", "[b'  a  b', b'c']"},
    {"  a  b c ", "rsplit", "N|i0", "[b'  a  b c']"},
    {"", "rsplit", NULL, "[]"},
    {"  ", "rsplit", NULL, "[]"},
    {"a\012b\015\012c\015d\012\012", "splitlines", NULL, "[b'a', b'b', b'c', b'd', b'']"},
    {"a\012b\015\012c\015d\012\012", "splitlines", "i1", "[b'a\\n', b'b\\r\\n', b'c\\r', b'd\\n', b'\\n']"},
    {"", "splitlines", NULL, "[]"},
    {"\012", "splitlines", NULL, "[b'']"},
    {"a\013b\034c", "splitlines", NULL, "[b'a\\x0bb\\x1cc']"},
    {"a\015", "splitlines", "i1", "[b'a\\r']"},
    {"a-b-c", "partition", "y-", "(b'a', b'-', b'b-c')"},
    {"a-b-c", "rpartition", "y-", "(b'a-b', b'-', b'c')"},
    {"abc", "partition", "y-", "(b'abc', b'', b'')"},
    {"abc", "rpartition", "y-", "(b'', b'', b'abc')"},
    {"abc", "partition", "y", "ValueError: empty separator"},
    {"abc", "rpartition", "y", "ValueError: empty separator"},
    {"a--b", "partition", "y--", "(b'a', b'--', b'b')"},
    {"-", "partition", "y-", "(b'', b'-', b'')"},
    {"abc", "partition", "s-", "TypeError: a bytes-like object is required, not 'str'"},
    {"", "rpartition", "yx", "(b'', b'', b'')"},
    {"banana", "replace", "ya|yo", "b'bonono'"},
    {"banana", "replace", "ya|yo|i2", "b'bonona'"},
    {"banana", "replace", "yan|y", "b'ba'"},
    {"banana", "replace", "yan|yANN", "b'bANNANNa'"},
    {"banana", "replace", "y|y-", "b'-b-a-n-a-n-a-'"},
    {"banana", "replace", "y|y-|i2", "b'-b-anana'"},
    {"banana", "replace", "y|y-|i0", "b'banana'"},
    {"", "replace", "y|yx", "b'x'"},
    {"", "replace", "ya|yx", "b''"},
    {"aaa", "replace", "ya|y", "b''"},
    {"banana", "replace", "yx|yy", "b'banana'"},
    {"banana", "replace", "sa|yy", "TypeError: a bytes-like object is required, not 'str'"},
    {"banana", "replace", "ya|N", "TypeError: a bytes-like object is required, not 'NoneType'"},
    {"banana", "replace", "ya|yb|yc", "TypeError: 'bytes' object cannot be interpreted as an integer"},
    {"hello", "translate", "N|yl", "b'heo'"},
    {"hello", "translate", "yshort", "ValueError: translation table must be 256 characters long"},
    {"hello", "translate", "N", "b'hello'"},
    {"hello", "translate", "i1", "TypeError: a bytes-like object is required, not 'int'"},
    {"-", "join", "(", "b''"},
    {"-", "join", "(ya,yb,yc", "b'a-b-c'"},
    {"", "join", "(yab,yc", "b'abc'"},
    {"-", "join", "(ya", "b'a'"},
    {"-", "join", "i1", "TypeError: can only join an iterable"},
    {"\001\177\377", "hex", NULL, "'017fff'"},
    {"abcdef", "hex", "s:", "'61:62:63:64:65:66'"},
    {"abcdef", "hex", "y-|i2", "'6162-6364-6566'"},
    {"abcde", "hex", "s:|i2", "'61:6263:6465'"},
    {"abcde", "hex", "s:|i-2", "'6162:6364:65'"},
    {"abcde", "hex", "s:|i0", "'6162636465'"},
    {"abcde", "hex", "s:|i9", "'6162636465'"},
    {"", "hex", "s:", "''"},
    {"a", "hex", "s::", "ValueError: sep must be length 1."},
    {"a", "hex", "s\303\244", "ValueError: sep must be ASCII."},
    {"a", "hex", "y\344", "ValueError: sep must be ASCII."},
    {"abcdefgh", "hex", "s |i4", "'61626364 65666768'"},
    {"h\303\251", "decode", NULL, "'h\303\251'"},
    {"\351", "decode", "slatin-1", "'\303\251'"},
    {"\351", "decode", "sascii|sreplace", "'\357\277\275'"},
    {"", "decode", NULL, "''"},
};

START_TEST(test_value_octets_method__as_in_cpython)
{
    expect_octets_methods(cases, Gil_ARRAY_LENGTH(cases));
}
END_TEST

START_TEST(test_value_octets_method__bytes_give_themselves)
{
    static const struct method_case same[] = {
        {"abc", "strip", NULL, NULL},       {"abc", "removeprefix", "yx", NULL}, {"abc", "replace", "yx|yy", NULL},
        {"abc", "removesuffix", "yx", NULL}, {"abc", "center", "i2", NULL},       {"abc", "zfill", "i2", NULL},
    };
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(same); i++) {
        GilObject *bytes = GilBytes_FromString(same[i].self), *array = GilByteArray_FromObject(bytes);
        GilObject *args = arguments_of(&same[i], NULL);
        for (int k = 0; k < 2; k++) {
            GilObject *self = k == 0 ? bytes : array, *method = GilObject_GetAttrString(self, same[i].method);
            GilObject *result = GilObject_Call(method, args, NULL);
            ck_assert_int_eq(result == self, k == 0);
            ck_assert_ptr_eq(Gil_TYPE(result), Gil_TYPE(self));
            Gil_DECREF(result);
            Gil_DECREF(method);
        }
        Gil_DECREF(args);
        Gil_DECREF(array);
        Gil_DECREF(bytes);
    }
}
END_TEST

START_TEST(test_value_octets_method__number_of_arguments)
{
    static const struct method_case wrong[] = {
        {"", "find", NULL, "TypeError: find expected at least 1 argument, got 0"},
        {"", "find", "ya|i1|i2|i3", "TypeError: find expected at most 3 arguments, got 4"},
        {"", "strip", "ya|yb", "TypeError: strip expected at most 1 argument, got 2"},
        {"", "replace", "ya", "TypeError: replace expected at least 2 arguments, got 1"},
        {"", "split", "ya|i1|i2", "TypeError: split() takes at most 2 arguments (3 given)"},
        {"", "translate", NULL, "TypeError: translate() takes at least 1 positional argument (0 given)"},
        {"", "maketrans", "ya", "TypeError: maketrans expected 2 arguments, got 1"},
        {"", "hex", "y:|i1|i1", "TypeError: hex() takes at most 2 arguments (3 given)"},
        {"", "hex", "i1", "TypeError: object of type 'int' has no len()"},
        {"", "splitlines", "i1|i1", "TypeError: splitlines() takes at most 1 argument (2 given)"},
        {"", "maketrans", "ya|ybc", "ValueError: maketrans arguments must have same length"},
    };
    expect_octets_methods(wrong, Gil_ARRAY_LENGTH(wrong));
}
END_TEST

/* The middle is the separator itself where self is bytes, whatever lends it; else octets of self's type. */
START_TEST(test_value_octets_method__the_separator_of_a_partition)
{
    GilObject *bytes = GilBytes_FromString("abc"), *array = GilByteArray_FromStringAndSize("b", 1);

    gil_expect_repr(GilObject_CallMethod(bytes, "partition", "O", array), "(b'a', bytearray(b'b'), b'c')");
    gil_expect_repr(GilObject_CallMethod(bytes, "rpartition", "O", array), "(b'a', bytearray(b'b'), b'c')");
    gil_expect_repr(GilObject_CallMethod(array, "partition", "y", "b"), "(bytearray(b''), bytearray(b'b'), bytearray(b''))");
    Gil_DECREF(array);
    Gil_DECREF(bytes);
}
END_TEST

START_TEST(test_value_octets_method__translation)
{
    GilObject *text = GilByteArray_FromStringAndSize("hello", 5), *from = GilBytes_FromString("el");
    GilObject *to = GilBytes_FromString("ip"), *none = GilBytes_FromString("h");
    GilObject *table = GilObject_CallMethod((GilObject *)&GilBytes_Type, "maketrans", "OO", from, to);

    ck_assert_int_eq(GilBytes_GET_SIZE(table), 256);
    for (int i = 0; i < 256; i++)
        ck_assert_int_eq((unsigned char)GilBytes_AS_STRING(table)[i], i == 'e' ? 'i' : i == 'l' ? 'p' : i);
    gil_expect_repr(GilObject_CallMethod(text, "translate", "O", table), "bytearray(b'hippo')");
    gil_expect_repr(GilObject_CallMethod(text, "translate", "OO", table, none), "bytearray(b'ippo')");
    Gil_DECREF(table);
    Gil_DECREF(none);
    Gil_DECREF(to);
    Gil_DECREF(from);
    Gil_DECREF(text);
}
END_TEST

/* 2^20 octets of which the last of 2^20 is to be deleted: looked for one by one that would take hours. */
START_TEST(test_value_octets_method__translation_of_much)
{
    const Gil_ssize_t n = 1 << 20;
    GilObject *text = GilBytes_FromStringAndSize(NULL, n), *drop = GilBytes_FromStringAndSize(NULL, n);

    memset(GilBytes_AS_STRING(text), 'b', (size_t)n);
    memset(GilBytes_AS_STRING(drop), 'a', (size_t)n);
    GilBytes_AS_STRING(text)[n / 2] = 'c';
    GilBytes_AS_STRING(drop)[n - 1] = 'b';
    gil_expect_repr(GilObject_CallMethod(text, "translate", "OO", Gil_None, drop), "b'c'");
    GilBytes_AS_STRING(drop)[0] = 'c';
    gil_expect_repr(GilObject_CallMethod(text, "translate", "OO", Gil_None, drop), "b''");
    Gil_DECREF(drop);
    Gil_DECREF(text);
}
END_TEST

/* An index that empties the bytearray whose method asks for it. */
static GilObject *victim;

static GilObject *
index_that_clears(GilObject *Gil_UNUSED(self))
{
    ck_assert_int_eq(GilByteArray_Resize(victim, 0), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_BufferError));
    return NULL;
}

START_TEST(test_value_octets_method__nobody_resizes_self_meanwhile)
{
    GilType_Slot slots[] = {{Gil_nb_index, (void *)index_that_clears}, {0, NULL}};
    GilType_Spec spec = {"test.Index", 0, 0, Gil_TPFLAGS_DEFAULT, slots};
    GilObject *type = GilType_FromSpec(&spec), *index = GilObject_CallNoArgs(type);
    static const char *const calls[] = {"find", "rfind", "index", "rindex", "count", "startswith", "endswith"};

    victim = GilByteArray_FromStringAndSize("some octets", 11);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(calls); i++) {
        ck_assert_ptr_null(GilObject_CallMethod(victim, calls[i], "yO", "o", index));
        gil_expect_raised(GilExc_BufferError);
    }
    ck_assert_ptr_null(GilObject_CallMethod(victim, "find", "O", index));
    gil_expect_raised(GilExc_BufferError);
    ck_assert_ptr_null(GilObject_CallMethod(victim, "split", "yO", "o", index));
    gil_expect_raised(GilExc_BufferError);
    ck_assert_ptr_null(GilObject_CallMethod(victim, "replace", "yyO", "o", "", index));
    gil_expect_raised(GilExc_BufferError);
    ck_assert_ptr_null(GilObject_CallMethod(victim, "hex", "sO", ":", index));
    gil_expect_raised(GilExc_BufferError);
    ck_assert_int_eq(GilByteArray_Resize(victim, 0), 0); /* and every export was given back */
    Gil_DECREF(victim);
    Gil_DECREF(index);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_value_octets_method__out_of_memory)
{
    static const struct method_case each[] = {
        {"the cat and the dog", "rsplit", "N|i1", NULL}, {"the cat and the dog", "split", NULL, NULL},
        {"the cat and the dog", "replace", "ythe|ya", NULL}, {"the cat and the dog", "partition", "ycat", NULL},
        {"the\ncat", "splitlines", NULL, NULL}, {"the cat and the dog", "translate", "N|ye", NULL},
        {"the cat", "hex", "s:", NULL}, {"the cat", "join", "(yab,ycd", NULL},
        {"the cat", "maketrans", "yab|ycd", NULL},
        {"the cat", "strip", "yt", NULL}, {"the cat", "center", "i20", NULL}, {"the cat", "fromhex", "s0001", NULL},
        {"the\tcat", "expandtabs", NULL, NULL}, {"the cat", "title", NULL, NULL}, {"-12", "zfill", "i9", NULL},
        {"the cat", "decode", NULL, NULL}, {"the cat", "removeprefix", "ythe", NULL},
    };
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(each); i++) {
        GilObject *bytes = GilBytes_FromString(each[i].self), *array = GilByteArray_FromObject(bytes);
        expect_no_leak(bytes, &each[i]);
        expect_no_leak(array, &each[i]);
        Gil_DECREF(array);
        Gil_DECREF(bytes);
    }
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/octets_method");
    TCase *tc = tcase_create("octets_method");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_octets_method__as_in_cpython);
    tcase_add_test(tc, test_value_octets_method__bytes_give_themselves);
    tcase_add_test(tc, test_value_octets_method__number_of_arguments);
    tcase_add_test(tc, test_value_octets_method__the_separator_of_a_partition);
    tcase_add_test(tc, test_value_octets_method__translation);
    tcase_add_test(tc, test_value_octets_method__translation_of_much);
    tcase_add_test(tc, test_value_octets_method__nobody_resizes_self_meanwhile);
    tcase_add_test(tc, test_value_octets_method__out_of_memory);
    suite_add_tcase(s, tc);
    return s;
}
