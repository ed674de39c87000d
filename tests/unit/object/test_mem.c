/* SPDX-License-Identifier: MIT */
/* The public memory functions use the heap of the attached interpreter. The rest: tests/api/test_mem.c. */
#include "support/support.h"

#include "base/mem.h"
#include "gilrt/error.h"
#include "gilrt/list.h"
#include "gilrt/mem.h"
#include "state/tstate.h"

START_TEST(test_object_mem__blocks_are_of_the_interpreters_heap)
{
    struct gil_heap *heap = gil_tstate_attached()->heap;
    void *block = GilMem_Malloc(10), *object = GilObject_Malloc(10);

    ck_assert_ptr_eq(gil_heap_of(block), heap);
    ck_assert_ptr_eq(gil_heap_of(object), heap);
    GilMem_Free(block);
    GilObject_Free(object);
}
END_TEST

START_TEST(test_object_mem__without_memory_null_and_no_exception)
{
    gil_test_fail_alloc(1, 1);
    ck_assert_ptr_null(GilMem_Malloc(10));
    ck_assert_ptr_null(GilMem_Calloc(10, 10));
    ck_assert_ptr_null(GilMem_Realloc(NULL, 10));
    ck_assert_ptr_null(GilObject_Malloc(10));
    ck_assert_ptr_null(GilObject_Calloc(10, 10));
    ck_assert_ptr_null(GilMem_RawMalloc(10));
    ck_assert_ptr_null(GilMem_RawCalloc(10, 10));
    gil_test_fail_alloc_off();
    ck_assert_ptr_null(GilErr_Occurred());
}
END_TEST

#ifdef GIL_DEBUG
static void
free_mem(void *arg)
{
    GilMem_Free(arg);
}

static void
free_object(void *arg)
{
    GilObject_Free(arg);
}

static void
resize_mem(void *arg)
{
    ck_assert_ptr_null(GilMem_Realloc(arg, 1000));
}

static void
resize_object(void *arg)
{
    ck_assert_ptr_null(GilObject_Realloc(arg, 1000));
}

START_TEST(test_J5_memory_goes_back_where_it_came_from)
{
    static const char tail[] = "is none of this interpreter's: it was taken as raw memory or in another one";
    struct gil_heap *other = gil_heap_new();
    void *raw = GilMem_RawMalloc(10), *foreign = gil_heap_malloc(other, 10);

    gil_test_expect_abort(free_mem, foreign, tail);
    gil_test_expect_abort(free_mem, foreign, "GilMem_Free");
    gil_test_expect_abort(free_object, foreign, tail);
    gil_test_expect_abort(resize_mem, foreign, tail);
    gil_test_expect_abort(resize_object, foreign, tail);
#ifndef GIL_HEAP_ASAN /* which has its own words for it */
    gil_test_expect_abort(free_mem, raw, tail);
    gil_test_expect_abort(resize_object, raw, tail);
#endif
    GilMem_RawFree(raw);
    gil_heap_destroy(other);
}
END_TEST

#ifndef GIL_HEAP_ASAN
static void
free_raw(void *arg)
{
    GilMem_RawFree(arg);
}

static void
resize_raw(void *arg)
{
    ck_assert_ptr_null(GilMem_RawRealloc(arg, 1000));
}

START_TEST(test_J5_memory_of_the_interpreter_is_no_raw_memory)
{
    GilObject *list = GilList_New(0);
    void *mine[] = {GilMem_Malloc(10), GilMem_Malloc(100000), list};

    for (size_t i = 0; i < sizeof mine / sizeof mine[0]; i++) {
        gil_test_expect_abort(free_raw, mine[i], "GilMem_RawFree: 0x");
        gil_test_expect_abort(free_raw, mine[i], "is no raw memory in use: it is an interpreter's");
        gil_test_expect_abort(resize_raw, mine[i], "GilMem_RawRealloc: 0x");
    }
    Gil_DECREF(list);
    GilMem_Free(mine[0]);
    GilMem_Free(mine[1]);
}
END_TEST

static void
free_raw_and_as_memory(void *arg)
{
    GilMem_RawFree(arg);
    GilMem_Free(arg);
}

static void
free_raw_twice(void *arg)
{
    GilMem_RawFree(arg);
    GilMem_RawFree(arg);
}

START_TEST(test_J5_raw_memory_is_freed_once)
{
    void *raw = GilMem_RawMalloc(10);

    gil_test_expect_abort(free_raw_twice, raw, "GilMem_RawFree: the block at 0x");
    gil_test_expect_abort(free_raw_twice, raw, "was freed before");
    gil_test_expect_abort(free_raw_and_as_memory, raw, "GilMem_Free: the block at 0x");
    GilMem_RawFree(raw);
}
END_TEST
#endif
#endif

Suite *
suite(void)
{
    Suite *s = suite_create("object/mem");
    TCase *tc = tcase_create("mem");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_object_mem__blocks_are_of_the_interpreters_heap);
    tcase_add_test(tc, test_object_mem__without_memory_null_and_no_exception);
#ifdef GIL_DEBUG
    tcase_add_test(tc, test_J5_memory_goes_back_where_it_came_from);
#ifndef GIL_HEAP_ASAN
    tcase_add_test(tc, test_J5_memory_of_the_interpreter_is_no_raw_memory);
    tcase_add_test(tc, test_J5_raw_memory_is_freed_once);
#endif
#endif
    suite_add_tcase(s, tc);
    return s;
}
