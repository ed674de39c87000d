/* SPDX-License-Identifier: MIT */
/* A collection from beginning to end: finalizers, resurrection, weak references, other threads, no memory. */
#include "unit/gc/box.h"

#include "gc/collect.h"
#include "gc/track.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static GilObject *rescued;

static void
rescue_number_1(struct box *box)
{
    if (box->number == 1 && rescued == NULL)
        rescued = Gil_NewRef(box);
}

START_TEST(test_gc_collect__finalizers_run_once_on_whole_objects)
{
    GilTypeObject *type = box_type(1);

    Gil_DECREF(box_circle(type));
    ck_assert_int_eq(GilGC_Collect(), 2);
    ck_assert_int_eq(boxes_finalized, 2);
    ck_assert_int_eq(boxes_gone, 2);
    ck_assert_int_eq(Gil_REFCNT(type), 1);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_I5_what_a_finalizer_resurrects_is_whole)
{
    GilTypeObject *type = box_type(1);
    struct box *a = box_circle(type), *other = box_circle(type);

    other->number = 3;
    box_finalizer = rescue_number_1;
    Gil_DECREF(a);
    Gil_DECREF(other);
    ck_assert_int_eq(GilGC_Collect(), 4);
    /* One circle lives on, both of its objects; the other is gone. */
    ck_assert_int_eq(boxes_finalized, 4);
    ck_assert_int_eq(boxes_gone, 2);
    ck_assert_ptr_eq(rescued, a);
    ck_assert_ptr_eq(box_of(box_of(rescued)->first)->first, rescued);
    ck_assert_int_eq(GilObject_GC_IsFinalized(rescued), 1);
    gil_gc_check(gil_tstate_attached());
    /* The second time it goes without a word. */
    Gil_DECREF(rescued);
    ck_assert_int_eq(GilGC_Collect(), 2);
    ck_assert_int_eq(boxes_finalized, 4);
    ck_assert_int_eq(boxes_gone, 4);
    Gil_DECREF(type);
}
END_TEST

static GilObject *late_ref;

static void
make_weakref(struct box *box)
{
    if (late_ref == NULL)
        late_ref = GilWeakref_NewRef((GilObject *)box, NULL);
}

static int
is_dead(GilObject *ref)
{
    GilObject *op = NULL;
    int found = GilWeakref_GetRef(ref, &op);

    Gil_XDECREF(op);
    return found == 0;
}

START_TEST(test_I5_no_weak_reference_gives_garbage)
{
    GilTypeObject *type = box_type(1);
    struct box *a = box_circle(type);
    GilObject *ref = GilWeakref_NewRef((GilObject *)a, NULL);

    box_finalizer = make_weakref;
    Gil_DECREF(a);
    ck_assert_int_eq(GilGC_Collect(), 2);
    ck_assert_int_eq(boxes_gone, 2);
    ck_assert_int_eq(is_dead(ref), 1);
    ck_assert_int_eq(is_dead(late_ref), 1);
    Gil_DECREF(ref);
    Gil_DECREF(late_ref);
    Gil_DECREF(type);
}
END_TEST

static int weakrefs_called;

static GilObject *
on_death(GilObject *Gil_UNUSED(self), GilObject *ref)
{
    weakrefs_called++;
    ck_assert_int_eq(is_dead(ref), 1);
    ck_assert_int_eq(boxes_finalized, 0); /* before the first finalizer */
    Gil_RETURN_NONE;
}

static GilMethodDef on_death_def = {"on_death", on_death, GIL_METH_O, NULL};

static int late_looks;

static void
make_weakref_to_number_1(struct box *box)
{
    if (box->number == 1)
        late_ref = GilWeakref_NewRef((GilObject *)box, NULL);
}

static void
look_at_late_ref(GilObject *Gil_UNUSED(capsule))
{
    GilObject *found = NULL;

    ck_assert_int_eq(GilWeakref_GetRef(late_ref, &found), 0);
    ck_assert_ptr_null(found);
    late_looks++;
}

/* Those that finalizers made are dead before anything is taken apart: nobody sees what has lost a part already. */
START_TEST(test_I5_nobody_sees_garbage_being_taken_apart)
{
    static int something;
    GilTypeObject *type = box_type(1);
    struct box *a = box_circle(type);

    a->second = GilCapsule_New(&something, NULL, look_at_late_ref);
    box_finalizer = make_weakref_to_number_1;
    Gil_DECREF(a);
    ck_assert_int_eq(GilGC_Collect(), 2);
    ck_assert_int_eq(late_looks, 1);
    ck_assert_int_eq(boxes_gone, 2);
    Gil_DECREF(late_ref);
    Gil_DECREF(type);
}
END_TEST

/* The garbage has no object of a type with weak references, but a weak reference, to an object that the collector does not
 * know and that dies with the garbage; whichever goes first. */
START_TEST(test_I6_nor_when_its_referent_dies_with_the_garbage)
{
    GilType_Slot slots[] = {{0, NULL}};
    GilType_Spec spec = {.name = "test.Plain", .flags = Gil_TPFLAGS_MANAGED_WEAKREF, .slots = slots};
    GilObject *type = GilType_FromSpec(&spec), *callback = GilCFunction_New(&on_death_def, NULL);

    for (int order = 0; order < 2; order++) {
        GilObject *list = GilList_New(3), *op = GilObject_CallNoArgs(type), *ref = GilWeakref_NewRef(op, callback);
        GilList_SET_ITEM(list, order, op);
        GilList_SET_ITEM(list, 1 - order, ref);
        GilList_SET_ITEM(list, 2, Gil_NewRef(list));
        Gil_DECREF(list);
        ck_assert_int_ge(GilGC_Collect(), 1);
        ck_assert_int_eq(weakrefs_called, 0);
    }
    Gil_DECREF(callback);
    Gil_DECREF(type);
}
END_TEST

static void
disturb_errno(struct box *Gil_UNUSED(box))
{
    errno = ENOENT;
}

/* A poll between a system call and the look at its errno changes nothing. */
START_TEST(test_gc_collect__a_safe_point_keeps_errno)
{
    GilThreadState *ts = gil_tstate_attached();
    GilTypeObject *type = box_type(1);

    box_finalizer = disturb_errno;
    for (int i = 0; i < 2000; i++)
        Gil_DECREF(box_circle(type));
    errno = EDOM;
    gil_gc_serve(ts);
    ck_assert_int_eq(errno, EDOM);
    ck_assert_int_gt(boxes_finalized, 0);
    GilGC_Collect();
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_I6_callback_of_a_weak_reference_that_is_garbage_never_runs)
{
    GilTypeObject *type = box_type(1);
    struct box *a = box_circle(type);
    GilObject *callback = GilCFunction_New(&on_death_def, NULL);
    GilObject *outside = GilWeakref_NewRef((GilObject *)a, callback);

    /* One more, which the circle holds itself. */
    a->second = GilWeakref_NewRef((GilObject *)a, callback);
    ck_assert_ptr_ne(a->second, outside);
    Gil_DECREF(a);
    ck_assert_int_eq(GilGC_Collect(), 3);
    ck_assert_int_eq(weakrefs_called, 1);
    ck_assert_int_eq(boxes_gone, 2);
    Gil_DECREF(outside);
    Gil_DECREF(callback);
    Gil_DECREF(type);
}
END_TEST

static Gil_ssize_t inner = -1;

static void
collect_again(struct box *Gil_UNUSED(box))
{
    inner = GilGC_Collect();
    ck_assert_int_eq(gil_gc_is_active(gil_tstate_attached()), 1);
    gil_gc_ask(gil_tstate_attached());
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(Gil_FinalizeEx(), -1);
}

START_TEST(test_I3_a_collection_in_a_collection_is_refused_and_runs_later)
{
    GilThreadState *ts = gil_tstate_attached();
    GilTypeObject *type = box_type(1);

    box_finalizer = collect_again;
    Gil_DECREF(box_circle(type));
    ck_assert_int_eq(GilGC_Collect(), 2);
    ck_assert_int_eq(inner, 0);
    ck_assert_int_eq(gil_gc_is_active(ts), 0);
    ck_assert_uint_ne(ts->block.brk & _Gil_BRK_COLLECT, 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_uint_eq(ts->block.brk & _Gil_BRK_COLLECT, 0);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_I7_a_collection_needs_no_memory)
{
    GilTypeObject *type = box_type(1);
    struct box *a = box_circle(type);
    GilObject *ref = GilWeakref_NewRef((GilObject *)a, NULL);

    for (int i = 0; i < 100; i++)
        Gil_DECREF(box_circle(type));
    box_finalizer = rescue_number_1;
    Gil_DECREF(a);
    gil_test_fail_alloc(1, 1);
    Gil_ssize_t found = GilGC_Collect();
    gil_test_fail_alloc_off();
    ck_assert_int_eq(found, 202);
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_int_eq(boxes_finalized, 202);
    ck_assert_int_eq(is_dead(ref), 1);
    ck_assert_int_eq(boxes_gone, 200);
    Gil_DECREF(rescued);
    ck_assert_int_eq(GilGC_Collect(), 2);
    Gil_DECREF(ref);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_gc_collect__the_pending_error_and_errno_stay)
{
    GilThreadState *ts = gil_tstate_attached();
    GilTypeObject *type = box_type(1);

    Gil_DECREF(box_circle(type));
    GilErr_SetString(GilExc_ValueError, "mine");
    ck_assert_int_eq(GilGC_Collect(), 2);
    gil_expect_error(GilExc_ValueError, "mine");
    GilGC_SetThreshold(0, 1);
    Gil_DECREF(box_circle(type));
    errno = 77;
    ck_assert_int_eq(gil_gc_serve(ts), 0);
    ck_assert_int_eq(errno, 77);
    ck_assert_int_eq(boxes_gone, 4);
    Gil_DECREF(type);
}
END_TEST

static void
del(GilObject *self)
{
    (void)self;
}

START_TEST(test_gc_collect__what_tp_del_would_destroy_is_kept)
{
    GilTypeObject *type = box_type(0), *old = box_type_of("test.Old", NULL, 0, del);
    struct box *a = box_circle(type), *b = box_circle(old);
    GilGCStats stats;

    /* The circle of the new type is held by that of the old one. */
    b->second = (GilObject *)a;
    Gil_DECREF(b);
    Gil_DECREF(box_circle(type));
    ck_assert_int_eq(GilGC_Collect(), 6);
    ck_assert_int_eq(boxes_gone, 2);
    GilGCStats_Init(&stats);
    ck_assert_int_eq(GilGC_GetStats(&stats), 0);
    ck_assert_uint_eq(stats.generation[2].uncollectable, 4);
    ck_assert_uint_eq(stats.generation[2].collected, 2);
    gil_gc_check(gil_tstate_attached());
    Gil_INCREF(b);
    Gil_CLEAR(b->first);
    Gil_DECREF(b); /* the two of them go, what they held stays */
    ck_assert_int_eq(boxes_gone, 4);
    ck_assert_int_eq(GilGC_Collect(), 2);
    ck_assert_int_eq(boxes_gone, 6);
    Gil_DECREF(type);
    Gil_DECREF(old);
}
END_TEST

static int
no_clear(GilObject *Gil_UNUSED(self))
{
    GilErr_SetString(GilExc_ValueError, "cannot");
    return 0;
}

static char told[160];

static void
append(const char *text, size_t length, void *Gil_UNUSED(data))
{
    size_t used = strlen(told);

    if (used + length < sizeof told)
        memcpy(told + used, text, length);
}

START_TEST(test_gc_collect__what_cannot_be_cleared_is_kept)
{
    GilType_Slot slots[] = {{Gil_tp_dealloc, (void *)box_dealloc}, {Gil_tp_traverse, (void *)box_traverse},
                            {Gil_tp_clear, (void *)no_clear}, {Gil_tp_members, box_members}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Stubborn", .basicsize = sizeof(struct box), .slots = slots,
                         .flags = Gil_TPFLAGS_DEFAULT | Gil_TPFLAGS_HAVE_GC};
    GilTypeObject *type = (GilTypeObject *)(void *)GilType_FromSpec(&spec);
    struct box *a = box_circle(type);

    Gil_DECREF(a);
    Gil_SetErrorPrintHook(append, NULL);
    ck_assert_int_eq(GilGC_Collect(), 2);
    Gil_SetErrorPrintHook(NULL, NULL);
    ck_assert_ptr_nonnull(strstr(told, "Exception ignored in tp_clear of 'test.Stubborn'"));
    ck_assert_int_eq(GilGC_Collect(), 2);
    ck_assert_int_eq(boxes_gone, 0);
    gil_gc_check(gil_tstate_attached());
    Gil_INCREF(a);
    box_clear((GilObject *)a);
    Gil_DECREF(a);
    ck_assert_int_eq(boxes_gone, 2);
    Gil_DECREF(type);
}
END_TEST

/* --- safe points --- */

static GilObject *
make_garbage(GilObject *self, GilObject *Gil_UNUSED(unused))
{
    Gil_DECREF(box_circle((GilTypeObject *)(void *)self));
    gil_gc_ask(gil_tstate_attached());
    ck_assert_int_eq(boxes_gone, 0);
    Gil_RETURN_NONE;
}

static GilMethodDef make_garbage_def = {"make_garbage", make_garbage, GIL_METH_NOARGS, NULL};

START_TEST(test_gc_collect__a_call_that_comes_back_is_a_safe_point)
{
    GilTypeObject *type = box_type(0);
    GilObject *function = GilCFunction_New(&make_garbage_def, (GilObject *)type);

    GilGC_SetThreshold(0, 1);
    Gil_DECREF(GilObject_CallNoArgs(function));
    ck_assert_int_eq(boxes_gone, 2);
    Gil_DECREF(function);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_gc_collect__leaving_the_lock_and_polling_are_safe_points)
{
    GilTypeObject *type = box_type(0);

    GilGC_SetThreshold(0, 2);
    Gil_DECREF(box_circle(type));
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(boxes_gone, 2);
    Gil_DECREF(box_circle(type));
    Gil_BEGIN_ALLOW_THREADS
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(boxes_gone, 4);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_H3_making_objects_runs_no_finalizer)
{
    GilTypeObject *type = box_type(1);
    GilObject *list = GilList_New(0);

    for (int i = 0; i < 5000; i++) {
        Gil_DECREF(box_circle(type));
        GilObject *item = GilTuple_Pack(1, list);
        ck_assert_int_eq(GilList_Append(list, item), 0);
        Gil_DECREF(item);
    }
    ck_assert_int_eq(boxes_finalized, 0);
    ck_assert_int_eq(Gil_Poll(), 0);
    ck_assert_int_eq(boxes_finalized, 10000);
    GilList_Clear(list);
    Gil_DECREF(list);
    Gil_DECREF(type);
}
END_TEST

/* --- other threads --- */

static pthread_barrier_t barrier;
static Gil_ssize_t found_by_other = -1;

static void
let_others_run(struct box *box)
{
    if (box->number != 1)
        return;
    Gil_BEGIN_ALLOW_THREADS
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    Gil_END_ALLOW_THREADS
}

static void *
work_meanwhile(void *arg)
{
    pthread_barrier_wait(&barrier);
    GilThreadStateToken *token = GilThreadState_Ensure(arg);
    ck_assert_ptr_nonnull(token);
    GilObject *list = GilList_New(1);
    GilList_SET_ITEM(list, 0, Gil_NewRef(list));
    Gil_DECREF(list);
    found_by_other = GilGC_Collect();
    gil_gc_check(gil_tstate_attached());
    GilThreadState_Release(token);
    pthread_barrier_wait(&barrier);
    return NULL;
}

START_TEST(test_gc_collect__a_finalizer_may_leave_the_lock)
{
    GilTypeObject *type = box_type(1);
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    pthread_t thread;

    pthread_barrier_init(&barrier, NULL, 2);
    ck_assert_int_eq(pthread_create(&thread, NULL, work_meanwhile, guard), 0);
    box_finalizer = let_others_run;
    Gil_DECREF(box_circle(type));
    ck_assert_int_eq(GilGC_Collect(), 2);
    ck_assert_int_eq(found_by_other, 0);
    pthread_join(thread, NULL);
    ck_assert_int_eq(GilGC_Collect(), 1); /* what the other thread made meanwhile */
    GilInterpreterGuard_Close(guard);
    Gil_DECREF(type);
}
END_TEST

static void *
collect_for_ever(void *arg)
{
    GilThreadStateToken *token = GilThreadState_Ensure(arg);
    GilInterpreterGuard_Close(arg);
    GilGC_Collect();
    GilThreadState_Release(token);
    return NULL;
}

static void
sleep_for_ever(struct box *box)
{
    if (box->number != 1)
        return;
    Gil_BEGIN_ALLOW_THREADS
    pthread_barrier_wait(&barrier);
    while (!Gil_IsFinalizing())
        sched_yield();
    Gil_END_ALLOW_THREADS
}

START_TEST(test_gc_collect__the_end_takes_over_what_a_stopped_thread_collected)
{
    GilTypeObject *type = box_type(1);
    GilFinalizeReport report = {.size = sizeof report};
    pthread_t thread;

    pthread_barrier_init(&barrier, NULL, 2);
    box_finalizer = sleep_for_ever;
    Gil_DECREF(box_circle(type));
    Gil_DECREF(type);
    ck_assert_int_eq(pthread_create(&thread, NULL, collect_for_ever, GilInterpreterGuard_FromCurrent()), 0);
    pthread_detach(thread);
    Gil_BEGIN_ALLOW_THREADS
    pthread_barrier_wait(&barrier);
    Gil_END_ALLOW_THREADS
    box_finalizer = NULL;
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    /* The stopped thread holds the one that it was finalizing, its partner, and their type. */
    ck_assert_uint_eq(report.objects, 3);
    gil_test_start();
}
END_TEST

START_TEST(test_gc_collect__the_end_of_the_interpreter_collects)
{
    GilTypeObject *type = box_type(1);
    GilFinalizeReport report = {.size = sizeof report};

    Gil_DECREF(box_circle(type));
    GilGC_Freeze();
    GilGC_Disable();
    /* A type in a circle with its instance. */
    struct box *box = box_new(type, NULL);
    GilObject_SetAttrString((GilObject *)type, "box", (GilObject *)box);
    Gil_DECREF(box);
    Gil_DECREF(type);
    ck_assert_int_eq(Gil_FinalizeEx(), 0);
    ck_assert_int_eq(boxes_finalized, 3);
    ck_assert_int_eq(boxes_gone, 3);
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    ck_assert_uint_eq(report.objects, 0);
    ck_assert_uint_eq(report.blocks, 0);
    gil_test_start();
}
END_TEST

START_TEST(test_I11_the_cost_of_a_growing_heap_is_linear)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(GIL_DEBUG)
    enum { N = 300000 };
#else
    enum { N = 1000000 };
#endif
    GilObject *all = GilList_New(0);
    GilGCStats stats;

    for (int i = 0; i < N; i++) {
        GilObject *list = GilList_New(0);
        ck_assert_int_eq(GilList_Append(all, list), 0);
        Gil_DECREF(list);
        ck_assert_int_eq(Gil_Poll(), 0);
    }
    GilGCStats_Init(&stats);
    ck_assert_int_eq(GilGC_GetStats(&stats), 0);
    ck_assert_uint_gt(stats.generation[0].collections, N / 2000 / 2);
    ck_assert_uint_gt(stats.generation[2].collections, 0);
    /* Young, middle, and a full collection whenever the old have grown by a quarter. */
    ck_assert_uint_le(stats.looked_at, 7 * (uint64_t)N);
    Gil_DECREF(all);
}
END_TEST

/* 0: nobody; 1: a thread is on its way; 2: it is in. */
static int visitor;

static void *
visit(void *view)
{
    __atomic_store_n(&visitor, 1, __ATOMIC_SEQ_CST);
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);
    __atomic_store_n(&visitor, 2, __ATOMIC_SEQ_CST);
    if (token != NULL)
        GilThreadState_Release(token);
    return token;
}

/* One collection after the other, and no other work: whoever is owed the lock has it by the next poll, not one collection later. */
START_TEST(test_I9_between_two_collections_a_waiter_is_let_in)
{
    GilThreadState *ts = GilThreadState_Get();
    GilInterpreterView *view = GilInterpreterView_FromCurrent();
    GilObject *all = GilList_New(0);

    for (int i = 0; i < 5000; i++) {
        GilObject *list = GilList_New(0);
        ck_assert_int_eq(GilList_Append(all, list), 0);
        Gil_DECREF(list);
    }
    for (int round = 0; round < 20; round++) {
        pthread_t thread;
        void *entered;
        visitor = 0;
        ck_assert_int_eq(pthread_create(&thread, NULL, visit, view), 0);
        while (__atomic_load_n(&visitor, __ATOMIC_SEQ_CST) != 2) {
            GilGC_Collect();
            int owed = (__atomic_load_n(&ts->block.brk, __ATOMIC_SEQ_CST) & _Gil_BRK_PREEMPT) != 0;
            ck_assert_int_eq(Gil_Poll(), 0);
            ck_assert_msg(!owed || __atomic_load_n(&visitor, __ATOMIC_SEQ_CST) == 2, "owed the lock, and not let in");
        }
        Gil_BEGIN_ALLOW_THREADS
        pthread_join(thread, &entered);
        Gil_END_ALLOW_THREADS
        ck_assert_ptr_nonnull(entered);
    }
    Gil_DECREF(all);
    GilInterpreterView_Close(view);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("gc/collect");
    TCase *tc = tcase_create("collect");

    unsetenv("GIL_GC_STRESS"); /* these ask when it collects */
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_gc_collect__finalizers_run_once_on_whole_objects);
    tcase_add_test(tc, test_I5_what_a_finalizer_resurrects_is_whole);
    tcase_add_test(tc, test_I5_no_weak_reference_gives_garbage);
    tcase_add_test(tc, test_I6_callback_of_a_weak_reference_that_is_garbage_never_runs);
    tcase_add_test(tc, test_I5_nobody_sees_garbage_being_taken_apart);
    tcase_add_test(tc, test_I6_nor_when_its_referent_dies_with_the_garbage);
    tcase_add_test(tc, test_gc_collect__a_safe_point_keeps_errno);
    tcase_add_test(tc, test_I3_a_collection_in_a_collection_is_refused_and_runs_later);
    tcase_add_test(tc, test_I7_a_collection_needs_no_memory);
    tcase_add_test(tc, test_gc_collect__the_pending_error_and_errno_stay);
    tcase_add_test(tc, test_gc_collect__what_tp_del_would_destroy_is_kept);
    tcase_add_test(tc, test_gc_collect__what_cannot_be_cleared_is_kept);
    tcase_add_test(tc, test_gc_collect__a_call_that_comes_back_is_a_safe_point);
    tcase_add_test(tc, test_gc_collect__leaving_the_lock_and_polling_are_safe_points);
    tcase_add_test(tc, test_H3_making_objects_runs_no_finalizer);
    tcase_add_test(tc, test_gc_collect__a_finalizer_may_leave_the_lock);
    tcase_add_test(tc, test_gc_collect__the_end_takes_over_what_a_stopped_thread_collected);
    tcase_add_test(tc, test_gc_collect__the_end_of_the_interpreter_collects);
    tcase_add_test(tc, test_I11_the_cost_of_a_growing_heap_is_linear);
    tcase_add_test(tc, test_I9_between_two_collections_a_waiter_is_let_in);
    suite_add_tcase(s, tc);
    return s;
}
