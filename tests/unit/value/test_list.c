/* SPDX-License-Identifier: MIT */
/* Lists from inside. */
#include "support/probe.h"
#include "support/support.h"
#include "value/list.h"
#include "value/tuple.h"

#include <pthread.h>

static GilListObject *
list_of(GilObject *op)
{
    return (GilListObject *)(void *)op;
}

START_TEST(test_value_list__empty_list_has_no_array)
{
    GilObject *list = GilList_New(0);
    ck_assert_ptr_null(list_of(list)->ob_item);
    ck_assert_int_eq(list_of(list)->allocated, 0);
    ck_assert_int_eq(GilList_Append(list, Gil_None), 0);
    ck_assert_int_ge(list_of(list)->allocated, 1);
    ck_assert_int_eq(GilList_SetSlice(list, 0, 1, NULL), 0);
    ck_assert_ptr_null(list_of(list)->ob_item);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_list__growth_is_amortised_and_shrinks)
{
    GilObject *list = GilList_New(0);
    int moves = 0;
    Gil_ssize_t allocated = 0;
    for (int i = 0; i < 100000; i++) {
        ck_assert_int_eq(GilList_Append(list, Gil_None), 0);
        moves += list_of(list)->allocated != allocated;
        allocated = list_of(list)->allocated;
    }
    ck_assert_int_le(moves, 120);
    ck_assert_int_eq(GilList_SetSlice(list, 100, 100000, NULL), 0);
    ck_assert_int_eq(GilList_Size(list), 100);
    ck_assert_int_lt(list_of(list)->allocated, 200);
    Gil_DECREF(list);
}
END_TEST

static void
append_to(void *arg)
{
    ck_assert_int_eq(GilList_Append(arg, Gil_None), 0);
}

START_TEST(test_H4_item_dies_and_appends_to_the_list_being_cleared)
{
    GilObject *list = GilList_New(0);
    struct gil_test_probe_hooks hooks = {.on_free = append_to, .arg = list};
    for (int i = 0; i < 3; i++) {
        GilObject *probe = gil_test_probe(i, i, &hooks);
        GilList_Append(list, probe);
        Gil_DECREF(probe);
    }
    ck_assert_int_eq(GilList_Clear(list), 0);
    gil_test_repr(list, "[None, None, None]");
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_list__extend_by_itself_and_by_iterables)
{
    GilObject *list = gil_test_ints(2, 1, 2), *tuple = GilList_AsTuple(list), *it = GilObject_GetIter(tuple);
    ck_assert_int_eq(GilList_Extend(list, list), 0);
    ck_assert_int_eq(GilList_Extend(list, tuple), 0);
    ck_assert_int_eq(GilList_Extend(list, it), 0);
    gil_test_repr(list, "[1, 2, 1, 2, 1, 2, 1, 2]");
    ck_assert_int_eq(GilList_Extend(list, Gil_None), -1);
    gil_test_error(GilExc_TypeError, "'NoneType' object is not iterable");
    Gil_DECREF(it);
    Gil_DECREF(tuple);
    Gil_DECREF(list);
}
END_TEST

static int
build_and_drop(void *Gil_UNUSED(arg))
{
    GilObject *list = GilList_New(0);
    int rc = list == NULL ? -1 : 0;
    for (int i = 0; rc == 0 && i < 40; i++)
        rc = GilList_Append(list, Gil_None);
    for (int i = 0; rc == 0 && i < 3; i++)
        rc = GilList_Insert(list, i, Gil_None);
    if (rc == 0)
        rc = GilList_SetSlice(list, 5, 25, NULL);
    if (rc == 0)
        rc = GilList_Extend(list, list);
    Gil_XDECREF(list);
    return rc;
}

START_TEST(test_J1_list)
{
    gil_test_oom_loop(build_and_drop, NULL);
}
END_TEST

/* Ten million levels; dearer under sanitizers, and under valgrind (GIL_TEST_SLOW). */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(GIL_TEST_SLOW)
#define DEEP 100000
#else
#define DEEP gil_test_plenty(10000000)
#endif

/* In a thread whose stack would hold a few hundred. */
static void *
destroy(void *arg)
{
    GilInterpreterGuard *guard = arg;
    GilThreadStateToken *token = GilThreadState_Ensure(guard);
    if (token == NULL)
        return NULL;
    GilObject *deep = GilList_New(0);
    long most = DEEP;
    for (long i = 0; deep != NULL && i < most; i++) {
        GilObject *outer = i % 2 == 0 ? GilTuple_New(1) : GilList_New(1);
        if (outer == NULL)
            break;
        if (i % 2 == 0)
            GilTuple_SET_ITEM(outer, 0, deep);
        else
            GilList_SET_ITEM(outer, 0, deep);
        deep = outer;
    }
    Gil_XDECREF(deep);
    GilThreadState_Release(token);
    return deep;
}

START_TEST(test_G4_ten_million_levels_in_64_KiB_of_stack)
{
    pthread_attr_t attr;
    pthread_t thread;
    void *result = NULL;
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    ck_assert_ptr_nonnull(guard);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, gil_test_small_stack(65536));
    ck_assert_int_eq(pthread_create(&thread, &attr, destroy, guard), 0);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, &result);
    Gil_END_ALLOW_THREADS
    pthread_attr_destroy(&attr);
    GilInterpreterGuard_Close(guard);
    ck_assert_ptr_nonnull(result);
}
END_TEST

static GilObject *
nines(GilObject *Gil_UNUSED(self))
{
    GilObject *list = gil_test_ints(2, 9, 9), *it = GilObject_GetIter(list);
    Gil_DECREF(list);
    return it;
}

/* An instance of a subclass is iterated over, but from the end that it had at the beginning. */
START_TEST(test_value_list__subclass_extended_by_itself)
{
    for (int own = 0; own < 2; own++) {
        GilType_Slot slots[] = {{own ? Gil_tp_iter : 0, (void *)nines}, {0, NULL}};
        GilType_Spec spec = {"test.List", 0, 0, Gil_TPFLAGS_DEFAULT, slots};
        GilObject *type = GilType_FromSpecWithBases(&spec, (GilObject *)&GilList_Type);
        GilObject *list = GilObject_CallFunction(type, "((ii))", 1, 2), *items;
        ck_assert_int_eq(GilList_Extend(list, list), 0);
        GilObject *same = GilNumber_InPlaceAdd(list, list);
        ck_assert_ptr_eq(same, list);
        gil_test_repr(items = GilList_GetSlice(list, 0, 100), own ? "[1, 2, 9, 9, 9, 9]" : "[1, 2, 1, 2, 1, 2, 1, 2]");
        Gil_DECREF(items);
        Gil_DECREF(same);
        Gil_DECREF(list);
        Gil_DECREF(type);
    }
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/list");
    TCase *tc = tcase_create("list");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_value_list__empty_list_has_no_array);
    tcase_add_test(tc, test_value_list__growth_is_amortised_and_shrinks);
    tcase_add_test(tc, test_H4_item_dies_and_appends_to_the_list_being_cleared);
    tcase_add_test(tc, test_value_list__extend_by_itself_and_by_iterables);
    tcase_add_test(tc, test_J1_list);
    tcase_add_test(tc, test_G4_ten_million_levels_in_64_KiB_of_stack);
    tcase_add_test(tc, test_value_list__subclass_extended_by_itself);
    suite_add_tcase(s, tc);
    return s;
}
