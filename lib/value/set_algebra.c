/* SPDX-License-Identifier: MIT */
/*
 * Sets: union, intersection, difference, and the order of subsets.
 *
 * Each goes through the elements of the other operand, which may be a set, a dict (its keys) or any iterable: a source.
 * Sets and dicts give their elements with the hashes they keep, so nobody is asked for a hash twice. The element at
 * hand is held, since asking it may take it out of where it came from; and a set or dict that changed between two
 * elements is RuntimeError, since nobody could say what was met and what was not.
 */
#include "gilrt/error.h"
#include "gilrt/iter.h"
#include "object/error.h"
#include "value/dict.h"
#include "value/set.h"

struct source {
    struct gil_set *set;   /* one of the three; borrowed from the operand */
    struct gil_dict *dict;
    GilObject *it;         /* strong */
    Gil_ssize_t pos;
    uint64_t version;      /* of the set or dict at the beginning */
};

/* 0, or -1: other is not iterable. */
static int
source_begin(struct source *src, GilObject *other)
{
    *src = (struct source){0};
    if (gil_anyset_check(other)) {
        src->set = gil_set(other);
        src->version = src->set->version;
    }
    else if (GilDict_CheckExact(other)) {
        src->dict = gil_dict(other);
        src->version = src->dict->version;
    }
    else if ((src->it = GilObject_GetIter(other)) == NULL)
        return -1;
    return 0;
}

/* The next element, a new reference, and its hash: 1, 0 at the end, -1 with the error set. May run anything. */
static int
source_next(struct source *src, GilObject **key, Gil_hash_t *hash)
{
    if (src->it != NULL) {
        int rc = GilIter_NextItem(src->it, key);
        if (rc == 1 && (*hash = gil_dict_hash(*key)) == -1) {
            Gil_DECREF(*key);
            return -1;
        }
        return rc;
    }
    if (src->version != (src->set != NULL ? src->set->version : src->dict->version)) {
        GilErr_SetString(GilExc_RuntimeError, src->set != NULL ? "Set changed size during iteration"
                                                               : "dictionary changed size during iteration");
        return -1;
    }
    const struct gil_set_entry *e = src->set != NULL ? gil_set_walk(src->set, &src->pos) : NULL;
    const struct gil_dict_entry *d = src->dict != NULL ? gil_dict_walk(src->dict, &src->pos) : NULL;
    if (e == NULL && d == NULL)
        return 0;
    *key = Gil_NewRef(e != NULL ? e->key : d->key);
    *hash = e != NULL ? e->hash : d->hash;
    return 1;
}

/* What is done with each element: 0 go on, 1 enough, -1 with the error set. */
typedef int (*element_step)(GilThreadState *ts, GilObject *key, Gil_hash_t hash, void *arg);

/* 0 after the last element, 1 when a step had enough, -1. */
static int
for_each(GilThreadState *ts, GilObject *other, element_step step, void *arg)
{
    struct source src;
    GilObject *key;
    Gil_hash_t hash;
    int rc;

    if (source_begin(&src, other) < 0)
        return -1;
    Gil_INCREF(other); /* a step may drop what the caller's caller holds */
    while ((rc = source_next(&src, &key, &hash)) == 1) {
        rc = step(ts, key, hash, arg);
        Gil_DECREF(key); /* may run anything */
        if (rc != 0)
            break;
    }
    Gil_XDECREF(src.it);
    Gil_DECREF(other);
    return rc;
}

static int
put_step(GilThreadState *ts, GilObject *key, Gil_hash_t hash, void *arg)
{
    return gil_set_put(ts, arg, key, hash);
}

static int
discard_step(GilThreadState *Gil_UNUSED(ts), GilObject *key, Gil_hash_t hash, void *arg)
{
    return gil_set_discard(arg, key, hash) < 0 ? -1 : 0;
}

/* Out when it is in, in when it is not. */
static int
toggle_step(GilThreadState *ts, GilObject *key, Gil_hash_t hash, void *arg)
{
    int rc = gil_set_discard(arg, key, hash);
    return rc != 0 ? (rc < 0 ? -1 : 0) : gil_set_put(ts, arg, key, hash);
}

/* Two sets: where elements are looked up, and where they go. */
struct pair {
    GilObject *in; /* a set, or an exact dict */
    struct gil_set *to;
};

/* Whether key is in a set or an exact dict: 1, 0, -1. */
static int
is_in(GilObject *in, GilObject *key, Gil_hash_t hash)
{
    Gil_ssize_t i = GilDict_CheckExact(in) ? gil_dict_lookup(gil_dict(in), key, hash)
                                           : gil_set_lookup(gil_set(in), key, hash); /* may run anything */
    /* NOLINTNEXTLINE(misc-redundant-expression): two names are meant to be one number. */
    _Static_assert(GIL_DICT_ABSENT == GIL_SET_ABSENT && GIL_DICT_FAILED == GIL_SET_FAILED, "both say it in one way");
    return i == GIL_SET_FAILED ? -1 : i >= 0;
}

static int
put_if_in_step(GilThreadState *ts, GilObject *key, Gil_hash_t hash, void *arg)
{
    struct pair *pair = arg;
    int rc = is_in(pair->in, key, hash);
    return rc > 0 ? gil_set_put(ts, pair->to, key, hash) : rc;
}

static int
put_unless_in_step(GilThreadState *ts, GilObject *key, Gil_hash_t hash, void *arg)
{
    struct pair *pair = arg;
    int rc = is_in(pair->in, key, hash);
    return rc == 0 ? gil_set_put(ts, pair->to, key, hash) : rc < 0 ? -1 : 0;
}

static int
until_in_step(GilThreadState *Gil_UNUSED(ts), GilObject *key, Gil_hash_t hash, void *arg)
{
    return is_in(arg, key, hash);
}

static int
while_in_step(GilThreadState *Gil_UNUSED(ts), GilObject *key, Gil_hash_t hash, void *arg)
{
    int rc = is_in(arg, key, hash);
    return rc < 0 ? -1 : !rc;
}

int
gil_set_update(GilThreadState *ts, struct gil_set *s, GilObject *other)
{
    return other == &s->ob_base ? 0 : for_each(ts, other, put_step, s);
}

int
gil_set_difference_update(GilThreadState *ts, struct gil_set *s, GilObject *other)
{
    if (other != &s->ob_base)
        return for_each(ts, other, discard_step, s);
    gil_set_clear(s);
    return 0;
}

int
gil_set_intersection_update(GilThreadState *ts, struct gil_set *s, GilObject *other)
{
    GilObject *common = gil_set_intersection(ts, s, other);
    if (common == NULL)
        return -1;
    gil_set_swap(s, gil_set(common));
    Gil_DECREF(common); /* may run anything: what was not common goes */
    return 0;
}

int
gil_set_symmetric_difference_update(GilThreadState *ts, struct gil_set *s, GilObject *other)
{
    if (other == &s->ob_base) {
        gil_set_clear(s);
        return 0;
    }
    if (gil_anyset_check(other) || GilDict_CheckExact(other))
        return for_each(ts, other, toggle_step, s);
    /* What an iterable gives twice must count once. */
    GilObject *once = GilSet_New(other);
    int rc = once != NULL ? for_each(ts, once, toggle_step, s) : -1;
    Gil_XDECREF(once);
    return rc;
}

/* A new empty set or frozenset, as s is. */
static GilObject *
new_like(GilThreadState *ts, struct gil_set *s)
{
    return gil_set_new(ts, GilSet_Check(&s->ob_base) ? &GilSet_Type : &GilFrozenSet_Type);
}

/* The result of going through other into a new set like s; takes pair's place in arg. */
static GilObject *
gather(GilThreadState *ts, struct gil_set *s, GilObject *through, element_step step, GilObject *in)
{
    GilObject *result = new_like(ts, s);
    if (result != NULL) {
        struct pair pair = {in, gil_set(result)};
        if (for_each(ts, through, step, &pair) < 0)
            Gil_CLEAR(result);
    }
    return result;
}

GilObject *
gil_set_difference(GilThreadState *ts, struct gil_set *s, GilObject *other)
{
    /* Looking up pays where other can be looked up in and is not much smaller. */
    int lookup = gil_anyset_check(other)         ? s->used / 4 <= gil_set(other)->used
                 : GilDict_CheckExact(other) ? s->used / 4 <= gil_dict(other)->used
                                             : 0;
    if (lookup)
        return gather(ts, s, &s->ob_base, put_unless_in_step, other);
    GilObject *result = gil_set_copy(ts, s);
    if (result != NULL && gil_set_difference_update(ts, gil_set(result), other) < 0)
        Gil_CLEAR(result);
    return result;
}

GilObject *
gil_set_intersection(GilThreadState *ts, struct gil_set *s, GilObject *other)
{
    if (other == &s->ob_base)
        return gil_set_copy(ts, s);
    if (gil_anyset_check(other) && gil_set(other)->used > s->used)
        return gather(ts, s, &s->ob_base, put_if_in_step, other);
    return gather(ts, s, other, put_if_in_step, &s->ob_base);
}

/* other as a set: itself or a new one. New reference. */
static GilObject *
as_set(GilObject *other)
{
    return gil_anyset_check(other) ? Gil_NewRef(other) : GilSet_New(other);
}

int
gil_set_issubset(GilThreadState *ts, struct gil_set *s, GilObject *other)
{
    GilObject *all = as_set(other);
    if (all == NULL)
        return -1;
    int rc = s->used > gil_set(all)->used ? 1 : for_each(ts, &s->ob_base, while_in_step, all);
    Gil_DECREF(all);
    return rc < 0 ? -1 : !rc;
}

int
gil_set_issuperset(GilThreadState *ts, struct gil_set *s, GilObject *other)
{
    if (gil_anyset_check(other))
        return gil_set_issubset(ts, gil_set(other), &s->ob_base);
    int rc = for_each(ts, other, while_in_step, s);
    return rc < 0 ? -1 : !rc;
}

int
gil_set_isdisjoint(GilThreadState *ts, struct gil_set *s, GilObject *other)
{
    if (other == &s->ob_base)
        return s->used == 0;
    int rc = gil_anyset_check(other) && gil_set(other)->used > s->used
                 ? for_each(ts, &s->ob_base, until_in_step, other)
                 : for_each(ts, other, until_in_step, s);
    return rc < 0 ? -1 : !rc;
}
