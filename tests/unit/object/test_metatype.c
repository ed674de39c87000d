/* SPDX-License-Identifier: MIT */
/* Types as objects: calling them, showing them, what they tell, and how their tables are cleared at the end. */
#include "node.h"

#include "object/alloc.h"
#include "object/type.h"

#include <stdio.h>

static GilObject *
new_none(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    (void)type;
    (void)args;
    (void)kwargs;
    return Gil_NewRef(Gil_None);
}

static GilObject *
new_nothing(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    (void)type;
    (void)args;
    (void)kwargs;
    return NULL;
}

static int
init_fails(GilObject *self, GilObject *args, GilObject *kwargs)
{
    (void)self;
    (void)args;
    (void)kwargs;
    return -1;
}

static int
init_counts(GilObject *self, GilObject *args, GilObject *kwargs)
{
    (void)kwargs;
    ((struct node *)self)->number = (int)GilTuple_Size(args);
    return 0;
}

#define TYPE(...) node_type((GilType_Slot[]){__VA_ARGS__, {0, NULL}}, 0)

START_TEST(test_object_metatype__calling_makes_and_initialises)
{
    GilTypeObject *counts = TYPE({Gil_tp_init, (void *)init_counts}), *none = TYPE({Gil_tp_new, (void *)new_none});
    GilTypeObject *nothing = TYPE({Gil_tp_new, (void *)new_nothing}), *fails = TYPE({Gil_tp_init, (void *)init_fails});
    GilTypeObject *plain = TYPE({Gil_tp_doc, NULL});
    GilObject *op = GilObject_CallFunctionObjArgs((GilObject *)counts, Gil_None, Gil_None, NULL);

    ck_assert_int_eq(((struct node *)op)->number, 2);
    Gil_DECREF(op);
    op = GilObject_CallNoArgs((GilObject *)none);
    ck_assert_ptr_eq(op, Gil_None);
    ck_assert_ptr_null(GilObject_CallNoArgs((GilObject *)nothing));
    expect_error(GilExc_SystemError, "tp_new of 'test.Node' returned NULL without setting an exception");
    ck_assert_ptr_null(GilObject_CallNoArgs((GilObject *)fails));
    expect_error(GilExc_SystemError, "tp_init of 'test.Node' failed without setting an exception");
    ck_assert_ptr_null(GilObject_CallOneArg((GilObject *)plain, Gil_None));
    expect_error(GilExc_TypeError, "Node() takes no arguments");
    GilTypeObject *all[] = {counts, none, nothing, fails, plain};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++) {
        ck_assert_int_eq(Gil_REFCNT(all[i]), 1);
        Gil_DECREF(all[i]);
    }
}
END_TEST

START_TEST(test_object_metatype__type_of_an_object)
{
    GilObject *type = GilObject_CallOneArg((GilObject *)&GilType_Type, Gil_None);

    ck_assert_ptr_eq(type, Gil_TYPE(Gil_None));
    Gil_DECREF(type);
    ck_assert_ptr_null(GilObject_CallNoArgs((GilObject *)&GilType_Type));
    expect_error(GilExc_TypeError, "type() takes 1 or 3 arguments");
}
END_TEST

START_TEST(test_object_metatype__what_types_tell)
{
    GilTypeObject *type = TYPE({Gil_tp_doc, (void *)"Node(x)\n--\n\nA node."});
    GilObject *t = (GilObject *)type;

    expect_text(GilObject_Repr(t), "<class 'test.Node'>");
    expect_text(GilObject_Str((GilObject *)&GilLong_Type), "<class 'int'>");
    expect_text(GilObject_GetAttrString(t, "__name__"), "Node");
    expect_text(GilObject_GetAttrString(t, "__qualname__"), "Node");
    expect_text(GilObject_GetAttrString(t, "__module__"), "test");
    expect_text(GilObject_GetAttrString(t, "__doc__"), "A node.");
    expect_text(GilObject_GetAttrString(t, "__text_signature__"), "(x)");
    GilObject *none = GilObject_GetAttrString((GilObject *)&GilBaseObject_Type, "__text_signature__");
    ck_assert_ptr_eq(none, Gil_None);
    GilObject *base = GilObject_GetAttrString(t, "__base__"), *bases = GilObject_GetAttrString(t, "__bases__");
    GilObject *mro = GilObject_GetAttrString(t, "__mro__");
    ck_assert_ptr_eq(base, &GilBaseObject_Type);
    expect_text(GilObject_Repr(bases), "(<class 'object'>,)");
    expect_text(GilObject_Repr(mro), "(<class 'test.Node'>, <class 'object'>)");
    Gil_DECREF(mro);
    Gil_DECREF(bases);
    Gil_DECREF(base);
    base = GilObject_GetAttrString((GilObject *)&GilBaseObject_Type, "__base__");
    ck_assert_ptr_eq(base, Gil_None);
    bases = GilObject_GetAttrString((GilObject *)&GilBaseObject_Type, "__bases__");
    ck_assert_int_eq(GilTuple_Size(bases), 0);
    Gil_DECREF(bases);
    Gil_DECREF(type);
}
END_TEST

/* A class that is made by a call has its names from the namespace. */
START_TEST(test_object_metatype__names_from_the_namespace)
{
    GilObject *type = GilObject_CallFunction((GilObject *)&GilType_Type, "s(O){ss,ss}", "X", &GilList_Type, "__module__", "mod",
                                             "__qualname__", "Outer.X");
    GilObject *plain = GilObject_CallFunction((GilObject *)&GilType_Type, "s(){ss,ss}", "Y", "__module__", "mod", "__qualname__",
                                              "Outer.Y");
    GilObject *op = GilObject_CallNoArgs(type), *mro = GilObject_CallMethod(type, "mro", NULL), *dict, *value;
    GilObject *other = GilObject_CallNoArgs(plain);
    char shown[100];


    expect_text(GilObject_Repr(type), "<class 'mod.Outer.X'>");
    snprintf(shown, sizeof shown, "<mod.Outer.Y object at %p>", (void *)other);
    expect_text(GilObject_Repr(other), shown);
    Gil_DECREF(other);
    Gil_DECREF(plain);
    expect_text(GilObject_GetAttrString(type, "__qualname__"), "Outer.X");
    expect_text(GilObject_GetAttrString(type, "__name__"), "X");
    expect_text(GilType_GetFullyQualifiedName((GilTypeObject *)(void *)type), "mod.Outer.X");
    expect_text(GilObject_Repr(mro), "[<class 'mod.Outer.X'>, <class 'list'>, <class 'object'>]");
    ck_assert_ptr_null(GilObject_GetAttrString(op, "__qualname__")); /* it is no attribute of instances */
    GilErr_Clear();
    dict = GilObject_GetAttrString(type, "__dict__");
    ck_assert_int_eq(GilMapping_HasKeyStringWithError(dict, "__qualname__"), 0);
    ck_assert_int_eq(GilMapping_HasKeyStringWithError(dict, "__module__"), 1);
    value = GilUnicode_FromString("__main__");
    ck_assert_int_eq(GilObject_SetAttrString(type, "__module__", value), 0);
    expect_text(GilObject_Repr(type), "<class '__main__.Outer.X'>");
    expect_text(GilType_GetFullyQualifiedName((GilTypeObject *)(void *)type), "Outer.X");
    ck_assert_int_eq(GilObject_SetAttrString(type, "__qualname__", value), 0);
    expect_text(GilType_GetQualName((GilTypeObject *)(void *)type), "__main__");
    ck_assert_int_eq(GilObject_SetAttrString(type, "__module__", Gil_None), 0); /* no str: left out */
    expect_text(GilObject_Repr(type), "<class '__main__'>");
    ck_assert_int_eq(GilObject_SetAttrString(type, "__qualname__", Gil_None), -1);
    expect_error(GilExc_TypeError, "can only assign string to X.__qualname__, not 'NoneType'");
    ck_assert_int_eq(GilObject_DelAttrString(type, "__qualname__"), -1);
    expect_error(GilExc_TypeError, "cannot delete '__qualname__' attribute of type 'X'");
    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)&GilLong_Type, "__qualname__", value), -1);
    expect_error(GilExc_TypeError, "cannot set '__qualname__' attribute of immutable type 'int'");
    ck_assert_ptr_null(GilObject_CallFunction((GilObject *)&GilType_Type, "s(){si}", "X", "__qualname__", 1));
    expect_error(GilExc_TypeError, "type __qualname__ must be a str, not int");
    GilObject *all[] = {value, dict, mro, op, type};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

/* Names that only begin like one that is taken out of the namespace. */
START_TEST(test_object_metatype__names_with_null_characters)
{
    GilObject *dict = GilDict_New(), *five = GilLong_FromLong(5);
    GilObject *odd[] = {GilUnicode_FromStringAndSize("__qualname__\0x", 14), GilUnicode_FromStringAndSize("__slots__\0x", 11)};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(odd); i++)
        ck_assert_int_eq(GilDict_SetItem(dict, odd[i], five), 0);
    GilObject *type = GilObject_CallFunction((GilObject *)&GilType_Type, "s()O", "X", dict);
    ck_assert_ptr_nonnull(type);
    expect_text(GilObject_GetAttrString(type, "__qualname__"), "X");
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(odd); i++) {
        GilObject *value = GilObject_GetAttr(type, odd[i]);
        ck_assert_ptr_eq(value, five);
        Gil_DECREF(value);
        Gil_DECREF(odd[i]);
    }
    Gil_DECREF(type);
    Gil_DECREF(five);
    Gil_DECREF(dict);
}
END_TEST

/* The name stands whole in the repr, however long it is. */
START_TEST(test_object_metatype__long_names)
{
    char name[1 + 2 * 300 + 1] = "x", text[sizeof name + 16];
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {.name = name, .slots = none};

    for (size_t i = 1; i + 2 < sizeof name; i += 2)
        memcpy(name + i, "\xc3\xa9", 3);
    GilObject *type = GilType_FromSpec(&spec);
    ck_assert_ptr_nonnull(type);
    snprintf(text, sizeof text, "<class '%s'>", name);
    expect_text(GilObject_Repr(type), text);
    Gil_DECREF(type);
}
END_TEST

static int
show(void *arg)
{
    GilObject *repr = GilObject_Repr(arg);

    Gil_XDECREF(repr);
    return repr != NULL ? 0 : -1;
}

START_TEST(test_J1_repr_of_a_type)
{
    gil_test_oom_loop(show, &GilList_Type);
}
END_TEST

START_TEST(test_object_metatype__what_may_be_set)
{
    GilTypeObject *type = TYPE({Gil_tp_doc, NULL});
    GilObject *t = (GilObject *)type, *text = GilUnicode_FromString("elsewhere");

    ck_assert_int_eq(GilObject_SetAttrString(t, "__module__", text), 0);
    expect_text(GilObject_GetAttrString(t, "__module__"), "elsewhere");
    ck_assert_int_eq(GilObject_DelAttrString(t, "__module__"), -1);
    expect_error(GilExc_TypeError, "cannot delete '__module__' attribute of type 'test.Node'");
    ck_assert_int_eq(GilObject_SetAttrString(t, "__name__", text), -1);
    expect_error(GilExc_AttributeError, "attribute '__name__' of 'type' objects is not writable");
    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)&GilLong_Type, "__doc__", text), -1);
    expect_error(GilExc_TypeError, "cannot set '__doc__' attribute of immutable type 'int'");
    Gil_DECREF(text);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_metatype__clearing_gives_tables_back_newest_first)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilTypeObject *old = node_type(NULL, 0), *new = node_type(NULL, 0);
    GilObject *op = node_new(old, NULL);

    /* A circle: the type holds its own instance. */
    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)old, "it", op), 0);
    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)new, "other", (GilObject *)old), 0);
    ck_assert_ptr_eq(gil_object_pocket(ts)->types, new);
    Gil_DECREF(op);
    Gil_DECREF(old);
    ck_assert_int_eq(nodes_gone, 0);
    gil_types_clear(ts);
    ck_assert_int_eq(nodes_gone, 1);
    ck_assert_int_eq(GilObject_HasAttrStringWithError((GilObject *)new, "other"), 0);
    Gil_DECREF(new);
}
END_TEST

/* A type that holds nothing but a name of its own lets go of that as well. */
START_TEST(test_object_metatype__clearing_takes_the_name_that_was_given)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *name = GilUnicode_FromString("some.where.X");
    GilObject *type = GilObject_CallFunction((GilObject *)&GilType_Type, "s(O){}", "X", &GilLong_Type);

    ck_assert_int_eq(gil_names_count(((GilTypeObject *)(void *)type)->tp_names), 0);
    ck_assert_int_eq(GilObject_SetAttrString(type, "__qualname__", name), 0);
    ck_assert_int_eq(Gil_REFCNT(name), 2);
    gil_types_clear(ts);
    ck_assert_int_eq(Gil_REFCNT(name), 1);
    Gil_DECREF(name);
    Gil_DECREF(type);
}
END_TEST

/* --- metatypes of one's own --- */

struct meta_data {
    int level;
    GilObject *kept;
};

static GilMemberDef meta_members[] = {
    {"level", Gil_T_INT, offsetof(struct meta_data, level), Gil_RELATIVE_OFFSET, NULL},
    {"kept", Gil_T_OBJECT_EX, offsetof(struct meta_data, kept), Gil_RELATIVE_OFFSET, NULL},
    {0},
};

static GilTypeObject *
metatype(const char *name, GilTypeObject *base)
{
    GilType_Slot slots[] = {{Gil_tp_members, meta_members}, {0, NULL}};
    GilType_Spec spec = {.name = name, .basicsize = -(int)sizeof(struct meta_data), .flags = Gil_TPFLAGS_BASETYPE,
                         .slots = slots};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpecWithBases(&spec, (GilObject *)base);

    if (type == NULL)
        GilErr_Print();
    ck_assert_ptr_nonnull(type);
    return type;
}

static GilType_Slot no_slots[] = {{0, NULL}};
static GilType_Spec plain_spec = {.name = "test.Plain", .flags = Gil_TPFLAGS_BASETYPE, .slots = no_slots};

START_TEST(test_object_metatype__types_are_instances_of_their_metatype)
{
    GilTypeObject *meta = metatype("test.Meta", &GilType_Type), *sub_meta = metatype("test.SubMeta", meta);
    GilTypeObject *type = (GilTypeObject *)GilType_FromMetaclass(meta, NULL, &plain_spec, NULL);
    GilObject *five = GilLong_FromLong(5);

    ck_assert_ptr_eq(Gil_TYPE(type), meta);
    ck_assert_int_eq(GilType_Check((GilObject *)type), 1);
    ck_assert_int_eq(GilType_CheckExact((GilObject *)type), 0);
    /* Attributes of the metatype are the type's, and not its instances'. */
    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)type, "level", five), 0);
    ck_assert_int_eq(((struct meta_data *)GilObject_GetTypeData((GilObject *)type, meta))->level, 5);
    GilObject *op = GilObject_CallNoArgs((GilObject *)type);
    ck_assert_ptr_eq(Gil_TYPE(op), type);
    ck_assert_int_eq(GilObject_HasAttrStringWithError(op, "level"), 0);
    Gil_DECREF(op);
    /* A derived type has the metatype of its base, or one that derives from it. */
    GilTypeObject *sub = (GilTypeObject *)GilType_FromSpecWithBases(&plain_spec, (GilObject *)type);
    ck_assert_ptr_eq(Gil_TYPE(sub), meta);
    GilTypeObject *subsub = (GilTypeObject *)GilType_FromMetaclass(sub_meta, NULL, &plain_spec, (GilObject *)sub);
    ck_assert_ptr_eq(Gil_TYPE(subsub), sub_meta);
    GilTypeObject *last = (GilTypeObject *)GilType_FromMetaclass(&GilType_Type, NULL, &plain_spec, (GilObject *)subsub);
    ck_assert_ptr_eq(Gil_TYPE(last), sub_meta);
    expect_text(GilObject_Repr((GilObject *)last), "<class 'test.Plain'>");
    Gil_DECREF(last);
    Gil_DECREF(subsub);
    Gil_DECREF(sub);
    Gil_DECREF(type);
    Gil_DECREF(five);
    Gil_DECREF(sub_meta);
    Gil_DECREF(meta);
}
END_TEST

static GilObject *
meta_new(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    (void)type;
    (void)args;
    (void)kwargs;
    return NULL;
}

START_TEST(test_object_metatype__conflicts_are_refused)
{
    GilTypeObject *one = metatype("test.One", &GilType_Type), *two = metatype("test.Two", &GilType_Type);
    GilTypeObject *a = (GilTypeObject *)GilType_FromMetaclass(one, NULL, &plain_spec, NULL);
    GilTypeObject *b = (GilTypeObject *)GilType_FromMetaclass(two, NULL, &plain_spec, NULL);
    GilObject *both = GilTuple_Pack(2, a, b);
    GilType_Slot new_slots[] = {{Gil_tp_new, (void *)meta_new}, {0, NULL}};
    GilType_Spec new_spec = {.name = "test.New", .slots = new_slots};
    GilTypeObject *with_new = (GilTypeObject *)GilType_FromSpecWithBases(&new_spec, (GilObject *)&GilType_Type);

    ck_assert_ptr_null(GilType_FromSpecWithBases(&plain_spec, both));
    expect_error(GilExc_TypeError, "metaclass conflict: the metaclass of a derived class must be a (non-strict) "
                                   "subclass of the metaclasses of all its bases");
    ck_assert_ptr_null(GilType_FromMetaclass(two, NULL, &plain_spec, (GilObject *)a));
    GilErr_Clear();
    ck_assert_ptr_null(GilType_FromMetaclass(&GilLong_Type, NULL, &plain_spec, NULL));
    expect_error(GilExc_TypeError, "Metaclass '<class 'int'>' is not a subclass of 'type'.");
    ck_assert_ptr_null(GilType_FromMetaclass((GilTypeObject *)both, NULL, &plain_spec, NULL));
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_TypeError), 1);
    GilErr_Clear();
    ck_assert_ptr_nonnull(with_new);
    ck_assert_ptr_null(GilType_FromMetaclass(with_new, NULL, &plain_spec, NULL));
    expect_error(GilExc_TypeError, "Metaclasses with custom tp_new are not supported.");
    /* Types are made from specs, not by a call. */
    ck_assert_ptr_null(GilObject_CallOneArg((GilObject *)one, Gil_None));
    expect_error(GilExc_TypeError, "type.__new__() takes exactly 3 arguments (1 given)");
    Gil_DECREF(with_new);
    Gil_DECREF(both);
    Gil_DECREF(a);
    Gil_DECREF(b);
    Gil_DECREF(one);
    Gil_DECREF(two);
}
END_TEST

static GilObject *
meta_call(GilObject *self, GilObject *args, GilObject *kwargs)
{
    (void)args;
    (void)kwargs;
    return Gil_NewRef(self);
}

START_TEST(test_object_metatype__a_metatype_decides_what_a_call_does)
{
    GilType_Slot slots[] = {{Gil_tp_call, (void *)meta_call}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Meta", .slots = slots};
    GilTypeObject *meta = (GilTypeObject *)GilType_FromSpecWithBases(&spec, (GilObject *)&GilType_Type);
    GilTypeObject *type = (GilTypeObject *)GilType_FromMetaclass(meta, NULL, &plain_spec, NULL);
    GilObject *result = GilObject_CallNoArgs((GilObject *)type);

    ck_assert_ptr_eq(result, type);
    Gil_DECREF(result);
    Gil_DECREF(type);
    Gil_DECREF(meta);
}
END_TEST

START_TEST(test_object_metatype__circles_through_what_a_metatype_adds_are_collected)
{
    GilTypeObject *meta = metatype("test.Meta", &GilType_Type);
    GilTypeObject *type = (GilTypeObject *)GilType_FromMetaclass(meta, NULL, &plain_spec, NULL);
    GilObject *list = GilList_New(0);

    ck_assert_int_eq(GilList_Append(list, (GilObject *)type), 0);
    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)type, "kept", list), 0);
    Gil_DECREF(list);
    Gil_DECREF(type);
    Gil_DECREF(meta);
    ck_assert_int_eq(GilGC_Collect(), 3);
}
END_TEST

START_TEST(test_object_metatype__a_type_knows_what_derives_from_it)
{
    GilTypeObject *base = (GilTypeObject *)GilType_FromSpec(&plain_spec);
    GilObject *a = GilType_FromSpecWithBases(&plain_spec, (GilObject *)base), *ask;
    GilObject *b = GilType_FromSpecWithBases(&plain_spec, (GilObject *)base), *c = GilType_FromSpecWithBases(&plain_spec, a);
    GilObject *expected = GilList_New(0), *name = GilUnicode_FromString("__subclasses__");

    ask = GilObject_CallMethodNoArgs((GilObject *)base, name);
    ck_assert_int_eq(GilList_Append(expected, a), 0);
    ck_assert_int_eq(GilList_Append(expected, b), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(ask, expected, Gil_EQ), 1);
    Gil_DECREF(ask);
    ask = GilObject_CallMethodNoArgs((GilObject *)&GilFloat_Type, name);
    ck_assert_int_eq(GilList_Size(ask), 0);
    Gil_DECREF(ask);
    Gil_DECREF(name);
    Gil_DECREF(expected);
    Gil_DECREF(c);
    Gil_DECREF(b);
    Gil_DECREF(a);
    Gil_DECREF(base);
}
END_TEST

/* Called by the end of a class, which has no reference any more and stands in the interpreter's list still. */
static void
ask_for_subclasses(GilObject *Gil_UNUSED(ref), void *arg)
{
    GilObject *name = GilUnicode_FromString("__subclasses__"), *list = GilObject_CallMethodNoArgs(arg, name);

    ck_assert_ptr_nonnull(list);
    ck_assert_int_eq(GilList_Size(list), 0);
    nodes_gone = 1;
    Gil_DECREF(list);
    Gil_DECREF(name);
}

START_TEST(test_object_metatype__a_dying_class_is_no_subclass)
{
    GilObject *base = GilType_FromSpec(&plain_spec), *derived = GilType_FromSpecWithBases(&plain_spec, base);
    GilObject *ref = GilWeakref_NewRefWithCallback(derived, ask_for_subclasses, base);

    ck_assert_ptr_nonnull(ref);
    Gil_DECREF(derived);
    ck_assert_int_eq(nodes_gone, 1);
    Gil_DECREF(ref);
    Gil_DECREF(base);
}
END_TEST

/* An instance whose end puts another of its kind into what has just been cleared. */
static long ends;

static GilObject *
another_in_the_class(GilObject *self, GilObject *Gil_UNUSED(args))
{
    GilObject *next = GilObject_CallNoArgs((GilObject *)Gil_TYPE(self));

    ck_assert_int_le(++ends, 1000);
    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)Gil_TYPE(self), "x", next), 0);
    Gil_DECREF(next);
    Gil_RETURN_NONE;
}

static void
another_in_a_new_class(GilObject *self)
{
    GilObject *next = GilObject_CallNoArgs((GilObject *)Gil_TYPE(self)), *type = GilType_FromSpec(&plain_spec);

    ck_assert_int_le(++ends, 1000);
    ck_assert_int_eq(GilObject_SetAttrString(type, "x", next), 0);
    Gil_DECREF(next); /* that to the class is lost */
}

START_TEST(test_C6_the_end_of_types_is_bounded)
{
    static GilMethodDef del = {"__del__", another_in_the_class, GIL_METH_NOARGS, NULL};
    GilType_Slot slots[] = {{Gil_tp_finalize, (void *)another_in_a_new_class}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Sick", .slots = slots};
    GilObject *sick = GilType_FromSpec(&spec);
    GilObject *type = GilObject_CallFunction((GilObject *)&GilType_Type, "s(){}", "K"), *other, *op;

    ck_assert_ptr_nonnull(type);
    GilObject *method = GilDescr_NewMethod((GilTypeObject *)type, &del);
    ck_assert_int_eq(GilObject_SetAttrString(type, "__del__", method), 0);
    Gil_DECREF(method);
    op = GilObject_CallNoArgs(type);
    ck_assert_int_eq(GilObject_SetAttrString(type, "x", op), 0);
    Gil_DECREF(op);
    other = GilType_FromSpec(&plain_spec);
    op = GilObject_CallNoArgs(sick);
    ck_assert_int_eq(GilObject_SetAttrString(other, "x", op), 0);
    Gil_DECREF(op);
    gil_types_clear(gil_tstate_need(__func__));
    ck_assert_int_ge(ends, 2); /* the last of each is left, and the end that the fixture makes tells it */
    Gil_DECREF(other);
    Gil_DECREF(type);
    Gil_DECREF(sick);
}
END_TEST

static int
make_both(void *arg)
{
    GilTypeObject *meta = arg;
    GilObject *type = GilType_FromMetaclass(meta, NULL, &plain_spec, NULL), *name, *list = NULL;

    if (type == NULL)
        return -1;
    name = GilUnicode_FromString("__subclasses__");
    if (name != NULL)
        list = GilObject_CallMethodNoArgs((GilObject *)&GilBaseObject_Type, name);
    Gil_XDECREF(name);
    Gil_XDECREF(list);
    Gil_DECREF(type);
    return list != NULL ? 0 : -1;
}

START_TEST(test_J1_types_of_metatypes_under_lack_of_memory)
{
    GilTypeObject *meta = metatype("test.Meta", &GilType_Type);

    gil_test_oom_loop(make_both, meta);
    Gil_DECREF(meta);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[8 + 12];
    int n = 0;

    tests[n++] = test_object_metatype__calling_makes_and_initialises;
    tests[n++] = test_object_metatype__type_of_an_object;
    tests[n++] = test_object_metatype__what_types_tell;
    tests[n++] = test_object_metatype__names_from_the_namespace;
    tests[n++] = test_object_metatype__names_with_null_characters;
    tests[n++] = test_object_metatype__long_names;
    tests[n++] = test_J1_repr_of_a_type;
    tests[n++] = test_object_metatype__what_may_be_set;
    tests[n++] = test_object_metatype__clearing_gives_tables_back_newest_first;
    tests[n++] = test_object_metatype__clearing_takes_the_name_that_was_given;
    tests[n++] = test_object_metatype__types_are_instances_of_their_metatype;
    tests[n++] = test_object_metatype__conflicts_are_refused;
    tests[n++] = test_object_metatype__a_metatype_decides_what_a_call_does;
    tests[n++] = test_object_metatype__circles_through_what_a_metatype_adds_are_collected;
    tests[n++] = test_object_metatype__a_type_knows_what_derives_from_it;
    tests[n++] = test_object_metatype__a_dying_class_is_no_subclass;
    tests[n++] = test_C6_the_end_of_types_is_bounded;
    tests[n++] = test_J1_types_of_metatypes_under_lack_of_memory;
    return suite_of_one("object/metatype", tests);
}
