/* SPDX-License-Identifier: MIT */
/* Orders of classes as C3 has them, and slots from the first class that really defines them. */
#include "node.h"

#include "object/inherit.h"
#include "object/type.h"

static GilTypeObject *
made(const char *name, GilType_Slot *slots, int n, GilTypeObject *const *bases)
{
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {.name = name, .flags = Gil_TPFLAGS_BASETYPE, .slots = slots != NULL ? slots : none};
    GilObject *tuple = GilTuple_New(n);

    for (int i = 0; i < n; i++)
        GilTuple_SetItem(tuple, i, Gil_NewRef(bases[i]));
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpecWithBases(&spec, tuple);
    Gil_DECREF(tuple);
    return type;
}

static void
expect_order(GilTypeObject *type, const char *wanted)
{
    char order[256] = "";

    for (Gil_ssize_t i = 0; i < type->tp_mro_count; i++) {
        strcat(order, gil_type_short_name(type->tp_mro_items[i]));
        strcat(order, " ");
    }
    ck_assert_str_eq(order, wanted);
}

#define MADE(name, slots, ...) \
    made(name, slots, (int)(sizeof((GilTypeObject *[]){__VA_ARGS__}) / sizeof(void *)), (GilTypeObject *[]){__VA_ARGS__})

START_TEST(test_object_inherit__orders_are_those_of_c3)
{
    GilTypeObject *o = &GilBaseObject_Type;
    GilTypeObject *a = MADE("t.A", NULL, o), *b = MADE("t.B", NULL, o), *c = MADE("t.C", NULL, o);
    GilTypeObject *d = MADE("t.D", NULL, o), *e = MADE("t.E", NULL, o);
    GilTypeObject *k1 = MADE("t.K1", NULL, a, b, c), *k2 = MADE("t.K2", NULL, d, b, e), *k3 = MADE("t.K3", NULL, d, a);
    GilTypeObject *z = MADE("t.Z", NULL, k1, k2, k3);

    /* The example of the paper that introduced the order, as commonly told. */
    expect_order(k1, "K1 A B C object ");
    expect_order(z, "Z K1 K2 K3 D A B C E object ");
    GilTypeObject *all[] = {z, k3, k2, k1, e, d, c, b, a};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

START_TEST(test_object_inherit__contradictory_bases_are_refused)
{
    GilTypeObject *o = &GilBaseObject_Type;
    GilTypeObject *a = MADE("t.A", NULL, o), *b = MADE("t.B", NULL, o);
    GilTypeObject *ab = MADE("t.AB", NULL, a, b), *ba = MADE("t.BA", NULL, b, a);

    ck_assert_ptr_null(MADE("t.X", NULL, ab, ba));
    expect_error(GilExc_TypeError, "Cannot create a consistent method resolution order (MRO) for type 't.X'");
    ck_assert_ptr_null(MADE("t.X", NULL, o, a));
    expect_error(GilExc_TypeError, "Cannot create a consistent method resolution order (MRO) for type 't.X'");
    Gil_DECREF(ab);
    Gil_DECREF(ba);
    Gil_DECREF(a);
    Gil_DECREF(b);
}
END_TEST

static GilObject *
repr_left(GilObject *self)
{
    (void)self;
    return GilUnicode_FromString("left");
}

static GilObject *
repr_top(GilObject *self)
{
    (void)self;
    return GilUnicode_FromString("top");
}

static int
is_false(GilObject *self)
{
    (void)self;
    return 0;
}

static int
is_true(GilObject *self)
{
    (void)self;
    return 1;
}

static Gil_ssize_t
three(GilObject *self)
{
    (void)self;
    return 3;
}

START_TEST(test_object_inherit__an_inherited_copy_does_not_win)
{
    /* top defines repr; left inherits it; right overrides it. In the order bottom, left, right, top right comes first. */
    GilType_Slot top_slots[] = {{Gil_tp_repr, (void *)repr_top}, {Gil_nb_bool, (void *)is_false}, {0, NULL}};
    GilType_Slot right_slots[] = {{Gil_tp_repr, (void *)repr_left}, {Gil_nb_bool, (void *)is_true},
                                 {Gil_sq_length, (void *)three}, {0, NULL}};
    GilTypeObject *top = MADE("t.Top", top_slots, &GilBaseObject_Type);
    GilTypeObject *left = MADE("t.Left", NULL, top), *right = MADE("t.Right", right_slots, top);
    GilTypeObject *bottom = MADE("t.Bottom", NULL, left, right);
    GilObject *op = GilObject_CallNoArgs((GilObject *)bottom);

    ck_assert_ptr_eq(GilType_GetSlot(bottom, Gil_tp_repr), (void *)repr_left);
    expect_text(GilObject_Repr(op), "left");
    ck_assert_int_eq(GilObject_IsTrue(op), 1);
    ck_assert_int_eq(GilSequence_Size(op), 3);
    Gil_DECREF(op);
    Gil_DECREF(bottom);
    Gil_DECREF(right);
    Gil_DECREF(left);
    Gil_DECREF(top);
}
END_TEST

static GilObject *
compare_never(GilObject *a, GilObject *b, int op)
{
    (void)a;
    (void)b;
    (void)op;
    Gil_RETURN_NOTIMPLEMENTED;
}

START_TEST(test_object_inherit__comparison_and_hash_go_together)
{
    GilType_Slot slots[] = {{Gil_tp_richcompare, (void *)compare_never}, {0, NULL}};
    GilTypeObject *plain = MADE("t.P", NULL, &GilBaseObject_Type), *compares = MADE("t.C", slots, &GilBaseObject_Type);
    GilObject *a = GilObject_CallNoArgs((GilObject *)plain), *b = GilObject_CallNoArgs((GilObject *)compares);

    ck_assert_int_ne(GilObject_Hash(a), -1);
    ck_assert_int_eq(GilObject_Hash(b), -1);
    expect_error(GilExc_TypeError, "unhashable type: 't.C'");
    Gil_DECREF(a);
    Gil_DECREF(b);
    Gil_DECREF(plain);
    Gil_DECREF(compares);
}
END_TEST

static GilObject *
old_getattr(GilObject *self, char *name)
{
    (void)self;
    return GilUnicode_FromString(name);
}

/* A pair that belongs together is that of the first class that gives one of the two; an attribute of one is no pair. */
START_TEST(test_object_inherit__pairs_come_from_who_gives_one)
{
    GilType_Slot compare_slots[] = {{Gil_tp_richcompare, (void *)compare_never}, {0, NULL}};
    GilType_Slot get_slots[] = {{Gil_tp_getattr, (void *)old_getattr}, {0, NULL}};
    GilTypeObject *plain = MADE("t.P", NULL, &GilBaseObject_Type);
    GilTypeObject *compares = MADE("t.C", compare_slots, &GilBaseObject_Type);
    GilTypeObject *gets = MADE("t.G", get_slots, &GilBaseObject_Type);
    GilTypeObject *both = MADE("t.B", NULL, plain, compares), *list = MADE("t.L", NULL, plain, &GilList_Type);
    GilTypeObject *asks = MADE("t.A", NULL, plain, gets), *meta = MADE("t.M", NULL, plain, &GilType_Type);
    GilObject *op = GilObject_CallNoArgs((GilObject *)both);

    ck_assert_ptr_eq(GilType_GetSlot(both, Gil_tp_richcompare), (void *)compare_never);
    ck_assert_int_eq(GilObject_Hash(op), -1);
    expect_error(GilExc_TypeError, "unhashable type: 't.B'");
    Gil_DECREF(op);
    ck_assert_ptr_eq(GilType_GetSlot(list, Gil_tp_richcompare), GilType_GetSlot(&GilList_Type, Gil_tp_richcompare));
    ck_assert_ptr_eq(GilType_GetSlot(list, Gil_tp_hash), (void *)GilObject_HashNotImplemented);
    ck_assert_ptr_eq(GilType_GetSlot(meta, Gil_tp_getattro), GilType_GetSlot(&GilType_Type, Gil_tp_getattro));
    ck_assert_ptr_eq(GilType_GetSlot(meta, Gil_tp_setattro), GilType_GetSlot(&GilType_Type, Gil_tp_setattro));
    ck_assert_ptr_null(GilType_GetSlot(asks, Gil_tp_getattro));
    op = GilObject_CallNoArgs((GilObject *)asks);
    expect_text(GilObject_GetAttrString(op, "anything"), "anything");
    Gil_DECREF(op);
    GilTypeObject *all[] = {meta, asks, list, both, gets, compares, plain};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

START_TEST(test_object_inherit__what_comes_from_built_in_types)
{
    GilTypeObject *list = MADE("t.L", NULL, &GilList_Type), *number = MADE("t.I", NULL, &GilLong_Type);

    ck_assert(GilType_HasFeature(list, Gil_TPFLAGS_LIST_SUBCLASS));
    ck_assert(GilType_HasFeature(list, Gil_TPFLAGS_HAVE_GC));
    ck_assert(GilType_HasFeature(list, Gil_TPFLAGS_SEQUENCE));
    ck_assert(!GilType_HasFeature(list, Gil_TPFLAGS_MAPPING));
    ck_assert(!GilType_HasFeature(number, Gil_TPFLAGS_SEQUENCE));
    ck_assert(GilType_HasFeature(number, Gil_TPFLAGS_LONG_SUBCLASS));
    ck_assert(!GilType_HasFeature(number, Gil_TPFLAGS_STATIC_BUILTIN));
    ck_assert_ptr_eq(GilType_GetSlot(list, Gil_sq_length), GilType_GetSlot(&GilList_Type, Gil_sq_length));
    ck_assert_ptr_eq(GilType_GetSlot(number, Gil_nb_add), GilType_GetSlot(&GilLong_Type, Gil_nb_add));
    Gil_DECREF(list);
    Gil_DECREF(number);
}
END_TEST

START_TEST(test_object_inherit__types_that_only_c_code_makes)
{
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {.name = "t.No", .flags = Gil_TPFLAGS_DISALLOW_INSTANTIATION, .slots = none};
    GilObject *type = GilType_FromSpec(&spec);

    ck_assert_ptr_null(GilObject_CallNoArgs(type));
    expect_error(GilExc_TypeError, "cannot create 't.No' instances");
    Gil_DECREF(type);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[10];
    int n = 0;

    tests[n++] = test_object_inherit__orders_are_those_of_c3;
    tests[n++] = test_object_inherit__contradictory_bases_are_refused;
    tests[n++] = test_object_inherit__an_inherited_copy_does_not_win;
    tests[n++] = test_object_inherit__comparison_and_hash_go_together;
    tests[n++] = test_object_inherit__pairs_come_from_who_gives_one;
    tests[n++] = test_object_inherit__what_comes_from_built_in_types;
    tests[n++] = test_object_inherit__types_that_only_c_code_makes;
    return suite_of_one("object/inherit", tests);
}
