/* SPDX-License-Identifier: MIT */
/*
 * Interning: one string object for each text of an interpreter, so that names can be compared by address.
 *
 * The table is an open-addressed set in the interpreter's value pocket [gil]. It holds a strong reference to each
 * string. Why not weak ones, dropped when the string dies: between the moment a string's count reaches zero and the
 * moment its memory is given back, destructors of other objects may run and intern the same text; they would be
 * handed a string that is already dying. Instead the table is swept before it would grow: strings whose only
 * reference is the table's own leave. It grows only when more than half of it is still wanted, so its size stays
 * within a factor of the names in use, and sweeping costs a constant for each string interned.
 *
 * Process-wide strings (empty, one code point below 256) count as interned and are never in the table.
 *
 * Giving a string back runs no code of users: str has no finalizer. So the table cannot change during a sweep.
 */
#include "value/unicode_intern.h"

#include "value/start.h"

#include <string.h>

#define FIRST_SIZE 64 /* slots; a power of two, as all sizes are */

struct gil_intern_table {
    GilObject **slots; /* NULL: free */
    size_t mask;       /* slots - 1 */
    size_t used;
};

/* The slot that holds a string equal to op, or the free one where it belongs. */
static GilObject **
find_slot(const struct gil_intern_table *table, GilObject *op)
{
    size_t i = (size_t)gil_unicode_hash(op) & table->mask;

    while (table->slots[i] != NULL && !gil_unicode_equal(table->slots[i], op))
        i = (i + 1) & table->mask;
    return &table->slots[i];
}

/* Table and flags agree; for debug builds. */
static int
table_check(const struct gil_intern_table *table)
{
    size_t used = 0;

    for (size_t i = 0; i <= table->mask; i++) {
        GilObject *op = table->slots[i];
        if (op == NULL)
            continue;
        used++;
        if ((((GilASCIIObject *)(void *)op)->state & _Gil_STR_INTERNED) == 0 || *find_slot(table, op) != op)
            return 0;
    }
    return used == table->used && used * 2 <= table->mask + 1;
}

static void
drop(GilObject *op)
{
    ((GilASCIIObject *)(void *)op)->state &= ~_Gil_STR_INTERNED;
    Gil_DECREF(op);
}

/* Move what is still wanted to a table of the right size. 0, or -1: no memory, nothing changed, no error set. */
static int
sweep(GilThreadState *ts, struct gil_intern_table *table)
{
    struct gil_intern_table next = {NULL, 0, 0};
    size_t wanted = 0, size = FIRST_SIZE;

    for (size_t i = 0; table->slots != NULL && i <= table->mask; i++)
        wanted += table->slots[i] != NULL && Gil_REFCNT(table->slots[i]) != 1;
    while (size < wanted * 4) /* a quarter full: as many may come again before the next sweep */
        size *= 2;
    next.mask = size - 1;
    next.slots = gil_heap_calloc(ts->heap, size, sizeof *next.slots);
    if (next.slots == NULL)
        return -1;
    for (size_t i = 0; table->slots != NULL && i <= table->mask; i++) {
        GilObject *op = table->slots[i];
        if (op == NULL)
            continue;
        if (Gil_REFCNT(op) == 1) {
            drop(op);
            continue;
        }
        *find_slot(&next, op) = op;
        next.used++;
    }
    gil_heap_free(table->slots);
    *table = next;
    GIL_ASSERT(table_check(table));
    return 0;
}

GilObject *
gil_intern(GilThreadState *ts, GilObject *op)
{
    struct gil_intern_table *table = gil_value_pocket(ts)->interned;
    GilASCIIObject *str = (GilASCIIObject *)(void *)op;

    if ((str->state & (_Gil_STR_INTERNED | _Gil_STR_STATIC)) != 0)
        return op;
    if (str->length == 0 || (str->length == 1 && GilUnicode_READ_CHAR(op, 0) < 0x100)) {
        GilObject *fixed = str->length == 0 ? gil_unicode_empty()
                                            : gil_unicode_latin1((Gil_UCS1)GilUnicode_READ_CHAR(op, 0));
        Gil_DECREF(op);
        return fixed;
    }
    if (table->slots != NULL) {
        GilObject *found = *find_slot(table, op);
        if (found != NULL) {
            Gil_INCREF(found);
            Gil_DECREF(op);
            return found;
        }
    }
    if ((table->slots == NULL || (table->used + 1) * 2 > table->mask + 1) && sweep(ts, table) < 0)
        return op;
    *find_slot(table, op) = Gil_NewRef(op);
    table->used++;
    str->state |= _Gil_STR_INTERNED;
    return op;
}

size_t
gil_intern_count(const GilThreadState *ts)
{
    return gil_value_pocket(ts)->interned->used;
}

size_t
gil_intern_room(const GilThreadState *ts)
{
    const struct gil_intern_table *table = gil_value_pocket(ts)->interned;
    return table->slots == NULL ? 0 : (table->mask + 1) / 2;
}

int
gil_intern_start(GilThreadState *ts)
{
    struct gil_intern_table *table = gil_heap_calloc(ts->heap, 1, sizeof *table);

    gil_value_pocket(ts)->interned = table;
    return table == NULL ? -1 : 0;
}

void
gil_intern_stop(GilThreadState *ts)
{
    struct gil_intern_table *table = gil_value_pocket(ts)->interned;

    if (table == NULL)
        return;
    for (size_t i = 0; table->slots != NULL && i <= table->mask; i++)
        if (table->slots[i] != NULL)
            drop(table->slots[i]);
    gil_heap_free(table->slots);
    gil_heap_free(table);
    gil_value_pocket(ts)->interned = NULL;
}

GilObject *
GilUnicode_InternFromString(const char *u)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (u == NULL)
        return gil_err_null(__func__);
    GilObject *op = GilUnicode_FromString(u);
    return op == NULL ? NULL : gil_intern(ts, op);
}

void
GilUnicode_InternInPlace(GilObject **p_unicode)
{
    GilThreadState *ts = gil_tstate_need(__func__);

    if (p_unicode != NULL && *p_unicode != NULL && GilUnicode_CheckExact(*p_unicode))
        *p_unicode = gil_intern(ts, *p_unicode);
}
