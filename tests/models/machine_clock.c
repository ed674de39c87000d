/* SPDX-License-Identifier: MIT */
/* The machine whose time is made up: a simulator of events, whose threads pass a baton. */
#include "sync/machine.h"

#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>

struct thread {
    pthread_t thread;
    sem_t baton;        /* given to it when it may go on */
    void (*body)(void *);
    void *arg;
    uint32_t *word;     /* it sleeps here; NULL: it is ready, or busy, until `at` */
    uint64_t at;        /* when it goes on; GIL_MACHINE_NEVER: only when it is woken */
    uint64_t tardy_ns;  /* its timers ring so late */
    uint64_t since;     /* number of the event that brought it there: first come, first served */
    int over;
};

/* All of it belongs to who has the baton. */
static struct {
    struct thread thread[CLOCK_THREADS_MAX];
    int threads, over;
    uint64_t now, spin_ns, relax_ns, wake_ns, events;
    int crowded; /* all threads say that they are on one processor */
    struct clock_counts counts;
    sem_t all_over; /* the baton of clock_run() */
} machine;

static __thread struct thread *self;

/* The one that goes on first; NULL: they sleep for ever. */
static struct thread *
first(void)
{
    struct thread *best = NULL;

    for (int i = 0; i < machine.threads; i++) {
        struct thread *t = &machine.thread[i];
        if (t->over || t->at == GIL_MACHINE_NEVER)
            continue;
        if (best == NULL || t->at < best->at || (t->at == best->at && t->since < best->since))
            best = t;
    }
    return best;
}

/* To whoever is next; the caller has the baton and keeps it if it is itself. */
static struct thread *
pass(void)
{
    struct thread *next = first();

    if (next == NULL)
        ck_abort_msg("%d of %d threads sleep for ever", machine.threads - machine.over, machine.threads);
    if (machine.now < next->at)
        machine.now = next->at;
    next->word = NULL;
    if (next != self)
        sem_post(&next->baton);
    return next;
}

/* The caller goes on at that time, or when it is woken at word before. */
static void
wait_until(uint64_t at, uint32_t *word)
{
    self->at = at;
    self->word = word;
    self->since = ++machine.events;
    if (pass() != self)
        while (sem_wait(&self->baton) != 0)
            continue;
}

static void *
run(void *arg)
{
    self = (struct thread *)arg;
    while (sem_wait(&self->baton) != 0)
        continue;
    self->body(self->arg);
    self->over = 1;
    if (++machine.over == machine.threads)
        sem_post(&machine.all_over);
    else
        pass();
    return NULL;
}

/* --- for the test --- */

void
clock_start(uint64_t now, uint64_t spin_ns)
{
    memset(&machine, 0, sizeof machine);
    machine.now = now;
    machine.spin_ns = spin_ns;
    clock_set_prices(50, 0);
    ck_assert_int_eq(sem_init(&machine.all_over, 0, 0), 0);
}

void
clock_thread(void (*body)(void *), void *arg, uint64_t when)
{
    ck_assert_int_lt(machine.threads, CLOCK_THREADS_MAX);
    struct thread *t = &machine.thread[machine.threads];

    *t = (struct thread){.body = body, .arg = arg, .at = when > machine.now ? when : machine.now};
    t->since = ++machine.events;
    ck_assert_int_eq(sem_init(&t->baton, 0, 0), 0);
    ck_assert_int_eq(pthread_create(&t->thread, NULL, run, t), 0);
    machine.threads++;
}

void
clock_run(void)
{
    pass();
    while (sem_wait(&machine.all_over) != 0)
        continue;
    for (int i = 0; i < machine.threads; i++) {
        ck_assert_int_eq(pthread_join(machine.thread[i].thread, NULL), 0);
        sem_destroy(&machine.thread[i].baton);
    }
    sem_destroy(&machine.all_over);
}

void
clock_spend(uint64_t ns)
{
    wait_until(machine.now + ns, NULL);
}

void
clock_be_tardy(uint64_t ns)
{
    self->tardy_ns = ns;
}

void
clock_set_prices(uint64_t relax_ns, uint64_t wake_ns)
{
    machine.relax_ns = relax_ns;
    machine.wake_ns = wake_ns;
}

struct clock_counts
clock_counts(void)
{
    return machine.counts;
}

/* --- the machine --- */

void
gil_machine_start(void)
{
}

/* A deadline of now or before lets the others go first all the same: a waiter that loops is not alone on the
 * machine. */
void
gil_machine_park(uint32_t *word, uint32_t expected, uint64_t deadline)
{
    if (__atomic_load_n(word, __ATOMIC_RELAXED) != expected)
        return;
    machine.counts.parks++;
    deadline = deadline > machine.now ? deadline : machine.now;
    wait_until(deadline < GIL_MACHINE_NEVER - self->tardy_ns ? deadline + self->tardy_ns : deadline, word);
}

void
gil_machine_unpark(uint32_t *word)
{
    struct thread *longest = NULL;

    for (int i = 0; i < machine.threads; i++) {
        struct thread *t = &machine.thread[i];
        if (t->word == word && !t->over && (longest == NULL || t->since < longest->since))
            longest = t;
    }
    if (longest == NULL)
        return;
    machine.counts.wakes++;
    longest->word = NULL;
    longest->since = ++machine.events;
    if (longest->at > machine.now + machine.wake_ns)
        longest->at = machine.now + machine.wake_ns;
}

uint64_t
gil_machine_now(void)
{
    return machine.now;
}

unsigned long
gil_machine_thread(void)
{
    return (unsigned long)pthread_self();
}

/* One thread runs at a time, and what it did is seen by the next. */
void
gil_machine_fence_all(void)
{
    machine.counts.fences++;
}

int
gil_machine_is_alone(void)
{
    return 0;
}

int
gil_machine_can_fence_all(void)
{
    return 1;
}

uint64_t
gil_machine_spin_ns(void)
{
    return machine.spin_ns;
}

uint32_t
gil_machine_processor(void)
{
    return machine.crowded || self == NULL ? 0 : (uint32_t)(self - machine.thread);
}

int
gil_machine_enter_host(void)
{
    return errno;
}

void
gil_machine_leave_host(int before)
{
    errno = before;
}

void
clock_crowd(void)
{
    machine.crowded = 1;
}

void
gil_machine_relax(void)
{
    machine.counts.relaxes++;
    clock_spend(machine.relax_ns);
}
