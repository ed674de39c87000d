/* SPDX-License-Identifier: MIT */
/*
 * The re-entrancy matrix: a call is made again and again with objects that call back, and at each callback in turn each
 * kind of trouble is made: what the call works on is emptied, grown, changed item by item, or changed by another thread
 * while the lock is dropped; the lock is dropped and taken; garbage is collected; an error is raised.
 *
 * Whatever happens: the process lives, the thread stays attached, an error set and the call's result agree, what a callback
 * raised is the error of the call, containers are in order, and nothing is left of the objects.
 */
#ifndef TESTS_REENTRY_MATRIX_H
#define TESTS_REENTRY_MATRIX_H

#include "api/misuse/misuse.h"

/* Tries call in all ways, and says on stderr how many there were; returns how often trouble was made. With a reason in clears
 * what callbacks raise may be gone. Starts and stops the runtime. */
long matrix_run(const char *name, misuse_call call, enum call_kind kind, const char *clears);

#endif
