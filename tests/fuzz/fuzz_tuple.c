/* SPDX-License-Identifier: MIT */
/* Tuples against an array: made in every way, joined, cut, compared, searched, hashed and walked. */
#include "fuzz/fuzz.h"

#include <string.h>

const char fuzz_name[] = "tuple";

/* Items are told apart by number and compare by half of it: 2n is an int, 2n + 1 the float that equals it. */
#define ITEMS_MAX 60
#define ROOM (4 * ITEMS_MAX)
#define FIRST 100000
/* Where an index() without an end ends. */
#define NO_END GIL_SSIZE_T_MAX

struct row {
    int n;
    int item[ROOM];
};

/* Each tuple and what it is. */
static GilObject *tuple[2];
static struct row model[2];

void
fuzz_setup(void)
{
}

static GilObject *
item_object(int item)
{
    return item % 2 ? GilFloat_FromDouble(FIRST + item / 2) : GilLong_FromLong(FIRST + item / 2);
}

static int
item_number(GilObject *op)
{
    if (GilFloat_Check(op))
        return 2 * ((int)GilFloat_AsDouble(op) - FIRST) + 1;
    return 2 * ((int)GilLong_AsLong(op) - FIRST);
}

static void
check_row(GilObject *op, const struct row *m)
{
    FUZZ_CHECK(op != NULL && GilTuple_CheckExact(op) && GilTuple_Size(op) == m->n);
    for (int i = 0; i < m->n; i++)
        FUZZ_CHECK(item_number(GilTuple_GET_ITEM(op, i)) == m->item[i]);
}

static void
append(struct row *m, const struct row *other)
{
    FUZZ_CHECK(m->n + other->n <= ROOM);
    memmove(m->item + m->n, other->item, (size_t)other->n * sizeof(int));
    m->n += other->n;
}

static void
replace(int w, GilObject *fresh, const struct row *m)
{
    check_row(fresh, m);
    model[w] = *m;
    Gil_SETREF(tuple[w], fresh);
}

/* What a sequence of these items can be made of. */
static GilObject *
made_of(GilObject **items, int n, int form)
{
    GilObject *made, *list;

    if (form == 0)
        return GilTuple_FromArray(items, n);
    if (form == 1) {
        made = GilTuple_New(n);
        for (int i = 0; i < n; i++)
            FUZZ_CHECK(GilTuple_SetItem(made, i, Gil_NewRef(items[i])) == 0);
        return made;
    }
    list = GilList_New(0);
    for (int i = 0; i < n; i++)
        FUZZ_CHECK(GilList_Append(list, items[i]) == 0);
    if (form == 2)
        made = GilList_AsTuple(list);
    else if (form == 3)
        made = GilSequence_Tuple(list);
    else {
        GilObject *iter = GilObject_GetIter(list);
        made = form == 4 ? GilSequence_Tuple(iter) : GilObject_CallOneArg((GilObject *)(void *)&GilTuple_Type, iter);
        Gil_DECREF(iter);
    }
    Gil_DECREF(list);
    return made;
}

static void
make(struct fuzz_input *in, int w)
{
    struct row m = {(int)fuzz_range(in, 0, 12), {0}};
    GilObject *items[12];
    int form = (int)fuzz_range(in, 0, 5);

    fuzz_tell("make %d in form %d", m.n, form);
    for (int i = 0; i < m.n; i++)
        items[i] = item_object(m.item[i] = (int)fuzz_range(in, 0, 31));
    replace(w, made_of(items, m.n, form), &m);
    for (int i = 0; i < m.n; i++)
        Gil_DECREF(items[i]);
}

static void
join(struct fuzz_input *in, int w)
{
    struct row m = model[w];
    int op = (int)fuzz_range(in, 0, 4), other = (int)fuzz_range(in, 0, 1);
    long times = fuzz_range(in, -1, 3);

    fuzz_tell("join %d: %d items, with %d, %ld times", op, m.n, model[other].n, times);
    if (op <= 1) {
        append(&m, &model[other]);
        replace(w, op == 0 ? GilSequence_Concat(tuple[w], tuple[other]) : GilNumber_InPlaceAdd(tuple[w], tuple[other]), &m);
    }
    else if (op == 2) {
        GilObject *list = GilSequence_List(tuple[other]);
        FUZZ_CHECK(GilSequence_Concat(tuple[w], list) == NULL);
        FUZZ_ERROR(GilExc_TypeError);
        Gil_DECREF(list);
    }
    else {
        m.n = 0;
        for (long i = 0; i < times; i++)
            append(&m, &model[w]);
        replace(w, op == 3 ? GilSequence_Repeat(tuple[w], times) : GilSequence_InPlaceRepeat(tuple[w], times), &m);
    }
}

static void
cut(struct fuzz_input *in, int w)
{
    const struct row *m = &model[w];
    int64_t start = fuzz_position(in, m->n), stop = fuzz_position(in, m->n);
    long step = fuzz_range(in, -4, 4);
    int indices[ROOM], op = (int)fuzz_range(in, 0, 2);
    struct row part = {0, {0}};

    step += step >= 0;
    if (op == 0) { /* positions that are none are the ends, and do not count from there */
        start = start < 0 ? 0 : start;
        stop = stop < 0 ? 0 : stop;
        step = 1;
    }
    part.n = fuzz_slice(start, stop, step, m->n, indices);
    for (int i = 0; i < part.n; i++)
        part.item[i] = m->item[indices[i]];
    fuzz_tell("cut %d: %td:%td:%ld of %d takes %d", op, (ptrdiff_t)start, (ptrdiff_t)stop, step, m->n, part.n);
    if (op == 0)
        replace(w, GilTuple_GetSlice(tuple[w], (Gil_ssize_t)start, (Gil_ssize_t)stop), &part);
    else {
        GilObject *key = fuzz_slice_object(start, stop, step), *fresh = GilObject_GetItem(tuple[w], key);
        Gil_DECREF(key);
        replace(w, fresh, &part);
    }
}

/* Only what nobody else has seen can be resized. */
static void
resize(struct fuzz_input *in, int w)
{
    struct row m = {(int)fuzz_range(in, 0, 12), {0}};
    int size = (int)fuzz_range(in, 0, 24);
    GilObject *fresh = GilTuple_New(m.n);

    fuzz_tell("resize %d to %d", m.n, size);
    for (int i = 0; i < m.n; i++)
        GilTuple_SET_ITEM(fresh, i, item_object(m.item[i] = i % 32));
    FUZZ_CHECK(_GilTuple_Resize(&fresh, size) == 0);
    for (int i = m.n; i < size; i++)
        FUZZ_CHECK(GilTuple_SetItem(fresh, i, item_object(m.item[i] = i % 32)) == 0);
    m.n = size;
    replace(w, fresh, &m);
    if (m.n > 0) {
        GilObject *shared = Gil_NewRef(tuple[w]);
        FUZZ_CHECK(_GilTuple_Resize(&shared, m.n + 1) == -1 && shared == NULL);
        FUZZ_ERROR(GilExc_SystemError);
    }
}

/* The first place from start below stop, or -1. */
static int
find(const struct row *m, int item, Gil_ssize_t start, Gil_ssize_t stop)
{
    start = start < 0 ? (start + m->n < 0 ? 0 : start + m->n) : start;
    stop = stop < 0 ? stop + m->n : stop;
    for (int i = 0; i < m->n; i++)
        if (i >= start && i < stop && m->item[i] / 2 == item / 2)
            return i;
    return -1;
}

static void
search(struct fuzz_input *in, int w)
{
    const struct row *m = &model[w];
    int number = (int)fuzz_range(in, 0, 31), count = 0, where = find(m, number, 0, NO_END);
    Gil_ssize_t at = fuzz_position(in, m->n), start = fuzz_position(in, m->n), stop = fuzz_position(in, m->n);
    GilObject *item = item_object(number);

    fuzz_tell("search %d from %td to %td, item %td of %d", number, start, stop, at, m->n);
    for (int i = 0; i < m->n; i++)
        count += m->item[i] / 2 == number / 2;
    FUZZ_CHECK(GilSequence_Contains(tuple[w], item) == (where >= 0));
    FUZZ_CHECK(GilSequence_Count(tuple[w], item) == count);
    FUZZ_CHECK(GilSequence_Index(tuple[w], item) == where);
    if (where < 0)
        FUZZ_ERROR(GilExc_ValueError);
    GilObject *index = GilObject_CallMethod(tuple[w], "index", "(Onn)", item, start, stop);
    where = find(m, number, start, stop);
    FUZZ_CHECK((index != NULL) == (where >= 0) && (index == NULL || GilLong_AsLong(index) == where));
    if (index == NULL)
        FUZZ_ERROR(GilExc_ValueError);
    Gil_XDECREF(index);
    Gil_DECREF(item);

    /* The protocol counts from the end once, GilTuple_GetItem() never. */
    Gil_ssize_t place = at < 0 && at >= -m->n ? at + m->n : at;
    GilObject *got = GilSequence_GetItem(tuple[w], at);
    FUZZ_CHECK((got != NULL) == (place >= 0 && place < m->n) && (got == NULL || item_number(got) == m->item[place]));
    if (got == NULL)
        FUZZ_ERROR(GilExc_IndexError);
    Gil_XDECREF(got);
    GilObject *borrowed = GilTuple_GetItem(tuple[w], at);
    FUZZ_CHECK((borrowed != NULL) == (at >= 0 && at < m->n) && (borrowed == NULL || item_number(borrowed) == m->item[at]));
    if (borrowed == NULL)
        FUZZ_ERROR(GilExc_IndexError);
}

/* -1, 0, 1 as the first items that differ, or else the lengths. */
static int
order(const struct row *a, const struct row *b)
{
    for (int i = 0; i < a->n && i < b->n; i++)
        if (a->item[i] / 2 != b->item[i] / 2)
            return a->item[i] < b->item[i] ? -1 : 1;
    return (a->n > b->n) - (a->n < b->n);
}

/* The same as a list compares; equal ones have one hash, whatever their items are made of. */
static void
compare(struct fuzz_input *in, int w)
{
    int sign = order(&model[0], &model[1]);
    const int truth[6] = {[Gil_LT] = sign < 0, [Gil_LE] = sign <= 0, [Gil_EQ] = sign == 0,
                          [Gil_NE] = sign != 0, [Gil_GT] = sign > 0, [Gil_GE] = sign >= 0};
    struct row twin = model[w];

    (void)in;
    fuzz_tell("compare %d with %d: %d", model[0].n, model[1].n, sign);
    for (int op = Gil_LT; op <= Gil_GE; op++)
        FUZZ_CHECK(GilObject_RichCompareBool(tuple[0], tuple[1], op) == truth[op]);
    if (sign == 0)
        FUZZ_CHECK(GilObject_Hash(tuple[0]) == GilObject_Hash(tuple[1]));
    GilObject *other = GilTuple_New(twin.n);
    for (int i = 0; i < twin.n; i++)
        GilTuple_SET_ITEM(other, i, item_object(twin.item[i] ^= 1));
    FUZZ_CHECK(GilObject_RichCompareBool(other, tuple[w], Gil_EQ) == 1);
    FUZZ_CHECK(GilObject_Hash(other) == GilObject_Hash(tuple[w]));
    Gil_DECREF(other);
    GilObject *list = GilSequence_List(tuple[w]);
    FUZZ_CHECK(GilObject_RichCompareBool(list, tuple[w], Gil_EQ) == 0);
    Gil_DECREF(list);
}

static void
walk(struct fuzz_input *in, int w)
{
    const struct row *m = &model[w];
    int backwards = (int)fuzz_range(in, 0, 1), n = 0;
    GilObject *iter = backwards ? GilObject_CallOneArg((GilObject *)(void *)&GilReversed_Type, tuple[w]) : GilObject_GetIter(tuple[w]);
    GilObject *item;

    fuzz_tell("walk %s %d", backwards ? "back" : "on", m->n);
    FUZZ_CHECK(iter != NULL && GilObject_LengthHint(iter, -1) == m->n);
    while ((item = GilIter_Next(iter)) != NULL) {
        FUZZ_CHECK(n < m->n && item_number(item) == m->item[backwards ? m->n - 1 - n : n]);
        Gil_DECREF(item);
        n++;
    }
    FUZZ_CHECK(GilErr_Occurred() == NULL && n == m->n);
    Gil_DECREF(iter);
}

void
fuzz_target(struct fuzz_input *in)
{
    static void (*const steps[])(struct fuzz_input *, int) = {make, join, cut, resize, search, compare, walk};

    for (int i = 0; i < 2; i++) {
        tuple[i] = GilTuple_New(0);
        model[i].n = 0;
    }
    while (fuzz_more(in)) {
        unsigned choice = fuzz_byte(in);
        int w = choice >> 7;
        steps[(choice & 127) % Gil_ARRAY_LENGTH(steps)](in, w);
        check_row(tuple[w], &model[w]);
        if (model[w].n > ITEMS_MAX) {
            struct row part = model[w];
            part.n = 10;
            replace(w, GilTuple_GetSlice(tuple[w], 0, 10), &part);
        }
    }
    for (int i = 0; i < 2; i++)
        Gil_CLEAR(tuple[i]);
}
