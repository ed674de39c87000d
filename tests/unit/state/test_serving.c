/* SPDX-License-Identifier: MIT */
/* A thread's calls do not nest, whatever state it comes to them with; and what is left is asked for anew. */
#include "unit/state/world.h"

#include "state/serving.h"

static GilThreadState *other; /* of another interpreter, this thread's */

static void
start(void)
{
    world_start();
    gil_tstate_detach(world_ts, "test");
    other = world_interp_new();
    gil_tstate_attach(other, "test");
    gil_tstate_detach(other, "test");
    gil_tstate_attach(world_ts, "test");
}

static void
stop(void)
{
    gil_tstate_detach(world_ts, "test");
    gil_tstate_attach(other, "test");
    ck_assert_uint_eq(world_interp_end(other), 0);
    gil_tstate_attach(world_ts, "test");
    world_stop();
}

static uint32_t
take_asked(GilThreadState *ts)
{
    return gil_fetch_and_seq_cst(&ts->block.brk, ~(_Gil_BRK_CALLS | _Gil_BRK_SHARED)) & (_Gil_BRK_CALLS | _Gil_BRK_SHARED);
}

START_TEST(test_state_serving__what_was_left_is_asked_for_when_all_is_over)
{
    ck_assert_ptr_null(gil_serving_find());
    uint32_t outer = gil_serving_begin(other);
    ck_assert_ptr_eq(gil_serving_find(), other);
    uint32_t inner = gil_serving_begin(other);
    gil_serving_leave(gil_serving_find());
    gil_serving_end(other, inner);
    ck_assert_ptr_eq(gil_serving_find(), other);
    ck_assert_uint_eq(take_asked(world_ts) | take_asked(other), 0);
    gil_serving_end(other, outer);
    ck_assert_ptr_null(gil_serving_find());
    ck_assert_uint_eq(take_asked(world_ts), _Gil_BRK_CALLS | _Gil_BRK_SHARED);
    ck_assert_uint_eq(take_asked(other), _Gil_BRK_CALLS | _Gil_BRK_SHARED);
    /* Nothing was. */
    gil_serving_end(other, gil_serving_begin(other));
    ck_assert_uint_eq(take_asked(world_ts) | take_asked(other), 0);
}
END_TEST

static void *
find_from_elsewhere(void *unused)
{
    ck_assert_ptr_null(gil_serving_find());
    return unused;
}

START_TEST(test_state_serving__is_of_one_thread)
{
    uint32_t was = gil_serving_begin(other);

    world_join(world_thread(find_from_elsewhere, NULL));
    /* Of a thread that is gone, whose number serves another. */
    other->orphan = 1;
    ck_assert_ptr_null(gil_serving_find());
    other->orphan = 0;
    gil_store_relaxed(&other->dead, 1);
    ck_assert_ptr_null(gil_serving_find());
    gil_store_relaxed(&other->dead, 0);
    gil_serving_end(other, was);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("state/serving");
    TCase *tc = tcase_create("serving");

    tcase_add_checked_fixture(tc, start, stop);
    tcase_add_test(tc, test_state_serving__what_was_left_is_asked_for_when_all_is_over);
    tcase_add_test(tc, test_state_serving__is_of_one_thread);
    suite_add_tcase(s, tc);
    return s;
}
