/* SPDX-License-Identifier: MIT */
/* The public memory functions use the heap of the attached interpreter. The rest: tests/api/test_mem.c. */
#include "support/support.h"

#include "base/mem.h"
#include "gilrt/error.h"
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
free_foreign(void *arg)
{
    GilMem_Free(arg);
}

START_TEST(test_object_mem__debug_build_refuses_blocks_of_another_heap)
{
    struct gil_heap *other = gil_heap_new();
    gil_test_expect_abort(free_foreign, gil_heap_malloc(other, 10), "assertion failed");
    gil_heap_destroy(other);
}
END_TEST
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
    tcase_add_test(tc, test_object_mem__debug_build_refuses_blocks_of_another_heap);
#endif
    suite_add_tcase(s, tc);
    return s;
}
