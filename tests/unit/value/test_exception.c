/* SPDX-License-Identifier: MIT */
/* What all exceptions have in common. */
#include "object/ops.h"
#include "support/probe.h"
#include "support/support.h"
#include "value/exception.h"
#include "value/start.h"

static GilObject *
make(GilObject *class, const char *text)
{
    GilObject *exc = GilObject_CallFunction(class, "s", text);
    ck_assert_ptr_nonnull(exc);
    return exc;
}

START_TEST(test_value_exception__str_and_repr_by_number_of_arguments)
{
    GilObject *none = GilObject_CallNoArgs(GilExc_ValueError), *one = make(GilExc_ValueError, "no");
    GilObject *two = GilObject_CallFunction(GilExc_ValueError, "si", "no", 2);
    gil_test_str(none, "");
    gil_test_repr(none, "ValueError()");
    gil_test_str(one, "no");
    gil_test_repr(one, "ValueError('no')");
    gil_test_str(two, "('no', 2)");
    gil_test_repr(two, "ValueError('no', 2)");
    Gil_DECREF(none);
    Gil_DECREF(one);
    Gil_DECREF(two);
}
END_TEST

/* --- constructors that misbehave, when an error becomes an object --- */

static GilObject *odd_class;
static int oddity;

static int
odd_init(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args), GilObject *Gil_UNUSED(kwargs))
{
    if (oddity == 0) /* fails without an error */
        return -1;
    if (oddity == 1) { /* fails by itself, for ever */
        GilErr_SetString(odd_class, "again");
        return -1;
    }
    if (oddity == 2) /* works, and leaves an error */
        GilErr_SetString(GilExc_KeyError, "left");
    if (oddity == 3) { /* makes another first, for ever */
        GilErr_SetString(odd_class, "another");
        Gil_DECREF(GilErr_GetRaisedException());
    }
    return 0;
}

static GilObject *
odd_new(GilTypeObject *type, GilObject *args, GilObject *kwargs)
{
    return oddity == 4 ? NULL : gil_exception_new(type, args, kwargs);
}

/* What the error is when somebody takes it: a new reference. */
static GilObject *
taken_of_odd(int kind, GilObject *expected)
{
    oddity = kind;
    GilErr_SetString(odd_class, "first");
    GilObject *exc = GilErr_GetRaisedException();
    ck_assert_ptr_nonnull(exc);
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_ptr_eq(Gil_TYPE(exc), expected);
    return exc;
}

START_TEST(test_value_exception__of_a_class_whose_constructor_misbehaves)
{
    static const char nothing[] = "<class 'test.Odd'> returned NULL without setting an exception";
    static const char again[] = "maximum recursion depth exceeded while normalizing an exception";
    GilType_Slot slots[] = {{Gil_tp_init, (void *)odd_init}, {Gil_tp_new, (void *)odd_new}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Odd", .slots = slots};
    GilObject *exc, *cause;

    odd_class = GilType_FromSpecWithBases(&spec, GilExc_ValueError);
    gil_test_str(exc = taken_of_odd(0, GilExc_SystemError), nothing);
    Gil_DECREF(exc);
    gil_test_str(exc = taken_of_odd(4, GilExc_SystemError), nothing);
    Gil_DECREF(exc);
    gil_test_str(exc = taken_of_odd(1, GilExc_RecursionError), again);
    Gil_DECREF(exc);

    gil_test_str(exc = taken_of_odd(2, GilExc_SystemError), "<class 'test.Odd'> returned a result with an exception set");
    cause = GilException_GetCause(exc);
    gil_test_repr(cause, "KeyError('left')");
    Gil_DECREF(cause);
    Gil_DECREF(exc);

    /* Each is made from within the one before; where the stack ends it is another class that nothing is made for. */
    Gil_DECREF(taken_of_odd(3, odd_class));
    Gil_DECREF(odd_class);
}
END_TEST

START_TEST(test_value_exception__no_keywords)
{
    GilObject *args = GilTuple_New(0), *kwargs = GilDict_New();
    GilDict_SetItemString(kwargs, "a", Gil_None);
    ck_assert_ptr_null(GilObject_Call(GilExc_TypeError, args, kwargs));
    gil_test_error(GilExc_TypeError, "TypeError() takes no keyword arguments");
    Gil_DECREF(kwargs);
    Gil_DECREF(args);
}
END_TEST

START_TEST(test_value_exception__instances_have_attributes_of_their_own)
{
    GilObject *exc = make(GilExc_KeyError, "k"), *value;
    ck_assert_int_eq(GilObject_GetOptionalAttrString(exc, "extra", &value), 0);
    ck_assert_int_eq(GilObject_SetAttrString(exc, "extra", Gil_None), 0);
    value = GilObject_GetAttrString(exc, "extra");
    ck_assert_ptr_eq(value, Gil_None);
    ck_assert_int_eq(GilObject_DelAttrString(exc, "extra"), 0);
    ck_assert_int_eq(GilObject_DelAttrString(exc, "extra"), -1);
    gil_test_raised(GilExc_AttributeError);
    ck_assert_ptr_null(GilObject_GetAttrString(exc, "extra"));
    gil_test_error(GilExc_AttributeError, "'KeyError' object has no attribute 'extra'");
    ck_assert_int_eq(GilObject_SetAttrString(exc, "args", Gil_None), -1);
    gil_test_error(GilExc_TypeError, "'NoneType' object is not iterable");
    value = GilObject_GetAttrString(exc, "__dict__");
    gil_test_repr(value, "{}");
    Gil_DECREF(value);
    Gil_DECREF(exc);
}
END_TEST

START_TEST(test_value_exception__notes)
{
    GilObject *exc = make(GilExc_ValueError, "x"), *notes;
    ck_assert_ptr_nonnull(GilObject_CallMethod(exc, "add_note", "s", "first"));
    ck_assert_ptr_nonnull(GilObject_CallMethod(exc, "add_note", "s", "second"));
    notes = GilObject_GetAttrString(exc, "__notes__");
    gil_test_repr(notes, "['first', 'second']");
    Gil_DECREF(notes);
    ck_assert_ptr_null(GilObject_CallMethod(exc, "add_note", "i", 3));
    gil_test_error(GilExc_TypeError, "note must be a str, not 'int'");
    Gil_DECREF(exc);
}
END_TEST

START_TEST(test_value_exception__cause_hides_context)
{
    GilObject *exc = make(GilExc_ValueError, "x"), *cause = make(GilExc_KeyError, "y"), *flag;
    ck_assert_ptr_null(GilException_GetCause(exc));
    flag = GilObject_GetAttrString(exc, "__suppress_context__");
    gil_test_repr(flag, "False");
    ck_assert_int_eq(GilObject_SetAttrString(exc, "__cause__", cause), 0);
    flag = GilObject_GetAttrString(exc, "__suppress_context__");
    gil_test_repr(flag, "True");
    GilObject *found = GilException_GetCause(exc);
    ck_assert_ptr_eq(found, cause);
    Gil_DECREF(found);
    GilObject *number = GilLong_FromLong(3);
    ck_assert_int_eq(GilObject_SetAttrString(exc, "__cause__", number), -1);
    gil_test_error(GilExc_TypeError, "exception cause must be None or derive from BaseException");
    ck_assert_int_eq(GilObject_SetAttrString(exc, "__context__", number), -1);
    gil_test_error(GilExc_TypeError, "exception context must be None or derive from BaseException");
    ck_assert_int_eq(GilObject_SetAttrString(exc, "__cause__", Gil_None), 0);
    ck_assert_ptr_null(GilException_GetCause(exc));
    Gil_DECREF(number);
    Gil_DECREF(cause);
    Gil_DECREF(exc);
}
END_TEST

static GilObject *
context_of(GilObject *exc)
{
    return gil_exception(exc)->context;
}

START_TEST(test_value_exception__set_context_makes_no_circle)
{
    GilObject *a = make(GilExc_ValueError, "a"), *b = make(GilExc_ValueError, "b"), *c = make(GilExc_ValueError, "c");
    gil_ops.set_part(a, GIL_EXCEPTION_CONTEXT, a);
    ck_assert_ptr_null(context_of(a));
    gil_ops.set_part(b, GIL_EXCEPTION_CONTEXT, a); /* b <- a */
    gil_ops.set_part(c, GIL_EXCEPTION_CONTEXT, b); /* c <- b <- a */
    gil_ops.set_part(a, GIL_EXCEPTION_CONTEXT, c); /* a <- c <- b, and b's is cut */
    ck_assert_ptr_eq(context_of(a), c);
    ck_assert_ptr_eq(context_of(c), b);
    ck_assert_ptr_null(context_of(b));
    GilException_SetContext(b, Gil_NewRef(c)); /* a circle by hand: b <- c <- b */
    GilObject *d = make(GilExc_ValueError, "d");
    gil_ops.set_part(d, GIL_EXCEPTION_CONTEXT, b);
    ck_assert_ptr_eq(context_of(d), b);
    GilException_SetContext(b, NULL);
    Gil_DECREF(d);
    Gil_DECREF(a);
    Gil_DECREF(b);
    Gil_DECREF(c);
}
END_TEST

START_TEST(test_value_exception__raised_while_handling_gets_its_context)
{
    GilObject *first = make(GilExc_KeyError, "first");
    GilErr_SetHandledException(first);
    GilErr_SetString(GilExc_ValueError, "second");
    GilObject *second = GilErr_GetRaisedException();
    ck_assert_ptr_eq(context_of(second), first);
    GilErr_SetHandledException(NULL);
    Gil_DECREF(second);
    Gil_DECREF(first);
}
END_TEST

START_TEST(test_J2_memory_error_needs_no_memory)
{
    GilObject *prepared = gil_value_pocket(gil_tstate_need(__func__))->memory_error;
    ck_assert_ptr_nonnull(prepared);
    gil_test_fail_alloc(1, 1);
    GilErr_NoMemory();
    GilObject *exc = GilErr_GetRaisedException();
    gil_test_fail_alloc_off();
    ck_assert_ptr_eq(exc, prepared);
    gil_ops.set_part(exc, GIL_EXCEPTION_CONTEXT, exc);
    GilObject *other = make(GilExc_ValueError, "x");
    gil_ops.set_part(exc, GIL_EXCEPTION_CONTEXT, other);
    ck_assert_ptr_null(context_of(exc));
    Gil_DECREF(other);
    Gil_DECREF(exc);
}
END_TEST

/* What is written on one MemoryError does not stand on the next. */
START_TEST(test_J2_memory_errors_are_one_s_own)
{
    GilObject *prepared = gil_value_pocket(gil_tstate_need(__func__))->memory_error, *exc[2];

    for (int shared = 0; shared < 2; shared++)
        for (int i = 0; i < 2; i++) {
            if (shared)
                gil_test_fail_alloc(1, 1);
            GilErr_NoMemory();
            exc[i] = GilErr_GetRaisedException();
            gil_test_fail_alloc_off();
            ck_assert_int_eq(exc[i] == prepared, shared);
            gil_test_repr(exc[i], "MemoryError()");
            ck_assert_int_eq(GilObject_HasAttrStringWithError(exc[i], "__notes__"), 0);
            ck_assert_ptr_null(GilException_GetCause(exc[i]));
            ck_assert_int_eq(gil_exception(exc[i])->suppress_context, 0);
            GilObject *note = GilUnicode_FromString("while loading a.txt"), *args = GilTuple_Pack(1, note);
            ck_assert_int_eq(GilException_SetArgs(exc[i], args), 0);
            ck_assert_int_eq(GilObject_SetAttrString(exc[i], "__notes__", args), 0);
            GilException_SetCause(exc[i], make(GilExc_ValueError, "x"));
            Gil_DECREF(args);
            Gil_DECREF(note);
            if (shared)
                Gil_DECREF(exc[i]);
            else if (i == 1) {
                ck_assert_ptr_ne(exc[0], exc[1]);
                Gil_DECREF(exc[0]);
                Gil_DECREF(exc[1]);
            }
        }
    /* The one that exists beforehand keeps what was written on it while somebody has it. */
    gil_test_fail_alloc(1, 1);
    GilErr_NoMemory();
    exc[0] = GilErr_GetRaisedException();
    GilException_SetCause(exc[0], Gil_NewRef(exc[0]));
    GilException_SetCause(exc[0], NULL);
    ck_assert_int_eq(gil_exception(exc[0])->suppress_context, 1);
    GilErr_NoMemory();
    exc[1] = GilErr_GetRaisedException();
    gil_test_fail_alloc_off();
    ck_assert_ptr_eq(exc[0], exc[1]);
    ck_assert_int_eq(gil_exception(exc[0])->suppress_context, 1);
    Gil_DECREF(exc[0]);
    Gil_DECREF(exc[1]);
}
END_TEST

START_TEST(test_value_exception__make_spreads_tuples)
{
    GilObject *pair = GilTuple_Pack(2, Gil_None, Gil_None);
    GilObject *exc = gil_ops.make_exception((GilTypeObject *)(void *)GilExc_ValueError, pair);
    gil_test_repr(exc, "ValueError(None, None)");
    Gil_DECREF(exc);
    exc = gil_ops.make_exception((GilTypeObject *)(void *)GilExc_ValueError, NULL);
    gil_test_repr(exc, "ValueError()");
    Gil_DECREF(exc);
    Gil_DECREF(pair);
}
END_TEST

START_TEST(test_value_exception__made_classes)
{
    GilObject *class = GilErr_NewException("mod.Bad", GilExc_ValueError, NULL), *exc = make(class, "text");
    gil_test_repr(exc, "Bad('text')");
    ck_assert_int_eq(GilErr_GivenExceptionMatches(exc, GilExc_ValueError), 1);
    ck_assert_int_eq(GilObject_SetAttrString(exc, "more", exc), 0);
    ck_assert_int_eq(GilObject_DelAttrString(exc, "more"), 0);
    ck_assert_str_eq(GilExceptionClass_Name(class), "Bad");
    Gil_DECREF(exc);
    Gil_DECREF(class);
}
END_TEST

static int
life(void *Gil_UNUSED(arg))
{
    GilObject *exc = GilObject_CallFunction(GilExc_OSError, "iss", 2, "none", "file"), *text;
    if (exc == NULL)
        return -1;
    int rc = GilObject_SetAttrString(exc, "extra", Gil_None);
    text = rc < 0 ? NULL : GilObject_Str(exc);
    Gil_XDECREF(text);
    Gil_DECREF(exc);
    return text == NULL ? -1 : 0;
}

START_TEST(test_J1_exception)
{
    gil_test_oom_loop(life, NULL);
}
END_TEST

START_TEST(test_G4_chain_of_contexts_is_destroyed)
{
    GilObject *last = make(GilExc_ValueError, "0");
    for (long i = gil_test_plenty(100000); i > 0; i--) {
        GilObject *exc = make(GilExc_ValueError, "n");
        GilException_SetContext(exc, last);
        last = exc;
    }
    Gil_DECREF(last);
}
END_TEST

static GilObject *
value_error(void)
{
    GilObject *exc = GilObject_CallFunction(GilExc_ValueError, "s", "text");
    ck_assert_ptr_nonnull(exc);
    return exc;
}

/* Sets an attribute, NULL: deletes it; it fails with TypeError and that text. */
static void
expect_refused(GilObject *exc, const char *name, GilObject *value, const char *text)
{
    ck_assert_int_eq(value != NULL ? GilObject_SetAttrString(exc, name, value) : GilObject_DelAttrString(exc, name), -1);
    gil_test_error(GilExc_TypeError, text);
}

static GilObject *
seven(GilObject *Gil_UNUSED(op), GilObject *Gil_UNUSED(args))
{
    return GilLong_FromLong(7);
}

/* An exception has one dict, whoever made its class. */
static void
expect_one_dict(GilObject *class)
{
    GilObject *exc = GilObject_CallNoArgs(class), *number = GilLong_FromLong(1), *dict, *other = Gil_BuildValue("{si}", "y", 5);
    ck_assert_ptr_nonnull(exc);
    ck_assert_int_eq(GilObject_SetAttrString(exc, "x", number), 0);
    dict = GilObject_GetAttrString(exc, "__dict__");
    gil_test_repr(dict, "{'x': 1}");
    ck_assert_int_eq(GilObject_SetAttrString(exc, "__dict__", other), 0);
    ck_assert_int_eq(GilObject_HasAttrStringWithError(exc, "x"), 0);
    ck_assert_int_eq(GilObject_HasAttrStringWithError(exc, "y"), 1);
    Gil_DECREF(dict);
    dict = GilObject_GenericGetDict(exc, NULL);
    ck_assert_ptr_eq(dict, other);
    Gil_DECREF(dict);
    Gil_DECREF(other);
    Gil_DECREF(number);
    Gil_DECREF(exc);
}

START_TEST(test_value_exception__one_dict)
{
    GilGetSetDef getset[] = {{"__dict__", GilObject_GenericGetDict, GilObject_GenericSetDict, NULL, NULL}, {0}};
    GilMemberDef members[] = {{"__dictoffset__", Gil_T_PYSSIZET, 0, Gil_READONLY | Gil_RELATIVE_OFFSET, NULL}, {0}};
    GilType_Slot slots[] = {{Gil_tp_getset, getset}, {0, NULL}};
    GilType_Slot own_slots[] = {{Gil_tp_getset, getset}, {Gil_tp_members, members}, {0, NULL}};
    GilType_Spec managed = {"test.Managed", 0, 0, Gil_TPFLAGS_DEFAULT | Gil_TPFLAGS_MANAGED_DICT, slots};
    GilType_Spec own = {"test.Own", -8, 0, Gil_TPFLAGS_DEFAULT, own_slots};
    GilObject *classes[] = {
        Gil_NewRef(GilExc_ValueError),
        Gil_NewRef(GilExc_OSError),
        GilObject_CallFunction((GilObject *)&GilType_Type, "s(O){}", "Made", GilExc_KeyError),
        GilErr_NewException("test.New", NULL, NULL),
        GilType_FromSpecWithBases(&managed, GilExc_ValueError),
        GilType_FromSpecWithBases(&own, GilExc_ImportError),
    };
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(classes); i++) {
        ck_assert_ptr_nonnull(classes[i]);
        expect_one_dict(classes[i]);
        Gil_DECREF(classes[i]);
    }
}
END_TEST

/* A property comes before the instance's own attributes, a method behind them. */
START_TEST(test_value_exception__attributes_of_a_made_class)
{
    GilMethodDef def = {"seven", seven, GIL_METH_NOARGS, NULL};
    GilObject *method = GilDescr_NewMethod(&GilBaseObject_Type, &def);
    GilObject *property = GilObject_CallOneArg((GilObject *)&GilProperty_Type, method);
    GilObject *class = GilObject_CallFunction((GilObject *)&GilType_Type, "s(O){sOsO}", "Made", GilExc_ValueError, "p", property,
                                              "m", method);
    GilObject *exc = GilObject_CallNoArgs(class), *dict = Gil_BuildValue("{sisi}", "p", 1, "m", 1), *value;
    ck_assert_int_eq(GilObject_SetAttrString(exc, "__dict__", dict), 0);
    value = GilObject_GetAttrString(exc, "p");
    gil_test_repr(value, "7");
    Gil_DECREF(value);
    value = GilObject_GetAttrString(exc, "m");
    gil_test_repr(value, "1");
    Gil_DECREF(value);
    ck_assert_int_eq(GilObject_SetAttrString(exc, "p", dict), -1);
    gil_test_raised(GilExc_AttributeError);
    Gil_DECREF(dict);
    Gil_DECREF(exc);
    Gil_DECREF(class);
    Gil_DECREF(property);
    Gil_DECREF(method);
}
END_TEST

START_TEST(test_value_exception__attributes_are_checked_when_set)
{
    GilObject *exc = value_error(), *cause = value_error(), *number = GilLong_FromLong(7), *args, *dict;
    expect_refused(exc, "args", NULL, "args may not be deleted");
    expect_refused(exc, "args", number, "'int' object is not iterable");
    expect_refused(exc, "__cause__", NULL, "__cause__ may not be deleted");
    expect_refused(exc, "__cause__", number, "exception cause must be None or derive from BaseException");
    expect_refused(exc, "__context__", NULL, "__context__ may not be deleted");
    expect_refused(exc, "__context__", number, "exception context must be None or derive from BaseException");
    expect_refused(exc, "__traceback__", NULL, "__traceback__ may not be deleted");
    expect_refused(exc, "__traceback__", number, "__traceback__ must be a traceback or None");
    expect_refused(exc, "__dict__", NULL, "cannot delete __dict__");
    expect_refused(exc, "__dict__", number, "__dict__ must be set to a dictionary, not a 'int'");

    ck_assert_int_eq(GilObject_SetAttrString(exc, "__context__", cause), 0);
    ck_assert_ptr_eq(gil_exception(exc)->context, cause);
    ck_assert_int_eq(GilObject_SetAttrString(exc, "__context__", Gil_None), 0);
    ck_assert_ptr_null(gil_exception(exc)->context);
    ck_assert_int_eq(GilObject_SetAttrString(exc, "__cause__", cause), 0);
    ck_assert_int_eq(GilObject_SetAttrString(exc, "__cause__", Gil_None), 0);
    ck_assert_int_eq(GilObject_SetAttrString(exc, "__traceback__", Gil_None), 0);
    GilObject *items = Gil_BuildValue("[ii]", 1, 2);
    ck_assert_int_eq(GilObject_SetAttrString(exc, "args", items), 0);
    args = GilObject_GetAttrString(exc, "args");
    gil_test_repr(args, "(1, 2)");
    Gil_DECREF(args);
    dict = Gil_BuildValue("{ss}", "colour", "red");
    ck_assert_int_eq(GilObject_SetAttrString(exc, "__dict__", dict), 0);
    GilObject *colour = GilObject_GetAttrString(exc, "colour"), *same = GilObject_GetAttrString(exc, "__dict__");
    gil_test_str(colour, "red");
    ck_assert_ptr_eq(same, dict);
    Gil_DECREF(same);
    Gil_DECREF(colour);
    Gil_DECREF(dict);
    Gil_DECREF(items);
    Gil_DECREF(number);
    Gil_DECREF(cause);
    Gil_DECREF(exc);
}
END_TEST

START_TEST(test_value_exception__notes_that_cannot_be_added)
{
    GilObject *exc = value_error(), *note = GilUnicode_FromString("note");
    ck_assert_ptr_null(GilObject_CallMethod(exc, "add_note", "i", 7));
    gil_test_error(GilExc_TypeError, "note must be a str, not 'int'");
    ck_assert_int_eq(GilObject_SetAttrString(exc, "__notes__", note), 0);
    ck_assert_ptr_null(GilObject_CallMethod(exc, "add_note", "O", note));
    gil_test_error(GilExc_TypeError, "Cannot add note: __notes__ is not a list");
    Gil_DECREF(note);
    Gil_DECREF(exc);
}
END_TEST

START_TEST(test_value_exception__with_traceback_gives_itself)
{
    GilObject *exc = value_error(), *same = GilObject_CallMethod(exc, "with_traceback", "O", Gil_None);
    ck_assert_ptr_eq(same, exc);
    Gil_DECREF(same);
    ck_assert_ptr_null(GilObject_CallMethod(exc, "with_traceback", "i", 7));
    gil_test_error(GilExc_TypeError, "__traceback__ must be a traceback or None");
    Gil_DECREF(exc);
}
END_TEST

static GilObject *
none_for_new(GilTypeObject *Gil_UNUSED(type), GilObject *Gil_UNUSED(args), GilObject *Gil_UNUSED(kwargs))
{
    Gil_RETURN_NONE;
}

static int
failing_init(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args), GilObject *Gil_UNUSED(kwargs))
{
    GilErr_SetString(GilExc_OSError, "it cannot be");
    return -1;
}

static GilObject *
class_with(int slot, void *function)
{
    GilType_Slot slots[] = {{Gil_tp_base, GilExc_ValueError}, {slot, function}, {0, NULL}};
    GilType_Spec spec = {"t.Odd", 0, 0, Gil_TPFLAGS_DEFAULT, slots};
    GilObject *class = GilType_FromSpec(&spec);
    ck_assert_ptr_nonnull(class);
    return class;
}

/* Raising a class makes an instance when it is asked for; what comes then takes its place. */
START_TEST(test_value_exception__classes_that_make_no_exceptions)
{
    GilObject *odd = class_with(Gil_tp_new, (void *)none_for_new), *failing = class_with(Gil_tp_init, (void *)failing_init);
    GilErr_SetString(odd, "text");
    GilObject *error = GilErr_GetRaisedException();
    ck_assert_int_eq(GilErr_GivenExceptionMatches(error, GilExc_TypeError), 1);
    gil_test_str(error, "calling <class 't.Odd'> should have returned an instance of BaseException, not NoneType");
    Gil_DECREF(error);
    GilErr_SetString(failing, "text");
    error = GilErr_GetRaisedException();
    ck_assert_int_eq(GilErr_GivenExceptionMatches(error, GilExc_OSError), 1);
    gil_test_str(error, "it cannot be");
    Gil_DECREF(error);
    Gil_DECREF(failing);
    Gil_DECREF(odd);
}
END_TEST

/* With all that it can hold, in a cycle. */
START_TEST(test_value_exception__in_a_cycle_is_collected)
{
    GilObject *exc = value_error(), *cause = value_error(), *context = value_error();
    GilException_SetCause(exc, cause);
    GilException_SetContext(exc, context);
    ck_assert_int_eq(GilObject_SetAttrString(exc, "self", exc), 0);
    Gil_DECREF(exc);
    ck_assert_int_ge(GilGC_Collect(), 1);
    gil_test_stop();
    GilFinalizeReport report;
    GilFinalizeReport_Init(&report);
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    ck_assert_uint_eq(report.objects, 0);
    gil_test_start();
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/exception");
    TCase *tc = tcase_create("exception");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_exception__str_and_repr_by_number_of_arguments);
    tcase_add_test(tc, test_value_exception__of_a_class_whose_constructor_misbehaves);
    tcase_add_test(tc, test_value_exception__no_keywords);
    tcase_add_test(tc, test_value_exception__instances_have_attributes_of_their_own);
    tcase_add_test(tc, test_value_exception__notes);
    tcase_add_test(tc, test_value_exception__cause_hides_context);
    tcase_add_test(tc, test_value_exception__set_context_makes_no_circle);
    tcase_add_test(tc, test_value_exception__raised_while_handling_gets_its_context);
    tcase_add_test(tc, test_J2_memory_error_needs_no_memory);
    tcase_add_test(tc, test_J2_memory_errors_are_one_s_own);
    tcase_add_test(tc, test_value_exception__make_spreads_tuples);
    tcase_add_test(tc, test_value_exception__made_classes);
    tcase_add_test(tc, test_J1_exception);
    tcase_add_test(tc, test_G4_chain_of_contexts_is_destroyed);
    tcase_add_test(tc, test_value_exception__one_dict);
    tcase_add_test(tc, test_value_exception__attributes_of_a_made_class);
    tcase_add_test(tc, test_value_exception__attributes_are_checked_when_set);
    tcase_add_test(tc, test_value_exception__notes_that_cannot_be_added);
    tcase_add_test(tc, test_value_exception__with_traceback_gives_itself);
    tcase_add_test(tc, test_value_exception__classes_that_make_no_exceptions);
    tcase_add_test(tc, test_value_exception__in_a_cycle_is_collected);
    suite_add_tcase(s, tc);
    return s;
}
