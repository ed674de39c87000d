/* SPDX-License-Identifier: MIT */
/* Which blocks of a heap are objects: a tag in the record behind each block, and a walk over all slabs. */
#include "base/census.h"

#ifdef GIL_DEBUG

#include "base/zone.h"

/* Tags of blocks. */
enum { NO_OBJECT, AT_START, BEHIND_PREFIX };
#define PREFIX 16

void
gil_census_enter(void *block, size_t prefix)
{
    gil_zone_set_tag(block, gil_chunk_of(block)->size, prefix != 0 ? BEHIND_PREFIX : AT_START);
}

void
gil_census_leave(void *block)
{
    gil_zone_set_tag(block, gil_chunk_of(block)->size, NO_OBJECT);
}

static void
visit_list(struct gil_chunk *chunk, void (*visit)(void *op, void *arg), void *arg)
{
    for (; chunk != NULL; chunk = chunk->next) {
        char *block = (char *)(chunk + 1), *end = chunk->fresh;
        if (chunk->size > GIL_HEAP_SMALL)
            end = block + chunk->size; /* a large one, alone in its chunk */
        for (; block + chunk->size <= end; block += chunk->size) {
            unsigned tag = gil_zone_tag(block, chunk->size);
            if (tag != NO_OBJECT)
                visit(tag == BEHIND_PREFIX ? block + PREFIX : block, arg);
        }
    }
}

void
gil_census_take(const struct gil_heap *heap, void (*visit)(void *op, void *arg), void *arg)
{
    for (int i = 0; i < GIL_HEAP_CLASSES; i++) {
        if (heap->current[i]->heap != NULL)
            visit_list(heap->current[i], visit, arg);
        visit_list(heap->partial[i], visit, arg);
        visit_list(heap->parked[i], visit, arg);
    }
    visit_list(heap->large, visit, arg);
}

#endif
