/* SPDX-License-Identifier: MIT */
/* Slot ids: each that the header names has a place of its own, and what is written there is read back. */
#include "node.h"

#include "object/slots.h"

START_TEST(test_object_slots__every_place_is_another)
{
    int n = 0;

    for (int a = 1; a <= GIL_TYPE_SLOT_MAX; a++) {
        const struct gil_slot_place *p = gil_slot_place(a);
        n += p != NULL;
        for (int b = 1; p != NULL && b < a; b++) {
            const struct gil_slot_place *q = gil_slot_place(b);
            ck_assert_msg(q == NULL || q->part != p->part || q->offset != p->offset, "%s and %s", p->name, q->name);
        }
    }
    ck_assert_int_eq(n, 79); /* slot ids of types in <gilrt/slot.h> */
    ck_assert_ptr_null(gil_slot_place(0));
    ck_assert_ptr_null(gil_slot_place(-1));
    ck_assert_ptr_null(gil_slot_place(81));
    ck_assert_ptr_null(gil_slot_place(GIL_TYPE_SLOT_MAX + 1));
    ck_assert_str_eq(gil_slot_place(Gil_nb_add)->name, "Gil_nb_add");
}
END_TEST

START_TEST(test_object_slots__what_is_written_is_read)
{
    GilTypeObject *type = node_type(NULL, 0);

    for (int id = 1; id <= GIL_TYPE_SLOT_MAX; id++) {
        const struct gil_slot_place *place = gil_slot_place(id);
        if (place == NULL)
            continue;
        void *before = gil_slot_read(type, place);
        gil_slot_write(type, place, &nodes_gone);
        ck_assert_ptr_eq(gil_slot_read(type, place), &nodes_gone);
        ck_assert_ptr_eq(GilType_GetSlot(type, id), &nodes_gone);
        gil_slot_write(type, place, before);
    }
    Gil_DECREF(type);
}
END_TEST

START_TEST(test_object_slots__asking_for_what_is_not_there)
{
    ck_assert_ptr_null(GilType_GetSlot(&GilBaseObject_Type, Gil_nb_add));
    ck_assert_ptr_null(GilErr_Occurred());
    ck_assert_ptr_null(GilType_GetSlot(&GilBaseObject_Type, 999));
    expect_error(GilExc_SystemError, "GilType_GetSlot: there is no slot of id 999");
    ck_assert_ptr_null(GilType_GetSlot(NULL, Gil_nb_add));
    expect_error(GilExc_SystemError, "GilType_GetSlot: NULL argument");
}
END_TEST

Suite *
suite(void)
{
    static const TTest *tests[10];
    int n = 0;

    tests[n++] = test_object_slots__every_place_is_another;
    tests[n++] = test_object_slots__what_is_written_is_read;
    tests[n++] = test_object_slots__asking_for_what_is_not_there;
    return suite_of_one("object/slots", tests);
}
