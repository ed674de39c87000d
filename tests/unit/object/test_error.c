/* SPDX-License-Identifier: MIT */
/* The pending error: raised as text or object, made when it is taken, and never lost, doubled or disturbed. */
#include "node.h"

#include "object/error.h"

#include <errno.h>

START_TEST(test_object_error__text_is_made_an_exception_when_taken)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    GilErr_SetString(GilExc_ValueError, "no good");
    ck_assert_ptr_null(ts->err.value);
    ck_assert_ptr_eq(GilErr_Occurred(), GilExc_ValueError);
    GilObject *exc = GilErr_GetRaisedException();
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert(Gil_IS_TYPE(exc, (GilTypeObject *)GilExc_ValueError));
    expect_text(GilObject_Str(exc), "no good");
    Gil_DECREF(exc);
    ck_assert_ptr_null(GilErr_GetRaisedException());
}
END_TEST

START_TEST(test_object_error__ill_formed_text_is_repaired)
{
    GilErr_SetString(GilExc_ValueError, "a\xff z\xe2\x82");
    expect_error(GilExc_ValueError, "a\xEF\xBF\xBD z\xEF\xBF\xBD");
}
END_TEST

START_TEST(test_object_error__value_is_argument_instance_or_arguments)
{
    GilObject *text = GilUnicode_FromString("why"), *pair = GilTuple_Pack(2, text, Gil_None);

    GilErr_SetObject(GilExc_KeyError, text);
    GilObject *exc = GilErr_GetRaisedException();
    GilObject *args = GilException_GetArgs(exc);
    ck_assert_int_eq(GilTuple_Size(args), 1);
    Gil_DECREF(args);

    /* An instance is raised itself, under its own class. */
    GilErr_SetObject(GilExc_LookupError, exc);
    ck_assert_ptr_eq(GilErr_Occurred(), GilExc_KeyError);
    GilObject *same = GilErr_GetRaisedException();
    ck_assert_ptr_eq(same, exc);
    Gil_DECREF(same);
    Gil_DECREF(exc);

    GilErr_SetObject(GilExc_ValueError, pair);
    exc = GilErr_GetRaisedException();
    args = GilException_GetArgs(exc);
    ck_assert_int_eq(GilTuple_Size(args), 2);
    Gil_DECREF(args);
    Gil_DECREF(exc);

    GilErr_SetObject(GilExc_ValueError, Gil_None);
    expect_error(GilExc_ValueError, "");
    GilErr_SetNone(GilExc_StopIteration);
    expect_error(GilExc_StopIteration, "");
    Gil_DECREF(pair);
    Gil_DECREF(text);
}
END_TEST

START_TEST(test_object_error__only_exception_classes_can_be_raised)
{
    GilErr_SetString((GilObject *)&GilBaseObject_Type, "x");
    expect_error(GilExc_SystemError, "GilErr_SetString: exception of type type is not a BaseException subclass");
    GilErr_SetObject(Gil_None, Gil_None);
    expect_error(GilExc_SystemError, "GilErr_SetObject: exception of type NoneType is not a BaseException subclass");
    GilErr_SetString(NULL, "x");
    expect_error(GilExc_SystemError, "GilErr_SetString: NULL argument");
    GilErr_SetString(GilExc_TypeError, NULL);
    expect_error(GilExc_SystemError, "GilErr_SetString: NULL argument");
    ck_assert_ptr_null(GilErr_Format(NULL, "x"));
    expect_error(GilExc_SystemError, "GilErr_Format: NULL argument");
    GilErr_SetRaisedException(Gil_NewRef(Gil_None));
    expect_error(GilExc_SystemError, "GilErr_SetRaisedException: object of type NoneType is not an exception");
    GilErr_SetHandledException((GilObject *)&GilBaseObject_Type);
    expect_error(GilExc_SystemError, "GilErr_SetHandledException: object of type type is not an exception");
}
END_TEST

START_TEST(test_object_error__a_failing_argument_takes_the_place_of_the_error)
{
    ck_assert_ptr_null(GilErr_Format(GilExc_ValueError, "%y"));
    expect_error(GilExc_SystemError, "invalid format string: %y");
}
END_TEST

START_TEST(test_object_error__matching_knows_bases_tuples_and_instances)
{
    GilObject *both = GilTuple_Pack(2, GilExc_KeyError, GilExc_IndexError);

    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_Exception), 0);
    GilErr_SetString(GilExc_IndexError, "");
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_LookupError), 1);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_KeyError), 0);
    ck_assert_int_eq(GilErr_ExceptionMatches(both), 1);
    GilObject *exc = GilErr_GetRaisedException();
    ck_assert_int_eq(GilErr_GivenExceptionMatches(exc, both), 1);
    ck_assert_int_eq(GilErr_GivenExceptionMatches(exc, GilExc_ValueError), 0);
    ck_assert_int_eq(GilErr_GivenExceptionMatches(NULL, GilExc_ValueError), 0);
    ck_assert_int_eq(GilErr_GivenExceptionMatches(exc, NULL), 0);
    Gil_DECREF(exc);
    Gil_DECREF(both);
}
END_TEST

START_TEST(test_object_error__raised_while_handling_gets_a_context)
{
    GilErr_SetString(GilExc_KeyError, "first");
    GilObject *first = GilErr_GetRaisedException();
    GilErr_SetHandledException(first);
    GilObject *handled = GilErr_GetHandledException();
    ck_assert_ptr_eq(handled, first);
    Gil_DECREF(handled);

    GilErr_SetString(GilExc_ValueError, "second");
    GilErr_SetHandledException(NULL);
    GilObject *second = GilErr_GetRaisedException();
    GilObject *context = GilException_GetContext(second);
    ck_assert_ptr_eq(context, first);
    Gil_XDECREF(context);
    Gil_DECREF(second);
    ck_assert_ptr_null(GilErr_GetHandledException());

    /* The one being handled, raised again, is not its own context. */
    GilErr_SetHandledException(first);
    GilErr_SetObject(GilExc_KeyError, first);
    GilErr_SetHandledException(Gil_None);
    second = GilErr_GetRaisedException();
    ck_assert_ptr_eq(second, first);
    ck_assert_ptr_null(GilException_GetContext(second));
    Gil_DECREF(second);
    Gil_DECREF(first);
}
END_TEST

START_TEST(test_J2_raising_memory_error_needs_no_memory)
{
    gil_test_fail_alloc(1, 1);
    GilErr_NoMemory();
    ck_assert_ptr_eq(GilErr_Occurred(), GilExc_MemoryError);
    GilErr_SetString(GilExc_ValueError, "cannot be stored");
    ck_assert_ptr_eq(GilErr_Occurred(), GilExc_MemoryError);
    GilErr_Format(GilExc_ValueError, "cannot be %s", "stored");
    GilObject *exc = GilErr_GetRaisedException();
    gil_test_fail_alloc_off();
    ck_assert_ptr_nonnull(exc);
    ck_assert(GilObject_TypeCheck(exc, (GilTypeObject *)GilExc_MemoryError));
    Gil_DECREF(exc);
}
END_TEST

START_TEST(test_J2_an_exception_that_cannot_be_made_becomes_memory_error)
{
    GilErr_SetString(GilExc_ValueError, "text");
    gil_test_fail_alloc(1, 1);
    GilObject *exc = GilErr_GetRaisedException();
    gil_test_fail_alloc_off();
    ck_assert_ptr_nonnull(exc);
    ck_assert(GilObject_TypeCheck(exc, (GilTypeObject *)GilExc_MemoryError));
    ck_assert_ptr_null(GilErr_Occurred());
    Gil_DECREF(exc);
}
END_TEST

static int
raise_and_take(void *arg)
{
    (void)arg;
    GilErr_Format(GilExc_ValueError, "%R of %d", Gil_None, 7);
    GilObject *exc = GilErr_GetRaisedException();
    int failed = GilErr_GivenExceptionMatches(exc, GilExc_MemoryError);
    if (failed)
        GilErr_SetRaisedException(exc);
    else
        Gil_DECREF(exc);
    return failed ? -1 : 0;
}

START_TEST(test_J1_raising_and_taking_under_lack_of_memory)
{
    gil_test_oom_loop(raise_and_take, NULL);
}
END_TEST

START_TEST(test_object_error__errno_picks_the_class_and_names_the_file)
{
    errno = ENOENT;
    ck_assert_ptr_null(GilErr_SetFromErrnoWithFilename(GilExc_OSError, "/no/such"));
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_FileNotFoundError), 1);
    expect_error(GilExc_FileNotFoundError, "[Errno 2] No such file or directory: '/no/such'");
    errno = EACCES;
    GilErr_SetFromErrno(GilExc_OSError);
    ck_assert_int_eq(errno, EACCES);
    expect_error(GilExc_PermissionError, "[Errno 13] Permission denied");
    errno = EXDEV;
    GilObject *a = GilUnicode_FromString("a"), *b = GilUnicode_FromString("b");
    GilErr_SetFromErrnoWithFilenameObjects(GilExc_OSError, a, b);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_OSError), 1);
    GilErr_Clear();
    Gil_DECREF(a);
    Gil_DECREF(b);
}
END_TEST

START_TEST(test_object_error__import_error_knows_name_and_path)
{
    GilObject *msg = GilUnicode_FromString("cannot"), *name = GilUnicode_FromString("vector");

    GilErr_SetImportError(msg, name, NULL);
    GilObject *exc = GilErr_GetRaisedException();
    ck_assert(GilObject_TypeCheck(exc, (GilTypeObject *)GilExc_ImportError));
    expect_text(GilObject_GetAttrString(exc, "name"), "vector");
    Gil_DECREF(exc);
    Gil_DECREF(name);
    Gil_DECREF(msg);
}
END_TEST

START_TEST(test_object_error__internal_misuse_names_the_place)
{
    GilErr_BadInternalCall();
    GilObject *exc = GilErr_GetRaisedException(), *str = GilObject_Str(exc);
    const char *text = GilUnicode_AsUTF8AndSize(str, NULL);
    ck_assert_ptr_nonnull(strstr(text, "test_error.c:"));
    ck_assert_ptr_nonnull(strstr(text, ": bad argument to internal function"));
    Gil_DECREF(str);
    Gil_DECREF(exc);
    ck_assert_int_eq(GilErr_BadArgument(), 0);
    expect_error(GilExc_TypeError, "bad argument type for built-in operation");
}
END_TEST

/* Dropping the value of an error runs a destructor that raises and clears errors of its own. */
static void
raising_dealloc(GilObject *self)
{
    struct gil_indicator saved = gil_err_save(gil_tstate_need(__func__));

    GilErr_SetString(GilExc_TypeError, "from the destructor");
    GilErr_Clear();
    gil_err_restore(gil_tstate_need(__func__), saved);
    node_dealloc(self);
}

/* What failed returned NULL, and that was handed on unlooked at. */
START_TEST(test_object_error__a_null_argument_is_told_by_why_it_is_null)
{
    GilObject *str = GilUnicode_FromString("text");

    for (int i = 0; i < 8; i++) {
        GilErr_SetString(GilExc_ValueError, "the reason");
        switch (i) {
        case 0:
            ck_assert_ptr_null(GilNumber_Add(str, NULL));
            break;
        case 1:
            ck_assert_ptr_null(GilObject_GetItem(str, NULL));
            break;
        case 2:
            ck_assert_ptr_null(GilObject_CallOneArg(str, NULL));
            break;
        case 3:
            ck_assert_ptr_null(GilObject_CallNoArgs(NULL));
            break;
        case 4:
            ck_assert_ptr_null(GilObject_GetIter(NULL));
            break;
        case 5:
            ck_assert_int_eq(GilSequence_Size(NULL), -1);
            break;
        case 6:
            ck_assert_ptr_null(GilObject_GetAttr(NULL, str));
            break;
        default:
            GilUnicode_AppendAndDel(&str, NULL);
            ck_assert_ptr_null(str);
        }
        expect_error(GilExc_ValueError, "the reason");
    }
    ck_assert_ptr_null(GilObject_GetIter(NULL));
    expect_error(GilExc_SystemError, "GilObject_GetIter: NULL argument");
    /* What raises replaces what is pending, with its own mistakes too. */
    GilErr_SetString(GilExc_ValueError, "the reason");
    GilErr_SetString(GilExc_ValueError, NULL);
    expect_error(GilExc_SystemError, "GilErr_SetString: NULL argument");
}
END_TEST

START_TEST(test_object_error__the_new_error_stands_before_the_old_one_goes)
{
    GilType_Slot slots[] = {{Gil_tp_dealloc, (void *)raising_dealloc}, {0, NULL}};
    GilType_Spec spec = {.name = "test.R", .basicsize = sizeof(struct node), .slots = slots};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpec(&spec);
    GilObject *op = node_new(type, NULL);

    GilErr_SetObject(GilExc_ValueError, op);
    Gil_DECREF(op);
    GilErr_SetString(GilExc_KeyError, "new");
    ck_assert_int_eq(nodes_gone, 1);
    ck_assert_ptr_eq(GilErr_Occurred(), GilExc_KeyError);
    GilErr_Clear();
    Gil_DECREF(type);
}
END_TEST

/* Tuples in tuples: as deep as anybody writes them, and beyond that no end of the stack. */
START_TEST(test_G5_tuples_of_exceptions_in_tuples)
{
    GilObject *exc = GilTuple_Pack(1, GilExc_KeyError);
    for (int i = 1; i < 100000; i++) {
        GilObject *outer = GilTuple_Pack(2, GilExc_OSError, exc);
        Gil_DECREF(exc);
        exc = outer;
        if (i == 50)
            ck_assert_int_eq(GilErr_GivenExceptionMatches(GilExc_KeyError, exc), 1);
    }
    ck_assert_int_eq(GilErr_GivenExceptionMatches(GilExc_OSError, exc), 1);
    ck_assert_int_eq(GilErr_GivenExceptionMatches(GilExc_KeyError, exc), 0);
    ck_assert_ptr_null(GilErr_Occurred());
    Gil_DECREF(exc);
}
END_TEST

/* As cleaning up does: what the library knows exactly can be made, put into a container, and taken out. */
START_TEST(test_object_error__values_are_at_hand_while_an_error_is_pending)
{
    GilErr_SetString(GilExc_ValueError, "pending");
    GilObject *dict = GilDict_New(), *key = GilLong_FromLong(7), *list = GilList_New(0);
    GilObject *tuple = GilTuple_Pack(2, key, list);
    ck_assert_int_eq(GilDict_SetItemString(dict, "key", key), 0);
    ck_assert_int_eq(GilDict_SetItem(dict, key, list), 0);
    ck_assert_int_eq(GilDict_Contains(dict, key), 1);
    ck_assert_int_eq(GilDict_DelItem(dict, key), 0);
    ck_assert_int_eq(GilDict_DelItemString(dict, "key"), 0);
    ck_assert_int_eq(GilList_Append(list, key), 0);
    ck_assert_int_eq(GilList_SetItem(list, 0, Gil_NewRef(dict)), 0);
    Gil_DECREF(tuple);
    Gil_DECREF(list);
    Gil_DECREF(key);
    Gil_DECREF(dict);
    expect_error(GilExc_ValueError, "pending");
}
END_TEST

/* NULL is what a call gave that failed; its error goes on, in a debug build too. */
START_TEST(test_object_error__null_operands_hand_a_pending_error_on)
{
    GilObject *list = GilList_New(0);

    GilErr_SetString(GilExc_ValueError, "pending");
    ck_assert_ptr_null(GilNumber_Add(list, NULL));
    ck_assert_ptr_null(GilObject_GetItem(NULL, list));
    ck_assert_int_eq(GilObject_SetItem(list, list, NULL), -1);
    ck_assert_ptr_null(GilObject_GetAttrString(NULL, "name"));
    ck_assert_ptr_null(GilObject_CallOneArg(list, NULL));
    ck_assert_ptr_null(GilObject_GetIter(NULL));
    expect_text(GilObject_Repr(NULL), "<NULL>");
    expect_error(GilExc_ValueError, "pending");
    Gil_DECREF(list);
}
END_TEST

#ifdef GIL_DEBUG
static void
look_up_with_error_set(void *arg)
{
    GilObject *dict = GilDict_New();

    GilErr_SetString(GilExc_ValueError, "pending");
    (void)GilDict_Contains(dict, arg);
}

START_TEST(test_L6_a_foreign_key_is_not_asked_while_an_error_is_pending)
{
    GilObject *class = GilObject_CallFunction((GilObject *)&GilType_Type, "s(){}", "Key"), *key = GilObject_CallNoArgs(class);

    ck_assert_ptr_nonnull(key);
    gil_test_expect_abort(look_up_with_error_set, key, "GilObject_Hash: called while an error is pending: ValueError");
    Gil_DECREF(key);
    Gil_DECREF(class);
}
END_TEST
#endif

/* On the way out of a failure caches are cleared, whatever keys of the library's own types they have. */
START_TEST(test_L6_a_key_of_the_library_is_asked_while_an_error_is_pending)
{
    GilObject *keys[] = {GilFloat_FromDouble(2.5), GilTuple_Pack(2, Gil_None, Gil_True), Gil_NewRef(&GilLong_Type), GilBytes_FromStringAndSize("b", 1)};
    GilObject *equal = GilTuple_Pack(2, Gil_None, Gil_True), *dict = GilDict_New();

    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(GilDict_SetItem(dict, keys[i], Gil_None), 0);
    GilErr_SetString(GilExc_ValueError, "pending");
    ck_assert_int_eq(GilDict_DelItem(dict, equal), 0);
    ck_assert_int_eq(GilDict_DelItem(dict, keys[0]), 0);
    ck_assert_int_eq(GilDict_SetItem(dict, keys[2], Gil_True), 0);
    ck_assert_int_eq(GilDict_DelItem(dict, keys[3]), 0);
    expect_error(GilExc_ValueError, "pending");
    ck_assert_int_eq(GilDict_Size(dict), 1);
    for (int i = 0; i < 4; i++)
        Gil_DECREF(keys[i]);
    Gil_DECREF(equal);
    Gil_DECREF(dict);
}
END_TEST

/* An argument whose maker failed: its error comes out. */
START_TEST(test_L6_an_argument_that_is_an_error_passes_it_on)
{
    GilObject *list = GilList_New(0), *name = GilUnicode_FromString("append"), *args[] = {NULL};

    for (int i = 0; i < 4; i++) {
        GilErr_SetString(GilExc_ValueError, "pending");
        ck_assert_ptr_null(i == 0   ? GilObject_CallFunction((GilObject *)&GilList_Type, "N", NULL)
                           : i == 1 ? GilObject_CallMethod(list, "append", "N", NULL)
                           : i == 2 ? GilObject_CallMethodOneArg(list, name, NULL)
                                    : GilObject_VectorcallMethod(name, args, 1, NULL));
        ck_assert(GilErr_Occurred() != NULL);
        if (i < 2)
            expect_error(GilExc_ValueError, "pending");
        GilErr_Clear();
    }
    /* What is given away is taken, also where there is no such method. */
    Gil_ssize_t count = Gil_REFCNT(name);
    ck_assert_ptr_null(GilObject_CallMethod(list, "no_such_method", "N", Gil_NewRef(name)));
    GilErr_Clear();
    ck_assert_int_eq(Gil_REFCNT(name), count);
    Gil_DECREF(name);
    Gil_DECREF(list);
}
END_TEST

/* What was given is told where it has a type or is a number, and nothing is called NULL that is not. */
START_TEST(test_object_error__a_bad_argument_is_called_what_it_is)
{
#define GOT(number) ": bad argument (expected a size of 0 or more, got " number ")"
    GilObject *none[] = {Gil_None}, *tuple = GilTuple_New(1), *bytes = GilBytes_FromStringAndSize("text", 4);
    GilObject *shared = bytes;
    char buffer[4];

    ck_assert_ptr_null(GilList_New(-1));
    expect_error(GilExc_SystemError, "GilList_New" GOT("-1"));
    ck_assert_ptr_null(GilTuple_New(-2));
    expect_error(GilExc_SystemError, "GilTuple_New" GOT("-2"));
    ck_assert_ptr_null(GilTuple_Pack(-3));
    expect_error(GilExc_SystemError, "GilTuple_Pack" GOT("-3"));
    ck_assert_ptr_null(GilTuple_FromArray(none, -4));
    expect_error(GilExc_SystemError, "GilTuple_FromArray" GOT("-4"));
    ck_assert_ptr_null(GilTuple_FromArray(NULL, 1));
    expect_error(GilExc_SystemError, "GilTuple_FromArray: bad argument (expected an array, got NULL)");
    ck_assert_int_eq(_GilTuple_Resize(&tuple, -5), -1);
    expect_error(GilExc_SystemError, "_GilTuple_Resize" GOT("-5"));
    ck_assert_ptr_null(tuple);
    Gil_INCREF(bytes);
    ck_assert_int_eq(_GilBytes_Resize(&shared, 9), -1);
    expect_error(GilExc_SystemError, "_GilBytes_Resize: bad argument (expected an object that nobody else has, got bytes)");
    ck_assert_int_eq(_GilBytes_Resize(&bytes, -6), -1);
    expect_error(GilExc_SystemError, "_GilBytes_Resize" GOT("-6"));
    ck_assert_ptr_null(GilUnicode_DecodeLatin1("text", -7, NULL));
    expect_error(GilExc_SystemError, "GilUnicode_DecodeLatin1" GOT("-7"));
    ck_assert_ptr_null(GilUnicode_RichCompare(GilExc_ValueError, Gil_None, 17));
    expect_error(GilExc_SystemError, "GilUnicode_RichCompare: bad argument (expected a comparison operator, got 17)");
    ck_assert_int_eq(GilLong_AsNativeBytes(Gil_None, buffer, -1, Gil_ASNATIVEBYTES_DEFAULTS), -1);
    expect_error(GilExc_SystemError, "GilLong_AsNativeBytes: bad argument (expected a buffer and its size)");
    ck_assert_ptr_null(GilOS_double_to_string(1.5, 'x', 0, 0, NULL));
    expect_error(GilExc_SystemError, "GilOS_double_to_string: bad argument (expected one of e E f F g G, or r and no precision)");
    ck_assert_int_eq(_GilArg_CheckPositional("fn", 1, 2, 1), 0);
    expect_error(GilExc_SystemError, "_GilArg_CheckPositional: bad argument (expected 0 <= min <= max)");
#undef GOT
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[24];
    int n = 0;

    tests[n++] = test_object_error__text_is_made_an_exception_when_taken;
    tests[n++] = test_object_error__ill_formed_text_is_repaired;
    tests[n++] = test_object_error__value_is_argument_instance_or_arguments;
    tests[n++] = test_object_error__only_exception_classes_can_be_raised;
    tests[n++] = test_object_error__a_failing_argument_takes_the_place_of_the_error;
    tests[n++] = test_object_error__matching_knows_bases_tuples_and_instances;
    tests[n++] = test_object_error__raised_while_handling_gets_a_context;
    tests[n++] = test_J2_raising_memory_error_needs_no_memory;
    tests[n++] = test_J2_an_exception_that_cannot_be_made_becomes_memory_error;
    tests[n++] = test_J1_raising_and_taking_under_lack_of_memory;
    tests[n++] = test_object_error__errno_picks_the_class_and_names_the_file;
    tests[n++] = test_object_error__import_error_knows_name_and_path;
    tests[n++] = test_object_error__internal_misuse_names_the_place;
    tests[n++] = test_object_error__a_null_argument_is_told_by_why_it_is_null;
    tests[n++] = test_object_error__a_bad_argument_is_called_what_it_is;
    tests[n++] = test_L6_a_key_of_the_library_is_asked_while_an_error_is_pending;
    tests[n++] = test_L6_an_argument_that_is_an_error_passes_it_on;
    tests[n++] = test_object_error__the_new_error_stands_before_the_old_one_goes;
    tests[n++] = test_G5_tuples_of_exceptions_in_tuples;
    tests[n++] = test_object_error__values_are_at_hand_while_an_error_is_pending;
    tests[n++] = test_object_error__null_operands_hand_a_pending_error_on;
#ifdef GIL_DEBUG
    tests[n++] = test_L6_a_foreign_key_is_not_asked_while_an_error_is_pending;
#endif
    return suite_of_one("object/error", tests);
}
