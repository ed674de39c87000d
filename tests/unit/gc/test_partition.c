/* SPDX-License-Identifier: MIT */
/* Finding garbage: in every order of the list, for every graph of a few objects, and in constant stack. */
#include "unit/gc/box.h"

#include "gc/collect.h"
#include "gc/track.h"

#include <pthread.h>
#include <string.h>

#define MANY 4 /* objects of the graphs that are all tried */

/* What reaches what in a graph of MANY boxes with at most one edge each way; held tells which are held from outside. */
static unsigned
living(const int *first, const int *second, unsigned held)
{
    unsigned alive = held, before;

    do {
        before = alive;
        for (int i = 0; i < MANY; i++)
            if (alive >> i & 1) {
                if (first[i] < MANY)
                    alive |= 1u << first[i];
                if (second[i] < MANY)
                    alive |= 1u << second[i];
            }
    } while (alive != before);
    return alive;
}

static unsigned graph_gone;

static void
note_gone(struct box *box)
{
    graph_gone |= 1u << box->number;
}

static void
try_graph(GilTypeObject *type, const int *first, const int *second, unsigned held)
{
    struct box *box[MANY];

    graph_gone = 0;
    for (int i = 0; i < MANY; i++) {
        box[i] = box_new(type, NULL);
        box[i]->number = i;
    }
    for (int i = 0; i < MANY; i++) {
        box[i]->first = first[i] < MANY ? Gil_NewRef(box[first[i]]) : NULL;
        box[i]->second = second[i] < MANY ? Gil_NewRef(box[second[i]]) : NULL;
    }
    for (int i = 0; i < MANY; i++)
        if (!(held >> i & 1))
            Gil_DECREF(box[i]);
    GilGC_Collect();
    unsigned all = (1u << MANY) - 1, alive = living(first, second, held);
    ck_assert_uint_eq(graph_gone, all & ~alive);
    for (int i = 0; i < MANY; i++)
        if (held >> i & 1)
            Gil_DECREF(box[i]);
    GilGC_Collect();
    ck_assert_uint_eq(graph_gone, all);
}

START_TEST(test_gc_partition__every_small_graph)
{
    GilTypeObject *type = box_type(1);
    int first[MANY], second[MANY];
    uint32_t random = 1;

    GilGC_Collect();
    GilGC_Freeze(); /* what the runtime itself has is not looked at each time */
    box_finalizer = note_gone;
    /* All graphs with one edge an object, each with a second edge and holders that differ from graph to graph. */
    for (unsigned graph = 0; graph < 625; graph++) {
        for (unsigned i = 0, rest = graph; i < MANY; i++, rest /= 5)
            first[i] = (int)(rest % 5);
        for (int round = 0; round < 8; round++) {
            random = random * 1664525u + 1013904223u;
            for (int i = 0; i < MANY; i++)
                second[i] = (int)(random >> (8 + 4 * i) & 7);
            try_graph(type, first, second, random >> 4 & 15);
        }
    }
    gil_gc_check(gil_tstate_attached());
    GilGC_Unfreeze();
    Gil_DECREF(type);
}
END_TEST

/* A list of n lists, each of which holds the next, in order of their making or against it; all are held by one. */
static GilObject *
chain(long n, int backwards)
{
    GilObject *first = GilList_New(1), *last = first;

    for (long i = 1; i < n; i++) {
        GilObject *list = GilList_New(1);
        ck_assert_ptr_nonnull(list);
        if (backwards) {
            GilList_SET_ITEM(list, 0, last);
            last = list;
        }
        else {
            GilList_SET_ITEM(last, 0, list);
            last = list;
        }
    }
    if (backwards) {
        GilList_SET_ITEM(first, 0, Gil_NewRef(last));
        return last;
    }
    GilList_SET_ITEM(last, 0, Gil_NewRef(first));
    return first;
}

START_TEST(test_gc_partition__chains_in_both_orders)
{
    GilThreadState *ts = gil_tstate_attached();

    for (int backwards = 0; backwards < 2; backwards++) {
        GilObject *list = chain(5000, backwards);
        ck_assert_int_eq(GilGC_Collect(), 0);
        gil_gc_check(ts);
        Gil_DECREF(list);
        ck_assert_int_eq(GilGC_Collect(), 5000);
        gil_gc_check(ts);
    }
}
END_TEST

/* One object holds more than the stack of the second pass has room for, and was made after them. */
/* The bit in prev survives all that prev is used for: in the array, on the stack, and where an object is met at its turn. */
START_TEST(test_gc_partition__who_was_finalized_stays_so)
{
    enum { WIDE = 1000 };
    GilObject *items[WIDE], *all = GilList_New(WIDE);

    for (int i = 0; i < WIDE; i++) {
        items[i] = GilList_New(0);
        gil_gc_head(items[i])->prev |= GIL_GC_FINALIZED;
        GilList_SET_ITEM(all, i, items[i]);
    }
    GilObject_GC_UnTrack(all); /* and once more, so that it comes after its items */
    GilObject_GC_Track(all);
    for (int round = 0; round < 2; round++) {
        ck_assert_int_eq(GilGC_Collect(), 0);
        for (int i = 0; i < WIDE; i++)
            ck_assert_int_eq(GilObject_GC_IsFinalized(items[i]), 1);
        ck_assert_int_eq(GilObject_GC_IsFinalized(all), 0);
    }
    Gil_DECREF(all);
}
END_TEST

/* What is visited, and none of the collector's, is left alone. */
START_TEST(test_gc_partition__untracked_objects_are_not_written)
{
    GilObject *holder = GilList_New(1), *untracked = GilList_New(0);

    GilList_SET_ITEM(holder, 0, untracked);
    GilObject_GC_UnTrack(untracked);
    for (int generation = 0; generation < 3; generation++) {
        GilGC_CollectGeneration(generation);
        ck_assert_uint_eq(gil_gc_head(untracked)->prev, 0);
        ck_assert_ptr_null(gil_gc_head(untracked)->next);
    }
    GilObject_GC_Track(untracked);
    Gil_DECREF(holder);
}
END_TEST

START_TEST(test_gc_partition__more_than_the_array_holds)
{
    GilThreadState *ts = gil_tstate_attached();
    enum { WIDE = 3000 };
    GilObject *items[WIDE], *all;

    for (int i = 0; i < WIDE; i++) {
        items[i] = GilList_New(1);
        GilList_SET_ITEM(items[i], 0, GilList_New(0));
    }
    all = GilList_New(WIDE);
    for (int i = 0; i < WIDE; i++)
        GilList_SET_ITEM(all, i, items[i]);
    ck_assert_int_eq(GilGC_Collect(), 0);
    gil_gc_check(ts);
    ck_assert_int_eq(GilGC_Collect(), 0);
    for (int i = 0; i < WIDE; i++)
        GilList_Append(items[i], all);
    Gil_DECREF(all);
    ck_assert_int_eq(GilGC_Collect(), 2 * WIDE + 1);
    gil_gc_check(ts);
}
END_TEST

/* Where a sanitizer or a debug build looks at every step, a hundredth. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(GIL_DEBUG)
#define DEEP 100000L
#else
#define DEEP gil_test_plenty(10000000)
#endif

static void *
collect_deep(void *arg)
{
    GilThreadStateToken *token = GilThreadState_Ensure(arg);
    ck_assert_ptr_nonnull(token);
    GilGC_Disable();
    GilObject *list = chain(DEEP, 1);
    GilGC_Enable();
    ck_assert_int_eq(GilGC_Collect(), 0);
    Gil_DECREF(list);
    ck_assert_int_eq(GilGC_Collect(), DEEP);
    GilThreadState_Release(token);
    return NULL;
}

START_TEST(test_I8_a_long_graph_is_collected_in_a_small_stack)
{
    pthread_attr_t attr;
    pthread_t thread;
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();

    ck_assert_int_eq(pthread_attr_init(&attr), 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    ck_assert_int_eq(pthread_attr_setstacksize(&attr, gil_test_small_stack(65536)), 0);
#endif
    ck_assert_int_eq(pthread_create(&thread, &attr, collect_deep, guard), 0);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    GilInterpreterGuard_Close(guard);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("gc/partition");
    TCase *tc = tcase_create("partition");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, test_gc_partition__every_small_graph);
    tcase_add_test(tc, test_gc_partition__chains_in_both_orders);
    tcase_add_test(tc, test_gc_partition__more_than_the_array_holds);
    tcase_add_test(tc, test_gc_partition__who_was_finalized_stays_so);
    tcase_add_test(tc, test_gc_partition__untracked_objects_are_not_written);
    tcase_add_test(tc, test_I8_a_long_graph_is_collected_in_a_small_stack);
    suite_add_tcase(s, tc);
    return s;
}
