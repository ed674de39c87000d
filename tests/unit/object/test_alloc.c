/* SPDX-License-Identifier: MIT */
/* Memory of objects: heads are set, types counted, sizes checked before anything is asked for. */
#include "node.h"

#include "object/alloc.h"

#include <pthread.h>

static GilTypeObject *
row_type(void)
{
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {.name = "test.Row", .basicsize = sizeof(GilVarObject), .itemsize = 8, .slots = none};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpec(&spec);

    ck_assert_ptr_nonnull(type);
    return type;
}

START_TEST(test_object_alloc__a_new_object_has_one_reference_and_holds_its_type)
{
    GilTypeObject *type = node_type(NULL, 0);
    Gil_ssize_t before = Gil_REFCNT(type);
    GilObject *op = node_new(type, NULL);

    ck_assert_int_eq(Gil_REFCNT(op), 1);
    ck_assert_int_eq(Gil_REFCNT(type), before + 1);
    ck_assert_uint_eq((uintptr_t)op % 16, 0);
    Gil_DECREF(op);
    ck_assert_int_eq(Gil_REFCNT(type), before);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_alloc__items)
{
    GilTypeObject *type = row_type();
    GilVarObject *row = GilObject_NewVar(GilVarObject, type, 100);

    ck_assert_int_eq(Gil_SIZE(row), 100);
    memset(row + 1, 0xff, 800);
    Gil_DECREF(row);
    row = (GilVarObject *)GilType_GenericAlloc(type, 3);
    ck_assert_int_eq(Gil_SIZE(row), 3);
    for (int i = 0; i < 24; i++)
        ck_assert_int_eq(((char *)(row + 1))[i], 0);
    Gil_DECREF(row);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_alloc__zeros_are_no_type)
{
    GilType_Slot slots[] = {{Gil_tp_new, (void *)GilType_GenericNew}, {0, NULL}};
    GilType_Spec spec = {"M", 0, 0, Gil_TPFLAGS_DEFAULT, slots};
    GilObject *meta = GilType_FromSpecWithBases(&spec, (GilObject *)&GilType_Type);
    GilTypeObject *types[] = {&GilType_Type, (GilTypeObject *)(void *)meta};
    static const char refused[] = "GilType_GenericAlloc: bad argument (expected no metaclass)";

    ck_assert_ptr_nonnull(meta);
    for (int i = 0; i < 2; i++) {
        ck_assert_ptr_null(GilType_GenericAlloc(types[i], 0));
        expect_error(GilExc_SystemError, refused);
        ck_assert_ptr_null(GilType_GenericNew(types[i], NULL, NULL));
        expect_error(GilExc_SystemError, refused);
    }
    ck_assert_ptr_null(GilObject_CallNoArgs(meta));
    expect_error(GilExc_SystemError, refused);
    Gil_DECREF(meta);
}
END_TEST

START_TEST(test_H7_sizes_that_overflow_are_lack_of_memory)
{
    GilTypeObject *type = row_type();
    static const Gil_ssize_t sizes[] = {GIL_SSIZE_T_MAX, GIL_SSIZE_T_MAX / 8, GIL_SSIZE_T_MAX / 8 - 1, -1, GIL_SSIZE_T_MIN};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(sizes); i++) {
        ck_assert_ptr_null(GilObject_NewVar(GilVarObject, type, sizes[i]));
        ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_MemoryError), 1);
        GilErr_Clear();
        ck_assert_ptr_null(GilType_GenericAlloc(type, sizes[i]));
        ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_MemoryError), 1);
        GilErr_Clear();
    }
    ck_assert_int_eq(Gil_REFCNT(type), 1);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_alloc__memory_from_elsewhere)
{
    GilTypeObject *type = node_type(NULL, 0), *row = row_type();
    struct node *node = GilObject_Malloc(sizeof *node);

    ck_assert_ptr_eq(GilObject_Init((GilObject *)node, type), (GilObject *)node);
    node->next = NULL;
    ck_assert_int_eq(Gil_REFCNT(node), 1);
    Gil_DECREF(node);
    GilVarObject *v = GilObject_Malloc(sizeof *v + 16);
    ck_assert_ptr_eq(GilObject_InitVar(v, row, 2), v);
    ck_assert_int_eq(Gil_SIZE(v), 2);
    Gil_DECREF(v);
    ck_assert_ptr_null(GilObject_Init(NULL, type));
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_MemoryError), 1);
    ck_assert_ptr_null(GilObject_InitVar(NULL, row, 1));
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_MemoryError), 1);
    GilErr_Clear();
    Gil_DECREF(type);
    Gil_DECREF(row);
}
END_TEST

START_TEST(test_object_alloc__null_types)
{
    ck_assert_ptr_null(GilObject_New(GilObject, NULL));
    expect_error(GilExc_SystemError, "_GilObject_New: NULL argument");
    ck_assert_ptr_null(GilObject_NewVar(GilVarObject, NULL, 1));
    expect_error(GilExc_SystemError, "_GilObject_NewVar: NULL argument");
    ck_assert_ptr_null(GilObject_Init(Gil_None, NULL));
    expect_error(GilExc_SystemError, "GilObject_Init: NULL argument");
    ck_assert_ptr_null(GilObject_InitVar(NULL, NULL, 0));
    expect_error(GilExc_SystemError, "GilObject_InitVar: NULL argument");
    ck_assert_ptr_null(GilType_GenericAlloc(NULL, 0));
    expect_error(GilExc_SystemError, "GilType_GenericAlloc: NULL argument");
    ck_assert_ptr_null(GilType_GenericNew(NULL, NULL, NULL));
    expect_error(GilExc_SystemError, "GilType_GenericNew: NULL argument");
}
END_TEST

/* Even the second time, while somebody still has the exception of the first. */
START_TEST(test_J2_lack_of_memory_is_raised_without_memory)
{
    GilObject *first, *second;

    gil_test_fail_alloc(1, 1);
    ck_assert_ptr_null(GilErr_NoMemory());
    first = GilErr_GetRaisedException();
    ck_assert_ptr_null(GilErr_NoMemory());
    second = GilErr_GetRaisedException();
    gil_test_fail_alloc_off();
    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_nonnull(second);
    ck_assert_ptr_eq(Gil_TYPE(first), (GilTypeObject *)GilExc_MemoryError);
    ck_assert_ptr_eq(Gil_TYPE(second), (GilTypeObject *)GilExc_MemoryError);
    ck_assert_ptr_null(GilErr_Occurred());
    Gil_DECREF(first);
    Gil_DECREF(second);
}
END_TEST

/* To which a debug build adds. */
#define SLAB_HEAD 64

/* See "Cache lines" in doc/internals/memory.md: a slab's head is the first line of its page, and so may be what comes first here. */
START_TEST(test_object_alloc__what_allocations_look_at_is_not_in_the_line_of_slab_heads)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_object_pocket *pocket = gil_object_pocket(ts);

    ck_assert_uint_ge(offsetof(struct gil_heap, current), SLAB_HEAD);
    ck_assert_uint_ge(offsetof(GilInterpreterState, pocket), SLAB_HEAD);
    ck_assert_uint_ge((uintptr_t)&pocket->tracked % GIL_CHUNK, 2 * SLAB_HEAD);
#if GIL_WITH_JEMALLOC && !defined(GIL_HEAP_CHECKED)
    ck_assert_uint_ge((uintptr_t)ts % 4096, SLAB_HEAD);
#endif
}
END_TEST

/* What of the room for an object of that many bytes is to be had without a call. */
static void *
room_in_line(size_t size)
{
    return _Gil_thread->lists[(size - 1) / 16]->first;
}

START_TEST(test_object_alloc__programs_take_the_room_of_instances_themselves)
{
    GilTypeObject *type = node_type(NULL, 0);
    GilObject *op = node_new(type, NULL);

    Gil_DECREF(op);
#ifdef GIL_HEAP_CHECKED
    for (size_t list = 0; list < _Gil_LISTS; list++)
        ck_assert_ptr_null(room_in_line(16 * (list + 1)));
#else
    ck_assert_ptr_eq(room_in_line(sizeof(struct node)), op);
    GilObject *again = node_new(type, NULL);
    ck_assert_ptr_eq(again, op);
    ck_assert_ptr_ne(room_in_line(sizeof(struct node)), op);
    Gil_DECREF(again);
    /* A request that is to fail is seen. */
    gil_test_fail_alloc(1, 0);
    ck_assert_ptr_null(GilObject_New(struct node, type));
    gil_test_fail_alloc_off();
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_MemoryError), 1);
    GilErr_Clear();
#endif
    Gil_DECREF(type);
}
END_TEST

/* It was never inside. */
static void *
has_no_room(void *type)
{
    ck_assert_ptr_null(_Gil_thread);
    ck_assert_ptr_null(_GilType_Room(type, _Gil_TYPE_BARE, 0));
    return type;
}

START_TEST(test_object_alloc__programs_ask_the_library_where_there_is_more_to_it)
{
    GilMemberDef weak[] = {{"__weaklistoffset__", Gil_T_PYSSIZET, offsetof(struct node, next), Gil_READONLY, NULL}, {0}};
    GilType_Slot with_weak[] = {{Gil_tp_members, weak}, {0, NULL}}, none[] = {{0, NULL}};
    GilType_Spec large_spec = {.name = "test.Large", .basicsize = GIL_HEAP_FINE + 1, .slots = none};
    GilTypeObject *plain = node_type(NULL, 0), *weakly = node_type(with_weak, 0), *large = (GilTypeObject *)GilType_FromSpec(&large_spec);
    pthread_t stranger;

    ck_assert_ptr_nonnull(large);
    ck_assert_ptr_null(_GilType_Room(NULL, _Gil_TYPE_BARE, 0));
    ck_assert_ptr_null(_GilType_Room(weakly, _Gil_TYPE_BARE, 0));
    ck_assert_ptr_null(_GilType_Room(large, _Gil_TYPE_BARE, 0));
    ck_assert_ptr_null(_GilType_Room(plain, _Gil_TYPE_BARE | _Gil_TYPE_GC, 16));
    ck_assert_ptr_null(_GilType_Room(&GilList_Type, _Gil_TYPE_BARE, 0));
    Gil_DECREF(node_new(plain, NULL)); /* and so there is room */
    Gil_BEGIN_ALLOW_THREADS
    ck_assert_ptr_null(_GilType_Room(plain, _Gil_TYPE_BARE, 0));
    ck_assert_int_eq(pthread_create(&stranger, NULL, has_no_room, plain), 0);
    ck_assert_int_eq(pthread_join(stranger, NULL), 0);
    Gil_END_ALLOW_THREADS
    GilObject *last = NULL;
    for (int i = 0; i < 10000; i++) /* through fresh pages and slabs */
        last = node_new(plain, last);
    Gil_DECREF(last);
    ck_assert_int_eq(nodes_gone, 10001);
    Gil_DECREF(plain);
    Gil_DECREF(weakly);
    Gil_DECREF(large);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[11];
    int n = 0;

    tests[n++] = test_object_alloc__a_new_object_has_one_reference_and_holds_its_type;
    tests[n++] = test_object_alloc__items;
    tests[n++] = test_object_alloc__zeros_are_no_type;
    tests[n++] = test_H7_sizes_that_overflow_are_lack_of_memory;
    tests[n++] = test_object_alloc__memory_from_elsewhere;
    tests[n++] = test_object_alloc__null_types;
    tests[n++] = test_J2_lack_of_memory_is_raised_without_memory;
    tests[n++] = test_object_alloc__what_allocations_look_at_is_not_in_the_line_of_slab_heads;
    tests[n++] = test_object_alloc__programs_take_the_room_of_instances_themselves;
    tests[n++] = test_object_alloc__programs_ask_the_library_where_there_is_more_to_it;
    return suite_of_one("object/alloc", tests);
}
