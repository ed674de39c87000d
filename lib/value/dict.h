/* SPDX-License-Identifier: MIT */
/* Dicts from inside: layout, and the steps that the files of the topic and the layer use. */
#ifndef GIL_VALUE_DICT_H
#define GIL_VALUE_DICT_H

#include "gilrt/dict.h"
#include "gilrt/typeobject.h"
#include "object/alloc.h"
#include "value/long.h"
#include "value/unicode.h"

struct gil_dict_entry {
    Gil_hash_t hash;
    GilObject *key;   /* strong; NULL: the item was removed */
    GilObject *value; /* strong; NULL exactly when key is */
};

/* A block of memory: this head, then the index slots, then the entries. See dict.c. */
struct gil_dict_table {
    uint64_t log2_slots : 8;
    uint64_t log2_width : 8;   /* bytes an index: 1, 2, 4 or 8 */
    uint64_t index_bytes : 48; /* of all slots: what both come to, for who looks a key up */
    Gil_ssize_t usable; /* entries that can still be added */
    Gil_ssize_t count;  /* entries written, removed ones included */
};

struct gil_dict {
    GilObject_HEAD
    Gil_ssize_t used;             /* [gil] items */
    struct gil_dict_table *table; /* [gil] owned, or the one constant empty table */
    uint64_t version;             /* [gil] counts every coming and going of a key, and every change of table */
};

static inline struct gil_dict *
gil_dict(GilObject *op)
{
    return (struct gil_dict *)(void *)op;
}

static inline int
gil_dict_check(const GilObject *op)
{
    return op->ob_type == &GilDict_Type || (op->ob_type->tp_flags & Gil_TPFLAGS_DICT_SUBCLASS) != 0;
}

/* Whether it is a dict whose items are those that it is iterated over for: none of a subclass that has others to show. */
static inline int
gil_dict_is_plain(const GilObject *op)
{
    return gil_dict_check(op) && op->ob_type->tp_iter == GilDict_Type.tp_iter;
}

static inline struct gil_dict_entry *
gil_dict_entries(const struct gil_dict_table *table)
{
    return (struct gil_dict_entry *)(void *)((char *)(uintptr_t)(table + 1) + table->index_bytes);
}

/* What an index slot says when it leads to no entry. */
#define GIL_DICT_SLOT_FREE ((Gil_ssize_t)-1)
#define GIL_DICT_SLOT_TOMBSTONE ((Gil_ssize_t)-2)

static inline Gil_ssize_t
gil_dict_index(const struct gil_dict_table *table, size_t slot)
{
    const void *indices = table + 1;
    switch (table->log2_width) {
    case 0:
        return ((const int8_t *)indices)[slot];
    case 1:
        return ((const int16_t *)indices)[slot];
    case 2:
        return ((const int32_t *)indices)[slot];
    default:
        return (Gil_ssize_t)((const int64_t *)indices)[slot];
    }
}

/* The same of the first slot for a hash. The slots are a power of two, and so are their bytes: one mask does for both. */
static inline Gil_ssize_t
gil_dict_first(const struct gil_dict_table *table, Gil_hash_t hash)
{
    const char *indices = (const char *)(table + 1);
    size_t at = (size_t)hash, mask = (size_t)table->index_bytes - 1;
    switch (table->log2_width) {
    case 0:
        return *(const int8_t *)(indices + (at & mask));
    case 1:
        return *(const int16_t *)(const void *)(indices + (at << 1 & mask));
    case 2:
        return *(const int32_t *)(const void *)(indices + (at << 2 & mask));
    default:
        return (Gil_ssize_t) * (const int64_t *)(const void *)(indices + (at << 3 & mask));
    }
}

/* Hash of a key, or -1 with the error set. May run anything, but not for int and str. */
static inline Gil_hash_t
gil_dict_hash(GilObject *key)
{
    if (GilUnicode_CheckExact(key)) {
        Gil_hash_t hash = ((GilASCIIObject *)(void *)key)->hash;
        return GIL_LIKELY(hash != -1) ? hash : gil_unicode_hash(key);
    }
    if (!GilLong_CheckExact(key))
        return GilObject_Hash(key);
    /* An int of 60 bits and less is its own hash; the general form takes remainders. */
    const struct gil_long *v = gil_long(key);
    if (GIL_UNLIKELY(!gil_long_is_short(v) || v->digit[0] >> 60 != 0))
        return gil_long_hash(key);
    Gil_hash_t hash = v->size * (Gil_hash_t)v->digit[0];
    return hash != -1 ? hash : -2;
}

/* What gil_dict_lookup() says when it gives no entry. */
#define GIL_DICT_ABSENT ((Gil_ssize_t)-1)
#define GIL_DICT_FAILED ((Gil_ssize_t)-2)
/* And what is said where a key must be asked, and that is not to be. */
#define GIL_DICT_UNKNOWN ((Gil_ssize_t)-3)

/* gil_dict_lookup() in full. */
Gil_ssize_t gil_dict_lookup_slow(struct gil_dict *d, GilObject *key, Gil_hash_t hash);

/*
 * Number of key's entry, GIL_DICT_ABSENT, or GIL_DICT_FAILED with the error set. May run anything. Most lookups end
 * at the first slot: it is free, or leads to the very key.
 */
static inline Gil_ssize_t
gil_dict_lookup(struct gil_dict *d, GilObject *key, Gil_hash_t hash)
{
    const struct gil_dict_table *table = d->table;
    Gil_ssize_t ix = gil_dict_first(table, hash);
    if (ix == GIL_DICT_SLOT_FREE)
        return GIL_DICT_ABSENT;
    if (ix >= 0 && gil_dict_entries(table)[ix].key == key)
        return ix;
    return gil_dict_lookup_slow(d, key, hash);
}

/*
 * The commonest lookups of all, in line and without a call: the value under a str or an int that the first slot leads to,
 * the very key or one that is equal at sight. NULL: elsewhere, nowhere, or asking is needed; gil_dict_lookup_slow() knows.
 * hash is key's. Borrowed.
 */
static inline GilObject *
gil_dict_quick_text(const struct gil_dict *d, GilObject *key, Gil_hash_t hash)
{
    const struct gil_dict_table *table = d->table;
    Gil_ssize_t ix = gil_dict_first(table, hash);
    if (GIL_UNLIKELY(ix < 0))
        return NULL;
    const struct gil_dict_entry *e = &gil_dict_entries(table)[ix];
    if (e->key == key)
        return e->value;
    if (e->hash != hash || e->key->ob_type != &GilUnicode_Type || !gil_unicode_equal_ascii(e->key, key))
        return NULL;
    return e->value;
}

static inline GilObject *
gil_dict_quick_int(const struct gil_dict *d, GilObject *key, Gil_hash_t hash)
{
    const struct gil_dict_table *table = d->table;
    Gil_ssize_t ix = gil_dict_first(table, hash);
    if (GIL_UNLIKELY(ix < 0))
        return NULL;
    const struct gil_dict_entry *e = &gil_dict_entries(table)[ix];
    if (e->key == key)
        return e->value;
    if (e->key->ob_type != &GilLong_Type || gil_long(e->key)->size != gil_long(key)->size ||
        gil_long(e->key)->digit[0] != gil_long(key)->digit[0])
        return NULL;
    return e->value;
}

/* Put value under key, or with replace 0 only where nothing is. Takes references. 0, or -1 with the error set. May run
 * anything. */
int gil_dict_put(GilThreadState *ts, struct gil_dict *d, GilObject *key, Gil_hash_t hash, GilObject *value,
                 int replace);
/* Add an entry for a key that is known to be absent. Takes references. Runs nothing. 0, or -1 with MemoryError. */
int gil_dict_add(GilThreadState *ts, struct gil_dict *d, GilObject *key, Gil_hash_t hash, GilObject *value);
/* Take entry ix out; its references become the caller's. Runs nothing. */
struct gil_dict_entry gil_dict_take(struct gil_dict *d, Gil_ssize_t ix);
/* Make room for n items altogether. Runs nothing. 0, or -1 with MemoryError. */
int gil_dict_reserve(GilThreadState *ts, struct gil_dict *d, Gil_ssize_t n);
/* Empty the dict, then give the items back. May run anything. */
void gil_dict_clear(struct gil_dict *d);
/* Give a new instance its empty table; and the tp_dealloc. */
void gil_dict_init_empty(struct gil_dict *d);
void gil_dict_dealloc(GilObject *op);
/* GilDict_Copy(). Runs nothing where gil_dict_is_plain(). */
GilObject *gil_dict_copy(GilThreadState *ts, struct gil_dict *d);
/* Next item at or after *pos, which begins at 0: its entry, dead after anything else; NULL at the end. Runs nothing. */
struct gil_dict_entry *gil_dict_walk(const struct gil_dict *d, Gil_ssize_t *pos);
/* Check what must hold of a dict; stops the process where it does not. For tests and debug builds. */
void gil_dict_validate(const struct gil_dict *d);

/* Put all items of another dict in. 0, or -1: RuntimeError when that one changes meanwhile. May run anything. */
int gil_dict_merge(GilThreadState *ts, struct gil_dict *d, struct gil_dict *other, int replace);
/* dict.update(arg): a dict, a mapping with keys(), or an iterable of pairs. */
int gil_dict_update_from(GilObject *op, GilObject *arg);
/* Raise KeyError for key. Always -1. */
int gil_dict_missing(GilThreadState *ts, GilObject *key);
/* The items as a list: keys, values or pairs. New reference. Runs nothing. */
enum gil_dict_part { GIL_DICT_KEYS, GIL_DICT_VALUES, GIL_DICT_ITEMS };
GilObject *gil_dict_list(GilThreadState *ts, GilObject *op, enum gil_dict_part part);
/* An iterator, from the last item to the first if backward is 1, not 0; and a view. New reference. */
GilObject *gil_dict_iter_new(GilThreadState *ts, GilObject *op, enum gil_dict_part part, int backward);
GilObject *gil_dict_view_new(GilThreadState *ts, GilObject *op, enum gil_dict_part part);

/* dict_view_set.c: what views of keys and items do as sets. All may run anything. */
GilObject *gil_dict_view_isdisjoint(GilObject *op, GilObject *other);
GilObject *gil_dict_view_richcompare(GilObject *v, GilObject *w, int op);
extern GilNumberMethods gil_dict_view_as_number;

/* gil_type_hooks.dict_peek: 1 and a new reference, 0, or -1: a key must be asked. Runs nothing. */
int gil_dict_peek(GilObject *dict, GilObject *key, GilObject **value);

/* gil_ops.dict_from_kwnames, dict_next, dict_size. */
GilObject *gil_dict_ops_from_kwnames(GilObject *const *values, GilObject *kwnames);
int gil_dict_ops_next(GilObject *dict, Gil_ssize_t *pos, GilObject **key, GilObject **value);
Gil_ssize_t gil_dict_ops_size(GilObject *dict);

/* Ready the types. 0, or -1: no memory. */
int gil_dict_start(void);
int gil_dict_view_start(void);

#endif
