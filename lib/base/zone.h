/* SPDX-License-Identifier: MIT */
/*
 * Debug builds: what stands behind a block, so that writing beyond its end is noticed when it is given back.
 *
 * A block is taken larger by GIL_ZONE than was asked for. What is left of its room is filled with a byte, and the last
 * word says how much was asked for, in a form that no program writes by chance. Other builds have none of it: the zone is
 * empty, and all of a block's room is the owner's.
 */
#ifndef GIL_BASE_ZONE_H
#define GIL_BASE_ZONE_H

#include "base/panic.h"

#include <stdint.h>
#include <string.h>

#ifdef GIL_DEBUG

#define GIL_ZONE ((size_t)16)
#define GIL_ZONE_FILL 0xFB
#define GIL_ZONE_MARK ((uint64_t)0xb10c0e4db10c0e4d)
/* The record's highest bits are a tag, see base/census.h. */
#define GIL_ZONE_TAG_SHIFT 60
#define GIL_ZONE_TAG_MAX 2
#define GIL_ZONE_SIZE_MASK (((uint64_t)1 << GIL_ZONE_TAG_SHIFT) - 1)

/* A block with that much room was asked for with size bytes; room is size + GIL_ZONE and more. */
static inline void
gil_zone_write(void *block, size_t size, size_t room)
{
    uint64_t record = size ^ GIL_ZONE_MARK;

    memset((char *)block + size, GIL_ZONE_FILL, room - size - sizeof record);
    memcpy((char *)block + room - sizeof record, &record, sizeof record);
}

/* The record of a block, undone. Also of one that is free, and poisoned. */
__attribute__((no_sanitize("address"))) static inline uint64_t
gil_zone_record(const void *block, size_t room)
{
    return *(const uint64_t *)(const void *)((const char *)block + room - sizeof(uint64_t)) ^ GIL_ZONE_MARK;
}

/* Whether the zone is as it was left: the block is in use, and nothing was written beyond its end. */
__attribute__((no_sanitize("address"))) static inline int
gil_zone_is_whole(const void *block, size_t room)
{
    uint64_t record = gil_zone_record(block, room);
    size_t at = (size_t)(record & GIL_ZONE_SIZE_MASK);

    if (at > room - GIL_ZONE || record >> GIL_ZONE_TAG_SHIFT > GIL_ZONE_TAG_MAX)
        return 0;
    while (at < room - sizeof record && ((const unsigned char *)block)[at] == GIL_ZONE_FILL)
        at++;
    return at == room - sizeof record;
}

/* How many bytes were asked for. Stops the process where the zone is not as it was left. */
static inline size_t
gil_zone_check(const char *func, const void *block, size_t room)
{
    if (!gil_zone_is_whole(block, room))
        gil_panic(func, "the block at %p, with room for %zu bytes, was written to beyond its end", block, room - GIL_ZONE);
    return (size_t)(gil_zone_record(block, room) & GIL_ZONE_SIZE_MASK);
}

/* The tag of a block, 0 when it was just taken; also 0 for a block that is free, whose record is no block's. */
static inline unsigned
gil_zone_tag(const void *block, size_t room)
{
    uint64_t record = gil_zone_record(block, room);

    return (record & GIL_ZONE_SIZE_MASK) <= room - GIL_ZONE ? (unsigned)(record >> GIL_ZONE_TAG_SHIFT) : 0;
}

static inline void
gil_zone_set_tag(void *block, size_t room, unsigned tag)
{
    uint64_t *record = (uint64_t *)(void *)((char *)block + room - sizeof *record);

    *record = (((*record ^ GIL_ZONE_MARK) & GIL_ZONE_SIZE_MASK) | (uint64_t)tag << GIL_ZONE_TAG_SHIFT) ^ GIL_ZONE_MARK;
}

#else

#define GIL_ZONE ((size_t)0)

static inline void
gil_zone_write(void *block, size_t size, size_t room)
{
    (void)block;
    (void)size;
    (void)room;
}

static inline size_t
gil_zone_check(const char *func, const void *block, size_t room)
{
    (void)func;
    (void)block;
    return room;
}

static inline unsigned
gil_zone_tag(const void *block, size_t room)
{
    (void)block;
    (void)room;
    return 0;
}

static inline void
gil_zone_set_tag(void *block, size_t room, unsigned tag)
{
    (void)block;
    (void)room;
    (void)tag;
}

#endif

#endif
