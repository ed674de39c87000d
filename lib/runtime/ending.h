/* SPDX-License-Identifier: MIT */
/* A place inside the main interpreter, for those who make and end others. */
#ifndef GIL_RUNTIME_ENDING_H
#define GIL_RUNTIME_ENDING_H

struct gil_gate;

/* A place inside the main interpreter, and a reference to its gate; NULL: it is not there, or lets nobody in. */
struct gil_gate *gil_main_enter(void);
void gil_main_leave(struct gil_gate *gate);

#endif
