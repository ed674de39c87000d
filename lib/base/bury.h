/* SPDX-License-Identifier: MIT */
/*
 * Debug builds: objects that ended lie buried for a while before their memory is used again, so that whoever still counts
 * them is found, and the message can name what they were.
 */
#ifndef GIL_BASE_BURY_H
#define GIL_BASE_BURY_H

#include "base/mem.h"

/* AddressSanitizer sees more by itself. */
#if defined(GIL_DEBUG) && !defined(GIL_HEAP_ASAN)
#define GIL_BURIES 1

/*
 * In place of gil_heap_free(): head bytes into the block stands the object's count, which becomes 0, and the word behind it
 * stays; all else is filled. The block is freed when GIL_GRAVES others were buried after it; then it must be as it was left.
 */
void gil_heap_bury(void *block, size_t head, const char *name);
/* What the object at op was, or NULL: it is not buried here. */
const char *gil_heap_buried(const struct gil_heap *heap, const void *op);

#endif

#endif
