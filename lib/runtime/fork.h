/* SPDX-License-Identifier: MIT */
/* Forking: what has to be ready before. */
#ifndef GIL_RUNTIME_FORK_H
#define GIL_RUNTIME_FORK_H

/* Ready what the process keeps: from now on the child of a plain fork() is known as one. 0, or -1: no memory. */
int gil_fork_start(void);

struct gil_mutex;
/* Calls each for each mutex of the library, in the order in which a fork takes them. */
void gil_fork_mutexes(void (*each)(struct gil_mutex *mutex));

#endif
