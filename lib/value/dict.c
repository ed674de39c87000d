/* SPDX-License-Identifier: MIT */
/*
 * Dicts: the table.
 *
 * The form is R. Hettinger's compact dict: entries {hash, key, value} stand one after the other in order of
 * insertion, and a table of small indices, open addressing with a third of the slots free, says which entry a hash
 * leads to. An index takes 1, 2, 4 or 8 bytes, as the table needs. The probe sequence is that of probe.h, which keys that
 * were chosen to collide do not follow together. A removed item leaves a tombstone in its slot and an empty entry; both go when the table is rebuilt. A dict without items shares
 * one constant table of one free slot, without room for entries: the first item makes a table.
 *
 * The awkward moment is a comparison: keys that are neither the same object nor both str or both int must be asked, and
 * may answer by doing anything to this dict. So the probing holds the key it asks, and afterwards trusts nothing it
 * knew unless the version is the same; else it begins again. A pointer to the table would not do as version: the
 * table may have gone and another come to its address. A key that changes the dict every time it is asked gets
 * RuntimeError after RESTARTS_MAX rounds.
 *
 * Everything else here runs nothing: memory is acquired first, then come steps that cannot fail, and references are
 * given back last, by whoever called.
 */
#include "value/dict.h"

#include "gilrt/error.h"
#include "object/error.h"
#include "value/probe.h"

#include <string.h>

#define LOG2_SLOTS_MIN 3
#define LOG2_SLOTS_END 44 /* so many slots and their entries are more than memory can hold; no sum below overflows */
#define RESTARTS_MAX 32

static const struct {
    struct gil_dict_table table;
    int8_t index[8];
} no_table = {.table = {.index_bytes = 1}, .index = {-1, -1, -1, -1, -1, -1, -1, -1}};

static struct gil_dict_table *
empty_table(void)
{
    return (struct gil_dict_table *)(uintptr_t)&no_table.table;
}

static inline void
set_index(struct gil_dict_table *table, size_t slot, Gil_ssize_t index)
{
    void *indices = table + 1;
    switch (table->log2_width) {
    case 0:
        ((int8_t *)indices)[slot] = (int8_t)index;
        break;
    case 1:
        ((int16_t *)indices)[slot] = (int16_t)index;
        break;
    case 2:
        ((int32_t *)indices)[slot] = (int32_t)index;
        break;
    default:
        ((int64_t *)indices)[slot] = index;
        break;
    }
}

/* Entries that a table of so many slots holds: two thirds. */
static inline Gil_ssize_t
capacity(unsigned log2_slots)
{
    return (Gil_ssize_t)(((size_t)2 << log2_slots) / 3);
}

static inline struct gil_probe
probe_begin(const struct gil_dict_table *table, Gil_hash_t hash)
{
    return gil_probe_begin((uint64_t)hash, ((size_t)1 << table->log2_slots) - 1);
}

void
gil_dict_validate(const struct gil_dict *d)
{
    const struct gil_dict_table *table = d->table;
    if (table == empty_table()) {
        GIL_REQUIRE(d->used == 0, "an empty table with %zd items", d->used);
        return;
    }
    size_t slots = (size_t)1 << table->log2_slots;
    GIL_REQUIRE(table->index_bytes == slots << table->log2_width, "%zu slots of %u bytes", slots,
                1u << table->log2_width);
    Gil_ssize_t live = 0, indexed = 0;
    GIL_REQUIRE(table->count >= 0 && table->usable >= 0 && table->count + table->usable <= capacity(table->log2_slots),
                "%zd entries and room for %zd in %zu slots", table->count, table->usable, slots);
    for (Gil_ssize_t i = 0; i < table->count; i++) {
        struct gil_dict_entry *e = &gil_dict_entries(table)[i];
        GIL_REQUIRE((e->key == NULL) == (e->value == NULL), "entry %zd is half there", i);
        live += e->key != NULL;
    }
    for (size_t slot = 0; slot < slots; slot++) {
        Gil_ssize_t i = gil_dict_index(table, slot);
        GIL_REQUIRE(i >= GIL_DICT_SLOT_TOMBSTONE && i < table->count, "slot %zu leads to entry %zd", slot, i);
        GIL_REQUIRE(i < 0 || gil_dict_entries(table)[i].key != NULL, "slot %zu leads to a removed entry", slot);
        indexed += i >= 0;
    }
    GIL_REQUIRE(live == d->used && indexed == d->used, "%zd items, %zd entries, %zd slots", d->used, live, indexed);
}

static struct gil_dict_table *
table_new(GilThreadState *ts, unsigned log2_slots)
{
    unsigned log2_width = log2_slots < 8 ? 0 : log2_slots < 16 ? 1 : log2_slots < 32 ? 2 : 3;
    struct gil_dict_table *table = NULL;
    size_t indices, entries, size;
    if (log2_slots < LOG2_SLOTS_END) {
        indices = (size_t)1 << log2_slots << log2_width;
        entries = (size_t)capacity(log2_slots) * sizeof(struct gil_dict_entry);
        if (!__builtin_add_overflow(sizeof *table + indices, entries, &size) && size <= (size_t)GIL_SSIZE_T_MAX)
            table = gil_heap_malloc(ts->heap, size);
    }
    if (table == NULL)
        return gil_err_no_memory(ts);
    table->log2_slots = (uint8_t)log2_slots;
    table->log2_width = (uint8_t)log2_width;
    table->index_bytes = indices;
    table->usable = capacity(log2_slots);
    table->count = 0;
    memset(table + 1, 0xff, indices); /* GIL_DICT_SLOT_FREE in every width */
    return table;
}

/* The slot in which a new entry of that hash goes. */
static inline size_t
free_slot(const struct gil_dict_table *table, Gil_hash_t hash)
{
    struct gil_probe p = probe_begin(table, hash);
    while (gil_dict_index(table, p.slot) >= 0)
        gil_probe_next(&p);
    return p.slot;
}

/* An index for each entry of a table that has none yet. Most tables have narrow ones, written as what they are. */
#define FILL_INDICES(type)                                        \
    for (Gil_ssize_t i = 0; i < table->count; i++) {              \
        struct gil_probe p = probe_begin(table, entries[i].hash); \
        type *indices = (type *)(void *)(table + 1);              \
        while (indices[p.slot] != (type)GIL_DICT_SLOT_FREE)       \
            gil_probe_next(&p);                                   \
        indices[p.slot] = (type)i;                                \
    }

static void
fill_indices(struct gil_dict_table *table)
{
    const struct gil_dict_entry *entries = gil_dict_entries(table);

    if (table->log2_width == 0)
        FILL_INDICES(int8_t)
    else if (table->log2_width == 1)
        FILL_INDICES(int16_t)
    else
        for (Gil_ssize_t i = 0; i < table->count; i++)
            set_index(table, free_slot(table, entries[i].hash), i);
}

/* Move the live entries of d to a table with room for n, n not below d->used. */
static __attribute__((noinline)) int
rebuild(GilThreadState *ts, struct gil_dict *d, Gil_ssize_t n)
{
    unsigned log2_slots = LOG2_SLOTS_MIN;
    while (log2_slots < LOG2_SLOTS_END && capacity(log2_slots) < n)
        log2_slots++;
    struct gil_dict_table *table = table_new(ts, log2_slots), *old = d->table;
    if (table == NULL)
        return -1;

    const struct gil_dict_entry *from = gil_dict_entries(old);
    struct gil_dict_entry *to = gil_dict_entries(table);
    for (Gil_ssize_t i = 0; i < old->count; i++)
        if (from[i].key != NULL)
            to[table->count++] = from[i];
    fill_indices(table);
    table->usable -= table->count;
    d->table = table;
    d->version++;
    if (old != empty_table())
        gil_heap_free(old);
    return 0;
}

int
gil_dict_reserve(GilThreadState *ts, struct gil_dict *d, Gil_ssize_t n)
{
    return n - d->used <= d->table->usable ? 0 : rebuild(ts, d, n);
}

static inline int
ints_equal(const struct gil_long *a, const struct gil_long *b)
{
    if (gil_long_is_short(a))
        return a->size == b->size && a->digit[0] == b->digit[0];
    return gil_long_cmp(a, b) == 0;
}

/* What two keys of equal hash can be told without asking them: 1 equal, 0 not, -1 they must be asked. */
static inline int
known_equal(GilObject *a, GilObject *b)
{
    if (a->ob_type != b->ob_type)
        return -1;
    if (a->ob_type == &GilUnicode_Type)
        return gil_unicode_equal(a, b);
    if (a->ob_type == &GilLong_Type)
        return ints_equal(gil_long(a), gil_long(b));
    return -1;
}

/* One pass over the probe sequence. restart is set when a comparison changed the dict, and the result means nothing. */
static Gil_ssize_t
lookup_once(struct gil_dict *d, GilObject *key, Gil_hash_t hash, int *restart)
{
    const struct gil_dict_table *table = d->table;
    const struct gil_dict_entry *entries = gil_dict_entries(table);
    for (struct gil_probe p = probe_begin(table, hash);; gil_probe_next(&p)) {
        Gil_ssize_t ix = gil_dict_index(table, p.slot);
        if (ix == GIL_DICT_SLOT_FREE)
            return GIL_DICT_ABSENT;
        if (ix < 0)
            continue;
        GilObject *there = entries[ix].key;
        if (there == key)
            return ix;
        if (entries[ix].hash != hash)
            continue;
        int equal = known_equal(there, key);
        if (equal < 0) {
            uint64_t version = d->version;
            Gil_INCREF(there);
            equal = GilObject_RichCompareBool(there, key, Gil_EQ); /* may run anything */
            Gil_DECREF(there);
            if (equal < 0)
                return GIL_DICT_FAILED;
            if (d->version != version) {
                *restart = 1;
                return GIL_DICT_ABSENT;
            }
        }
        if (equal)
            return ix;
    }
}

static __attribute__((noinline)) Gil_ssize_t
lookup_asking(struct gil_dict *d, GilObject *key, Gil_hash_t hash)
{
    for (int round = 0; round < RESTARTS_MAX; round++) {
        int restart = 0;
        Gil_ssize_t ix = lookup_once(d, key, hash, &restart);
        if (GIL_LIKELY(!restart))
            return ix;
    }
    GilErr_SetString(GilExc_RuntimeError, "dictionary changed again and again during lookup");
    return GIL_DICT_FAILED;
}

static inline int
texts_equal(const GilObject *a, const GilObject *b)
{
    Gil_ssize_t length = GilUnicode_GET_LENGTH(a);
    int kind = GilUnicode_KIND(a);
    return length == GilUnicode_GET_LENGTH(b) && kind == GilUnicode_KIND(b) &&
           gil_short_bytes_equal(_GilUnicode_DATA(a), _GilUnicode_DATA(b), (size_t)length * (size_t)kind);
}

/* For a str: all that stands under its hash can be told without asking, as a rule; else GIL_DICT_UNKNOWN. */
static inline __attribute__((always_inline)) Gil_ssize_t
lookup_text(struct gil_dict *d, GilObject *key, Gil_hash_t hash)
{
    const struct gil_dict_table *table = d->table;
    const struct gil_dict_entry *entries = gil_dict_entries(table);

    for (struct gil_probe p = probe_begin(table, hash);; gil_probe_next(&p)) {
        Gil_ssize_t ix = gil_dict_index(table, p.slot);
        if (ix == GIL_DICT_SLOT_FREE)
            return GIL_DICT_ABSENT;
        if (ix < 0)
            continue;
        GilObject *there = entries[ix].key;
        if (there == key)
            return ix;
        if (entries[ix].hash != hash)
            continue;
        if (GIL_UNLIKELY(!GilUnicode_CheckExact(there)))
            return GIL_DICT_UNKNOWN;
        if (GIL_LIKELY(texts_equal(there, key)))
            return ix;
    }
}

GIL_HOT Gil_ssize_t
gil_dict_lookup_slow(struct gil_dict *d, GilObject *key, Gil_hash_t hash)
{
    Gil_ssize_t ix = GilUnicode_CheckExact(key) ? lookup_text(d, key, hash) : GIL_DICT_UNKNOWN;

    return ix != GIL_DICT_UNKNOWN ? ix : lookup_asking(d, key, hash);
}

GIL_HOT int
gil_dict_peek(GilObject *dict, GilObject *key, GilObject **value)
{
    struct gil_dict *d = gil_dict(dict);
    Gil_hash_t hash = ((GilASCIIObject *)(void *)key)->hash;

    if (GIL_UNLIKELY(!GilUnicode_CheckExact(key)) || GIL_UNLIKELY(!gil_dict_check(dict)) || GIL_UNLIKELY(hash == -1))
        return -1;
    Gil_ssize_t ix = gil_dict_first(d->table, hash);
    if (ix != GIL_DICT_SLOT_FREE && (ix < 0 || gil_dict_entries(d->table)[ix].key != key))
        ix = lookup_text(d, key, hash);
    if (ix >= 0)
        *value = Gil_NewRef(gil_dict_entries(d->table)[ix].value);
    return ix >= 0 ? 1 : ix == GIL_DICT_ABSENT ? 0 : -1;
}

static inline __attribute__((always_inline)) int
add(GilThreadState *ts, struct gil_dict *d, GilObject *key, Gil_hash_t hash, GilObject *value)
{
    /* A full table doubles; one that is full of removed entries is rebuilt at its size or below, a third of it free. */
    if (d->table->usable == 0 && rebuild(ts, d, d->used * 3 / 2 + 1) < 0)
        return -1;
    struct gil_dict_table *table = d->table;
    Gil_ssize_t ix = table->count;
    gil_dict_entries(table)[ix] = (struct gil_dict_entry){hash, Gil_NewRef(key), Gil_NewRef(value)};
    set_index(table, free_slot(table, hash), ix);
    table->count++;
    table->usable--;
    d->used++;
    d->version++;
    return 0;
}

int
gil_dict_add(GilThreadState *ts, struct gil_dict *d, GilObject *key, Gil_hash_t hash, GilObject *value)
{
    return add(ts, d, key, hash, value);
}

GIL_HOT int
gil_dict_put(GilThreadState *ts, struct gil_dict *d, GilObject *key, Gil_hash_t hash, GilObject *value, int replace)
{
    Gil_ssize_t ix = gil_dict_lookup(d, key, hash); /* may run anything */
    if (ix == GIL_DICT_ABSENT)
        return add(ts, d, key, hash, value);
    if (ix == GIL_DICT_FAILED)
        return -1;
    if (replace) {
        struct gil_dict_entry *e = &gil_dict_entries(d->table)[ix];
        GilObject *old = e->value;
        e->value = Gil_NewRef(value);
        Gil_DECREF(old); /* may run anything */
    }
    return 0;
}

struct gil_dict_entry
gil_dict_take(struct gil_dict *d, Gil_ssize_t ix)
{
    struct gil_dict_table *table = d->table;
    struct gil_dict_entry *e = &gil_dict_entries(table)[ix], taken = *e;
    struct gil_probe p = probe_begin(table, taken.hash);
    while (gil_dict_index(table, p.slot) != ix)
        gil_probe_next(&p);
    set_index(table, p.slot, GIL_DICT_SLOT_TOMBSTONE);
    e->key = e->value = NULL;
    d->used--;
    d->version++;
    return taken;
}

static void
table_delete(struct gil_dict_table *table)
{
    struct gil_dict_entry *entries = gil_dict_entries(table);
    for (Gil_ssize_t i = 0; i < table->count; i++)
        if (entries[i].key != NULL) {
            Gil_DECREF(entries[i].key); /* may run anything; nobody else knows the table */
            Gil_DECREF(entries[i].value);
        }
    gil_heap_free(table);
}

void
gil_dict_clear(struct gil_dict *d)
{
    struct gil_dict_table *table = d->table;
    if (d->used == 0 && table == empty_table())
        return;
    d->table = empty_table();
    d->used = 0;
    d->version++;
    if (table != empty_table())
        table_delete(table);
}

void
gil_dict_init_empty(struct gil_dict *d)
{
    d->used = 0;
    d->table = empty_table();
    d->version = 0;
}

static inline GilObject *
start_dict(GilThreadState *ts, GilObject *op)
{
    gil_dict_init_empty(gil_dict(op));
    gil_object_track_new(ts, op);
    return op;
}

/* Where memory must be looked for; apart, so that GilDict_New() needs no frame. */
static __attribute__((noinline)) GilObject *
dict_new(GilThreadState *ts)
{
    GilObject *op = gil_object_alloc_size(ts, &GilDict_Type, sizeof(struct gil_dict));
    return op != NULL ? start_dict(ts, op) : NULL;
}

GIL_HOT GilObject *
GilDict_New(void)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *op = gil_object_alloc_gc_quick(ts, &GilDict_Type, sizeof(struct gil_dict));
    return GIL_LIKELY(op != NULL) ? start_dict(ts, op) : dict_new(ts);
}

GilObject *
gil_dict_copy(GilThreadState *ts, struct gil_dict *d)
{
    GilObject *op = GilDict_New();
    if (op == NULL || d->used == 0)
        return op;
    struct gil_dict *copy = gil_dict(op);
    GilObject *from = (GilObject *)(void *)d;
    int plain = gil_dict_is_plain(from);
    if ((plain ? gil_dict_reserve(ts, copy, d->used) : GilDict_Merge(op, from, 1)) < 0) /* the latter may run anything */
        Gil_CLEAR(op);
    if (op == NULL || !plain)
        return op;
    Gil_ssize_t pos = 0;
    for (struct gil_dict_entry *e; (e = gil_dict_walk(d, &pos)) != NULL;)
        (void)gil_dict_add(ts, copy, e->key, e->hash, e->value); /* there is room */
    return op;
}

struct gil_dict_entry *
gil_dict_walk(const struct gil_dict *d, Gil_ssize_t *pos)
{
    struct gil_dict_entry *entries = gil_dict_entries(d->table);
    for (Gil_ssize_t i = *pos; i >= 0 && i < d->table->count; i++)
        if (entries[i].key != NULL) {
            *pos = i + 1;
            return &entries[i];
        }
    return NULL;
}

/* The rest of gil_dict_dealloc(), apart: an empty dict pays for no frame. */
static __attribute__((noinline)) void
dealloc_filled(GilObject *op)
{
    table_delete(gil_dict(op)->table);
    gil_object_free_gc(op);
}

GIL_HOT void
gil_dict_dealloc(GilObject *op)
{
    gil_object_untrack_last(op);
    if (gil_dict(op)->table != empty_table())
        dealloc_filled(op);
    else
        gil_object_free_gc(op);
}
