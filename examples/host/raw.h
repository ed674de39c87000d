/* SPDX-License-Identifier: MIT */
/*
 * The work behind a module's function as plain C: what gilhost runs on raw threads, to see what the runtime costs.
 *
 * Beside FUNCTION a module may offer a capsule FUNCTION_raw, named "MODULE.FUNCTION_raw", that points to a
 * raw_work. Its run() does what FUNCTION does between dropping the lock and taking it again, and knows no runtime:
 * no lock, no object, no exception. The time of raw threads in gilhost's summary is that of this function and
 * nothing else.
 */
#ifndef GILHOST_RAW_H
#define GILHOST_RAW_H

#include <gilrt.h>
#include <string.h>

/* Room for a result as text, or for the reason of a failure. */
#define RAW_TEXT 256

typedef struct {
    /* FUNCTION takes a number; without it (or without the capsule) it takes the name of a file. */
    int takes_number;
    /*
     * Do the work on `argument`, given as on the command line; any thread may call it at any time. Returns 0 with
     * `text` as gilhost shows FUNCTION's result ("N bytes" for bytes), or empty where that has no short form; or -1
     * with the reason.
     */
    int (*run)(const char *argument, char text[RAW_TEXT]);
} raw_work;

/* Add `work` to a module that is being filled, under its full name "MODULE.FUNCTION_raw". 0, or -1 with an
 * exception. */
static inline int
raw_add(GilObject *module, const char *name, const raw_work *work)
{
    const char *attribute = strrchr(name, '.') + 1;

    return GilModule_Add(module, attribute, GilCapsule_New((void *)work, name, NULL));
}

#endif
