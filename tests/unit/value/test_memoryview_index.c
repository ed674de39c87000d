/* SPDX-License-Identifier: MIT */
/* Indexing, slicing, assigning and casting of memoryviews, also while the keys and values do what they like. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

#include "value/memoryview.h"

#include <string.h>

static GilObject *base, *view, *grid; /* bytearray(b'abcdef'), its view, and that as 2 by 3 */

static void
start(void)
{
    gil_test_start();
    base = GilByteArray_FromStringAndSize("abcdef", 6);
    view = GilMemoryView_FromObject(base);
    grid = GilObject_CallMethod(view, "cast", "s(ii)", "B", 2, 3);
    ck_assert_ptr_nonnull(grid);
}

static void
stop(void)
{
    Gil_XDECREF(grid);
    Gil_XDECREF(view);
    Gil_XDECREF(base);
    gil_test_stop();
}

/* v[key]; takes key. */
static GilObject *
at(GilObject *v, GilObject *key)
{
    GilObject *result = GilObject_GetItem(v, key);
    Gil_DECREF(key);
    return result;
}

/* v[key] = value; takes both. */
static int
put(GilObject *v, GilObject *key, GilObject *value)
{
    int rc = GilObject_SetItem(v, key, value);
    Gil_DECREF(key);
    Gil_DECREF(value);
    return rc;
}

static GilObject *
i(long n)
{
    return GilLong_FromLong(n);
}

/* slice(a, b, c), where 99 stands for None. */
static GilObject *
slice(long a, long b, long c)
{
    GilObject *parts[3] = {i(a), i(b), i(c)};
    GilObject *s = GilSlice_New(a == 99 ? NULL : parts[0], b == 99 ? NULL : parts[1], c == 99 ? NULL : parts[2]);
    for (int k = 0; k < 3; k++)
        Gil_DECREF(parts[k]);
    return s;
}

static void
expect_list(GilObject *v, const char *text)
{
    if (v == NULL)
        GilErr_Print();
    ck_assert_ptr_nonnull(v);
    gil_expect_repr(GilObject_CallMethod(v, "tolist", NULL), text);
    Gil_DECREF(v);
}

START_TEST(test_value_memoryview_index__elements)
{
    gil_expect_repr(at(view, i(0)), "97");
    gil_expect_repr(at(view, i(-1)), "102");
    gil_expect_repr(GilSequence_GetItem(view, 2), "99");
    gil_expect_repr(at(view, Gil_BuildValue("(i)", 1)), "98");
    gil_expect_repr(at(grid, Gil_BuildValue("(ii)", 1, 2)), "102");
    gil_expect_repr(at(grid, Gil_BuildValue("(ii)", -1, -3)), "100");
    gil_expect_failure(at(view, i(6)), GilExc_IndexError, "index out of bounds on dimension 1");
    gil_expect_failure(at(view, i(-7)), GilExc_IndexError, "index out of bounds on dimension 1");
    gil_expect_failure(at(grid, Gil_BuildValue("(ii)", 1, 3)), GilExc_IndexError, "index out of bounds on dimension 2");
    gil_expect_failure(at(grid, i(0)), GilExc_NotImplementedError, "multi-dimensional sub-views are not implemented");
    gil_expect_failure(at(grid, Gil_BuildValue("(i)", 0)), GilExc_NotImplementedError, "sub-views are not implemented");
    gil_expect_failure(at(view, Gil_BuildValue("(ii)", 0, 0)), GilExc_TypeError,
                       "cannot index 1-dimension view with 2-element tuple");
    gil_expect_failure(at(view, Gil_BuildValue("s", "a")), GilExc_TypeError, "memoryview: invalid slice key");
    gil_expect_failure(at(view, Gil_NewRef(Gil_Ellipsis)), GilExc_TypeError, "memoryview: invalid slice key");
    gil_expect_failure(at(grid, Gil_BuildValue("(NN)", slice(0, 1, 1), slice(0, 1, 1))), GilExc_NotImplementedError,
                       "multi-dimensional slicing is not implemented");
    gil_expect_failure(at(view, GilLong_FromString("99999999999999999999", NULL, 10)), GilExc_IndexError,
                       "cannot fit 'int' into an index-sized integer");
}
END_TEST

START_TEST(test_value_memoryview_index__slices)
{
    expect_list(at(view, slice(1, 3, 99)), "[98, 99]");
    expect_list(at(view, slice(99, 99, 2)), "[97, 99, 101]");
    expect_list(at(view, slice(99, 99, -1)), "[102, 101, 100, 99, 98, 97]");
    expect_list(at(view, slice(4, 2, 99)), "[]");
    expect_list(at(grid, slice(1, 99, 99)), "[[100, 101, 102]]");
    expect_list(at(grid, slice(99, 99, -1)), "[[100, 101, 102], [97, 98, 99]]");
    GilObject *odd = at(view, slice(1, 99, 2));
    expect_list(at(odd, slice(99, 99, -2)), "[102, 98]");
    Gil_DECREF(odd);
    gil_expect_failure(at(view, slice(0, 1, 0)), GilExc_ValueError, "slice step cannot be zero");
}
END_TEST

START_TEST(test_value_memoryview_index__assignments)
{
    ck_assert_int_eq(put(view, i(0), i('x')), 0);
    ck_assert_int_eq(put(grid, Gil_BuildValue("(ii)", 1, 1), i('y')), 0);
    ck_assert_int_eq(put(view, slice(2, 4, 99), GilBytes_FromString("mn")), 0);
    ck_assert_str_eq(GilByteArray_AsString(base), "xbmnyf");
    /* Overlapping rows, also backwards. */
    ck_assert_int_eq(put(view, slice(1, 4, 99), at(view, slice(0, 3, 99))), 0);
    ck_assert_str_eq(GilByteArray_AsString(base), "xxbmyf");
    ck_assert_int_eq(put(view, slice(99, 99, -1), Gil_NewRef(view)), 0);
    ck_assert_str_eq(GilByteArray_AsString(base), "fymbxx");
    ck_assert_int_eq(put(view, slice(3, 3, 99), GilBytes_FromString("")), 0);
    ck_assert_int_eq(put(view, slice(0, 2, 99), GilBytes_FromString("abc")), -1);
    gil_expect_error(GilExc_ValueError, "memoryview assignment: lvalue and rvalue have different structures");
    ck_assert_int_eq(put(view, slice(0, 2, 99), GilObject_CallMethod(view, "cast", "s", "h")), -1);
    gil_expect_error(GilExc_ValueError, "memoryview assignment: lvalue and rvalue have different structures");
    ck_assert_int_eq(put(view, slice(0, 2, 99), i(1)), -1);
    gil_expect_error(GilExc_TypeError, "a bytes-like object is required, not 'int'");
    ck_assert_int_eq(put(grid, slice(0, 1, 99), GilBytes_FromString("abc")), -1);
    gil_expect_error(GilExc_NotImplementedError, "memoryview slice assignments are currently restricted to ndim = 1");
    ck_assert_int_eq(put(grid, i(0), i(1)), -1);
    gil_expect_error(GilExc_NotImplementedError, "sub-views are not implemented");
    ck_assert_int_eq(put(view, i(6), i(1)), -1);
    gil_expect_error(GilExc_IndexError, "index out of bounds on dimension 1");
    ck_assert_int_eq(put(view, i(0), i(256)), -1);
    gil_expect_error(GilExc_ValueError, "memoryview: invalid value for format 'B'");
    ck_assert_int_eq(put(view, GilUnicode_FromString("a"), i(1)), -1);
    gil_expect_error(GilExc_TypeError, "memoryview: invalid slice key");
    GilObject *key = i(0);
    ck_assert_int_eq(GilObject_DelItem(view, key), -1);
    gil_expect_error(GilExc_TypeError, "cannot delete memory");
    GilObject *readonly = GilObject_CallMethod(view, "toreadonly", NULL);
    ck_assert_int_eq(GilObject_SetItem(readonly, key, key), -1);
    gil_expect_error(GilExc_TypeError, "cannot modify read-only memory");
    Gil_DECREF(readonly);
    Gil_DECREF(key);
    ck_assert_str_eq(GilByteArray_AsString(base), "fymbxx");
}
END_TEST

START_TEST(test_value_memoryview_index__no_dimension)
{
    GilObject *four = at(view, slice(0, 4, 99)), *scalar = GilObject_CallMethod(four, "cast", "s()", "I");
    ck_assert_ptr_nonnull(scalar);
    ck_assert_int_eq(put(scalar, GilTuple_New(0), i(1684234849)), 0);
    gil_expect_repr(at(scalar, GilTuple_New(0)), "1684234849");
    GilObject *same = at(scalar, Gil_NewRef(Gil_Ellipsis));
    ck_assert_ptr_eq(same, scalar);
    Gil_DECREF(same);
    ck_assert_int_eq(put(scalar, Gil_NewRef(Gil_Ellipsis), i(7)), 0);
    gil_expect_repr(GilObject_CallMethod(scalar, "tolist", NULL), "7");
    gil_expect_failure(at(scalar, i(0)), GilExc_TypeError, "invalid indexing of 0-dim memory");
    gil_expect_failure(at(scalar, slice(0, 1, 1)), GilExc_TypeError, "invalid indexing of 0-dim memory");
    ck_assert_int_eq(put(scalar, i(0), i(0)), -1);
    gil_expect_error(GilExc_TypeError, "invalid indexing of 0-dim memory");
    ck_assert_int_eq(put(scalar, slice(0, 1, 1), i(0)), -1);
    gil_expect_error(GilExc_TypeError, "invalid indexing of 0-dim memory");
    ck_assert_int_eq(GilObject_Size(scalar), -1);
    gil_expect_error(GilExc_TypeError, "0-dim memory has no length");
    expect_list(GilObject_CallMethod(scalar, "cast", "s", "B"), "[7, 0, 0, 0]");
    Gil_DECREF(scalar);
    Gil_DECREF(four);
}
END_TEST

static void
cast_fails(GilObject *v, const char *format, GilObject *shape, GilObject *type, const char *text)
{
    gil_expect_failure(shape != NULL ? GilObject_CallMethod(v, "cast", "sO", format, shape)
                                     : GilObject_CallMethod(v, "cast", "s", format),
                       type, text);
    Gil_XDECREF(shape);
}

START_TEST(test_value_memoryview_index__casts)
{
    expect_list(GilObject_CallMethod(view, "cast", "s", "h"), "[25185, 25699, 26213]");
    expect_list(GilObject_CallMethod(view, "cast", "s[ii]", "c", 3, 2),
                "[[b'a', b'b'], [b'c', b'd'], [b'e', b'f']]");
    expect_list(GilObject_CallMethod(grid, "cast", "s", "B"), "[97, 98, 99, 100, 101, 102]");
    GilObject *shorts = GilObject_CallMethod(view, "cast", "s", "@h"), *strided = at(view, slice(99, 99, 2));
    gil_expect_text(GilObject_GetAttrString(shorts, "format"), "@h");
    cast_fails(shorts, "f", NULL, GilExc_TypeError, "memoryview: cannot cast between two non-byte formats");
    cast_fails(view, "i", NULL, GilExc_TypeError, "memoryview: length is not a multiple of itemsize");
    cast_fails(view, "<i", NULL, GilExc_ValueError,
               "memoryview: destination format must be a native single character format prefixed with an optional '@'");
    cast_fails(strided, "B", NULL, GilExc_TypeError, "memoryview: casts are restricted to C-contiguous views");
    cast_fails(grid, "B", Gil_BuildValue("[ii]", 3, 2), GilExc_TypeError,
               "memoryview: cast must be 1D -> ND or ND -> 1D");
    cast_fails(view, "B", i(3), GilExc_TypeError, "shape must be a list or a tuple");
    cast_fails(view, "B", Gil_BuildValue("[i]", 0), GilExc_ValueError,
               "memoryview.cast(): elements of shape must be integers > 0");
    cast_fails(view, "B", Gil_BuildValue("[s]", "a"), GilExc_TypeError,
               "memoryview.cast(): elements of shape must be integers");
    cast_fails(view, "B", Gil_BuildValue("[i]", 5), GilExc_TypeError,
               "memoryview: product(shape) * itemsize != buffer size");
    cast_fails(view, "B", Gil_BuildValue("(nn)", GIL_SSIZE_T_MAX, GIL_SSIZE_T_MAX), GilExc_ValueError,
               "memoryview.cast(): product(shape) > SSIZE_MAX");
    cast_fails(view, "B", GilTuple_New(65), GilExc_ValueError, "memoryview: number of dimensions must not exceed 64");
    cast_fails(grid, "B", GilTuple_New(65), GilExc_ValueError, "memoryview: number of dimensions must not exceed 64");
    GilObject *empty = at(view, slice(0, 0, 99));
    expect_list(GilObject_CallMethod(empty, "cast", "s", "d"), "[]");
    cast_fails(empty, "B", Gil_BuildValue("[i]", 1), GilExc_TypeError,
               "memoryview: cannot cast view with zeros in shape or strides");
    Gil_DECREF(empty);
    Gil_DECREF(shorts);
    Gil_DECREF(strided);
}
END_TEST

/* An index, and a value, that releases the view when it is asked. */
static GilObject *victim;

static GilObject *
release_victim(GilObject *Gil_UNUSED(self))
{
    GilObject *none = GilObject_CallMethod(victim, "release", NULL);
    ck_assert_ptr_eq(none, Gil_None);
    ck_assert_int_eq(GilByteArray_Resize(base, 0), 0);
    return GilLong_FromLong(1);
}

static GilObject *
evil(void)
{
    GilType_Slot slots[] = {{Gil_nb_index, (void *)release_victim}, {0, NULL}};
    GilType_Spec spec = {"test.Evil", 0, 0, 0, slots};
    GilObject *type = GilType_FromSpec(&spec), *op = GilObject_CallNoArgs(type);
    Gil_DECREF(type);
    return op;
}

START_TEST(test_M2_a_key_or_value_that_releases_the_view)
{
    static const char released[] = "operation forbidden on released memoryview object";
    GilObject *e = evil();
    Gil_CLEAR(grid);
    Gil_CLEAR(view);
    for (int what = 0; what < 6; what++) {
        Gil_DECREF(base);
        base = GilByteArray_FromStringAndSize("abcdef", 6);
        victim = GilMemoryView_FromObject(base);
        GilObject *evil_slice = GilSlice_New(e, NULL, NULL);
        int rc = -1;
        switch (what) {
        case 0:
            ck_assert_ptr_null(at(victim, Gil_NewRef(e)));
            break;
        case 1:
            ck_assert_ptr_null(at(victim, Gil_NewRef(evil_slice)));
            break;
        case 2:
            ck_assert_ptr_null(at(victim, GilTuple_Pack(1, e)));
            break;
        case 3:
            rc = put(victim, Gil_NewRef(e), i(1));
            break;
        case 4:
            rc = put(victim, i(0), Gil_NewRef(e));
            break;
        default:
            rc = put(victim, Gil_NewRef(evil_slice), GilBytes_FromString("bcdef"));
        }
        ck_assert_int_eq(rc, -1);
        gil_expect_error(GilExc_ValueError, released);
        Gil_DECREF(evil_slice);
        Gil_DECREF(victim);
    }
    Gil_DECREF(e);
}
END_TEST

static int
slice_and_list(void *Gil_UNUSED(arg))
{
    GilObject *key = slice(99, 99, 2), *part = NULL, *list = NULL, *again = NULL;
    if (key != NULL)
        part = GilObject_GetItem(view, key);
    if (part != NULL)
        list = GilObject_CallMethod(part, "tolist", NULL);
    int rc = list != NULL ? GilObject_SetItem(view, key, part) : -1;
    if (rc == 0)
        again = GilObject_CallMethod(view, "cast", "s(ii)", "B", 3, 2);
    rc = again != NULL ? 0 : -1;
    Gil_XDECREF(again);
    Gil_XDECREF(list);
    Gil_XDECREF(part);
    Gil_XDECREF(key);
    return rc;
}

START_TEST(test_J1_slices_without_memory)
{
    gil_test_oom_loop(slice_and_list, NULL);
}
END_TEST

/* Elements that are larger or smaller than their format says are not touched: the rest of them is not the view's. */
START_TEST(test_value_memoryview_index__size_and_format_must_agree)
{
    static char memory[64];
    static const struct {
        const char *format;
        Gil_ssize_t size;
        const char *text;
    } each[] = {{NULL, 32, "memoryview: format B with items of 32 bytes not supported"},
                {"B", 2, "memoryview: format B with items of 2 bytes not supported"},
                {"q", 1, "memoryview: format q with items of 1 bytes not supported"}};

    memset(memory, 'm', sizeof memory);
    for (size_t k = 0; k < Gil_ARRAY_LENGTH(each); k++) {
        Gil_ssize_t shape = (Gil_ssize_t)sizeof memory / each[k].size;
        Gil_buffer info = {.buf = memory, .len = sizeof memory, .itemsize = each[k].size, .ndim = 1, .shape = &shape,
                           .format = (char *)(uintptr_t)each[k].format};
        GilObject *v = GilMemoryView_FromBuffer(&info), *same = GilMemoryView_FromBuffer(&info);
        ck_assert_int_eq(put(v, i(0), i(1)), -1);
        gil_expect_error(GilExc_NotImplementedError, each[k].text);
        gil_expect_failure(at(v, i(shape - 1)), GilExc_NotImplementedError, each[k].text);
        gil_expect_failure(GilSequence_GetItem(v, 0), GilExc_NotImplementedError, each[k].text);
        gil_expect_failure(GilObject_CallMethod(v, "tolist", NULL), GilExc_NotImplementedError, each[k].text);
        ck_assert_int_eq(GilObject_RichCompareBool(v, same, Gil_EQ), 0);
        GilObject *octets = GilObject_CallMethod(v, "cast", "s", "B"); /* what they are is not asked then */
        ck_assert_int_eq(GilObject_Size(octets), sizeof memory);
        Gil_DECREF(octets);
        Gil_DECREF(same);
        Gil_DECREF(v);
    }
    for (size_t k = 0; k < sizeof memory; k++)
        ck_assert_int_eq(memory[k], 'm');
}
END_TEST

/* A stride that no address has belongs to one element at most. */
START_TEST(test_value_memoryview_index__steps_beyond_memory)
{
    GilObject *bytes = GilBytes_FromString("abcdefghijklmnop"), *octets = GilMemoryView_FromObject(bytes);
    GilObject *v = GilObject_CallMethod(octets, "cast", "s", "q");
    GilObject *part = at(v, slice(99, 99, GIL_SSIZE_T_MAX)), *back = at(v, slice(99, 99, -GIL_SSIZE_T_MAX));
    gil_expect_repr(GilObject_GetAttrString(part, "strides"), "(-8,)");
    expect_list(part, "[7523094288207667809]");
    expect_list(back, "[8101815670912281193]");
    Gil_DECREF(v);
    Gil_DECREF(octets);
    Gil_DECREF(bytes);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/memoryview_index");
    TCase *tc = tcase_create("memoryview_index");

    tcase_add_checked_fixture(tc, start, stop);
    tcase_add_test(tc, test_value_memoryview_index__elements);
    tcase_add_test(tc, test_value_memoryview_index__slices);
    tcase_add_test(tc, test_value_memoryview_index__assignments);
    tcase_add_test(tc, test_value_memoryview_index__no_dimension);
    tcase_add_test(tc, test_value_memoryview_index__casts);
    tcase_add_test(tc, test_M2_a_key_or_value_that_releases_the_view);
    tcase_add_test(tc, test_J1_slices_without_memory);
    tcase_add_test(tc, test_value_memoryview_index__size_and_format_must_agree);
    tcase_add_test(tc, test_value_memoryview_index__steps_beyond_memory);
    suite_add_tcase(s, tc);
    return s;
}
