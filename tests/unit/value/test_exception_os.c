/* SPDX-License-Identifier: MIT */
/* OSError. */
#include "support/probe.h"
#include "support/support.h"
#include "value/exception.h"

#include <errno.h>

START_TEST(test_value_exception_os__subclass_by_number)
{
    struct {
        int number;
        GilObject *class;
    } cases[] = {
        {ENOENT, GilExc_FileNotFoundError}, {EACCES, GilExc_PermissionError},   {EPERM, GilExc_PermissionError},
        {EEXIST, GilExc_FileExistsError},   {EPIPE, GilExc_BrokenPipeError},    {EAGAIN, GilExc_BlockingIOError},
        {EINTR, GilExc_InterruptedError},   {EISDIR, GilExc_IsADirectoryError}, {ETIMEDOUT, GilExc_TimeoutError},
        {EIO, GilExc_OSError},              {-1, GilExc_OSError},
        {EALREADY, GilExc_BlockingIOError}, {EINPROGRESS, GilExc_BlockingIOError}, {ESHUTDOWN, GilExc_BrokenPipeError},
        {ECHILD, GilExc_ChildProcessError}, {ECONNABORTED, GilExc_ConnectionAbortedError},
        {ECONNREFUSED, GilExc_ConnectionRefusedError}, {ECONNRESET, GilExc_ConnectionResetError},
        {ENOTDIR, GilExc_NotADirectoryError}, {ESRCH, GilExc_ProcessLookupError},
    };
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cases); i++) {
        GilObject *exc = GilObject_CallFunction(GilExc_OSError, "is", cases[i].number, "text");
        ck_assert_ptr_eq(Gil_TYPE(exc), (GilTypeObject *)(void *)cases[i].class);
        Gil_DECREF(exc);
    }
}
END_TEST

START_TEST(test_value_exception_os__texts)
{
    GilObject *exc = GilObject_CallFunction(GilExc_OSError, "is", 5, "bad");
    gil_test_str(exc, "[Errno 5] bad");
    gil_test_repr(exc, "OSError(5, 'bad')");
    Gil_DECREF(exc);
    exc = GilObject_CallFunction(GilExc_OSError, "iss", 2, "none", "a.txt");
    gil_test_str(exc, "[Errno 2] none: 'a.txt'");
    gil_test_repr(exc, "FileNotFoundError(2, 'none')");
    Gil_DECREF(exc);
    exc = GilObject_CallFunction(GilExc_OSError, "issOs", 18, "far", "a", Gil_None, "b");
    gil_test_str(exc, "[Errno 18] far: 'a' -> 'b'");
    Gil_DECREF(exc);
    exc = GilObject_CallFunction(GilExc_OSError, "s", "alone");
    gil_test_str(exc, "alone");
    GilObject *number = GilObject_GetAttrString(exc, "errno");
    ck_assert_ptr_eq(number, Gil_None);
    Gil_DECREF(exc);
}
END_TEST

START_TEST(test_value_exception_os__from_errno)
{
    errno = ENOENT;
    ck_assert_ptr_null(GilErr_SetFromErrnoWithFilename(GilExc_OSError, "gone"));
    GilObject *exc = GilErr_GetRaisedException(), *name = GilObject_GetAttrString(exc, "filename");
    ck_assert_ptr_eq(Gil_TYPE(exc), (GilTypeObject *)(void *)GilExc_FileNotFoundError);
    gil_test_repr(name, "'gone'");
    gil_test_str(exc, "[Errno 2] No such file or directory: 'gone'");
    Gil_DECREF(name);
    Gil_DECREF(exc);
}
END_TEST

START_TEST(test_value_exception_os__subclasses_keep_their_type)
{
    GilObject *class = GilErr_NewException("m.Mine", GilExc_OSError, NULL);
    GilObject *exc = GilObject_CallFunction(class, "is", ENOENT, "text");
    ck_assert_ptr_eq((GilObject *)(void *)Gil_TYPE(exc), class);
    gil_test_str(exc, "[Errno 2] text");
    Gil_DECREF(exc);
    Gil_DECREF(class);
}
END_TEST

/* A tp_init of its own: hands two arguments on of the three it takes. */
static int
own_init(GilObject *self, GilObject *args, GilObject *kwargs)
{
    GilObject *two = GilTuple_GetSlice(args, 0, 2);
    initproc base = (initproc)GilType_GetSlot((GilTypeObject *)(void *)GilExc_OSError, Gil_tp_init);
    int rc = two == NULL ? -1 : base(self, two, kwargs);
    Gil_XDECREF(two);
    return rc;
}

START_TEST(test_value_exception_os__own_init_chooses_arguments)
{
    GilType_Slot slots[] = {{Gil_tp_init, (void *)own_init}, {0, NULL}};
    GilType_Spec spec = {"m.Own", 0, 0, Gil_TPFLAGS_DEFAULT, slots};
    GilObject *class = GilType_FromSpecWithBases(&spec, GilExc_OSError);
    GilObject *exc = GilObject_CallFunction(class, "iss", 2, "two", "file");
    gil_test_str(exc, "[Errno 2] two");
    Gil_DECREF(exc);
    Gil_DECREF(class);
}
END_TEST

START_TEST(test_value_exception_os__odd_arguments)
{
    GilObject *args = Gil_BuildValue("(is)", ENOENT, "text"), *kwargs = Gil_BuildValue("{si}", "key", 1), *none = GilDict_New();
    ck_assert_ptr_null(GilObject_Call(GilExc_OSError, args, kwargs));
    gil_test_error(GilExc_TypeError, "OSError() takes no keyword arguments");
    GilObject *exc = GilObject_Call(GilExc_OSError, args, none);
    ck_assert_ptr_eq(Gil_TYPE(exc), (GilTypeObject *)(void *)GilExc_FileNotFoundError);
    Gil_DECREF(exc);
    exc = GilObject_CallFunction(GilExc_OSError, "Ls", 99999999999LL, "far"); /* no number of this system */
    ck_assert_ptr_eq(Gil_TYPE(exc), (GilTypeObject *)(void *)GilExc_OSError);
    Gil_DECREF(exc);
    exc = GilObject_CallFunction(GilExc_OSError, "ss", "number", "text");
    gil_test_str(exc, "[Errno number] text");
    Gil_DECREF(exc);
    exc = GilObject_CallFunction(GilExc_OSError, "iiiiii", 1, 2, 3, 4, 5, 6);
    gil_test_str(exc, "(1, 2, 3, 4, 5, 6)");
    Gil_DECREF(exc);
    exc = GilObject_CallFunction(GilExc_OSError, "isOOO", ENOENT, "text", Gil_None, Gil_None, Gil_None);
    gil_test_str(exc, "[Errno 2] text");
    Gil_DECREF(exc);
    exc = GilObject_CallFunction(GilExc_OSError, "issOO", ENOENT, "text", "a", Gil_None, Gil_None);
    gil_test_str(exc, "[Errno 2] text: 'a'");
    Gil_DECREF(exc);
    Gil_DECREF(none);
    Gil_DECREF(kwargs);
    Gil_DECREF(args);
}
END_TEST

START_TEST(test_value_exception_os__characters_written)
{
    GilObject *exc = GilObject_CallFunction(GilExc_BlockingIOError, "isi", EAGAIN, "x", 5), *got;
    GilObject *great = GilLong_FromString("99999999999999999999999", NULL, 10), *six = GilLong_FromLong(6);

    gil_test_repr(exc, "BlockingIOError(11, 'x', 5)");
    gil_test_str(exc, "[Errno 11] x");
    got = GilObject_GetAttrString(exc, "filename");
    ck_assert_ptr_eq(got, Gil_None);
    got = GilObject_GetAttrString(exc, "characters_written");
    ck_assert_int_eq(GilLong_AsLong(got), 5);
    Gil_DECREF(got);
    ck_assert_int_eq(GilObject_SetAttrString(exc, "characters_written", Gil_None), -1);
    gil_test_raised(GilExc_TypeError);
    ck_assert_int_eq(GilObject_SetAttrString(exc, "characters_written", great), -1);
    gil_test_raised(GilExc_ValueError);
    ck_assert_int_eq(GilObject_SetAttrString(exc, "characters_written", six), 0);
    got = GilObject_GetAttrString(exc, "characters_written");
    ck_assert_int_eq(GilLong_AsLong(got), 6);
    Gil_DECREF(got);
    ck_assert_int_eq(GilObject_DelAttrString(exc, "characters_written"), 0);
    ck_assert_int_eq(GilObject_DelAttrString(exc, "characters_written"), -1);
    gil_test_error(GilExc_AttributeError, "characters_written");
    ck_assert_ptr_null(GilObject_GetAttrString(exc, "characters_written"));
    gil_test_error(GilExc_AttributeError, "characters_written");
    Gil_DECREF(exc);
    ck_assert_ptr_null(GilObject_CallFunction(GilExc_BlockingIOError, "isO", EAGAIN, "x", great));
    gil_test_raised(GilExc_ValueError);
    exc = GilObject_CallFunction(GilExc_OSError, "isi", ENOENT, "x", 5); /* of another class it is a name */
    gil_test_str(exc, "[Errno 2] x: 5");
    ck_assert_ptr_null(GilObject_GetAttrString(exc, "characters_written"));
    gil_test_error(GilExc_AttributeError, "characters_written");
    GilObject *all[] = {exc, great, six};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/exception_os");
    TCase *tc = tcase_create("os");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_exception_os__subclass_by_number);
    tcase_add_test(tc, test_value_exception_os__texts);
    tcase_add_test(tc, test_value_exception_os__from_errno);
    tcase_add_test(tc, test_value_exception_os__subclasses_keep_their_type);
    tcase_add_test(tc, test_value_exception_os__own_init_chooses_arguments);
    tcase_add_test(tc, test_value_exception_os__odd_arguments);
    tcase_add_test(tc, test_value_exception_os__characters_written);
    suite_add_tcase(s, tc);
    return s;
}
