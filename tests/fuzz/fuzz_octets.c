/* SPDX-License-Identifier: MIT */
/* bytearray and bytes against an array of octets, with views that pin the memory for a while. */
#include "fuzz/fuzz.h"

#include <string.h>

const char fuzz_name[] = "octets";

#define LENGTH_MAX 200
#define ROOM 2000

struct row {
    int n;
    uint8_t at[ROOM];
};

/* Two bytearrays and a bytes object. */
enum { FROZEN = 2, ROWS };
static GilObject *row[ROWS];
static struct row model[ROWS];
/* A view of a bytearray, which keeps its size while it is there. */
static GilObject *view[ROWS];

void
fuzz_setup(void)
{
}

static void
check_row(GilObject *op, const struct row *want)
{
    FUZZ_CHECK(op != NULL && GilObject_Size(op) == want->n);
    const char *at = GilBytes_Check(op) ? GilBytes_AsString(op) : GilByteArray_AsString(op);
    FUZZ_CHECK(at != NULL && memcmp(at, want->at, (size_t)want->n) == 0 && at[want->n] == '\0');
}

/* The octets from low up to high give way to others. */
static void
splice(struct row *m, int low, int high, const struct row *with)
{
    static struct row old;

    old = *m;
    memcpy(m->at + low, with->at, (size_t)with->n);
    memcpy(m->at + low + with->n, old.at + high, (size_t)(old.n - high));
    m->n = low + with->n + old.n - high;
}

static const struct row nothing;

/* Whether a change of size came through: it must not where a view is out. */
static int
resized(int r, int ok)
{
    if (view[r] == NULL) {
        FUZZ_CHECK(ok);
        return 1;
    }
    FUZZ_CHECK(!ok);
    FUZZ_ERROR(GilExc_BufferError);
    return 0;
}

/* What a bytearray can be extended by: octets in one form or another. */
static GilObject *
some_octets(struct fuzz_input *in, struct row *m)
{
    int form = (int)fuzz_range(in, 0, 5);

    if (form < ROWS) {
        *m = model[form];
        return Gil_NewRef(row[form]);
    }
    m->n = (int)fuzz_range(in, 0, 6);
    for (int i = 0; i < m->n; i++)
        m->at[i] = (uint8_t)fuzz_byte(in);
    if (form == 3)
        return GilBytes_FromStringAndSize((const char *)m->at, m->n);
    GilObject *bytes = GilBytes_FromStringAndSize((const char *)m->at, m->n);
    GilObject *made = form == 4 ? GilMemoryView_FromObject(bytes) : GilByteArray_FromObject(bytes);
    Gil_DECREF(bytes);
    return made;
}

static void
change_one(struct fuzz_input *in, int r)
{
    int op = (int)fuzz_range(in, 0, 4), n = model[r].n, value = (int)fuzz_word(in, 2) % 300 - 10,
        good = value >= 0 && value < 256;
    Gil_ssize_t at = fuzz_position(in, n), index = at < 0 && at >= -n ? at + n : at;
    GilObject *number = GilLong_FromLong(value), *key = GilLong_FromSsize_t(at), *got = NULL;
    struct row one = {1, {(uint8_t)value}};
    int inside = index >= 0 && index < n;

    fuzz_tell("change %d of %d: %d at %td of %d", op, r, value, at, n);
    if (op == 0) {
        got = GilObject_GetItem(row[r], key);
        if (inside)
            FUZZ_CHECK(GilLong_AsLong(got) == model[r].at[index]);
        else
            FUZZ_ERROR(GilExc_IndexError);
    }
    else if (r == FROZEN) {
        FUZZ_CHECK(GilObject_SetItem(row[r], key, number) == -1);
        FUZZ_ERROR(GilExc_TypeError);
    }
    else if (op == 1) {
        int status = GilObject_SetItem(row[r], key, number);
        FUZZ_CHECK((status == 0) == (inside && good));
        if (status == 0)
            model[r].at[index] = (uint8_t)value;
        else
            FUZZ_CHECK(fuzz_error(inside ? GilExc_ValueError : GilExc_IndexError) || fuzz_error(GilExc_ValueError));
    }
    else if (op == 2) {
        got = GilObject_CallMethod(row[r], "append", "O", number);
        if (!good)
            FUZZ_ERROR(GilExc_ValueError);
        else if (resized(r, got != NULL))
            splice(&model[r], n, n, &one);
    }
    else if (op == 3) {
        int status = GilObject_DelItem(row[r], key);
        if (!inside)
            FUZZ_ERROR(GilExc_IndexError);
        else if (resized(r, status == 0))
            splice(&model[r], (int)index, (int)index + 1, &nothing);
    }
    else {
        int size = (int)fuzz_range(in, 0, 60), status = GilByteArray_Resize(row[r], size);
        /* Room that stays the same size is no change. */
        if (size == n && view[r] != NULL)
            GilErr_Clear();
        else if (resized(r, status == 0)) {
            if (size > n)
                memset(model[r].at + n, 0, (size_t)(size - n));
            model[r].n = size;
        }
    }
    Gil_XDECREF(got);
    Gil_DECREF(number);
    Gil_DECREF(key);
}

static void
slice(struct fuzz_input *in, int r)
{
    static struct row with, want;
    int indices[LENGTH_MAX + 1], whole[LENGTH_MAX + 1], op = (int)fuzz_range(in, 0, 2), n = model[r].n;
    int64_t start = fuzz_position(in, n), stop = fuzz_position(in, n);
    long step = fuzz_range(in, -3, 3);

    step += step >= 0;
    int taken = fuzz_slice(start, stop, step, n, indices);
    GilObject *key = fuzz_slice_object(start, stop, step);
    fuzz_tell("slice %d of %d: %td:%td:%ld of %d takes %d", op, r, (ptrdiff_t)start, (ptrdiff_t)stop, step, n, taken);
    if (op == 0 || r == FROZEN) {
        GilObject *part = GilObject_GetItem(row[r], key);
        want.n = taken;
        for (int i = 0; i < taken; i++)
            want.at[i] = model[r].at[indices[i]];
        check_row(part, &want);
        FUZZ_CHECK(Gil_TYPE(part) == Gil_TYPE(row[r]));
        Gil_DECREF(part);
    }
    else if (op == 1) {
        GilObject *octets = some_octets(in, &with);
        int ok = GilObject_SetItem(row[r], key, octets) == 0;
        if (step != 1 && with.n != taken && with.n != 0)
            FUZZ_ERROR(GilExc_ValueError);
        else if (with.n == taken ? (FUZZ_CHECK(ok), 1) : resized(r, ok)) {
            if (step == 1) {
                int at = n - fuzz_slice(start, INT64_MIN, 1, n, whole);
                splice(&model[r], at, at + taken, &with);
            }
            else if (with.n == taken)
                for (int i = 0; i < taken; i++)
                    model[r].at[indices[i]] = with.at[i];
            else
                op = 2; /* nothing in place of every step-th: they go */
        }
        Gil_DECREF(octets);
    }
    else if (taken > 0 && !resized(r, GilObject_DelItem(row[r], key) == 0))
        op = 0;
    if (op == 2 && r != FROZEN && taken > 0) {
        want.n = 0;
        for (int i = 0; i < n; i++) {
            int goes = 0;
            for (int k = 0; k < taken; k++)
                goes |= indices[k] == i;
            if (!goes)
                want.at[want.n++] = model[r].at[i];
        }
        model[r] = want;
    }
    Gil_DECREF(key);
}

static void
combine(struct fuzz_input *in, int r)
{
    static struct row with, want;
    int op = (int)fuzz_range(in, 0, 4), times = (int)fuzz_range(in, 0, 4) - 1;
    GilObject *octets = some_octets(in, &with), *result = NULL;

    fuzz_tell("combine %d of %d: %d with %d", op, r, model[r].n, with.n);
    want = model[r];
    if (op == 0 || r == FROZEN) {
        result = GilSequence_Concat(row[r], octets);
        splice(&want, want.n, want.n, &with);
        check_row(result, &want);
    }
    else if (op == 1) {
        result = GilSequence_InPlaceConcat(row[r], octets);
        if (with.n == 0 && view[r] != NULL)
            GilErr_Clear();
        else if (resized(r, result == row[r]))
            splice(&model[r], model[r].n, model[r].n, &with);
    }
    else if (op == 2) {
        result = GilObject_CallMethod(row[r], "extend", "O", octets);
        if (with.n == 0 && view[r] != NULL)
            GilErr_Clear();
        else if (resized(r, result != NULL))
            splice(&model[r], model[r].n, model[r].n, &with);
    }
    else {
        int in_place = op == 4;
        want.n = 0;
        for (int i = 0; i < times; i++)
            splice(&want, want.n, want.n, &model[r]);
        result = in_place ? GilSequence_InPlaceRepeat(row[r], times) : GilSequence_Repeat(row[r], times);
        if (!in_place)
            check_row(result, &want);
        else if (want.n == model[r].n && view[r] != NULL)
            GilErr_Clear();
        else if (resized(r, result == row[r]))
            model[r] = want;
    }
    Gil_XDECREF(result);
    Gil_DECREF(octets);
}

static void
ask(struct fuzz_input *in, int r)
{
    static struct row with;
    int value = (int)fuzz_byte(in), found = 0, sign = 0;
    const struct row *m = &model[r];
    GilObject *number = GilLong_FromLong(value), *octets = some_octets(in, &with);

    for (int i = 0; i < m->n; i++)
        found |= m->at[i] == value;
    FUZZ_CHECK(GilSequence_Contains(row[r], number) == found);
    found = 0;
    for (int i = 0; i + with.n <= m->n; i++)
        found |= memcmp(m->at + i, with.at, (size_t)with.n) == 0;
    fuzz_tell("ask %d for %d octets", r, with.n);
    FUZZ_CHECK(GilSequence_Contains(row[r], octets) == found);
    if (!GilMemoryView_Check(octets)) {
        sign = memcmp(m->at, with.at, (size_t)(m->n < with.n ? m->n : with.n));
        sign = sign != 0 ? sign : m->n - with.n;
        const int truth[6] = {[Gil_LT] = sign < 0, [Gil_LE] = sign <= 0, [Gil_EQ] = sign == 0,
                              [Gil_NE] = sign != 0, [Gil_GT] = sign > 0, [Gil_GE] = sign >= 0};
        for (int op = Gil_LT; op <= Gil_GE; op++)
            FUZZ_CHECK(GilObject_RichCompareBool(row[r], octets, op) == truth[op]);
    }
    GilObject *hex = GilObject_CallMethod(row[r], "hex", NULL);
    FUZZ_CHECK(hex != NULL && GilUnicode_GetLength(hex) == 2 * m->n);
    for (int i = 0; i < m->n; i++)
        FUZZ_CHECK(GilUnicode_ReadChar(hex, 2 * i) == (Gil_UCS4)"0123456789abcdef"[m->at[i] >> 4] &&
                   GilUnicode_ReadChar(hex, 2 * i + 1) == (Gil_UCS4)"0123456789abcdef"[m->at[i] & 15]);
    Gil_DECREF(hex);
    Gil_DECREF(octets);
    Gil_DECREF(number);
}

/* Takes a view, or gives it back. */
static void
pin(struct fuzz_input *in, int r)
{
    (void)in;
    fuzz_tell("pin %d: %s", r, view[r] != NULL ? "off" : "on");
    if (view[r] != NULL)
        Gil_CLEAR(view[r]);
    else if (r != FROZEN) {
        view[r] = GilMemoryView_FromObject(row[r]);
        FUZZ_CHECK(view[r] != NULL && GilObject_Size(view[r]) == model[r].n);
    }
}

/* Through a view the same octets are read and written. */
static void
look(struct fuzz_input *in, int r)
{
    static struct row want;
    int indices[LENGTH_MAX + 1], n = model[r].n;
    int64_t start = fuzz_position(in, n), stop = fuzz_position(in, n);
    long step = fuzz_range(in, -3, 3);

    step += step >= 0;
    want.n = fuzz_slice(start, stop, step, n, indices);
    for (int i = 0; i < want.n; i++)
        want.at[i] = model[r].at[indices[i]];
    GilObject *whole = GilMemoryView_FromObject(row[r]), *key = fuzz_slice_object(start, stop, step);
    GilObject *part = GilObject_GetItem(whole, key), *copy = GilBytes_FromObject(part);
    check_row(copy, &want);
    if (r != FROZEN && want.n > 0) {
        int at = (int)fuzz_range(in, 0, want.n - 1), value = (int)fuzz_byte(in);
        GilObject *index = GilLong_FromLong(at), *number = GilLong_FromLong(value);
        FUZZ_CHECK(GilObject_SetItem(part, index, number) == 0);
        model[r].at[indices[at]] = (uint8_t)value;
        Gil_DECREF(index);
        Gil_DECREF(number);
    }
    Gil_DECREF(copy);
    Gil_DECREF(part);
    Gil_DECREF(key);
    Gil_DECREF(whole);
}

static void
exchange(struct fuzz_input *in, int r)
{
    static struct row want;
    GilObject *octets = some_octets(in, &want);
    GilObject *made = r == FROZEN ? GilBytes_FromObject(octets) : GilByteArray_FromObject(octets);

    FUZZ_CHECK(made != NULL);
    Gil_CLEAR(view[r]);
    Gil_SETREF(row[r], made);
    model[r] = want;
    Gil_DECREF(octets);
}

void
fuzz_target(struct fuzz_input *in)
{
    static void (*const steps[])(struct fuzz_input *, int) = {change_one, slice, combine,  ask,
                                                              pin,        look,  exchange, change_one};

    for (int i = 0; i < ROWS; i++) {
        row[i] = i == FROZEN ? GilBytes_FromStringAndSize(NULL, 0) : GilByteArray_FromStringAndSize(NULL, 0);
        model[i].n = 0;
    }
    while (fuzz_more(in)) {
        unsigned choice = fuzz_byte(in);
        int r = (int)(choice >> 6) % ROWS;
        steps[(choice & 63) % Gil_ARRAY_LENGTH(steps)](in, r);
        check_row(row[r], &model[r]);
        if (model[r].n > LENGTH_MAX / 2) {
            Gil_CLEAR(view[r]);
            Gil_SETREF(row[r], GilSequence_GetSlice(row[r], 0, 10));
            model[r].n = 10;
        }
    }
    for (int i = 0; i < ROWS; i++) {
        Gil_CLEAR(view[i]);
        Gil_CLEAR(row[i]);
    }
}
