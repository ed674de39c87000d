/* SPDX-License-Identifier: MIT */
/* The import registry of an interpreter. */
#ifndef GIL_MODULE_IMPORT_H
#define GIL_MODULE_IMPORT_H

#include "gilrt/import.h"
#include "module/path.h"
#include "state/interp.h"
#include "state/tstate.h"

struct gil_importing;
struct gil_import_wait;

/* [gil] The module layer's pocket (GIL_POCKET_MODULE). */
struct gil_module_pocket {
    GilObject *modules;              /* strong dict: names to complete modules */
    GilObject *newest;               /* strong; the module registered last, head of the chain through older */
    struct gil_importing *importing; /* imports under way, oldest first */
    struct gil_import_wait *waits;   /* threads that wait for one of them */
    struct gil_search_path path;     /* owned; constant while imports run */
    int strict;                      /* see GilConfig.strict_paths */
    int closing;                     /* the interpreter is ending: nothing new is imported */
};

static inline struct gil_module_pocket *
gil_module_pocket(const GilThreadState *ts)
{
    return ts->interp->pocket[GIL_POCKET_MODULE];
}

/* Calls each for each mutex of this file: that of a pool. */
void gil_import_mutexes(void (*each)(struct gil_mutex *mutex));
/* In the child of a fork: imports of threads that are no more have failed, and nobody waits. */
void gil_import_fork_child(GilInterpreterState *interp);
/* Where modules of the interpreter are looked for; takes path's memory over. */
void gil_import_set_path(GilThreadState *ts, struct gil_search_path *path, int strict);
/* Clear all modules, the newest first, and forget them. May run anything; imports fail from now on. */
void gil_import_clear(GilThreadState *ts);

#endif
