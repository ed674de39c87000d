/* SPDX-License-Identifier: MIT */
/* Tracking: every tracked object is on the ring once, the report counts them by type, misuse stops the process. */
#include "unit/object/node.h"

#include "gc/track.h"
#include "gilrt/call.h"
#include "gilrt/long.h"
#include "gilrt/typeobject.h"
#include "gilrt/unicode.h"

#include <stdio.h>

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
gc_type(const char *name, int itemsize)
{
    GilType_Slot slots[] = {{Gil_tp_dealloc, (void *)node_gc_dealloc}, {Gil_tp_traverse, (void *)node_traverse}, {0, NULL}};
    GilType_Spec spec = {.name = name, .basicsize = 40, .itemsize = itemsize, .flags = Gil_TPFLAGS_HAVE_GC, .slots = slots};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpec(&spec);

    ck_assert_ptr_nonnull(type);
    return type;
}

static struct node *
tracked(GilTypeObject *type)
{
    struct node *node = GilObject_GC_New(struct node, type);

    ck_assert_ptr_nonnull(node);
    node->next = NULL;
    GilObject_GC_Track(node);
    return node;
}

START_TEST(test_gc_track__on_the_ring_and_off)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilTypeObject *type = gc_type("test.G", 0);
    size_t before = gil_gc_count(ts);
    struct node *a = GilObject_GC_New(struct node, type), *b = tracked(type);

    a->next = NULL;
    ck_assert_int_eq(GilObject_GC_IsTracked((GilObject *)a), 0);
    GilObject_GC_Track(a);
    ck_assert_int_eq(GilObject_GC_IsTracked((GilObject *)a), 1);
    ck_assert_uint_eq(gil_gc_count(ts), before + 2);
    gil_gc_check(ts);
    GilObject_GC_UnTrack(a);
    GilObject_GC_UnTrack(a);
    ck_assert_uint_eq(gil_gc_count(ts), before + 1);
    GilObject_GC_Track(a);
    Gil_DECREF(b);
    gil_gc_check(ts);
    Gil_DECREF(a);
    ck_assert_uint_eq(gil_gc_count(ts), before);
    ck_assert_int_eq(Gil_REFCNT(type), 1);
    Gil_DECREF(type);
}
END_TEST

/* GilObject_GC_Del() of what the short way leaves to the long one. */
static void
forgetful_dealloc(GilObject *self)
{
    GilTypeObject *type = Gil_TYPE(self);

    nodes_gone++;
    GilObject_GC_Del(self); /* tracked still, where it was */
    Gil_DECREF(type);
}

START_TEST(test_gc_track__memory_given_back_untracks)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilMemberDef members[] = {{"__weaklistoffset__", Gil_T_PYSSIZET, 32, Gil_READONLY, NULL}, {NULL, 0, 0, 0, NULL}};
    GilType_Slot slots[] = {{Gil_tp_dealloc, (void *)forgetful_dealloc}, {Gil_tp_traverse, (void *)node_traverse},
                            {Gil_tp_members, members}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Forgetful", .basicsize = 40, .flags = Gil_TPFLAGS_HAVE_GC, .slots = slots};
    size_t before = gil_gc_count(ts);
    int gone = nodes_gone;

    for (int weak = 0; weak < 2; weak++) {
        slots[2] = weak ? (GilType_Slot){Gil_tp_members, members} : (GilType_Slot){0, NULL};
        GilTypeObject *type = (GilTypeObject *)GilType_FromSpec(&spec);
        ck_assert_ptr_nonnull(type);
        size_t with_type = gil_gc_count(ts);
        struct node *a = tracked(type), *b = tracked(type), *c = GilObject_GC_New(struct node, type);
        c->next = NULL;
        Gil_DECREF(a);
        gil_gc_check(ts);
        Gil_DECREF(c);
        ck_assert_uint_eq(gil_gc_count(ts), with_type + 1);
        Gil_DECREF(b);
        gil_gc_check(ts);
        ck_assert_uint_eq(gil_gc_count(ts), with_type);
        ck_assert_int_eq(Gil_REFCNT(type), 1);
        Gil_DECREF(type);
    }
    ck_assert_int_eq(nodes_gone, gone + 6);
    ck_assert_uint_eq(gil_gc_count(ts), before);
}
END_TEST

/* By the inline function that stands behind the name, and by the library's. */
START_TEST(test_gc_track__untracking_keeps_the_ring_and_the_mark_of_the_finalizer)
{
    void (*library)(void *) = GilObject_GC_UnTrack;
    GilThreadState *ts = gil_tstate_need(__func__);
    GilTypeObject *type = gc_type("test.G", 0);
    struct node *a = tracked(type), *b = tracked(type), *c = tracked(type);

    ck_assert(Gil_TYPE(b)->tp_flags & _Gil_TYPE_BARE);
    gil_gc_head(b)->prev |= GIL_GC_FINALIZED;
    for (int i = 0; i < 2; i++) { /* the second time nothing happens */
        if (_i == 0)
            GilObject_GC_UnTrack(b);
        else
            library(b);
        ck_assert_int_eq(GilObject_GC_IsTracked((GilObject *)b), 0);
        ck_assert_uint_eq(gil_gc_head(b)->prev, GIL_GC_FINALIZED);
        ck_assert_ptr_eq(gil_gc_head(a)->next, gil_gc_head(c));
        ck_assert_ptr_eq(gil_gc_prev(gil_gc_head(c)), gil_gc_head(a));
        gil_gc_check(ts);
    }
    GilObject_GC_Track(b);
    ck_assert_int_eq(GilObject_GC_IsFinalized((GilObject *)b), 1);
    Gil_DECREF(a);
    Gil_DECREF(b);
    Gil_DECREF(c);
    Gil_DECREF(type);
}
END_TEST

static void
untrack_detached(void *op)
{
    Gil_BEGIN_ALLOW_THREADS
    GilObject_GC_UnTrack(op);
    Gil_END_ALLOW_THREADS
}

START_TEST(test_L1_untracking_while_detached_stops_the_process)
{
    GilTypeObject *type = gc_type("test.G", 0);
    struct node *op = tracked(type);
    gil_test_expect_abort(untrack_detached, op, "GilObject_GC_UnTrack:");
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_gc_track__who_has_gc)
{
    GilTypeObject *plain = node_type(NULL, 0);
    GilObject *op = node_new(plain, NULL), *list = GilList_New(0);

    ck_assert_int_eq(GilObject_IS_GC(op), 0);
    ck_assert_int_eq(GilObject_IS_GC(list), 1);
    ck_assert_int_eq(GilObject_IS_GC((GilObject *)plain), 1);
    ck_assert_int_eq(GilObject_IS_GC((GilObject *)&GilList_Type), 0);
    ck_assert_int_eq(GilObject_IS_GC(NULL), 0);
    ck_assert_int_eq(GilObject_GC_IsTracked(op), 0);
    ck_assert_int_eq(GilObject_GC_IsTracked(list), 1);
    ck_assert_int_eq(GilObject_GC_IsTracked(NULL), 0);
    ck_assert_int_eq(GilObject_GC_IsFinalized(op), 0);
    GilObject_GC_UnTrack(op);
    GilObject_GC_UnTrack(NULL);
    GilObject_GC_Del(NULL);
    ck_assert_ptr_null(GilObject_GC_New(GilObject, plain));
    expect_error(GilExc_SystemError, "_GilObject_GC_New: type 'test.Node' has no Gil_TPFLAGS_HAVE_GC");
    ck_assert_ptr_null(GilObject_GC_NewVar(GilVarObject, NULL, 1));
    expect_error(GilExc_SystemError, "_GilObject_GC_NewVar: NULL argument");
    ck_assert_ptr_null(GilObject_GC_Resize(GilVarObject, NULL, 1));
    expect_error(GilExc_SystemError, "_GilObject_GC_Resize: NULL argument");
    Gil_DECREF(list);
    Gil_DECREF(op);
    Gil_DECREF(plain);
}
END_TEST

START_TEST(test_gc_track__resizing)
{
    GilTypeObject *type = gc_type("test.Row", 8);
    struct node *row = GilObject_GC_NewVar(struct node, type, 1);
    GilVarObject *v = (GilVarObject *)row;

    ck_assert_int_eq(Gil_SIZE(v), 1);
    v = GilObject_GC_Resize(GilVarObject, v, 10000);
    ck_assert_int_eq(Gil_SIZE(v), 10000);
    ck_assert_ptr_null(GilObject_GC_Resize(GilVarObject, v, GIL_SSIZE_T_MAX));
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_MemoryError), 1);
    gil_test_fail_alloc(1, 0);
    ck_assert_ptr_null(GilObject_GC_Resize(GilVarObject, v, 100000));
    gil_test_fail_alloc_off();
    GilErr_Clear();
    ck_assert_int_eq(Gil_SIZE(v), 10000);
    ((struct node *)v)->next = NULL;
    Gil_DECREF(v);
    Gil_DECREF(type);
}
END_TEST

static char report[1024];

static void
add_line(const char *type, size_t count, size_t size, void *arg)
{
    (void)arg;
    if (strncmp(type, "test.", 5) == 0 || type[0] == '(') {
        size_t used = strlen(report);
        snprintf(report + used, sizeof report - used, "%s %zu %zu\n", type, count, size);
    }
}

START_TEST(test_gc_track__the_report_counts_by_type)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilTypeObject *a = gc_type("test.A", 0), *b = gc_type("test.B", 0);
    struct node *nodes[5];

    for (int i = 0; i < 5; i++)
        nodes[i] = tracked(i < 2 ? a : b);
    ck_assert_uint_eq(gil_gc_report(ts, add_line, NULL), gil_gc_count(ts));
    ck_assert_str_eq(report, "test.B 3 120\ntest.A 2 80\n");
    for (int i = 0; i < 5; i++)
        Gil_DECREF(nodes[i]);
    Gil_DECREF(a);
    Gil_DECREF(b);
}
END_TEST

/* The text of a str is counted in bytes, and an int's digits whatever its sign is. */
START_TEST(test_gc_track__the_report_counts_bytes)
{
    static const char *const texts[] = {"", "abcd", "\xc3\xa9", "\xe2\x82\xac\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *text = GilObject_CallFunction((GilObject *)&GilType_Type, "s(O){}", "test.S", &GilUnicode_Type);
    GilObject *number = GilObject_CallFunction((GilObject *)&GilType_Type, "s(O){}", "test.I", &GilLong_Type);
    size_t zero = 0, sizes[2];

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(texts); i++) {
        GilObject *op = GilObject_CallFunction(text, "s", texts[i]);
        size_t head = (size_t)((char *)GilUnicode_DATA(op) - (char *)op);
        report[0] = '\0';
        gil_gc_report(ts, add_line, NULL);
        ck_assert_int_eq(sscanf(report, "test.S 1 %zu\n", sizes), 1);
        ck_assert_uint_eq(sizes[0], head + (size_t)((GilUnicode_GET_LENGTH(op) + 1) * GilUnicode_KIND(op)));
        Gil_DECREF(op);
    }
    for (int i = 0; i < 3; i++) {
        GilObject *op = GilObject_CallFunction(number, "i", i == 0 ? 0 : i == 1 ? 5 : -5);
        report[0] = '\0';
        gil_gc_report(ts, add_line, NULL);
        ck_assert_int_eq(sscanf(report, "test.I 1 %zu\n", i == 0 ? &zero : &sizes[i - 1]), 1);
        Gil_DECREF(op);
    }
    ck_assert_uint_eq(sizes[0], zero + 8);
    ck_assert_uint_eq(sizes[1], zero + 8);
    Gil_DECREF(number);
    Gil_DECREF(text);
}
END_TEST

START_TEST(test_gc_track__too_many_types_share_the_last_line)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilTypeObject *types[GIL_GC_REPORT_TYPES + 4];
    struct node *nodes[GIL_GC_REPORT_TYPES + 4];
    char name[16];

    for (int i = 0; i < GIL_GC_REPORT_TYPES + 4; i++) {
        snprintf(name, sizeof name, "test.T%d", i);
        types[i] = gc_type(name, 0);
        nodes[i] = tracked(types[i]);
    }
    ck_assert_uint_eq(gil_gc_report(ts, add_line, NULL), gil_gc_count(ts));
    const char *rest = strstr(report, "(other types) ");
    ck_assert_ptr_nonnull(rest);
    ck_assert_ptr_eq(strchr(rest, '\n') + 1, report + strlen(report));
    for (int i = 0; i < GIL_GC_REPORT_TYPES + 4; i++) {
        Gil_DECREF(nodes[i]);
        Gil_DECREF(types[i]);
    }
}
END_TEST

static void
track(void *arg)
{
    GilObject_GC_Track(arg);
}

static void
resize(void *arg)
{
    _GilObject_GC_Resize(arg, 1);
}

static void
misname(void *arg)
{
    gil_gc_head(arg)->prev |= GIL_GC_BUSY;
    gil_gc_check(gil_tstate_need(__func__));
}

static void
break_ring(void *arg)
{
    gil_gc_head(arg)->next = gil_gc_head(arg);
    gil_gc_check(gil_tstate_need(__func__));
}

START_TEST(test_gc_track__misuse_stops_the_process)
{
    GilTypeObject *type = gc_type("test.G", 0), *plain = node_type(NULL, 0);
    struct node *node = tracked(type);
    GilObject *op = node_new(plain, NULL);

    gil_test_expect_abort(track, node, "GilObject_GC_Track: object of type 'test.G' is tracked already");
    gil_test_expect_abort(track, op, "GilObject_GC_Track: object of type 'test.Node' has no GC");
    gil_test_expect_abort(track, NULL, "GilObject_GC_Track: called with NULL");
    gil_test_expect_abort(resize, node, "_GilObject_GC_Resize: object of type 'test.G' is tracked");
    gil_test_expect_abort(misname, node, "a tracked object of type 'test.G' is in another list than its prefix says");
    gil_test_expect_abort(break_ring, node, "a list of tracked objects is broken");
    Gil_DECREF(op);
    Gil_DECREF(node);
    Gil_DECREF(plain);
    Gil_DECREF(type);
}
END_TEST

static int answer;

static int
as_answered(GilObject *Gil_UNUSED(op))
{
    return answer;
}

/* A type whose objects have GC or have not, as its tp_is_gc says. */
START_TEST(test_gc_track__a_type_may_decide_by_object)
{
    GilType_Slot slots[] = {{Gil_tp_dealloc, (void *)node_gc_dealloc},
                            {Gil_tp_traverse, (void *)node_traverse},
                            {Gil_tp_is_gc, (void *)as_answered},
                            {0, NULL}};
    GilType_Spec spec = {.name = "test.Undecided", .basicsize = 40, .flags = Gil_TPFLAGS_HAVE_GC, .slots = slots};
    GilTypeObject *type = (GilTypeObject *)(void *)GilType_FromSpec(&spec);
    answer = 1;
    struct node *inner = tracked(type), *outer = tracked(type);
    outer->next = (GilObject *)(void *)inner;
    GilObject *inner_object = (GilObject *)(void *)inner, *outer_object = (GilObject *)(void *)outer;

    ck_assert_int_eq(GilObject_IS_GC(outer_object), 1);
    ck_assert_int_eq(GilObject_GC_IsTracked(outer_object), 1);
    GilObject_GC_UnTrack(outer_object);
    ck_assert_int_eq(GilObject_GC_IsTracked(outer_object), 0);
    GilObject_GC_Track(outer_object);
    ck_assert_int_eq(GilGC_Collect(), 0);
    ck_assert_int_eq(Gil_REFCNT(inner_object), 1);
    answer = 0;
    ck_assert_int_eq(GilObject_IS_GC(outer_object), 0);
    ck_assert_int_eq(GilObject_GC_IsTracked(outer_object), 0);
    GilObject_GC_UnTrack(outer_object); /* nothing happens */
    answer = 1;
    ck_assert_int_eq(GilObject_GC_IsTracked(outer_object), 1);
    Gil_DECREF(outer_object);
    Gil_DECREF((GilObject *)(void *)type);
}
END_TEST

START_TEST(test_gc_track__what_has_no_gc_is_not_resized)
{
    GilObject *bytes = GilBytes_FromString("abc");
    ck_assert_ptr_null(GilObject_GC_Resize(GilVarObject, bytes, 10));
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
    Gil_DECREF(bytes);
}
END_TEST

static void
checks_and_collects(GilObject *Gil_UNUSED(ref), void *arg)
{
    GilThreadState *ts = gil_tstate_attached();

    gil_gc_check(ts);
    for (int i = 0; i < 5; i++)
        Gil_DECREF(GilList_New(0));
    GilGC_Collect();
    gil_gc_check(ts);
    *(int *)arg = 1;
}

/* An instance that dies is tracked while its weak references are told. */
START_TEST(test_gc_track__the_dying_may_be_tracked)
{
    int told = 0;
    GilObject *class = GilObject_CallFunction((GilObject *)&GilType_Type, "s(){}", "C");
    GilObject *op = GilObject_CallNoArgs(class), *ref = GilWeakref_NewRefWithCallback(op, checks_and_collects, &told);

    ck_assert_ptr_nonnull(ref);
    Gil_DECREF(op);
    ck_assert_int_eq(told, 1);
    Gil_DECREF(ref);
    Gil_DECREF(class);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[12];
    int n = 0;

    tests[n++] = test_gc_track__on_the_ring_and_off;
    tests[n++] = test_gc_track__memory_given_back_untracks;
    tests[n++] = test_gc_track__who_has_gc;
    tests[n++] = test_gc_track__resizing;
    tests[n++] = test_gc_track__the_report_counts_by_type;
    tests[n++] = test_gc_track__the_report_counts_bytes;
    tests[n++] = test_gc_track__too_many_types_share_the_last_line;
    tests[n++] = test_gc_track__misuse_stops_the_process;
    tests[n++] = test_gc_track__a_type_may_decide_by_object;
    tests[n++] = test_gc_track__what_has_no_gc_is_not_resized;
    tests[n++] = test_gc_track__the_dying_may_be_tracked;
    Suite *s = suite_of_one("gc/track", tests);
    TCase *tc = tcase_create("untracking");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_loop_test(tc, test_gc_track__untracking_keeps_the_ring_and_the_mark_of_the_finalizer, 0, 2);
    tcase_add_test(tc, test_L1_untracking_while_detached_stops_the_process);
    suite_add_tcase(s, tc);
    return s;
}
