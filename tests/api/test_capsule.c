/* SPDX-License-Identifier: MIT */
/* <gilrt/capsule.h> as its users see it. */
#include "support/probe.h"
#include "support/support.h"

static int destroyed;

static void
count(GilObject *Gil_UNUSED(capsule))
{
    destroyed++;
}

START_TEST(test_api_capsule__pointer_by_name)
{
    int number = 1, other = 2;
    char name[] = "test.number"; /* another address than the literal's: names are compared as text */
    GilObject *capsule = GilCapsule_New(&number, name, NULL);
    ck_assert(GilCapsule_CheckExact(capsule));
    ck_assert_ptr_eq(GilCapsule_GetPointer(capsule, "test.number"), &number);
    ck_assert_int_eq(GilCapsule_IsValid(capsule, "test.number"), 1);
    ck_assert_int_eq(GilCapsule_IsValid(capsule, "test.other"), 0);
    ck_assert_int_eq(GilCapsule_IsValid(capsule, NULL), 0);
    ck_assert_ptr_null(GilCapsule_GetPointer(capsule, "test.other"));
    gil_test_error(GilExc_ValueError, "GilCapsule_GetPointer called with incorrect name");
    ck_assert_int_eq(GilCapsule_SetPointer(capsule, &other), 0);
    ck_assert_ptr_eq(GilCapsule_GetPointer(capsule, "test.number"), &other);
    ck_assert_int_eq(GilCapsule_SetPointer(capsule, NULL), -1);
    gil_test_error(GilExc_ValueError, "GilCapsule_SetPointer called with null pointer");
    Gil_DECREF(capsule);
    ck_assert_ptr_null(GilCapsule_New(NULL, NULL, NULL));
    gil_test_error(GilExc_ValueError, "GilCapsule_New called with null pointer");
}
END_TEST

START_TEST(test_api_capsule__name_context_and_destructor)
{
    int number = 1, context = 2;
    GilObject *capsule = GilCapsule_New(&number, NULL, NULL);
    ck_assert_ptr_null(GilCapsule_GetName(capsule));
    ck_assert_ptr_null(GilCapsule_GetContext(capsule));
    ck_assert(GilCapsule_GetDestructor(capsule) == NULL);
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_ptr_eq(GilCapsule_GetPointer(capsule, NULL), &number);
    ck_assert_int_eq(GilCapsule_SetName(capsule, "x"), 0);
    ck_assert_int_eq(GilCapsule_SetContext(capsule, &context), 0);
    ck_assert_int_eq(GilCapsule_SetDestructor(capsule, count), 0);
    ck_assert_str_eq(GilCapsule_GetName(capsule), "x");
    ck_assert_ptr_eq(GilCapsule_GetContext(capsule), &context);
    ck_assert(GilCapsule_GetDestructor(capsule) == count);
    Gil_DECREF(capsule);
    ck_assert_int_eq(destroyed, 1);
}
END_TEST

START_TEST(test_G13_capsule_calls_refuse_other_types)
{
    GilObject *wrong[] = {NULL, Gil_None};
    for (int i = 0; i < 2; i++) {
        GilObject *op = wrong[i];
        ck_assert_ptr_null(GilCapsule_GetPointer(op, NULL));
        gil_test_error(GilExc_ValueError, "GilCapsule_GetPointer called with invalid GilCapsule object");
        ck_assert_ptr_null(GilCapsule_GetName(op));
        gil_test_raised(GilExc_ValueError);
        ck_assert_ptr_null(GilCapsule_GetContext(op));
        gil_test_raised(GilExc_ValueError);
        ck_assert(GilCapsule_GetDestructor(op) == NULL);
        gil_test_raised(GilExc_ValueError);
        ck_assert_int_eq(GilCapsule_SetPointer(op, op), -1);
        gil_test_raised(GilExc_ValueError);
        ck_assert_int_eq(GilCapsule_SetName(op, NULL), -1);
        gil_test_raised(GilExc_ValueError);
        ck_assert_int_eq(GilCapsule_SetContext(op, NULL), -1);
        gil_test_raised(GilExc_ValueError);
        ck_assert_int_eq(GilCapsule_SetDestructor(op, NULL), -1);
        gil_test_raised(GilExc_ValueError);
        ck_assert_int_eq(GilCapsule_IsValid(op, NULL), 0);
    }
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/capsule");
    TCase *tc = tcase_create("capsule");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_capsule__pointer_by_name);
    tcase_add_test(tc, test_api_capsule__name_context_and_destructor);
    tcase_add_test(tc, test_G13_capsule_calls_refuse_other_types);
    suite_add_tcase(s, tc);
    return s;
}
