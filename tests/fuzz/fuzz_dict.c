/* SPDX-License-Identifier: MIT */
/* Dicts against an array of pairs in order of insertion, searched from its beginning. */
#include "fuzz/keys.h"

const char fuzz_name[] = "dict";

struct pair {
    int key, value;
};

struct table {
    int n;
    struct pair pair[KEYS];
};

static GilObject *dict[2];
static struct table model[2];

void
fuzz_setup(void)
{
    keys_setup();
}

static GilObject *
value_object(int value)
{
    return GilLong_FromLong(200000 + value);
}

static int
value_number(GilObject *op)
{
    return (int)GilLong_AsLong(op) - 200000;
}

static int
find(const struct table *t, int key)
{
    for (int i = 0; i < t->n; i++)
        if (SAME_KEY(t->pair[i].key, key))
            return i;
    return -1;
}

static void
put(struct table *t, int key, int value, int override)
{
    int at = find(t, key);

    if (at < 0)
        t->pair[t->n++] = (struct pair){key, value};
    else if (override)
        t->pair[at].value = value; /* the key that was there stays */
}

static void
drop(struct table *t, int at)
{
    for (t->n--; at < t->n; at++)
        t->pair[at] = t->pair[at + 1];
}

/* Which of two equal keys it is; of two equal str none can tell. */
static int
is_key(GilObject *op, int key)
{
    return key_text(key) != NULL ? SAME_KEY(key_number(op), key) : key_number(op) == key;
}

static void
check_list(GilObject *list, const struct table *t, int part)
{
    FUZZ_CHECK(list != NULL && GilList_GET_SIZE(list) == t->n);
    for (int i = 0; i < t->n; i++) {
        GilObject *item = GilList_GetItemRef(list, i);
        if (part == 0)
            FUZZ_CHECK(is_key(item, t->pair[i].key));
        else if (part == 1)
            FUZZ_CHECK(value_number(item) == t->pair[i].value);
        else
            FUZZ_CHECK(GilTuple_GET_SIZE(item) == 2 && is_key(GilTuple_GetItem(item, 0), t->pair[i].key) &&
                       value_number(GilTuple_GetItem(item, 1)) == t->pair[i].value);
        Gil_DECREF(item);
    }
    Gil_DECREF(list);
}

static void
check_table(GilObject *op, const struct table *t)
{
    Gil_ssize_t position = 0;
    GilObject *key, *value;
    int i = 0;

    FUZZ_CHECK(op != NULL && GilDict_Size(op) == t->n);
    for (; GilDict_Next(op, &position, &key, &value); i++)
        FUZZ_CHECK(i < t->n && is_key(key, t->pair[i].key) && value_number(value) == t->pair[i].value);
    FUZZ_CHECK(i == t->n);
    for (i = 0; i < t->n; i++) {
        GilObject *looked_up = key_object(t->pair[i].key ^ 1);
        FUZZ_CHECK(GilDict_GetItemRef(op, looked_up, &value) == 1 && value_number(value) == t->pair[i].value);
        Gil_DECREF(value);
        Gil_DECREF(looked_up);
    }
}

static void
set_one(struct fuzz_input *in, int w)
{
    int key = (int)fuzz_range(in, 0, KEYS - 1), value = (int)fuzz_byte(in), op = (int)fuzz_range(in, 0, 3);
    int at = find(&model[w], key);
    GilObject *k = key_object(key), *v = value_object(value), *got;

    fuzz_tell("set %d: key %d value %d", op, key, value);
    if (op == 0)
        FUZZ_CHECK(GilDict_SetItem(dict[w], k, v) == 0);
    else if (op == 1)
        FUZZ_CHECK(GilObject_SetItem(dict[w], k, v) == 0);
    else if (op == 2 && key_text(key) != NULL)
        FUZZ_CHECK(GilDict_SetItemString(dict[w], key_text(key), v) == 0);
    else {
        FUZZ_CHECK(GilDict_SetDefaultRef(dict[w], k, v, &got) == (at >= 0));
        FUZZ_CHECK(value_number(got) == (at >= 0 ? model[w].pair[at].value : value));
        Gil_DECREF(got);
        if (at >= 0)
            value = model[w].pair[at].value;
    }
    put(&model[w], key, value, 1);
    Gil_DECREF(k);
    Gil_DECREF(v);
}

static void
take_one(struct fuzz_input *in, int w)
{
    struct table *t = &model[w];
    int key = (int)fuzz_range(in, 0, KEYS - 1), op = (int)fuzz_range(in, 0, 4), at = find(t, key);
    int value = at >= 0 ? t->pair[at].value : -1;
    GilObject *k = key_object(key), *got = NULL;

    fuzz_tell("take %d: key %d", op, key);
    if (op == 4) {
        got = GilObject_CallMethod(dict[w], "popitem", NULL);
        if (t->n > 0) {
            FUZZ_CHECK(got != NULL && is_key(GilTuple_GetItem(got, 0), t->pair[t->n - 1].key));
            FUZZ_CHECK(value_number(GilTuple_GetItem(got, 1)) == t->pair[t->n - 1].value);
            t->n--;
        }
        else
            FUZZ_ERROR(GilExc_KeyError);
        at = -1;
    }
    else if (op == 0) {
        FUZZ_CHECK(GilDict_DelItem(dict[w], k) == (at >= 0 ? 0 : -1));
        if (at < 0)
            FUZZ_ERROR(GilExc_KeyError);
    }
    else if (op == 1) {
        FUZZ_CHECK(GilDict_Pop(dict[w], k, &got) == (at >= 0));
        FUZZ_CHECK(at < 0 ? got == NULL : value_number(got) == value);
    }
    else if (op == 2 && key_text(key) != NULL)
        FUZZ_CHECK(GilDict_PopString(dict[w], key_text(key), NULL) == (at >= 0));
    else {
        got = GilObject_CallMethod(dict[w], "pop", "O", k);
        if (at >= 0)
            FUZZ_CHECK(value_number(got) == value);
        else
            FUZZ_ERROR(GilExc_KeyError);
    }
    if (at >= 0)
        drop(t, at);
    Gil_XDECREF(got);
    Gil_DECREF(k);
}

static void
ask_one(struct fuzz_input *in, int w)
{
    int key = (int)fuzz_range(in, 0, KEYS - 1), at = find(&model[w], key);
    GilObject *k = key_object(key), *got;

    fuzz_tell("ask: key %d", key);
    FUZZ_CHECK(GilDict_Contains(dict[w], k) == (at >= 0));
    FUZZ_CHECK(GilSequence_Contains(dict[w], k) == (at >= 0));
    if (key_text(key) != NULL) {
        FUZZ_CHECK(GilDict_ContainsString(dict[w], key_text(key)) == (at >= 0));
        FUZZ_CHECK(GilDict_GetItemStringRef(dict[w], key_text(key), &got) == (at >= 0));
        Gil_XDECREF(got);
    }
    got = GilObject_GetItem(dict[w], k);
    if (at >= 0)
        FUZZ_CHECK(value_number(got) == model[w].pair[at].value);
    else
        FUZZ_ERROR(GilExc_KeyError);
    Gil_XDECREF(got);
    Gil_DECREF(k);
}

/* The whole of one into the other, or of a list of pairs. */
static void
merge(struct fuzz_input *in, int w)
{
    int op = (int)fuzz_range(in, 0, 5), override = op != 1 && op != 3, other = (int)fuzz_range(in, 0, 1);
    struct table from = model[other];
    GilObject *list = NULL;

    fuzz_tell("merge %d: %d with %d", op, w, other);
    if (op == 0)
        FUZZ_CHECK(GilDict_Update(dict[w], dict[other]) == 0);
    else if (op == 1)
        FUZZ_CHECK(GilDict_Merge(dict[w], dict[other], 0) == 0);
    else if (op == 2 || op == 3) {
        list = GilDict_Items(dict[other]);
        FUZZ_CHECK(GilDict_MergeFromSeq2(dict[w], list, override) == 0);
    }
    else {
        list = GilObject_CallMethod(dict[w], "update", "O", dict[other]);
        FUZZ_CHECK(list == Gil_None);
    }
    for (int i = 0; i < from.n; i++)
        put(&model[w], from.pair[i].key, from.pair[i].value, override);
    Gil_XDECREF(list);
}

static void
whole(struct fuzz_input *in, int w)
{
    int op = (int)fuzz_range(in, 0, 4), equal;

    fuzz_tell("whole %d", op);
    if (op == 0) {
        GilDict_Clear(dict[w]);
        model[w].n = 0;
    }
    else if (op == 1) {
        GilObject *copy = GilDict_Copy(dict[w]);
        check_table(copy, &model[w]);
        Gil_SETREF(dict[!w], copy);
        model[!w] = model[w];
    }
    else if (op == 2) {
        check_list(GilDict_Keys(dict[w]), &model[w], 0);
        check_list(GilDict_Values(dict[w]), &model[w], 1);
        check_list(GilDict_Items(dict[w]), &model[w], 2);
    }
    else if (op == 3) {
        static const char *const views[] = {"keys", "values", "items"};
        for (int part = 0; part < 3; part++) {
            GilObject *view = GilObject_CallMethod(dict[w], views[part], NULL);
            FUZZ_CHECK(view != NULL && GilObject_Size(view) == model[w].n);
            check_list(GilSequence_List(view), &model[w], part);
            Gil_DECREF(view);
        }
    }
    equal = model[0].n == model[1].n;
    for (int i = 0; i < model[0].n && equal; i++) {
        int at = find(&model[1], model[0].pair[i].key);
        equal = at >= 0 && model[1].pair[at].value == model[0].pair[i].value;
    }
    FUZZ_CHECK(GilObject_RichCompareBool(dict[0], dict[1], Gil_EQ) == equal);
    FUZZ_CHECK(GilObject_RichCompareBool(dict[0], dict[1], Gil_NE) == !equal);
}

/* An iterator goes on while values change, and says so when keys came or went. */
static void
iterate(struct fuzz_input *in, int w)
{
    static const char *const views[] = {"keys", "values", "items"};
    int part = (int)fuzz_range(in, 0, 2), i = 0, changed = 0;
    struct table *t = &model[w];
    GilObject *view = GilObject_CallMethod(dict[w], views[part], NULL), *iter = GilObject_GetIter(view), *item;

    Gil_DECREF(view);
    while ((item = GilIter_Next(iter)) != NULL) {
        GilObject *key = part == 0 ? item : part == 2 ? GilTuple_GetItem(item, 0) : NULL;
        GilObject *value = part == 1 ? item : part == 2 ? GilTuple_GetItem(item, 1) : NULL;
        FUZZ_CHECK(!changed && i < t->n);
        FUZZ_CHECK(key == NULL || is_key(key, t->pair[i].key));
        FUZZ_CHECK(value == NULL || value_number(value) == t->pair[i].value);
        Gil_DECREF(item);
        int choice = (int)fuzz_range(in, 0, 7);
        if (choice == 1) {
            int changed_value = (int)fuzz_byte(in), at = (int)fuzz_range(in, 0, t->n - 1);
            GilObject *k = key_object(t->pair[at].key), *v = value_object(changed_value);
            FUZZ_CHECK(GilDict_SetItem(dict[w], k, v) == 0);
            t->pair[at].value = changed_value;
            Gil_DECREF(k);
            Gil_DECREF(v);
        }
        else if (choice == 2) {
            int before = t->n;
            take_one(in, w);
            changed = t->n != before;
        }
        i++;
    }
    if (changed) {
        FUZZ_ERROR(GilExc_RuntimeError);
        FUZZ_CHECK(GilIter_Next(iter) == NULL);
        FUZZ_ERROR(GilExc_RuntimeError);
    }
    else
        FUZZ_CHECK(GilErr_Occurred() == NULL && i == t->n);
    Gil_DECREF(iter);
}

static void
unhashable(struct fuzz_input *in, int w)
{
    GilObject *key = GilList_New(0), *got;

    (void)in;
    FUZZ_CHECK(GilDict_SetItem(dict[w], key, key) == -1);
    FUZZ_ERROR(GilExc_TypeError);
    FUZZ_CHECK(GilDict_GetItemRef(dict[w], key, &got) == -1 && got == NULL);
    FUZZ_ERROR(GilExc_TypeError);
    Gil_DECREF(key);
}

void
fuzz_target(struct fuzz_input *in)
{
    static void (*const steps[])(struct fuzz_input *, int) = {set_one, take_one, ask_one, merge, whole, iterate,
                                                              set_one, take_one, unhashable};

    for (int i = 0; i < 2; i++) {
        dict[i] = GilDict_New();
        model[i].n = 0;
    }
    while (fuzz_more(in)) {
        unsigned choice = fuzz_byte(in);
        int w = choice >> 7;
        steps[(choice & 127) % Gil_ARRAY_LENGTH(steps)](in, w);
        check_table(dict[w], &model[w]);
    }
    for (int i = 0; i < 2; i++)
        Gil_CLEAR(dict[i]);
}
