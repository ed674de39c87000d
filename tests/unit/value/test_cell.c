/* SPDX-License-Identifier: MIT */
/* Cells: exchange, order, and what dies with them. */
#include "support/probe.h"
#include "support/support.h"
#include "value/cell.h"

START_TEST(test_value_cell__holds_and_exchanges)
{
    GilObject *number = GilLong_FromLong(5000), *cell = GilCell_New(number), *got;
    ck_assert(GilCell_Check(cell));
    ck_assert_int_eq(Gil_REFCNT(number), 2);
    got = GilCell_Get(cell);
    ck_assert_ptr_eq(got, number);
    Gil_DECREF(got);
    ck_assert_int_eq(GilCell_Set(cell, NULL), 0);
    ck_assert_int_eq(Gil_REFCNT(number), 1);
    ck_assert_ptr_null(GilCell_Get(cell));
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_int_eq(GilObject_SetAttrString(cell, "cell_contents", number), 0);
    got = GilObject_GetAttrString(cell, "cell_contents");
    ck_assert_ptr_eq(got, number);
    Gil_DECREF(got);
    ck_assert_int_eq(GilObject_DelAttrString(cell, "cell_contents"), 0);
    ck_assert_ptr_null(GilObject_GetAttrString(cell, "cell_contents"));
    gil_test_error(GilExc_ValueError, "cell is empty");
    Gil_DECREF(cell);
    Gil_DECREF(number);
}
END_TEST

START_TEST(test_value_cell__compared_by_content)
{
    /* As <, <=, ==, !=, >, >= in the order of their numbers: 1 true, 0 false. */
    static const int ops[] = {Gil_LT, Gil_LE, Gil_EQ, Gil_NE, Gil_GT, Gil_GE};
    static const int less[] = {1, 1, 0, 1, 0, 0}, equal[] = {0, 1, 1, 0, 0, 1};
    GilObject *empty = GilCell_New(NULL), *void_too = GilCell_New(NULL), *one = GilCell_New(NULL), *two = GilCell_New(NULL);
    GilObject *contents[] = {gil_test_probe(1, 1, NULL), gil_test_probe(2, 2, NULL)};
    ck_assert(GilCell_Set(one, contents[0]) == 0 && GilCell_Set(two, contents[1]) == 0);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(ops); i++) {
        ck_assert_int_eq(GilObject_RichCompareBool(empty, one, ops[i]), less[i]);
        ck_assert_int_eq(GilObject_RichCompareBool(one, two, ops[i]), less[i]);
        ck_assert_int_eq(GilObject_RichCompareBool(empty, void_too, ops[i]), equal[i]);
    }
    ck_assert_int_eq(GilObject_RichCompareBool(one, Gil_None, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_Hash(one), -1);
    gil_test_raised(GilExc_TypeError);
    GilObject *made[] = {empty, void_too, one, two, contents[0], contents[1]};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(made); i++)
        Gil_DECREF(made[i]);
    ck_assert_int_eq(gil_test_probes(), 0);
}
END_TEST

static GilObject *evil_cell;

static int
empty_cell(void *Gil_UNUSED(arg))
{
    return GilCell_Set(evil_cell, NULL);
}

START_TEST(test_H1_a_comparison_empties_the_cell)
{
    struct gil_test_probe_hooks hooks = {.on_compare = empty_cell};
    GilObject *probe = gil_test_probe(1, 1, &hooks), *other = gil_test_probe(1, 1, NULL), *right = GilCell_New(other);
    evil_cell = GilCell_New(probe);
    Gil_DECREF(probe);
    Gil_DECREF(other);
    ck_assert_int_eq(GilObject_RichCompareBool(evil_cell, right, Gil_EQ), 1);
    ck_assert_ptr_null(GilCell_Get(evil_cell));
    Gil_DECREF(right);
    Gil_CLEAR(evil_cell);
    ck_assert_int_eq(gil_test_probes(), 0);
}
END_TEST

static void
look(void *Gil_UNUSED(arg))
{
    ck_assert_ptr_null(GilCell_Get(evil_cell));
    ck_assert_int_eq(GilCell_Set(evil_cell, Gil_None), 0);
}

START_TEST(test_H4_what_leaves_a_cell_sees_it_changed)
{
    struct gil_test_probe_hooks hooks = {.on_free = look};
    GilObject *probe = gil_test_probe(1, 1, &hooks);
    evil_cell = GilCell_New(probe);
    Gil_DECREF(probe);
    ck_assert_int_eq(GilCell_Set(evil_cell, NULL), 0);
    GilObject *content = GilCell_Get(evil_cell);
    ck_assert_ptr_eq(content, Gil_None);
    Gil_CLEAR(evil_cell);
}
END_TEST

START_TEST(test_value_cell__shown_made_and_collected)
{
    GilObject *cell = GilObject_CallNoArgs((GilObject *)(void *)&GilCell_Type), *text = GilObject_Repr(cell);
    ck_assert_ptr_nonnull(strstr(GilUnicode_AsUTF8(text), ": empty>"));
    Gil_DECREF(text);
    ck_assert_int_eq(GilCell_Set(cell, cell), 0);
    text = GilObject_Repr(cell);
    ck_assert_ptr_nonnull(strstr(GilUnicode_AsUTF8(text), ": cell object at 0x"));
    Gil_DECREF(text);
    Gil_DECREF(cell);
    ck_assert_int_ge(GilGC_Collect(), 1);

    ck_assert_ptr_null(GilObject_CallFunction((GilObject *)(void *)&GilCell_Type, "ii", 1, 2));
    gil_test_error(GilExc_TypeError, "cell expected at most 1 argument, got 2");
    GilObject *args = GilTuple_New(0), *kwargs = Gil_BuildValue("{si}", "contents", 1);
    ck_assert_ptr_null(GilObject_Call((GilObject *)(void *)&GilCell_Type, args, kwargs));
    gil_test_error(GilExc_TypeError, "cell() takes no keyword arguments");
    Gil_DECREF(kwargs);
    Gil_DECREF(args);
}
END_TEST

static int
make(void *Gil_UNUSED(arg))
{
    GilObject *cell = GilCell_New(Gil_None), *text = cell == NULL ? NULL : GilObject_Repr(cell);
    int rc = text == NULL ? -1 : 0;
    Gil_XDECREF(text);
    Gil_XDECREF(cell);
    return rc;
}

START_TEST(test_J1_cells)
{
    gil_test_oom_loop(make, NULL);
}
END_TEST

START_TEST(test_value_cell__what_is_no_cell_is_refused)
{
    ck_assert_ptr_null(GilCell_Get(NULL));
    gil_test_raised(GilExc_SystemError);
    ck_assert_ptr_null(GilCell_Get(Gil_None));
    gil_test_raised(GilExc_TypeError);
    ck_assert_int_eq(GilCell_Set(NULL, Gil_None), -1);
    gil_test_raised(GilExc_SystemError);
    ck_assert_int_eq(GilCell_Set(Gil_None, Gil_None), -1);
    gil_test_raised(GilExc_TypeError);
    GilObject *cell = GilObject_CallOneArg((GilObject *)(void *)&GilCell_Type, Gil_None), *content = GilCell_Get(cell);
    ck_assert_ptr_eq(content, Gil_None);
    GilObject *empty = GilCell_New(NULL), *more[] = {cell, empty};
    for (int op = Gil_LT; op <= Gil_GE; op++) /* none is more than nothing */
        ck_assert_int_eq(GilObject_RichCompareBool(more[0], more[1], op), op == Gil_NE || op == Gil_GT || op == Gil_GE);
    Gil_DECREF(empty);
    Gil_DECREF(cell);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("value/cell");
    TCase *tc = tcase_create("cell");
    tcase_add_checked_fixture(tc, gil_test_start, gil_test_stop);
    tcase_add_test(tc, test_value_cell__holds_and_exchanges);
    tcase_add_test(tc, test_value_cell__compared_by_content);
    tcase_add_test(tc, test_H1_a_comparison_empties_the_cell);
    tcase_add_test(tc, test_H4_what_leaves_a_cell_sees_it_changed);
    tcase_add_test(tc, test_value_cell__shown_made_and_collected);
    tcase_add_test(tc, test_J1_cells);
    tcase_add_test(tc, test_value_cell__what_is_no_cell_is_refused);
    suite_add_tcase(s, tc);
    return s;
}
