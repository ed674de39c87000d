/* SPDX-License-Identifier: MIT */
/* Slots bound to an instance: shown, compared, hashed, and known to the collector. */
#include "unit/object/node.h"

#include "object/method_wrapper.h"

START_TEST(test_object_method_wrapper__shows_and_compares)
{
    GilObject *list = GilList_New(0), *other = GilList_New(0), *a = GilObject_GetAttrString(list, "__len__");
    GilObject *b = GilObject_GetAttrString(list, "__len__"), *c = GilObject_GetAttrString(other, "__len__");
    GilObject *d = GilObject_GetAttrString(list, "__repr__"), *self = GilObject_GetAttrString(a, "__self__");
    GilObject *owner = GilObject_GetAttrString(a, "__objclass__"), *repr = GilObject_Repr(a);

    ck_assert_ptr_eq(Gil_TYPE(a), &gil_method_wrapper_type);
    const char *text = GilUnicode_AsUTF8AndSize(repr, NULL);
    ck_assert_int_eq(strncmp(text, "<method-wrapper '__len__' of list object at 0x", 46), 0);
    expect_text(GilObject_GetAttrString(a, "__name__"), "__len__");
    ck_assert_ptr_eq(self, list);
    ck_assert_ptr_eq(owner, &GilList_Type);
    ck_assert_int_eq(GilObject_RichCompareBool(a, b, Gil_EQ), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(a, c, Gil_NE), 1);
    ck_assert_int_eq(GilObject_RichCompareBool(a, d, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(a, list, Gil_EQ), 0);
    ck_assert_int_eq(GilObject_RichCompareBool(a, b, Gil_LT), -1);
    GilErr_Clear();
    ck_assert_int_eq(GilObject_Hash(a), GilObject_Hash(b));
    ck_assert_int_ne(GilObject_Hash(a), GilObject_Hash(d));
    GilObject *all[] = {list, other, a, b, c, d, self, owner, repr};
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(all); i++)
        Gil_DECREF(all[i]);
}
END_TEST

START_TEST(test_object_method_wrapper__a_circle_is_collected)
{
    GilObject *list = GilList_New(0), *wrapper = GilObject_GetAttrString(list, "__len__");

    ck_assert_int_eq(GilList_Append(list, wrapper), 0);
    Gil_DECREF(wrapper);
    Gil_DECREF(list);
    ck_assert_int_eq(GilGC_Collect(), 2);
}
END_TEST

static int
fetch_and_call(void *arg)
{
    GilObject *wrapper = GilObject_GetAttrString(arg, "__len__"), *length = NULL, *descr, *again = NULL;

    if (wrapper != NULL)
        length = GilObject_CallNoArgs(wrapper);
    Gil_XDECREF(wrapper);
    if (length == NULL)
        return -1;
    Gil_DECREF(length);
    descr = GilObject_GetAttrString((GilObject *)&GilList_Type, "__len__");
    if (descr != NULL)
        again = GilObject_CallOneArg(descr, arg);
    Gil_XDECREF(descr);
    Gil_XDECREF(again);
    return again != NULL ? 0 : -1;
}

START_TEST(test_J1_slots_by_name_under_lack_of_memory)
{
    GilObject *list = GilList_New(0);

    gil_test_oom_loop(fetch_and_call, list);
    Gil_DECREF(list);
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[4];
    int n = 0;

    tests[n++] = test_object_method_wrapper__shows_and_compares;
    tests[n++] = test_object_method_wrapper__a_circle_is_collected;
    tests[n++] = test_J1_slots_by_name_under_lack_of_memory;
    return suite_of_one("object/method_wrapper", tests);
}
