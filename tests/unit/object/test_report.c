/* SPDX-License-Identifier: MIT */
/* Errors are printed to descriptor 2 in one piece, with what led to them, whatever else goes wrong. */
#include "node.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static int kept_stderr, pipe_end;

static void
catch_stderr(void)
{
    int ends[2];

    ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
    kept_stderr = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    pipe_end = ends[0];
}

/* Gives descriptor 2 back and compares what came. */
static void
expect_printed(const char *wanted)
{
    char text[4096];

    dup2(kept_stderr, STDERR_FILENO);
    close(kept_stderr);
    ssize_t n = read(pipe_end, text, sizeof text - 1);
    close(pipe_end);
    text[n > 0 ? n : 0] = '\0';
    ck_assert_str_eq(text, wanted);
    ck_assert_ptr_null(GilErr_Occurred());
}

START_TEST(test_object_report__one_line_for_an_error)
{
    catch_stderr();
    GilErr_SetString(GilExc_ValueError, "no good");
    GilErr_Print();
    GilErr_SetNone(GilExc_KeyboardInterrupt);
    GilErr_PrintEx(0);
    GilErr_SetString(GilExc_SystemExit, "is no exit");
    GilErr_Print();
    GilErr_Print(); /* nothing pending */
    expect_printed("ValueError: no good\nKeyboardInterrupt\nSystemExit: is no exit\n");
}
END_TEST

START_TEST(test_object_report__causes_come_first)
{
    GilErr_SetString(GilExc_KeyError, "first");
    GilObject *first = GilErr_GetRaisedException();
    GilErr_SetHandledException(first);
    GilErr_SetString(GilExc_ValueError, "second");
    GilErr_SetHandledException(NULL);
    catch_stderr();
    GilErr_Print();
    expect_printed("KeyError: 'first'\n\n"
                   "During handling of the above exception, another exception occurred:\n\n"
                   "ValueError: second\n");

    GilErr_SetString(GilExc_TypeError, "third");
    GilObject *third = GilErr_GetRaisedException();
    GilException_SetCause(third, first);
    GilErr_SetRaisedException(third);
    catch_stderr();
    GilErr_Print();
    expect_printed("KeyError: 'first'\n\n"
                   "The above exception was the direct cause of the following exception:\n\n"
                   "TypeError: third\n");
}
END_TEST

static GilObject *
str_fails(GilObject *self)
{
    (void)self;
    GilErr_SetString(GilExc_RuntimeError, "inner");
    return NULL;
}

START_TEST(test_object_report__an_exception_that_cannot_be_shown)
{
    GilType_Slot slots[] = {{Gil_tp_str, (void *)str_fails}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Error", .slots = slots};
    GilObject *type = GilType_FromSpecWithBases(&spec, GilExc_Exception);

    ck_assert_ptr_nonnull(type);
    catch_stderr();
    GilErr_SetString(type, "text");
    GilErr_Print();
    expect_printed("test.Error: <exception str() failed>\n");
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_report__unraisable_errors)
{
    catch_stderr();
    GilErr_SetString(GilExc_ValueError, "lost");
    GilErr_WriteUnraisable(Gil_None);
    GilErr_SetString(GilExc_ValueError, "lost");
    GilErr_WriteUnraisable(NULL);
    GilErr_SetString(GilExc_ValueError, "lost");
    GilErr_FormatUnraisable("Exception ignored while %s %d", "counting", 7);
    expect_printed("Exception ignored in: None\nValueError: lost\n"
                   "ValueError: lost\n"
                   "Exception ignored while counting 7:\nValueError: lost\n");

    GilType_Slot slots[] = {{Gil_tp_repr, (void *)str_fails}, {0, NULL}};
    GilTypeObject *type = node_type(slots, 0);
    GilObject *op = node_new(type, NULL);
    catch_stderr();
    GilErr_SetString(GilExc_ValueError, "lost");
    GilErr_WriteUnraisable(op);
    expect_printed("Exception ignored in: <object repr() failed>\nValueError: lost\n");
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_J1_printing_without_memory_still_says_what_it_was)
{
    catch_stderr();
    gil_test_fail_alloc(1, 1);
    GilErr_NoMemory();
    GilErr_Print();
    gil_test_fail_alloc_off();
    expect_printed("MemoryError\n");
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[10];
    int n = 0;

    tests[n++] = test_object_report__one_line_for_an_error;
    tests[n++] = test_object_report__causes_come_first;
    tests[n++] = test_object_report__an_exception_that_cannot_be_shown;
    tests[n++] = test_object_report__unraisable_errors;
    tests[n++] = test_J1_printing_without_memory_still_says_what_it_was;
    return suite_of_one("object/report", tests);
}
