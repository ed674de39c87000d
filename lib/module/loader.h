/* SPDX-License-Identifier: MIT */
/* Finding and loading shared objects. */
#ifndef GIL_MODULE_LOADER_H
#define GIL_MODULE_LOADER_H

#include "gilrt/slot.h"
#include "module/path.h"

enum gil_load_result {
    GIL_LOAD_OK,
    GIL_LOAD_NOT_FOUND, /* in no directory; with a reason: some were not searched */
    GIL_LOAD_FAILED,    /* found, but: see reason */
    GIL_LOAD_NO_MEMORY
};

/* One attempt. What it leaves is given back by gil_load_end(). */
struct gil_load {
    char *file;           /* the shared object, absolute; NULL: not found */
    char *reason;         /* why it failed, for people */
    GilSlot *(*hook)(void); /* the module's export hook */
};

/* A letter or underscore, then letters, digits and underscores; at most GIL_MODULE_NAME_MAX. */
#define GIL_MODULE_NAME_MAX 200
int gil_module_name_valid(const char *name);

/*
 * Find name, which is valid, and load it. The calling thread is detached and holds no mutex: constructors of the
 * shared object run in here, and other threads of the process may hold the system loader's lock.
 */
enum gil_load_result gil_load_begin(struct gil_load *load, const struct gil_search_path *path, int strict,
                                    const char *name);
/* Give memory back; the shared object stays loaded. */
void gil_load_end(struct gil_load *load);

#endif
