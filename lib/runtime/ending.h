/* SPDX-License-Identifier: MIT */
/* A place inside the main interpreter, for those who make and end others. */
#ifndef GIL_RUNTIME_ENDING_H
#define GIL_RUNTIME_ENDING_H

struct gil_gate;
struct gil_pass;

/* A place inside the main interpreter, under the name of func, and a reference to its gate; NULL: it is not there, or lets nobody in. */
struct gil_gate *gil_main_enter(struct gil_pass *pass, const char *func);
void gil_main_leave(struct gil_gate *gate, struct gil_pass *pass);

#endif
