/* SPDX-License-Identifier: MIT */
/* The copies of one snapshot lie in one piece of memory, which only grows: thousands are made a second, in a few places. */
#include "models/snapshot.h"

#include <stdlib.h>
#include <string.h>

void
snapshot_empty(struct snapshot *snapshot)
{
    snapshot->count = 0;
    snapshot->used = 0;
}

void
snapshot_add(struct snapshot *snapshot, void *at, size_t size)
{
    if (snapshot->count == SNAPSHOT_PIECES)
        abort();
    if (snapshot->room - snapshot->used < size) {
        snapshot->room = 2 * (snapshot->used + size);
        if ((snapshot->copies = realloc(snapshot->copies, snapshot->room)) == NULL)
            abort();
    }
    memcpy(snapshot->copies + snapshot->used, at, size);
    snapshot->used += size;
    snapshot->pieces[snapshot->count].at = at;
    snapshot->pieces[snapshot->count++].size = size;
}

void
snapshot_restore(const struct snapshot *snapshot)
{
    const char *from = snapshot->copies;

    for (int i = 0; i < snapshot->count; i++) {
        memcpy(snapshot->pieces[i].at, from, snapshot->pieces[i].size);
        from += snapshot->pieces[i].size;
    }
}
