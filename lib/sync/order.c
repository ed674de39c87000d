/* SPDX-License-Identifier: MIT */
/* The checker of the order of users' mutexes: who holds which, who waits for which, in a debug build. */
#include "sync/order.h"

#include "base/panic.h"
#include "sync/machine.h"
#include "sync/mutex.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#ifdef GIL_DEBUG

/*
 * STATE. Two tables of a fixed size, under one mutex: {address, thread, rank} of each mutex that is held, and
 * {thread, address} of each thread that waits. What does not fit is not known, and what is not known is not accused:
 * the checker may overlook, and never complains of what is in order; but for a mutex that one thread takes for another to give back,
 * of which nobody tells it (gilrt/mutex.h): it is its taker's until then.
 *
 * Why tables of the process, and no list a thread: a mutex may be given back by another thread than took it, and a
 * ring of waiters is to be seen from one of them. Why declared ranks, and no graph learnt from what was seen: a mutex
 * has no end that we are told of. Its memory becomes another mutex, with another place in the order, and the first
 * order learnt would accuse the second.
 */
#define PLACES 512

struct place {
    const void *address; /* [mu] NULL: free */
    uint64_t thread;     /* [mu] its number here */
    unsigned rank;       /* [mu] of a mutex that is held */
    unsigned long name;  /* [mu] of the thread, for a sentence */
};

/* Not pthread_self(), which may be used again while a mutex that the thread has left locked is held still: who comes next by that name
 * would be accused of the other's. */
static uint64_t last_number;  /* [mu] */
static pthread_key_t numbers; /* [mu] each thread's; by a key, since thread-local storage of a library that comes by dlopen() is scarce */
static int has_numbers;       /* [mu] there was a key left */

static struct gil_mutex mu = GIL_MUTEX_INIT(GIL_RANK_ORDER, "the checker of the lock order");
static struct place held[PLACES];  /* [mu] */
static struct place waits[PLACES]; /* [mu] */
static uint64_t limited;           /* [mu] the thread that waits for the interpreter's lock as gil_order_limit() says; 0: none */

/* Under mu, as all that follows. */
static uint64_t
this_thread(void)
{
    if (!has_numbers)
        has_numbers = pthread_key_create(&numbers, NULL) == 0;
    if (!has_numbers)
        return gil_machine_thread();
    uintptr_t number = (uintptr_t)pthread_getspecific(numbers);
    if (number == 0) {
        number = ++last_number;
        /* Without memory for it the thread gets a new one each time, and is accused of nothing. */
        (void)pthread_setspecific(numbers, (void *)number);
    }
    return number;
}

/* A thread that forks has mu, as all that there is, and may be in a function that the host gave to pthread_atfork(). */
static void
enter(void)
{
    if (!gil_mutex_is_all_mine())
        gil_mutex_lock(&mu);
}

static void
leave(void)
{
    if (!gil_mutex_is_all_mine())
        gil_mutex_unlock(&mu);
}

/* The free place, or that of this address, or that of this thread. */
static struct place *
find_address(struct place *table, const void *address)
{
    for (int i = 0; i < PLACES; i++)
        if (table[i].address == address)
            return &table[i];
    return NULL;
}

static struct place *
find_waiter(uint64_t thread)
{
    for (int i = 0; i < PLACES; i++)
        if (waits[i].address != NULL && waits[i].thread == thread)
            return &waits[i];
    return NULL;
}

/* The mutex of the highest rank that the thread holds; NULL: none that has one. */
static const struct place *
highest(uint64_t thread)
{
    const struct place *found = NULL;

    for (int i = 0; i < PLACES; i++)
        if (held[i].address != NULL && held[i].thread == thread && held[i].rank > (found != NULL ? found->rank : 0))
            found = &held[i];
    return found;
}

void
gil_order_wants(const void *address, unsigned rank, const char *func)
{
    enter();
    const struct place *other = rank != 0 ? highest(this_thread()) : NULL;
    if (other != NULL && other->rank >= rank && other->address != address)
        gil_panic(func, "lock order: mutex %p (rank %u) is wanted while mutex %p (rank %u) is held", address, rank,
                  other->address, other->rank);
    leave();
}

/* From the thread that holds address along who waits for whom; the caller holds mu. */
static void
look_for_ring(const void *address, uint64_t self, const char *func)
{
    const struct place *holder = find_address(held, address);
    const struct place *first = holder;

    if (holder != NULL && holder->thread == self)
        gil_panic(func, "mutex %p is wanted by the thread that holds it", address);
    for (int steps = 0; holder != NULL && steps < PLACES; steps++) {
        const struct place *next = find_waiter(holder->thread);
        holder = next != NULL ? find_address(held, next->address) : NULL;
        if (holder != NULL && holder->thread == self)
            gil_panic(func, "deadlock: this thread holds mutex %p and waits for mutex %p, and thread %#lx, which holds "
                            "that, waits for this thread", holder->address, address, first->name);
    }
}

void
gil_order_waits(const void *address, const char *func)
{
    enter();
    uint64_t self = this_thread();
    look_for_ring(address, self, func);
    struct place *place = find_address(waits, NULL);
    if (place != NULL)
        *place = (struct place){address, self, 0, 0};
    leave();
}

void
gil_order_waits_no_more(void)
{
    enter();
    struct place *place = find_waiter(this_thread());
    if (place != NULL)
        place->address = NULL;
    leave();
}

void
gil_order_took(const void *address, unsigned rank)
{
    enter();
    /* One that was destroyed while it was locked has left its place to the one that is there now. */
    struct place *place = find_address(held, address);
    if (place == NULL)
        place = find_address(held, NULL);
    if (place != NULL)
        *place = (struct place){address, this_thread(), rank, gil_machine_thread()};
    leave();
}

void
gil_order_gives(const void *address)
{
    enter();
    struct place *place = find_address(held, address);
    if (place != NULL)
        place->address = NULL;
    leave();
}

void
gil_order_waits_for_lock(const char *func)
{
    enter();
    uint64_t self = this_thread();
    const struct place *other = self != limited ? highest(self) : NULL;
    if (other != NULL && other->rank > GIL_ORDER_LOCK)
        gil_panic(func, "lock order: the interpreter's lock (rank %d) is waited for while mutex %p (rank %u) is held",
                  GIL_ORDER_LOCK, other->address, other->rank);
    leave();
}

void
gil_order_limit(int begins)
{
    enter();
    limited = begins ? this_thread() : 0;
    leave();
}

void
gil_order_mutexes(void (*each)(struct gil_mutex *mutex))
{
    each(&mu);
}

void
gil_order_fork_child(void)
{
    for (int i = 0; i < PLACES; i++)
        waits[i].address = NULL;
}

#endif
