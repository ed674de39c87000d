/* SPDX-License-Identifier: MIT */
/* Memory as extensions take it. */
#include "support/support.h"

#include <gilrt.h>

#include <pthread.h>
#include <stdint.h>
#include <string.h>

static void
detached_malloc(void *Gil_UNUSED(arg))
{
    Gil_BEGIN_ALLOW_THREADS
    GilMem_Free(GilMem_Malloc(1));
    Gil_END_ALLOW_THREADS
}

static void
detached_free(void *arg)
{
    Gil_BEGIN_ALLOW_THREADS
    GilObject_Free(arg);
    Gil_END_ALLOW_THREADS
}

START_TEST(test_api_mem__interpreter_memory)
{
    unsigned char *block = GilMem_Malloc(0), *zeros = GilMem_Calloc(100, 30);

    ck_assert_ptr_nonnull(block);
    ck_assert_uint_eq((uintptr_t)block % 16, 0);
    block = GilMem_Realloc(block, 3000);
    ck_assert_ptr_nonnull(block);
    memset(block, 7, 3000);
    block = GilMem_Realloc(block, 100000);
    for (int i = 0; i < 3000; i++)
        ck_assert(block[i] == 7 && zeros[i] == 0);
    GilMem_Free(block);
    GilMem_Free(zeros);
    GilMem_Free(NULL);
    ck_assert_ptr_nonnull(block = GilMem_Realloc(NULL, 10));
    GilMem_Free(block);
}
END_TEST

START_TEST(test_api_mem__object_memory)
{
    unsigned char *block = GilObject_Malloc(24), *zeros = GilObject_Calloc(2, 12);

    ck_assert(block != NULL && zeros != NULL);
    ck_assert(zeros[0] == 0 && zeros[23] == 0);
    block = GilObject_Realloc(block, 48);
    ck_assert_ptr_nonnull(block);
    GilObject_Free(block);
    GilObject_Del(zeros);
    GilObject_Free(NULL);
}
END_TEST

START_TEST(test_api_mem__too_much_is_null_without_an_exception)
{
    ck_assert_ptr_null(GilMem_Malloc(SIZE_MAX));
    ck_assert_ptr_null(GilMem_Malloc((size_t)GIL_SSIZE_T_MAX + 1));
    ck_assert_ptr_null(GilMem_Calloc(SIZE_MAX / 2, 3));
    ck_assert_ptr_null(GilObject_Malloc(SIZE_MAX));
    ck_assert_ptr_null(GilObject_Calloc(SIZE_MAX / 2, 3));
    ck_assert_ptr_null(GilMem_RawMalloc(SIZE_MAX));
    ck_assert_ptr_null(GilMem_RawCalloc(SIZE_MAX / 2, 3));
    void *block = GilMem_Malloc(10);
    ck_assert_ptr_null(GilMem_Realloc(block, SIZE_MAX));
    GilMem_Free(block);
    block = GilMem_RawMalloc(10);
    ck_assert_ptr_null(GilMem_RawRealloc(block, SIZE_MAX));
    GilMem_RawFree(block);
    ck_assert(!GilErr_Occurred());
}
END_TEST

START_TEST(test_api_mem__typed_forms)
{
    int *numbers = GilMem_New(int, 10);
    size_t many = SIZE_MAX / 2;

    ck_assert_ptr_nonnull(numbers);
    for (int i = 0; i < 10; i++)
        numbers[i] = i;
    ck_assert_ptr_null(GilMem_New(double, many));
    int *kept = numbers;
    GilMem_Resize(numbers, int, many);
    ck_assert_ptr_null(numbers);
    numbers = kept;
    GilMem_Resize(numbers, int, 10000);
    ck_assert_ptr_nonnull(numbers);
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(numbers[i], i);
    GilMem_Free(numbers);
}
END_TEST

static void *
use_raw_memory(void *arg)
{
    char *text = GilMem_RawCalloc(1, 6);
    if (text != NULL)
        memcpy(text, arg, 6);
    return text;
}

START_TEST(test_api_mem__raw_memory_needs_no_lock)
{
    pthread_t thread;
    void *block;

    ck_assert_int_eq(pthread_create(&thread, NULL, use_raw_memory, (void *)"hello"), 0);
    pthread_join(thread, &block);
    ck_assert_str_eq(block, "hello");
    block = GilMem_RawRealloc(block, 5000);
    ck_assert_str_eq(block, "hello");
    GilMem_RawFree(block);
    GilMem_RawFree(NULL);
}
END_TEST

START_TEST(test_api_mem__without_the_lock_stops_the_process)
{
    void *block = GilObject_Malloc(16);

    gil_test_expect_abort(detached_malloc, NULL, "GilMem_Malloc: the calling thread is not attached");
    gil_test_expect_abort(detached_free, block, "GilObject_Free: the calling thread is not attached");
    GilObject_Free(block);
}
END_TEST

/* No allocator can be installed; whichever the library was built with, what is odd about some does not show. */
START_TEST(test_api_mem__empty_requests_give_aligned_blocks_of_their_own)
{
    static const struct {
        void *(*take)(size_t);
        void *(*clear)(size_t, size_t);
        void *(*resize)(void *, size_t);
        void (*give)(void *);
    } kinds[] = {
        {GilMem_RawMalloc, GilMem_RawCalloc, GilMem_RawRealloc, GilMem_RawFree},
        {GilMem_Malloc, GilMem_Calloc, GilMem_Realloc, GilMem_Free},
        {GilObject_Malloc, GilObject_Calloc, GilObject_Realloc, GilObject_Free},
    };
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        void *blocks[300];
        for (int i = 0; i < 300; i++) {
            blocks[i] = i % 3 == 0 ? kinds[k].take(0) : i % 3 == 1 ? kinds[k].clear(0, 8) : kinds[k].resize(NULL, 0);
            ck_assert_ptr_nonnull(blocks[i]);
            ck_assert_uint_eq((uintptr_t)blocks[i] % 16, 0);
            for (int j = 0; j < i; j++)
                ck_assert_ptr_ne(blocks[i], blocks[j]);
        }
        for (int i = 0; i < 300; i++) {
            blocks[i] = kinds[k].resize(blocks[i], 100);
            ck_assert_uint_eq((uintptr_t)blocks[i] % 16, 0);
            blocks[i] = kinds[k].resize(blocks[i], 0);
            ck_assert_ptr_nonnull(blocks[i]);
            kinds[k].give(blocks[i]);
        }
    }
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/mem");
    TCase *tc = tcase_create("mem");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_mem__interpreter_memory);
    tcase_add_test(tc, test_api_mem__object_memory);
    tcase_add_test(tc, test_api_mem__too_much_is_null_without_an_exception);
    tcase_add_test(tc, test_api_mem__typed_forms);
    tcase_add_test(tc, test_api_mem__raw_memory_needs_no_lock);
    tcase_add_test(tc, test_api_mem__without_the_lock_stops_the_process);
    tcase_add_test(tc, test_api_mem__empty_requests_give_aligned_blocks_of_their_own);
    suite_add_tcase(s, tc);
    return s;
}
