/* SPDX-License-Identifier: MIT */
/* The boundary to native functions: each calling convention, and what is checked on the way back. */
#include "support/expect.h"
#include "support/support.h"

#include "protocol/method_call.h"

#include <gilrt.h>

/* Each function says what it was given. */
static GilObject *
with_tuple(GilObject *self, GilObject *args)
{
    return Gil_BuildValue("(sOO)", "tuple", self, args);
}

static GilObject *
with_dict(GilObject *self, GilObject *args, GilObject *kwargs)
{
    return Gil_BuildValue("(sOOO)", "dict", self, args, kwargs != NULL ? kwargs : Gil_None);
}

static GilObject *
with_nothing(GilObject *self, GilObject *arg)
{
    return Gil_BuildValue("(sOO)", "nothing", self, arg != NULL ? arg : Gil_None);
}

static GilObject *
with_one(GilObject *self, GilObject *arg)
{
    return Gil_BuildValue("(sOO)", "one", self, arg);
}

static GilObject *
with_array(GilObject *self, GilObject *const *args, Gil_ssize_t nargs)
{
    return Gil_BuildValue("(sOnO)", "array", self, nargs, nargs > 0 ? args[0] : Gil_None);
}

static GilObject *
with_names(GilObject *self, GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    return Gil_BuildValue("(sOnOO)", "names", self, nargs, kwnames != NULL ? kwnames : Gil_None,
                          kwnames != NULL ? args[nargs] : Gil_None);
}

static GilObject *
with_class(GilObject *self, GilTypeObject *cls, GilObject *const *args, size_t nargs, GilObject *kwnames)
{
    (void)args, (void)kwnames;
    return Gil_BuildValue("(sOsn)", "class", self, cls == &GilLong_Type ? "int" : "?", (Gil_ssize_t)nargs);
}

#define DEF(function, flags)                                 \
    {                                                        \
#function, _GilCFunction_CAST(function), flags, NULL \
    }

/* Call a definition with n ints from 10 on, of which the last `named` are keywords a, b. */
static GilObject *
call(GilMethodDef *def, int n, int named)
{
    GilObject *args[4] = {NULL}, *names = named == 0   ? NULL
                                 : named == 1 ? Gil_BuildValue("(s)", "a")
                                              : Gil_BuildValue("(ss)", "a", "b");
    for (int i = 0; i < n; i++)
        args[i] = GilLong_FromLong(10 + i);
    GilObject *result = gil_call_cfunction(def, Gil_True, &GilLong_Type, args, (size_t)(n - named), names);
    Gil_XDECREF(names);
    return result;
}

START_TEST(test_protocol_method_call__conventions)
{
    GilMethodDef varargs = DEF(with_tuple, GIL_METH_VARARGS),
                 keywords = DEF(with_dict, GIL_METH_VARARGS | GIL_METH_KEYWORDS);
    GilMethodDef noargs = DEF(with_nothing, GIL_METH_NOARGS), one = DEF(with_one, GIL_METH_O | GIL_METH_COEXIST);
    GilMethodDef fast = DEF(with_array, GIL_METH_FASTCALL),
                 names = DEF(with_names, GIL_METH_FASTCALL | GIL_METH_KEYWORDS);
    GilMethodDef cls = DEF(with_class, GIL_METH_METHOD | GIL_METH_FASTCALL | GIL_METH_KEYWORDS);
    gil_expect_repr(call(&varargs, 2, 0), "('tuple', True, (10, 11))");
    gil_expect_repr(call(&keywords, 0, 0), "('dict', True, (), None)");
    gil_expect_repr(call(&keywords, 3, 2), "('dict', True, (10,), {'a': 11, 'b': 12})");
    gil_expect_repr(call(&noargs, 0, 0), "('nothing', True, None)");
    gil_expect_repr(call(&one, 1, 0), "('one', True, 10)");
    gil_expect_repr(call(&fast, 3, 0), "('array', True, 3, 10)");
    gil_expect_repr(call(&names, 2, 0), "('names', True, 2, None, None)");
    gil_expect_repr(call(&names, 2, 1), "('names', True, 1, ('a',), 11)");
    gil_expect_repr(call(&cls, 2, 0), "('class', True, 'int', 2)");
}
END_TEST

START_TEST(test_protocol_method_call__wrong_number_of_arguments)
{
    GilMethodDef noargs = DEF(with_nothing, GIL_METH_NOARGS), one = DEF(with_one, GIL_METH_O),
                 bad = DEF(with_one, GIL_METH_KEYWORDS);
    gil_expect_failure(call(&noargs, 1, 0), GilExc_TypeError, "bool.with_nothing() takes no arguments (1 given)");
    gil_expect_failure(call(&one, 2, 0), GilExc_TypeError, "bool.with_one() takes exactly one argument (2 given)");
    gil_expect_failure(call(&one, 0, 0), GilExc_TypeError, "bool.with_one() takes exactly one argument (0 given)");
    gil_expect_failure(call(&one, 2, 1), GilExc_TypeError, "bool.with_one() takes no keyword arguments");
    gil_expect_failure(call(&bad, 1, 0), GilExc_SystemError, "with_one() method: bad call flags");
}
END_TEST

static GilObject *
silent(GilObject *self, GilObject *arg)
{
    (void)self, (void)arg;
    return NULL;
}

static GilObject *
loud(GilObject *self, GilObject *arg)
{
    (void)arg;
    GilErr_SetString(GilExc_ValueError, "left behind");
    return Gil_NewRef(self);
}

START_TEST(test_L3_null_without_error_and_result_with_error)
{
    GilMethodDef one = DEF(silent, GIL_METH_O), two = DEF(loud, GIL_METH_VARARGS);
    gil_expect_failure(call(&one, 1, 0), GilExc_SystemError, "silent() returned NULL without setting an exception");
    ck_assert_ptr_null(call(&two, 1, 0));
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilObject *error = GilErr_GetRaisedException(), *context = GilException_GetContext(error);
    gil_expect_text(GilObject_Str(error), "loud() returned a result with an exception set");
    ck_assert_ptr_nonnull(context);
    gil_expect_repr(context, "ValueError('left behind')"); /* takes the reference */
    gil_expect_repr(GilException_GetCause(error), "ValueError('left behind')");
    Gil_DECREF(error);
}
END_TEST

static GilObject *
forgetful(GilObject *self, GilObject *arg)
{
    (void)arg;
    GilEval_SaveThread();
    return self;
}

static void
call_forgetful(void *flags)
{
    GilMethodDef def = DEF(forgetful, 0);
    gil_test_start();
    def.ml_flags = *(int *)flags;
    call(&def, 0, 0);
}

START_TEST(test_L2_function_that_returns_without_the_lock_is_named)
{
    int flags[] = {GIL_METH_NOARGS, GIL_METH_VARARGS};
    gil_test_expect_abort(call_forgetful, &flags[0], "forgetful");
    gil_test_expect_abort(call_forgetful, &flags[1], "forgetful");
}
END_TEST

/* Calls itself until it is stopped. */
static GilObject *
endless(GilObject *self, GilObject *arg)
{
    GilMethodDef def = DEF(endless, GIL_METH_O);
    return gil_call_cfunction(&def, self, NULL, &arg, 1, NULL);
}

/* As their callers know the function: by its module, by the type that has it, or by its name alone. */
static void
expect_owner(GilObject *self, const char *text)
{
    static GilMethodDef def = DEF(with_one, GIL_METH_O);
    GilObject *function = GilCFunction_New(&def, self);

    gil_expect_failure(GilObject_CallNoArgs(function), GilExc_TypeError, text);
    Gil_DECREF(function);
}

START_TEST(test_protocol_method_call__errors_name_the_owner)
{
    GilObject *shapes = GilModule_New("shapes"), *builtins = GilModule_New("builtins"), *nameless = GilModule_New("x");

    expect_owner(shapes, "shapes.with_one() takes exactly one argument (0 given)");
    expect_owner(builtins, "with_one() takes exactly one argument (0 given)");
    ck_assert_int_eq(GilDict_DelItemString(GilModule_GetDict(nameless), "__name__"), 0);
    expect_owner(nameless, "with_one() takes exactly one argument (0 given)");
    expect_owner(NULL, "with_one() takes exactly one argument (0 given)");
    expect_owner((GilObject *)&GilList_Type, "list.with_one() takes exactly one argument (0 given)");
    Gil_DECREF(shapes);
    Gil_DECREF(builtins);
    Gil_DECREF(nameless);
}
END_TEST

START_TEST(test_protocol_method_call__recursion_ends)
{
    ck_assert_ptr_null(endless(Gil_None, Gil_None));
    ck_assert(GilErr_ExceptionMatches(GilExc_RecursionError));
    GilErr_Clear();
}
END_TEST

static int
call_all(void *arg)
{
    GilMethodDef keywords = DEF(with_dict, GIL_METH_VARARGS | GIL_METH_KEYWORDS);
    GilObject *values[2] = {Gil_True, Gil_None},
              *result = gil_call_cfunction(&keywords, Gil_True, NULL, values, 1, arg);
    if (result == NULL)
        return -1;
    Gil_DECREF(result);
    return 0;
}

START_TEST(test_protocol_method_call__lack_of_memory_is_an_error)
{
    GilObject *names = Gil_BuildValue("(s)", "keyword");
    gil_test_oom_loop(call_all, names);
    Gil_DECREF(names);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("protocol/method_call");
    TCase *tc = tcase_create("method_call"), *death = tcase_create("stops");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_protocol_method_call__conventions);
    tcase_add_test(tc, test_protocol_method_call__wrong_number_of_arguments);
    tcase_add_test(tc, test_L3_null_without_error_and_result_with_error);
    tcase_add_test(death, test_L2_function_that_returns_without_the_lock_is_named);
    tcase_add_test(tc, test_protocol_method_call__errors_name_the_owner);
    tcase_add_test(tc, test_protocol_method_call__recursion_ends);
    tcase_add_test(tc, test_protocol_method_call__lack_of_memory_is_an_error);
    suite_add_tcase(s, tc);
    suite_add_tcase(s, death);
    return s;
}
