/* SPDX-License-Identifier: MIT */
/* bytes % args and bytearray % args: what CPython 3.11 gives, and arguments that change the template under its hands. */
#include "method_table.h"

#include "gilrt/args.h"
#include "gilrt/bool.h"
#include "gilrt/dict.h"
#include "gilrt/memoryview.h"
#include "gilrt/number.h"
#include "value/bytearray.h"

/* template % args is that, for bytes and for bytearrays; args is given back. */
static void
expect_percent(GilObject *args, const char *template, int size, const char *result)
{
    GilObject *bytes = GilBytes_FromStringAndSize(template, size), *array = GilByteArray_FromObject(bytes);
    char *of_array = strncmp(result, "b'", 2) == 0 ? as_bytearrays(result) : NULL;

    ck_assert_ptr_nonnull(args);
    char *said = said_of(GilNumber_Remainder(bytes, args));
    ck_assert_msg(strcmp(said, result) == 0, "%s is %s instead of %s", template, said, result);
    free(said);
    said = said_of(GilNumber_Remainder(array, args));
    if (result[0] != 'b' || of_array != NULL)
        ck_assert_str_eq(said, of_array != NULL ? of_array : result);
    free(said);
    free(of_array);
    Gil_DECREF(array);
    Gil_DECREF(bytes);
    Gil_DECREF(args);
}

START_TEST(test_value_octets_percent__conversions)
{
    GilObject *ten = GilLong_FromLong(10), *ten_thousand = GilLong_FromLong(10000);

    expect_percent(Gil_BuildValue("(s)", "x"), "%d", 2, "TypeError: %d format: a real number is required, not str");
    expect_percent(Gil_BuildValue("(s)", "x"), "%i", 2, "TypeError: %d format: a real number is required, not str");
    expect_percent(Gil_BuildValue("d", 1.5), "%d", 2, "b'1'");
    expect_percent(Gil_BuildValue("d", 1.5), "%x", 2, "TypeError: %x format: an integer is required, not float");
    expect_percent(GilTuple_New(0), "%s", 2, "TypeError: not enough arguments for format string");
    expect_percent(Gil_BuildValue("(y)", "a"), "%s %s", 5, "TypeError: not enough arguments for format string");
    expect_percent(Gil_BuildValue("(yi)", "a", 2),
                   "%s", 2, "TypeError: not all arguments converted during bytes formatting");
    expect_percent(Gil_BuildValue("i", 1), "x", 1, "TypeError: not all arguments converted during bytes formatting");
    expect_percent(Gil_BuildValue("{}"), "x", 1, "b'x'");
    expect_percent(Gil_BuildValue("[]"), "x", 1, "b'x'");
    expect_percent(Gil_BuildValue("y", ""), "x", 1, "TypeError: not all arguments converted during bytes formatting");
    expect_percent(Gil_BuildValue("y", "ab"),
                   "%c", 2, "TypeError: %c requires an integer in range(256) or a single byte");
    expect_percent(Gil_BuildValue("s", "a"),
                   "%c", 2, "TypeError: %c requires an integer in range(256) or a single byte");
    expect_percent(Gil_BuildValue("d", 1.5),
                   "%c", 2, "TypeError: %c requires an integer in range(256) or a single byte");
    expect_percent(Gil_BuildValue("i", 256), "%c", 2, "OverflowError: %c arg not in range(256)");
    expect_percent(Gil_BuildValue("i", -1), "%c", 2, "OverflowError: %c arg not in range(256)");
    expect_percent(Gil_BuildValue("K", UINT64_MAX), "%c", 2, "OverflowError: %c arg not in range(256)");
    expect_percent(Gil_BuildValue("(iyi)", 65, "b", 255), "%5c|%-5c|%.0c", 13, "b'    A|b    |\134xff'");
    expect_percent(Gil_BuildValue("s", "a"),
                   "%b", 2, "TypeError: %b requires a bytes-like object, or an object that implements __bytes__, not 'str'");
    expect_percent(Gil_BuildValue("i", 1),
                   "%s", 2, "TypeError: %b requires a bytes-like object, or an object that implements __bytes__, not 'int'");
    expect_percent(Gil_BuildValue("O", Gil_None),
                   "%s", 2, "TypeError: %b requires a bytes-like object, or an object that implements __bytes__, not 'NoneType'");
    expect_percent(Gil_BuildValue("(yyyy)", "abc", "a", "b", "c"),
                   "%.2b|%5s|%-5b|%05b", 18, "b'ab|    a|b    |    c'");
    expect_percent(Gil_BuildValue("(sy)", "\303\244", "\344"), "%r %a", 5, "b\042'\134\134xe4' b'\134\134xe4'\042");
    expect_percent(Gil_BuildValue("(ss)", "abc", "a"), "%.3a|%-6r|", 10, "b\042'ab|'a'   |\042");
    expect_percent(Gil_BuildValue("i", 1), "%q", 2, "ValueError: unsupported format character 'q' (0x71) at index 1");
    expect_percent(Gil_BuildValue("i", 1), "%", 1, "ValueError: incomplete format");
    expect_percent(Gil_BuildValue("i", 1), "%5", 2, "ValueError: incomplete format");
    expect_percent(Gil_BuildValue("(i)", 1),
                   "%5%", 3, "ValueError: unsupported format character '%' (0x25) at index 2");
    expect_percent(Gil_BuildValue("i", 1),
                   "%\001", 2, "ValueError: unsupported format character '\001' (0x1) at index 1");
    expect_percent(GilTuple_New(0), "\000%%\377", 4, "b'\134x00%\134xff'");
    expect_percent(Gil_BuildValue("(iiiiii)", 5, 1, 5, 1, -4, 1), "%*d|%-*d|%*d", 12, "b'    1|1    |1   '");
    expect_percent(Gil_BuildValue("(yi)", "x", 1), "%*d", 3, "TypeError: * wants int");
    expect_percent(Gil_BuildValue("(id)", 2, 1.5), "%.*f", 4, "b'1.50'");
    expect_percent(Gil_BuildValue("(Ki)", (unsigned long long)1 << 31, 1),
                   "%.*d", 4, "OverflowError: int too large to convert to C int");
    expect_percent(Gil_BuildValue("i", 1), "%.3000000000d", 13, "ValueError: prec too big");
    expect_percent(Gil_BuildValue("i", 1), "%99999999999999999999d", 22, "ValueError: width too big");
    expect_percent(Gil_BuildValue("i", 1), "%.2147483645d", 13, "OverflowError: precision too large");
    expect_percent(Gil_BuildValue("(iiiiiiii)", 3, 3, -3, -255, 255, 8, 5, 5),
                   "%-5d|%+05d|%+05d|%#x|%#X|%#o|%.3d|%#.5X", 39, "b'3    |+0003|-0003|-0xff|0XFF|0o10|005|0X00005'");
    expect_percent(Gil_BuildValue("(iiiii)", 5, 5, 5, 255, 255),
                   "% d|%+ d|%-08d|%#-10x|%+#010x", 29, "b' 5|+5|5       |0xff      |+0x00000ff'");
    expect_percent(Gil_BuildValue("(iii)", 1, -2, 3), "%ld %hi %Lu", 11, "b'1 -2 3'");
    expect_percent(Gil_BuildValue("i", 1),
                   "%lld", 4, "ValueError: unsupported format character 'l' (0x6c) at index 2");
    expect_percent(Gil_BuildValue("(dddddddddd)", 1.0, 1e10, 1e20, 1e-10, __builtin_inf(), 1.25, -3.14159, 1.0, 2.5, __builtin_nan("")),
                   "%e|%E|%g|%G|%F|%5.1f|%08.3f|%#g|%#.0f|% f", 41, "b'1.000000e+00|1.000000E+10|1e+20|1E-10|INF|  1.2|-003.142|1.00000|2.| nan'");
    expect_percent(Gil_BuildValue("s", "a"), "%f", 2, "TypeError: float argument required, not str");
    expect_percent(Gil_BuildValue("N", GilNumber_Power(ten, ten_thousand, Gil_None)),
                   "%f", 2, "TypeError: float argument required, not int");
    expect_percent(Gil_BuildValue("O", Gil_True), "%d", 2, "b'1'");
    expect_percent(Gil_BuildValue("{y:i}", "a", 5), "%(a)d%(a)3d", 11, "b'5  5'");
    expect_percent(Gil_BuildValue("{y:y}", "(a)", "x"), "%((a))s", 7, "b'x'");
    expect_percent(Gil_BuildValue("{s:i}", "a", 5), "%(a)d", 5, "KeyError: b'a'");
    expect_percent(Gil_BuildValue("y", "x"), "%(a)s", 5, "TypeError: format requires a mapping");
    expect_percent(Gil_BuildValue("s", "x"), "%(a)s", 5, "TypeError: format requires a mapping");
    expect_percent(Gil_BuildValue("{}"), "%(a", 3, "ValueError: incomplete format key");
    expect_percent(Gil_BuildValue("{y:y}", "a", "x"),
                   "%(a)s %s", 8, "TypeError: not enough arguments for format string");
    expect_percent(Gil_BuildValue("{y:i}", "a", 5), "%(a)*d", 6, "TypeError: not enough arguments for format string");
    Gil_DECREF(ten);
    Gil_DECREF(ten_thousand);
}
END_TEST

/* What __bytes__ of an object of the type below does first, and gives. */
static GilObject *victim, *answer;

static GilObject *
maker_bytes(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args))
{
    if (victim != NULL && GilByteArray_Resize(victim, 10000) < 0)
        return NULL;
    return Gil_NewRef(answer);
}

static GilMethodDef maker_methods[] = {{"__bytes__", maker_bytes, GIL_METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static GilType_Slot maker_slots[] = {{Gil_tp_methods, maker_methods}, {0, NULL}};
static GilType_Spec maker_spec = {"test.maker", sizeof(GilObject), 0, Gil_TPFLAGS_DEFAULT, maker_slots};

START_TEST(test_value_octets_percent__what_makes_and_what_exports_octets)
{
    GilObject *type = GilType_FromSpec(&maker_spec), *maker = GilObject_CallNoArgs(type);

    answer = GilBytes_FromString("made");
    expect_percent(Gil_NewRef(maker), "<%b>", 4, "b'<made>'");
    expect_percent(GilMemoryView_FromObject(answer), "<%.2s>", 6, "b'<ma>'");
    expect_percent(GilByteArray_FromObject(answer), "<%s>", 4, "b'<made>'");
    GilObject *bytes = GilObject_Bytes(maker);
    ck_assert_ptr_eq(bytes, answer);
    Gil_DECREF(bytes);
    bytes = GilObject_CallOneArg((GilObject *)(void *)&GilBytes_Type, maker);
    ck_assert_ptr_eq(bytes, answer);
    Gil_DECREF(bytes);
    Gil_SETREF(answer, GilLong_FromLong(1));
    expect_percent(Gil_NewRef(maker), "<%b>", 4, "TypeError: __bytes__ returned non-bytes (type int)");
    ck_assert_ptr_null(GilObject_Bytes(maker));
    gil_expect_error(GilExc_TypeError, "__bytes__ returned non-bytes (type int)");
    ck_assert_ptr_null(GilObject_CallOneArg((GilObject *)(void *)&GilBytes_Type, maker));
    gil_expect_error(GilExc_TypeError, "__bytes__ returned non-bytes (type int)");
    Gil_DECREF(answer);
    Gil_DECREF(maker);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_H4_an_argument_resizes_the_bytearray_that_is_formatted)
{
    GilObject *type = GilType_FromSpec(&maker_spec), *maker = GilObject_CallNoArgs(type);

    answer = GilBytes_FromString("made");
    victim = GilByteArray_FromStringAndSize("%b and %b", 9);
    GilObject *args = Gil_BuildValue("(OO)", maker, maker);
    ck_assert_ptr_null(GilNumber_Remainder(victim, args));
    gil_expect_error(GilExc_BufferError, "Existing exports of data: object cannot be re-sized");
    ck_assert_int_eq(((struct gil_bytearray *)(void *)victim)->exports, 0);
    Gil_CLEAR(victim);
    Gil_DECREF(args);
    Gil_DECREF(answer);
    Gil_DECREF(maker);
    Gil_DECREF(type);
}
END_TEST

static int
step(void *arg)
{
    static const char text[] = "%(a)5.3d%%%(b)s \xe2%(a)#X %(c)c %(a)e %(b)9a";
    GilObject *template = GilByteArray_FromStringAndSize(text, sizeof text - 1), *op = NULL;

    if (template != NULL)
        op = GilNumber_Remainder(template, arg);
    Gil_XDECREF(op);
    Gil_XDECREF(template);
    return op == NULL ? -1 : 0;
}

START_TEST(test_J1_octets_percent)
{
    GilObject *map = Gil_BuildValue("{y:i,y:y,y:i}", "a", 70123, "b", "\xff", "c", 200), *str = GilUnicode_FromString("%b");

    gil_test_oom_loop(step, map);
    Gil_DECREF(map);
    ck_assert_ptr_null(GilNumber_Remainder(str, Gil_None)); /* is for octets alone */
    gil_expect_error(GilExc_ValueError, "unsupported format character 'b' (0x62) at index 1");
    Gil_DECREF(str);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/octets_percent");
    TCase *tc = tcase_create("octets_percent");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_octets_percent__conversions);
    tcase_add_test(tc, test_value_octets_percent__what_makes_and_what_exports_octets);
    tcase_add_test(tc, test_H4_an_argument_resizes_the_bytearray_that_is_formatted);
    tcase_add_test(tc, test_J1_octets_percent);
    suite_add_tcase(s, tc);
    return s;
}
