/* SPDX-License-Identifier: MIT */
/* A debug build names the type whose tp_traverse lies; and it looks at all objects, at every one that is made, when told to. */
#include "unit/gc/box.h"

#include "gc/track.h"
#include "gc/verify.h"

#ifdef GIL_DEBUG

#include <stdlib.h>

static int
visits_twice(GilObject *self, visitproc visit, void *arg)
{
    Gil_VISIT(box_of(self)->first);
    return box_traverse(self, visit, arg);
}

static int
visits_null(GilObject *self, visitproc visit, void *arg)
{
    Gil_VISIT(Gil_TYPE(self));
    return visit(box_of(self)->second, arg);
}

static int
forgets_the_type(GilObject *self, visitproc visit, void *arg)
{
    Gil_VISIT(box_of(self)->first);
    return 0;
}

static int
allocates(GilObject *self, visitproc visit, void *arg)
{
    GilMem_Free(GilMem_Malloc(1));
    return box_traverse(self, visit, arg);
}

static int
raises(GilObject *self, visitproc visit, void *arg)
{
    GilErr_SetNone(GilExc_ValueError);
    return box_traverse(self, visit, arg);
}

static int
tracks(GilObject *self, visitproc visit, void *arg)
{
    if (box_of(self)->second != NULL && !GilObject_GC_IsTracked(box_of(self)->second))
        GilObject_GC_Track(box_of(self)->second);
    return box_traverse(self, visit, arg);
}

/* What visits_the_freed() visits, when it is no longer there; NULL: not yet. */
static GilObject *freed;

static int
visits_the_freed(GilObject *self, visitproc visit, void *arg)
{
    Gil_VISIT(freed);
    return box_traverse(self, visit, arg);
}

static struct box *
liar(traverseproc traverse)
{
    GilTypeObject *type = box_type_of("test.Liar", traverse, 0, NULL);
    struct box *box = box_new(type, GilList_New(0));

    Gil_DECREF(type);
    return box;
}

static void
collect(void *traverse)
{
    liar(*(traverseproc *)traverse);
    GilGC_Collect();
}

static void
collect_after_a_death(void *arg)
{
    struct box *box = liar(visits_the_freed);

    (void)arg;
    freed = GilList_New(0);
    Gil_DECREF(freed);
    GilGC_Collect();
    Gil_DECREF(box);
}

static void
expect_accusation(traverseproc traverse, const char *message)
{
    gil_test_expect_abort(collect, &traverse, message);
}

START_TEST(test_I1_a_type_that_visits_what_it_does_not_hold_is_named)
{
    expect_accusation(visits_twice, "an object of type 'list' has 1 references and was visited 2 times: one of these types "
                                    "visits in its tp_traverse what it does not hold: 'test.Liar'");
    expect_accusation(visits_null, "the tp_traverse of 'test.Liar' visits NULL");
#ifndef __SANITIZE_ADDRESS__ /* which says so itself */
    gil_test_expect_abort(collect_after_a_death, NULL, "the tp_traverse of 'test.Liar' visits freed memory");
#else
    (void)collect_after_a_death;
#endif
}
END_TEST

START_TEST(test_I1_a_type_that_misses_its_type_is_named)
{
    expect_accusation(forgets_the_type, "the tp_traverse of 'test.Liar' does not visit the type");
}
END_TEST

/* Boxes whose fields are members that can be set; the second has two names. */
static GilTypeObject *
open_type(traverseproc traverse)
{
    static GilMemberDef members[] = {
        {"first", Gil_T_OBJECT_EX, offsetof(struct box, first), 0, NULL},
        {"second", Gil_T_OBJECT_EX, offsetof(struct box, second), 0, NULL},
        {"other", Gil_T_OBJECT_EX, offsetof(struct box, second), 0, NULL},
        {NULL, 0, 0, 0, NULL},
    };
    GilType_Slot slots[] = {
        {Gil_tp_dealloc, (void *)box_dealloc}, {Gil_tp_traverse, (void *)traverse}, {Gil_tp_clear, (void *)box_clear},
        {Gil_tp_members, members},             {0, NULL},
    };
    GilType_Spec spec = {.name = "test.Open", .basicsize = sizeof(struct box), .slots = slots,
                         .flags = Gil_TPFLAGS_DEFAULT | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_BASETYPE};
    GilTypeObject *type = (GilTypeObject *)(void *)GilType_FromSpec(&spec);

    ck_assert_ptr_nonnull(type);
    return type;
}

static int
forgets_the_second(GilObject *self, visitproc visit, void *arg)
{
    Gil_VISIT(Gil_TYPE(self));
    Gil_VISIT(box_of(self)->first);
    return 0;
}

static void
collect_open(void *traverse)
{
    struct box *box = box_new(open_type(*(traverseproc *)traverse), GilList_New(0));

    box->second = GilList_New(0);
    GilGC_Collect();
}

/* Both hold one list: it has to be visited twice. */
static void
collect_open_with_one(void *traverse)
{
    struct box *box = box_new(open_type(*(traverseproc *)traverse), GilList_New(0));

    box->second = Gil_NewRef(box->first);
    GilGC_Collect();
}

static void
collect_derived(void *traverse)
{
    GilObject *base = (GilObject *)open_type(*(traverseproc *)traverse);
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {.name = "test.Derived", .slots = none, .flags = Gil_TPFLAGS_DEFAULT};
    GilTypeObject *type = (GilTypeObject *)(void *)GilType_FromSpecWithBases(&spec, base);

    ck_assert_ptr_nonnull(type);
    struct box *box = box_new(type, NULL);

    box->second = GilList_New(0);
    GilGC_Collect();
}

START_TEST(test_I1_a_type_that_misses_a_member_is_named)
{
    traverseproc forgets = forgets_the_second, honest = box_traverse;

    gil_test_expect_abort(collect_open, &forgets, "the tp_traverse of 'test.Open' does not visit what is in the member 'second'");
    gil_test_expect_abort(collect_open_with_one, &forgets, "does not visit what is in the member 'second'");
    gil_test_expect_abort(collect_derived, &forgets,
                          "the tp_traverse of 'test.Derived' does not visit what is in the member 'second'");
    collect_open(&honest);
    collect_open_with_one(&honest);
    collect_derived(&honest);
}
END_TEST

/* What it borrows, in a field that nobody can set, is not missed. */
START_TEST(test_I1_a_type_that_borrows_is_not_accused)
{
    traverseproc borrows = forgets_the_second;
    GilTypeObject *type = box_type_of("test.Borrower", borrows, 0, NULL);
    GilObject *list = GilList_New(0);
    struct box *box = box_new(type, NULL);

    box->second = list;
    GilGC_Collect();
    box->second = NULL;
    Gil_DECREF(box);
    Gil_DECREF(list);
    Gil_DECREF(type);
}
END_TEST

static void
collect_tracking(void *traverse)
{
    struct box *box = liar(*(traverseproc *)traverse);
    box->second = GilList_New(0);
    GilObject_GC_UnTrack(box->second);
    GilGC_Collect();
}

START_TEST(test_I2_a_traverse_that_does_more_is_named)
{
    traverseproc traverse = tracks;

    expect_accusation(allocates, "the tp_traverse of 'test.Liar' took memory or gave some back");
    expect_accusation(raises, "the tp_traverse of 'test.Liar' changed the pending error");
    gil_test_expect_abort(collect_tracking, &traverse, "the tp_traverse of 'test.Liar' tracked an object");
}
END_TEST

/* Visits an object that was not there when it was tracked, as if it were. */
static int
visits_unfinished(GilObject *self, visitproc visit, void *arg)
{
    Gil_VISIT(Gil_TYPE(self));
    return visit(box_of(self)->first, arg);
}

static void
track_half_built(void *type)
{
    struct box *box = GilObject_GC_New(struct box, (GilTypeObject *)type);

    box->first = NULL;
    GilObject_GC_Track(box);
    box->first = GilList_New(0);
}

START_TEST(test_I4_a_half_built_object_is_found_when_it_is_tracked)
{
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    setenv("GIL_GC_STRESS", "1", 1);
    gil_test_start();
    unsetenv("GIL_GC_STRESS");
    GilTypeObject *type = box_type(0), *hasty = box_type_of("test.Hasty", visits_unfinished, 0, NULL);
    Gil_DECREF(box_circle(type));
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(boxes_gone, 2); /* every safe point collects */
    gil_test_expect_abort(track_half_built, hasty, "the tp_traverse of 'test.Hasty' visits NULL");
    Gil_DECREF(hasty);
    Gil_DECREF(type);
}
END_TEST

#endif

START_TEST(test_gc_verify__honest_types_pass)
{
    GilTypeObject *type = box_type(1);
    GilObject *dict = GilDict_New(), *tuple = GilTuple_Pack(2, dict, dict);

    GilObject_SetAttrString((GilObject *)type, "tuple", tuple);
    GilDict_SetItemString(dict, "type", (GilObject *)type);
    Gil_DECREF(box_new(type, tuple));
    Gil_DECREF(dict);
    ck_assert_int_eq(GilGC_Collect(), 0);
#ifdef GIL_DEBUG
    gil_gc_verify_all(gil_tstate_attached());
#endif
    gil_gc_check(gil_tstate_attached());
    Gil_DECREF(type);
    ck_assert_int_eq(GilGC_Collect(), 3);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("gc/verify");
    TCase *tc = tcase_create("verify");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_gc_verify__honest_types_pass);
#ifdef GIL_DEBUG
    tcase_add_test(tc, test_I1_a_type_that_visits_what_it_does_not_hold_is_named);
    tcase_add_test(tc, test_I1_a_type_that_misses_its_type_is_named);
    tcase_add_test(tc, test_I1_a_type_that_misses_a_member_is_named);
    tcase_add_test(tc, test_I1_a_type_that_borrows_is_not_accused);
    tcase_add_test(tc, test_I2_a_traverse_that_does_more_is_named);
    tcase_add_test(tc, test_I4_a_half_built_object_is_found_when_it_is_tracked);
#endif
    suite_add_tcase(s, tc);
    return s;
}
