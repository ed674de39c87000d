/* SPDX-License-Identifier: MIT */
/* Name tables: the attributes of types, kept without a single str object. */
#ifndef GIL_OBJECT_NAMES_H
#define GIL_OBJECT_NAMES_H

#include "gilrt/typeobject.h"
#include "object/alloc.h"

#include <string.h>

/*
 * An entry says what an attribute is; the descriptor object that CPython would keep is made only when somebody asks
 * for it. Names are UTF-8, of any length, compared byte by byte.
 */
enum gil_name_kind {
    GIL_NAME_METHOD, /* a GilMethodDef */
    GIL_NAME_MEMBER, /* a GilMemberDef */
    GIL_NAME_GETSET, /* a GilGetSetDef */
    GIL_NAME_VALUE,  /* an object: class attribute; strong */
    GIL_NAME_SLOT,   /* a slot of the type; in no table, see object/slotdef.h */
    GIL_NAME_DOC     /* the type's text; the same */
};

/* slot is what stands in the type; args a tuple; kwargs NULL or not empty; op of a comparison. */
typedef GilObject *(*gil_slot_wrapper)(GilObject *self, GilObject *args, GilObject *kwargs, void *slot, int op);

struct gil_name_entry {
    const char *name; /* [const] the definition's own string, or a copy owned by the table */
    uint32_t len;
    uint32_t hash;
    uint8_t kind;
    uint8_t owned; /* name is a copy */
    uint8_t slot;  /* of GIL_NAME_SLOT: its id */
    uint8_t op;    /* the same: which comparison */
    union {
        GilMethodDef *method;
        GilMemberDef *member;
        GilGetSetDef *getset;
        GilObject *value;
        gil_slot_wrapper wrap;
    } u;
};

/* A name that is looked up: UTF-8, its hash, and the str it came from. */
struct gil_name {
    const char *text;
    size_t len;
    uint32_t hash;
    GilObject *str; /* borrowed; NULL: the name came as text */
};

static inline uint64_t
gil_word_at(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

static inline uint32_t
gil_half_at(const char *at)
{
    uint32_t half;
    memcpy(&half, at, sizeof half);
    return half;
}

/* Names are short: a call of memcmp() takes longer than to compare them. The last words may overlap those before. */
static inline int
gil_short_bytes_equal(const char *a, const char *b, size_t n)
{
    if (n >= 8) {
        for (size_t i = 0; i + 8 < n; i += 8)
            if (gil_word_at(a + i) != gil_word_at(b + i))
                return 0;
        return gil_word_at(a + n - 8) == gil_word_at(b + n - 8);
    }
    if (n >= 4)
        return gil_half_at(a) == gil_half_at(b) && gil_half_at(a + n - 4) == gil_half_at(b + n - 4);
    while (n > 0 && a[n - 1] == b[n - 1])
        n--;
    return n == 0;
}

struct gil_names; /* open addressing, insertion order kept; object/names.c */

/* The low half of the hash that a str of this text has when it is pure ASCII, so that one kept there serves here. */
uint32_t gil_names_hash(const char *name, size_t len);

static inline struct gil_name
gil_name_of_text(const char *text, size_t len)
{
    return (struct gil_name){.text = text, .len = len, .hash = gil_names_hash(text, len)};
}

/* heap NULL: raw memory, for process-wide types. NULL when memory is lacking, no error set. */
struct gil_names *gil_names_new(struct gil_heap *heap);
/* Gives back the values that are there now: may run anything, which may add others, and they may stay. */
void gil_names_clear(struct gil_names *names);
void gil_names_delete(struct gil_names *names);
/* Entry of that name, or NULL; valid until the table changes. */
struct gil_name_entry *gil_names_find(const struct gil_names *names, const char *name, size_t len, uint32_t hash);
/* New or existing entry of that name for the caller to fill; NULL when memory is lacking. copy: keep a copy of name. */
struct gil_name_entry *gil_names_put(struct gil_names *names, const char *name, size_t len, int copy);
/* 0, or -1 when there is no such entry. Gives a value back. */
int gil_names_remove(struct gil_names *names, const char *name, size_t len);
/* Entries in order of insertion: *pos begins at 0; NULL at the end. */
struct gil_name_entry *gil_names_next(const struct gil_names *names, size_t *pos);
size_t gil_names_count(const struct gil_names *names);

#endif
