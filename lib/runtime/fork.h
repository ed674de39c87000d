/* SPDX-License-Identifier: MIT */
/* Forking: what has to be ready before. */
#ifndef GIL_RUNTIME_FORK_H
#define GIL_RUNTIME_FORK_H

/* Ready what the process keeps: from now on the child of a plain fork() is known as one. 0, or -1: no memory. */
int gil_fork_start(void);

/* For tests: the ranks whose mutexes a fork takes, in the order in which it does; ends with 0. */
const unsigned char *gil_fork_ranks(void);

#endif
