/* SPDX-License-Identifier: MIT */
/* Sets agree with a model, keep their table whole whatever elements do, and are unchanged by what fails. */
#include "support/expect.h"
#include "support/probe.h"
#include "support/support.h"

#include "value/set.h"

#include <string.h>

static unsigned rng = 20260801;

static unsigned
next_random(unsigned below)
{
    rng = rng * 1664525 + 1013904223;
    return (rng >> 8) % below;
}

/* --- the model: which of UNIVERSE numbers are in --- */

#define UNIVERSE 200

struct model {
    GilObject *set;
    char in[UNIVERSE];
};

static GilObject *universe[UNIVERSE];

static void
make_universe(void)
{
    for (int i = 0; i < UNIVERSE; i++) {
        /* Ints, str, tuples, and probes of which eight share a hash. */
        universe[i] = i % 4 == 0   ? GilLong_FromLong(i * 4096)
                      : i % 4 == 1 ? GilUnicode_FromFormat("s%d", i)
                      : i % 4 == 2 ? Gil_BuildValue("(i)", i)
                                   : gil_test_probe(i, i / 32, NULL);
        ck_assert_ptr_nonnull(universe[i]);
    }
}

static void
agree(const struct model *m)
{
    int count = 0;
    gil_set_validate(gil_set(m->set));
    for (int i = 0; i < UNIVERSE; i++) {
        ck_assert_int_eq(GilSet_Contains(m->set, universe[i]), m->in[i]);
        count += m->in[i];
    }
    ck_assert_int_eq(GilSet_Size(m->set), count);
}

static void
one_element(struct model *m)
{
    unsigned i = next_random(UNIVERSE), what = next_random(5);
    if (what < 2) {
        ck_assert_int_eq(GilSet_Add(m->set, universe[i]), 0);
        m->in[i] = 1;
    }
    else if (what < 4) {
        ck_assert_int_eq(GilSet_Discard(m->set, universe[i]), m->in[i]);
        m->in[i] = 0;
    }
    else if (GilSet_Size(m->set) > 0) {
        GilObject *popped = GilSet_Pop(m->set);
        unsigned j = 0;
        while (universe[j] != popped)
            j++;
        ck_assert_int_eq(m->in[j], 1);
        m->in[j] = 0;
        Gil_DECREF(popped);
    }
}

/* What m's set and other's should become, by the operator of that number. */
static int
combined(int what, int a, int b)
{
    return what == 0 ? (a | b) : what == 1 ? (a & b) : what == 2 ? (a & !b) : (a ^ b);
}

static void
two_sets(struct model *m, struct model *other)
{
    static const binaryfunc fresh[] = {GilNumber_Or, GilNumber_And, GilNumber_Subtract, GilNumber_Xor};
    static const binaryfunc in_place[] = {GilNumber_InPlaceOr, GilNumber_InPlaceAnd, GilNumber_InPlaceSubtract,
                                          GilNumber_InPlaceXor};
    unsigned what = next_random(4);
    struct model result = {NULL, {0}};
    for (int i = 0; i < UNIVERSE; i++)
        result.in[i] = (char)combined((int)what, m->in[i], other->in[i]);
    result.set = fresh[what](m->set, other->set);
    agree(&result);
    ck_assert_ptr_eq(Gil_TYPE(result.set), Gil_TYPE(m->set));
    if (next_random(3) == 0) {
        GilObject *same = in_place[what](m->set, other->set);
        ck_assert_ptr_eq(same, m->set);
        Gil_DECREF(same);
        memcpy(m->in, result.in, sizeof m->in);
        ck_assert_int_eq(GilObject_RichCompareBool(m->set, result.set, Gil_EQ), 1);
    }
    Gil_DECREF(result.set);
}

static void
compare(const struct model *a, const struct model *b)
{
    int subset = 1, superset = 1;
    for (int i = 0; i < UNIVERSE; i++) {
        subset &= !a->in[i] || b->in[i];
        superset &= a->in[i] || !b->in[i];
    }
    ck_assert_int_eq(GilObject_RichCompareBool(a->set, b->set, Gil_EQ), subset && superset);
    ck_assert_int_eq(GilObject_RichCompareBool(a->set, b->set, Gil_NE), !(subset && superset));
    ck_assert_int_eq(GilObject_RichCompareBool(a->set, b->set, Gil_LE), subset);
    ck_assert_int_eq(GilObject_RichCompareBool(a->set, b->set, Gil_LT), subset && !superset);
    ck_assert_int_eq(GilObject_RichCompareBool(a->set, b->set, Gil_GE), superset);
    ck_assert_int_eq(GilObject_RichCompareBool(a->set, b->set, Gil_GT), superset && !subset);
    GilObject *fa = GilFrozenSet_New(a->set), *fb = GilFrozenSet_New(b->set);
    if (subset && superset)
        ck_assert_int_eq(GilObject_Hash(fa), GilObject_Hash(fb));
    ck_assert_int_eq(GilObject_RichCompareBool(fa, b->set, Gil_EQ), subset && superset);
    Gil_DECREF(fa);
    Gil_DECREF(fb);
}

START_TEST(test_value_set__agrees_with_a_model)
{
    struct model models[2] = {{GilSet_New(NULL), {0}}, {GilSet_New(NULL), {0}}};
    make_universe();
    for (int round = 0; round < 400; round++) {
        struct model *m = &models[next_random(2)];
        for (unsigned i = next_random(60); i > 0; i--)
            one_element(m);
        agree(m);
        two_sets(&models[round & 1], &models[next_random(2)]);
        agree(&models[round & 1]);
        compare(&models[0], &models[1]);
        if (next_random(40) == 0) {
            ck_assert_int_eq(GilSet_Clear(m->set), 0);
            memset(m->in, 0, sizeof m->in);
        }
    }
    Gil_DECREF(models[0].set);
    Gil_DECREF(models[1].set);
    for (int i = 0; i < UNIVERSE; i++)
        Gil_DECREF(universe[i]);
    ck_assert_int_eq(gil_test_probes(), 0);
}
END_TEST

START_TEST(test_value_set__an_empty_set_has_no_table_of_its_own)
{
    GilObject *a = GilSet_New(NULL), *b = GilSet_New(NULL);
    ck_assert_ptr_eq(gil_set(a)->table, gil_set(b)->table);
    ck_assert_int_eq(GilSet_Add(a, Gil_None), 0);
    ck_assert_ptr_ne(gil_set(a)->table, gil_set(b)->table);
    ck_assert_int_eq(GilSet_Contains(b, Gil_None), 0);
    GilSet_Clear(a);
    ck_assert_ptr_eq(gil_set(a)->table, gil_set(b)->table);
    Gil_DECREF(a);
    Gil_DECREF(b);
}
END_TEST

START_TEST(test_value_set__churn_does_not_grow_the_table)
{
    GilObject *s = GilSet_New(NULL);
    for (int i = 0; i < 20000; i++) {
        GilObject *n = GilLong_FromLong(i * 7919);
        ck_assert_int_eq(GilSet_Add(s, n), 0);
        Gil_DECREF(n);
        if (i >= 4) {
            n = GilLong_FromLong((i - 4) * 7919);
            ck_assert_int_eq(GilSet_Discard(s, n), 1);
            Gil_DECREF(n);
        }
    }
    gil_set_validate(gil_set(s));
    ck_assert_int_le(gil_set(s)->mask, 31);
    ck_assert_int_eq(GilSet_Size(s), 4);
    Gil_DECREF(s);
}
END_TEST

START_TEST(test_value_set__popping_all_takes_one_walk)
{
    GilObject *s = GilSet_New(NULL);
    for (int i = 0; i < 100000; i++) {
        GilObject *n = GilLong_FromLong(i);
        GilSet_Add(s, n);
        Gil_DECREF(n);
    }
    for (int i = 0; i < 100000; i++) {
        GilObject *n = GilSet_Pop(s);
        ck_assert_ptr_nonnull(n);
        Gil_DECREF(n);
    }
    ck_assert_ptr_null(GilSet_Pop(s));
    gil_expect_error(GilExc_KeyError, "'pop from an empty set'");
    gil_set_validate(gil_set(s));
    Gil_DECREF(s);
}
END_TEST

/* --- H1: what elements do while they are compared --- */

static GilObject *evil_set, *evil_other;
static int evil_what, evil_left;

enum { EVIL_ADD, EVIL_DISCARD, EVIL_CLEAR, EVIL_REFILL, EVIL_OTHER, EVIL_RAISE, EVIL_KINDS };

static GilObject *
probe(int value)
{
    return gil_test_probe(value, value % 3, NULL);
}

static void
refill(GilObject *s, int from, int to)
{
    for (int i = from; i < to; i++) {
        GilObject *p = probe(i);
        GilSet_Add(s, p);
        Gil_DECREF(p);
    }
}

static int
be_evil(void *Gil_UNUSED(arg))
{
    if (evil_left == 0)
        return 0;
    evil_left--;
    GilObject *n;
    switch (evil_what) {
    case EVIL_ADD:
        for (int i = 0; i < 40; i++) {
            n = GilLong_FromLong(1000 + i);
            ck_assert_int_eq(GilSet_Add(evil_set, n), 0);
            Gil_DECREF(n);
        }
        break;
    case EVIL_DISCARD:
        if (GilSet_Size(evil_set) > 0)
            Gil_DECREF(GilSet_Pop(evil_set));
        break;
    case EVIL_CLEAR:
        GilSet_Clear(evil_set);
        break;
    case EVIL_REFILL:
        GilSet_Clear(evil_set);
        evil_left = 0;
        refill(evil_set, 0, 9);
        break;
    case EVIL_OTHER:
        GilSet_Clear(evil_other);
        break;
    default:
        GilErr_SetString(GilExc_ValueError, "from the comparison");
        return -1;
    }
    return 0;
}

static const struct gil_test_probe_hooks evil_hooks = {.on_compare = be_evil};

/* Operations on (evil_set, evil_other or an evil key): 0, or -1 with the error set. */
static int
give_back(GilObject *result)
{
    Gil_XDECREF(result);
    return result == NULL ? -1 : 0;
}

static int
call(GilObject *s, const char *method, GilObject *arg)
{
    return give_back(GilObject_CallMethod(s, method, "O", arg));
}

static int
operate(int which, GilObject *key)
{
    static const binaryfunc operators[] = {GilNumber_Or,        GilNumber_And,        GilNumber_Subtract,
                                           GilNumber_Xor,       GilNumber_InPlaceOr,  GilNumber_InPlaceAnd,
                                           GilNumber_InPlaceXor, GilNumber_InPlaceSubtract};
    static const char *const methods[] = {"update",         "intersection",        "difference",
                                          "issubset",       "issuperset",          "isdisjoint",
                                          "symmetric_difference_update", "intersection_update", "difference_update"};
    switch (which) {
    case 0:
        return GilSet_Contains(evil_set, key) < 0 ? -1 : 0;
    case 1:
        return GilSet_Add(evil_set, key);
    case 2:
        return GilSet_Discard(evil_set, key) < 0 ? -1 : 0;
    case 3:
        return give_back(GilObject_RichCompare(evil_set, evil_other, Gil_EQ));
    case 4:
        return give_back(GilObject_RichCompare(evil_set, evil_other, Gil_LE));
    case 5:
        return give_back(GilObject_RichCompare(evil_set, evil_other, Gil_GT));
    case 6:
        return call(evil_set, "remove", key);
    default:
        which -= 7;
        if (which < 8)
            return give_back(operators[which](evil_set, evil_other));
        which -= 8;
        if (which < 9)
            return call(evil_set, methods[which], evil_other);
        which -= 9;
        GilObject *list = GilSequence_List(evil_other);
        int rc = call(evil_set, methods[which], list);
        Gil_DECREF(list);
        return rc;
    }
}

#define OPERATIONS (7 + 8 + 9 + 9)

START_TEST(test_H1_every_set_operation_under_every_evil_comparison)
{
    for (evil_what = 0; evil_what < EVIL_KINDS; evil_what++)
        for (int which = 0; which < OPERATIONS; which++)
            for (int times = 1; times <= 3; times++) {
                evil_set = GilSet_New(NULL);
                evil_other = GilSet_New(NULL);
                refill(evil_set, 0, 12);
                /* Equal to some, never the same objects, so that they must be asked. */
                GilObject *keys[8];
                for (int i = 0; i < 8; i++) {
                    keys[i] = gil_test_probe(5 + i, (5 + i) % 3, &evil_hooks);
                    ck_assert_int_eq(GilSet_Add(evil_other, keys[i]), 0);
                }
                /* In the set as well, as many of it compare by the one that stands there. */
                ck_assert_int_eq(GilSet_Add(evil_set, keys[7]), 0);
                evil_left = times;
                int rc = operate(which, keys[3]);
                evil_left = 0;
                if (rc < 0)
                    ck_assert_msg(GilErr_ExceptionMatches(GilExc_RuntimeError) ||
                                      (evil_what == EVIL_RAISE && GilErr_ExceptionMatches(GilExc_ValueError)) ||
                                      (which == 6 && GilErr_ExceptionMatches(GilExc_KeyError)),
                                  "operation %d, evil %d: another error", which, evil_what);
                ck_assert((rc < 0) == (GilErr_Occurred() != NULL));
                GilErr_Clear();
                gil_set_validate(gil_set(evil_set));
                gil_set_validate(gil_set(evil_other));
                Gil_DECREF(evil_set);
                Gil_DECREF(evil_other);
                for (int i = 0; i < 8; i++)
                    Gil_DECREF(keys[i]);
                ck_assert_int_eq(gil_test_probes(), 0);
            }
}
END_TEST

/* The element that is asked on the way lets the table grow, so that the one looked for stands elsewhere. */
START_TEST(test_H1_the_answer_is_right_when_the_table_moved)
{
    GilObject *first = gil_test_probe(1, 9, &evil_hooks), *second = gil_test_probe(2, 9, NULL);
    GilObject *key = gil_test_probe(2, 9, NULL);
    for (int operation = 0; operation < 3; operation++) {
        evil_what = EVIL_ADD;
        evil_left = 0;
        evil_set = GilSet_New(NULL);
        GilSet_Add(evil_set, first);
        GilSet_Add(evil_set, second);
        evil_left = 1;
        ck_assert_int_eq(operation == 0   ? GilSet_Contains(evil_set, key)
                         : operation == 1 ? GilSet_Discard(evil_set, key)
                                          : GilSet_Add(evil_set, key),
                         operation < 2);
        ck_assert_int_eq(evil_left, 0);
        ck_assert_int_eq(GilSet_Size(evil_set), operation == 1 ? 41 : 42);
        gil_set_validate(gil_set(evil_set));
        Gil_DECREF(evil_set);
    }
    Gil_DECREF(first);
    Gil_DECREF(second);
    Gil_DECREF(key);
}
END_TEST

START_TEST(test_H1_a_set_that_changes_at_every_comparison)
{
    GilObject *key = gil_test_probe(1, 1, &evil_hooks), *there = gil_test_probe(2, 1, &evil_hooks);
    evil_set = GilSet_New(NULL);
    ck_assert_int_eq(GilSet_Add(evil_set, there), 0);
    evil_what = EVIL_ADD;
    evil_left = 0;
    ck_assert_int_eq(GilSet_Contains(evil_set, key), 0);
    for (int i = 0; i < 40; i++) {
        GilObject *n = GilLong_FromLong(5000 + i);
        GilSet_Add(evil_set, n);
        Gil_DECREF(n);
    }
    /* Adding what is there changes nothing, so take one out each time. */
    evil_what = EVIL_DISCARD;
    evil_left = 1000;
    int rc = GilSet_Contains(evil_set, key);
    evil_left = 0;
    /* Either the element that is asked was taken out itself, or the search was given up. */
    if (rc < 0)
        gil_expect_error(GilExc_RuntimeError, "set changed again and again during lookup");
    gil_set_validate(gil_set(evil_set));
    Gil_DECREF(evil_set);
    Gil_DECREF(key);
    Gil_DECREF(there);
}
END_TEST

START_TEST(test_H5_a_comparison_that_raises_leaves_the_set_as_it_was)
{
    GilObject *there = gil_test_probe(1, 1, NULL), *key = gil_test_probe(1, 1, &evil_hooks), *s = GilSet_New(NULL);
    GilObject *other = GilSet_New(NULL);
    evil_what = EVIL_RAISE;
    GilSet_Add(s, there);
    GilSet_Add(other, key);
    evil_left = 1;
    /* The element that stands in the set is asked first; it is not evil, so ask the other way. */
    ck_assert_int_eq(GilSet_Contains(other, there), -1);
    gil_expect_error(GilExc_ValueError, "from the comparison");
    evil_left = 1;
    ck_assert_int_eq(GilSet_Add(other, there), -1);
    gil_expect_error(GilExc_ValueError, "from the comparison");
    ck_assert_int_eq(GilSet_Size(other), 1);
    gil_set_validate(gil_set(other));
    Gil_DECREF(s);
    Gil_DECREF(other);
    Gil_DECREF(there);
    Gil_DECREF(key);
}
END_TEST

static void
look_at(void *arg)
{
    ck_assert_int_eq(GilSet_Size(arg), 0);
    gil_set_validate(gil_set(arg));
    ck_assert_int_eq(GilSet_Add(arg, Gil_None), 0);
    GilSet_Clear(arg);
}

START_TEST(test_H4_dying_elements_see_an_empty_set)
{
    GilObject *s = GilSet_New(NULL);
    struct gil_test_probe_hooks hooks = {.on_free = look_at, .arg = s};
    for (int i = 0; i < 20; i++) {
        GilObject *p = gil_test_probe(i, i, &hooks);
        ck_assert_int_eq(GilSet_Add(s, p), 0);
        Gil_DECREF(p);
    }
    GilSet_Clear(s);
    ck_assert_int_eq(gil_test_probes(), 0);
    Gil_DECREF(s);
}
END_TEST

START_TEST(test_H2_a_set_that_changes_under_an_iterator)
{
    GilObject *s = gil_test_ints(3, 1, 2, 3), *set = GilSet_New(s), *it = GilObject_GetIter(set), *n;
    Gil_DECREF(s);
    n = GilIter_Next(it);
    ck_assert_int_eq(GilSet_Discard(set, n), 1);
    gil_expect_failure(GilIter_Next(it), GilExc_RuntimeError, "Set changed size during iteration");
    ck_assert_int_eq(GilSet_Add(set, n), 0);
    Gil_DECREF(n);
    gil_expect_failure(GilIter_Next(it), GilExc_RuntimeError, "Set changed during iteration");
    Gil_DECREF(it);
    Gil_DECREF(set);
}
END_TEST

START_TEST(test_J1_a_set_is_unchanged_when_it_cannot_grow)
{
    GilObject *s = GilSet_New(NULL), *n;
    for (int i = 0; i < 4; i++) {
        n = GilLong_FromLong(i);
        GilSet_Add(s, n);
        Gil_DECREF(n);
    }
    gil_test_fail_alloc(1, 1);
    int rc = GilSet_Add(s, Gil_None);
    gil_test_fail_alloc_off();
    ck_assert_int_eq(rc, -1);
    gil_expect_raised(GilExc_MemoryError);
    gil_set_validate(gil_set(s));
    ck_assert_int_eq(GilSet_Size(s), 4);
    ck_assert_int_eq(GilSet_Add(s, Gil_None), 0);
    ck_assert_int_eq(GilSet_Size(s), 5);
    Gil_DECREF(s);
}
END_TEST

static int
build_one(void *arg)
{
    GilObject *s = GilFrozenSet_New(arg);
    Gil_XDECREF(s);
    return s == NULL ? -1 : 0;
}

START_TEST(test_J1_sets_without_memory)
{
    GilObject *list = gil_test_ints(12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    gil_test_oom_loop(build_one, list);
    Gil_DECREF(list);
}
END_TEST

START_TEST(test_value_set__a_frozenset_is_filled_while_it_is_new)
{
    GilObject *f = GilFrozenSet_New(NULL), *other;
    ck_assert_int_eq(GilSet_Add(f, Gil_None), 0);
    other = Gil_NewRef(f);
    ck_assert_int_eq(GilSet_Add(f, Gil_True), -1);
    gil_expect_raised(GilExc_SystemError);
    Gil_DECREF(other);
    ck_assert_int_eq(GilSet_Add(f, Gil_True), 0);
    ck_assert_int_ne(GilObject_Hash(f), -1);
    ck_assert_int_eq(GilSet_Add(f, Gil_False), -1);
    gil_expect_raised(GilExc_SystemError);
    ck_assert_int_eq(GilSet_Discard(f, Gil_None), -1);
    gil_expect_raised(GilExc_SystemError);
    ck_assert_int_eq(GilSet_Clear(f), -1);
    gil_expect_raised(GilExc_SystemError);
    ck_assert_int_eq(GilSet_Size(f), 2);
    Gil_DECREF(f);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/set");
    TCase *tc = tcase_create("set");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, test_value_set__agrees_with_a_model);
    tcase_add_test(tc, test_value_set__an_empty_set_has_no_table_of_its_own);
    tcase_add_test(tc, test_value_set__churn_does_not_grow_the_table);
    tcase_add_test(tc, test_value_set__popping_all_takes_one_walk);
    tcase_add_test(tc, test_H1_every_set_operation_under_every_evil_comparison);
    tcase_add_test(tc, test_H1_the_answer_is_right_when_the_table_moved);
    tcase_add_test(tc, test_H1_a_set_that_changes_at_every_comparison);
    tcase_add_test(tc, test_H5_a_comparison_that_raises_leaves_the_set_as_it_was);
    tcase_add_test(tc, test_H4_dying_elements_see_an_empty_set);
    tcase_add_test(tc, test_H2_a_set_that_changes_under_an_iterator);
    tcase_add_test(tc, test_J1_a_set_is_unchanged_when_it_cannot_grow);
    tcase_add_test(tc, test_J1_sets_without_memory);
    tcase_add_test(tc, test_value_set__a_frozenset_is_filled_while_it_is_new);
    suite_add_tcase(s, tc);
    return s;
}
