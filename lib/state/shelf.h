/* SPDX-License-Identifier: MIT */
/* The states that a thread keeps, and what its exit does with its states. */
#ifndef GIL_STATE_SHELF_H
#define GIL_STATE_SHELF_H

#include "state/tstate.h"

#include <pthread.h>

/* [const] after gil_shelf_start(), but for the child of a fork; its value is the thread's shelf. */
extern pthread_key_t gil_shelf_key;

/* Make the key. Idempotent; 0, or an errno: no thread key is left. */
int gil_shelf_start(void);

/* The second half of the next one. */
int gil_shelf_begin(void);

/* See to it that the thread's exit is noticed. -1: no memory for that. */
static inline int
gil_shelf_register(void)
{
    return pthread_getspecific(gil_shelf_key) != NULL ? 0 : gil_shelf_begin();
}

/* Before a state is made for the shelf: -1: no memory, or the thread's exit has passed the shelf and would not come by again. */
int gil_shelf_open(void);
/* ts is kept by the calling thread from now on; 0, or an errno. */
int gil_shelf_put(GilThreadState *ts);
/* The thread's state in interp, of those that it keeps; NULL: none. */
GilThreadState *gil_shelf_find(const GilInterpreterState *interp);
/* What the kernel calls this thread: asked once, if the key could be set. */
uint32_t gil_shelf_native(void);
/* In the child of any fork: the key is another one, and the kernel has given the thread another number. */
void gil_shelf_in_child(void);
/* After that, for each state. */
void gil_shelf_fork_child(GilThreadState *ts, int survives);

#endif
