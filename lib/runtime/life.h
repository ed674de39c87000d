/* SPDX-License-Identifier: MIT */
/* Starting and stopping, as a fork and the end of an interpreter see them. */
#ifndef GIL_RUNTIME_LIFE_H
#define GIL_RUNTIME_LIFE_H

#include "gilrt/base.h"

struct gil_ending;
struct gil_mutex;

/* Calls each for each mutex of this file: nobody starts the runtime while it is held. */
void gil_life_mutexes(void (*each)(struct gil_mutex *mutex));
/* In the child of a fork by the thread that has ts attached; NULL: the runtime is not running. What another thread had begun, a stop, is
 * not under way here, and this thread is the one that may stop the runtime. */
void gil_life_fork_child(GilThreadState *ts);

/* Whether the host wants to see what interpreters leave; by who ends one. */
int gil_life_prints(void);
/* What the end of one met goes into the report, whoever ends it and whatever others end meanwhile. */
void gil_life_report(const struct gil_ending *met);

#endif
