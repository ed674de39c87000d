/* SPDX-License-Identifier: MIT */
/* The allocator below the memory front: arenas and raw blocks. */
#include "support/support.h"

#include "base/backend.h"
#include "base/mem.h"

#include <stdint.h>
#include <string.h>

START_TEST(test_base_backend__chunks_are_aligned_and_as_long_as_said)
{
    uint32_t arena;

    ck_assert_int_eq(gil_backend_open(&arena), 0);
    for (size_t bytes = 100; bytes < 1000000; bytes *= 3) {
        size_t size = gil_backend_size(bytes);
        ck_assert_uint_ge(size, bytes);
        char *chunk = gil_backend_take(arena, size);
        ck_assert_ptr_nonnull(chunk);
        ck_assert_uint_eq((uintptr_t)chunk % GIL_CHUNK, 0);
        memset(chunk, 1, size);
        gil_backend_give(arena, chunk, size);
    }
    gil_backend_close(arena, 0);
}
END_TEST

START_TEST(test_base_backend__resize_keeps_content_and_alignment)
{
    uint32_t arena;
    size_t small = gil_backend_size(20000), large = gil_backend_size(3000000);

    ck_assert_int_eq(gil_backend_open(&arena), 0);
    char *chunk = gil_backend_take(arena, small);
    memset(chunk, 'a', small);
    chunk = gil_backend_resize(arena, chunk, small, large);
    ck_assert_ptr_nonnull(chunk);
    ck_assert_uint_eq((uintptr_t)chunk % GIL_CHUNK, 0);
    for (size_t i = 0; i < small; i++)
        ck_assert(chunk[i] == 'a');
    chunk = gil_backend_resize(arena, chunk, large, small);
    ck_assert(chunk[0] == 'a' && chunk[small - 1] == 'a');
    gil_backend_give(arena, chunk, small);
    gil_backend_close(arena, 0);
}
END_TEST

START_TEST(test_base_backend__too_much_is_refused)
{
    uint32_t arena;

    ck_assert_int_eq(gil_backend_open(&arena), 0);
    size_t size = gil_backend_size(PTRDIFF_MAX / 2);
    ck_assert(size == 0 || gil_backend_take(arena, size) == NULL);
    gil_backend_close(arena, 0);
}
END_TEST

START_TEST(test_base_backend__more_arenas_than_are_kept)
{
    enum { N = 20 };
    uint32_t arenas[N];

    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < N; i++) {
            ck_assert_int_eq(gil_backend_open(&arenas[i]), 0);
            void *chunk = gil_backend_take(arenas[i], GIL_CHUNK);
            ck_assert_ptr_nonnull(chunk);
            memset(chunk, 1, 64);
            if (!gil_backend_close_discards())
                gil_backend_give(arenas[i], chunk, GIL_CHUNK);
        }
        for (int i = 0; i < N; i++)
            gil_backend_close(arenas[i], i % 2 == 0 ? GIL_CHUNK : (size_t)1 << 30);
    }
    gil_mem_trim();
    gil_mem_trim();
}
END_TEST

START_TEST(test_base_backend__raw_blocks)
{
    for (size_t size = 16; size < 100000; size = size * 3 / 2) {
        unsigned char *block = gil_backend_raw_take(size, 1);
        ck_assert_ptr_nonnull(block);
        ck_assert_uint_eq((uintptr_t)block % 16, 0);
        ck_assert_uint_ge(gil_backend_raw_size(block), size);
        ck_assert(block[0] == 0 && block[size - 1] == 0);
        block[0] = 7;
        block = gil_backend_raw_resize(block, size * 2);
        ck_assert_ptr_nonnull(block);
        ck_assert_uint_eq(block[0], 7);
        gil_backend_raw_give(block);
    }
    ck_assert_ptr_nonnull(strstr(gil_mem_backend(), "malloc"));
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("base/backend");
    TCase *tc = tcase_create("backend");

    tcase_add_test(tc, test_base_backend__chunks_are_aligned_and_as_long_as_said);
    tcase_add_test(tc, test_base_backend__resize_keeps_content_and_alignment);
    tcase_add_test(tc, test_base_backend__too_much_is_refused);
    tcase_add_test(tc, test_base_backend__more_arenas_than_are_kept);
    tcase_add_test(tc, test_base_backend__raw_blocks);
    suite_add_tcase(s, tc);
    return s;
}
