/* SPDX-License-Identifier: MIT */
/* Sets and frozensets against a table of marks. */
#include "fuzz/keys.h"

#include <string.h>

const char fuzz_name[] = "set";

/* Equal keys share a mark; which of them is in the set shows too: 0 none, else the key + 1. */
struct marks {
    int kept[KEYS / 2];
};

static GilObject *set[3];
static struct marks model[3];

void
fuzz_setup(void)
{
    keys_setup();
}

static int
count(const struct marks *m)
{
    int n = 0;

    for (int i = 0; i < KEYS / 2; i++)
        n += m->kept[i] != 0;
    return n;
}

static void
check_set(GilObject *op, const struct marks *m)
{
    int seen[KEYS / 2] = {0}, n = 0;
    GilObject *iter = GilObject_GetIter(op), *item;

    FUZZ_CHECK(GilAnySet_Check(op) && GilSet_Size(op) == count(m));
    while ((item = GilIter_Next(iter)) != NULL) {
        int key = key_number(item);
        FUZZ_CHECK(!seen[key / 2]++ && m->kept[key / 2] != 0);
        FUZZ_CHECK(key_text(key) != NULL || m->kept[key / 2] == key + 1);
        Gil_DECREF(item);
        n++;
    }
    FUZZ_CHECK(GilErr_Occurred() == NULL && n == count(m));
    Gil_DECREF(iter);
    for (int key = 1; key < KEYS; key += 2) {
        GilObject *k = key_object(key);
        FUZZ_CHECK(GilSet_Contains(op, k) == (m->kept[key / 2] != 0));
        Gil_DECREF(k);
    }
}

/* Set 2 is a frozenset. */
static void
change_one(struct fuzz_input *in, int w)
{
    int op = (int)fuzz_range(in, 0, 5), key = (int)fuzz_range(in, 0, KEYS - 1);
    int *kept = &model[w].kept[key / 2];
    GilObject *k = key_object(key), *got = NULL;

    fuzz_tell("change %d of %d: key %d", op, w, key);
    if (w == 2) {
        Gil_INCREF(set[w]);
        FUZZ_CHECK(GilSet_Add(set[w], k) == -1 || *kept != 0);
        GilErr_Clear();
        Gil_DECREF(set[w]);
    }
    else if (op == 0) {
        FUZZ_CHECK(GilSet_Add(set[w], k) == 0);
        *kept = *kept != 0 ? *kept : key + 1;
    }
    else if (op == 1) {
        FUZZ_CHECK(GilSet_Discard(set[w], k) == (*kept != 0));
        *kept = 0;
    }
    else if (op == 2) {
        got = GilSet_Pop(set[w]);
        if (got != NULL) {
            kept = &model[w].kept[key_number(got) / 2];
            FUZZ_CHECK(*kept != 0);
            *kept = 0;
        }
        else {
            FUZZ_ERROR(GilExc_KeyError);
            FUZZ_CHECK(count(&model[w]) == 0);
        }
    }
    else if (op == 3) {
        got = GilObject_CallMethod(set[w], "remove", "O", k);
        if (*kept == 0)
            FUZZ_ERROR(GilExc_KeyError);
        FUZZ_CHECK((got != NULL) == (*kept != 0));
        *kept = 0;
    }
    else if (op == 4) {
        got = GilObject_CallMethod(set[w], "add", "O", k);
        FUZZ_CHECK(got == Gil_None);
        *kept = *kept != 0 ? *kept : key + 1;
    }
    else {
        FUZZ_CHECK(GilSet_Clear(set[w]) == 0);
        memset(&model[w], 0, sizeof model[w]);
    }
    Gil_XDECREF(got);
    Gil_DECREF(k);
}

enum algebra { UNION, INTERSECTION, DIFFERENCE, SYMMETRIC };

/* Of equal elements the left one stays. An intersection may take either, so the result is asked. */
static struct marks
combine(enum algebra op, const struct marks *a, const struct marks *b)
{
    struct marks result;

    for (int i = 0; i < KEYS / 2; i++) {
        int left = a->kept[i], right = b->kept[i];
        result.kept[i] = op == UNION        ? (left != 0 ? left : right)
                         : op == DIFFERENCE ? (right != 0 ? 0 : left)
                         : op == SYMMETRIC  ? (left != 0 && right != 0 ? 0 : left + right)
                                            : (right != 0 ? left : 0);
    }
    return result;
}

/* Puts into the model of an intersection which of equal elements is there. */
static void
adopt(GilObject *op, struct marks *m)
{
    GilObject *iter = GilObject_GetIter(op), *item;

    while ((item = GilIter_Next(iter)) != NULL) {
        int key = key_number(item);
        if (m->kept[key / 2] != 0)
            m->kept[key / 2] = key + 1;
        Gil_DECREF(item);
    }
    Gil_DECREF(iter);
}

static GilObject *
list_of(const struct marks *m)
{
    GilObject *list = GilList_New(0);

    for (int i = 0; i < KEYS / 2; i++)
        if (m->kept[i] != 0) {
            GilObject *k = key_object(m->kept[i] - 1);
            FUZZ_CHECK(GilList_Append(list, k) == 0);
            Gil_DECREF(k);
        }
    return list;
}

static void
algebra(struct fuzz_input *in, int w)
{
    static GilObject *(*const fresh[])(GilObject *, GilObject *) = {GilNumber_Or, GilNumber_And, GilNumber_Subtract,
                                                                    GilNumber_Xor};
    static GilObject *(*const in_place[])(GilObject *, GilObject *) = {GilNumber_InPlaceOr, GilNumber_InPlaceAnd,
                                                                       GilNumber_InPlaceSubtract, GilNumber_InPlaceXor};
    static const char *const names[] = {"union", "intersection", "difference", "symmetric_difference"};
    static const char *const updates[] = {"update", "intersection_update", "difference_update",
                                          "symmetric_difference_update"};
    int op = (int)fuzz_range(in, 0, 3), how = (int)fuzz_range(in, 0, 3), other = (int)fuzz_range(in, 0, 2);
    struct marks want = combine((enum algebra)op, &model[w], &model[other]);
    GilObject *result, *list = list_of(&model[other]);

    fuzz_tell("algebra %s, way %d: %d with %d", names[op], how, w, other);
    if (how == 0)
        result = fresh[op](set[w], set[other]);
    else if (how == 1)
        result = in_place[op](set[w], set[other]);
    else if (how == 2 || w == 2)
        result = GilObject_CallMethod(set[w], names[op], "O", list);
    else {
        GilObject *none = GilObject_CallMethod(set[w], updates[op], "O", list);
        FUZZ_CHECK(none == Gil_None);
        result = Gil_NewRef(set[w]);
    }
    FUZZ_CHECK(result != NULL && (Gil_TYPE(result) == Gil_TYPE(set[w])));
    FUZZ_CHECK(how != 1 || w == 2 || result == set[w]);
    if (op == INTERSECTION)
        adopt(result, &want);
    check_set(result, &want);
    Gil_SETREF(set[w], result);
    model[w] = want;
    Gil_DECREF(list);
}

static void
ask(struct fuzz_input *in, int w)
{
    int other = (int)fuzz_range(in, 0, 2), below = 1, above = 1, apart = 1;

    for (int i = 0; i < KEYS / 2; i++) {
        below &= model[w].kept[i] == 0 || model[other].kept[i] != 0;
        above &= model[other].kept[i] == 0 || model[w].kept[i] != 0;
        apart &= model[w].kept[i] == 0 || model[other].kept[i] == 0;
    }
    fuzz_tell("ask %d about %d", w, other);
    const int truth[6] = {[Gil_LT] = below && !above, [Gil_LE] = below, [Gil_EQ] = below && above,
                          [Gil_NE] = !below || !above, [Gil_GT] = above && !below, [Gil_GE] = above};
    for (int op = Gil_LT; op <= Gil_GE; op++) {
        GilObject *answer = GilObject_RichCompare(set[w], set[other], op);
        FUZZ_CHECK(answer != NULL && GilObject_IsTrue(answer) == truth[op]);
        Gil_DECREF(answer);
    }
    GilObject *answer = GilObject_CallMethod(set[w], "isdisjoint", "O", set[other]);
    FUZZ_CHECK(answer != NULL && GilObject_IsTrue(answer) == apart);
    Gil_DECREF(answer);
    GilObject *first = GilFrozenSet_New(set[w]), *second = GilFrozenSet_New(set[other]);
    FUZZ_CHECK(GilObject_RichCompareBool(first, second, Gil_EQ) == (below && above));
    if (below && above)
        FUZZ_CHECK(GilObject_Hash(first) == GilObject_Hash(second));
    Gil_DECREF(first);
    Gil_DECREF(second);
}

static void
remake(struct fuzz_input *in, int w)
{
    GilObject *list = list_of(&model[w]);
    GilObject *made = w == 2 ? GilFrozenSet_New(list) : GilSet_New(list);

    (void)in;
    fuzz_tell("remake %d", w);
    FUZZ_CHECK(made != NULL);
    Gil_SETREF(set[w], made);
    Gil_DECREF(list);
}

/* An iterator meets each element once, or tells that the set has changed. */
static void
iterate(struct fuzz_input *in, int w)
{
    int before = count(&model[w]), met = 0, changed = 0;
    GilObject *iter = GilObject_GetIter(set[w]), *item;

    fuzz_tell("iterate %d", w);
    while ((item = GilIter_Next(iter)) != NULL) {
        FUZZ_CHECK(!changed && model[w].kept[key_number(item) / 2] != 0);
        Gil_DECREF(item);
        met++;
        if (w != 2 && fuzz_byte(in) % 8 == 1) {
            change_one(in, w);
            changed = count(&model[w]) != before;
        }
    }
    if (GilErr_Occurred() != NULL)
        FUZZ_ERROR(GilExc_RuntimeError);
    else
        FUZZ_CHECK(!changed && met == before);
    Gil_DECREF(iter);
}

void
fuzz_target(struct fuzz_input *in)
{
    static void (*const steps[])(struct fuzz_input *, int) = {change_one, algebra, change_one, ask, iterate, remake};

    for (int i = 0; i < 3; i++) {
        set[i] = i == 2 ? GilFrozenSet_New(NULL) : GilSet_New(NULL);
        memset(&model[i], 0, sizeof model[i]);
    }
    while (fuzz_more(in)) {
        unsigned choice = fuzz_byte(in);
        int w = (int)(choice >> 6) % 3;
        steps[(choice & 63) % Gil_ARRAY_LENGTH(steps)](in, w);
        check_set(set[w], &model[w]);
    }
    for (int i = 0; i < 3; i++)
        Gil_CLEAR(set[i]);
}
