/* SPDX-License-Identifier: MIT */
/*
 * What a name stands for in a type.
 *
 * The answer comes from the first class in the type's order whose table has the name, or that fills the slot of this
 * name (slotdef.c). Each interpreter remembers
 * answers in one array of slots [gil]: the place of a slot follows from the version of the type and the hash of the
 * name, and a newer answer takes the place of an older one. A slot also remembers that a name stands in no class, since
 * attributes in an instance's dict ask that each time.
 *
 * A version is a number that no other type of the interpreter had before. A type gets one when it is first asked and
 * loses it, with all types that derive from it, when a table gains or loses an entry. So a slot is never searched for
 * and voided: its version is simply nobody's any more. Three things are always so:
 *
 *   - a type that has a version has bases that have one; hence a type without a version has no heirs to be told, and
 *     filling a table entry by entry costs nothing until somebody asks;
 *   - a slot whose version is that of a type points to an entry where it stands in its table: the tables of built-in
 *     types never change, and those of others only after the version is gone. What the entry holds may be replaced,
 *     it is read at each use;
 *   - a type whose table is taken apart (it runs finalizers on the way, which may ask) gets no version again, and so
 *     do those that derive from it.
 *
 * Names are compared as text, not by the address of a str: a name given as C text, or by a str that is not interned,
 * finds the same slot, and the cache holds no reference that somebody would miss. The hash of a str stands in it; that
 * of a C text is computed, which makes it dearer than the rest together.
 *
 * Why not a list of heirs in each type, to be told of a change: it would be memory, and a failure, in every new type,
 * for an event that is rare. A change walks the list of all types of the interpreter instead.
 */
#include "object/lookup.h"

#include "object/error.h"
#include "object/slotdef.h"

#include <string.h>

/* Some thirty attributes each of a few dozen types, in 16 KiB. */
#define SLOTS 512u

/* Versions below are the built-in types'. */
#define FIRST_VERSION ((uint32_t)1 << 16)
/* Of a type that is remembered no more. */
#define RETIRED UINT32_MAX

static uint32_t static_versions;

uint32_t
gil_static_version(void)
{
    GIL_REQUIRE(static_versions < FIRST_VERSION - 1, "there are too many built-in types");
    return ++static_versions;
}

int
gil_lookup_start(GilThreadState *ts, struct gil_object_pocket *pocket)
{
    pocket->next_version = FIRST_VERSION;
    pocket->cache = gil_heap_calloc(ts->heap, SLOTS, sizeof *pocket->cache);
    return pocket->cache != NULL ? 0 : -1;
}

static void
void_all(struct gil_object_pocket *pocket)
{
    for (GilTypeObject *type = pocket->types; type != NULL; type = gil_heap_type(type)->older)
        if (type->tp_version_tag != RETIRED)
            type->tp_version_tag = 0;
    memset(pocket->cache, 0, SLOTS * sizeof *pocket->cache);
    pocket->next_version = FIRST_VERSION;
}

/* The type's version, a new one where it has none; 0 when it cannot have one. */
static uint32_t
version_of(struct gil_object_pocket *pocket, GilTypeObject *type)
{
    if (type->tp_version_tag != 0)
        return type->tp_version_tag != RETIRED ? type->tp_version_tag : 0;
    if (!(type->tp_flags & Gil_TPFLAGS_READY))
        return 0; /* it is being made, and its table filled */
    for (Gil_ssize_t i = 1; i < type->tp_mro_count; i++)
        if (type->tp_mro_items[i]->tp_version_tag == RETIRED)
            return 0;
    if (RETIRED - pocket->next_version <= (size_t)type->tp_mro_count)
        void_all(pocket);
    for (Gil_ssize_t i = 0; i < type->tp_mro_count; i++)
        if (type->tp_mro_items[i]->tp_version_tag == 0)
            type->tp_mro_items[i]->tp_version_tag = pocket->next_version++;
    return type->tp_version_tag;
}

void
gil_type_modified(GilTypeObject *type)
{
    if (type->tp_version_tag == 0 || type->tp_version_tag == RETIRED || !gil_type_is_heap(type))
        return;
    struct gil_object_pocket *pocket = gil_heap_type(type)->interp->pocket[GIL_POCKET_OBJECT];
    for (GilTypeObject *heir = pocket->types; heir != NULL; heir = gil_heap_type(heir)->older)
        if (heir->tp_version_tag != RETIRED && GilType_IsSubtype(heir, type))
            heir->tp_version_tag = 0;
}

void
gil_type_retire(GilTypeObject *type)
{
    gil_type_modified(type);
    type->tp_version_tag = RETIRED;
}

/* The walk itself; NULL when no class has the name. */
static const struct gil_name_entry *
walk(const GilTypeObject *type, const struct gil_name *name, GilTypeObject **owner)
{
    for (Gil_ssize_t i = 0; i < type->tp_mro_count; i++) {
        *owner = type->tp_mro_items[i];
        const struct gil_name_entry *entry = gil_names_find((*owner)->tp_names, name->text, name->len, name->hash);
        if (entry == NULL)
            entry = gil_slot_entry(*owner, name);
        if (entry != NULL)
            return entry;
    }
    return NULL;
}

static inline struct gil_attr_slot *
slot_of(const struct gil_object_pocket *pocket, uint32_t version, uint32_t hash)
{
    return &pocket->cache[(version ^ hash) % SLOTS];
}

static inline int
answer(struct gil_found *found, const struct gil_name_entry *entry, GilTypeObject *owner)
{
    found->entry = *entry;
    found->owner = owner;
    return 1;
}

/* Apart, so that gil_type_lookup() needs no frame where it is remembered. */
static __attribute__((noinline)) int
find_and_remember(struct gil_object_pocket *pocket, GilTypeObject *type, const struct gil_name *name,
                  struct gil_found *found)
{
    uint32_t version = version_of(pocket, type);
    GilTypeObject *owner = NULL;
    const struct gil_name_entry *entry = walk(type, name, &owner);

    if (version != 0 && (entry != NULL || (name->len > 0 && name->len <= GIL_ABSENT_MAX))) {
        struct gil_attr_slot *slot = slot_of(pocket, version, name->hash);
        *slot = (struct gil_attr_slot){.version = version, .hash = name->hash};
        if (entry != NULL) {
            slot->u.found.entry = entry;
            slot->u.found.owner = owner;
        }
        else {
            memcpy(slot->u.absent.name, name->text, name->len);
            slot->u.absent.len = (uint8_t)name->len;
        }
    }
    return entry != NULL ? answer(found, entry, owner) : 0;
}

/* Whether a slot says what the walk says: for debug builds. */
static inline int
is_true(const struct gil_attr_slot *slot, const GilTypeObject *type, const struct gil_name *name)
{
    GilTypeObject *owner;
    const struct gil_name_entry *entry = walk(type, name, &owner);

    return slot->u.absent.len > 0 ? entry == NULL : entry == slot->u.found.entry && owner == slot->u.found.owner;
}

GIL_HOT int
gil_type_lookup(GilThreadState *ts, GilTypeObject *type, const struct gil_name *name, struct gil_found *found)
{
    struct gil_object_pocket *pocket = gil_object_pocket(ts);
    uint32_t version = type->tp_version_tag;
    const struct gil_attr_slot *slot = slot_of(pocket, version, name->hash);

    if (GIL_LIKELY(slot->version == version && version != 0 && slot->hash == name->hash)) {
        const struct gil_name_entry *entry = slot->u.found.entry;
        if (slot->u.absent.len == 0) {
            if (entry->len == name->len && gil_short_bytes_equal(entry->name, name->text, name->len)) {
                GIL_ASSERT(is_true(slot, type, name));
                return answer(found, entry, slot->u.found.owner);
            }
        }
        else if (slot->u.absent.len == name->len && gil_short_bytes_equal(slot->u.absent.name, name->text, name->len)) {
            GIL_ASSERT(is_true(slot, type, name));
            return 0;
        }
    }
    return find_and_remember(pocket, type, name, found);
}

int
gil_type_find(GilTypeObject *type, const char *name, size_t len, struct gil_found *found)
{
    struct gil_name looked_up = gil_name_of_text(name, len);

    return gil_type_lookup(gil_tstate_need(__func__), type, &looked_up, found);
}

void
GilType_Modified(GilTypeObject *type)
{
    gil_tstate_need(__func__);
    if (type != NULL)
        gil_type_modified(type);
    else
        gil_err_null(__func__);
}
