/* SPDX-License-Identifier: MIT */
/* <gilrt/buffer.h> as a stranger uses it: memory of a bytearray worked on without the lock. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_api_buffer__work_without_the_lock)
{
    GilObject *array = GilByteArray_FromStringAndSize("abc", 3);
    Gil_buffer view;
    ck_assert_int_eq(GilObject_GetBuffer(array, &view, GilBUF_CONTIG), 0);
    Gil_BEGIN_ALLOW_THREADS for (Gil_ssize_t i = 0; i < view.len; i++)((char *)view.buf)[i] =
        (char)(((char *)view.buf)[i] + 1);
    Gil_END_ALLOW_THREADS ck_assert_int_eq(GilByteArray_Resize(array, 100), -1); /* M1: lent memory stays where it is */
    ck_assert(GilErr_ExceptionMatches(GilExc_BufferError));
    GilErr_Clear();
    GilBuffer_Release(&view);
    gil_expect_repr(array, "bytearray(b'bcd')");
}
END_TEST

START_TEST(test_api_buffer__null_is_refused)
{
    Gil_buffer view;
    view.obj = Gil_None;
    ck_assert_int_eq(GilObject_GetBuffer(NULL, &view, GilBUF_SIMPLE), -1);
    ck_assert_ptr_null(view.obj);
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
    ck_assert_int_eq(GilBuffer_FillInfo(NULL, NULL, NULL, 0, 0, 0), -1);
    GilErr_Clear();
    ck_assert_int_eq(GilBuffer_IsContiguous(NULL, 'C'), 0);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/buffer");
    TCase *tc = tcase_create("buffer");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_buffer__work_without_the_lock);
    tcase_add_test(tc, test_api_buffer__null_is_refused);
    suite_add_tcase(s, tc);
    return s;
}
