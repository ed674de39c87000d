/* SPDX-License-Identifier: MIT */
/* The list of calls: every function with every argument, and the dict that collects the results. */
#ifndef GILHOST_WORK_H
#define GILHOST_WORK_H

#include <gilrt.h>
#include <stddef.h>

#include "options.h"
#include "raw.h"

struct function {
    char *name;                 /* MODULE.FUNCTION */
    GilObject *callable;        /* strong */
    GilObject *capsule;         /* strong; keeps `raw` alive; NULL where there is none */
    const raw_work *raw;        /* the same work without the runtime, or NULL */
};

/* One call. What threads may write of it while others run is said in crew.c. */
struct call {
    const struct function *function;
    const char *text;           /* the argument as given */
    GilObject *argument;        /* strong: a str or an int; NULL where the text made none */
    GilObject *key;             /* strong: "MODULE.FUNCTION ARGUMENT", its place in the results */
    double seconds;             /* how long it took when the table was made */
    char *shown;                /* the result as the table shows it, from malloc; NULL: there is none */
    char *error;                /* what went wrong first, from malloc; NULL: nothing */
    int differs;                /* a side gave another result than the one in the table */
};

struct work {
    struct function *functions;
    size_t function_count;
    struct call *calls;
    size_t call_count;
    GilObject *results;         /* strong: the shared dict, by key */
};

/* Import the modules and make the list. 0, or -1 after naming on stderr what could not be had. */
int work_open(struct work *work, const struct options *options);
/* Give everything back; also after a failed work_open. */
void work_close(struct work *work);

/* The calls that have not failed, in a new array from malloc; NULL without memory. */
struct call **work_good_calls(const struct work *work, size_t *count);
/* Fill `shown` of every call whose result is in the dict. */
void work_show_results(struct work *work);

/* Take note that a call failed, for the exception that is set, which is cleared; the first note stays. */
void work_note_exception(struct call *call);
/* The same for a reason in words; needs no lock, but nobody else at the same call. */
void work_note(struct call *call, const char *reason);
/* The exception that is set as "Type: message" from malloc, or NULL without memory; it is cleared. */
char *work_exception_text(void);

#endif
