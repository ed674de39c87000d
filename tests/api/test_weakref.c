/* SPDX-License-Identifier: MIT */
/* <gilrt/weakref.h> as an extension uses it: a cache that does not keep what it holds alive. */
#include "support/expect.h"
#include "support/support.h"

#include <gilrt.h>
#include <stddef.h>

struct widget {
    GilObject_HEAD
    GilObject *weaklist;
};

static int dealloc_runs;

static void
widget_dealloc(GilObject *self)
{
    GilTypeObject *type = Gil_TYPE(self);

    GilObject_ClearWeakRefs(self);
    dealloc_runs++;
    GilObject_Free(self);
    Gil_DECREF(type);
}

static GilMemberDef widget_members[] = {
    {"__weaklistoffset__", Gil_T_PYSSIZET, offsetof(struct widget, weaklist), Gil_READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};
static GilType_Slot widget_slots[] = {
    {Gil_tp_dealloc, (void *)widget_dealloc}, {Gil_tp_members, widget_members}, {0, NULL}};
static GilType_Spec widget_spec = {"test.Widget", sizeof(struct widget), 0, Gil_TPFLAGS_DEFAULT, widget_slots};

static GilObject *
widget(void)
{
    GilObject *type = GilType_FromSpec(&widget_spec), *op = GilObject_CallNoArgs(type);

    Gil_DECREF(type);
    return op;
}

/* What an entry of the cache has for a callback: it takes itself out. */
static void
forget(GilObject *ref, void *cache)
{
    GilObject *key = NULL, *value;
    Gil_ssize_t pos = 0;

    ck_assert_int_eq(dealloc_runs, 0);
    ck_assert_int_eq(GilWeakref_IsDead(ref), 1);
    while (GilDict_Next(cache, &pos, &key, &value))
        if (value == ref)
            break;
    Gil_INCREF(key);
    ck_assert_int_eq(GilDict_DelItem(cache, key), 0);
    Gil_DECREF(key);
}

START_TEST(test_api_weakref__a_cache_forgets_what_died)
{
    GilObject *cache = GilDict_New(), *op = widget(), *ref = GilWeakref_NewRefWithCallback(op, forget, cache), *found;

    ck_assert_int_eq(GilDict_SetItemString(cache, "main", ref), 0);
    Gil_DECREF(ref);
    ck_assert_int_eq(GilDict_GetItemStringRef(cache, "main", &ref), 1);
    ck_assert_int_eq(GilWeakref_GetRef(ref, &found), 1);
    ck_assert_ptr_eq(found, op);
    Gil_DECREF(found);
    Gil_DECREF(ref);
    Gil_DECREF(op);
    ck_assert_int_eq(dealloc_runs, 1);
    ck_assert_int_eq(GilDict_Size(cache), 0);
    Gil_DECREF(cache);
}
END_TEST

START_TEST(test_api_weakref__references_are_keys)
{
    GilObject *op = widget(), *ref = GilWeakref_NewRef(op, NULL), *dict = GilDict_New(), *again;

    ck_assert_int_eq(GilDict_SetItem(dict, ref, Gil_None), 0);
    again = GilWeakref_NewRef(op, NULL);
    ck_assert_int_eq(GilDict_Contains(dict, again), 1);
    Gil_DECREF(op);
    ck_assert_int_eq(GilDict_Contains(dict, ref), 1);
    ck_assert(GilWeakref_CheckRefExact(ref) && GilWeakref_Check(ref) && !GilWeakref_CheckProxy(ref));
    Gil_DECREF(again);
    Gil_DECREF(ref);
    Gil_DECREF(dict);
}
END_TEST

START_TEST(test_api_weakref__a_proxy_stands_for_its_object)
{
    GilObject *module = GilModule_New("m"), *proxy = GilWeakref_NewProxy(module, NULL), *one = GilLong_FromLong(1);

    ck_assert_int_eq(GilObject_SetAttrString(proxy, "x", one), 0);
    gil_expect_repr(GilObject_GetAttrString(module, "x"), "1");
    Gil_DECREF(module);
    ck_assert_ptr_null(GilObject_GetAttrString(proxy, "x"));
    gil_expect_error(GilExc_ReferenceError, "weakly-referenced object no longer exists");
    Gil_DECREF(proxy);
    Gil_DECREF(one);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/weakref");
    TCase *tc = tcase_create("weakref");

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_api_weakref__a_cache_forgets_what_died);
    tcase_add_test(tc, test_api_weakref__references_are_keys);
    tcase_add_test(tc, test_api_weakref__a_proxy_stands_for_its_object);
    suite_add_tcase(s, tc);
    return s;
}
