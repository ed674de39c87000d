/* SPDX-License-Identifier: MIT */
/* <gilrt/error.h> as a stranger uses it. */
#include "unit/object/node.h"

#include <errno.h>

static GilObject *
fails(GilObject *self, GilObject *args)
{
    (void)self;
    (void)args;
    return GilErr_Format(GilExc_ValueError, "%s: %d of %zd (%R)", "count", 3, (Gil_ssize_t)4, Gil_None);
}

START_TEST(test_api_error__errors_come_through_calls)
{
    static GilMethodDef def = {"fails", fails, GIL_METH_NOARGS, NULL};
    GilObject *func = GilCFunction_New(&def, NULL);

    ck_assert_ptr_null(GilObject_CallNoArgs(func));
    expect_error(GilExc_ValueError, "count: 3 of 4 (None)");
    Gil_DECREF(func);
}
END_TEST

START_TEST(test_api_error__taken_and_raised_again)
{
    GilErr_SetString(GilExc_KeyError, "k");
    GilObject *exc = GilErr_GetRaisedException();
    Gil_INCREF(exc);
    GilErr_SetRaisedException(exc);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_LookupError), 1);
    GilObject *again = GilErr_GetRaisedException();
    ck_assert_ptr_eq(again, exc);
    Gil_DECREF(again);
    Gil_DECREF(exc);
    GilErr_SetRaisedException(NULL);
    ck_assert_ptr_null(GilErr_Occurred());
}
END_TEST

START_TEST(test_api_error__the_hierarchy)
{
    /* Each class and its base. */
    GilObject *const pairs[][2] = {
        {GilExc_Exception, GilExc_BaseException},
        {GilExc_SystemExit, GilExc_BaseException},
        {GilExc_KeyboardInterrupt, GilExc_BaseException},
        {GilExc_GeneratorExit, GilExc_BaseException},
        {GilExc_ArithmeticError, GilExc_Exception},
        {GilExc_OverflowError, GilExc_ArithmeticError},
        {GilExc_ZeroDivisionError, GilExc_ArithmeticError},
        {GilExc_FloatingPointError, GilExc_ArithmeticError},
        {GilExc_AssertionError, GilExc_Exception},
        {GilExc_AttributeError, GilExc_Exception},
        {GilExc_BufferError, GilExc_Exception},
        {GilExc_EOFError, GilExc_Exception},
        {GilExc_ImportError, GilExc_Exception},
        {GilExc_ModuleNotFoundError, GilExc_ImportError},
        {GilExc_LookupError, GilExc_Exception},
        {GilExc_IndexError, GilExc_LookupError},
        {GilExc_KeyError, GilExc_LookupError},
        {GilExc_MemoryError, GilExc_Exception},
        {GilExc_NameError, GilExc_Exception},
        {GilExc_OSError, GilExc_Exception},
        {GilExc_BlockingIOError, GilExc_OSError},
        {GilExc_ChildProcessError, GilExc_OSError},
        {GilExc_ConnectionError, GilExc_OSError},
        {GilExc_BrokenPipeError, GilExc_ConnectionError},
        {GilExc_ConnectionAbortedError, GilExc_ConnectionError},
        {GilExc_ConnectionRefusedError, GilExc_ConnectionError},
        {GilExc_ConnectionResetError, GilExc_ConnectionError},
        {GilExc_FileExistsError, GilExc_OSError},
        {GilExc_FileNotFoundError, GilExc_OSError},
        {GilExc_InterruptedError, GilExc_OSError},
        {GilExc_IsADirectoryError, GilExc_OSError},
        {GilExc_NotADirectoryError, GilExc_OSError},
        {GilExc_PermissionError, GilExc_OSError},
        {GilExc_ProcessLookupError, GilExc_OSError},
        {GilExc_TimeoutError, GilExc_OSError},
        {GilExc_ReferenceError, GilExc_Exception},
        {GilExc_RuntimeError, GilExc_Exception},
        {GilExc_NotImplementedError, GilExc_RuntimeError},
        {GilExc_RecursionError, GilExc_RuntimeError},
        {GilExc_StopIteration, GilExc_Exception},
        {GilExc_SystemError, GilExc_Exception},
        {GilExc_TypeError, GilExc_Exception},
        {GilExc_ValueError, GilExc_Exception},
        {GilExc_UnicodeError, GilExc_ValueError},
        {GilExc_UnicodeDecodeError, GilExc_UnicodeError},
        {GilExc_UnicodeEncodeError, GilExc_UnicodeError},
        {GilExc_Warning, GilExc_Exception},
        {GilExc_DeprecationWarning, GilExc_Warning},
        {GilExc_ResourceWarning, GilExc_Warning},
        {GilExc_RuntimeWarning, GilExc_Warning},
        {GilExc_UserWarning, GilExc_Warning},
    };

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(pairs); i++) {
        GilObject *base = GilObject_GetAttrString(pairs[i][0], "__base__");
        ck_assert_msg(base == pairs[i][1], "%s", GilExceptionClass_Name(pairs[i][0]));
        Gil_DECREF(base);
        ck_assert(GilUnstable_IsImmortal(pairs[i][0]));
    }
    ck_assert_ptr_eq(GilExc_IOError, GilExc_OSError);
    ck_assert_ptr_eq(GilExc_EnvironmentError, GilExc_OSError);
}
END_TEST

START_TEST(test_api_error__errno_becomes_oserror)
{
    errno = ENOENT;
    ck_assert_ptr_null(GilErr_SetFromErrnoWithFilename(GilExc_OSError, "/nowhere"));
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_FileNotFoundError), 1);
    GilObject *exc = GilErr_GetRaisedException();
    expect_text(GilObject_GetAttrString(exc, "filename"), "/nowhere");
    GilObject *number = GilObject_GetAttrString(exc, "errno");
    ck_assert_int_eq(GilLong_AsLong(number), ENOENT);
    Gil_DECREF(number);
    Gil_DECREF(exc);

    /* A name that is no text is one of a file all the same. */
    errno = ENOENT;
    GilErr_SetFromErrnoWithFilename(GilExc_OSError, "a\xff\xe2\x82" "b\xc3\xa9\xed\xa0\x80");
    exc = GilErr_GetRaisedException();
    GilObject *name = GilObject_GetAttrString(exc, "filename"), *octets = GilUnicode_EncodeFSDefault(name);
    ck_assert_ptr_nonnull(octets);
    ck_assert_str_eq(GilBytes_AS_STRING(octets), "a\xff\xe2\x82" "b\xc3\xa9\xed\xa0\x80");
    GilObject *same = GilUnicode_DecodeFSDefault(GilBytes_AS_STRING(octets));
    ck_assert_int_eq(GilUnicode_Compare(name, same), 0);
    Gil_DECREF(same);
    Gil_DECREF(octets);
    Gil_DECREF(name);
    Gil_DECREF(exc);
}
END_TEST

START_TEST(test_api_error__a_class_of_ones_own)
{
    GilObject *type = GilErr_NewException("mine.Error", GilExc_ValueError, NULL);

    ck_assert_ptr_nonnull(type);
    GilErr_SetString(type, "odd");
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_ValueError), 1);
    expect_error(type, "odd");
    Gil_DECREF(type);
}
END_TEST

static void
raise_detached(void *arg)
{
    (void)arg;
    GilEval_SaveThread();
    GilErr_SetString(GilExc_ValueError, "x");
}

START_TEST(test_L1_raising_while_detached_stops_the_process)
{
    gil_test_expect_abort(raise_detached, NULL, "GilErr_SetString");
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[10];
    int n = 0;

    tests[n++] = test_api_error__errors_come_through_calls;
    tests[n++] = test_api_error__taken_and_raised_again;
    tests[n++] = test_api_error__the_hierarchy;
    tests[n++] = test_api_error__errno_becomes_oserror;
    tests[n++] = test_api_error__a_class_of_ones_own;
    tests[n++] = test_L1_raising_while_detached_stops_the_process;
    return suite_of_one("api/error", tests);
}
