/* SPDX-License-Identifier: MIT */
/* A lock that one thread uses alone leans to it, and is left and taken by plain stores. */
#ifndef GIL_STATE_LEAN_H
#define GIL_STATE_LEAN_H

#include "state/lock.h"

/* By the holder, without mu: the lock leans to ts from here on, if nobody waits. */
void gil_lean(struct gil_lock *lock, GilThreadState *ts);
/* Under mu, the lock leans to another: it goes by the word from here on. 1: ts has stolen it; 0: the other was inside, and holds it.
 * ts NULL: for nobody, the lock is free then. */
int gil_lean_revoke(struct gil_lock *lock, GilThreadState *ts);
/* The lock leaned to ts, which finds FENCED after its store of st: whether it holds the lock, by the word. Without mu. */
int gil_lean_came_in_time(struct gil_lock *lock, GilThreadState *ts);
/* Under mu, before a fork: if the lock leans to another than holder, it does no more. */
void gil_lean_upright(struct gil_lock *lock, const GilThreadState *holder);
/* Under mu, by the holder: if the lock leans to it, no more. */
void gil_lean_straighten(struct gil_lock *lock);

#endif
