/* SPDX-License-Identifier: MIT */
/* <gilrt/args.h> as the functions of an extension use it: each calling convention with its parser. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

static GilObject *
repeat_varargs(GilObject *Gil_UNUSED(self), GilObject *args)
{
    const char *text;
    int times = 2;

    if (!GilArg_ParseTuple(args, "s|i:repeat", &text, &times))
        return NULL;
    return Gil_BuildValue("si", text, times);
}

static GilObject *
repeat_keywords(GilObject *Gil_UNUSED(self), GilObject *args, GilObject *kwargs)
{
    static char *keywords[] = {"text", "times", NULL};
    const char *text;
    int times = 2;

    if (!GilArg_ParseTupleAndKeywords(args, kwargs, "s|i:repeat", keywords, &text, &times))
        return NULL;
    return Gil_BuildValue("si", text, times);
}

static GilObject *
repeat_fast(GilObject *Gil_UNUSED(self), GilObject *const *args, Gil_ssize_t nargs)
{
    const char *text;
    int times = 2;

    if (!GilArg_ParseArray(args, nargs, "s|i:repeat", &text, &times))
        return NULL;
    return Gil_BuildValue("si", text, times);
}

static GilObject *
repeat_fast_keywords(GilObject *Gil_UNUSED(self), GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    static char *keywords[] = {"text", "times", NULL};
    const char *text;
    int times = 2;

    if (!GilArg_ParseArrayAndKeywords(args, nargs, kwnames, "s|i:repeat", keywords, &text, &times))
        return NULL;
    return Gil_BuildValue("si", text, times);
}

static GilObject *
repeat_unpacked(GilObject *Gil_UNUSED(self), GilObject *const *args, Gil_ssize_t nargs, GilObject *kwnames)
{
    static const char *const names[] = {"text", "times", NULL};
    static const GilArg_Parser parser = {names, "repeat"};
    GilObject *buf[2];
    GilObject *const *got = GilArg_UnpackKeywords(args, nargs, NULL, kwnames, &parser, 1, 2, 0, buf);

    if (got == NULL)
        return NULL;
    if (!GilUnicode_Check(got[0])) {
        GilArg_BadArgument("repeat", "argument 1", "str", got[0]);
        return NULL;
    }
    return got[1] == NULL ? Gil_BuildValue("Oi", got[0], 2) : Gil_BuildValue("OO", got[0], got[1]);
}

static GilMethodDef methods[] = {
    {"varargs", repeat_varargs, GIL_METH_VARARGS, NULL},
    {"keywords", _GilCFunction_CAST(repeat_keywords), GIL_METH_VARARGS | GIL_METH_KEYWORDS, NULL},
    {"fast", _GilCFunction_CAST(repeat_fast), GIL_METH_FASTCALL, NULL},
    {"fast_keywords", _GilCFunction_CAST(repeat_fast_keywords), GIL_METH_FASTCALL | GIL_METH_KEYWORDS, NULL},
    {"unpacked", _GilCFunction_CAST(repeat_unpacked), GIL_METH_FASTCALL | GIL_METH_KEYWORDS, NULL},
    {NULL, NULL, 0, NULL},
};

static GilType_Slot slots[] = {{Gil_tp_methods, methods}, {0, NULL}};
static GilType_Spec spec = {"test.Repeat", sizeof(GilObject), 0, Gil_TPFLAGS_DEFAULT, slots};

static GilObject *
method(const char *name)
{
    GilObject *type = GilType_FromSpec(&spec), *obj = GilObject_CallNoArgs(type);
    GilObject *bound = GilObject_GetAttrString(obj, name);

    ck_assert_ptr_nonnull(bound);
    Gil_DECREF(obj);
    Gil_DECREF(type);
    return bound;
}

START_TEST(test_api_args__every_convention_has_its_parser)
{
    GilObject *f = method(methods[_i].ml_name);

    gil_expect_repr(GilObject_CallFunction(f, "s", "x"), "('x', 2)");
    gil_expect_repr(GilObject_CallFunction(f, "si", "x", 5), "('x', 5)");
    ck_assert_ptr_null(GilObject_CallFunction(f, "ii", 1, 5));
    gil_expect_error(GilExc_TypeError, "repeat() argument 1 must be str, not int");
    ck_assert_ptr_null(GilObject_CallFunction(f, "sii", "x", 1, 5));
    gil_expect_error(GilExc_TypeError, "repeat() takes at most 2 arguments (3 given)");
    Gil_DECREF(f);
}
END_TEST

START_TEST(test_api_args__keywords_reach_both_forms)
{
    GilObject *f = method(_i == 0 ? "keywords" : _i == 1 ? "fast_keywords" : "unpacked");
    GilObject *args = Gil_BuildValue("(s)", "x");
    GilObject *kwargs = Gil_BuildValue("{s:i}", "times", 9), *wrong = Gil_BuildValue("{s:i}", "time", 9);

    gil_expect_repr(GilObject_Call(f, args, kwargs), "('x', 9)");
    ck_assert_ptr_null(GilObject_Call(f, args, wrong));
    gil_expect_error(GilExc_TypeError, "'time' is an invalid keyword argument for repeat()");
    Gil_DECREF(f);
    Gil_DECREF(args);
    Gil_DECREF(kwargs);
    Gil_DECREF(wrong);
}
END_TEST

START_TEST(test_api_args__unpack_and_validate)
{
    GilObject *pair = Gil_BuildValue("ii", 1, 2), *kwargs = Gil_BuildValue("{s:i}", "a", 1), *a, *b;

    ck_assert_int_eq(GilArg_UnpackTuple(pair, "f", 2, 2, &a, &b), 1);
    ck_assert_int_eq(GilLong_AsLong(b), 2);
    ck_assert_int_eq(GilArg_ValidateKeywordArguments(kwargs), 1);
    Gil_DECREF(pair);
    Gil_DECREF(kwargs);
}
END_TEST

static void
detached(void *Gil_UNUSED(arg))
{
    GilEval_SaveThread();
    Gil_BuildValue("i", 1);
}

START_TEST(test_L1_args_detached)
{
    gil_test_expect_abort(detached, NULL, "Gil_BuildValue");
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/args");
    TCase *tc = tcase_create("args");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_loop_test(tc, test_api_args__every_convention_has_its_parser, 0, 5);
    tcase_add_loop_test(tc, test_api_args__keywords_reach_both_forms, 0, 3);
    tcase_add_test(tc, test_api_args__unpack_and_validate);
    tcase_add_test(tc, test_L1_args_detached);
    suite_add_tcase(s, tc);
    return s;
}
