/* SPDX-License-Identifier: MIT */
/*
 * Many threads in one interpreter, all doing different things at random, for a fixed time.
 *
 * Each thread draws its steps from a generator of its own; the seed is printed, and GIL_STRESS_SEED repeats it as far as
 * the system's scheduler lets it. GIL_STRESS_SECONDS makes a run longer. What is held to: never two threads inside; what is
 * shared adds up; nothing is left at the end. Sanitizers look on.
 */
#include "support/support.h"

#include <errno.h>
#include <gilrt.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* As ck_assert(), which writes to a pipe each time that it is passed and so would order what must not be ordered. */
#define must(condition) ((condition) ? (void)0 : ck_abort_msg("%s", #condition))

enum { THREADS = 8, KEYS = 64 };

static struct {
    GilObject *dict, *list, *error;  /* [gil] */
    GilInterpreterGuard *guard;      /* [const] */
    uint64_t end_ns;                 /* [const] */
    int inside;                      /* [gil] plain on purpose: a second thread inside is a race that TSan sees, too */
    long appended, popped, added;    /* [gil] */
} world;

struct worker {
    pthread_t thread;
    uint64_t random; /* [own] never 0 */
    long steps;      /* [own] */
};

static uint64_t
now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static double
seconds_wanted(void)
{
    const char *text = getenv("GIL_STRESS_SECONDS");
    return text != NULL ? atof(text) : 2;
}

/* xorshift: quick, and good enough to mix steps. */
static unsigned
draw(struct worker *w, unsigned below)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (unsigned)(w->random >> 32) % below;
}

/* What only one thread at a time can do. */
static void
be_alone(void)
{
    must(world.inside == 0);
    world.inside = 1;
    world.added++;
    world.inside = 0;
}

static void
set_item(struct worker *w)
{
    GilObject *key = GilUnicode_FromFormat("key %u", draw(w, KEYS)), *value = GilLong_FromLong((long)draw(w, 100000));
    must(GilDict_SetItem(world.dict, key, value) == 0);
    Gil_DECREF(value);
    Gil_DECREF(key);
}

static void
get_item(struct worker *w)
{
    char key[16];
    GilObject *value;
    snprintf(key, sizeof key, "key %u", draw(w, KEYS));
    int found = GilDict_GetItemStringRef(world.dict, key, &value);
    must(found >= 0);
    if (found) {
        Gil_BEGIN_ALLOW_THREADS /* others may replace it meanwhile; the reference holds it */
        Gil_END_ALLOW_THREADS
        must(GilLong_AsLong(value) >= 0);
        Gil_DECREF(value);
    }
}

static void
pop_item(struct worker *w)
{
    char key[16];
    snprintf(key, sizeof key, "key %u", draw(w, KEYS));
    must(GilDict_PopString(world.dict, key, NULL) >= 0);
}

static void
append_to_list(struct worker *w)
{
    GilObject *pair = Gil_BuildValue("(ls)", (long)draw(w, 1000000), "shared");
    must(pair != NULL);
    must(GilList_Append(world.list, pair) == 0);
    world.appended++;
    Gil_DECREF(pair);
}

static void
shorten_list(void)
{
    Gil_ssize_t size = GilList_Size(world.list);
    if (size > 200) {
        GilObject *items = GilList_GetSlice(world.list, 0, size / 2);
        must(GilList_SetSlice(world.list, 0, size / 2, NULL) == 0);
        world.popped += size / 2;
        Gil_BEGIN_ALLOW_THREADS
        sched_yield();
        Gil_END_ALLOW_THREADS
        Gil_DECREF(items);
    }
}

static void
raise_and_clear(void)
{
    GilErr_Format(world.error, "%s", "an error of this thread");
    Gil_BEGIN_ALLOW_THREADS
    Gil_END_ALLOW_THREADS
    must(GilErr_ExceptionMatches(world.error));
    GilObject *error = GilErr_GetRaisedException();
    Gil_DECREF(error);
}

static void
leave_for_a_while(struct worker *w)
{
    unsigned spins = draw(w, 200);
    errno = (int)spins;
    Gil_BEGIN_ALLOW_THREADS
    for (volatile unsigned i = 0; i < spins; i++)
        continue;
    if (spins % 32 == 0)
        sched_yield();
    errno = (int)spins;
    if (spins % 16 == 0) {
        Gil_BLOCK_THREADS
        be_alone();
        Gil_UNBLOCK_THREADS
    }
    Gil_END_ALLOW_THREADS
    must(errno == (int)spins);
}

static void
save_and_restore(void)
{
    GilThreadState *ts = GilEval_SaveThread();
    must(!GilThreadState_IsAttached());
    GilEval_RestoreThread(ts);
    must(GilThreadState_Get() == ts);
}

static void
nest(void)
{
    GilThreadState *ts = GilThreadState_Get();
    Gil_BEGIN_ALLOW_THREADS
    GilThreadStateToken *token = GilThreadState_Ensure(world.guard);
    must(GilThreadState_Get() == ts);
    be_alone();
    GilThreadState_Release(token);
    must(!GilThreadState_IsAttached());
    Gil_END_ALLOW_THREADS
}

static void
change_interval(struct worker *w)
{
    must(GilInterpreterState_SetSwitchInterval(GilInterpreterState_Get(), 1000u << draw(w, 10)) == 0);
}

static void
look_and_import(struct worker *w)
{
    GilLockInfo info;
    char name[16];

    GilLockInfo_Init(&info);
    must(GilLock_GetInfo(GilInterpreterState_Get(), &info) == 0);
    must(info.holder == GilThreadState_GetID(GilThreadState_Get()));
    snprintf(name, sizeof name, "module_%u", draw(w, 4));
    GilObject *module = GilImport_AddModuleRef(name);
    must(module != NULL);
    must(GilModule_AddIntConstant(module, "last", w->steps) == 0);
    Gil_DECREF(module);
    must(GilImport_ImportModule("is_not_there") == NULL);
    GilErr_Clear();
}

static void
step(struct worker *w)
{
    be_alone();
    switch (draw(w, 16)) {
    case 0: set_item(w); break;
    case 1: get_item(w); break;
    case 2: pop_item(w); break;
    case 3: append_to_list(w); break;
    case 4: shorten_list(); break;
    case 5: raise_and_clear(); break;
    case 6: leave_for_a_while(w); break;
    case 7: save_and_restore(); break;
    case 8: nest(); break;
    case 9: if (w->steps % 8 == 0) change_interval(w); break;
    case 10: if (w->steps % 8 == 0) look_and_import(w); break;
    default: must(Gil_Poll() == 0);
    }
    w->steps++;
}

static void *
work(void *arg)
{
    struct worker *w = (struct worker *)arg;
    while (now_ns() < world.end_ns) {
        GilThreadStateToken *token = GilThreadState_Ensure(world.guard);
        must(token != NULL);
        for (unsigned steps = draw(w, 100); steps > 0; steps--)
            step(w);
        GilThreadState_Release(token);
        must(!GilThreadState_IsAttached());
    }
    return NULL;
}

static uint64_t
seed(void)
{
    const char *text = getenv("GIL_STRESS_SEED");
    uint64_t value = text != NULL ? strtoull(text, NULL, 0) : now_ns();
    fprintf(stderr, "GIL_STRESS_SEED=%#llx\n", (unsigned long long)value);
    return value;
}

static void
run_threads(double seconds)
{
    struct worker workers[THREADS];
    uint64_t value = seed();
    long steps = 0;

    world.end_ns = now_ns() + (uint64_t)(seconds * 1e9);
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.random = (value + (uint64_t)i) * 0x9e3779b97f4a7c15u | 1};
        ck_assert_int_eq(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
    }
    Gil_BEGIN_ALLOW_THREADS
    for (int i = 0; i < THREADS; i++)
        pthread_join(workers[i].thread, NULL);
    Gil_END_ALLOW_THREADS
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_gt(workers[i].steps, 0);
        steps += workers[i].steps;
    }
    ck_assert_int_ge(world.added, steps);
    ck_assert_int_eq(GilList_Size(world.list), world.appended - world.popped);
    fprintf(stderr, "%ld steps\n", steps);
}

START_TEST(test_stress_lock__threads_share_an_interpreter)
{
    GilFinalizeReport report;

    gil_test_start();
    world.dict = GilDict_New();
    world.list = GilList_New(0);
    world.error = GilErr_NewException("stress.Error", NULL, NULL);
    world.guard = GilInterpreterGuard_FromCurrent();
    ck_assert(world.dict != NULL && world.list != NULL && world.error != NULL && world.guard != NULL);
    run_threads(seconds_wanted());
    GilInterpreterGuard_Close(world.guard);
    Gil_CLEAR(world.dict);
    Gil_CLEAR(world.list);
    Gil_CLEAR(world.error);
    gil_test_stop();
    GilFinalizeReport_Init(&report);
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    ck_assert_uint_eq(report.objects, 0);
    ck_assert_uint_eq(report.blocks, 0);
}
END_TEST

/* --- starts and stops with threads that come and go --- */

/* Enters until the guard that was its right to do so is closed by itself. */
static void *
visit(void *arg)
{
    GilInterpreterGuard *guard = (GilInterpreterGuard *)arg;
    for (int i = 0; i < 3; i++) {
        GilThreadStateToken *token = GilThreadState_Ensure(guard);
        must(token != NULL);
        be_alone();
        Gil_BEGIN_ALLOW_THREADS
        sched_yield();
        Gil_END_ALLOW_THREADS
        GilThreadState_Release(token);
    }
    GilInterpreterGuard_Close(guard);
    return NULL;
}

START_TEST(test_stress_lock__stops_wait_for_visitors)
{
    enum { VISITORS = 4 };
    uint64_t end = now_ns() + (uint64_t)(seconds_wanted() / 2 * 1e9);
    long cycles = 0;

    do {
        pthread_t visitors[VISITORS];
        world.added = 0;
        gil_test_start();
        for (int i = 0; i < VISITORS; i++)
            ck_assert_int_eq(pthread_create(&visitors[i], NULL, visit, GilInterpreterGuard_FromCurrent()), 0);
        gil_test_stop();
        ck_assert_int_eq(world.added, 3 * VISITORS);
        for (int i = 0; i < VISITORS; i++)
            pthread_join(visitors[i], NULL);
        cycles++;
    } while (now_ns() < end);
    fprintf(stderr, "%ld cycles\n", cycles);
}
END_TEST

/* --- threads in turn --- */

static void *
enter_once(void *arg)
{
    GilThreadStateToken *token = GilThreadState_Ensure((GilInterpreterGuard *)arg);
    must(token != NULL);
    be_alone();
    GilThreadState_Release(token);
    return NULL;
}

START_TEST(test_B5_ten_thousand_threads_in_turn)
{
    enum { VISITS = 10000 };
    GilFinalizeReport report;

    gil_test_start();
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    for (int i = 0; i < VISITS; i++) {
        pthread_t thread;
        ck_assert_int_eq(pthread_create(&thread, NULL, enter_once, guard), 0);
        Gil_BEGIN_ALLOW_THREADS
        pthread_join(thread, NULL);
        Gil_END_ALLOW_THREADS
    }
    ck_assert_int_eq(world.added, VISITS);
    GilInterpreterGuard_Close(guard);
    gil_test_stop();
    GilFinalizeReport_Init(&report);
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    ck_assert_uint_eq(report.blocks, 0);
}
END_TEST

START_TEST(test_B15_two_hundred_threads_at_once)
{
    enum { BURST = 200 };
    static pthread_t threads[BURST];

    gil_test_start();
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    /* They gather at the lock, which is left only when all of them are there or on their way. */
    for (int i = 0; i < BURST; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, enter_once, guard), 0);
    Gil_BEGIN_ALLOW_THREADS
    for (int i = 0; i < BURST; i++)
        pthread_join(threads[i], NULL);
    Gil_END_ALLOW_THREADS
    ck_assert_int_eq(world.added, BURST);
    GilInterpreterGuard_Close(guard);
    gil_test_stop();
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("lock");
    TCase *tc = tcase_create("threads");

    tcase_set_timeout(tc, 60 + 4 * seconds_wanted());
    tcase_add_test(tc, test_stress_lock__threads_share_an_interpreter);
    tcase_add_test(tc, test_stress_lock__stops_wait_for_visitors);
    tcase_add_test(tc, test_B5_ten_thousand_threads_in_turn);
    tcase_add_test(tc, test_B15_two_hundred_threads_at_once);
    suite_add_tcase(s, tc);
    return s;
}
