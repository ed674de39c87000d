/* SPDX-License-Identifier: MIT */
/* bytes: layout, making, resizing, joining, buffers. */
#include "base/mem.h"
#include "support/expect.h"
#include "support/support.h"

#include "gilrt/buffer.h"
#include "gilrt/bytearray.h"
#include "gilrt/call.h"
#include "gilrt/dict.h"
#include "gilrt/list.h"
#include "gilrt/long.h"
#include "gilrt/mapping.h"
#include "gilrt/memoryview.h"
#include "gilrt/sequence.h"
#include "gilrt/slice.h"
#include "gilrt/tuple.h"
#include "value/bytes.h"

#include <stddef.h>

static GilObject *
octets(const char *text)
{
    GilObject *op = GilBytes_FromString(text);
    ck_assert_ptr_nonnull(op);
    return op;
}

START_TEST(test_value_bytes__payload_is_aligned_and_ends_with_nul)
{
    ck_assert_uint_eq(offsetof(GilBytesObject, ob_sval), 32);
    for (Gil_ssize_t size = 2; size < 5000; size = size * 3 / 2 + 1) {
        GilObject *op = GilBytes_FromStringAndSize(NULL, size);
        ck_assert_uint_eq((uintptr_t)GilBytes_AS_STRING(op) % 16, 0);
        ck_assert_int_eq(GilBytes_AS_STRING(op)[size], 0);
        memset(GilBytes_AS_STRING(op), 'x', (size_t)size);
        ck_assert_int_eq(GilBytes_Size(op), size);
        ck_assert_str_eq(GilBytes_AsString(op) + size - 1, "x");
        Gil_DECREF(op);
    }
}
END_TEST

START_TEST(test_value_bytes__small_ones_are_process_wide)
{
    for (int i = 0; i < 256; i++) {
        char c = (char)i;
        GilObject *a = GilBytes_FromStringAndSize(&c, 1), *b = GilBytes_FromStringAndSize(&c, 1);
        ck_assert_ptr_eq(a, b);
        ck_assert(GilUnstable_IsImmortal(a));
        ck_assert_int_eq(GilBytes_AS_STRING(a)[0], c);
        ck_assert_int_ne(((GilBytesObject *)(void *)a)->ob_shash, -1);
    }
    ck_assert_ptr_eq(GilBytes_FromString(""), GilBytes_FromStringAndSize(NULL, 0));
    /* One octet that the caller will write must be an object of his own. */
    GilObject *own = GilBytes_FromStringAndSize(NULL, 1);
    ck_assert(!GilUnstable_IsImmortal(own));
    Gil_DECREF(own);
}
END_TEST

START_TEST(test_value_bytes__sizes_that_cannot_be)
{
    ck_assert_ptr_null(GilBytes_FromStringAndSize("x", -1));
    gil_expect_error(GilExc_SystemError, "Negative size passed to GilBytes_FromStringAndSize");
    ck_assert_ptr_null(GilBytes_FromStringAndSize(NULL, GIL_SSIZE_T_MAX));
    gil_expect_error(GilExc_OverflowError, "byte string is too large");
    ck_assert_ptr_null(GilBytes_FromStringAndSize(NULL, GIL_SSIZE_T_MAX - 100));
    gil_expect_raised(GilExc_MemoryError);
}
END_TEST

START_TEST(test_value_bytes__as_string_and_size)
{
    GilObject *op = GilBytes_FromStringAndSize("a\0b", 3);
    char *text;
    Gil_ssize_t size;

    ck_assert_int_eq(GilBytes_AsStringAndSize(op, &text, &size), 0);
    ck_assert_int_eq(size, 3);
    ck_assert_int_eq(GilBytes_AsStringAndSize(op, &text, NULL), -1);
    gil_expect_error(GilExc_ValueError, "embedded null byte");
    ck_assert_int_eq(GilBytes_AsStringAndSize(Gil_None, &text, NULL), -1);
    gil_expect_raised(GilExc_TypeError);
    ck_assert_int_eq(GilBytes_Size(NULL), -1);
    gil_expect_raised(GilExc_SystemError);
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_value_bytes__from_object)
{
    GilObject *op = octets("abc"), *array = GilByteArray_FromStringAndSize("xy", 2);
    GilObject *same = GilBytes_FromObject(op);

    ck_assert_ptr_eq(same, op);
    Gil_DECREF(same);
    gil_expect_octets(GilBytes_FromObject(array), "xy", 2);
    GilObject *list = GilList_New(0);
    gil_expect_octets(GilBytes_FromObject(list), "", 0);
    GilList_Append(list, GilLong_FromLong(65));
    gil_expect_octets(GilBytes_FromObject(list), "A", 1);
    ck_assert_ptr_null(GilBytes_FromObject(Gil_None));
    gil_expect_error(GilExc_TypeError, "cannot convert 'NoneType' object to bytes");
    gil_expect_octets(GilBytes_FromFormat("%d-%s", 5, "x"), "5-x", 3);
    Gil_DECREF(list);
    Gil_DECREF(array);
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_value_bytes__a_format_gives_octets_as_they_are)
{
    GilObject *lone = GilUnicode_FromOrdinal(0xDCFF), *euro = GilUnicode_FromOrdinal(0x20AC);

    gil_expect_octets(GilBytes_FromFormat("%c%c%c", 0xff, 0, 0xd8), "\xff\0\xd8", 3);
    gil_expect_octets(GilBytes_FromFormat("\xff%d%s", 1, "\xff\xd8"), "\xff" "1\xff\xd8", 4);
    gil_expect_octets(GilBytes_FromFormat("%.2s|%4s|%3c", "\xe2\x82\xac", "\xe2\x82\xac", 0xe9), "\xe2\x82| \xe2\x82\xac|  \xe9", 11);
    gil_expect_octets(GilBytes_FromFormat("%s", "\xed\xa0\x80"), "\xed\xa0\x80", 3);
    gil_expect_octets(GilBytes_FromFormat("%.1U|%4U", euro, euro), "\xe2\x82\xac| \xe2\x82\xac", 8);
    gil_expect_octets(GilBytes_FromFormat("%U%A", euro, lone), "\xe2\x82\xac'\\udcff'", 11);
    gil_expect_octets(GilBytes_FromFormat(""), "", 0);
    for (int c = -1; c < 1000; c += 257) {
        ck_assert_ptr_null(GilBytes_FromFormat("%c", c));
        gil_expect_error(GilExc_OverflowError, "character argument not in range(0x100)");
    }
    ck_assert_ptr_null(GilBytes_FromFormat("%U", lone));
    gil_expect_error(GilExc_UnicodeEncodeError, "'utf-8' codec can't encode character '\\udcff' in position 0: surrogates not allowed");
    Gil_DECREF(euro);
    Gil_DECREF(lone);
}
END_TEST

START_TEST(test_value_bytes__resize)
{
    GilObject *op = GilBytes_FromStringAndSize(NULL, 10);

    memcpy(GilBytes_AS_STRING(op), "0123456789", 10);
    ck_assert_int_eq(_GilBytes_Resize(&op, 5000), 0);
    ck_assert_mem_eq(GilBytes_AS_STRING(op), "0123456789", 10);
    ck_assert_int_eq(_GilBytes_Resize(&op, 4), 0);
    gil_expect_octets(Gil_NewRef(op), "0123", 4);
    ck_assert_int_eq(_GilBytes_Resize(&op, 0), 0);
    ck_assert_ptr_eq(op, GilBytes_FromString(""));
    ck_assert_int_eq(_GilBytes_Resize(&op, 3), 0);
    ck_assert_int_eq(GilBytes_GET_SIZE(op), 3);
    Gil_INCREF(op);
    GilObject *shared = op;
    ck_assert_int_eq(_GilBytes_Resize(&op, 6), -1);
    ck_assert_ptr_null(op);
    gil_expect_raised(GilExc_SystemError);
    op = shared;
    ck_assert_int_eq(_GilBytes_Resize(&op, -1), -1);
    ck_assert_ptr_null(op);
    gil_expect_raised(GilExc_SystemError);
}
END_TEST

START_TEST(test_J3_shrinking_without_memory_keeps_the_block)
{
    GilObject *op = GilBytes_FromStringAndSize(NULL, 4000);

    memset(GilBytes_AS_STRING(op), 'x', 4000);
    gil_test_fail_alloc(1, 1);
    int rc = _GilBytes_Resize(&op, 3);
    gil_test_fail_alloc_off();
    ck_assert_int_eq(rc, 0);
    gil_expect_octets(op, "xxx", 3);
}
END_TEST

START_TEST(test_value_bytes__concat)
{
    GilObject *op = octets("ab"), *array = GilByteArray_FromStringAndSize("cd", 2);

    GilBytes_Concat(&op, array);
    GilBytes_ConcatAndDel(&op, octets("ef"));
    gil_expect_octets(Gil_NewRef(op), "abcdef", 6);
    GilBytes_Concat(&op, Gil_None);
    ck_assert_ptr_null(op);
    gil_expect_error(GilExc_TypeError, "can't concat NoneType to bytes");
    GilBytes_Concat(&op, array);
    ck_assert_ptr_null(op);
    ck_assert_ptr_null(GilErr_Occurred());
    op = octets("x.");
    GilBytes_Concat(&op, NULL);
    ck_assert_ptr_null(op);
    Gil_DECREF(array);
}
END_TEST

/* Who has the only reference is given the same block where there is room at its end, without any memory. */
START_TEST(test_value_bytes__concat_in_place)
{
    GilObject *op, *piece = octets("b");
    int in_place = 0;

    for (Gil_ssize_t size = 100; size < 116; size++) {
        op = GilBytes_FromStringAndSize(NULL, size);
        memset(GilBytes_AS_STRING(op), 'a', (size_t)size);
        Gil_hash_t hash = GilObject_Hash(op);
        gil_test_fail_alloc(1, 1);
        GilBytes_Concat(&op, piece);
        gil_test_fail_alloc_off();
        if (op == NULL) {
            gil_expect_raised(GilExc_MemoryError);
            continue;
        }
        in_place++;
        ck_assert_int_eq(GilBytes_GET_SIZE(op), size + 1);
        ck_assert(strspn(GilBytes_AS_STRING(op), "a") == (size_t)size && GilBytes_AS_STRING(op)[size] == 'b');
        ck_assert_int_ne(GilObject_Hash(op), hash);
        Gil_DECREF(op);
    }
#ifndef GIL_HEAP_CHECKED /* where a block has no room behind its end, and each change of a size is a move */
    ck_assert_int_gt(in_place, 0);
#endif
    op = octets("aa");
    for (int i = 0; i < 10000; i++)
        GilBytes_Concat(&op, piece);
    ck_assert(GilBytes_GET_SIZE(op) == 10002 && strspn(GilBytes_AS_STRING(op) + 2, "b") == 10000);
    Gil_DECREF(op);
    /* Not where others see it. */
    op = octets("abc");
    GilObject *shared = Gil_NewRef(op);
    GilBytes_Concat(&op, piece);
    gil_expect_octets(op, "abcb", 4);
    gil_expect_octets(shared, "abc", 3);
    op = octets("abc");
    GilBytes_Concat(&op, op);
    gil_expect_octets(Gil_NewRef(op), "abcabc", 6);
    GilObject *view = GilMemoryView_FromObject(op), *held = op;
    GilBytes_Concat(&op, view);
    ck_assert_ptr_ne(op, held);
    Gil_DECREF(view);
    gil_expect_octets(op, "abcabcabcabc", 12);
    op = octets("abc");
    GilBytes_ConcatAndDel(&op, octets(""));
    gil_expect_octets(op, "abc", 3);
    Gil_DECREF(piece);
}
END_TEST

START_TEST(test_value_bytes__join)
{
    GilObject *sep = octets(", "), *a = octets("ab"), *array = GilByteArray_FromStringAndSize("cd", 2);
    GilObject *items = GilTuple_Pack(2, a, array), *bad = GilTuple_Pack(3, a, array, Gil_None);

    gil_expect_octets(GilBytes_Join(sep, items), "ab, cd", 6);
    ck_assert_ptr_null(GilBytes_Join(sep, bad));
    gil_expect_error(GilExc_TypeError, "sequence item 2: expected a bytes-like object, NoneType found");
    ck_assert_int_eq(GilByteArray_Resize(array, 50), 0); /* no view was left */
    ck_assert_ptr_null(GilBytes_Join(array, items));
    gil_expect_error(GilExc_TypeError, "sep: expected bytes, got bytearray");
    GilObject *none = GilTuple_New(0);
    gil_expect_octets(GilBytes_Join(sep, none), "", 0);
    Gil_DECREF(sep);
    Gil_DECREF(items);
    Gil_DECREF(bad);
    Gil_DECREF(a);
    Gil_DECREF(array);
}
END_TEST

START_TEST(test_value_bytes__sequence)
{
    GilObject *op = octets("abcd"), *minus = GilLong_FromLong(-1), *two = GilLong_FromLong(2);
    GilObject *every_second = GilSlice_New(NULL, NULL, two), *head = GilSlice_New(NULL, two, NULL);

    ck_assert_int_eq(GilLong_AsLong(GilSequence_GetItem(op, 1)), 'b');
    ck_assert_int_eq(GilLong_AsLong(GilObject_GetItem(op, minus)), 'd');
    gil_expect_octets(GilObject_GetItem(op, every_second), "ac", 2);
    gil_expect_octets(GilObject_GetItem(op, head), "ab", 2);
    ck_assert_ptr_null(GilSequence_GetItem(op, 4));
    gil_expect_error(GilExc_IndexError, "index out of range");
    ck_assert_ptr_null(GilObject_GetItem(op, Gil_None));
    gil_expect_error(GilExc_TypeError, "byte indices must be integers or slices, not NoneType");
    gil_expect_octets(GilSequence_Repeat(op, 2), "abcdabcd", 8);
    gil_expect_octets(GilSequence_Repeat(op, 0), "", 0);
    ck_assert_int_eq(GilSequence_Contains(op, two), 0);
    ck_assert_ptr_eq(GilObject_RichCompare(op, Gil_None, Gil_EQ), _Gil_RichResult(0));
    GilObject *same = octets("abcd");
    ck_assert_int_eq(GilObject_RichCompareBool(op, same, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_Hash(op), GilObject_Hash(same));
    gil_expect_text(GilObject_Repr(op), "b'abcd'");
    Gil_DECREF(same);
    Gil_DECREF(every_second);
    Gil_DECREF(head);
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_value_bytes__what_is_asked_wrongly)
{
    GilObject *op = GilBytes_FromString("abc"), *far = GilLong_FromString("9999999999999999999999", NULL, 10), *zero = GilLong_FromLong(0);
    GilObject *no_step = GilSlice_New(NULL, NULL, zero);

    ck_assert_ptr_null(GilObject_GetItem(op, far));
    gil_expect_error(GilExc_IndexError, "cannot fit 'int' into an index-sized integer");
    ck_assert_ptr_null(GilObject_GetItem(op, Gil_None));
    gil_expect_error(GilExc_TypeError, "byte indices must be integers or slices, not NoneType");
    ck_assert_ptr_null(GilObject_GetItem(op, no_step));
    gil_expect_error(GilExc_ValueError, "slice step cannot be zero");
    ck_assert_ptr_null(GilSequence_Repeat(op, GIL_SSIZE_T_MAX / 2));
    gil_expect_error(GilExc_OverflowError, "repeated bytes are too long");
    ck_assert_ptr_null(GilSequence_Concat(Gil_None, op));
    gil_expect_raised(GilExc_TypeError);
    ck_assert_ptr_null(GilSequence_Concat(op, Gil_None));
    gil_expect_error(GilExc_TypeError, "can't concat NoneType to bytes");
    ck_assert_ptr_null(GilObject_RichCompare(op, Gil_None, Gil_LT));
    gil_expect_error(GilExc_TypeError, "'<' not supported between instances of 'bytes' and 'NoneType'");
    Gil_DECREF(op);
    Gil_DECREF(far);
    Gil_DECREF(zero);
    Gil_DECREF(no_step);
}
END_TEST

/* bytes(): of a number, of numbers, of nothing. What needs no copy is the object itself. */
START_TEST(test_value_bytes__made_by_its_type)
{
    GilObject *type = (GilObject *)&GilBytes_Type, *list = GilList_New(0), *number = GilLong_FromLong('A');

    ck_assert_int_eq(GilList_Append(list, number), 0);
    ck_assert_int_eq(GilList_Append(list, number), 0);
    GilObject *op = GilObject_CallFunction(type, "O", list);
    ck_assert_str_eq(GilBytes_AsString(op), "AA");
    GilObject *same = GilSequence_Repeat(op, 1);
    ck_assert_ptr_eq(same, op);
    Gil_DECREF(same);
    Gil_DECREF(op);
    op = GilObject_CallFunction(type, "i", 2);
    ck_assert_int_eq(GilBytes_GET_SIZE(op), 2);
    ck_assert_int_eq(GilBytes_AS_STRING(op)[0] | GilBytes_AS_STRING(op)[1], 0);
    Gil_DECREF(op);
    op = GilObject_CallFunction(type, "i", 0);
    ck_assert_int_eq(GilBytes_GET_SIZE(op), 0);
    Gil_DECREF(op);
    ck_assert_ptr_null(GilObject_CallFunction(type, "i", -1));
    gil_expect_error(GilExc_ValueError, "negative count");
    ck_assert_ptr_null(GilObject_CallFunction(type, "O", Gil_None));
    gil_expect_error(GilExc_TypeError, "cannot convert 'NoneType' object to bytes");
    Gil_DECREF(list);
    Gil_DECREF(number);
}
END_TEST

START_TEST(test_M4_exporter_lives_as_long_as_its_view)
{
    GilObject *op = octets("some octets");
    Gil_buffer view;

    ck_assert_int_eq(GilObject_GetBuffer(op, &view, GilBUF_SIMPLE), 0);
    Gil_DECREF(op);
    ck_assert_int_eq(view.readonly, 1);
    ck_assert_mem_eq(view.buf, "some octets", 11);
    GilBuffer_Release(&view);
}
END_TEST

START_TEST(test_M6_bytes_cannot_be_written)
{
    GilObject *op = octets("ab");
    Gil_buffer view;

    ck_assert_int_eq(GilObject_GetBuffer(op, &view, GilBUF_WRITABLE), -1);
    gil_expect_raised(GilExc_BufferError);
    ck_assert_ptr_null(view.obj);
    ck_assert_int_eq(GilSequence_SetItem(op, 0, op), -1);
    gil_expect_raised(GilExc_TypeError);
    ck_assert_int_eq(Gil_REFCNT(op), 1);
    Gil_DECREF(op);
}
END_TEST

static int
step(void *Gil_UNUSED(arg))
{
    GilObject *op = GilBytes_FromString("ab"), *items = NULL, *joined = NULL;
    int rc = -1;

    if (op != NULL && (items = GilTuple_Pack(2, op, op)) != NULL && (joined = GilBytes_Join(op, items)) != NULL) {
        GilBytes_Concat(&joined, op);
        if (joined != NULL && _GilBytes_Resize(&joined, 100) == 0)
            rc = 0;
    }
    Gil_XDECREF(op);
    Gil_XDECREF(items);
    Gil_XDECREF(joined);
    return rc;
}

START_TEST(test_value_bytes__every_allocation_may_fail)
{
    gil_test_oom_loop(step, NULL);
}
END_TEST

START_TEST(test_value_bytes__hashes_of_buffers_and_addresses)
{
    GilObject *op = GilBytes_FromString("octets"), *empty = GilBytes_FromString("");

    ck_assert_int_eq(Gil_HashBuffer("octets", 6), GilObject_Hash(op));
    ck_assert_int_eq(Gil_HashBuffer("", 0), GilObject_Hash(empty));
    ck_assert_int_eq(Gil_HashPointer((void *)&GilBytes_Type), GilObject_GenericHash((GilObject *)(void *)&GilBytes_Type));
    ck_assert_int_ne(Gil_HashPointer((void *)UINTPTR_MAX), -1);
    ck_assert_int_eq(GilObject_GenericHash(NULL), -1);
    gil_expect_raised(GilExc_SystemError);
    Gil_DECREF(op);
    Gil_DECREF(empty);
}
END_TEST

START_TEST(test_value_bytes__a_subtype)
{
    GilObject *sub = GilObject_CallFunction((GilObject *)&GilType_Type, "s(O){}", "Octets", &GilBytes_Type);
    GilObject *plain = octets("abc"), *op = GilObject_CallOneArg(sub, plain), *zeros = GilObject_CallFunction(sub, "i", 3);
    GilObject *empty = GilObject_CallNoArgs(sub), *dict = GilDict_New(), *got;
    Gil_buffer view;

    ck_assert(GilBytes_Check(op) && !GilBytes_CheckExact(op) && Gil_IS_TYPE(op, (GilTypeObject *)(void *)sub));
    gil_expect_text(GilObject_Repr(op), "b'abc'");
    gil_expect_text(GilObject_Repr(zeros), "b'\\x00\\x00\\x00'");
    ck_assert_int_eq(GilBytes_Size(empty), 0);
    ck_assert_int_eq(GilBytes_AS_STRING(op)[3], 0);
    /* Equal, of one hash, and one key in a dict. */
    ck_assert_int_eq(GilObject_Hash(op), GilObject_Hash(plain));
    ck_assert_int_eq(GilObject_RichCompareBool(op, plain, Gil_EQ), 1);
    ck_assert_int_eq(GilDict_SetItem(dict, op, Gil_None), 0);
    ck_assert_int_eq(GilDict_Contains(dict, plain), 1);
    /* What is made of one is exactly bytes, and so is a copy. */
    GilObject *made[] = {GilObject_CallMethod(op, "strip", NULL), GilBytes_FromObject(op), GilObject_Bytes(op),
                         GilSequence_GetSlice(op, 0, 3), GilSequence_Repeat(op, 1)};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(made); i++) {
        ck_assert(GilBytes_CheckExact(made[i]) && made[i] != op);
        ck_assert_int_eq(GilObject_RichCompareBool(made[i], plain, Gil_EQ), 1);
        Gil_DECREF(made[i]);
    }
    got = GilObject_CallMethod(sub, "fromhex", "s", "61");
    ck_assert_ptr_eq(Gil_TYPE(got), sub);
    Gil_DECREF(got);
    ck_assert_int_eq(GilObject_GetBuffer(op, &view, GilBUF_SIMPLE), 0);
    ck_assert_ptr_eq(view.buf, GilBytes_AS_STRING(op));
    GilBuffer_Release(&view);
    /* None grows in its place, and none is resized. */
    GilBytes_Concat(&op, plain);
    ck_assert(GilBytes_CheckExact(op));
    ck_assert_str_eq(GilBytes_AsString(op), "abcabc");
    ck_assert_int_eq(_GilBytes_Resize(&zeros, 2), -1);
    gil_expect_raised(GilExc_SystemError);
    ck_assert_ptr_null(zeros);
    Gil_DECREF(dict);
    Gil_DECREF(empty);
    Gil_DECREF(op);
    Gil_DECREF(plain);
    Gil_DECREF(sub);
}
END_TEST

static int
make_of_subtype(void *arg)
{
    GilObject *op = GilObject_CallFunction(arg, "y", "abc");

    Gil_XDECREF(op);
    return op != NULL ? 0 : -1;
}

START_TEST(test_J1_bytes_of_a_subtype)
{
    GilObject *sub = GilObject_CallFunction((GilObject *)&GilType_Type, "s(O){}", "Octets", &GilBytes_Type);

    gil_test_oom_loop(make_of_subtype, sub);
    Gil_DECREF(sub);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/bytes");
    TCase *tc = tcase_create("bytes");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_bytes__payload_is_aligned_and_ends_with_nul);
    tcase_add_test(tc, test_value_bytes__small_ones_are_process_wide);
    tcase_add_test(tc, test_value_bytes__sizes_that_cannot_be);
    tcase_add_test(tc, test_value_bytes__as_string_and_size);
    tcase_add_test(tc, test_value_bytes__from_object);
    tcase_add_test(tc, test_value_bytes__a_format_gives_octets_as_they_are);
    tcase_add_test(tc, test_value_bytes__resize);
    tcase_add_test(tc, test_J3_shrinking_without_memory_keeps_the_block);
    tcase_add_test(tc, test_value_bytes__concat);
    tcase_add_test(tc, test_value_bytes__concat_in_place);
    tcase_add_test(tc, test_value_bytes__join);
    tcase_add_test(tc, test_value_bytes__sequence);
    tcase_add_test(tc, test_value_bytes__what_is_asked_wrongly);
    tcase_add_test(tc, test_value_bytes__made_by_its_type);
    tcase_add_test(tc, test_M4_exporter_lives_as_long_as_its_view);
    tcase_add_test(tc, test_M6_bytes_cannot_be_written);
    tcase_add_test(tc, test_value_bytes__every_allocation_may_fail);
    tcase_add_test(tc, test_value_bytes__hashes_of_buffers_and_addresses);
    tcase_add_test(tc, test_value_bytes__a_subtype);
    tcase_add_test(tc, test_J1_bytes_of_a_subtype);
    suite_add_tcase(s, tc);
    return s;
}
