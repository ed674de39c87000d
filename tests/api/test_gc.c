/* SPDX-License-Identifier: MIT */
/* <gilrt/gc.h> as a stranger uses it: a container of his own. */
#include "unit/object/node.h"

typedef struct {
    GilObject_VAR_HEAD
    GilObject *items[1];
} Box;

static int
Box_traverse(GilObject *self, visitproc visit, void *arg)
{
    Gil_VISIT(Gil_TYPE(self));
    for (Gil_ssize_t i = 0; i < Gil_SIZE(self); i++)
        Gil_VISIT(((Box *)self)->items[i]);
    return 0;
}

static int
Box_clear(GilObject *self)
{
    for (Gil_ssize_t i = 0; i < Gil_SIZE(self); i++)
        Gil_CLEAR(((Box *)self)->items[i]);
    return 0;
}

static int finalized;

static void
Box_finalize(GilObject *self)
{
    (void)self;
    finalized++;
}

static void
Box_dealloc(GilObject *self)
{
    GilTypeObject *type = Gil_TYPE(self);

    if (GilObject_CallFinalizerFromDealloc(self) < 0)
        return;
    GilObject_GC_UnTrack(self);
    Box_clear(self);
    freefunc tp_free = (freefunc)GilType_GetSlot(type, Gil_tp_free);
    tp_free(self);
    Gil_DECREF(type);
}

static GilTypeObject *
box_type(void)
{
    GilType_Slot slots[] = {{Gil_tp_traverse, (void *)Box_traverse},
                            {Gil_tp_clear, (void *)Box_clear},
                            {Gil_tp_finalize, (void *)Box_finalize},
                            {Gil_tp_dealloc, (void *)Box_dealloc},
                            {0, NULL}};
    GilType_Spec spec = {.name = "test.Box", .basicsize = offsetof(Box, items), .itemsize = sizeof(GilObject *),
                         .flags = Gil_TPFLAGS_DEFAULT | Gil_TPFLAGS_HAVE_GC, .slots = slots};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpec(&spec);

    ck_assert_ptr_nonnull(type);
    return type;
}

static int
count_visit(GilObject *op, void *arg)
{
    (void)op;
    return ++*(int *)arg == 4 ? 77 : 0;
}

START_TEST(test_api_gc__a_container_of_ones_own)
{
    GilTypeObject *type = box_type();
    Box *box = GilObject_GC_NewVar(Box, type, 2);
    GilObject *list = GilList_New(0);

    ck_assert_ptr_nonnull(box);
    box->items[0] = Gil_NewRef(list);
    box->items[1] = NULL;
    box = GilObject_GC_Resize(Box, box, 3);
    box->items[2] = Gil_NewRef(list);
    GilObject_GC_Track(box);
    ck_assert_int_eq(GilObject_IS_GC((GilObject *)box), 1);
    ck_assert_int_eq(GilObject_GC_IsTracked((GilObject *)box), 1);
    int visited = 0;
    ck_assert_int_eq(Box_traverse((GilObject *)box, count_visit, &visited), 0);
    ck_assert_int_eq(visited, 3);
    ck_assert_int_eq(Box_traverse((GilObject *)box, count_visit, &visited), 77);
    ck_assert_int_eq(GilObject_GC_IsFinalized((GilObject *)box), 0);
    Gil_DECREF(box);
    ck_assert_int_eq(finalized, 1);
    ck_assert_int_eq(Gil_REFCNT(list), 1);
    ck_assert_int_eq(Gil_REFCNT(type), 1);
    Gil_DECREF(list);
    Gil_DECREF(type);
}
END_TEST

static int
make_box(void *arg)
{
    Box *box = GilObject_GC_NewVar(Box, (GilTypeObject *)arg, 0);

    if (box == NULL)
        return -1;
    GilObject_GC_Track(box);
    Gil_DECREF(box);
    return 0;
}

START_TEST(test_api_gc__made_and_ended_many_times)
{
    GilTypeObject *type = box_type();

    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(make_box(type), 0);
    ck_assert_int_eq(finalized, 1000);
    ck_assert_int_eq(Gil_REFCNT(type), 1);
    Gil_DECREF(type);
}
END_TEST

/* Two boxes that hold each other and nothing else; nobody holds them. */
static void
drop_circle(GilTypeObject *type)
{
    Box *a = GilObject_GC_NewVar(Box, type, 1), *b = GilObject_GC_NewVar(Box, type, 1);

    ck_assert(a != NULL && b != NULL);
    a->items[0] = (GilObject *)b;
    b->items[0] = Gil_NewRef(a);
    GilObject_GC_Track(a);
    GilObject_GC_Track(b);
    Gil_DECREF(a);
}

START_TEST(test_api_gc__a_circle_is_collected)
{
    GilTypeObject *type = box_type();

    drop_circle(type);
    ck_assert_int_eq(finalized, 0);
    ck_assert_int_eq(GilGC_Collect(), 2);
    ck_assert_int_eq(finalized, 2);
    ck_assert_int_eq(Gil_REFCNT(type), 1);
    drop_circle(type);
    ck_assert_int_eq(GilGC_CollectGeneration(0), 2);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_api_gc__polls_collect)
{
    GilTypeObject *type = box_type();

    ck_assert_int_eq(GilGC_SetThreshold(0, 100), 0);
    for (int i = 0; i < 1000; i++) {
        drop_circle(type);
        ck_assert_int_eq(Gil_Poll(), 0);
    }
    ck_assert_int_gt(finalized, 1800);
    Gil_DECREF(type);
}
END_TEST

static int phases[3];

static void
note_phase(const GilGCInfo *info, void *arg)
{
    ck_assert_ptr_eq(arg, phases);
    phases[info->phase]++;
}

START_TEST(test_api_gc__callbacks_and_sums)
{
    GilGCStats stats, small = {.size = 8};
    GilTypeObject *type = box_type();

    ck_assert_int_eq(GilGC_AddCallback(note_phase, phases), 0);
    drop_circle(type);
    ck_assert_int_eq(GilGC_Collect(), 2);
    ck_assert_int_eq(GilGC_RemoveCallback(note_phase, phases), 1);
    ck_assert_int_eq(phases[GilGC_PHASE_START], 1);
    ck_assert_int_eq(phases[GilGC_PHASE_STOP], 1);
    GilGCStats_Init(&stats);
    ck_assert_int_eq(GilGC_GetStats(&stats), 0);
    ck_assert_uint_eq(stats.generation[2].collections, 1);
    ck_assert_uint_eq(stats.generation[2].collected, 2);
    ck_assert_uint_ge(stats.looked_at, 2);
    ck_assert_uint_ge(stats.duration_ns, stats.longest_ns);
    ck_assert_int_eq(GilGC_GetStats(&small), -1);
    expect_error(GilExc_SystemError, "GilGC_GetStats: stats->size is 8, smaller than any version of the structure");
    /* A caller of a later version gets zeros for what is not known here. */
    struct {
        GilGCStats known;
        uint64_t more;
    } larger = {.known.size = sizeof larger, .more = 1};
    ck_assert_int_eq(GilGC_GetStats(&larger.known), 0);
    ck_assert_uint_eq(larger.more, 0);
    ck_assert_uint_eq(larger.known.size, sizeof larger);
    Gil_DECREF(type);
}
END_TEST

static int
count_objects(GilObject *Gil_UNUSED(op), void *arg)
{
    ++*(int *)arg;
    return 1;
}

START_TEST(test_api_gc__looking_and_freezing)
{
    GilObject *list = GilList_New(0), *tuple = GilTuple_Pack(1, list), *found;
    int n = 0;

    GilList_Append(list, Gil_None);
    found = GilGC_GetReferents(tuple); /* what the list holds */
    ck_assert_int_eq(GilList_Size(found), 1);
    Gil_DECREF(found);
    found = GilGC_GetObjects(-1);
    ck_assert_int_ge(GilList_Size(found), 2);
    Gil_DECREF(found);
    found = GilGC_GetReferrers(tuple);
    ck_assert_int_eq(GilList_Size(found), 0); /* the tuple that asks does not count */
    Gil_DECREF(found);
    GilGC_Freeze();
    ck_assert_int_ge(GilGC_GetFreezeCount(), 2);
    GilUnstable_GC_VisitObjects(count_objects, &n);
    ck_assert_int_ge(n, 2);
    GilGC_Unfreeze();
    ck_assert_int_eq(GilGC_GetFreezeCount(), 0);
    Gil_DECREF(tuple);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_api_gc__switched_off_and_on)
{
    ck_assert_int_eq(GilGC_Disable(), 1);
    ck_assert_int_eq(GilGC_IsEnabled(), 0);
    ck_assert_int_eq(GilGC_Collect(), 0);
    ck_assert_int_eq(GilGC_Enable(), 0);
    ck_assert_int_eq(GilGC_GetThreshold(0), 2000);
    ck_assert_int_ge(GilGC_GetCount(0), 0);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[12];
    int n = 0;

    tests[n++] = test_api_gc__a_container_of_ones_own;
    tests[n++] = test_api_gc__made_and_ended_many_times;
    tests[n++] = test_api_gc__a_circle_is_collected;
    tests[n++] = test_api_gc__polls_collect;
    tests[n++] = test_api_gc__callbacks_and_sums;
    tests[n++] = test_api_gc__looking_and_freezing;
    tests[n++] = test_api_gc__switched_off_and_on;
    return suite_of_one("api/gc", tests);
}
