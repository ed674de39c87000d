/* SPDX-License-Identifier: MIT */
/* Something that is done once, by whoever comes first, and that all others wait for. */
#ifndef GIL_SYNC_ONCE_H
#define GIL_SYNC_ONCE_H

#include "sync/parking.h"

#include <stdint.h>

/* Public: the inline look of <gilrt/sync.h> compares with it. */
#define GIL_ONCE_DONE 4u

enum gil_once_found {
    GIL_ONCE_FOUND_BUSY, /* another does it: sleep */
    GIL_ONCE_FOUND_DONE,
    GIL_ONCE_FOUND_MINE, /* the caller is to do it, then gil_once_end() */
};

enum gil_once_found gil_once_begin(uint8_t *byte);
enum gil_waited gil_once_sleep(uint8_t *byte, struct gil_wait *wait);
/* done: it is done. Otherwise the next one tries. After the store that says so its memory is not touched. */
void gil_once_end(uint8_t *byte, int done);

#endif
