/* SPDX-License-Identifier: MIT */
/* The machine under Linux: futexes, the monotonic clock, membarrier, the number of processors. */
#include "sync/machine.h"

#include "base/clock.h"
#include "base/panic.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The C library may know (glibc from 2.32 on): until the first thread is started, and in some versions once all are joined. */
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define KNOWS_WHEN_ALONE
#endif

/* About the price of sleeping and being woken: spinning longer than that cannot win, spinning that long loses at most
 * a factor of two. */
#define SPIN_NS 10000u

static uint64_t spin_ns;       /* [const] after gil_machine_start(), which may be repeated with the same result */
static uint32_t can_fence_all; /* [const] the same */

/*
 * A CHILD THAT NOBODY TELLS OF. _Fork() and clone(2) call nothing in the child. But the kernel can be asked to give it zeros for a page
 * (MADV_WIPEONFORK, Linux 4.14): so a word there says whether this is the process that wrote it, and who would sleep looks at it.
 * While no interpreter is there, or where that is refused, a word of the library's own stands for it, which a child has as it was.
 */
static uint32_t own = 1;
static uint32_t *known = &own; /* [atomic] to a word that is 0 in a child which may not go on; relaxed: set while there is one thread */

void
gil_machine_strand(int on)
{
    gil_store_relaxed(gil_load_relaxed(&known), (uint32_t)!on);
}

int
gil_machine_is_stranded(void)
{
    /* Acquire: the page is written. */
    uint32_t *word = gil_load_acquire(&known);

    if (gil_load_relaxed(word) == 0)
        return 1;
    return word == &own ? -1 : 0;
}

static __attribute__((cold)) uint32_t *
page_of_this_process(void)
{
    const size_t size = (size_t)sysconf(_SC_PAGESIZE);
    void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (page == MAP_FAILED || madvise(page, size, MADV_WIPEONFORK) == 0)
        return page != MAP_FAILED ? page : NULL;
    (void)munmap(page, size);
    return NULL;
}

void
gil_machine_watch(int on)
{
    static uint32_t *page;
    int saved = errno;

    if (on && page == NULL)
        page = page_of_this_process();
    if (page != NULL)
        gil_store_relaxed(page, 1);
    gil_store_release(&known, on && page != NULL ? page : &own);
    errno = saved;
}

static long
membarrier(int command)
{
    return syscall(SYS_membarrier, command, 0, 0);
}

/* Whether that thread may; 0 is the calling one, the number of the process its first. */
static int
may_use_several(pid_t thread)
{
    cpu_set_t allowed;

    CPU_ZERO(&allowed);
    /* Refused, or more processors than fit the set: then there are many. */
    return sched_getaffinity(thread, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) > 1;
}

void
gil_machine_start(void)
{
    /* A host may have tied the thread that starts to one processor, or the first thread, and let the others run where they like. */
    gil_store_relaxed(&spin_ns, may_use_several(0) || may_use_several(getpid()) ? SPIN_NS : 0);
#ifndef __SANITIZE_THREAD__
    /* ThreadSanitizer knows nothing of this fence and would see races. A refusal, for whatever reason, is an answer:
     * ENOSYS and EINVAL come from old kernels and imitations, EPERM from sandboxes. */
    int saved = errno;
    gil_store_relaxed(&can_fence_all, membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0);
    errno = saved;
#endif
}

int
gil_machine_can_fence_all(void)
{
    return (int)gil_load_relaxed(&can_fence_all);
}

int
gil_machine_is_alone(void)
{
#ifdef KNOWS_WHEN_ALONE
    return __libc_single_threaded;
#else
    return 0;
#endif
}

void
gil_machine_fence_all(void)
{
    int saved = errno;

    /* A registration may be lost where a process is restored from an image; a second one heals that. */
    if (membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) != 0 &&
        (membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) != 0 || membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) != 0))
        gil_panic(__func__,
                  "the system refuses membarrier(2), which it allowed before (errno %d): enter a seccomp sandbox before the "
                  "runtime starts, or allow that call, or start with GilConfig.lock_mode = Gil_LOCK_MODE_FENCED",
                  errno);
    errno = saved;
}

void
gil_machine_park(uint32_t *word, uint32_t expected, uint64_t deadline)
{
    struct timespec until = {(time_t)(deadline / 1000000000u), (long)(deadline % 1000000000u)};
    int saved = errno;

    /* Acquire: the page is written. */
    if (__builtin_expect(gil_load_relaxed(gil_load_acquire(&known)) == 0, 0))
        gil_panic("fork", "the child of a plain fork() calls into the runtime: it may call exec or _exit, and nothing else; "
                          "GilOS_Fork() makes a child that may");
    /* The BITSET form takes an absolute time on CLOCK_MONOTONIC. EINTR, EAGAIN, ETIMEDOUT: all "look again". */
    syscall(SYS_futex, word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, expected,
            deadline == GIL_MACHINE_NEVER ? NULL : &until, NULL, FUTEX_BITSET_MATCH_ANY);
    errno = saved;
}

void
gil_machine_unpark(uint32_t *word)
{
    int saved = errno;

    syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
    errno = saved;
}

uint64_t
gil_machine_now(void)
{
    return gil_clock_ns();
}

unsigned long
gil_machine_thread(void)
{
    return (unsigned long)pthread_self();
}

uint64_t
gil_machine_spin_ns(void)
{
    return gil_load_relaxed(&spin_ns);
}

uint32_t
gil_machine_processor(void)
{
    /* Asked while errno is the program's. It fails where the system call is refused, and there is none of its own. */
    int saved = errno, processor = sched_getcpu();
    errno = saved;
    return (uint32_t)processor;
}

/* Both in one number: the C libraries' states of cancellation are 0 to 2. */
int
gil_machine_enter_host(void)
{
    int saved = errno, state = 0;

    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    return saved << 2 | state;
}

void
gil_machine_leave_host(int before)
{
    int disabled;

    (void)pthread_setcancelstate(before & 3, &disabled);
    errno = before >> 2;
}
