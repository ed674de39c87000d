/* SPDX-License-Identifier: MIT */
/* Capsules: what happens around their death. */
#include "support/probe.h"
#include "support/support.h"
#include "value/capsule.h"

static int destroyed;
static GilObject *kept;

static void
count(GilObject *capsule)
{
    destroyed++;
    ck_assert_int_eq(*(int *)GilCapsule_GetPointer(capsule, "test.number"), 42);
}

static void
count_and_raise(GilObject *capsule)
{
    ck_assert_ptr_null(GilErr_Occurred());
    count(capsule);
    GilErr_SetString(GilExc_ValueError, "left behind by a destructor");
}

static void
keep(GilObject *capsule)
{
    destroyed++;
    kept = Gil_NewRef(capsule);
}

START_TEST(test_value_capsule__destructor_sees_the_capsule_whole)
{
    int number = 42;
    GilObject *capsule = GilCapsule_New(&number, "test.number", count);
    Gil_DECREF(capsule);
    ck_assert_int_eq(destroyed, 1);
}
END_TEST

START_TEST(test_G7_destructor_leaves_the_pending_error_alone)
{
    int number = 42;
    GilObject *capsule = GilCapsule_New(&number, "test.number", count_and_raise);
    GilErr_SetString(GilExc_KeyError, "mine");
    Gil_DECREF(capsule);
    ck_assert_int_eq(destroyed, 1);
    gil_test_raised(GilExc_KeyError);
}
END_TEST

START_TEST(test_G6_capsule_brought_back_by_its_destructor)
{
    int number = 42;
    GilObject *capsule = GilCapsule_New(&number, "test.number", keep);
    Gil_DECREF(capsule);
    ck_assert_ptr_eq(kept, capsule);
    ck_assert_int_eq(Gil_REFCNT(kept), 1);
    ck_assert_ptr_eq(GilCapsule_GetPointer(kept, "test.number"), &number);
    Gil_DECREF(kept);
    ck_assert_int_eq(destroyed, 1);
}
END_TEST

START_TEST(test_value_capsule__repr)
{
    int number = 42;
    GilObject *capsule = GilCapsule_New(&number, "test.number", NULL), *text = GilObject_Repr(capsule);
    GilObject *want = GilUnicode_FromFormat("<capsule object \"test.number\" at %p>", (void *)capsule);
    ck_assert_int_eq(GilUnicode_Equal(text, want), 1);
    Gil_DECREF(want);
    Gil_DECREF(text);
    Gil_DECREF(capsule);
}
END_TEST

static int
create(void *arg)
{
    GilObject *capsule = GilCapsule_New(arg, NULL, NULL);
    Gil_XDECREF(capsule);
    return capsule == NULL ? -1 : 0;
}

START_TEST(test_J1_capsule)
{
    int number = 42;
    gil_test_oom_loop(create, &number);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/capsule");
    TCase *tc = tcase_create("capsule");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_capsule__destructor_sees_the_capsule_whole);
    tcase_add_test(tc, test_G7_destructor_leaves_the_pending_error_alone);
    tcase_add_test(tc, test_G6_capsule_brought_back_by_its_destructor);
    tcase_add_test(tc, test_value_capsule__repr);
    tcase_add_test(tc, test_J1_capsule);
    suite_add_tcase(s, tc);
    return s;
}
