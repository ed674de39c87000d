/* SPDX-License-Identifier: MIT */
/* The re-entrancy matrix: fixtures full of imps, the kinds of trouble, and what must hold afterwards. */
#include "reentry/matrix.h"

#include "reentry/imp.h"
#include "value/dict.h"
#include "value/set.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

/* Callbacks of one call that are tried; beyond them a call repeats itself. */
#define CALLBACKS_MAX 40
/* Items that come when a container grows: enough that its memory moves. */
#define GROWTH 20

/* What a call works on: kept here, because the fixture may show others instead. */
struct victims {
    GilObject *list, *pairs, *texts, *chunks, *dict, *dict_empty, *set, *bytearray, *memoryview, *cell, *capsule;
};

/* --- trouble --- */

static void
empty_list(GilObject *list)
{
    ck_assert_int_eq(GilList_Clear(list), 0);
}

/* An operation that may be refused, because memory is lent. */
static void
may_fail(int rc)
{
    if (rc < 0)
        GilErr_Clear();
}

static void
may_return(GilObject *result)
{
    if (result == NULL)
        GilErr_Clear();
    Gil_XDECREF(result);
}

static int
empty_all(void *arg)
{
    struct victims *v = arg;
    empty_list(v->list);
    empty_list(v->pairs);
    empty_list(v->texts);
    empty_list(v->chunks);
    GilDict_Clear(v->dict);
    GilDict_Clear(v->dict_empty);
    ck_assert_int_eq(GilSet_Clear(v->set), 0);
    may_fail(GilByteArray_Resize(v->bytearray, 0));
    may_return(GilObject_CallMethod(v->memoryview, "release", NULL));
    ck_assert_int_eq(GilCell_Set(v->cell, NULL), 0);
    return 0;
}

static int
grow_all(void *arg)
{
    struct victims *v = arg;
    for (long i = 0; i < GROWTH; i++) {
        GilObject *number = GilLong_FromLong(5000 + i);
        ck_assert_ptr_nonnull(number);
        ck_assert_int_eq(GilList_Insert(v->list, 0, number), 0);
        ck_assert_int_eq(GilList_Append(v->pairs, number), 0);
        ck_assert_int_eq(GilList_Append(v->texts, number), 0);
        ck_assert_int_eq(GilList_Append(v->chunks, number), 0);
        ck_assert_int_eq(GilDict_SetItem(v->dict, number, number), 0);
        ck_assert_int_eq(GilDict_SetItem(v->dict_empty, number, number), 0);
        ck_assert_int_eq(GilSet_Add(v->set, number), 0);
        Gil_DECREF(number);
    }
    may_fail(GilByteArray_Resize(v->bytearray, 5000));
    return 0;
}

static void
change_list(GilObject *list)
{
    for (Gil_ssize_t i = 0; i < GilList_Size(list); i++)
        ck_assert_int_eq(GilList_SetItem(list, i, Gil_None), 0);
}

/* Each item is exchanged, and each key but for one goes and another comes: the sizes stay. */
static int
change_all(void *arg)
{
    struct victims *v = arg;
    GilObject *key, *value, *keys = GilDict_Keys(v->dict);
    change_list(v->list);
    change_list(v->pairs);
    change_list(v->texts);
    change_list(v->chunks);
    for (Gil_ssize_t i = 0; i < GilList_Size(keys); i++) {
        key = GilList_GetItemRef(keys, i);
        GilObject *number = GilLong_FromSsize_t(9000 + i);
        if (i > 0 && GilDict_Pop(v->dict, key, &value) == 1) { /* compares, which may be the next callback */
            Gil_DECREF(value);
            ck_assert_int_eq(GilDict_SetItem(v->dict, number, Gil_None), 0);
        }
        Gil_DECREF(number);
        Gil_DECREF(key);
    }
    Gil_DECREF(keys);
    may_return(GilSet_Pop(v->set));
    ck_assert_int_eq(GilSet_Add(v->set, Gil_None), 0);
    ck_assert_int_eq(GilCell_Set(v->cell, Gil_None), 0);
    return 0;
}

static int
drop_the_lock(void *Gil_UNUSED(arg))
{
    Gil_BEGIN_ALLOW_THREADS
    Gil_END_ALLOW_THREADS
    return 0;
}

static int
collect(void *Gil_UNUSED(arg))
{
    GilGC_Collect();
    return 0;
}

static int
raise_error(void *Gil_UNUSED(arg))
{
    GilErr_SetString(GilExc_ArithmeticError, "an imp does not like that");
    return -1;
}

/* A thread that empties everything when it is asked to. */
static struct {
    pthread_t id;
    sem_t asked, done;
    GilInterpreterGuard *guard;
    struct victims *victims; /* NULL: stop */
} other;

static void *
other_main(void *Gil_UNUSED(arg))
{
    for (;;) {
        sem_wait(&other.asked);
        if (other.victims == NULL)
            return NULL;
        GilThreadStateToken *token = GilThreadState_Ensure(other.guard);
        ck_assert_ptr_nonnull(token);
        empty_all(other.victims);
        GilThreadState_Release(token);
        sem_post(&other.done);
    }
}

static int
let_another_empty_all(void *arg)
{
    other.victims = arg;
    Gil_BEGIN_ALLOW_THREADS
    sem_post(&other.asked);
    while (sem_wait(&other.done) != 0)
        ;
    Gil_END_ALLOW_THREADS
    return 0;
}

static const struct {
    const char *name;
    int (*make)(void *);
} troubles[] = {
    {"emptied", empty_all},   {"grown", grow_all},   {"changed", change_all}, {"emptied by another thread", let_another_empty_all},
    {"unlocked", drop_the_lock}, {"collected", collect}, {"raised", raise_error},
};

/* --- fixtures --- */

enum disguise { IMPS_INSIDE, IMPS_AS_VALUES, IMPS_AS_CONTAINERS, DISGUISES };

static void
put(GilObject **field, GilObject *op)
{
    ck_assert_ptr_nonnull(op);
    Gil_XSETREF(*field, op);
}

/* A container of n imps of values 1 to n, given their format; they are nobody else's. */
static GilObject *
build(GilObject *type, const char *format, int n)
{
    GilObject *imps[6];
    ck_assert_int_le(n, 6);
    for (int i = 0; i < 6; i++)
        imps[i] = i < n ? imp_new(type, i + 1) : NULL;
    GilObject *result = Gil_BuildValue(format, imps[0], imps[1], imps[2], imps[3], imps[4], imps[5]);
    for (int i = 0; i < n; i++)
        Gil_DECREF(imps[i]);
    return result;
}

static void
add_imps(GilObject *dict, GilObject *type)
{
    for (long i = 3; i > 0; i--) {
        GilObject *key = imp_new(type, i), *value = imp_new(type, i + 10);
        ck_assert_int_eq(GilDict_SetItem(dict, key, value), 0);
        Gil_DECREF(value);
        Gil_DECREF(key);
    }
}

/* Imps as items and keys of every container. */
static void
infest(struct fixture *f, GilObject *type)
{
    GilObject *items = build(type, "[OOO]", 3), *content = imp_new(type, 1);
    put(&f->any, imp_new(type, 1));
    put(&f->list, build(type, "[OOOO]", 4));
    put(&f->pairs, build(type, "[(OO)(OO)]", 4));
    put(&f->tuple, build(type, "(O)", 1));
    put(&f->iter, GilObject_GetIter(f->list));
    add_imps(f->dict, type);
    put(&f->set, GilSet_New(items));
    put(&f->slice, GilSlice_New(content, f->number, NULL));
    put(&f->memoryview, GilMemoryView_FromObject(content));
    ck_assert_int_eq(GilCell_Set(f->cell, content), 0);
    Gil_DECREF(content);
    Gil_DECREF(items);
}

static void
disguise(struct fixture *f, GilObject *type, enum disguise as)
{
    GilObject **values[] = {&f->number, &f->float_number, &f->plain, &f->key, &f->new_key, &f->bytes, &f->bytearray};
    GilObject **containers[] = {&f->list,  &f->pairs,      &f->tuple, &f->texts,  &f->chunks, &f->iter,
                                &f->dict,  &f->dict_empty, &f->set,   &f->func,   &f->func_o, &f->method};
    if (as >= IMPS_AS_VALUES)
        for (size_t i = 0; i < Gil_ARRAY_LENGTH(values); i++)
            put(values[i], imp_new(type, 1));
    if (as >= IMPS_AS_CONTAINERS)
        for (size_t i = 0; i < Gil_ARRAY_LENGTH(containers); i++)
            put(containers[i], imp_new(type, 1));
    f->array[0] = f->array[1] = f->number;
}

static struct victims
victims_of(struct fixture *f)
{
    return (struct victims){Gil_NewRef(f->list),       Gil_NewRef(f->pairs), Gil_NewRef(f->texts),
                            Gil_NewRef(f->chunks),     Gil_NewRef(f->dict),  Gil_NewRef(f->dict_empty),
                            Gil_NewRef(f->set),        Gil_NewRef(f->bytearray), Gil_NewRef(f->memoryview),
                            Gil_NewRef(f->cell),       Gil_NewRef(f->capsule)};
}

static void
release_victims(struct victims *v)
{
    GilObject *owned[] = {v->list, v->pairs,     v->texts,      v->chunks, v->dict,   v->dict_empty,
                          v->set,  v->bytearray, v->memoryview, v->cell,   v->capsule};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(owned); i++)
        Gil_DECREF(owned[i]);
}

/* --- one call --- */

struct run {
    const char *name;
    misuse_call call;
    enum call_kind kind;
    enum disguise as;
    const char *trouble;
    long at;
};

/* The error set, if any, is what the result says; it is taken. */
static void
judge(const struct run *r, const struct fixture *f, const struct victims *v)
{
    const char *how = r->trouble;
    ck_assert_msg(GilThreadState_IsAttached(), "%s, %s at callback %ld: not attached any more", r->name, how, r->at);
    if (GilErr_Occurred() != NULL) {
        ck_assert_msg(f->failed || r->kind == CALL_RAISES, "%s, %s at callback %ld: an error, and a result", r->name, how,
                      r->at);
        GilErr_Clear();
    }
    gil_dict_validate(gil_dict(v->dict));
    gil_dict_validate(gil_dict(v->dict_empty));
    gil_set_validate(gil_set(v->set));
    for (Gil_ssize_t i = 0; i < GilList_GET_SIZE(v->list); i++)
        ck_assert_ptr_nonnull(((GilListObject *)(void *)v->list)->ob_item[i]);
}

/* Makes the call with fresh objects; returns how many callbacks it made. */
static long
run_once(const struct run *r, int (*trouble)(void *))
{
    struct fixture f;
    GilObject *type = imp_type_new();
    ck_assert_ptr_nonnull(type);
    misuse_fill(&f);
    infest(&f, type);
    struct victims victims = victims_of(&f);
    disguise(&f, type, r->as);

    f.failed = 1; /* a function without a result cannot say so itself */
    imp_plan = (struct imp_plan){.at = r->at, .trouble = trouble, .arg = &victims};
    r->call(&f);
    long callbacks = imp_plan.callbacks;
    imp_plan.at = 0;
    judge(r, &f, &victims);

    misuse_empty(&f);
    release_victims(&victims);
    Gil_DECREF(type);
    if (r->kind == CALL_LEAVES)
        GilGC_Collect();
    ck_assert_msg(imps_alive() == 0 || r->kind == CALL_LEAVES, "%s, %s at callback %ld: %ld imps are left", r->name,
                  r->trouble, r->at, imps_alive());
    return callbacks;
}

static void
start_other(void)
{
    sem_init(&other.asked, 0, 0);
    sem_init(&other.done, 0, 0);
    other.guard = GilInterpreterGuard_FromCurrent();
    ck_assert_ptr_nonnull(other.guard);
    ck_assert_int_eq(pthread_create(&other.id, NULL, other_main, NULL), 0);
}

static void
stop_other(void)
{
    other.victims = NULL;
    sem_post(&other.asked);
    pthread_join(other.id, NULL);
    GilInterpreterGuard_Close(other.guard);
}

/* Nothing may be left of all these calls. */
static void
stop_and_count(const char *name, enum call_kind kind)
{
    GilFinalizeReport report;

    gil_test_stop();
    GilFinalizeReport_Init(&report);
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    ck_assert_msg(kind == CALL_LEAVES || (report.objects == 0 && report.blocks == 0),
                  "%s: %llu objects and %llu blocks are left", name, (unsigned long long)report.objects,
                  (unsigned long long)report.blocks);
}

long
matrix_run(const char *name, misuse_call call, enum call_kind kind)
{
    long runs = 0, made = 0;

    misuse_start();
    start_other();
    for (int as = 0; as < DISGUISES; as++) {
        struct run r = {name, call, kind, (enum disguise)as, "left alone", 0};
        long callbacks = run_once(&r, NULL);
        for (r.at = 1; r.at <= callbacks && r.at <= CALLBACKS_MAX; r.at++)
            for (size_t i = 0; i < Gil_ARRAY_LENGTH(troubles); i++) {
                r.trouble = troubles[i].name;
                run_once(&r, troubles[i].make);
                runs++;
                made += imp_plan.made;
            }
    }
    stop_other();
    stop_and_count(name, kind);
    if (runs > 0)
        fprintf(stderr, "%s: %ld calls, trouble made in %ld\n", name, runs, made);
    return made;
}
