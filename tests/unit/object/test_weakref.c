/* SPDX-License-Identifier: MIT */
/* Weak references: never a dying object, callbacks once, in order and after death, whatever they do. */
#include "node.h"

#include "object/alloc.h"
#include "object/dealloc.h"
#include "object/weakref.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(GIL_TEST_SLOW)
#define DEEP 20000
#else
#define DEEP 200000
#endif

/* What can be referred to: a node with a list of weak references. */
struct thing {
    GilObject_HEAD
    GilObject *held;
    GilObject *weaklist;
    int number;
};

static void (*in_dealloc)(GilObject *self);

static struct thing *
thing_of(GilObject *op)
{
    return (struct thing *)(void *)op;
}

static void
thing_dealloc(GilObject *self)
{
    GilTypeObject *type = Gil_TYPE(self);

    GilObject_ClearWeakRefs(self);
    nodes_gone++;
    if (in_dealloc != NULL)
        in_dealloc(self);
    Gil_XDECREF(thing_of(self)->held);
    GilObject_Free(self);
    Gil_DECREF(type);
}

static Gil_hash_t
thing_hash(GilObject *self)
{
    if (thing_of(self)->number < 0)
        GilErr_SetString(GilExc_ValueError, "no hash today");
    return thing_of(self)->number < 0 ? -1 : thing_of(self)->number;
}

static GilObject *
thing_richcompare(GilObject *v, GilObject *w, int op)
{
    Gil_RETURN_RICHCOMPARE(thing_of(v)->number, thing_of(w)->number, op);
}

static GilMemberDef thing_members[] = {
    {"__weaklistoffset__", Gil_T_PYSSIZET, offsetof(struct thing, weaklist), Gil_READONLY, NULL},
    {"held", Gil_T_OBJECT_EX, offsetof(struct thing, held), 0, NULL},
    {"number", Gil_T_INT, offsetof(struct thing, number), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

/* The type "test.Thing", with thing_dealloc when own is set, and a finalizer that may be NULL. */
static GilTypeObject *
thing_type(int own, destructor finalize)
{
    GilType_Slot slots[8] = {{Gil_tp_members, thing_members},
                             {Gil_tp_hash, (void *)thing_hash},
                             {Gil_tp_richcompare, (void *)thing_richcompare}};
    int n = 3;
    if (own)
        slots[n++] = (GilType_Slot){Gil_tp_dealloc, (void *)thing_dealloc};
    if (finalize != NULL)
        slots[n++] = (GilType_Slot){Gil_tp_finalize, (void *)finalize};
    GilType_Spec spec = {"test.Thing", sizeof(struct thing), 0, Gil_TPFLAGS_BASETYPE, slots};
    GilTypeObject *type = (GilTypeObject *)(void *)GilType_FromSpec(&spec);
    if (type == NULL)
        GilErr_Print();
    ck_assert_ptr_nonnull(type);
    return type;
}

/* A thing of a type of its own. */
static GilObject *
thing(int number)
{
    GilTypeObject *type = thing_type(1, NULL);
    struct thing *op = GilObject_New(struct thing, type);

    ck_assert_ptr_nonnull(op);
    ck_assert_ptr_null(op->weaklist);
    op->held = NULL;
    op->number = number;
    Gil_DECREF(type);
    return &op->ob_base;
}

static void
expect_dead(GilObject *ref)
{
    GilObject *ob = ref;

    ck_assert_int_eq(GilWeakref_GetRef(ref, &ob), 0);
    ck_assert_ptr_null(ob);
    ck_assert_int_eq(GilWeakref_IsDead(ref), 1);
}

static void
expect_alive(GilObject *ref, GilObject *ob)
{
    GilObject *found;

    ck_assert_int_eq(GilWeakref_GetRef(ref, &found), 1);
    ck_assert_ptr_eq(found, ob);
    ck_assert_int_eq(GilWeakref_IsDead(ref), 0);
    Gil_DECREF(found);
}

/* What callbacks did, in order. */
static char log_text[256];

static void
note(GilObject *ref, void *arg)
{
    if (ref != NULL)
        expect_dead(ref);
    strcat(log_text, arg);
}

/* The same as an object: a function whose self is the text to note. */
static GilObject *
note_object(GilObject *self, GilObject *ref)
{
    note(ref, (void *)(uintptr_t)GilUnicode_AsUTF8(self));
    Gil_RETURN_NONE;
}
static GilMethodDef note_def = {"note", note_object, GIL_METH_O, NULL};

static GilObject *
noter(const char *text)
{
    GilObject *self = GilUnicode_FromString(text), *function = GilCFunction_New(&note_def, self);

    Gil_DECREF(self);
    return function;
}

START_TEST(test_object_weakref__gives_the_referent_while_it_lives)
{
    GilObject *ob = thing(1), *ref = GilWeakref_NewRef(ob, NULL), *same = GilWeakref_NewRef(ob, Gil_None);

    ck_assert_int_eq(Gil_REFCNT(ob), 1);
    ck_assert_ptr_eq(ref, same);
    expect_alive(ref, ob);
    gil_weakref_validate(ob);
    GilObject *found = GilObject_CallNoArgs(ref);
    ck_assert_ptr_eq(found, ob);
    Gil_DECREF(found);
    Gil_DECREF(ob);
    expect_dead(ref);
    ck_assert_ptr_eq(GilObject_CallNoArgs(ref), Gil_None);
    Gil_DECREF(same);
    Gil_DECREF(ref);
}
END_TEST

START_TEST(test_object_weakref__a_reference_that_dies_first_is_not_called)
{
    GilObject *ob = thing(1), *callback = noter("x");
    GilObject *ref = GilWeakref_NewRef(ob, callback), *in_c = GilWeakref_NewRefWithCallback(ob, note, (void *)"y");

    Gil_DECREF(ref);
    Gil_DECREF(in_c);
    ck_assert_ptr_null(thing_of(ob)->weaklist);
    Gil_DECREF(ob);
    ck_assert_str_eq(log_text, "");
    Gil_DECREF(callback);
}
END_TEST

START_TEST(test_object_weakref__callbacks_run_latest_first_after_all_are_dead)
{
    GilObject *ob = thing(1), *refs[6], *callback = noter("c");

    refs[0] = GilWeakref_NewRefWithCallback(ob, note, (void *)"a");
    refs[1] = GilWeakref_NewRef(ob, NULL);
    refs[2] = GilWeakref_NewRefWithCallback(ob, note, (void *)"b");
    refs[3] = GilWeakref_NewRef(ob, callback);
    refs[4] = GilWeakref_NewProxy(ob, callback);
    refs[5] = GilWeakref_NewProxy(ob, NULL);
    gil_weakref_validate(ob);
    ck_assert_ptr_ne(refs[3], refs[1]);
    Gil_DECREF(ob);
    ck_assert_str_eq(log_text, "ccba");
    for (int i = 0; i < 6; i++) {
        expect_dead(refs[i]);
        Gil_DECREF(refs[i]);
    }
    Gil_DECREF(callback);
}
END_TEST

START_TEST(test_object_weakref__a_callback_is_called_once_and_let_go)
{
    GilObject *ob = thing(1), *callback = noter("c"), *ref = GilWeakref_NewRef(ob, callback);
    GilObject *shown = GilObject_GetAttrString(ref, "__callback__");

    ck_assert_ptr_eq(shown, callback);
    Gil_DECREF(shown);
    ck_assert_int_eq(Gil_REFCNT(callback), 2);
    Gil_DECREF(ob);
    ck_assert_int_eq(Gil_REFCNT(callback), 1);
    ck_assert_ptr_eq(GilObject_GetAttrString(ref, "__callback__"), Gil_None);
    Gil_DECREF(ref);
    ck_assert_str_eq(log_text, "c");
    Gil_DECREF(callback);
}
END_TEST

/* --- G11: whoever asks while the referent dies gets a strong reference or NULL, never a dying object --- */

static GilObject *g11_ref;
static int g11_asked;

static void
ask_in_dealloc(GilObject *self)
{
    ck_assert_int_eq(Gil_REFCNT(self), 0);
    if (g11_ref != NULL) {
        expect_dead(g11_ref);
        g11_asked++;
    }
    ck_assert_ptr_null(GilWeakref_NewRef(self, NULL));
    expect_error(GilExc_ReferenceError, "cannot create weak reference to dying 'test.Thing' object");
}

/* A destructor that tells its weak references late, after it ran other code. */
static void
late_dealloc(GilObject *self)
{
    GilTypeObject *type = Gil_TYPE(self);

    ask_in_dealloc(self);
    GilObject_ClearWeakRefs(self);
    GilObject_Free(self);
    Gil_DECREF(type);
}

START_TEST(test_G11_a_dying_object_is_not_given)
{
    GilType_Slot slots[] = {{Gil_tp_members, thing_members}, {Gil_tp_dealloc, (void *)late_dealloc}, {0, NULL}};
    GilType_Spec spec = {"test.Thing", sizeof(struct thing), 0, 0, slots};
    GilTypeObject *type = (GilTypeObject *)(void *)GilType_FromSpec(&spec);
    GilObject *op = GilType_GenericAlloc(type, 0);

    g11_ref = GilWeakref_NewRef(op, NULL);
    Gil_DECREF(op);
    ck_assert_int_eq(g11_asked, 1);
    Gil_DECREF(g11_ref);
    Gil_DECREF(type);
}
END_TEST

/* Links of a chain that look back at the one below: it is put off, dead and not destroyed, when they ask. */
static GilObject **chain_refs;

static void
ask_for_next(GilObject *self)
{
    int n = thing_of(self)->number;

    for (int i = 1; i <= 3 && n + i < DEEP; i++)
        if (GilWeakref_IsDead(chain_refs[n + i]) == 0) {
            GilObject *ob;
            ck_assert_int_eq(GilWeakref_GetRef(chain_refs[n + i], &ob), 1);
            ck_assert_int_gt(Gil_REFCNT(ob), 1);
            Gil_DECREF(ob);
        }
}

/* Whoever dies as part of the chain tells about the whole chain through a destructor that runs beside it. */
static void
ask_for_all(GilObject *Gil_UNUSED(ref), void *Gil_UNUSED(arg))
{
    for (int i = 0; i < DEEP; i += DEEP / 64) {
        GilObject *ob;
        int rc = GilWeakref_GetRef(chain_refs[i], &ob);
        ck_assert_int_ge(rc, 0);
        if (rc) {
            ck_assert_int_gt(Gil_REFCNT(ob), 1);
            Gil_DECREF(ob);
        }
        g11_asked++;
    }
}

START_TEST(test_G11_an_object_that_was_put_off_is_dead)
{
    GilTypeObject *type = thing_type(1, NULL);
    GilObject *head = NULL, *watch = NULL;

    chain_refs = calloc(DEEP, sizeof *chain_refs);
    for (int i = DEEP - 1; i >= 0; i--) {
        struct thing *op = GilObject_New(struct thing, type);
        op->held = head;
        op->number = i;
        head = &op->ob_base;
        chain_refs[i] = GilWeakref_NewRef(head, NULL);
        if (i == DEEP / 2)
            watch = GilWeakref_NewRefWithCallback(head, ask_for_all, NULL);
    }
    in_dealloc = ask_for_next;
    Gil_DECREF(head);
    ck_assert_int_eq(nodes_gone, DEEP);
    ck_assert_int_gt(g11_asked, 0);
    for (int i = 0; i < DEEP; i++)
        Gil_DECREF(chain_refs[i]);
    Gil_DECREF(watch);
    free(chain_refs);
    Gil_DECREF(type);
}
END_TEST

/* A shallow stack makes sure that the very object asked for waits: the destructor of one puts two off, then asks. */
static GilObject *pair_refs[2], *pair[2];

static void
drop_and_ask(GilObject *self)
{
    if (thing_of(self)->number != 47)
        return;
    /* Level 48 is the last that nests: both of these are put off. */
    Gil_CLEAR(pair[0]);
    Gil_CLEAR(pair[1]);
    ck_assert_ptr_nonnull(gil_tstate_need(__func__)->dealloc_later);
    for (int i = 0; i < 2; i++) {
        ck_assert(!gil_object_is_alive(gil_weakref(pair_refs[i])->object));
        expect_dead(pair_refs[i]);
        g11_asked++;
    }
    /* A weak reference that waits is no more to be had than a referent. */
    GilObject *other = GilTuple_GET_ITEM(thing_of(self)->held, 0), *first = GilWeakref_NewRef(other, NULL);
    Gil_DECREF(first);
    GilObject *second = GilWeakref_NewRef(other, NULL);
    ck_assert_ptr_ne(first, second);
    gil_weakref_validate(other);
    Gil_DECREF(second);
}

START_TEST(test_G11_what_waits_for_its_destructor_is_not_given)
{
    GilTypeObject *type = thing_type(1, NULL);
    GilObject *other = thing(100), *head = GilTuple_Pack(1, other);

    for (int i = 0; i < 2; i++) {
        pair[i] = thing(1000 + i);
        pair_refs[i] = GilWeakref_NewRef(pair[i], NULL);
    }
    for (int i = 47; i >= 0; i--) {
        struct thing *op = GilObject_New(struct thing, type);
        op->held = head;
        op->number = i;
        head = &op->ob_base;
    }
    in_dealloc = drop_and_ask;
    Gil_DECREF(head);
    ck_assert_int_eq(g11_asked, 2);
    ck_assert_int_eq(nodes_gone, 50);
    expect_alive(GilWeakref_NewRef(other, NULL), other);
    Gil_DECREF(thing_of(other)->weaklist);
    for (int i = 0; i < 2; i++)
        Gil_DECREF(pair_refs[i]);
    in_dealloc = NULL;
    Gil_DECREF(other);
    Gil_DECREF(type);
}
END_TEST

static GilObject *resurrected;

static void
resurrect(GilObject *self)
{
    if (resurrected != NULL)
        return;
    ck_assert_int_eq(GilWeakref_GetRef(g11_ref, &resurrected), 1);
    ck_assert_ptr_eq(resurrected, self);
}

START_TEST(test_G11_a_finalizer_may_resurrect_through_a_weak_reference)
{
    GilTypeObject *type = thing_type(0, resurrect);
    GilObject *op = GilObject_CallNoArgs((GilObject *)(void *)type);
    GilObject *watch = GilWeakref_NewRefWithCallback(op, note, (void *)"dead");

    g11_ref = GilWeakref_NewRef(op, NULL);
    Gil_DECREF(op);
    ck_assert_ptr_eq(resurrected, op);
    ck_assert_str_eq(log_text, "");
    expect_alive(g11_ref, op);
    Gil_DECREF(op);
    ck_assert_str_eq(log_text, "dead");
    expect_dead(g11_ref);
    Gil_DECREF(g11_ref);
    Gil_DECREF(watch);
    Gil_DECREF(type);
}
END_TEST

/* --- re-entrancy --- */

static GilObject *others[4];

static void
drop_others(GilObject *ref, void *arg)
{
    note(ref, arg);
    for (int i = 0; i < 4; i++)
        Gil_CLEAR(others[i]);
}

START_TEST(test_object_weakref__a_callback_may_drop_the_other_references)
{
    GilObject *ob = thing(1);

    others[0] = GilWeakref_NewRefWithCallback(ob, note, (void *)"a");
    others[1] = GilWeakref_NewRefWithCallback(ob, note, (void *)"b");
    others[2] = GilWeakref_NewRefWithCallback(ob, drop_others, (void *)"c");
    others[3] = GilWeakref_NewRefWithCallback(ob, note, (void *)"d");
    Gil_DECREF(ob);
    /* The dead ones are held until they were called. */
    ck_assert_str_eq(log_text, "dcba");
}
END_TEST

static GilObject *another;

static void
destroy_another(GilObject *ref, void *arg)
{
    note(ref, arg);
    Gil_CLEAR(another);
    strcat(log_text, ")");
}

START_TEST(test_object_weakref__a_callback_may_let_another_object_die)
{
    GilObject *ob = thing(1), *first, *second;

    another = thing(2);
    first = GilWeakref_NewRefWithCallback(ob, destroy_another, (void *)"(");
    second = GilWeakref_NewRefWithCallback(another, note, (void *)"2");
    Gil_DECREF(ob);
    ck_assert_str_eq(log_text, "(2)");
    Gil_DECREF(first);
    Gil_DECREF(second);
}
END_TEST

static void
refer_to_the_reference(GilObject *ref, void *arg)
{
    note(ref, arg);
    /* A weak reference cannot be referred to, and it leads nowhere any more. */
    ck_assert_ptr_null(GilWeakref_NewRef(ref, NULL));
    expect_error(GilExc_TypeError, "cannot create weak reference to 'weakref.ReferenceType' object");
    ck_assert_ptr_null(GilWeakref_NewRef(another, NULL));
    expect_error(GilExc_ReferenceError, "cannot create weak reference to dying 'test.Thing' object");
}

START_TEST(test_object_weakref__a_callback_cannot_refer_to_the_dead)
{
    another = thing(1);
    GilObject *ref = GilWeakref_NewRefWithCallback(another, refer_to_the_reference, (void *)"x");

    Gil_DECREF(another);
    ck_assert_str_eq(log_text, "x");
    Gil_DECREF(ref);
}
END_TEST

static int saved_stderr, pipe_ends[2];

static void
catch_stderr(void)
{
    ck_assert_int_eq(pipe(pipe_ends), 0);
    saved_stderr = dup(STDERR_FILENO);
    dup2(pipe_ends[1], STDERR_FILENO);
    close(pipe_ends[1]);
}

static const char *
caught_stderr(void)
{
    static char text[2048];

    dup2(saved_stderr, STDERR_FILENO);
    ssize_t n = read(pipe_ends[0], text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    close(pipe_ends[0]);
    return text;
}

static void
raise_in_c(GilObject *ref, void *arg)
{
    note(ref, arg);
    ck_assert_ptr_null(GilErr_Occurred());
    GilErr_SetString(GilExc_ValueError, "raised in C");
}

static GilObject *
raise_as_object(GilObject *Gil_UNUSED(self), GilObject *Gil_UNUSED(ref))
{
    ck_assert_ptr_null(GilErr_Occurred());
    return GilErr_Format(GilExc_ValueError, "raised by the function");
}
static GilMethodDef raise_def = {"fail", raise_as_object, GIL_METH_O, NULL};

START_TEST(test_object_weakref__errors_of_callbacks_are_reported_and_disturb_nothing)
{
    GilObject *ob = thing(1), *function = GilCFunction_New(&raise_def, NULL), *number = GilLong_FromLong(7);
    GilObject *refs[] = {GilWeakref_NewRefWithCallback(ob, note, (void *)"end"), GilWeakref_NewRef(ob, function),
                         GilWeakref_NewRef(ob, number),
                         GilWeakref_NewRefWithCallback(ob, raise_in_c, (void *)"begin ")};

    GilErr_SetString(GilExc_KeyError, "pending");
    catch_stderr();
    Gil_DECREF(ob);
    const char *said = caught_stderr();
    ck_assert_ptr_nonnull(strstr(said, "Exception ignored in: <weakref at"));
    ck_assert_ptr_nonnull(strstr(said, "ValueError: raised in C"));
    ck_assert_ptr_nonnull(strstr(said, "Exception ignored while calling weakref callback <built-in function fail>:\n"
                                       "ValueError: raised by the function"));
    ck_assert_ptr_nonnull(strstr(said, "TypeError: 'int' object is not callable"));
    ck_assert_str_eq(log_text, "begin end");
    expect_error(GilExc_KeyError, "'pending'");
    for (int i = 0; i < 4; i++)
        Gil_DECREF(refs[i]);
    Gil_DECREF(function);
}
END_TEST

START_TEST(test_object_weakref__telling_of_a_death_needs_no_memory)
{
    GilObject *ob = thing(1), *refs[3];

    for (int i = 0; i < 3; i++)
        refs[i] = GilWeakref_NewRefWithCallback(ob, note, (void *)"x");
    gil_test_fail_alloc(1, 1);
    Gil_DECREF(ob);
    gil_test_fail_alloc_off();
    ck_assert_str_eq(log_text, "xxx");
    for (int i = 0; i < 3; i++)
        Gil_DECREF(refs[i]);
}
END_TEST

/* --- what can be referred to, and what is equal --- */

START_TEST(test_object_weakref__kinds_that_can_and_cannot)
{
    GilObject *can[] = {
        (GilObject *)(void *)thing_type(1, NULL),
        GilCFunction_New(&note_def, NULL),
        GilModule_New("m"),
        NULL,
    };
    can[3] = GilMethod_New(can[1], can[2]);
    for (int i = 3; i >= 0; i--) {
        GilObject *ref = GilWeakref_NewRef(can[i], NULL), *watch;
        watch = GilWeakref_NewRefWithCallback(can[i], note, (void *)"x");
        expect_alive(ref, can[i]);
        gil_weakref_validate(can[i]);
        Gil_DECREF(can[i]);
        expect_dead(ref);
        Gil_DECREF(ref);
        Gil_DECREF(watch);
    }
    ck_assert_str_eq(log_text, "xxxx");

    GilObject *cannot[] = {GilLong_FromLong(70000), GilUnicode_FromString("s"), GilTuple_New(1), GilList_New(0),
                           GilDict_New(), GilBytes_FromString("b"), GilByteArray_FromStringAndSize("b", 1), Gil_None};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(cannot); i++) {
        ck_assert_ptr_null(GilWeakref_NewRef(cannot[i], NULL));
        ck_assert(GilErr_ExceptionMatches(GilExc_TypeError));
        GilErr_Clear();
        Gil_DECREF(cannot[i]);
    }
}
END_TEST

START_TEST(test_object_weakref__built_in_types_are_referred_to_without_being_written)
{
    GilObject *ref = GilWeakref_NewRef((GilObject *)(void *)&GilLong_Type, NULL);
    GilObject *watch = GilWeakref_NewRefWithCallback((GilObject *)(void *)&GilLong_Type, note, (void *)"x");

    ck_assert_ptr_null(GilLong_Type.tp_weaklist);
    expect_alive(ref, (GilObject *)(void *)&GilLong_Type);
    ck_assert_int_eq(GilObject_RichCompareBool(ref, watch, Gil_EQ), 1);
    Gil_DECREF(ref);
    Gil_DECREF(watch);
    ck_assert_str_eq(log_text, "");
}
END_TEST

START_TEST(test_object_weakref__compares_and_hashes_as_the_referent)
{
    GilObject *a = thing(5), *b = thing(5), *c = thing(6), *unhashable = thing(-1);
    GilObject *ra = GilWeakref_NewRef(a, NULL), *rb = GilWeakref_NewRef(b, NULL), *rc = GilWeakref_NewRef(c, NULL);
    GilObject *ru = GilWeakref_NewRef(unhashable, NULL), *late = GilWeakref_NewRefWithCallback(a, note, (void *)"");

    ck_assert_int_eq(GilObject_RichCompareBool(ra, rb, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(ra, rc, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(ra, rc, Gil_NE), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(ra, a, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(ra, rb, Gil_LT), -1);
    ck_assert(GilErr_ExceptionMatches(GilExc_TypeError));
    GilErr_Clear();
    ck_assert_int_eq(GilObject_Hash(ra), 5);
    ck_assert_int_eq(GilObject_Hash(ru), -1);
    expect_error(GilExc_ValueError, "no hash today");
    Gil_DECREF(a);
    Gil_DECREF(b);
    /* The hash stays what it was; where nobody asked in time there is none. */
    ck_assert_int_eq(GilObject_Hash(ra), 5);
    ck_assert_int_eq(GilObject_Hash(rb), -1);
    expect_error(GilExc_TypeError, "weak object has gone away");
    ck_assert_int_eq(GilObject_RichCompareBool(ra, rb, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(ra, late, Gil_NE), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(ra, ra, Gil_EQ), 1);
    GilObject *all[] = {ra, rb, rc, ru, late, c, unhashable};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

START_TEST(test_object_weakref__shows_what_it_refers_to)
{
    GilObject *ob = thing(1), *ref = GilWeakref_NewRef(ob, NULL);
    char text[160];

    snprintf(text, sizeof text, "<weakref at %p; to 'test.Thing' at %p>", (void *)ref, (void *)ob);
    expect_text(GilObject_Repr(ref), text);
    Gil_DECREF(ob);
    snprintf(text, sizeof text, "<weakref at %p; dead>", (void *)ref);
    expect_text(GilObject_Repr(ref), text);
    Gil_DECREF(ref);
    ob = GilCFunction_New(&note_def, NULL);
    ref = GilWeakref_NewRef(ob, NULL);
    snprintf(text, sizeof text, "<weakref at %p; to 'builtin_function_or_method' at %p (note)>", (void *)ref,
             (void *)ob);
    expect_text(GilObject_Repr(ref), text);
    Gil_DECREF(ob);
    Gil_DECREF(ref);
}
END_TEST

/* --- types --- */

static GilObject *
call_type(GilTypeObject *type, const char *format, GilObject *a, GilObject *b)
{
    return GilObject_CallFunction((GilObject *)(void *)type, format, a, b);
}

START_TEST(test_object_weakref__the_type_can_be_called)
{
    GilObject *ob = thing(1), *ref = call_type(&_GilWeakref_RefType, "O", ob, NULL);
    GilObject *same = GilWeakref_NewRef(ob, NULL);
    GilObject *callback = noter("x"), *second = call_type(&_GilWeakref_RefType, "OO", ob, callback);

    ck_assert_ptr_eq(ref, same);
    ck_assert_ptr_nonnull(second);
    ck_assert_ptr_null(call_type(&_GilWeakref_RefType, "()", NULL, NULL));
    expect_error(GilExc_TypeError, "__new__ expected at least 1 argument, got 0");
    ck_assert_ptr_null(GilObject_CallFunction((GilObject *)(void *)&_GilWeakref_RefType, "OOO", ob, ob, ob));
    expect_error(GilExc_TypeError, "__new__ expected at most 2 arguments, got 3");
    ck_assert_ptr_null(GilObject_CallOneArg(ref, ob));
    expect_error(GilExc_TypeError, "weakref expected 0 arguments, got 1");
    GilObject *kwargs = Gil_BuildValue("{si}", "k", 1), *args = GilTuple_Pack(1, ob), *none = GilTuple_New(0);
    ck_assert_ptr_null(GilObject_Call((GilObject *)(void *)&_GilWeakref_RefType, args, kwargs));
    expect_error(GilExc_TypeError, "ref() takes no keyword arguments");
    ck_assert_ptr_null(GilObject_Call(ref, none, kwargs));
    expect_error(GilExc_TypeError, "weakref() takes no keyword arguments");
    ck_assert_ptr_eq(_GilWeakref_RefType.tp_call(ref, none, NULL), ob);
    Gil_DECREF(ob);
    GilObject *all[] = {kwargs, args, ref, same, ob};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
    ck_assert_str_eq(log_text, "x");
    Gil_DECREF(second);
    Gil_DECREF(callback);
}
END_TEST

START_TEST(test_object_weakref__a_subclass_has_instances_of_its_own)
{
    GilType_Slot slots[] = {{Gil_tp_base, &_GilWeakref_RefType}, {0, NULL}};
    GilType_Spec spec = {"test.Ref", 0, 0, 0, slots};
    GilTypeObject *type = (GilTypeObject *)(void *)GilType_FromSpec(&spec);
    GilObject *ob = thing(1), *a = call_type(type, "O", ob, NULL), *b = call_type(type, "O", ob, NULL);
    GilObject *shared = GilWeakref_NewRef(ob, NULL), *callback = noter("x"), *c = call_type(type, "OO", ob, callback);

    ck_assert(GilWeakref_CheckRef(a) && !GilWeakref_CheckRefExact(a));
    ck_assert_ptr_ne(a, b);
    ck_assert_ptr_ne(a, shared);
    gil_weakref_validate(ob);
    expect_alive(a, ob);
    GilObject *found = GilObject_CallNoArgs(a);
    ck_assert_ptr_eq(found, ob);
    Gil_DECREF(found);
    ck_assert_ptr_null(call_type(type, "()", NULL, NULL));
    expect_error(GilExc_TypeError, "__new__ expected at least 1 argument, got 0");
    Gil_DECREF(b);
    Gil_DECREF(ob);
    expect_dead(a);
    ck_assert_str_eq(log_text, "x");
    GilObject *all[] = {a, c, shared, callback, (GilObject *)(void *)type};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

START_TEST(test_object_weakref__subclasses_inherit_the_list)
{
    GilTypeObject *base = thing_type(0, NULL);
    GilType_Slot slots[] = {{Gil_tp_base, base}, {0, NULL}};
    GilType_Spec spec = {"test.Sub", 0, 0, 0, slots};
    GilTypeObject *type = (GilTypeObject *)(void *)GilType_FromSpec(&spec);
    GilObject *ob = GilObject_CallNoArgs((GilObject *)(void *)type);
    GilObject *ref = GilWeakref_NewRefWithCallback(ob, note, (void *)"x");

    Gil_DECREF(ob);
    ck_assert_str_eq(log_text, "x");
    Gil_DECREF(ref);
    Gil_DECREF(type);
    Gil_DECREF(base);
}
END_TEST

static GilObject *late_ref;

static void
refer_in_del(GilObject *self)
{
    late_ref = GilWeakref_NewRefWithCallback(self, note, (void *)"late");
    ck_assert_ptr_nonnull(late_ref);
}

START_TEST(test_object_weakref__references_made_by_del_are_cleared_without_a_word)
{
    GilType_Slot slots[] = {{Gil_tp_members, thing_members}, {Gil_tp_del, (void *)refer_in_del}, {0, NULL}};
    GilType_Spec spec = {"test.Thing", sizeof(struct thing), 0, 0, slots};
    GilTypeObject *type = (GilTypeObject *)(void *)GilType_FromSpec(&spec);
    GilObject *op = GilObject_CallNoArgs((GilObject *)(void *)type);

    Gil_DECREF(op);
    expect_dead(late_ref);
    ck_assert_str_eq(log_text, "");
    Gil_DECREF(late_ref);
    Gil_DECREF(type);
}
END_TEST

static void
forgetful_dealloc(GilObject *self)
{
    Gil_TYPE(self)->tp_free(self);
}

static void
forget(void *Gil_UNUSED(arg))
{
    GilType_Slot slots[] = {{Gil_tp_members, thing_members}, {Gil_tp_dealloc, (void *)forgetful_dealloc}, {0, NULL}};
    GilType_Spec spec = {"test.Thing", sizeof(struct thing), 0, 0, slots};
    GilObject *op = GilType_GenericAlloc((GilTypeObject *)(void *)GilType_FromSpec(&spec), 0);

    GilWeakref_NewRef(op, NULL);
    Gil_DECREF(op);
}

START_TEST(test_object_weakref__a_destructor_that_forgets_them_is_stopped)
{
    gil_test_expect_abort(forget, NULL, "a 'test.Thing' object has weak references");
}
END_TEST

START_TEST(test_object_weakref__misuse_is_refused)
{
    GilObject *ob = thing(1), *list = GilList_New(0), *found;

    ck_assert_int_eq(GilWeakref_GetRef(ob, &found), -1);
    expect_error(GilExc_TypeError, "GilWeakref_GetRef: expected a weak reference, got test.Thing");
    ck_assert_ptr_null(found);
    ck_assert_int_eq(GilWeakref_IsDead(ob), -1);
    expect_error(GilExc_TypeError, "GilWeakref_IsDead: expected a weak reference, got test.Thing");
    GilObject_ClearWeakRefs(ob);
    expect_error(GilExc_SystemError, "GilObject_ClearWeakRefs: the 'test.Thing' object is alive");
    GilObject_ClearWeakRefs(list);
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
    Gil_DECREF(list);
    Gil_DECREF(ob);
}
END_TEST

static void
silent_dealloc(GilObject *self)
{
    GilTypeObject *type = Gil_TYPE(self);

    GilUnstable_Object_ClearWeakRefsNoCallbacks(self);
    GilObject_Free(self);
    Gil_DECREF(type);
}

START_TEST(test_object_weakref__can_be_cleared_without_callbacks)
{
    GilType_Slot slots[] = {{Gil_tp_members, thing_members}, {Gil_tp_dealloc, (void *)silent_dealloc}, {0, NULL}};
    GilType_Spec spec = {"test.Thing", sizeof(struct thing), 0, 0, slots};
    GilTypeObject *type = (GilTypeObject *)(void *)GilType_FromSpec(&spec);
    GilObject *op = GilType_GenericAlloc(type, 0), *ref = GilWeakref_NewRefWithCallback(op, note, (void *)"x");

    Gil_DECREF(op);
    expect_dead(ref);
    Gil_DECREF(ref);
    ck_assert_str_eq(log_text, "");
    Gil_DECREF(type);
}
END_TEST

/* --- for the collector --- */

static int
is_this(GilObject *ref, void *arg)
{
    return ref == arg;
}

START_TEST(test_I6_callback_of_trash_never_runs)
{
    GilObject *ob = thing(1), *outside = thing(2);
    GilObject *trash = GilWeakref_NewRefWithCallback(ob, note, (void *)"trash ");
    GilObject *watch = GilWeakref_NewRefWithCallback(ob, note, (void *)"watch ");
    GilObject *to_outside = GilWeakref_NewRefWithCallback(outside, note, (void *)"outside ");
    struct gil_weakref_queue queue;

    /* Garbage: ob, trash, and to_outside, whose referent is none. */
    gil_weakref_queue_init(&queue);
    gil_weakref_clear_garbage(ob, is_this, trash, &queue);
    gil_weakref_clear_garbage(trash, is_this, trash, &queue);
    gil_weakref_clear_garbage(to_outside, is_this, trash, &queue);
    ck_assert_ptr_null(thing_of(ob)->weaklist);
    ck_assert_ptr_null(thing_of(outside)->weaklist);
    expect_dead(trash);
    expect_dead(watch);
    ck_assert_str_eq(log_text, "");
    ck_assert_int_eq(Gil_REFCNT(watch), 2);
    gil_weakref_run_callbacks(gil_tstate_need(__func__), &queue);
    ck_assert_ptr_null(queue.first);
    gil_weakref_run_callbacks(gil_tstate_need(__func__), &queue);
    ck_assert_str_eq(log_text, "watch ");
    ck_assert_int_eq(Gil_REFCNT(watch), 1);

    GilObject *by_finalizer = GilWeakref_NewRefWithCallback(ob, note, (void *)"late ");
    gil_weakref_clear_silently(ob);
    expect_dead(by_finalizer);
    GilObject *all[] = {ob, outside, trash, watch, to_outside, by_finalizer};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
    ck_assert_str_eq(log_text, "watch ");
}
END_TEST

static int
count_visits(GilObject *Gil_UNUSED(op), void *arg)
{
    ++*(int *)arg;
    return 0;
}

START_TEST(test_object_weakref__holds_its_callback_alone)
{
    GilObject *ob = thing(1), *callback = noter("x"), *ref = GilWeakref_NewRef(ob, callback);
    int visits = 0;

    ck_assert(GilObject_GC_IsTracked(ref));
    Gil_TYPE(ref)->tp_traverse(ref, count_visits, &visits);
    ck_assert_int_eq(visits, 1);
    Gil_TYPE(ref)->tp_clear(ref);
    expect_dead(ref);
    ck_assert_int_eq(Gil_REFCNT(callback), 1);
    ck_assert_ptr_null(thing_of(ob)->weaklist);
    Gil_DECREF(ob);
    Gil_DECREF(ref);
    Gil_DECREF(callback);
    ck_assert_str_eq(log_text, "");
}
END_TEST

static int
make_each(void *arg)
{
    GilObject *ob = arg, *function = noter("x"), *ref = NULL, *in_c = NULL, *repr = NULL;

    if (function != NULL)
        ref = GilWeakref_NewRef(ob, function);
    if (ref != NULL)
        in_c = GilWeakref_NewRefWithCallback(ob, note, (void *)"y");
    if (in_c != NULL)
        repr = GilObject_Repr(in_c);
    int rc = repr != NULL ? 0 : -1;
    Gil_XDECREF(repr);
    Gil_XDECREF(in_c);
    Gil_XDECREF(ref);
    Gil_XDECREF(function);
    return rc;
}

START_TEST(test_J1_weak_references_without_memory)
{
    GilObject *ob = thing(1);

    gil_test_oom_loop(make_each, ob);
    Gil_DECREF(ob);
    ck_assert_str_eq(log_text, "");
}
END_TEST

Suite *
suite(void)
{
    const TTest *const tests[] = {
        test_object_weakref__gives_the_referent_while_it_lives,
        test_object_weakref__a_reference_that_dies_first_is_not_called,
        test_object_weakref__callbacks_run_latest_first_after_all_are_dead,
        test_object_weakref__a_callback_is_called_once_and_let_go,
        test_G11_a_dying_object_is_not_given,
        test_G11_an_object_that_was_put_off_is_dead,
        test_G11_what_waits_for_its_destructor_is_not_given,
        test_G11_a_finalizer_may_resurrect_through_a_weak_reference,
        test_object_weakref__a_callback_may_drop_the_other_references,
        test_object_weakref__a_callback_may_let_another_object_die,
        test_object_weakref__a_callback_cannot_refer_to_the_dead,
        test_object_weakref__errors_of_callbacks_are_reported_and_disturb_nothing,
        test_object_weakref__telling_of_a_death_needs_no_memory,
        test_object_weakref__kinds_that_can_and_cannot,
        test_object_weakref__built_in_types_are_referred_to_without_being_written,
        test_object_weakref__compares_and_hashes_as_the_referent,
        test_object_weakref__shows_what_it_refers_to,
        test_object_weakref__the_type_can_be_called,
        test_object_weakref__a_subclass_has_instances_of_its_own,
        test_object_weakref__subclasses_inherit_the_list,
        test_object_weakref__references_made_by_del_are_cleared_without_a_word,
        test_object_weakref__a_destructor_that_forgets_them_is_stopped,
        test_object_weakref__misuse_is_refused,
        test_object_weakref__can_be_cleared_without_callbacks,
        test_I6_callback_of_trash_never_runs,
        test_object_weakref__holds_its_callback_alone,
        test_J1_weak_references_without_memory,
        NULL,
    };
    return suite_of_one("object/weakref", tests);
}
