/* SPDX-License-Identifier: MIT */
/* The machine that misbehaves on command. */
#include "sync/machine.h"

#include "base/clock.h"
#include "base/panic.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Nobody sleeps longer than this at a stretch: so a thread finds out that the clock was moved. A park may
 * return early. */
#define NAP_NS UINT64_C(1000000)
#define SPIN_NS 5000u
/* The stray waker reaches so many sleepers. */
enum { SLEEPERS = 8 };

static enum fault fault;  /* [const] between fault_start() and the next */
static uint64_t from, to; /* [const] the calls that go wrong: from <= call < to */
static int no_fence;      /* [const] */
static uint64_t calls;    /* [atomic] that the fault concerns */
static uint64_t parks, fences; /* [atomic] */
static uint64_t ahead;    /* [atomic] of the real clock, ns */
static uint64_t stands;   /* [atomic] where the clock stands; 0: it goes */
static uint32_t *asleep[SLEEPERS]; /* [atomic] words that somebody sleeps on */

void
fault_start(enum fault what, uint64_t nth, int forever)
{
    fault = what;
    from = nth;
    to = forever ? UINT64_MAX : nth + 1;
    no_fence = 0;
    calls = parks = fences = 0;
    ahead = stands = 0;
    gil_machine_start();
}

void
fault_refuse_fence(void)
{
    no_fence = 1;
}

void
fault_set_clock(uint64_t now)
{
    gil_store_seq_cst(&stands, now);
}

uint64_t
fault_parks(void)
{
    return gil_load_seq_cst(&parks);
}

uint64_t
fault_fences(void)
{
    return gil_load_seq_cst(&fences);
}

/* One more call of the kind that goes wrong: whether this one does. */
static int
goes_wrong(enum fault what)
{
    if (fault != what)
        return 0;
    uint64_t call = gil_fetch_add_seq_cst(&calls, 1) + 1;
    return from <= call && call < to;
}

/* --- the machine --- */

void
gil_machine_start(void)
{
    /* A refusal shows in gil_machine_can_fence_all(). */
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) != 0)
        no_fence = 1;
#ifdef __SANITIZE_THREAD__
    no_fence = 1; /* it knows nothing of this fence */
#endif
}

int
gil_machine_is_alone(void)
{
    return 0;
}

int
gil_machine_can_fence_all(void)
{
    return !no_fence;
}

void
gil_machine_fence_all(void)
{
    if (no_fence)
        gil_panic(__func__, "a heavy fence is asked for where there is none");
    gil_fetch_add_seq_cst(&fences, 1);
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0)
        gil_panic(__func__, "membarrier(2) fails (errno %d)", errno);
}

uint64_t
gil_machine_now(void)
{
    uint64_t stop = gil_load_seq_cst(&stands);

    if (stop != 0)
        return stop;
    if (goes_wrong(FAULT_CLOCK_JUMPS))
        gil_fetch_add_seq_cst(&ahead, FAULT_JUMP_NS);
    uint64_t now = gil_clock_ns() + gil_load_seq_cst(&ahead);
    /* Other threads may look in between; then it stands where the first of them found it, and has not gone back
     * by much. */
    if (goes_wrong(FAULT_CLOCK_STANDS))
        gil_store_seq_cst(&stands, now);
    return now;
}

/* A place in the list of sleepers, or NULL: it is full, and this one is spared. */
static uint32_t **
lie_down(uint32_t *word)
{
    for (int i = 0; i < SLEEPERS; i++) {
        uint32_t *nobody = NULL;
        if (gil_cas_seq_cst(&asleep[i], &nobody, word))
            return &asleep[i];
    }
    return NULL;
}

void
gil_machine_park(uint32_t *word, uint32_t expected, uint64_t deadline)
{
    int saved = errno;

    gil_fetch_add_seq_cst(&parks, 1);
    if (goes_wrong(FAULT_WAIT_ENDS)) {
        sched_yield();
        errno = saved;
        return;
    }
    uint64_t now = gil_machine_now(), nap = NAP_NS;
    if (deadline <= now)
        nap = 0;
    else if (deadline - now < nap)
        nap = deadline - now;
    struct timespec timeout = {0, (long)nap};
    uint32_t **place = lie_down(word);
    syscall(SYS_futex, word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, expected, &timeout, NULL, 0);
    if (place != NULL)
        gil_store_seq_cst(place, NULL);
    errno = saved;
}

static void
wake(uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
}

void
gil_machine_unpark(uint32_t *word)
{
    int saved = errno;

    wake(word);
    if (goes_wrong(FAULT_WAKE_STRAYS))
        for (int i = 0; i < SLEEPERS; i++) {
            uint32_t *stranger = gil_load_seq_cst(&asleep[i]);
            if (stranger != NULL)
                wake(stranger);
        }
    errno = saved;
}

unsigned long
gil_machine_thread(void)
{
    return (unsigned long)pthread_self();
}

/* A spin ends by the clock, if the clock goes. */
uint64_t
gil_machine_spin_ns(void)
{
    return gil_load_seq_cst(&stands) == 0 ? SPIN_NS : 0;
}

uint32_t
gil_machine_processor(void)
{
    return (uint32_t)sched_getcpu();
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
