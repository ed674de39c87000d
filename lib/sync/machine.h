/* SPDX-License-Identifier: MIT */
/* All that the lock and the mutexes know of the machine: atomics, sleeping, the clock, how long to spin. */
#ifndef GIL_SYNC_MACHINE_H
#define GIL_SYNC_MACHINE_H

#include "base/atomic.h"

#include <stdint.h>

/*
 * The narrow place. lib/sync/mutex.c, lib/state/lock.c and their like reach the machine through this header alone, so the same
 * source can be compiled against another one: GIL_MACHINE_BACKEND names the header that stands in for Linux. The schedule
 * explorer (tests/models/) puts one there in which every call, atomics included, is a point where another thread may run.
 *
 * A back end provides what is declared below, and gil_machine_relax(), GIL_MACHINE_SPIN_ROUNDS and GIL_MACHINE_FENCE_WORTH;
 * atomics it may redefine by defining the compiler's builtins as macros.
 */

/* No deadline. */
#define GIL_MACHINE_NEVER UINT64_MAX

/* Learn what the functions below need: the number of processors, whether there is a heavy fence. Idempotent. */
void gil_machine_start(void);

/*
 * Sleep while *word is expected, until woken or until the clock reaches deadline. May return early for no reason: the
 * caller looks at the word and at the clock again. errno is kept.
 */
void gil_machine_park(uint32_t *word, uint32_t expected, uint64_t deadline);

/*
 * The process is the child of a fork() that the library knew nothing of: what it would wait for may never come. On: whoever
 * would sleep from now on stops the process with a sentence that says so. Of Linux alone, as the next.
 */
void gil_machine_strand(int on);
/* On: there is something to wait for. A child of which nobody tells, of _Fork() or clone(2), is found stranded then, where the system
 * can do that. By one thread at a time. errno is kept. */
void gil_machine_watch(int on) __attribute__((cold));
/* Whether this is such a child: 1; 0: the process that has something to wait for; -1: nobody can tell. */
int gil_machine_is_stranded(void) __attribute__((cold));

/*
 * Wake one thread that sleeps on word, if there is one. Uses the address only and never reads the word, so the memory may
 * belong to someone else by now, or to nobody: at worst a stranger wakes early. errno is kept.
 */
void gil_machine_unpark(uint32_t *word);

/* Monotonic time in ns. */
uint64_t gil_machine_now(void);

/* The calling thread, for messages: pthread_self() as a number. */
unsigned long gil_machine_thread(void);

/*
 * The heavy fence: between the call and its return, each thread of the process that runs passes a full fence; for one that
 * does not, being scheduled is that fence. The other side of a protocol needs a compiler barrier only. Costs some microseconds and
 * interrupts the other processors; only if gil_machine_can_fence_all(). errno is kept.
 */
void gil_machine_fence_all(void);
int gil_machine_can_fence_all(void);
/* Whether the process has no other thread, as far as is known: then the heavy fence would find none. */
int gil_machine_is_alone(void);

/* How long it pays to spin for a lock that is held for a moment, in ns; 0 with one processor: the holder cannot move. */
uint64_t gil_machine_spin_ns(void);

/* The number of the processor that runs the caller, or did a moment ago. */
uint32_t gil_machine_processor(void);

/*
 * Round a function of the host's that is called while the library is in the middle of something: errno is kept, and the calling thread
 * is not cancelled there (pthread_cancel()). What the first returns is for the second. In signal handlers, too.
 */
int gil_machine_enter_host(void);
void gil_machine_leave_host(int before);

#ifdef GIL_MACHINE_BACKEND
#include GIL_MACHINE_BACKEND
#else
#include "sync/machine_linux.h"
#endif

/* A thread-local variable as a number that no other thread has at the time: its address, unless the threads of a back end share it. */
#ifndef GIL_MACHINE_MARK
#define GIL_MACHINE_MARK(variable) ((uintptr_t)&(variable))
#endif

#endif
