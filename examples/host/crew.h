/* SPDX-License-Identifier: MIT */
/* A crew of threads that makes calls together. */
#ifndef GILHOST_CREW_H
#define GILHOST_CREW_H

#include <gilrt.h>

#include "work.h"

/* How the calls are made. */
enum side {
    SIDE_DROP,      /* in the interpreter; functions drop the lock while they work */
    SIDE_HOLD,      /* in the interpreter; functions hold it */
    SIDE_RAW        /* the raw work alone */
};

/* What becomes of the results. */
enum purpose {
    PURPOSE_COLLECT,    /* into the shared dict; the time of each call is kept */
    PURPOSE_COMPARE,    /* compared with those in the dict */
    PURPOSE_TIME        /* nothing */
};

/* What a crew is asked to do. */
struct pass {
    const struct work *work;
    GilInterpreterGuard *guard;    /* the interpreter to enter */
    struct call **calls;           /* those to make, in this order */
    size_t call_count;
    size_t loops;                  /* each so many times, one after the other */
    int threads;
    enum side side;
    enum purpose purpose;
    const char *title;             /* for the progress on a terminal */
};

/*
 * Do it; the caller is attached, and is detached while it waits. *seconds is the time from the start of the crew,
 * all of its threads being ready, to the end of its last call. Failures of calls are noted in them. 0, or -1 after
 * saying on stderr why there was no crew.
 */
int crew_run(const struct pass *pass, double *seconds);

#endif
