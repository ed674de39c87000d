/* SPDX-License-Identifier: MIT */
/* Type-stable memory. */
#include "support/support.h"

#include "base/mem.h"
#include "state/stable.h"

#include <stdint.h>
#include <string.h>

struct thing {
    char contents[100];
};

static struct gil_stable pool = GIL_STABLE_INIT(sizeof(struct thing), "the tested pool");

START_TEST(test_state_stable__blocks_are_aligned_and_apart)
{
    enum { N = 40 };
    struct thing *things[N];

    for (int i = 0; i < N; i++) {
        things[i] = gil_stable_get(&pool);
        ck_assert_ptr_nonnull(things[i]);
        ck_assert_uint_eq((uintptr_t)things[i] % GIL_STABLE_ALIGN, 0);
        memset(things[i], i, sizeof *things[i]);
    }
    ck_assert_uint_eq(gil_stable_in_use(&pool), N);
    for (int i = 0; i < N; i++) {
        for (size_t k = 0; k < sizeof things[i]->contents; k++)
            ck_assert_int_eq(things[i]->contents[k], i);
        gil_stable_put(&pool, things[i]);
    }
    ck_assert_uint_eq(gil_stable_in_use(&pool), 0);
}
END_TEST

START_TEST(test_state_stable__a_block_put_back_is_not_touched)
{
    struct thing *thing = gil_stable_get(&pool);

    memset(thing, 'x', sizeof *thing);
    gil_stable_put(&pool, thing);
    for (size_t k = 0; k < sizeof thing->contents; k++)
        ck_assert_int_eq(thing->contents[k], 'x');
    ck_assert_ptr_eq(gil_stable_get(&pool), thing);
}
END_TEST

/* Those given out, those put back, and those that never were: each once. */
START_TEST(test_state_stable__a_look_finds_every_block_once)
{
    enum { N = 20 };
    struct thing *things[N];
    struct gil_stable_look look = {NULL, 0};
    int found[N] = {0}, others = 0;
    const struct thing *thing;

    ck_assert_ptr_null(gil_stable_look(&pool, &look));
    for (int i = 0; i < N; i++) {
        things[i] = gil_stable_get(&pool);
        memset(things[i], 'a' + i, sizeof *things[i]);
    }
    gil_stable_put(&pool, things[N - 1]);
    look = (struct gil_stable_look){NULL, 0};
    while ((thing = gil_stable_look(&pool, &look)) != NULL) {
        int i = thing->contents[0] - 'a';
        if (i >= 0 && i < N && things[i] == thing)
            found[i]++;
        else {
            ck_assert_int_eq(thing->contents[0], 0);
            others++;
        }
    }
    for (int i = 0; i < N; i++)
        ck_assert_int_eq(found[i], 1);
    ck_assert_int_lt(others, N);
}
END_TEST

START_TEST(test_state_stable__no_memory_is_null)
{
    struct thing *last = NULL;

    gil_mem_fail_nth(1, 1);
    ck_assert_ptr_null(gil_stable_get(&pool));
    gil_mem_fail_nth(0, 0);
    ck_assert_uint_eq(gil_stable_in_use(&pool), 0);
    last = gil_stable_get(&pool);
    ck_assert_ptr_nonnull(last);
}
END_TEST

Suite *
suite(void)
{
    Suite *suite = suite_create("state/stable");
    TCase *tcase = tcase_create("stable");

    tcase_add_test(tcase, test_state_stable__blocks_are_aligned_and_apart);
    tcase_add_test(tcase, test_state_stable__a_block_put_back_is_not_touched);
    tcase_add_test(tcase, test_state_stable__a_look_finds_every_block_once);
    tcase_add_test(tcase, test_state_stable__no_memory_is_null);
    suite_add_tcase(suite, tcase);
    return suite;
}
