/* SPDX-License-Identifier: MIT */
/* Dead objects keep their memory for a while in debug builds, and cost nothing in others. */
#include "support/support.h"

#include "base/bury.h"
#include "base/zone.h"

#include <string.h>

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
    ck_assert_uint_eq(gil_heap_destroy(heap), 0);
}

#ifdef GIL_BURIES
START_TEST(test_base_bury__a_grave_is_used_again_after_all_others)
{
    void *first = gil_heap_malloc(heap, 32);

    ((void **)first)[1] = heap;
    gil_heap_bury(first, 0, "first");
    ck_assert_str_eq(gil_heap_buried(heap, first), "first");
    ck_assert_ptr_null(gil_heap_buried(heap, (char *)first + 16));
    ck_assert_ptr_eq(((void **)first)[0], NULL); /* the count */
    ck_assert_ptr_eq(((void **)first)[1], heap); /* the type */
    ck_assert_uint_eq(((unsigned char *)first)[16], 0xDD);
    for (int i = 1; i < GIL_GRAVES; i++) {
        void *next = gil_heap_malloc(heap, 32);
        ck_assert_ptr_ne(next, first);
        gil_heap_bury(next, 0, "next");
    }
    ck_assert_str_eq(gil_heap_buried(heap, first), "first");
    gil_heap_bury(gil_heap_malloc(heap, 48), 16, "a name that is longer than the room that there is for names, much longer");
    ck_assert_ptr_null(gil_heap_buried(heap, first));
    ck_assert_ptr_eq(gil_heap_malloc(heap, 32), first);
    gil_heap_free(first);
    gil_heap_check(heap);
}
END_TEST

START_TEST(test_base_bury__the_count_may_stand_behind_a_prefix)
{
    char *block = gil_heap_malloc(heap, 48);

    gil_heap_bury(block, 16, "tracked");
    ck_assert_str_eq(gil_heap_buried(heap, block + 16), "tracked");
    ck_assert_uint_eq((unsigned char)block[0], 0xDD);
    ck_assert_int_eq(block[16], 0);
    ck_assert_uint_eq((unsigned char)block[47], 0xDD);
}
END_TEST

START_TEST(test_base_bury__large_blocks_are_not_kept)
{
    char *large = gil_heap_malloc(heap, 3 * GIL_HEAP_SMALL);

    gil_heap_bury(large, 0, "large");
    ck_assert_ptr_null(gil_heap_buried(heap, large));
}
END_TEST
#else
START_TEST(test_base_bury__nothing_is_kept_and_no_room_is_taken)
{
    struct gil_mem_stats stats;
    void *block = gil_heap_malloc(heap, 32);

    gil_heap_stats(heap, &stats);
    ck_assert_uint_eq(stats.bytes, 32 + GIL_ZONE);
    gil_heap_free(block);
}
END_TEST
#endif

Suite *
suite(void)
{
    Suite *s = suite_create("base/bury");
    TCase *tc = tcase_create("bury");

    tcase_add_checked_fixture(tc, open_heap, close_heap);
#ifdef GIL_BURIES
    tcase_add_test(tc, test_base_bury__a_grave_is_used_again_after_all_others);
    tcase_add_test(tc, test_base_bury__the_count_may_stand_behind_a_prefix);
    tcase_add_test(tc, test_base_bury__large_blocks_are_not_kept);
#else
    tcase_add_test(tc, test_base_bury__nothing_is_kept_and_no_room_is_taken);
#endif
    suite_add_tcase(s, tc);
    return s;
}
