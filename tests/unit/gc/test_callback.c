/* SPDX-License-Identifier: MIT */
/* Callbacks around collections: order, what they are told, and what they may do. */
#include "unit/gc/box.h"

#include <stdio.h>
#include <string.h>

static char said[400];

static void
say(const GilGCInfo *info, void *arg)
{
    size_t used = strlen(said);

    ck_assert_uint_eq(info->size, sizeof *info);
    snprintf(said + used, sizeof said - used, "%s%d gen %d: %zd+%zd%s;", (const char *)arg, info->phase, info->generation,
             info->collected, info->uncollectable, info->duration_ns > 0 ? " ns" : "");
}

START_TEST(test_gc_callback__both_phases_in_order)
{
    GilTypeObject *type = box_type(0);

    ck_assert_int_eq(GilGC_AddCallback(say, "a"), 0);
    ck_assert_int_eq(GilGC_AddCallback(say, "b"), 0);
    Gil_DECREF(box_circle(type));
    ck_assert_int_eq(GilGC_CollectGeneration(1), 2);
    ck_assert_str_eq(said, "a1 gen 1: 0+0;b1 gen 1: 0+0;a2 gen 1: 2+0 ns;b2 gen 1: 2+0 ns;");
    ck_assert_int_eq(GilGC_RemoveCallback(say, "a"), 1);
    ck_assert_int_eq(GilGC_RemoveCallback(say, "a"), 0);
    said[0] = '\0';
    GilGC_Collect();
    ck_assert_str_eq(said, "b1 gen 2: 0+0;b2 gen 2: 0+0 ns;");
    Gil_DECREF(type);
}
END_TEST

static void
removes_itself(const GilGCInfo *info, void *arg)
{
    say(info, "x");
    ck_assert_int_eq(GilGC_RemoveCallback(removes_itself, arg), 1);
    ck_assert_int_eq(GilGC_AddCallback(say, "new"), 0);
    ck_assert_int_eq(GilGC_Collect(), 0);
    GilErr_SetString(GilExc_ValueError, "lost");
}

START_TEST(test_gc_callback__may_change_the_list_and_fail)
{
    ck_assert_int_eq(GilGC_AddCallback(removes_itself, NULL), 0);
    ck_assert_int_eq(GilGC_AddCallback(say, "b"), 0);
    GilErr_SetString(GilExc_KeyError, "pending");
    GilGC_Collect();
    ck_assert_str_eq(said, "x1 gen 2: 0+0;b1 gen 2: 0+0;b2 gen 2: 0+0 ns;new2 gen 2: 0+0 ns;");
    gil_expect_raised(GilExc_KeyError);
}
END_TEST

/* Adds itself anew: behind what is walked, whoever is the last. */
static void
comes_back(const GilGCInfo *info, void *arg)
{
    say(info, arg);
    ck_assert_uint_lt(strlen(said), 300);
    ck_assert_int_eq(GilGC_RemoveCallback(comes_back, arg), 1);
    ck_assert_int_eq(GilGC_AddCallback(comes_back, arg), 0);
}

START_TEST(test_gc_callback__one_that_removes_and_adds_itself)
{
    ck_assert_int_eq(GilGC_AddCallback(comes_back, "a"), 0);
    ck_assert_int_eq(GilGC_AddCallback(comes_back, "b"), 0);
    GilGC_Collect();
    ck_assert_str_eq(said, "a1 gen 2: 0+0;b1 gen 2: 0+0;a2 gen 2: 0+0 ns;b2 gen 2: 0+0 ns;");
    ck_assert_int_eq(GilGC_RemoveCallback(comes_back, "a"), 1);
    ck_assert_int_eq(GilGC_RemoveCallback(comes_back, "b"), 1);
    ck_assert_int_eq(GilGC_RemoveCallback(comes_back, "b"), 0);
}
END_TEST

/* The last one of the walk goes before its turn. */
static void
removes_the_last(const GilGCInfo *info, void *arg)
{
    say(info, arg);
    ck_assert_int_eq(GilGC_RemoveCallback(say, "c"), info->phase == GilGC_PHASE_START);
    ck_assert_int_eq(GilGC_AddCallback(say, "d"), 0);
}

START_TEST(test_gc_callback__the_last_is_removed_before_its_turn)
{
    ck_assert_int_eq(GilGC_AddCallback(removes_the_last, "a"), 0);
    ck_assert_int_eq(GilGC_AddCallback(say, "c"), 0);
    GilGC_Collect();
    ck_assert_str_eq(said, "a1 gen 2: 0+0;a2 gen 2: 0+0 ns;d2 gen 2: 0+0 ns;");
    ck_assert_int_eq(GilGC_RemoveCallback(removes_the_last, "a"), 1);
}
END_TEST

static int
add_and_remove(void *Gil_UNUSED(arg))
{
    if (GilGC_AddCallback(say, "o") < 0)
        return -1;
    return GilGC_RemoveCallback(say, "o") == 1 ? 0 : -1;
}

START_TEST(test_gc_callback__without_memory_and_without_function)
{
    gil_test_oom_loop(add_and_remove, NULL);
    ck_assert_int_eq(GilGC_AddCallback(NULL, NULL), -1);
    gil_expect_error(GilExc_SystemError, "GilGC_AddCallback: NULL argument");
    ck_assert_int_eq(GilGC_RemoveCallback(NULL, NULL), -1);
    gil_expect_error(GilExc_SystemError, "GilGC_RemoveCallback: NULL argument");
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("gc/callback");
    TCase *tc = tcase_create("callback");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_gc_callback__both_phases_in_order);
    tcase_add_test(tc, test_gc_callback__may_change_the_list_and_fail);
    tcase_add_test(tc, test_gc_callback__one_that_removes_and_adds_itself);
    tcase_add_test(tc, test_gc_callback__the_last_is_removed_before_its_turn);
    tcase_add_test(tc, test_gc_callback__without_memory_and_without_function);
    suite_add_tcase(s, tc);
    return s;
}
