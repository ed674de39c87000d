/* SPDX-License-Identifier: MIT */
/* The small exception classes that carry more than arguments. */
#include "support/probe.h"
#include "support/support.h"
#include "value/exception.h"

static void
attribute_is(GilObject *exc, const char *name, const char *repr)
{
    GilObject *value = GilObject_GetAttrString(exc, name);
    gil_test_repr(value, repr);
    Gil_XDECREF(value);
}

/* class(*args, name=value). */
static GilObject *
call_with_keyword(GilObject *class, const char *text, const char *name, GilObject *value)
{
    GilObject *str = GilUnicode_FromString(text), *args = GilTuple_Pack(1, str), *kwargs = GilDict_New();
    GilDict_SetItemString(kwargs, name, value);
    GilObject *exc = GilObject_Call(class, args, kwargs);
    Gil_DECREF(kwargs);
    Gil_DECREF(args);
    Gil_DECREF(str);
    return exc;
}

START_TEST(test_value_exception_fields__key_error_shows_the_key_as_written)
{
    GilObject *exc = GilObject_CallFunction(GilExc_KeyError, "s", "a b");
    gil_test_str(exc, "'a b'");
    gil_test_repr(exc, "KeyError('a b')");
    Gil_DECREF(exc);
    exc = GilObject_CallFunction(GilExc_KeyError, "ii", 1, 2);
    gil_test_str(exc, "(1, 2)");
    Gil_DECREF(exc);
}
END_TEST

START_TEST(test_value_exception_fields__stop_iteration_and_system_exit)
{
    GilObject *exc = GilObject_CallFunction(GilExc_StopIteration, "i", 7);
    attribute_is(exc, "value", "7");
    Gil_DECREF(exc);
    exc = GilObject_CallNoArgs(GilExc_StopIteration);
    attribute_is(exc, "value", "None");
    Gil_DECREF(exc);
    exc = GilObject_CallFunction(GilExc_SystemExit, "ii", 7, 8);
    attribute_is(exc, "code", "(7, 8)");
    Gil_DECREF(exc);
    exc = GilObject_CallFunction(GilExc_SystemExit, "i", 7);
    attribute_is(exc, "code", "7");
    Gil_DECREF(exc);
}
END_TEST

START_TEST(test_value_exception_fields__keywords)
{
    GilObject *number = GilLong_FromLong(3), *exc = call_with_keyword(GilExc_ImportError, "gone", "path", number);
    attribute_is(exc, "msg", "'gone'");
    attribute_is(exc, "name", "None");
    attribute_is(exc, "path", "3");
    gil_test_str(exc, "gone");
    Gil_DECREF(exc);
    exc = call_with_keyword(GilExc_ModuleNotFoundError, "gone", "name", number);
    attribute_is(exc, "name", "3");
    Gil_DECREF(exc);
    exc = call_with_keyword(GilExc_AttributeError, "a", "obj", number);
    attribute_is(exc, "obj", "3");
    Gil_DECREF(exc);
    exc = call_with_keyword(GilExc_NameError, "n", "name", number);
    attribute_is(exc, "name", "3");
    Gil_DECREF(exc);
    ck_assert_ptr_null(call_with_keyword(GilExc_ImportError, "x", "obj", number));
    gil_test_error(GilExc_TypeError, "'obj' is an invalid keyword argument for ImportError");
    ck_assert_ptr_null(call_with_keyword(GilExc_NameError, "x", "obj", number));
    gil_test_error(GilExc_TypeError, "'obj' is an invalid keyword argument for NameError");
    Gil_DECREF(number);
}
END_TEST

START_TEST(test_value_exception_fields__set_import_error)
{
    GilObject *msg = GilUnicode_FromString("no module"), *name = GilUnicode_FromString("m");
    GilErr_SetImportError(msg, name, NULL);
    GilObject *exc = GilErr_GetRaisedException();
    ck_assert(Gil_IS_TYPE(exc, (GilTypeObject *)(void *)GilExc_ImportError));
    attribute_is(exc, "name", "'m'");
    attribute_is(exc, "path", "None");
    gil_test_str(exc, "no module");
    Gil_DECREF(exc);
    Gil_DECREF(msg);
    Gil_DECREF(name);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/exception_fields");
    TCase *tc = tcase_create("fields");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_exception_fields__key_error_shows_the_key_as_written);
    tcase_add_test(tc, test_value_exception_fields__stop_iteration_and_system_exit);
    tcase_add_test(tc, test_value_exception_fields__keywords);
    tcase_add_test(tc, test_value_exception_fields__set_import_error);
    suite_add_tcase(s, tc);
    return s;
}
