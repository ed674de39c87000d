/* SPDX-License-Identifier: MIT */
/* Lists against an array: the operations of the sequence, mapping and comparison protocols and of their own API. */
#include "fuzz/fuzz.h"

#include <string.h>

const char fuzz_name[] = "list";

/* Items are told apart by number and compare by half of it: 2n is an int, 2n + 1 the float that equals it, so that what
 * is kept of equal ones, and in which order, shows. */
#define ITEMS_MAX 120
#define FIRST 100000

struct row {
    int n;
    int item[4 * ITEMS_MAX];
};

/* Each list and what it should be. */
static GilObject *list[2];
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
check_row(GilObject *seq, const struct row *m)
{
    FUZZ_CHECK(seq != NULL);
    FUZZ_CHECK(GilSequence_Size(seq) == m->n);
    for (int i = 0; i < m->n; i++) {
        GilObject *item = GilSequence_GetItem(seq, i);
        FUZZ_CHECK(item != NULL && item_number(item) == m->item[i]);
        Gil_DECREF(item);
    }
}

/* The model of every change: the items from low up to high give way to those of with. */
static void
splice(struct row *m, int low, int high, const struct row *with)
{
    struct row old = *m;

    memcpy(m->item + low, with->item, (size_t)with->n * sizeof(int));
    memcpy(m->item + low + with->n, old.item + high, (size_t)(old.n - high) * sizeof(int));
    m->n = low + with->n + old.n - high;
}

static const struct row nothing;

static int
cut(Gil_ssize_t position, int n)
{
    return position < 0 ? 0 : position > n ? n : (int)position;
}

static int
find(const struct row *m, int item)
{
    for (int i = 0; i < m->n; i++)
        if (m->item[i] / 2 == item / 2)
            return i;
    return -1;
}

/* Stable, and as slow as it is short. */
static void
sort(struct row *m, int reverse)
{
    for (int i = 1; i < m->n; i++)
        for (int k = i; k > 0; k--) {
            int left = m->item[k - 1] / 2, right = m->item[k] / 2, swap = m->item[k];
            if (reverse ? left >= right : left <= right)
                break;
            m->item[k] = m->item[k - 1];
            m->item[k - 1] = swap;
        }
}

static struct row
one(int item)
{
    struct row m = {1, {item}};
    return m;
}

static void
replace(int which, GilObject *fresh)
{
    FUZZ_CHECK(fresh != NULL);
    Gil_SETREF(list[which], fresh);
}

/* A list, a tuple, an iterator, or one of the lists themselves. */
static GilObject *
some_iterable(struct fuzz_input *in, int which, struct row *m)
{
    int choice = (int)fuzz_range(in, 0, 4);

    if (choice < 2) {
        *m = model[choice];
        return Gil_NewRef(list[choice]);
    }
    m->n = (int)fuzz_range(in, 0, 5);
    GilObject *tuple = GilTuple_New(m->n);
    for (int i = 0; i < m->n; i++) {
        m->item[i] = (int)fuzz_range(in, 0, 31);
        GilTuple_SetItem(tuple, i, item_object(m->item[i]));
    }
    if (choice == 2)
        return tuple;
    GilObject *made = choice == 3 ? GilObject_GetIter(tuple) : GilSequence_List(tuple);
    Gil_DECREF(tuple);
    (void)which;
    return made;
}

static void
change_one(struct fuzz_input *in, int w)
{
    struct row *m = &model[w];
    int op = (int)fuzz_range(in, 0, 6), number = (int)fuzz_range(in, 0, 31);
    GilObject *item = item_object(number);
    Gil_ssize_t at = fuzz_position(in, m->n);
    int inside = at >= 0 && at < m->n,
        counted = at < 0 ? cut(at == GIL_SSIZE_T_MIN ? 0 : at + m->n, m->n) : cut(at, m->n);
    struct row with = one(number);

    fuzz_tell("change %d: %d at %td of %d", op, number, at, m->n);
    if (op == 0) {
        FUZZ_CHECK(GilList_Append(list[w], item) == 0);
        splice(m, m->n, m->n, &with);
    }
    else if (op == 1) {
        FUZZ_CHECK(GilList_Insert(list[w], at, item) == 0);
        splice(m, counted, counted, &with);
    }
    else if (op == 2) {
        if (GilList_SetItem(list[w], at, Gil_NewRef(item)) == 0 && inside)
            splice(m, (int)at, (int)at + 1, &with);
        else
            FUZZ_ERROR(GilExc_IndexError);
    }
    else if (op == 3) {
        GilObject *got = GilList_GetItemRef(list[w], at);
        FUZZ_CHECK((got != NULL) == inside);
        if (inside)
            FUZZ_CHECK(item_number(got) == m->item[at]);
        else
            FUZZ_ERROR(GilExc_IndexError);
        Gil_XDECREF(got);
    }
    else if (op == 4) {
        /* The sequence protocol counts from the end once. */
        Gil_ssize_t index = at < 0 && at >= -m->n ? at + m->n : at;
        if (GilSequence_DelItem(list[w], at) == 0 && index >= 0 && index < m->n)
            splice(m, (int)index, (int)index + 1, &nothing);
        else
            FUZZ_ERROR(GilExc_IndexError);
    }
    else if (op == 5) {
        Gil_ssize_t index = at < 0 && at >= -m->n ? at + m->n : at;
        GilObject *got = GilObject_CallMethod(list[w], "pop", "n", at);
        if (got != NULL && index >= 0 && index < m->n) {
            FUZZ_CHECK(item_number(got) == m->item[index]);
            splice(m, (int)index, (int)index + 1, &nothing);
        }
        else
            FUZZ_ERROR(GilExc_IndexError);
        Gil_XDECREF(got);
    }
    else {
        int where = find(m, number);
        GilObject *none = GilObject_CallMethod(list[w], "remove", "O", item);
        FUZZ_CHECK((none != NULL) == (where >= 0));
        if (where >= 0)
            splice(m, where, where + 1, &nothing);
        else
            FUZZ_ERROR(GilExc_ValueError);
        Gil_XDECREF(none);
    }
    Gil_DECREF(item);
}

static void
change_many(struct fuzz_input *in, int w)
{
    struct row *m = &model[w], with;
    int op = (int)fuzz_range(in, 0, 5);
    GilObject *items = some_iterable(in, w, &with);
    Gil_ssize_t low = fuzz_position(in, m->n), high = fuzz_position(in, m->n);
    int from = cut(low, m->n), to = cut(high, m->n);

    to = to < from ? from : to;
    fuzz_tell("change many %d: %td to %td of %d become %d", op, low, high, m->n, with.n);
    if (op == 0) {
        FUZZ_CHECK(GilList_Extend(list[w], items) == 0);
        splice(m, m->n, m->n, &with);
    }
    else if (op == 1) {
        FUZZ_CHECK(GilList_SetSlice(list[w], low, high, items) == 0);
        splice(m, from, to, &with);
    }
    else if (op == 2) {
        FUZZ_CHECK(GilList_SetSlice(list[w], low, high, NULL) == 0);
        splice(m, from, to, &nothing);
    }
    else if (op == 3) {
        GilObject *joined = GilSequence_InPlaceConcat(list[w], items);
        FUZZ_CHECK(joined == list[w]);
        Gil_DECREF(joined);
        splice(m, m->n, m->n, &with);
    }
    else if (op == 4) {
        GilObject *joined = GilSequence_Concat(list[w], items);
        if (GilList_Check(items)) {
            splice(m, m->n, m->n, &with);
            replace(w, joined);
        }
        else
            FUZZ_ERROR(GilExc_TypeError);
    }
    else {
        GilObject *part = GilList_GetSlice(list[w], low, high);
        splice(m, to, m->n, &nothing);
        splice(m, 0, from, &nothing);
        replace(w, part);
    }
    Gil_DECREF(items);
}

/* list[start:stop:step]: read, replaced, deleted. */
static void
slice(struct fuzz_input *in, int w)
{
    struct row *m = &model[w], with;
    int indices[ITEMS_MAX];
    int op = (int)fuzz_range(in, 0, 2);
    long step = fuzz_range(in, -4, 4);
    int64_t start = fuzz_position(in, m->n), stop = fuzz_position(in, m->n);

    step += step >= 0;
    int n = fuzz_slice(start, stop, step, m->n, indices);
    GilObject *key = fuzz_slice_object(start, stop, step);
    fuzz_tell("slice %d: %td:%td:%ld of %d takes %d", op, (ptrdiff_t)start, (ptrdiff_t)stop, step, m->n, n);
    if (op == 0) {
        GilObject *part = GilObject_GetItem(list[w], key);
        struct row want = {n, {0}};
        for (int i = 0; i < n; i++)
            want.item[i] = m->item[indices[i]];
        check_row(part, &want);
        Gil_DECREF(part);
    }
    else if (op == 1) {
        GilObject *items = some_iterable(in, w, &with);
        int status = GilObject_SetItem(list[w], key, items);
        if (step == 1) {
            /* An empty slice stands before its start, wherever its stop is. */
            int whole[ITEMS_MAX], at = m->n - fuzz_slice(start, INT64_MIN, 1, m->n, whole);
            FUZZ_CHECK(status == 0);
            splice(m, at, at + n, &with);
        }
        else if (with.n == n) {
            FUZZ_CHECK(status == 0);
            for (int i = 0; i < n; i++)
                m->item[indices[i]] = with.item[i];
        }
        else
            FUZZ_ERROR(GilExc_ValueError);
        Gil_DECREF(items);
    }
    else {
        struct row kept = {0, {0}};
        FUZZ_CHECK(GilObject_DelItem(list[w], key) == 0);
        for (int i = 0; i < m->n; i++) {
            int taken = 0;
            for (int k = 0; k < n; k++)
                taken |= indices[k] == i;
            if (!taken)
                kept.item[kept.n++] = m->item[i];
        }
        *m = kept;
    }
    Gil_DECREF(key);
}

static void
reorder(struct fuzz_input *in, int w)
{
    struct row *m = &model[w], old = *m;
    int op = (int)fuzz_range(in, 0, 5);

    fuzz_tell("reorder %d: %d items", op, m->n);
    if (op == 0) {
        FUZZ_CHECK(GilList_Reverse(list[w]) == 0);
        for (int i = 0; i < m->n; i++)
            m->item[i] = old.item[m->n - 1 - i];
    }
    else if (op == 1) {
        FUZZ_CHECK(GilList_Sort(list[w]) == 0);
        sort(m, 0);
    }
    else if (op == 2) {
        GilObject *args = GilTuple_New(0), *kwargs = Gil_BuildValue("{si}", "reverse", 1);
        GilObject *method = GilObject_GetAttrString(list[w], "sort"), *none = GilObject_Call(method, args, kwargs);
        FUZZ_CHECK(none == Gil_None);
        Gil_DECREF(method);
        Gil_DECREF(args);
        Gil_DECREF(kwargs);
        sort(m, 1);
    }
    else if (op == 3) {
        long times = fuzz_range(in, -1, 3);
        GilObject *many =
            fuzz_byte(in) % 2 ? GilSequence_Repeat(list[w], times) : GilSequence_InPlaceRepeat(list[w], times);
        m->n = 0;
        for (long i = 0; i < times; i++)
            splice(m, m->n, m->n, &old);
        replace(w, many);
    }
    else if (op == 4) {
        FUZZ_CHECK(GilList_Clear(list[w]) == 0);
        m->n = 0;
    }
    else
        replace(w, fuzz_byte(in) % 2 ? GilObject_CallMethod(list[w], "copy", NULL) : GilSequence_List(list[w]));
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

static void
ask(struct fuzz_input *in, int w)
{
    struct row *m = &model[w];
    int number = (int)fuzz_range(in, 0, 31), count = 0, sign = order(&model[0], &model[1]);
    GilObject *item = item_object(number);
    int where = find(m, number);

    fuzz_tell("ask for %d", number);
    for (int i = 0; i < m->n; i++)
        count += m->item[i] / 2 == number / 2;
    FUZZ_CHECK(GilSequence_Contains(list[w], item) == (where >= 0));
    FUZZ_CHECK(GilSequence_Count(list[w], item) == count);
    Gil_ssize_t index = GilSequence_Index(list[w], item);
    FUZZ_CHECK(index == where);
    if (index < 0)
        FUZZ_ERROR(GilExc_ValueError);
    Gil_DECREF(item);
    const int truth[6] = {[Gil_LT] = sign < 0, [Gil_LE] = sign <= 0, [Gil_EQ] = sign == 0,
                          [Gil_NE] = sign != 0, [Gil_GT] = sign > 0, [Gil_GE] = sign >= 0};
    for (int op = Gil_LT; op <= Gil_GE; op++)
        FUZZ_CHECK(GilObject_RichCompareBool(list[0], list[1], op) == truth[op]);
    GilObject *tuple = GilList_AsTuple(list[w]);
    check_row(tuple, m);
    Gil_DECREF(tuple);
}

/* Both iterators go by position, whatever happens to the list meanwhile. */
static void
iterate(struct fuzz_input *in, int w)
{
    struct row *m = &model[w];
    int backwards = (int)fuzz_range(in, 0, 1), at = backwards ? m->n - 1 : 0, changes = 4;
    GilObject *iter = backwards ? GilObject_CallMethod(list[w], "__reversed__", NULL) : GilObject_GetIter(list[w]);
    GilObject *item;

    FUZZ_CHECK(iter != NULL);
    while ((item = GilIter_Next(iter)) != NULL) {
        FUZZ_CHECK(at >= 0 && at < m->n && item_number(item) == m->item[at]);
        Gil_DECREF(item);
        at += backwards ? -1 : 1;
        if (changes-- > 0 && fuzz_byte(in) % 4 == 1)
            change_one(in, w);
    }
    FUZZ_CHECK(GilErr_Occurred() == NULL && (at < 0 || at >= m->n));
    /* Once at its end an iterator stays there. */
    change_one(in, w);
    FUZZ_CHECK(GilIter_Next(iter) == NULL && GilErr_Occurred() == NULL);
    Gil_DECREF(iter);
}

void
fuzz_target(struct fuzz_input *in)
{
    static void (*const steps[])(struct fuzz_input *, int) = {change_one, change_many, slice, reorder, ask, iterate};

    for (int i = 0; i < 2; i++) {
        list[i] = GilList_New(0);
        model[i].n = 0;
    }
    while (fuzz_more(in)) {
        unsigned choice = fuzz_byte(in);
        int w = choice >> 7;
        steps[(choice & 127) % Gil_ARRAY_LENGTH(steps)](in, w);
        check_row(list[w], &model[w]);
        if (model[w].n > ITEMS_MAX) {
            FUZZ_CHECK(GilList_SetSlice(list[w], 10, GIL_SSIZE_T_MAX, NULL) == 0);
            model[w].n = 10;
        }
    }
    for (int i = 0; i < 2; i++)
        Gil_CLEAR(list[i]);
}
