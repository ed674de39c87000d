/* SPDX-License-Identifier: MIT */
/* Heap types that say nothing of the collector: their instances are gone through and cleared all the same. */
#include "unit/object/node.h"


static GilMemberDef members[] = {
    {"extra", Gil_T_OBJECT_EX, 0, Gil_RELATIVE_OFFSET, NULL},
    {NULL, 0, 0, 0, NULL},
};

/* A type derived from base with room for one more object, in a member. */
static GilTypeObject *
derived(const char *name, GilTypeObject *base)
{
    GilType_Slot slots[] = {{Gil_tp_members, members}, {0, NULL}};
    GilType_Spec spec = {.name = name, .basicsize = -(int)sizeof(GilObject *), .slots = slots,
                         .flags = Gil_TPFLAGS_DEFAULT | Gil_TPFLAGS_BASETYPE};
    GilTypeObject *type = (GilTypeObject *)(void *)GilType_FromSpecWithBases(&spec, (GilObject *)base);

    if (type == NULL)
        GilErr_Print();
    ck_assert_ptr_nonnull(type);
    return type;
}

struct tally {
    GilObject *wanted[3];
    int visits[3];
};

static int
tally_visit(GilObject *op, void *arg)
{
    struct tally *tally = arg;

    for (int i = 0; i < 3; i++)
        tally->visits[i] += op == tally->wanted[i];
    return 0;
}

START_TEST(test_object_instance__of_a_built_in_base)
{
    GilTypeObject *type = derived("test.Error", (GilTypeObject *)GilExc_ValueError);
    GilTypeObject *deeper = derived("test.Deeper", type);
    GilObject *arg = GilList_New(0), *exc = GilObject_CallOneArg((GilObject *)deeper, arg);

    ck_assert_ptr_nonnull(exc);
    ck_assert_int_eq(GilObject_SetAttrString(exc, "extra", arg), 0);
    struct tally tally = {.wanted = {arg, (GilObject *)deeper, (GilObject *)type}};
    traverseproc traverse = (traverseproc)GilType_GetSlot(deeper, Gil_tp_traverse);
    ck_assert_int_eq(traverse(exc, tally_visit, &tally), 0);
    ck_assert_int_eq(tally.visits[0], 1); /* the other is in the tuple of arguments */
    ck_assert_int_eq(tally.visits[1], 1);
    ck_assert_int_eq(tally.visits[2], 0);
    inquiry clear = (inquiry)GilType_GetSlot(deeper, Gil_tp_clear);
    ck_assert_int_eq(clear(exc), 0);
    ck_assert_int_eq(Gil_REFCNT(arg), 1);
    Gil_DECREF(exc);
    Gil_DECREF(arg);
    Gil_DECREF(deeper);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_instance__a_circle_through_a_member_is_collected)
{
    GilTypeObject *type = derived("test.Error", (GilTypeObject *)GilExc_ValueError);
    GilObject *exc = GilObject_CallNoArgs((GilObject *)type);

    /* The instance holds itself, and its type holds it. */
    ck_assert_int_eq(GilObject_SetAttrString(exc, "extra", exc), 0);
    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)type, "last", exc), 0);
    Gil_DECREF(exc);
    Gil_DECREF(type);
    ck_assert_int_eq(GilGC_Collect(), 2);
}
END_TEST

/* A class whose first base has no GC, and so no tp_traverse that could visit the class. */
static void
check_class_over(GilObject *bases)
{
    GilObject *type = GilObject_CallFunction((GilObject *)&GilType_Type, "sO{}", "D", bases);

    ck_assert_ptr_nonnull(type);
    GilObject *op = GilObject_CallNoArgs(type);
    ck_assert_ptr_nonnull(op);
    struct tally tally = {.wanted = {type}};
    traverseproc traverse = (traverseproc)GilType_GetSlot((GilTypeObject *)type, Gil_tp_traverse);
    ck_assert_int_eq(traverse(op, tally_visit, &tally), 0);
    ck_assert_int_eq(tally.visits[0], 1);
    ck_assert_int_eq(GilObject_SetAttrString(type, "last", op), 0);
    Gil_DECREF(op);
    Gil_DECREF(type);
    ck_assert_int_ge(GilGC_Collect(), 2);
    Gil_DECREF(bases);
}

START_TEST(test_object_instance__a_base_without_gc_visits_no_type)
{
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {.name = "test.A", .flags = Gil_TPFLAGS_DEFAULT | Gil_TPFLAGS_BASETYPE, .slots = none};
    GilObject *plain = GilType_FromSpec(&spec), *deeper = GilType_FromSpecWithBases(&spec, plain);
    GilObject *with_gc = GilObject_CallFunction((GilObject *)&GilType_Type, "s(){}", "B");

    check_class_over(GilTuple_Pack(1, plain));
    check_class_over(GilTuple_Pack(1, deeper));
    check_class_over(GilTuple_Pack(2, plain, with_gc));
    check_class_over(GilTuple_Pack(2, with_gc, plain));
    Gil_DECREF(with_gc);
    Gil_DECREF(deeper);
    Gil_DECREF(plain);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[5];
    int n = 0;

    tests[n++] = test_object_instance__of_a_built_in_base;
    tests[n++] = test_object_instance__a_circle_through_a_member_is_collected;
    tests[n++] = test_object_instance__a_base_without_gc_visits_no_type;
    return suite_of_one("object/instance", tests);
}
