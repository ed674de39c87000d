/* SPDX-License-Identifier: MIT */
/* What a name stands for in a type: the walk along its bases, and the cache that spares it. */
#ifndef GIL_OBJECT_LOOKUP_H
#define GIL_OBJECT_LOOKUP_H

#include "object/alloc.h"
#include "object/type.h"

/* Names longer than this are not remembered where they are found in no class. */
#define GIL_ABSENT_MAX 23

/* [gil] One answer: see object/lookup.c. */
struct gil_attr_slot {
    uint32_t version; /* of the type that was asked; 0: free */
    uint32_t hash;    /* of the name */
    union {
        struct {
            const struct gil_name_entry *entry; /* in the table of owner */
            GilTypeObject *owner;
            uint64_t zero; /* covers absent.len */
        } found;
        struct {
            char name[GIL_ABSENT_MAX];
            uint8_t len; /* 0: the name was found */
        } absent;
    } u;
};

/* gil_type_find() for a name with its hash. */
int gil_type_lookup(GilThreadState *ts, GilTypeObject *type, const struct gil_name *name, struct gil_found *found);

/*
 * The table of a heap type is about to get a new entry, or to lose one: what was remembered of the type and of those
 * that derive from it is void. Replacing what an entry holds needs no such call.
 */
void gil_type_modified(GilTypeObject *type);
/* The same, and nothing is remembered of it, nor of what derives from it, from now on: its table is being taken apart. */
void gil_type_retire(GilTypeObject *type);

/* A version for a built-in type, whose table never changes once it is ready. */
uint32_t gil_static_version(void);
/* The cache of an interpreter that is being made. 0, or -1: no memory. */
int gil_lookup_start(GilThreadState *ts, struct gil_object_pocket *pocket);

#endif
