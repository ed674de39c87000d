/* SPDX-License-Identifier: MIT */
/* The re-entrancy matrix: fixtures full of imps, the kinds of trouble, and what must hold afterwards. */
#include "reentry/matrix.h"

#include "module/import.h"
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
    must(GilList_Clear(list) == 0);
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
    must(GilSet_Clear(v->set) == 0);
    may_fail(GilByteArray_Resize(v->bytearray, 0));
    may_return(GilObject_CallMethod(v->memoryview, "release", NULL));
    must(GilCell_Set(v->cell, NULL) == 0);
    return 0;
}

static int
grow_all(void *arg)
{
    struct victims *v = arg;
    for (long i = 0; i < GROWTH; i++) {
        GilObject *number = GilLong_FromLong(5000 + i);
        must(number != NULL);
        must(GilList_Insert(v->list, 0, number) == 0);
        must(GilList_Append(v->pairs, number) == 0);
        must(GilList_Append(v->texts, number) == 0);
        must(GilList_Append(v->chunks, number) == 0);
        must(GilDict_SetItem(v->dict, number, number) == 0);
        must(GilDict_SetItem(v->dict_empty, number, number) == 0);
        must(GilSet_Add(v->set, number) == 0);
        Gil_DECREF(number);
    }
    may_fail(GilByteArray_Resize(v->bytearray, 5000));
    return 0;
}

static void
change_list(GilObject *list)
{
    for (Gil_ssize_t i = 0; i < GilList_Size(list); i++)
        must(GilList_SetItem(list, i, Gil_None) == 0);
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
            must(GilDict_SetItem(v->dict, number, Gil_None) == 0);
        }
        Gil_DECREF(number);
        Gil_DECREF(key);
    }
    Gil_DECREF(keys);
    may_return(GilSet_Pop(v->set));
    must(GilSet_Add(v->set, Gil_None) == 0);
    must(GilCell_Set(v->cell, Gil_None) == 0);
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
        must(token != NULL);
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
    must(op != NULL);
    Gil_XSETREF(*field, op);
}

/* A container of n imps of values 1 to n, given their format; they are nobody else's. */
static GilObject *
build(GilObject *type, const char *format, int n)
{
    GilObject *imps[6];
    must(n <= 6);
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
        must(GilDict_SetItem(dict, key, value) == 0);
        Gil_DECREF(value);
        Gil_DECREF(key);
    }
}

/* Imps as items and keys of every container. */
static void
infest(struct fixture *f, GilObject *type)
{
    GilObject *items = build(type, "[OOO]", 3), *content = imp_new(type, 1);
    static const char *const names[] = {"attr", "f", "Thing", "__doc__"};

    put(&f->any, imp_new(type, 1));
    put(&f->list, build(type, "[OOOO]", 4));
    put(&f->pairs, build(type, "[(OO)(OO)]", 4));
    put(&f->tuple, build(type, "(O)", 1));
    put(&f->iter, GilObject_GetIter(f->list));
    /* Whoever looks for "key" meets the others of its hash first. */
    put(&f->dict, GilDict_New());
    add_imps(f->dict, type);
    put(&f->set, GilSet_New(items));
    put(&f->slice, GilSlice_New(content, f->number, NULL));
    put(&f->memoryview, GilMemoryView_FromObject(content));
    put(&f->chunks, build(type, "[OO]", 2));
    put(&f->fresh_tuple, build(type, "(OO)", 2));
    put(&f->more, GilDict_Copy(f->dict));
    /* Imps that nobody else holds. */
    put(&f->class_info, imp_new(type, 1));
    put(&f->items, imp_new(type, 1));
    put(&f->module_spec, imp_new(type, 1));
    Gil_SETREF(content, imp_new(type, 1));
    must(GilCell_Set(f->cell, content) == 0);
    Gil_SETREF(content, imp_new(type, 1));
    GilBuffer_Release(&f->lent_view);
    must(GilObject_GetBuffer(content, &f->lent_view, GilBUF_SIMPLE) == 0);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(names); i++) {
        Gil_SETREF(content, imp_new(type, 1));
        must(GilModule_AddObjectRef(f->module, names[i], content) == 0);
    }
    Gil_SETREF(content, imp_new(type, 1));
    must(GilObject_SetAttr(f->bag, f->attr, content) == 0);
    Gil_SETREF(content, imp_new(type, 1));
    must(GilDict_SetItem(f->dict, f->key, content) == 0);
    Gil_SETREF(content, build(type, "(O)", 1));
    must(GilException_SetArgs(f->exc, content) == 0);
    Gil_SETREF(content, build(type, "(O)", 1));
    GilException_SetCause(f->exc, GilObject_CallObject(f->exc_class, content));
    Gil_SETREF(content, build(type, "(O)", 1));
    GilException_SetContext(f->exc, GilObject_CallObject(f->exc_class, content));
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
    const char *clears; /* why what a callback raised may be gone; NULL: it must come through */
    enum disguise as;
    const char *trouble;
    long at;
    int says_nothing; /* left alone it fails, or has no result, and sets no error */
};

#define judged(condition, r, what)                                                                                       \
    ((condition) ? (void)0                                                                                               \
                 : ck_abort_msg("%s (%d), %s at callback %ld: " what, (r)->name, (int)(r)->as, (r)->trouble, (r)->at))

/* The error set, if any, is what the result says; what a callback raised is that error. It is taken. */
static void
judge_error(const struct run *r, const struct fixture *f, int raised)
{
    int set = GilErr_Occurred() != NULL;

    if (set)
        judged(f->failed || r->kind == CALL_RAISES, r, "an error, and a result");
    else if (r->at != 0)
        judged(!f->failed || r->says_nothing, r, "fails without an error");
    if (raised && r->clears == NULL && r->kind != CALL_RAISES) {
        judged(set || r->says_nothing, r, "what the callback raised is lost");
        judged(!set || GilErr_ExceptionMatches(GilExc_ArithmeticError), r, "another error than the callback raised");
    }
    GilErr_Clear();
}

static void
judge(const struct run *r, const struct fixture *f, const struct victims *v)
{
    judged(GilThreadState_IsAttached(), r, "not attached any more");
    judge_error(r, f, imp_plan.raised);
    gil_dict_validate(gil_dict(v->dict));
    gil_dict_validate(gil_dict(v->dict_empty));
    gil_set_validate(gil_set(v->set));
    for (Gil_ssize_t i = 0; i < GilList_GET_SIZE(v->list); i++)
        must(((GilListObject *)(void *)v->list)->ob_item[i] != NULL);
}

/* What was imported runs its code once more when it is again. */
static void
forget_import(void)
{
    GilObject *modules = gil_module_pocket(GilThreadState_Get())->modules;
    if (modules != NULL)
        must(GilDict_PopString(modules, "slotted", NULL) >= 0);
}

/* Makes the call with fresh objects; returns how many callbacks it made. */
static long
run_once(struct run *r, int (*trouble)(void *))
{
    struct fixture f;
    GilObject *type = imp_type_new();
    must(type != NULL);
    misuse_fill(&f);
    infest(&f, type);
    struct victims victims = victims_of(&f);
    disguise(&f, type, r->as);
    forget_import();

    f.failed = 1; /* a function without a result cannot say so itself */
    imp_plan = (struct imp_plan){.at = r->at, .trouble = trouble, .arg = &victims};
    misuse_asks = imp_asks;
    r->call(&f);
    misuse_asks = NULL;
    long callbacks = imp_plan.callbacks;
    imp_plan.at = 0;
    if (r->at == 0)
        r->says_nothing = f.failed && GilErr_Occurred() == NULL;
    judge(r, &f, &victims);

    misuse_empty(&f);
    release_victims(&victims);
    Gil_DECREF(type);
    if (r->kind == CALL_LEAVES)
        GilGC_Collect();
    judged(imps_alive() == 0 || r->kind == CALL_LEAVES, r, "imps are left");
    return callbacks;
}

static void
start_other(void)
{
    sem_init(&other.asked, 0, 0);
    sem_init(&other.done, 0, 0);
    other.guard = GilInterpreterGuard_FromCurrent();
    must(other.guard != NULL);
    must(pthread_create(&other.id, NULL, other_main, NULL) == 0);
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
    must(Gil_GetFinalizeReport(&report) == 0);
    ck_assert_msg(kind == CALL_LEAVES || (report.objects == 0 && report.blocks == 0),
                  "%s: %llu objects and %llu blocks are left", name, (unsigned long long)report.objects,
                  (unsigned long long)report.blocks);
}

long
matrix_run(const char *name, misuse_call call, enum call_kind kind, const char *clears)
{
    long runs = 0, made = 0;

    misuse_start();
    start_other();
    for (int as = 0; as < DISGUISES; as++) {
        struct run r = {name, call, kind, clears, (enum disguise)as, "left alone", 0, 0};
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
