/* SPDX-License-Identifier: MIT */
/* Slots by name: each does what the operation does, is the type's that fills it, and refuses what does not fit. */
#include "unit/object/node.h"

#include "object/slotdef.h"

#include <stdio.h>

/* obj.name(*args), args as for Gil_BuildValue(), always a tuple; takes args. */
static GilObject *
invoke(GilObject *obj, const char *name, GilObject *args)
{
    GilObject *method = GilObject_GetAttrString(obj, name), *result = NULL;

    if (method != NULL && args != NULL)
        result = GilObject_Call(method, args, NULL);
    Gil_XDECREF(method);
    Gil_XDECREF(args);
    return result;
}

static void
expect_repr(GilObject *obj, const char *name, GilObject *args, const char *repr)
{
    GilObject *result = invoke(obj, name, args);

    if (result == NULL) {
        fprintf(stderr, "%s\n", name);
        GilErr_Print();
    }
    ck_assert_ptr_nonnull(result);
    expect_text(GilObject_Repr(result), repr);
    Gil_DECREF(result);
}

#define ARGS(...) Gil_BuildValue(__VA_ARGS__)

START_TEST(test_object_slotdef__numbers)
{
    GilObject *seven = GilLong_FromLong(7);

    expect_repr(seven, "__add__", ARGS("(i)", 2), "9");
    expect_repr(seven, "__radd__", ARGS("(i)", 2), "9");
    expect_repr(seven, "__sub__", ARGS("(i)", 2), "5");
    expect_repr(seven, "__rsub__", ARGS("(i)", 2), "-5");
    expect_repr(seven, "__divmod__", ARGS("(i)", 2), "(3, 1)");
    expect_repr(seven, "__rlshift__", ARGS("(i)", 1), "128");
    expect_repr(seven, "__pow__", ARGS("(i)", 2), "49");
    expect_repr(seven, "__pow__", ARGS("(ii)", 2, 5), "4");
    expect_repr(seven, "__rpow__", ARGS("(i)", 2), "128");
    expect_repr(seven, "__neg__", ARGS("()"), "-7");
    expect_repr(seven, "__float__", ARGS("()"), "7.0");
    expect_repr(seven, "__bool__", ARGS("()"), "True");
    expect_repr(seven, "__index__", ARGS("()"), "7");
    expect_repr(seven, "__lt__", ARGS("(i)", 8), "True");
    expect_repr(seven, "__ge__", ARGS("(i)", 8), "False");
    expect_repr(seven, "__eq__", ARGS("(s)", "7"), "NotImplemented");
    expect_repr(seven, "__repr__", ARGS("()"), "'7'");
    expect_repr(seven, "__hash__", ARGS("()"), "7");
    ck_assert_int_eq(GilObject_HasAttrStringWithError(seven, "__matmul__"), 0);
    ck_assert_int_eq(GilObject_HasAttrStringWithError(seven, "__iadd__"), 0);
    ck_assert_int_eq(GilObject_HasAttrStringWithError(seven, "__len__"), 0);
    Gil_DECREF(seven);
}
END_TEST

START_TEST(test_object_slotdef__containers)
{
    GilObject *list = Gil_BuildValue("[iii]", 1, 2, 3), *dict = Gil_BuildValue("{s:i}", "a", 1);
    GilObject *iter = invoke(list, "__iter__", ARGS("()"));

    expect_repr(list, "__len__", ARGS("()"), "3");
    expect_repr(list, "__getitem__", ARGS("(i)", -1), "3");
    expect_repr(list, "__setitem__", ARGS("(ii)", 0, 5), "None");
    expect_repr(list, "__delitem__", ARGS("(i)", 1), "None");
    expect_repr(list, "__add__", ARGS("([i])", 1), "[5, 3, 1]");
    expect_repr(list, "__mul__", ARGS("(i)", 2), "[5, 3, 5, 3]");
    expect_repr(list, "__rmul__", ARGS("(i)", 1), "[5, 3]");
    expect_repr(list, "__contains__", ARGS("(i)", 3), "True");
    expect_repr(list, "__iadd__", ARGS("([i])", 1), "[5, 3, 1]");
    expect_repr(list, "__imul__", ARGS("(i)", 2), "[5, 3, 1, 5, 3, 1]");
    expect_repr(list, "__init__", ARGS("([i])", 9), "None");
    expect_repr(list, "__str__", ARGS("()"), "'[9]'");
    expect_repr(dict, "__setitem__", ARGS("(si)", "b", 2), "None");
    expect_repr(dict, "__delitem__", ARGS("(s)", "a"), "None");
    expect_repr(dict, "__getitem__", ARGS("(s)", "b"), "2");
    expect_repr(iter, "__next__", ARGS("()"), "9");
    ck_assert_ptr_null(invoke(iter, "__next__", ARGS("()")));
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_StopIteration), 1);
    GilErr_Clear();
    ck_assert_ptr_null(invoke(list, "__mul__", ARGS("(s)", "x")));
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_TypeError), 1);
    GilErr_Clear();
    ck_assert_ptr_null(invoke(dict, "__getitem__", ARGS("(s)", "c")));
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_KeyError), 1);
    GilErr_Clear();
    ck_assert_ptr_null(invoke(dict, "__delitem__", ARGS("(s)", "c")));
    GilErr_Clear();
    ck_assert_ptr_null(invoke(dict, "__contains__", ARGS("([])")));
    GilErr_Clear();
    GilObject *none = GilObject_GetAttrString(list, "__hash__");
    ck_assert_ptr_eq(none, Gil_None);
    Gil_DECREF(iter);
    Gil_DECREF(dict);
    Gil_DECREF(list);
}
END_TEST

/* A type that fills slots which no built-in one has alone. */
static int stored, finalized, fail;

static Gil_ssize_t
odd_length(GilObject *self)
{
    (void)self;
    if (fail)
        GilErr_SetString(GilExc_ValueError, "no length");
    return fail ? -1 : 10;
}

static GilObject *
odd_item(GilObject *self, Gil_ssize_t i)
{
    (void)self;
    return GilLong_FromLong(i);
}

static int
odd_ass_item(GilObject *self, Gil_ssize_t i, GilObject *value)
{
    (void)self;
    stored = (int)i * 100 + (value != NULL ? (int)GilLong_AsLong(value) : -1);
    return 0;
}

static Gil_hash_t
odd_hash(GilObject *self)
{
    (void)self;
    GilErr_SetString(GilExc_ValueError, "no hash");
    return -1;
}

static int
odd_bool(GilObject *self)
{
    (void)self;
    GilErr_SetString(GilExc_ValueError, "no truth");
    return -1;
}

static GilObject *
odd_get(GilObject *self, GilObject *obj, GilObject *type)
{
    (void)self;
    return Gil_BuildValue("(OO)", obj != NULL ? obj : Gil_None, type != NULL ? type : Gil_None);
}

static int
odd_set(GilObject *self, GilObject *obj, GilObject *value)
{
    (void)self;
    (void)obj;
    stored = value != NULL ? 1 : -1;
    return 0;
}

static void
odd_finalize(GilObject *self)
{
    (void)self;
    finalized++;
    if (fail)
        GilErr_SetString(GilExc_ValueError, "no end");
}

static GilObject *
odd_call(GilObject *self, GilObject *args, GilObject *kwargs)
{
    (void)self;
    return Gil_BuildValue("(OO)", args, kwargs != NULL ? kwargs : Gil_None);
}

static GilObject *
odd_power(GilObject *self, GilObject *other, GilObject *modulus)
{
    (void)self;
    (void)other;
    return Gil_NewRef(modulus);
}

static GilTypeObject *
odd_type(void)
{
    GilType_Slot slots[] = {{Gil_sq_length, (void *)odd_length},     {Gil_sq_item, (void *)odd_item},
                            {Gil_sq_ass_item, (void *)odd_ass_item}, {Gil_tp_hash, (void *)odd_hash},
                            {Gil_nb_bool, (void *)odd_bool},         {Gil_tp_descr_get, (void *)odd_get},
                            {Gil_tp_descr_set, (void *)odd_set},     {Gil_tp_finalize, (void *)odd_finalize},
                            {Gil_tp_call, (void *)odd_call},         {Gil_nb_power, (void *)odd_power},
                            {0, NULL}};
    GilType_Spec spec = {.name = "test.Odd", .flags = Gil_TPFLAGS_BASETYPE, .slots = slots};
    GilObject *type = GilType_FromSpec(&spec);

    ck_assert_ptr_nonnull(type);
    return (GilTypeObject *)type;
}

START_TEST(test_object_slotdef__all_other_kinds)
{
    GilTypeObject *type = odd_type();
    GilObject *op = GilObject_CallNoArgs((GilObject *)type);

    expect_repr(op, "__getitem__", ARGS("(i)", 3), "3");
    expect_repr(op, "__getitem__", ARGS("(i)", -3), "7");
    expect_repr(op, "__setitem__", ARGS("(ii)", -1, 5), "None");
    ck_assert_int_eq(stored, 905);
    expect_repr(op, "__delitem__", ARGS("(i)", 2), "None");
    ck_assert_int_eq(stored, 199);
    expect_repr(op, "__set__", ARGS("(ii)", 1, 2), "None");
    ck_assert_int_eq(stored, 1);
    expect_repr(op, "__delete__", ARGS("(i)", 1), "None");
    ck_assert_int_eq(stored, -1);
    expect_repr(op, "__get__", ARGS("(i)", 1), "(1, None)");
    expect_repr(op, "__get__", ARGS("(Oi)", Gil_None, 1), "(None, 1)");
    ck_assert_ptr_null(invoke(op, "__get__", ARGS("(OO)", Gil_None, Gil_None)));
    expect_error(GilExc_TypeError, "__get__(None, None) is invalid");
    expect_repr(op, "__pow__", ARGS("(i)", 1), "None");
    expect_repr(op, "__rpow__", ARGS("(ii)", 1, 4), "4");
    expect_repr(op, "__del__", ARGS("()"), "None");
    ck_assert_int_eq(finalized, 1);
    ck_assert_ptr_null(invoke(op, "__hash__", ARGS("()")));
    expect_error(GilExc_ValueError, "no hash");
    ck_assert_ptr_null(invoke(op, "__bool__", ARGS("()")));
    expect_error(GilExc_ValueError, "no truth");
    fail = 1;
    ck_assert_ptr_null(invoke(op, "__len__", ARGS("()")));
    expect_error(GilExc_ValueError, "no length");
    ck_assert_ptr_null(invoke(op, "__getitem__", ARGS("(i)", -3)));
    expect_error(GilExc_ValueError, "no length");
    ck_assert_ptr_null(invoke(op, "__del__", ARGS("()")));
    expect_error(GilExc_ValueError, "no end");
    fail = 0;
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_slotdef__arguments_that_do_not_fit)
{
    GilTypeObject *type = odd_type();
    GilObject *op = GilObject_CallNoArgs((GilObject *)type);
    static const char *const none[] = {"__len__", "__bool__", "__hash__", "__repr__", "__del__"};
    static const char *const one[] = {"__getitem__", "__delitem__", "__delete__", "__eq__", "__getattribute__", "__delattr__"};
    static const char *const two[] = {"__setitem__", "__set__", "__setattr__"};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(none); i++) {
        ck_assert_ptr_null(invoke(op, none[i], ARGS("(i)", 1)));
        expect_error(GilExc_TypeError, "expected 0 arguments, got 1");
    }
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(one); i++) {
        ck_assert_ptr_null(invoke(op, one[i], ARGS("()")));
        expect_error(GilExc_TypeError, "expected 1 argument, got 0");
    }
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(two); i++) {
        ck_assert_ptr_null(invoke(op, two[i], ARGS("(i)", 1)));
        expect_error(GilExc_TypeError, "expected 2 arguments, got 1");
    }
    ck_assert_ptr_null(invoke(op, "__get__", ARGS("()")));
    expect_error(GilExc_TypeError, "expected at least 1 argument, got 0");
    ck_assert_ptr_null(invoke(op, "__pow__", ARGS("(iii)", 1, 2, 3)));
    expect_error(GilExc_TypeError, "expected at most 2 arguments, got 3");
    ck_assert_ptr_null(invoke(op, "__rpow__", ARGS("()")));
    GilErr_Clear();
    GilObject *seven = GilLong_FromLong(7), *list = GilList_New(0), *iter = GilObject_GetIter(list);
    static const char *const binary[] = {"__add__", "__radd__"};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(binary); i++) {
        ck_assert_ptr_null(invoke(seven, binary[i], ARGS("()")));
        GilErr_Clear();
    }
    static const char *const of_list[] = {"__mul__", "__contains__"};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(of_list); i++) {
        ck_assert_ptr_null(invoke(list, of_list[i], ARGS("()")));
        GilErr_Clear();
    }
    ck_assert_ptr_null(invoke(iter, "__next__", ARGS("(i)", 1)));
    GilErr_Clear();
    for (int i = 0; i < 2; i++) { /* an index that is none */
        ck_assert_ptr_null(invoke(op, i == 0 ? "__getitem__" : "__delitem__", ARGS("(s)", "x")));
        GilErr_Clear();
    }
    ck_assert_ptr_null(invoke(op, "__setitem__", ARGS("(si)", "x", 1)));
    GilErr_Clear();
    Gil_DECREF(iter);
    Gil_DECREF(list);
    Gil_DECREF(seven);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_slotdef__keywords_only_where_they_are_taken)
{
    GilTypeObject *type = odd_type();
    GilObject *op = GilObject_CallNoArgs((GilObject *)type), *kwargs = Gil_BuildValue("{s:i}", "k", 1);
    GilObject *call = GilObject_GetAttrString(op, "__call__"), *len = GilObject_GetAttrString(op, "__len__");
    GilObject *args = GilTuple_New(0), *empty = GilDict_New();

    GilObject *result = GilObject_Call(call, args, kwargs);
    expect_text(GilObject_Repr(result), "((), {'k': 1})");
    Gil_DECREF(result);
    result = GilObject_Call(call, args, empty);
    expect_text(GilObject_Repr(result), "((), None)");
    Gil_DECREF(result);
    ck_assert_ptr_null(GilObject_Call(len, args, kwargs));
    expect_error(GilExc_TypeError, "wrapper __len__() takes no keyword arguments");
    result = GilObject_Call(len, args, empty);
    ck_assert_int_eq(GilLong_AsLong(result), 10);
    Gil_DECREF(result);
    Gil_DECREF(empty);
    Gil_DECREF(args);
    Gil_DECREF(len);
    Gil_DECREF(call);
    Gil_DECREF(kwargs);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

/* The class that fills a slot is the one whose attribute it is; a table's own entry comes first. */
START_TEST(test_object_slotdef__the_class_that_fills_it_has_it)
{
    static GilMethodDef methods[] = {{"__len__", (GilCFunction)(void (*)(void))odd_call, GIL_METH_VARARGS | GIL_METH_KEYWORDS, NULL}, {0}};
    GilType_Slot none[] = {{0, NULL}}, with_method[] = {{Gil_tp_methods, methods}, {0, NULL}};
    GilType_Spec sub_spec = {.name = "test.Sub", .flags = Gil_TPFLAGS_BASETYPE, .slots = none};
    GilType_Spec method_spec = {.name = "test.Named", .slots = with_method};
    GilTypeObject *type = odd_type();
    GilObject *sub = GilType_FromSpecWithBases(&sub_spec, (GilObject *)type);
    GilObject *named = GilType_FromSpecWithBases(&method_spec, sub), *op = GilObject_CallNoArgs(named);

    GilObject *descr = GilObject_GetAttrString(sub, "__getitem__");
    expect_text(GilObject_Repr(descr), "<slot wrapper '__getitem__' of 'test.Odd' objects>");
    GilObject *owner = GilObject_GetAttrString(descr, "__objclass__");
    ck_assert_ptr_eq(owner, type);
    Gil_DECREF(owner);
    expect_text(GilObject_GetAttrString(descr, "__name__"), "__getitem__");
    GilObject *doc = GilObject_GetAttrString(descr, "__doc__");
    ck_assert_ptr_eq(doc, Gil_None);
    GilObject *five = GilLong_FromLong(5), *result = GilObject_CallFunctionObjArgs(descr, op, five, NULL);
    ck_assert_int_eq(GilLong_AsLong(result), 5);
    Gil_DECREF(result);
    ck_assert_ptr_null(GilObject_CallFunctionObjArgs(descr, five, five, NULL));
    expect_error(GilExc_TypeError, "descriptor '__getitem__' for 'test.Odd' objects doesn't apply to a 'int' object");
    ck_assert_ptr_null(GilObject_CallNoArgs(descr));
    expect_error(GilExc_TypeError, "unbound method test.Odd.__getitem__() needs an argument");
    Gil_DECREF(descr);
    expect_repr(op, "__len__", ARGS("(i)", 1), "((1,), None)");
    /* From a type: its instances' slot; the metatype's only where they have none. */
    descr = GilObject_GetAttrString((GilObject *)&GilList_Type, "__repr__");
    expect_text(GilObject_Repr(descr), "<slot wrapper '__repr__' of 'list' objects>");
    Gil_DECREF(descr);
    GilObject *made = invoke((GilObject *)&GilList_Type, "__call__", ARGS("()"));
    ck_assert_int_eq(GilList_CheckExact(made), 1);
    Gil_DECREF(made);
    Gil_DECREF(five);
    Gil_DECREF(op);
    Gil_DECREF(named);
    Gil_DECREF(sub);
    Gil_DECREF(type);
}
END_TEST

/* Every entry is found by its own name, and nothing else is. */
START_TEST(test_object_slotdef__the_table_is_in_order)
{
    GilTypeObject *type = odd_type();
    const struct gil_name_entry *entry;
    int n = 0;

    for (size_t pos = 0; (entry = gil_slot_entry_next(type, &pos)) != NULL; n++) {
        struct gil_name name = gil_name_of_text(entry->name, entry->len);
        const struct gil_name_entry *found = gil_slot_entry(type, &name);
        ck_assert_ptr_nonnull(found);
        ck_assert_str_eq(found->name, entry->name);
    }
    ck_assert_int_eq(n, 13 + 1); /* __doc__ is each type's own */
    static const char *const strangers[] = {"__x__", "__lenx__", "__le", "len", "__zzz__", "__aaa__", "_len_", ""};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(strangers); i++) {
        struct gil_name name = gil_name_of_text(strangers[i], strlen(strangers[i]));
        ck_assert_ptr_null(gil_slot_entry(type, &name));
    }
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_slotdef__attributes_by_their_slots)
{
    GilMemberDef members[] = {{"number", Gil_T_INT, offsetof(struct node, number), 0, NULL},
                              {"next", Gil_T_OBJECT_EX, offsetof(struct node, next), 0, NULL},
                              {0}};
    GilTypeObject *type = node_type((GilType_Slot[]){{Gil_tp_members, members}, {0, NULL}}, 0);
    GilObject *op = node_new(type, NULL);

    expect_repr(op, "__setattr__", ARGS("(si)", "number", 4), "None");
    expect_repr(op, "__getattribute__", ARGS("(s)", "number"), "4");
    expect_repr(op, "__setattr__", ARGS("(si)", "next", 4), "None");
    expect_repr(op, "__delattr__", ARGS("(s)", "next"), "None");
    ck_assert_ptr_null(invoke(op, "__delattr__", ARGS("(s)", "next")));
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_AttributeError), 1);
    GilErr_Clear();
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[10];
    int n = 0;

    tests[n++] = test_object_slotdef__numbers;
    tests[n++] = test_object_slotdef__containers;
    tests[n++] = test_object_slotdef__all_other_kinds;
    tests[n++] = test_object_slotdef__arguments_that_do_not_fit;
    tests[n++] = test_object_slotdef__keywords_only_where_they_are_taken;
    tests[n++] = test_object_slotdef__the_class_that_fills_it_has_it;
    tests[n++] = test_object_slotdef__the_table_is_in_order;
    tests[n++] = test_object_slotdef__attributes_by_their_slots;
    return suite_of_one("object/slotdef", tests);
}
