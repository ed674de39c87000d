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

Suite *
suite(void)
{
    static const TTest *tests[10];
    int n = 0;

    tests[n++] = test_api_gc__a_container_of_ones_own;
    tests[n++] = test_api_gc__made_and_ended_many_times;
    return suite_of_one("api/gc", tests);
}
