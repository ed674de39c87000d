/* SPDX-License-Identifier: MIT */
/* Dicts: the public functions, merging, and copies of the items as lists. */
#include "gilrt/error.h"
#include "gilrt/iter.h"
#include "gilrt/mapping.h"
#include "gilrt/sequence.h"
#include "gilrt/unicode.h"
#include "object/error.h"
#include "value/dict.h"
#include "value/list.h"
#include "value/tuple.h"

GIL_COLD int
gil_dict_missing(GilThreadState *ts, GilObject *key)
{
    /* A tuple of its own, so that a key that is a tuple does not become the arguments. */
    GilObject *args = gil_tuple_of1(ts, key);
    if (args != NULL) {
        GilErr_SetObject(GilExc_KeyError, args);
        Gil_DECREF(args);
    }
    return -1;
}

static __attribute__((cold)) int
refuse(const char *func, GilObject *mp)
{
    if (mp == NULL || gil_dict_check(mp))
        gil_err_null(func);
    else
        gil_err_bad_argument(func, "dict", mp);
    return -1;
}

/* What the calls below begin with: 0, or -1 with SystemError. */
static inline int
need_dict(const char *func, GilObject *mp)
{
    return GIL_LIKELY(mp != NULL && gil_dict_check(mp)) ? 0 : refuse(func, mp);
}

static inline int
need_dict_and(const char *func, GilObject *mp, const void *other)
{
    return GIL_LIKELY(mp != NULL && gil_dict_check(mp) && other != NULL) ? 0 : refuse(func, mp);
}

/* The key as a str; NULL with the error set. */
static GIL_COLD GilObject *
text_key(const char *func, GilObject *mp, const char *key)
{
    return need_dict_and(func, mp, key) < 0 ? NULL : GilUnicode_FromString(key);
}

GIL_COLD GilObject *
gil_dict_list(GilThreadState *ts, GilObject *op, enum gil_dict_part part)
{
    struct gil_dict *d = gil_dict(op);
    GilObject *list = GilList_New(d->used);
    Gil_ssize_t pos = 0, i = 0;
    for (struct gil_dict_entry *e; list != NULL && (e = gil_dict_walk(d, &pos)) != NULL; i++) {
        GilObject *item = part == GIL_DICT_ITEMS  ? gil_tuple_of2(ts, e->key, e->value)
                          : part == GIL_DICT_KEYS ? Gil_NewRef(e->key)
                                                  : Gil_NewRef(e->value);
        if (item == NULL)
            Gil_CLEAR(list);
        else
            GilList_SET_ITEM(list, i, item);
    }
    return list;
}

int
gil_dict_merge(GilThreadState *ts, struct gil_dict *d, struct gil_dict *other, int replace)
{
    if (d == other || other->used == 0)
        return 0;
    /* At least as many as the larger has; more come by growing. */
    if (gil_dict_reserve(ts, d, Gil_MAX(d->used, other->used)) < 0)
        return -1;
    Gil_ssize_t pos = 0;
    uint64_t version = other->version;
    for (struct gil_dict_entry *e; (e = gil_dict_walk(other, &pos)) != NULL;) {
        GilObject *key = Gil_NewRef(e->key), *value = Gil_NewRef(e->value);
        int rc = gil_dict_put(ts, d, key, e->hash, value, replace); /* may run anything */
        Gil_DECREF(key);
        Gil_DECREF(value);
        if (rc < 0)
            return -1;
        if (other->version != version) {
            GilErr_SetString(GilExc_RuntimeError, "dict mutated during update");
            return -1;
        }
    }
    return 0;
}

/* d[key] = mapping[key]. */
static GIL_COLD int
merge_key(GilThreadState *ts, struct gil_dict *d, GilObject *mapping, GilObject *key, int replace)
{
    Gil_hash_t hash = gil_dict_hash(key); /* may run anything, as all below */
    if (hash == -1)
        return -1;
    if (!replace) {
        Gil_ssize_t ix = gil_dict_lookup(d, key, hash);
        if (ix != GIL_DICT_ABSENT)
            return ix == GIL_DICT_FAILED ? -1 : 0;
    }
    GilObject *value = GilObject_GetItem(mapping, key);
    if (value == NULL)
        return -1;
    int rc = gil_dict_put(ts, d, key, hash, value, 1);
    Gil_DECREF(value);
    return rc;
}

static GIL_COLD int
merge_mapping(GilThreadState *ts, struct gil_dict *d, GilObject *mapping, int replace)
{
    GilObject *keys = GilMapping_Keys(mapping), *key;
    GilObject *it = keys == NULL ? NULL : GilObject_GetIter(keys);
    Gil_XDECREF(keys);
    if (it == NULL)
        return -1;
    int rc;
    while ((rc = GilIter_NextItem(it, &key)) == 1) {
        rc = merge_key(ts, d, mapping, key, replace);
        Gil_DECREF(key);
        if (rc < 0)
            break;
    }
    Gil_DECREF(it);
    return rc;
}

/* d[pair[0]] = pair[1]; n is the pair's number, for messages. */
static GIL_COLD int
merge_pair(GilThreadState *ts, struct gil_dict *d, GilObject *pair, Gil_ssize_t n, int replace)
{
    GilObject *fast = GilSequence_Fast(pair, "");
    if (fast == NULL) {
        if (GilErr_ExceptionMatches(GilExc_TypeError))
            GilErr_Format(GilExc_TypeError, "cannot convert dictionary update sequence element #%zd to a sequence", n);
        return -1;
    }
    if (Gil_SIZE(fast) != 2) {
        GilErr_Format(GilExc_ValueError, "dictionary update sequence element #%zd has length %zd; 2 is required", n,
                      Gil_SIZE(fast));
        Gil_DECREF(fast);
        return -1;
    }
    GilObject *key = Gil_XNewRef(gil_row_items(fast)[0]), *value = Gil_XNewRef(gil_row_items(fast)[1]);
    Gil_DECREF(fast); /* may run anything */
    Gil_hash_t hash = key == NULL || value == NULL ? (gil_err_null(__func__), -1) : gil_dict_hash(key);
    int rc = hash == -1 ? -1 : gil_dict_put(ts, d, key, hash, value, replace);
    Gil_XDECREF(key);
    Gil_XDECREF(value);
    return rc;
}

GIL_COLD int
gil_dict_update_from(GilObject *op, GilObject *arg)
{
    if (GilDict_CheckExact(arg))
        return GilDict_Merge(op, arg, 1);
    int rc = GilObject_HasAttrStringWithError(arg, "keys"); /* may run anything */
    if (rc < 0)
        return -1;
    return rc ? GilDict_Merge(op, arg, 1) : GilDict_MergeFromSeq2(op, arg, 1);
}

GIL_COLD Gil_ssize_t
GilDict_Size(GilObject *mp)
{
    gil_tstate_need(__func__);
    return need_dict(__func__, mp) < 0 ? -1 : gil_dict(mp)->used;
}

/* The common part of the lookups: 1, 0, -1; *result (may be NULL) gets a new reference or NULL. */
static inline int
find(struct gil_dict *d, GilObject *key, GilObject **result)
{
    Gil_hash_t hash = gil_dict_hash(key); /* may run anything */
    Gil_ssize_t ix = hash == -1 ? GIL_DICT_FAILED : gil_dict_lookup(d, key, hash); /* may run anything */
    if (result != NULL)
        *result = ix < 0 ? NULL : Gil_NewRef(gil_dict_entries(d->table)[ix].value);
    return ix == GIL_DICT_FAILED ? -1 : ix >= 0;
}

/* The same, not in line. */
static __attribute__((noinline)) int
get(struct gil_dict *d, GilObject *key, GilObject **result)
{
    return find(d, key, result);
}

/* GilDict_GetItemRef() whatever comes, what is wrong included. */
static __attribute__((noinline)) int
get_item_ref(GilObject *mp, GilObject *key, GilObject **result)
{
    static const char func[] = "GilDict_GetItemRef";
    gil_tstate_need(func);
    if (result != NULL)
        *result = NULL;
    if (need_dict_and(func, mp, key) < 0 || need_dict_and(func, mp, result) < 0)
        return -1;
    return find(gil_dict(mp), key, result);
}

/* Without a frame: what does not end at the first slot is the last step, and is begun again. */
GIL_HOT int
GilDict_GetItemRef(GilObject *mp, GilObject *key, GilObject **result)
{
    if (GIL_LIKELY(gil_tstate_attached() != NULL && mp != NULL && key != NULL && result != NULL &&
                   mp->ob_type == &GilDict_Type)) {
        GilObject *value = NULL;
        if (key->ob_type == &GilUnicode_Type) {
            Gil_hash_t hash = ((GilASCIIObject *)(void *)key)->hash;
            if (GIL_LIKELY(hash != -1))
                value = gil_dict_quick_text(gil_dict(mp), key, hash);
        }
        else if (key->ob_type == &GilLong_Type) {
            const struct gil_long *v = gil_long(key);
            if (GIL_LIKELY(gil_long_is_short(v) && v->digit[0] >> 60 == 0)) {
                Gil_hash_t hash = v->size * (Gil_hash_t)v->digit[0];
                value = gil_dict_quick_int(gil_dict(mp), key, hash == -1 ? -2 : hash);
            }
        }
        if (GIL_LIKELY(value != NULL)) {
            *result = Gil_NewRef(value);
            return 1;
        }
    }
    return get_item_ref(mp, key, result);
}

GIL_COLD int
GilDict_GetItemStringRef(GilObject *mp, const char *key, GilObject **result)
{
    gil_tstate_need(__func__);
    if (result != NULL)
        *result = NULL;
    if (need_dict_and(__func__, mp, result) < 0)
        return -1;
    GilObject *text = text_key(__func__, mp, key);
    int rc = text == NULL ? -1 : get(gil_dict(mp), text, result);
    Gil_XDECREF(text);
    return rc;
}

int
GilDict_Contains(GilObject *mp, GilObject *key)
{
    gil_tstate_need(__func__);
    return need_dict_and(__func__, mp, key) < 0 ? -1 : get(gil_dict(mp), key, NULL);
}

GIL_COLD int
GilDict_ContainsString(GilObject *mp, const char *key)
{
    gil_tstate_need(__func__);
    GilObject *text = text_key(__func__, mp, key);
    int rc = text == NULL ? -1 : get(gil_dict(mp), text, NULL);
    Gil_XDECREF(text);
    return rc;
}

GIL_HOT int
GilDict_SetItem(GilObject *mp, GilObject *key, GilObject *item)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (need_dict_and(__func__, mp, key) < 0 || need_dict_and(__func__, mp, item) < 0)
        return -1;
    Gil_hash_t hash = gil_dict_hash(key); /* may run anything */
    return hash == -1 ? -1 : gil_dict_put(ts, gil_dict(mp), key, hash, item, 1);
}

GIL_COLD int
GilDict_SetItemString(GilObject *mp, const char *key, GilObject *item)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (need_dict_and(__func__, mp, item) < 0)
        return -1;
    GilObject *text = text_key(__func__, mp, key);
    if (text == NULL)
        return -1;
    GilUnicode_InternInPlace(&text); /* names recur, and identical keys are found without looking at them */
    int rc = gil_dict_put(ts, gil_dict(mp), text, gil_dict_hash(text), item, 1);
    Gil_DECREF(text);
    return rc;
}

/* Remove key: 1 and *value (a reference) when it was there, 0, -1. May run anything. */
static int
take(struct gil_dict *d, GilObject *key, GilObject **value)
{
    *value = NULL;
    Gil_hash_t hash = gil_dict_hash(key);
    Gil_ssize_t ix = hash == -1 ? GIL_DICT_FAILED : gil_dict_lookup(d, key, hash);
    if (ix < 0)
        return ix == GIL_DICT_FAILED ? -1 : 0;
    struct gil_dict_entry entry = gil_dict_take(d, ix);
    *value = entry.value;
    Gil_DECREF(entry.key);
    return 1;
}

int
GilDict_DelItem(GilObject *mp, GilObject *key)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilObject *value;
    if (need_dict_and(__func__, mp, key) < 0)
        return -1;
    int rc = take(gil_dict(mp), key, &value);
    Gil_XDECREF(value);
    return rc == 0 ? gil_dict_missing(ts, key) : rc < 0 ? -1 : 0;
}

GIL_COLD int
GilDict_DelItemString(GilObject *mp, const char *key)
{
    gil_tstate_need(__func__);
    GilObject *text = text_key(__func__, mp, key);
    int rc = text == NULL ? -1 : GilDict_DelItem(mp, text);
    Gil_XDECREF(text);
    return rc;
}

int
GilDict_Pop(GilObject *dict, GilObject *key, GilObject **result)
{
    gil_tstate_need(__func__);
    GilObject *value;
    if (result != NULL)
        *result = NULL;
    if (need_dict_and(__func__, dict, key) < 0)
        return -1;
    if (gil_dict(dict)->used == 0)
        return 0;
    int rc = take(gil_dict(dict), key, &value);
    if (result != NULL)
        *result = value;
    else
        Gil_XDECREF(value);
    return rc;
}

GIL_COLD int
GilDict_PopString(GilObject *dict, const char *key, GilObject **result)
{
    gil_tstate_need(__func__);
    if (result != NULL)
        *result = NULL;
    GilObject *text = text_key(__func__, dict, key);
    int rc = text == NULL ? -1 : GilDict_Pop(dict, text, result);
    Gil_XDECREF(text);
    return rc;
}

GIL_COLD int
GilDict_SetDefaultRef(GilObject *mp, GilObject *key, GilObject *default_value, GilObject **result)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (result != NULL)
        *result = NULL;
    if (need_dict_and(__func__, mp, key) < 0 || need_dict_and(__func__, mp, default_value) < 0)
        return -1;
    struct gil_dict *d = gil_dict(mp);
    Gil_hash_t hash = gil_dict_hash(key); /* may run anything */
    Gil_ssize_t ix = hash == -1 ? GIL_DICT_FAILED : gil_dict_lookup(d, key, hash); /* may run anything */
    if (ix == GIL_DICT_FAILED || (ix == GIL_DICT_ABSENT && gil_dict_add(ts, d, key, hash, default_value) < 0))
        return -1;
    if (result != NULL)
        *result = Gil_NewRef(ix < 0 ? default_value : gil_dict_entries(d->table)[ix].value);
    return ix >= 0;
}

int
GilDict_Next(GilObject *mp, Gil_ssize_t *pos, GilObject **key, GilObject **value)
{
    gil_tstate_need(__func__);
    if (mp == NULL || !gil_dict_check(mp) || pos == NULL)
        return 0;
    struct gil_dict_entry *e = gil_dict_walk(gil_dict(mp), pos);
    if (e == NULL)
        return 0;
    if (key != NULL)
        *key = e->key;
    if (value != NULL)
        *value = e->value;
    return 1;
}

GIL_COLD GilObject *
GilDict_Keys(GilObject *mp)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    return need_dict(__func__, mp) < 0 ? NULL : gil_dict_list(ts, mp, GIL_DICT_KEYS);
}

GIL_COLD GilObject *
GilDict_Values(GilObject *mp)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    return need_dict(__func__, mp) < 0 ? NULL : gil_dict_list(ts, mp, GIL_DICT_VALUES);
}

GIL_COLD GilObject *
GilDict_Items(GilObject *mp)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    return need_dict(__func__, mp) < 0 ? NULL : gil_dict_list(ts, mp, GIL_DICT_ITEMS);
}

GIL_COLD GilObject *
GilDict_Copy(GilObject *mp)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    return need_dict(__func__, mp) < 0 ? NULL : gil_dict_copy(ts, gil_dict(mp));
}

GIL_COLD int
GilDict_Update(GilObject *mp, GilObject *other)
{
    gil_tstate_need(__func__);
    if (need_dict_and(__func__, mp, other) < 0)
        return -1;
    return GilDict_Merge(mp, other, 1);
}

__attribute__((cold)) GIL_COLD int
GilDict_Merge(GilObject *mp, GilObject *other, int override)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    if (need_dict_and(__func__, mp, other) < 0)
        return -1;
    if (gil_dict_is_plain(other))
        return gil_dict_merge(ts, gil_dict(mp), gil_dict(other), override);
    return merge_mapping(ts, gil_dict(mp), other, override);
}

__attribute__((cold)) GIL_COLD int
GilDict_MergeFromSeq2(GilObject *d, GilObject *seq2, int override)
{
    GilThreadState *ts = gil_err_begin(__func__, d != NULL && seq2 != NULL);
    if (need_dict_and(__func__, d, seq2) < 0)
        return -1;
    GilObject *it = GilObject_GetIter(seq2), *pair; /* may run anything */
    if (it == NULL)
        return -1;
    int rc;
    for (Gil_ssize_t n = 0; (rc = GilIter_NextItem(it, &pair)) == 1; n++) {
        rc = merge_pair(ts, gil_dict(d), pair, n, override);
        Gil_DECREF(pair);
        if (rc < 0)
            break;
    }
    Gil_DECREF(it);
    return rc;
}

GIL_COLD void
GilDict_Clear(GilObject *mp)
{
    gil_tstate_need(__func__);
    if (mp != NULL && gil_dict_check(mp))
        gil_dict_clear(gil_dict(mp));
}

GilObject *
gil_dict_ops_from_kwnames(GilObject *const *values, GilObject *kwnames)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    Gil_ssize_t n = GilTuple_GET_SIZE(kwnames);
    GilObject *op = GilDict_New();
    if (op == NULL || gil_dict_reserve(ts, gil_dict(op), n) < 0) {
        Gil_XDECREF(op);
        return NULL;
    }
    for (Gil_ssize_t i = 0; i < n; i++) {
        GilObject *key = GilTuple_GET_ITEM(kwnames, i);
        Gil_hash_t hash = gil_dict_hash(key);
        if (hash == -1 || gil_dict_put(ts, gil_dict(op), key, hash, values[i], 1) < 0) {
            Gil_DECREF(op);
            return NULL;
        }
    }
    return op;
}

int
gil_dict_ops_next(GilObject *dict, Gil_ssize_t *pos, GilObject **key, GilObject **value)
{
    struct gil_dict_entry *e = gil_dict_walk(gil_dict(dict), pos);
    if (e == NULL)
        return 0;
    *key = e->key;
    *value = e->value;
    return 1;
}

Gil_ssize_t
gil_dict_ops_size(GilObject *dict)
{
    return gil_dict_check(dict) ? gil_dict(dict)->used : -1;
}
