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
    suite_add_tcase(s, tc);
    return s;
}
