/* SPDX-License-Identifier: MIT */
/* dir(): sorted, each name once, from all places where attributes are. */
#include "unit/object/node.h"

static GilGetSetDef getset[] = {{"__dict__", GilObject_GenericGetDict, GilObject_GenericSetDict, NULL, NULL}, {0}};
static GilMemberDef members[] = {{"zeta", Gil_T_INT, offsetof(struct node, number), 0, NULL},
                                 {"alpha", Gil_T_INT, offsetof(struct node, number), 0, NULL},
                                 {0}};

static int
bag_traverse(GilObject *self, visitproc visit, void *arg)
{
    Gil_VISIT(Gil_TYPE(self));
    return GilObject_VisitManagedDict(self, visit, arg);
}

static GilObject *
bag_new(const GilType_Slot *more)
{
    GilType_Slot slots[8] = {{Gil_tp_traverse, (void *)bag_traverse}, {Gil_tp_members, members}};
    int n = 2;
    for (; more->slot != 0; more++)
        slots[n++] = *more;
    GilType_Spec spec = {.name = "test.Bag", .basicsize = sizeof(struct node),
                         .flags = Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_MANAGED_DICT, .slots = slots};
    GilObject *type = GilType_FromSpec(&spec), *op;

    if (type == NULL)
        GilErr_Print();
    op = GilObject_CallNoArgs(type);
    Gil_DECREF(type);
    return op;
}

/* Whether dir(op) has the name; the list is sorted and has each once. */
static int
lists(GilObject *op, const char *wanted)
{
    GilObject *names = GilObject_Dir(op), *last = NULL;
    int found = 0;

    if (names == NULL)
        GilErr_Print();
    for (Gil_ssize_t i = 0; i < GilList_Size(names); i++) {
        GilObject *name = GilList_GetItemRef(names, i);
        found += strcmp(GilUnicode_AsUTF8AndSize(name, NULL), wanted) == 0;
        ck_assert(last == NULL || GilObject_RichCompareBool(last, name, Gil_LT) == 1);
        last = name; /* the list holds it */
        Gil_DECREF(name);
    }
    Gil_DECREF(names);
    ck_assert_int_le(found, 1);
    return found;
}

START_TEST(test_value_dir__own_attributes_and_those_of_the_type)
{
    GilObject *op = bag_new((GilType_Slot[]){{Gil_tp_getset, getset}, {0, NULL}}), *type = (GilObject *)Gil_TYPE(op);
    GilObject *dict = GilObject_GetAttrString(op, "__dict__");

    ck_assert_int_eq(GilObject_SetAttrString(op, "own", Gil_None), 0);
    ck_assert_int_eq(GilDict_SetItemString(dict, "zeta", Gil_None), 0);
    ck_assert_int_eq(GilDict_SetItem(dict, Gil_None, Gil_None), 0); /* no name */
    ck_assert_int_eq(GilObject_SetAttrString(type, "level", Gil_None), 0);
    static const char *const both[] = {"alpha", "zeta", "level", "__class__", "__doc__", "__module__"};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(both); i++) {
        ck_assert_int_eq(lists(op, both[i]), 1);
        ck_assert_int_eq(lists(type, both[i]), 1);
    }
    ck_assert_int_eq(lists(op, "own"), 1);
    ck_assert_int_eq(lists(type, "own"), 0);
    ck_assert_int_eq(lists(type, "__mro__"), 0); /* of the metatype, as in CPython */
    ck_assert_ptr_null(GilObject_Dir(NULL));
    expect_error(GilExc_SystemError, "GilObject_Dir: NULL argument");
    Gil_DECREF(dict);
    Gil_DECREF(op);
}
END_TEST

static GilObject *
get_none(GilObject *Gil_UNUSED(self), void *Gil_UNUSED(closure))
{
    Gil_RETURN_NONE;
}

START_TEST(test_value_dir__what_is_no_dict_is_passed_by)
{
    static GilGetSetDef computed[] = {{"__dict__", get_none, NULL, NULL, NULL}, {0}};
    GilObject *op = bag_new((GilType_Slot[]){{Gil_tp_getset, computed}, {0, NULL}});

    ck_assert_int_eq(lists(op, "alpha"), 1);
    Gil_DECREF(op);
}
END_TEST

static GilObject *reply;

static GilObject *
own_dir(GilObject *self, GilObject *args)
{
    (void)self;
    (void)args;
    return Gil_XNewRef(reply);
}

START_TEST(test_value_dir__a_type_may_answer_itself)
{
    static GilMethodDef methods[] = {{"__dir__", own_dir, GIL_METH_VARARGS, NULL}, {0}};
    GilObject *op = bag_new((GilType_Slot[]){{Gil_tp_methods, methods}, {0, NULL}});

    reply = Gil_BuildValue("(sss)", "c", "a", "b");
    GilObject *names = GilObject_Dir(op);
    expect_text(GilObject_Repr(names), "['a', 'b', 'c']");
    Gil_DECREF(names);
    Gil_SETREF(reply, Gil_BuildValue("(si)", "c", 1));
    ck_assert_ptr_null(GilObject_Dir(op)); /* cannot be sorted */
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_TypeError), 1);
    GilErr_Clear();
    Gil_SETREF(reply, GilLong_FromLong(1));
    ck_assert_ptr_null(GilObject_Dir(op));
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_TypeError), 1);
    GilErr_Clear();
    Gil_CLEAR(reply);
    ck_assert_ptr_null(GilObject_Dir(op));
    GilErr_Clear();
    Gil_DECREF(op);
}
END_TEST

static GilObject *
nothing(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args))
{
    Gil_RETURN_NONE;
}

static GilMethodDef both[] = {
    {"bound", nothing, GIL_METH_NOARGS, NULL}, {"free", nothing, GIL_METH_NOARGS | GIL_METH_STATIC, NULL}, {NULL, NULL, 0, NULL}};

/* What the type itself has, and not its bases; it is read and not written. */
START_TEST(test_value_dir__the_dict_of_a_type)
{
    GilTypeObject *type = node_type((GilType_Slot[]){{Gil_tp_methods, both}, {Gil_tp_members, members}, {0, NULL}}, 0);
    GilObject *t = (GilObject *)type, *got;

    ck_assert_int_eq(GilObject_SetAttrString(t, "own", Gil_None), 0);
    GilObject *dict = GilObject_GetAttrString(t, "__dict__");
    ck_assert_ptr_eq(Gil_TYPE(dict), &GilDictProxy_Type);
    ck_assert_int_eq(GilMapping_GetOptionalItemString(dict, "own", &got), 1);
    ck_assert_ptr_eq(got, Gil_None);
    ck_assert_int_eq(GilMapping_GetOptionalItemString(dict, "bound", &got), 1);
    expect_text(GilObject_Repr(got), "<method 'bound' of 'test.Node' objects>");
    Gil_DECREF(got);
    ck_assert_int_eq(GilMapping_GetOptionalItemString(dict, "free", &got), 1);
    ck_assert_ptr_eq(Gil_TYPE(got), &GilStaticMethod_Type);
    Gil_DECREF(got);
    ck_assert_int_eq(GilMapping_GetOptionalItemString(dict, "zeta", &got), 1);
    expect_text(GilObject_Repr(got), "<member 'zeta' of 'test.Node' objects>");
    Gil_DECREF(got);
    ck_assert_int_eq(GilMapping_GetOptionalItemString(dict, "__class__", &got), 0);
    ck_assert_int_eq(GilObject_SetItem(dict, t, Gil_None), -1);
    expect_error(GilExc_TypeError, "'mappingproxy' object does not support item assignment");
    Gil_DECREF(dict);
    dict = GilObject_GetAttrString((GilObject *)&GilLong_Type, "__dict__"); /* slots by their names */
    ck_assert_int_eq(GilMapping_GetOptionalItemString(dict, "__add__", &got), 1);
    expect_text(GilObject_Repr(got), "<slot wrapper '__add__' of 'int' objects>");
    Gil_DECREF(got);
    Gil_DECREF(dict);
    ck_assert_int_eq(GilObject_SetAttrString(t, "__dict__", Gil_None), -1);
    expect_error(GilExc_AttributeError, "attribute '__dict__' of 'type' objects is not writable");
    Gil_DECREF(type);
}
END_TEST

static int
show_attributes(void *arg)
{
    GilObject *dict = GilObject_GetAttrString(arg, "__dict__");

    Gil_XDECREF(dict);
    return dict != NULL ? 0 : -1;
}

START_TEST(test_J1_the_dict_of_a_type)
{
    GilTypeObject *type = node_type((GilType_Slot[]){{Gil_tp_methods, both}, {0, NULL}}, 0);

    gil_test_oom_loop(show_attributes, type);
    Gil_DECREF(type);
}
END_TEST

static int
list_attributes(void *arg)
{
    GilObject *names = GilObject_Dir(arg);

    Gil_XDECREF(names);
    return names != NULL ? 0 : -1;
}

START_TEST(test_J1_dir_under_lack_of_memory)
{
    GilObject *op = bag_new((GilType_Slot[]){{Gil_tp_getset, getset}, {0, NULL}});

    ck_assert_int_eq(GilObject_SetAttrString(op, "own", Gil_None), 0);
    gil_test_oom_loop(list_attributes, op);
    Gil_DECREF(op);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[8];
    int n = 0;

    tests[n++] = test_value_dir__own_attributes_and_those_of_the_type;
    tests[n++] = test_value_dir__what_is_no_dict_is_passed_by;
    tests[n++] = test_value_dir__a_type_may_answer_itself;
    tests[n++] = test_value_dir__the_dict_of_a_type;
    tests[n++] = test_J1_the_dict_of_a_type;
    tests[n++] = test_J1_dir_under_lack_of_memory;
    return suite_of_one("value/dir", tests);
}
