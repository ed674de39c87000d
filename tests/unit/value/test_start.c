/* SPDX-License-Identifier: MIT */
/* Start and stop of the value layer. */
#include "base/mem.h"
#include "object/ops.h"
#include "support/probe.h"
#include "support/support.h"
#include "value/start.h"

#include <gilrt.h>

#include <string.h>

START_TEST(test_value_start__every_call_from_below_is_there)
{
    void *calls[sizeof gil_ops / sizeof(void *)];
    memcpy(calls, &gil_ops, sizeof gil_ops);
    ck_assert_int_le(Gil_ARRAY_LENGTH(calls), 20);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(calls); i++)
        ck_assert_ptr_nonnull(calls[i]);
}
END_TEST

START_TEST(test_value_start__interpreter_has_a_pocket)
{
    struct gil_value_pocket *pocket = gil_value_pocket(gil_tstate_need(__func__));
    ck_assert_ptr_nonnull(pocket);
    ck_assert_ptr_nonnull(pocket->memory_error);
}
END_TEST

START_TEST(test_J1_value_interp_start)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    struct gil_value_pocket *kept = gil_value_pocket(ts);
    long nth = 1;
    for (;; nth++) {
        struct gil_mem_stats before, after;
        ts->interp->pocket[GIL_POCKET_VALUE] = NULL;
        gil_heap_stats(ts->heap, &before);
        gil_mem_fail_nth(nth, 1);
        int rc = gil_value_interp_start(ts);
        gil_mem_fail_nth(0, 0);
        if (rc == 0)
            gil_value_interp_stop(ts);
        ck_assert_ptr_null(ts->interp->pocket[GIL_POCKET_VALUE]);
        gil_heap_stats(ts->heap, &after);
        ck_assert_uint_eq(before.blocks, after.blocks);
        if (rc == 0)
            break;
    }
    ck_assert_int_gt(nth, 2);
    ts->interp->pocket[GIL_POCKET_VALUE] = kept;
}
END_TEST

/* What objects that hold something are made of. */
struct bags {
    GilObject *list, *dict, *set, *tuple;
};

static GilObject *
none_of(GilObject *self, GilObject *Gil_UNUSED(args))
{
    return Gil_NewRef(self);
}

static GilMethodDef none_of_def = {"none_of", none_of, GIL_METH_NOARGS, NULL};

static GilObject *
make_method(GilObject *self)
{
    GilObject *f = GilCFunction_New(&none_of_def, NULL), *m = GilMethod_New(f, self);
    Gil_DECREF(f);
    return m;
}

static GilObject *
make_cmethod(GilObject *self)
{
    GilMethodDef *def = &none_of_def;
    return GilCMethod_New(def, self, self, NULL);
}

static GilObject *
make_call_iter(GilObject *sentinel)
{
    GilObject *f = GilCFunction_New(&none_of_def, sentinel), *it = GilCallIter_New(f, sentinel);
    Gil_DECREF(f);
    return it;
}

#define OF(type, op) GilObject_CallOneArg((GilObject *)(void *)&(type), (op))
#define HOLDERS(X)                                          \
    X(GilObject_GetIter(b->list))                           \
    X(GilObject_GetIter(b->tuple))                          \
    X(GilObject_CallMethod(b->list, "__reversed__", NULL))  \
    X(GilObject_GetIter(b->dict))                           \
    X(GilObject_CallMethod(b->dict, "__reversed__", NULL))  \
    X(GilObject_GetIter(b->set))                            \
    X(GilObject_CallMethod(b->dict, "keys", NULL))          \
    X(GilObject_CallMethod(b->dict, "values", NULL))        \
    X(GilObject_CallMethod(b->dict, "items", NULL))         \
    X(GilDictProxy_New(b->dict))                            \
    X(GilCell_New(b->tuple))                                \
    X(GilSlice_New(b->list, b->dict, b->set))               \
    X(GilCFunction_New(&none_of_def, b->list))              \
    X(make_cmethod(b->list))                                \
    X(make_method(b->tuple))                                \
    X(make_call_iter(b->tuple))                             \
    X(OF(GilEnum_Type, b->tuple))                           \
    X(OF(GilReversed_Type, b->tuple))                       \
    X(OF(GilProperty_Type, b->tuple))                       \
    X(GilClassMethod_New(b->tuple))                         \
    X(GilStaticMethod_New(b->tuple))                        \
    X(GilObject_CallOneArg(GilExc_ValueError, b->tuple))    \
    X(GilObject_CallOneArg(GilExc_StopIteration, b->tuple)) \
    X(GilObject_CallOneArg(GilExc_SystemExit, b->tuple))    \
    X(GilObject_GetAttrString(b->list, "append"))           \
    X(GilTuple_Pack(1, b->list))                            \
    X(GilTuple_Pack(3, b->list, b->dict, b->set))

static GilObject *
make_holder(int i, struct bags *b)
{
    int n = 0;
#define TRY(expression) \
    if (i == n++)       \
        return (expression);
    HOLDERS(TRY)
    return NULL;
}

#define COUNT(expression) +1
#define N_HOLDERS (0 HOLDERS(COUNT))

static long freed;

static void
note_freed(void *Gil_UNUSED(arg))
{
    freed++;
}

/* The container behind whatever was tracked so far: what stands before it is cleared first. */
static void
track_again(GilObject *container)
{
    GilObject_GC_UnTrack(container);
    GilObject_GC_Track(container);
}

/* It holds containers that hold it, of which a tuple cannot be cleared; nor can a slice, which therefore holds others. It is cleared
 * first, or last. */
START_TEST(test_value_start__every_kind_is_collected_in_a_cycle)
{
    struct gil_test_probe_hooks hooks = {.on_free = note_freed};
    for (int last = 0; last < 2; last++) {
        struct bags b = {GilList_New(0), GilDict_New(), GilSet_New(NULL), GilTuple_New(2)};
        GilObject *probe = gil_test_probe(1, 1, &hooks), *key = GilUnicode_FromString("key");
        ck_assert_int_eq(GilList_Append(b.list, probe), 0);
        ck_assert_int_eq(GilDict_SetItem(b.dict, key, probe), 0);
        ck_assert_int_eq(GilSet_Add(b.set, key), 0);
        GilTuple_SET_ITEM(b.tuple, 0, probe);
        freed = 0;
        GilObject *holder = make_holder(_i, &b);
        ck_assert_ptr_nonnull(holder);
        GilTuple_SET_ITEM(b.tuple, 1, Gil_NewRef(holder));
        ck_assert_int_eq(GilList_Append(b.list, holder), 0);
        ck_assert_int_eq(GilDict_SetItem(b.dict, key, holder), 0);
        ck_assert_int_eq(GilDict_SetItem(b.dict, Gil_None, b.list), 0);
        if (!last) {
            track_again(b.list);
            track_again(b.dict);
            track_again(b.set);
        }
        Gil_DECREF(key);
        Gil_DECREF(holder);
        Gil_DECREF(b.list);
        Gil_DECREF(b.dict);
        Gil_DECREF(b.set);
        Gil_DECREF(b.tuple);
        GilGC_Collect();
        ck_assert_int_eq(freed, 1);
        ck_assert_int_eq(gil_test_probes(), 0);
    }
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/start");
    TCase *tc = tcase_create("start");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_start__every_call_from_below_is_there);
    tcase_add_test(tc, test_value_start__interpreter_has_a_pocket);
    tcase_add_test(tc, test_J1_value_interp_start);
    tcase_add_loop_test(tc, test_value_start__every_kind_is_collected_in_a_cycle, 0, N_HOLDERS);
    suite_add_tcase(s, tc);
    return s;
}
