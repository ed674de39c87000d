/* SPDX-License-Identifier: MIT */
/* The memory front: alignment, classes, reuse, giving back, counts, failure. */
#include "support/support.h"

#include "base/mem.h"
#include "base/zone.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static struct gil_heap *heap;

static void
open_heap(void)
{
    heap = gil_heap_new();
    ck_assert_ptr_nonnull(heap);
}

static void
close_heap(void)
{
    gil_heap_check(heap);
    gil_heap_destroy(heap);
}

static size_t
blocks(void)
{
    struct gil_mem_stats stats;
    gil_heap_stats(heap, &stats);
    return stats.blocks;
}

static int
holds(const unsigned char *block, size_t size, int byte)
{
    for (size_t i = 0; i < size; i++)
        if (block[i] != byte)
            return 0;
    return 1;
}

START_TEST(test_base_mem__blocks_of_every_size_are_aligned_and_apart)
{
    enum { MOST = 12000 };
    static unsigned char *block[MOST];

    for (size_t size = 0; size < MOST; size += 7) {
        block[size] = gil_heap_malloc(heap, size);
        ck_assert_ptr_nonnull(block[size]);
        ck_assert_uint_eq((uintptr_t)block[size] % 16, 0);
        ck_assert_ptr_eq(gil_heap_of(block[size]), heap);
        memset(block[size], (int)(size & 0xff), size);
    }
    gil_heap_check(heap);
    for (size_t size = 0; size < MOST; size += 7) {
        ck_assert(holds(block[size], size, (int)(size & 0xff)));
        gil_heap_free(block[size]);
    }
    ck_assert_uint_eq(blocks(), 0);
}
END_TEST

START_TEST(test_base_mem__a_class_wastes_at_most_a_quarter)
{
    for (size_t size = 17; size <= GIL_HEAP_SMALL; size++) {
        struct gil_mem_stats stats;
        void *block = gil_heap_malloc(heap, size);
        gil_heap_stats(heap, &stats);
        ck_assert_uint_ge(stats.bytes, size);
        size_t taken = size + GIL_ZONE;
        ck_assert_uint_le(stats.bytes, taken <= GIL_HEAP_FINE ? taken + 15 : taken <= GIL_HEAP_SMALL ? taken + taken / 4 : GIL_CHUNK);
        gil_heap_free(block);
    }
}
END_TEST

START_TEST(test_base_mem__last_freed_is_first_reused)
{
    void *a = gil_heap_malloc(heap, 24), *b = gil_heap_malloc(heap, 24);
    gil_heap_free(a);
    gil_heap_free(b);
    ck_assert_ptr_eq(gil_heap_malloc(heap, 32), b);
    ck_assert_ptr_eq(gil_heap_malloc(heap, 17), a);
}
END_TEST

START_TEST(test_base_mem__empty_slabs_go_back)
{
    enum { N = 20000 };
    static void *block[N];
    struct gil_mem_stats stats;

    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < N; i++)
            block[i] = gil_heap_malloc(heap, 48);
        gil_heap_stats(heap, &stats);
        ck_assert_uint_eq(stats.blocks, N);
        ck_assert_uint_eq(stats.bytes, N * (48 + GIL_ZONE));
        ck_assert_uint_ge(stats.mapped, N * 48);
        gil_heap_check(heap);
        for (int i = 0; i < N; i += 2)
            gil_heap_free(block[i]);
        gil_heap_check(heap);
        for (int i = 1; i < N; i += 2)
            gil_heap_free(block[i]);
        gil_heap_check(heap);
        gil_heap_stats(heap, &stats);
        ck_assert_uint_eq(stats.blocks, 0);
        /* the current slab and the spare ones */
        ck_assert_uint_le(stats.mapped, 3 * GIL_CHUNK);
    }
}
END_TEST

/* Shuffled: all kinds of lists in all kinds of orders. */
START_TEST(test_base_mem__random_churn_keeps_counts)
{
    enum { N = 3000, TURNS = 100000 };
    static void *block[N];
    static size_t size[N];
    uint64_t seed = 88172645463325252u;
    size_t live = 0;

    for (int i = 0; i < TURNS; i++) {
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        size_t at = seed % N;
        if (block[at] != NULL) {
            ck_assert_uint_eq(*(unsigned char *)block[at], at & 0xff);
            gil_heap_free(block[at]);
            block[at] = NULL;
            live--;
            continue;
        }
        size[at] = 1 + (seed >> 32) % ((seed >> 20) % 16 == 0 ? 40000 : 700);
        block[at] = gil_heap_malloc(heap, size[at]);
        memset(block[at], (int)(at & 0xff), size[at]);
        live++;
        if (i % 5000 == 0)
            gil_heap_check(heap);
    }
    ck_assert_uint_eq(blocks(), live);
    for (int i = 0; i < N; i++)
        gil_heap_free(block[i]);
    ck_assert_uint_eq(blocks(), 0);
}
END_TEST

#ifndef GIL_HEAP_CHECKED
START_TEST(test_base_mem__untouched_pages_stay_untouched)
{
    char statm[64];
    long before, after;

    for (int pass = 0; pass < 2; pass++) {
        FILE *f = fopen("/proc/self/statm", "r");
        ck_assert_ptr_nonnull(f);
        ck_assert_ptr_nonnull(fgets(statm, sizeof(statm), f));
        fclose(f);
        after = strtol(strchr(statm, ' '), NULL, 10);
        if (pass == 0) {
            before = after;
            for (size_t size = 16; size <= GIL_HEAP_FINE; size += 16)
                ck_assert_ptr_nonnull(gil_heap_malloc(heap, size));
        }
    }
    /* 32 slabs are 512 pages of 4 KiB; each needs one, and jemalloc its own records. */
    ck_assert_int_le(after - before, 200);
}
END_TEST
#endif

START_TEST(test_base_mem__calloc_clears_used_memory)
{
    for (size_t size = 100; size < 200000; size *= 4) {
        unsigned char *block = gil_heap_malloc(heap, size);
        memset(block, 0xff, size);
        gil_heap_free(block);
        block = gil_heap_calloc(heap, size / 4, 4);
        ck_assert(holds(block, size / 4 * 4, 0));
        gil_heap_free(block);
    }
}
END_TEST

START_TEST(test_H7_count_times_size_overflow)
{
    ck_assert_ptr_null(gil_heap_calloc(heap, SIZE_MAX / 2, 3));
    ck_assert_ptr_null(gil_raw_calloc(SIZE_MAX / 2, 3));
    ck_assert_ptr_null(gil_heap_malloc(heap, SIZE_MAX));
    ck_assert_ptr_null(gil_heap_malloc(heap, (size_t)PTRDIFF_MAX + 1));
    ck_assert_ptr_null(gil_heap_malloc(heap, (size_t)PTRDIFF_MAX - 1));
    ck_assert_ptr_null(gil_raw_malloc(SIZE_MAX));
    void *block = gil_heap_malloc(heap, 10);
    ck_assert_ptr_null(gil_heap_realloc(heap, block, SIZE_MAX));
    gil_heap_free(block);
}
END_TEST

START_TEST(test_base_mem__realloc_keeps_content_through_all_kinds)
{
    static const size_t sizes[] = {1, 16, 17, 500, 512, 513, 8192, 8193, 70000, 300000, 9000, 8192, 100, 3, 1000000, 1};
    unsigned char *block = NULL;
    size_t old = 0;

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        block = gil_heap_realloc(heap, block, sizes[i]);
        ck_assert_ptr_nonnull(block);
        ck_assert(holds(block, old < sizes[i] ? old : sizes[i], (int)i));
        memset(block, (int)i + 1, sizes[i]);
        old = sizes[i];
        ck_assert_uint_eq(blocks(), 1);
        gil_heap_check(heap);
    }
    gil_heap_free(block);
    ck_assert_uint_eq(blocks(), 0);
}
END_TEST

START_TEST(test_base_mem__failed_realloc_leaves_the_block)
{
    static const size_t sizes[] = {30, 5000, 100000};
    for (size_t i = 0; i < 3; i++) {
        unsigned char *block = gil_heap_malloc(heap, sizes[i]);
        memset(block, 'a', sizes[i]);
        gil_mem_fail_nth(1, 0);
        ck_assert_ptr_null(gil_heap_realloc(heap, block, 10 * sizes[i]));
        ck_assert_int_eq(gil_mem_fail_count(), 1);
        gil_mem_fail_nth(0, 0);
        ck_assert(holds(block, sizes[i], 'a'));
        /* making it smaller works without memory */
        gil_mem_fail_nth(1, 1);
        block = gil_heap_realloc(heap, block, 1);
        ck_assert_ptr_nonnull(block);
        ck_assert_int_eq(block[0], 'a');
        gil_mem_fail_nth(0, 0);
        gil_heap_check(heap);
        gil_heap_free(block);
    }
}
END_TEST

START_TEST(test_base_mem__destroy_counts_what_was_left)
{
    struct gil_heap *other = gil_heap_new();
    for (int i = 0; i < 5000; i++)
        gil_heap_malloc(other, (size_t)i);
    ck_assert_uint_eq(gil_heap_destroy(other), 5000);
}
END_TEST

START_TEST(test_base_mem__heaps_come_and_go_without_growth)
{
    struct gil_mem_stats before, after;

    gil_raw_stats(&before);
    for (int round = 0; round < 300; round++) {
        struct gil_heap *many[12];
        for (int i = 0; i < 12; i++) {
            many[i] = gil_heap_new();
            ck_assert_ptr_nonnull(many[i]);
            ck_assert_ptr_nonnull(gil_heap_malloc(many[i], 100000));
            ck_assert_ptr_nonnull(gil_heap_malloc(many[i], 100));
        }
        for (int i = 0; i < 12; i++)
            ck_assert_uint_eq(gil_heap_destroy(many[i]), 2);
    }
    gil_mem_trim();
    gil_raw_stats(&after);
    ck_assert_uint_eq(after.blocks, before.blocks);
    ck_assert_uint_eq(after.bytes, before.bytes);
}
END_TEST

/* Of the process, in KiB; 0: the system does not tell. */
static long
resident(void)
{
    char line[128];
    long kib = 0;
    FILE *file = fopen("/proc/self/smaps_rollup", "r");

    while (file != NULL && kib == 0 && fgets(line, sizeof line, file) != NULL)
        (void)sscanf(line, "Rss: %ld", &kib);
    if (file != NULL)
        fclose(file);
    return kib;
}

/* Not when time has passed, which for a heap that nobody uses it does not. */
START_TEST(test_base_mem__the_memory_of_a_large_heap_goes_back_at_its_end)
{
    long before = resident();

    for (int round = 0; round < 3; round++) {
        struct gil_heap *large = gil_heap_new();
        for (int i = 0; i < 10000; i++) {
            void *block = gil_heap_malloc(large, 4000);
            ck_assert_ptr_nonnull(block);
            memset(block, 1, 4000);
        }
        ck_assert_uint_eq(gil_heap_destroy(large), 10000);
    }
#if defined(__SANITIZE_THREAD__) || defined(GIL_HEAP_ASAN)
    before = 0;
#endif
    if (before != 0 && strncmp(gil_mem_backend(), "jemalloc", 8) == 0)
        ck_assert_int_lt(resident() - before, 8 << 10);
}
END_TEST

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(GIL_TEST_SLOW)
struct late {
    pthread_barrier_t limit;
    struct gil_heap *heap;
    char *freed, *small, *kept;
    int refused;
};

/* Its first calls of the allocator come when no page can be added. */
static void *
use_without_memory(void *arg)
{
    struct late *late = arg;

    pthread_barrier_wait(&late->limit);
    gil_raw_free(late->freed);
    gil_raw_free(late->small);
    late->refused += gil_raw_realloc(late->kept, 100000) == NULL;
    late->refused += gil_raw_malloc(100) == NULL;
    late->refused += gil_heap_malloc(late->heap, 3000000) == NULL;
    late->refused += gil_heap_realloc(late->heap, gil_heap_malloc(late->heap, 100), 3000000) == NULL;
    late->refused += gil_heap_new() == NULL;
    gil_mem_trim();
    gil_heap_destroy(late->heap);
    return NULL;
}

START_TEST(test_base_mem__a_thread_that_comes_when_no_memory_is_left)
{
    struct late late = {.heap = gil_heap_new(), .freed = gil_raw_malloc(48), .small = gil_raw_malloc(3), .kept = gil_raw_malloc(48)};
    struct gil_mem_stats before, now;
    struct rlimit limit = {1, RLIM_INFINITY};
    pthread_t thread;

    ck_assert_ptr_nonnull(gil_heap_malloc(late.heap, 100000));
    ck_assert_ptr_nonnull(gil_heap_malloc(late.heap, 100));
    gil_raw_stats(&before);
    ck_assert_int_eq(pthread_barrier_init(&late.limit, NULL, 2), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, use_without_memory, &late), 0);
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
    pthread_barrier_wait(&late.limit);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    limit.rlim_cur = RLIM_INFINITY;
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
    if (strncmp(gil_mem_backend(), "jemalloc", 8) == 0)
        ck_assert_int_eq(late.refused, 5);
    /* What it gave back comes with what the next thread gives back: the blocks, and the heap with its chunks. */
    gil_raw_free(late.kept);
    gil_raw_stats(&now);
    ck_assert_uint_eq(now.blocks, before.blocks - 4);
}
END_TEST
#endif

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(GIL_TEST_SLOW)
/* What the thread of the parent had is nobody's in the child: it is asked for anew. */
START_TEST(test_base_mem__the_thread_of_a_child_comes_in_anew)
{
    struct rlimit none = {1, RLIM_INFINITY}, all = {RLIM_INFINITY, RLIM_INFINITY};
    void *before = gil_raw_malloc(100);

    ck_assert_ptr_nonnull(before);
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &none), 0);
    void *without = gil_raw_malloc(100);
    gil_mem_in_child();
    void *refused = gil_raw_malloc(100);
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &all), 0);
    ck_assert_ptr_nonnull(without);
    ck_assert((refused == NULL) == (strncmp(gil_mem_backend(), "jemalloc", 8) == 0));
    gil_raw_free(gil_raw_malloc(100));
    gil_raw_free(before);
    gil_raw_free(without);
    gil_raw_free(refused);
}
END_TEST
#endif

START_TEST(test_base_mem__raw_blocks_are_counted)
{
    struct gil_mem_stats before, now;

    gil_raw_stats(&before);
    char *block = gil_raw_malloc(0);
    ck_assert_ptr_nonnull(block);
    ck_assert_uint_eq((uintptr_t)block % 16, 0);
    block = gil_raw_realloc(block, 1000);
    memset(block, 1, 1000);
    gil_raw_stats(&now);
    ck_assert_uint_eq(now.blocks, before.blocks + 1);
    ck_assert_uint_ge(now.bytes, before.bytes + 1000);
    gil_raw_free(block);
    gil_raw_free(NULL);
    block = gil_raw_calloc(10, 10);
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(block[i], 0);
    gil_raw_free(block);
    gil_raw_stats(&now);
    ck_assert_uint_eq(now.blocks, before.blocks);
    ck_assert_uint_eq(now.bytes, before.bytes);
}
END_TEST

START_TEST(test_base_mem__nth_request_fails)
{
    gil_mem_fail_nth(2, 0);
    void *first = gil_heap_malloc(heap, 20);
    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_null(gil_raw_malloc(20));
    void *third = gil_heap_malloc(heap, 20);
    ck_assert_ptr_nonnull(third);
    ck_assert_int_eq(gil_mem_fail_count(), 1);

    gil_mem_fail_nth(1, 1);
    ck_assert_ptr_null(gil_heap_calloc(heap, 1, 20));
    ck_assert_ptr_null(gil_raw_calloc(1, 20));
    ck_assert_ptr_null(gil_raw_realloc(NULL, 20));
    ck_assert_ptr_null(gil_heap_malloc(heap, 20000));
    ck_assert_ptr_null(gil_heap_new());
    ck_assert_int_eq(gil_mem_fail_count(), 5);
    gil_mem_fail_nth(0, 0);
    ck_assert_ptr_nonnull(gil_heap_malloc(heap, 20));
}
END_TEST

static void *
allocate_elsewhere(void *arg)
{
    void *block = gil_raw_malloc(10);
    gil_raw_free(block);
    return block == NULL ? arg : NULL;
}

START_TEST(test_base_mem__other_threads_are_not_failed)
{
    pthread_t thread;
    void *failed;

    gil_mem_fail_nth(1, 1);
    ck_assert_int_eq(pthread_create(&thread, NULL, allocate_elsewhere, heap), 0);
    pthread_join(thread, &failed);
    ck_assert_ptr_null(failed);
    ck_assert_int_eq(gil_mem_fail_count(), 0);
    gil_mem_fail_nth(0, 0);
}
END_TEST

#ifdef GIL_HEAP_ASAN
#include <sanitizer/asan_interface.h>

START_TEST(test_base_mem__free_blocks_are_poisoned)
{
    for (size_t size = 16; size <= 4096; size *= 4) {
        char *block = gil_heap_malloc(heap, size);
        ck_assert_ptr_null(__asan_region_is_poisoned(block, size));
        gil_heap_free(block);
        for (size_t i = 0; i < size; i += 8)
            ck_assert_int_eq(__asan_address_is_poisoned(block + i), 1);
        ck_assert_ptr_eq(gil_heap_malloc(heap, size), block);
        ck_assert_ptr_null(__asan_region_is_poisoned(block, size));
        gil_heap_free(block);
    }
}
END_TEST
#endif

#ifdef GIL_DEBUG
static void
free_twice(void *arg)
{
    gil_heap_free(arg);
    gil_heap_free(arg);
}

/* A byte of a block. */
struct place {
    char *block;
    size_t at;
};

/* Unseen by AddressSanitizer, as a library would be that is built without it. */
__attribute__((no_sanitize("address"))) static void
write_at(const struct place *place)
{
    ((volatile unsigned char *)place->block)[place->at] ^= 0xff;
}

static void
write_after_free(void *arg)
{
    const struct place *place = arg;

    gil_heap_free(place->block);
    write_at(place);
    gil_heap_malloc(heap, 40);
}

/* Not the first to be taken again: others were freed after it. */
static void
write_among_free(void *arg)
{
    const struct place *place = arg;
    void *later[] = {gil_heap_malloc(heap, 40), gil_heap_malloc(heap, 40)};

    gil_heap_free(place->block);
    gil_heap_free(later[0]);
    gil_heap_free(later[1]);
    write_at(place);
    for (int i = 0; i < 3; i++)
        gil_heap_malloc(heap, 40);
}

static void
write_and_look(void *arg)
{
    const struct place *place = arg;

    gil_heap_free(place->block);
    write_at(place);
    gil_heap_check(heap);
}

static void
write_and_free_twice(void *arg)
{
    const struct place *place = arg;

    gil_heap_free(place->block);
    write_at(place);
    gil_heap_free(place->block);
}

/* Each byte, the first ones as well, where other allocators keep their lists; and what stands behind. */
START_TEST(test_base_mem__writing_to_a_free_block_names_it)
{
    struct place place = {gil_heap_malloc(heap, 40), 0};
    char sentence[100];

    snprintf(sentence, sizeof sentence, "the block at %p was written to after it was freed", (void *)place.block);
    for (; place.at < gil_chunk_of(place.block)->size; place.at++) {
        gil_test_expect_abort(write_after_free, &place, sentence);
        gil_test_expect_abort(write_among_free, &place, sentence);
    }
    place.at--;
    gil_test_expect_abort(write_and_look, &place, sentence);
    place.at = 0;
    gil_test_expect_abort(write_and_free_twice, &place, "freed before");
}
END_TEST

__attribute__((no_sanitize("address"))) static void
write_beyond(void *arg)
{
    char *const *block = arg;

    **(volatile char *const *)block = 1;
    gil_heap_free(block[1]);
}

__attribute__((no_sanitize("address"))) static void
write_beyond_and_grow(void *arg)
{
    char *const *block = arg;

    **(volatile char *const *)block = 1;
    gil_heap_realloc(heap, block[1], 4);
}

/* The first byte behind a block of any kind, one in its middle, and the record at its end. */
START_TEST(test_base_mem__writing_beyond_the_end_is_found)
{
    const size_t sizes[] = {1, 16, 17, 40, 512, 4000, 8192, 40000};

    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char *block = gil_heap_malloc(heap, sizes[i]);
        char *behind[] = {block + sizes[i], block}, *further[] = {block + sizes[i] + 7, block};
        char *record[] = {block + gil_chunk_of(block)->size - 1, block};
        gil_test_expect_abort(write_beyond, behind, "written to beyond its end");
        gil_test_expect_abort(write_beyond, further, "written to beyond its end");
        gil_test_expect_abort(write_beyond, record, "written to beyond its end");
        gil_test_expect_abort(write_beyond_and_grow, behind, "written to beyond its end");
        block = gil_heap_realloc(heap, block, sizes[i] * 3 / 4 + 1); /* the end has moved */
        behind[0] = block + sizes[i] * 3 / 4 + 1;
        behind[1] = block;
        gil_test_expect_abort(write_beyond, behind, "written to beyond its end");
        block = gil_heap_realloc(heap, block, sizes[i] * 2);
        memset(block, 1, sizes[i] * 2);
        gil_heap_free(block);
    }
}
END_TEST

static void
write_and_free(void *arg)
{
    const struct place *place = arg;

    write_at(place);
    gil_heap_free(place->block);
}

static void
write_and_grow(void *arg)
{
    const struct place *place = arg;

    write_at(place);
    gil_heap_realloc(heap, place->block, 200000);
}

/* Behind the head of a slab, behind a block in use and one that is free, and where a large block has its head. */
START_TEST(test_base_mem__writing_before_the_beginning_is_found)
{
    static const char sentence[] = "something was written before the beginning of the block at";
    struct place first = {gil_heap_malloc(heap, 40), 0}, second = {gil_heap_malloc(heap, 40), 0};
    struct place third = {gil_heap_malloc(heap, 40), 0}, large = {gil_heap_malloc(heap, 40000), 0};
    struct place *const places[] = {&first, &second, &third, &large};

    gil_heap_free(second.block);
    second = first;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        for (size_t n = 1; n <= 16; n++) {
            places[i]->at = (size_t)0 - n;
            gil_test_expect_abort(write_and_free, places[i], sentence);
            gil_test_expect_abort(write_and_grow, places[i], sentence);
        }
    struct place fourth = {gil_heap_malloc(heap, 40), 0}; /* where the second was: now the third comes behind one in use */
    ck_assert_ptr_eq(fourth.block + gil_chunk_of(fourth.block)->size, third.block);
    gil_test_expect_abort(write_and_free, &third, sentence);
}
END_TEST

START_TEST(test_base_mem__debug_catches_misuse)
{
    char *block = gil_heap_malloc(heap, 40), *small = gil_heap_malloc(heap, 16), *large = gil_heap_malloc(heap, 40000);
    ck_assert_uint_eq((unsigned char)block[39], 0xCD);
    gil_test_expect_abort(free_twice, block, "freed before");
    gil_test_expect_abort(free_twice, small, "freed before");
    gil_test_expect_abort((void (*)(void *))gil_heap_free_checked, block + 16, "not the start of a block");
    gil_test_expect_abort((void (*)(void *))gil_heap_free_checked, large + 16, "not the start of a block");
}
END_TEST
#endif

static int crowds, refused;

static void
note_crowd(void)
{
    crowds++;
}

/* Large blocks until somebody would have garbage looked for, or there are no more. */
static int
take_until_crowded(void **block, int count)
{
    for (crowds = refused = 0; crowds == 0 && !refused;) {
        block[count] = gil_heap_malloc(heap, 40000);
        refused = block[count] == NULL;
        count += !refused;
    }
    return count;
}

START_TEST(test_base_mem__a_heap_tells_when_it_fills_up)
{
    enum { MOST = 200 };
    static void *block[MOST];
    static const size_t limit = 100 * 49152;
    size_t marks = 0;
    int count = 0;

    heap->limit = limit;
    gil_heap_watch(heap, note_crowd);
    ck_assert(!gil_heap_is_crowded(heap));
    /* Half of the room, then half of the rest, as long as that is a sixteenth of what there is. */
    while (count = take_until_crowded(block, count), !refused) {
        ck_assert(gil_heap_is_crowded(heap));
        ck_assert_uint_ge(heap->mapped, heap->low + (limit - heap->low) / 2);
        ck_assert_uint_ge(heap->mapped, heap->low + heap->low / 16);
        marks++;
        gil_heap_collected(heap);
        ck_assert(!gil_heap_is_crowded(heap));
    }
    ck_assert_uint_ge(marks, 4);
    ck_assert_uint_le(marks, 6);
    /* What is refused tells it, and it stays so whatever comes and goes, until it was seen to. */
    gil_heap_collected(heap);
    crowds = 0;
    ck_assert_ptr_null(gil_heap_malloc(heap, limit));
    ck_assert_int_eq(crowds, 1);
    ck_assert(gil_heap_is_crowded(heap));
    gil_heap_collected(heap);
    gil_heap_free(block[--count]);
    gil_heap_free(block[--count]);
    gil_heap_free(block[--count]);
    block[count++] = gil_heap_malloc(heap, 40000);
    block[count++] = gil_heap_malloc(heap, 40000);
    crowds = 0;
    ck_assert_ptr_null(gil_heap_malloc(heap, limit));
    ck_assert_int_eq(crowds, 1);
    ck_assert(gil_heap_is_crowded(heap));
    gil_heap_free(block[--count]);
    ck_assert(gil_heap_is_crowded(heap));
    /* The mark comes down with what is there, and not with a block that moves. */
    gil_heap_collected(heap);
    while (count > 1)
        gil_heap_free(block[--count]);
    ck_assert_uint_le(heap->mark, limit / 2 + limit / 16);
    size_t mark = heap->mark;
    block[0] = gil_heap_realloc(heap, block[0], 120000);
    ck_assert_uint_eq(heap->mark, mark);
    count = take_until_crowded(block, 1);
    ck_assert_int_eq(crowds, 1);
    ck_assert_uint_le(heap->mapped, mark + 49152);
    /* Nobody wants to know any more. */
    gil_heap_watch(heap, NULL);
    ck_assert_int_gt(take_until_crowded(block, count), count);
    ck_assert_int_eq(crowds, 0);
    ck_assert(!gil_heap_is_crowded(heap));
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("base/mem");
    TCase *tc = tcase_create("mem");
    tcase_add_checked_fixture(tc, open_heap, close_heap);
    tcase_add_test(tc, test_base_mem__blocks_of_every_size_are_aligned_and_apart);
    tcase_add_test(tc, test_base_mem__a_class_wastes_at_most_a_quarter);
    tcase_add_test(tc, test_base_mem__last_freed_is_first_reused);
    tcase_add_test(tc, test_base_mem__empty_slabs_go_back);
    tcase_add_test(tc, test_base_mem__random_churn_keeps_counts);
#ifndef GIL_HEAP_CHECKED
    if (!gil_test_left_out_under_valgrind("test_base_mem__untouched_pages_stay_untouched",
                                          "its own memory counts as the program's"))
        tcase_add_test(tc, test_base_mem__untouched_pages_stay_untouched);
#endif
    tcase_add_test(tc, test_base_mem__calloc_clears_used_memory);
    tcase_add_test(tc, test_H7_count_times_size_overflow);
    tcase_add_test(tc, test_base_mem__realloc_keeps_content_through_all_kinds);
    tcase_add_test(tc, test_base_mem__failed_realloc_leaves_the_block);
    tcase_add_test(tc, test_base_mem__destroy_counts_what_was_left);
    tcase_add_test(tc, test_base_mem__heaps_come_and_go_without_growth);
    tcase_add_test(tc, test_base_mem__the_memory_of_a_large_heap_goes_back_at_its_end);
    tcase_add_test(tc, test_base_mem__a_heap_tells_when_it_fills_up);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(GIL_TEST_SLOW)
    GIL_TEST_ADD_UNLESS_EMULATED(tc, test_base_mem__a_thread_that_comes_when_no_memory_is_left, 0, 1, "it has no limits of memory");
    GIL_TEST_ADD_UNLESS_EMULATED(tc, test_base_mem__the_thread_of_a_child_comes_in_anew, 0, 1, "it has no limits of memory");
#endif
    tcase_add_test(tc, test_base_mem__raw_blocks_are_counted);
    tcase_add_test(tc, test_base_mem__nth_request_fails);
    tcase_add_test(tc, test_base_mem__other_threads_are_not_failed);
#ifdef GIL_HEAP_ASAN
    tcase_add_test(tc, test_base_mem__free_blocks_are_poisoned);
#endif
#ifdef GIL_DEBUG
    tcase_add_test(tc, test_base_mem__debug_catches_misuse);
    tcase_add_test(tc, test_base_mem__writing_to_a_free_block_names_it);
    tcase_add_test(tc, test_base_mem__writing_before_the_beginning_is_found);
    tcase_add_test(tc, test_base_mem__writing_beyond_the_end_is_found);
#endif
    suite_add_tcase(s, tc);
    return s;
}
