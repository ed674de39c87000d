/* SPDX-License-Identifier: MIT */
/* When generations are collected, and what is set aside. */
#include "unit/gc/box.h"

#include "gc/generation.h"
#include "gc/track.h"

#include <stdlib.h>

/* The generation that an object is in. */
static int
generation_of(void *op)
{
    return (int)((gil_gc_head(op)->prev & GIL_GC_PLACE) >> GIL_GC_PLACE_SHIFT);
}

START_TEST(test_gc_generation__survivors_grow_old)
{
    GilObject *list = GilList_New(0);

    for (int age = 0; age < 3; age++) {
        ck_assert_int_eq(generation_of(list), age);
        ck_assert_int_eq(GilGC_CollectGeneration(age < 2 ? age : 2), 0);
        gil_gc_check(gil_tstate_attached());
    }
    ck_assert_int_eq(generation_of(list), 2);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_gc_generation__only_what_is_collected_is_looked_at)
{
    GilTypeObject *type = box_type(0);
    struct box *old = box_circle(type);

    GilGC_Collect();
    Gil_DECREF(old);
    Gil_DECREF(box_circle(type));
    ck_assert_int_eq(GilGC_CollectGeneration(0), 2);
    ck_assert_int_eq(GilGC_CollectGeneration(1), 0);
    ck_assert_int_eq(GilGC_CollectGeneration(2), 2);
    ck_assert_int_eq(boxes_gone, 4);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_gc_generation__a_young_object_held_by_an_old_one_lives)
{
    GilTypeObject *type = box_type(0);
    struct box *old = box_new(type, NULL);

    GilGC_Collect();
    old->first = (GilObject *)box_circle(type);
    ck_assert_int_eq(GilGC_CollectGeneration(0), 0);
    ck_assert_int_eq(generation_of(old->first), 1);
    Gil_CLEAR(old->first);
    ck_assert_int_eq(GilGC_CollectGeneration(0), 0);
    ck_assert_int_eq(GilGC_CollectGeneration(1), 2);
    Gil_DECREF(old);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_gc_generation__thresholds_say_when)
{
    GilThreadState *ts = gil_tstate_attached();

    GilGC_CollectGeneration(2);
    ck_assert_int_eq(GilGC_SetThreshold(0, 10), 0);
    ck_assert_int_eq(GilGC_SetThreshold(1, 2), 0);
    ck_assert_int_eq(GilGC_SetThreshold(2, 1), 0);
    GilObject *all = GilList_New(0);
    for (int round = 0; round < 2; round++) {
        Gil_ssize_t counted = GilGC_GetCount(0);
        for (Gil_ssize_t i = counted; i < 10; i++) {
            ck_assert_int_eq(GilGC_GetCount(0), i);
            ck_assert_uint_eq(ts->block.brk & _Gil_BRK_COLLECT, 0);
            GilObject *list = GilList_New(0);
            GilList_Append(all, list);
            Gil_DECREF(list);
        }
        ck_assert_uint_ne(ts->block.brk & _Gil_BRK_COLLECT, 0);
        ck_assert_int_eq(gil_gc_due(ts), 0);
        ck_assert_int_eq(Gil_Poll(), 0);
        ck_assert_int_eq(GilGC_GetCount(1), round + 1);
    }
    ck_assert_int_eq(gil_gc_due(ts), 1);
    gil_gc_ask(ts);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(GilGC_GetCount(2), 1);
    /* The middle one has given the old one less than a quarter, so far. */
    gil_gc(ts)->old = 4 * gil_gc(ts)->since;
    ck_assert_int_eq(gil_gc_due(ts), -1);
    gil_gc(ts)->old--;
    ck_assert_int_eq(gil_gc_due(ts), 2);
    gil_gc_ask(ts);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(GilGC_GetCount(2), 0);
    Gil_DECREF(all);
}
END_TEST

START_TEST(test_gc_generation__disabled_and_enabled)
{
    GilThreadState *ts = gil_tstate_attached();
    GilTypeObject *type = box_type(0);

    ck_assert_int_eq(GilGC_IsEnabled(), 1);
    ck_assert_int_eq(GilGC_SetThreshold(0, 2), 0);
    ck_assert_int_eq(GilGC_Disable(), 1);
    ck_assert_int_eq(GilGC_Disable(), 0);
    ck_assert_int_eq(GilGC_IsEnabled(), 0);
    Gil_DECREF(box_circle(type));
    ck_assert_int_ge(GilGC_GetCount(0), 2);
    gil_gc_ask(ts);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(GilGC_Collect(), 0);
    ck_assert_int_eq(boxes_gone, 0);
    ck_assert_int_eq(GilGC_CollectGeneration(2), 2);
    ck_assert_int_eq(GilGC_Enable(), 0);
    ck_assert_int_eq(GilGC_Enable(), 1);
    Gil_DECREF(box_circle(type));
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(boxes_gone, 4);
    /* Threshold 0 switches off what happens by itself, and nothing else. */
    ck_assert_int_eq(GilGC_SetThreshold(0, 0), 0);
    Gil_DECREF(box_circle(type));
    gil_gc_ask(ts);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(boxes_gone, 4);
    ck_assert_int_eq(GilGC_Collect(), 2);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_gc_generation__frozen_objects_are_set_aside)
{
    GilTypeObject *type = box_type(0);
    struct box *frozen = box_circle(type);

    GilGC_Freeze();
    ck_assert_int_ge(GilGC_GetFreezeCount(), 3);
    ck_assert_int_eq((int)gil_gc_length(gil_gc_generation(gil_tstate_attached(), GIL_GC_OLD)), 0);
    gil_gc_check(gil_tstate_attached());
    Gil_DECREF(frozen);
    struct box *young = box_circle(type);
    ck_assert_int_eq(GilGC_Collect(), 0);
    Gil_DECREF(young);
    ck_assert_int_eq(GilGC_Collect(), 2);
    GilGC_Unfreeze();
    ck_assert_int_eq(GilGC_GetFreezeCount(), 0);
    gil_gc_check(gil_tstate_attached());
    ck_assert_int_eq(GilGC_Collect(), 2);
    ck_assert_int_eq(boxes_gone, 4);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_gc_generation__there_are_three)
{
    ck_assert_int_eq(GilGC_SetThreshold(3, 1), -1);
    gil_expect_error(GilExc_ValueError, "GilGC_SetThreshold: there is no generation 3");
    ck_assert_int_eq(GilGC_GetThreshold(-1), -1);
    gil_expect_error(GilExc_ValueError, "GilGC_GetThreshold: there is no generation -1");
    ck_assert_int_eq(GilGC_GetCount(3), -1);
    gil_expect_error(GilExc_ValueError, "GilGC_GetCount: there is no generation 3");
    ck_assert_int_eq(GilGC_CollectGeneration(3), -1);
    gil_expect_error(GilExc_ValueError, "GilGC_CollectGeneration: there is no generation 3");
    ck_assert_int_eq(GilGC_SetThreshold(1, SIZE_MAX), 0);
    ck_assert_int_eq(GilGC_GetThreshold(1), GIL_SSIZE_T_MAX);
    ck_assert_int_eq(GilGC_GetThreshold(0), 2000);
    ck_assert_int_eq(GilGC_GetThreshold(2), 10);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("gc/generation");
    TCase *tc = tcase_create("generation");

    unsetenv("GIL_GC_STRESS"); /* these ask when it collects */
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_gc_generation__survivors_grow_old);
    tcase_add_test(tc, test_gc_generation__only_what_is_collected_is_looked_at);
    tcase_add_test(tc, test_gc_generation__a_young_object_held_by_an_old_one_lives);
    tcase_add_test(tc, test_gc_generation__thresholds_say_when);
    tcase_add_test(tc, test_gc_generation__disabled_and_enabled);
    tcase_add_test(tc, test_gc_generation__frozen_objects_are_set_aside);
    tcase_add_test(tc, test_gc_generation__there_are_three);
    suite_add_tcase(s, tc);
    return s;
}
