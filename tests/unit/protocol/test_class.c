/* SPDX-License-Identifier: MIT */
/* Classes made by a call of type, or of a metatype: what they are, what is told of them, and what is refused. */
#include "unit/object/node.h"

#include "object/alloc.h"
#include "object/type.h"

#include <stdio.h>

/* metatype(name, bases, dict); takes bases and dict. */
static GilObject *
make(GilObject *metatype, const char *name, GilObject *bases, GilObject *dict)
{
    GilObject *type = NULL;

    if (bases != NULL && dict != NULL)
        type = GilObject_CallFunction(metatype, "sOO", name, bases, dict);
    Gil_XDECREF(bases);
    Gil_XDECREF(dict);
    return type;
}

#define MAKE(name, bases, dict) make((GilObject *)&GilType_Type, name, bases, dict)

static GilObject *
make_one(void)
{
    GilObject *type = MAKE("One", Gil_BuildValue("()"), Gil_BuildValue("{s:i}", "x", 5));

    ck_assert_ptr_nonnull(type);
    return type;
}

START_TEST(test_protocol_class__a_class_and_its_instances)
{
    GilObject *type = make_one(), *op = GilObject_CallNoArgs(type), *x, *ref;

    ck_assert_ptr_nonnull(op);
    expect_text(GilObject_Repr(type), "<class 'One'>");
    expect_text(GilType_GetName((GilTypeObject *)type), "One");
    ck_assert_ptr_eq(Gil_TYPE(type), &GilType_Type);
    x = GilObject_GetAttrString(op, "x");
    ck_assert_int_eq(GilLong_AsLong(x), 5);
    Gil_DECREF(x);
    ck_assert_int_eq(GilObject_SetAttrString(op, "y", type), 0);
    ck_assert_int_eq(GilObject_HasAttrStringWithError(type, "y"), 0);
    x = GilObject_GetAttrString(op, "__dict__");
    ck_assert_int_eq(GilDict_ContainsString(x, "y"), 1);
    Gil_DECREF(x);
    ref = GilWeakref_NewRef(op, NULL);
    ck_assert_ptr_nonnull(ref);
    ck_assert(gil_gc_is_tracked(op));
    Gil_DECREF(ref);
    /* A circle through the instance's dict, and one through the class. */
    ck_assert_int_eq(GilObject_SetAttrString(op, "me", op), 0);
    ck_assert_int_eq(GilObject_SetAttrString(type, "instance", op), 0);
    Gil_DECREF(op);
    Gil_DECREF(type);
    ck_assert_int_ge(GilGC_Collect(), 3);
}
END_TEST

START_TEST(test_protocol_class__bases)
{
    GilObject *one = make_one(), *two = MAKE("Two", Gil_BuildValue("(O)", one), Gil_BuildValue("{}")), *x;
    GilObject *number = MAKE("Number", Gil_BuildValue("(O)", &GilLong_Type), Gil_BuildValue("{}"));
    GilObject *items = MAKE("Items", Gil_BuildValue("(OO)", two, &GilList_Type), Gil_BuildValue("{}"));
    GilObject *error = MAKE("Error", Gil_BuildValue("(O)", GilExc_ValueError), Gil_BuildValue("{}"));
    GilObject *seven = GilObject_CallFunction(number, "i", 7), *list = GilObject_CallNoArgs(items);

    ck_assert_int_eq(GilType_IsSubtype((GilTypeObject *)two, (GilTypeObject *)one), 1);
    ck_assert_int_eq(GilLong_AsLong(seven), 7);
    ck_assert(gil_gc_is_tracked(seven)); /* though int has no GC */
    ck_assert_int_eq(GilObject_SetAttrString(seven, "y", one), -1); /* and no room for a dict */
    GilErr_Clear();
    ck_assert_int_eq(GilList_Append(list, seven), 0);
    ck_assert_int_eq(GilObject_SetAttrString(list, "y", list), 0);
    x = GilObject_GetAttrString(list, "x");
    ck_assert_int_eq(GilLong_AsLong(x), 5);
    Gil_DECREF(x);
    GilErr_SetString(error, "bad");
    ck_assert(GilErr_ExceptionMatches(GilExc_ValueError));
    GilErr_Clear();
    ck_assert_ptr_null(MAKE("Bool", Gil_BuildValue("(O)", &GilBool_Type), Gil_BuildValue("{}")));
    expect_error(GilExc_TypeError, "type 'bool' is not an acceptable base type");
    ck_assert_ptr_null(MAKE("Both", Gil_BuildValue("(OO)", &GilLong_Type, &GilList_Type), Gil_BuildValue("{}")));
    expect_error(GilExc_TypeError, "type 'Both': multiple bases have instance lay-out conflict");
    Gil_DECREF(list);
    Gil_DECREF(seven);
    Gil_DECREF(error);
    Gil_DECREF(items);
    Gil_DECREF(number);
    Gil_DECREF(two);
    Gil_DECREF(one);
}
END_TEST

START_TEST(test_protocol_class__bad_arguments)
{
    GilObject *type = (GilObject *)&GilType_Type;
    GilObject *of_two = GilObject_CallFunction(type, "ii", 1, 2);

    ck_assert_ptr_null(of_two);
    expect_error(GilExc_TypeError, "type() takes 1 or 3 arguments");
    ck_assert_ptr_null(GilObject_CallFunction(type, "i(){}", 1));
    expect_error(GilExc_TypeError, "type.__new__() argument 1 must be str, not int");
    ck_assert_ptr_null(GilObject_CallFunction(type, "s[]{}", "A"));
    expect_error(GilExc_TypeError, "type.__new__() argument 2 must be tuple, not list");
    ck_assert_ptr_null(GilObject_CallFunction(type, "s()i", "A", 1));
    expect_error(GilExc_TypeError, "type.__new__() argument 3 must be dict, not int");
    ck_assert_ptr_null(GilObject_CallFunction(type, "s(){}", ""));
    expect_error(GilExc_ValueError, "type name must not be empty, nor contain null characters");
    ck_assert_ptr_null(GilObject_CallFunction(type, "s#(){}", "a\0b", (Gil_ssize_t)3));
    expect_error(GilExc_ValueError, "type name must not be empty, nor contain null characters");
    ck_assert_ptr_null(MAKE("A", Gil_BuildValue("(i)", 1), Gil_BuildValue("{}")));
    expect_error(GilExc_TypeError, "type 'A': bases must be types, not 'int'");
    ck_assert_ptr_null(MAKE("A", Gil_BuildValue("()"), Gil_BuildValue("{i:i}", 1, 1)));
    ck_assert(GilErr_ExceptionMatches(GilExc_TypeError));
    GilErr_Clear();
    ck_assert_ptr_null(MAKE("A", Gil_BuildValue("()"), Gil_BuildValue("{s:()}", "__slots__")));
    expect_error(GilExc_TypeError, "type 'A': __slots__ are not supported; members come from a spec");
}
END_TEST

static GilObject *
say_seven(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args))
{
    return GilLong_FromLong(7);
}

static GilMethodDef def_seven = {"seven", say_seven, GIL_METH_VARARGS, NULL};

START_TEST(test_protocol_class__attributes_of_the_dict_fill_slots)
{
    GilObject *seven = GilDescr_NewMethod(&GilBaseObject_Type, &def_seven);
    GilObject *type = MAKE("Sized", Gil_BuildValue("()"), Gil_BuildValue("{s:O,s:s}", "__len__", seven, "__module__", "m"));
    GilObject *equal = MAKE("Equal", Gil_BuildValue("()"), Gil_BuildValue("{s:O}", "__eq__", seven));
    GilObject *both = MAKE("Both", Gil_BuildValue("()"), Gil_BuildValue("{s:O,s:O}", "__eq__", seven, "__hash__", seven));
    GilObject *op = GilObject_CallNoArgs(type), *unhashable = GilObject_CallNoArgs(equal), *hashed = GilObject_CallNoArgs(both);

    ck_assert_int_eq(GilObject_Size(op), 7);
    expect_text(GilType_GetModuleName((GilTypeObject *)type), "m");
    ck_assert_int_eq(GilObject_Hash(unhashable), -1);
    expect_error(GilExc_TypeError, "unhashable type: 'Equal'");
    ck_assert_int_eq(GilObject_Hash(hashed), 7);
    Gil_DECREF(op);
    Gil_DECREF(unhashable);
    Gil_DECREF(hashed);
    Gil_DECREF(type);
    Gil_DECREF(equal);
    Gil_DECREF(both);
    Gil_DECREF(seven);
}
END_TEST

/* class A(bases): items; takes items. Or with a metatype. */
static GilObject *
derive(GilObject *first, GilTypeObject *second, GilObject *items)
{
    GilObject *type = MAKE("L", Gil_BuildValue("(OO)", first, second), items);

    ck_assert_ptr_nonnull(type);
    return type;
}

/* A class that says nothing does not hide how a built-in base compares, hashes and is called. */
START_TEST(test_protocol_class__a_mixin_before_a_built_in_base)
{
    GilObject *a = make_one(), *op, *same, *other, *args = Gil_BuildValue("((i))", 1);
    GilTypeObject *kinds[] = {&GilList_Type, &GilTuple_Type};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(kinds); i++) {
        GilObject *type = derive(a, kinds[i], Gil_BuildValue("{}"));
        op = GilObject_CallObject(type, args);
        same = GilObject_CallObject(type, args);
        other = GilObject_CallObject((GilObject *)kinds[i], args);
        ck_assert_int_eq(GilObject_RichCompareBool(op, same, Gil_EQ), 1);
        ck_assert_int_eq(GilObject_RichCompareBool(op, same, Gil_LT), 0);
        Gil_hash_t hash = GilObject_Hash(op); /* -1 for the lists */
        GilErr_Clear();
        ck_assert_int_eq(hash, GilObject_Hash(other));
        GilErr_Clear();
        Gil_DECREF(op);
        Gil_DECREF(same);
        Gil_DECREF(other);
        Gil_DECREF(type);
    }
    Gil_DECREF(args);

    GilObject *number = derive(a, &GilLong_Type, Gil_BuildValue("{}"));
    op = GilObject_CallFunction(number, "i", 5000);
    same = GilObject_CallFunction(number, "i", 5000);
    ck_assert_int_eq(GilObject_RichCompareBool(op, same, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_Hash(op), 5000);
    Gil_DECREF(same);
    Gil_DECREF(op);
    Gil_DECREF(number);

    GilObject *meta = derive(a, &GilType_Type, Gil_BuildValue("{}"));
    GilObject *type = make(meta, "K", Gil_BuildValue("()"), Gil_BuildValue("{s:i}", "f", 7));
    ck_assert_ptr_nonnull(type);
    ck_assert_int_eq(GilObject_HasAttrStringWithError(type, "f"), 1);
    ck_assert_int_eq(GilObject_SetAttrString(type, "g", a), 0);
    Gil_DECREF(type);
    Gil_DECREF(meta);
    Gil_DECREF(a);
}
END_TEST

/* What a class says by attributes it says of these alone: who defines a hash leaves the comparison to the next base. */
START_TEST(test_protocol_class__a_mixin_that_says_half)
{
    GilObject *seven = GilDescr_NewMethod(&GilBaseObject_Type, &def_seven), *a = make_one();
    GilMethodDef def_new = {"__new__", say_seven, GIL_METH_VARARGS, NULL};
    GilObject *make_seven = GilCFunction_New(&def_new, NULL);

    ck_assert_int_eq(GilObject_SetAttrString(a, "__hash__", seven), 0);
    GilObject *type = derive(a, &GilList_Type, Gil_BuildValue("{}")), *op = GilObject_CallNoArgs(type);
    GilObject *other = GilObject_CallNoArgs(type);
    ck_assert_int_eq(GilObject_Hash(op), 7);
    ck_assert_int_eq(GilObject_RichCompareBool(op, other, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_DelAttrString(a, "__hash__"), 0);
    ck_assert_int_eq(GilObject_Hash(op), -1);
    expect_error(GilExc_TypeError, "unhashable type: 'L'");
    Gil_DECREF(other);
    Gil_DECREF(op);
    Gil_DECREF(type);

    ck_assert_int_eq(GilObject_SetAttrString(a, "__eq__", seven), 0); /* after the class was made: its hash stays */
    type = derive(a, &GilList_Type, Gil_BuildValue("{}"));
    op = GilObject_CallNoArgs(type);
    ck_assert_int_eq(GilObject_Hash(op), -1);
    expect_error(GilExc_TypeError, "unhashable type: 'L'");
    Gil_DECREF(op);
    Gil_DECREF(type);

    ck_assert_int_eq(GilObject_SetAttrString(a, "__new__", make_seven), 0);
    type = derive(a, &GilList_Type, Gil_BuildValue("{}"));
    op = GilObject_CallNoArgs(type);
    ck_assert_int_eq(GilLong_AsLong(op), 7);
    Gil_DECREF(op);
    Gil_DECREF(type);
    Gil_DECREF(make_seven);
    Gil_DECREF(a);
    Gil_DECREF(seven);
}
END_TEST

/* --- what is told --- */

static char told[128];

static GilObject *
tell(GilObject *self, GilObject *args)
{
    GilObject *repr = GilObject_Repr(args);

    snprintf(told, sizeof told, "%s%s", GilType_Check(self) ? "class " : "", GilUnicode_AsUTF8AndSize(repr, NULL));
    Gil_DECREF(repr);
    return Gil_NewRef(Gil_None);
}

static GilObject *
tell_keywords(GilObject *self, GilObject *Gil_UNUSED(args), GilObject *kwargs)
{
    GilObject *repr = GilObject_Repr(kwargs != NULL ? kwargs : Gil_None);

    snprintf(told, sizeof told, "%s %s", gil_type_short_name((GilTypeObject *)self), GilUnicode_AsUTF8AndSize(repr, NULL));
    Gil_DECREF(repr);
    return Gil_NewRef(Gil_None);
}

static GilObject *
fails(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args), GilObject *Gil_UNUSED(kwargs))
{
    GilErr_SetString(GilExc_KeyError, "no");
    return NULL;
}

static GilMethodDef def_set_name = {"__set_name__", tell, GIL_METH_VARARGS, NULL};
static GilMethodDef def_init_subclass = {"__init_subclass__", (GilCFunction)(void (*)(void))tell_keywords,
                                         GIL_METH_VARARGS | GIL_METH_KEYWORDS | GIL_METH_CLASS, NULL};
static GilMethodDef def_fail = {"fail", (GilCFunction)(void (*)(void))fails, GIL_METH_VARARGS | GIL_METH_KEYWORDS, NULL};
static GilMethodDef def_fail_class = {"fail", (GilCFunction)(void (*)(void))fails,
                                      GIL_METH_VARARGS | GIL_METH_KEYWORDS | GIL_METH_CLASS, NULL};

START_TEST(test_protocol_class__attributes_learn_their_names)
{
    GilObject *kind = make_one(), *by_name = GilDescr_NewMethod(&GilBaseObject_Type, &def_set_name);
    GilObject *fails = GilDescr_NewMethod(&GilBaseObject_Type, &def_fail), *attribute = GilObject_CallNoArgs(kind);

    ck_assert_int_eq(GilObject_SetAttrString(kind, "__set_name__", by_name), 0);
    GilObject *type = MAKE("Told", Gil_BuildValue("()"), Gil_BuildValue("{s:i,s:O}", "a", 1, "b", attribute));
    ck_assert_ptr_nonnull(type);
    ck_assert_str_eq(told, "(<class 'Told'>, 'b')");
    Gil_DECREF(type);
    ck_assert_int_eq(GilObject_SetAttrString(kind, "__set_name__", fails), 0);
    ck_assert_ptr_null(MAKE("Told", Gil_BuildValue("()"), Gil_BuildValue("{s:O}", "b", attribute)));
    expect_error(GilExc_KeyError, "'no'");
    Gil_DECREF(attribute);
    Gil_DECREF(fails);
    Gil_DECREF(by_name);
    Gil_DECREF(kind);
}
END_TEST

static GilObject *namespace; /* borrowed */
static int names_told;

/* Throws the namespace away while the attributes are told their names, and puts another that wants to hear. */
static GilObject *
tell_and_replace(GilObject *self, GilObject *args)
{
    char name[8];

    ck_assert_int_le(++names_told, 8);
    ck_assert(GilUnicode_Check(GilTuple_GET_ITEM(args, 1)));
    Gil_INCREF(self);
    GilDict_Clear(namespace);
    snprintf(name, sizeof name, "n%d", names_told);
    ck_assert_int_eq(GilDict_SetItemString(namespace, name, self), 0);
    Gil_DECREF(self);
    return Gil_NewRef(Gil_None);
}

static GilObject *
find_set_name(GilObject *Gil_UNUSED(self), GilObject *obj, GilObject *Gil_UNUSED(type))
{
    GilDict_Clear(namespace); /* already when the method is looked for */
    return GilObject_GetAttrString(obj, "tell");
}

/* The namespace belongs to the caller, and a hook can change it: those in it when the class was made are told, and no others. */
START_TEST(test_protocol_class__the_namespace_changes_meanwhile)
{
    static GilMethodDef def_replace = {"tell", tell_and_replace, GIL_METH_VARARGS, NULL};
    GilType_Slot slots[] = {{Gil_tp_descr_get, (void *)find_set_name}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Finder", .slots = slots};
    GilObject *kind = make_one(), *teller = GilDescr_NewMethod(&GilBaseObject_Type, &def_replace);
    GilObject *finder_type = GilType_FromSpec(&spec), *finder = GilObject_CallNoArgs(finder_type);
    GilObject *args = Gil_BuildValue("(s(){s:N,s:N,s:i})", "Told", "a", GilObject_CallNoArgs(kind), "b",
                                     GilObject_CallNoArgs(kind), "c", 5);

    ck_assert_int_eq(GilObject_SetAttrString(kind, "__set_name__", finder), 0);
    ck_assert_int_eq(GilObject_SetAttrString(kind, "tell", teller), 0);
    namespace = GilTuple_GET_ITEM(args, 2);
    GilObject *type = GilObject_CallObject((GilObject *)&GilType_Type, args);
    ck_assert_ptr_nonnull(type);
    ck_assert_int_eq(names_told, 2);
    ck_assert_int_eq(GilObject_HasAttrStringWithError(type, "c"), 1);
    ck_assert_int_eq(GilObject_HasAttrStringWithError(type, "n1"), 0);
    Gil_DECREF(type);
    Gil_DECREF(args);
    Gil_DECREF(finder);
    Gil_DECREF(finder_type);
    Gil_DECREF(teller);
    Gil_DECREF(kind);
}
END_TEST

START_TEST(test_protocol_class__bases_learn_of_heirs)
{
    GilObject *base = make_one(), *type, *args, *kwargs;
    GilObject *hook = GilDescr_NewClassMethod(&GilBaseObject_Type, &def_init_subclass);
    GilObject *fails = GilDescr_NewClassMethod(&GilBaseObject_Type, &def_fail_class);

    args = Gil_BuildValue("(s(O){})", "Heir", base);
    kwargs = Gil_BuildValue("{s:i}", "size", 3);
    ck_assert_ptr_null(GilObject_Call((GilObject *)&GilType_Type, args, kwargs));
    expect_error(GilExc_TypeError, "Heir.__init_subclass__() takes no keyword arguments");
    ck_assert_int_eq(GilObject_SetAttrString(base, "__init_subclass__", hook), 0);
    type = GilObject_Call((GilObject *)&GilType_Type, args, kwargs);
    ck_assert_ptr_nonnull(type);
    ck_assert_str_eq(told, "Heir {'size': 3}");
    Gil_DECREF(type);
    ck_assert_int_eq(GilObject_SetAttrString(base, "__init_subclass__", fails), 0);
    ck_assert_ptr_null(GilObject_CallObject((GilObject *)&GilType_Type, args));
    expect_error(GilExc_KeyError, "'no'");
    Gil_DECREF(args);
    Gil_DECREF(kwargs);
    Gil_DECREF(fails);
    Gil_DECREF(hook);
    Gil_DECREF(base);
}
END_TEST

/* --- metatypes --- */

static GilObject *
make_by_attribute(GilObject *Gil_UNUSED(self), GilObject *args)
{
    GilObject *rest = GilTuple_GetSlice(args, 1, 4), *result;

    strcpy(told, "asked");
    result = GilType_Type.tp_new((GilTypeObject *)GilTuple_GET_ITEM(args, 0), rest, NULL);
    Gil_DECREF(rest);
    return result;
}

START_TEST(test_protocol_class__metatypes)
{
    GilObject *seven = GilDescr_NewMethod(&GilBaseObject_Type, &def_seven);
    GilObject *meta = MAKE("Meta", Gil_BuildValue("(O)", &GilType_Type), Gil_BuildValue("{s:O}", "__len__", seven));
    GilObject *other = MAKE("Other", Gil_BuildValue("(O)", &GilType_Type), Gil_BuildValue("{}"));

    ck_assert_ptr_nonnull(meta);
    GilObject *type = make(meta, "T", Gil_BuildValue("()"), Gil_BuildValue("{}"));
    ck_assert_ptr_nonnull(type);
    ck_assert_ptr_eq(Gil_TYPE(type), (GilTypeObject *)meta);
    ck_assert_int_eq(GilObject_Size(type), 7);
    ck_assert_ptr_null(GilObject_CallOneArg(meta, Gil_None));
    expect_error(GilExc_TypeError, "type.__new__() takes exactly 3 arguments (1 given)");
    GilObject *heir = MAKE("H", Gil_BuildValue("(O)", type), Gil_BuildValue("{}")); /* the base's metatype wins */
    ck_assert_ptr_eq(Gil_TYPE(heir), (GilTypeObject *)meta);
    ck_assert_ptr_null(make(other, "X", Gil_BuildValue("(O)", type), Gil_BuildValue("{}")));
    ck_assert(GilErr_ExceptionMatches(GilExc_TypeError));
    GilErr_Clear();
    GilObject *op = GilObject_CallNoArgs(heir);
    ck_assert_ptr_nonnull(op);
    Gil_DECREF(op);
    Gil_DECREF(heir);
    Gil_DECREF(type);
    Gil_DECREF(meta);
    Gil_DECREF(other);
    Gil_DECREF(seven);
}
END_TEST

/* A metatype that makes its instances itself is asked, also when it is only that of a base. */
START_TEST(test_protocol_class__metatypes_with_a_new_of_their_own)
{
    GilMethodDef def = {"__new__", make_by_attribute, GIL_METH_VARARGS, NULL};
    GilObject *function = GilCFunction_New(&def, NULL);
    GilObject *meta = MAKE("Meta", Gil_BuildValue("(O)", &GilType_Type), Gil_BuildValue("{s:O}", "__new__", function));
    GilObject *type = make(meta, "T", Gil_BuildValue("()"), Gil_BuildValue("{}"));

    ck_assert_ptr_nonnull(type);
    ck_assert_str_eq(told, "asked");
    told[0] = '\0';
    GilObject *heir = MAKE("H", Gil_BuildValue("(O)", type), Gil_BuildValue("{}"));
    ck_assert_ptr_nonnull(heir);
    ck_assert_str_eq(told, "asked");
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {.name = "test.Spec", .slots = none};
    ck_assert_ptr_null(GilType_FromSpecWithBases(&spec, type)); /* a spec's type is made by nobody else */
    expect_error(GilExc_TypeError, "Metaclasses with custom tp_new are not supported.");
    Gil_DECREF(heir);
    Gil_DECREF(type);
    Gil_DECREF(meta);
    Gil_DECREF(function);
}
END_TEST

static int
make_some(void *arg)
{
    GilObject *type = MAKE("Some", Gil_BuildValue("(O)", arg), Gil_BuildValue("{s:O,s:i}", "__eq__", Gil_None, "a", 1));

    Gil_XDECREF(type);
    return type != NULL ? 0 : -1;
}

START_TEST(test_J1_protocol_class)
{
    GilObject *base = make_one(), *hook = GilDescr_NewClassMethod(&GilBaseObject_Type, &def_init_subclass);

    ck_assert_int_eq(GilObject_SetAttrString(base, "__init_subclass__", hook), 0);
    gil_test_oom_loop(make_some, &GilList_Type);
    Gil_DECREF(hook);
    Gil_DECREF(base);
}
END_TEST

static int
chain_errors(void *arg)
{
    GilObject *cause, *error;
    (void)arg;

    GilErr_Format(GilExc_ValueError, "%s and %R", "first", Gil_None);
    cause = GilErr_GetRaisedException();
    if (cause == NULL)
        return -1;
    GilErr_SetHandledException(cause);
    GilErr_Format(GilExc_KeyError, "second after %R", cause);
    GilErr_SetHandledException(NULL);
    error = GilErr_GetRaisedException();
    int failed = !GilErr_GivenExceptionMatches(error, GilExc_KeyError);
    int lacked = GilErr_GivenExceptionMatches(cause, GilExc_MemoryError) ||
                 GilErr_GivenExceptionMatches(error, GilExc_MemoryError);
    Gil_DECREF(cause);
    if (failed || lacked) {
        GilErr_SetRaisedException(error);
        if (!GilErr_ExceptionMatches(GilExc_MemoryError)) {
            GilErr_Clear();
            GilErr_NoMemory();
        }
        return -1;
    }
    Gil_DECREF(error);
    return 0;
}

static int
merge_and_call(void *arg)
{
    GilObject *dict = Gil_BuildValue("{s:i,s:i,s:(ii)}", "a", 1, "b", 2, "c", 3, 4), *copy = NULL, *made = NULL;
    int rc = -1;

    if (dict != NULL && (copy = GilDict_New()) != NULL && GilDict_Update(copy, dict) == 0 &&
        (made = GilObject_CallOneArg(arg, copy)) != NULL)
        rc = 0;
    Gil_XDECREF(made);
    Gil_XDECREF(copy);
    Gil_XDECREF(dict);
    return rc;
}

/* What is done on the way out of a failure finds no memory either. */
START_TEST(test_J8_several_allocations_fail_one_after_the_other)
{
    gil_test_oom_pairs(make_some, &GilList_Type);
    gil_test_oom_pairs(chain_errors, NULL);
    gil_test_oom_pairs(merge_and_call, &GilList_Type);
    gil_test_oom_pairs(merge_and_call, &GilDict_Type);
}
END_TEST

Suite *
suite(void)
{
    const TTest *tests[] = {test_protocol_class__a_class_and_its_instances,
                            test_protocol_class__bases,
                            test_protocol_class__bad_arguments,
                            test_protocol_class__attributes_of_the_dict_fill_slots,
                            test_protocol_class__a_mixin_before_a_built_in_base,
                            test_protocol_class__a_mixin_that_says_half,
                            test_protocol_class__attributes_learn_their_names,
                            test_protocol_class__the_namespace_changes_meanwhile,
                            test_protocol_class__bases_learn_of_heirs,
                            test_protocol_class__metatypes,
                            test_protocol_class__metatypes_with_a_new_of_their_own,
                            test_J1_protocol_class,
                            test_J8_several_allocations_fail_one_after_the_other,
                            NULL};
    return suite_of_one("protocol/class", tests);
}
