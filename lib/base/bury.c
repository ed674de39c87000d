/* SPDX-License-Identifier: MIT */
/*
 * Objects that ended: the last GIL_GRAVES of a heap keep their memory.
 *
 * A reference that is given back once too often, or taken of an object that is dead, writes to the count. Taken from 0 it
 * becomes -1, at which Gil_DECREF() calls the library; taken up it is found when the grave is opened for the next one. In a
 * block that is free already neither could be told from any other write, and the type's name would be gone.
 *
 * Names are copied, because the type may end too.
 */
#include "base/bury.h"

#ifdef GIL_BURIES

#include "base/census.h"
#include "base/panic.h"
#include "base/zone.h"

#include <string.h>

/* As free blocks are filled in mem.c. */
#define FILL_FREE 0xDD

struct head {
    int64_t count;
    void *type;
};

static size_t
room_of(const void *block)
{
    return gil_chunk_of(block)->size - GIL_ZONE;
}

/* Give the memory of an older grave back, which must be as it was left. */
static void
open_grave(struct gil_grave *grave)
{
    const unsigned char *bytes = grave->block;
    const struct head *head = (const void *)(bytes + grave->head);

    if (head->count != 0)
        gil_panic("Gil_INCREF", "the count of an object at %p of type '%s' was changed after its end", (const void *)head,
                  grave->name);
    for (size_t i = 0; i < grave->filled; i++)
        if ((i < grave->head || i >= grave->head + sizeof *head) && bytes[i] != FILL_FREE)
            gil_panic("gil_heap_bury", "an object at %p of type '%s' was written to after its end", (const void *)head,
                      grave->name);
    gil_heap_free(grave->block);
}

void
gil_heap_bury(void *block, size_t head, const char *name)
{
    struct gil_heap *heap = gil_heap_of(block);
    struct gil_grave *grave = &heap->graves[heap->next_grave];

    /* Large blocks are more than a debug build should keep. */
    if (room_of(block) > GIL_HEAP_SMALL) {
        gil_heap_free(block);
        return;
    }
    heap->next_grave = (heap->next_grave + 1) % GIL_GRAVES;
    if (grave->block != NULL)
        open_grave(grave);
    struct head *object = (struct head *)(void *)((char *)block + head);
    struct head kept = {0, object->type};
    grave->block = block;
    grave->head = head;
    grave->filled = gil_zone_check("gil_heap_free", block, gil_chunk_of(block)->size);
    strncpy(grave->name, name, sizeof grave->name - 1);
    memset(block, FILL_FREE, grave->filled);
    *object = kept;
    gil_census_leave(block);
    heap->requests++;
}

const char *
gil_heap_buried(const struct gil_heap *heap, const void *op)
{
    for (int i = 0; i < GIL_GRAVES; i++)
        if (heap->graves[i].block != NULL && (const char *)heap->graves[i].block + heap->graves[i].head == op)
            return heap->graves[i].name;
    return NULL;
}

#endif
