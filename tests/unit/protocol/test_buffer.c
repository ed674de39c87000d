/* SPDX-License-Identifier: MIT */
/* Buffers: requests, layouts of up to three dimensions, and copying between them. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_protocol_buffer__fill_info_gives_what_was_asked_for)
{
    char memory[8] = "1234567";
    Gil_buffer view;
    ck_assert_int_eq(GilBuffer_FillInfo(&view, Gil_None, memory, 8, 0, GilBUF_SIMPLE), 0);
    ck_assert(view.buf == memory && view.len == 8 && view.itemsize == 1 && view.ndim == 1 && view.obj == Gil_None);
    ck_assert(view.format == NULL && view.shape == NULL && view.strides == NULL && view.suboffsets == NULL);
    ck_assert_int_eq(GilBuffer_FillInfo(&view, NULL, memory, 8, 1, GilBUF_FULL_RO), 0);
    ck_assert_str_eq(view.format, "B");
    ck_assert(view.shape[0] == 8 && view.strides[0] == 1 && view.readonly == 1 && view.obj == NULL);
    GilBuffer_Release(&view); /* nobody's: nothing happens */
}
END_TEST

START_TEST(test_M6_writing_request_on_read_only_memory_is_refused)
{
    Gil_buffer view;
    GilObject *bytes = GilBytes_FromString("x");
    ck_assert_int_eq(GilBuffer_FillInfo(&view, Gil_None, "x", 1, 1, GilBUF_WRITABLE), -1);
    gil_expect_error(GilExc_BufferError, "Object is not writable.");
    ck_assert_ptr_null(view.obj);
    ck_assert_int_eq(GilObject_GetBuffer(bytes, &view, GilBUF_CONTIG), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_BufferError));
    GilErr_Clear();
    ck_assert_ptr_null(view.obj);
    Gil_DECREF(bytes);
}
END_TEST

START_TEST(test_M5_requests_and_lengths_that_mean_nothing)
{
    Gil_buffer view;
    GilObject *bytes = GilBytes_FromString("x");
    int odd[] = {GilBUF_READ, GilBUF_WRITE, 0x2, 0x10, 0x20, 0x80, 0x400, -1};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(odd); i++) {
        ck_assert_int_eq(GilObject_GetBuffer(bytes, &view, odd[i]), -1);
        ck_assert_msg(GilErr_ExceptionMatches(GilExc_ValueError), "flags 0x%x", (unsigned)odd[i]);
        GilErr_Clear();
        ck_assert_int_eq(GilBuffer_FillInfo(&view, NULL, &view, 1, 0, odd[i]), -1);
        GilErr_Clear();
    }
    ck_assert_int_eq(GilBuffer_FillInfo(&view, NULL, &view, -1, 0, 0), -1);
    gil_expect_error(GilExc_ValueError, "GilBuffer_FillInfo: negative length");
    Gil_DECREF(bytes);
}
END_TEST

START_TEST(test_M3_second_release_does_nothing)
{
    Gil_buffer view;
    GilObject *bytes = GilBytes_FromString("hello");
    ck_assert_int_eq(GilObject_GetBuffer(bytes, &view, GilBUF_SIMPLE), 0);
    ck_assert_int_eq(Gil_REFCNT(bytes), 2); /* M4: the view keeps the exporter */
    GilBuffer_Release(&view);
    GilBuffer_Release(&view);
    GilBuffer_Release(NULL);
    ck_assert_int_eq(Gil_REFCNT(bytes), 1);
    ck_assert_int_eq(GilObject_CheckBuffer(bytes), 1);
    Gil_DECREF(bytes);
    ck_assert_int_eq(GilObject_CheckBuffer(Gil_None), 0);
    ck_assert_int_eq(GilObject_GetBuffer(Gil_None, &view, GilBUF_SIMPLE), -1);
    gil_expect_error(GilExc_TypeError, "a bytes-like object is required, not 'NoneType'");
}
END_TEST

/* 2 x 3 x 4 shorts, of which each holds its place in C order; stored in Fortran order or with gaps. */
static Gil_ssize_t shape[3] = {2, 3, 4}, strides[3];

static Gil_buffer
view_of(short *memory)
{
    return (Gil_buffer){
        .buf = memory, .len = 48, .itemsize = 2, .ndim = 3, .shape = shape, .strides = strides, .format = (char *)"h"};
}

/* As exporters of arrays answer a request for bytes alone: the number of dimensions stays. */
START_TEST(test_protocol_buffer__without_a_shape_the_last_index_counts)
{
    short memory[24];
    Gil_buffer view = view_of(memory);
    Gil_ssize_t at[3] = {1, 2, 3};

    view.shape = view.strides = NULL;
    ck_assert_ptr_eq(GilBuffer_GetPointer(&view, at), memory + 3);
    view.ndim = 1;
    ck_assert_ptr_eq(GilBuffer_GetPointer(&view, at), memory + 1);
}
END_TEST

START_TEST(test_protocol_buffer__orders)
{
    short memory[24], copy[24];
    Gil_buffer view = view_of(memory);
    Gil_ssize_t at[3] = {1, 2, 3};

    GilBuffer_FillContiguousStrides(3, shape, strides, 2, 'C');
    ck_assert(strides[0] == 24 && strides[1] == 8 && strides[2] == 2);
    ck_assert(GilBuffer_IsContiguous(&view, 'C') && !GilBuffer_IsContiguous(&view, 'F') &&
              GilBuffer_IsContiguous(&view, 'A'));
    ck_assert_ptr_eq(GilBuffer_GetPointer(&view, at), memory + 23);
    GilBuffer_FillContiguousStrides(3, shape, strides, 2, 'F');
    ck_assert(strides[0] == 2 && strides[1] == 4 && strides[2] == 12);
    ck_assert(!GilBuffer_IsContiguous(&view, 'C') && GilBuffer_IsContiguous(&view, 'F') &&
              GilBuffer_IsContiguous(&view, 'A'));

    for (short i = 0; i < 24; i++)
        copy[i] = i;
    ck_assert_int_eq(GilBuffer_FromContiguous(&view, copy, 48, 'C'), 0);
    at[0] = 1, at[1] = 0, at[2] = 2;
    ck_assert_int_eq(*(short *)GilBuffer_GetPointer(&view, at), 1 * 12 + 0 * 4 + 2);
    ck_assert_int_eq(GilBuffer_ToContiguous(copy, &view, 48, 'F'), 0);
    ck_assert_mem_eq(copy, memory, sizeof copy);
    ck_assert_int_eq(GilBuffer_ToContiguous(copy, &view, 48, 'C'), 0);
    for (short i = 0; i < 24; i++)
        ck_assert_int_eq(copy[i], i);
    ck_assert_int_eq(GilBuffer_ToContiguous(copy, &view, 40, 'C'), -1);
    gil_expect_error(GilExc_ValueError, "GilBuffer_ToContiguous: len != view->len");
    view.readonly = 1;
    ck_assert_int_eq(GilBuffer_FromContiguous(&view, copy, 48, 'C'), -1);
    gil_expect_error(GilExc_BufferError, "Object is not writable.");
}
END_TEST

START_TEST(test_protocol_buffer__rows_behind_pointers)
{
    char rows[2][5] = {"-abc", "-def"}, *table[2] = {rows[0], rows[1]}, flat[6];
    Gil_ssize_t sizes[2] = {2, 3}, steps[2] = {sizeof(char *), 1}, offsets[2] = {1, -1};
    Gil_buffer view = {
        .buf = table, .len = 6, .itemsize = 1, .ndim = 2, .shape = sizes, .strides = steps, .suboffsets = offsets};

    ck_assert_int_eq(GilBuffer_IsContiguous(&view, 'A'), 0);
    ck_assert_int_eq(GilBuffer_ToContiguous(flat, &view, 6, 'C'), 0);
    ck_assert_mem_eq(flat, "abcdef", 6);
    ck_assert_int_eq(GilBuffer_ToContiguous(flat, &view, 6, 'F'), 0);
    ck_assert_mem_eq(flat, "adbecf", 6);
}
END_TEST

START_TEST(test_protocol_buffer__contiguous_by_what_is_left_out)
{
    Gil_ssize_t two[2] = {2, 3}, flat[2] = {1, 6};
    Gil_buffer view = {.len = 6, .itemsize = 1, .ndim = 2, .shape = two};
    ck_assert_int_eq(GilBuffer_IsContiguous(&view, 'C'), 1);
    ck_assert_int_eq(GilBuffer_IsContiguous(&view, 'F'), 0);
    view.shape = flat;
    ck_assert_int_eq(GilBuffer_IsContiguous(&view, 'F'), 1);
    ck_assert_int_eq(GilBuffer_IsContiguous(&view, '?'), 0);
}
END_TEST

START_TEST(test_protocol_buffer__sizes_of_formats)
{
    static const struct {
        const char *format;
        Gil_ssize_t size;
    } cases[] = {
        {"", 0},
        {"d", 8},
        {"=d", 8},
        {"bi", 8},
        {"=bi", 5},
        {"@bq", 16},
        {"<10sH", 12},
        {"3x", 3},
        {"0i", 0},
        {"b0q", 8},
        {"Zd", -1},
        {"3", -1},
        {"=n", -1},
        {"n", 8},
        {"99999999999999999999d", -1},
        {"9223372036854775807d", -1},
        {" 2 h", -1},
        {"h 2h", 6},
        {"e?", 3},
        {"!P", -1},
    };
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++) {
        ck_assert_msg(GilBuffer_SizeFromFormat(cases[i].format) == cases[i].size, "\"%s\"", cases[i].format);
        ck_assert(cases[i].size >= 0 ? GilErr_Occurred() == NULL : GilErr_ExceptionMatches(GilExc_ValueError));
        GilErr_Clear();
    }
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("protocol/buffer");
    TCase *tc = tcase_create("buffer");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_protocol_buffer__fill_info_gives_what_was_asked_for);
    tcase_add_test(tc, test_M6_writing_request_on_read_only_memory_is_refused);
    tcase_add_test(tc, test_M5_requests_and_lengths_that_mean_nothing);
    tcase_add_test(tc, test_M3_second_release_does_nothing);
    tcase_add_test(tc, test_protocol_buffer__without_a_shape_the_last_index_counts);
    tcase_add_test(tc, test_protocol_buffer__orders);
    tcase_add_test(tc, test_protocol_buffer__rows_behind_pointers);
    tcase_add_test(tc, test_protocol_buffer__contiguous_by_what_is_left_out);
    tcase_add_test(tc, test_protocol_buffer__sizes_of_formats);
    suite_add_tcase(s, tc);
    return s;
}
