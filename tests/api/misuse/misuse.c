/* SPDX-License-Identifier: MIT */
/* Judges calls of exported functions that are right, that lack an argument, that are made without the lock, and with an error
 * set. */
#include "api/misuse/misuse.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct trial {
    const struct misuse_entry *entry;
    const char *name;
    misuse_call call;
    struct fixture f;
};

/* What all tests did, each of which is a process of its own. */
static struct {
    pid_t owner;
    long functions, wrong, with_error, stopped;
} *total;

__attribute__((constructor)) static void
share_total(void)
{
    total = mmap(NULL, sizeof *total, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (total == MAP_FAILED)
        abort();
    total->owner = getpid();
}

__attribute__((destructor)) static void
print_total(void)
{
    if (total->owner == getpid())
        printf("# functions: %ld, %ld calls with a NULL or a wrong type, %ld with an error set, of which %ld stop the process\n",
               total->functions, total->wrong, total->with_error, total->stopped);
}

static int
is_debug_build(void)
{
    return strstr(Gil_GetBuildInfo(), "debug") != NULL;
}

static const char *
described(const struct trial *t)
{
    static char text[160];
    if (t->f.null != 0)
        snprintf(text, sizeof text, "%s with NULL as argument %d", t->name, t->f.null);
    else if (t->f.wrong != 0)
        snprintf(text, sizeof text, "%s with a wrong type as argument %d", t->name, t->f.wrong);
    else
        snprintf(text, sizeof text, "%s", t->name);
    return text;
}

static int
names_function(const char *message, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = message; (at = strstr(at, name)) != NULL; at += length) {
        char after = at[length];
        if (after != '_' && !isalnum((unsigned char)after))
            return 1;
    }
    return 0;
}

/* Takes the error, which must be of that class (NULL: SystemError or TypeError), and judges it. */
static void
judge_error(const struct trial *t, GilObject **exc_class)
{
    ck_assert_msg(GilErr_Occurred() != NULL, "%s: no error", described(t));
    GilObject *error = GilErr_GetRaisedException();
    GilObject *message = GilObject_Str(error);
    ck_assert_ptr_nonnull(message);
    const char *text = GilUnicode_AsUTF8(message);
    const char *name = GilExceptionClass_Name((GilObject *)(void *)Gil_TYPE(error));
    int right = exc_class != NULL ? GilErr_GivenExceptionMatches(error, *exc_class)
                                  : GilErr_GivenExceptionMatches(error, GilExc_SystemError) ||
                                        GilErr_GivenExceptionMatches(error, GilExc_TypeError);
    ck_assert_msg(right, "%s: %s: %s", described(t), name, text);
    ck_assert_msg(t->f.failed, "%s: %s is set, but the result does not say so", described(t), name);
    if (exc_class == NULL)
        ck_assert_msg(text[0] != '\0', "%s: %s without a message", described(t), name);
    if (t->f.null != 0 && exc_class == NULL)
        ck_assert_msg(names_function(text, t->name), "%s: the message names no function: %s", described(t), text);
    Gil_DECREF(message);
    Gil_DECREF(error);
}

static void
judge_success(const struct trial *t)
{
    if (GilErr_Occurred() == NULL)
        return;
    GilObject *error = GilErr_GetRaisedException();
    GilObject *message = GilObject_Repr(error);
    ck_abort_msg("%s: %s", described(t), message != NULL ? GilUnicode_AsUTF8(message) : "an error");
}

/* Makes the call and judges it. Each trial has objects of its own. */
static void
try_call(struct trial *t, enum outcome outcome, GilObject **exc_class)
{
    t->f.failed = 1; /* a function without a result cannot say so itself */
    t->call(&t->f);
    ck_assert_msg(GilThreadState_IsAttached(), "%s: not attached any more", described(t));
    if (outcome == RAISES)
        judge_error(t, exc_class);
    else {
        judge_success(t);
        ck_assert_msg(outcome != FAILS_QUIETLY || t->f.failed, "%s: claims to have worked", described(t));
    }
    misuse_empty(&t->f);
}

static void
start_trial(struct trial *t, int null, int wrong)
{
    misuse_fill(&t->f);
    total->wrong += null != 0 || wrong != 0;
    t->f.null = null;
    t->f.wrong = wrong;
}

static void
call_it(void *arg)
{
    struct trial *t = (struct trial *)arg;
    t->call(&t->f);
}

static void
call_it_detached(void *arg)
{
    struct trial *t = (struct trial *)arg;
    Gil_BEGIN_ALLOW_THREADS
    t->call(&t->f);
    Gil_END_ALLOW_THREADS
}

static void
try_stop(struct trial *t, void (*how)(void *))
{
    char function[100];
    snprintf(function, sizeof function, "%s:", t->name);
    gil_test_expect_abort(how, t, function);
    misuse_empty(&t->f);
}

static void
try_lock(struct trial *t, enum lock_class lock, enum call_kind kind)
{
    start_trial(t, 0, 0);
    if (lock == LOCK_HELD)
        try_stop(t, call_it_detached);
    else if (lock == LOCK_FREE)
        try_stop(t, call_it);
    else {
        if (kind != CALL_ELSEWHERE)
            call_it_detached(t);
        misuse_empty(&t->f);
    }
}

static void
try_argument(struct trial *t, int number, const struct expectation *expected)
{
    if (expected->on_null != NOT_TRIED) {
        start_trial(t, number, 0);
        if (expected->on_null == STOPS)
            try_stop(t, call_it);
        else
            try_call(t, expected->on_null, expected->null_class);
    }
    if (expected->on_wrong != NOT_TRIED) {
        start_trial(t, 0, number);
        try_call(t, expected->on_wrong, expected->wrong_class);
    }
}

/* With an error set the call is made all the same: that error stays, or the call fails with another. A debug build stops at once
 * where an object is asked something. */
static void
call_with_error_set(void *arg)
{
    struct trial *t = (struct trial *)arg;
    GilErr_SetString(GilExc_ArithmeticError, "set before");
    t->f.failed = 1;
    t->call(&t->f);
    if (!GilThreadState_IsAttached())
        ck_abort_msg("%s with an error set: not attached any more", t->name);
    if (GilErr_Occurred() == NULL && t->entry->clears == NULL)
        ck_abort_msg("%s with an error set: it is gone", t->name);
    GilErr_Clear();
}

static void
try_with_error_set(struct trial *t)
{
    start_trial(t, 0, 0);
    const char *calmly = t->entry->pending;
    int must_stop = is_debug_build() && t->entry->reenters && calmly == NULL, stopped = 0;
    char sentence[120];
    snprintf(sentence, sizeof sentence, "%s: called while an error is pending: ArithmeticError", t->name);
    if (is_debug_build())
        stopped = gil_test_may_abort(call_with_error_set, t, must_stop ? sentence : "pending");
    else
        call_with_error_set(t);
    ck_assert_msg(stopped || !must_stop, "%s asks objects with an error set, and does not stop", t->name);
    ck_assert_msg(!stopped || t->entry->reenters, "%s stops with an error set, and is not marked @reenters", t->name);
    total->stopped += stopped;
    total->with_error++;
    misuse_empty(&t->f);
}

/* Nothing may be left of all these calls. */
static void
stop_and_count(const char *name)
{
    GilFinalizeReport report;

    gil_test_stop();
    GilFinalizeReport_Init(&report);
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    ck_assert_msg(report.objects == 0 && report.blocks == 0, "%s: %llu objects and %llu blocks are left", name,
                  (unsigned long long)report.objects, (unsigned long long)report.blocks);
}

void
misuse_test(const struct misuse_entry *e)
{
    struct trial t = {e, e->name, e->calls[0], {0}};

    total->functions++;
    misuse_start();
    try_lock(&t, e->lock, e->kind);
    if (e->kind != CALL_ELSEWHERE) {
        for (int i = 0; (t.call = e->calls[i]) != NULL; i++) {
            start_trial(&t, 0, 0);
            try_call(&t, e->kind == CALL_RAISES ? RAISES : ACCEPTED, e->kind == CALL_RAISES ? &GilExc_BaseException : NULL);
            try_with_error_set(&t);
        }
        t.call = e->calls[0];
        for (int i = 0; i < e->n_arguments; i++)
            try_argument(&t, i + 1, &e->expected[i]);
    }
    if (e->kind == CALL_LEAVES)
        gil_test_stop();
    else
        stop_and_count(e->name);
}

static void
judge_immortal(GilObject *op)
{
    Gil_ssize_t count = Gil_REFCNT(op);

    ck_assert(GilUnstable_IsImmortal(op));
    Gil_INCREF(op);
    ck_assert_int_eq(Gil_REFCNT(op), count);
    Gil_DECREF(op);
    ck_assert_int_eq(Gil_REFCNT(op), count);
}

void
misuse_data_type(GilTypeObject *type)
{
    gil_test_start();
    GilObject *op = (GilObject *)(void *)type;
    judge_immortal(op);
    ck_assert(GilType_Check(op));
    ck_assert(GilType_IsSubtype(type, &GilBaseObject_Type));
    GilObject *name = GilType_GetName(type);
    ck_assert_ptr_nonnull(name);
    ck_assert_int_gt(GilUnicode_GetLength(name), 0);
    Gil_DECREF(name);
    stop_and_count("a type");
}

void
misuse_data_class(GilObject **exc_class)
{
    gil_test_start();
    judge_immortal(*exc_class);
    ck_assert(GilExceptionClass_Check(*exc_class));
    ck_assert(GilObject_IsSubclass(*exc_class, GilExc_BaseException));
    stop_and_count("a class");
}

void
misuse_data_singleton(GilObject *singleton)
{
    gil_test_start();
    judge_immortal(singleton);
    GilObject *text = GilObject_Repr(singleton);
    ck_assert_ptr_nonnull(text);
    Gil_DECREF(text);
    stop_and_count("a singleton");
}

void
misuse_data_block(struct _GilThreadBlock **block)
{
    ck_assert_ptr_null(*block);
    gil_test_start();
    ck_assert_ptr_eq(*block, (void *)GilThreadState_Get());
    ck_assert_uint_eq((*block)->st, _Gil_ATTACHED);
    gil_test_stop();
    ck_assert_ptr_null(*block);
}
