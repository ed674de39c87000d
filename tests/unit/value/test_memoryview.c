/* SPDX-License-Identifier: MIT */
/* Who holds the buffer behind memoryviews, and for how long; what a view lends on. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

#include "value/memoryview.h"

#include <string.h>

static GilObject *
bytearray(const char *text)
{
    return GilByteArray_FromStringAndSize(text, (Gil_ssize_t)strlen(text));
}

static GilObject *
call(GilObject *op, const char *method)
{
    return GilObject_CallMethod(op, method, NULL);
}

START_TEST(test_value_memoryview__one_export_for_all_views)
{
    GilObject *base = bytearray("abcdef"), *a = GilMemoryView_FromObject(base), *b = GilMemoryView_FromObject(a);
    GilObject *c = GilObject_CallMethod(b, "cast", "s", "H");

    ck_assert_int_eq(Gil_REFCNT(base), 2);
    ck_assert_ptr_eq(GilMemoryView_GET_BASE(c), base);
    ck_assert_int_eq(GilByteArray_Resize(base, 2), -1);
    gil_expect_raised(GilExc_BufferError);
    ck_assert_ptr_eq(call(a, "release"), Gil_None);
    Gil_DECREF(b);
    ck_assert_int_eq(GilByteArray_Resize(base, 2), -1);
    gil_expect_raised(GilExc_BufferError);
    ck_assert_ptr_eq(call(c, "release"), Gil_None);
    ck_assert_ptr_eq(call(c, "release"), Gil_None);
    ck_assert_int_eq(GilByteArray_Resize(base, 2), 0);
    ck_assert_int_eq(Gil_REFCNT(base), 1);
    Gil_DECREF(a);
    Gil_DECREF(c);
    Gil_DECREF(base);
}
END_TEST

START_TEST(test_M1_a_view_that_is_lent_on_cannot_be_released)
{
    GilObject *base = bytearray("abc"), *view = GilMemoryView_FromObject(base);
    Gil_buffer one, two;

    ck_assert_int_eq(GilObject_GetBuffer(view, &one, GilBUF_SIMPLE), 0);
    gil_expect_failure(call(view, "release"), GilExc_BufferError, "memoryview has 1 exported buffer");
    ck_assert_int_eq(GilObject_GetBuffer(view, &two, GilBUF_SIMPLE), 0);
    gil_expect_failure(call(view, "release"), GilExc_BufferError, "memoryview has 2 exported buffers");
    GilBuffer_Release(&two);
    ck_assert_int_eq(Gil_TYPE(view)->tp_clear(view), 0);
    ck_assert_ptr_nonnull(gil_memoryview(view)->managed);
    GilBuffer_Release(&one);
    ck_assert_ptr_eq(call(view, "release"), Gil_None);
    Gil_DECREF(view);
    Gil_DECREF(base);
}
END_TEST

START_TEST(test_value_memoryview__lends_what_it_can)
{
    static const struct {
        int flags, strided;
        const char *error;
    } cases[] = {
        {GilBUF_SIMPLE, 0, NULL},
        {GilBUF_FULL_RO, 1, NULL},
        {GilBUF_STRIDES, 1, NULL},
        {GilBUF_WRITABLE, 0, "memoryview: underlying buffer is not writable"},
        {GilBUF_C_CONTIGUOUS, 1, "memoryview: underlying buffer is not C-contiguous"},
        {GilBUF_F_CONTIGUOUS, 1, "memoryview: underlying buffer is not Fortran contiguous"},
        {GilBUF_ANY_CONTIGUOUS, 1, "memoryview: underlying buffer is not contiguous"},
        {GilBUF_SIMPLE, 1, "memoryview: underlying buffer is not C-contiguous"},
        {GilBUF_ND, 1, "memoryview: underlying buffer is not C-contiguous"},
        {GilBUF_FORMAT, 0, "memoryview: cannot cast to unsigned bytes if the format flag is present"},
    };
    GilObject *base = GilBytes_FromString("abcdef"), *whole = GilMemoryView_FromObject(base);
    GilObject *two = GilLong_FromLong(2), *slice = GilSlice_New(NULL, NULL, two);
    GilObject *strided = GilObject_GetItem(whole, slice);

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++) {
        Gil_buffer view;
        GilObject *from = cases[i].strided ? strided : whole;
        int rc = GilObject_GetBuffer(from, &view, cases[i].flags);
        ck_assert_int_eq(rc, cases[i].error != NULL ? -1 : 0);
        if (rc < 0)
            gil_expect_error(GilExc_BufferError, cases[i].error);
        else {
            ck_assert_int_eq(view.len, cases[i].strided ? 3 : 6);
            ck_assert((view.format != NULL) == ((cases[i].flags & GilBUF_FORMAT) != 0));
            ck_assert((view.shape != NULL) == ((cases[i].flags & GilBUF_ND) != 0));
            ck_assert_ptr_eq(view.obj, from);
        }
        GilBuffer_Release(&view);
    }
    GilObject *all[] = {base, whole, two, slice, strided};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

START_TEST(test_value_memoryview__of_memory_and_of_buffers)
{
    char memory[4] = "abc", format[8] = "<3s";
    Gil_ssize_t shape = 2, stride = 2, byte = 1;
    GilObject *view = GilMemoryView_FromMemory(memory, 3, GilBUF_WRITE), *n = GilLong_FromLong('x');
    GilObject *one = GilLong_FromLong(1);

    ck_assert_int_eq(GilObject_SetItem(view, one, n), 0);
    ck_assert_str_eq(memory, "axc");
    ck_assert_ptr_null(GilMemoryView_GET_BASE(view));
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_ptr_eq(GilObject_GetAttrString(view, "obj"), Gil_None);
    Gil_DECREF(view);
    view = GilMemoryView_FromMemory(memory, 3, GilBUF_READ);
    ck_assert_int_eq(GilObject_SetItem(view, one, n), -1);
    gil_expect_error(GilExc_TypeError, "cannot modify read-only memory");
    Gil_DECREF(view);
    ck_assert_ptr_null(GilMemoryView_FromMemory(memory, 3, 7));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilMemoryView_FromMemory(memory, -1, GilBUF_READ));
    gil_expect_raised(GilExc_SystemError);

    Gil_buffer info = {.buf = memory, .len = 2, .itemsize = byte, .ndim = 1, .shape = &shape, .strides = &stride};
    view = GilMemoryView_FromBuffer(&info);
    shape = 99;
    gil_expect_repr(call(view, "tolist"), "[97, 99]");
    Gil_DECREF(view);
    info = (Gil_buffer){.buf = memory, .len = 3, .itemsize = 3, .ndim = 0, .format = format};
    view = GilMemoryView_FromBuffer(&info);
    strcpy(format, "????");
    gil_expect_text(GilObject_GetAttrString(view, "format"), "<3s");
    gil_expect_failure(call(view, "tolist"), GilExc_NotImplementedError, "memoryview: format <3s not supported");
    gil_expect_octets(call(view, "tobytes"), "axc", 3);
    Gil_DECREF(view);
    info.buf = NULL;
    gil_expect_failure(GilMemoryView_FromBuffer(&info), GilExc_ValueError,
                       "GilMemoryView_FromBuffer: info->buf must not be NULL");
    info.buf = memory;
    info.ndim = 65;
    gil_expect_failure(GilMemoryView_FromBuffer(&info), GilExc_ValueError,
                       "memoryview: number of dimensions must not exceed 64");
    Gil_DECREF(n);
    Gil_DECREF(one);
}
END_TEST

START_TEST(test_value_memoryview__contiguous_where_it_can_be)
{
    GilObject *base = bytearray("abcdef"), *whole = GilMemoryView_FromObject(base), *two = GilLong_FromLong(2);
    GilObject *slice = GilSlice_New(NULL, NULL, two), *strided = GilObject_GetItem(whole, slice), *bytes, *view;

    view = GilMemoryView_GetContiguous(base, GilBUF_WRITE, 'C');
    ck_assert_ptr_eq(GilMemoryView_GET_BASE(view), base);
    Gil_DECREF(view);
    view = GilMemoryView_GetContiguous(strided, GilBUF_READ, 'A');
    ck_assert_ptr_ne(GilMemoryView_GET_BASE(view), base);
    ck_assert_int_eq(GilMemoryView_GET_BUFFER(view)->readonly, 1);
    ck_assert(GilBuffer_IsContiguous(GilMemoryView_GET_BUFFER(view), 'C'));
    gil_expect_octets(call(view, "tobytes"), "ace", 3);
    Gil_DECREF(view);
    gil_expect_failure(GilMemoryView_GetContiguous(strided, GilBUF_WRITE, 'C'), GilExc_BufferError,
                       "writable contiguous buffer requested for a non-contiguous object.");
    bytes = GilBytes_FromString("x");
    gil_expect_failure(GilMemoryView_GetContiguous(bytes, GilBUF_WRITE, 'C'), GilExc_BufferError,
                       "underlying buffer is not writable");
    ck_assert_ptr_null(GilMemoryView_GetContiguous(bytes, GilBUF_READ, 'X'));
    gil_expect_raised(GilExc_SystemError);
    /* Order 'F' of a C array is a copy whose first index is the fastest. */
    GilObject *grid = GilObject_CallMethod(whole, "cast", "s(ii)", "B", 2, 3);
    view = GilMemoryView_GetContiguous(grid, GilBUF_READ, 'F');
    gil_expect_repr(GilObject_GetAttrString(view, "strides"), "(1, 2)");
    gil_expect_repr(call(view, "tolist"), "[[97, 98, 99], [100, 101, 102]]");
    gil_expect_octets(GilObject_CallMethod(view, "tobytes", "s", "A"), "adbecf", 6);
    GilObject *all[] = {base, whole, two, slice, strided, bytes, grid, view};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

/* An exporter with a format of its own, two dimensions behind pointers. */
static int
lend_rows(GilObject *self, Gil_buffer *view, int Gil_UNUSED(flags))
{
    static char rows[2][4] = {"abc", "def"};
    static char *pointers[2] = {rows[0], rows[1]};
    static Gil_ssize_t shape[2] = {2, 3}, strides[2] = {sizeof(char *), 1}, suboffsets[2] = {0, -1};

    *view = (Gil_buffer){.buf = pointers, .obj = Gil_NewRef(self), .len = 6, .itemsize = 1, .readonly = 1, .ndim = 2,
                         .shape = shape, .strides = strides, .suboffsets = suboffsets};
    return 0;
}

START_TEST(test_value_memoryview__memory_behind_pointers)
{
    GilType_Slot slots[] = {{Gil_bf_getbuffer, (void *)lend_rows}, {0, NULL}};
    GilType_Spec spec = {"test.Rows", 0, 0, 0, slots};
    GilObject *type = GilType_FromSpec(&spec), *base = GilObject_CallNoArgs(type);
    GilObject *view = GilMemoryView_FromObject(base);
    Gil_buffer lent;

    gil_expect_repr(call(view, "tolist"), "[[97, 98, 99], [100, 101, 102]]");
    gil_expect_octets(call(view, "tobytes"), "abcdef", 6);
    gil_expect_repr(GilObject_GetAttrString(view, "suboffsets"), "(0, -1)");
    ck_assert_int_eq(GilObject_GetBuffer(view, &lent, GilBUF_STRIDES), -1);
    gil_expect_error(GilExc_BufferError, "memoryview: underlying buffer requires suboffsets");
    ck_assert_int_eq(GilObject_GetBuffer(view, &lent, GilBUF_FULL_RO), 0);
    GilBuffer_Release(&lent);
    GilObject *one = GilLong_FromLong(1), *slice = GilSlice_New(one, NULL, NULL);
    GilObject *part = GilObject_GetItem(view, slice);
    gil_expect_repr(call(part, "tolist"), "[[100, 101, 102]]");
    GilObject *all[] = {type, base, view, one, slice, part};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

START_TEST(test_value_memoryview__is_released_by_the_collector_and_told_to_weak_references)
{
    GilObject *base = bytearray("abc"), *view = GilMemoryView_FromObject(base), *ref = GilWeakref_NewRef(view, NULL);

    ck_assert(GilObject_GC_IsTracked(view));
    ck_assert_int_eq(Gil_TYPE(view)->tp_clear(view), 0);
    ck_assert_int_eq(GilByteArray_Resize(base, 9), 0);
    ck_assert_ptr_null(GilMemoryView_GET_BUFFER(view));
    gil_expect_error(GilExc_ValueError, "operation forbidden on released memoryview object");
    Gil_DECREF(view);
    ck_assert_int_eq(GilWeakref_IsDead(ref), 1);
    Gil_DECREF(ref);
    Gil_DECREF(base);
}
END_TEST

static int
make_and_copy(void *arg)
{
    GilObject *view = GilMemoryView_FromObject(arg), *second = view != NULL ? GilMemoryView_FromObject(view) : NULL;
    GilObject *two = GilLong_FromLong(2), *slice = GilSlice_New(NULL, NULL, two), *strided = NULL, *block = NULL;

    if (second != NULL && slice != NULL)
        strided = GilObject_GetItem(second, slice);
    if (strided != NULL)
        block = GilMemoryView_GetContiguous(strided, GilBUF_READ, 'C');
    int rc = block != NULL ? 0 : -1;
    Gil_XDECREF(block);
    Gil_XDECREF(strided);
    Gil_XDECREF(slice);
    Gil_XDECREF(two);
    Gil_XDECREF(second);
    Gil_XDECREF(view);
    return rc;
}

START_TEST(test_J1_memoryviews_without_memory)
{
    GilObject *base = bytearray("abcdef");

    gil_test_oom_loop(make_and_copy, base);
    ck_assert_int_eq(GilByteArray_Resize(base, 100), 0);
    Gil_DECREF(base);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/memoryview");
    TCase *tc = tcase_create("memoryview");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_memoryview__one_export_for_all_views);
    tcase_add_test(tc, test_M1_a_view_that_is_lent_on_cannot_be_released);
    tcase_add_test(tc, test_value_memoryview__lends_what_it_can);
    tcase_add_test(tc, test_value_memoryview__of_memory_and_of_buffers);
    tcase_add_test(tc, test_value_memoryview__contiguous_where_it_can_be);
    tcase_add_test(tc, test_value_memoryview__memory_behind_pointers);
    tcase_add_test(tc, test_value_memoryview__is_released_by_the_collector_and_told_to_weak_references);
    tcase_add_test(tc, test_J1_memoryviews_without_memory);
    suite_add_tcase(s, tc);
    return s;
}
