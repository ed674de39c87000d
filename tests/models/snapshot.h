/* SPDX-License-Identifier: MIT */
/* Copies of memory, to be put back. */
#ifndef TESTS_MODELS_SNAPSHOT_H
#define TESTS_MODELS_SNAPSHOT_H

#include <stddef.h>

#define SNAPSHOT_PIECES 32

/* Of zeroes: nothing was copied yet. What it has allocated it keeps for the next time. */
struct snapshot {
    struct {
        void *at;
        size_t size;
    } pieces[SNAPSHOT_PIECES];
    int count;
    char *copies; /* one after the other */
    size_t used, room;
};

void snapshot_empty(struct snapshot *snapshot);
/* Copies what is there now. */
void snapshot_add(struct snapshot *snapshot, void *at, size_t size);
/* Puts back whatever was added. */
void snapshot_restore(const struct snapshot *snapshot);

#endif
