/* SPDX-License-Identifier: MIT */
/* Errors are printed to descriptor 2 in one piece, with what led to them, whatever else goes wrong. */
#include "node.h"
#include "stderr.h"
#include "support/expect.h"

#include <stdio.h>

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

START_TEST(test_object_report__surrogates_are_told_by_their_numbers)
{
    GilObject *name = GilUnicode_DecodeFSDefault("\xff.txt");

    catch_stderr();
    GilErr_SetObject(GilExc_ValueError, name);
    GilErr_Print();
    GilErr_Format(GilExc_TypeError, "%U: \xe2\x82\xac", name);
    GilErr_WriteUnraisable(NULL);
    GilErr_FormatUnraisable("in %U", name);
    expect_printed("ValueError: \\udcff.txt\nTypeError: \\udcff.txt: \xe2\x82\xac\nin \\udcff.txt:\n");
    Gil_DECREF(name);
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

#define DURING "\nDuring handling of the above exception, another exception occurred:\n\n"

/* The newest of n exceptions, each raised while the one before was handled. */
static GilObject *
chain(int n)
{
    GilObject *newest = NULL;

    for (int i = 0; i < n; i++) {
        GilErr_Format(GilExc_ValueError, "e%d", i);
        GilObject *exc = GilErr_GetRaisedException();
        GilException_SetContext(exc, newest);
        newest = exc;
    }
    return newest;
}

/* Prints it, and expects text at the beginning of what came. */
static void
expect_beginning(GilObject *exc, const char *text)
{
    char got[200];

    catch_stderr();
    GilErr_SetRaisedException(exc);
    GilErr_Print();
    dup2(kept_stderr, STDERR_FILENO);
    close(kept_stderr);
    ssize_t n = read(pipe_end, got, sizeof got - 1);
    close(pipe_end);
    got[n > 0 && (size_t)n > strlen(text) ? strlen(text) : 0] = '\0';
    ck_assert_str_eq(got, text);
}

/* The first cause is what one looks for. */
START_TEST(test_object_report__all_causes_are_printed_once)
{
    char wanted[2048] = "ValueError: e0\n";

    for (size_t i = 1, len = strlen(wanted); i < 20; i++)
        len += (size_t)snprintf(wanted + len, sizeof wanted - len, DURING "ValueError: e%zu\n", i);
    catch_stderr();
    GilErr_SetRaisedException(chain(20));
    GilErr_Print();
    expect_printed(wanted);
    expect_beginning(chain(1100), "[what led to it is left out]\n" DURING "ValueError: e99\n");

    GilObject *newer = chain(2), *older = GilException_GetContext(newer);
    GilException_SetContext(older, Gil_NewRef(newer));
    catch_stderr();
    GilErr_SetRaisedException(Gil_NewRef(newer));
    GilErr_Print();
    expect_printed("ValueError: e0\n" DURING "ValueError: e1\n");
    GilException_SetContext(older, NULL);
    GilException_SetCause(older, Gil_NewRef(older));
    catch_stderr();
    GilErr_SetRaisedException(Gil_NewRef(older));
    GilErr_Print();
    expect_printed("ValueError: e0\n");
    GilException_SetCause(older, NULL);
    Gil_DECREF(older);
    Gil_DECREF(newer);
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

static struct {
    int calls;
    GilObject *type, *object;
    char message[64];
    void *arg;
    size_t size;
    int raise, nested;
} told;

static void
hook(const GilUnraisable *error, void *arg)
{
    told.calls++;
    told.size = error->size;
    told.type = error->exc_value == NULL ? NULL : (GilObject *)Gil_TYPE(error->exc_value);
    told.object = error->object;
    told.arg = arg;
    snprintf(told.message, sizeof told.message, "%s", error->err_msg == NULL ? "-" : error->err_msg);
    if (told.nested-- > 0) {
        GilErr_SetString(GilExc_KeyError, "inner");
        GilErr_WriteUnraisable(Gil_None);
    }
    if (told.raise)
        GilErr_SetString(GilExc_RuntimeError, "of the hook");
}

START_TEST(test_object_report__a_hook_is_told_instead)
{
    GilErr_SetUnraisableHook(hook, &told);
    GilErr_SetString(GilExc_ValueError, "lost");
    GilErr_WriteUnraisable(Gil_None);
    ck_assert_int_eq(told.calls, 1);
    ck_assert_uint_eq(told.size, sizeof(GilUnraisable));
    ck_assert_ptr_eq(told.type, GilExc_ValueError);
    ck_assert_ptr_eq(told.object, Gil_None);
    ck_assert_ptr_eq(told.arg, &told);
    ck_assert_str_eq(told.message, "-");
    ck_assert_ptr_null(GilErr_Occurred());

    GilErr_SetString(GilExc_KeyError, "lost");
    GilErr_FormatUnraisable("while %s", "counting");
    ck_assert_ptr_eq(told.type, GilExc_KeyError);
    ck_assert_ptr_null(told.object);
    ck_assert_str_eq(told.message, "while counting");
    GilErr_FormatUnraisable(NULL); /* nothing is pending */
    ck_assert_ptr_null(told.type);
    ck_assert_int_eq(told.calls, 3);
    told.nested = 1;
    GilErr_WriteUnraisable(NULL);
    ck_assert_int_eq(told.calls, 5);

    /* An error of its own is printed; without a hook all are again. */
    catch_stderr();
    told.raise = 1;
    GilErr_WriteUnraisable(NULL);
    GilErr_SetUnraisableHook(NULL, NULL);
    GilErr_SetString(GilExc_ValueError, "lost");
    GilErr_WriteUnraisable(Gil_None);
    expect_printed("Exception ignored in the hook for unraisable errors:\nRuntimeError: of the hook\n"
                   "Exception ignored in: None\nValueError: lost\n");
    ck_assert_int_eq(told.calls, 6);
}
END_TEST

START_TEST(test_object_report__way_and_notes_are_printed)
{
    GilErr_SetString(GilExc_ValueError, "lost");
    ck_assert_int_eq(GilTraceBack_Add("inner", "deep.c", 7), 0);
    ck_assert_int_eq(GilTraceBack_Add("outer", "high.c", 70), 0);
    GilObject *exc = GilErr_GetRaisedException();
    Gil_XDECREF(GilObject_CallMethod(exc, "add_note", "s", "first note"));
    Gil_XDECREF(GilObject_CallMethod(exc, "add_note", "s", "second\nnote"));
    ck_assert_ptr_null(GilErr_Occurred());
    GilErr_SetRaisedException(Gil_NewRef(exc));
    catch_stderr();
    GilErr_Print();
    expect_printed("Traceback (most recent call last):\n"
                   "  File \"high.c\", line 70, in outer\n"
                   "  File \"deep.c\", line 7, in inner\n"
                   "ValueError: lost\nfirst note\nsecond\nnote\n");

    /* Notes that are none are left out. */
    ck_assert_int_eq(GilObject_SetAttrString(exc, "__notes__", Gil_True), 0);
    ck_assert_int_eq(GilException_SetTraceback(exc, Gil_None), 0);
    GilErr_SetRaisedException(exc);
    catch_stderr();
    GilErr_Print();
    expect_printed("ValueError: lost\n");
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
    static const TTest *tests[11];
    int n = 0;

    tests[n++] = test_object_report__one_line_for_an_error;
    tests[n++] = test_object_report__surrogates_are_told_by_their_numbers;
    tests[n++] = test_object_report__causes_come_first;
    tests[n++] = test_object_report__all_causes_are_printed_once;
    tests[n++] = test_object_report__an_exception_that_cannot_be_shown;
    tests[n++] = test_object_report__unraisable_errors;
    tests[n++] = test_object_report__a_hook_is_told_instead;
    tests[n++] = test_object_report__way_and_notes_are_printed;
    tests[n++] = test_J1_printing_without_memory_still_says_what_it_was;
    return suite_of_one("object/report", tests);
}
