/* SPDX-License-Identifier: MIT */
/*
 * Sets: the table, and the public functions.
 *
 * A table is an array of {key, hash}, a power of two long, open addressing, at most three fifths of it in use. The
 * probe sequence is the dict's (probe.h). A removed element leaves its place marked, so that sequences which go over it are not cut; such places go when the
 * table is rebuilt, and are used again by the next element that comes by. A set without elements shares one constant
 * table of one free place.
 *
 * Why no compact table as the dict has: a set promises no order, and without values an entry is 16 bytes, so that an
 * index of its own would cost more than the free places do.
 *
 * The awkward moment is the dict's as well: keys that are not known to be equal or different must be asked, and may
 * answer by doing anything to this set. The key that is asked is held, and afterwards nothing is trusted unless the
 * version is the same; else the search begins again, RESTARTS_MAX times at most. Everything but comparing and giving
 * references back runs nothing: memory first, then steps that cannot fail.
 */
#include "value/set.h"

#include "gilrt/error.h"
#include "gilrt/weakref.h"
#include "object/error.h"
#include "value/dict.h"
#include "value/probe.h"

#include <string.h>

#define SLOTS_MIN 8
#define RESTARTS_MAX 32

/* What an entry without a key says by its hash. */
#define FREE 0
#define REMOVED (-1)

static const struct gil_set_entry no_table[1] = {{NULL, FREE}};

static struct gil_set_entry *
empty_table(void)
{
    return (struct gil_set_entry *)(uintptr_t)no_table;
}

/* Entries that a table of so many slots holds. */
static inline size_t
capacity(size_t slots)
{
    return slots / 5 * 3 + slots % 5 * 3 / 5;
}

static inline struct gil_probe
probe_begin(const struct gil_set *s, Gil_hash_t hash)
{
    return gil_probe_begin((uint64_t)hash, s->mask);
}

GIL_COLD void
gil_set_validate(const struct gil_set *s)
{
    Gil_ssize_t live = 0, removed = 0;

    GIL_REQUIRE((s->mask & (s->mask + 1)) == 0, "a table of %zu entries", s->mask + 1);
    GIL_REQUIRE((s->table == empty_table()) == (s->mask == 0), "an empty table of %zu entries", s->mask + 1);
    for (size_t i = 0; i <= s->mask; i++) {
        const struct gil_set_entry *e = &s->table[i];
        live += e->key != NULL;
        removed += e->key == NULL && e->hash == REMOVED;
        GIL_REQUIRE(e->key != NULL || e->hash == REMOVED || e->hash == FREE, "entry %zu is neither free nor removed",
                    i);
        if (e->key == NULL)
            continue;
        struct gil_probe p = probe_begin(s, e->hash);
        for (; p.slot != i; gil_probe_next(&p))
            GIL_REQUIRE(s->table[p.slot].key != NULL || s->table[p.slot].hash != FREE, "entry %zu is not found", i);
    }
    GIL_REQUIRE(live == s->used && live + removed == s->filled,
                "%zd elements and %zd in use, found %zd and %zd removed", s->used, s->filled, live, removed);
    GIL_REQUIRE((size_t)s->filled <= capacity(s->mask + 1), "%zd of %zu entries are in use", s->filled, s->mask + 1);
}

/* Put a key that is known to be absent into a table without removed entries. */
static void
insert_clean(struct gil_set_entry *table, size_t mask, struct gil_set_entry entry)
{
    struct gil_probe p = gil_probe_begin((uint64_t)entry.hash, mask);
    while (table[p.slot].key != NULL)
        gil_probe_next(&p);
    table[p.slot] = entry;
}

/* Move the elements to a table with room for n, n not below s->used. 0, or -1 with MemoryError. */
static int
rebuild(GilThreadState *ts, struct gil_set *s, size_t n)
{
    size_t slots = SLOTS_MIN, size;
    struct gil_set_entry *table = NULL, *old = s->table;

    while (capacity(slots) < n && slots <= SIZE_MAX / 4)
        slots *= 2;
    if (capacity(slots) >= n && !__builtin_mul_overflow(slots, sizeof *table, &size) && size <= (size_t)GIL_SSIZE_T_MAX)
        table = gil_heap_calloc(ts->heap, slots, sizeof *table);
    if (table == NULL) {
        gil_err_no_memory(ts);
        return -1;
    }
    for (size_t i = 0; i <= s->mask; i++)
        if (old[i].key != NULL)
            insert_clean(table, slots - 1, old[i]);
    s->table = table;
    s->mask = slots - 1;
    s->filled = s->used;
    s->version++;
    if (old != empty_table())
        gil_heap_free(old);
    return 0;
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
        return gil_long_cmp(gil_long(a), gil_long(b)) == 0;
    return -1;
}

/* Whether the key of entry i equals key, of the same hash. May run anything: *restart is set when that changed the set,
 * and the result means nothing. 1, 0, -1. */
static int
matches(struct gil_set *s, size_t i, GilObject *key, int *restart)
{
    GilObject *there = s->table[i].key;
    int equal = known_equal(there, key);
    if (equal >= 0)
        return equal;
    uint64_t version = s->version;
    Gil_INCREF(there);
    equal = GilObject_RichCompareBool(there, key, Gil_EQ); /* may run anything */
    Gil_DECREF(there);
    *restart = equal >= 0 && s->version != version;
    return equal;
}

/* One pass over the probe sequence. */
static Gil_ssize_t
lookup_once(struct gil_set *s, GilObject *key, Gil_hash_t hash, int *restart)
{
    for (struct gil_probe p = probe_begin(s, hash);; gil_probe_next(&p)) {
        const struct gil_set_entry *e = &s->table[p.slot];
        if (e->key == NULL && e->hash == FREE)
            return GIL_SET_ABSENT;
        if (e->key == key)
            return (Gil_ssize_t)p.slot;
        if (e->key == NULL || e->hash != hash)
            continue;
        int equal = matches(s, p.slot, key, restart);
        if (equal < 0)
            return GIL_SET_FAILED;
        if (*restart)
            return GIL_SET_ABSENT;
        if (equal)
            return (Gil_ssize_t)p.slot;
    }
}

Gil_ssize_t
gil_set_lookup(struct gil_set *s, GilObject *key, Gil_hash_t hash)
{
    for (int round = 0; round < RESTARTS_MAX; round++) {
        int restart = 0;
        Gil_ssize_t i = lookup_once(s, key, hash, &restart);
        if (GIL_LIKELY(!restart))
            return i;
    }
    GilErr_SetString(GilExc_RuntimeError, "set changed again and again during lookup");
    return GIL_SET_FAILED;
}

/* Add a key that is known to be absent. Runs nothing. 0, or -1 with MemoryError. */
static int
add_absent(GilThreadState *ts, struct gil_set *s, GilObject *key, Gil_hash_t hash)
{
    /* A full table doubles; one that is full of removed places is rebuilt at its size or below. */
    if ((size_t)s->filled >= capacity(s->mask + 1) && rebuild(ts, s, (size_t)s->used * 2 + 1) < 0)
        return -1;
    struct gil_probe p = probe_begin(s, hash);
    while (s->table[p.slot].key != NULL)
        gil_probe_next(&p);
    s->filled += s->table[p.slot].hash == FREE;
    s->table[p.slot] = (struct gil_set_entry){Gil_NewRef(key), hash};
    s->used++;
    s->version++;
    return 0;
}

int
gil_set_put(GilThreadState *ts, struct gil_set *s, GilObject *key, Gil_hash_t hash)
{
    Gil_ssize_t i = gil_set_lookup(s, key, hash); /* may run anything */
    if (i == GIL_SET_ABSENT)
        return add_absent(ts, s, key, hash);
    return i == GIL_SET_FAILED ? -1 : 0;
}

GilObject *
gil_set_take(struct gil_set *s, Gil_ssize_t i)
{
    GilObject *key = s->table[i].key;
    s->table[i] = (struct gil_set_entry){NULL, REMOVED};
    s->used--;
    s->version++;
    return key;
}

int
gil_set_discard(struct gil_set *s, GilObject *key, Gil_hash_t hash)
{
    Gil_ssize_t i = gil_set_lookup(s, key, hash); /* may run anything */
    if (i < 0)
        return i == GIL_SET_FAILED ? -1 : 0;
    GilObject *taken = gil_set_take(s, i);
    Gil_DECREF(taken); /* may run anything */
    return 1;
}

struct gil_set_entry *
gil_set_walk(const struct gil_set *s, Gil_ssize_t *pos)
{
    for (size_t i = (size_t)*pos; i <= s->mask; i++)
        if (s->table[i].key != NULL) {
            *pos = (Gil_ssize_t)i + 1;
            return &s->table[i];
        }
    return NULL;
}

void
gil_set_init_empty(struct gil_set *s)
{
    s->used = s->filled = 0;
    s->mask = 0;
    s->table = empty_table();
    s->version = 0;
    s->finger = 0;
    s->hash = -1;
    s->weaklist = NULL;
}

static void
table_delete(struct gil_set_entry *table, size_t mask)
{
    if (table == empty_table())
        return;
    for (size_t i = 0; i <= mask; i++)
        Gil_XDECREF(table[i].key); /* may run anything; nobody else knows the table */
    gil_heap_free(table);
}

void
gil_set_clear(struct gil_set *s)
{
    struct gil_set_entry *table = s->table;
    size_t mask = s->mask;
    if (table == empty_table())
        return;
    s->used = s->filled = 0;
    s->mask = 0;
    s->table = empty_table();
    s->version++;
    table_delete(table, mask);
}

void
gil_set_swap(struct gil_set *a, struct gil_set *b)
{
    struct gil_set there = *b;
    b->used = a->used;
    b->filled = a->filled;
    b->mask = a->mask;
    b->table = a->table;
    a->used = there.used;
    a->filled = there.filled;
    a->mask = there.mask;
    a->table = there.table;
    a->version++;
    b->version++;
}

GilObject *
gil_set_new(GilThreadState *ts, GilTypeObject *type)
{
    GilObject *op = gil_object_alloc_gc(ts, type, sizeof(struct gil_set));
    if (op == NULL)
        return NULL;
    gil_set_init_empty(gil_set(op));
    gil_object_track(ts, op);
    return op;
}

GilObject *
gil_set_copy(GilThreadState *ts, struct gil_set *s)
{
    GilObject *op = gil_set_new(ts, GilSet_Check(&s->ob_base) ? &GilSet_Type : &GilFrozenSet_Type);
    if (op == NULL || s->used == 0)
        return op;
    struct gil_set *copy = gil_set(op);
    if (rebuild(ts, copy, (size_t)s->used) < 0) {
        Gil_DECREF(op);
        return NULL;
    }
    Gil_ssize_t pos = 0;
    for (struct gil_set_entry *e; (e = gil_set_walk(s, &pos)) != NULL;) {
        Gil_INCREF(e->key);
        insert_clean(copy->table, copy->mask, *e);
    }
    copy->used = copy->filled = s->used;
    return op;
}

void
gil_set_dealloc(GilObject *op)
{
    struct gil_set *s = gil_set(op);
    gil_object_untrack(op);
    if (s->weaklist != NULL)
        GilObject_ClearWeakRefs(op); /* may run anything; the set is whole and nobody can reach it */
    table_delete(s->table, s->mask);
    gil_object_free_gc(op);
}

/* --- the public functions --- */

static GilObject *
new_from(const char *func, GilTypeObject *type, GilObject *iterable)
{
    GilThreadState *ts = gil_tstate_need(func);
    GilObject *op = gil_set_new(ts, type);
    if (op != NULL && iterable != NULL && gil_set_update(ts, gil_set(op), iterable) < 0)
        Gil_CLEAR(op);
    return op;
}

GilObject *
GilSet_New(GilObject *iterable)
{
    return new_from(__func__, &GilSet_Type, iterable);
}

GilObject *
GilFrozenSet_New(GilObject *iterable)
{
    return new_from(__func__, &GilFrozenSet_Type, iterable);
}

/* What the calls below begin with: 0, or -1 with SystemError. */
static int
need(const char *func, const char *wanted, GilObject *op, int fits, const void *other)
{
    if (op == NULL || other == NULL)
        gil_err_null(func);
    else if (!fits)
        gil_err_bad_argument(func, wanted, op);
    else
        return 0;
    return -1;
}

static int
need_set(const char *func, GilObject *op, const void *other)
{
    return need(func, "set", op, op != NULL && GilSet_Check(op), other);
}

static int
need_anyset(const char *func, GilObject *op, const void *other)
{
    return need(func, "set or frozenset", op, op != NULL && gil_anyset_check(op), other);
}

Gil_ssize_t
GilSet_Size(GilObject *anyset)
{
    gil_tstate_need(__func__);
    return need_anyset(__func__, anyset, anyset) < 0 ? -1 : gil_set(anyset)->used;
}

int
GilSet_Contains(GilObject *anyset, GilObject *key)
{
    gil_tstate_need(__func__);
    if (need_anyset(__func__, anyset, key) < 0)
        return -1;
    Gil_hash_t hash = gil_dict_hash(key); /* may run anything */
    Gil_ssize_t i = hash == -1 ? GIL_SET_FAILED : gil_set_lookup(gil_set(anyset), key, hash); /* may run anything */
    return i == GIL_SET_FAILED ? -1 : i >= 0;
}

/* A frozenset that has one reference, and no hash yet, is nobody's key and nobody's secret. */
static int
may_be_filled(GilObject *op)
{
    return GilSet_Check(op) || (GilFrozenSet_Check(op) && Gil_REFCNT(op) == 1 && gil_set(op)->hash == -1);
}

int
GilSet_Add(GilObject *set, GilObject *key)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (need(__func__, "set", set, set != NULL && may_be_filled(set), key) < 0)
        return -1;
    Gil_hash_t hash = gil_dict_hash(key); /* may run anything */
    return hash == -1 ? -1 : gil_set_put(ts, gil_set(set), key, hash);
}

int
GilSet_Discard(GilObject *set, GilObject *key)
{
    gil_tstate_need(__func__);
    if (need_set(__func__, set, key) < 0)
        return -1;
    Gil_hash_t hash = gil_dict_hash(key); /* may run anything */
    return hash == -1 ? -1 : gil_set_discard(gil_set(set), key, hash);
}

GilObject *
GilSet_Pop(GilObject *set)
{
    gil_tstate_need(__func__);
    if (need_set(__func__, set, set) < 0)
        return NULL;
    struct gil_set *s = gil_set(set);
    if (s->used == 0) {
        GilErr_SetString(GilExc_KeyError, "pop from an empty set");
        return NULL;
    }
    /* Beginning where the last one ended: popping all takes one walk. */
    size_t i = s->finger & s->mask;
    while (s->table[i].key == NULL)
        i = (i + 1) & s->mask;
    s->finger = i + 1;
    return gil_set_take(s, (Gil_ssize_t)i);
}

int
GilSet_Clear(GilObject *set)
{
    gil_tstate_need(__func__);
    if (need_set(__func__, set, set) < 0)
        return -1;
    gil_set_clear(gil_set(set));
    return 0;
}
