/* SPDX-License-Identifier: MIT */
/* <gilrt/slot.h> as a stranger uses it: the layout of PEP 820, and what each initialiser writes. */
#include "support/support.h"

#include <gilrt.h>
#include <string.h>

static int datum;

static void
function(void)
{
}

START_TEST(test_api_slot__layout_is_that_of_pep_820)
{
    ck_assert_uint_eq(sizeof(GilSlot), 16);
    ck_assert_uint_eq(offsetof(GilSlot, sl_flags), 2);
    ck_assert_uint_eq(offsetof(GilSlot, sl_ptr), 8);
    ck_assert_uint_eq(Gil_slot_end, 0);
}
END_TEST

START_TEST(test_api_slot__initialisers_write_their_member)
{
    static GilSlot slots[] = {
        GilSlot_DATA(Gil_mod_doc, &datum),       GilSlot_STATIC_DATA(Gil_mod_name, &datum),
        GilSlot_FUNC(Gil_mod_exec, function),    GilSlot_SIZE(Gil_mod_state_size, -3),
        GilSlot_INT64(Gil_mod_token, INT64_MIN), GilSlot_UINT64(Gil_mod_abi, UINT64_MAX),
        GilSlot_PTR(Gil_mod_exec, function),     GilSlot_PTR_STATIC(Gil_mod_name, &datum),
        GilSlot_END,
    };

    ck_assert(slots[0].sl_id == Gil_mod_doc && slots[0].sl_ptr == &datum && slots[0].sl_flags == GilSlot_INTPTR);
    ck_assert(slots[1].sl_ptr == &datum && slots[1].sl_flags == GilSlot_STATIC);
    ck_assert(slots[2].sl_id == Gil_mod_exec && slots[2].sl_func == function);
    ck_assert_int_eq(slots[3].sl_size, -3);
    ck_assert(slots[4].sl_int64 == INT64_MIN && slots[5].sl_uint64 == UINT64_MAX);
    ck_assert(slots[6].sl_func == function && slots[6].sl_flags == GilSlot_INTPTR);
    ck_assert(slots[7].sl_ptr == &datum && slots[7].sl_flags == (GilSlot_INTPTR | GilSlot_STATIC));
    ck_assert_uint_eq(slots[8].sl_id, Gil_slot_end);
    for (size_t i = 0; i < Gil_ARRAY_LENGTH(slots); i++)
        ck_assert_uint_eq(slots[i].sl_reserved, 0);
}
END_TEST

/* A type's slot and a module's must never be taken for one another, and an id must not change once it is out. */
START_TEST(test_api_slot__ids_are_frozen_and_apart)
{
    ck_assert_int_eq(Gil_bf_getbuffer, 1);
    ck_assert_int_eq(Gil_tp_init, 60);
    ck_assert_int_eq(Gil_tp_token, 83);
    ck_assert_int_gt(Gil_mod_create, Gil_tp_token);
    ck_assert_int_eq(Gil_mod_abi, 113);
}
END_TEST

static int
no_exec(GilObject *Gil_UNUSED(module))
{
    return 0;
}

/* An optional slot that nobody knows is skipped; without the mark it is refused. */
START_TEST(test_api_slot__unknown_ids_are_skipped_only_if_optional)
{
    GilABIInfo_VAR(abi);
    GilSlot slots[] = {
        GilSlot_DATA(Gil_mod_abi, &abi),
        {.sl_id = 999, .sl_flags = GilSlot_OPTIONAL, .sl_ptr = &datum},
        GilSlot_FUNC(Gil_mod_exec, no_exec),
        GilSlot_END,
    };
    GilObject *spec = GilModule_New("spec");
    GilObject *name = GilUnicode_FromString("spec");

    ck_assert_int_eq(GilModule_AddObjectRef(spec, "name", name), 0);
    GilObject *module = GilModule_FromSlotsAndSpec(slots, spec);
    ck_assert_ptr_nonnull(module);
    Gil_DECREF(module);

    slots[1].sl_flags = 0;
    ck_assert_ptr_null(GilModule_FromSlotsAndSpec(slots, spec));
    ck_assert(GilErr_ExceptionMatches(GilExc_SystemError));
    GilErr_Clear();
    Gil_DECREF(name);
    Gil_DECREF(spec);
}
END_TEST

Suite *
suite(void)
{
    Suite *s = suite_create("api/slot");
    TCase *plain = tcase_create("without a runtime");
    TCase *running = tcase_create("running");

    tcase_add_test(plain, test_api_slot__layout_is_that_of_pep_820);
    tcase_add_test(plain, test_api_slot__initialisers_write_their_member);
    tcase_add_test(plain, test_api_slot__ids_are_frozen_and_apart);
    suite_add_tcase(s, plain);
    tcase_add_checked_fixture(running, gil_test_start, gil_test_stop);
    tcase_add_test(running, test_api_slot__unknown_ids_are_skipped_only_if_optional);
    suite_add_tcase(s, running);
    return s;
}
