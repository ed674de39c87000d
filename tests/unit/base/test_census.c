/* SPDX-License-Identifier: MIT */
/* Which blocks are objects: entered, moved, gone, in slabs of all states and alone in a chunk. */
#include "support/support.h"

#include "base/census.h"
#include "base/zone.h"

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
    gil_heap_destroy(heap);
}

#ifdef GIL_DEBUG
struct found {
    size_t n;
    void *last;
};

static void
note(void *op, void *arg)
{
    struct found *found = arg;

    found->n++;
    found->last = op;
}

static size_t
count(void **last)
{
    struct found found = {0, NULL};

    gil_census_take(heap, note, &found);
    if (last != NULL)
        *last = found.last;
    return found.n;
}

START_TEST(test_base_census__blocks_that_hold_objects)
{
    char *plain = gil_heap_malloc(heap, 24), *tracked = gil_heap_malloc(heap, 48), *none = gil_heap_malloc(heap, 24);
    void *last;

    ck_assert_uint_eq(count(NULL), 0);
    gil_census_enter(plain, 0);
    ck_assert_uint_eq(count(&last), 1);
    ck_assert_ptr_eq(last, plain);
    gil_census_enter(tracked, 16);
    ck_assert_uint_eq(count(&last), 2);
    ck_assert_ptr_eq(last, tracked + 16);
    plain = gil_heap_realloc(heap, plain, 9000); /* grows, and stays an object */
    ck_assert_uint_eq(count(&last), 2);
    ck_assert_ptr_eq(last, plain);
    plain = gil_heap_realloc(heap, plain, 8999);
    plain = gil_heap_realloc(heap, plain, 90000);
    plain = gil_heap_realloc(heap, plain, 20);
    ck_assert_uint_eq(count(NULL), 2);
    gil_census_leave(tracked);
    ck_assert_uint_eq(count(NULL), 1);
    gil_heap_free(plain);
    ck_assert_uint_eq(count(NULL), 0);
    gil_heap_free(tracked);
    gil_heap_free(none);
}
END_TEST

START_TEST(test_base_census__slabs_of_all_states)
{
    enum { N = 5000 };
    static void *block[N];

    for (int i = 0; i < N; i++) {
        block[i] = gil_heap_malloc(heap, 40);
        if (i % 3 != 0)
            gil_census_enter(block[i], i % 3 == 2 ? 16 : 0);
    }
    ck_assert_uint_eq(count(NULL), N - (N + 2) / 3);
    size_t left = 0;
    for (int i = 0; i < N; i++)
        if (i % 2 == 0)
            gil_heap_free(block[i]);
        else
            left += i % 3 != 0;
    ck_assert_uint_eq(count(NULL), left);
}
END_TEST
#else
START_TEST(test_base_census__costs_nothing)
{
    void *block = gil_heap_malloc(heap, 16);

    gil_census_enter(block, 0);
    ck_assert_uint_eq(gil_zone_tag(block, 16), 0);
    gil_heap_free(block);
}
END_TEST
#endif

Suite *
suite(void)
{
    Suite *s = suite_create("base/census");
    TCase *tc = tcase_create("census");

    tcase_add_checked_fixture(tc, open_heap, close_heap);
#ifdef GIL_DEBUG
    tcase_add_test(tc, test_base_census__blocks_that_hold_objects);
    tcase_add_test(tc, test_base_census__slabs_of_all_states);
#else
    tcase_add_test(tc, test_base_census__costs_nothing);
#endif
    suite_add_tcase(s, tc);
    return s;
}
