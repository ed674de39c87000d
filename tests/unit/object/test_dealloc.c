/* SPDX-License-Identifier: MIT */
/* Objects end in constant stack however they nest, each once, and counts neither wrap nor touch immortals. */
#include "node.h"

#include "base/bury.h"
#include "base/mem.h"
#include "object/dealloc.h"
#include "object/gchead.h"
#include "object/type.h"
#include "state/tstate.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>

/* Ten million where a node costs 32 bytes; dearer under sanitizers, and under valgrind (GIL_TEST_SLOW). */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(GIL_TEST_SLOW)
#define DEEP 100000
#else
#define DEEP ((int)gil_test_plenty(10000000))
#endif

static GilObject *
chain(GilTypeObject *type, int n)
{
    GilObject *head = NULL;

    for (int i = 0; i < n; i++)
        head = node_new(type, head);
    return head;
}

static GilObject *
gc_chain(GilTypeObject *type, int n)
{
    GilObject *head = NULL;

    for (int i = 0; i < n; i++) {
        struct node *node = GilObject_GC_New(struct node, type);
        ck_assert_ptr_nonnull(node);
        node->next = head;
        GilObject_GC_Track(node);
        head = (GilObject *)node;
    }
    return head;
}

static int
node_traverse(GilObject *self, visitproc visit, void *arg)
{
    Gil_VISIT(Gil_TYPE(self));
    Gil_VISIT(((struct node *)self)->next);
    return 0;
}

static void
node_gc_dealloc(GilObject *self)
{
    GilTypeObject *type = Gil_TYPE(self);

    GilObject_GC_UnTrack(self);
    nodes_gone++;
    Gil_CLEAR(((struct node *)self)->next);
    GilObject_GC_Del(self);
    Gil_DECREF(type);
}

static GilTypeObject *
node_gc_type(void)
{
    GilType_Slot slots[] = {{Gil_tp_dealloc, (void *)node_gc_dealloc}, {Gil_tp_traverse, (void *)node_traverse}, {0, NULL}};
    GilType_Spec spec = {.name = "test.GcNode", .basicsize = sizeof(struct node), .flags = Gil_TPFLAGS_HAVE_GC, .slots = slots};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpec(&spec);

    ck_assert_ptr_nonnull(type);
    return type;
}

START_TEST(test_G4_chain_of_ten_million_ends_in_constant_stack)
{
    GilTypeObject *type = node_type(NULL, 0);
    GilObject *head = chain(type, DEEP);

    Gil_DECREF(head);
    ck_assert_int_eq(nodes_gone, DEEP);
    ck_assert_ptr_null(gil_tstate_need(__func__)->dealloc_later);
    ck_assert_int_eq(gil_tstate_need(__func__)->dealloc_depth, 0);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_G4_types_need_not_do_anything_for_it)
{
    /* No destructor of its own: members are cleared by the default one. */
    GilMemberDef members[] = {{"next", Gil_T_OBJECT_EX, offsetof(struct node, next), 0, NULL}, {0}};
    GilType_Slot slots[] = {{Gil_tp_members, members}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Plain", .basicsize = sizeof(struct node), .slots = slots};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpec(&spec);
    ck_assert_ptr_nonnull(type);
    GilObject *head = chain(type, DEEP / 10);
    Gil_ssize_t before = Gil_REFCNT(type);

    Gil_DECREF(head);
    ck_assert_int_eq(Gil_REFCNT(type), before - DEEP / 10);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_G4_tracked_objects_too)
{
    GilTypeObject *type = node_gc_type();

    Gil_DECREF(gc_chain(type, DEEP / 10));
    ck_assert_int_eq(nodes_gone, DEEP / 10);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_G4_lists_in_lists_end_as_well)
{
    GilObject *outer = GilList_New(0);

    for (int i = 0; i < DEEP / 10; i++) {
        GilObject *list = GilList_New(1);
        ck_assert_ptr_nonnull(list);
        GilList_SetItem(list, 0, outer);
        outer = list;
    }
    Gil_DECREF(outer);
}
END_TEST

static int deepest;

static void
measuring_dealloc(GilObject *self)
{
    int depth = gil_tstate_need(__func__)->dealloc_depth;

    deepest = depth > deepest ? depth : deepest;
    node_dealloc(self);
}

START_TEST(test_G5_levels_are_few_even_where_the_stack_is_large)
{
    GilType_Slot slots[] = {{Gil_tp_dealloc, (void *)measuring_dealloc}, {0, NULL}};
    GilType_Spec spec = {.name = "test.M", .basicsize = sizeof(struct node), .slots = slots};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpec(&spec);

    ck_assert_ptr_nonnull(type);
    Gil_DECREF(chain(type, 1000));
    ck_assert_int_eq(nodes_gone, 1000);
    ck_assert_int_gt(deepest, 1);
    ck_assert_int_lt(deepest, 100);
    Gil_DECREF(type);
}
END_TEST

struct on_thread {
    GilInterpreterGuard *guard;
    GilTypeObject *type;
};

static void *
end_chain_here(void *arg)
{
    struct on_thread *task = arg;
    GilThreadStateToken *token = GilThreadState_Ensure(task->guard);

    ck_assert_ptr_nonnull(token);
    Gil_DECREF(chain(task->type, DEEP / 10));
    GilThreadState_Release(token);
    return NULL;
}

START_TEST(test_G5_on_a_stack_of_64_kib)
{
    struct on_thread task = {GilInterpreterGuard_FromCurrent(), node_type(NULL, 0)};
    pthread_attr_t attr;
    pthread_t thread;

    pthread_attr_init(&attr);
    ck_assert_int_eq(pthread_attr_setstacksize(&attr, gil_test_small_stack(64 << 10)), 0);
    ck_assert_int_eq(pthread_create(&thread, &attr, end_chain_here, &task), 0);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(nodes_gone, DEEP / 10);
    Gil_DECREF(task.type);
    GilInterpreterGuard_Close(task.guard);
}
END_TEST

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(GIL_TEST_SLOW)
START_TEST(test_G5_when_the_main_stack_cannot_grow)
{
    GilTypeObject *type = node_type(NULL, 0);
    GilObject *head = chain(type, DEEP / 10);
    struct rlimit nothing_more = {1, RLIM_INFINITY};

    /* From here on no page can be added to the address space. */
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &nothing_more), 0);
    gil_tstate_need(__func__)->stack_limit = NULL;
    Gil_DECREF(head);
    nothing_more.rlim_cur = RLIM_INFINITY;
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &nothing_more), 0);
    ck_assert_int_eq(nodes_gone, DEEP / 10);
    Gil_DECREF(type);
}
END_TEST
#endif

/* A finalizer that makes and ends a chain of its own, deep enough to wait. */
static GilTypeObject *inner_type;

static void
finalize_with_chain(GilObject *self)
{
    (void)self;
    Gil_DECREF(chain(inner_type, 1000));
}

static void
finalizing_dealloc(GilObject *self)
{
    if (GilObject_CallFinalizerFromDealloc(self) == 0)
        node_dealloc(self);
}

START_TEST(test_object_dealloc__finalizers_may_end_objects_too)
{
    GilType_Slot slots[] = {{Gil_tp_finalize, (void *)finalize_with_chain}, {Gil_tp_dealloc, (void *)finalizing_dealloc}, {0, NULL}};
    GilType_Spec spec = {.name = "test.F", .basicsize = sizeof(struct node), .slots = slots};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpec(&spec);

    ck_assert_ptr_nonnull(type);
    inner_type = node_type(NULL, 0);
    Gil_DECREF(chain(type, 500));
    ck_assert_int_eq(nodes_gone, 500 + 500 * 1000);
    Gil_DECREF(inner_type);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_G1_count_saturates_into_immortality)
{
    GilTypeObject *type = node_type(NULL, 0);
    GilObject *op = node_new(type, NULL);

    op->ob_refcnt = GIL_SSIZE_T_MAX - 1;
    Gil_INCREF(op);
    ck_assert(!GilUnstable_IsImmortal(op));
    Gil_INCREF(op);
    ck_assert(GilUnstable_IsImmortal(op));
    Gil_ssize_t count = Gil_REFCNT(op);
    for (int i = 0; i < 1000; i++)
        Gil_DECREF(op);
    for (int i = 0; i < 10; i++)
        Gil_INCREF(op);
    ck_assert_int_eq(Gil_REFCNT(op), count);
    ck_assert_int_eq(nodes_gone, 0);
    op->ob_refcnt = 1;
    Gil_DECREF(op);
    ck_assert_int_eq(nodes_gone, 1);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_G3_immortals_are_never_stored_to)
{
    GilObject *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    ck_assert(page != MAP_FAILED);
    *page = (GilObject){_Gil_IMMORTAL_REFCNT, &GilBaseObject_Type};
    ck_assert_int_eq(mprotect(page, 4096, PROT_READ), 0);
    for (int i = 0; i < 100; i++)
        Gil_INCREF(page);
    for (int i = 0; i < 1000; i++)
        Gil_DECREF(page);
    Gil_IncRef(page);
    Gil_DecRef(page);
    expect_text(GilType_GetName(Gil_TYPE(page)), "object");
    ck_assert_int_eq(GilObject_RichCompareBool(page, page, Gil_EQ), 1);
}
END_TEST

START_TEST(test_object_dealloc__function_forms_let_null_through)
{
    Gil_IncRef(NULL);
    Gil_DecRef(NULL);
    GilTypeObject *type = node_type(NULL, 0);
    GilObject *op = node_new(type, NULL);
    Gil_IncRef(op);
    ck_assert_int_eq(Gil_REFCNT(op), 2);
    Gil_DecRef(op);
    Gil_DecRef(op);
    ck_assert_int_eq(nodes_gone, 1);
    Gil_DECREF(type);
}
END_TEST

/* The end of an instance of a plain type is that of its block; an instance of a subclass goes the long way. */
START_TEST(test_object_dealloc__plain_types_hold_nothing)
{
    GilTypeObject *const plain[] = {&GilFloat_Type, &GilLong_Type, &GilBytes_Type};
    struct gil_mem_stats before, after;

    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        ck_assert(plain[i]->tp_flags & GIL_TPFLAGS_PLAIN);
        ck_assert(!gil_type_has_gc(plain[i]) && plain[i]->tp_weaklistoffset == 0 && plain[i]->tp_dictoffset == 0);
    }
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {.name = "test.Half", .slots = none};
    GilTypeObject *half = (GilTypeObject *)GilType_FromSpecWithBases(&spec, (GilObject *)&GilFloat_Type);
    ck_assert_ptr_nonnull(half);
    ck_assert(!(half->tp_flags & GIL_TPFLAGS_PLAIN) && half->tp_dealloc != gil_plain_dealloc);
    gil_heap_stats(gil_tstate_attached()->heap, &before);
    Gil_ssize_t references = Gil_REFCNT(half);
    GilObject *few[] = {GilFloat_FromDouble(0.5), GilLong_FromLong(100000), GilBytes_FromStringAndSize("octets", 6),
                        GilObject_CallNoArgs((GilObject *)half)};
    for (size_t i = 0; i < sizeof few / sizeof *few; i++) {
        ck_assert_ptr_nonnull(few[i]);
        Gil_DECREF(few[i]);
    }
    gil_heap_stats(gil_tstate_attached()->heap, &after);
    ck_assert_uint_eq(before.blocks, after.blocks);
    ck_assert_int_eq(Gil_REFCNT(half), references);
    Gil_DECREF(half);

    spec.flags = GIL_TPFLAGS_PLAIN;
    ck_assert_ptr_null(GilType_FromSpec(&spec));
    expect_error(GilExc_SystemError, "type 'test.Half' has flags that cannot be asked for: 4");
}
END_TEST

static void
end_detached(void *arg)
{
    GilEval_SaveThread();
    Gil_DECREF((GilObject *)arg);
}

START_TEST(test_G12_destruction_on_a_detached_thread_stops_the_process)
{
    GilTypeObject *type = node_type(NULL, 0);
    GilObject *op = node_new(type, NULL);

    gil_test_expect_abort(end_detached, op, "_Gil_Dealloc");
    Gil_DECREF(op);
    op = GilFloat_FromDouble(0.5); /* that of plain objects */
    gil_test_expect_abort(end_detached, op, "_Gil_Dealloc");
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

/* Where the stack is nearly used up, the second level waits already. */
START_TEST(test_G5_a_low_stack_puts_off_at_any_depth)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilTypeObject *type = node_type(NULL, 0);
    GilObject *head = chain(type, 10);
    char *limit = ts->stack_limit;

    ts->stack_limit = (char *)__builtin_frame_address(0) - ((uintptr_t)1 << 10); /* as if little more were left */
    Gil_DECREF(head);
    ck_assert_int_eq(nodes_gone, 10);
    ck_assert_ptr_null(ts->dealloc_later);
    ts->stack_limit = limit;
    Gil_DECREF(type);
}
END_TEST

/* --- a reference too few --- */

static void
lose_one_more(GilObject *self)
{
    GilTypeObject *type = Gil_TYPE(self);

    Gil_DECREF(self); /* its count is 0 already */
    GilObject_Free(self);
    Gil_DECREF(type);
}

static void
end_object(void *arg)
{
    Gil_DECREF((GilObject *)arg);
}

/* In every build: the object is dying, so its type is known. */
START_TEST(test_G2_a_reference_too_few_is_named)
{
    GilType_Slot slots[] = {{Gil_tp_dealloc, (void *)lose_one_more}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Loser", .basicsize = sizeof(struct node), .slots = slots};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpec(&spec);
    GilObject *op = node_new(type, NULL);

    gil_test_expect_abort(end_object, op, "of type 'test.Loser' lost more references than it had");
}
END_TEST

#ifdef GIL_BURIES
static void
end_twice(void *arg)
{
    GilObject *volatile op = arg;

    Gil_DECREF(op);
    Gil_DECREF(op);
}

/* Taken when the object is dead, and found when its grave is wanted. */
static void
take_after_the_end(void *arg)
{
    GilObject *volatile op = arg;

    Gil_DECREF(op);
    Gil_INCREF(op);
    for (int i = 0; i <= GIL_GRAVES; i++)
        Gil_DECREF(GilFloat_FromDouble(0.5));
}

static void
write_after_the_end(void *arg)
{
    volatile double *value = (volatile double *)((GilObject *)arg + 1);

    Gil_DECREF((GilObject *)arg);
    *value = 2.5;
    for (int i = 0; i <= GIL_GRAVES; i++)
        Gil_DECREF(GilFloat_FromDouble(0.5));
}

START_TEST(test_G2_the_dead_are_known_by_name)
{
    GilObject *number = GilFloat_FromDouble(1.5), *list = GilList_New(0), *instance = NULL;
    GilTypeObject *type = (GilTypeObject *)GilObject_CallFunction((GilObject *)&GilType_Type, "s(){}", "Gone");
    GilObject *one_more = GilFloat_FromDouble(1.5), *written = GilFloat_FromDouble(1.5);

    gil_test_expect_abort(end_twice, number, "of type 'float' lost more references than it had");
    gil_test_expect_abort(end_twice, list, "of type 'list' lost more references than it had");
    instance = GilObject_CallNoArgs((GilObject *)type);
    Gil_DECREF(type); /* the last one with the instance, whose name must outlive it */
    gil_test_expect_abort(end_twice, instance, "of type 'Gone' lost more references than it had");
    gil_test_expect_abort(take_after_the_end, one_more, "of type 'float' was changed after its end");
    gil_test_expect_abort(write_after_the_end, written, "of type 'float' was written to after its end");
}
END_TEST

/* They are nobody's: no leak report counts them. */
START_TEST(test_G2_the_buried_are_not_counted)
{
    struct gil_mem_stats before, after;
    GilThreadState *ts = gil_tstate_need(__func__);

    gil_heap_stats(ts->heap, &before);
    for (int i = 0; i < 3 * GIL_GRAVES; i++) {
        GilObject *op = i % 2 ? GilFloat_FromDouble(0.5) : GilList_New(0);
        Gil_DECREF(op);
        gil_heap_stats(ts->heap, &after);
        ck_assert_uint_eq(after.blocks, before.blocks);
        ck_assert_uint_eq(after.bytes, before.bytes);
    }
}
END_TEST
#endif

Suite *
suite(void)
{
    static const TTest *tests[20];
    int n = 0;

    tests[n++] = test_G5_a_low_stack_puts_off_at_any_depth;
    tests[n++] = test_G2_a_reference_too_few_is_named;
#ifdef GIL_BURIES
    tests[n++] = test_G2_the_dead_are_known_by_name;
    tests[n++] = test_G2_the_buried_are_not_counted;
#endif
    tests[n++] = test_G4_chain_of_ten_million_ends_in_constant_stack;
    tests[n++] = test_G4_types_need_not_do_anything_for_it;
    tests[n++] = test_G4_tracked_objects_too;
    tests[n++] = test_G4_lists_in_lists_end_as_well;
    tests[n++] = test_G5_levels_are_few_even_where_the_stack_is_large;
    tests[n++] = test_G5_on_a_stack_of_64_kib;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(GIL_TEST_SLOW)
    if (!gil_test_left_out_under_emulation("test_G5_when_the_main_stack_cannot_grow", "it has no limit of memory"))
        tests[n++] = test_G5_when_the_main_stack_cannot_grow;
#endif
    tests[n++] = test_object_dealloc__finalizers_may_end_objects_too;
    tests[n++] = test_G1_count_saturates_into_immortality;
    tests[n++] = test_G3_immortals_are_never_stored_to;
    tests[n++] = test_object_dealloc__function_forms_let_null_through;
    tests[n++] = test_object_dealloc__plain_types_hold_nothing;
    tests[n++] = test_G12_destruction_on_a_detached_thread_stops_the_process;
    return suite_of_one("object/dealloc", tests);
}
