/* SPDX-License-Identifier: MIT */
/* Iterators of every kind, and their ends. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>

/* A sequence by its items only: 0, 1, 4, then IndexError (or another error after `broken`). */
static int broken;

static GilObject *
square(GilObject *self, Gil_ssize_t i)
{
    (void)self;
    if (i < 3)
        return GilLong_FromSsize_t(i * i);
    GilErr_SetString(broken ? GilExc_ValueError : GilExc_IndexError, "no more");
    return NULL;
}

static GilObject *
make(int slot, void *fn)
{
    GilType_Slot slots[] = {{slot, fn}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Squares", .basicsize = sizeof(GilObject), .slots = slots};
    GilObject *type = GilType_FromSpec(&spec), *op = GilObject_CallNoArgs(type);
    Gil_DECREF(type);
    ck_assert_ptr_nonnull(op);
    return op;
}

START_TEST(test_protocol_iter__over_items_by_number)
{
    GilObject *seq = make(Gil_sq_item, (void *)(uintptr_t)square), *it = GilObject_GetIter(seq), *item;
    ck_assert(GilSeqIter_Check(it));
    ck_assert_int_eq(GilIter_Check(it), 1);
    for (long i = 0; i < 3; i++) {
        ck_assert_int_eq(GilIter_NextItem(it, &item), 1);
        ck_assert_int_eq(GilLong_AsLong(item), i * i);
        Gil_DECREF(item);
    }
    ck_assert_int_eq(GilIter_NextItem(it, &item), 0);
    ck_assert_ptr_null(item);
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_ptr_null(GilIter_Next(it)); /* an end stays an end */
    ck_assert_ptr_null(GilErr_Occurred());
    Gil_DECREF(it);
    broken = 1;
    gil_expect_failure(GilSequence_List(seq), GilExc_ValueError, "no more");
    Gil_DECREF(seq);
}
END_TEST

static GilObject *
stop_iteration(GilObject *self)
{
    (void)self;
    GilErr_SetNone(GilExc_StopIteration);
    return NULL;
}

START_TEST(test_protocol_iter__stop_iteration_is_an_end)
{
    GilObject *it = make(Gil_tp_iternext, (void *)(uintptr_t)stop_iteration), *item;
    ck_assert_int_eq(GilIter_NextItem(it, &item), 0);
    ck_assert_ptr_null(GilErr_Occurred());
    Gil_DECREF(it);
}
END_TEST

static GilObject *
none(GilObject *self)
{
    (void)self;
    Gil_RETURN_NONE;
}

START_TEST(test_protocol_iter__errors)
{
    GilObject *odd = make(Gil_tp_iter, (void *)(uintptr_t)none), *item;
    gil_expect_failure(GilObject_GetIter(odd), GilExc_TypeError,
                       "test.Squares.__iter__() must return an iterator, not NoneType");
    gil_expect_failure(GilObject_GetIter(Gil_None), GilExc_TypeError, "'NoneType' object is not iterable");
    ck_assert_int_eq(GilIter_NextItem(Gil_None, &item), -1);
    gil_expect_error(GilExc_TypeError, "expected an iterator, got 'NoneType'");
    ck_assert_ptr_null(GilSeqIter_New(Gil_None));
    ck_assert(GilErr_ExceptionMatches(GilExc_TypeError));
    GilErr_Clear();
    ck_assert_int_eq(GilIter_Check(Gil_None), 0);
    Gil_DECREF(odd);
}
END_TEST

static int
iterate(void *seq)
{
    GilObject *it = GilSeqIter_New(seq);
    if (it == NULL)
        return -1;
    Gil_DECREF(it);
    return 0;
}

START_TEST(test_protocol_iter__lack_of_memory_is_an_error)
{
    GilObject *seq = make(Gil_sq_item, (void *)(uintptr_t)square);
    gil_test_oom_loop(iterate, seq);
    Gil_DECREF(seq);
}
END_TEST

static GilObject *endless_seq;

static GilObject *
first_only(GilObject *self, Gil_ssize_t i)
{
    if (i == 0)
        return Gil_NewRef(self);
    GilErr_SetNone(GilExc_StopIteration);
    return NULL;
}

static int
traverse_type(GilObject *self, visitproc visit, void *arg)
{
    return visit((GilObject *)(void *)Gil_TYPE(self), arg);
}

/* StopIteration ends it as IndexError does. */
START_TEST(test_protocol_iter__either_error_is_the_end)
{
    GilObject *seq = make(Gil_sq_item, (void *)(uintptr_t)first_only), *list = GilSequence_List(seq);
    ck_assert_int_eq(GilList_Size(list), 1);
    Gil_DECREF(list);
    Gil_DECREF(seq);
}
END_TEST

/* A sequence by its items holds, in its dict, the iterator that goes over it. */
START_TEST(test_protocol_iter__in_a_cycle_is_collected)
{
    GilType_Slot slots[] = {{Gil_sq_item, (void *)(uintptr_t)first_only}, {Gil_tp_traverse, (void *)(uintptr_t)traverse_type}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Bag", .flags = Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_BASETYPE, .slots = slots};
    GilObject *base = GilType_FromSpec(&spec), *name = GilUnicode_FromString("Derived"), *dict = GilDict_New(),
              *class = GilObject_CallFunction((GilObject *)(void *)&GilType_Type, "O(O)O", name, base, dict);
    ck_assert_ptr_nonnull(class);
    GilGC_Collect();
    endless_seq = GilObject_CallNoArgs(class);
    GilObject *it = GilObject_GetIter(endless_seq), *ref = GilWeakref_NewRef(endless_seq, NULL), *alive;
    ck_assert_int_eq(GilObject_SetAttrString(endless_seq, "it", it), 0);
    Gil_DECREF(it);
    Gil_DECREF(endless_seq);
    ck_assert_int_ge(GilGC_Collect(), 2);
    ck_assert_int_eq(GilWeakref_GetRef(ref, &alive), 0);
    Gil_DECREF(ref);
    Gil_DECREF(class);
    Gil_DECREF(dict);
    Gil_DECREF(name);
    Gil_DECREF(base);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("protocol/iter");
    TCase *tc = tcase_create("iter");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_protocol_iter__over_items_by_number);
    tcase_add_test(tc, test_protocol_iter__stop_iteration_is_an_end);
    tcase_add_test(tc, test_protocol_iter__errors);
    tcase_add_test(tc, test_protocol_iter__lack_of_memory_is_an_error);
    tcase_add_test(tc, test_protocol_iter__either_error_is_the_end);
    tcase_add_test(tc, test_protocol_iter__in_a_cycle_is_collected);
    suite_add_tcase(s, tc);
    return s;
}
