/* SPDX-License-Identifier: MIT */
/* Positional arguments: number, messages, malformed formats, and what is undone when a later argument fails. */
#include "support/expect.h"
#include "support/support.h"

#include "gilrt/buffer.h"
#include "gilrt/bytearray.h"
#include "gilrt/long.h"
#include "gilrt/mem.h"
#include "gilrt/tuple.h"
#include "module/args.h"

static GilObject *
args(const char *format, ...)
{
    va_list va;

    va_start(va, format);
    GilObject *value = Gil_VaBuildValue(format, va);
    va_end(va);
    ck_assert_ptr_nonnull(value);
    return value;
}

START_TEST(test_module_args__number_of_arguments)
{
    GilObject *none = GilTuple_New(0), *one = args("(i)", 1), *three = args("iii", 1, 2, 3);
    int a = 0, b = 0;

    ck_assert_int_eq(GilArg_ParseTuple(none, ""), 1);
    ck_assert_int_eq(GilArg_ParseTuple(none, ":f"), 1);
    ck_assert_int_eq(GilArg_ParseTuple(one, "ii", &a, &b), 0);
    gil_expect_error(GilExc_TypeError, "function takes exactly 2 arguments (1 given)");
    ck_assert_int_eq(GilArg_ParseTuple(three, "i|i:f", &a, &b), 0);
    gil_expect_error(GilExc_TypeError, "f() takes at most 2 arguments (3 given)");
    ck_assert_int_eq(GilArg_ParseTuple(none, "i|i:f", &a, &b), 0);
    gil_expect_error(GilExc_TypeError, "f() takes at least 1 argument (0 given)");
    ck_assert_int_eq(GilArg_ParseTuple(one, ":f"), 0);
    gil_expect_error(GilExc_TypeError, "f() takes exactly 0 arguments (1 given)");
    ck_assert_int_eq(GilArg_ParseTuple(none, "i;give me a number", &a), 0);
    gil_expect_error(GilExc_TypeError, "give me a number");
    b = 42;
    ck_assert_int_eq(GilArg_ParseTuple(one, "i|i:f", &a, &b), 1);
    ck_assert_int_eq(a, 1);
    ck_assert_int_eq(b, 42);
    Gil_DECREF(one);
    Gil_DECREF(three);
}
END_TEST

START_TEST(test_module_args__messages_say_which_argument)
{
    GilObject *two = args("is", 1, "x"), *deep = args("(i(i[i]))", 1, 2, 3);
    const char *text;
    int a, b;

    ck_assert_int_eq(GilArg_ParseTuple(two, "is:f", &a, &text), 1);
    ck_assert_str_eq(text, "x");
    ck_assert_int_eq(GilArg_ParseTuple(two, "ss:f", &text, &text), 0);
    gil_expect_error(GilExc_TypeError, "f() argument 1 must be str, not int");
    ck_assert_int_eq(GilArg_ParseTuple(two, "ss", &text, &text), 0);
    gil_expect_error(GilExc_TypeError, "argument 1 must be str, not int");
    ck_assert_int_eq(GilArg_ParseTuple(two, "ss;mine alone", &text, &text), 0);
    gil_expect_error(GilExc_TypeError, "mine alone");
    ck_assert_int_eq(GilArg_ParseTuple(deep, "i(i(s)):f", &a, &b, &text), 0);
    gil_expect_error(GilExc_TypeError, "f() argument 2, item 1, item 0 must be str, not int");
    Gil_DECREF(two);
    Gil_DECREF(deep);
}
END_TEST

START_TEST(test_module_args__malformed_formats)
{
    static const struct {
        const char *format, *message;
    } table[] = {
        {"q", "argument 1 (impossible<bad format char>)"},
        {"D", "argument 1 (impossible<bad format char>)"},
        {"w", "argument 1 (invalid use of 'w' format character)"},
        {"i)", "excess ')' in getargs format"},
        {"(i", "missing ')' in getargs format"},
        {"i%", "bad format string: i%"},
        {"eq", "function takes exactly 2 arguments (1 given)"},
        {"e!", "argument 1 (unknown parser marker combination)"},
        {"(((((((((((((((((((((((((((((((((i)))))))))))))))))))))))))))))))))",
         "too many tuple nesting levels in argument format string"},
    };
    GilObject *one = args("(i)", 1);
    void *room[4];

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(table); i++) {
        ck_assert_int_eq(GilArg_ParseTuple(one, table[i].format, &room[0], &room[1], &room[2]), 0);
        gil_expect_error(i == 6 ? GilExc_TypeError : GilExc_SystemError, table[i].message);
    }
    ck_assert_int_eq(GilArg_ParseTuple(Gil_None, "i", &room[0]), 0);
    gil_expect_error(GilExc_SystemError, "new style getargs format but argument is not a tuple");
    ck_assert_int_eq(GilArg_ParseTuple(NULL, "i", &room[0]), 0);
    gil_expect_raised(GilExc_SystemError);
    Gil_DECREF(one);
}
END_TEST

START_TEST(test_module_args__parse_old_convention)
{
    GilObject *n = GilLong_FromLong(5), *pair = args("ii", 1, 2);
    int a, b;

    ck_assert_int_eq(GilArg_Parse(n, "i", &a), 1);
    ck_assert_int_eq(a, 5);
    ck_assert_int_eq(GilArg_Parse(pair, "(ii)", &a, &b), 1);
    ck_assert_int_eq(b, 2);
    ck_assert_int_eq(GilArg_Parse(NULL, ""), 1);
    ck_assert_int_eq(GilArg_Parse(n, ":f"), 0);
    gil_expect_error(GilExc_TypeError, "f() takes no arguments");
    ck_assert_int_eq(GilArg_Parse(NULL, "i:f", &a), 0);
    gil_expect_error(GilExc_TypeError, "f() takes at least one argument");
    ck_assert_int_eq(GilArg_Parse(n, "ii", &a, &b), 0);
    gil_expect_error(GilExc_SystemError, "old style getargs format uses new features");
    ck_assert_int_eq(GilArg_Parse(pair, "i:f", &a), 0);
    gil_expect_error(GilExc_TypeError, "'tuple' object cannot be interpreted as an integer");
    ck_assert_int_eq(GilArg_Parse(pair, "s", &a), 0);
    gil_expect_error(GilExc_TypeError, "argument must be str, not tuple");
    Gil_DECREF(pair);
}
END_TEST

START_TEST(test_module_args__parse_array)
{
    GilObject *items[] = {GilLong_FromLong(1), GilLong_FromLong(2)};
    int a, b;

    ck_assert_int_eq(GilArg_ParseArray(items, 2, "ii:f", &a, &b), 1);
    ck_assert_int_eq(a + b, 3);
    ck_assert_int_eq(GilArg_ParseArray(NULL, 0, ":f"), 1);
    ck_assert_int_eq(GilArg_ParseArray(items, 1, "ii:f", &a, &b), 0);
    gil_expect_error(GilExc_TypeError, "f() takes exactly 2 arguments (1 given)");
    ck_assert_int_eq(GilArg_ParseArray(items, -1, "ii:f", &a, &b), 0);
    gil_expect_raised(GilExc_SystemError);
}
END_TEST

START_TEST(test_module_args__unpack_tuple)
{
    GilObject *two = args("ii", 7, 8), *a = NULL, *b = NULL, *c = NULL;

    ck_assert_int_eq(GilArg_UnpackTuple(two, "f", 1, 3, &a, &b, &c), 1);
    ck_assert_int_eq(GilLong_AsLong(a), 7);
    ck_assert_int_eq(GilLong_AsLong(b), 8);
    ck_assert_ptr_null(c);
    ck_assert_int_eq(GilArg_UnpackTuple(two, "f", 3, 3, &a, &b, &c), 0);
    gil_expect_error(GilExc_TypeError, "f expected 3 arguments, got 2");
    ck_assert_int_eq(GilArg_UnpackTuple(two, "f", 0, 1, &a), 0);
    gil_expect_error(GilExc_TypeError, "f expected at most 1 argument, got 2");
    ck_assert_int_eq(GilArg_UnpackTuple(two, NULL, 3, 4, &a), 0);
    gil_expect_error(GilExc_TypeError, "unpacked tuple should have at least 3 elements, but has 2");
    ck_assert_int_eq(GilArg_UnpackTuple(Gil_None, "f", 0, 1, &a), 0);
    gil_expect_error(GilExc_SystemError, "GilArg_UnpackTuple() argument list is not a tuple");
    ck_assert_int_eq(GilArg_UnpackTuple(two, "f", 3, 2), 0);
    gil_expect_raised(GilExc_SystemError);
    Gil_DECREF(two);
}
END_TEST

static int undone; /* calls of the converter with NULL */

static int
convert(GilObject *arg, void *target)
{
    if (arg == NULL) {
        undone++;
        Gil_DECREF(*(GilObject **)target);
        ck_assert_ptr_null(GilErr_Occurred()); /* the error is put aside meanwhile */
        return 1;
    }
    *(GilObject **)target = Gil_NewRef(arg);
    return Gil_CLEANUP_SUPPORTED;
}

/* Six things to undo (more than fit without memory), then an argument that fails. */
START_TEST(test_module_args__failure_undoes_what_was_done)
{
    GilObject *array = GilByteArray_FromStringAndSize("abc", 3), *list = args("[i]", 1);
    GilObject *given = args("OOOOsOi", array, array, array, array, "text", list, 1), *kept = NULL;
    Gil_buffer views[4];
    char *copy = NULL;
    const char *text;

    ck_assert_int_eq(GilArg_ParseTuple(given, "y*s*w*y*esO&s:f", &views[0], &views[1], &views[2], &views[3], NULL, &copy,
                                       convert, &kept, &text),
                     0);
    gil_expect_error(GilExc_TypeError, "f() argument 7 must be str, not int");
    ck_assert_int_eq(undone, 1);
    ck_assert_ptr_null(copy);
    for (int i = 0; i < 4; i++)
        ck_assert_ptr_null(views[i].obj);
    ck_assert_int_eq(Gil_REFCNT(list), 2);
    ck_assert_int_eq(GilByteArray_Resize(array, 10), 0);
    Gil_DECREF(given);
    Gil_DECREF(list);
    Gil_DECREF(array);
}
END_TEST

static int
step(void *arg)
{
    Gil_buffer views[4];
    char *copy = NULL;
    GilObject *kept;

    if (!GilArg_ParseTuple(arg, "y*s*w*y*esO&:f", &views[0], &views[1], &views[2], &views[3], NULL, &copy, convert,
                           &kept))
        return -1;
    for (int i = 0; i < 4; i++)
        GilBuffer_Release(&views[i]);
    GilMem_Free(copy);
    Gil_DECREF(kept);
    return 0;
}

START_TEST(test_module_args__every_allocation_may_fail)
{
    GilObject *array = GilByteArray_FromStringAndSize("abc", 3);
    GilObject *given = args("OOOOs[i]", array, array, array, array, "text \xc3\xa9", 1);

    gil_test_oom_loop(step, given);
    ck_assert_int_eq(GilByteArray_Resize(array, 10), 0);
    Gil_DECREF(given);
    Gil_DECREF(array);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("module/args");
    TCase *tc = tcase_create("args");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_module_args__number_of_arguments);
    tcase_add_test(tc, test_module_args__messages_say_which_argument);
    tcase_add_test(tc, test_module_args__malformed_formats);
    tcase_add_test(tc, test_module_args__parse_old_convention);
    tcase_add_test(tc, test_module_args__parse_array);
    tcase_add_test(tc, test_module_args__unpack_tuple);
    tcase_add_test(tc, test_module_args__failure_undoes_what_was_done);
    tcase_add_test(tc, test_module_args__every_allocation_may_fail);
    suite_add_tcase(s, tc);
    return s;
}
