/* SPDX-License-Identifier: MIT */
/* Dicts of instances: attributes in them, both ways to ask for one, and that the collector and destructors know them. */
#include "unit/object/node.h"

#include "object/instance_dict.h"

struct bag {
    GilObject_HEAD
    GilObject *dict;
};

static GilGetSetDef getset[] = {{"__dict__", GilObject_GenericGetDict, GilObject_GenericSetDict, NULL, NULL}, {0}};
static GilMemberDef offset_members[] = {
    {"__dictoffset__", Gil_T_PYSSIZET, offsetof(struct bag, dict), Gil_READONLY, NULL},
    {0},
};

static GilObject *
method(GilObject *self, GilObject *args)
{
    (void)self;
    (void)args;
    return GilLong_FromLong(1);
}

static GilMethodDef methods[] = {{"method", method, GIL_METH_NOARGS, NULL}, {0}};

static int
managed_traverse(GilObject *self, visitproc visit, void *arg)
{
    Gil_VISIT(Gil_TYPE(self));
    return GilObject_VisitManagedDict(self, visit, arg);
}

static int
managed_clear(GilObject *self)
{
    GilObject_ClearManagedDict(self);
    return 0;
}

static GilTypeObject *
from(GilType_Spec *spec, GilObject *bases)
{
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpecWithBases(spec, bases);

    if (type == NULL)
        GilErr_Print();
    ck_assert_ptr_nonnull(type);
    return type;
}

static GilTypeObject *
offset_type(void)
{
    GilType_Slot slots[] = {
        {Gil_tp_members, offset_members}, {Gil_tp_getset, getset}, {Gil_tp_methods, methods}, {0, NULL}};
    GilType_Spec spec = {
        .name = "test.Bag", .basicsize = sizeof(struct bag), .flags = Gil_TPFLAGS_BASETYPE, .slots = slots};
    return from(&spec, NULL);
}

static GilTypeObject *
managed_type(GilObject *bases, int basicsize)
{
    GilType_Slot slots[] = {{Gil_tp_getset, getset},
                            {Gil_tp_methods, methods},
                            {Gil_tp_traverse, (void *)managed_traverse},
                            {Gil_tp_clear, (void *)managed_clear},
                            {0, NULL}};
    GilType_Spec spec = {.name = "test.Managed",
                         .basicsize = basicsize,
                         .flags = Gil_TPFLAGS_BASETYPE | Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_MANAGED_DICT |
                                  Gil_TPFLAGS_MANAGED_WEAKREF,
                         .slots = slots};
    return from(&spec, bases);
}

static GilTypeObject *
either(int i)
{
    return i == 0 ? offset_type() : managed_type(NULL, 0);
}

static long
number_of(GilObject *op)
{
    if (op == NULL)
        GilErr_Print();
    ck_assert_ptr_nonnull(op);
    long n = GilLong_AsLong(op);
    Gil_DECREF(op);
    return n;
}

/* Run once for each of the two ways. */
START_TEST(test_object_instance_dict__attributes_are_kept)
{
    GilTypeObject *type = either(_i);
    GilObject *op = GilObject_CallNoArgs((GilObject *)type), *two = GilLong_FromLong(2);
    GilObject *name = GilUnicode_FromString("x"), *result;

    ck_assert_ptr_null(GilObject_GetAttrString(op, "x"));
    GilErr_Clear();
    ck_assert_int_eq(GilObject_DelAttrString(op, "x"), -1);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_AttributeError), 1);
    GilErr_Clear();
    ck_assert_ptr_null(gil_instance_dict(op)); /* asking makes none */
    ck_assert_int_eq(GilObject_SetAttrString(op, "x", two), 0);
    ck_assert_ptr_nonnull(gil_instance_dict(op));
    ck_assert_int_eq(number_of(GilObject_GetAttrString(op, "x")), 2);
    ck_assert_int_eq(number_of(GilObject_GetAttr(op, name)), 2);
    ck_assert_int_eq(GilObject_SetAttr(op, name, two), 0);
    ck_assert_int_eq(GilObject_GetOptionalAttr(op, name, &result), 1);
    Gil_DECREF(result);
    ck_assert_int_eq(GilObject_DelAttr(op, name), 0);
    ck_assert_int_eq(GilObject_HasAttrWithError(op, name), 0);
    ck_assert_int_eq(GilObject_DelAttr(op, name), -1);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_AttributeError), 1);
    GilErr_Clear();
    Gil_DECREF(name);
    Gil_DECREF(two);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

/* A data descriptor comes before the dict, the dict before methods and class attributes. */
START_TEST(test_object_instance_dict__order_of_places)
{
    GilTypeObject *type = either(_i);
    GilObject *op = GilObject_CallNoArgs((GilObject *)type), *two = GilLong_FromLong(2);
    GilObject *name = GilUnicode_FromString("method"), *callable = (GilObject *)&GilList_Type;

    ck_assert_int_eq(number_of(GilObject_CallMethodNoArgs(op, name)), 1);
    ck_assert_int_eq(GilObject_SetAttrString(op, "other", two), 0);
    ck_assert_int_eq(number_of(GilObject_CallMethodNoArgs(op, name)), 1);
    ck_assert_int_eq(GilObject_SetAttr(op, name, callable), 0);
    GilObject *list = GilObject_CallMethodNoArgs(op, name);
    ck_assert_int_eq(GilList_CheckExact(list), 1);
    Gil_DECREF(list);
    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)type, "level", two), 0);
    ck_assert_int_eq(number_of(GilObject_GetAttrString(op, "level")), 2);
    GilObject *three = GilLong_FromLong(3);
    ck_assert_int_eq(GilObject_SetAttrString(op, "level", three), 0);
    ck_assert_int_eq(number_of(GilObject_GetAttrString(op, "level")), 3);
    ck_assert_int_eq(number_of(GilObject_GetAttrString((GilObject *)type, "level")), 2);
    /* __dict__ itself is computed, whatever the dict has under that name. */
    GilObject *dict = GilObject_GetAttrString(op, "__dict__");
    ck_assert_ptr_eq(dict, gil_instance_dict(op));
    ck_assert_int_eq(GilDict_SetItemString(dict, "__dict__", two), 0);
    GilObject *again = GilObject_GetAttrString(op, "__dict__");
    ck_assert_ptr_eq(again, dict);
    Gil_DECREF(again);
    Gil_DECREF(dict);
    Gil_DECREF(three);
    Gil_DECREF(name);
    Gil_DECREF(two);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_instance_dict__can_be_replaced)
{
    GilTypeObject *type = either(_i);
    GilObject *op = GilObject_CallNoArgs((GilObject *)type), *dict = GilDict_New(), *two = GilLong_FromLong(2);

    GilDict_SetItemString(dict, "x", two);
    ck_assert_int_eq(GilObject_SetAttrString(op, "__dict__", dict), 0);
    ck_assert_int_eq(number_of(GilObject_GetAttrString(op, "x")), 2);
    ck_assert_int_eq(GilObject_SetAttrString(op, "__dict__", two), -1);
    expect_error(GilExc_TypeError, "__dict__ must be set to a dictionary, not a 'int'");
    ck_assert_int_eq(GilObject_DelAttrString(op, "__dict__"), -1);
    expect_error(GilExc_TypeError, "cannot delete __dict__");
    ck_assert_int_eq(GilObject_GenericSetDict(two, dict, NULL), -1);
    expect_error(GilExc_AttributeError, "This object has no __dict__");
    ck_assert_ptr_null(GilObject_GenericGetDict(two, NULL));
    expect_error(GilExc_AttributeError, "This object has no __dict__");
    ck_assert_ptr_null(GilObject_GenericGetDict(NULL, NULL));
    expect_error(GilExc_SystemError, "GilObject_GenericGetDict: NULL argument");
    ck_assert_int_eq(GilObject_GenericSetDict(NULL, dict, NULL), -1);
    expect_error(GilExc_SystemError, "GilObject_GenericSetDict: NULL argument");
    Gil_DECREF(op);
    ck_assert_int_eq(Gil_REFCNT(dict), 1);
    Gil_DECREF(dict);
    Gil_DECREF(two);
    Gil_DECREF(type);
}
END_TEST

/* Each derived type has the place behind its own struct: fields of the struct and the dict do not meet. */
START_TEST(test_object_instance_dict__a_derived_struct_may_grow)
{
    struct grown {
        GilObject_HEAD
        uint64_t field[3];
    };
    GilTypeObject *base = managed_type(NULL, 0), *sub = managed_type((GilObject *)base, sizeof(struct grown));
    GilObject *bases = GilTuple_Pack(2, sub, base);
    GilTypeObject *third = managed_type(bases, 0);
    GilObject *op = GilObject_CallNoArgs((GilObject *)third), *ref = GilWeakref_NewRef(op, NULL);
    struct grown *grown = (struct grown *)(void *)op;

    ck_assert_ptr_nonnull(ref);
    memset(grown->field, 0xff, sizeof grown->field);
    ck_assert_int_eq(GilObject_SetAttrString(op, "x", Gil_None), 0);
    ck_assert_uint_eq(grown->field[0] & grown->field[1] & grown->field[2], UINT64_MAX);
    ck_assert_int_eq(base->tp_basicsize, sizeof(GilObject));
    ck_assert_int_eq(third->tp_basicsize, sizeof(struct grown));
    Gil_DECREF(op);
    GilObject *gone;
    ck_assert_int_eq(GilWeakref_GetRef(ref, &gone), 0);
    Gil_DECREF(ref);
    Gil_DECREF(bases);
    Gil_DECREF(third);
    Gil_DECREF(sub);
    Gil_DECREF(base);
}
END_TEST

START_TEST(test_object_instance_dict__what_a_base_has_is_enough)
{
    GilTypeObject *base = offset_type(), *sub = managed_type((GilObject *)base, 0);
    GilObject *op = GilObject_CallNoArgs((GilObject *)sub);

    ck_assert_uint_eq(sub->tp_flags & Gil_TPFLAGS_MANAGED_DICT, 0);
    ck_assert_int_eq(sub->tp_dictoffset, offsetof(struct bag, dict));
    ck_assert_int_eq(GilObject_SetAttrString(op, "x", Gil_None), 0);
    ck_assert_ptr_nonnull(((struct bag *)(void *)op)->dict);
    Gil_DECREF(op);
    Gil_DECREF(sub);
    Gil_DECREF(base);
}
END_TEST

START_TEST(test_object_instance_dict__two_dicts_are_refused)
{
    GilType_Slot dict_slots[] = {{Gil_tp_members, offset_members}, {0, NULL}};
    GilMemberDef weak[] = {{"__weaklistoffset__", Gil_T_PYSSIZET, offsetof(struct bag, dict), Gil_READONLY, NULL}, {0}};
    GilType_Slot weak_slots[] = {{Gil_tp_members, weak}, {0, NULL}}, none[] = {{0, NULL}};
    GilType_Spec spec = {
        .name = "test.T", .basicsize = sizeof(struct bag), .flags = Gil_TPFLAGS_MANAGED_DICT, .slots = dict_slots};

    ck_assert_ptr_null(GilType_FromSpec(&spec));
    expect_error(GilExc_SystemError,
                 "type 'test.T': member '__dictoffset__' and Gil_TPFLAGS_MANAGED_DICT ask for two dicts");
    spec.flags = Gil_TPFLAGS_MANAGED_WEAKREF;
    spec.slots = weak_slots;
    ck_assert_ptr_null(GilType_FromSpec(&spec));
    expect_error(GilExc_SystemError,
                 "type 'test.T': member '__weaklistoffset__' and Gil_TPFLAGS_MANAGED_WEAKREF ask for two lists");
    spec.slots = none;
    spec.itemsize = 8;
    ck_assert_ptr_null(GilType_FromSpec(&spec));
    expect_error(GilExc_SystemError,
                 "type 'test.T' has a Gil_TPFLAGS_MANAGED flag, but its instances differ in size");
    /* The text of a str would be taken for items where the dict is. */
    spec = (GilType_Spec){.name = "test.T", .flags = Gil_TPFLAGS_MANAGED_WEAKREF | Gil_TPFLAGS_ITEMS_AT_END, .slots = none};
    ck_assert_ptr_null(GilType_FromSpecWithBases(&spec, (GilObject *)&GilUnicode_Type));
    expect_error(GilExc_SystemError,
                 "type 'test.T' has a Gil_TPFLAGS_MANAGED flag, but its instances differ in size");
}
END_TEST

/* The type that says nothing of the collector, derived from a built-in one with GC. */
static GilTypeObject *
silent_type(void)
{
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {
        .name = "test.List", .flags = Gil_TPFLAGS_MANAGED_DICT | Gil_TPFLAGS_HAVE_GC, .slots = none};
    spec.flags = Gil_TPFLAGS_MANAGED_DICT;
    return from(&spec, (GilObject *)&GilList_Type);
}

START_TEST(test_object_instance_dict__circles_are_collected)
{
    GilTypeObject *type = _i == 0 ? managed_type(NULL, 0) : silent_type();
    GilObject *op = GilObject_CallNoArgs((GilObject *)type);

    ck_assert_ptr_nonnull(op);
    ck_assert_int_eq(GilObject_SetAttrString(op, "self", op), 0);
    Gil_DECREF(op);
    Gil_DECREF(type);
    ck_assert_int_eq(GilGC_Collect(), 3); /* the object, its dict, and its type */
}
END_TEST

/* An item's finalizer that looks at the object, or takes its dict away, while an attribute is stored. */
static GilObject *victim;

static void
meddling_finalize(GilObject *self)
{
    (void)self;
    GilObject *dict = GilDict_New();
    ck_assert_int_eq(GilObject_GenericSetDict(victim, dict, NULL), 0);
    Gil_DECREF(dict);
}

START_TEST(test_object_instance_dict__a_finalizer_may_replace_the_dict_meanwhile)
{
    GilType_Slot slots[] = {{Gil_tp_finalize, (void *)meddling_finalize}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Meddler", .slots = slots};
    GilTypeObject *meddler = from(&spec, NULL), *type = either(_i);
    GilObject *item = GilObject_CallNoArgs((GilObject *)meddler);

    victim = GilObject_CallNoArgs((GilObject *)type);
    ck_assert_int_eq(GilObject_SetAttrString(victim, "x", item), 0);
    Gil_DECREF(item);
    ck_assert_int_eq(GilObject_SetAttrString(victim, "x", Gil_None), 0);
    ck_assert_int_eq(GilObject_HasAttrStringWithError(victim, "x"), 0);
    Gil_DECREF(victim);
    Gil_DECREF(type);
    Gil_DECREF(meddler);
}
END_TEST

/* A key that is no str and compares by code of its own: it takes the method out of the type while that is looked up. */
static GilTypeObject *shrinking;

static Gil_hash_t
key_hash(GilObject *self)
{
    (void)self;
    GilObject *name = GilUnicode_FromString("level");
    Gil_hash_t hash = GilObject_Hash(name);
    Gil_DECREF(name);
    return hash;
}

static GilObject *
key_compare(GilObject *self, GilObject *other, int op)
{
    (void)self;
    (void)op;
    if (shrinking != NULL && GilUnicode_Check(other)) {
        GilTypeObject *type = shrinking;
        shrinking = NULL;
        ck_assert_int_eq(GilObject_DelAttrString((GilObject *)type, "level"), 0);
    }
    return Gil_NotImplemented;
}

START_TEST(test_object_instance_dict__comparing_keys_may_change_the_type)
{
    GilType_Slot slots[] = {
        {Gil_tp_hash, (void *)key_hash}, {Gil_tp_richcompare, (void *)key_compare}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Key", .slots = slots};
    GilTypeObject *key_type = from(&spec, NULL), *type = either(_i);
    GilObject *op = GilObject_CallNoArgs((GilObject *)type), *key = GilObject_CallNoArgs((GilObject *)key_type);
    GilObject *dict = GilObject_GenericGetDict(op, NULL), *value = GilList_New(0), *result;

    ck_assert_int_eq(GilDict_SetItem(dict, key, Gil_None), 0);
    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)type, "level", value), 0);
    Gil_DECREF(value);
    shrinking = type;
    ck_assert_int_eq(GilObject_GetOptionalAttrString(op, "level", &result), 0);
    ck_assert_ptr_null(shrinking);
    Gil_DECREF(dict);
    Gil_DECREF(key);
    Gil_DECREF(op);
    Gil_DECREF(type);
    Gil_DECREF(key_type);
}
END_TEST

static int
set_and_get(void *arg)
{
    GilObject *op = GilObject_CallNoArgs(arg), *result;

    if (op == NULL)
        return -1;
    int rc = GilObject_SetAttrString(op, "an attribute", Gil_None);
    if (rc == 0) {
        rc = GilObject_GetOptionalAttrString(op, "an attribute", &result);
        Gil_XDECREF(result);
        rc = rc < 0 ? -1 : 0;
    }
    if (rc == 0)
        rc = GilObject_DelAttrString(op, "an attribute");
    Gil_DECREF(op);
    return rc;
}

static int
get_dict(void *arg)
{
    GilObject *op = GilObject_CallNoArgs(arg), *dict = op != NULL ? GilObject_GetAttrString(op, "__dict__") : NULL;

    Gil_XDECREF(dict);
    Gil_XDECREF(op);
    return dict != NULL ? 0 : -1;
}

START_TEST(test_J1_dicts_of_instances_under_lack_of_memory)
{
    GilTypeObject *type = either(_i);

    gil_test_oom_loop(set_and_get, type);
    gil_test_oom_loop(get_dict, type);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_instance_dict__functions_for_slots_take_any_object)
{
    GilTypeObject *type = offset_type();
    GilObject *op = GilObject_CallNoArgs((GilObject *)type);

    /* Neither does anything for a dict that is a field: the type's own slots see to that. */
    ck_assert_int_eq(GilObject_SetAttrString(op, "x", Gil_None), 0);
    ck_assert_int_eq(GilObject_VisitManagedDict(op, NULL, NULL), 0);
    GilObject_ClearManagedDict(op);
    ck_assert_ptr_nonnull(gil_instance_dict(op));
    ck_assert_int_eq(GilObject_VisitManagedDict(NULL, NULL, NULL), -1);
    expect_error(GilExc_SystemError, "GilObject_VisitManagedDict: NULL argument");
    GilObject_ClearManagedDict(NULL);
    expect_error(GilExc_SystemError, "GilObject_ClearManagedDict: NULL argument");
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("object/instance_dict");
    TCase *tc = tcase_create("object/instance_dict");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_loop_test(tc, test_object_instance_dict__attributes_are_kept, 0, 2);
    tcase_add_loop_test(tc, test_object_instance_dict__order_of_places, 0, 2);
    tcase_add_loop_test(tc, test_object_instance_dict__can_be_replaced, 0, 2);
    tcase_add_test(tc, test_object_instance_dict__a_derived_struct_may_grow);
    tcase_add_test(tc, test_object_instance_dict__what_a_base_has_is_enough);
    tcase_add_test(tc, test_object_instance_dict__two_dicts_are_refused);
    tcase_add_loop_test(tc, test_object_instance_dict__circles_are_collected, 0, 2);
    tcase_add_loop_test(tc, test_object_instance_dict__a_finalizer_may_replace_the_dict_meanwhile, 0, 2);
    tcase_add_loop_test(tc, test_object_instance_dict__comparing_keys_may_change_the_type, 0, 2);
    tcase_add_loop_test(tc, test_J1_dicts_of_instances_under_lack_of_memory, 0, 2);
    tcase_add_test(tc, test_object_instance_dict__functions_for_slots_take_any_object);
    suite_add_tcase(s, tc);
    return s;
}
