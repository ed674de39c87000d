/* SPDX-License-Identifier: MIT */
/* The end of an interpreter: first what can be undone, then what cannot fail. */
#ifndef GIL_RUNTIME_FINALIZE_H
#define GIL_RUNTIME_FINALIZE_H

#include "runtime/layers.h"

/* What the end of an interpreter met. */
struct gil_ending {
    int print;                 /* in: write what is left to standard error */
    struct gil_leftovers left;
    size_t rounds, dropped;    /* of calls at exit: rounds, and calls not made */
};

/* The time in so many ns. */
uint64_t gil_limit_in(uint64_t ns);
/*
 * Make the interpreter of ts, which is attached, let nobody in, and wait until the clock reaches limit for those inside. 0: it
 * is shut; else how many are inside: it is as before, and who they are was told in the name of func.
 */
size_t gil_finalize_begin(GilThreadState *ts, uint64_t limit, const char *func);
/* After that: the end, and ts with it. Runs anything, up to the teardown. */
void gil_finalize_commit(GilThreadState *ts, struct gil_ending *ending);

#endif
