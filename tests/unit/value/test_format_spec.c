/* SPDX-License-Identifier: MIT */
/* Format specifications: each part, what is refused, and how text is laid out. */
#include "format.h"

#include "value/format_spec.h"

START_TEST(test_value_format_spec__parts)
{
    GilObject *text = GilUnicode_FromString("..\xe2\x82\xac^+z#012_.3f..");
    struct gil_spec spec;

    gil_spec_init(&spec, '<');
    ck_assert_int_eq(gil_spec_parse(&spec, text, 2, 2, text), 0);
    ck_assert(spec.fill == ' ' && spec.align == '<' && spec.width == -1 && spec.precision == -1 && spec.type == 0);
    ck_assert_int_eq(gil_spec_parse(&spec, text, 2, 14, text), 0);
    ck_assert(spec.fill == 0x20ac && spec.align == '^' && spec.sign == '+' && spec.no_minus_zero && spec.alternate);
    ck_assert(spec.width == 12 && spec.grouping == '_' && spec.precision == 3 && spec.type == 'f');
    Gil_DECREF(text);
}
END_TEST

START_TEST(test_value_format_spec__layout)
{
    static const struct format_case cases[] = {
        {"5", "   42", NULL},        {"<5", "42   ", NULL},       {"^5", " 42  ", NULL},
        {"=+6", "+   42", NULL},     {"06", "000042", NULL},      {"+06", "+00042", NULL},
        {"<06", "420000", NULL},     {"x>4", "xx42", NULL},       {"\xe2\x82\xac>4", "\xe2\x82\xac\xe2\x82\xac" "42", NULL},
        {"*=#6x", "0x**2a", NULL},   {" ", " 42", NULL},          {"-", "42", NULL},
        {"0=6", "000042", NULL},     {"1", "42", NULL},           {">>4", ">>42", NULL},
    };
    GilObject *value = GilLong_FromLong(42);

    EXPECT_FORMATS(value, cases);
    Gil_DECREF(value);
}
END_TEST

START_TEST(test_value_format_spec__groups)
{
    static const struct format_case cases[] = {
        {",", "1,234,567", NULL},         {"_", "1_234_567", NULL},         {"_d", "1_234_567", NULL},
        {"_b", "1_0010_1101_0110_1000_0111", NULL},
        {"#_x", "0x12_d687", NULL},       {"_X", "12_D687", NULL},          {"_o", "455_3207", NULL},
        {"012,", "0,001,234,567", NULL},  {"013,", "0,001,234,567", NULL},  {"014,", "00,001,234,567", NULL},
        {"09,", "1,234,567", NULL},       {"12,", "   1,234,567", NULL},    {"+015_", "+00_001_234_567", NULL},
        {",.1f", "1,234,567.0", NULL},    {"015,.2f", "0,001,234,567.00", NULL},
    };
    static const struct format_case small[] = {{"05,", "0,007", NULL}, {"02_", "07", NULL}, {",", "7", NULL}};
    static const struct format_case infinite[] = {{",", "inf", NULL}, {"08,", "00000inf", NULL}};
    GilObject *value = GilLong_FromLong(1234567), *seven = GilLong_FromLong(7), *inf = GilFloat_FromDouble(1e300 * 1e300);

    EXPECT_FORMATS(value, cases);
    EXPECT_FORMATS(seven, small);
    EXPECT_FORMATS(inf, infinite);
    Gil_DECREF(value);
    Gil_DECREF(seven);
    Gil_DECREF(inf);
}
END_TEST

START_TEST(test_value_format_spec__refusals)
{
    static const struct format_case cases[] = {
        {"xx", "Invalid format specifier 'xx' for object of type 'int'", &GilExc_ValueError},
        {"5q", "Unknown format code 'q' for object of type 'int'", &GilExc_ValueError},
        {"\xe2\x82\xac", "Unknown format code '\\x20ac' for object of type 'int'", &GilExc_ValueError},
        {",_", "Cannot specify both ',' and '_'.", &GilExc_ValueError},
        {"_,", "Cannot specify both ',' and '_'.", &GilExc_ValueError},
        {",x", "Cannot specify ',' with 'x'.", &GilExc_ValueError},
        {",n", "Cannot specify ',' with 'n'.", &GilExc_ValueError},
        {"_c", "Cannot specify '_' with 'c'.", &GilExc_ValueError},
        {",\xe2\x82\xac", "Cannot specify ',' with '\\x20ac'.", &GilExc_ValueError},
        {"1.", "Format specifier missing precision", &GilExc_ValueError},
        {"99999999999999999999", "Too many decimal digits in format string", &GilExc_ValueError},
        {".99999999999999999999", "Too many decimal digits in format string", &GilExc_ValueError},
    };
    GilObject *value = GilLong_FromLong(42), *nul = GilUnicode_FromStringAndSize("\0", 1);

    EXPECT_FORMATS(value, cases);
    ck_assert_ptr_null(GilObject_Format(value, nul));
    gil_expect_error(GilExc_ValueError, "Unknown format code '\\x0' for object of type 'int'");
    Gil_DECREF(value);
    Gil_DECREF(nul);
}
END_TEST

START_TEST(test_value_format_spec__a_width_beyond_memory_is_an_error)
{
    static const struct format_case cases[] = {
        {"9223372036854775000", "", &GilExc_MemoryError},
        {"09223372036854775000", "", &GilExc_MemoryError},
        {"\xe2\x82\xac<4611686018427387904", "", &GilExc_MemoryError},
    };
    GilObject *value = GilLong_FromLong(42);

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++) {
        GilObject *spec = GilUnicode_FromString(cases[i].format);
        ck_assert_ptr_null(GilObject_Format(value, spec));
        gil_expect_raised(GilExc_MemoryError);
        Gil_DECREF(spec);
    }
    Gil_DECREF(value);
}
END_TEST

static int
format_step(void *arg)
{
    GilObject **pair = arg, *op = GilObject_Format(pair[0], pair[1]);
    Gil_XDECREF(op);
    return op == NULL ? -1 : 0;
}

START_TEST(test_value_format_spec__without_memory)
{
    static const char *const specs[] = {"_X", "\xe2\x82\xac^040,.3f", "c", "020_d"};
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
    Suite *s = suite_create("value/format_spec");
    TCase *tc = tcase_create("format_spec");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_format_spec__parts);
    tcase_add_test(tc, test_value_format_spec__layout);
    tcase_add_test(tc, test_value_format_spec__groups);
    tcase_add_test(tc, test_value_format_spec__refusals);
    tcase_add_test(tc, test_value_format_spec__a_width_beyond_memory_is_an_error);
    tcase_add_test(tc, test_value_format_spec__without_memory);
    suite_add_tcase(s, tc);
    return s;
}
