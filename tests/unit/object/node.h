/* SPDX-License-Identifier: MIT */
/* A type to test with: nodes that hold one another, made from a spec with whatever slots the test adds. */
#ifndef TESTS_NODE_H
#define TESTS_NODE_H

#include "support/support.h"

#include <gilrt.h>
#include <stddef.h>
#include <string.h>

struct node {
    GilObject_HEAD
    GilObject *next;
    int number;
};

/* Destructors that ran. */
static int nodes_gone;

static inline void
node_dealloc(GilObject *self)
{
    GilTypeObject *type = Gil_TYPE(self);

    nodes_gone++;
    Gil_XDECREF(((struct node *)self)->next);
    GilObject_Free(self);
    Gil_DECREF(type);
}

/* The type "test.Node" with node_dealloc and the given slots (may be NULL, at most 12). */
static inline GilTypeObject *
node_type(const GilType_Slot *more, unsigned flags)
{
    GilType_Slot slots[16] = {{Gil_tp_dealloc, (void *)node_dealloc}};
    int n = 1;

    for (; more != NULL && more->slot != 0; more++)
        slots[n++] = *more;
    GilType_Spec spec = {.name = "test.Node", .basicsize = sizeof(struct node), .flags = flags, .slots = slots};
    GilTypeObject *type = (GilTypeObject *)GilType_FromSpec(&spec);
    if (type == NULL)
        GilErr_Print();
    ck_assert_ptr_nonnull(type);
    return type;
}

/* Takes next. */
static inline GilObject *
node_new(GilTypeObject *type, GilObject *next)
{
    struct node *node = GilObject_New(struct node, type);

    ck_assert_ptr_nonnull(node);
    node->next = next;
    node->number = 0;
    return (GilObject *)node;
}

/* The pending error is of that class and its text is this; clears it. */
static inline void
expect_error(GilObject *exception, const char *text)
{
    ck_assert_msg(GilErr_Occurred() != NULL, "no error is set; expected: %s", text);
    int matches = GilErr_ExceptionMatches(exception);
    GilObject *exc = GilErr_GetRaisedException(), *str = GilObject_Str(exc);
    ck_assert_ptr_nonnull(str);
    ck_assert_str_eq(GilUnicode_AsUTF8AndSize(str, NULL), text);
    ck_assert_msg(matches, "an error of class %s with the text expected", GilExceptionClass_Name((GilObject *)Gil_TYPE(exc)));
    Gil_DECREF(str);
    Gil_DECREF(exc);
}

/* str is this text; takes it. */
static inline void
expect_text(GilObject *str, const char *text)
{
    if (str == NULL)
        GilErr_Print();
    ck_assert_ptr_nonnull(str);
    ck_assert_str_eq(GilUnicode_AsUTF8AndSize(str, NULL), text);
    Gil_DECREF(str);
}

static inline Suite *
suite_of_one(const char *name, const TTest *const *tests)
{
    Suite *s = suite_create(name);
    TCase *tc = tcase_create(name);

    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_set_timeout(tc, 60);
    for (; *tests != NULL; tests++)
        tcase_add_test(tc, *tests);
    suite_add_tcase(s, tc);
    return s;
}

#endif
