/* SPDX-License-Identifier: MIT */
/* The tracked objects of an interpreter: how many there are, and of what types. */
#ifndef GIL_GC_TRACK_H
#define GIL_GC_TRACK_H

#include "gilrt/gc.h"
#include "object/alloc.h"

/* Tracked objects of ts's interpreter, counted one by one. */
size_t gil_gc_count(const GilThreadState *ts);

/*
 * The leak report: what is still tracked, and in debug builds all other objects, by type, most frequent first; line is called once a type, size of which are
 * the instances' own bytes. Returns the number of objects. Allocates nothing, runs nothing of the objects; at most
 * GIL_GC_REPORT_TYPES types are told apart, the rest comes last as "(other types)".
 */
#define GIL_GC_REPORT_TYPES 32
size_t gil_gc_report(const GilThreadState *ts, void (*line)(const char *type, size_t count, size_t size, void *arg),
                     void *arg);

/* Stops the process when the list is broken: links that do not match, an object of a type without GC, a count of 0. */
void gil_gc_check(const GilThreadState *ts);

#endif
