/* SPDX-License-Identifier: MIT */
/* S3 and S4: a thread that leaves the lock often and wants it back at once, beside hogs that never leave it. */
#include "convoy_side.h"
#include "echo.h"
#include "hogs.h"
#include "latency.h"
#include "pace.h"
#include "spin.h"

#include <string.h>
#include <sys/socket.h>

/* The thread that comes and goes. */
struct guest {
    side_guard guard;
    pthread_barrier_t start;
    void (*round)(void);
    uint64_t period_ns; /* a round is due so often; 0: as soon as the last one is done */
    _Atomic int stop;
    struct latency rounds; /* [own] until joined */
    pthread_t thread;
};

/* A round trip leaves the lock twice, as a send and a receive do that are two calls for whoever writes the script. */
static void
ping_pong(void)
{
    char byte = 1;
    ssize_t sent, received;

    SIDE_BEGIN_ALLOW_THREADS
    sent = send(echo_fd(), &byte, 1, MSG_NOSIGNAL);
    SIDE_END_ALLOW_THREADS
    SIDE_BEGIN_ALLOW_THREADS
    received = recv(echo_fd(), &byte, 1, 0);
    SIDE_END_ALLOW_THREADS
    if (sent != 1 || received != 1)
        bench_die("the echo process does not answer");
}

static void
tiny_release(void)
{
    bench_spin(bench_spins(0.1), 1);
    SIDE_BEGIN_ALLOW_THREADS
    bench_spin(bench_spins(0.3), 1);
    SIDE_END_ALLOW_THREADS
}

static void *
come_and_go(void *arg)
{
    struct guest *guest = arg;
    side_token token = side_enter(guest->guard);

    pace_exactly();
    SIDE_BEGIN_ALLOW_THREADS
    pthread_barrier_wait(&guest->start);
    SIDE_END_ALLOW_THREADS
    uint64_t begin = bench_wall_ns();
    while (!atomic_load_explicit(&guest->stop, memory_order_relaxed)) {
        if (guest->period_ns != 0) {
            begin = pace_next(begin, guest->period_ns);
            SIDE_BEGIN_ALLOW_THREADS
            bench_sleep_until(begin);
            SIDE_END_ALLOW_THREADS
        }
        guest->round();
        uint64_t end = bench_wall_ns();
        latency_add(&guest->rounds, end - begin);
        if (guest->period_ns == 0)
            begin = end;
    }
    side_leave(token);
    return NULL;
}

/*
 * The guest stays for the middle of the run. Before and after, the hogs are alone with the lock, but not in the process:
 * the guest's thread is there and asleep, or a lock could be quicker then for having no other thread.
 */
static void
receive(long n, double *values, void (*round)(void), uint64_t period_ns)
{
    static struct hogs hogs;
    static struct guest guest;
    side_guard guard = side_guard_open();
    double alone, beside, span;

    memset(&guest.rounds, 0, sizeof guest.rounds);
    guest.guard = guard;
    guest.round = round;
    guest.period_ns = period_ns;
    guest.stop = 0;
    SIDE_BEGIN_ALLOW_THREADS
    pthread_barrier_init(&guest.start, NULL, 2);
    if (pthread_create(&guest.thread, NULL, come_and_go, &guest) != 0)
        bench_die("no thread for the guest");
    SIDE(hogs_start)(&hogs, guard, (int)n);
    alone = hogs_rate(&hogs, bench_span(0.1));

    pthread_barrier_wait(&guest.start);
    uint64_t begin = bench_wall_ns();
    beside = hogs_rate(&hogs, bench_span(0.4));
    atomic_store_explicit(&guest.stop, 1, memory_order_relaxed);
    pthread_join(guest.thread, NULL);
    span = (double)(bench_wall_ns() - begin); /* to the end of its last round */

    alone += hogs_rate(&hogs, bench_span(0.1));
    SIDE(hogs_stop)(&hogs);
    pthread_barrier_destroy(&guest.start);
    SIDE_END_ALLOW_THREADS
    side_guard_close(guard);

    values[CONVOY_RATE] = (double)guest.rounds.count * 1e9 / span;
    values[CONVOY_P50] = latency_us(&guest.rounds, 0.50, span / 1e3);
    values[CONVOY_P99] = latency_us(&guest.rounds, 0.99, span / 1e3);
    values[CONVOY_HOG] = n > 0 ? beside / (alone / 2) : 1;
}

void
SIDE(convoy)(long n, double *values)
{
    receive(n, values, ping_pong, 0);
}

void
SIDE(convoy_1k)(long n, double *values)
{
    receive(n, values, ping_pong, 1000000);
}

void
SIDE(tinyrelease)(long n, double *values)
{
    receive(n, values, tiny_release, 0);
}
