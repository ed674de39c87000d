/* SPDX-License-Identifier: MIT */
/* <gilrt/memoryview.h> as an extension uses it: memory handed out without a copy. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>
#include <pthread.h>

START_TEST(test_api_memoryview__hands_out_memory_of_its_own)
{
    static char samples[6] = {1, 2, 3, 4, 5, 6};
    GilObject *view = GilMemoryView_FromMemory(samples, sizeof samples, GilBUF_READ), *grid;

    ck_assert(GilMemoryView_Check(view));
    ck_assert_ptr_eq(GilMemoryView_GET_BUFFER(view)->buf, samples);
    grid = GilObject_CallMethod(view, "cast", "s(ii)", "B", 3, 2);
    gil_expect_repr(GilObject_CallMethod(grid, "tolist", NULL), "[[1, 2], [3, 4], [5, 6]]");
    Gil_DECREF(grid);
    Gil_DECREF(view);
}
END_TEST

START_TEST(test_api_memoryview__is_a_buffer_itself)
{
    GilObject *base = GilByteArray_FromStringAndSize("abcd", 4), *view = GilMemoryView_FromObject(base);
    Gil_buffer lent;

    ck_assert_ptr_eq(GilMemoryView_GET_BASE(view), base);
    ck_assert_int_eq(GilObject_GetBuffer(view, &lent, GilBUF_CONTIG), 0);
    Gil_DECREF(view); /* the buffer holds it */
    ((char *)lent.buf)[0] = 'x';
    GilBuffer_Release(&lent);
    ck_assert_str_eq(GilByteArray_AsString(base), "xbcd");
    ck_assert_int_eq(GilByteArray_Resize(base, 1), 0);
    Gil_DECREF(base);
}
END_TEST

START_TEST(test_api_memoryview__serves_the_order_that_is_asked_for)
{
    GilObject *base = GilBytes_FromStringAndSize("abcdef", 6), *view = GilMemoryView_FromObject(base);
    GilObject *grid = GilObject_CallMethod(view, "cast", "s(ii)", "B", 2, 3);
    GilObject *columns = GilMemoryView_GetContiguous(grid, GilBUF_READ, 'F');
    Gil_buffer *buffer = GilMemoryView_GET_BUFFER(columns);

    ck_assert_int_eq(memcmp(buffer->buf, "adbecf", 6), 0);
    GilObject *all[] = {base, view, grid, columns};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

struct half {
    char *memory;
    int value;
};

static void *
fill_half(void *arg)
{
    struct half *half = (struct half *)arg;
    for (int i = 0; i < 4096; i++)
        half->memory[i] = (char)half->value;
    return NULL;
}

/* Allowed: the memory stays while it is lent. What threads write to the same place is between them. */
START_TEST(test_M8_two_threads_use_one_view_detached)
{
    GilObject *bytes = GilByteArray_FromStringAndSize(NULL, 8192), *view = GilMemoryView_FromObject(bytes);
    Gil_buffer lent;
    ck_assert_int_eq(GilObject_GetBuffer(view, &lent, GilBUF_WRITABLE), 0);
    struct half halves[2] = {{(char *)lent.buf, 'a'}, {(char *)lent.buf + 4096, 'b'}};
    pthread_t threads[2];
    Gil_BEGIN_ALLOW_THREADS
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, fill_half, &halves[i]), 0);
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(GilByteArray_Resize(bytes, 1), -1);
    GilErr_Clear();
    GilBuffer_Release(&lent);
    Gil_DECREF(view);
    const char *text = GilByteArray_AsString(bytes);
    ck_assert(text[0] == 'a' && text[4095] == 'a' && text[4096] == 'b' && text[8191] == 'b');
    Gil_DECREF(bytes);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/memoryview");
    TCase *tc = tcase_create("memoryview");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_memoryview__hands_out_memory_of_its_own);
    tcase_add_test(tc, test_api_memoryview__is_a_buffer_itself);
    tcase_add_test(tc, test_api_memoryview__serves_the_order_that_is_asked_for);
    tcase_add_test(tc, test_M8_two_threads_use_one_view_detached);
    suite_add_tcase(s, tc);
    return s;
}
