/* SPDX-License-Identifier: MIT */
/* The end of an interpreter: first what can be undone, then what cannot fail. */
#ifndef GIL_RUNTIME_FINALIZE_H
#define GIL_RUNTIME_FINALIZE_H

#include "runtime/layers.h"

struct gil_gate;
struct gil_pass;

/* What the end of an interpreter met. */
struct gil_ending {
    struct gil_leftovers left;
    size_t rounds, dropped;    /* of calls at exit: rounds, and calls not made */
};

/* The time in so many ns. */
uint64_t gil_limit_in(uint64_t ns);
/* Tell whether gate lets anybody in, if that was not told yet, nor is going to be; by who has taken its end, or is inside. */
void gil_finalize_tell(struct gil_gate *gate);
/* The same, and then leave the gate, with pass. */
void gil_finalize_tell_and_leave(struct gil_gate *gate, struct gil_pass *pass);
/*
 * Make the interpreter of ts, which is attached, let nobody in, and wait until the clock reaches limit for
 * those inside; if it is the main one, so all others. 0: they are shut, their locks were had a moment ago, and
 * ts is attached; -1, and nothing happened, when another thread is just ending it; else how many are inside:
 * all is as before, and who they are was told in the name of func.
 */
long gil_finalize_begin(GilThreadState *ts, uint64_t limit, const char *func);
/*
 * The same for another interpreter than the main one, whose end the caller has taken (state/closing.h), attached to nothing. asked:
 * it was closing before that, and its threads were told so. On success its reserve is attached to the calling thread.
 */
long gil_finalize_begin_outside(GilInterpreterState *interp, uint64_t limit, int asked, const char *func);
/* After that: the end, and ts with it; before the main interpreter all others end, the newest first. What each of them met goes
 * into the report (life.h). Runs anything, up to the teardown of the last. */
void gil_finalize_commit(GilThreadState *ts, const char *func);

#endif
