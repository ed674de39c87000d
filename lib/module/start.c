/* SPDX-License-Identifier: MIT */
/* Start and stop of the module layer. */
#include "module/start.h"

#include "base/mem.h"
#include "gilrt/dict.h"
#include "module/import.h"
#include "module/module.h"

int
gil_module_start(void)
{
    return gil_module_type_start();
}

int
gil_module_interp_start(GilThreadState *ts)
{
    struct gil_module_pocket *pocket = gil_heap_calloc(ts->heap, 1, sizeof(*pocket));
    if (pocket == NULL)
        return -1;
    pocket->modules = GilDict_New();
    if (pocket->modules == NULL) {
        gil_heap_free(pocket);
        return -1;
    }
    ts->interp->pocket[GIL_POCKET_MODULE] = pocket;
    return 0;
}

void
gil_module_interp_stop(GilThreadState *ts)
{
    struct gil_module_pocket *pocket = gil_module_pocket(ts);

    gil_import_clear(ts);
    /* Last words of objects may still ask for modules: from here on there are none. */
    ts->interp->pocket[GIL_POCKET_MODULE] = NULL;
    Gil_DECREF(pocket->modules);
    gil_search_path_free(&pocket->path);
    gil_heap_free(pocket);
}
