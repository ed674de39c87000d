/* SPDX-License-Identifier: MIT */
/* Name tables: what was put is found, in order, through growth and removal, and values are given back. */
#include "node.h"

#include "object/names.h"
#include "state/tstate.h"

#include <stdio.h>

static struct gil_name_entry *
find(struct gil_names *names, const char *name)
{
    return gil_names_find(names, name, strlen(name), gil_names_hash(name, strlen(name)));
}

static void
put(struct gil_names *names, const char *name, GilObject *value)
{
    struct gil_name_entry *entry = gil_names_put(names, name, strlen(name), 1);

    ck_assert_ptr_nonnull(entry);
    entry->kind = GIL_NAME_VALUE;
    entry->u.value = Gil_NewRef(value);
}

START_TEST(test_object_names__many_names_are_found_in_order)
{
    struct gil_names *names = gil_names_new(gil_tstate_need(__func__)->heap);
    struct gil_name_entry *entry;
    char name[16];
    size_t pos = 0;

    ck_assert_ptr_null(find(names, "n0"));
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "n%d", i);
        put(names, name, Gil_None);
    }
    ck_assert_uint_eq(gil_names_count(names), 1000);
    for (int i = 0; i < 1000; i += 2) {
        snprintf(name, sizeof name, "n%d", i);
        ck_assert_int_eq(gil_names_remove(names, name, strlen(name)), 0);
        ck_assert_int_eq(gil_names_remove(names, name, strlen(name)), -1);
    }
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "n%d", i);
        ck_assert_int_eq(find(names, name) != NULL, i % 2);
    }
    for (int i = 1; (entry = gil_names_next(names, &pos)) != NULL; i += 2) {
        snprintf(name, sizeof name, "n%d", i);
        ck_assert_str_eq(entry->name, name);
    }
    gil_names_delete(names);
}
END_TEST

START_TEST(test_object_names__putting_and_removing_for_ever_does_not_grow)
{
    struct gil_names *names = gil_names_new(gil_tstate_need(__func__)->heap);
    char name[16];

    for (int i = 0; i < 100000; i++) {
        snprintf(name, sizeof name, "n%d", i);
        put(names, name, Gil_None);
        ck_assert_int_eq(gil_names_remove(names, name, strlen(name)), 0);
    }
    struct gil_mem_stats stats;
    gil_heap_stats(gil_tstate_need(__func__)->heap, &stats);
    ck_assert_uint_lt(stats.bytes, 1 << 20);
    ck_assert_uint_eq(gil_names_count(names), 0);
    gil_names_delete(names);
}
END_TEST

START_TEST(test_object_names__the_same_name_is_one_entry)
{
    struct gil_names *names = gil_names_new(NULL);
    struct gil_name_entry *entry = gil_names_put(names, "a", 1, 0);

    entry->u.value = NULL;
    ck_assert_ptr_eq(gil_names_put(names, "a", 1, 1), entry);
    ck_assert_uint_eq(gil_names_count(names), 1);
    ck_assert_ptr_null(gil_names_find(names, "ab", 2, gil_names_hash("ab", 2)));
    gil_names_delete(names);
    gil_names_delete(NULL);
}
END_TEST

/* A value whose end changes the very table that gives it back. */
static struct gil_names *meddled;

static void
meddling_dealloc(GilObject *self)
{
    put(meddled, "late", Gil_None);
    gil_names_remove(meddled, "b", 1);
    node_dealloc(self);
}

START_TEST(test_object_names__giving_values_back_may_change_the_table)
{
    GilType_Slot slots[] = {{Gil_tp_dealloc, (void *)meddling_dealloc}, {0, NULL}};
    GilType_Spec spec = {.name = "test.M", .basicsize = sizeof(struct node), .slots = slots};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpec(&spec);
    char name[16];

    meddled = gil_names_new(gil_tstate_need(__func__)->heap);
    for (int i = 0; i < 20; i++) {
        GilObject *op = node_new(type, NULL);
        snprintf(name, sizeof name, "n%d", i);
        put(meddled, name, op);
        put(meddled, "b", op);
        Gil_DECREF(op);
        gil_names_remove(meddled, "b", 1);
    }
    gil_names_clear(meddled);
    ck_assert_int_eq(nodes_gone, 20);
    ck_assert_uint_eq(gil_names_count(meddled), 1); /* what came meanwhile */
    gil_names_delete(meddled);
    Gil_DECREF(type);
}
END_TEST

/* A value whose end puts another in its place. */
static void
returning_dealloc(GilObject *self)
{
    ck_assert_int_le(nodes_gone, 100);
    GilObject *next = node_new(Gil_TYPE(self), NULL);
    put(meddled, "it", next);
    Gil_DECREF(next);
    node_dealloc(self);
}

START_TEST(test_object_names__clearing_ends_though_values_come_back)
{
    GilType_Slot slots[] = {{Gil_tp_dealloc, (void *)returning_dealloc}, {0, NULL}};
    GilType_Spec spec = {.name = "test.R", .basicsize = sizeof(struct node), .slots = slots};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpec(&spec);
    GilObject *op = node_new(type, NULL);

    meddled = gil_names_new(gil_tstate_need(__func__)->heap);
    put(meddled, "a", Gil_None);
    put(meddled, "it", op);
    Gil_DECREF(op);
    gil_names_clear(meddled);
    ck_assert_int_eq(nodes_gone, 1);
    ck_assert_uint_eq(gil_names_count(meddled), 1);
    struct gil_name_entry *entry = gil_names_find(meddled, "it", 2, gil_names_hash("it", 2));
    ck_assert_ptr_nonnull(entry);
    Gil_TYPE(entry->u.value)->tp_dealloc = node_dealloc;
    gil_names_delete(meddled);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_J1_names_under_lack_of_memory)
{
    struct gil_names *names = gil_names_new(gil_tstate_need(__func__)->heap);
    char name[16];
    size_t n = 0;

    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "n%d", i);
        gil_test_fail_alloc(1, 1);
        struct gil_name_entry *entry = gil_names_put(names, name, strlen(name), 1);
        gil_test_fail_alloc_off();
        ck_assert_ptr_null(entry);
        ck_assert_uint_eq(gil_names_count(names), n);
        put(names, name, Gil_None);
        n++;
    }
    gil_names_delete(names);
    gil_test_fail_alloc(1, 0);
    ck_assert_ptr_null(gil_names_new(NULL));
    gil_test_fail_alloc_off();
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[10];
    int n = 0;

    tests[n++] = test_object_names__many_names_are_found_in_order;
    tests[n++] = test_object_names__putting_and_removing_for_ever_does_not_grow;
    tests[n++] = test_object_names__the_same_name_is_one_entry;
    tests[n++] = test_object_names__giving_values_back_may_change_the_table;
    tests[n++] = test_object_names__clearing_ends_though_values_come_back;
    tests[n++] = test_J1_names_under_lack_of_memory;
    return suite_of_one("object/names", tests);
}
