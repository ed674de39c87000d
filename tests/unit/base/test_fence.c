/* SPDX-License-Identifier: MIT */
/* A debug build's raw blocks: freed by their own functions, once, and not written around, nor afterwards. */
#include "support/support.h"

#include "base/fence.h"
#include "base/mem.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#ifdef GIL_FENCED

/* Enough frees or requests that each freed block has been looked at. */
#define MANY 200

static void
free_raw(void *block)
{
    gil_raw_free(block);
}

static void
free_twice(void *block)
{
    gil_raw_free(block);
    gil_raw_free(block);
}

static void
free_again_much_later(void *block)
{
    gil_raw_free(block);
    for (int i = 0; i < MANY; i++)
        gil_raw_free(gil_raw_malloc(10000));
    gil_raw_free(block);
}

static void
free_and_resize(void *block)
{
    gil_raw_free(block);
    block = gil_raw_realloc(block, 7);
}

static void
resize_and_use_the_old(void *block)
{
    void *moved = gil_raw_realloc(block, 21);
    gil_raw_free(block);
    gil_raw_free(moved);
}

static void
resize_raw(void *block)
{
    block = gil_raw_realloc(block, 100);
}

/* A byte of a block, or beside it. */
struct place {
    char *block;
    long at;
};

static void
write_at(const struct place *place)
{
    ((volatile unsigned char *)place->block)[place->at] ^= 0xff;
}

static void
write_and_free(void *arg)
{
    const struct place *place = arg;
    write_at(place);
    gil_raw_free(place->block);
}

static void
write_and_resize(void *arg)
{
    const struct place *place = arg;
    write_at(place);
    (void)!gil_raw_realloc(place->block, 1);
}

static void
free_write_and_take(void *arg)
{
    const struct place *place = arg;
    gil_raw_free(place->block);
    write_at(place);
    for (int i = 0; i < MANY; i++)
        (void)!gil_raw_malloc(20);
}

static void
free_write_and_free_others(void *arg)
{
    const struct place *place = arg;
    void *others[MANY];

    for (int i = 0; i < MANY; i++)
        others[i] = gil_raw_malloc(20);
    gil_raw_free(place->block);
    write_at(place);
    for (int i = 0; i < MANY; i++)
        gil_raw_free(others[i]);
}

static void
free_write_and_end_a_heap(void *arg)
{
    const struct place *place = arg;
    struct gil_heap *heap = gil_heap_new();

    gil_raw_free(place->block);
    write_at(place);
    gil_heap_destroy(heap);
}

static const size_t sizes[] = {0, 1, 16, 20, 4000, 100000};
#define SIZES (sizeof sizes / sizeof sizes[0])

START_TEST(test_base_fence__a_raw_block_is_freed_once)
{
    for (size_t i = 0; i < SIZES; i++) {
        char *block = gil_raw_malloc(sizes[i]);
        gil_test_expect_abort(free_twice, block, "gil_raw_free: the block at 0x");
        gil_test_expect_abort(free_twice, block, "was freed before");
        gil_test_expect_abort(free_again_much_later, block, "gil_raw_free: ");
        gil_test_expect_abort(free_and_resize, block, "was freed before");
        gil_test_expect_abort(resize_and_use_the_old, block, "was freed before");
        gil_test_expect_abort(free_raw, block + 16, "is no raw memory in use");
        gil_test_expect_abort(free_raw, block + 1, "is no raw memory in use");
        gil_raw_free(block);
    }
}
END_TEST

START_TEST(test_base_fence__memory_of_a_heap_is_no_raw_memory)
{
    static const size_t kinds[] = {1, 48, 512, 4000, 100000};
    struct gil_heap *heap = gil_heap_new();

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        void *before = gil_heap_malloc(heap, kinds[i]), *freed = gil_heap_malloc(heap, kinds[i]);
        void *block = gil_heap_malloc(heap, kinds[i]);
        gil_test_expect_abort(free_raw, before, "is no raw memory in use: it is an interpreter's");
        gil_test_expect_abort(resize_raw, before, "is no raw memory in use: it is an interpreter's");
        gil_test_expect_abort(free_raw, block, "is no raw memory in use: it is an interpreter's");
        gil_heap_free(freed);
        gil_test_expect_abort(free_raw, block, "is no raw memory in use: it is an interpreter's");
        gil_test_expect_abort(resize_raw, block, "is no raw memory in use: it is an interpreter's");
    }
    gil_heap_destroy(heap);
}
END_TEST

START_TEST(test_base_fence__what_is_written_around_a_raw_block_is_found)
{
    for (size_t i = 0; i < SIZES; i++) {
        struct place place = {gil_raw_calloc(1, sizes[i]), 0};
        for (place.at = -16; place.at < 0; place.at++) {
            gil_test_expect_abort(write_and_free, &place, "something was written before the beginning of the block at 0x");
            gil_test_expect_abort(write_and_resize, &place, "something was written before the beginning of the block at 0x");
        }
        for (place.at = (long)sizes[i]; place.at < (long)sizes[i] + 16; place.at++) {
            gil_test_expect_abort(write_and_free, &place, "was written to beyond its end");
            gil_test_expect_abort(write_and_resize, &place, "was written to beyond its end");
        }
        memset(place.block, 1, sizes[i]);
        gil_raw_free(place.block);
    }
}
END_TEST

START_TEST(test_base_fence__writing_to_a_freed_raw_block_names_it)
{
    for (size_t i = 1; i < SIZES; i++) {
        struct place place = {gil_raw_malloc(sizes[i]), 0};
        char sentence[100];
        snprintf(sentence, sizeof sentence, "the block at %p was written to after it was freed", (void *)place.block);
        for (; place.at < 17 && place.at < (long)sizes[i]; place.at++) {
            gil_test_expect_abort(free_write_and_take, &place, sentence);
            gil_test_expect_abort(free_write_and_free_others, &place, sentence);
            gil_test_expect_abort(free_write_and_end_a_heap, &place, sentence);
        }
        place.at = -1;
        gil_test_expect_abort(free_write_and_take, &place, sentence);
        gil_raw_free(place.block);
    }
}
END_TEST

static void *
take_and_give(void *arg)
{
    static const size_t many[] = {1, 30, 300, 5000, 70000};
    unsigned char *blocks[40] = {NULL};
    uint64_t seed = (uintptr_t)arg;

    for (int i = 0; i < 20000; i++) {
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        size_t at = seed % 40, size = many[(seed >> 20) % 5];
        blocks[at] = gil_raw_realloc(blocks[at], size);
        if (blocks[at] == NULL)
            return arg;
        memset(blocks[at], (int)at, size);
        if (seed >> 40 & 1) {
            gil_raw_free(blocks[at]);
            blocks[at] = NULL;
        }
    }
    for (int i = 0; i < 40; i++)
        gil_raw_free(blocks[i]);
    return NULL;
}

/* The freed blocks that are kept change hands among threads. */
START_TEST(test_base_fence__threads_that_free_do_not_accuse_each_other)
{
    pthread_t threads[4];
    struct gil_mem_stats before, after;
    void *failed;

    gil_raw_stats(&before);
    for (uintptr_t i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, take_and_give, (void *)(i + 88172645463325252u)), 0);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_join(threads[i], &failed), 0);
        ck_assert_ptr_null(failed);
    }
    gil_fence_look_at_all();
    gil_raw_stats(&after);
    ck_assert_uint_eq(after.blocks, before.blocks);
    ck_assert_uint_eq(after.bytes, before.bytes);
}
END_TEST

#else

/* The same programs have nothing before or behind their blocks. */
START_TEST(test_base_fence__other_builds_have_none)
{
    char *block = gil_raw_malloc(100);

    ck_assert_uint_eq(GIL_FENCE, 0);
    ck_assert_ptr_eq(gil_fence_room(block), block);
    ck_assert_int_eq(gil_fence_is_raw(block), 0);
    gil_raw_free(block);
}
END_TEST

#endif

Suite *
suite(void)
{
    Suite *s = suite_create("base/fence");
    TCase *tc = tcase_create("fence");

#ifdef GIL_FENCED
    tcase_add_test(tc, test_base_fence__a_raw_block_is_freed_once);
    tcase_add_test(tc, test_base_fence__memory_of_a_heap_is_no_raw_memory);
    tcase_add_test(tc, test_base_fence__what_is_written_around_a_raw_block_is_found);
    tcase_add_test(tc, test_base_fence__writing_to_a_freed_raw_block_names_it);
    tcase_add_test(tc, test_base_fence__threads_that_free_do_not_accuse_each_other);
#else
    tcase_add_test(tc, test_base_fence__other_builds_have_none);
#endif
    suite_add_tcase(s, tc);
    return s;
}
