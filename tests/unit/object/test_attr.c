/* SPDX-License-Identifier: MIT */
/* Attributes: methods are bound, members and computed ones win, errors read as their users know them. */
#include "node.h"

#include "object/attr.h"

static GilObject *
get_double(GilObject *self, void *closure)
{
    (void)closure;
    return GilLong_FromLong(2L * ((struct node *)self)->number);
}

static int
set_double(GilObject *self, GilObject *value, void *closure)
{
    (void)closure;
    if (value == NULL) {
        GilErr_SetString(GilExc_TypeError, "cannot be deleted");
        return -1;
    }
    ((struct node *)self)->number = (int)GilLong_AsLong(value) / 2;
    return 0;
}

static GilObject *
get_missing(GilObject *self, void *closure)
{
    (void)self;
    (void)closure;
    GilErr_SetString(GilExc_AttributeError, "not today");
    return NULL;
}

static GilObject *
get_broken(GilObject *self, void *closure)
{
    (void)self;
    (void)closure;
    GilErr_SetString(GilExc_ValueError, "broken");
    return NULL;
}

static GilObject *
method(GilObject *self, GilObject *args)
{
    (void)args;
    return Gil_XNewRef(self != NULL ? self : Gil_None);
}

static GilGetSetDef getset[] = {
    {"double", get_double, set_double, NULL, NULL},
    {"readonly", get_double, NULL, NULL, NULL},
    {"writeonly", NULL, set_double, NULL, NULL},
    {"missing", get_missing, NULL, NULL, NULL},
    {"broken", get_broken, NULL, NULL, NULL},
    {0},
};
static GilMemberDef members[] = {{"number", Gil_T_INT, offsetof(struct node, number), 0, NULL}, {0}};
static GilMethodDef methods[] = {
    {"method", method, GIL_METH_NOARGS, "method()\n--\n\nReturns self."},
    {"klass", method, GIL_METH_NOARGS | GIL_METH_CLASS, NULL},
    {"still", method, GIL_METH_NOARGS | GIL_METH_STATIC, NULL},
    {0},
};

static GilTypeObject *
rich_type(void)
{
    GilType_Slot slots[] = {{Gil_tp_getset, getset}, {Gil_tp_members, members}, {Gil_tp_methods, methods}, {0, NULL}};
    return node_type(slots, 0);
}

static long
number_of(GilObject *op)
{
    ck_assert_ptr_nonnull(op);
    long n = GilLong_AsLong(op);
    Gil_DECREF(op);
    return n;
}

/* Call what is there; the result compared, not kept. */
static void
expect_call(GilObject *callable, GilObject *wanted)
{
    ck_assert_ptr_nonnull(callable);
    GilObject *result = GilObject_CallNoArgs(callable);
    ck_assert_ptr_eq(result, wanted);
    Gil_XDECREF(result);
    Gil_DECREF(callable);
}

START_TEST(test_object_attr__members_and_computed_attributes)
{
    GilTypeObject *type = rich_type();
    GilObject *op = node_new(type, NULL), *ten = GilLong_FromLong(10);

    ck_assert_int_eq(GilObject_SetAttrString(op, "double", ten), 0);
    ck_assert_int_eq(number_of(GilObject_GetAttrString(op, "number")), 5);
    ck_assert_int_eq(GilObject_SetAttrString(op, "number", ten), 0);
    ck_assert_int_eq(number_of(GilObject_GetAttrString(op, "double")), 20);
    GilObject *name = GilUnicode_FromString("number");
    ck_assert_int_eq(number_of(GilObject_GetAttr(op, name)), 10);
    ck_assert_int_eq(number_of(GilObject_GenericGetAttr(op, name)), 10);
    ck_assert_int_eq(GilObject_SetAttr(op, name, ten), 0);
    ck_assert_int_eq(GilObject_GenericSetAttr(op, name, ten), 0);
    Gil_DECREF(name);
    Gil_DECREF(ten);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

static int
find_method(GilObject *op, const char *name, struct gil_found *found)
{
    GilObject *str = GilUnicode_FromString(name);
    int rc = gil_attr_find_method(gil_tstate_need(__func__), op, str, found);
    Gil_DECREF(str);
    return rc;
}

START_TEST(test_object_attr__methods_are_bound)
{
    GilTypeObject *type = rich_type();
    GilObject *op = node_new(type, NULL), *t = (GilObject *)type;

    expect_call(GilObject_GetAttrString(op, "method"), op);
    expect_call(GilObject_GetAttrString(op, "klass"), t);
    expect_call(GilObject_GetAttrString(t, "klass"), t);
    expect_call(GilObject_GetAttrString(op, "still"), Gil_None);
    expect_call(GilObject_GetAttrString(t, "still"), Gil_None);
    struct gil_found found;
    ck_assert_int_eq(find_method(op, "method", &found), 1);
    ck_assert_ptr_eq(found.owner, type);
    ck_assert_int_eq(find_method(op, "klass", &found), 0);
    ck_assert_int_eq(find_method(op, "number", &found), 0);
    ck_assert_int_eq(find_method(t, "method", &found), 0);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_attr__texts_of_errors)
{
    GilTypeObject *type = rich_type();
    GilObject *op = node_new(type, NULL);

    ck_assert_ptr_null(GilObject_GetAttrString(op, "x"));
    expect_error(GilExc_AttributeError, "'test.Node' object has no attribute 'x'");
    ck_assert_ptr_null(GilObject_GetAttrString((GilObject *)type, "x"));
    expect_error(GilExc_AttributeError, "type object 'Node' has no attribute 'x'");
    ck_assert_int_eq(GilObject_SetAttrString(op, "x", Gil_None), -1);
    expect_error(GilExc_AttributeError, "'test.Node' object has no attribute 'x' and no __dict__ for setting new attributes");
    ck_assert_int_eq(GilObject_SetAttrString(op, "method", Gil_None), -1);
    expect_error(GilExc_AttributeError, "'test.Node' object attribute 'method' is read-only");
    ck_assert_int_eq(GilObject_SetAttrString(op, "readonly", Gil_None), -1);
    expect_error(GilExc_AttributeError, "attribute 'readonly' of 'test.Node' objects is not writable");
    ck_assert_ptr_null(GilObject_GetAttrString(op, "writeonly"));
    expect_error(GilExc_AttributeError, "attribute 'writeonly' of 'test.Node' objects is not readable");
    ck_assert_int_eq(GilObject_DelAttrString(op, "double"), -1);
    expect_error(GilExc_TypeError, "cannot be deleted");
    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)&GilList_Type, "x", Gil_None), -1);
    expect_error(GilExc_TypeError, "cannot set 'x' attribute of immutable type 'list'");
    ck_assert_ptr_null(GilObject_GetAttr(op, Gil_None));
    expect_error(GilExc_TypeError, "attribute name must be string, not 'NoneType'");
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

/* Each kind of object that has its own way to its attributes. */
START_TEST(test_object_attr__names_with_surrogates)
{
    GilObject *name = GilUnicode_DecodeFSDefault("x\xff"), *value;
    GilObject *type = GilObject_CallFunction((GilObject *)&GilType_Type, "s(){Oi}", "A", name, 5);
    GilObject *func = GilObject_GetAttrString((GilObject *)&GilList_Type, "append");
    GilObject *ops[] = {GilObject_CallNoArgs(type), GilModule_New("m"), GilObject_CallNoArgs(GilExc_ValueError), type};
    GilObject *method = GilMethod_New(func, ops[0]);

    value = GilObject_GetAttr(ops[0], name);
    ck_assert_int_eq(GilLong_AsLong(value), 5);
    Gil_DECREF(value);
    ck_assert_int_eq(GilObject_DelAttr(type, name), 0);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(ops); i++) {
        ck_assert_int_eq(GilObject_GetOptionalAttr(ops[i], name, &value), 0);
        ck_assert_ptr_null(GilObject_GetAttr(ops[i], name));
        ck_assert(GilErr_ExceptionMatches(GilExc_AttributeError));
        GilObject *exc = GilErr_GetRaisedException(), *text = GilObject_ASCII(exc);
        ck_assert_msg(strstr(GilUnicode_AsUTF8(text), "no attribute 'x\\udcff'") != NULL, "%s", GilUnicode_AsUTF8(text));
        Gil_DECREF(text);
        Gil_DECREF(exc);
        ck_assert_int_eq(GilObject_SetAttr(ops[i], name, Gil_None), 0);
        value = GilObject_GetAttr(ops[i], name);
        ck_assert_ptr_eq(value, Gil_None);
        GilObject *dir = GilObject_Dir(ops[i]);
        ck_assert_int_eq(GilSequence_Contains(dir, name), 1);
        Gil_DECREF(dir);
        ck_assert_int_eq(GilObject_DelAttr(ops[i], name), 0);
    }
    ck_assert_int_eq(GilObject_HasAttrWithError(method, name), 0);
    ck_assert_int_eq(GilObject_SetAttr(func, name, Gil_None), -1);
    GilObject *exc = GilErr_GetRaisedException();
    expect_text(GilObject_ASCII(exc), "AttributeError(\"'method_descriptor' object has no attribute 'x\\udcff' and "
                                      "no __dict__ for setting new attributes\")");
    Gil_DECREF(exc);
    ck_assert_int_eq(GilObject_SetAttr((GilObject *)&GilList_Type, name, Gil_None), -1);
    exc = GilErr_GetRaisedException();
    expect_text(GilObject_ASCII(exc), "TypeError(\"cannot set 'x\\udcff' attribute of immutable type 'list'\")");
    Gil_DECREF(exc);
    ck_assert_ptr_null(GilObject_CallFunction((GilObject *)&GilType_Type, "O(){}", name)); /* names of types are UTF-8 */
    ck_assert(GilErr_ExceptionMatches(GilExc_UnicodeEncodeError));
    GilErr_Clear();
    Gil_DECREF(method);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(ops); i++)
        Gil_DECREF(ops[i]);
    Gil_DECREF(func);
    Gil_DECREF(name);
}
END_TEST

START_TEST(test_object_attr__null_arguments)
{
    GilObject *result;

    ck_assert_ptr_null(GilObject_GetAttr(NULL, Gil_None));
    expect_error(GilExc_SystemError, "GilObject_GetAttr: NULL argument");
    ck_assert_ptr_null(GilObject_GetAttrString(Gil_None, NULL));
    expect_error(GilExc_SystemError, "GilObject_GetAttrString: NULL argument");
    ck_assert_int_eq(GilObject_SetAttrString(NULL, "x", Gil_None), -1);
    expect_error(GilExc_SystemError, "GilObject_SetAttrString: NULL argument");
    ck_assert_int_eq(GilObject_DelAttr(NULL, NULL), -1);
    expect_error(GilExc_SystemError, "GilObject_DelAttr: NULL argument");
    ck_assert_int_eq(GilObject_GetOptionalAttr(NULL, Gil_None, &result), -1);
    expect_error(GilExc_SystemError, "GilObject_GetOptionalAttr: NULL argument");
    ck_assert_int_eq(GilObject_GetOptionalAttrString(Gil_None, "x", NULL), -1);
    expect_error(GilExc_SystemError, "GilObject_GetOptionalAttrString: NULL argument");
    ck_assert_int_eq(GilObject_HasAttrStringWithError(NULL, "x"), -1);
    expect_error(GilExc_SystemError, "GilObject_HasAttrStringWithError: NULL argument");
    ck_assert_int_eq(GilObject_HasAttrWithError(Gil_None, NULL), -1);
    expect_error(GilExc_SystemError, "GilObject_HasAttrWithError: NULL argument");
}
END_TEST

START_TEST(test_object_attr__optional_forms_forgive_only_what_is_missing)
{
    GilTypeObject *type = rich_type();
    GilObject *op = node_new(type, NULL), *result = op;

    ck_assert_int_eq(GilObject_GetOptionalAttrString(op, "x", &result), 0);
    ck_assert_ptr_null(result);
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_int_eq(GilObject_GetOptionalAttrString(op, "missing", &result), 0);
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_int_eq(GilObject_HasAttrStringWithError(op, "number"), 1);
    ck_assert_int_eq(GilObject_HasAttrStringWithError(op, "broken"), -1);
    expect_error(GilExc_ValueError, "broken");
    GilObject *name = GilUnicode_FromString("number");
    ck_assert_int_eq(GilObject_HasAttrWithError(op, name), 1);
    Gil_DECREF(name);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_attr__class_attributes)
{
    GilTypeObject *type = rich_type();
    GilObject *op = node_new(type, NULL), *t = (GilObject *)type, *seven = GilLong_FromLong(7);

    ck_assert_int_eq(GilObject_SetAttrString(t, "level", seven), 0);
    ck_assert_int_eq(number_of(GilObject_GetAttrString(t, "level")), 7);
    ck_assert_int_eq(number_of(GilObject_GetAttrString(op, "level")), 7);
    ck_assert_int_eq(GilObject_SetAttrString(op, "level", seven), -1);
    expect_error(GilExc_AttributeError, "'test.Node' object attribute 'level' is read-only");
    /* A class attribute may take the place of a method. */
    ck_assert_int_eq(GilObject_SetAttrString(t, "method", seven), 0);
    ck_assert_int_eq(number_of(GilObject_GetAttrString(op, "method")), 7);
    ck_assert_int_eq(GilObject_DelAttrString(t, "level"), 0);
    ck_assert_int_eq(GilObject_DelAttrString(t, "level"), -1);
    expect_error(GilExc_AttributeError, "type object 'Node' has no attribute 'level'");
    ck_assert_int_eq(GilObject_SetAttrString(t, "__doc__", seven), 0);
    ck_assert_int_eq(number_of(GilObject_GetAttrString(op, "__doc__")), 7);
    Gil_DECREF(seven);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_attr__every_object_knows_its_class)
{
    GilTypeObject *type = rich_type();
    GilObject *op = node_new(type, NULL);
    GilObject *class = GilObject_GetAttrString(op, "__class__"), *meta = GilObject_GetAttrString(class, "__class__");

    ck_assert_ptr_eq(class, type);
    ck_assert_ptr_eq(meta, &GilType_Type);
    expect_text(GilObject_GetAttrString(op, "__module__"), "test");
    expect_text(GilObject_GetAttrString(class, "__name__"), "Node");
    GilObject *doc = GilObject_GetAttrString(op, "__doc__");
    ck_assert_ptr_eq(doc, Gil_None);
    Gil_DECREF(meta);
    Gil_DECREF(class);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

/* Access functions of the type's own, with names as C strings and as str. */
static GilObject *
own_getattr(GilObject *self, char *name)
{
    (void)self;
    return GilUnicode_FromString(name);
}

static int
own_setattr(GilObject *self, char *name, GilObject *value)
{
    ((struct node *)self)->number = value != NULL ? (int)strlen(name) : -1;
    return 0;
}

static GilObject *
own_getattro(GilObject *self, GilObject *name)
{
    if (GilUnicode_CompareWithASCIIString(name, "special") == 0)
        return Gil_NewRef(name);
    return GilObject_GenericGetAttr(self, name);
}

START_TEST(test_object_attr__access_functions_of_the_types_own)
{
    GilType_Slot c_names[] = {{Gil_tp_getattr, (void *)own_getattr}, {Gil_tp_setattr, (void *)own_setattr}, {0, NULL}};
    GilType_Slot str_names[] = {{Gil_tp_getattro, (void *)own_getattro}, {0, NULL}};
    GilTypeObject *a = node_type(c_names, 0), *b = node_type(str_names, 0);
    GilObject *x = node_new(a, NULL), *y = node_new(b, NULL), *result;

    expect_text(GilObject_GetAttrString(x, "anything"), "anything");
    ck_assert_int_eq(GilObject_SetAttrString(x, "four", Gil_None), 0);
    ck_assert_int_eq(((struct node *)x)->number, 4);
    expect_text(GilObject_GetAttrString(y, "special"), "special");
    ck_assert_int_eq(GilObject_GetOptionalAttrString(y, "other", &result), 0);
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_ptr_null(GilObject_GetAttrString(y, "other"));
    expect_error(GilExc_AttributeError, "'test.Node' object has no attribute 'other'");
    Gil_DECREF(x);
    Gil_DECREF(y);
    Gil_DECREF(a);
    Gil_DECREF(b);
}
END_TEST

/* The pending AttributeError, which is cleared, is about the attribute name of obj. */
static void
expect_about(GilObject *obj, const char *name)
{
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_AttributeError), 1);
    GilObject *exc = GilErr_GetRaisedException(), *told = GilObject_GetAttrString(exc, "obj");

    expect_text(GilObject_GetAttrString(exc, "name"), name);
    ck_assert_ptr_eq(told, obj);
    Gil_DECREF(told);
    Gil_DECREF(exc);
}

START_TEST(test_object_attr__the_error_knows_name_and_object)
{
    GilType_Slot str_names[] = {{Gil_tp_getattro, (void *)own_getattro}, {0, NULL}};
    GilTypeObject *type = rich_type(), *own = node_type(str_names, 0);
    GilObject *op = node_new(type, NULL), *y = node_new(own, NULL), *t = (GilObject *)type, *zz = GilUnicode_FromString("zz");
    GilObject *found, *module = GilModule_New("m");
    GilObject *getters[] = {op, t, y, module, Gil_None, GilExc_ValueError};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(getters); i++) {
        GilObject *each = getters[i];
        Gil_ssize_t before = Gil_REFCNT(each);
        ck_assert_ptr_null(GilObject_GetAttr(each, zz));
        expect_about(each, "zz");
        ck_assert_ptr_null(GilObject_GetAttrString(each, "zz"));
        expect_about(each, "zz");
        ck_assert_ptr_null(GilObject_CallMethod(each, "zz", NULL));
        expect_about(each, "zz");
        ck_assert_ptr_null(GilObject_CallMethodNoArgs(each, zz));
        expect_about(each, "zz");
        ck_assert_ptr_null(GilObject_GetAttr(each, zz)); /* it may stay as it is */
        GilErr_Clear();
        ck_assert_int_eq(GilObject_GetOptionalAttr(each, zz, &found), 0);
        ck_assert_int_eq(Gil_REFCNT(each), before);
    }
    ck_assert_ptr_null(GilObject_GenericGetAttr(op, zz));
    expect_about(op, "zz");
    ck_assert_ptr_null(GilObject_GetAttrString(op, "missing")); /* the getter's own */
    expect_about(op, "missing");
    ck_assert_ptr_null(GilObject_GetAttrString(op, "broken"));
    expect_error(GilExc_ValueError, "broken");
    ck_assert_ptr_null(GilObject_GetAttrString(op, "z\xff"));
    expect_error(GilExc_AttributeError, "'test.Node' object has no attribute 'z\xef\xbf\xbd'");
    ck_assert_int_eq(GilObject_SetAttr(op, zz, Gil_None), -1); /* as in CPython, of getters alone */
    GilObject *exc = GilErr_GetRaisedException(), *told = GilObject_GetAttrString(exc, "name");
    ck_assert_ptr_eq(told, Gil_None);
    Gil_DECREF(exc);
    GilObject *all[] = {op, y, t, (GilObject *)own, zz, module};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

static GilObject *prepared;

/* An error that is an object already. */
static GilObject *
raise_prepared(GilObject *self, GilObject *name)
{
    (void)self;
    (void)name;
    GilErr_SetRaisedException(Gil_NewRef(prepared));
    return NULL;
}

/* A class and its argument. */
static GilObject *
raise_argument(GilObject *self, GilObject *name)
{
    (void)self;
    GilErr_SetObject(prepared, name);
    return NULL;
}

START_TEST(test_object_attr__an_error_that_knows_more_is_left)
{
    GilType_Slot slots[] = {{Gil_tp_getattro, (void *)raise_prepared}, {0, NULL}};
    GilType_Slot other_slots[] = {{Gil_tp_getattro, (void *)raise_argument}, {0, NULL}};
    GilTypeObject *type = node_type(slots, 0), *other = node_type(other_slots, 0);
    GilObject *op = node_new(type, NULL), *x = node_new(other, NULL);

    prepared = GilObject_CallFunction(GilExc_AttributeError, "s", "x");
    ck_assert_ptr_null(GilObject_GetAttrString(op, "zz"));
    expect_about(op, "zz");
    ck_assert_int_eq(GilObject_SetAttrString(prepared, "obj", Gil_None), 0);
    ck_assert_ptr_null(GilObject_GetAttrString(op, "other"));
    expect_about(Gil_None, "zz"); /* it had been told */
    Gil_DECREF(prepared);
    prepared = GilErr_NewException("m.Missing", GilExc_AttributeError, NULL);
    ck_assert_ptr_null(GilObject_GetAttrString(x, "zz"));
    expect_about(x, "zz");
    Gil_DECREF(prepared);
    prepared = GilExc_AttributeError;
    GilObject *handled = GilObject_CallNoArgs(GilExc_KeyError);
    GilErr_SetHandledException(handled); /* now errors are objects at once */
    ck_assert_ptr_null(GilObject_GetAttrString(Gil_None, "zz"));
    expect_about(Gil_None, "zz");
    GilErr_SetHandledException(NULL);
    GilObject *all[] = {handled, op, x, (GilObject *)type, (GilObject *)other};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

/* The error is whole, or it is a MemoryError. */
static int
miss(void *arg)
{
    ck_assert_ptr_null(GilObject_GetAttrString(arg, "zz"));
    if (GilErr_ExceptionMatches(GilExc_MemoryError))
        return -1;
    GilObject *exc = GilErr_GetRaisedException(), *obj = NULL;
    if (GilErr_GivenExceptionMatches(exc, GilExc_MemoryError)) {
        GilErr_SetRaisedException(exc);
        return -1;
    }
    if (GilObject_GetOptionalAttrString(exc, "obj", &obj) > 0)
        ck_assert_ptr_eq(obj, arg);
    Gil_XDECREF(obj);
    Gil_DECREF(exc);
    return obj != NULL ? 0 : -1;
}

START_TEST(test_J1_missing_attributes_under_lack_of_memory)
{
    GilTypeObject *type = rich_type();
    GilObject *op = node_new(type, NULL);

    gil_test_oom_loop(miss, op);
    gil_test_oom_loop(miss, type);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

static int
use_attributes(void *arg)
{
    static const char *const names[] = {"number", "method", "klass", "__class__", "__module__", NULL};

    for (int i = 0; names[i] != NULL; i++) {
        GilObject *value = GilObject_GetAttrString(arg, names[i]);
        if (value == NULL)
            return -1;
        Gil_DECREF(value);
        value = GilObject_GetAttrString((GilObject *)Gil_TYPE(arg), names[i]);
        if (value == NULL)
            return -1;
        Gil_DECREF(value);
    }
    if (GilObject_SetAttrString((GilObject *)Gil_TYPE(arg), "made", arg) < 0)
        return -1;
    return GilObject_DelAttrString((GilObject *)Gil_TYPE(arg), "made");
}

START_TEST(test_J1_attributes_under_lack_of_memory)
{
    GilTypeObject *type = rich_type();
    GilObject *op = node_new(type, NULL);

    gil_test_oom_loop(use_attributes, op);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[20];
    int n = 0;

    tests[n++] = test_object_attr__members_and_computed_attributes;
    tests[n++] = test_object_attr__methods_are_bound;
    tests[n++] = test_object_attr__texts_of_errors;
    tests[n++] = test_object_attr__names_with_surrogates;
    tests[n++] = test_object_attr__null_arguments;
    tests[n++] = test_object_attr__optional_forms_forgive_only_what_is_missing;
    tests[n++] = test_object_attr__class_attributes;
    tests[n++] = test_object_attr__every_object_knows_its_class;
    tests[n++] = test_object_attr__access_functions_of_the_types_own;
    tests[n++] = test_object_attr__the_error_knows_name_and_object;
    tests[n++] = test_object_attr__an_error_that_knows_more_is_left;
    tests[n++] = test_J1_missing_attributes_under_lack_of_memory;
    tests[n++] = test_J1_attributes_under_lack_of_memory;
    return suite_of_one("object/attr", tests);
}
