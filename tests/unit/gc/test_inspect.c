/* SPDX-License-Identifier: MIT */
/* Looking at tracked objects. */
#include "unit/gc/box.h"

#include "gc/track.h"

/* How often op stands in list; takes the list. */
static int
times_in(GilObject *list, void *op)
{
    int n = 0;

    ck_assert_ptr_nonnull(list);
    for (Gil_ssize_t i = 0; i < GilList_GET_SIZE(list); i++) {
        GilObject *item = GilList_GetItemRef(list, i);
        n += item == op;
        Gil_DECREF(item);
    }
    Gil_DECREF(list);
    return n;
}

START_TEST(test_gc_inspect__objects_by_generation)
{
    GilObject *old = GilList_New(0), *young, *untracked = GilList_New(0), *frozen = GilList_New(0);

    GilGC_Freeze();
    GilObject_GC_UnTrack(untracked);
    GilObject_GC_UnTrack(old);
    GilObject_GC_Track(old);
    GilGC_Collect();
    young = GilList_New(0);
    ck_assert_int_eq(times_in(GilGC_GetObjects(0), young), 1);
    ck_assert_int_eq(times_in(GilGC_GetObjects(2), young), 0);
    ck_assert_int_eq(times_in(GilGC_GetObjects(2), old), 1);
    ck_assert_int_eq(times_in(GilGC_GetObjects(-1), old), 1);
    ck_assert_int_eq(times_in(GilGC_GetObjects(-1), untracked), 0);
    ck_assert_int_eq(times_in(GilGC_GetObjects(-1), frozen), 0);
    GilObject *all = GilGC_GetObjects(-1);
    ck_assert_int_eq(times_in(Gil_NewRef(all), all), 0);
    Gil_DECREF(all);
    ck_assert_ptr_null(GilGC_GetObjects(3));
    gil_expect_error(GilExc_ValueError, "GilGC_GetObjects: there is no generation 3");
    GilObject_GC_Track(untracked);
    Gil_DECREF(old);
    Gil_DECREF(young);
    Gil_DECREF(untracked);
    Gil_DECREF(frozen);
}
END_TEST

START_TEST(test_gc_inspect__referrers_and_referents)
{
    GilObject *leaf = GilList_New(0), *tuple = GilTuple_Pack(2, leaf, leaf), *dict = GilDict_New();

    GilDict_SetItemString(dict, "leaf", leaf);
    GilObject *asked = GilTuple_Pack(1, leaf), *both = GilTuple_Pack(2, tuple, dict);
    GilObject *found = GilGC_GetReferrers(asked);
    ck_assert_int_eq(times_in(Gil_NewRef(found), tuple), 1);
    ck_assert_int_eq(times_in(Gil_NewRef(found), dict), 1);
    ck_assert_int_eq(times_in(found, asked), 0);
    ck_assert_int_eq(times_in(GilGC_GetReferents(both), leaf), 3);
    GilObject *number = GilTuple_Pack(1, Gil_None);
    ck_assert_int_eq(times_in(GilGC_GetReferents(number), leaf), 0);
    ck_assert_ptr_null(GilGC_GetReferrers(NULL));
    gil_expect_error(GilExc_SystemError, "GilGC_GetReferrers: NULL argument");
    ck_assert_ptr_null(GilGC_GetReferents(leaf));
    gil_expect_raised(GilExc_TypeError);
    Gil_DECREF(number);
    Gil_DECREF(both);
    Gil_DECREF(asked);
    Gil_DECREF(dict);
    Gil_DECREF(tuple);
    Gil_DECREF(leaf);
}
END_TEST

static int
ask(void *arg)
{
    GilObject *list = GilGC_GetReferents((GilObject *)arg);
    if (list == NULL)
        return -1;
    Gil_DECREF(list);
    list = GilGC_GetObjects(0);
    if (list == NULL)
        return -1;
    Gil_DECREF(list);
    return 0;
}

START_TEST(test_gc_inspect__without_memory)
{
    GilObject *tuple = GilTuple_Pack(1, Gil_None);

    gil_test_oom_loop(ask, tuple);
    Gil_DECREF(tuple);
}
END_TEST

static GilObject *met;
static int visits;

static int
destroys_what_it_meets(GilObject *op, void *wanted)
{
    visits++;
    ck_assert_int_eq(GilGC_IsEnabled(), 0);
    if (op == wanted) {
        met = op;
        Gil_DECREF(op);
        Gil_DECREF(GilList_New(0));
    }
    return 1;
}

static int
counts(GilObject *Gil_UNUSED(op), void *Gil_UNUSED(arg))
{
    visits++;
    return 1;
}

static int
stops(GilObject *Gil_UNUSED(op), void *Gil_UNUSED(arg))
{
    visits++;
    return 0;
}

/* Whatever moves objects from list to list, at each visit. */
static int
moves_what_it_meets(GilObject *Gil_UNUSED(op), void *how)
{
    int what = *(int *)how;

    visits++;
    if (what == 0)
        ck_assert_int_eq(GilGC_CollectGeneration(2), 0);
    else if (what == 1)
        GilGC_Freeze();
    else if (what == 2)
        GilGC_Unfreeze();
    else if (visits % 2 == 0)
        GilGC_Freeze();
    else
        GilGC_Unfreeze();
    return visits < 100000;
}

START_TEST(test_gc_inspect__visited_while_lists_move)
{
    GilObject *list = GilList_New(0);
    int before;

    for (int i = 0; i < 20; i++) {
        GilObject *part = GilList_New(0);
        GilList_Append(list, part);
        Gil_DECREF(part);
        if (i % 7 == 0)
            GilGC_CollectGeneration(i % 3);
    }
    visits = 0;
    GilUnstable_GC_VisitObjects(counts, NULL);
    before = visits;
    for (int what = 0; what < 4; what++) {
        GilObject *garbage = GilList_New(0);
        GilList_Append(garbage, garbage);
        Gil_DECREF(garbage);
        visits = 0;
        GilUnstable_GC_VisitObjects(moves_what_it_meets, &what);
        ck_assert_int_le(visits, 5 * (before + 1));
        if (what == 0)
            ck_assert_int_eq(visits, before + 1);
        gil_gc_check(gil_tstate_attached());
        GilGC_Unfreeze();
        ck_assert_int_eq(GilGC_CollectGeneration(2), 1); /* it runs again, and sees what was garbage meanwhile */
    }
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_gc_inspect__visiting_all)
{
    GilObject *list = GilList_New(0);

    GilGC_Freeze();
    GilUnstable_GC_VisitObjects(destroys_what_it_meets, list);
    ck_assert_ptr_eq(met, list);
    ck_assert_int_eq(GilGC_IsEnabled(), 1);
    gil_gc_check(gil_tstate_attached());
    visits = 0;
    GilUnstable_GC_VisitObjects(stops, NULL);
    ck_assert_int_eq(visits, 1);
    GilUnstable_GC_VisitObjects(NULL, NULL);
    gil_expect_error(GilExc_SystemError, "GilUnstable_GC_VisitObjects: NULL argument");
}
END_TEST

static GilObject *outer;

/* The last other reference to the object in hand goes, which holds the next one. */
static int
destroys_what_holds_the_next(GilObject *op, void *Gil_UNUSED(arg))
{
    visits++;
    if (op == outer) {
        outer = NULL;
        Gil_DECREF(op);
    }
    return 1;
}

/* Where the next one was is a new object, at the end of the list: the walk would pass by those between. */
static void
takes_the_place(GilObject *Gil_UNUSED(ref), void *arg)
{
    *(GilObject **)arg = GilList_New(0);
}

START_TEST(test_gc_inspect__visited_while_the_next_object_dies)
{
    GilObject *class = GilObject_CallFunction((GilObject *)&GilType_Type, "s(){}", "C"), *inner, *fresh = NULL, *after[20];

    GilGC_Freeze();
    outer = GilList_New(0);
    inner = GilObject_CallNoArgs(class);
    ck_assert_int_eq(GilList_Append(outer, inner), 0);
    GilObject *ref = GilWeakref_NewRefWithCallback(inner, takes_the_place, &fresh);
    ck_assert_ptr_nonnull(ref);
    Gil_DECREF(inner);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(after); i++)
        after[i] = GilList_New(0);
    visits = 0;
    GilUnstable_GC_VisitObjects(destroys_what_holds_the_next, NULL);
    ck_assert_ptr_null(outer);
    ck_assert_ptr_nonnull(fresh);
    ck_assert_int_ge(visits, (int)Gil_ARRAY_LENGTH(after));
    gil_gc_check(gil_tstate_attached());
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(after); i++)
        Gil_DECREF(after[i]);
    Gil_DECREF(fresh);
    Gil_DECREF(ref);
    Gil_DECREF(class);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("gc/inspect");
    TCase *tc = tcase_create("inspect");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_gc_inspect__objects_by_generation);
    tcase_add_test(tc, test_gc_inspect__referrers_and_referents);
    tcase_add_test(tc, test_gc_inspect__without_memory);
    tcase_add_test(tc, test_gc_inspect__visiting_all);
    tcase_add_test(tc, test_gc_inspect__visited_while_lists_move);
    tcase_add_test(tc, test_gc_inspect__visited_while_the_next_object_dies);
    suite_add_tcase(s, tc);
    return s;
}
