/* SPDX-License-Identifier: MIT */
/* Sets from inside: layout, and the steps that the files of the topic use. */
#ifndef GIL_VALUE_SET_H
#define GIL_VALUE_SET_H

#include "gilrt/set.h"
#include "gilrt/typeobject.h"
#include "object/alloc.h"

struct gil_set_entry {
    GilObject *key;  /* strong; NULL: no element is here */
    Gil_hash_t hash; /* without a key: 0 never used, -1 one was removed */
};

/* A set or a frozenset. See set.c. */
struct gil_set {
    GilObject_HEAD
    Gil_ssize_t used;           /* [gil] elements */
    Gil_ssize_t filled;         /* [gil] entries that are not free: elements, and places of removed ones */
    size_t mask;                /* [gil] number of entries, a power of two, less one */
    struct gil_set_entry *table; /* [gil] owned, or the one constant empty table */
    uint64_t version;           /* [gil] counts every coming and going of an element, and every new table */
    size_t finger;              /* [gil] where pop looks first */
    Gil_hash_t hash;            /* [gil] a frozenset's own hash, or -1: nobody asked */
    GilObject *weaklist;        /* [gil] its weak references, see object/weakref.h */
};

static inline struct gil_set *
gil_set(GilObject *op)
{
    return (struct gil_set *)(void *)op;
}

/* Whether op is a set or frozenset, or of a type derived from one. */
static inline int
gil_anyset_check(GilObject *op)
{
    return GilAnySet_CheckExact(op) || GilAnySet_Check(op);
}

/* What gil_set_lookup() says when it gives no entry. */
#define GIL_SET_ABSENT ((Gil_ssize_t)-1)
#define GIL_SET_FAILED ((Gil_ssize_t)-2)

/* Number of key's entry, GIL_SET_ABSENT, or GIL_SET_FAILED with the error set. May run anything. */
Gil_ssize_t gil_set_lookup(struct gil_set *s, GilObject *key, Gil_hash_t hash);
/* Put key in unless an equal one is there. Takes a reference. 0, or -1 with the error set. May run anything. */
int gil_set_put(GilThreadState *ts, struct gil_set *s, GilObject *key, Gil_hash_t hash);
/* Take entry i out; its reference becomes the caller's. Runs nothing. */
GilObject *gil_set_take(struct gil_set *s, Gil_ssize_t i);
/* Take an equal key out: 1 it was there, 0 not, -1 with the error set. May run anything. */
int gil_set_discard(struct gil_set *s, GilObject *key, Gil_hash_t hash);
/* The entry at or after *pos, which begins at 0; dead after anything else. NULL at the end. Runs nothing. */
struct gil_set_entry *gil_set_walk(const struct gil_set *s, Gil_ssize_t *pos);
/* Empty the set, then give the elements back. May run anything. */
void gil_set_clear(struct gil_set *s);
/* Change what is in two sets for one another. Runs nothing. */
void gil_set_swap(struct gil_set *a, struct gil_set *b);

/* A new empty set of exactly that built-in type. */
GilObject *gil_set_new(GilThreadState *ts, GilTypeObject *type);
/* A new set or frozenset, as s is, of the same elements. Runs nothing. */
GilObject *gil_set_copy(GilThreadState *ts, struct gil_set *s);
/* Give a new instance its empty table; and the tp_dealloc. */
void gil_set_init_empty(struct gil_set *s);
void gil_set_dealloc(GilObject *op);
/* Check what must hold of a set; stops the process where it does not. For tests and debug builds. */
void gil_set_validate(const struct gil_set *s);

/*
 * What sets do with one another; other may be any iterable. All may run anything, raise RuntimeError when other, being
 * a set or dict, changes meanwhile, and return 0 or a new reference, else -1 or NULL with the error set.
 */
int gil_set_update(GilThreadState *ts, struct gil_set *s, GilObject *other);
int gil_set_difference_update(GilThreadState *ts, struct gil_set *s, GilObject *other);
int gil_set_intersection_update(GilThreadState *ts, struct gil_set *s, GilObject *other);
int gil_set_symmetric_difference_update(GilThreadState *ts, struct gil_set *s, GilObject *other);
GilObject *gil_set_difference(GilThreadState *ts, struct gil_set *s, GilObject *other);
GilObject *gil_set_intersection(GilThreadState *ts, struct gil_set *s, GilObject *other);
/* 1, 0, -1. */
int gil_set_issubset(GilThreadState *ts, struct gil_set *s, GilObject *other);
int gil_set_issuperset(GilThreadState *ts, struct gil_set *s, GilObject *other);
int gil_set_isdisjoint(GilThreadState *ts, struct gil_set *s, GilObject *other);

/* Ready the types. 0, or -1: no memory. */
int gil_set_start(void);

#endif
