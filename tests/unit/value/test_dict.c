/* SPDX-License-Identifier: MIT */
/* The dict's table: against a slow model, under comparisons that change it, and without memory. */
#include "support/probe.h"
#include "support/support.h"
#include "value/dict.h"

#include <pthread.h>
#include <stdlib.h>

/* The model: keys are small numbers; order tells in which order they came. */
enum { KEYS = 60 };
struct model {
    int value[KEYS]; /* -1: not there */
    int order[KEYS];
    int count;
};

static void
model_remove(struct model *m, int key)
{
    int to = 0;
    if (m->value[key] < 0)
        return;
    for (int i = 0; i < m->count; i++)
        if (m->order[i] != key)
            m->order[to++] = m->order[i];
    m->count = to;
    m->value[key] = -1;
}

static void
model_put(struct model *m, int key, int value)
{
    if (m->value[key] < 0)
        m->order[m->count++] = key;
    m->value[key] = value;
}

/* Keys of every kind that has a path of its own: int, str, and objects that must be asked; many share their hash. */
static GilObject *
make_key(int key)
{
    if (key % 3 == 0)
        return GilLong_FromLong(key);
    return key % 3 == 1 ? GilUnicode_FromFormat("key%d", key) : gil_test_probe(key, key % 4, NULL);
}

static void
compare(struct gil_dict *d, const struct model *m, GilObject *const *keys)
{
    Gil_ssize_t pos = 0;
    gil_dict_validate(d);
    ck_assert_int_eq(d->used, m->count);
    for (int i = 0; i < m->count; i++) {
        struct gil_dict_entry *e = gil_dict_walk(d, &pos);
        ck_assert_ptr_nonnull(e);
        ck_assert_ptr_eq(e->key, keys[m->order[i]]);
        ck_assert_int_eq(GilLong_AsLong(e->value), m->value[m->order[i]]);
    }
    ck_assert_ptr_null(gil_dict_walk(d, &pos));
}

START_TEST(test_value_dict__agrees_with_a_model)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *keys[KEYS], *op = GilDict_New();
    struct gil_dict *d = gil_dict(op);
    struct model m = {.count = 0};
    srand(11);
    for (int i = 0; i < KEYS; i++) {
        keys[i] = make_key(i);
        m.value[i] = -1;
    }
    for (int step = 0; step < 30000; step++) {
        int key = rand() % KEYS, action = rand() % 100;
        GilObject *equal = make_key(key); /* equal, not identical */
        Gil_hash_t hash = gil_dict_hash(equal);
        Gil_ssize_t ix = gil_dict_lookup(d, equal, hash);
        ck_assert_int_eq(ix >= 0, m.value[key] >= 0);
        if (action < 45) {
            GilObject *value = GilLong_FromLong(step);
            ck_assert_int_eq(gil_dict_put(ts, d, keys[key], hash, value, 1), 0);
            Gil_DECREF(value);
            model_put(&m, key, step);
        }
        else if (action < 99 && ix >= 0) {
            struct gil_dict_entry e = gil_dict_take(d, ix);
            Gil_DECREF(e.key);
            Gil_DECREF(e.value);
            model_remove(&m, key);
        }
        else if (action == 99 && step % 7 == 0) {
            gil_dict_clear(d);
            while (m.count > 0)
                model_remove(&m, m.order[0]);
        }
        Gil_DECREF(equal);
        if (step % 16 == 0)
            compare(d, &m, keys);
    }
    compare(d, &m, keys);
    Gil_DECREF(op);
    for (int i = 0; i < KEYS; i++)
        Gil_DECREF(keys[i]);
    ck_assert_int_eq(gil_test_probes(), 0);
}
END_TEST

START_TEST(test_value_dict__empty_dict_has_no_table_of_its_own)
{
    GilObject *a = GilDict_New(), *b = GilDict_New();
    ck_assert_ptr_eq(gil_dict(a)->table, gil_dict(b)->table);
    gil_dict_validate(gil_dict(a));
    ck_assert_int_eq(GilDict_SetItemString(a, "x", Gil_None), 0);
    ck_assert_ptr_ne(gil_dict(a)->table, gil_dict(b)->table);
    GilDict_Clear(a);
    ck_assert_ptr_eq(gil_dict(a)->table, gil_dict(b)->table);
    Gil_DECREF(a);
    Gil_DECREF(b);
}
END_TEST

START_TEST(test_value_dict__grows_through_all_index_widths)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *op = GilDict_New();
    for (long i = 0; i < 100000; i++) {
        GilObject *key = GilLong_FromLong(i * 7919);
        ck_assert_int_eq(gil_dict_put(ts, gil_dict(op), key, gil_dict_hash(key), key, 1), 0);
        Gil_DECREF(key);
    }
    gil_dict_validate(gil_dict(op));
    ck_assert_int_eq(gil_dict(op)->used, 100000);
    ck_assert_int_eq(gil_dict(op)->table->log2_width, 2);
    for (long i = 0; i < 100000; i += 13) {
        GilObject *key = GilLong_FromLong(i * 7919);
        Gil_ssize_t ix = gil_dict_lookup(gil_dict(op), key, gil_dict_hash(key));
        ck_assert_int_eq(ix, i);
        Gil_DECREF(key);
    }
    Gil_DECREF(op);
}
END_TEST

START_TEST(test_value_dict__churn_does_not_grow_the_table)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *op = GilDict_New();
    for (long i = 0; i < 10000; i++) {
        GilObject *key = GilLong_FromLong(i);
        ck_assert_int_eq(gil_dict_add(ts, gil_dict(op), key, gil_dict_hash(key), key), 0);
        Gil_DECREF(key);
        if (i >= 4) {
            GilObject *old = GilLong_FromLong(i - 4);
            ck_assert_int_eq(GilDict_DelItem(op, old), 0);
            Gil_DECREF(old);
        }
    }
    ck_assert_int_eq(gil_dict(op)->used, 4);
    ck_assert_int_le(gil_dict(op)->table->log2_slots, 4);
    gil_dict_validate(gil_dict(op));
    Gil_DECREF(op);
}
END_TEST

/* --- comparisons that change the dict --- */

struct evil {
    GilObject *dict;
    int action, times;
    long next;
};

enum { CLEAR, GROW, REMOVE_AND_ADD, REPLACE_VALUES, RAISE, ACTIONS };

static int
do_evil(void *arg)
{
    struct evil *evil = arg;
    if (evil->times == 0)
        return 0;
    evil->times--;
    switch (evil->action) {
    case CLEAR:
        GilDict_Clear(evil->dict);
        return 0;
    case GROW:
        for (int i = 0; i < 50; i++) {
            GilObject *n = GilLong_FromLong(1000 + evil->next++);
            int rc = GilDict_SetItem(evil->dict, n, n);
            Gil_DECREF(n);
            if (rc < 0)
                return -1;
        }
        return 0;
    case REMOVE_AND_ADD: { /* the table may come back at the same address with the same number of entries */
        GilObject *copy = GilDict_Copy(evil->dict), *key, *value;
        Gil_ssize_t pos = 0;
        GilDict_Clear(evil->dict);
        while (GilDict_Next(copy, &pos, &key, &value)) {
            struct gil_dict_entry *e = &gil_dict_entries(gil_dict(copy)->table)[pos - 1];
            if (gil_dict_add(gil_tstate_need(__func__), gil_dict(evil->dict), key, e->hash, value) < 0)
                return -1;
        }
        Gil_DECREF(copy);
        return 0;
    }
    case REPLACE_VALUES: {
        struct gil_dict_entry *e;
        Gil_ssize_t pos = 0;
        while ((e = gil_dict_walk(gil_dict(evil->dict), &pos)) != NULL)
            Gil_SETREF(e->value, Gil_None);
        return 0;
    }
    default:
        GilErr_SetString(GilExc_ArithmeticError, "evil");
        return -1;
    }
}

/* An operation on d with a key that is equal to one there (present) or to none. 1, 0, -1. */
static int
operate(int operation, GilObject *d, GilObject *key)
{
    GilObject *result = NULL;
    int rc;
    switch (operation) {
    case 0:
        rc = GilDict_GetItemRef(d, key, &result);
        break;
    case 1:
        rc = GilDict_Contains(d, key);
        break;
    case 2:
        rc = GilDict_SetItem(d, key, Gil_None);
        break;
    case 3:
        rc = GilDict_Pop(d, key, &result);
        break;
    case 4:
        rc = GilDict_SetDefaultRef(d, key, Gil_None, &result);
        break;
    default:
        rc = GilDict_DelItem(d, key);
        if (rc < 0 && GilErr_ExceptionMatches(GilExc_KeyError)) {
            GilErr_Clear();
            rc = 0;
        }
        break;
    }
    Gil_XDECREF(result);
    return rc;
}
enum { OPERATIONS = 6 };

START_TEST(test_H1_every_operation_under_every_evil_comparison)
{
    for (int action = 0; action < ACTIONS; action++)
        for (int operation = 0; operation < OPERATIONS; operation++)
            for (int times = 1; times <= 3; times += 2)
                for (int present = 0; present < 2; present++) {
                    GilObject *d = GilDict_New();
                    struct evil evil = {.dict = d, .action = action};
                    struct gil_test_probe_hooks hooks = {.on_compare = do_evil, .arg = &evil};
                    for (int i = 0; i < 4; i++) {
                        GilObject *key = gil_test_probe(i, 5, &hooks);
                        ck_assert_int_eq(GilDict_SetItem(d, key, Gil_None), 0);
                        Gil_DECREF(key);
                    }
                    GilObject *key = gil_test_probe(present ? 3 : 77, 5, NULL);
                    evil.times = times;
                    int rc = operate(operation, d, key);
                    if (action == RAISE) {
                        ck_assert_int_eq(rc, -1);
                        gil_test_error(GilExc_ArithmeticError, "evil");
                        ck_assert_int_eq(GilDict_Size(d), 4);
                    }
                    else
                        ck_assert_int_ge(rc, 0);
                    ck_assert_ptr_null(GilErr_Occurred());
                    evil.times = 0;
                    gil_dict_validate(gil_dict(d));
                    Gil_DECREF(key);
                    Gil_DECREF(d);
                    ck_assert_int_eq(gil_test_probes(), 0);
                }
}
END_TEST

START_TEST(test_H1_dict_that_changes_at_every_comparison)
{
    GilObject *d = GilDict_New();
    struct evil evil = {.dict = d, .action = REMOVE_AND_ADD, .times = 0};
    struct gil_test_probe_hooks hooks = {.on_compare = do_evil, .arg = &evil};
    GilObject *there = gil_test_probe(1, 5, &hooks), *key = gil_test_probe(1, 5, NULL);
    ck_assert_int_eq(GilDict_SetItem(d, there, Gil_None), 0);
    evil.times = -1; /* for ever */
    ck_assert_int_eq(GilDict_Contains(d, key), -1);
    gil_test_error(GilExc_RuntimeError, "dictionary changed again and again during lookup");
    evil.times = 0;
    ck_assert_int_eq(GilDict_Contains(d, key), 1);
    Gil_DECREF(there);
    Gil_DECREF(key);
    Gil_DECREF(d);
}
END_TEST

static void
look_at(void *arg)
{
    ck_assert_int_eq(GilDict_Size(arg), 0);
    gil_dict_validate(gil_dict(arg));
    ck_assert_int_eq(GilDict_SetItemString(arg, "new", Gil_None), 0);
    GilDict_Clear(arg);
}

START_TEST(test_H4_dying_items_see_an_empty_dict)
{
    GilObject *d = GilDict_New();
    struct gil_test_probe_hooks hooks = {.on_free = look_at, .arg = d};
    for (int i = 0; i < 20; i++) {
        GilObject *key = gil_test_probe(i, i, NULL), *value = gil_test_probe(i, i, &hooks);
        ck_assert_int_eq(GilDict_SetItem(d, key, value), 0);
        Gil_DECREF(key);
        Gil_DECREF(value);
    }
    GilDict_Clear(d);
    ck_assert_int_eq(gil_test_probes(), 0);
    ck_assert_int_eq(GilDict_Size(d), 0);
    Gil_DECREF(d);
}
END_TEST

START_TEST(test_J1_dict_is_unchanged_when_it_cannot_grow)
{
    GilObject *d = GilDict_New();
    for (int i = 0; i < 5; i++) {
        GilObject *n = GilLong_FromLong(i);
        GilDict_SetItem(d, n, n);
        Gil_DECREF(n);
    }
    gil_test_fail_alloc(1, 1);
    int rc = GilDict_SetItem(d, Gil_None, Gil_None);
    gil_test_fail_alloc_off();
    ck_assert_int_eq(rc, -1);
    gil_test_raised(GilExc_MemoryError);
    gil_dict_validate(gil_dict(d));
    gil_test_repr(d, "{0: 0, 1: 1, 2: 2, 3: 3, 4: 4}");
    ck_assert_int_eq(GilDict_SetItem(d, Gil_None, Gil_None), 0);
    ck_assert_int_eq(GilDict_Size(d), 6);
    Gil_DECREF(d);
}
END_TEST

/* A million dicts within dicts, where the stack is 64 KiB. */
static void *
destroy(void *arg)
{
    GilThreadStateToken *token = GilThreadState_Ensure(arg);
    if (token == NULL)
        return NULL;
    GilObject *deep = GilDict_New();
    long most = gil_test_plenty(1000000);
    for (long i = 0; deep != NULL && i < most; i++) {
        GilObject *outer = GilDict_New();
        if (outer == NULL || GilDict_SetItem(outer, Gil_None, deep) < 0)
            break;
        Gil_DECREF(deep);
        deep = outer;
    }
    Gil_XDECREF(deep);
    GilThreadState_Release(token);
    return deep;
}

START_TEST(test_G4_deep_dict_in_64_KiB_of_stack)
{
    pthread_attr_t attr;
    pthread_t thread;
    void *result = NULL;
    GilInterpreterGuard *guard = GilInterpreterGuard_FromCurrent();
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, gil_test_small_stack(65536));
    ck_assert_int_eq(pthread_create(&thread, &attr, destroy, guard), 0);
    Gil_BEGIN_ALLOW_THREADS
    pthread_join(thread, &result);
    Gil_END_ALLOW_THREADS
    pthread_attr_destroy(&attr);
    GilInterpreterGuard_Close(guard);
    ck_assert_ptr_nonnull(result);
}
END_TEST

/* A str of a and b (any code points below the one given) whose hash is said to be 1. */
static GilObject *
text_of(Gil_ssize_t length, Gil_ssize_t different, Gil_UCS4 widest)
{
    GilObject *text = GilUnicode_New(length, widest);
    ck_assert_ptr_nonnull(text);
    for (Gil_ssize_t i = 0; i < length; i++)
        ck_assert_int_eq(GilUnicode_WriteChar(text, i, i == different ? 'b' : i == 0 ? widest : 'a'), 0);
    ((GilASCIIObject *)(void *)text)->hash = 1;
    return text;
}

START_TEST(test_value_dict__texts_of_one_hash_differ_in_any_character)
{
    static const Gil_UCS4 widest[] = {'z', 0xe9, 0x20ac, 0x1f600};
    for (int kind = 0; kind < 4; kind++)
        for (Gil_ssize_t length = 2; length < 28; length++) {
            GilObject *dict = GilDict_New(), *key = text_of(length, -1, widest[kind]), *value;
            GilObject *equal = text_of(length, -1, widest[kind]), *longer = text_of(length + 1, -1, widest[kind]);
            ck_assert_int_eq(GilDict_SetItem(dict, key, Gil_None), 0);
            ck_assert_int_eq(GilDict_GetItemRef(dict, equal, &value), 1);
            Gil_DECREF(value);
            ck_assert_int_eq(GilDict_GetItemRef(dict, longer, &value), 0);
            for (Gil_ssize_t i = 0; i < length; i++) {
                GilObject *other = text_of(length, i, widest[kind]);
                ck_assert_int_eq(GilDict_GetItemRef(dict, other, &value), 0);
                Gil_DECREF(other);
            }
            /* Behind one that must be asked. */
            GilObject *asked = gil_test_probe(7, 1, NULL);
            ck_assert_int_eq(GilDict_DelItem(dict, key), 0);
            ck_assert_int_eq(GilDict_SetItem(dict, asked, Gil_True), 0);
            ck_assert_int_eq(GilDict_SetItem(dict, key, Gil_None), 0);
            ck_assert_int_eq(GilDict_GetItemRef(dict, equal, &value), 1);
            ck_assert_ptr_eq(value, Gil_None);
            Gil_DECREF(value);
            Gil_DECREF(asked);
            Gil_DECREF(longer);
            Gil_DECREF(equal);
            Gil_DECREF(key);
            Gil_DECREF(dict);
        }
}
END_TEST

/* Number i as a key: an int of any size, or a str of ASCII, Latin-1 or wider. A new object each time. */
static GilObject *
key_number(int text, long i)
{
    if (text)
        return GilUnicode_FromFormat(i % 7 == 3 ? "n\xc3\xa9%ld" : i % 7 == 5 ? "\xe2\x82\xac%ld" : "n%ld", i);
    GilObject *key = GilLong_FromLong(i % 3 == 1 ? -i : i + 2000);
    if (i % 7 != 5)
        return key;
    GilObject *shift = GilLong_FromLong(i % 2 ? 60 : 62), *wide = GilNumber_Lshift(key, shift);
    Gil_DECREF(shift);
    Gil_DECREF(key);
    return wide;
}

/* Items 0 to n - 1 and none else are found, by keys that equal those in the dict and are others. */
static void
find_all(GilObject *dict, int text, long n, long step)
{
    for (long i = 0; i < n + 100; i += step) {
        GilObject *key = key_number(text, i), *value;
        ck_assert_int_eq(GilDict_GetItemRef(dict, key, &value), i < n);
        ck_assert_int_eq(GilDict_Contains(dict, key), i < n);
        ck_assert(i < n ? GilLong_AsLong(value) == i : value == NULL);
        Gil_XDECREF(value);
        Gil_DECREF(key);
    }
}

START_TEST(test_value_dict__equal_keys_are_found_in_every_index_width)
{
    static const long sizes[] = {0, 5, 80, 85, 200, 5000, 44000};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        GilObject *dict = GilDict_New();
        for (long i = 0; i < sizes[k]; i++) {
            GilObject *key = key_number(_i, i), *value = GilLong_FromLong(i);
            ck_assert_int_eq(GilDict_SetItem(dict, key, value), 0);
            Gil_DECREF(key);
            Gil_DECREF(value);
        }
        gil_dict_validate(gil_dict(dict));
        find_all(dict, _i, sizes[k], sizes[k] < 1000 ? 1 : 17);
        Gil_DECREF(dict);
    }
}
END_TEST

/* Keys of other types in the slot that is looked at first: asked, or passed by. */
START_TEST(test_value_dict__equal_keys_of_other_types)
{
    GilObject *dict = GilDict_New(), *value, *one = GilLong_FromLong(1), *minus = GilLong_FromLong(-1);
    GilObject *half = GilFloat_FromDouble(1.0), *text = GilUnicode_FromString("name");
    ck_assert_int_eq(GilDict_SetItem(dict, Gil_True, one), 0);
    ck_assert_int_eq(GilDict_GetItemRef(dict, one, &value), 1);
    Gil_DECREF(value);
    ck_assert_int_eq(GilDict_GetItemRef(dict, half, &value), 1);
    Gil_DECREF(value);
    ck_assert_int_eq(GilDict_GetItemRef(dict, minus, &value), 0);
    ck_assert_ptr_null(value);
    ck_assert_int_eq(GilDict_SetItem(dict, minus, one), 0);
    ck_assert_int_eq(GilDict_GetItemRef(dict, minus, &value), 1);
    Gil_DECREF(value);
    /* Removed: the slot is not free. */
    ck_assert_int_eq(GilDict_DelItem(dict, one), 0);
    ck_assert_int_eq(GilDict_GetItemRef(dict, one, &value), 0);
    ck_assert_ptr_null(value);
    /* A dict of another type. */
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {.name = "test.Dict", .slots = none, .flags = Gil_TPFLAGS_DEFAULT};
    GilObject *type = GilType_FromSpecWithBases(&spec, (GilObject *)&GilDict_Type), *derived = GilObject_CallNoArgs(type);
    Gil_DECREF(type);
    ck_assert_int_eq(GilDict_SetItem(derived, text, one), 0);
    ck_assert_int_eq(GilDict_GetItemRef(derived, text, &value), 1);
    Gil_DECREF(value);
    GilObject *const all[] = {derived, text, half, minus, one, dict};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        Gil_DECREF(all[i]);
}
END_TEST

static void
never(void *Gil_UNUSED(arg))
{
    ck_abort_msg("a key was asked");
}

static int
never_compared(void *arg)
{
    never(arg);
    return -1;
}

/* What can be told of a str without asking any key is told, and the rest is not. */
START_TEST(test_value_dict__a_look_that_asks_nobody)
{
    static const struct gil_test_probe_hooks hooks = {.on_hash = never, .on_compare = never_compared};
    GilObject *dict = GilDict_New(), *key = text_of(9, -1, 'z'), *equal = text_of(9, -1, 'z'), *other = text_of(9, 4, 'z');
    GilObject *asked = gil_test_probe(7, 1, NULL), *strict = gil_test_probe(7, 1, &hooks), *value = NULL;

    ck_assert_int_eq(gil_dict_peek(dict, key, &value), 0);
    ck_assert_int_eq(GilDict_SetItem(dict, key, Gil_True), 0);
    GilObject *texts[] = {key, equal};
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(gil_dict_peek(dict, texts[i], &value), 1);
        ck_assert_ptr_eq(value, Gil_True);
        Gil_DECREF(value);
    }
    value = NULL;
    ck_assert_int_eq(gil_dict_peek(dict, other, &value), 0);
    ck_assert_int_eq(gil_dict_peek(dict, asked, &value), -1); /* no str */
    /* A key of the same hash that would have to be asked, before the one that is equal, and alone. */
    Gil_DECREF(dict);
    dict = GilDict_New();
    ck_assert_int_eq(GilDict_SetItem(dict, asked, Gil_True), 0);
    Gil_XSETREF(gil_dict_entries(gil_dict(dict)->table)[0].key, Gil_NewRef(strict));
    ck_assert_int_eq(gil_dict_peek(dict, key, &value), -1);
    ck_assert_int_eq(gil_dict_peek(dict, other, &value), -1);
    ck_assert_ptr_null(value);
    /* Removed: the first slot is not free. */
    GilObject *again = GilDict_New();
    ck_assert_int_eq(GilDict_SetItem(again, key, Gil_True), 0);
    ck_assert_int_eq(GilDict_SetItem(again, other, Gil_False), 0);
    ck_assert_int_eq(GilDict_DelItem(again, key), 0);
    ck_assert_int_eq(gil_dict_peek(again, key, &value), 0);
    ck_assert_int_eq(gil_dict_peek(again, other, &value), 1);
    ck_assert_ptr_eq(value, Gil_False);
    GilObject *all[] = {again, dict, strict, asked, other, equal, key};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/dict");
    TCase *tc = tcase_create("dict");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_value_dict__agrees_with_a_model);
    tcase_add_test(tc, test_value_dict__empty_dict_has_no_table_of_its_own);
    tcase_add_test(tc, test_value_dict__grows_through_all_index_widths);
    tcase_add_test(tc, test_value_dict__churn_does_not_grow_the_table);
    tcase_add_test(tc, test_H1_every_operation_under_every_evil_comparison);
    tcase_add_test(tc, test_H1_dict_that_changes_at_every_comparison);
    tcase_add_test(tc, test_H4_dying_items_see_an_empty_dict);
    tcase_add_test(tc, test_value_dict__texts_of_one_hash_differ_in_any_character);
    tcase_add_loop_test(tc, test_value_dict__equal_keys_are_found_in_every_index_width, 0, 2);
    tcase_add_test(tc, test_value_dict__equal_keys_of_other_types);
    tcase_add_test(tc, test_value_dict__a_look_that_asks_nobody);
    tcase_add_test(tc, test_J1_dict_is_unchanged_when_it_cannot_grow);
    tcase_add_test(tc, test_G4_deep_dict_in_64_KiB_of_stack);
    suite_add_tcase(s, tc);
    return s;
}
