/* SPDX-License-Identifier: MIT */
/* bytearray: growth, items, slices, and what may not happen while a buffer is exported. */
#include "method_table.h"

#include "gilrt/args.h"
#include "gilrt/buffer.h"
#include "gilrt/call.h"
#include "gilrt/function.h"
#include "gilrt/gc.h"
#include "gilrt/list.h"
#include "gilrt/long.h"
#include "gilrt/mapping.h"
#include "gilrt/memoryview.h"
#include "gilrt/module.h"
#include "gilrt/number.h"
#include "gilrt/sequence.h"
#include "gilrt/slice.h"
#include "gilrt/weakref.h"
#include "object/alloc.h"
#include "value/bytearray.h"

static GilObject *
array(const char *text)
{
    GilObject *op = GilByteArray_FromStringAndSize(text, (Gil_ssize_t)strlen(text));
    ck_assert_ptr_nonnull(op);
    return op;
}

/* The content, checked with the NUL behind it. */
static void
expect_array(GilObject *op, const char *text)
{
    ck_assert(GilByteArray_CheckExact(op));
    ck_assert_int_eq(GilByteArray_Size(op), (Gil_ssize_t)strlen(text));
    ck_assert_str_eq(GilByteArray_AsString(op), text);
    ck_assert_uint_eq((uintptr_t)GilByteArray_AsString(op) % 16, 0);
}

START_TEST(test_value_bytearray__making)
{
    GilObject *op = GilByteArray_FromStringAndSize(NULL, 100), *bytes = GilBytes_FromString("xyz");

    for (int i = 0; i < 101; i++)
        ck_assert_int_eq(GilByteArray_AS_STRING(op)[i], 0);
    Gil_DECREF(op);
    op = GilByteArray_FromObject(bytes);
    expect_array(op, "xyz");
    Gil_DECREF(op);
    op = GilByteArray_FromStringAndSize(NULL, 0);
    expect_array(op, "");
    Gil_DECREF(op);
    op = GilByteArray_Concat(bytes, bytes);
    expect_array(op, "xyzxyz");
    Gil_DECREF(op);
    ck_assert_ptr_null(GilByteArray_Concat(bytes, Gil_None));
    gil_expect_error(GilExc_TypeError, "can't concat NoneType to bytes");
    ck_assert_ptr_null(GilByteArray_FromStringAndSize(NULL, -1));
    gil_expect_error(GilExc_SystemError, "Negative size passed to GilByteArray_FromStringAndSize");
    ck_assert_ptr_null(GilByteArray_FromStringAndSize(NULL, GIL_SSIZE_T_MAX));
    gil_expect_raised(GilExc_MemoryError);
    ck_assert_ptr_null(GilByteArray_FromObject(Gil_None));
    gil_expect_error(GilExc_TypeError, "cannot convert 'NoneType' object to bytearray");
    Gil_DECREF(bytes);
}
END_TEST

START_TEST(test_value_bytearray__resize_zeroes_what_is_new)
{
    GilObject *op = array("abc");

    ck_assert_int_eq(GilByteArray_Resize(op, 2), 0);
    expect_array(op, "ab");
    ck_assert_int_eq(GilByteArray_Resize(op, 3000), 0);
    for (int i = 2; i <= 3000; i++)
        ck_assert_int_eq(GilByteArray_AS_STRING(op)[i], 0);
    ck_assert_int_eq(GilByteArray_Resize(op, 1), 0);
    expect_array(op, "a");
    ck_assert_int_eq(GilByteArray_Resize(op, 0), 0);
    expect_array(op, "");
    ck_assert_int_eq(GilByteArray_Resize(op, -1), -1);
    gil_expect_error(GilExc_ValueError, "Can only resize to positive sizes, got -1");
    ck_assert_int_eq(GilByteArray_Resize(Gil_None, 1), -1);
    gil_expect_raised(GilExc_TypeError);
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_value_bytearray__appending_moves_the_block_rarely)
{
    GilObject *op = GilByteArray_FromStringAndSize(NULL, 0), *x = GilLong_FromLong('x');
    Gil_ssize_t allocated = 0, moves = 0;

    for (int i = 0; i < 100000; i++) {
        GilObject *done = GilObject_CallMethod(op, "append", "O", x);
        ck_assert_ptr_eq(done, Gil_None);
        moves += allocated != ((struct gil_bytearray *)(void *)op)->allocated;
        allocated = ((struct gil_bytearray *)(void *)op)->allocated;
    }
    ck_assert_int_eq(GilByteArray_GET_SIZE(op), 100000);
    ck_assert_int_lt(moves, 200);
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_M1_no_resize_while_exported)
{
    GilObject *op = array("abcdef"), *x = GilLong_FromLong('x'), *part = GilBytes_FromString("xy");
    Gil_buffer view;

    ck_assert_int_eq(GilObject_GetBuffer(op, &view, GilBUF_WRITABLE), 0);
    ck_assert_int_eq(GilByteArray_Resize(op, 7), -1);
    gil_expect_error(GilExc_BufferError, "Existing exports of data: object cannot be re-sized");
    ck_assert_int_eq(GilByteArray_Resize(op, 6), 0);
    ck_assert_ptr_null(GilObject_CallMethod(op, "append", "O", x));
    gil_expect_error(GilExc_BufferError, "Existing exports of data: object cannot be re-sized");
    ck_assert_ptr_null(GilObject_CallMethod(op, "clear", NULL));
    gil_expect_error(GilExc_BufferError, "Existing exports of data: object cannot be re-sized");
    ck_assert_ptr_null(GilNumber_InPlaceAdd(op, part));
    gil_expect_error(GilExc_BufferError, "Existing exports of data: object cannot be re-sized");
    ck_assert_int_eq(GilSequence_DelItem(op, 0), -1);
    gil_expect_error(GilExc_BufferError, "Existing exports of data: object cannot be re-sized");
    ck_assert_int_eq(GilSequence_SetItem(op, 0, x), 0);
    ck_assert_ptr_eq(view.buf, GilByteArray_AS_STRING(op));
    ck_assert_mem_eq(view.buf, "xbcdef", 6);
    GilBuffer_Release(&view);
    GilBuffer_Release(&view); /* M3: a second release does nothing */
    ck_assert_int_eq(((struct gil_bytearray *)(void *)op)->exports, 0);
    ck_assert_int_eq(GilByteArray_Resize(op, 7), 0);
    Gil_DECREF(op);
    Gil_DECREF(part);
}
END_TEST

/* A copy of a view is no view of its own; the extra reference keeps the object alive until then. */
static void
release_a_copy(void *arg)
{
    Gil_buffer view;

    ck_assert_int_eq(GilObject_GetBuffer(arg, &view, GilBUF_SIMPLE), 0);
    Gil_buffer copy = view;
    Gil_INCREF((GilObject *)arg);
    GilBuffer_Release(&view);
    GilBuffer_Release(&copy);
}

static void
destroy_exported(void *arg)
{
    Gil_buffer view;

    ck_assert_int_eq(GilObject_GetBuffer(arg, &view, GilBUF_SIMPLE), 0);
    Gil_DECREF((GilObject *)arg);
    Gil_DECREF((GilObject *)arg); /* that one was the view's */
}

START_TEST(test_M3_release_without_export_stops)
{
    GilObject *op = array("abc");

    gil_test_expect_abort(release_a_copy, op, "a buffer of a bytearray is released more often than it was exported");
    gil_test_expect_abort(destroy_exported, op, "a bytearray is destroyed while 1 of its buffers are exported");
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_M4_exporter_lives_as_long_as_its_view)
{
    GilObject *op = array("abc");
    Gil_buffer view;

    ck_assert_int_eq(GilObject_GetBuffer(op, &view, GilBUF_WRITABLE), 0);
    Gil_DECREF(op);
    ((char *)view.buf)[0] = 'X';
    ck_assert_mem_eq(view.buf, "Xbc", 3);
    GilBuffer_Release(&view);
}
END_TEST

START_TEST(test_value_bytearray__items)
{
    GilObject *op = array("abcd"), *x = GilLong_FromLong('x'), *big = GilLong_FromLong(300);
    GilObject *minus = GilLong_FromLong(-1);

    ck_assert_int_eq(GilLong_AsLong(GilSequence_GetItem(op, 1)), 'b');
    ck_assert_int_eq(GilLong_AsLong(GilObject_GetItem(op, minus)), 'd');
    ck_assert_int_eq(GilObject_SetItem(op, minus, x), 0);
    ck_assert_int_eq(GilSequence_SetItem(op, 0, x), 0);
    expect_array(op, "xbcx");
    ck_assert_int_eq(GilSequence_SetItem(op, 0, big), -1);
    gil_expect_error(GilExc_ValueError, "byte must be in range(0, 256)");
    ck_assert_int_eq(GilSequence_SetItem(op, 9, x), -1);
    gil_expect_error(GilExc_IndexError, "bytearray index out of range");
    ck_assert_ptr_null(GilSequence_GetItem(op, 4));
    gil_expect_error(GilExc_IndexError, "bytearray index out of range");
    ck_assert_int_eq(GilSequence_DelItem(op, 1), 0);
    expect_array(op, "xcx");
    ck_assert_int_eq(GilObject_SetItem(op, Gil_None, x), -1);
    gil_expect_error(GilExc_TypeError, "bytearray indices must be integers or slices, not NoneType");
    ck_assert_int_eq(GilSequence_Contains(op, x), 1);
    ck_assert_int_eq(((struct gil_bytearray *)(void *)op)->exports, 0);
    Gil_DECREF(op);
}
END_TEST

/* slice(start, stop, step), with 99 for None. */
static GilObject *
slice(long start, long stop, long step)
{
    GilObject *s = GilSlice_New(start == 99 ? NULL : GilLong_FromLong(start), stop == 99 ? NULL : GilLong_FromLong(stop),
                                step == 99 ? NULL : GilLong_FromLong(step));
    ck_assert_ptr_nonnull(s);
    return s;
}

START_TEST(test_value_bytearray__slices)
{
    static const struct {
        long start, stop, step;
        const char *got, *assigned, *after, *deleted; /* assigned NULL: assignment of the wrong size */
    } table[] = {
        {2, 5, 99, "cde", "XY", "abXYfgh", "abfgh"},
        {2, 5, 99, "cde", "WXYZ", "abWXYZfgh", "abfgh"},
        {99, 99, 99, "abcdefgh", "", "", ""},
        {5, 2, 99, "", "XY", "abcdeXYfgh", "abcdefgh"},
        {99, 99, 2, "aceg", "WXYZ", "WbXdYfZh", "bdfh"},
        {99, 99, -3, "heb", "XYZ", "abcdefgh", "acdfg"},
        {99, 99, 2, "aceg", "", "bdfh", "bdfh"},
        {1, 8, 3, "beh", NULL, "abcdefgh", "acdfg"},
    };

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(table); i++) {
        GilObject *op = array("abcdefgh"), *s = slice(table[i].start, table[i].stop, table[i].step);
        GilObject *got = GilObject_GetItem(op, s);
        expect_array(got, table[i].got);
        GilObject *value = GilBytes_FromString(table[i].assigned != NULL ? table[i].assigned : "only four");
        int rc = GilObject_SetItem(op, s, value);
        ck_assert_int_eq(rc, table[i].assigned != NULL ? 0 : -1);
        if (rc < 0)
            gil_expect_error(GilExc_ValueError, "attempt to assign bytes of size 9 to extended slice of size 3");
        expect_array(op, table[i].step == -3 ? "aZcdYfgX" : table[i].after);
        Gil_DECREF(op);
        op = array("abcdefgh");
        ck_assert_int_eq(GilObject_DelItem(op, s), 0);
        expect_array(op, table[i].deleted);
        Gil_DECREF(op);
        Gil_DECREF(s);
        Gil_DECREF(got);
        Gil_DECREF(value);
    }
}
END_TEST

START_TEST(test_value_bytearray__assigned_to_itself)
{
    GilObject *op = array("abcd"), *s = slice(1, 2, 99);

    ck_assert_int_eq(GilObject_SetItem(op, s, op), 0);
    expect_array(op, "aabcdcd");
    GilObject *same = GilNumber_InPlaceAdd(op, op);
    ck_assert_ptr_eq(same, op);
    expect_array(op, "aabcdcdaabcdcd");
    Gil_DECREF(same);
    ck_assert_int_eq(GilObject_SetItem(op, s, GilLong_FromLong(5)), -1);
    gil_expect_error(GilExc_TypeError, "can assign only bytes, buffers, or iterables of ints in range(0, 256)");
    Gil_DECREF(s);
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_value_bytearray__other_operations)
{
    GilObject *op = array("ab"), *list = GilList_New(0), *same = GilBytes_FromString("abAabA"), *other;

    GilList_Append(list, GilLong_FromLong('A'));
    ck_assert_ptr_eq(GilObject_CallMethod(op, "extend", "O", list), Gil_None);
    ck_assert_ptr_null(GilObject_CallMethod(op, "extend", "O", Gil_None));
    gil_expect_error(GilExc_TypeError, "can't extend bytearray with NoneType");
    expect_array(op, "abA");
    other = GilSequence_InPlaceRepeat(op, 2);
    ck_assert_ptr_eq(other, op);
    Gil_DECREF(other);
    expect_array(op, "abAabA");
    other = GilSequence_Repeat(op, 0);
    expect_array(other, "");
    Gil_DECREF(other);
    ck_assert_int_eq(GilObject_RichCompareBool(op, same, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(same, op, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(same, op, Gil_LT), 0);
    gil_expect_text(GilObject_Repr(op), "bytearray(b'abAabA')");
    gil_expect_text(GilObject_CallMethod(op, "decode", "s", "ascii"), "abAabA");
    gil_expect_text(GilObject_CallMethod(op, "hex", NULL), "616241616241");
    ck_assert_int_eq(GilObject_Hash(op), -1);
    gil_expect_error(GilExc_TypeError, "unhashable type: 'bytearray'");
    other = GilObject_CallFunction((GilObject *)&GilByteArray_Type, "i", 3);
    ck_assert_int_eq(GilByteArray_GET_SIZE(other), 3);
    Gil_DECREF(other);
    other = GilObject_CallFunction((GilObject *)&GilByteArray_Type, "ss", "\xc3\xa9", "latin-1");
    expect_array(other, "\xe9");
    Gil_DECREF(other);
    Gil_DECREF(op);
    Gil_DECREF(list);
    Gil_DECREF(same);
}
END_TEST

/* What is no index, no buffer, too much: an error, and nothing has changed. */
START_TEST(test_value_bytearray__what_is_asked_wrongly_changes_nothing)
{
    GilObject *op = array("abc"), *far = GilLong_FromString("9999999999999999999999", NULL, 10), *text = GilUnicode_FromString("x");
    GilObject *no_step = slice(0, 2, 0), *list = GilList_New(0), *few = slice(0, 2, 99);

    ck_assert_int_eq(GilList_Append(list, text), 0);
    ck_assert_ptr_null(GilObject_GetItem(op, text));
    gil_expect_error(GilExc_TypeError, "bytearray indices must be integers or slices, not str");
    ck_assert_int_eq(GilObject_SetItem(op, text, far), -1);
    gil_expect_error(GilExc_TypeError, "bytearray indices must be integers or slices, not str");
    ck_assert_ptr_null(GilObject_GetItem(op, far));
    gil_expect_error(GilExc_IndexError, "cannot fit 'int' into an index-sized integer");
    ck_assert_ptr_null(GilObject_GetItem(op, no_step));
    gil_expect_error(GilExc_ValueError, "slice step cannot be zero");
    ck_assert_int_eq(GilObject_SetItem(op, no_step, op), -1);
    gil_expect_error(GilExc_ValueError, "slice step cannot be zero");
    ck_assert_int_eq(GilObject_DelItem(op, no_step), -1);
    gil_expect_error(GilExc_ValueError, "slice step cannot be zero");
    ck_assert_int_eq(GilObject_SetItem(op, few, list), -1);
    gil_expect_error(GilExc_TypeError, "'str' object cannot be interpreted as an integer");
    ck_assert_ptr_null(GilNumber_InPlaceAdd(op, Gil_None));
    gil_expect_error(GilExc_TypeError, "can't concat NoneType to bytearray");
    ck_assert_ptr_null(GilSequence_Repeat(op, GIL_SSIZE_T_MAX / 2));
    gil_expect_raised(GilExc_MemoryError);
    ck_assert_ptr_null(GilSequence_InPlaceRepeat(op, GIL_SSIZE_T_MAX / 2));
    gil_expect_raised(GilExc_MemoryError);
    ck_assert_ptr_null(GilByteArray_FromObject(list));
    gil_expect_error(GilExc_TypeError, "'str' object cannot be interpreted as an integer");
    ck_assert_int_eq(GilObject_RichCompareBool(op, Gil_None, Gil_EQ), 0);
    ck_assert_ptr_null(GilObject_RichCompare(op, Gil_None, Gil_LT));
    gil_expect_error(GilExc_TypeError, "'<' not supported between instances of 'bytearray' and 'NoneType'");
    expect_array(op, "abc");
    Gil_DECREF(op);
    Gil_DECREF(far);
    Gil_DECREF(text);
    Gil_DECREF(no_step);
    Gil_DECREF(few);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_bytearray__from_a_list_of_numbers)
{
    GilObject *list = GilList_New(0), *number = GilLong_FromLong('Z');

    ck_assert_int_eq(GilList_Append(list, number), 0);
    GilObject *op = GilByteArray_FromObject(list);
    expect_array(op, "Z");
    Gil_DECREF(op);
    Gil_DECREF(number);
    number = GilLong_FromLong(256);
    ck_assert_int_eq(GilList_Append(list, number), 0);
    ck_assert_ptr_null(GilByteArray_FromObject(list));
    gil_expect_error(GilExc_ValueError, "bytes must be in range(0, 256)");
    Gil_DECREF(number);
    Gil_DECREF(list);
}
END_TEST

/* An int-like object whose __index__ shrinks a bytearray: the worst moment for it. */
static GilObject *victim;

static GilObject *
shrinking_index(GilObject *Gil_UNUSED(self))
{
    if (GilByteArray_Resize(victim, 1) < 0)
        return NULL;
    return GilLong_FromLong(7);
}

static GilType_Slot shrinking_slots[] = {{Gil_nb_index, shrinking_index}, {0, NULL}};
static GilType_Spec shrinking_spec = {"test.Shrinking", sizeof(GilObject), 0, Gil_TPFLAGS_DEFAULT, shrinking_slots};

START_TEST(test_M2_index_that_shrinks_the_array)
{
    GilObject *type = GilType_FromSpec(&shrinking_spec), *evil = GilObject_CallNoArgs(type);

    victim = array("0123456789");
    ck_assert_int_eq(GilSequence_SetItem(victim, 8, evil), -1);
    gil_expect_error(GilExc_IndexError, "bytearray index out of range");
    GilByteArray_Resize(victim, 1000);
    ck_assert_ptr_eq(GilObject_CallMethod(victim, "append", "O", evil), Gil_None);
    ck_assert_int_eq(GilByteArray_GET_SIZE(victim), 2);
    GilByteArray_Resize(victim, 1000);
    ck_assert_ptr_null(GilObject_GetItem(victim, evil)); /* index 7 of 1 */
    gil_expect_error(GilExc_IndexError, "bytearray index out of range");
    GilByteArray_Resize(victim, 1000);
    GilObject *s = GilSlice_New(evil, NULL, NULL);
    GilObject *rest = GilObject_GetItem(victim, s);
    ck_assert_int_eq(GilByteArray_GET_SIZE(rest), 0);
    GilByteArray_Resize(victim, 1000);
    ck_assert_int_eq(GilObject_DelItem(victim, s), 0);
    ck_assert_int_eq(GilByteArray_GET_SIZE(victim), 1);
    GilByteArray_Resize(victim, 1000);
    ck_assert_int_eq(GilSequence_Contains(victim, evil), -1);
    gil_expect_error(GilExc_BufferError, "Existing exports of data: object cannot be re-sized");
    Gil_DECREF(rest);
    Gil_DECREF(s);
    Gil_DECREF(victim);
    Gil_DECREF(evil);
    Gil_DECREF(type);
}
END_TEST

static int
step(void *arg)
{
    GilObject *op = GilByteArray_FromObject(arg), *more = NULL;
    int rc = -1;

    if (op != NULL && GilByteArray_Resize(op, 500) == 0 && (more = GilNumber_InPlaceAdd(op, op)) != NULL
        && GilByteArray_Resize(op, 3) == 0)
        rc = 0;
    Gil_XDECREF(more);
    Gil_XDECREF(op);
    return rc;
}

START_TEST(test_value_bytearray__every_allocation_may_fail)
{
    GilObject *bytes = GilBytes_FromString("some octets");

    gil_test_oom_loop(step, bytes);
    Gil_DECREF(bytes);
}
END_TEST

START_TEST(test_J3_shrinking_without_memory_keeps_the_block)
{
    GilObject *op = GilByteArray_FromStringAndSize(NULL, 4000);

    gil_test_fail_alloc(1, 1);
    int rc = GilByteArray_Resize(op, 3);
    gil_test_fail_alloc_off();
    ck_assert_int_eq(rc, 0);
    ck_assert_int_eq(GilByteArray_GET_SIZE(op), 3);
    ck_assert_int_eq(GilByteArray_Resize(op, 4000), 0);
    Gil_DECREF(op);
}
END_TEST

static const struct method_case changes[] = {
    {"abc", "insert", "i0|i120", "bytearray(b'xabc')"},
    {"abc", "insert", "i-1|i120", "bytearray(b'abxc')"},
    {"abc", "insert", "i99|i120", "bytearray(b'abcx')"},
    {"abc", "insert", "i-99|i120", "bytearray(b'xabc')"},
    {"", "insert", "i0|i120", "bytearray(b'x')"},
    {"abc", "pop", NULL, "bytearray(b'ab')"},
    {"abc", "pop", "i0", "bytearray(b'bc')"},
    {"abc", "pop", "i-2", "bytearray(b'ac')"},
    {"a", "pop", NULL, "bytearray(b'')"},
    {"abcb", "remove", "i98", "bytearray(b'acb')"},
    {"abcd", "reverse", NULL, "bytearray(b'dcba')"},
    {"abc", "reverse", NULL, "bytearray(b'cba')"},
    {"", "reverse", NULL, "bytearray(b'')"},
    {"abc", "append", "i100", "bytearray(b'abcd')"},
    {"abc", "extend", "yde", "bytearray(b'abcde')"},
    {"abc", "clear", NULL, "bytearray(b'')"},
}, refusals[] = {
    {"abc", "insert", "i0|i256", "ValueError: byte must be in range(0, 256)"},
    {"abc", "insert", "i0", "TypeError: insert expected 2 arguments, got 1"},
    {"abc", "insert", "N|i1", "TypeError: 'NoneType' object cannot be interpreted as an integer"},
    {"abc", "insert", "i0|yx", "TypeError: 'bytes' object cannot be interpreted as an integer"},
    {"", "pop", NULL, "IndexError: pop from empty bytearray"},
    {"abc", "pop", "i3", "IndexError: pop index out of range"},
    {"abc", "pop", "i-4", "IndexError: pop index out of range"},
    {"abc", "pop", "i1|i1", "TypeError: pop expected at most 1 argument, got 2"},
    {"abc", "remove", "i120", "ValueError: value not found in bytearray"},
    {"abc", "remove", "i256", "ValueError: byte must be in range(0, 256)"},
    {"abc", "remove", "yx", "TypeError: 'bytes' object cannot be interpreted as an integer"},
    {"abc", "copy", NULL, "bytearray(b'abc')"},
};

START_TEST(test_value_bytearray__methods_that_change_it)
{
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(changes); i++) {
        GilObject *op = GilByteArray_FromStringAndSize(changes[i].self, (Gil_ssize_t)strlen(changes[i].self));
        free(call_method(op, &changes[i]));
        gil_expect_repr(op, changes[i].result);
    }
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(refusals); i++) {
        GilObject *op = GilByteArray_FromStringAndSize(refusals[i].self, (Gil_ssize_t)strlen(refusals[i].self));
        GilObject *same = GilBytes_FromObject(op);
        expect_method(op, &refusals[i], refusals[i].result);
        ck_assert_int_eq(GilObject_RichCompareBool(op, same, Gil_EQ), 1);
        Gil_DECREF(same);
        Gil_DECREF(op);
    }
    GilObject *op = GilByteArray_FromStringAndSize("abc", 3);
    GilObject *last = GilObject_CallMethod(op, "pop", NULL);
    ck_assert_int_eq(GilLong_AsLong(last), 'c');
    GilObject *copy = GilObject_CallMethod(op, "copy", NULL);
    ck_assert_ptr_ne(copy, op);
    Gil_DECREF(copy);
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_value_bytearray__methods_that_change_the_size_wait_for_views)
{
    Gil_buffer view;

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(changes); i++) {
        if (strcmp(changes[i].method, "reverse") == 0)
            continue; /* which keeps the size */
        GilObject *op = GilByteArray_FromStringAndSize("abc", 3), *same = GilBytes_FromString("abc");
        ck_assert_int_eq(GilObject_GetBuffer(op, &view, GilBUF_SIMPLE), 0);
        expect_method(op, &changes[i], "BufferError: Existing exports of data: object cannot be re-sized");
        GilBuffer_Release(&view);
        ck_assert_int_eq(GilObject_RichCompareBool(op, same, Gil_EQ), 1);
        Gil_DECREF(same);
        Gil_DECREF(op);
    }
}
END_TEST

/* Nothing, however often, is nothing and takes no time. */
START_TEST(test_value_bytearray__nothing_repeated)
{
    GilObject *op = array(""), *twice = GilSequence_Repeat(op, (Gil_ssize_t)1 << 62);
    expect_array(twice, "");
    Gil_DECREF(twice);
    twice = GilSequence_InPlaceRepeat(op, GIL_SSIZE_T_MAX);
    ck_assert_ptr_eq(twice, op);
    expect_array(op, "");
    Gil_DECREF(twice);
    Gil_DECREF(op);
}
END_TEST

/* view[start:stop:step]; takes neither. */
static GilObject *
part_of(GilObject *view, long start, long stop, long step)
{
    GilObject *key = slice(start, stop, step), *part = GilObject_GetItem(view, key);
    Gil_DECREF(key);
    ck_assert_ptr_nonnull(part);
    return part;
}

/* self[start:stop:step] = value; takes value. */
static void
put(GilObject *self, long start, long stop, long step, GilObject *value)
{
    GilObject *key = slice(start, stop, step);
    ck_assert_int_eq(GilObject_SetItem(self, key, value), 0);
    Gil_DECREF(key);
    Gil_DECREF(value);
}

/* What is assigned is what the view showed before the first octet changed, also where it has steps. */
START_TEST(test_value_bytearray__assigned_from_a_view_of_itself)
{
    GilObject *op = array("0123456789abcdefghijklmnopqrstuvwxyzABCD"), *view = GilMemoryView_FromObject(op);
    put(op, 0, 32, 1, part_of(view, 1, 33, 1));
    expect_array(op, "123456789abcdefghijklmnopqrstuvwwxyzABCD");
    put(op, 1, 33, 1, part_of(view, 0, 32, 1));
    expect_array(op, "1123456789abcdefghijklmnopqrstuvwxyzABCD");
    put(op, 1, 7, 2, part_of(view, 1, 4, 1));
    expect_array(op, "1122436789abcdefghijklmnopqrstuvwxyzABCD");
    put(op, 0, 5, 1, part_of(view, 30, 40, 2));
    expect_array(op, "uwyAC36789abcdefghijklmnopqrstuvwxyzABCD");
    GilObject *key = slice(0, 1, 1), *two = part_of(view, 0, 2, 1);
    ck_assert_int_eq(GilObject_SetItem(op, key, two), -1);
    gil_expect_error(GilExc_BufferError, "Existing exports of data: object cannot be re-sized");
    Gil_DECREF(two);
    Gil_DECREF(key);
    Gil_DECREF(view);
    Gil_DECREF(op);
}
END_TEST

/* What gives no simple buffer is asked to compare itself, as any other object. */
START_TEST(test_value_bytearray__compared_with_views)
{
    GilObject *op = array("ace"), *bytes = GilBytes_FromString("abcdef"), *view = GilMemoryView_FromObject(bytes);
    GilObject *part = part_of(view, 0, 6, 2);
    ck_assert_int_eq(GilObject_RichCompareBool(op, part, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(op, view, Gil_NE), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(op, view, Gil_GT), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(op, part, Gil_LT), -1);
    gil_expect_error(GilExc_TypeError, "'<' not supported between instances of 'bytearray' and 'memoryview'");
    Gil_DECREF(GilObject_CallMethod(part, "release", NULL));
    ck_assert_int_eq(GilObject_RichCompareBool(op, part, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(op, part, Gil_NE), 1);
    Gil_DECREF(part);
    Gil_DECREF(view);
    Gil_DECREF(bytes);
    Gil_DECREF(op);
}
END_TEST

static int allocated, freed;

static GilObject *
own_alloc(GilTypeObject *type, Gil_ssize_t items)
{
    allocated++;
    return GilType_GenericAlloc(type, items);
}

static void
own_free(void *op)
{
    freed++;
    gil_object_tp_free(op);
}

/* Memory goes back to the subtype that it comes from. */
START_TEST(test_value_bytearray__a_subtype_with_memory_of_its_own)
{
    static const struct {
        GilTypeObject *base;
        const char *format;
    } cases[] = {{&GilByteArray_Type, "()"}, {&GilProperty_Type, "()"}, {&GilClassMethod_Type, "([])"},
                 {&GilStaticMethod_Type, "([])"}, {&GilModule_Type, "(s)"}};
    GilType_Slot slots[] = {{Gil_tp_alloc, (void *)own_alloc}, {Gil_tp_free, (void *)own_free}, {0, NULL}};
    GilType_Spec spec = {"test.Own", 0, 0, 0, slots};
    GilObject *type = GilType_FromSpecWithBases(&spec, (GilObject *)(void *)cases[_i].base);
    GilObject *args = Gil_BuildValue(cases[_i].format, "m"), *op = GilObject_Call(type, args, NULL);

    ck_assert_ptr_nonnull(op);
    ck_assert_int_eq(allocated, 1);
    Gil_DECREF(op);
    ck_assert_int_eq(freed, 1);
    Gil_DECREF(args);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_value_bytearray__a_subtype)
{
    GilObject *sub = GilObject_CallFunction((GilObject *)&GilType_Type, "s(O){}", "Array", &GilByteArray_Type);
    GilObject *op = GilObject_CallFunction(sub, "y", "abc"), *three = GilLong_FromLong(3), *got;
    Gil_buffer view;

    ck_assert(GilByteArray_Check(op) && !GilByteArray_CheckExact(op));
    gil_expect_text(GilObject_Repr(op), "Array(b'abc')");
    ck_assert_int_eq(GilObject_SetAttrString(op, "own", three), 0);
    got = GilWeakref_NewRef(op, NULL);
    ck_assert_ptr_nonnull(got);
    Gil_DECREF(got);
    /* What is made of one is exactly a bytearray. */
    GilObject *made[] = {GilObject_CallMethod(op, "strip", NULL), GilObject_CallMethod(op, "copy", NULL),
                         GilSequence_GetSlice(op, 0, 3), GilSequence_Repeat(op, 1)};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(made); i++) {
        expect_array(made[i], "abc");
        Gil_DECREF(made[i]);
    }
    got = GilObject_CallMethod(sub, "fromhex", "s", "61");
    ck_assert_ptr_eq(Gil_TYPE(got), sub);
    Gil_DECREF(got);
    /* __init__ again gives it other octets, unless somebody looks at those that there are. */
    got = GilObject_CallMethod(op, "__init__", "y", "other");
    ck_assert_ptr_nonnull(got);
    ck_assert_str_eq(GilByteArray_AsString(op), "other");
    ck_assert_int_eq(GilObject_GetBuffer(op, &view, GilBUF_SIMPLE), 0);
    ck_assert_ptr_null(GilObject_CallMethod(op, "__init__", "y", "third"));
    gil_expect_error(GilExc_BufferError, "Existing exports of data: object cannot be re-sized");
    ck_assert_str_eq(view.buf, "other");
    GilBuffer_Release(&view);
    /* Nothing that becomes nothing is no change, as in CPython. */
    GilObject *nothing = GilObject_CallNoArgs(sub);
    ck_assert_int_eq(GilObject_GetBuffer(nothing, &view, GilBUF_SIMPLE), 0);
    got = GilObject_CallMethod(nothing, "__init__", "y", "");
    ck_assert_ptr_nonnull(got);
    ck_assert_ptr_null(GilObject_CallMethod(nothing, "__init__", "y", "a"));
    gil_expect_error(GilExc_BufferError, "Existing exports of data: object cannot be re-sized");
    GilBuffer_Release(&view);
    Gil_DECREF(nothing);
    ck_assert_int_eq(GilObject_SetAttrString(op, "me", op), 0); /* a circle */
    Gil_DECREF(op);
    ck_assert_int_ge(GilGC_Collect(), 1);
    /* With a tp_new that gives zeros it is empty. */
    GilType_Slot slots[] = {{Gil_tp_new, (void *)GilType_GenericNew},
                            {Gil_tp_init, (void *)GilType_GetSlot(&GilBaseObject_Type, Gil_tp_init)},
                            {0, NULL}};
    GilType_Spec spec = {"test.Zeros", 0, 0, 0, slots};
    GilObject *plain = GilType_FromSpecWithBases(&spec, (GilObject *)&GilByteArray_Type), *zeros = GilObject_CallNoArgs(plain);
    gil_expect_text(GilObject_Repr(zeros), "Zeros(b'')");
    got = GilObject_CallMethod(zeros, "append", "i", 65);
    ck_assert_ptr_nonnull(got);
    ck_assert_str_eq(GilByteArray_AsString(zeros), "A");
    Gil_DECREF(zeros);
    Gil_DECREF(plain);
    Gil_DECREF(three);
    Gil_DECREF(sub);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/bytearray");
    TCase *tc = tcase_create("bytearray");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_bytearray__making);
    tcase_add_test(tc, test_value_bytearray__resize_zeroes_what_is_new);
    tcase_add_test(tc, test_value_bytearray__appending_moves_the_block_rarely);
    tcase_add_test(tc, test_M1_no_resize_while_exported);
    tcase_add_test(tc, test_M3_release_without_export_stops);
    tcase_add_test(tc, test_M4_exporter_lives_as_long_as_its_view);
    tcase_add_test(tc, test_value_bytearray__items);
    tcase_add_test(tc, test_value_bytearray__slices);
    tcase_add_test(tc, test_value_bytearray__assigned_to_itself);
    tcase_add_test(tc, test_value_bytearray__other_operations);
    tcase_add_test(tc, test_value_bytearray__what_is_asked_wrongly_changes_nothing);
    tcase_add_test(tc, test_value_bytearray__from_a_list_of_numbers);
    tcase_add_test(tc, test_M2_index_that_shrinks_the_array);
    tcase_add_test(tc, test_value_bytearray__every_allocation_may_fail);
    tcase_add_test(tc, test_J3_shrinking_without_memory_keeps_the_block);
    tcase_add_test(tc, test_value_bytearray__methods_that_change_it);
    tcase_add_test(tc, test_value_bytearray__methods_that_change_the_size_wait_for_views);
    tcase_add_test(tc, test_value_bytearray__nothing_repeated);
    tcase_add_test(tc, test_value_bytearray__assigned_from_a_view_of_itself);
    tcase_add_test(tc, test_value_bytearray__compared_with_views);
    tcase_add_test(tc, test_value_bytearray__a_subtype);
    tcase_add_loop_test(tc, test_value_bytearray__a_subtype_with_memory_of_its_own, 0, 5);
    suite_add_tcase(s, tc);
    return s;
}
