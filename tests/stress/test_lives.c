/* SPDX-License-Identifier: MIT */
/*
 * The end of the runtime against threads that come at any moment.
 *
 * One thread starts and stops the runtime; others enter by views and guards all the while, without knowing what it does. A race is
 * one start and stop that others came into. GIL_STRESS_RACES says how many there are; the gate runs 10^4, a night 10^6. What is
 * held to: nobody hangs, dies or enters what has ended; an attempt that is busy leaves all as it was; nothing is left.
 */
#include "support/support.h"

#include <gilrt.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

/* As ck_assert(), which writes to a pipe each time that it is passed and so would order what must not be ordered. */
#define must(condition) ((condition) ? (void)0 : ck_abort_msg("%s", #condition))

enum { THREADS = 3 };

static struct {
    int over;         /* [atomic] */
    long inside;      /* [gil] plain on purpose: a second thread inside is a race that TSan sees, too */
    long uses;        /* [gil] */
} world;

struct visitor {
    pthread_t thread;
    uint64_t random;                  /* [own] never 0 */
    long entered, refused, guarded;   /* [own] */
};

static long
races_wanted(void)
{
    const char *text = getenv("GIL_STRESS_RACES");
    return text != NULL ? atol(text) : 10000;
}

static unsigned
draw(uint64_t *random, unsigned below)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return (unsigned)(*random >> 32) % below;
}

/* What only one thread at a time can do, and what only a whole interpreter can. */
static void
use(struct visitor *v)
{
    must(world.inside == 0);
    world.inside = 1;
    GilObject *number = GilLong_FromUnsignedLongLong(v->random);
    must(number != NULL && GilLong_AsUnsignedLongLong(number) == v->random);
    Gil_DECREF(number);
    world.uses++;
    world.inside = 0;
}

static void
use_attached(struct visitor *v)
{
    use(v);
    if (draw(&v->random, 2)) {
        Gil_BEGIN_ALLOW_THREADS
        if (draw(&v->random, 4) == 0)
            sched_yield();
        Gil_END_ALLOW_THREADS
        use(v);
    }
    /* Asked to come to an end, it does so. */
    if (Gil_Poll() < 0) {
        must(GilErr_ExceptionMatches(GilExc_SystemExit));
        GilErr_Clear();
    }
}

static void
visit(struct visitor *v, GilInterpreterView *view)
{
    GilThreadStateToken *token = GilThreadState_EnsureFromView(view);

    if (token == NULL) {
        v->refused++;
        return;
    }
    v->entered++;
    use_attached(v);
    GilThreadState_Release(token);
}

static void
visit_with_guard(struct visitor *v, GilInterpreterView *view)
{
    GilInterpreterGuard *guard = GilInterpreterGuard_FromView(view);

    if (guard == NULL) {
        v->refused++;
        return;
    }
    GilThreadStateToken *token = GilThreadState_Ensure(guard);
    must(token != NULL);
    v->guarded++;
    use_attached(v);
    GilThreadState_Release(token);
    if (draw(&v->random, 4) == 0)
        sched_yield();
    GilInterpreterGuard_Close(guard);
}

/* Keeps a view for a while, also beyond the end of what it names. */
static void *
visit_all_the_time(void *arg)
{
    struct visitor *v = arg;

    while (!__atomic_load_n(&world.over, __ATOMIC_RELAXED)) {
        GilInterpreterView *view = GilInterpreterView_FromMain();
        unsigned times = draw(&v->random, 8);
        for (unsigned i = 0; view != NULL && i <= times; i++)
            if (draw(&v->random, 2))
                visit(v, view);
            else
                visit_with_guard(v, view);
        GilInterpreterView_Close(view);
        if (view == NULL || draw(&v->random, 16) == 0)
            sched_yield();
    }
    return NULL;
}

static void
ignore(const GilLifeEvent *event, void *unused)
{
    must(event->kind != GIL_LIFE_LATE);
    (void)unused;
}

/* One start and stop, with attempts that are not given the time. Returns how many were in vain. */
static long
start_and_stop(struct visitor *self)
{
    long busy = 0;

    must(Gil_Initialize() == 0);
    for (unsigned i = draw(&self->random, 3); i > 0; i--) {
        Gil_BEGIN_ALLOW_THREADS
        sched_yield();
        Gil_END_ALLOW_THREADS
        use(self);
    }
    while (draw(&self->random, 2)) {
        int rc = Gil_FinalizeTimed(draw(&self->random, 20000));
        must(rc == 0 || rc == GIL_FINALIZE_BUSY);
        if (rc == 0)
            return busy;
        busy++;
        use(self);
    }
    must(Gil_FinalizeTimed(UINT64_MAX) == 0);
    return busy;
}

START_TEST(test_C2_the_end_races_with_those_that_come)
{
    static struct visitor visitors[THREADS + 1];
    long races = races_wanted(), busy = 0, entered = 0, guarded = 0, refused = 0;
    GilFinalizeReport report;

    Gil_SetLifeHook(ignore, NULL);
    for (int i = 0; i <= THREADS; i++)
        visitors[i].random = 88172645463325252u + (uint64_t)i;
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&visitors[i].thread, NULL, visit_all_the_time, &visitors[i]), 0);
    for (long race = 0; race < races; race++)
        busy += start_and_stop(&visitors[THREADS]);
    __atomic_store_n(&world.over, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(visitors[i].thread, NULL);
        entered += visitors[i].entered;
        guarded += visitors[i].guarded;
        refused += visitors[i].refused;
    }
    GilFinalizeReport_Init(&report);
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    ck_assert_uint_eq(report.stops, (uint64_t)races);
    ck_assert_uint_eq(report.blocks, 0);
    ck_assert_int_gt(entered + guarded, 0);
    printf("# %ld races: %ld entered by view, %ld by guard, %ld refused, %ld attempts busy\n", races, entered, guarded,
           refused, busy);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("stress/lives");
    TCase *tc = tcase_create("lives");

    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, test_C2_the_end_races_with_those_that_come);
    suite_add_tcase(s, tc);
    return s;
}
