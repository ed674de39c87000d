/* SPDX-License-Identifier: MIT */
/*
 * Name tables: the attributes of types.
 *
 * Entries stand in one array in order of insertion; a second array of indices, a power of two long and at most two
 * thirds full, is searched from the name's hash with linear steps. Removing marks the entry dead (name NULL) and leaves
 * its index in place, so that searches go on past it; the next growth leaves dead entries out. Deletions are rare and
 * growth doubles, so the marks cost nothing worth counting.
 *
 * Giving a value back may run anything, a change of this same table included. So each function makes its change first
 * and drops the old value last, touching the table no more.
 */
#include "object/names.h"

#include "base/hash.h"

#include <string.h>

#define SLOTS_MIN 8u
#define FREE UINT32_MAX

struct gil_names {
    struct gil_heap *heap;           /* [const] NULL: raw memory */
    struct gil_name_entry *entries;  /* [gil] dead ones have no name */
    uint32_t *index;                 /* [gil] into entries, or FREE */
    uint32_t nslots;                 /* [gil] of index, a power of two; 0 while there is none */
    uint32_t used;                   /* [gil] entries, dead ones included */
    uint32_t live;                   /* [gil] */
};

static void *
table_malloc(struct gil_heap *heap, size_t size)
{
    return heap != NULL ? gil_heap_malloc(heap, size) : gil_raw_malloc(size);
}

static void
table_free(struct gil_heap *heap, void *block)
{
    if (heap != NULL)
        gil_heap_free(block);
    else
        gil_raw_free(block);
}

static uint32_t
entries_for(uint32_t nslots)
{
    return nslots / 3 * 2;
}

uint32_t
gil_names_hash(const char *name, size_t len)
{
    uint64_t hash = gil_hash_bytes(name, len);

    return (uint32_t)(hash == UINT64_MAX ? hash - 1 : hash); /* the hash of an object is never -1 */
}

struct gil_names *
gil_names_new(struct gil_heap *heap)
{
    struct gil_names *names = table_malloc(heap, sizeof *names);

    if (names != NULL)
        *names = (struct gil_names){.heap = heap};
    return names;
}

/* Takes the entry out of the table; the caller gives what it held back by entry_drop(). */
static struct gil_name_entry
entry_take(struct gil_name_entry *entry)
{
    struct gil_name_entry taken = *entry;

    entry->name = NULL;
    entry->kind = GIL_NAME_VALUE;
    entry->u.value = NULL;
    return taken;
}

/* May run anything. */
static void
entry_drop(struct gil_heap *heap, struct gil_name_entry *taken)
{
    if (taken->owned)
        table_free(heap, (void *)(uintptr_t)taken->name);
    if (taken->kind == GIL_NAME_VALUE)
        Gil_XDECREF(taken->u.value);
}

void
gil_names_clear(struct gil_names *names)
{
    /*
     * Backwards and one by one: what runs meanwhile sees the table without those already taken, and may add some. Those
     * stand behind, and stay there, so that this ends though each that goes brings another; growth may move them forward,
     * and those not yet met too, but none of these past i.
     */
    for (uint32_t i = names->used; i > 0; i--) {
        if (i > names->used || names->entries[i - 1].name == NULL)
            continue;
        struct gil_name_entry taken = entry_take(&names->entries[i - 1]);
        names->live--;
        entry_drop(names->heap, &taken);
    }
}

void
gil_names_delete(struct gil_names *names)
{
    if (names == NULL)
        return;
    while (names->live > 0)
        gil_names_clear(names); /* once, as a rule: who could add some has no reference to who has the table */
    table_free(names->heap, names->entries);
    table_free(names->heap, names->index);
    table_free(names->heap, names);
}

struct gil_name_entry *
gil_names_find(const struct gil_names *names, const char *name, size_t len, uint32_t hash)
{
    if (names->nslots == 0)
        return NULL;
    uint32_t mask = names->nslots - 1;
    for (uint32_t slot = hash & mask; names->index[slot] != FREE; slot = (slot + 1) & mask) {
        struct gil_name_entry *entry = &names->entries[names->index[slot]];
        if (entry->hash == hash && entry->name != NULL && entry->len == len && gil_short_bytes_equal(entry->name, name, len))
            return entry;
    }
    return NULL;
}

static void
index_add(uint32_t *index, uint32_t nslots, uint32_t hash, uint32_t i)
{
    uint32_t slot = hash & (nslots - 1);

    while (index[slot] != FREE)
        slot = (slot + 1) & (nslots - 1);
    index[slot] = i;
}

/* Room for one more entry. 0, or -1: the table is as before. */
static int
make_room(struct gil_names *names)
{
    if (names->used < entries_for(names->nslots))
        return 0;
    uint32_t nslots = SLOTS_MIN;
    while (entries_for(nslots) <= names->live) {
        if (nslots > UINT32_MAX / 4)
            return -1;
        nslots *= 2;
    }
    struct gil_name_entry *entries = table_malloc(names->heap, entries_for(nslots) * sizeof *entries);
    uint32_t *index = table_malloc(names->heap, nslots * sizeof *index);
    if (entries == NULL || index == NULL) {
        table_free(names->heap, entries);
        table_free(names->heap, index);
        return -1;
    }
    memset(index, 0xff, nslots * sizeof *index); /* FREE in every slot */
    uint32_t n = 0;
    for (uint32_t i = 0; i < names->used; i++)
        if (names->entries[i].name != NULL) {
            entries[n] = names->entries[i];
            index_add(index, nslots, entries[n].hash, n);
            n++;
        }
    table_free(names->heap, names->entries);
    table_free(names->heap, names->index);
    names->entries = entries;
    names->index = index;
    names->nslots = nslots;
    names->used = names->live = n;
    return 0;
}

struct gil_name_entry *
gil_names_put(struct gil_names *names, const char *name, size_t len, int copy)
{
    uint32_t hash = gil_names_hash(name, len);
    struct gil_name_entry *entry = gil_names_find(names, name, len, hash);

    if (entry != NULL)
        return entry;
    if (len >= UINT32_MAX || make_room(names) < 0)
        return NULL;
    if (copy) {
        char *own = table_malloc(names->heap, len + 1);
        if (own == NULL)
            return NULL;
        memcpy(own, name, len);
        own[len] = '\0';
        name = own;
    }
    uint32_t i = names->used++;
    names->live++;
    index_add(names->index, names->nslots, hash, i);
    entry = &names->entries[i];
    *entry = (struct gil_name_entry){
        .name = name, .len = (uint32_t)len, .hash = hash, .kind = GIL_NAME_VALUE, .owned = copy != 0};
    return entry;
}

int
gil_names_remove(struct gil_names *names, const char *name, size_t len)
{
    struct gil_name_entry *entry = gil_names_find(names, name, len, gil_names_hash(name, len));

    if (entry == NULL)
        return -1;
    struct gil_name_entry taken = entry_take(entry);
    names->live--;
    entry_drop(names->heap, &taken);
    return 0;
}

struct gil_name_entry *
gil_names_next(const struct gil_names *names, size_t *pos)
{
    while (*pos < names->used) {
        struct gil_name_entry *entry = &names->entries[(*pos)++];
        if (entry->name != NULL)
            return entry;
    }
    return NULL;
}

size_t
gil_names_count(const struct gil_names *names)
{
    return names->live;
}
