/* SPDX-License-Identifier: MIT */
/* The cache of attributes says what the tables say, whatever is changed in between, and is asked instead of them. */
#include "unit/object/node.h"

#include "object/lookup.h"

#include <stdio.h>

static GilTypeObject *
made(const char *name, GilObject *bases)
{
    GilType_Slot none[] = {{0, NULL}};
    GilType_Spec spec = {.name = name, .flags = Gil_TPFLAGS_BASETYPE, .slots = none};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpecWithBases(&spec, bases);

    ck_assert_ptr_nonnull(type);
    return type;
}

/* The number that the class attribute stands for; -1: there is none. */
static long
asked(GilTypeObject *type, const char *name)
{
    struct gil_found found;

    if (!gil_type_find(type, name, strlen(name), &found))
        return -1;
    ck_assert_int_eq(found.entry.kind, GIL_NAME_VALUE);
    return GilLong_AsLong(found.entry.u.value);
}

static void
set(GilTypeObject *type, const char *name, long value)
{
    GilObject *number = GilLong_FromLong(value);

    ck_assert_int_eq(GilObject_SetAttrString((GilObject *)type, name, number), 0);
    Gil_DECREF(number);
}

START_TEST(test_object_lookup__changes_of_a_type_and_of_its_bases_are_seen)
{
    GilTypeObject *base = made("test.Base", NULL), *other = made("test.Other", NULL);
    GilObject *bases = GilTuple_Pack(2, base, other);
    GilTypeObject *sub = made("test.Sub", bases);

    ck_assert_int_eq(asked(sub, "x"), -1);
    ck_assert_int_eq(asked(sub, "x"), -1);
    set(other, "x", 1);
    ck_assert_int_eq(asked(sub, "x"), 1);
    ck_assert_int_eq(asked(base, "x"), -1);
    set(base, "x", 2);
    ck_assert_int_eq(asked(sub, "x"), 2);
    set(base, "x", 3); /* replaced: the slot stays good */
    ck_assert_int_eq(asked(sub, "x"), 3);
    set(sub, "x", 4);
    ck_assert_int_eq(asked(sub, "x"), 4);
    ck_assert_int_eq(GilObject_DelAttrString((GilObject *)sub, "x"), 0);
    ck_assert_int_eq(asked(sub, "x"), 3);
    ck_assert_int_eq(GilObject_DelAttrString((GilObject *)base, "x"), 0);
    ck_assert_int_eq(asked(sub, "x"), 1);
    ck_assert_int_eq(asked(base, "x"), -1);
    /* The table moves when it grows; what was remembered of it must not be used. */
    set(base, "kept", 5);
    ck_assert_int_eq(asked(sub, "kept"), 5);
    char name[16];
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "n%d", i);
        set(base, name, i);
        ck_assert_int_eq(asked(sub, "kept"), 5);
        ck_assert_int_eq(asked(sub, name), i);
    }
    Gil_DECREF(bases);
    Gil_DECREF(sub);
    Gil_DECREF(other);
    Gil_DECREF(base);
}
END_TEST

START_TEST(test_object_lookup__answers_come_from_the_cache)
{
    GilTypeObject *type = made("test.Type", NULL);
    struct gil_found found;

    set(type, "x", 1);
    struct gil_name_entry *entry = gil_names_find(type->tp_names, "x", 1, gil_names_hash("x", 1));
    GilTypeObject **order = type->tp_mro_items;
    Gil_ssize_t count = type->tp_mro_count;
    /* Behind the back of the type, which only its owner may do: what was remembered is still answered. One by one, for by the key of
     * the process the two names may share a slot. */
    ck_assert_int_eq(asked(type, "absent"), -1);
    type->tp_mro_count = 0;
#ifndef GIL_DEBUG /* which looks at the truth each time */
    ck_assert_int_eq(gil_type_find(type, "absent", 6, &found), 0);
#endif
    type->tp_mro_count = count;
    ck_assert_int_eq(asked(type, "x"), 1);
    type->tp_mro_count = 0;
#ifndef GIL_DEBUG
    ck_assert_int_eq(gil_type_find(type, "x", 1, &found), 1);
    ck_assert_ptr_eq(found.owner, type);
#endif
    type->tp_mro_count = count;
    ck_assert_ptr_eq(type->tp_mro_items, order);
    ck_assert_ptr_nonnull(entry);
    GilType_Modified(type);
    ck_assert_uint_eq(type->tp_version_tag, 0);
    ck_assert_int_eq(gil_type_find(type, "x", 1, &found), 1);
    ck_assert_uint_ne(type->tp_version_tag, 0);
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_lookup__names_of_any_length)
{
    GilTypeObject *type = made("test.Type", NULL);
    char name[64];

    for (size_t len = 1; len < sizeof name; len++) {
        memset(name, 'n', len);
        name[len] = '\0';
        ck_assert_int_eq(asked(type, name), -1);
        ck_assert_int_eq(asked(type, name), -1);
        set(type, name, (long)len);
        ck_assert_int_eq(asked(type, name), (long)len);
        ck_assert_int_eq(asked(type, name), (long)len);
    }
    ck_assert_int_eq(asked(type, ""), -1);
    ck_assert_int_eq(asked(type, ""), -1);
    set(type, "", 0);
    ck_assert_int_eq(asked(type, ""), 0);
    Gil_DECREF(type);
}
END_TEST

/* A name whose slot another name of the same type has: the slot must not answer for both. */
START_TEST(test_object_lookup__names_that_share_a_slot)
{
    GilTypeObject *type = made("test.Type", NULL);
    char name[16];

    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 3000; i++) {
            snprintf(name, sizeof name, "n%d", i);
            if (round == 0 && i % 2 == 0)
                set(type, name, i);
            ck_assert_int_eq(asked(type, name), i % 2 == 0 ? i : -1);
        }
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_lookup__built_in_types_have_versions_of_their_own)
{
    struct gil_found found;

    ck_assert_uint_ne(GilList_Type.tp_version_tag, 0);
    ck_assert_uint_ne(GilList_Type.tp_version_tag, GilLong_Type.tp_version_tag);
    ck_assert_int_eq(gil_type_find(&GilList_Type, "append", 6, &found), 1);
    ck_assert_int_eq(gil_type_find(&GilList_Type, "append", 6, &found), 1);
    ck_assert_int_eq(found.entry.kind, GIL_NAME_METHOD);
    ck_assert_ptr_eq(found.owner, &GilList_Type);
    unsigned version = GilList_Type.tp_version_tag;
    GilType_Modified(&GilList_Type);
    ck_assert_uint_eq(GilList_Type.tp_version_tag, version);
    GilType_Modified(NULL);
    expect_error(GilExc_SystemError, "GilType_Modified: NULL argument");
}
END_TEST

/* When the numbers come to their end, everything is forgotten and they begin anew. */
START_TEST(test_object_lookup__versions_run_out)
{
    GilThreadState *ts = gil_tstate_need(__func__);
    GilTypeObject *base = made("test.Base", NULL), *first = made("test.First", (GilObject *)base);
    GilTypeObject *second = made("test.Second", (GilObject *)base);

    set(base, "x", 1);
    gil_object_pocket(ts)->next_version = UINT32_MAX - 5;
    ck_assert_int_eq(asked(first, "x"), 1);
    ck_assert_uint_gt(first->tp_version_tag, UINT32_MAX - 6);
    ck_assert_int_eq(asked(second, "x"), 1);
    ck_assert_uint_lt(second->tp_version_tag, 1u << 20);
    ck_assert_uint_eq(first->tp_version_tag, 0);
    set(base, "x", 2);
    set(base, "y", 3);
    ck_assert_int_eq(asked(first, "x"), 2);
    ck_assert_int_eq(asked(first, "y"), 3);
    ck_assert_int_eq(asked(second, "y"), 3);
    Gil_DECREF(second);
    Gil_DECREF(first);
    Gil_DECREF(base);
}
END_TEST

/* A finalizer that asks the type whose table is just being cleared, through one that derives from it. */
static GilTypeObject *asked_type;
static int answers;

static void
asking_dealloc(GilObject *self)
{
    struct gil_found found;

    for (int i = 0; i < 2; i++)
        answers += gil_type_find(asked_type, "x", 1, &found);
    node_dealloc(self);
}

START_TEST(test_object_lookup__a_table_that_is_taken_apart_is_not_remembered)
{
    GilType_Slot none[] = {{0, NULL}}, dealloc[] = {{Gil_tp_dealloc, (void *)asking_dealloc}, {0, NULL}};
    GilType_Spec node_spec = {.name = "test.Asking", .basicsize = sizeof(struct node), .slots = dealloc};
    GilType_Spec base_spec = {.name = "test.Base", .flags = Gil_TPFLAGS_BASETYPE, .slots = none};
    GilTypeObject *node = (GilTypeObject *)GilType_FromSpec(&node_spec), *base = (GilTypeObject *)GilType_FromSpec(&base_spec);

    asked_type = made("test.Sub", (GilObject *)base);
    set(base, "x", 1);
    for (int i = 0; i < 3; i++) {
        GilObject *op = node_new(node, NULL);
        char name[] = {(char)('a' + i), '\0'};
        ck_assert_int_eq(GilObject_SetAttrString((GilObject *)base, name, op), 0);
        Gil_DECREF(op);
    }
    ck_assert_int_eq(asked(asked_type, "x"), 1);
    inquiry clear = (inquiry)GilType_GetSlot(&GilType_Type, Gil_tp_clear);
    ck_assert_int_eq(clear((GilObject *)base), 0);
    ck_assert_int_eq(answers, 6); /* the entries go backwards, x last */
    struct gil_found found;
    ck_assert_int_eq(gil_type_find(asked_type, "x", 1, &found), 0);
    ck_assert_int_eq(gil_type_find(base, "x", 1, &found), 0);
    ck_assert_uint_eq(asked_type->tp_version_tag, 0);
    Gil_DECREF(asked_type);
    Gil_DECREF(base);
    Gil_DECREF(node);
}
END_TEST

START_TEST(test_object_lookup__a_str_and_a_text_find_the_same)
{
    GilTypeObject *type = made("test.Type", NULL);
    static const char *const names[] = {"plain", ("gr\xc3\xb6\xc3\x9f" "e"), "\xe2\x82\xac", ""};

    for (size_t i = 0; i < Gil_ARRAY_LENGTH(names); i++) {
        GilObject *str = GilUnicode_FromString(names[i]), *got;
        set(type, names[i], (long)i);
        got = GilObject_GetAttr((GilObject *)type, str);
        ck_assert_int_eq(GilLong_AsLong(got), (long)i);
        Gil_DECREF(got);
        Gil_DECREF(str);
    }
    Gil_DECREF(type);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[12];
    int n = 0;

    tests[n++] = test_object_lookup__changes_of_a_type_and_of_its_bases_are_seen;
    tests[n++] = test_object_lookup__answers_come_from_the_cache;
    tests[n++] = test_object_lookup__names_of_any_length;
    tests[n++] = test_object_lookup__names_that_share_a_slot;
    tests[n++] = test_object_lookup__built_in_types_have_versions_of_their_own;
    tests[n++] = test_object_lookup__versions_run_out;
    tests[n++] = test_object_lookup__a_table_that_is_taken_apart_is_not_remembered;
    tests[n++] = test_object_lookup__a_str_and_a_text_find_the_same;
    return suite_of_one("object/lookup", tests);
}
