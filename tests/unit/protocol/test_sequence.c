/* SPDX-License-Identifier: MIT */
/* Sequences: items from both ends, searching, and the words of refusal. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

START_TEST(test_protocol_sequence__items)
{
    GilObject *list = Gil_BuildValue("[iii]", 1, 2, 3), *five = GilLong_FromLong(5);
    gil_expect_repr(GilSequence_GetItem(list, -1), "3");
    gil_expect_failure(GilSequence_GetItem(list, 3), GilExc_IndexError, "list index out of range");
    ck_assert_int_eq(GilSequence_SetItem(list, -3, five), 0);
    ck_assert_int_eq(GilSequence_DelItem(list, 1), 0);
    gil_expect_text(GilObject_Repr(list), "[5, 3]");
    ck_assert_int_eq(GilSequence_Size(list), 2);
    ck_assert_int_eq(GilSequence_Length(list), 2);
    ck_assert_int_eq(GilSequence_Check(list), 1);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_protocol_sequence__searching)
{
    GilObject *tuple = Gil_BuildValue("(iiii)", 1, 2, 2, 3), *two = GilLong_FromLong(2), *nine = GilLong_FromLong(9);
    ck_assert_int_eq(GilSequence_Count(tuple, two), 2);
    ck_assert_int_eq(GilSequence_Index(tuple, two), 1);
    ck_assert_int_eq(GilSequence_Contains(tuple, two), 1);
    ck_assert_int_eq(GilSequence_Contains(tuple, nine), 0);
    ck_assert_int_eq(GilSequence_Index(tuple, nine), -1);
    gil_expect_error(GilExc_ValueError, "sequence.index(x): x not in sequence");
    ck_assert_int_eq(GilSequence_Contains(Gil_None, nine), -1);
    gil_expect_error(GilExc_TypeError, "argument of type 'NoneType' is not a container or iterable");
    GilObject *it = GilObject_GetIter(tuple);
    ck_assert_int_eq(GilSequence_Contains(it, two), 1); /* any iterable will do */
    ck_assert_int_eq(GilSequence_Count(it, two), 1);
    Gil_DECREF(it);
    Gil_DECREF(tuple);
}
END_TEST

START_TEST(test_protocol_sequence__joining_and_repeating)
{
    GilObject *list = Gil_BuildValue("[i]", 1), *tuple = Gil_BuildValue("(i)", 2);
    gil_expect_repr(GilSequence_Concat(tuple, tuple), "(2, 2)");
    gil_expect_repr(GilSequence_Repeat(tuple, 3), "(2, 2, 2)");
    gil_expect_repr(GilSequence_Repeat(tuple, -1), "()");
    GilObject *same = GilSequence_InPlaceConcat(list, tuple);
    ck_assert_ptr_eq(same, list);
    Gil_DECREF(same);
    same = GilSequence_InPlaceRepeat(list, 2);
    ck_assert_ptr_eq(same, list);
    gil_expect_repr(same, "[1, 2, 1, 2]");
    gil_expect_repr(GilSequence_InPlaceRepeat(tuple, 2), "(2, 2)");
    gil_expect_failure(GilSequence_Concat(Gil_None, tuple), GilExc_TypeError,
                       "'NoneType' object can't be concatenated");
    gil_expect_failure(GilSequence_Repeat(Gil_None, 2), GilExc_TypeError, "'NoneType' object can't be repeated");
    Gil_DECREF(tuple);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_protocol_sequence__what_is_none)
{
    GilObject *dict = GilDict_New(), *tuple = GilTuple_New(0);
    ck_assert_int_eq(GilSequence_Check(dict), 0);
    gil_expect_failure(GilSequence_GetItem(dict, 0), GilExc_TypeError, "dict is not a sequence");
    gil_expect_failure(GilSequence_GetItem(Gil_None, 0), GilExc_TypeError,
                       "'NoneType' object does not support indexing");
    ck_assert_int_eq(GilSequence_Size(Gil_None), -1);
    gil_expect_error(GilExc_TypeError, "object of type 'NoneType' has no len()");
    ck_assert_int_eq(GilSequence_SetItem(tuple, 0, Gil_None), -1);
    gil_expect_error(GilExc_TypeError, "'tuple' object does not support item assignment");
    ck_assert_int_eq(GilSequence_DelItem(tuple, 0), -1);
    gil_expect_error(GilExc_TypeError, "'tuple' object doesn't support item deletion");
    Gil_DECREF(dict);
}
END_TEST

/* Has items, and adds and multiplies as a number; how long it is nobody can say. */
static GilObject *
row_item(GilObject *Gil_UNUSED(self), Gil_ssize_t i)
{
    return GilLong_FromSsize_t(i);
}

static GilObject *
row_sum(GilObject *Gil_UNUSED(v), GilObject *Gil_UNUSED(w))
{
    return GilUnicode_FromString("sum");
}

static GilObject *
row_product(GilObject *Gil_UNUSED(v), GilObject *w)
{
    return GilUnicode_FromFormat("times %S", w);
}

static int
row_set(GilObject *Gil_UNUSED(self), Gil_ssize_t i, GilObject *value)
{
    if (i >= 0)
        return 0;
    GilErr_SetString(GilExc_IndexError, value != NULL ? "no such item to set" : "no such item to delete");
    return -1;
}

static Gil_ssize_t
no_length(GilObject *Gil_UNUSED(self))
{
    GilErr_SetString(GilExc_RuntimeError, "who knows");
    return -1;
}

static GilType_Slot row_slots[] = {{Gil_sq_item, (void *)row_item},
                                   {Gil_sq_ass_item, (void *)row_set},
                                   {Gil_nb_add, (void *)row_sum},
                                   {Gil_nb_multiply, (void *)row_product},
                                   {0, NULL}};
static GilType_Slot unsure_slots[] = {
    {Gil_sq_item, (void *)row_item}, {Gil_sq_ass_item, (void *)row_set}, {Gil_sq_length, (void *)no_length}, {0, NULL}};

static GilObject *
instance_of(const char *name, GilType_Slot *slots)
{
    GilType_Spec spec = {name, 0, 0, Gil_TPFLAGS_DEFAULT, slots};
    GilObject *type = GilType_FromSpec(&spec), *op = GilObject_CallNoArgs(type);
    Gil_DECREF(type);
    ck_assert_ptr_nonnull(op);
    return op;
}

START_TEST(test_protocol_sequence__by_items_only_joins_and_repeats_as_a_number)
{
    GilObject *row = instance_of("t.Row", row_slots), *two = GilLong_FromLong(2);
    gil_expect_text(GilSequence_Concat(row, row), "sum");
    gil_expect_text(GilSequence_InPlaceConcat(row, row), "sum");
    gil_expect_text(GilSequence_Repeat(row, 3), "times 3");
    gil_expect_text(GilSequence_InPlaceRepeat(row, 4), "times 4");
    gil_expect_failure(GilSequence_Concat(row, two), GilExc_TypeError, "'t.Row' object can't be concatenated");
    gil_expect_failure(GilSequence_InPlaceRepeat(Gil_None, 2), GilExc_TypeError, "'NoneType' object can't be repeated");
    gil_expect_failure(GilSequence_InPlaceConcat(Gil_None, row), GilExc_TypeError,
                       "'NoneType' object can't be concatenated");
    Gil_DECREF(row);
}
END_TEST

static int
repeat_step(void *row)
{
    GilObject *product = GilSequence_Repeat(row, (Gil_ssize_t)1 << 40);
    Gil_XDECREF(product);
    return product != NULL ? 0 : -1;
}

START_TEST(test_protocol_sequence__repeating_by_number_without_memory)
{
    GilObject *row = instance_of("t.Row", row_slots);
    gil_test_oom_loop(repeat_step, row);
    Gil_DECREF(row);
}
END_TEST

START_TEST(test_protocol_sequence__an_index_is_counted_from_a_known_end_only)
{
    GilObject *row = instance_of("t.Row", row_slots), *unsure = instance_of("t.Unsure", unsure_slots);
    gil_expect_repr(GilSequence_GetItem(row, -5), "-5");
    ck_assert_int_eq(GilSequence_SetItem(row, -5, Gil_None), -1);
    gil_expect_error(GilExc_IndexError, "no such item to set");
    ck_assert_int_eq(GilSequence_DelItem(row, -5), -1);
    gil_expect_error(GilExc_IndexError, "no such item to delete");
    gil_expect_failure(GilSequence_GetItem(unsure, -1), GilExc_RuntimeError, "who knows");
    ck_assert_int_eq(GilSequence_SetItem(unsure, -1, Gil_None), -1);
    gil_expect_error(GilExc_RuntimeError, "who knows");
    ck_assert_int_eq(GilSequence_SetItem(unsure, 1, Gil_None), 0);
    Gil_DECREF(row);
    Gil_DECREF(unsure);
}
END_TEST

START_TEST(test_protocol_sequence__a_mapping_is_none)
{
    GilObject *dict = GilDict_New();
    ck_assert_int_eq(GilSequence_Size(dict), -1);
    gil_expect_error(GilExc_TypeError, "dict is not a sequence");
    ck_assert_int_eq(GilSequence_SetItem(dict, 0, Gil_None), -1);
    gil_expect_error(GilExc_TypeError, "dict is not a sequence");
    ck_assert_int_eq(GilSequence_DelItem(dict, 0), -1);
    gil_expect_error(GilExc_TypeError, "dict is not a sequence");
    Gil_DECREF(dict);
}
END_TEST

static GilObject *
says_mine(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(other))
{
    return GilUnicode_FromString("mine");
}

/* type(name, bases, {}) with says_mine() as these attributes; takes bases. */
static GilObject *
class_with(GilObject *bases, const char *const *names)
{
    static GilMethodDef def = {"mine", says_mine, GIL_METH_O, NULL};
    GilObject *class = GilObject_CallFunction((GilObject *)&GilType_Type, "sO{}", "L", bases);

    if (class == NULL)
        GilErr_Print();
    ck_assert_ptr_nonnull(class);
    for (; *names != NULL; names++) {
        GilObject *method = GilDescr_NewMethod((GilTypeObject *)class, &def);
        ck_assert_int_eq(GilObject_SetAttrString(class, *names, method), 0);
        Gil_DECREF(method);
    }
    Gil_DECREF(bases);
    return class;
}

/* What the four functions give for an empty instance of class and one of base. */
static void
check_four(GilObject *class, GilObject *base, const char *const says[4])
{
    GilObject *op = GilObject_CallNoArgs(class), *with = GilObject_CallNoArgs(base);

    ck_assert_ptr_nonnull(op);
    gil_expect_repr(GilSequence_Concat(op, with), says[0]);
    gil_expect_repr(GilSequence_Repeat(op, 2), says[1]);
    gil_expect_repr(GilSequence_InPlaceConcat(op, with), says[2]);
    gil_expect_repr(GilSequence_InPlaceRepeat(op, 2), says[3]);
    Gil_DECREF(with);
    Gil_DECREF(op);
}

/* As in CPython, where an attribute of such a name makes the slots of sequences empty. */
START_TEST(test_protocol_sequence__attributes_of_a_class_come_before_the_slots_of_its_bases)
{
    static const char *const all[] = {"__add__", "__mul__", "__iadd__", "__imul__", NULL}, *const none[] = {NULL};
    static const char *const mine[] = {"'mine'", "'mine'", "'mine'", "'mine'"};
    static const char *const reflected[] = {"__rmul__", NULL}, *const add[] = {"__add__", NULL};
    GilObject *bases[] = {(GilObject *)&GilList_Type, (GilObject *)&GilTuple_Type};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(bases); i++) {
        GilObject *class = class_with(GilTuple_Pack(1, bases[i]), all);
        check_four(class, bases[i], mine);
        GilObject *derived = class_with(GilTuple_Pack(1, class), none), *other = class_with(GilTuple_New(0), none);
        check_four(derived, bases[i], mine);
        GilObject *both = class_with(GilTuple_Pack(2, other, derived), none);
        check_four(both, bases[i], mine);
        Gil_DECREF(both);
        Gil_DECREF(other);
        for (const char *const *name = all; *name != NULL; name++)
            ck_assert_int_eq(GilObject_DelAttrString(class, *name), 0);
        GilObject *native = GilObject_CallNoArgs(bases[i]), *repr = GilObject_Repr(native);
        const char *text = GilUnicode_AsUTF8AndSize(repr, NULL);
        check_four(class, bases[i], (const char *const[]){text, text, text, text});
        check_four(derived, bases[i], (const char *const[]){text, text, text, text});
        Gil_DECREF(repr);
        Gil_DECREF(native);
        Gil_DECREF(derived);
        Gil_DECREF(class);
    }
    GilObject *class = class_with(GilTuple_Pack(1, bases[0]), reflected);
    check_four(class, bases[0], (const char *const[]){"[]", "[]", "[]", "[]"}); /* its __mul__ is list's */
    Gil_DECREF(class);
    class = class_with(GilTuple_Pack(1, bases[1]), add);
    check_four(class, bases[1], (const char *const[]){"'mine'", "()", "'mine'", "()"});
    /* A class that comes first says so too. */
    GilObject *mixin = class_with(GilTuple_New(0), all), *both = class_with(GilTuple_Pack(2, mixin, bases[1]), none);
    check_four(both, bases[1], mine);
    GilObject *late = class_with(GilTuple_Pack(2, bases[1], mixin), none);
    check_four(late, bases[1], (const char *const[]){"()", "()", "()", "()"});
    Gil_DECREF(late);
    Gil_DECREF(both);
    Gil_DECREF(mixin);
    Gil_DECREF(class);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("protocol/sequence");
    TCase *tc = tcase_create("sequence");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_protocol_sequence__items);
    tcase_add_test(tc, test_protocol_sequence__searching);
    tcase_add_test(tc, test_protocol_sequence__joining_and_repeating);
    tcase_add_test(tc, test_protocol_sequence__what_is_none);
    tcase_add_test(tc, test_protocol_sequence__by_items_only_joins_and_repeats_as_a_number);
    tcase_add_test(tc, test_protocol_sequence__repeating_by_number_without_memory);
    tcase_add_test(tc, test_protocol_sequence__an_index_is_counted_from_a_known_end_only);
    tcase_add_test(tc, test_protocol_sequence__a_mapping_is_none);
    tcase_add_test(tc, test_protocol_sequence__attributes_of_a_class_come_before_the_slots_of_its_bases);
    suite_add_tcase(s, tc);
    return s;
}
