/* SPDX-License-Identifier: MIT */
/* Finalizers run on whole objects, may resurrect once, and leave the pending error as it is. */
#include "node.h"
#include "stderr.h"

#include "gilrt/typeobject.h"
#include "state/tstate.h"

#include <pthread.h>

static int finalized;
static GilObject *saved;

static void
count(GilObject *self)
{
    (void)self;
    finalized++;
}

static void
resurrect(GilObject *self)
{
    finalized++;
    saved = Gil_NewRef(self);
}

static void
raise_inside(GilObject *self)
{
    (void)self;
    finalized++;
    /* None is pending in here, whatever was outside. */
    ck_assert_ptr_null(GilErr_Occurred());
    GilErr_SetString(GilExc_ValueError, "in the finalizer");
}

static int
node_traverse(GilObject *self, visitproc visit, void *arg)
{
    Gil_VISIT(Gil_TYPE(self));
    Gil_VISIT(((struct node *)self)->next);
    return 0;
}

/* A type that leaves everything but finalizing to the default destructor. */
static GilTypeObject *
finalizing_type(destructor finalize, unsigned flags)
{
    GilMemberDef members[] = {{"next", Gil_T_OBJECT_EX, offsetof(struct node, next), 0, NULL}, {0}};
    GilType_Slot slots[] = {{Gil_tp_finalize, (void *)finalize}, {Gil_tp_members, members},
                            {Gil_tp_traverse, (void *)node_traverse}, {0, NULL}};
    GilType_Spec spec = {.name = "test.F", .basicsize = sizeof(struct node), .flags = flags | Gil_TPFLAGS_BASETYPE, .slots = slots};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpec(&spec);

    ck_assert_ptr_nonnull(type);
    return type;
}

START_TEST(test_object_finalize__runs_once_before_the_end)
{
    GilTypeObject *type = finalizing_type(count, 0);
    GilObject *op = GilObject_CallNoArgs((GilObject *)type), *held = GilList_New(0);

    GilObject_SetAttrString(op, "next", held);
    Gil_DECREF(op);
    ck_assert_int_eq(finalized, 1);
    ck_assert_int_eq(Gil_REFCNT(held), 1);
    Gil_DECREF(held);
    ck_assert_int_eq(Gil_REFCNT(type), 1);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_G6_resurrected_once_finalized_once)
{
    GilTypeObject *type = finalizing_type(resurrect, Gil_TPFLAGS_HAVE_GC);
    GilObject *op = GilObject_CallNoArgs((GilObject *)type), *held = GilList_New(0);

    GilObject_SetAttrString(op, "next", held);
    ck_assert_int_eq(GilObject_GC_IsFinalized(op), 0);
    Gil_DECREF(op);
    ck_assert_ptr_eq(saved, op);
    ck_assert_int_eq(Gil_REFCNT(op), 1);
    ck_assert_int_eq(Gil_REFCNT(held), 2);
    ck_assert_int_eq(GilObject_GC_IsTracked(op), 1);
    ck_assert_int_eq(GilObject_GC_IsFinalized(op), 1);
    Gil_DECREF(op);
    ck_assert_int_eq(finalized, 1);
    ck_assert_int_eq(Gil_REFCNT(held), 1);
    Gil_DECREF(held);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_G6_without_gc_once_for_each_death)
{
    GilTypeObject *type = finalizing_type(resurrect, 0);
    GilObject *op = GilObject_CallNoArgs((GilObject *)type);

    Gil_DECREF(op);
    ck_assert_int_eq(finalized, 1);
    type->tp_finalize = NULL;
    Gil_DECREF(op);
    ck_assert_int_eq(Gil_REFCNT(type), 1);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_G7_the_pending_error_stays)
{
    GilTypeObject *type = finalizing_type(raise_inside, 0);
    GilObject *op = GilObject_CallNoArgs((GilObject *)type);

    GilErr_SetString(GilExc_KeyError, "mine");
    Gil_DECREF(op);
    ck_assert_int_eq(finalized, 1);
    ck_assert_int_eq(GilErr_ExceptionMatches(GilExc_KeyError), 1);
    GilErr_Clear();

    op = GilObject_CallNoArgs((GilObject *)type);
    GilObject_CallFinalizer(op);
    ck_assert_ptr_null(GilErr_Occurred());
    Gil_DECREF(op);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_finalize__derived_types_give_their_own_members_back)
{
    GilTypeObject *base = finalizing_type(count, Gil_TPFLAGS_HAVE_GC);
    GilMemberDef members[] = {{"extra", Gil_T_OBJECT_EX, 0, Gil_RELATIVE_OFFSET, NULL},
                              {"fixed", Gil_T_OBJECT_EX, 8, Gil_RELATIVE_OFFSET | Gil_READONLY, NULL}, {0}};
    GilType_Slot slots[] = {{Gil_tp_members, members}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Sub", .basicsize = -16, .slots = slots};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpecWithBases(&spec, (GilObject *)base);
    GilObject *op = GilObject_CallNoArgs((GilObject *)type), *a = GilList_New(0), *b = GilList_New(0);

    GilObject_SetAttrString(op, "next", a);
    GilObject_SetAttrString(op, "extra", b);
    Gil_DECREF(op);
    ck_assert_int_eq(finalized, 1);
    ck_assert_int_eq(Gil_REFCNT(a), 1);
    ck_assert_int_eq(Gil_REFCNT(b), 1);
    ck_assert_int_eq(Gil_REFCNT(type), 1);
    Gil_DECREF(a);
    Gil_DECREF(b);
    Gil_DECREF(type);
    Gil_DECREF(base);
}
END_TEST

START_TEST(test_object_finalize__derived_from_a_type_with_a_destructor)
{
    GilTypeObject *base = node_type(NULL, Gil_TPFLAGS_BASETYPE);
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {.name = "test.Sub", .slots = none};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpecWithBases(&spec, (GilObject *)base);

    Gil_DECREF(GilObject_CallNoArgs((GilObject *)type));
    ck_assert_int_eq(nodes_gone, 1);
    ck_assert_int_eq(Gil_REFCNT(type), 1);
    Gil_DECREF(type);
    Gil_DECREF(base);
}
END_TEST

static int clears;

static void
node_gc_dealloc(GilObject *self)
{
    GilTypeObject *type = Gil_TYPE(self);

    nodes_gone++;
    GilObject_GC_UnTrack(self);
    Gil_XDECREF(((struct node *)self)->next);
    GilObject_GC_Del(self);
    Gil_DECREF(type);
}

static int
node_clear(GilObject *self)
{
    clears++;
    ck_assert_int_eq(GilObject_GC_IsTracked(self), 0);
    Gil_CLEAR(((struct node *)self)->next);
    return 0;
}

static int
sub_clear(GilObject *self)
{
    return node_clear(self);
}

/* A type that tells the collector what it holds need not tell the destructor: what its tp_clear lets go of does not leak. */
START_TEST(test_object_finalize__a_type_with_a_clear_needs_no_destructor)
{
    GilType_Slot slots[] = {{Gil_tp_traverse, (void *)node_traverse}, {Gil_tp_clear, (void *)node_clear}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Held", .basicsize = sizeof(struct node),
                         .flags = Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_BASETYPE, .slots = slots};
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec sub_spec = {.name = "test.Sub", .slots = none};
    GilObject *base = GilType_FromSpec(&spec), *type = GilType_FromSpecWithBases(&sub_spec, base);

    for (int derived = 0; derived < 2; derived++) {
        GilObject *op = GilObject_CallNoArgs(derived ? type : base), *held = GilList_New(0);
        ((struct node *)op)->next = Gil_NewRef(held);
        Gil_DECREF(op);
        ck_assert_int_eq(clears, derived + 1);
        ck_assert_int_eq(Gil_REFCNT(held), 1);
        Gil_DECREF(held);
    }
    ck_assert_int_eq(Gil_REFCNT(type), 1);
    Gil_DECREF(type);
    ck_assert_int_eq(Gil_REFCNT(base), 1);
    Gil_DECREF(base);
}
END_TEST

/* A destructor among the bases does that for its own type, and for those that only inherit the tp_clear. */
START_TEST(test_object_finalize__a_clear_stays_with_the_destructor_of_its_type)
{
    GilType_Slot slots[] = {{Gil_tp_traverse, (void *)node_traverse}, {Gil_tp_clear, (void *)node_clear},
                            {Gil_tp_dealloc, (void *)node_gc_dealloc}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Held", .basicsize = sizeof(struct node),
                         .flags = Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_BASETYPE, .slots = slots};
    GilType_Slot own[] = {{Gil_tp_traverse, (void *)node_traverse}, {Gil_tp_clear, (void *)sub_clear}, {0, NULL}};
    GilType_Slot none[] = {{0, NULL}};
    GilObject *base = GilType_FromSpec(&spec);

    for (int with_clear = 0; with_clear < 2; with_clear++) {
        GilType_Spec sub_spec = {.name = "test.Sub", .flags = with_clear ? Gil_TPFLAGS_HAVE_GC : 0, .slots = with_clear ? own : none};
        GilObject *type = GilType_FromSpecWithBases(&sub_spec, base), *op = GilObject_CallNoArgs(type), *held = GilList_New(0);
        ((struct node *)op)->next = Gil_NewRef(held);
        Gil_DECREF(op);
        ck_assert_int_eq(clears, with_clear);
        ck_assert_int_eq(nodes_gone, with_clear + 1);
        ck_assert_int_eq(Gil_REFCNT(held), 1);
        Gil_DECREF(held);
        ck_assert_int_eq(Gil_REFCNT(type), 1);
        Gil_DECREF(type);
    }
    Gil_DECREF(base);
}
END_TEST

/* --- a tp_clear that the destructor calls --- */

static int (*in_clear)(GilObject *self);
static int keeps; /* so many calls keep a reference in saved */

static int
clear_and_more(GilObject *self)
{
    clears++;
    ck_assert_int_ge(Gil_REFCNT(self), 1);
    ck_assert_ptr_null(GilErr_Occurred());
    int rc = in_clear(self);
    Gil_CLEAR(((struct node *)self)->next);
    return rc;
}

static int
sub_clear_and_more(GilObject *self)
{
    return clear_and_more(self);
}

static int
hold_in_a_list(GilObject *self)
{
    GilObject *list = GilList_New(0);

    ck_assert_int_eq(GilList_Append(list, self), 0);
    Gil_DECREF(list);
    return 0;
}

static int
hold_in_a_call(GilObject *self)
{
    Gil_DECREF(GilObject_CallOneArg((GilObject *)&GilType_Type, self));
    return 0;
}

static int
keep_some_times(GilObject *self)
{
    if (keeps > 0) {
        keeps--;
        saved = Gil_NewRef(self);
    }
    return 0;
}

static int
keep_and_track(GilObject *self)
{
    if (keeps > 0)
        GilObject_GC_Track(self);
    return keep_some_times(self);
}

static int
keep_at_the_second(GilObject *self)
{
    if (clears == 2)
        saved = Gil_NewRef(self);
    return 0;
}

static int
leave_an_error(GilObject *Gil_UNUSED(self))
{
    GilErr_SetString(GilExc_ValueError, "of the clear");
    return -1;
}

static int
clear_errors(GilObject *Gil_UNUSED(self))
{
    GilErr_SetString(GilExc_ValueError, "of the clear");
    GilErr_Clear();
    return 0;
}

static GilObject *
clearing_type(inquiry clear, GilObject *base)
{
    GilType_Slot slots[] = {{Gil_tp_traverse, (void *)node_traverse}, {Gil_tp_clear, (void *)clear}, {0, NULL}};
    GilType_Spec spec = {.name = base == NULL ? "test.Held" : "test.Sub", .basicsize = base == NULL ? sizeof(struct node) : 0,
                         .flags = Gil_TPFLAGS_HAVE_GC | Gil_TPFLAGS_BASETYPE | (base == NULL ? Gil_TPFLAGS_MANAGED_WEAKREF : 0),
                         .slots = slots};
    GilObject *type = base == NULL ? GilType_FromSpec(&spec) : GilType_FromSpecWithBases(&spec, base);

    ck_assert_ptr_nonnull(type);
    return type;
}

static GilObject *
clearing(GilObject *type, int (*what)(GilObject *), GilObject *next)
{
    GilObject *op = GilObject_CallNoArgs(type);

    in_clear = what;
    clears = 0;
    ((struct node *)op)->next = Gil_XNewRef(next);
    return op;
}

/* It is held while it is cleared, as in a collection: its count does not come to zero a second time. */
START_TEST(test_object_finalize__a_clear_may_take_and_drop_references)
{
    static int (*const whats[])(GilObject *) = {hold_in_a_list, hold_in_a_call};
    GilObject *type = clearing_type(clear_and_more, NULL);

    for (int i = 0; i < 2; i++) {
        Gil_DECREF(clearing(type, whats[i], NULL));
        ck_assert_int_eq(clears, 1);
        GilObject *op = clearing(type, whats[i], NULL);
        ((struct node *)op)->next = op;
        ck_assert_int_eq(GilGC_Collect(), 1);
        ck_assert_int_eq(clears, 2); /* the collector's and the destructor's */
        ck_assert_int_eq(Gil_REFCNT(type), 1);
    }
    Gil_DECREF(type);
}
END_TEST

/* Such objects nest no deeper in their end than others. A list that is put off keeps its object until it is gone; so some are
   cleared twice. */
START_TEST(test_object_finalize__a_long_chain_of_clears_that_hold)
{
    enum { LINKS = 300000 };
    GilObject *type = clearing_type(clear_and_more, NULL), *first = NULL;

    for (int i = 0; i < LINKS; i++) {
        GilObject *op = clearing(type, hold_in_a_list, NULL);
        ((struct node *)op)->next = first;
        first = op;
    }
    Gil_DECREF(first);
    ck_assert_int_ge(clears, LINKS);
    ck_assert_int_le(clears, LINKS + LINKS / 40);
    ck_assert_int_eq(Gil_REFCNT(type), 1);
    Gil_DECREF(type);
}
END_TEST

/* Also where little stack is left: else the list would be put off, keep the object, and its end begin anew without an end. */
START_TEST(test_object_finalize__a_clear_may_hold_on_a_low_stack)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *type = clearing_type(clear_and_more, NULL), *op = clearing(type, hold_in_a_list, NULL);
    char *limit = ts->stack_limit;

    ts->stack_limit = (char *)__builtin_frame_address(0) + 1024; /* as if nothing were left */
    Gil_DECREF(op);
    ts->stack_limit = limit;
    ck_assert_int_eq(clears, 1);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_finalize__a_clear_may_resurrect)
{
    GilObject *base = clearing_type(clear_and_more, NULL), *sub = clearing_type(sub_clear_and_more, base);

    for (int derived = 0; derived < 2; derived++) {
        GilObject *type = derived ? sub : base, *held = GilList_New(0), *op = clearing(type, keep_some_times, held);
        GilObject *ref = GilWeakref_NewRef(op, NULL), *alive;
        Gil_ssize_t types = Gil_REFCNT(type);
        for (int death = 1; death <= 2; death++) {
            keeps = 1;
            Gil_DECREF(op);
            ck_assert_int_eq(clears, death);
            ck_assert_ptr_eq(saved, op);
            ck_assert_int_eq(Gil_REFCNT(op), 1);
            ck_assert_int_eq(GilObject_GC_IsTracked(op), 1);
            ck_assert_int_eq(Gil_REFCNT(held), 1); /* like the collector's call: the object lives, what it held is gone */
            ck_assert_int_eq(GilWeakref_GetRef(ref, &alive), 0);
            ck_assert_int_eq(Gil_REFCNT(type), types);
        }
        /* In a circle it is cleared by the collector, and the destructor's call keeps it. */
        ((struct node *)op)->next = op;
        in_clear = keep_at_the_second;
        clears = 0;
        ck_assert_int_eq(GilGC_Collect(), 1);
        ck_assert_int_eq(clears, 2);
        ck_assert_int_eq(Gil_REFCNT(op), 1);
        ck_assert_int_eq(GilObject_GC_IsTracked(op), 1);
        in_clear = keep_some_times;
        clears = 0;
        Gil_DECREF(op);
        ck_assert_int_eq(clears, derived + 1);
        ck_assert_int_eq(Gil_REFCNT(type), types - 1);
        Gil_DECREF(ref);
        Gil_DECREF(held);
    }
    Gil_DECREF(sub);
    Gil_DECREF(base);
}
END_TEST

START_TEST(test_object_finalize__a_clear_that_resurrects_may_track)
{
    GilObject *type = clearing_type(clear_and_more, NULL), *op = clearing(type, keep_and_track, NULL);

    keeps = 1;
    Gil_DECREF(op);
    ck_assert_ptr_eq(saved, op);
    ck_assert_int_eq(GilObject_GC_IsTracked(op), 1);
    Gil_DECREF(op);
    ck_assert_int_eq(clears, 2);
    Gil_DECREF(type);
}
END_TEST

static int
refer(GilObject *self)
{
    saved = GilWeakref_NewRef(self, NULL);
    return 0;
}

START_TEST(test_object_finalize__weak_references_made_by_a_clear_die)
{
    GilObject *type = clearing_type(clear_and_more, NULL), *alive = Gil_None;

    Gil_DECREF(clearing(type, refer, NULL));
    ck_assert_ptr_nonnull(saved);
    ck_assert_int_eq(GilWeakref_GetRef(saved, &alive), 0);
    ck_assert_ptr_null(alive);
    Gil_DECREF(saved);
    Gil_DECREF(type);
}
END_TEST

static void
del_leaves_an_error(GilObject *self)
{
    ck_assert_ptr_null(GilErr_Occurred());
    leave_an_error(self);
}

/* Who drops a reference while an error is pending finds it unchanged; one that the clear leaves is reported. */
START_TEST(test_G7_the_pending_error_stays_in_a_clear)
{
    GilObject *type = clearing_type(clear_and_more, NULL), *op = clearing(type, clear_errors, NULL);

    GilErr_SetString(GilExc_KeyError, "mine");
    Gil_DECREF(op);
    ck_assert_int_eq(clears, 1);
    expect_error(GilExc_KeyError, "'mine'");

    for (int pending = 0; pending < 2; pending++) {
        op = clearing(type, leave_an_error, NULL);
        catch_stderr();
        if (pending)
            GilErr_SetString(GilExc_KeyError, "mine");
        Gil_DECREF(op);
        if (pending)
            expect_error(GilExc_KeyError, "'mine'");
        expect_printed("Exception ignored in tp_clear of 'test.Held':\nValueError: of the clear\n");
        ck_assert_int_eq(clears, 1);
    }
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_G7_the_pending_error_stays_in_a_del)
{
    GilType_Slot slots[] = {{Gil_tp_del, (void *)del_leaves_an_error}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Del", .slots = slots};
    GilObject *type = GilType_FromSpec(&spec), *op = GilObject_CallNoArgs(type);

    catch_stderr();
    GilErr_SetString(GilExc_KeyError, "mine");
    Gil_DECREF(op);
    expect_error(GilExc_KeyError, "'mine'");
    expect_printed("Exception ignored in tp_del of 'test.Del':\nValueError: of the clear\n");
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_finalize__null)
{
    GilObject_CallFinalizer(NULL);
    expect_error(GilExc_SystemError, "GilObject_CallFinalizer: NULL argument");
    ck_assert_int_eq(GilObject_CallFinalizerFromDealloc(NULL), 0);
    expect_error(GilExc_SystemError, "GilObject_CallFinalizerFromDealloc: NULL argument");
    GilObject_CallFinalizer(Gil_None);
    ck_assert_ptr_null(GilErr_Occurred());
}
END_TEST

static void
finalize_living(void *arg)
{
    GilObject_CallFinalizerFromDealloc(arg);
}

START_TEST(test_object_finalize__a_living_object_is_not_dying)
{
    gil_test_expect_abort(finalize_living, Gil_None, "object of type 'NoneType' has references");
}
END_TEST

static int deaths;

static void
stay_at_first(GilObject *self)
{
    if (deaths++ == 0)
        saved = Gil_NewRef(self);
}

static void
become_immortal(GilObject *self)
{
    deaths++;
    self->ob_refcnt = GIL_SSIZE_T_MIN / 2;
}

/* The old form of a finalizer, of a type that leaves the rest to the default destructor. */
START_TEST(test_object_finalize__tp_del_may_resurrect)
{
    GilType_Slot slots[] = {{Gil_tp_del, (void *)stay_at_first}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Del", .slots = slots};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpec(&spec);
    GilObject *op = GilObject_CallNoArgs((GilObject *)type);

    Gil_DECREF(op);
    ck_assert_int_eq(deaths, 1);
    ck_assert_ptr_eq(saved, op);
    ck_assert_int_eq(Gil_REFCNT(op), 1);
    Gil_DECREF(op);
    ck_assert_int_eq(deaths, 2);
    ck_assert_int_eq(Gil_REFCNT(type), 1);
    Gil_DECREF(type);
}
END_TEST

/* Whoever lives for ever now has no count that a reference could be taken off. */
START_TEST(test_object_finalize__the_dying_may_become_immortal)
{
    for (int old = 0; old < 2; old++) {
        GilType_Slot slots[] = {{old ? Gil_tp_del : Gil_tp_finalize, (void *)become_immortal}, {0, NULL}};
        GilType_Spec spec = {.name = "test.Ever", .slots = slots};
        GilObject *type = GilType_FromSpec(&spec), *op = GilObject_CallNoArgs(type);

        Gil_DECREF(op);
        ck_assert_int_eq(deaths, old + 1);
        ck_assert_int_eq(Gil_REFCNT(op), GIL_SSIZE_T_MIN / 2);
        Gil_DECREF(type);
    }
}
END_TEST

/* --- others look while it dies --- */

static GilObject *holder, *reference; /* a list that held the dying object, and a weak reference to it */
static int looks;

static void *
look(void *arg)
{
    GilThreadStateToken *token = GilThreadState_Ensure(arg);
    GilObject *alive = NULL;

    ck_assert_ptr_nonnull(token);
    ck_assert_int_eq(GilList_Size(holder), 0);
    ck_assert_int_ge(GilWeakref_GetRef(reference, &alive), 0);
    /* The finalizer's object is whole and may be held: that is what resurrects it. */
    Gil_XDECREF(alive);
    looks++;
    GilThreadState_Release(token);
    return NULL;
}

static void
let_others_look(GilObject *self)
{
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    pthread_t thread;
    (void)self;

    ck_assert_int_eq(pthread_create(&thread, NULL, look, guard), 0);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, NULL);
    Gil_END_ALLOW_THREADS
    GilInterpreterGuard_Close(guard);
}

/* The slot is empty before the reference is given back, so nobody finds the dying object in the list. */
START_TEST(test_G8_others_look_while_a_finalizer_has_left_the_lock)
{
    GilType_Slot slots[] = {{Gil_tp_finalize, (void *)let_others_look}, {0, NULL}};
    GilType_Spec spec = {.name = "test.Slow", .flags = Gil_TPFLAGS_MANAGED_WEAKREF, .slots = slots};
    GilObject *type = GilType_FromSpec(&spec), *op;

    for (int how = 0; how < 3; how++) {
        holder = GilList_New(0);
        op = GilObject_CallNoArgs(type);
        reference = GilWeakref_NewRef(op, NULL);
        ck_assert_int_eq(GilList_Append(holder, op), 0);
        Gil_DECREF(op);
        if (how == 0)
            ck_assert_int_eq(GilList_Clear(holder), 0);
        else if (how == 1)
            ck_assert_int_eq(GilSequence_DelItem(holder, 0), 0);
        else
            ck_assert_int_eq(GilList_SetSlice(holder, 0, 1, NULL), 0);
        ck_assert_int_eq(looks, how + 1);
        Gil_DECREF(reference);
        Gil_DECREF(holder);
    }
    Gil_DECREF(type);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[24];
    int n = 0;

    tests[n++] = test_object_finalize__runs_once_before_the_end;
    tests[n++] = test_G6_resurrected_once_finalized_once;
    tests[n++] = test_G6_without_gc_once_for_each_death;
    tests[n++] = test_G7_the_pending_error_stays;
    tests[n++] = test_object_finalize__derived_types_give_their_own_members_back;
    tests[n++] = test_object_finalize__derived_from_a_type_with_a_destructor;
    tests[n++] = test_object_finalize__a_type_with_a_clear_needs_no_destructor;
    tests[n++] = test_object_finalize__a_clear_stays_with_the_destructor_of_its_type;
    tests[n++] = test_object_finalize__a_clear_may_take_and_drop_references;
    tests[n++] = test_object_finalize__a_long_chain_of_clears_that_hold;
    tests[n++] = test_object_finalize__a_clear_may_hold_on_a_low_stack;
    tests[n++] = test_object_finalize__a_clear_may_resurrect;
    tests[n++] = test_object_finalize__a_clear_that_resurrects_may_track;
    tests[n++] = test_object_finalize__weak_references_made_by_a_clear_die;
    tests[n++] = test_G7_the_pending_error_stays_in_a_clear;
    tests[n++] = test_G7_the_pending_error_stays_in_a_del;
    tests[n++] = test_object_finalize__null;
    tests[n++] = test_object_finalize__a_living_object_is_not_dying;
    tests[n++] = test_object_finalize__tp_del_may_resurrect;
    tests[n++] = test_object_finalize__the_dying_may_become_immortal;
    tests[n++] = test_G8_others_look_while_a_finalizer_has_left_the_lock;
    return suite_of_one("object/finalize", tests);
}
