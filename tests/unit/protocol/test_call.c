/* SPDX-License-Identifier: MIT */
/* Every way of calling, for callables with and without vectorcall. */
#include "support/expect.h"
#include "support/support.h"

#include "gilrt/typeobject.h"
#include "protocol/call.h"

#include <gilrt.h>
#include <string.h>

/* A function object with vectorcall: gives its arguments back. */
static GilObject *
echo(GilObject *self, GilObject *args, GilObject *kwargs)
{
    (void)self;
    return Gil_BuildValue("(OO)", args, kwargs != NULL ? kwargs : Gil_None);
}

static GilMethodDef echo_def = {"echo", _GilCFunction_CAST(echo), GIL_METH_VARARGS | GIL_METH_KEYWORDS, NULL};

/* The same by tp_call alone. */
static GilType_Slot caller_slots[] = {{Gil_tp_call, (void *)(uintptr_t)echo}, {0, NULL}};
static GilType_Spec caller_spec = {.name = "test.Caller", .basicsize = sizeof(GilObject), .slots = caller_slots};

static GilObject *callables[2];

static void
start(void)
{
    gil_test_start();
    GilObject *type = GilType_FromSpec(&caller_spec);
    callables[0] = GilCFunction_New(&echo_def, NULL);
    callables[1] = GilObject_CallNoArgs(type);
    Gil_DECREF(type);
    ck_assert_ptr_nonnull(callables[0]);
    ck_assert_ptr_nonnull(callables[1]);
    ck_assert_ptr_nonnull(GilVectorcall_Function(callables[0]));
    ck_assert_ptr_null(GilVectorcall_Function(callables[1]));
}

static void
stop(void)
{
    Gil_CLEAR(callables[0]);
    Gil_CLEAR(callables[1]);
    gil_test_stop();
}

START_TEST(test_protocol_call__all_forms_hand_over_the_same)
{
    GilObject *f = callables[_i], *args = Gil_BuildValue("(ii)", 1, 2), *kwargs = Gil_BuildValue("{s:i}", "k", 3);
    GilObject *names = Gil_BuildValue("(s)", "k"), *one = GilLong_FromLong(1), *two = GilLong_FromLong(2);
    GilObject *array[4] = {NULL, one, two, GilLong_FromLong(3)};
    gil_expect_repr(GilObject_Call(f, args, kwargs), "((1, 2), {'k': 3})");
    gil_expect_repr(GilObject_Call(f, args, NULL), "((1, 2), None)");
    gil_expect_repr(GilObject_CallObject(f, args), "((1, 2), None)");
    gil_expect_repr(GilObject_CallObject(f, NULL), "((), None)");
    gil_expect_repr(GilObject_CallNoArgs(f), "((), None)");
    gil_expect_repr(GilObject_CallOneArg(f, args), "(((1, 2),), None)");
    gil_expect_repr(GilObject_CallFunctionObjArgs(f, NULL), "((), None)");
    gil_expect_repr(GilObject_CallFunctionObjArgs(f, one, two, NULL), "((1, 2), None)");
    gil_expect_repr(GilObject_CallFunctionObjArgs(f, one, one, one, one, one, two, two, two, two, two, NULL),
                    "((1, 1, 1, 1, 1, 2, 2, 2, 2, 2), None)");
    gil_expect_repr(GilObject_Vectorcall(f, array + 1, 2 | GIL_VECTORCALL_ARGUMENTS_OFFSET, names),
                    "((1, 2), {'k': 3})");
    gil_expect_repr(GilObject_Vectorcall(f, NULL, 0, NULL), "((), None)");
    gil_expect_repr(GilObject_VectorcallDict(f, array + 1, 2, kwargs), "((1, 2), {'k': 3})");
    gil_expect_repr(GilObject_VectorcallDict(f, array + 1, 1, NULL), "((1,), None)");
    Gil_DECREF(names);
    Gil_DECREF(kwargs);
    Gil_DECREF(args);
}
END_TEST

START_TEST(test_protocol_call__methods)
{
    GilObject *name = GilUnicode_FromString("append"), *list = GilList_New(0), *five = GilLong_FromLong(5);
    GilObject *args[3] = {NULL, list, five};
    Gil_DECREF(GilObject_CallMethodOneArg(list, name, five));
    Gil_DECREF(GilObject_CallMethodObjArgs(list, name, five, NULL));
    Gil_DECREF(GilObject_VectorcallMethod(name, args + 1, 2 | GIL_VECTORCALL_ARGUMENTS_OFFSET, NULL));
    gil_expect_text(GilObject_Repr(list), "[5, 5, 5]");
    gil_expect_failure(GilObject_CallMethodNoArgs(list, name), GilExc_TypeError,
                       "list.append() takes exactly one argument (0 given)");
    gil_expect_failure(GilObject_CallMethodNoArgs(Gil_None, name), GilExc_AttributeError,
                       "'NoneType' object has no attribute 'append'");
    Gil_DECREF(list);
    Gil_DECREF(name);
}
END_TEST

START_TEST(test_protocol_call__wrong_arguments)
{
    GilObject *f = callables[_i], *bad = Gil_BuildValue("{i:i}", 1, 2), *none = GilTuple_New(0);
    gil_expect_failure(GilObject_CallObject(f, bad), GilExc_TypeError, "argument list must be a tuple");
    ck_assert_ptr_null(GilObject_Call(f, bad, NULL));
    ck_assert(GilErr_ExceptionMatches(GilExc_TypeError));
    GilErr_Clear();
    ck_assert_ptr_null(GilObject_Call(f, NULL, NULL));
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
    gil_expect_failure(GilObject_Call(f, none, bad), GilExc_TypeError, "keywords must be strings");
    gil_expect_failure(GilObject_CallNoArgs(bad), GilExc_TypeError, "'dict' object is not callable");
    gil_expect_failure(GilObject_CallObject(bad, none), GilExc_TypeError, "'dict' object is not callable");
    Gil_DECREF(bad);
}
END_TEST

static GilObject *
silent(GilObject *self, GilObject *args, GilObject *kwargs)
{
    (void)self, (void)args, (void)kwargs;
    return NULL;
}

START_TEST(test_L3_tp_call_that_says_nothing_is_named)
{
    GilType_Slot slots[] = {{Gil_tp_call, (void *)(uintptr_t)silent}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Silent", .basicsize = sizeof(GilObject), .slots = slots};
    GilObject *type = GilType_FromSpec(&spec), *op = GilObject_CallNoArgs(type), *error;
    ck_assert_ptr_null(GilObject_CallNoArgs(op));
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    error = GilErr_GetRaisedException();
    GilObject *text = GilObject_Str(error);
    ck_assert_ptr_nonnull(strstr(GilUnicode_AsUTF8(text), "Silent object at"));
    ck_assert_ptr_nonnull(strstr(GilUnicode_AsUTF8(text), "returned NULL without setting an exception"));
    Gil_DECREF(text);
    Gil_DECREF(error);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

static GilObject *callers_dict;

/* Gives its arguments back as they are when the dict of its caller has got and lost items. */
static GilObject *
meddle(GilObject *self, GilObject *args, GilObject *kwargs)
{
    GilDict_Clear(callers_dict);
    ck_assert_int_eq(GilDict_SetItemString(callers_dict, "later", Gil_True), 0);
    return echo(self, args, kwargs);
}

START_TEST(test_protocol_call__callees_keep_their_keywords_when_the_callers_dict_changes)
{
    GilMethodDef def = {"meddle", _GilCFunction_CAST(meddle), GIL_METH_VARARGS | GIL_METH_KEYWORDS, NULL};
    GilType_Slot slots[] = {{Gil_tp_call, (void *)(uintptr_t)meddle}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Meddler", .basicsize = sizeof(GilObject), .slots = slots};
    GilObject *type = GilType_FromSpec(&spec), *args = Gil_BuildValue("(i)", 1), *one = GilTuple_GET_ITEM(args, 0);
    GilObject *f = _i == 0 ? GilCFunction_New(&def, NULL) : GilObject_CallNoArgs(type);
    callers_dict = Gil_BuildValue("{s:[i]}", "k", 2);
    gil_expect_repr(GilObject_Call(f, args, callers_dict), "((1,), {'k': [2]})");
    Gil_SETREF(callers_dict, Gil_BuildValue("{s:[i]}", "k", 2));
    gil_expect_repr(GilObject_VectorcallDict(f, &one, 1, callers_dict), "((1,), {'k': [2]})");
    Gil_SETREF(callers_dict, GilDict_New());
    gil_expect_repr(GilObject_Call(f, args, callers_dict), "((1,), None)");
    Gil_DECREF(callers_dict);
    Gil_DECREF(f);
    Gil_DECREF(args);
    Gil_DECREF(type);
}
END_TEST

static int
call_with_everything(void *f)
{
    GilObject *one = Gil_True, *args = GilTuple_Pack(2, one, one), *kwargs = NULL, *result = NULL;
    if (args != NULL)
        kwargs = GilDict_New();
    if (kwargs != NULL && GilDict_SetItemString(kwargs, "key", one) == 0)
        result = GilObject_Call(f, args, kwargs);
    Gil_XDECREF(args);
    Gil_XDECREF(kwargs);
    if (result != NULL)
        Gil_SETREF(result, GilObject_CallFunctionObjArgs(f, one, one, one, one, one, one, one, one, one, one, NULL));
    if (result == NULL)
        return -1;
    Gil_DECREF(result);
    return 0;
}

START_TEST(test_protocol_call__lack_of_memory_is_an_error)
{
    gil_test_oom_loop(call_with_everything, callables[_i]);
}
END_TEST

#ifdef GIL_DEBUG
/* Every way to call a list's type, or a method of the list. */
#define FORMS(X)                                                       \
    X(GilObject_CallNoArgs(type))                                      \
    X(GilObject_CallOneArg(type, list))                                \
    X(GilObject_Call(type, no_arguments, NULL))                        \
    X(GilObject_CallObject(type, NULL))                                \
    X(GilObject_CallFunction(type, NULL))                              \
    X(GilObject_CallFunctionObjArgs(type, NULL))                       \
    X(GilObject_CallMethod(list, "copy", NULL))                        \
    X(GilObject_CallMethodNoArgs(list, name_of_copy))                  \
    X(GilObject_CallMethodOneArg(list, name_of_copy, list))            \
    X(GilObject_CallMethodObjArgs(list, name_of_copy, NULL))           \
    X(GilObject_Vectorcall(type, NULL, 0, NULL))                       \
    X(GilObject_VectorcallDict(type, NULL, 0, NULL))                   \
    X(GilObject_VectorcallMethod(name_of_copy, &list, 1, NULL))

#define COUNT(expression) +1
#define CASE(expression)           \
    if (nth-- == 0)                \
        result = (expression);

static int form; /* of FORMS */

static void
call_with_error_set(void *arg)
{
    GilObject *list = arg, *type = (GilObject *)(void *)Gil_TYPE(list);
    GilObject *name_of_copy = GilUnicode_FromString("copy"), *no_arguments = GilTuple_New(0);
    GilObject *result = NULL;
    int nth = form;

    GilErr_SetString(GilExc_ValueError, "not looked at");
    FORMS(CASE)
    Gil_XDECREF(result);
}

START_TEST(test_L6_a_call_while_an_error_is_set_stops_a_debug_build)
{
    GilObject *list = GilList_New(0);
    form = _i;
    gil_test_expect_abort(call_with_error_set, list, "called while an error is pending: ValueError");
    Gil_DECREF(list);
}
END_TEST
#endif

Suite *
suite(void)
{
    Suite *s = suite_create("protocol/call");
    TCase *tc = tcase_create("call");

    tcase_add_checked_fixture(tc, start, stop);
    tcase_add_loop_test(tc, test_protocol_call__all_forms_hand_over_the_same, 0, 2);
    tcase_add_test(tc, test_protocol_call__methods);
    tcase_add_loop_test(tc, test_protocol_call__wrong_arguments, 0, 2);
    tcase_add_loop_test(tc, test_protocol_call__callees_keep_their_keywords_when_the_callers_dict_changes, 0, 2);
    tcase_add_test(tc, test_L3_tp_call_that_says_nothing_is_named);
    tcase_add_loop_test(tc, test_protocol_call__lack_of_memory_is_an_error, 0, 2);
#ifdef GIL_DEBUG
    tcase_add_loop_test(tc, test_L6_a_call_while_an_error_is_set_stops_a_debug_build, 0, 0 FORMS(COUNT));
#endif
    suite_add_tcase(s, tc);
    return s;
}
