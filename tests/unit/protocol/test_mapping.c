/* SPDX-License-Identifier: MIT */
/* Subscripts of mappings and sequences, lengths and hints. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>
#include <stdio.h>

START_TEST(test_protocol_mapping__subscripts)
{
    GilObject *list = Gil_BuildValue("[ii]", 1, 2), *dict = GilDict_New(), *zero = GilLong_FromLong(0),
              *one = GilLong_FromLong(1);
    gil_expect_repr(GilObject_GetItem(list, one), "2");
    ck_assert_int_eq(GilObject_SetItem(list, zero, one), 0);
    ck_assert_int_eq(GilObject_DelItem(list, one), 0);
    gil_expect_repr(list, "[1]");
    ck_assert_int_eq(GilObject_SetItem(dict, zero, one), 0);
    gil_expect_repr(GilObject_GetItem(dict, zero), "1");
    ck_assert_int_eq(GilObject_DelItem(dict, zero), 0);
    gil_expect_failure(GilObject_GetItem(dict, zero), GilExc_KeyError, "0");
    gil_expect_failure(GilObject_GetItem(Gil_None, zero), GilExc_TypeError, "'NoneType' object is not subscriptable");
    ck_assert_int_eq(GilObject_SetItem(Gil_None, zero, zero), -1);
    gil_expect_error(GilExc_TypeError, "'NoneType' object does not support item assignment");
    ck_assert_int_eq(GilObject_DelItem(Gil_None, zero), -1);
    gil_expect_error(GilExc_TypeError, "'NoneType' object does not support item deletion");
    /* In CPython's words: those of sequences, where there is an index. */
    GilObject *class = GilObject_CallFunction((GilObject *)(void *)&GilType_Type, "s(){}", "Plain"), *op = GilObject_CallNoArgs(class);
    GilObject *tuple = Gil_BuildValue("(i)", 1), *large = GilLong_FromString("100000000000000000000", NULL, 10);
    GilObject *without[] = {op, tuple};
    for (int i = 0; i < 2; i++) {
        char text[80];
        ck_assert_int_eq(GilObject_DelItem(without[i], zero), -1);
        snprintf(text, sizeof text, "'%s' object doesn't support item deletion", i == 0 ? "Plain" : "tuple");
        gil_expect_error(GilExc_TypeError, text);
        ck_assert_int_eq(GilObject_DelItem(without[i], Gil_None), -1);
        snprintf(text, sizeof text, "'%s' object does not support item deletion", i == 0 ? "Plain" : "tuple");
        gil_expect_error(GilExc_TypeError, text);
        ck_assert_int_eq(GilObject_SetItem(without[i], zero, zero), -1);
        snprintf(text, sizeof text, "'%s' object does not support item assignment", i == 0 ? "Plain" : "tuple");
        gil_expect_error(GilExc_TypeError, text);
        ck_assert_int_eq(GilObject_SetItem(without[i], large, zero), -1);
        gil_expect_error(GilExc_IndexError, "cannot fit 'int' into an index-sized integer");
    }
    GilObject *all[] = {large, tuple, op, class, dict};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

START_TEST(test_protocol_mapping__string_keys)
{
    GilObject *dict = GilDict_New(), *one = GilLong_FromLong(1), *found;
    ck_assert_int_eq(GilMapping_SetItemString(dict, "a", one), 0);
    gil_expect_repr(GilMapping_GetItemString(dict, "a"), "1");
    ck_assert_int_eq(GilMapping_GetOptionalItemString(dict, "a", &found), 1);
    ck_assert_ptr_eq(found, one);
    ck_assert_int_eq(GilMapping_GetOptionalItemString(dict, "b", &found), 0);
    ck_assert_ptr_null(found);
    ck_assert_int_eq(GilMapping_HasKeyStringWithError(dict, "a"), 1);
    ck_assert_int_eq(GilMapping_HasKeyStringWithError(dict, "b"), 0);
    ck_assert_int_eq(GilMapping_HasKeyWithError(dict, dict), -1); /* unhashable */
    ck_assert(GilErr_ExceptionMatches(GilExc_TypeError));
    GilErr_Clear();
    ck_assert_int_eq(GilMapping_DelItemString(dict, "a"), 0);
    ck_assert_int_eq(GilObject_DelItemString(dict, "a"), -1);
    gil_expect_error(GilExc_KeyError, "'a'");
    ck_assert_int_eq(GilMapping_Check(dict), 1);
    ck_assert_int_eq(GilMapping_Check(one), 0);
    ck_assert_int_eq(GilMapping_Size(dict), 0);
    ck_assert_int_eq(GilMapping_DelItem(dict, one), -1);
    gil_expect_error(GilExc_KeyError, "1");
    Gil_DECREF(dict);
}
END_TEST

/* A type with a hint about its length, which is what `said` holds, and items by number. */
static GilObject *said;

static GilObject *
hint(GilObject *self, GilObject *args)
{
    (void)self, (void)args;
    return Gil_XNewRef(said);
}

static GilObject *
item(GilObject *self, Gil_ssize_t i)
{
    (void)self;
    return GilLong_FromSsize_t(i);
}

START_TEST(test_protocol_mapping__length_hints)
{
    GilMethodDef methods[] = {{"__length_hint__", hint, GIL_METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
    GilType_Slot slots[] = {{Gil_tp_methods, methods}, {Gil_sq_item, (void *)(uintptr_t)item}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Hinting", .basicsize = sizeof(GilObject), .slots = slots};
    GilObject *type = GilType_FromSpec(&spec), *op = GilObject_CallNoArgs(type), *list = Gil_BuildValue("[ii]", 1, 2);
    ck_assert_int_eq(GilObject_LengthHint(list, 9), 2);
    ck_assert_int_eq(GilObject_LengthHint(Gil_None, 9), 9);
    said = GilLong_FromLong(7);
    ck_assert_int_eq(GilObject_LengthHint(op, 9), 7);
    said = Gil_NotImplemented;
    ck_assert_int_eq(GilObject_LengthHint(op, 9), 9);
    said = GilLong_FromLong(-1);
    ck_assert_int_eq(GilObject_LengthHint(op, 9), -1);
    gil_expect_error(GilExc_ValueError, "__length_hint__() should return >= 0");
    said = Gil_None;
    ck_assert_int_eq(GilObject_LengthHint(op, 9), -1);
    gil_expect_error(GilExc_TypeError, "__length_hint__ must be an integer, not NoneType");

    ck_assert_int_eq(GilObject_LengthHint(type, 9), 9); /* the hint is one about instances */
    GilObject *plain = GilObject_CallFunction((GilObject *)&GilType_Type, "s(){}", "Plain");
    GilObject *instance = GilObject_CallNoArgs(plain);
    ck_assert_int_eq(GilObject_SetAttrString(instance, "__length_hint__", type), 0);
    ck_assert_int_eq(GilObject_LengthHint(instance, 9), 9);
    Gil_DECREF(instance);
    Gil_DECREF(plain);

    GilObject *half = GilFloat_FromDouble(0.5), *huge = GilLong_FromString("10000000000000000000000", NULL, 10);
    gil_expect_repr(GilObject_GetItem(op, GilLong_FromLong(5)), "5");
    gil_expect_failure(GilObject_GetItem(op, half), GilExc_TypeError, "sequence index must be integer, not 'float'");
    gil_expect_failure(GilObject_GetItem(op, huge), GilExc_IndexError, "cannot fit 'int' into an index-sized integer");
    ck_assert_int_eq(GilObject_Size(op), -1);
    gil_expect_error(GilExc_TypeError, "object of type 'test.Hinting' has no len()");
    ck_assert_int_eq(GilObject_Length(list), 2);
    Gil_DECREF(half);
    Gil_DECREF(huge);
    Gil_DECREF(list);
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

static int
set_and_get(void *dict)
{
    GilObject *found;
    if (GilMapping_SetItemString(dict, "a longer key than that", Gil_None) < 0)
        return -1;
    int rc = GilMapping_GetOptionalItemString(dict, "a longer key than that", &found);
    return rc < 0 || GilMapping_DelItemString(dict, "a longer key than that") < 0 ? -1 : 0;
}

START_TEST(test_protocol_mapping__lack_of_memory_is_an_error)
{
    GilObject *dict = GilDict_New();
    ck_assert_int_eq(set_and_get(dict), 0);
    for (long nth = 1; nth < 20; nth++) {
        gil_test_fail_alloc(nth, 0);
        int rc = set_and_get(dict);
        gil_test_fail_alloc_off();
        ck_assert(rc == 0 ? GilErr_Occurred() == NULL : GilErr_ExceptionMatches(GilExc_MemoryError));
        GilErr_Clear();
    }
    Gil_DECREF(dict);
}
END_TEST

/* A sequence that can be written, and nothing more; the last written is kept. */
static Gil_ssize_t last_written;

static int
note_written(GilObject *Gil_UNUSED(self), Gil_ssize_t i, GilObject *value)
{
    last_written = value != NULL ? i : -100 - i;
    return 0;
}

static GilObject *
same_number(GilObject *Gil_UNUSED(self), Gil_ssize_t i)
{
    return GilLong_FromSsize_t(i);
}

static Gil_ssize_t
three(GilObject *Gil_UNUSED(self))
{
    return 3;
}

static Gil_ssize_t
unsized_after_all(GilObject *Gil_UNUSED(self))
{
    GilErr_SetString(GilExc_TypeError, "no length today");
    return -1;
}

static Gil_ssize_t
broken_length(GilObject *Gil_UNUSED(self))
{
    GilErr_SetString(GilExc_OSError, "broken");
    return -1;
}

static GilObject *
instance_of(const char *name, GilType_Slot *slots)
{
    GilType_Spec spec = {name, 0, 0, Gil_TPFLAGS_DEFAULT, slots};
    GilObject *type = GilType_FromSpec(&spec), *op = GilObject_CallNoArgs(type);
    Gil_DECREF(type);
    ck_assert_ptr_nonnull(op);
    return op;
}

START_TEST(test_protocol_mapping__a_sequence_is_subscripted_by_index)
{
    static GilType_Slot slots[] = {{Gil_sq_item, (void *)same_number},
                                   {Gil_sq_ass_item, (void *)note_written},
                                   {Gil_sq_length, (void *)three},
                                   {0, NULL}};
    GilObject *row = instance_of("t.Row", slots), *two = GilLong_FromLong(2), *minus_one = GilLong_FromLong(-1),
              *text = GilUnicode_FromString("x"), *huge = GilLong_FromString("9999999999999999999999", NULL, 10);
    gil_expect_repr(GilObject_GetItem(row, two), "2");
    gil_expect_repr(GilObject_GetItem(row, minus_one), "2");
    ck_assert_int_eq(GilObject_SetItem(row, two, two), 0);
    ck_assert_int_eq(last_written, 2);
    ck_assert_int_eq(GilObject_DelItem(row, minus_one), 0);
    ck_assert_int_eq(last_written, -102);
    gil_expect_failure(GilObject_GetItem(row, text), GilExc_TypeError, "sequence index must be integer, not 'str'");
    ck_assert_int_eq(GilObject_SetItem(row, text, two), -1);
    gil_expect_error(GilExc_TypeError, "sequence index must be integer, not 'str'");
    gil_expect_failure(GilObject_GetItem(row, huge), GilExc_IndexError, "cannot fit 'int' into an index-sized integer");
    ck_assert_int_eq(GilObject_DelItem(row, huge), -1);
    gil_expect_raised(GilExc_IndexError);
    ck_assert_int_eq(GilMapping_Size(row), -1);
    gil_expect_error(GilExc_TypeError, "t.Row is not a mapping");
    Gil_DECREF(row);
    Gil_DECREF(huge);
    Gil_DECREF(text);
}
END_TEST

static GilObject *
unsure_hint(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args))
{
    return GilErr_Format(GilExc_TypeError, "I cannot know");
}

static GilObject *
failing_hint(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args))
{
    return GilErr_Format(GilExc_OSError, "I will not tell");
}

static GilObject *
huge_hint(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(args))
{
    return GilLong_FromString("9999999999999999999999", NULL, 10);
}

static GilMethodDef hints[][2] = {
    {{"__length_hint__", unsure_hint, GIL_METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}},
    {{"__length_hint__", failing_hint, GIL_METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}},
    {{"__length_hint__", huge_hint, GIL_METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}},
};

START_TEST(test_protocol_mapping__hints_that_fail)
{
    GilType_Slot unsure[] = {{Gil_tp_methods, hints[0]}, {Gil_mp_length, (void *)unsized_after_all}, {0, NULL}};
    GilType_Slot failing[] = {{Gil_tp_methods, hints[1]}, {0, NULL}};
    GilType_Slot huge[] = {{Gil_tp_methods, hints[2]}, {0, NULL}};
    GilType_Slot broken[] = {{Gil_mp_length, (void *)broken_length}, {0, NULL}};
    GilObject *op = instance_of("t.Unsure", unsure);
    ck_assert_int_eq(GilObject_LengthHint(op, 11), 11); /* neither length nor hint are known: no error */
    ck_assert_ptr_null(GilErr_Occurred());
    Gil_DECREF(op);
    op = instance_of("t.Failing", failing);
    ck_assert_int_eq(GilObject_LengthHint(op, 11), -1);
    gil_expect_error(GilExc_OSError, "I will not tell");
    Gil_DECREF(op);
    op = instance_of("t.Huge", huge);
    ck_assert_int_eq(GilObject_LengthHint(op, 11), -1);
    gil_expect_raised(GilExc_OverflowError);
    Gil_DECREF(op);
    op = instance_of("t.Broken", broken);
    ck_assert_int_eq(GilObject_LengthHint(op, 11), -1);
    gil_expect_error(GilExc_OSError, "broken");
    Gil_DECREF(op);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("protocol/mapping");
    TCase *tc = tcase_create("mapping");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_protocol_mapping__subscripts);
    tcase_add_test(tc, test_protocol_mapping__string_keys);
    tcase_add_test(tc, test_protocol_mapping__length_hints);
    tcase_add_test(tc, test_protocol_mapping__lack_of_memory_is_an_error);
    tcase_add_test(tc, test_protocol_mapping__a_sequence_is_subscripted_by_index);
    tcase_add_test(tc, test_protocol_mapping__hints_that_fail);
    suite_add_tcase(s, tc);
    return s;
}
