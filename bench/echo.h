/* SPDX-License-Identifier: MIT */
/* A process that sends back every byte it gets. */
#ifndef BENCH_ECHO_H
#define BENCH_ECHO_H

/* Starts it; before the first thread, for it is a fork without an exec. It ends when this process does. */
void echo_start(void);
/* This process' end of the socketpair. */
int echo_fd(void);

#endif
