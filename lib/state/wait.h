/* SPDX-License-Identifier: MIT */
/* Waiting in the parking lot as a thread that may be attached: without the interpreter's lock, and open to
 * interruption. */
#ifndef GIL_STATE_WAIT_H
#define GIL_STATE_WAIT_H

#include "gilrt/base.h"
#include "sync/parking.h"

/* What can be waited for. */
struct gil_waitable {
    int (*try)(void *object);                                         /* 1: the caller has it */
    enum gil_waited (*sleep)(void *object, struct gil_wait *wait);
    void (*undo)(void *object); /* give back what was got, for others: the thread that got it will not run; NULL: nothing */
    void (*late)(void *object); /* what else such a thread leaves to others, got or not; NULL: nothing */
};

/* One wait of the calling thread, on its stack. */
struct gil_waiting {
    struct gil_wait wait;
    GilThreadState *ts;        /* [const] what is attached; NULL: nothing */
    const char *func;          /* [const] */
    int interruptible;         /* [const] */
};

/* Whether the flags are public ones, and the thread is attached if it is to be interrupted; or else the process is stopped. Also
 * where nothing is waited for: that would be found out only on a busy day. */
void gil_waiting_check(unsigned flags, const char *func);
/* Begin, checked; ns and flags are the public ones. */
void gil_waiting_begin(struct gil_waiting *waiting, uint64_t ns, unsigned flags, const char *func);
/* Do what the thread is asked to do, if the wait is interruptible: 0, or -1 with an exception set. May run anything. */
int gil_waiting_attend(struct gil_waiting *waiting);
/* what->sleep(), detached if the thread was attached, and it is again when this returns. */
enum gil_waited gil_waiting_sleep(struct gil_waiting *waiting, const struct gil_waitable *what, void *object);

/* All of it: 1, what->try() or a wake has given it to the caller; 0, late; -1, interrupted. */
int gil_wait_for(const struct gil_waitable *what, void *object, uint64_t ns, unsigned flags, const char *func);

/* Have ts look after what it is asked: to be called after the bit in brk is set. Ends the sleep of an interruptible wait, makes the
 * cancel descriptor readable, and calls the region's unblock function if it is safe anywhere; for any other, follow by
 * gil_unblock_send(). By any thread, and from a signal handler; where ts was put back meanwhile, and serves another, that one looks
 * once for nothing. */
void gil_wait_rouse(GilThreadState *ts);

#endif
