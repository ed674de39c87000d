/* SPDX-License-Identifier: MIT */
/* The explorer itself: what each memory allows and forbids, what is a failure, what a search may leave out. */
#include "models/explore.h"
#include "models/machine_model.h"

#include "base/atomic.h"
#include "sync/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct explore_bounds wide = {4, 1, 1};

/* All that the programs below share. */
static uint32_t x, y, z;
static uint32_t got[4][2]; /* what each thread has read */
static char given_back[64] __attribute__((aligned(8)));

static void
setup(void)
{
    x = y = z = 0;
    memset(got, 0, sizeof got);
    memset(given_back, 0, sizeof given_back);
}

static int
of_interest(const void *address)
{
    const char *byte = address;

    return address == &x || address == &y || address == &z ||
           (byte >= given_back && byte < given_back + sizeof given_back);
}

/*
 * Litmus programs, by their usual names. finish() fails on the outcome in question: a search that fails has found it.
 */
static void
sb(int self)
{
    gil_store_relaxed(self == 0 ? &x : &y, 1);
    got[self][0] = gil_load_relaxed(self == 0 ? &y : &x);
}

static void
sb_fence(int self)
{
    gil_store_relaxed(self == 0 ? &x : &y, 1);
    gil_fence_seq_cst();
    got[self][0] = gil_load_relaxed(self == 0 ? &y : &x);
}

static void
sb_seq_cst(int self)
{
    gil_store_seq_cst(self == 0 ? &x : &y, 1);
    got[self][0] = gil_load_seq_cst(self == 0 ? &y : &x);
}

static void
sb_one_fence(int self)
{
    gil_store_relaxed(self == 0 ? &x : &y, 1);
    if (self == 1)
        gil_fence_seq_cst();
    got[self][0] = gil_load_relaxed(self == 0 ? &y : &x);
}

static void
sb_heavy(int self)
{
    gil_store_relaxed(self == 0 ? &x : &y, 1);
    if (self == 1)
        gil_machine_fence_all();
    got[self][0] = gil_load_relaxed(self == 0 ? &y : &x);
}

static void
sb_heavy_too_soon(int self)
{
    if (self == 1)
        gil_machine_fence_all();
    gil_store_relaxed(self == 0 ? &x : &y, 1);
    got[self][0] = gil_load_relaxed(self == 0 ? &y : &x);
}

static void
sb_failing_cas(int self)
{
    uint32_t expected = 7;

    gil_store_relaxed(self == 0 ? &x : &y, 1);
    if (self == 0)
        (void)gil_cas_seq_cst(&z, &expected, 8);
    else
        gil_fence_seq_cst();
    got[self][0] = gil_load_relaxed(self == 0 ? &y : &x);
}

static void
both_read_zero(void)
{
    EXPLORE_CHECK(got[0][0] != 0 || got[1][0] != 0);
}

static void
mp_reader(void)
{
    got[1][0] = gil_load_acquire(&y);
    got[1][1] = gil_load_relaxed(&x);
}

static void
mp(int self)
{
    if (self == 1) {
        mp_reader();
        return;
    }
    gil_store_relaxed(&x, 1);
    gil_store_relaxed(&y, 1);
}

static void
mp_release(int self)
{
    if (self == 1) {
        mp_reader();
        return;
    }
    gil_store_relaxed(&x, 1);
    gil_store_release(&y, 1);
}

static void
mp_release_first(int self)
{
    if (self == 1) {
        mp_reader();
        return;
    }
    gil_store_release(&x, 1);
    gil_store_relaxed(&y, 1);
}

static void
mp_relaxed_add(int self)
{
    if (self == 1) {
        mp_reader();
        return;
    }
    gil_store_relaxed(&x, 1);
    gil_fetch_add_relaxed(&y, 1);
}

static void
mp_acq_rel_add(int self)
{
    if (self == 1) {
        mp_reader();
        return;
    }
    gil_store_relaxed(&x, 1);
    gil_fetch_add_acq_rel(&y, 1);
}

static void
message_is_lost(void)
{
    EXPLORE_CHECK(got[1][0] == 0 || got[1][1] == 1);
}

/* What the child of a fork sees of another thread's stores, and that this thread does nothing there any more. */
static void
fork_and_read(void)
{
    explore_fork();
    mp_reader();
}

static void
mp_fork(int self)
{
    if (self == 1)
        fork_and_read();
    else
        mp(0);
}

static void
mp_fork_release(int self)
{
    if (self == 1)
        fork_and_read();
    else
        mp_release(0);
}

static void
reads_after_fork(int self)
{
    if (self == 0) {
        gil_fetch_add_relaxed(&x, 1);
        gil_store_relaxed(&x, 2);
        return;
    }
    explore_fork();
    got[1][0] = gil_load_relaxed(&x);
    got[1][1] = gil_load_relaxed(&x);
}

static void
parent_goes_on(void)
{
    EXPLORE_CHECK(got[1][0] == got[1][1]);
}

static void
child_sees_half(void)
{
    EXPLORE_CHECK(got[1][0] != 1);
}

static void
two_two_w(int self)
{
    gil_store_relaxed(self == 0 ? &x : &y, 1);
    gil_store_relaxed(self == 0 ? &y : &x, 2);
}

static void
two_two_w_release(int self)
{
    gil_store_relaxed(self == 0 ? &x : &y, 1);
    gil_store_release(self == 0 ? &y : &x, 2);
}

static void
both_first_stores_last(void)
{
    EXPLORE_CHECK(x != 1 || y != 1);
}

/* Everything in program order, thread 0's store first. */
static void
overwritten(int self)
{
    gil_store_relaxed(&x, (uint32_t)self + 1);
    if (self == 1)
        gil_store_relaxed(&y, 1);
    else
        got[0][0] = gil_load_relaxed(&y);
}

static void
first_store_is_overwritten(void)
{
    EXPLORE_CHECK(got[0][0] != 1 || x != 2);
}

static void
corr(int self)
{
    if (self == 0) {
        gil_store_relaxed(&x, 1);
        gil_store_relaxed(&x, 2);
        got[0][0] = gil_load_relaxed(&x);
        return;
    }
    got[1][0] = gil_load_relaxed(&x);
    got[1][1] = gil_load_relaxed(&x);
}

static void
goes_back(void)
{
    EXPLORE_CHECK(got[0][0] == 2 && got[1][0] <= got[1][1] && x == 2);
}

static void
iriw(int self)
{
    if (self < 2)
        gil_store_relaxed(self == 0 ? &x : &y, 1);
    else {
        got[self][0] = gil_load_acquire(self == 2 ? &x : &y);
        got[self][1] = gil_load_acquire(self == 2 ? &y : &x);
    }
}

static void
readers_disagree(void)
{
    EXPLORE_CHECK(got[2][0] == 0 || got[2][1] == 1 || got[3][0] == 0 || got[3][1] == 1);
}

/*
 * Sleep and wake. y says that the waiter will sleep on z.
 */
static void
sleep_until(uint64_t deadline)
{
    if (gil_load_seq_cst(&x) == 0) {
        gil_store_seq_cst(&y, 1);
        gil_machine_park(&z, 0, deadline);
    }
}

static void
wake(void)
{
    gil_store_seq_cst(&x, 1);
    if (gil_load_seq_cst(&y)) {
        gil_store_seq_cst(&z, 1);
        gil_machine_unpark(&z);
    }
}

/* The waker looks between the waiter's look and its word. */
static void
lost_wake_up(int self)
{
    self == 0 ? sleep_until(GIL_MACHINE_NEVER) : wake();
}

static void
lost_but_for_a_timer(int self)
{
    self == 0 ? sleep_until(100) : wake();
}

static void
kept_wake_up(int self)
{
    if (self == 1) {
        wake();
        return;
    }
    gil_store_seq_cst(&y, 1);
    while (gil_load_seq_cst(&x) == 0)
        gil_machine_park(&z, 0, GIL_MACHINE_NEVER);
}

/* A wake for no reason, taken for the real one. */
static void
trusts_sleep(int self)
{
    if (self == 0) {
        gil_machine_park(&x, 0, GIL_MACHINE_NEVER);
        EXPLORE_CHECK(gil_load_seq_cst(&x) == 1);
        return;
    }
    gil_store_seq_cst(&x, 1);
    gil_machine_unpark(&x);
}

/* The first word is given back while the other thread may still have a store to it on its way. */
static void
late_store(int self)
{
    if (self == 1) {
        gil_store_relaxed(&given_back[0], 1);
        gil_store_relaxed(&x, 1);
    }
    else if (gil_load_acquire(&x))
        explore_poison(given_back, sizeof given_back);
}

static void
late_load(int self)
{
    if (self == 1) {
        gil_fetch_add_seq_cst(&x, 1);
        (void)gil_load_relaxed(&given_back[8]);
    }
    else if (gil_load_acquire(&x))
        explore_poison(given_back, sizeof given_back);
}

/* No access that the explorer sees. */
static void
plain_store(int self)
{
    if (self == 1) {
        gil_fetch_add_seq_cst(&x, 1);
        (void)gil_load_relaxed(&x);
        given_back[8] = 1;
    }
    else if (gil_load_acquire(&x))
        explore_poison(given_back, sizeof given_back);
}

static void
spins(int self)
{
    if (self == 0)
        while (gil_load_relaxed(&x) == 0)
            continue;
}

static int
x_is_set(void)
{
    return x != 0;
}

static void
waits_for_nobody(int self)
{
    (void)self;
    explore_until(x_is_set);
}

static void
waits_for_the_late(int self)
{
    if (self == 0)
        explore_until(x_is_set);
    else
        gil_store_relaxed(&x, 1);
}

/* Two threads with three points each. */
static void
counts(int self)
{
    for (int i = 0; i < 3; i++)
        gil_fetch_add_relaxed(self == 0 ? &x : &y, 1);
}

/* Enough for states to be met again: a lock of one word, and something done under it. */
static void
spin_lock(int self)
{
    uint32_t expected = 0;

    for (int round = 0; round < 4; round++)
        if (gil_cas_acquire(&z, &expected, 1)) {
            gil_store_relaxed(&x, gil_load_relaxed(&x) + 1 + (uint32_t)self);
            gil_store_release(&z, 0);
        }
        else
            expected = 0;
}

/* A fault. */
static int *volatile nowhere = (int *)8;

static void
goes_astray(int self)
{
    if (self == 0)
        gil_store_release(&x, 1);
    else if (gil_load_acquire(&x) == 1)
        *nowhere = 1;
}

/* setup() does not know of this. */
static int left_behind;

static void
leaves_behind(int self)
{
    left_behind++;
    spin_lock(self);
}

enum expected { NEVER, TSO_AND_PSO, PSO };

static const struct program {
    struct scenario scenario;
    enum expected found;
    const char *failure; /* NULL: the check in finish() */
} programs[] = {
    {{"SB", 2, 0, setup, sb, of_interest, NULL, both_read_zero}, TSO_AND_PSO, NULL},
    {{"SB with full fences", 2, 0, setup, sb_fence, of_interest, NULL, both_read_zero}, NEVER, NULL},
    {{"SB with seq_cst", 2, 0, setup, sb_seq_cst, of_interest, NULL, both_read_zero}, NEVER, NULL},
    {{"SB with one full fence", 2, 0, setup, sb_one_fence, of_interest, NULL, both_read_zero}, TSO_AND_PSO, NULL},
    {{"SB with one heavy fence", 2, 0, setup, sb_heavy, of_interest, NULL, both_read_zero}, NEVER, NULL},
    {{"SB with a heavy fence too soon", 2, 0, setup, sb_heavy_too_soon, of_interest, NULL, both_read_zero}, TSO_AND_PSO,
     NULL},
    {{"SB with a CAS that fails", 2, 0, setup, sb_failing_cas, of_interest, NULL, both_read_zero}, PSO, NULL},
    {{"MP", 2, 0, setup, mp, of_interest, NULL, message_is_lost}, PSO, NULL},
    {{"MP with release", 2, 0, setup, mp_release, of_interest, NULL, message_is_lost}, NEVER, NULL},
    {{"MP with release of the message", 2, 0, setup, mp_release_first, of_interest, NULL, message_is_lost}, PSO, NULL},
    {{"MP with a relaxed RMW", 2, 0, setup, mp_relaxed_add, of_interest, NULL, message_is_lost}, PSO, NULL},
    {{"MP with an RMW", 2, 0, setup, mp_acq_rel_add, of_interest, NULL, message_is_lost}, NEVER, NULL},
    {{"a fork of MP", 2, 0, setup, mp_fork, of_interest, NULL, message_is_lost}, PSO, NULL},
    {{"a fork of MP with release", 2, 0, setup, mp_fork_release, of_interest, NULL, message_is_lost}, NEVER, NULL},
    {{"a fork, and the others go on", 2, 0, setup, reads_after_fork, of_interest, NULL, parent_goes_on}, NEVER, NULL},
    {{"a fork in the middle", 2, 0, setup, reads_after_fork, of_interest, NULL, child_sees_half}, TSO_AND_PSO, NULL},
    {{"2+2W", 2, 0, setup, two_two_w, of_interest, NULL, both_first_stores_last}, PSO, NULL},
    {{"2+2W with release", 2, 0, setup, two_two_w_release, of_interest, NULL, both_first_stores_last}, NEVER, NULL},
    {{"a store over a store on its way", 2, 0, setup, overwritten, of_interest, NULL, first_store_is_overwritten},
     TSO_AND_PSO, NULL},
    {{"CoRR", 2, 0, setup, corr, of_interest, NULL, goes_back}, NEVER, NULL},
    {{"IRIW", 4, 0, setup, iriw, of_interest, NULL, readers_disagree}, NEVER, NULL},
    {{"a spin lock", 2, 0, setup, spin_lock, of_interest, NULL, NULL}, NEVER, NULL},
    {{"a lost wake-up", 2, 0, setup, lost_wake_up, of_interest, NULL, NULL}, TSO_AND_PSO,
     "nobody can go on: a wake-up was lost"},
    {{"a wake-up that only a timer replaces", 2, 0, setup, lost_but_for_a_timer, of_interest, NULL, NULL}, TSO_AND_PSO,
     "nobody can go on: a wake-up was lost"},
    {{"the same where time passes", 2, 1, setup, lost_but_for_a_timer, of_interest, NULL, NULL}, NEVER, NULL},
    {{"the same where it passes for the other", 2, 1u << 1, setup, lost_but_for_a_timer, of_interest, NULL, NULL},
     TSO_AND_PSO, "nobody can go on: a wake-up was lost"},
    {{"a wake-up", 2, 0, setup, kept_wake_up, of_interest, NULL, NULL}, NEVER, NULL},
    {{"a sleep that ends for no reason", 2, 0, setup, trusts_sleep, of_interest, NULL, NULL}, TSO_AND_PSO,
     "gil_load_seq_cst(&x) == 1"},
    {{"a wait for what nobody does", 2, 0, setup, waits_for_nobody, of_interest, NULL, NULL}, TSO_AND_PSO,
     "nobody can go on: a wake-up was lost"},
    {{"a wait for a store that comes late", 2, 0, setup, waits_for_the_late, of_interest, NULL, NULL}, NEVER, NULL},
    {{"a loop that does not end", 2, 0, setup, spins, of_interest, NULL, NULL}, TSO_AND_PSO,
     "the same again: a loop that does not end"},
    {{"a load from memory given back", 2, 0, setup, late_load, of_interest, NULL, NULL}, TSO_AND_PSO,
     "memory that was given back is touched"},
    {{"a store that the explorer does not see, to memory given back", 2, 0, setup, plain_store, of_interest, NULL, NULL}, TSO_AND_PSO,
     "memory that was given back was written to"},
    {{"a store that comes late to memory given back", 2, 0, setup, late_store, of_interest, NULL, NULL}, PSO,
     "memory that was given back is touched"},
    {{"a fault", 2, 0, setup, goes_astray, of_interest, NULL, NULL}, TSO_AND_PSO, "a pointer leads nowhere"},
};
#define PROGRAMS (int)(sizeof programs / sizeof programs[0])

static int number, failed;

static void
report(int ok, const char *name, const char *what)
{
    printf("%s %d - %s: %s\n", ok ? "ok" : "not ok", ++number, name, what);
    failed |= !ok;
}

/* What a program does under a memory, and that a failure's string brings it about again. */
static void
search(const struct program *program, enum explore_memory memory)
{
    int expected = program->found == TSO_AND_PSO || (program->found == PSO && memory == EXPLORE_PSO);
    struct explore_result result, again;
    char what[128];

    explore_memory(memory);
    explore(&program->scenario, &wide, 0, &result);
    snprintf(what, sizeof what, "%s under %s", expected ? "found" : "none",
             memory == EXPLORE_TSO ? "TSO" : "PSO");
    int right = (result.failure != NULL) == expected;
    if (right && expected && program->failure != NULL)
        right = strcmp(result.failure, program->failure) == 0;
    report(right, program->scenario.name, what);
    if (!right)
        printf("# %s\n", result.failure != NULL ? result.failure : "nothing was found");
    if (result.failure == NULL || strstr(result.failure, "the same again") != NULL)
        return;
    explore_memory(EXPLORE_TSO);
    explore_replay(&program->scenario, &wide, result.replay, &again);
    report(again.failure != NULL && strcmp(again.failure, result.failure) == 0 &&
               strcmp(again.replay, result.replay) == 0 && again.schedules == 1,
           program->scenario.name, "its string fails in the same way");
}

/* A search that follows no state twice stands for as many schedules as one that runs them all. */
static void
compare(const struct program *program, enum explore_memory memory)
{
    struct explore_result all, few;

    explore_memory(memory);
    explore(&program->scenario, &wide, 0, &few);
    explore_every(1);
    explore(&program->scenario, &wide, 0, &all);
    explore_every(0);
    if (few.failure != NULL)
        report(all.failure != NULL, program->scenario.name, "found without states as well");
    else
        report(all.failure == NULL && all.runs == all.schedules && all.states == 0 && few.runs <= all.runs &&
                   few.schedules == all.schedules && few.contended == all.contended,
               program->scenario.name, "as many schedules without states");
}

static void
test_bounds(void)
{
    static const struct scenario scenario = {"bounds", 2, 0, setup, counts, of_interest, NULL, NULL};
    struct explore_result result;

    explore_memory(EXPLORE_TSO);
    for (int preemptions = 0; preemptions <= 2; preemptions++) {
        /* Who begins; before which of its three accesses it loses its turn; and where the other one does. */
        static const long expected[] = {2, 2 + 2 * 3, 2 + 2 * 3 + 2 * 3 * 3};
        struct explore_bounds bounds = {preemptions, 0, 0};
        char what[64];
        explore(&scenario, &bounds, 0, &result);
        snprintf(what, sizeof what, "%.0f schedules with %d preemptions", result.schedules, preemptions);
        report(result.schedules == expected[preemptions], scenario.name, what);
    }
    explore(&scenario, &wide, 3, &result);
    report(result.runs == 3 && result.schedules == 3 && result.failure == NULL, scenario.name, "a limit is kept");
}

static void
test_setup(void)
{
    static const struct scenario scenario = {"what a run leaves behind", 2, 0, setup, leaves_behind, of_interest, NULL,
                                             NULL};
    struct explore_result result;

    explore_memory(EXPLORE_TSO);
    explore(&scenario, &wide, 0, &result);
    report(result.failure != NULL && strcmp(result.failure, "setup() leaves something as the run before left it") == 0,
           scenario.name, "is found");
}

/* Atomic accesses where nobody else is there: each is made, and what comes after it too. */

static void
setup_atomically(void)
{
    setup();
    gil_store_relaxed(&x, 1);
    gil_store_seq_cst(&y, 7);
    gil_fetch_sub_relaxed(&x, 1);
    gil_machine_fence_all();
    if (gil_load_acquire(&x) == 0 && gil_exchange_acq_rel(&y, 0) == 7)
        got[3][0] = 1;
}

static void
finish_atomically(void)
{
    uint32_t expected = 9;

    EXPLORE_CHECK(got[3][0] == 1 && gil_load_relaxed(&x) == 3 && gil_load_seq_cst(&y) == 3);
    gil_store_relaxed(&x, 5);
    EXPLORE_CHECK(!gil_cas_acquire(&x, &expected, 6) && expected == 5);
    gil_machine_park(&x, 4, GIL_MACHINE_NEVER);
    gil_machine_unpark(&x);
    explore_point("nobody");
    explore_fail("the last line");
}

static void
finish_asleep(void)
{
    gil_machine_park(&x, 3, GIL_MACHINE_NEVER);
}

static void
finish_after_poison(void)
{
    explore_poison(given_back, sizeof given_back);
    (void)gil_load_relaxed(&given_back[1]);
}

static void
test_outside(void)
{
    static const struct {
        struct scenario scenario;
        const char *failure;
    } cases[] = {
        {{"finish() goes to its end", 2, 0, setup_atomically, counts, of_interest, NULL, finish_atomically},
         "the last line"},
        {{"finish() may not sleep", 2, 0, setup, counts, of_interest, NULL, finish_asleep},
         "setup() or finish() waits for others, and there are none"},
        {{"finish() touches what was given back", 2, 0, setup, counts, of_interest, NULL, finish_after_poison},
         "memory that was given back is touched"},
    };
    static const struct scenario plain = {"setup() is no part of the run", 2, 0, setup, counts, of_interest, NULL,
                                          NULL};
    struct scenario atomic = plain;
    struct explore_result result, other;

    for (int memory = EXPLORE_TSO; memory <= EXPLORE_PSO; memory++)
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            explore_memory(memory);
            explore(&cases[i].scenario, &wide, 0, &result);
            report(result.failure != NULL && strcmp(result.failure, cases[i].failure) == 0, cases[i].scenario.name,
                   cases[i].failure);
        }
    explore_memory(EXPLORE_TSO);
    atomic.setup = setup_atomically;
    explore(&plain, &wide, 0, &result);
    explore(&atomic, &wide, 0, &other);
    report(other.failure == NULL && other.schedules == result.schedules && other.points == result.points &&
               other.contended == result.contended && other.fences == 0,
           plain.name, "as many schedules, and no fence counted");
}

/* A schedule that was kept, after the source has changed. */
static void
test_rerun(void)
{
    static const struct scenario scenario = {"a string", 2, 0, setup, counts, of_interest, NULL, NULL};
    static const struct scenario three = {"a string", 3, 0, setup, counts, of_interest, NULL, NULL};
    static const struct {
        const char *string;
        int fits, is_one;
    } cases[] = {{"", 1, 1},        {"1.0.1", 1, 1}, {"0.2", 0, 1}, {"99*0.1", 0, 1}, {"0.x", 0, 0},
                 {"0.1.", 0, 0},    {"1*", 0, 0},    {"*1", 0, 0},  {"0*1", 0, 0},    {"-1", 0, 0},
                 {"9999*0", 0, 0}, {"256", 0, 0},   {"0,1", 0, 0}};
    struct explore_result result;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        explore_rerun(&scenario, &wide, cases[i].string, &result);
        report(result.fits == cases[i].fits && (result.failure == NULL) == cases[i].is_one,
               i == 0 ? "an empty string" : cases[i].string,
               !cases[i].is_one ? "is no replay string" : cases[i].fits ? "fits" : "does not fit, and passes");
    }
    explore_rerun(&three, &wide, "0.2", &result);
    report(result.fits && result.failure == NULL, "0.2", "fits where there are three");
    explore_replay(&scenario, &wide, "0.2", &result);
    report(result.failure != NULL && strcmp(result.failure, "the replay string does not fit this source") == 0, "0.2",
           "is a failure where somebody looks for one");
}

/* No bound is as good as one that nobody reaches, and takes less. */
static void
test_any(void)
{
    static const struct scenario scenario = {"no bound", 2, 0, setup, spin_lock, of_interest, NULL, NULL};
    static const struct explore_bounds any = {EXPLORE_ANY, 0, 0}, far = {100, 0, 0};
    struct explore_result result, other;

    for (int memory = EXPLORE_TSO; memory <= EXPLORE_PSO; memory++) {
        explore_memory(memory);
        explore(&scenario, &any, 0, &result);
        explore(&scenario, &far, 0, &other);
        report(result.failure == NULL && result.schedules == other.schedules && result.contended == other.contended &&
                   result.states < other.states,
               scenario.name, "as many schedules as with one that is never reached");
    }
    explore_memory(EXPLORE_TSO);
}

int
main(void)
{
    for (int i = 0; i < PROGRAMS; i++) {
        search(&programs[i], EXPLORE_TSO);
        search(&programs[i], EXPLORE_PSO);
        compare(&programs[i], EXPLORE_TSO);
        compare(&programs[i], EXPLORE_PSO);
    }
    test_bounds();
    test_setup();
    test_outside();
    test_rerun();
    test_any();
    struct explore_result result;
    explore_memory(EXPLORE_TSO);
    for (int i = 0; i < PROGRAMS; i++)
        if (strcmp(programs[i].scenario.name, "a spin lock") == 0)
            explore(&programs[i].scenario, &wide, 0, &result);
    report(result.states > 0 && result.runs < result.schedules / 2, "a spin lock", "states are met again");
    printf("# %.0f schedules in %ld runs\n1..%d\n", result.schedules, result.runs, number);
    return failed;
}
