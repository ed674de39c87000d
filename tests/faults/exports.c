/* SPDX-License-Identifier: MIT */
/*
 * Makes each call of the table of exports with memory that runs out, at its first allocation, at its second, and so on
 * until it works: once with only that allocation failing, once with all from there on, and then with a further failure after
 * each 2, each 3 allocations and so on (J8): what is asked for on the way out of an error fails, too.
 *
 * Whatever fails: the error is MemoryError, the result says so, the thread stays attached, and with the objects of the
 * call given back as much memory is in use as before.
 */
#include "api/misuse/misuse.h"

#include "base/mem.h"
#include "state/tstate.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* More allocations than any call makes. */
#define ALLOCATIONS_MAX 2000

/* How far apart failures are, at most; GIL_TEST_DISTANCE says otherwise. */
#define DISTANCE 6
static int distance_max;

/* What all tests did, each of which is a process of its own. */
static struct {
    pid_t owner;
    long functions, scenes, allocating, failures, stops, marked, spare;
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
        printf("# functions: %ld called without memory, %ld of them in scenes, %ld allocate; %ld only stop the process; "
               "%ld failures injected; of %ld that give a new reference or speak of MemoryError %ld have a reason why they do "
               "not allocate\n",
               total->functions, total->scenes, total->allocating, total->stops, total->failures, total->marked, total->spare);
}

static size_t
blocks_alive(void)
{
    struct gil_mem_stats raw, heap;

    gil_raw_stats(&raw);
    gil_heap_stats(gil_tstate_need(__func__)->heap, &heap);
    return raw.blocks + heap.blocks;
}

/* One call, again and again. */
struct trial {
    const struct misuse_entry *entry;
    misuse_call call;
    enum call_kind kind;
    int says_nothing; /* with memory it fails, or has no result, and sets no error */
};

/* What the call set, which is cleared; anything is right for a call that raises by itself. */
static void
judge(const struct trial *t, const struct fixture *f, long nth, long delivered)
{
    const char *name = t->entry->name;
    ck_assert_msg(GilThreadState_IsAttached(), "%s, allocation %ld: not attached any more", name, nth);
    if (GilErr_Occurred() == NULL) {
        ck_assert_msg(!f->failed || t->says_nothing || t->entry->mute, "%s, allocation %ld: fails without an error", name, nth);
        return;
    }
    ck_assert_msg(delivered > 0 || t->kind == CALL_RAISES, "%s: an error without a lack of memory", name);
    if (t->kind != CALL_RAISES) {
        ck_assert_msg(GilErr_ExceptionMatches(GilExc_MemoryError), "%s, allocation %ld: not MemoryError", name,
                      nth);
        ck_assert_msg(f->failed, "%s, allocation %ld: MemoryError, and a result", name, nth);
    }
    GilErr_Clear();
}

/* Returns how many failures the call met. */
static long
call_failing(struct trial *t, long nth, int distance)
{
    struct fixture f;
    size_t before = blocks_alive();

    misuse_fill(&f);
    f.failed = 1; /* a function without a result cannot say so itself */
    gil_test_fail_alloc(nth, distance);
    t->call(&f);
    long delivered = gil_mem_fail_count();
    gil_test_fail_alloc_off();
    if (nth == 0)
        t->says_nothing = f.failed && GilErr_Occurred() == NULL;
    judge(t, &f, nth, delivered);
    misuse_empty(&f);
    size_t after = blocks_alive();
    ck_assert_msg(before == after || t->kind == CALL_LEAVES || nth == 0,
                  "%s, allocation %ld failing, others in steps of %d (0: no other): %zu blocks before, %zu after",
                  t->entry->name, nth, distance, before, after);
    return delivered;
}

/* The end of the runtime without memory; it has failures to meet, and none of its own. */
static long
end_failing(misuse_call end, long nth, int distance)
{
    GilFinalizeReport report;

    gil_test_start();
    gil_test_fail_alloc(nth, distance);
    end(NULL);
    long delivered = gil_mem_fail_count();
    gil_test_fail_alloc_off();
    GilFinalizeReport_Init(&report);
    ck_assert_int_eq(Gil_GetFinalizeReport(&report), 0);
    ck_assert_uint_eq(report.blocks, 0);
    return delivered;
}

/* Returns how many failures were met. */
static long
try_all(struct trial *t, int ends)
{
    long injected = 0;

    if (!ends) {
        misuse_start();
        /* Caches fill. */
        call_failing(t, 0, 0);
    }
    for (long nth = 1;; nth++) {
        long delivered = 0;
        for (int distance = 0; distance <= distance_max; distance++)
            delivered += ends ? end_failing(t->call, nth, distance) : call_failing(t, nth, distance);
        if (delivered == 0)
            break;
        injected += delivered;
        ck_assert_int_lt(nth, ALLOCATIONS_MAX);
    }
    if (!ends)
        gil_test_stop();
    return injected;
}

/* A function that makes something, or speaks of MemoryError, must have met a lack of memory, or the manifest says why not. */
static void
judge_failures(const struct misuse_entry *e, long injected)
{
    total->marked += e->allocates;
    total->spare += e->allocates && e->spare != NULL;
    if (e->spare != NULL)
        ck_assert_msg(injected == 0, "%s allocates: spare:%s in the manifest is untrue", e->name, e->spare);
    else
        ck_assert_msg(injected > 0 || !e->allocates,
                      "%s makes something and never allocates: the manifest needs arguments with which it does, or spare:WHY",
                      e->name);
}

void
misuse_test(const struct misuse_entry *e)
{
    const char *asked = getenv("GIL_TEST_DISTANCE");
    long injected = 0;

    distance_max = asked != NULL ? atoi(asked) : DISTANCE;
    if (e->kind == CALL_ELSEWHERE) {
        const struct misuse_scene *scene = misuse_scene_of(e->name);
        if (scene->kind == SCENE_STOPS) {
            total->stops++;
            return;
        }
        struct trial t = {e, scene->call, scene->kind == SCENE_LEAVES ? CALL_LEAVES : CALL_WORKS, 0};
        injected = try_all(&t, scene->kind == SCENE_ENDS);
        total->scenes++;
    }
    else
        for (int i = 0; e->calls[i] != NULL; i++) {
            struct trial t = {e, e->calls[i], e->kind, 0};
            injected += try_all(&t, 0);
        }
    judge_failures(e, injected);
    total->functions++;
    total->allocating += injected > 0;
    total->failures += injected;
    if (injected > 0)
        fprintf(stderr, "%s: %ld failures injected\n", e->name, injected);
}
