/* SPDX-License-Identifier: MIT */
/* The type memoryview as its users see it: attributes, methods, hash, equality, and what is left after release. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

#include "value/memoryview.h"

#include <stdio.h>
#include <string.h>

static GilObject *
view_of(const char *text)
{
    GilObject *bytes = GilBytes_FromString(text), *view = GilMemoryView_FromObject(bytes);
    Gil_DECREF(bytes);
    return view;
}

static GilObject *
call(GilObject *op, const char *method)
{
    return GilObject_CallMethod(op, method, NULL);
}

START_TEST(test_value_memoryview_type__attributes)
{
    static const struct {
        const char *name, *of_view, *of_grid;
    } cases[] = {
        {"obj", "b'abcdef'", "b'abcdef'"},
        {"nbytes", "6", "6"},
        {"readonly", "True", "True"},
        {"itemsize", "1", "2"},
        {"format", "'B'", "'h'"},
        {"ndim", "1", "2"},
        {"shape", "(6,)", "(1, 3)"},
        {"strides", "(1,)", "(6, 2)"},
        {"suboffsets", "()", "()"},
        {"c_contiguous", "True", "True"},
        {"f_contiguous", "True", "True"},
        {"contiguous", "True", "True"},
    };
    GilObject *view = view_of("abcdef"), *grid = GilObject_CallMethod(view, "cast", "s(ii)", "h", 1, 3);

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++) {
        gil_expect_repr(GilObject_GetAttrString(view, cases[i].name), cases[i].of_view);
        gil_expect_repr(GilObject_GetAttrString(grid, cases[i].name), cases[i].of_grid);
    }
    ck_assert_int_eq(GilObject_SetAttrString(view, "format", Gil_None), -1);
    gil_expect_raised(GilExc_AttributeError);
    Gil_DECREF(grid);
    Gil_DECREF(view);
}
END_TEST

START_TEST(test_value_memoryview_type__methods)
{
    GilObject *view = view_of("abcdef"), *grid = GilObject_CallMethod(view, "cast", "s(ii)", "B", 2, 3), *same;
    char text[64];

    gil_expect_octets(call(grid, "tobytes"), "abcdef", 6);
    gil_expect_octets(GilObject_CallMethod(grid, "tobytes", "s", "F"), "adbecf", 6);
    gil_expect_octets(GilObject_CallMethod(grid, "tobytes", "O", Gil_None), "abcdef", 6);
    gil_expect_failure(GilObject_CallMethod(grid, "tobytes", "s", "X"), GilExc_ValueError,
                       "order must be 'C', 'F' or 'A'");
    gil_expect_failure(GilObject_CallMethod(grid, "tobytes", "i", 1), GilExc_TypeError,
                       "tobytes() argument 'order' must be str or None, not int");
    gil_expect_text(call(grid, "hex"), "616263646566");
    same = call(view, "__enter__");
    ck_assert_ptr_eq(same, view);
    Gil_DECREF(same);
    snprintf(text, sizeof text, "<memory at %p>", (void *)view);
    gil_expect_text(GilObject_Repr(view), text);
    ck_assert_int_eq(GilObject_Size(view), 6);
    ck_assert_int_eq(GilObject_Size(grid), 2);
    ck_assert_ptr_eq(GilObject_CallMethod(view, "__exit__", "OOO", Gil_None, Gil_None, Gil_None), Gil_None);
    snprintf(text, sizeof text, "<released memory at %p>", (void *)view);
    gil_expect_text(GilObject_Repr(view), text);
    Gil_DECREF(grid);
    Gil_DECREF(view);
}
END_TEST

/* method(*args, **kwargs), all lent. */
static GilObject *
call_by_name(GilObject *view, const char *name, const char *args, const char *names, GilObject *value)
{
    GilObject *method = GilObject_GetAttrString(view, name);
    GilObject *tuple = args != NULL ? Gil_BuildValue("(s)", args) : GilTuple_New(0);
    GilObject *kwargs = Gil_BuildValue("{sO}", names, value), *result = GilObject_Call(method, tuple, kwargs);
    Gil_DECREF(method);
    Gil_DECREF(tuple);
    Gil_DECREF(kwargs);
    return result;
}

START_TEST(test_value_memoryview_type__arguments_by_name)
{
    GilObject *view = view_of("abcdef"), *format = GilUnicode_FromString("h"), *shape = Gil_BuildValue("[ii]", 2, 3);
    GilObject *bytes = GilBytes_FromString("x"), *type = (GilObject *)(void *)&GilMemoryView_Type, *v;

    v = call_by_name(view, "cast", NULL, "format", format);
    ck_assert_int_eq(GilObject_Size(v), 3);
    Gil_DECREF(v);
    v = call_by_name(view, "cast", "B", "shape", shape);
    ck_assert_int_eq(GilObject_Size(v), 2);
    Gil_DECREF(v);
    gil_expect_failure(call_by_name(view, "cast", "B", "format", format), GilExc_TypeError,
                       "argument for cast() given by name ('format') and position (1)");
    gil_expect_failure(call_by_name(view, "cast", "B", "other", format), GilExc_TypeError,
                       "'other' is an invalid keyword argument for cast()");
    gil_expect_failure(call_by_name(view, "cast", NULL, "shape", shape), GilExc_TypeError,
                       "cast() missing required argument 'format' (pos 1)");
    gil_expect_failure(GilObject_CallMethod(view, "cast", "i", 3), GilExc_TypeError,
                       "cast() argument 'format' must be str, not int");
    gil_expect_failure(GilObject_CallMethod(view, "cast", "sOO", "B", shape, shape), GilExc_TypeError,
                       "cast() takes at most 2 arguments (3 given)");
    v = GilObject_CallOneArg(type, bytes);
    ck_assert_ptr_eq(GilMemoryView_GET_BASE(v), bytes);
    Gil_DECREF(v);
    GilObject *kwargs = Gil_BuildValue("{sO}", "object", bytes), *none = GilTuple_New(0);
    v = GilObject_Call(type, none, kwargs);
    ck_assert_ptr_eq(GilMemoryView_GET_BASE(v), bytes);
    Gil_DECREF(v);
    gil_expect_failure(GilObject_CallNoArgs(type), GilExc_TypeError,
                       "memoryview() missing required argument 'object' (pos 1)");
    gil_expect_failure(GilObject_CallFunction(type, "OO", bytes, bytes), GilExc_TypeError,
                       "memoryview() takes at most 1 argument (2 given)");
    gil_expect_failure(GilObject_CallFunction(type, "i", 3), GilExc_TypeError,
                       "memoryview: a bytes-like object is required, not 'int'");
    GilObject *all[] = {view, format, shape, bytes, kwargs, none};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

START_TEST(test_value_memoryview_type__hashes_as_bytes)
{
    GilObject *bytes = GilBytes_FromString("abcdef"), *view = GilMemoryView_FromObject(bytes), *array, *writable;
    GilObject *shorts = GilObject_CallMethod(view, "cast", "s", "h");
    GilObject *chars = GilObject_CallMethod(view, "cast", "s", "c");
    GilObject *readonly;

    ck_assert_int_eq(GilObject_Hash(view), GilObject_Hash(bytes));
    ck_assert_int_eq(GilObject_Hash(chars), GilObject_Hash(bytes));
    ck_assert_int_eq(GilObject_Hash(shorts), -1);
    gil_expect_error(GilExc_ValueError, "memoryview: hashing is restricted to formats 'B', 'b' or 'c'");
    array = GilByteArray_FromObject(bytes);
    writable = GilMemoryView_FromObject(array);
    ck_assert_int_eq(GilObject_Hash(writable), -1);
    gil_expect_error(GilExc_ValueError, "cannot hash writable memoryview object");
    readonly = call(writable, "toreadonly");
    ck_assert_int_eq(GilObject_Hash(readonly), -1);
    gil_expect_error(GilExc_TypeError, "unhashable type: 'bytearray'");
    /* Once known it stays known. */
    ck_assert_ptr_eq(call(view, "release"), Gil_None);
    ck_assert_int_eq(GilObject_Hash(view), GilObject_Hash(bytes));
    ck_assert_ptr_eq(call(shorts, "release"), Gil_None);
    ck_assert_int_eq(GilObject_Hash(shorts), -1);
    gil_expect_error(GilExc_ValueError, "operation forbidden on released memoryview object");
    GilObject *all[] = {bytes, view, array, writable, shorts, chars, readonly};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

START_TEST(test_value_memoryview_type__equals_what_lends_the_same)
{
    GilObject *bytes = GilBytes_FromString("abcdef"), *other = GilBytes_FromString("abcdeg"), *n = GilLong_FromLong(1);
    GilObject *view = GilMemoryView_FromObject(bytes), *same = view_of("abcdef");
    GilObject *grid = GilObject_CallMethod(view, "cast", "s(ii)", "B", 2, 3);

    ck_assert_int_eq(GilObject_RichCompareBool(view, bytes, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(bytes, view, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(view, same, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(view, same, Gil_NE), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(view, other, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(view, grid, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(view, n, Gil_EQ), 0);
    gil_expect_failure(GilObject_RichCompare(view, view, Gil_LT), GilExc_TypeError,
                       "'<' not supported between instances of 'memoryview' and 'memoryview'");
    ck_assert_int_eq(GilSequence_Contains(view, n), 0);
    ck_assert_ptr_eq(call(view, "release"), Gil_None);
    GilObject *truth = GilObject_RichCompare(view, view, Gil_EQ);
    ck_assert_ptr_eq(truth, Gil_True);
    ck_assert_int_eq(GilObject_RichCompareBool(view, same, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(same, view, Gil_EQ), 0);
    GilObject *all[] = {bytes, other, n, view, same, grid};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

START_TEST(test_value_memoryview_type__a_released_view_refuses_everything)
{
    static const char *const names[] = {"obj",   "nbytes",  "readonly",   "itemsize",     "format",       "ndim",
                                        "shape", "strides", "suboffsets", "c_contiguous", "f_contiguous", "contiguous"};
    static const char *const methods[] = {"tobytes", "hex", "tolist", "toreadonly", "__enter__"};
    static const char released[] = "operation forbidden on released memoryview object";
    GilObject *view = view_of("abc"), *n = GilLong_FromLong(0);
    Gil_buffer lent;

    ck_assert_ptr_eq(call(view, "release"), Gil_None);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(names); i++)
        gil_expect_failure(GilObject_GetAttrString(view, names[i]), GilExc_ValueError, released);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(methods); i++)
        gil_expect_failure(call(view, methods[i]), GilExc_ValueError, released);
    gil_expect_failure(GilObject_CallMethod(view, "cast", "s", "B"), GilExc_ValueError, released);
    gil_expect_failure(GilObject_GetItem(view, n), GilExc_ValueError, released);
    gil_expect_failure(GilSequence_GetItem(view, 0), GilExc_ValueError, released);
    gil_expect_failure(GilMemoryView_FromObject(view), GilExc_ValueError, released);
    ck_assert_int_eq(GilObject_SetItem(view, n, n), -1);
    gil_expect_error(GilExc_ValueError, released);
    ck_assert_int_eq(GilObject_Size(view), -1);
    gil_expect_error(GilExc_ValueError, released);
    ck_assert_int_eq(GilObject_GetBuffer(view, &lent, GilBUF_SIMPLE), -1);
    gil_expect_error(GilExc_ValueError, released);
    Gil_DECREF(view);
    Gil_DECREF(n);
}
END_TEST

START_TEST(test_value_memoryview_type__count_and_index)
{
    GilObject *bytes = GilBytes_FromStringAndSize("abcabca", 7), *view = GilMemoryView_FromObject(bytes);
    gil_expect_repr(GilObject_CallMethod(view, "count", "i", 'a'), "3");
    gil_expect_repr(GilObject_CallMethod(view, "count", "s", "a"), "0");
    gil_expect_repr(GilObject_CallMethod(view, "index", "i", 'b'), "1");
    gil_expect_repr(GilObject_CallMethod(view, "index", "ii", 'b', 2), "4");
    gil_expect_repr(GilObject_CallMethod(view, "index", "ii", 'a', -3), "6");
    gil_expect_repr(GilObject_CallMethod(view, "index", "iii", 'a', -90, -6), "0");
    gil_expect_failure(GilObject_CallMethod(view, "index", "iii", 'b', 2, 4), GilExc_ValueError,
                       "memoryview.index(x): x not found");
    gil_expect_failure(GilObject_CallMethod(view, "index", NULL), GilExc_TypeError,
                       "index expected at least 1 argument, got 0");
    gil_expect_failure(GilObject_CallMethod(view, "index", "iiii", 1, 2, 3, 4), GilExc_TypeError,
                       "index expected at most 3 arguments, got 4");
    ck_assert_ptr_null(GilObject_CallMethod(view, "index", "is", 1, "2"));
    gil_expect_raised(GilExc_TypeError);
    Gil_XDECREF(GilObject_CallMethod(view, "release", NULL));
    ck_assert_ptr_null(GilObject_CallMethod(view, "index", "i", 'a'));
    gil_expect_raised(GilExc_ValueError);
    ck_assert_ptr_null(GilObject_CallMethod(view, "count", "i", 'a'));
    gil_expect_raised(GilExc_ValueError);
    Gil_DECREF(view);
    Gil_DECREF(bytes);
}
END_TEST

static int
look_at_all(void *arg)
{
    static const char *const names[] = {"shape", "strides", "format", "nbytes"};
    GilObject *result = NULL;

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(names); i++) {
        result = GilObject_GetAttrString(arg, names[i]);
        if (result == NULL)
            return -1;
        Gil_DECREF(result);
    }
    result = call(arg, "hex");
    Gil_XDECREF(result);
    if (result == NULL)
        return -1;
    gil_memoryview(arg)->hash = -1;
    return GilObject_Hash(arg) == -1 ? -1 : 0;
}

START_TEST(test_J1_memoryview_methods_without_memory)
{
    GilObject *view = view_of("abcdef");

    gil_test_oom_loop(look_at_all, view);
    Gil_DECREF(view);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/memoryview_type");
    TCase *tc = tcase_create("memoryview_type");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_memoryview_type__attributes);
    tcase_add_test(tc, test_value_memoryview_type__methods);
    tcase_add_test(tc, test_value_memoryview_type__arguments_by_name);
    tcase_add_test(tc, test_value_memoryview_type__hashes_as_bytes);
    tcase_add_test(tc, test_value_memoryview_type__equals_what_lends_the_same);
    tcase_add_test(tc, test_value_memoryview_type__a_released_view_refuses_everything);
    tcase_add_test(tc, test_J1_memoryview_methods_without_memory);
    tcase_add_test(tc, test_value_memoryview_type__count_and_index);
    suite_add_tcase(s, tc);
    return s;
}
