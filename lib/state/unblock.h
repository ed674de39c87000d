/* SPDX-License-Identifier: MIT */
/* How a thread is told, wherever it is, that something is asked of it: its region's function, and its cancel descriptor. */
#ifndef GIL_STATE_UNBLOCK_H
#define GIL_STATE_UNBLOCK_H

#include "gilrt/unblock.h"

/* The part of a thread state. Kept from one life of the block to the next: who comes late may count itself in cancel still. */
struct gil_unblock {
    uint32_t word;        /* [atomic] the region; see unblock.c */
    uint32_t cancel;      /* [atomic] the descriptor; see unblock.c */
    GilUnblock_Func func; /* [own] while the region is not open, [const] while it is */
    void *arg;            /* the same */
    int fd;               /* [own] while cancel says that there is none, else [const] */
    int timer;            /* [atomic] what sends the region's signal again, and 1; 0: nothing. Written by the thread itself */
};

/* --- by the thread itself, not attached --- */

/* A region begins: func is called from now on. What stands around it goes to *outer. */
void gil_unblock_enter(GilThreadState *ts, struct _GilRegion *outer, GilUnblock_Func func, void *arg, unsigned flags);
/* It ends: when this returns, no call is under way or comes. That around it is in force again. */
void gil_unblock_leave(GilThreadState *ts, const struct _GilRegion *outer);
/* The region, if there is one, is as if left, and later as if entered again. */
void gil_unblock_suspend(GilThreadState *ts, struct _GilRegion *region);
void gil_unblock_resume(GilThreadState *ts, const struct _GilRegion *region);

/* --- by who asks, after the bit is set, of a state that is not put back meanwhile --- */

/* From anywhere, a signal handler too: the descriptor, and the function if it is safe there. Called by gil_wait_rouse(). */
void gil_unblock_rouse(GilThreadState *ts);
/* Call the function once, if ts is in a region. Not attached, without any mutex of the library. */
void gil_unblock_send(GilThreadState *ts);
/* The same in two steps. 1: ts is in a region, which it does not leave before gil_unblock_call(). */
int gil_unblock_claim(GilThreadState *ts);
void gil_unblock_call(GilThreadState *ts);
/* Whether there is no region, or nothing asked. */
int gil_unblock_is_met(GilThreadState *ts);
/* Sleep until the region is left, or the clock reaches deadline. Not attached. */
void gil_unblock_watch(GilThreadState *ts, uint64_t deadline);

/* --- the descriptor --- */

/* Have fd from now on. By the thread itself, which has none. */
void gil_unblock_give_fd(GilThreadState *ts, int fd);
/* The descriptor that there is, or -1. By the thread itself. */
int gil_unblock_fd(const GilThreadState *ts);
/* Have it no longer: nobody uses it when this returns. The descriptor, or -1. */
int gil_unblock_take_fd(GilThreadState *ts);
/* What was asked has been met: readable only if something is still. By the thread itself. */
void gil_unblock_drain(GilThreadState *ts);

/* The end of the state, or of its thread: no region, no descriptor. */
void gil_unblock_end(GilThreadState *ts);
/* In the child of a fork, whose one thread has ts, or not. */
void gil_unblock_fork_child(GilThreadState *ts, int survives);
/* After that: what sends a signal again is the parent's alone. interrupt.c */
void gil_unblock_resend_in_child(GilThreadState *ts, int survives);
/* By who has set a handler of his own: the action of before is back, but for that of a signal which was given up meanwhile: 1, and what was
 * sent of it is discarded. discard: so it is if that action is the default. interrupt.c */
struct sigaction;
int gil_unblock_put_back(int signum, const struct sigaction *before, int discard);

/* --- cancel.c: the descriptor as the system has it --- */

/* A new one, or -1 and errno. */
int gil_cancel_open(void);
/* These keep errno. */
void gil_cancel_close(int fd);
void gil_cancel_write(int fd);
void gil_cancel_read(int fd);
/* In the child of a fork: the same number, but not the parent's any more. -1: there was no descriptor to be had, and it is closed. */
int gil_cancel_renew(int fd);

#endif
