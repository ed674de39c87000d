/* SPDX-License-Identifier: MIT */
/*
 * Imps: objects that call the test back whenever they are asked anything, and when they die.
 *
 * An imp can be hashed, compared, shown, walked, indexed, called, calculated with, converted, lent as a buffer and asked
 * for attributes. Before each answer it counts a callback; at one of them, which the test chose, trouble is made first.
 */
#ifndef TESTS_REENTRY_IMP_H
#define TESTS_REENTRY_IMP_H

#include <gilrt.h>

/* As ck_assert(), which writes to a file each time that it is passed: too much for what every callback asks. */
#define must(condition) ((condition) ? (void)0 : ck_abort_msg("%s", #condition))

struct imp_plan {
    long callbacks;              /* met so far */
    long at;                     /* the callback at which trouble is made; 0: none */
    long made;                   /* how often it was: 0 or 1 */
    int raised;                  /* the trouble was an error, and the imp passed it on */
    int (*trouble)(void *arg);   /* returns 0, or -1 with an error set, which the imp passes on if it can */
    void *arg;
};
extern struct imp_plan imp_plan;

/* A callback of no imp: 0, or -1 with an error set. */
int imp_asks(void);
/* The type: a new reference. */
GilObject *imp_type_new(void);
/* An imp of that type. Imps of the same value are equal; all have the hash of "key". */
GilObject *imp_new(GilObject *type, long value);
/* Imps alive in the process. */
long imps_alive(void);

#endif
