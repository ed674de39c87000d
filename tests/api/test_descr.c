/* SPDX-License-Identifier: MIT */
/* <gilrt/descr.h> as a stranger uses it. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>
#include <stddef.h>

struct point {
    GilObject_HEAD
    int x;
};

static GilObject *
point_twice(GilObject *self, GilObject *Gil_UNUSED(unused))
{
    return GilLong_FromLong(2 * ((struct point *)self)->x);
}

static GilObject *
name_of(GilObject *type, GilObject *Gil_UNUSED(unused))
{
    return GilType_GetName((GilTypeObject *)type);
}

static GilObject *
get_x(GilObject *self, void *Gil_UNUSED(closure))
{
    return GilLong_FromLong(((struct point *)self)->x);
}

static GilMethodDef twice = {"twice", point_twice, GIL_METH_NOARGS, "Twice x."};
static GilMethodDef name = {"name", name_of, GIL_METH_NOARGS | GIL_METH_CLASS, NULL};
static GilMethodDef bad_flags = {"bad", point_twice, 0x4000, NULL};
static GilMethodDef no_function = {"none", NULL, GIL_METH_NOARGS, NULL};
static GilMemberDef x = {"x", Gil_T_INT, offsetof(struct point, x), 0, NULL};
static GilMemberDef outside = {"y", Gil_T_INT, sizeof(struct point), 0, NULL};
static GilGetSetDef computed = {"also_x", get_x, NULL, NULL, NULL};

static GilTypeObject *
point_type(void)
{
    GilType_Slot slots[] = {{0, NULL}};
    GilType_Spec spec = {"test.Point", sizeof(struct point), 0, Gil_TPFLAGS_BASETYPE, slots};
    return (GilTypeObject *)GilType_FromSpec(&spec);
}

START_TEST(test_api_descr__attributes_of_ones_own)
{
    GilTypeObject *type = point_type();
    GilObject *descr[] = {GilDescr_NewMethod(type, &twice), GilDescr_NewClassMethod(type, &name), GilDescr_NewMember(type, &x),
                          GilDescr_NewGetSet(type, &computed)};
    const char *const names[] = {"twice", "name", "x", "also_x"};
    GilObject *op = GilObject_CallNoArgs((GilObject *)type), *five = GilLong_FromLong(5);

    for (int i = 0; i < 4; i++) {
        ck_assert_ptr_nonnull(descr[i]);
        ck_assert_int_eq(GilDescr_IsData(descr[i]), i >= 2);
        ck_assert_int_eq(GilObject_SetAttrString((GilObject *)type, names[i], descr[i]), 0);
    }
    ck_assert_int_eq(GilObject_SetAttrString(op, "x", five), 0);
    gil_expect_repr(GilObject_GetAttrString(op, "also_x"), "5");
    gil_expect_repr(GilObject_CallMethod(op, "twice", NULL), "10");
    gil_expect_repr(GilObject_CallMethod(op, "name", NULL), "'Point'");
    gil_expect_repr(GilObject_CallMethod((GilObject *)type, "name", NULL), "'Point'");
    gil_expect_repr(GilObject_CallOneArg(descr[0], op), "10");
    gil_expect_repr(GilObject_CallOneArg(descr[1], (GilObject *)type), "'Point'");
    gil_expect_repr(Gil_NewRef(descr[1]), "<method 'name' of 'test.Point' objects>");
    ck_assert_ptr_null(GilObject_CallOneArg(descr[0], five));
    gil_expect_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilObject_CallOneArg(descr[1], (GilObject *)&GilLong_Type));
    gil_expect_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilObject_CallNoArgs(descr[1]));
    gil_expect_raised(GilExc_TypeError);
    ck_assert_int_eq(GilObject_SetAttrString(op, "also_x", five), -1);
    gil_expect_raised(GilExc_AttributeError);
    for (int i = 0; i < 4; i++)
        Gil_DECREF(descr[i]);
    Gil_DECREF(five);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_api_descr__bad_definitions)
{
    GilTypeObject *type = point_type();
    GilMethodDef nameless = {NULL, point_twice, GIL_METH_NOARGS, NULL};

    ck_assert_ptr_null(GilDescr_NewMethod(type, &bad_flags));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilDescr_NewMethod(type, &no_function));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilDescr_NewMethod(type, &nameless));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilDescr_NewMethod(type, &name));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilDescr_NewClassMethod(type, &twice));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilDescr_NewMember(type, &outside));
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilDescr_NewMember((GilTypeObject *)Gil_None, &x));
    gil_expect_raised(GilExc_TypeError);
    ck_assert_int_eq(GilDescr_IsData(NULL), 0);
    gil_expect_raised(GilExc_SystemError);
    Gil_DECREF(type);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/descr");
    TCase *tc = tcase_create("descr");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_descr__attributes_of_ones_own);
    tcase_add_test(tc, test_api_descr__bad_definitions);
    suite_add_tcase(s, tc);
    return s;
}
